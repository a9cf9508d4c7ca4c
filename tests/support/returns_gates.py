"""Returns that gave a wrong answer with exit 0, made from those of `sample-returns --children 300 --years 4 --seed 7`.

Each kind writes the returns of one made-up council as some system or analyst leaves them. The truth is 270 children on
31 March 2026, of them 30 unaccompanied, and 122 starts and 64 exits before 18 in the year before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from simulator.baseline.england import load_baseline
from simulator.returns.sample import Return, council_rates, draw_returns

TRUE_CHILDREN, TRUE_UASC, TRUE_STARTS, TRUE_EXITS = 270, 30, 122, 64
TABLES = ("episodes", "header", "uasc")

YEARS = range(2023, 2027)

col = pl.col
Frames = dict[tuple[int, str], pl.DataFrame]
"""Tables by year and kind."""


@cache
def sample() -> tuple[Return, ...]:
    return tuple(draw_returns(council_rates(300, load_baseline(2025)), 4, 7))


def frames() -> Frames:
    return {(one.year, kind): getattr(one, kind) for one in sample() for kind in TABLES}


def write(folder: Path, tables: Frames) -> Path:
    for (year, kind), frame in tables.items():
        (folder / str(year)).mkdir(parents=True, exist_ok=True)
        frame.write_csv(folder / str(year) / f"{kind}.csv")
    return folder


def stack(folder: Path, tables: Frames, **more: pl.Expr) -> Path:
    """Write one file of each kind for all years; `more` adds columns to kinds, in which ``year`` is the year."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in TABLES:
        each = [f.with_columns(year=pl.lit(str(y))) for (y, k), f in tables.items() if k == kind]
        frame = pl.concat(each)
        if kind in more:
            frame = frame.with_columns(more[kind])
        frame.drop("year").write_csv(folder / f"{kind}.csv")
    return folder


def day(name: str) -> pl.Expr:
    return col(name).str.to_date("%d/%m/%Y", strict=False)


def edit(frame: pl.DataFrame, where: pl.Expr, **changes: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(**{n: pl.when(where).then(e).otherwise(col(n)) for n, e in changes.items()})


def month_first(frame: pl.DataFrame) -> pl.DataFrame:
    dates = [name for name in ("DECOM", "DEC", "DOB") if name in frame.columns]
    return frame.with_columns(col(name).str.replace(r"^(\d\d)/(\d\d)/", "$2/$1/") for name in dates)


# --------------------------------------------------------------------------------------------------
# Kinds


def no_end(text: str) -> Callable[[Path], Path]:
    """A third of open episodes have what stands for no end in DEC."""

    def make(folder: Path) -> Path:
        tables = frames()
        for key, frame in tables.items():
            if key[1] == "episodes":
                third = frame["CHILD"].str.slice(3).cast(pl.Int64) % 3 == 0
                tables[key] = edit(frame, col("DEC").is_null() & pl.lit(third), DEC=pl.lit(text))
        return write(folder, tables)

    return make


def one_date_in_2099(folder: Path) -> Path:
    tables = frames()
    last = tables[2026, "episodes"]
    first = last.filter(col("DEC").is_null())["CHILD"][0]
    tables[2026, "episodes"] = edit(last, (col("CHILD") == first) & col("DEC").is_null(), DEC=pl.lit("31/03/2099"))
    return write(folder, tables)


def stacked(folder: Path) -> Path:
    return stack(folder, frames())


def stacked_newest_first(folder: Path) -> Path:
    return stack(folder, dict(sorted(frames().items(), reverse=True)))


def stacked_with_headings(folder: Path) -> Path:
    """Files put together as they are, with their headings."""
    folder.mkdir(parents=True)
    for kind in TABLES:
        (folder / f"{kind}.csv").write_text("".join(f.write_csv() for (_, k), f in frames().items() if k == kind))
    return folder


def stacked_with_years(folder: Path) -> Path:
    year = col("year").alias("YEAR")
    return stack(folder, frames(), episodes=year, header=year, uasc=year)


def stops_in_september(folder: Path) -> Path:
    """An extract of four years, the last of which was cut on 30 September 2025."""
    cut = pl.date(2025, 9, 30)
    tables = frames()
    for key, frame in tables.items():
        if key[1] == "episodes":
            later = (day("DEC") > cut).fill_null(False)
            nothing = pl.lit(None, pl.String)
            tables[key] = edit(frame.filter(day("DECOM") <= cut), later, DEC=nothing, REC=nothing)
    return write(folder, tables)


def only_return_stops_in_september(folder: Path) -> Path:
    stops_in_september(folder / "all")
    return folder / "all" / "2026"


def snapshot(folder: Path) -> Path:
    """Every episode of the children who are in care now."""
    here = sample()[-1].episodes.filter(col("DEC").is_null())["CHILD"].to_list()
    tables = {key: frame.filter(col("CHILD").is_in(here)) for key, frame in frames().items()}
    return stack(folder, tables)


def snapshots(folder: Path) -> Path:
    """The open episodes of each 31 March."""
    tables = frames()
    for key, frame in tables.items():
        if key[1] == "episodes":
            tables[key] = frame.filter(col("DEC").is_null())
    return write(folder, tables)


def one_return_month_first(folder: Path) -> Path:
    return write(folder, {k: month_first(f) if k[0] == 2026 else f for k, f in frames().items()})


def both_orders(folder: Path) -> Path:
    """What Excel set for America leaves: dates that it takes for its own are turned, others are as they were."""
    tables = frames()
    last = tables[2026, "episodes"]
    tables[2026, "episodes"] = pl.concat([last[::2], month_first(last[1::2])])
    return write(folder, tables)


def adopted_on_the_last_day(folder: Path) -> Path:
    """Adoptions are told by an episode of no day, as the legal status changes on it."""
    tables = frames()
    for key, frame in tables.items():
        if key[1] == "episodes":
            adopted = frame.filter(col("REC") == "E12")
            last = adopted.with_columns(DECOM=col("DEC"), RNE=pl.lit("L"), LS=pl.lit("E1"))
            tables[key] = pl.concat([edit(frame, col("REC") == "E12", REC=pl.lit("X1")), last])
    return write(folder, tables)


def uasc_in_header(folder: Path) -> Path:
    """There is no UASC file; the Header has a flag."""
    tables = frames()
    for year in range(2023, 2027):
        flagged = tables.pop((year, "uasc"))["CHILD"].to_list()
        flag = pl.when(col("CHILD").is_in(flagged)).then(pl.lit("Y")).otherwise(pl.lit("N"))
        tables[year, "header"] = tables[year, "header"].with_columns(UASC=flag)
    return write(folder, tables)


def resubmitted(folder: Path) -> Path:
    """The last return was sent again, without children who should not have been in it."""
    write(folder, frames())
    tables = {key: frame for key, frame in frames().items() if key[0] == 2026}
    drop = tables[2026, "episodes"].filter(col("DEC").is_null())["CHILD"].unique(maintain_order=True)[:12].to_list()
    write(folder / "resubmitted", {key: frame.filter(~col("CHILD").is_in(drop)) for key, frame in tables.items()})
    return folder


COUNCILS = ("Kent", "Rutland", "Isle of Wight")


def council_of(child: str) -> pl.Expr:
    which = col(child).str.slice(3).cast(pl.Int64) % 3
    return which.replace_strict(dict(enumerate(COUNCILS)), return_dtype=pl.String)


def three_councils(folder: Path) -> Path:
    return write(folder, {key: frame.with_columns(LA=council_of("CHILD")) for key, frame in frames().items()})


def one_of_three(folder: Path, council: str) -> Path:
    return write(folder, {key: frame.filter(council_of("CHILD") == council) for key, frame in frames().items()})


def headers_of_most(folder: Path) -> Path:
    """A quarter of children are in no Header."""
    tables = frames()
    for key, frame in tables.items():
        if key[1] != "episodes":
            tables[key] = frame.filter(col("CHILD").str.slice(3).cast(pl.Int64) % 4 != 0)
    return write(folder, tables)


def year_without_header(year: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return write(folder, {key: frame for key, frame in frames().items() if key != (year, "header")})

    return make


def nobody_at_the_end(folder: Path) -> Path:
    """All who were in care at the end left in its last weeks."""
    tables = frames()
    last = tables[2026, "episodes"]
    days = pl.duration(days=col("CHILD").str.slice(3).cast(pl.Int64) % 28)
    end = pl.max_horizontal(pl.date(2026, 3, 31) - days, day("DECOM") + pl.duration(days=1)).dt.strftime("%d/%m/%Y")
    tables[2026, "episodes"] = edit(last, col("DEC").is_null(), DEC=end, REC=pl.lit("E8"))
    return write(folder, tables)


def shifted(years: int) -> Callable[[Path], Path]:
    """The same returns, so many years later."""

    def make(folder: Path) -> Path:
        later = {}
        for (year, kind), frame in frames().items():
            dates = [name for name in ("DECOM", "DEC", "DOB") if name in frame.columns]
            moved = [day(name).dt.offset_by(f"{years}y").dt.strftime("%d/%m/%Y").alias(name) for name in dates]
            later[year + years, kind] = frame.with_columns(moved)
        return write(folder, later)

    return make


def joined(folder: Path) -> Path:
    """One table of all episodes, with dates of birth and the flag in every row."""
    folder.mkdir(parents=True)
    each = []
    for year in range(2023, 2027):
        uasc = frames()[year, "uasc"]["CHILD"].to_list()
        births = frames()[year, "header"].select("CHILD", "DOB", "ETHNIC", UASC=col("CHILD").is_in(uasc).cast(pl.Int8))
        each.append(frames()[year, "episodes"].join(births, on="CHILD", how="left"))
    pl.concat(each).write_csv(folder / "all episodes.csv")
    return folder


def changed(*years: int, kind: str = "episodes", **columns: pl.Expr) -> Callable[[Path], Path]:
    """Columns of the tables of some years hold something else."""

    def make(folder: Path) -> Path:
        new = {(year, kind): frames()[year, kind].with_columns(**columns) for year in years}
        return write(folder, frames() | new)

    return make


def kept(year: int, where: pl.Expr) -> Callable[[Path], Path]:
    """Of one year only some episodes are there."""
    return lambda folder: write(folder, frames() | {(year, "episodes"): frames()[year, "episodes"].filter(where)})


def stops_in_december(folder: Path) -> Path:
    """The return of a year in the middle was cut on 31 December 2024."""
    cut, nothing = pl.date(2024, 12, 31), pl.lit(None, pl.String)
    whole = frames()[2025, "episodes"]
    later = (day("DEC") > cut).fill_null(False)
    stopped = edit(whole.filter(day("DECOM") <= cut), later, DEC=nothing, REC=nothing)
    return write(folder, frames() | {(2025, "episodes"): stopped})


def stacked_without_a_year(folder: Path) -> Path:
    return stack(folder, {key: frame for key, frame in frames().items() if key[0] != 2024})


def day_before(folder: Path) -> Path:
    """An end is the last day in an episode, where another follows."""
    before = (day("DEC") - pl.duration(days=1)).dt.strftime("%d/%m/%Y")
    dec = pl.when(col("REC") == "X1").then(before).otherwise(col("DEC"))
    return changed(*YEARS, DEC=dec)(folder)


def years_closed(folder: Path) -> Path:
    """The system closes every episode with the year."""
    tables = frames()
    for (year, kind), frame in tables.items():
        if kind == "episodes":
            tables[year, kind] = edit(frame, col("DEC").is_null(), DEC=pl.lit(f"31/03/{year}"), REC=pl.lit("X1"))
    return write(folder, tables)


def called_otherwise(folder: Path) -> Path:
    """In the last year identifiers are written with a dash."""
    dashed = col("CHILD").str.replace("SYN", "SYN-")
    return write(folder, {k: f.with_columns(CHILD=dashed) if k[0] == 2026 else f for k, f in frames().items()})


def two_councils(share: int) -> Callable[[Path], Path]:
    """Returns of two councils put together: one in `share` of children of one is called as one of the other."""

    def make(folder: Path) -> Path:
        tables = frames()
        for key, frame in tables.items():
            other = frame.filter(col("CHILD").str.slice(3).cast(pl.Int64) % share == 0)
            later = (day("DOB") - pl.duration(days=1000)).dt.strftime("%d/%m/%Y")
            tables[key] = pl.concat([frame, other.with_columns(DOB=later) if "DOB" in other.columns else other])
        return write(folder, tables)

    return make


def year_without_uasc(folder: Path) -> Path:
    return write(folder, {key: frame for key, frame in frames().items() if key != (2026, "uasc")})


def all_in_uasc(folder: Path) -> Path:
    """The UASC file holds every child."""
    return write(folder, frames() | {(year, "uasc"): frames()[year, "header"].select("CHILD", "DOB") for year in YEARS})


def turned(*years: int, kind: str = "episodes") -> Callable[[Path], Path]:
    """Excel took day for month where it could, and wrote those dates in its own form."""
    names = ("DOB",) if kind == "header" else ("DECOM", "DEC")
    iso = {name: col(name).str.replace(r"^(0\d|1[0-2])/(\d\d)/(\d{4})$", "$3-$1-$2") for name in names}
    return changed(*years, kind=kind, **iso)


def codes_with_words(folder: Path) -> Path:
    """Every code has its description behind it."""
    between = {"RNE": " - ", "LS": ": ", "PLACE": " - ", "PLACE_PROVIDER": " \u2013 ", "REC": "-", "PL_LOCATION": " ("}
    return changed(*YEARS, **{name: col(name) + pl.lit(f"{text}what it says") for name, text in between.items()})(
        folder
    )


def days_since_1904(folder: Path) -> Path:
    days = {name: (day(name) - pl.date(1904, 1, 1)).dt.total_days().cast(pl.String) for name in ("DECOM", "DEC")}
    return changed(*YEARS, **days)(folder)


def identifiers_lost(share: int) -> Callable[[Path], Path]:
    """A spreadsheet made powers of ten of the identifiers of one child in `share`."""
    lost = col("CHILD").str.slice(3).cast(pl.Int64) % share == 0
    return lambda folder: write(
        folder, {key: edit(frame, lost, CHILD=pl.lit("1.02E+11")) for key, frame in frames().items()}
    )


def born(when: pl.Expr, share: int = 1) -> Callable[[Path], Path]:
    """One child in `share` was born on another day."""
    chosen = col("CHILD").str.slice(3).cast(pl.Int64) % share == 0
    dob = when.dt.strftime("%d/%m/%Y")
    return lambda folder: write(
        folder, {k: edit(f, chosen, DOB=dob) if "DOB" in f.columns else f for k, f in frames().items()}
    )


def births_sorted(folder: Path) -> Path:
    """One Header holds all children, of whom dates of birth were sorted and nothing else."""
    header = pl.concat([one.header for one in sample()]).unique("CHILD", keep="last").sort("CHILD")
    sorted_births = header.select(day("DOB").sort().dt.strftime("%d/%m/%Y"))["DOB"]
    tables = {key: frame for key, frame in frames().items() if key[1] == "episodes"}
    return write(folder, tables | {(2026, "header"): header.with_columns(DOB=sorted_births)})


def ends_planned(*, years: int = 18, age: int = 16) -> Frames:
    """Open episodes of those of an age or older end on a birthday to come."""
    tables = frames()
    for (year, kind), frame in frames().items():
        if kind == "episodes":
            births = tables[year, "header"].select("CHILD", "DOB").unique("CHILD")
            joined = frame.join(births, on="CHILD", how="left", maintain_order="left")
            old = day("DOB").dt.offset_by(f"{age}y") <= pl.date(year, 3, 31)
            planned = day("DOB").dt.offset_by(f"{years}y").dt.strftime("%d/%m/%Y")
            tables[year, kind] = edit(joined, col("DEC").is_null() & old, DEC=planned).drop("DOB")
    return tables


def day_of_the_extract(folder: Path) -> Path:
    """Open episodes end on the day on which the return was made."""
    extract = {y: {"DEC": pl.col("DEC").fill_null(f"12/05/{y}")} for y in YEARS}
    new = {(y, "episodes"): frames()[y, "episodes"].with_columns(**extract[y]) for y in YEARS}
    return write(folder, frames() | new)


def without(year: int) -> Callable[[Path], Path]:
    return lambda folder: write(folder, {key: frame for key, frame in frames().items() if key[0] != year})


def copied(year: int, into: int) -> Callable[[Path], Path]:
    """The return of one year stands in the place of another."""
    return lambda folder: write(folder, frames() | {(into, kind): frames()[year, kind] for kind in TABLES})


def history(*years: int) -> Callable[[Path], Path]:
    """One return of the children of some years, with all that is known of them before."""

    def make(folder: Path) -> Path:
        here = pl.concat([frames()[year, "episodes"]["CHILD"] for year in years]).unique().to_list()
        for kind in TABLES:
            frame = pl.concat([frames()[year, kind] for year in YEARS]).filter(col("CHILD").is_in(here))
            once = ["CHILD", "DECOM", "PLACE"] if kind == "episodes" else ["CHILD"]
            write(folder, {(2026, kind): frame.unique(once, keep="last", maintain_order=True)})
        return folder

    return make


def two_identifiers(share: int) -> Callable[[Path], Path]:
    """In the last return one child in `share` is there under another identifier too."""

    def make(folder: Path) -> Path:
        tables = frames()
        for kind in ("episodes", "header"):
            again = tables[2026, kind].filter(col("CHILD").str.slice(3).cast(pl.Int64) % share == 0)
            other = again.with_columns(CHILD=col("CHILD").str.replace("SYN0", "SYN9"))
            tables[2026, kind] = pl.concat([tables[2026, kind], other])
        return write(folder, tables)

    return make


def half_before(folder: Path) -> Path:
    """Returns up to 2024 hold half of the area, as a council did that became part of another."""
    half = col("CHILD").str.slice(3).cast(pl.Int64) % 2 == 1
    return write(folder, {key: frame.filter(half) if key[0] < 2025 else frame for key, frame in frames().items()})


@dataclass(frozen=True)
class Gate:
    """What is to come of a kind of returns.

    Attributes
    ----------
    make : function
        Writes them.
    told : str
        Words on the screen.
    refused : bool
    right : bool
        Whether the counts of the last year are the truth.
    """

    make: Callable[[Path], Path]
    told: str
    refused: bool = False
    right: bool = True


BEYOND_18 = (
    "{} episodes of the year to 31 March {} start or go on after the 18th birthday, and are left out or ended "
    "there: are dates of birth too early, as days since 1904 or those of mothers are, are they those of other "
    "children, or is it not entered that children left?"
)

GATES = {
    **{
        f"no end, {text}": Gate(no_end(text), "Data quality: 1 rule found something")
        for text in ("31/12/9999", "31/12/2099", "01/01/1900", "00/00/0000")
    },
    **{f"no end, {text}": Gate(no_end(text), "no rule found anything") for text in ("NaT", "<NA>")},
    "one date in 2099": Gate(one_date_in_2099, "returns for the years to 31 March 2023 to 2026"),
    "stacked": Gate(stacked, "no rule found anything"),
    "stacked, newest first": Gate(stacked_newest_first, "no rule found anything"),
    "stacked with headings": Gate(stacked_with_headings, "Data quality: 3 rules found something"),
    "stacked with years": Gate(stacked_with_years, "no rule found anything"),
    "stops in September": Gate(
        stops_in_september,
        "Warning: starts and ends stop in September 2025, so the year to 31 March 2026 is not whole; it is left out, "
        "and figures end on 31 March 2025.",
        right=False,
    ),
    "only return stops in September": Gate(
        only_return_stops_in_september,
        "starts and ends stop in September 2025, so the year to 31 March 2026 is not whole, and it is the only one",
        refused=True,
    ),
    "snapshot": Gate(snapshot, "the returns hold the children in care now, and not those who left", refused=True),
    "snapshots": Gate(snapshots, "each holds the children in care on one day", refused=True),
    "month first": Gate(
        one_return_month_first,
        "2026/episodes.csv: dates of DECOM have the month first; --month-first reads them so",
        refused=True,
    ),
    "both orders": Gate(both_orders, "in some dates of DECOM the month is first and in others the day", refused=True),
    **{
        f"turned, {name}": Gate(
            make,
            f"{name} stand in two forms, with no day over 12 in one and none up to 12 in the other: a program has",
            refused=True,
        )
        for name, make in (("DECOM", turned(2026)), ("DEC", turned(*YEARS)), ("DOB", turned(2026, kind="header")))
    },
    "adopted on the last day": Gate(adopted_on_the_last_day, "Data quality: 1 rule found something"),
    "UASC in header": Gate(uasc_in_header, "no rule found anything"),
    "resubmitted": Gate(
        resubmitted,
        "resubmitted/2026/episodes.csv: holds the return for the year to 31 March 2026, as 2026/episodes.csv does, and "
        "differs from it: 0 episodes are in this one alone,",
        refused=True,
    ),
    "headers of most": Gate(headers_of_most, "have no date of birth in any file and are left out", refused=True),
    "first year without header": Gate(
        year_without_header(2023), "children of the year to 31 March 2023 have no date of birth in any", refused=True
    ),
    "a year without header": Gate(
        year_without_header(2025),
        "of the year to 31 March 2025 have no date of birth in any file and are left out: is its Header missing?",
    ),
    "nobody at the end": Gate(
        nobody_at_the_end,
        "Warning: fewer than 5 children are in care on 31 March 2026, and a run needs as many.",
        right=False,
    ),
    "a year that no run starts from": Gate(
        shifted(3), "Warning: the returns end on 31 March 2029, and a run can only start from 2023 to 2028"
    ),
    "joined": Gate(joined, "no rule found anything"),
    "a year stops in December": Gate(
        stops_in_december,
        "Warning: 0 episodes end from January 2025 to March 2025 where 46 are expected by the other years: the return "
        "for the year to 31 March 2025 is not whole, and its figures and those of the next can't be believed.",
        right=False,
    ),
    "first year begins in October": Gate(
        kept(2023, col("DEC").is_null() | (day("DEC") >= pl.date(2022, 10, 1))),
        "Warning: 0 episodes end from April 2022 to September 2022 where",
    ),
    "stacked without a year": Gate(
        stacked_without_a_year,
        "0 episodes end from April 2023 to March 2024 where 193 are expected by the other years: the return for the "
        "year to 31 March 2024 is missing",
        refused=True,
    ),
    "a year without UASC": Gate(
        year_without_uasc,
        "Warning: 0 unaccompanied asylum-seeking children came into care in the year to 31 March 2026, and 22 a year "
        "in those around it: is its UASC file missing, so that they count as others?",
        right=False,
    ),
    "all children in UASC": Gate(
        all_in_uasc,
        "Warning: 270 of 270 children in care on 31 March 2026 are in the UASC file: does it hold all children, with a",
        right=False,
    ),
    "codes with words": Gate(codes_with_words, "no rule found anything"),
    "day before": Gate(day_before, "Data quality: 4 rules found something"),
    "years closed": Gate(years_closed, "Data quality: 3 rules found something"),
    "a year without places": Gate(
        changed(2026, PLACE=pl.lit("")),
        "447 of 447 episodes of the year to 31 March 2026 have no PLACE that is a code: where children are is not",
        refused=True,
    ),
    "places in words": Gate(
        changed(*YEARS, PLACE=col("PLACE").replace({"U4": "Foster placement", "K2": "Home"})),
        "(and in 3 other years) have no PLACE that is a code: where children are is not known, and they count in",
        refused=True,
    ),
    "some places in words": Gate(
        changed(*YEARS, PLACE=col("PLACE").replace({"K2": "Home"})),
        "(and in 3 other years) have no PLACE that is a code: where children are is not known, and they count in",
    ),
    "no legal status": Gate(changed(*YEARS, LS=pl.lit("")), "short breaks, which are no care, can't be told"),
    "no provider": Gate(
        changed(*YEARS, PLACE_PROVIDER=pl.lit("")),
        "Warning: 210 of 478 episodes of the year to 31 March 2024 (and in 3 other years) are foster care without "
        "PLACE_PROVIDER: agencies' homes can't be told and count as the council's own.",
    ),
    "provider in words": Gate(
        changed(*YEARS, PLACE_PROVIDER=pl.lit("Agency")), "have a PLACE_PROVIDER that is no code"
    ),
    "a year without reasons": Gate(
        changed(2025, REC=pl.when(col("DEC").is_not_null()).then(pl.lit("X1"))),
        "86 of 86 children who left before 18 in the year to 31 March 2025 have REC X1 or nothing there",
        refused=True,
    ),
    "reasons in words": Gate(
        changed(*YEARS, REC=col("REC").replace({"X1": "Goes on", "E4A": "Home"})),
        "have a REC that is no code: why children left is not known",
        refused=True,
    ),
    "half of the last year": Gate(
        kept(2026, pl.int_range(pl.len()) < pl.len() // 2),
        "125 of 261 children in care on 31 March 2025 are not in the next return",
        refused=True,
    ),
    "a fifth of a year is missing": Gate(
        kept(2025, pl.int_range(pl.len()) < 368),
        "Warning: 28 of 288 children in care on 31 March 2024 are not in the next return, which should hold all who "
        "were in care at any time of its year: is it not whole, or are children called otherwise in it?",
    ),
    "a year without those who left": Gate(
        kept(2025, col("REC").is_null() | (col("REC") == "X1")),
        "73 of 288 children in care on 31 March 2024 are not in the next return",
        refused=True,
    ),
    "called otherwise": Gate(
        called_otherwise, "261 of 261 children in care on 31 March 2025 are not in the next return", refused=True
    ),
    "two councils": Gate(
        two_councils(8), "children have several dates of birth: are children called the same", right=False
    ),
    "two councils whose numbers are the same": Gate(
        two_councils(2), "children have several dates of birth: are children called the same", refused=True
    ),
    "days since 1904": Gate(days_since_1904, "start before the child was born and are left out", refused=True),
    "identifiers of some lost": Gate(
        identifiers_lost(8),
        "Warning: 70 of 478 episodes of the year to 31 March 2024 (and in 3 other years) name no child and are left "
        "out: is CHILD blank, or only on the first row of each child, or has a spreadsheet turned numbers to 1.02E+11?",
        right=False,
    ),
    "identifiers lost": Gate(identifiers_lost(4), "name no child and are left out: is CHILD blank", refused=True),
    "identifiers on first rows": Gate(
        changed(*YEARS, CHILD=pl.when(col("CHILD").is_first_distinct()).then("CHILD")),
        "name no child and are left out: is CHILD blank, or only on the first row of each child",
        refused=True,
    ),
    "one birth for some": Gate(
        born(pl.date(2014, 1, 1), share=7),
        "children have the same date of birth: does it stand for one that is not known? Their ages, and when they will "
        "be 18, are wrong",
        right=False,
    ),
    "one birth for all": Gate(
        born(pl.date(2008, 6, 1)), "children have the same date of birth: does it stand for one", refused=True
    ),
    "births since 1904": Gate(
        born(day("DOB") - pl.duration(days=1462)),
        BEYOND_18.format("200 of 447", "2026 (and in 3 other years)"),
        refused=True,
    ),
    "births of mothers": Gate(
        born(day("DOB").dt.offset_by("-22y"), share=8),
        f"Warning: {BEYOND_18}".format("70 of 478", "2024 (and in 3 other years)"),
        right=False,
    ),
    "births sorted": Gate(births_sorted, BEYOND_18.format("150 of 447", "2026 (and in 2 other years)"), refused=True),
    "planned ends": Gate(
        lambda folder: write(folder, ends_planned()),
        "Warning: 76 of 447 episodes of the year to 31 March 2026 (and in 3 other years) have a DEC after that day, "
        "planned or the day of the extract: such ends make no year of returns, and the children count as in care on",
    ),
    "planned ends, stacked": Gate(lambda folder: stack(folder, ends_planned()), "a DEC after that day, planned"),
    "planned ends of two years": Gate(
        lambda folder: write(folder, ends_planned(years=20, age=17)), "a DEC after that day, planned"
    ),
    "day of the extract": Gate(day_of_the_extract, "have a DEC after that day, planned or the day of the extract"),
    "a year is missing": Gate(
        without(2024),
        "Warning: no return holds the year to 31 March 2024, so who left in it is not known: the year to 31 March 2023 "
        "is left out, and figures begin with the year to 31 March 2025.",
    ),
    "a copy in place of a year": Gate(
        copied(2024, into=2025),
        "Warning: no return holds the year to 31 March 2025, so who left in it is not known: the years to 31 March "
        "2023 and 2024 are left out, and figures begin with the year to 31 March 2026.",
    ),
    "a copy in place of the last year": Gate(
        copied(2025, into=2026),
        "Warning: 2025/episodes.csv and 2026/episodes.csv: two files hold the same rows, of the year to 31 March 2025: "
        "is one a copy in place of another return?",
        right=False,
    ),
    "children of one year with their history": Gate(
        history(2026),
        "9 children left care in the years to 31 March 2023, 2024 and 2025, of some 161 in care: the returns hold the "
        "history of children of later years and not who left before; give the returns of those years too, or only",
        refused=True,
    ),
    "children of two years with their history": Gate(
        history(2025, 2026), "9 children left care in the years to 31 March 2023 and 2024, of some 179", refused=True
    ),
    "two identifiers": Gate(
        two_identifiers(6),
        "Warning: 42 of 303 children in care before the year to 31 March 2026 are not in the return before, which "
        "should hold all who were in care at any time of its year: is it not whole, are children called otherwise in "
        "it, or do some have two identifiers?",
        right=False,
    ),
    "half of the area before": Gate(
        half_before,
        "142 of 288 children in care before the year to 31 March 2025 are not in the return before",
        refused=True,
    ),
}  # fmt: skip
