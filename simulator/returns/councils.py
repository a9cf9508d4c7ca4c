"""Returns of several councils in one set of tables, told apart by a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import polars as pl

from simulator.returns.column_names import COUNCIL
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.vocabulary import areas
from simulator.vocabulary.file_names import unfit_on_windows

Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]

FEWEST = 5
"""Fewest children that a council's rows are of, if it is no authority of today: its name is shown on the screen, and
what fewer children share might be about them."""

_NAME = re.compile(r"[A-Z0-9][A-Z0-9 &'().,-]{0,79}")


_TITLES = frozenset({
    "authority", "bc", "borough", "care", "cc", "children", "childrens", "city", "corporation", "council", "county",
    "district", "la", "lb", "mbc", "metropolitan", "royal", "s", "services", "social", "trust", "unitary",
    "and", "of", "the",
})  # fmt: skip
"""Words of councils' names that tell none from another."""


def split(
    episodes: pl.DataFrame, births: pl.DataFrame, uasc: pl.DataFrame, chosen: str
) -> dict[str, tuple[Frames, list[ReturnsProblem]]]:
    """Give each council its rows, by name, in the order of names; with warnings of its name, and of rows without one.

    Rows without a council go to the one that has episodes of the child; those of children without episodes to all.

    Parameters
    ----------
    episodes, births, uasc : DataFrame
        See :class:`simulator.returns.read_files.Returns`, with a column council.
    chosen : str
        The council that is wanted alone; empty for all.

    Returns
    -------
    dict
        Of a single council, or the one chosen, with an empty name.

    Raises
    ------
    ReturnsError
        If a value names no council, rows lack one, or the one chosen is not there.
    """
    frames = (_named(episodes), _named(births), _named(uasc))
    episodes = frames[0]
    found = sorted(episodes["council"].drop_nulls().unique())
    if chosen and (wanted := name_of(chosen.upper())) not in found:
        if found:
            _check(episodes, found)
        there = ", ".join(found) if found else f"none, as no table of episodes has a column {COUNCIL}"
        raise ReturnsError([ReturnsProblem(f"--la: no council of that name; there are: {there}")])
    if len(found) <= 1:
        return {"": (_plain(frames), [*_without_council(episodes)] if found else [])}
    if not chosen:
        _check(episodes, found)
    of_child = episodes.select("child", of="council").drop_nulls().unique()
    of_each: dict[str, tuple[Frames, list[ReturnsProblem]]] = {}
    for name in [wanted] if chosen else found:
        of = _of(name, frames, of_child)
        doubts = [*_without_council(of[0]), *_may_be_another(name, episodes)]
        of_each["" if chosen else name] = _plain(of), doubts
    return of_each


def folder_name(name: str) -> str:
    """Return what the folder of a council is called."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def name_of(text: str) -> str:
    """Return the name of an authority for its name or code in capitals; other text as it is."""
    return _authorities().get(text, text)


def may_be_one(name: str, other: str) -> bool:
    """Say whether names may be those of one council: the same but for titles, or short for an authority's.

    >>> may_be_one("KENT COUNTY COUNCIL", "Kent"), may_be_one("Hull", "Kingston upon Hull, City of")
    (True, True)
    >>> may_be_one("Derby", "Derbyshire"), may_be_one("Northamptonshire", "West Northamptonshire")
    (False, False)
    """
    return _meant(name) == _meant(other)


@cache
def _meant(name: str) -> frozenset[str]:
    """Return what tells a council's name from others: that of the only authority which has these words, if there is."""
    words = _telling_words(name)
    every = {_telling_words(one.name) for one in areas.authorities()}
    found = [words] if words in every else [one for one in every if words < one]
    return found[0] if len(found) == 1 else words


def _telling_words(name: str) -> frozenset[str]:
    """Return the words of a council's name but for titles; all if it has no others."""
    words = frozenset(re.findall(r"[a-z0-9]+", re.sub(r"\blondon borough\b", "", name.casefold())))
    return words - _TITLES or words


@cache
def _authorities() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in areas.authorities():
        short = one.name.partition(",")[0]
        found |= {text.upper(): one.name for text in (one.name, short, one.code, one.old_code) if text}
    return found


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    texts = frame["council"].unique().drop_nulls()
    names = {text: name_of(text) for text in texts}
    return frame.with_columns(council=pl.col("council").replace_strict(names, default=None, return_dtype=pl.String))


def _check(episodes: pl.DataFrame, found: list[str]) -> None:
    """Refuse rows of no council, and values that name none."""
    problems = []
    if (without := episodes.filter(pl.col("council").is_null() & ~pl.col("blank"))).height:
        told = f"{_of_all(without, episodes)} have no council in column {COUNCIL}, in returns of {len(found)} councils"
        problems.append(ReturnsProblem(f"{told}: whose they are can't be told; fill the column in"))
    children = _children(episodes)
    known = set(_authorities().values())
    other = [name for name in found if name not in known]
    strange = [n for n in other if not _NAME.fullmatch(n) or unfit_on_windows(n) or children[n] < FEWEST]
    if strange:
        told = f"column {COUNCIL} holds {len(strange):,} values that are no council, or of fewer than {FEWEST} children"
        problems.append(ReturnsProblem(f"{told}; rename the column, or pick one council with --la"))
    if len(set(map(folder_name, found))) < len(found):
        problems.append(ReturnsProblem(f"column {COUNCIL} has one council in several spellings"))
    if problems:
        raise ReturnsError(problems)


def _of(name: str, frames: Frames, of_child: pl.DataFrame) -> Frames:
    here = of_child.filter(pl.col("of") == name)["child"].implode()
    elsewhere = of_child.filter(pl.col("of") != name)["child"].implode()
    child = pl.col("child")
    without = pl.col("council").is_null() & (child.is_in(here) | ~child.is_in(elsewhere).fill_null(False))
    one, two, three = (frame.filter((pl.col("council") == name) | without) for frame in frames)
    return one, two, three


def _plain(frames: Frames) -> Frames:
    one, two, three = (frame.drop("council") for frame in frames)
    return one, two, three


def _without_council(episodes: pl.DataFrame) -> Iterator[ReturnsProblem]:
    """Warn of episodes that count as a council's as it is the only one, or the only one of the child."""
    if (without := episodes.filter(pl.col("council").is_null() & ~pl.col("blank"))).height:
        told = f"{_of_all(without, episodes)} have no council in column {COUNCIL}"
        yield ReturnsProblem(f"{told}, and count as those of the council that is imported: are they its own?")


def _may_be_another(name: str, episodes: pl.DataFrame) -> Iterator[ReturnsProblem]:
    """Warn of a council that is called as others, but for words that tell none apart, or a shorter name.

    Values of fewer children are not told, as in a column that holds none of councils.
    """
    shown = [one for one, of in _children(episodes).items() if _NAME.fullmatch(one.upper()) and of >= FEWEST]
    if others := sorted(one for one in shown if one != name and may_be_one(one, name)):
        told = f"{' and '.join([name, *others])} may be one council, and stand in column {COUNCIL} as {len(others) + 1}"
        yield ReturnsProblem(f"{told}; if they are one, give it one name there and import again")


def _children(episodes: pl.DataFrame) -> dict[str, int]:
    named = episodes.filter(pl.col("council").is_not_null())
    return dict(named.group_by("council").agg(pl.col("child").n_unique()).rows())


def _of_all(some: pl.DataFrame, episodes: pl.DataFrame) -> str:
    return f"{some.height:,} of {episodes.filter(~pl.col('blank')).height:,} episodes"
