"""Returns of several councils in one set of tables, told apart by a column."""

from __future__ import annotations

import re
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


def split(episodes: pl.DataFrame, births: pl.DataFrame, uasc: pl.DataFrame, chosen: str) -> dict[str, Frames]:
    """Give each council its rows, by name, in the order of names.

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
    frames = tuple(_named(frame) for frame in (episodes, births, uasc))
    episodes = frames[0]
    found = sorted(episodes["council"].drop_nulls().unique())
    if chosen and (wanted := name_of(chosen.upper())) not in found:
        if found:
            _check(episodes, found)
        there = ", ".join(found) if found else f"none, as no table of episodes has a column {COUNCIL}"
        raise ReturnsError([ReturnsProblem(f"--la: no council of that name; there are: {there}")])
    if len(found) <= 1:
        return {"": tuple(frame.drop("council") for frame in frames)}  # type: ignore[dict-item]
    if not chosen:
        _check(episodes, found)
    of_child = episodes.select("child", of="council").drop_nulls().unique()
    if chosen:
        return {"": _of(wanted, frames, of_child)}  # type: ignore[arg-type]
    return {name: _of(name, frames, of_child) for name in found}  # type: ignore[arg-type]


def folder_name(name: str) -> str:
    """Return what the folder of a council is called."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def name_of(text: str) -> str:
    """Return the name of an authority for its name or code in capitals; other text as it is."""
    return _authorities().get(text, text)


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
        problems.append(ReturnsProblem(f"{without.height:,} episodes without a council, in returns of {len(found)}"))
    children = dict(episodes.group_by("council").agg(pl.col("child").n_unique()).rows())
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
    one, two, three = (frame.filter((pl.col("council") == name) | without).drop("council") for frame in frames)
    return one, two, three
