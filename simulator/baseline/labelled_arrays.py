"""Arrays in files beside the labels of their axes, so that none is read in another order than it was written in.

A baseline file says along which places, reasons, ages and so on its arrays run. On reading they are put in the order of
today, by label. A placement, or a way of moving between placements, that the file does not know is filled with zeros:
nobody lives there at the base and nobody goes that way until the file says otherwise. Anything else that differs is an
error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.structure import EXIT_GROUPS, edges, structure
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, HOME_SPELLS, PHASES, REASONS, SECTORS

Array = NDArray[np.float64]

GROWING = ("place", "edge")
"""Axes that may be longer than a file knows."""

UNLABELLED = ("draw", "area", "row")
"""Axes that need no labels: of size 1, or birth cohorts, whose width the file gives."""

_STOCK = ("draw", "area", "row", "phase", "place")

AXES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "group_ratio": ("exit_group",),
    "phase_ratio": ("phase",),
    "tilt": ("exit_group",),
    "reason_share": ("exit_group", "reason"),
    "guardianship_per_year": ("age_band",),
    "foster_guardianship_per_year": ("age_band",),
    "move_per_year": ("edge",),
    "new_starts": ("age",),
    "start_place": ("age", "place"),
    "uasc_starts": ("age",),
    "uasc_start_place": ("age", "place"),
    "return_per_year": ("spell",),
    "resident": _STOCK,
    "resident_home": ("draw", "area", "row", "spell"),
    "uasc": _STOCK,
    "households": ("sector",),
    "places_approved": ("sector",),
    "children": ("sector",),
    "approvals_per_year": ("sector",),
    "enquiries_per_year": ("sector",),
    "pass_share": ("sector", "stage"),
})  # fmt: skip
"""Axes of each array of a baseline, by name; other fields are no arrays."""


@cache
def labels() -> Mapping[str, tuple[str, ...]]:
    """Return the labels of today along each axis of a baseline.

    Raises
    ------
    ValueError
        If data/structure.yaml gives a move between placements twice, or from or to one that is not known.
    """
    moves = tuple(f"{edge.origin} to {edge.to}" for edge in edges())
    for edge, move in zip(edges(), moves, strict=True):
        if moves.count(move) > 1:
            raise ValueError(f"structure.yaml: moves: {move} is given twice")
        for name in (edge.origin, edge.to):
            if name not in placements.names():
                raise ValueError(f"structure.yaml: moves: no placement {name!r}; {_listed(placements.names())}")
    return MappingProxyType({
        "place": placements.names(),
        "edge": moves,
        "reason": REASONS,
        "phase": PHASES,
        "age": tuple(map(str, AGES)),
        "age_band": tuple(AGE_BANDS),
        "exit_group": tuple(EXIT_GROUPS),
        "spell": HOME_SPELLS,
        "sector": SECTORS,
        "stage": tuple(stage["name"] for stage in structure()["fostering"]["stages"]),
    })  # fmt: skip


def aligned(name: str, values: Array, known: Mapping[str, Sequence[str]], file: str) -> Array:
    """Return an array of a file along the axes of today.

    Parameters
    ----------
    name : str
        Of `AXES`.
    values : array
    known : mapping of axis to labels
        What the file says of its axes.
    file : str
        Its name, for errors.

    Raises
    ------
    ValueError
        If the array does not have its axes, if a label is not known, is there twice or is missing, or if an axis is
        of another length than its labels; the message names the file and the label.
    """
    if values.ndim != len(AXES[name]):
        raise ValueError(f"{file}: {name}: {values.ndim} axes; needed: {', '.join(AXES[name])}")
    for i, axis in enumerate(AXES[name]):
        if axis not in UNLABELLED:
            there = _checked(axis, known, file)
            if values.shape[i] != len(there):
                raise ValueError(f"{file}: {name}: {values.shape[i]} along {axis}, and {len(there)} labels")
            values = _along(values, i, there, labels()[axis])
    return values


def _checked(axis: str, known: Mapping[str, Sequence[str]], file: str) -> Sequence[str]:
    """Return the labels of an axis in a file."""
    if axis not in known:
        raise ValueError(f"{file}: axes: no labels of {axis}")
    there, today = known[axis], labels()[axis]
    for label in there:
        if label not in today:
            raise ValueError(f"{file}: axes: {axis}: {label!r} is not known; {_listed(today)}")
        if list(there).count(label) > 1:
            raise ValueError(f"{file}: axes: {axis}: {label!r} is there twice")
    if axis not in GROWING and (missing := [label for label in today if label not in there]):
        raise ValueError(f"{file}: axes: {axis}: {missing[0]!r} is missing")
    return there


def _along(values: Array, i: int, there: Sequence[str], today: Sequence[str]) -> Array:
    """Put axis `i` in the order of today, with zeros for labels that are not there."""
    found = np.zeros((*values.shape[:i], len(today), *values.shape[i + 1 :]))
    np.moveaxis(found, i, 0)[[today.index(label) for label in there]] = np.moveaxis(values, i, 0)
    return found


def _listed(labels: Sequence[str]) -> str:
    return f"known: {', '.join(labels)}"
