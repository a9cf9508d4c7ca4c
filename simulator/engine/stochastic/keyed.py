"""Random numbers that hang on a name: the same child, month and question give the same number in every scenario.

So a scenario that prevents one start takes out one child and leaves the numbers of all others as they were.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Key = NDArray[np.uint64]


def key_of(*names: object) -> Key:
    """Return the key of some names: 64 bits of their SHA-256."""
    text = "\x1f".join(map(str, names))
    return np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], dtype="<u8")


def keys(key: Key, what: int, month: int, number: Key) -> Key:
    """Return a key for each number, by what it is for (a whole number) and the month."""
    return of_scattered(about(key, what, month), scattered(number))


def about(key: Key, what: int, month: int) -> Key:
    """Return the part of :func:`keys` that is the same for all numbers."""
    return _mix(key ^ np.uint64(what << 32 | month))


def scattered(number: Key) -> Key:
    """Return the part of :func:`keys` that hangs on the number alone."""
    return _mix(number)


def of_scattered(part: Key, number: Key) -> Key:
    """Return what :func:`keys` gives, from its two parts."""
    return _mix(part ^ number)


def uniforms(key: Key, what: int, month: int, number: Key) -> Array:
    """Return a uniform number, strictly between 0 and 1, for each key that :func:`keys` would give."""
    return uniform(keys(key, what, month, number))


def uniform(key: Key) -> Array:
    """Return a uniform number, strictly between 0 and 1, for each key."""
    return ((key >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _mix(x: Key) -> Key:
    """Return well-mixed bits: the generator SplitMix64 (Steele, Lea and Flood 2014, OOPSLA, section 4)."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
