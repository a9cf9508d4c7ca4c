"""What a line of spend goes with: one class a driver, which counts itself in a run and in the areas of a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import FORMER_UASC, LEAVERS_18_TO_20, UNDER_GUARDIANSHIP, AfterCare, SupportedPool
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, REASONS, STREAMS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

UASC_SHARE_ON_PLACEMENT_LINES = 1.0 / 3.0
"""Share of the placement of an asylum-seeking child that the lines of placements pay; the asylum line pays the rest.

A judgement, as no return says it: a third makes one more such child cost about what it has cost. Among authorities,
2016-17 to 2024-25, spend on children looked after less leaving care rises with one more such child by £57,000 (standard
error 13,000) over one year, £73,000 (12,000) over two and £91,000 (11,000) over three, at 2024-25 prices, of which the
asylum line is £46,000 [dfe_lait_2026; dfe_cla_2025]."""

PAID = np.array([UASC_SHARE_ON_PLACEMENT_LINES if stream == "uasc" else 1.0 for stream in STREAMS])
"""Share of a child's placement that the lines of placements pay: (stream,)."""

SCHOOL_AGE = np.array([first >= 5 for first, _ in AGE_BANDS.values()])
"""Age bands whose education the education line supports, 5 to 17: (band,)."""


class CountedRun(Protocol):
    """What a driver may count in a run (`simulator.results.measures.view.View`)."""

    @property
    def child_weeks(self) -> Array:
        """Weeks in care: (draw, area, month, stream, place)."""

    @property
    def weeks_by_band(self) -> Array:
        """Weeks in care: (draw, area, month, band)."""

    @property
    def exits_by_reason(self) -> Array:
        """Exits: (draw, area, month, band, reason)."""

    def pool_weeks(self, pool: SupportedPool) -> Array:
        """Weeks of those who have left care and are in a pool: (draw, area, month)."""


@dataclass(frozen=True)
class AtBase:
    """What areas have at the base.

    Attributes
    ----------
    children : (area, stream, place)
    by_band : (area, band)
    after_care : AfterCare
    """

    children: Array
    by_band: Array
    after_care: AfterCare


@dataclass(frozen=True)
class Driver:
    """What a line of spend goes with.

    Attributes
    ----------
    key : str
        Of its line.
    name : str
        In baseline files.
    unit : str
        What it counts, for people.
    """

    key: str
    name: ClassVar[str]
    unit: ClassVar[str]
    of_placements: ClassVar[bool] = False

    @property
    def places(self) -> NDArray[np.bool_]:
        """Placements whose weeks it counts one by one: (place,)."""
        return np.zeros(len(placements.placements()), dtype=bool)

    def amount(self, seen: CountedRun) -> Array:
        """Return what it counts in a run: (draw, area, month, x).

        x is the placements of a line that goes with placements; of others it is 1.
        """
        raise NotImplementedError

    def at_base(self, base: AtBase) -> Array:
        """Return what areas have of it at the base, in proportion: (area,)."""
        return np.asarray(base.children.sum(axis=(-2, -1)))

    def units_of(self, units: float | Array, share: Array) -> Array:
        """Return how many units areas have of England's, with such shares of the line: (area,)."""
        return np.asarray(units * share)


@dataclass(frozen=True)
class PlacedWeeks(Driver):
    """Weeks in the placements with the unit cost of its line."""

    name = "placement"
    unit = "weeks in the placement"
    of_placements = True

    @property
    def places(self) -> NDArray[np.bool_]:
        """Placements whose weeks it counts one by one: (place,)."""
        return np.array([place.cost == self.key for place in placements.placements()])

    def amount(self, seen: CountedRun) -> Array:
        """Return weeks, those of asylum-seeking children as far as the lines of placements pay for them."""
        return paid_weeks(seen.child_weeks)[..., self.places]

    def at_base(self, base: AtBase) -> Array:
        """Return children."""
        return np.asarray(paid_weeks(base.children)[:, self.places].sum(axis=-1))


def paid_weeks(by_stream: Array) -> Array:
    """Return weeks that the lines of placements pay for: (..., place) from (..., stream, place)."""
    return np.asarray(np.einsum("...sp,s->...p", by_stream, PAID))


@dataclass(frozen=True)
class UascWeeks(Driver):
    """Weeks in care of unaccompanied asylum-seeking children."""

    name = "uasc"
    unit = "weeks of asylum-seeking children in care"

    def amount(self, seen: CountedRun) -> Array:
        """Return weeks."""
        return np.asarray(seen.child_weeks[..., STREAMS.index("uasc"), :].sum(axis=-1, keepdims=True))

    def at_base(self, base: AtBase) -> Array:
        """Return children."""
        return np.asarray(base.children[:, STREAMS.index("uasc")].sum(axis=-1))


@dataclass(frozen=True)
class SchoolAgeWeeks(Driver):
    """Weeks in care of children of 5 to 17."""

    name = "school_age"
    unit = "weeks of children in care of 5 to 17"

    def amount(self, seen: CountedRun) -> Array:
        """Return weeks."""
        return np.asarray(seen.weeks_by_band[..., SCHOOL_AGE].sum(axis=-1, keepdims=True))

    def at_base(self, base: AtBase) -> Array:
        """Return children."""
        return np.asarray(base.by_band[:, SCHOOL_AGE].sum(axis=-1))


@dataclass(frozen=True)
class Adoptions(Driver):
    """Adoptions from care; areas share the line as children in care."""

    name = "adoptions"
    unit = "adoptions"

    def amount(self, seen: CountedRun) -> Array:
        """Return adoptions."""
        return np.asarray(seen.exits_by_reason[..., REASONS.index("adoption")].sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class Held(Driver):
    """Nothing that a run knows: the line stays what it is; areas share it as children in care."""

    name = "held"
    unit = "years"

    def amount(self, seen: CountedRun) -> Array:
        """Return a twelfth of a year in each month."""
        return np.full((*seen.child_weeks.shape[:3], 1), 1.0 / MONTHS_A_YEAR)

    def units_of(self, units: float | Array, share: Array) -> Array:
        """Return a year in each area."""
        return np.full_like(share, units)


@dataclass(frozen=True)
class _PoolWeeks(Driver):
    """Weeks of those who have left care and are in a pool."""

    pool: ClassVar[SupportedPool]

    def amount(self, seen: CountedRun) -> Array:
        """Return weeks."""
        return seen.pool_weeks(self.pool)[..., None]

    def at_base(self, base: AtBase) -> Array:
        """Return how many there are."""
        return self.pool.at_base(base.after_care)


@dataclass(frozen=True)
class GuardianshipWeeks(_PoolWeeks):
    """Weeks of children who left care for special guardianship, until 18."""

    name = "guardianship"
    unit = "weeks of children under special guardianship"
    pool = UNDER_GUARDIANSHIP


@dataclass(frozen=True)
class LeaverWeeks(_PoolWeeks):
    """Weeks of young people of 18 to 20 who left care at 18."""

    name = "care_leavers"
    unit = "weeks of care leavers of 18 to 20"
    pool = LEAVERS_18_TO_20


@dataclass(frozen=True)
class FormerUascWeeks(_PoolWeeks):
    """Weeks of those of them who came as asylum-seeking children."""

    name = "former_uasc"
    unit = "weeks of care leavers of 18 to 20 who were asylum-seeking children"
    pool = FORMER_UASC


DRIVERS: Mapping[str, type[Driver]] = {
    one.name: one
    for one in (
        PlacedWeeks, UascWeeks, SchoolAgeWeeks, Adoptions, Held, GuardianshipWeeks, LeaverWeeks, FormerUascWeeks,
    )
}  # fmt: skip
"""Every driver, by its name in baseline files."""
