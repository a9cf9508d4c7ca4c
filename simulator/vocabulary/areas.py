"""Authorities of England, and the areas that a scenario can ask for: authorities, regions, types of authority, England.

An authority goes by its ONS code in arrays and by its name in tables. Areas other than authorities are sums of theirs.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from simulator.vocabulary.labels import ALL

ENGLAND = "England"

GROUPS = ("region", "type")
"""Ways of grouping authorities; ``region: North West`` asks for the group and for each authority in it."""

SLIP = 0.8
"""Likeness, as `difflib` has it, from which a name is taken for a slip of another: `Rutlnad` of Rutland."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A local authority with duties to children.

    Attributes
    ----------
    old_code : str
        Three-digit code of the Department for Education, which stays when boundaries do.
    code : str
        ONS code.
    name, region : str
    type : {"county", "unitary", "metropolitan", "London"}
    children : float
        Looked after on 31 March 2025; where that is hidden, the mean rate of the others on its population.
    """

    old_code: str
    code: str
    name: str
    region: str
    type: str
    children: float


@dataclass(frozen=True, slots=True)
class Area:
    """What results are reported for: its name in tables, and the ONS codes of the authorities that it is the sum of."""

    name: str
    members: tuple[str, ...]


@cache
def authorities() -> tuple[Authority, ...]:
    """Return every authority of today, in the order of codes of the Department for Education."""
    return tuple(
        Authority(r["old_code"], r["code"], r["name"], r["region"], r["type"], float(r["children"]))
        for r in table()
        if r["code"]
    )


@cache
def table() -> tuple[Mapping[str, str], ...]:
    """Return the rows of areas.csv: authorities of today, and those that are no more, which have no ONS code."""
    text = (files("simulator.vocabulary") / "areas.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def groups() -> dict[str, Area]:
    """Return regions and types of authority by what scenarios call them, for example ``region: North West``."""
    found: dict[str, list[str]] = {}
    for one in authorities():
        for group in GROUPS:
            found.setdefault(f"{group}: {getattr(one, group)}", []).append(one.code)
    return {key: Area(_group_name(key), tuple(codes)) for key, codes in sorted(found.items())}


def _group_name(key: str) -> str:
    kind, _, name = key.partition(": ")
    return name if kind == "region" else f"{name[:1].upper()}{name[1:]} authorities"


@cache
def areas() -> dict[str, tuple[Area, ...]]:
    """Return what each word that a scenario can use asks for."""
    by_code = {one.code: Area(one.name, (one.code,)) for one in authorities()}
    england = Area(ENGLAND, tuple(by_code))
    words: dict[str, tuple[Area, ...]] = {ENGLAND: (england,)}
    words |= {key: (group, *(by_code[code] for code in group.members)) for key, group in groups().items()}
    words |= {group.name: (group,) for group in groups().values() if group.name not in by_code}
    words |= {one.name.partition(",")[0]: (by_code[one.code],) for one in authorities()}
    words |= {one.name: (by_code[one.code],) for one in authorities()}
    words |= {one.code: (by_code[one.code],) for one in authorities()}
    regions = tuple(group for key, group in groups().items() if key.startswith("region: "))
    return words | {ALL: (england, *regions, *by_code.values())}


def reported(names: Iterable[str]) -> tuple[Area, ...]:
    """Return the areas that some words ask for, each once, in the order in which they are asked for.

    Raises
    ------
    KeyError
        If a word is not known.
    """
    return tuple(dict.fromkeys(area for name in names for area in areas()[name]))


def units(names: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of the authorities to run; none if England is asked for alone, which is run as a whole."""
    if tuple(names) == (ENGLAND,):
        return ()
    wanted = {code for area in reported(names) for code in area.members}
    return tuple(one.code for one in authorities() if one.code in wanted)


def codes_of(names: Iterable[str]) -> frozenset[str]:
    """Return the codes of all authorities in some areas."""
    return frozenset(code for area in reported(names) for code in area.members)


def code_of(name: str, other: str) -> str:
    """Return the code of the authority with a name; another code if there is none."""
    return next((one.code for one in authorities() if name in (one.name, one.name.partition(",")[0])), other)


def meant(name: str) -> str:
    """Return the word for an area that another one may stand for; nothing if it is like none.

    Case is of no matter, nor is the rest of an authority's name, and old codes are known.

    >>> meant("KENT"), meant("Hull"), meant("846"), meant("north west"), meant("Knet"), meant("Wales")
    ('Kent', 'Kingston upon Hull, City of', 'Brighton and Hove', 'North West', 'Kent', '')
    """
    small = name.casefold().strip()
    by_small_letters = {word.casefold(): word for word in areas()}
    if small in by_small_letters:
        return by_small_letters[small]
    if found := [one.name for one in authorities() if one.old_code == small]:
        return found[0]
    parts = [one.name for one in authorities() if small in one.name.casefold().replace(",", "").split()]
    if len(parts) == 1:
        return parts[0]
    close = difflib.get_close_matches(small, by_small_letters, n=1)
    return by_small_letters[close[0]] if close else ""


def near_miss(name: str) -> str:
    """Return the authority whose name another one is a slip of; nothing if it is an authority's, or like none.

    >>> near_miss("Rutlnad"), near_miss("rutland"), near_miss("Rutland"), near_miss("Our county")
    ('Rutland', 'Rutland', '', '')
    """
    names = [spelt for one in authorities() for spelt in (one.name, one.name.partition(",")[0])]
    by_small_letters = {spelt.casefold(): spelt for spelt in names}
    found = difflib.get_close_matches(name.casefold(), by_small_letters, n=1, cutoff=SLIP)
    return by_small_letters[found[0]] if found and name not in names else ""


def children(codes: Iterable[str]) -> Iterator[float]:
    """Yield children looked after in March 2025 of some authorities."""
    by_code = {one.code: one.children for one in authorities()}
    return (by_code[code] for code in codes)
