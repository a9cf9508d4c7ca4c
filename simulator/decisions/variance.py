"""Indices of variance: how much of an answer's uncertainty each input brings, alone and with what it meets.

Points are a scrambled Sobol sequence over the factors of all inputs, twice as wide as there are factors: one half is
sample A, the other B. In AB_i the factors of input i come from B and all others from A. Estimators are
scipy's, of Saltelli and others (2010) for first-order indices and of Jansen (1999) for total ones; inputs of
several factors move together, so that their indices are those of groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc, sobol_indices

from simulator.decisions.drawn_inputs import DrawnInput

Array = NDArray[np.float64]

INTERVAL = 0.80
"""Of bootstrapped indices."""
_RESAMPLES = 300
_BOOTSTRAP_SEED = 0
_EDGE = 1e-9
"""Least distance of a probability from 0 and 1."""


@dataclass(frozen=True)
class Samples:
    """Samples A and B of the factors of inputs.

    Attributes
    ----------
    a, b : mapping of factor to (point,)
        Standard normal values.
    """

    a: Mapping[str, Array]
    b: Mapping[str, Array]

    @classmethod
    def of(cls, inputs: Sequence[DrawnInput], points: int, seed: int) -> Samples:
        """Draw both samples.

        Parameters
        ----------
        inputs : sequence of DrawnInput
        points : int
            Of each sample; a power of 2.
        seed : int
        """
        names = [name for one in inputs for name in one.factors]
        sequence = qmc.Sobol(2 * len(names), scramble=True, rng=np.random.default_rng(seed))
        normal = ndtri(np.clip(sequence.random(points), _EDGE, 1.0 - _EDGE))
        halves = normal[:, : len(names)], normal[:, len(names) :]
        return cls(*(dict(zip(names, half.T, strict=True)) for half in halves))

    def mixed(self, one: DrawnInput) -> dict[str, Array]:
        """Return sample A with the factors of an input from B."""
        return {**self.a, **{name: self.b[name] for name in one.factors}}


@dataclass(frozen=True)
class Indices:
    """Indices of variance of some figures.

    Attributes
    ----------
    first, total : (input, figure)
        Share of the variance that goes if the input alone were known, and that stays if all others were.
    first_ends, total_ends : (2, input, figure)
        80% intervals, by bootstrap over points.
    """

    first: Array
    total: Array
    first_ends: Array
    total_ends: Array


def indices(a: Array, b: Array, mixed: Array) -> Indices:
    """Return indices of figures.

    Parameters
    ----------
    a, b : (point, figure)
        Figures at both samples.
    mixed : (input, point, figure)
        At sample A with each input from B.
    """
    first, total = _estimated(a, b, mixed)
    rng = np.random.default_rng(_BOOTSTRAP_SEED)
    again = [_estimated(a[some], b[some], mixed[:, some]) for some in rng.integers(len(a), size=(_RESAMPLES, len(a)))]
    tails = [(1.0 - INTERVAL) / 2.0, (1.0 + INTERVAL) / 2.0]
    first_ends, total_ends = (np.quantile(each, tails, axis=0) for each in zip(*again, strict=True))
    return Indices(first, total, first_ends, total_ends)


def _estimated(a: Array, b: Array, mixed: Array) -> tuple[Array, Array]:
    """Return first-order and total indices: (input, figure) each; nought for a figure that nothing moves."""
    held = {"f_A": a.T, "f_B": b.T, "f_AB": mixed.swapaxes(1, 2)}
    found = sobol_indices(func=held, n=len(a))
    first, total = (np.reshape(one, (a.shape[1], len(mixed))).T for one in (found.first_order, found.total_order))
    return first, total
