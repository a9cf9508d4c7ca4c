"""Which children find a place, and with whom, when not every place suits every child: sums on arrays.

Children come in random order. Each takes a place at random from those still free that suit best; if none does, from
those that suit at all; if none does, the child goes without. For many children of few types the numbers are certain
(only which child it is is chance), and are worked out here in small steps: in each, an even part of the children of
every type looks for a place, and where more look for places of a type than are free, all have the same chance of one.

It is a greedy rule: nobody moves again to make room for another, as children who are settled are not moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 40
"""Parts in which children come; with ten times as many, numbers move by about 1% at most where places are short."""


@dataclass(frozen=True)
class Matched:
    """Children who found a place: (batch, child type, place type) each.

    Attributes
    ----------
    best : in places that suit best.
    other : in places that suit at all.
    """

    best: Array
    other: Array

    @property
    def placed(self) -> Array:
        """Children with a place: (batch, child type)."""
        return np.asarray((self.best + self.other).sum(axis=-1))


def match(children: Array, places: Array, suits_best: Array, suits: Array, steps: int = STEPS) -> Matched:
    """Match children to places.

    Parameters
    ----------
    children : (batch, child type)
    places : (batch, place type)
        Free at first.
    suits_best, suits : (child type, place type)
        1 where a place suits, 0 where it does not.
    steps : int
    """
    best, other = (np.zeros((len(children), *suits.shape)) for _ in range(2))
    free = np.array(places, dtype=float)
    for _ in range(steps):
        looking = children / steps
        for found, fits in ((best, suits_best), (other, suits)):
            looking = _take(looking, free, fits, found)
    return Matched(best, other)


def _take(looking: Array, free: Array, fits: Array, found: Array) -> Array:
    """Let children look until none who looks finds a place; note who found which, and return who did not.

    `free` and `found` are changed. A round empties a type of place, or places all who look; so rounds are few.
    """
    for _ in range(fits.shape[1] + 1):
        open_to = free[:, None, :] * fits
        choices = open_to.sum(axis=-1, keepdims=True)
        asked = looking[..., None] * np.divide(open_to, choices, out=np.zeros_like(open_to), where=choices > 0)
        wanted = asked.sum(axis=1)
        if not wanted.any():
            break
        given = asked * np.divide(np.minimum(wanted, free), wanted, out=np.zeros_like(free), where=wanted > 0)[:, None]
        found += given
        looking = looking - given.sum(axis=-1)
        full = wanted >= free
        free -= given.sum(axis=1)
        free[full] = 0.0
        looking = np.where(looking > 1e-12 * (1.0 + looking.max()), looking, 0.0)
    return looking
