"""How much of what help does to the children it is for is seen in published starts, from runs of the simulator.

Published starts are of all children. Help for families acts on the ages it is for, not on asylum-seeking children, some
time after it starts, and on children who come back only as fewer of them ever came. All of that is in the simulator, so
a pilot area is a run in which the help is everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.interventions.early_help import EarlyHelp
from simulator.runs.simulate import simulate
from simulator.scenario import load, load_mapping, shipped
from simulator.vocabulary.calendar import LATEST_BASE

Array = NDArray[np.float64]

REFERENCE = "status-quo"
PILOT_SCENARIO, PILOT = "stable-homes-2023", "pathfinders"
"""Where the help of the strategy's pilots is stated."""

RUNS_OF_REACH = 2
"""Model runs that reach takes: with the help and without it."""

MEASURED_AT = 0.9
"""Ratio of the run that reach is measured with. Starts are linear in it, so that any other gives the same."""


@dataclass(frozen=True)
class Help:
    """Help for families in a pilot area, from April of the first year.

    Attributes
    ----------
    lag_months : int
        From help to fewer starts.
    build_up_months : int
        From the start to full strength, evenly.
    ages : tuple of int
        Youngest and oldest age at the start of care of the children it is for.
    lasts_months : int or None
        Months from its start to its end, after which the effect fades as in any scenario; None if it goes on.
    """

    lag_months: int
    build_up_months: int
    ages: tuple[int, int]
    lasts_months: int | None = None

    @property
    def in_words(self) -> str:
        """What it is, within a sentence."""
        ends = "" if self.lasts_months is None else f", for {self.lasts_months} months"
        return (
            f"help for children aged {self.ages[0]} to {self.ages[1]}, built up over {self.build_up_months} months, "
            f"with an effect {self.lag_months} months later{ends}"
        )


@cache
def pilot_help() -> EarlyHelp:
    """Return the help of the strategy's pilots, as its scenario states it."""
    [found] = [one for one in load(shipped()[PILOT_SCENARIO]).scenario.interventions if one.id == PILOT]
    assert isinstance(found, EarlyHelp)
    return found


def shipped_help() -> Help:
    """Return the timing and the ages of the strategy's pilots, for help that goes on."""
    stated = pilot_help()
    return Help(stated.lag_months, stated.profile.months or 0, stated.ages)


@cache
def reach(help_: Help, years: int) -> Array:
    """Return the share of the effect that is in starts of all children by year of help: (year,).

    That is, starts with the help over those without it are ``1 + (ratio - 1) x reach``.

    Raises
    ------
    ScenarioError
        If the help is none that a scenario could have.
    """
    end = f"{LATEST_BASE + years}-03"
    run: dict[str, Any] = {"name": "Pilot", "extends": REFERENCE, "end": end}
    first = f"{LATEST_BASE}-04"
    effect = {"measure": "starts", "risk_ratio": MEASURED_AT}
    given: dict[str, Any] = {"kind": "early_help", "id": "pilot", "start": first, "ages": list(help_.ages)}
    given |= {"lag_months": help_.lag_months, "effect": effect}
    if help_.build_up_months:
        given["profile"] = {"shape": "linear", "months": help_.build_up_months}
    if help_.lasts_months is not None:
        given["end"] = _month_after(help_.lasts_months - 1)
    with_help, without = (
        simulate(load_mapping(one)).year_totals("starts").area()[0] for one in ({**run, "interventions": [given]}, run)
    )
    found: Array = (with_help / without - 1.0) / (MEASURED_AT - 1.0)
    return found


def _month_after(months: int) -> str:
    """Return the month so many after the first of the run, as a scenario writes it."""
    year, month = divmod(LATEST_BASE * 12 + 3 + months, 12)
    return f"{year}-{month + 1:02d}"
