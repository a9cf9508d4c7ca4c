"""A ratio of which only a part is believed: its logarithm is taken nearer to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.uncertainty.distributions import Distribution, Fault, Limits, PointMass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from simulator.uncertainty.distributions import Array


@dataclass(frozen=True)
class Shrunk(Distribution):
    """A ratio to the power of what is kept of its logarithm, in every draw.

    Parameters
    ----------
    whole
        The ratio as a study found it; nought or above.
    kept
        What is kept of its logarithm, above 0 and up to 1.
    """

    whole: Distribution
    kept: float

    def faults(self) -> Iterator[Fault]:
        """Refuse what is no ratio."""
        if self.whole.support[0] < 0.0:
            yield Fault("shrink", "the distribution reaches below 0, and is no ratio")

    @property
    def central(self) -> float:
        """Return that of the ratio, shrunk."""
        return float(self.whole.central**self.kept)

    @property
    def support(self) -> Limits:
        """Return the limits of the ratio, shrunk."""
        low, high = self.whole.support
        return low**self.kept, high**self.kept

    def ppf(self, u: ArrayLike) -> Array:
        """Return quantiles of the ratio, shrunk: a greater ratio stays greater."""
        return self.whole.ppf(u) ** self.kept

    def cdf(self, x: ArrayLike) -> Array:
        """Return the probability of the ratio up to that which shrinks to `x`."""
        import numpy as np

        return self.whole.cdf(np.maximum(np.asarray(x, dtype=float), 0.0) ** (1.0 / self.kept))


def shrunken(whole: Distribution, kept: float) -> Distribution:
    """Return a ratio of whose logarithm a part is kept; nothing of it is no effect for certain.

    Raises
    ------
    Misstated
        If the distribution is of no ratio.
    """
    if isinstance(whole, PointMass):
        return PointMass(whole.value**kept)
    return PointMass(1.0) if kept == 0.0 else whole if kept == 1.0 else Shrunk(whole, kept)
