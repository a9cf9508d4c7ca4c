"""The questions of the README that `solve` answers: each command with its output, and what follows from it in words."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.outputs.charts import words
from simulator.runs.engines import default_engine
from simulator.runs.single_run import run_once
from simulator.runs.solve import Solution, Surety, Target, Unknown, Unsolvable, solve, with_other_places
from simulator.scenario import LoadedScenario, load


@dataclass(frozen=True)
class Asked:
    """One question, the command that answers it, and what is varied in words, if its field does not say it."""

    question: str
    scenario: str
    target: str
    vary: str
    what: str = ""

    @property
    def command(self) -> str:
        """As people type it."""
        return f"care-demand solve {self.scenario} --target {self.target} --vary {self.vary}"


PAYS = Asked(
    "What would family help have to achieve to pay for itself?",
    "family-help-national",
    "npv=0@2025-26..2034-35",
    "interventions.family-help.effect.risk_ratio",
)
ENOUGH = Asked(
    "Is £200m enough for its pilots to pay for themselves?",
    "stable-homes-2023",
    "npv=0@2023-24..2032-33",
    "interventions.pathfinders.effect.risk_ratio",
)
ASKED = (PAYS, ENOUGH)


def output(asked: Asked) -> str:
    """Return what a command prints."""
    done = CliRunner().invoke(cli, shlex.split(asked.command)[1:], catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(f"{asked.command}: {done.output}")
    return str(done.stdout).rstrip()


def transcript(asked: Asked) -> str:
    """Return a command with its output, as the README holds it."""
    return f"```text\n{asked.command}\n{output(asked)}\n```"


def answers() -> str:
    """Return all of it."""
    return "\n\n".join(part for asked in ASKED for part in (f"**{asked.question}**", transcript(asked), _answer(asked)))


SURE = Surety(0.5, draws=100)
"""By the median of so many draws."""


def break_even(
    asked: Asked,
    change: Callable[[LoadedScenario], LoadedScenario] = lambda loaded: loaded,
    sure: Surety | None = None,
) -> tuple[float | None, float | None]:
    """Return the value with which programmes just pay, with places limited and found as needed; None if none does."""
    limited, needed = _both_ways(asked, change, sure)
    return None if limited is None else limited.value, None if needed is None else needed.value


def _both_ways(
    asked: Asked,
    change: Callable[[LoadedScenario], LoadedScenario] = lambda loaded: loaded,
    sure: Surety | None = None,
) -> tuple[Solution | None, Solution | None]:
    """Return what :func:`break_even` does, with its error of counting draws."""
    loaded = change(load(asked.scenario))
    limited = loaded if loaded.scenario.assumptions.foster_places == "limited" else with_other_places(loaded)
    return _solved(limited, asked, sure), _solved(with_other_places(limited), asked, sure)


def _solved(loaded: LoadedScenario, asked: Asked, sure: Surety | None) -> Solution | None:
    engine = default_engine(draws=1 if sure is None else sure.draws, areas=1)
    try:
        unknown = Unknown.parse(asked.vary, loaded.scenario)
        return solve(loaded, Target.parse(asked.target), unknown, engine, sure=sure)
    except Unsolvable:
        return None


def _answer(asked: Asked) -> str:
    return " ".join(_pays(asked) if asked is PAYS else _enough(asked))


def _pays(asked: Asked) -> Iterator[str]:
    low, high = _evidence(asked)
    limited, needed = break_even(asked)
    yield f"{_needed(limited, needed, 'The help')} of the starts that there would be without it, at the ages it is for."
    known = [value for value in (limited, needed) if value is not None]
    studies = f"the range that the scenario takes from studies, {1 - low:.0%} fewer starts to {high - 1:.0%} more"
    if all(low < value < high for value in known):
        yield f"The evidence does not settle it: all of that lies inside {studies}."
    else:
        yield f"Not all of that lies inside {studies}."
    yield _by_draws(asked)
    old, (limited, needed) = _old_money(load(asked.scenario)), break_even(asked, _new_money_alone)
    yield (
        f"All of the money is counted, but {words.money(old)} of it is the old Supporting Families grant, which the "
        f"numbers of today hold already. Without that, the help has to prevent {_said(limited)} and {_said(needed)} by "
        "the central run. [docs/results.md](docs/results.md#value-for-money) has the intervals."
    )


def _reused(loaded: LoadedScenario) -> dict[str, float]:
    """Return what of the money for a scenario takes the place of earlier money, by financial year."""
    funding = loaded.scenario.funding
    lines = funding.lines if funding is not None else ()
    years = dict.fromkeys(year for line in lines for year in line.reused_gbp)
    return {year: sum(float(line.reused_gbp.get(year, 0.0)) for line in lines) for year in years}


def _old_money(loaded: LoadedScenario) -> float:
    return sum(_reused(loaded).values())


def _new_money_alone(loaded: LoadedScenario) -> LoadedScenario:
    """Return a scenario whose first programme costs no more than what is new of its money."""
    scenario = loaded.scenario
    for year, old in _reused(loaded).items():
        path = ("interventions", 0, "cost", "budget_gbp", year)
        scenario = scenario.with_value(path, float(scenario.value_at(path)) - old)
    return replace(loaded, scenario=scenario)


def _enough(asked: Asked) -> Iterator[str]:
    low, high = _evidence(asked)
    loaded = load(asked.scenario)
    unknown = Unknown.parse(asked.vary, loaded.scenario)
    reach = loaded.scenario.interventions[int(unknown.path[1])].areas
    limited, needed = break_even(asked)
    yield (
        f"{_needed(limited, needed, 'To pay for all of it, the help')} of starts in its {reach.count} areas; "
        f"studies run from "
        f"{1 - low:.0%} fewer starts to {high - 1:.0%} more."
    )
    yield _by_draws(asked)
    most = replace(loaded, scenario=loaded.scenario.with_value(unknown.path, 0.0))
    yield (
        f"To change England's numbers it is too little in too few places: if the help prevented every such "
        f"start while it "
        f"lasts, {words.count(_children_at_end(most))} children would be looked after at the end of the run, and "
        f"{words.count(_children_at_end(loaded))} with the effect in the file, as {reach.count} areas are "
        f"{(reach.count or 0) / (reach.of or 1):.0%} of {reach.of}. Nobody has measured what the rest of the "
        f"money does, so "
        "the scenario gives it no effect."
    )


def _by_draws(asked: Asked) -> str:
    """Say how much has to be prevented by the median of draws, which is the figure to quote."""
    limited, needed = (_counted(one) for one in _both_ways(asked, sure=SURE))
    return (
        f"By the median of draws of everything else, which is the figure to quote, it is {limited} and {needed} "
        f"(`--sure {SURE.share:g} --draws {SURE.draws}`; `--sure 0.8` asks for 80% of draws)."
    )


def _needed(limited: float | None, needed: float | None, who: str) -> str:
    """Say how much has to be prevented in each regime."""
    return (
        f"By the central run, {who[0].lower()}{who[1:]} has to prevent {_said(limited)} if foster places are limited, "
        f"and {_said(needed)} if they are found as needed,"
    )


def _said(value: float | None) -> str:
    return "more than all" if value is None else f"{1 - value:.0%}"


def _counted(one: Solution | None) -> str:
    """Say how much has to be prevented, with the standard error of counting draws."""
    if one is None or one.error is None or not math.isfinite(one.error):
        return _said(None if one is None else one.value)
    return f"{_said(one.value)} (give or take {100 * one.error:.1f})"


def _children_at_end(loaded: LoadedScenario) -> float:
    return float(run_once(loaded.scenario, loaded.key)["children"].total()[-1])


def _evidence(asked: Asked) -> tuple[float, float]:
    """Return the 10th and 90th percentile of what the scenario says of the number."""
    loaded = load(asked.scenario)
    unknown = Unknown.parse(asked.vary, loaded.scenario)
    (one,) = (one for one in loaded.uncertain if one.path == unknown.path)
    low, high = one.parameter.distribution.ppf([0.1, 0.9])
    return float(low), float(high)
