"""Decisions: `optimise`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import studies
from simulator.cli.commands.runs import load_all
from simulator.cli.group import WrongInput, refusing
from simulator.cli.screen import watched_bar
from simulator.cli.studies import Asking, StudyCommand
from simulator.cli.written import written

if TYPE_CHECKING:
    from simulator.decisions.optimise import Asked
    from simulator.scenario import Problem

_MOST_GBP = 1e12
_POUNDS = click.FloatRange(min=0.0, max=_MOST_GBP)


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--budget",
    required=True,
    type=_POUNDS,
    metavar="GBP",
    help="Real pounds to spend, all years together, on average over draws.",
)
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
@click.option(
    "--draws",
    type=click.IntRange(min=0),
    metavar="N",
    help="Draws; 0 is the central run alone.  [default: 40, or fewer where programmes are many]",
)
@studies.SEED
@click.option("--per-year", type=_POUNDS, metavar="GBP", help="Real pounds to spend in any one year, on average.")
@click.option(
    "--most", multiple=True, metavar="ID=LEVEL", help="Highest level of a programme; 1 is what its file states."
)
@click.option("--together", multiple=True, metavar="ID+ID=LEVEL", help="Most that the levels of some come to.")
@click.option(
    "--latest-start", type=click.IntRange(min=2000), metavar="YEAR", help="Year of the last April to start in."
)
@click.option(
    "--frontier",
    metavar="GBP,GBP,...",
    help="Other budgets to find the best plan for.  [default: twelve from 0 to 5bn]",
)
@click.option(
    "--next",
    "next_gbp",
    type=click.FloatRange(min=0.0, min_open=True, max=_MOST_GBP),
    default=1e6,
    show_default=True,
    metavar="GBP",
    help="Money of which it is told what it would do beside the plan, for each programme.",
)
@click.option(
    "--floor",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    metavar="SHARE",
    help="Part of their share of children, by money, that areas which programmes name have at the least.",
)
@studies.ENGINE
@studies.out("out/NAME-optimised")
@studies.CHARTS
@studies.QUIET
def optimise(scenarios: tuple[str, ...], out: Path | None, quiet: bool, **options: Any) -> None:
    """Allocate a budget over the programmes of scenarios: how much of each, and from when.

    The first scenario says what else is so. Responses are sampled in the simulator, a mixed-integer programme finds a
    plan, and a search with the same draws improves it. What is shown of a plan is a full run of it, with foster places
    as the scenario has them and the other way. Budgets are held by the mean cost over draws, so that some draws cost
    more. It says first how many runs it takes at the most; one that was stopped goes on when the same command is given
    again.
    """
    given = {"scenarios": scenarios, **options}
    _asked(given)
    loaded = load_all(scenarios)
    folder = Path("out") / f"{loaded[0].key}-optimised" if out is None else out
    OPTIMISE.ask(loaded, given, folder, quiet=quiet)


def _write_optimised(asking: Asking) -> str:
    from simulator.decisions.levers import combined, levers, plan_file
    from simulator.decisions.optimise import draws_that_suit, runs_budget
    from simulator.decisions.optimise import optimise as find
    from simulator.decisions.optimise_folder import optimise_text, write_optimised
    from simulator.decisions.plan_runs import PlanRuns
    from simulator.scenario import Problem, ScenarioError

    files, charts, asked = list(asking.loaded), asking.options["charts"], _asked(asking.options)
    with refusing(ScenarioError):
        loaded = combined(files)
        offered = levers(loaded, asked.most, asked.latest_start)
    names = [one.name for one in offered]
    unknown = [name for one in asked.together for name in one.weights if name not in names]
    if unknown:
        raise WrongInput.of(
            [Problem("", 0, 0, "--together", f"no programme is called {x}", ", ".join(names)) for x in unknown]
        )
    if asking.options["draws"] is None:
        asked = replace(asked, draws=draws_that_suit(offered, asked))
    runs = runs_budget(offered, asked)
    engine = studies.engine_asked(asking.options["engine"], runs, loaded)
    asking.said(f"{len(offered)} programmes; {asked.draws} draws; at most {runs:,} runs of the simulator")
    with refusing(ScenarioError), watched_bar(loaded.key, quiet=asking.quiet) as progress:
        found = find(loaded, asked, progress, engine=engine, work=asking.work)
    text = plan_file(loaded, offered, found.plan.plan, PlanRuns(loaded, offered).prices)
    command = asking.command(engine=engine, draws=asked.draws)
    written(lambda: write_optimised(found, loaded, files, text, asking.folder, command, engine=engine, charts=charts))
    return optimise_text(found, loaded.scenario.name)


def _asked(options: Mapping[str, Any]) -> Asked:
    """Read what is asked of a plan; all problems are told at once."""
    from simulator.decisions.optimise import Asked
    from simulator.scenario import Problem

    problems: list[Problem] = []
    weights = _weights(options["objective"], problems)
    ceilings = {name: level for one in options["most"] for name, level in [_level(one, "--most", problems)]}
    shared = _together(options["together"], problems)
    frontier = _budgets(options["frontier"], problems)
    by, draws, per_year = options["by"], options["draws"], options["per_year"]
    if by != "expected" and draws is not None and draws < 2:
        problems.append(Problem("", 0, 0, "--by", f"{by} is of draws", "--draws of 2 or more"))
    if problems:
        raise WrongInput.of(problems)
    return Asked(
        options["budget"], weights, by, draws or 0, options["seed"], float("inf") if per_year is None else per_year,
        ceilings, shared, options["latest_start"], options["floor"], frontier, options["next_gbp"],
    )  # fmt: skip


def _budgets(text: str | None, problems: list[Problem]) -> tuple[float, ...]:
    """Read the budgets of the frontier."""
    from simulator.decisions.optimise import FRONTIER_GBP
    from simulator.scenario import Problem

    if text is None:
        return FRONTIER_GBP
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = (float("nan"),)
    if not all(0.0 <= one <= _MOST_GBP for one in found):
        problems.append(Problem("", 0, 0, "--frontier", f"{text!r} are no budgets", "pounds from 0 to 1e12, as 0,1e8"))
    return found


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


OPTIMISE = StudyCommand(optimise, _write_optimised, lambda options: list(options["scenarios"]))

COMMANDS = (optimise,)
