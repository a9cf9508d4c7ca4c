"""What a measure is apart from its numbers: name, unit, axes, and how it may be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Kind = Literal["stock", "flow"]
"""A stock is known at instants, one more than there are months; a flow over months."""

POUNDS = "GBP"

INFLATION = "inflation"
"""The cause of extra spend that is none in real prices."""


@dataclass(frozen=True)
class Publication:
    """How a measure may be published (`simulator.disclosure.publish`).

    Attributes
    ----------
    rule : {"never", "count", "supply", "money"}
        A count of children is rounded, and hidden where it is small or would give another away. Supply is England's,
        shared as fostered children are, so it tells their number and is hidden where they are few. Money is rounded to
        match the children it is spent on.
    part_of : str
        The count that this one and all others that say so add up to.
    parts_in : str
        The count among whose parts by placement the parts of this one are.
    hidden_with : str
        The count besides, with which supply or money is hidden.
    of_placements : bool
        Whether money is spent on placements, so that it could tell how many children live in a hidden one.
    coarser : float
        How much more coarsely than children supply is rounded.
    """

    rule: Literal["never", "count", "supply", "money"]
    part_of: str = ""
    parts_in: str = ""
    hidden_with: str = ""
    of_placements: bool = False
    coarser: float = 1.0


NEVER = Publication("never")
"""Left out of what is published."""


@dataclass(frozen=True)
class Quantity:
    """One measured quantity of one scenario, as it is labelled.

    Attributes
    ----------
    name : str
        As in the tables, for example ``children``.
    title : str
        As people read it, for example "Children looked after".
    unit : str
        ``children``, ``people``, ``households``, ``places`` or ``GBP``.
    kind : {"stock", "flow"}
        How it goes over time: a flow adds up over a year, a stock is taken at its end.
    placements, age_bands : tuple of str
        Labels of its parts; ``("all",)`` where it is not split.
    publication : Publication
        How it may be published.
    difference : int
        Its place among the differences between scenarios that tables show; 0 if it has none.
    """

    name: str
    title: str
    unit: str
    kind: Kind
    placements: tuple[str, ...]
    age_bands: tuple[str, ...]
    publication: Publication = field(default=NEVER, kw_only=True)
    difference: int = field(default=0, kw_only=True)

    @property
    def is_money(self) -> bool:
        """Whether values are pounds."""
        return self.unit == POUNDS


@dataclass(frozen=True)
class Measure(Quantity):
    """A quantity with its values in the runs that are held in full.

    Attributes
    ----------
    values : (draw, area, time, placement, age band)
        Parts add up to the total. Money is in cash.
    """

    values: Array

    def total(self, area: int = 0, draw: int = 0) -> Array:
        """Return the central path, or another draw's, over all placements and ages: (time,)."""
        path: Array = self.values[draw, area].sum(axis=(-2, -1))
        return path

    def by_placement(self, area: int = 0, draw: int = 0) -> dict[str, Array]:
        """Return a path for each placement, over all ages."""
        paths = self.values[draw, area].sum(axis=-1)
        return {name: paths[:, i] for i, name in enumerate(self.placements)}

    def by_age_band(self, area: int = 0, draw: int = 0) -> dict[str, Array]:
        """Return a path for each age band, over all placements."""
        paths = self.values[draw, area].sum(axis=-2)
        return {name: paths[:, i] for i, name in enumerate(self.age_bands)}
