"""Plant faults in synthetic returns, one kind to a child, and count what was planted.

Kinds carry the names of the rules that find them (:mod:`simulator.returns.rules`); ``format`` changes how files are
written and nothing that they say. Most kinds are a change to rows of the last return, or an altered copy of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.rules import RULES
from simulator.returns.sample import Return

SHARE = 0.01
"""Share of the children of the last return that each kind is planted on; one at least."""

TRUTH_COLUMNS = {"kind": pl.String, "file_kind": pl.String, "rows": pl.Int64, "children": pl.Int64}
"""Columns of ``planted.csv``: rows and children that the rule of this name should report."""

DATE = "%d/%m/%Y"
IMPOSSIBLE = "31/02/2020"
NO_END = "31/12/9999"
UNKNOWN = "QQ"

col = pl.col
Truth = tuple[str, str, int, int]
Planter = Callable[["_Book"], tuple[int, int]]
"""Plants one kind, and returns the rows and children that its rule should report."""


@dataclass
class _Book:
    """Returns while dirt is planted.

    Attributes
    ----------
    returns : list of Return
    rng : Generator
    number : int
        Children to plant each kind on.
    taken : set of str
        Children that have some.
    """

    returns: list[Return]
    rng: np.random.Generator
    number: int
    taken: set[str] = field(default_factory=set)

    @property
    def last(self) -> Return:
        return self.returns[-1]

    def change(self, index: int, table: str, rows: pl.DataFrame) -> None:
        """Put a table in place of that of one return."""
        self.returns[index] = replace(self.returns[index], **{table: rows})  # type: ignore[arg-type]

    def pick(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Choose rows of children that have no dirt yet, one a child, and take the children."""
        free = rows.filter(~col("CHILD").is_in(sorted(self.taken))).unique("CHILD", keep="first", maintain_order=True)
        chosen = self.rng.permutation(free.height)[: self.number]
        picked = free[np.sort(chosen).tolist()]
        self.taken.update(picked["CHILD"])
        return picked


def kinds() -> tuple[str, ...]:
    """Return every kind of dirt."""
    return ("format", *PLANTERS)


def chosen(text: str) -> tuple[str, ...]:
    """Return the kinds that ``--dirt`` names: ``all``, ``none``, or kinds with commas between.

    Raises
    ------
    ReturnsError
        If there is no such kind.
    """
    if text in ("all", "none"):
        return kinds() if text == "all" else ()
    wanted = tuple(part.strip() for part in text.split(","))
    if unknown := [kind for kind in wanted if kind not in kinds()]:
        raise ReturnsError(
            [ReturnsProblem(f"--dirt: no kind {', '.join(unknown)}; kinds: all, none, {', '.join(kinds())}")]
        )
    return wanted


def plant(returns: list[Return], wanted: tuple[str, ...], seed: int) -> tuple[list[Return], list[Truth]]:
    """Plant kinds of dirt.

    Returns
    -------
    list of Return
        With dirt.
    list of (kind, file kind, rows, children)
        What the quality report should hold; kinds of which nothing could be planted are left out.
    """
    rng = np.random.default_rng([seed, 903])
    children = returns[-1].header.height
    book = _Book(list(returns), rng, max(1, round(SHARE * children)))
    kind_of_file = {rule.name: rule.kind for rule in RULES}
    truth = []
    for kind in (k for k in PLANTERS if k in wanted):
        rows, touched = PLANTERS[kind](book)
        if rows:
            truth.append((kind, kind_of_file[kind], rows, touched))
    return book.returns, truth


# --------------------------------------------------------------------------------------------------
# Rows of the last return, with what tells where a fault can be planted


def _numbered(book: _Book) -> pl.DataFrame:
    """Return episodes of the last return in order, with days as dates and what neighbours say."""
    births = book.last.header.select("CHILD", born=col("DOB").str.to_date(DATE, strict=False)).unique("CHILD")
    rows = book.last.episodes.with_row_index("at").with_columns(
        start=col("DECOM").str.to_date(DATE, strict=False), end=col("DEC").str.to_date(DATE, strict=False)
    )
    rows = rows.join(births, on="CHILD", how="left").sort("CHILD", "start", "at")
    same = col("CHILD") == col("CHILD").shift(-1)
    follows = same & (col("start").shift(-1) == col("end"))
    opens, closes = pl.date(book.last.year - 1, 4, 1), pl.date(book.last.year, 3, 31)
    return rows.with_columns(
        opens=opens,
        closes=closes,
        follows=follows.fill_null(False),
        next_rne=pl.when(same).then(col("RNE").shift(-1)),
        next_days=pl.when(same).then((col("end").shift(-1).fill_null(closes) - col("start").shift(-1)).dt.total_days()),
        final=~same.fill_null(False),
        new=(col("start") >= opens),
        first=(col("CHILD") != col("CHILD").shift(1)).fill_null(True),
        days=(col("end").fill_null(closes) - col("start")).dt.total_days(),
        adult=col("born").dt.offset_by("18y"),
    )


def _write(when: pl.Expr) -> pl.Expr:
    return when.dt.strftime(DATE)


def _edit(where: pl.Expr, **changes: pl.Expr) -> Planter:
    """Make a planter that changes rows of the last return, one a child."""

    def planter(book: _Book) -> tuple[int, int]:
        picked = book.pick(_numbered(book).filter(where.fill_null(False))).with_columns(**changes)
        new = picked.select("at", *(col(name).alias(f"new_{name}") for name in changes), changed=pl.lit(True))
        episodes = book.last.episodes.with_row_index("at").join(new, on="at", how="left", maintain_order="left")
        put = {n: pl.when("changed").then(f"new_{n}").otherwise(n) for n in changes}
        episodes = episodes.with_columns(**put).select(book.last.episodes.columns)
        book.change(-1, "episodes", episodes)
        return picked.height, picked.height

    return planter


def _copy(where: pl.Expr, *, children: bool = True, **changes: pl.Expr) -> Planter:
    """Make a planter that adds altered copies of rows to the last return; `children` says whether they name one."""

    def planter(book: _Book) -> tuple[int, int]:
        picked = book.pick(_numbered(book).filter(where.fill_null(False)))
        added = picked.with_columns(**changes).select(book.last.episodes.columns)
        book.change(-1, "episodes", pl.concat([book.last.episodes, added]))
        return picked.height, picked.height if children else 0

    return planter


def _day(name: str, days: int) -> pl.Expr:
    return _write(col(name) + pl.duration(days=days))


# --------------------------------------------------------------------------------------------------
# Kinds that take more than one row


def _corrected(where: pl.Expr, **changes: pl.Expr) -> Planter:
    """Make a planter that changes new episodes of the last return but one which the last holds as they are."""

    def planter(book: _Book) -> tuple[int, int]:
        if len(book.returns) == 1:
            return 0, 0
        second = book.returns[-2]
        opens, closes = pl.date(second.year - 1, 4, 1), pl.date(second.year, 3, 31)
        last = book.last.episodes.select("CHILD", "DECOM", later=pl.lit(True))
        earlier = second.episodes.join(last, on=["CHILD", "DECOM"], how="left", maintain_order="left")
        earlier = earlier.with_columns(start=col("DECOM").str.to_date(DATE, strict=False), closes=closes)
        picked = book.pick(earlier.filter(col("later") & (col("start") >= opens) & where))
        keys = picked.select("CHILD", "DECOM", start="start", changed=pl.lit(True))
        episodes = second.episodes.join(keys, on=["CHILD", "DECOM"], how="left", maintain_order="left")
        put = {name: pl.when("changed").then(new).otherwise(name) for name, new in changes.items()}
        book.change(-2, "episodes", episodes.with_columns(**put).select(second.episodes.columns))
        return picked.height, picked.height

    return planter


def _not_carried_forward(book: _Book) -> tuple[int, int]:
    """Let children who stayed where they were for all of the last year come into care in it."""
    if len(book.returns) == 1:
        return 0, 0
    stayed = col("first") & col("final") & ~col("new") & ~CLOSED & CHILD_STILL
    return _edit(stayed, DECOM=_day("opens", 60), RNE=pl.lit("S"))(book)


def _vanished(book: _Book) -> tuple[int, int]:
    """Take children who were open in the last return but one out of the last."""
    if len(book.returns) == 1:
        return 0, 0
    was_open = book.returns[-2].episodes.filter(col("DEC").is_null())
    picked = book.pick(was_open)
    gone = col("CHILD").is_in(picked["CHILD"].to_list())
    book.change(-1, "episodes", book.last.episodes.filter(~gone))
    return picked.height, picked.height


def _appeared(book: _Book) -> tuple[int, int]:
    """Take children out of the last return but one, in which they came into care and stayed where they were."""
    if len(book.returns) == 1:
        return 0, 0
    second = book.returns[-2].episodes
    earlier = pl.concat([one.episodes.select("CHILD") for one in book.returns[:-2]] or [second.select("CHILD").clear()])
    only = pl.len().over("CHILD") == 1
    came = only & (col("RNE") == "S") & col("DEC").is_null()
    picked = book.pick(second.filter(came).join(earlier, on="CHILD", how="anti", maintain_order="left"))
    book.change(-2, "episodes", second.filter(~col("CHILD").is_in(picked["CHILD"].to_list())))
    return picked.height, picked.height


def _without_header(book: _Book, *, uasc: bool) -> tuple[int, int]:
    """Take the headers of children out of all returns: of UASC, whose birth the UASC file tells, or of others."""
    in_uasc = pl.concat([one.uasc.select("CHILD") for one in book.returns])["CHILD"].unique().to_list()
    picked = book.pick(book.last.episodes.filter(col("CHILD").is_in(in_uasc) == uasc))
    gone = col("CHILD").is_in(picked["CHILD"].to_list())
    rows = 0
    for i, one in enumerate(book.returns):
        rows += one.episodes.filter(gone).height
        book.change(i, "header", one.header.filter(~gone))
    return rows, picked.height


def _no_dob(book: _Book) -> tuple[int, int]:
    return _without_header(book, uasc=False)


def _no_header(book: _Book) -> tuple[int, int]:
    return _without_header(book, uasc=True)


def _two_headers(book: _Book) -> tuple[int, int]:
    picked = book.pick(book.last.header)
    added = picked.with_columns(UPN=pl.lit("UN1"))
    book.change(-1, "header", pl.concat([book.last.header, added]))
    return picked.height, picked.height


def _header_dob(new: pl.Expr, returns_needed: int) -> Planter:
    """Make a planter that changes dates of birth in the last return, of children who are in so many returns."""

    def planter(book: _Book) -> tuple[int, int]:
        headers = pl.concat([one.header.select("CHILD") for one in book.returns])
        often = headers.group_by("CHILD").len().filter(col("len") >= returns_needed)["CHILD"].to_list()
        picked = book.pick(book.last.header.filter(col("CHILD").is_in(often)))
        chosen = col("CHILD").is_in(picked["CHILD"].to_list())
        header = book.last.header.with_columns(DOB=pl.when(chosen).then(new).otherwise("DOB"))
        book.change(-1, "header", header)
        return picked.height, picked.height

    return planter


def _short_breaks(book: _Book) -> tuple[int, int]:
    """Add children who only have short breaks."""
    picked = book.pick(_numbered(book).filter(col("new") & (col("adult") > col("closes"))))
    name = pl.concat_str(pl.lit("SYB"), col("CHILD").str.slice(3))
    added = picked.with_columns(CHILD=name, LS=pl.lit("V4"), RNE=pl.lit("S")).select(book.last.episodes.columns)
    book.taken.update(added["CHILD"])
    headers = book.last.header.filter(col("CHILD").is_in(picked["CHILD"].to_list())).with_columns(CHILD=name)
    book.change(-1, "episodes", pl.concat([book.last.episodes, added]))
    book.change(-1, "header", pl.concat([book.last.header, headers]))
    return picked.height, picked.height


def _left_same_day(book: _Book) -> tuple[int, int]:
    """Move the reason for leaving into an episode of no day that follows."""
    picked = book.pick(_numbered(book).filter((LEFT_AS_CHILD & (col("days") > 0)).fill_null(False)))
    of_no_day = picked.with_columns(DECOM=col("DEC"), RNE=pl.lit("L"))
    marked = book.last.episodes.with_row_index("at").with_columns(changed=col("at").is_in(picked["at"].implode()))
    episodes = marked.with_columns(REC=pl.when("changed").then(pl.lit("X1")).otherwise("REC"))
    columns = book.last.episodes.columns
    book.change(-1, "episodes", pl.concat([episodes.select(columns), of_no_day.select(columns)]))
    return picked.height, picked.height


def _blank(table: str) -> Planter:
    def planter(book: _Book) -> tuple[int, int]:
        frame: pl.DataFrame = getattr(book.last, table)
        empty = pl.DataFrame({name: [None] * book.number for name in frame.columns}, schema=frame.schema)
        book.change(-1, table, pl.concat([frame, empty]))
        return book.number, 0

    return planter


def _nameless_headers(book: _Book) -> tuple[int, int]:
    picked = book.pick(book.last.header)
    book.change(-1, "header", pl.concat([book.last.header, picked.with_columns(CHILD=NOTHING)]))
    return picked.height, 0


# --------------------------------------------------------------------------------------------------
# All kinds

NOTHING = pl.lit(None, pl.String)
CHILD_STILL = col("adult") > col("closes")
CLOSED = col("end").is_not_null()
LEFT = col("final") & CLOSED & (col("REC") != "X1")
LEFT_AS_CHILD = LEFT & CHILD_STILL
LEFT_AT_18 = LEFT & (col("end") == col("adult")) & (col("end") <= col("closes") - pl.duration(days=40))
CARRIES_ON = col("follows") & (col("REC") == "X1") & (col("next_rne") != "S")
GOES_ON = CARRIES_ON & (col("next_rne") == "P")
LAST_HOME = col("new") & col("final") & (col("RNE") != "L")
FOSTER = col("PLACE") == "U4"
LONG = col("new") & CLOSED & (col("days") >= 30)
MOVED_IN = col("new") & ~col("first") & (col("RNE") == "P")

PLANTERS: dict[str, Planter] = {
    # Those that change several returns go first, as they need most of a child.
    "vanished": _vanished,
    "appeared": _appeared,
    "later_return_corrects": _corrected(col("PLACE") != "P1", PLACE=pl.lit("P1"), PLACE_PROVIDER=pl.lit("PR0")),
    "superseded": _corrected(col("start") < col("closes"), DECOM=_day("start", 1)),
    "not_carried_forward": _not_carried_forward,
    "no_dob": _no_dob,
    "no_header": _no_header,
    "two_headers": _two_headers,
    "dob_differs": _header_dob(_write(col("DOB").str.to_date(DATE, strict=False) + pl.duration(days=400)), 3),
    "bad_dob": _header_dob(pl.lit(IMPOSSIBLE), 2),
    "no_child_id_in_header": _nameless_headers,
    "blank_header_rows": _blank("header"),
    "blank_uasc_rows": _blank("uasc"),
    "blank_rows": _blank("episodes"),
    "short_breaks": _short_breaks,
    # Altered copies of rows.
    "no_child_id": _copy(col("new"), children=False, CHILD=NOTHING),
    "bad_decom": _copy(col("new"), DECOM=pl.lit(IMPOSSIBLE)),
    "duplicate_rows": _copy(col("new")),
    "starts_after_return": _copy(col("new"), DECOM=_day("closes", 100), DEC=NOTHING, REC=NOTHING),
    "starts_at_18": _copy(LEFT_AT_18, DECOM=_day("end", 10), DEC=_day("end", 20), RNE=pl.lit("S")),
    "born_after_start": _copy(col("new"), DECOM=_day("born", -400), DEC=_day("born", -300)),
    "same_start": _copy(LONG, DEC=_day("end", -1)),
    "zero_length": _copy(LONG, DECOM=_day("start", 1), DEC=_day("start", 1), REC=pl.lit("X1")),
    "left_same_day": _left_same_day,
    "day_alone": _copy(LONG, DECOM=_day("start", 1), DEC=_day("start", 1), REC=pl.lit("E8")),
    "contained": _copy(LONG, DECOM=_day("start", 5), DEC=_day("start", 10), REC=pl.lit("X1")),
    # Changed rows.
    "past_18": _edit(LEFT_AT_18, DEC=_day("end", 30)),
    "no_end": _edit(~CLOSED & CHILD_STILL, DEC=pl.lit(NO_END)),
    "bad_dec": _edit(LEFT_AS_CHILD, DEC=pl.lit(IMPOSSIBLE)),
    "dec_before_decom": _edit(LEFT_AS_CHILD, DEC=_day("start", -10)),
    "no_reason": _edit(LEFT_AS_CHILD & (col("end") < col("closes")), REC=pl.lit("X1")),
    "unknown_rec": _edit(LEFT_AS_CHILD, REC=pl.lit(UNKNOWN)),
    "ends_after_return": _edit(~CLOSED & CHILD_STILL, DEC=_day("closes", 30), REC=pl.lit("X1")),
    "open_then_another": _edit(GOES_ON, DEC=NOTHING, REC=NOTHING),
    "overlap": _edit(
        GOES_ON & (col("next_days") > 10) & (col("end") < col("closes") - pl.duration(days=10)),
        DEC=_day("end", 3),
    ),
    "exit_code_inside": _edit(GOES_ON, REC=pl.lit("E4A")),
    "start_code_inside": _edit(MOVED_IN, RNE=pl.lit("S")),
    "unknown_rne": _edit(MOVED_IN, RNE=pl.lit(UNKNOWN)),
    "no_start_code": _edit(col("new") & col("first") & (col("RNE") == "S"), RNE=pl.lit("P")),
    "legal_change_moved": _edit(
        col("new") & col("final") & (col("RNE") == "L") & (col("PLACE") != "P1"),
        PLACE=pl.lit("P1"),
        PLACE_PROVIDER=pl.lit("PR0"),
    ),
    "unknown_place": _edit(LAST_HOME, PLACE=pl.lit(UNKNOWN)),
    "unknown_ls": _edit(col("new"), LS=pl.lit(UNKNOWN)),
    "unknown_provider": _edit(LAST_HOME & FOSTER, PLACE_PROVIDER=pl.lit(UNKNOWN)),
    "no_provider": _edit(LAST_HOME & FOSTER, PLACE_PROVIDER=NOTHING),
    "code_not_of_year": _edit(col("new") & (col("PLACE") == "K3"), PLACE=pl.lit("H5")),
    "ends_the_day_before": _edit(CARRIES_ON & (col("days") > 1), DEC=_day("end", -1)),
    "closed_with_the_year": _edit(~CLOSED & CHILD_STILL, DEC=_day("closes", 0), REC=pl.lit("X1")),
}


# --------------------------------------------------------------------------------------------------
# How files are written


def csv_text(frame: pl.DataFrame, *, mangled: bool) -> str:
    """Return a table as text: plain, or as Excel may leave it (byte order mark, CRLF, padded headings, ISO dates)."""
    if not mangled:
        return frame.write_csv()
    iso = [
        col(name).str.replace(r"^(\d{2})/(\d{2})/(\d{4})$", "$3-$2-$1")
        for name, kind in frame.schema.items()
        if kind == pl.String
    ]
    padded = frame.with_columns(iso).rename({name: f" {name.title()} " for name in frame.columns})
    return "\ufeff" + padded.write_csv(line_terminator="\r\n")
