"""How draws are made: one Latin hypercube column for each parameter, keyed by the parameter's name.

A column depends on the seed, the key and the number of draws, and on nothing else. So a parameter more or less
moves no other; the same key has the same draws in every scenario, which takes the noise out of differences; and
draw `i` is the same whichever draws are run, in whatever order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.uncertainty.distributions import Distribution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MOST_DRAWS = 1_000_000

_JITTER_BITS = 24
"""Fineness of the position inside a stratum; fine enough to vary, coarse enough never to round to 0 or 1."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One uncertain number.

    Attributes
    ----------
    key
        Name that its draws hang on, such as ``interventions[family-help].effect.risk_ratio``.
    distribution
        What is known of it.
    group
        Evidence that it shares with others, or empty.
    correlation
        Share of its variance, on the normal scale, that comes from the group: 0 to 1. Two members that state
        the same correlation have just that correlation with each other.
    """

    key: str
    distribution: Distribution
    group: str = ""
    correlation: float = 1.0


def uniforms(key: str, draws: int, seed: int) -> Array:
    """Return a Latin hypercube column: one value in each of `draws` equal strata, in random order.

    The bits come from the raw output of PCG64, which numpy promises to keep, seeded with the SHA-256 of seed
    and key; so a column is the same with every version and on every machine.

    Parameters
    ----------
    key
        Name of the parameter.
    draws
        Number of draws, without the central run.
    seed
        Seed of the run.

    Returns
    -------
    array of float
        (draws,) for draws 1, 2, ...; strictly between 0 and 1.

    Raises
    ------
    ValueError
        If the number of draws is below 1 or above `MOST_DRAWS`.

    References
    ----------
    McKay, Beckman and Conover (1979), A comparison of three methods for selecting values of input variables,
    Technometrics 21(2), 239-245.
    """
    import numpy as np

    if not 1 <= draws <= MOST_DRAWS:
        raise ValueError(f"{draws} draws were asked for; allowed: 1 to {MOST_DRAWS}")
    digest = hashlib.sha256(f"{seed}:{key}".encode()).digest()
    order, place = np.random.PCG64(int.from_bytes(digest, "little")).random_raw(2 * draws).reshape(2, draws)
    stratum = np.argsort(np.argsort(order, kind="stable"), kind="stable")
    jitter = ((place >> np.uint64(64 - _JITTER_BITS)) + 0.5) / 2**_JITTER_BITS
    return (stratum + jitter) / draws


def drawn(parameter: Parameter, draws: int, seed: int) -> Array:
    """Return the values of one parameter in draws 1 to `draws`: (draws,).

    Members of a group are tied by a Gaussian copula: ``z = sqrt(c) z_group + sqrt(1 - c) z_own``, with ``c``
    the correlation; the distribution of each stays what was stated.
    """
    return parameter.distribution.ppf(_probabilities(parameter, draws, seed))


def sample(parameters: Iterable[Parameter], draws: int, seed: int) -> dict[str, Array]:
    """Return the values of parameters in draws 1 to `draws`, by key: (draws,) each."""
    return {parameter.key: drawn(parameter, draws, seed) for parameter in parameters}


def _probabilities(parameter: Parameter, draws: int, seed: int) -> Array:
    """Probabilities at which the quantiles of a parameter are taken: (draws,)."""
    shared = parameter.correlation if parameter.group else 0.0
    if shared == 0.0:
        return uniforms(parameter.key, draws, seed)
    group = uniforms(f"group[{parameter.group}]", draws, seed)
    if shared == 1.0:
        return group
    from scipy.special import ndtr, ndtri

    own = uniforms(parameter.key, draws, seed)
    return ndtr(math.sqrt(shared) * ndtri(group) + math.sqrt(1.0 - shared) * ndtri(own))
