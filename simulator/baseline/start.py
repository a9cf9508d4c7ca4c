"""What a baseline gives a projection to start from, and what is known of the years before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import AfterCare
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.placement_levels import PlacementMix
from simulator.engine.rates import FosterRates, StreamRates

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """Where one draw of some areas starts: their children, rates, foster households and spend at the base.

    Attributes
    ----------
    streams : tuple of StreamRates
        In the order of ``axes.STREAMS``; where children are placed is England's, but for what a council's own returns
        say.
    foster : FosterRates or None
    cost_lines, grant_lines : tuple of CostLine
        Of spend and of income, at prices of the year to England's base.
    after_care : AfterCare
        Those who have left care and are still paid for.
    placement_mix : PlacementMix
        Beside that of the rates.
    benchmarked : tuple of (area,) bool
        By stream, areas whose hazards of leaving are held to England's path (`simulator.projection.benchmarking`).
    away : mapping of (placement, away) to float
        Shares of children who live away, by its own returns (`simulator.baseline.distance_from_home`); none where
        published ones are used.
    """

    streams: tuple[StreamRates, ...]
    foster: FosterRates | None
    cost_lines: tuple[CostLine, ...]
    grant_lines: tuple[CostLine, ...]
    after_care: AfterCare
    placement_mix: PlacementMix
    benchmarked: tuple[NDArray[np.bool_], ...]
    away: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class PastSeries:
    """A series of the years before a run.

    Attributes
    ----------
    dates : tuple of str
        ISO dates of instants for stocks, financial years for flows and money.
    values : (time,)
    source : str
        Source keys.
    published : bool
        False where it is the area's own.
    counted : bool
        False where it is worked out of a count and not one.
    added : str
        What is in it beside those counted, as a part of a sentence.
    note : str
        What must be said of it.
    """

    dates: tuple[str, ...]
    values: Array
    source: str
    published: bool = True
    counted: bool = True
    added: str = ""
    note: str = ""


@dataclass(frozen=True)
class OwnPast:
    """What an area's own past tells of its forecast.

    Attributes
    ----------
    no_change_sd : float
        Standard deviation, a year, of the log of children in care where nothing is expected to change: an interval of a
        forecast of no change grows with the root of time.
    years : tuple of int
        31 March of the years over which the model was run from an earlier base.
    children, model, sd : (year,)
        In care then, by the model with the starts that happened, and what chance makes of it.
    beyond : bool
        Whether the model missed the last of them by more than chance.
    """

    no_change_sd: float
    years: tuple[int, ...]
    children: Array
    model: Array
    sd: Array
    beyond: bool

    @property
    def warned(self) -> str:
        """Say that the model missed its past, in words that hold no count."""
        chance = abs(self.model[-1] - self.children[-1]) / self.sd[-1]
        many = "more" if self.model[-1] > self.children[-1] else "fewer"
        return (
            f"Check the forecast: run over the last {len(self.years)} years of the returns, the model makes {many} "
            f"children than there were, {chance:.1f} times what chance makes: take forecasts with care."
        )

    @property
    def said(self) -> str:
        """Say how the model did over the past years; nothing if there are none."""
        if not self.years:
            return ""
        model, real = self.model[-1], self.children[-1]
        chance = abs(model - real) / self.sd[-1]
        how = f"{chance:.1f} times what chance makes" if self.beyond else "within chance"
        return (
            f"Run over its own past from 31 March {self.years[0] - 1}, the model makes {model:,.0f} children on "
            f"31 March {self.years[-1]}; the returns hold {real:,.0f} ({how})."
        )


def what_is_held(
    starts: Literal["numbers", "rates"], *, as_in: str = "the year before the run", besides: Sequence[str] = ()
) -> str:
    """Return what every chart must say of what is held, as a sentence.

    Parameters
    ----------
    starts : {"numbers", "rates"}
        How the scenario holds starts.
    as_in : str
        When starts were as numbers are held.
    besides : sequence of str
        What is to be said of other rates.
    """
    first = {
        "numbers": f"Numbers of children who start are held as in {as_in}",
        "rates": "Start rates by age are held on a population carried forward from mid-2023 without migration",
    }[starts]
    return f"{'; '.join([f'{first}, before any trend or programme of the scenario', *besides])}."
