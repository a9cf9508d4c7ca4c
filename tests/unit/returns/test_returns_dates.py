"""Dates in any hand, which of day and month is first, and which years returns cover."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from returns_gates import day, sample

from simulator.returns.dates import EXCEL_EPOCH, FIRST_DATE, LAST_DATE, TURNED, First, read_date, what_is_first
from simulator.returns.years_covered import Part, broken_year, covered_years

ANY_DAY_UNTIL = LAST_DATE.replace(year=LAST_DATE.year - 1)
ANY_DAY = st.dates(FIRST_DATE, ANY_DAY_UNTIL)


def parse_date(text: str, *, month_first: bool = False) -> date | None:
    return read_date(text).when(month_first=month_first)


def first_in(texts: Iterable[str]) -> First:
    return what_is_first([read_date(text) for text in set(texts)])


@given(ANY_DAY, st.sampled_from("/-. "))
def test_every_day_is_read_in_either_order(when: date, between: str) -> None:
    assert parse_date(f"{when:%d/%m/%Y}".replace("/", between)) == when
    assert parse_date(f"{when:%m/%d/%Y}".replace("/", between), month_first=True) == when
    assert parse_date(f"{when:%Y-%m-%d}", month_first=True) == when
    assert parse_date(f"{when:%Y%m%d}") == parse_date(f"{when:%Y%m%d}.0", month_first=True) == when
    assert parse_date(f"{when:%d %b %Y}", month_first=True) == when
    assert parse_date(f"{when:%d/%m/%y}") == when


@given(st.dates(date(1981, 1, 1), ANY_DAY_UNTIL), st.sampled_from(["Z", "+00:00", "+0000", " +00:00"]))
def test_midnight_in_london_told_in_utc_is_of_its_day(when: date, zone: str) -> None:
    moment = datetime.combine(when, time(), ZoneInfo("Europe/London")).astimezone(ZoneInfo("UTC"))
    assert parse_date(f"{moment:%Y-%m-%dT%H:%M:%S}{zone}") == when
    assert parse_date(f"{moment:%d/%m/%Y %I:%M:%S.000 %p}{zone}") == when


def test_midnight_told_by_the_offset_of_today_is_of_its_day() -> None:
    assert parse_date("2024-01-10T23:00:00Z") == parse_date("10/01/2024 11:00:00 PM +00:00") == date(2024, 1, 11)


def test_any_other_moment_is_of_the_day_written() -> None:
    for told in ("2024-06-11T00:00:00.000+01:00", "2024-06-11T23:00:00+01:00", "2024-06-11 23:00",
                 "11/06/2024 11:30 pm", "2024-06-11T23:00:00.0000000 +0100", "2024-06-11T22:59:59Z",
                 "2024-06-11T11:00:00Z", "2024-06-11T12:23:00Z", "11/06/2024 10:11:00 PM Z",
                 "2024-06-11T00:00Z"):  # fmt: skip
        assert parse_date(told) == date(2024, 6, 11), told
    assert parse_date("9999-12-31T23:00:00Z") is None


@pytest.mark.parametrize(
    "text",
    ["31/12/9999", "31/12/2099", "01/01/1900", "00/00/0000", "9999-12-31", "1900-01-00", "01-JAN-1753", "0", "1"],
)
def test_what_stands_for_no_end_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@given(st.integers(1, 10_000), st.integers(50, 200))
def test_the_order_of_many_dates_is_told(step: int, number: int) -> None:
    days = sorted({FIRST_DATE + timedelta(days=i * step * 31 % 20_000 + i) for i in range(number)})
    assume(len(days) >= 20)
    # A month of first days reads either way, and so does one that is read as it is written by turns.
    assume(all(sum(d.day > 12 for d in some) > len(some) / 5 for some in (days[::2], days[1::2])))
    assert first_in(f"{d:%d/%m/%Y}" for d in days) is First.DAY
    assert first_in(f"{d:%m/%d/%Y}" for d in days) is First.MONTH
    mixed = [f"{d:%d/%m/%Y}" if i % 2 else f"{d:%m/%d/%Y}" for i, d in enumerate(days)]
    assert first_in(mixed) is First.MIXED
    assert first_in(f"{d:%Y-%m-%d}" for d in days) is First.EITHER


def test_a_few_mistyped_dates_do_not_turn_a_column() -> None:
    days = [f"{d:02}/05/2024" for d in range(1, 29)]
    assert first_in([*days, "04/13/2017", "04/14/2017"]) is First.DAY
    assert first_in(["01/05/2024", "04/13/2017"]) is First.EITHER


def test_dates_that_a_program_turned_where_it_could_are_told() -> None:
    days = [FIRST_DATE + timedelta(days=37 * i) for i in range(60)]
    turned = [f"{d:%Y-%d-%m}" if d.day <= 12 else f"{d:%d/%m/%Y}" for d in days]
    serial = [str((d.replace(month=d.day, day=d.month) - EXCEL_EPOCH).days) if d.day <= 12 else t
              for d, t in zip(days, turned, strict=True)]  # fmt: skip
    named = [f"{date(d.year, d.day, d.month):%d-%b-%y}" if d.day <= 12 else f"{d:%d-%m-%Y}" for d in days]
    assert first_in(turned) is First.TURNED
    assert first_in(named) is First.TURNED
    assert first_in(serial) is First.TURNED
    assert first_in([f"{d:%Y-%m-%d}" if i % 2 else f"{d:%d/%m/%Y}" for i, d in enumerate(days)]) is First.DAY
    few = [d for d in days if d.day <= 12][: TURNED - 1]
    assert first_in([*(f"{d:%Y-%m-%d}" for d in few), *(t for t in turned if "/" in t)]) is First.DAY


def rows(until: date) -> pl.DataFrame:
    """Episodes of the made-up returns, as they were known on a day."""
    episodes = pl.concat([one.episodes for one in sample()]).unique()
    dates = episodes.select(child="CHILD", decom=day("DECOM"), dec=day("DEC"))
    return dates.filter(pl.col("decom") <= until).with_columns(
        dec=pl.when(pl.col("dec") <= until).then("dec")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("until", "stops"),
    [
        (date(2025, 7, 31), date(2025, 7, 1)),
        (date(2025, 9, 30), date(2025, 9, 1)),
        (date(2026, 1, 15), date(2026, 1, 1)),
        (date(2026, 3, 31), None),
    ],
)
def test_a_last_year_that_stops_is_told_with_its_month(until: date, stops: date | None) -> None:
    found = broken_year(rows(until), [Part(1, 2023, 2026)])
    assert (found.stops if found else None) == stops
    if found:
        assert str(found).startswith(
            f"starts and ends stop in {stops:%B %Y}, so the year to 31 March 2026 is not whole"
        )


def test_a_year_that_is_quiet_late_in_every_year_is_whole() -> None:
    each = [(f"C{y}{i}", date(y, 5, 1 + i), date(y, 9, 1 + i)) for y in (2022, 2023, 2024) for i in range(28)]
    frame = pl.DataFrame(each, schema={"child": pl.String, "decom": pl.Date, "dec": pl.Date}, orient="row")
    assert broken_year(frame, [Part(1, 2023, 2025)]) is None


def test_an_end_long_after_the_last_start_covers_no_year() -> None:
    each = [("A", date(2024, 5, 1), date(2042, 9, 1)), ("B", date(2024, 6, 1), None)]
    frame = pl.DataFrame(each, schema={"child": pl.String, "decom": pl.Date, "dec": pl.Date}, orient="row")
    assert covered_years(frame) == (2025, 2025)


@pytest.mark.parametrize("planned", [1, 2])
def test_years_in_which_nobody_starts_hold_planned_ends(planned: int) -> None:
    each = [(f"C{i}", date(2024, 5, 1 + i), date(2024, 9, 1 + i)) for i in range(9)]
    each += [(f"P{i}", date(2024, 6, 1), date(2025 + i % planned, 9, 1)) for i in range(60)]
    each += [("Q", date(2025, 8, 1), date(2026, 8, 1))]  # a mistyped start lets ends of two years later stand
    frame = pl.DataFrame(each, schema={"child": pl.String, "decom": pl.Date, "dec": pl.Date}, orient="row")
    assert covered_years(frame) == (2025, 2025)


def test_starts_alone_tell_a_year_that_stops_where_ends_are_planned() -> None:
    until = rows(date(2025, 9, 30))
    some_day = pl.date(2025, 10, 1) + pl.duration(days=pl.int_range(pl.len()) % 180)
    planned = until.with_columns(dec=pl.col("dec").fill_null(some_day))
    found = broken_year(planned, [Part(1, 2023, 2026)])
    assert str(found) == "starts stop in September 2025, so the year to 31 March 2026 is not whole"
