"""Where a looked-after child can live: the table in ``data/placements.yaml``, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Placement:
    """One kind of placement.

    Attributes
    ----------
    name, label
        Name in files and arrays, and what people read.
    codes
        SSDA903 place codes, some with the provider code after a slash.
    cost
        Key of its unit cost.
    capacity
        Foster sector whose places it fills (``council``, ``independent``), or empty where there is no limit.
    waits_for
        ``fostering`` if children live here until a foster place comes free, else empty.
    reported_as
        Placement that published figures count the child in; its own name if none other.
    ages
        Youngest and oldest completed age.
    colour
        Name in the chart palette.
    """

    name: str
    label: str
    codes: tuple[str, ...]
    cost: str
    capacity: str
    waits_for: str
    reported_as: str
    ages: tuple[int, int]
    colour: str


def _placement(name: str, entry: dict[str, Any]) -> Placement:
    """Make one row of the table from its entry in the file."""
    youngest, oldest = entry["ages"]
    return Placement(
        name=name,
        label=entry["label"],
        codes=tuple(entry["codes"]),
        cost=entry["cost"],
        capacity=entry.get("capacity", ""),
        waits_for=entry.get("waits_for", ""),
        reported_as=entry.get("reported_as", name),
        ages=(youngest, oldest),
        colour=entry["colour"],
    )


@cache
def placements() -> tuple[Placement, ...]:
    """All placements, in the order of every ``place`` axis."""
    from ruamel.yaml import YAML

    text = files("simulator").joinpath("data").joinpath("placements.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text)
    return tuple(_placement(name, entry) for name, entry in table.items())


@cache
def names() -> tuple[str, ...]:
    """Names of all placements, in order."""
    return tuple(placement.name for placement in placements())


@cache
def reported() -> tuple[str, ...]:
    """Names of the placements that published figures know, in order."""
    return tuple(placement.name for placement in placements() if placement.reported_as == placement.name)


def groups() -> NDArray[np.intp]:
    """For each placement, the position in :func:`reported` of the one it is counted in: (place,) int."""
    import numpy as np

    position = {name: i for i, name in enumerate(reported())}
    return np.array([position[placement.reported_as] for placement in placements()], dtype=np.intp)


def index(name: str) -> int:
    """Position of a placement on the ``place`` axis.

    Raises
    ------
    LookupError
        If there is no such placement; the message lists those there are.
    """
    if name not in names():
        raise LookupError(f"no placement {name!r}; placements: {', '.join(names())}")
    return names().index(name)


@cache
def cost_keys() -> tuple[str, ...]:
    """Keys of unit costs, in order of the placements that use them first."""
    return tuple(dict.fromkeys(placement.cost for placement in placements()))
