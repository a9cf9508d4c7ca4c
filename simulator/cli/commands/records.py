"""How far the model can be trusted: `calibrate`, `backtest`, `hindcast` and `forecast`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from simulator.cli.group import PROGRAM, CommandGroup, WrongInput, refusing
from simulator.cli.screen import bar, say, watched
from simulator.cli.written import checked_folder, work_beside, written
from simulator.vocabulary.calendar import BASE_YEARS, LATEST_BASE


@click.command()
@click.argument("area", type=click.Choice(["england"], case_sensitive=False))
@click.option("--base", type=int, default=LATEST_BASE, show_default=True, metavar="YEAR",
              help="Year, ending on 31 March, whose published figures the model is fitted to.")  # fmt: skip
def calibrate(area: str, base: int) -> None:
    """Fit the model to the published figures of a year and show how well it fits."""
    from simulator.calibrate import report

    if base not in BASE_YEARS:
        raise WrongInput(f"{PROGRAM}: --base {base}: there is no baseline; allowed: {', '.join(map(str, BASE_YEARS))}")
    if watched(quiet=False):
        say("Fitting every year from 2011 to the base takes two or three minutes.", err=True)
    say(report(base).rstrip("\n"))


@contextmanager
def _bar(name: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give what shows how much is done, where somebody can see it."""
    if not watched(quiet):
        yield None
        return
    with bar(name) as progress:
        yield progress


def _origins(work: Path) -> Path:
    """Return the folder for what is forecast from each origin."""
    from simulator.runs.folders.own_folders import claim

    claim(work / "origins")
    return work / "origins"


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("out/backtest"), show_default=True, metavar="DIR",
              help="Output folder.")  # fmt: skip
@click.option("--docs", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="Folder that gets the page and its charts too; earlier ones of ours are replaced.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def backtest(out: Path, docs: Path | None, quiet: bool) -> None:
    """Score what each method would have forecast from past years, and write the track record.

    It needs care-demand[backtest]. A run that was stopped goes on when the same command is given again.
    """
    from simulator.backtest.panel import panel
    from simulator.backtest.record import backtest as run_backtest
    from simulator.backtest.write_record import check_docs, write_backtest
    from simulator.outputs.folder import FolderError

    folder = checked_folder(out)
    if docs is not None:
        with refusing(FolderError, prefix=f"{PROGRAM}: --docs: "):
            check_docs(docs)
    with work_beside(folder) as work:
        with _bar("Origins", quiet) as progress:
            record = run_backtest(panel(), _origins(work), progress)
        written(lambda: write_backtest(record, folder, f"{PROGRAM} backtest", docs))
    if not quiet:
        say(f"The track record is in {folder}; start with backtest.md")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("out/hindcast"), show_default=True, metavar="DIR",
              help="Output folder.")  # fmt: skip
@click.option("--draws", type=click.IntRange(min=20), default=200, show_default=True, metavar="N",
              help="Random draws beside the central run of each base.")  # fmt: skip
@click.option("--area-draws", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
              help="Draws of all authorities besides, with luck: some seconds each.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S",
              help="Seed of the draws.")  # fmt: skip
@click.option("--docs", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="Folder that gets the page and its charts too; earlier ones of ours are replaced.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def hindcast(out: Path, draws: int, area_draws: int, seed: int, docs: Path | None, quiet: bool) -> None:
    """Run the status quo from past years with the figures of each day, and score it on what happened.

    A run that was stopped goes on when the same command is given again.
    """
    from simulator.backtest.hindcast import run_areas
    from simulator.backtest.hindcast.hindcast_page import verdict
    from simulator.backtest.hindcast.of_the_day import BASES
    from simulator.backtest.hindcast.run_bases import Ahead, run_base
    from simulator.backtest.hindcast.write_hindcast import check_docs, write_hindcast
    from simulator.outputs.folder import FolderError
    from simulator.uncertainty.design import MOST_DRAWS
    from simulator.vocabulary.areas import ENGLAND

    if max(draws, area_draws) > MOST_DRAWS:
        raise click.UsageError(f"more draws are asked for than their design has; at most {MOST_DRAWS:,}")
    if area_draws == 1:
        raise click.UsageError("--area-draws: one draw says nothing; ask for 2 or more, or for none")
    folder = checked_folder(out)
    if docs is not None:
        with refusing(FolderError, prefix=f"{PROGRAM}: --docs: "):
            check_docs(docs)
    command = f"{PROGRAM} hindcast --draws {draws} --area-draws {area_draws} --seed {seed}"
    with work_beside(folder) as work:
        many: list[Ahead] = []
        for base in BASES:
            with _bar(f"From {base}", quiet) as progress:
                many += run_base(base, draws, seed, work, progress)
        for base in run_areas.BASES if area_draws else ():
            with _bar(f"Authorities from {base}", quiet) as progress:
                many += run_areas.run_areas(base, area_draws, seed, work, progress)
        written(lambda: write_hindcast(many, folder, command, draws, seed, docs))
    if not quiet:
        say(verdict([one for one in many if one.area == ENGLAND]))
        say(f"The hindcast is in {folder}; start with hindcast.md")


@click.group(cls=CommandGroup)
def forecast() -> None:
    """Freeze a forecast, and score it when the actual figures come."""


@forecast.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Output folder.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def freeze(out: Path, quiet: bool) -> None:
    """Write forecasts of the next two years for England, regions and authorities, and of England's spend."""
    from simulator.backtest.freeze import write_frozen
    from simulator.backtest.panel import panel

    folder = checked_folder(out)
    with work_beside(folder) as work, _bar("Origins", quiet) as progress:
        blocks = _origins(work)
        written(lambda: write_frozen(panel(), folder, f"{PROGRAM} forecast freeze", blocks, progress))
    if not quiet:
        say(f"The frozen forecast is in {folder}")


@forecast.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--actual", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True, metavar="FILE",
              help="CSV of actual figures with columns measure,old_la_code,year,value.")  # fmt: skip
def score(folder: Path, actual: Path) -> None:
    """Score a frozen forecast on actual figures."""
    from simulator.backtest.freeze import ActualError, score_text

    with refusing(ActualError):
        say(score_text(folder, actual))


COMMANDS = (calibrate, backtest, hindcast, forecast)
