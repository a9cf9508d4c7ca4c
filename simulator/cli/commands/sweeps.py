"""Scenarios with other numbers: `sweep`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from simulator.cli.commands.runs import load_all
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import Whom, needs
from simulator.cli.screen import say, watched_bar
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.results.swept import Sweep
    from simulator.scenario import LoadedScenario, Problem


@click.command()
@click.argument("scenario")
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="PATH=VALUE,VALUE...",
    help="A number and its values, for example interventions.family-help.effect.risk_ratio=0.9,0.95,1; give it again "
    "for more numbers, and every combination is run.",
)
@click.option("--area", multiple=True, metavar="NAME", help="Area to run in place of the scenario's; again for more.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/NAME-sweep]")
@click.option("--engine", type=click.Choice(["plain", "compiled"]),
              help="The compiled engine needs care-demand[fast].  [default: compiled, if it is installed]")  # fmt: skip
@click.option("--charts/--no-charts", default=True, help="Draw the chart, or write the table only.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def sweep(
    scenario: str,
    vary: tuple[str, ...],
    area: tuple[str, ...],
    out: Path | None,
    engine: Literal["plain", "compiled"] | None,
    charts: bool,
    quiet: bool,
) -> None:
    """Run a scenario with other values for some of its numbers.

    Each combination is a central run. Paths are those that `check` shows; an intervention is named by its id or its
    position.
    """
    needs(engine == "compiled", "numba", "fast")
    loaded = load_all([scenario], Whom(area))[0]
    values = sweep_values(vary)
    folder = checked_folder(Path("out") / f"{loaded.key}-sweep" if out is None else out)
    words = [PROGRAM, "sweep", Path(scenario).name, *(word for one in vary for word in ("--vary", one))]
    words += [word for name in area for word in ("--area", name)]
    found = write_swept(loaded, values, folder, words, engine=engine, charts=charts, quiet=quiet)
    if not quiet:
        from simulator.outputs.sweep_folder import sweep_text

        say(sweep_text(found))
        say(f"Results are in {one_line(folder)}")


def write_swept(
    loaded: LoadedScenario,
    values: dict[str, list[float]],
    folder: Path,
    words: Sequence[str],
    *,
    engine: str | None,
    charts: bool,
    quiet: bool,
) -> Sweep:
    """Run a sweep and write its folder; the words are those of its command, but for engine and charts."""
    from simulator.outputs.sweep_folder import write_sweep
    from simulator.runs.sweep import run_sweep
    from simulator.scenario import ScenarioError

    options: dict[str, Any] = {"engine": engine}
    with refusing(ScenarioError), watched_bar(loaded.key, quiet=quiet) as progress:
        found = run_sweep(loaded, values, **options, progress=progress)
    command = shlex.join([*words, "--engine", found.engine, *([] if charts else ["--no-charts"])])
    written(lambda: write_sweep(found, loaded, folder, command, charts=charts))
    return found


def sweep_values(vary: tuple[str, ...]) -> dict[str, list[float]]:
    """Read the numbers to vary and their values; all problems are told at once."""
    from simulator.scenario import Problem

    problems: list[Problem] = []
    found: dict[str, list[float]] = {}
    for text in vary:
        path, equals, listed = text.partition("=")
        if not equals or not path.strip():
            problems.append(Problem("", 0, 0, "--vary", f"{text!r} gives no values", "PATH=VALUE,VALUE..."))
            continue
        if path.strip() in found:
            problems.append(Problem("", 0, 0, "--vary", f"{path.strip()} is given twice"))
        found[path.strip()] = [_number(one, problems) for one in listed.split(",")]
    if problems:
        raise WrongInput.of(problems)
    return found


def _number(text: str, problems: list[Problem]) -> float:
    from simulator.scenario import Problem

    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    problems.append(Problem("", 0, 0, "--vary", f"{text!r} is not a number", "digits, such as 0.95 or 150_000_000"))
    return 0.0


COMMANDS = (sweep,)
