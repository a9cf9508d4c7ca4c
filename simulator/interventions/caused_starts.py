"""Starts that are moved for a cause, of which no two interventions may hold the same. It holds no kind of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CausedStarts:
    """Children who start to be looked after, as something moves them.

    Attributes
    ----------
    streams : tuple of str
        Streams of children.
    ages : tuple of int
        Youngest and oldest age.
    """

    streams: tuple[str, ...]
    ages: tuple[int, int]

    def meet(self, other: CausedStarts) -> bool:
        """Say whether any start is of both."""
        of_a_stream = bool(set(self.streams) & set(other.streams))
        return of_a_stream and self.ages[0] <= other.ages[1] and other.ages[0] <= self.ages[1]
