"""What answers hang on, and what knowing more is worth: `sensitivity` and `voi`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from simulator.cli.commands.runs import load_all
from simulator.cli.commands.sweeps import sweep_values
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import Whom, needs
from simulator.cli.screen import bar, say, watched
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.decisions.value_of_information import Pilot
    from simulator.runs.single_run import Engine
    from simulator.scenario import LoadedScenario

_AREA = click.option("--area", metavar="NAME", help="Area to run in place of the scenario's.")
_SEED = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Seed of the draws."
)
_ENGINE = click.option(
    "--engine",
    type=click.Choice(["plain", "compiled"]),
    help="The compiled engine needs care-demand[fast].  [default: compiled, if it is installed]",
)
_CHARTS = click.option("--charts/--no-charts", default=True, help="Draw charts, or write tables only.")
_QUIET = click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")


@contextmanager
def _bar(name: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Give what shows how many model runs are done, where somebody can see it."""
    if not watched(quiet):
        yield lambda done, of: None
        return
    with bar(name) as progress:
        yield progress


@contextmanager
def _refused() -> Iterator[None]:
    """Tell what of a question cannot be asked or had as wrong input."""
    from simulator.interventions.fields import Wrong
    from simulator.scenario import ScenarioError

    with refusing(ScenarioError):
        try:
            yield
        except Wrong as wrong:
            allowed = f" (allowed: {wrong.allowed})" if wrong.allowed else ""
            near = f"; did you mean {wrong.near}?" if wrong.near else ""
            raise WrongInput.of([f"{PROGRAM}: {wrong.what}{allowed}{near}"]) from wrong


def _engine(asked: Literal["plain", "compiled"] | None, runs: int, loaded: LoadedScenario) -> Engine:
    from simulator.runs.engines import default_engine

    needs(asked == "compiled", "numba", "fast")
    return asked or default_engine(draws=runs, areas=len(loaded.baseline.codes), chance=False)


@click.command()
@click.argument("scenario")
@click.option(
    "--against",
    metavar="SCENARIO",
    help="What differences are against  [default: the same scenario without its programmes]",
)
@click.option(
    "--points",
    type=click.IntRange(min=2),
    default=128,
    show_default=True,
    metavar="N",
    help="Points of each sample, a power of 2: more take longer and make indices more exact.",
)
@click.option(
    "--inputs",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    metavar="K",
    help="Inputs with indices of their own; where there are more, draws choose them, and the rest is one.",
)
@_AREA
@_SEED
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/NAME-sensitivity]"
)
@_ENGINE
@_CHARTS
@_QUIET
def sensitivity(
    scenario: str, against: str | None, points: int, inputs: int, area: str | None, seed: int, out: Path | None,
    engine: Literal["plain", "compiled"] | None, charts: bool, quiet: bool,
) -> None:  # fmt: skip
    """Find what a scenario's answers hang on.

    First every verdict if the model were built another way, as that can move a sign and no draw does; then each input
    alone, from its low end to its high one; then all at once, by Sobol indices. Figures are children and spend, and
    their differences and net present value against something else.
    """
    from simulator.decisions.figures_at_points import AskedOfPoints
    from simulator.decisions.sensitivity import budget_of
    from simulator.decisions.sensitivity import sensitivity as study_of
    from simulator.decisions.switches import verdicts
    from simulator.decisions.write_decisions import sensitivity_text, write_sensitivity

    loaded = load_all([scenario, *([against] if against else [])], Whom((area,) if area else ()))
    folder = checked_folder(Path("out") / f"{loaded[0].key}-sensitivity" if out is None else out)
    with _refused():
        held = loaded[1] if against else None
        budget = budget_of(AskedOfPoints(loaded[0], held), points=points, most=inputs)
        chosen = _engine(engine, budget.runs, loaded[0])
        if not quiet:
            say(f"This takes {budget.in_words}.", err=True)
        with _bar(loaded[0].key, quiet) as progress:
            question = AskedOfPoints(loaded[0], held, chosen)
            found = study_of(question, points=points, most=inputs, seed=seed, progress=progress)
        told = list(verdicts(loaded[:1], chosen))
    words = [PROGRAM, "sensitivity", Path(scenario).name, *(["--against", Path(against).name] if against else [])]
    words += ["--points", str(points), "--inputs", str(inputs), *(["--area", area] if area else [])]
    command = _command(words, seed, chosen, charts)
    written(lambda: write_sensitivity(found, told, loaded, folder, command, engine=chosen, seed=seed, charts=charts))
    if not quiet:
        say(sensitivity_text(found, told, loaded[0].scenario.name, loaded[0].key))
        say(f"Results are in {one_line(folder)}")


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--vary",
    metavar="PATH=VALUE,VALUE...",
    help="Make an option of each value of a number, such as how many areas a programme reaches.",
)
@click.option(
    "--pilot",
    "pilots",
    multiple=True,
    metavar="AREASxYEARS",
    help="A pilot before the decision, such as 12x2: so many authorities for so many years; again for more.",
)
@click.option(
    "--measures",
    default="",
    metavar="KEY",
    help="The uncertain ratio that pilots measure, or the end of its key, where there are several.",
)
@click.option(
    "--evaluation-gbp",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="GBP",
    help="What measuring costs, at present value, for each pilot.",
)
@click.option("--draws", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N", help="Random draws.")
@_AREA
@_SEED
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/NAME-voi]")
@_ENGINE
@_CHARTS
@_QUIET
def voi(
    scenarios: tuple[str, ...], vary: str | None, pilots: tuple[str, ...], measures: str, evaluation_gbp: float,
    draws: int, area: str | None, seed: int, out: Path | None, engine: Literal["plain", "compiled"] | None,
    charts: bool, quiet: bool,
) -> None:  # fmt: skip
    """Say what it is worth to know more before a decision (value of information).

    Each SCENARIO is an option, and doing nothing is one besides. An option's net benefit is the net present value of
    its programmes, for the scenario's area and over its years: money alone, as fewer children in care are no benefit
    by themselves. It tells the value of knowing everything, of knowing each number, and of a pilot first, less what
    the pilot costs and what waiting for it takes away.
    """
    from simulator.decisions.value_of_information import value_of_information
    from simulator.decisions.write_decisions import information_text, write_information

    asked = [_pilot(text) for text in pilots]
    loaded = load_all(scenarios, Whom((area,) if area else ()))
    folder = checked_folder(Path("out") / f"{loaded[0].key}-voi" if out is None else out)
    with _refused():
        options = _options(loaded, vary)
        chosen = _engine(engine, draws * len(options), loaded[0])
        if not quiet:
            of = "1 option" if len(options) == 1 else f"{len(options)} options"
            say(f"This takes {draws * len(options):,} model runs: {draws:,} draws of {of}.", err=True)
        with _bar(loaded[0].key, quiet) as progress:
            found = value_of_information(
                options, draws=draws, seed=seed, pilots=asked, measures=measures, evaluation_gbp=evaluation_gbp,
                engine=chosen, progress=progress,
            )  # fmt: skip
    title = " or ".join(one.scenario.name for one in loaded)
    words = [PROGRAM, "voi", *(Path(one).name for one in scenarios), *(["--vary", vary] if vary else [])]
    words += [word for one in pilots for word in ("--pilot", one)] + (["--measures", measures] if measures else [])
    words += ["--evaluation-gbp", f"{evaluation_gbp:.12g}", "--draws", str(draws), *(["--area", area] if area else [])]
    command = _command(words, seed, chosen, charts)
    written(lambda: write_information(found, options, title, folder, command, engine=chosen, charts=charts))
    if not quiet:
        say(information_text(found, title))
        say(f"Results are in {one_line(folder)}")


def _command(words: list[str], seed: int, engine: str, charts: bool) -> str:
    return shlex.join([*words, "--seed", str(seed), "--engine", engine, *([] if charts else ["--no-charts"])])


def _options(loaded: list[LoadedScenario], vary: str | None) -> dict[str, LoadedScenario]:
    """Return options by what they are called."""
    if vary is None:
        if len({one.key for one in loaded}) < len(loaded):
            raise WrongInput.of([f"{PROGRAM}: two options are the same scenario"])
        return {one.key: one for one in loaded}
    [(path, values)] = sweep_values((vary,)).items()
    return {
        " ".join([*([one.key] if len(loaded) > 1 else []), f"{path.rsplit('.', 1)[-1]}={value:.12g}"]):
        one.at({path: value}) for one in loaded for value in values
    }  # fmt: skip


def _pilot(text: str) -> Pilot:
    from simulator.decisions.value_of_information import Pilot

    areas, cross, years = text.partition("x")
    if not (cross and areas.strip().isdecimal() and years.strip().isdecimal() and int(years) > 0 and int(areas) > 0):
        allowed = "AREASxYEARS, such as 12x2"
        raise WrongInput.of([f"{PROGRAM}: --pilot: {text!r} is not a pilot (allowed: {allowed})"])
    return Pilot(int(areas), int(years))


COMMANDS = (sensitivity, voi)
