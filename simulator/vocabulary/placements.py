"""Where a looked-after child can live: the table in ``placements.yaml``, read once.

Code names no placement and does not count them: it asks for what is so of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from simulator.vocabulary.axes import SECTORS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "placements.yaml"

LEAVES_FOR = ("adoption", "home", "guardianship")
"""Reasons of leaving that go with some placements, whatever the time in care."""

OTHER_PRICE = "other"
"""Price process of lines of spend that go with no placement."""


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
    price
        Process that its unit cost follows (`simulator.projection.drift`), after ``price_``.
    authority_group
        Group of placements that holds it in tables of authorities (`simulator.data.authority_tables`).
    ages
        Youngest and oldest completed age.
    colour
        Name in the chart palette.
    plural
        What people read where several are meant; the label if left out.
    is_foster
        With foster carers, kin included.
    is_home
        A children's home.
    inflow
        Process that first placements and moves into it follow, after ``into_``, or empty where those go whom no other
        placement takes.
    capacity
        Foster sector whose places it fills (``council``, ``independent``), or empty where there is no limit.
    waits_for
        ``fostering`` if children live here until a foster place comes free, else empty.
    reported_as
        Placement that published figures count the child in; its own name if left out.
    leaves_for
        Reason of leaving that goes with the placement, of `LEAVES_FOR`, or empty.
    steady_pace
        Whether moving and leaving go on at one pace however long a child has been in care.
    registers
        Whether settings register, or were unregistered, so that children change column between placements marked so.
    """

    name: str
    label: str
    codes: tuple[str, ...]
    cost: str
    authority_group: str
    ages: tuple[int, int]
    colour: str
    plural: str
    price: str = OTHER_PRICE
    inflow: str = ""
    is_foster: bool = False
    is_home: bool = False
    capacity: str = ""
    waits_for: str = ""
    reported_as: str = ""
    leaves_for: str = ""
    steady_pace: bool = False
    registers: bool = False


def _placement(name: str, entry: Mapping[str, Any]) -> Placement:
    """Make one row of the table from its entry in the file."""
    known = {field.name for field in fields(Placement)} - {"name"}
    if unknown := entry.keys() - known:
        raise ValueError(f"{FILE}: {name}: {min(unknown)} is not known; known: {', '.join(sorted(known))}")
    given = {"plural": entry["label"], "reported_as": name, **entry}
    given |= {key: tuple(entry[key]) for key in ("codes", "ages")}
    return Placement(name=name, **given)


def _check(table: tuple[Placement, ...]) -> None:
    """Raise ValueError that names what some rows of the table say together and can't."""
    allowed = {
        "capacity": ("", *SECTORS),
        "waits_for": ("", "fostering"),
        "reported_as": tuple(placement.name for placement in table),
        "leaves_for": ("", *LEAVES_FOR),
    }
    for placement in table:
        for key, values in allowed.items():
            if (value := getattr(placement, key)) not in values:
                text = f"{key}: {value!r}; allowed: {', '.join(filter(None, values))}"
                raise ValueError(f"{FILE}: {placement.name}: {text}")
    for sector in SECTORS:
        filled = [placement.name for placement in table if placement.capacity == sector]
        if len(filled) != 1:
            raise ValueError(f"{FILE}: capacity {sector}: one placement fills its places, not {', '.join(filled) or 0}")
    codes = [code for placement in table for code in placement.codes]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise ValueError(f"{FILE}: codes: {min(twice)} is given twice")


@cache
def placements() -> tuple[Placement, ...]:
    """All placements, in the order of every ``place`` axis.

    Raises
    ------
    ValueError
        If the file says what can't be.
    """
    from ruamel.yaml import YAML

    text = files("simulator.vocabulary").joinpath(FILE).read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text)
    found = tuple(_placement(name, entry) for name, entry in table.items())
    _check(found)
    return found


@cache
def names() -> tuple[str, ...]:
    """Names of all placements, in order."""
    return tuple(placement.name for placement in placements())


@cache
def reported() -> tuple[str, ...]:
    """Names of the placements that published figures know, in order."""
    return tuple(placement.name for placement in placements() if placement.reported_as == placement.name)


def in_words(name: str) -> str:
    """Return what people read of a placement within a sentence: ``children's homes``."""
    plural = next(one.plural for one in placements() if one.name == name)
    return f"{plural[0].lower()}{plural[1:]}"


def groups() -> NDArray[np.intp]:
    """For each placement, the position in :func:`reported` of the one it is counted in: (place,) int."""
    import numpy as np

    position = {name: i for i, name in enumerate(reported())}
    return np.array([position[placement.reported_as] for placement in placements()], dtype=np.intp)


def sector_places() -> tuple[int, ...]:
    """For each foster sector, the position of the placement that fills its places."""
    by_sector = {placement.capacity: i for i, placement in enumerate(placements())}
    return tuple(by_sector[sector] for sector in SECTORS)


def waiting_places() -> NDArray[np.intp]:
    """Positions of the placements where children wait for a foster home."""
    import numpy as np

    return np.array([i for i, one in enumerate(placements()) if one.waits_for == "fostering"], dtype=np.intp)


def not_with_kin() -> NDArray[np.intp]:
    """Positions of the placements whose children are not with kin, who are approved for one child."""
    import numpy as np

    return np.array([i for i, one in enumerate(placements()) if one.capacity or not one.is_foster], dtype=np.intp)


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
