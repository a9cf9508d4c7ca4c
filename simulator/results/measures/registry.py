"""The register of measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.results.measures.view import View

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Values:
    """Values of a measure, (draw, area, time, placement, age band), and the labels of its last two axes."""

    values: Array
    placements: tuple[str, ...] = (ALL,)
    age_bands: tuple[str, ...] = (ALL,)


@dataclass(frozen=True)
class MeasureKind:
    """A measure as registered; `order` is its place in tables."""

    name: str
    title: str
    unit: str
    kind: Literal["stock", "flow"]
    description: str
    order: int
    compute: Callable[[View], Values]


_KINDS: dict[str, MeasureKind] = {}


def registered() -> dict[str, MeasureKind]:
    """Return the measures registered so far."""
    return _KINDS


def measure(
    order: int, title: str, unit: str, kind: Literal["stock", "flow"]
) -> Callable[[Callable[[View], Values]], Callable[[View], Values]]:
    """Register a function as the measure of its name; its docstring is the description.

    Raises
    ------
    ValueError
        If the name is taken.
    """

    def register(compute: Callable[[View], Values]) -> Callable[[View], Values]:
        name = compute.__name__
        if name in _KINDS:
            raise ValueError(f"two measures are named {name!r}")
        _KINDS[name] = MeasureKind(name, title, unit, kind, (compute.__doc__ or "").strip(), order, compute)
        return compute

    return register
