"""Decisions: `optimise`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from simulator.cli.commands.runs import load_all
from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.screen import bar, say, watched
from simulator.cli.written import checked_folder, written
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.scenario import Problem

_POUNDS = click.FloatRange(min=0.0, max=1e12)


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--budget", required=True, type=_POUNDS, metavar="GBP", help="Real pounds to spend, all years together.")
@click.option(
    "--objective",
    default="care_years",
    show_default=True,
    metavar="WHAT[=WEIGHT],...",
    help="What to have most of: npv (saved less cost, GBP), care_years or home_years avoided; or a mix with what one "
    "of each is worth, such as npv=1,care_years=20000.",
)
@click.option(
    "--by",
    type=click.Choice(["expected", "cvar", "regret"]),
    default="expected",
    show_default=True,
    help="Best mean, best mean of the worst fifth of draws, or smallest largest regret.",
)
@click.option("--draws", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Draws.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Seed of the draws."
)
@click.option("--per-year", type=_POUNDS, metavar="GBP", help="Real pounds to spend in any one year.")
@click.option(
    "--most", multiple=True, metavar="ID=LEVEL", help="Highest level of a programme; 1 is what its file states."
)
@click.option("--together", multiple=True, metavar="ID+ID=LEVEL", help="Most that the levels of some come to.")
@click.option(
    "--latest-start", type=click.IntRange(min=2000), metavar="YEAR", help="Year of the last April to start in."
)
@click.option(
    "--floor",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    metavar="SHARE",
    help="Part of their share of children, by money, that areas which programmes name have at the least.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Output folder  [default: out/NAME-optimised]"
)
@click.option("--charts/--no-charts", default=True, help="Draw the chart, or write tables only.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")
def optimise(
    scenarios: tuple[str, ...],
    budget: float,
    objective: str,
    by: Literal["expected", "cvar", "regret"],
    draws: int,
    seed: int,
    per_year: float | None,
    most: tuple[str, ...],
    together: tuple[str, ...],
    latest_start: int | None,
    floor: float,
    out: Path | None,
    charts: bool,
    quiet: bool,
) -> None:
    """Allocate a budget over the programmes of scenarios: how much of each, and from when.

    The first scenario says what else is so. Responses are sampled in the simulator, a mixed-integer programme finds a
    plan, and a search with the same draws improves it. What is shown of a plan is a full run of it.
    """
    from simulator.decisions.levers import combined, levers, plan_file
    from simulator.decisions.optimise import Asked, runs_budget
    from simulator.decisions.optimise import optimise as find
    from simulator.decisions.optimise_folder import optimise_text, write_optimised
    from simulator.decisions.plan_runs import PlanRuns
    from simulator.scenario import Problem, ScenarioError

    problems: list[Problem] = []
    weights = _weights(objective, problems)
    ceilings = {name: level for one in most for name, level in [_level(one, "--most", problems)]}
    shared = _together(together, problems)
    if by != "expected" and draws < 2:
        problems.append(Problem("", 0, 0, "--by", f"{by} is of draws", "--draws of 2 or more"))
    if problems:
        raise WrongInput.of(problems)
    files = load_all(scenarios)
    with refusing(ScenarioError):
        loaded = combined(files)
        offered = levers(loaded, ceilings, latest_start)
    names = [one.name for one in offered]
    unknown = [name for one in shared for name in one.weights if name not in names]
    if unknown:
        raise WrongInput.of(
            [Problem("", 0, 0, "--together", f"no programme is called {x}", ", ".join(names)) for x in unknown]
        )
    folder = checked_folder(Path("out") / f"{files[0].key}-optimised" if out is None else out)
    asked = Asked(
        budget, weights, by, draws, seed, float("inf") if per_year is None else per_year, ceilings, shared,
        latest_start, floor,
    )  # fmt: skip
    if not quiet:
        say(f"{len(offered)} programmes; at most {runs_budget(offered, asked):,} runs of the simulator", err=True)
    with refusing(ScenarioError):
        if watched(quiet):
            with bar(loaded.key) as progress:
                found = find(loaded, asked, progress)
        else:
            found = find(loaded, asked)
    text = plan_file(loaded, offered, found.plan.plan, PlanRuns(loaded, offered).prices)
    options: dict[str, Any] = {
        "--budget": budget,
        "--objective": objective,
        "--by": by,
        "--draws": draws,
        "--seed": seed,
    }
    words = [PROGRAM, "optimise", *(Path(one).name for one in scenarios)]
    words += [word for name, value in options.items() for word in (name, _plain(value))]
    words += [] if per_year is None else ["--per-year", _plain(per_year)]
    words += [word for one in most for word in ("--most", one)]
    words += [word for one in together for word in ("--together", one)]
    words += [] if latest_start is None else ["--latest-start", str(latest_start)]
    words += [] if not floor else ["--floor", _plain(floor)]
    command = shlex.join([*words, *([] if charts else ["--no-charts"])])
    written(lambda: write_optimised(found, loaded, files, text, folder, command, charts=charts))
    if not quiet:
        say(optimise_text(found, loaded.scenario.name))
        say(f"Results are in {one_line(folder)}")


def _plain(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _weights(text: str, problems: list[Problem]) -> dict[str, float]:
    """Read what is wanted, and what one of each is worth."""
    from simulator.decisions.plan_runs import OUTCOMES
    from simulator.interventions.fields import nearest
    from simulator.scenario import Problem

    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, weight = part.strip().partition("=")
        if name not in OUTCOMES:
            allowed = ", ".join(OUTCOMES)
            problems.append(Problem("", 0, 0, "--objective", f"no outcome {name!r}", allowed, nearest(name, OUTCOMES)))
            continue
        if not equals:
            found[name] = 1.0
        elif re.fullmatch(r"-?[0-9]*\.?[0-9]+", weight.strip()):
            found[name] = float(weight)
        else:
            problems.append(Problem("", 0, 0, "--objective", f"{weight!r} is not a number", "for example npv=1"))
    return found


def _level(text: str, option: str, problems: list[Problem]) -> tuple[str, float]:
    """Read a name and a level above 0."""
    from simulator.scenario import Problem

    match = re.fullmatch(r"([^=]+)=([0-9]*\.?[0-9]+)", text.strip())
    if match is None or float(match[2]) <= 0.0:
        problems.append(Problem("", 0, 0, option, f"{text!r} is no level of a programme", "ID=LEVEL, above 0"))
        return text, 1.0
    return match[1].strip(), float(match[2])


def _together(texts: tuple[str, ...], problems: list[Problem]) -> tuple[Any, ...]:
    """Read programmes that share what there is."""
    from simulator.decisions.portfolio import Together

    found = []
    for text in texts:
        names, most = _level(text, "--together", problems)
        found.append(Together(dict.fromkeys((name.strip() for name in names.split("+")), 1.0), most))
    return tuple(found)


COMMANDS = (optimise,)
