"""What must be said of intervals that hold no luck: who happens to come in and leave."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from simulator.results.no_change import Z80
from simulator.vocabulary.areas import ENGLAND


def by_luck(number: float) -> float:
    """Return how far chance alone moves a number to either side in 80% of cases: as of a Poisson number."""
    return Z80 * sqrt(number)


LEFT_OUT = "Intervals of draws are of the number to expect: the luck of single children is no part of them."

HOW_LARGE = (
    f"By luck alone a number of 10 children moves by about {by_luck(10):.0f} either way in 80% of cases, one of 100 by "
    f"{by_luck(100):.0f} and one of 300 by {by_luck(300):.0f} ({Z80:.2f} times the root of the number, as of a Poisson "
    "number, which is somewhat too wide for children who are in care already). --chance counts it."
)


LUCK = (LEFT_OUT, HOW_LARGE)


def luck_notes(areas: Sequence[str], *, chance: bool) -> tuple[str, ...]:
    """Return what must be said of draws: nothing where they hold luck, or of England, where it is next to nothing."""
    return () if chance or tuple(areas) == (ENGLAND,) else LUCK
