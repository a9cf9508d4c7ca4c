"""From rows as read to periods of care: the rules applied in order, and every row and child accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.returns import codes, rules
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.quality import USED, Recorder, Report
from simulator.returns.read_files import Returns
from simulator.returns.rule_book import Stage, following
from simulator.returns.rules import RULES
from simulator.returns.years_covered import Part, run_of_years
from simulator.vocabulary.where_placed import DISTANCES, LOCALITIES, MILES, PROVIDERS

Days = NDArray[np.int64]
Whole = NDArray[np.intp]
Flags = NDArray[np.bool_]

ENOUGH = 0.5
"""Least share of children in care who have to be usable; of fewer, rates would be those of the well recorded."""
HEADERS_LOST, HEADERS_MISSING = 0.2, 0.05
"""Share of a year's children without a date of birth from which returns are refused, and warned of. Who is in care for
longer has it in the Header of another year, so those without are those who stay for a short time."""

_PROVIDED = {f"PR{i}": i for i in range(len(PROVIDERS) - 1)}
"""Positions of who provides a placement, by code."""

NO_CARE = ("no_episodes", "short_breaks")
"""Ends of children who were not in care."""


@dataclass(frozen=True)
class Stays:
    """Stays in care, one an episode, in order of child and time. Days are days since 1 January 1970.

    A child is in care on day ``d`` if ``start <= d < end``; an open stay ends on the day after the last one covered.

    Attributes
    ----------
    start, end : (stay,) int
    born : (stay,) datetime64[D]
    place : (stay,) int
        Position in ``codes.PLACES``.
    uasc : (stay,) bool
        The child is in a UASC file, or flagged in another, of any year: the stream is a route into care and holds for
        all of it.
    new : (stay,) bool
        First of a period of care.
    period_start : (stay,) int
        First known day of the period of care.
    start_known : (stay,) bool
        The period of care is known to have started on that day, and not before.
    exit : (stay,) int
        Reason for which care ended with the stay (position in ``axes.REASONS``), or ``codes.STAYS_ON``.
    last : (stay,) bool
        Last of the child.
    moved : (stay,) bool
        The child went from the stay before to another home: placement and carer changed.
    provider, locality, distance : (stay,) int
        Positions in `simulator.vocabulary.where_placed`; the last of each where the return does not tell.
    opening, closing : int
        First day covered, and the day after the last.
    """

    start: Days
    end: Days
    born: NDArray[np.datetime64]
    place: Whole
    uasc: Flags
    new: Flags
    period_start: Days
    start_known: Flags
    exit: Whole
    last: Flags
    moved: Flags
    provider: Whole
    locality: Whole
    distance: Whole
    opening: int
    closing: int

    @property
    def years(self) -> range:
        """Financial years covered, by the year in which they end."""
        first, last = (date(1970, 1, 1) + timedelta(days=d) for d in (self.opening, self.closing))
        return range(first.year + 1, last.year + 1)


def clean(returns: Returns) -> tuple[Stays, Report]:
    """Apply every rule.

    Raises
    ------
    ReturnsError
        If nothing is left to make a projection from.
    """
    recorder = Recorder()
    episodes, births, uasc = _number_children(returns)
    header_in = births.filter(pl.col("kind") == "header")
    chosen = _chosen_births(births)
    in_episodes = episodes.select("child").drop_nulls().unique().with_columns(in_episodes=pl.lit(True))

    header = _with_children(header_in, in_episodes).join(chosen, on="child", how="left", maintain_order="left")
    header = header.with_columns(
        unlike=pl.col("dob").ne_missing(pl.col("chosen")), stacked=pl.col("file").is_in(list(returns.stacked))
    )
    header = _apply("header", header.sort("file", "child", "unlike", -pl.col("row")), recorder)
    uasc_used = _apply("uasc", _with_children(uasc, in_episodes), recorder)

    in_header = births.filter(pl.col("kind").is_in(("header", "episodes")) & pl.col("dob").is_not_null())
    in_header = in_header.select("child").unique().with_columns(in_header=True)
    used = _prepared(returns, episodes, chosen, in_header)
    of_years = used.select("part", "child", "dob")
    used = _apply("one row", used, recorder)
    used = _apply("versions", used.sort("child", "decom", "part", "dec", "file", "row"), recorder)
    used = _apply("neighbours", _end_lost(used), recorder)

    children = pl.concat([frame.select("child") for frame in (episodes, births, uasc)]).drop_nulls().unique()
    children = _with_children(children, in_episodes).with_columns(
        used=pl.col("child").is_in(used["child"].unique().implode())
    )
    report = recorder.report(
        {"episodes": episodes.height, "header": header_in.height, "uasc": uasc.height},
        {"episodes": used.height, "header": header.height, "uasc": uasc_used.height},
        children,
    )
    _check_enough(report, returns)
    report = replace(report, warnings=_check_births(of_years, returns))
    flagged = births.filter("flagged").select("child")
    return _stays(used, pl.concat([uasc_used.select("child"), flagged])), report


def _check_enough(report: Report, returns: Returns) -> None:
    """Refuse returns of which too few children can be used."""
    all_children = sum(o.number for o in report.account if o.kind == "children" and o.outcome not in NO_CARE)
    used = report.number("children", USED)
    if used and used >= ENOUGH * all_children:
        return
    names = {file.number: file.name for file in returns.files}
    text = f"{used:,} of {all_children:,} children can be used: too few for an honest projection"
    rows = report.touched.group_by("rule", "file", maintain_order=True).agg("row").rows()
    why = {finding.rule.name: finding.rule.why for finding in report.dirt}
    raise ReturnsError(
        [
            ReturnsProblem(text),
            *(ReturnsProblem(f"{rule}: {why[rule]}", names[file], tuple(found)) for rule, file, found in rows),
        ]
    )


def _check_births(children: pl.DataFrame, returns: Returns) -> tuple[ReturnsProblem, ...]:
    """Refuse returns of which too many children of a year have no date of birth, for lack of a Header; warn of some.

    Parameters
    ----------
    children : DataFrame
        part, child, dob: of all episodes.
    returns : Returns

    Raises
    ------
    ReturnsError
        With every year of which too many have none.
    """
    problems, warnings = [], []
    known = children.filter(pl.col("child").is_not_null()).unique(["part", "child"])
    counts = known.group_by("part").agg(without=pl.col("dob").is_null().sum(), of=pl.len()).sort("part")
    names = {file.number: file.name for file in returns.files}
    for position, without, of in counts.rows():
        part = returns.parts[position]
        text = (
            f"{without:,} of {of:,} children of the year to 31 March {part.last_year} have no date of birth in any "
            "file and are left out: is its Header missing?"
        )
        if without >= HEADERS_LOST * of:
            problems.append(ReturnsProblem(text, names[part.file]))
        elif without >= HEADERS_MISSING * of and without > 1:
            warnings.append(ReturnsProblem(text, names[part.file]))
    if problems:
        raise ReturnsError(problems)
    return tuple(warnings)


def _number_children(returns: Returns) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Put numbers in place of identifiers, which go no further than here."""
    frames = (returns.episodes, returns.births, returns.uasc)
    names = pl.concat([frame.select("child") for frame in frames]).drop_nulls().unique().with_row_index("number")
    episodes, births, uasc = (
        frame.join(names, on="child", how="left", maintain_order="left").drop("child").rename({"number": "child"})
        for frame in frames
    )
    return episodes, births, uasc


def _with_children(frame: pl.DataFrame, in_episodes: pl.DataFrame) -> pl.DataFrame:
    return frame.join(in_episodes, on="child", how="left", maintain_order="left").with_columns(
        pl.col("in_episodes").fill_null(False)
    )


def _apply(stage: Stage, frame: pl.DataFrame, recorder: Recorder) -> pl.DataFrame:
    for rule in (r for r in RULES if r.stage == stage):
        frame = recorder.apply(rule, frame)
    return frame


def _chosen_births(births: pl.DataFrame) -> pl.DataFrame:
    """Return the date of birth of each child: the one that most rows of all files give, or else the latest."""
    known = births.filter(pl.col("child").is_not_null() & pl.col("dob").is_not_null())
    votes = known.group_by("child", "dob").agg(votes=pl.len(), file=pl.col("file").max(), row=pl.col("row").max())
    ranked = votes.sort("child", "votes", "file", "row", descending=[False, True, True, True])
    return ranked.unique("child", keep="first", maintain_order=True).select("child", chosen="dob")


def _prepared(returns: Returns, episodes: pl.DataFrame, chosen: pl.DataFrame, in_header: pl.DataFrame) -> pl.DataFrame:
    """Add to episodes what the rules read (see :mod:`simulator.returns.rules`)."""
    first, last = run_of_years(returns.parts, returns.whole_until)
    last_day = date(last, 3, 31)
    closes = pl.DataFrame(
        [(i, part.closes, min(part.closes, last_day), len(part.years) > 1) for i, part in enumerate(returns.parts)],
        schema={"part": pl.Int32, "told_until": pl.Date, "closes": pl.Date, "several": pl.Boolean},
        orient="row",
    )
    frame = episodes.join(closes, on="part", how="left", maintain_order="left")
    frame = _with_returns_around(frame, returns.parts)
    frame = frame.join(chosen.rename({"chosen": "dob"}), on="child", how="left", maintain_order="left")
    frame = frame.join(in_header, on="child", how="left", maintain_order="left")
    return frame.with_columns(
        pl.col("in_header").fill_null(False),
        adult=_birthday(codes.ADULT),
        at=codes.counted_in(),
        reason=pl.col("rec").replace_strict(codes.reason_of(), default=codes.CONTINUES).fill_null(codes.CONTINUES),
        lost=pl.lit(False),
        told=pl.lit(False),
        first_day=pl.lit(date(first - 1, 4, 1)),
        last_day=pl.lit(last_day),
    )


def _with_returns_around(episodes: pl.DataFrame, parts: Sequence[Part]) -> pl.DataFrame:
    """Add the first day of the return, and whether returns of the year before and of the year after have the child."""
    years = pl.DataFrame(
        [(i, year) for i, part in enumerate(parts) for year in part.years],
        schema={"part": pl.Int32, "ending": pl.Int32},
        orient="row",
    )
    has = episodes.select("part", "child").unique().join(years, on="part").select("child", "ending").unique()
    span = years.group_by("part").agg(first=pl.col("ending").min(), last=pl.col("ending").max())
    frame = episodes.join(span, on="part", how="left", maintain_order="left")
    for name, year in (("before", pl.col("first") - 1), ("after", pl.col("last") + 1)):
        known = has.with_columns(pl.lit(True).alias(name))
        frame = frame.with_columns(ending=year).join(known, on=["child", "ending"], how="left", maintain_order="left")
    opens = pl.date(pl.col("first") - 1, 4, 1)
    frame = frame.with_columns(pl.col("before", "after").fill_null(False), opens=opens)
    return frame.drop("first", "last", "ending")


def _birthday(age: int) -> pl.Expr:
    """Return a birthday; that of 29 February falls on 1 March of other years."""
    born = pl.col("dob")
    first_of_month = pl.date(born.dt.year() + age, born.dt.month(), 1)
    return first_of_month + pl.duration(days=born.dt.day() - 1)


def _end_lost(frame: pl.DataFrame) -> pl.DataFrame:
    """End episodes whose end date is wrong: at the next episode, or on the last day of the return."""
    at_least = pl.col("decom") + pl.duration(days=1)
    last = pl.max_horizontal("closes", at_least)
    return frame.with_columns(dec=pl.when("lost").then(pl.min_horizontal(following("decom"), last)).otherwise("dec"))


def _stays(used: pl.DataFrame, uasc: pl.DataFrame) -> Stays:
    last_day, first_day = used.select("last_day", "first_day").row(0)
    closing = (last_day - date(1970, 1, 1)).days + 1
    same_home = codes.reasons_for_new_episode("same_home")
    new_home = pl.col("rne").is_in(codes.reasons_for_new_episode("new_home"))
    elsewhere = pl.col("at") != pl.col("at").shift(1)
    changed_home = (new_home | elsewhere) & ~pl.col("rne").is_in(same_home)
    seen_to_start = (pl.col("rne") == "S") | (pl.col("decom") >= first_day)
    frame = used.with_columns(new=rules.new_period()).with_columns(
        end=pl.col("dec").cast(pl.Int32).fill_null(closing),
        ends=following("new").fill_null(True) & pl.col("dec").is_not_null(),
        last=(pl.col("child") != pl.col("child").shift(-1)).fill_null(True),
        moved=~pl.col("new") & changed_home.fill_null(elsewhere),
        since=pl.when("new").then("decom").forward_fill(),
        known=pl.when("new").then(seen_to_start.fill_null(False)).forward_fill(),
        uasc=pl.col("child").is_in(uasc["child"].drop_nulls().unique().implode()),
    ).with_columns(
        exit=pl.when(~pl.col("ends")).then(codes.STAYS_ON)
        .when(pl.col("dec") >= pl.col("adult")).then(codes.AGE_18)
        .when(pl.col("reason") == codes.CONTINUES).then(codes.OTHER)
        .otherwise("reason")
    )  # fmt: skip
    where = frame.select(
        provider=pl.col("provider").replace_strict(_PROVIDED, default=len(PROVIDERS) - 1),
        locality=pl.col("location").replace_strict(codes.LOCATIONS, default=len(LOCALITIES) - 1),
        distance=pl.when(pl.col("distance").cast(pl.Float64, strict=False) <= MILES).then(0)
        .when(pl.col("distance").cast(pl.Float64, strict=False) > MILES).then(1)
        .otherwise(len(DISTANCES) - 1),
    )  # fmt: skip
    days = {name: frame[name].cast(pl.Int32).to_numpy().astype(np.int64) for name in ("decom", "end", "since")}
    return Stays(
        start=days["decom"],
        end=days["end"],
        born=frame["dob"].to_numpy().astype("datetime64[D]"),
        place=frame["at"].to_numpy().astype(np.intp),
        uasc=frame["uasc"].to_numpy(),
        new=frame["new"].to_numpy(),
        period_start=days["since"],
        start_known=frame["known"].to_numpy(),
        exit=frame["exit"].to_numpy().astype(np.intp),
        last=frame["last"].to_numpy(),
        moved=frame["moved"].to_numpy(),
        provider=where["provider"].to_numpy().astype(np.intp),
        locality=where["locality"].to_numpy().astype(np.intp),
        distance=where["distance"].to_numpy().astype(np.intp),
        opening=(first_day - date(1970, 1, 1)).days,
        closing=closing,
    )
