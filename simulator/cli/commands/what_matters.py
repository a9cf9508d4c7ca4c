"""What answers hang on, and what knowing more is worth: `sensitivity` and `voi`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import studies
from simulator.cli.commands.runs import load_all
from simulator.cli.commands.sweeps import sweep_values
from simulator.cli.group import PROGRAM, WrongInput
from simulator.cli.screen import watched_bar
from simulator.cli.studies import Asking, StudyCommand
from simulator.cli.written import written

if TYPE_CHECKING:
    from simulator.decisions.value_of_information import Pilot
    from simulator.scenario import LoadedScenario


@click.command()
@click.argument("scenario")
@studies.AGAINST
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
@studies.AREA
@studies.SEED
@studies.out("out/NAME-sensitivity")
@studies.ENGINE
@studies.CHARTS
@studies.QUIET
def sensitivity(scenario: str, out: Path | None, quiet: bool, **options: Any) -> None:
    """Find what a scenario's answers hang on.

    First every verdict if the model were built another way, as that can move a sign and no draw does; then each input
    alone, from its low end to its high one; then all at once, by Sobol indices. Figures are children and spend, and
    their differences and net present value against something else. It says first how many model runs it takes; one that
    was stopped goes on when the same command is given again.
    """
    given = {"scenario": scenario, **options}
    loaded = load_all(SENSITIVITY.names(given), studies.whom(given))
    folder = Path("out") / f"{loaded[0].key}-sensitivity" if out is None else out
    SENSITIVITY.ask(loaded, given, folder, quiet=quiet)


def _write_sensitivity(asking: Asking) -> str:
    from simulator.decisions.figures_at_points import AskedOfPoints
    from simulator.decisions.finished_work import FinishedWork
    from simulator.decisions.sensitivity import budget_of
    from simulator.decisions.sensitivity import sensitivity as study_of
    from simulator.decisions.switches import verdicts
    from simulator.decisions.write_decisions import sensitivity_text, write_sensitivity

    loaded, options = asking.loaded, asking.options
    points, inputs, seed, charts = (options[name] for name in ("points", "inputs", "seed", "charts"))
    held = loaded[1] if len(loaded) > 1 else None
    with studies.refused():
        budget = budget_of(AskedOfPoints(loaded[0], held), points=points, most=inputs)
        engine = studies.engine_asked(options["engine"], budget.runs, loaded[0])
        asking.said(f"This takes {budget.in_words}.")
        question = AskedOfPoints(loaded[0], held, engine, FinishedWork(asking.work))
        with watched_bar(loaded[0].key, quiet=asking.quiet) as progress:
            found = study_of(question, points=points, most=inputs, seed=seed, progress=progress)
        told = list(verdicts(loaded[:1], engine))
    command = asking.command(engine=engine)
    written(
        lambda: write_sensitivity(found, told, loaded, asking.folder, command, engine=engine, seed=seed, charts=charts)
    )
    return sensitivity_text(found, told, loaded[0].scenario.name, loaded[0].key)


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
@click.option(
    "--draws", type=int, default=1000, show_default=True, metavar="N", help="Random draws, 100 of them or more."
)
@studies.AREA
@studies.SEED
@studies.out("out/NAME-voi")
@studies.ENGINE
@studies.CHARTS
@studies.QUIET
def voi(scenarios: tuple[str, ...], out: Path | None, quiet: bool, **options: Any) -> None:
    """Say what it is worth to know more before a decision (value of information).

    Each SCENARIO is an option, and doing nothing is one besides. An option's net benefit is the net present value of
    its programmes, for the scenario's area and over its years: money alone, as fewer children in care are no benefit
    by themselves. It tells the value of knowing everything, of knowing each number, and of a pilot first, less what
    the pilot costs and what waiting for it takes away. It says first how many model runs it takes; one that was stopped
    goes on when the same command is given again.
    """
    given = {"scenarios": scenarios, **options}
    for text in given["pilots"]:
        _pilot(text)
    loaded = load_all(scenarios, studies.whom(given))
    VOI.ask(loaded, given, Path("out") / f"{loaded[0].key}-voi" if out is None else out, quiet=quiet)


def _write_voi(asking: Asking) -> str:
    from simulator.decisions.value_of_information import runs_needed, value_of_information
    from simulator.decisions.write_decisions import information_text, write_information

    loaded, options = asking.loaded, asking.options
    draws, seed, charts = (options[name] for name in ("draws", "seed", "charts"))
    pilots = [_pilot(text) for text in options["pilots"]]
    with studies.refused():
        choices = _choices(loaded, options["vary"])
        runs = runs_needed(choices, pilots, draws)
        engine = studies.engine_asked(options["engine"], runs, loaded[0])
        of = "1 option" if len(choices) == 1 else f"{len(choices)} options"
        beside = "" if not pilots else " and 1 pilot" if len(pilots) == 1 else f" and {len(pilots)} pilots"
        asking.said(f"This takes {runs:,} model runs: {draws:,} draws of {of}{beside}.")
        with watched_bar(loaded[0].key, quiet=asking.quiet) as progress:
            found = value_of_information(
                choices, draws=draws, seed=seed, pilots=pilots, measures=options["measures"],
                evaluation_gbp=options["evaluation_gbp"], engine=engine, progress=progress, work=asking.work,
            )  # fmt: skip
    title = " or ".join(one.scenario.name for one in loaded)
    command = asking.command(engine=engine)
    written(lambda: write_information(found, choices, title, asking.folder, command, engine=engine, charts=charts))
    return information_text(found, title)


def _choices(loaded: Sequence[LoadedScenario], vary: str | None) -> dict[str, LoadedScenario]:
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


SENSITIVITY = StudyCommand(sensitivity, _write_sensitivity, studies.scenario_and_against)
VOI = StudyCommand(voi, _write_voi, lambda options: list(options["scenarios"]))

COMMANDS = (sensitivity, voi)
