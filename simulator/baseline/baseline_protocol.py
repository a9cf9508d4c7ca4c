"""What a projection asks of who is run: England, some of its authorities, or a council by its own returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_lines import CostLine
from simulator.baseline.england import England
from simulator.baseline.local_evidence import Evidence
from simulator.baseline.placing_walks import PlacingWalk
from simulator.baseline.random_walk import RandomWalk
from simulator.baseline.start import OwnPast, PastSeries, Start
from simulator.engine.rates import Rates
from simulator.uncertainty import Parameter
from simulator.vocabulary.areas import Area

Array = NDArray[np.float64]


class Baseline(Protocol):
    """Where a projection starts. Everything that depends on who is run is asked of it."""

    @property
    def england(self) -> England:
        """The baseline of England whose rates it stands on; itself, if it is England.

        Any other has England run beside it, in the same scenario and draw, for what agencies do.
        """

    @property
    def codes(self) -> tuple[str, ...]:
        """What areas are called along the area axis."""

    @property
    def reported(self) -> tuple[Area, ...]:
        """What results are given for."""

    @property
    def member(self) -> Array:
        """Which areas each of `reported` is the sum of: (reported, area)."""

    @property
    def part_of_england(self) -> float:
        """Share of England's children at the base who are in its areas."""

    @property
    def under_18s(self) -> Array:
        """People aged under 18 in each of `reported`, as last published; NaN where that is not known: (reported,)."""

    @property
    def walking(self) -> tuple[str, ...]:
        """Names, in keys of what is drawn, of the areas whose rates walk away from England's; none if it is England."""

    @property
    def walks(self) -> Mapping[str, RandomWalk]:
        """How far each of these rates walks, by name; a rate that is not in it is held."""

    @property
    def placing_walks(self) -> Mapping[str, PlacingWalk]:
        """How far where children are placed walks, by group of placements; none if it is England."""

    @property
    def places_of_record(self) -> bool:
        """Whether foster places are those that its own record fills, as its supply is not known."""

    def takes_trend(self, name: str) -> bool:
        """Say whether a trend of England's acts on its rates (`simulator.projection.recorded_trends`)."""

    def takes_drift(self, name: str) -> bool:
        """Say whether what strays in draws of England does in its own (`simulator.projection.drift`)."""

    @property
    def events(self) -> Mapping[str, Array]:
        """About how many events a year each rate that walks makes: (area,) by name."""

    def to_draw(self) -> tuple[Parameter, ...]:
        """Return what is not known of its levels, as parameters to draw: logs of ratios."""

    def at_base(self, england: Rates, drawn: Mapping[str, float]) -> Start:
        """Return where a draw of its areas starts.

        Parameters
        ----------
        england : Rates
            England's in the scenario, before interventions, with areas of size 1.
        drawn : mapping of key to float
            See :meth:`to_draw`; levels that are not in it are at their means.
        """

    @property
    def history(self) -> Mapping[str, PastSeries]:
        """What is known of the years before the run, by measure."""

    @property
    def by_own_returns(self) -> bool:
        """Whether it is one council by its own returns, so that a file which it is run with is the council's own."""

    def evidence(self, neighbours: Sequence[str] = ()) -> Evidence | None:
        """Return what is known of one council or region beside its projection; None of England and of many areas.

        Parameters
        ----------
        neighbours : sequence of str
            Names of authorities to set it beside, in place of its statistical neighbours.
        """

    @property
    def own_past(self) -> OwnPast | None:
        """What its own past tells of its forecast, where it has one that is looked at."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Whose figures it is made from, for the line under a chart."""

    def held(self, starts: Literal["numbers", "rates"]) -> str:
        """Return what every chart must say of what is held, as a sentence.

        Parameters
        ----------
        starts : {"numbers", "rates"}
            How the scenario holds starts.
        """

    @property
    def notes(self) -> tuple[str, ...]:
        """What every chart must say besides; often nothing."""

    def spend_notes(self, cost_lines: Sequence[CostLine]) -> Iterable[str]:
        """Say where spend before the run is far from what is reported elsewhere."""

    @property
    def questions_apply(self) -> bool:
        """Whether questions of scenarios can be asked of it: their limits are of the size of England."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from another of the same scenario and areas: a name and a hash of what was read, or nothing."""

    def manifest(self, *, in_full: bool) -> dict[str, Any]:
        """Return what a manifest tells of it.

        Parameters
        ----------
        in_full : bool
            False where results are published: a hash of small tables could be guessed at.
        """
