"""Distributions of one number, as people state them.

Each has a central value, a support that no draw leaves, and an exact quantile function (``ppf``) with its
inverse (``cdf``). Nothing is clipped and no draw is rejected. numpy and scipy are imported when a quantile is
asked for, so that a file can be checked without them.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array: TypeAlias = NDArray[np.float64]

Limits: TypeAlias = tuple[float, float]
"""Least and greatest value, infinite where there is none."""

UNLIMITED: Limits = (-math.inf, math.inf)

_USUAL_PERCENT = 80
"""Interval shown for a distribution that states none, percent."""

_LEAST_WIDTH, _LEAST_GAP = 1e-6, 1e-9
"""Least width of an interval, and least distance of a median from its ends, as shares of the numbers themselves."""

_SHAPES = (0.01, 1_000_000.0)
"""Range of the shape parameters of beta and gamma distributions."""

_LEAST_SKEW_SHARE = 0.05
"""How near to an end of its interval, as a share of it, the median that a stated mean implies may lie."""


class Fault(NamedTuple):
    """One thing wrong with a distribution: the parameter it is about, what is wrong, and what is allowed."""

    name: str
    what: str
    allowed: str = ""


class Misstated(ValueError):
    """A distribution that cannot be.

    Parameters
    ----------
    faults
        Everything that is wrong with it.
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.name}: {fault.what}" for fault in faults))
        self.faults = faults


class Interval(NamedTuple):
    """An interval and the probability, in percent, that the value is in it (half of the rest on each side)."""

    percent: float
    low: float
    high: float


class Distribution(ABC):
    """What is known of one number.

    Raises
    ------
    Misstated
        When it is made, with everything that is wrong with its parameters.
    """

    def __post_init__(self) -> None:
        """Refuse parameters that cannot be."""
        faults = tuple(self.faults())
        if faults:
            raise Misstated(*faults)

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with the parameters."""
        yield from ()

    @property
    @abstractmethod
    def central(self) -> float:
        """Value of the central run."""

    @property
    @abstractmethod
    def support(self) -> Limits:
        """Limits that no draw leaves."""

    @abstractmethod
    def ppf(self, u: ArrayLike) -> Array:
        """Return quantiles: the least x with ``cdf(x) >= u``, for probabilities strictly between 0 and 1."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Array:
        """Probability of a value up to and including `x`."""

    @property
    def interval(self) -> Interval:
        """Interval to show: as stated where one is, otherwise the central 80%."""
        tail = (1.0 - _USUAL_PERCENT / 100.0) / 2.0
        low, high = self.ppf([tail, 1.0 - tail])
        return Interval(_USUAL_PERCENT, float(low), float(high))


@dataclass(frozen=True)
class PointMass(Distribution):
    """One value, for a part of a mix that is certain."""

    value: float

    @property
    def central(self) -> float:
        """Return the value."""
        return self.value

    @property
    def support(self) -> Limits:
        """Return the value twice."""
        return self.value, self.value

    def ppf(self, u: ArrayLike) -> Array:
        """Return the value, whatever the probability."""
        import numpy as np

        return np.full(np.shape(u), float(self.value))

    def cdf(self, x: ArrayLike) -> Array:
        """Return 1 from the value on."""
        import numpy as np

        return (np.asarray(x) >= self.value).astype(float)


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal distribution."""

    mean: float
    sd: float

    def faults(self) -> Iterator[Fault]:
        """Ask for a spread."""
        yield from _positive(self, "sd")

    @property
    def central(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def support(self) -> Limits:
        """Return no limits."""
        return UNLIMITED

    def ppf(self, u: ArrayLike) -> Array:
        """Return ``mean + sd z``."""
        from scipy.special import ndtri

        return self.mean + self.sd * ndtri(u)

    def cdf(self, x: ArrayLike) -> Array:
        """Return the inverse of `ppf`."""
        import numpy as np
        from scipy.special import ndtr

        return ndtr((np.asarray(x) - self.mean) / self.sd)


@dataclass(frozen=True)
class Lognormal(Distribution):
    """Value whose natural logarithm is normal, with `sigma` the standard deviation of the logarithm."""

    median: float
    sigma: float

    def faults(self) -> Iterator[Fault]:
        """Ask for a positive median and spread."""
        yield from _positive(self, "median", "sigma")

    @property
    def central(self) -> float:
        """Return the median."""
        return self.median

    @property
    def support(self) -> Limits:
        """Return all that is above 0."""
        return 0.0, math.inf

    def ppf(self, u: ArrayLike) -> Array:
        """Return ``median exp(sigma z)``."""
        from scipy.special import ndtri

        return _from_scale(math.log(self.median) + self.sigma * ndtri(u), self.support)

    def cdf(self, x: ArrayLike) -> Array:
        """Return the inverse of `ppf`."""
        from scipy.special import ndtr

        return ndtr((_to_scale(x, self.support) - math.log(self.median)) / self.sigma)


@dataclass(frozen=True)
class Beta(Distribution):
    """Beta distribution on 0 to 1."""

    alpha: float
    beta: float

    def faults(self) -> Iterator[Fault]:
        """Ask for parameters whose quantiles can be computed."""
        yield from _computable(self, "alpha", "beta")

    @property
    def central(self) -> float:
        """Return the mean, ``alpha / (alpha + beta)``."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def support(self) -> Limits:
        """Return 0 to 1."""
        return 0.0, 1.0

    def ppf(self, u: ArrayLike) -> Array:
        """Return quantiles."""
        from scipy.special import betaincinv

        return betaincinv(self.alpha, self.beta, u)

    def cdf(self, x: ArrayLike) -> Array:
        """Return the regularised incomplete beta function."""
        import numpy as np
        from scipy.special import betainc

        return betainc(self.alpha, self.beta, np.clip(x, 0.0, 1.0))


@dataclass(frozen=True)
class Gamma(Distribution):
    """Gamma distribution, with mean ``shape x scale``."""

    shape: float
    scale: float

    def faults(self) -> Iterator[Fault]:
        """Ask for a shape whose quantiles can be computed, and a positive scale."""
        yield from _computable(self, "shape")
        yield from _positive(self, "scale")

    @property
    def central(self) -> float:
        """Return the mean."""
        return self.shape * self.scale

    @property
    def support(self) -> Limits:
        """Return all that is above 0."""
        return 0.0, math.inf

    def ppf(self, u: ArrayLike) -> Array:
        """Return quantiles."""
        from scipy.special import gammaincinv

        return self.scale * gammaincinv(self.shape, u)

    def cdf(self, x: ArrayLike) -> Array:
        """Return the regularised incomplete gamma function."""
        import numpy as np
        from scipy.special import gammainc

        return gammainc(self.shape, np.maximum(x, 0.0) / self.scale)


@dataclass(frozen=True)
class Uniform(Distribution):
    """Every value between two limits alike."""

    low: float
    high: float

    def faults(self) -> Iterator[Fault]:
        """Ask for limits in order."""
        if not self.low < self.high:
            yield Fault("high", f"{self.high:g} is not above low {self.low:g}", f"above {self.low:g}")

    @property
    def central(self) -> float:
        """Return the middle."""
        return (self.low + self.high) / 2.0

    @property
    def support(self) -> Limits:
        """Return both limits."""
        return self.low, self.high

    @property
    def interval(self) -> Interval:
        """Return the whole range."""
        return Interval(100, self.low, self.high)

    def ppf(self, u: ArrayLike) -> Array:
        """Return ``low + u (high - low)``."""
        import numpy as np

        return self.low + np.asarray(u) * (self.high - self.low)

    def cdf(self, x: ArrayLike) -> Array:
        """Return the inverse of `ppf`."""
        import numpy as np

        return np.clip((np.asarray(x) - self.low) / (self.high - self.low), 0.0, 1.0)


@dataclass(frozen=True)
class Triangular(Distribution):
    """Density that rises evenly from `low` to `mode` and falls evenly to `high`."""

    low: float
    mode: float
    high: float

    def faults(self) -> Iterator[Fault]:
        """Ask for limits in order, and the mode between them."""
        if not self.low < self.high:
            yield Fault("high", f"{self.high:g} is not above low {self.low:g}", f"above {self.low:g}")
        elif not self.low <= self.mode <= self.high:
            allowed = f"{self.low:g} to {self.high:g}"
            yield Fault("mode", f"the mode {self.mode:g} is not between low and high", allowed)

    @property
    def central(self) -> float:
        """Return the mode, the one value that is stated as most likely."""
        return self.mode

    @property
    def support(self) -> Limits:
        """Return both limits."""
        return self.low, self.high

    @property
    def interval(self) -> Interval:
        """Return the whole range."""
        return Interval(100, self.low, self.high)

    def ppf(self, u: ArrayLike) -> Array:
        """Return quantiles: a square root on each side of the mode."""
        import numpy as np

        u, width, rise = np.asarray(u, dtype=float), self.high - self.low, self._rise
        rising = self.low + width * np.sqrt(u * rise)
        falling = self.high - width * np.sqrt((1.0 - u) * (1.0 - rise))
        return np.where(u < rise, rising, falling)

    def cdf(self, x: ArrayLike) -> Array:
        """Return the inverse of `ppf`."""
        import numpy as np

        place, rise = (np.clip(x, self.low, self.high) - self.low) / (self.high - self.low), self._rise
        below = place**2 / rise if rise > 0.0 else 0.0
        above = 1.0 - (1.0 - place) ** 2 / (1.0 - rise) if rise < 1.0 else 1.0
        return np.where(place < rise, below, above)

    @property
    def _rise(self) -> float:
        """Position of the mode between the limits, and the probability below it."""
        return (self.mode - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Quantiles(Distribution):
    r"""Smooth distribution with three exact quantiles: the ends of an interval and the median.

    With ``g`` the logarithm of the distance from the limit (one limit), the probit of the position between the
    limits (two) or nothing (none), and ``z`` a standard normal value whose ``c`` is that of the upper quantile:

    ``g(x) = xi + lambda sinh(asinh(delta z) + n asinh(delta c))``

    With one limit this is J-QPD-S of Hadlock and Bickel, whose logarithm has tails no heavier than those of a
    normal distribution, so that every moment exists. The same curve serves on the other two scales; with two
    limits it has lighter tails than their J-QPD-B and so does not pile draws up at the limits. If the three
    quantiles are symmetric on the scale of ``g`` it is a lognormal, probit-normal or normal distribution.

    Parameters
    ----------
    low, median, high
        Quantiles.
    percent
        Probability between `low` and `high`, percent.
    limits
        Limits of the quantity: both finite, the lower alone, or neither.
    mean
        Mean, if that is what was stated; see :meth:`with_mean`.

    References
    ----------
    Hadlock, C. C. and Bickel, J. E. (2017), Johnson quantile-parameterized distributions, Decision Analysis
    14(1), 35-64, https://doi.org/10.1287/deca.2016.0343.
    """

    low: float
    median: float
    high: float
    percent: float = 80
    limits: Limits = UNLIMITED
    mean: float | None = None

    def faults(self) -> Iterator[Fault]:
        """Ask for an interval in order, inside the limits, with the median inside it."""
        yield from _interval_faults(self.low, self.high, self.limits)
        yield from _centre_faults("median", self.median, self.low, self.high)

    @classmethod
    def with_mean(
        cls, mean: float, low: float, high: float, percent: float = 95, limits: Limits = UNLIMITED
    ) -> Quantiles:
        """Make the distribution whose interval and mean are given.

        The median is found by bisection on the scale of ``g``; the central value is the mean.

        Raises
        ------
        Misstated
            Also if no such distribution has this mean.
        """
        faults = (*_interval_faults(low, high, limits), *_centre_faults("mean", mean, low, high))
        if faults:
            raise Misstated(*faults)
        ends = cls(low, mean, high, percent, limits)._ends

        def at(share: float) -> Quantiles:
            median = float(_from_scale(ends[0] + share * (ends[1] - ends[0]), limits))
            return cls(low, median, high, percent, limits, mean)

        left, right = _LEAST_SKEW_SHARE, 1.0 - _LEAST_SKEW_SHARE
        least, most = at(left)._moment(), at(right)._moment()
        if not least <= mean <= most:
            what = f"no smooth distribution with the interval {low:g} to {high:g} has the mean {mean:g}"
            raise Misstated(Fault("mean", what, f"{least:.3g} to {most:.3g}, or give the median"))
        while left < (middle := (left + right) / 2.0) < right:
            left, right = (middle, right) if at(middle)._moment() < mean else (left, middle)
        return at(right)

    @property
    def central(self) -> float:
        """Return the median, or the mean if that was stated."""
        return self.median if self.mean is None else self.mean

    @property
    def support(self) -> Limits:
        """Return the limits of the quantity."""
        return self.limits

    @property
    def interval(self) -> Interval:
        """Return the interval as stated."""
        return Interval(self.percent, self.low, self.high)

    def ppf(self, u: ArrayLike) -> Array:
        """Return quantiles."""
        from scipy.special import ndtri

        return self._at(ndtri(u))

    def cdf(self, x: ArrayLike) -> Array:
        """Return the inverse of `ppf`, in closed form."""
        import numpy as np
        from scipy.special import ndtr

        xi, scale, delta, turn = self._curve
        y = (_to_scale(x, self.limits) - xi) / scale
        return ndtr(np.sinh(np.arcsinh(y) - turn) / delta if delta else y)

    @cached_property
    def _ends(self) -> tuple[float, float, float]:
        """Lower and upper quantile and median on the scale of ``g``."""
        low, high, median = (float(_to_scale(x, self.limits)) for x in (self.low, self.high, self.median))
        return low, high, median

    @cached_property
    def _curve(self) -> tuple[float, float, float, float]:
        """``xi``, ``lambda``, ``delta`` and ``n asinh(delta c)``; with a ``delta`` of 0 the curve is a line."""
        from statistics import NormalDist

        low, high, median = self._ends
        c = NormalDist().inv_cdf(0.5 + self.percent / 200.0)
        lean = low + high - 2.0 * median
        short = min(median - low, high - median)
        skew = abs(lean) / (2.0 * short)
        if skew == 0.0:
            return median, (high - low) / (2.0 * c), 0.0, 0.0
        delta = math.sqrt(skew * (skew + 2.0)) / c  # = sinh(acosh(1 + skew)) / c
        side = math.copysign(1.0, lean)
        return (low if lean > 0 else high), short / (delta * c), delta, side * math.asinh(delta * c)

    def _at(self, z: ArrayLike) -> Array:
        """Value at a standard normal value."""
        import numpy as np

        xi, scale, delta, turn = self._curve
        z = np.asarray(z, dtype=float)
        return _from_scale(xi + scale * (np.sinh(np.arcsinh(delta * z) + turn) if delta else z), self.limits)

    def _moment(self) -> float:
        """Mean, by the trapezium rule on standard normal values from -10 to 10."""
        import numpy as np

        z = np.linspace(-10.0, 10.0, 2001)
        weight = np.exp(-(z**2) / 2.0)
        return float(self._at(z) @ weight / weight.sum())


@dataclass(frozen=True)
class Mix(Distribution):
    """One of several distributions, each with a probability: studies that disagree.

    Parameters
    ----------
    weights
        Probability of each part.
    parts
        The distributions.
    """

    weights: tuple[float, ...]
    parts: tuple[Distribution, ...]

    def faults(self) -> Iterator[Fault]:
        """Ask for two parts or more and weights that add up to 1."""
        if len(self.parts) < 2:
            yield Fault("mix", "has fewer than two parts", "two parts or more, or a number")
        elif not math.isclose(math.fsum(self.weights), 1.0, abs_tol=1e-9):
            yield Fault("mix", f"the weights add up to {math.fsum(self.weights):.10g}", "weights that add up to 1")

    @property
    def central(self) -> float:
        """Return the mean of the central values, weighted."""
        return math.fsum(w * part.central for w, part in zip(self.weights, self.parts, strict=True))

    @property
    def support(self) -> Limits:
        """Return the least and greatest limit of any part."""
        lows, highs = zip(*(part.support for part in self.parts), strict=True)
        return min(lows), max(highs)

    def ppf(self, u: ArrayLike) -> Array:
        """Return exact quantiles, by bisection down to neighbouring floating-point numbers.

        A quantile of a mix lies between the least and the greatest of its parts' quantiles.
        """
        import numpy as np

        u = np.asarray(u, dtype=float)
        each = [part.ppf(u) for part in self.parts]
        low, high = np.minimum.reduce(each), np.maximum.reduce(each)
        low = np.where(self.cdf(low) >= u, low, np.nextafter(low, -np.inf))
        high = np.where(self.cdf(low) >= u, low, high)
        while np.any((low < (middle := low + (high - low) / 2.0)) & (middle < high)):
            enough = self.cdf(middle) >= u
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high

    def cdf(self, x: ArrayLike) -> Array:
        """Return the weighted mean of the parts' probabilities."""
        import numpy as np

        parts = [w * part.cdf(x) for w, part in zip(self.weights, self.parts, strict=True)]
        return np.sum(parts, axis=0)


class _Family(NamedTuple):
    """A named family: how to make one from its parameters, and their names."""

    make: Callable[..., Distribution]
    parameters: tuple[str, ...]


FAMILIES: dict[str, _Family] = {
    "normal": _Family(Normal, ("mean", "sd")),
    "lognormal": _Family(Lognormal, ("median", "sigma")),
    "beta": _Family(Beta, ("alpha", "beta")),
    "gamma": _Family(Gamma, ("shape", "scale")),
    "uniform": _Family(Uniform, ("low", "high")),
}
"""Named families."""


def _positive(distribution: Distribution, *names: str) -> Iterator[Fault]:
    """Yield a fault for each parameter that is not above 0."""
    for name in names:
        value = getattr(distribution, name)
        if not value > 0:
            yield Fault(name, f"{value:g} is not above 0", "above 0")


def _computable(distribution: Distribution, *names: str) -> Iterator[Fault]:
    """Yield a fault for each shape so extreme that the distribution is a point or two for all it matters."""
    low, high = _SHAPES
    for name in names:
        value = getattr(distribution, name)
        if not low <= value <= high:
            yield Fault(name, f"{value:g} is out of range", f"{low:g} to {high:,.0f}")


def _interval_faults(low: float, high: float, limits: Limits) -> Iterator[Fault]:
    """Yield what is wrong with an interval of a quantity with limits."""
    least, most = limits
    if not low + _LEAST_WIDTH * max(abs(low), abs(high)) < high:
        yield Fault("high", f"the interval runs from {low:g} to {high:g}", "a low end below its high end")
    if not low > least:
        yield Fault("low", f"{low:g} leaves no room above {least:g}, the least that the quantity can be")
    if not high < most:
        yield Fault("high", f"{high:g} leaves no room below {most:g}, the most that the quantity can be")


def _centre_faults(name: str, centre: float, low: float, high: float) -> Iterator[Fault]:
    """Yield a fault if a median or mean is not inside its interval."""
    if not low < high:
        return
    gap = _LEAST_GAP * abs(centre)
    if not low + gap < centre < high - gap:
        what = f"the {name} {centre:g} is not inside its interval, {low:g} to {high:g}"
        yield Fault(name, what, f"above {low:g} and below {high:g}")


def _to_scale(x: ArrayLike, limits: Limits) -> Array:
    """Take values to the scale without limits: as they are, logarithm or probit."""
    import numpy as np

    least, most = limits
    if least == -math.inf:
        return np.asarray(x, dtype=float)
    if most == math.inf:
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(np.asarray(x, dtype=float) - least, 0.0))
    from scipy.special import ndtri

    return ndtri(np.clip((np.asarray(x) - least) / (most - least), 0.0, 1.0))


def _from_scale(y: ArrayLike, limits: Limits) -> Array:
    """Return the inverse of :func:`_to_scale`."""
    import numpy as np

    least, most = limits
    if least == -math.inf:
        return np.asarray(y, dtype=float)
    if most == math.inf:
        with np.errstate(over="ignore"):
            return least + np.exp(y)
    from scipy.special import ndtr

    return least + (most - least) * ndtr(y)
