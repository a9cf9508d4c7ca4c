"""The tests of the Green Book: `appraise`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from simulator.cli import studies
from simulator.cli.commands.runs import load_all
from simulator.cli.screen import watched_bar
from simulator.cli.studies import Asking, StudyCommand
from simulator.cli.written import written

MOST_YEARS_LATE = 10


def _none_or_several(_: click.Context, __: click.Parameter, draws: int | None) -> int | None:
    """Refuse one draw."""
    if draws == 1:
        raise click.BadParameter("one draw beside the central run says nothing; ask for 2 or more, or for none")
    return draws


@click.command()
@click.argument("scenario")
@studies.AGAINST
@click.option(
    "--draws",
    type=click.IntRange(min=0),
    callback=_none_or_several,
    default=100,
    show_default=True,
    metavar="N",
    help="Draws.",
)
@click.option(
    "--council-draws",
    type=click.IntRange(min=0),
    callback=_none_or_several,
    metavar="N",
    help="Run all authorities one by one as well, with so many draws, and tell how it falls on them by deprivation and "
    "region. A draw takes about three seconds.",
)
@click.option(
    "--cost-uplift", type=click.FloatRange(0.0, 10.0), metavar="SHARE", help="Planned money that is more: 0.25 is 25%."
)
@click.option(
    "--years-late",
    type=click.IntRange(0, MOST_YEARS_LATE),
    metavar="YEARS",
    help="By which programmes come later, while their money is spent as planned.",
)
@click.option(
    "--kept",
    "kept_of_judged",
    type=click.FloatRange(0.0, 1.0),
    metavar="SHARE",
    help="Of the logarithm of a judged ratio; those of studies go by their design.",
)
@click.option(
    "--elasticity",
    type=click.FloatRange(0.0, 4.0),
    metavar="E",
    help="Of the worth of a pound with income, for weights that are shown apart.",
)
@studies.AREA
@studies.SEED
@studies.out("out/NAME-appraisal")
@studies.ENGINE
@studies.CHARTS
@studies.QUIET
def appraise(scenario: str, out: Path | None, quiet: bool, **options: Any) -> None:
    """Appraise what programmes cost and save: who bears it, with optimism taken out, and what would change the sign.

    It tells central from local government, and what can be cashed from what cannot; net present value with uplifts on
    cost, delivery time and effect, each by itself and together; outcomes beside the money; the value of each number at
    which net present value is nought; and how it falls on councils. Each under both rules for foster places. It says
    first how many model runs it takes; one that was stopped goes on when the same command is given again.
    """
    given = {"scenario": scenario, **options}
    loaded = load_all(APPRAISE.names(given), studies.whom(given))
    folder = Path("out") / f"{loaded[0].key}-appraisal" if out is None else out
    APPRAISE.ask(loaded, given, folder, quiet=quiet)


def _write_appraisal(asking: Asking) -> str:
    from dataclasses import asdict, replace

    from simulator.decisions.appraisal_runs import AppraisalRuns
    from simulator.decisions.appraisal_study import appraised, runs_of_appraisal
    from simulator.decisions.distribution_of_councils import Weights
    from simulator.decisions.finished_work import FinishedWork
    from simulator.decisions.optimism import Optimism
    from simulator.decisions.switching_values import RUNS_TO_NARROW
    from simulator.decisions.write_appraisal import appraisal_text, write_appraisal

    loaded, options, charts = asking.loaded, asking.options, asking.options["charts"]
    optimism, weights = _given(Optimism.usual(), options), _given(Weights.usual(), options)
    with studies.refused():
        runs = AppraisalRuns(loaded[0], loaded[1] if len(loaded) > 1 else None, options["draws"], options["seed"])
        least, of_councils = runs_of_appraisal(runs, options["council_draws"])
        engine = studies.engine_asked(options["engine"], least, loaded[0])
        more = f", {of_councils} of all authorities" if of_councils else ""
        asking.said(
            f"This takes {least:,} model runs{more}, and up to {RUNS_TO_NARROW} for each switching value that there is."
        )
        with watched_bar(loaded[0].key, quiet=asking.quiet) as progress:
            told = _counted(progress, least + of_councils)
            runs = replace(runs, engine=engine, progress=told, kept=FinishedWork(asking.work))
            found = appraised(runs, optimism, weights, options["council_draws"])
    command = asking.command(engine=engine, **asdict(optimism), elasticity=weights.elasticity)
    written(lambda: write_appraisal(found, asking.folder, command, engine=engine, charts=charts))
    return appraisal_text(found)


def _given(usual: Any, options: Any) -> Any:
    """Return numbers as usual, but for those that options give."""
    from dataclasses import fields, replace

    return replace(usual, **{x.name: options[x.name] for x in fields(usual) if options.get(x.name) is not None})


def _counted(progress: Callable[[int, int], None], of: int) -> Callable[[int], None]:
    """Return what is told of some runs, and tells how many were made of those that there are at the least."""
    made = 0

    def count(runs: int) -> None:
        nonlocal made
        made = min(made + runs, of)
        progress(made, of)

    progress(0, of)
    return count


APPRAISE = StudyCommand(appraise, _write_appraisal, studies.scenario_and_against)

COMMANDS = (appraise,)
