"""Designs of a pilot: which areas join and when, and what they are compared with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

MATCHES = 3
"""Areas that each pilot area is compared with, while there are any left (a common choice in matched studies)."""


class PilotDesign(ABC):
    """How areas join a pilot and what tells its effect. Positions of areas are those of `alike`."""

    name: ClassVar[str]
    label: ClassVar[str]

    years_from_areas: ClassVar[bool]
    """Whether areas that are compared tell what a year did to all; if not, only the record of past years does."""

    @property
    @abstractmethod
    def describes(self) -> str:
        """What is compared with what."""

    @abstractmethod
    def least_areas(self) -> int:
        """Return the fewest pilot areas that it can work with."""

    @abstractmethod
    def most_areas(self, of: int) -> int:
        """Return the most pilot areas that it can work with, of so many in the study."""

    @property
    def joining_years(self) -> int:
        """Years over which areas join."""
        return 1

    @abstractmethod
    def membership(self, pilots: Places, others: NDArray[np.bool_], alike: Array) -> NDArray[np.bool_]:
        """Say which areas join in which year: (draw, joining year + never, area). Those in no group are left out.

        Parameters
        ----------
        pilots : (draw, pilot area) int
            In an order drawn by lot.
        others : (draw, area) of bool
            Areas that pilot areas can be compared with.
        alike : (area, feature)
            By what areas are matched, in standard deviations.
        """


def _nobody(pilots: Places, groups: int, areas: int) -> NDArray[np.bool_]:
    return np.zeros((len(pilots), groups, areas), dtype=np.bool_)


@dataclass(frozen=True)
class BeforeAfter(PilotDesign):
    """Pilot areas before and after, with nothing beside them."""

    name: ClassVar[str] = "before-after"
    label: ClassVar[str] = "Before and after"
    years_from_areas: ClassVar[bool] = False

    @property
    def describes(self) -> str:
        """What is compared with what."""
        return "pilot areas with themselves before, allowing for how far England has moved in past years"

    def least_areas(self) -> int:
        """Return 1."""
        return 1

    def most_areas(self, of: int) -> int:
        """Return all."""
        return of

    def membership(self, pilots: Places, others: NDArray[np.bool_], alike: Array) -> NDArray[np.bool_]:
        """All pilot areas join in the first year."""
        found = _nobody(pilots, 2, len(alike))
        found[np.arange(len(pilots))[:, None], 0, pilots] = True
        return found


@dataclass(frozen=True)
class MatchedDifference(PilotDesign):
    """Difference in differences against areas that are most alike in size and in rate of starts.

    Each pilot area in turn takes the nearest area that is left, `MATCHES` times over; none is taken twice.
    """

    name: ClassVar[str] = "matched-difference"
    label: ClassVar[str] = "Matched difference in differences"
    years_from_areas: ClassVar[bool] = True

    @property
    def describes(self) -> str:
        """What is compared with what."""
        return f"change in pilot areas with change in up to {MATCHES} areas like each of them"

    def least_areas(self) -> int:
        """Return 1."""
        return 1

    def most_areas(self, of: int) -> int:
        """Return all but the one that they are compared with."""
        return of - 1

    def membership(self, pilots: Places, others: NDArray[np.bool_], alike: Array) -> NDArray[np.bool_]:
        """Pilot areas join in the first year; their matches never do."""
        found = _nobody(pilots, 2, len(alike))
        draw = np.arange(len(pilots))
        found[draw[:, None], 0, pilots] = True
        free = others.copy()
        far = np.linalg.norm(alike[:, None] - alike, axis=-1)
        for pick in range(min(MATCHES * pilots.shape[1], int(others.sum(axis=1).min()))):
            turn = pick % pilots.shape[1]
            nearest = np.where(free, far[pilots[:, turn]], np.inf).argmin(axis=1)
            free[draw, nearest] = False
            found[draw, 1, nearest] = True
        return found


@dataclass(frozen=True)
class SteppedWedge(PilotDesign):
    """Pilot areas join in equal groups, one group a year, in an order drawn by lot; those that wait are compared with.

    Attributes
    ----------
    steps : int
        Groups.
    """

    steps: int = 3

    name: ClassVar[str] = "stepped-wedge"
    label: ClassVar[str] = "Stepped wedge"
    years_from_areas: ClassVar[bool] = True

    @property
    def describes(self) -> str:
        """What is compared with what."""
        return f"pilot areas that have joined with those that wait, in {self.steps} groups a year apart"

    @property
    def joining_years(self) -> int:
        """Years over which areas join."""
        return self.steps

    def least_areas(self) -> int:
        """Return one a group."""
        return self.steps

    def most_areas(self, of: int) -> int:
        """Return all."""
        return of

    def membership(self, pilots: Places, others: NDArray[np.bool_], alike: Array) -> NDArray[np.bool_]:
        """Groups join in turn."""
        found = _nobody(pilots, self.steps + 1, len(alike))
        draw = np.arange(len(pilots))[:, None]
        for step, places in enumerate(np.array_split(np.arange(pilots.shape[1]), self.steps)):
            found[draw, step, pilots[:, places]] = True
        return found


def designs(steps: int) -> dict[str, PilotDesign]:
    """Return every design by its name.

    Parameters
    ----------
    steps : int
        Groups of the stepped wedge.
    """
    every = (BeforeAfter(), MatchedDifference(), SteppedWedge(steps))
    return {one.name: one for one in every}
