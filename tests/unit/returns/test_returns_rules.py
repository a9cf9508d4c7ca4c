"""Rules of cleaning, each on rows made for it: what is told, what is done, and what it comes to."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from returns_files import Folder, Row, account, episode, findings, header

from simulator.returns import codes
from simulator.returns.clean import Stays
from simulator.returns.codes import AGE_18, STAYS_ON
from simulator.returns.exposure import age_on, birthdays, by_year, exposure
from simulator.returns.import_errors import ReturnsError
from simulator.returns.rules import RULES
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS

GOOD = episode("GOOD", "01/05/2024", "01/09/2024")
"""An episode of another child, that tells which year a return covers and is never touched."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "returns")


def years_stock(stays: Stays) -> list[int]:
    return by_year(stays).stock.sum(axis=(1, 2, 3, 4)).tolist()


def days(stays: Stays) -> list[tuple[str, str]]:
    """First day and day after the last, of stays of children born on other days than GOOD."""
    return [
        (str(np.datetime64(int(a), "D")), str(np.datetime64(int(b), "D")))
        for a, b in zip(stays.start, stays.end, strict=True)
        if str(np.datetime64(int(a), "D")) != "2024-05-01"
    ]


def one_year(folder: Folder, *rows: Row, **more: list[Row]) -> tuple[Stays, dict[str, tuple[int, int]], dict[str, int]]:
    stays, report = folder.year(2025, [*rows, GOOD], **more).clean()
    return stays, findings(report), account(report)


# --------------------------------------------------------------------------------------------------
# One row at a time


def test_clean_rows_are_not_reported(folder: Folder) -> None:
    stays, found, rows = one_year(folder, episode("A", "01/06/2024"))
    assert (found, rows) == ({}, {"used": 2})
    assert years_stock(stays) == [0, 1]


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("no_child_id", episode("", "02/06/2024")),
        ("no_child_id", episode("1.23E+09", "02/06/2024")),
        ("bad_decom", episode("A", "31/06/2024")),
        ("bad_decom", episode("A", "")),
        ("zero_length", episode("A", "02/06/2024", "02/06/2024", REC="X1")),
        ("day_alone", episode("A", "02/06/2024", "02/06/2024")),
        ("starts_after_return", episode("A", "02/06/2026")),
        ("born_after_start", episode("A", "02/06/2014")),
        ("short_breaks", episode("A", "02/06/2024", LS="V3")),
        ("short_breaks", episode("A", "02/06/2024", LS="V4")),
    ],
)
def test_rows_that_are_not_used(folder: Folder, rule: str, row: Row) -> None:
    stays, found, rows = one_year(folder, row)
    found.pop("no_child_id_in_header", None)
    assert found == {rule: (1, 0 if rule == "no_child_id" else 1)}
    assert rows == {"used": 1, rule: 1}
    assert years_stock(stays) == [0, 0]


def test_blank_rows(folder: Folder) -> None:
    assert one_year(folder, dict.fromkeys(GOOD, ""))[1:] == ({"blank_rows": (1, 0)}, {"used": 1, "blank_rows": 1})


@pytest.mark.parametrize("rule", ["bad_dec", "dec_before_decom"])
def test_a_wrong_end_is_the_last_day_of_the_return(folder: Folder, rule: str) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", "32/01/2025" if rule == "bad_dec" else "01/01/2024"))
    assert found == {rule: (1, 1)}
    assert days(stays) == [("2024-06-02", "2025-03-31")]
    assert by_year(stays).exits.sum(axis=(0, 1, 2, 3)).tolist() == [2, 0, 0, 0, 0, 0]


def test_a_wrong_end_is_the_next_episode(folder: Folder) -> None:
    first, second = episode("A", "02/06/2024", "soon", REC="X1"), episode("A", "02/08/2024", "02/10/2024", RNE="P")
    stays, found, _ = one_year(folder, first, second)
    assert found == {"no_end": (1, 1), "open_then_another": (1, 1)}, "X1 is no reason for leaving"
    assert days(stays) == [("2024-06-02", "2024-08-02"), ("2024-08-02", "2024-10-02")]


def test_an_end_after_the_return_is_none(folder: Folder) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", "01/04/2026"))
    assert found == {"ends_after_return": (1, 1)}
    assert years_stock(stays) == [0, 1]


@pytest.mark.parametrize(
    ("rule", "column", "place"),
    [
        ("unknown_place", {"PLACE": "U9"}, "other"),
        ("unknown_place", {"PLACE": ""}, "other"),
        ("unknown_ls", {"LS": "V9"}, "council_foster"),
        ("unknown_ls", {"LS": ""}, "council_foster"),
        ("unknown_rne", {"RNE": "Q"}, "council_foster"),
        ("unknown_rne", {"RNE": ""}, "council_foster"),
        ("unknown_provider", {"PLACE_PROVIDER": "PR9"}, "council_foster"),
        ("no_provider", {"PLACE_PROVIDER": ""}, "council_foster"),
        ("no_provider", {"PLACE_PROVIDER": "PR3"}, "council_foster"),
        ("code_not_of_year", {"PLACE": "K3", "PLACE_PROVIDER": "PR4"}, "supported"),
        ("code_not_of_year", {"PLACE": "Z11", "PLACE_PROVIDER": ""}, "other"),
    ],
)
def test_odd_codes_are_kept_and_told(folder: Folder, rule: str, column: dict[str, str], place: str) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", **column))
    assert found == {rule: (1, 1)}
    stock = by_year(stays).stock[-1].sum(axis=(0, 1, 2))
    assert stock.tolist() == [int(name == place) for name in codes.PLACES]


def test_unknown_reason_is_other(folder: Folder) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", "02/08/2024", REC="E99"))
    assert found == {"unknown_rec": (1, 1)}
    assert sorted(REASONS[r] for r in stays.exit) == ["home", "other"]


def test_codes_of_2025_26(folder: Folder) -> None:
    this_year = episode("GOOD", "01/05/2025", "01/09/2025")
    rows = [episode("A", "02/06/2025", PLACE=p, PLACE_PROVIDER="") for p in ("K3",)]
    rows += [episode(f"Z{i}", "02/06/2025", PLACE=f"Z1{i}", PLACE_PROVIDER="") for i in range(1, 5)]
    _, report = folder.year(2026, [*rows, this_year]).clean()
    assert not report.dirt
    old = Folder(folder.path.parent / "old")
    rows = [episode(p, "02/06/2025", PLACE=p, PLACE_PROVIDER="") for p in ("H5", "P2", "Z1")]
    assert findings(old.year(2026, [*rows, this_year]).clean()[1]) == {"code_not_of_year": (3, 3)}


@pytest.mark.parametrize(
    ("code", "provider", "place"),
    [
        ("U1", "PR1", "kinship_foster"),
        ("U3", "", "kinship_foster"),
        ("U4", "PR1", "council_foster"),
        ("U5", "PR2", "council_foster"),
        ("U6", "PR4", "ifa_foster"),
        ("U4", "PR5", "ifa_foster"),
        ("K2", "PR4", "childrens_home"),
        ("K2", "PR1", "childrens_home"),
        ("H5", "PR4", "supported"),
        ("P2", "", "supported"),
        ("P1", "PR0", "with_parents"),
        ("A5", "PR1", "for_adoption"),
        ("R5", "PR3", "secure_residential"),
        ("T1", "", "other"),
    ],
)
def test_places(folder: Folder, code: str, provider: str, place: str) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", PLACE=code, PLACE_PROVIDER=provider))
    assert found == {}
    assert place in {codes.PLACES[p] for p in stays.place[stays.exit == STAYS_ON]}


def test_every_code_of_a_placement_is_in_the_code_table() -> None:
    named = {text.partition("/")[0] for p in placements.placements() for text in p.codes}
    assert named == set(codes.codes("PLACE"))


@pytest.mark.parametrize(
    ("rec", "reason"),
    [
        ("E4A", "home"), ("E4B", "home"), ("E13", "arrangements"), ("E41", "arrangements"), ("E43", "guardianship"),
        ("E48", "guardianship"), ("E11", "adoption"), ("E12", "adoption"), ("E2", "other"), ("E9", "other"),
        ("E17", "other"),
    ],
)  # fmt: skip
def test_reasons(folder: Folder, rec: str, reason: str) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", "02/08/2024", REC=rec))
    assert found == {}
    assert REASONS[stays.exit[list(stays.start).index((date(2024, 6, 2) - date(1970, 1, 1)).days)]] == reason


# --------------------------------------------------------------------------------------------------
# Ages


def test_nobody_is_in_care_at_18(folder: Folder) -> None:
    born = header("A", "10/10/2006")
    rows = [episode("A", "02/06/2024", "20/11/2024", REC="E17"), episode("A", "20/11/2024", RNE="S")]
    stays, found, account_ = one_year(folder, *rows, headers=[born])
    assert found == {"starts_at_18": (1, 1), "past_18": (1, 1)}
    assert account_["starts_at_18"] == 1
    assert days(stays) == [("2024-06-02", "2024-10-10")]
    assert AGE_18 in stays.exit


def test_leaving_on_the_18th_birthday_is_no_fault(folder: Folder) -> None:
    _, found, _ = one_year(
        folder, episode("A", "02/06/2024", "10/10/2024", REC="E5"), headers=[header("A", "10/10/2006")]
    )
    assert found == {}


@given(st.dates(date(1980, 1, 1), date(2049, 12, 31)), st.dates(date(1980, 1, 1), date(2049, 12, 31)))
def test_age_is_that_of_the_calendar(born: date, day: date) -> None:
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    assume(-10 < age < 18)
    when = np.array([(day - date(1970, 1, 1)).days])
    assert age_on(np.array([born], dtype="datetime64[D]"), when).tolist() == [age]
    # The last birthday has been, and the next has not.
    ends = [int(birthdays(np.array([born], dtype="datetime64[D]"), np.array([n]))[0]) for n in (age, age + 1)]
    assert ends[0] <= when[0] < ends[1]


def test_born_on_29_february(folder: Folder) -> None:
    born = np.array(["2008-02-29"], dtype="datetime64[D]")
    assert [str(np.datetime64(int(birthdays(born, np.array([age]))[0]), "D")) for age in (16, 17, 18)] == [
        "2024-02-29", "2025-03-01", "2026-03-01",
    ]  # fmt: skip
    rows = [episode("A", "02/06/2025", "01/03/2026", REC="E17"), episode("GOOD", "01/05/2025", "01/09/2025")]
    _, report = folder.year(2026, rows, [header("A", "29/02/2008")]).clean()
    assert not report.dirt


# --------------------------------------------------------------------------------------------------
# Headers


def test_two_headers(folder: Folder) -> None:
    _, found, rows = one_year(folder, episode("A", "02/06/2024"), headers=[header("A"), header("A", UPN="UN1")])
    assert found == {"two_headers": (1, 1)}
    assert rows["used"] == 2


def test_the_date_of_birth_most_files_give(folder: Folder) -> None:
    folder.year(2023, [episode("A", "02/06/2022")], [header("A", "05/06/2010")])
    folder.year(2024, [episode("A", "02/06/2022")], [header("A", "05/06/2010")])
    _, report = folder.year(2025, [episode("A", "02/06/2022")], [header("A", "06/05/2020")]).clean()
    assert findings(report) == {"dob_differs": (1, 1)}
    assert account(report, "header") == {"used": 1, "dob_differs": 1, "header_repeated": 1}


def test_an_unreadable_date_of_birth(folder: Folder) -> None:
    folder.year(2024, [episode("A", "02/06/2023")])
    _, report = folder.year(2025, [episode("A", "02/06/2023")], [header("A", "unknown")]).clean()
    assert findings(report) == {"bad_dob": (1, 1)}


def test_a_child_without_header_is_kept_if_another_file_knows_the_birth(folder: Folder) -> None:
    folder.year(2025, [episode("A", "02/06/2024"), GOOD])
    path = folder.path / "2025" / "header.csv"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if not line.startswith("A,")))
    (folder.path / "2025" / "reviews.csv").write_text("CHILD,DOB,REVIEW\nA,01/02/2016,03/03/2025\n")
    stays, report = folder.clean()
    assert findings(report) == {"no_header": (1, 1)}
    assert years_stock(stays) == [0, 1]


def test_a_child_without_date_of_birth_is_accounted_for(folder: Folder) -> None:
    more = [episode(f"GOOD{n}", "01/05/2024", "01/09/2024") for n in range(5)]
    _, report = folder.year(2025, [episode("A", "02/06/2024"), GOOD, *more], [header("A", "")]).clean()
    assert findings(report) == {"bad_dob": (1, 1), "no_dob": (1, 1)}
    assert account(report, "children") == {"used": 6, "no_dob": 1}


def test_headers_of_care_leavers_are_no_fault(folder: Folder) -> None:
    _, report = folder.year(2025, [GOOD], [header("LEAVER", "01/01/2005")]).clean()
    assert not report.dirt
    assert account(report, "header") == {"used": 1, "header_without_episodes": 1}
    assert account(report, "children") == {"used": 1, "no_episodes": 1}


# --------------------------------------------------------------------------------------------------
# Versions of one episode


def test_an_open_episode_is_in_the_next_return_too(folder: Folder) -> None:
    folder.year(2024, [episode("A", "02/06/2023")])
    stays, report = folder.year(2025, [episode("A", "02/06/2023", "02/08/2024"), GOOD]).clean()
    assert not report.dirt
    assert account(report) == {"used": 2, "carried_forward": 1}
    assert years_stock(stays) == [0, 1, 0]


@pytest.mark.parametrize(
    "change",
    [{"PLACE": "K2"}, {"LS": "V2"}, {"RNE": "P"}, {"DEC": "01/03/2024", "REC": "E4A"}],
)
def test_a_later_return_corrects_an_earlier_one(folder: Folder, change: dict[str, str]) -> None:
    folder.year(2024, [{**episode("A", "02/06/2023"), **change}])
    stays, report = folder.year(2025, [episode("A", "02/06/2023", "02/08/2024"), GOOD]).clean()
    assert findings(report) == {"later_return_corrects": (1, 1)}
    assert years_stock(stays) == [0, 1, 0]
    assert codes.PLACES[stays.place[0]] == "council_foster"


@pytest.mark.parametrize(
    "parts",
    [
        [("01/10/2023", "", "L", "U4")],
        [("01/08/2023", "11/08/2023", "T", "T3"), ("11/08/2023", "", "T", "U4")],
        [("01/10/2023", "01/12/2023", "P", "K2"), ("01/12/2023", "01/03/2024", "P", "K2")],
    ],
)
@pytest.mark.parametrize("until", ["", "01/02/2025"])
def test_a_later_return_takes_parts_of_an_episode_back(
    folder: Folder, parts: list[tuple[str, str, str, str]], until: str
) -> None:
    rows = [episode("A", a, b, RNE=rne, PLACE=place, REC="X1" if b else "") for a, b, rne, place in parts]
    folder.year(2024, [episode("A", "02/06/2022", parts[0][0], REC="X1"), *rows])
    stays, report = folder.year(2025, [episode("A", "02/06/2022", until), GOOD]).clean()
    assert findings(report) == {"later_return_corrects": (1, 1), "superseded": (len(parts), 1)}
    assert account(report) == {"used": 2, "later_return_corrects": 1, "superseded": len(parts)}
    assert days(stays) == [("2022-06-02", "2025-02-01" if until else "2025-04-01")]
    assert codes.PLACES[stays.place[0]] == "council_foster"


def test_a_later_return_moves_a_start_to_an_earlier_day(folder: Folder) -> None:
    folder.year(2024, [episode("A", "02/06/2023")])
    stays, report = folder.year(2025, [episode("A", "01/06/2023"), GOOD]).clean()
    assert findings(report) == {"superseded": (1, 1)}
    assert days(stays) == [("2023-06-01", "2025-04-01")]


def test_what_a_later_return_need_not_hold_is_kept(folder: Folder) -> None:
    """It ended in an earlier year, and no episode of a later return takes its time."""
    before = episode("A", "02/06/2022", "02/06/2023", REC="X1")
    folder.year(2024, [before, episode("A", "02/06/2023", RNE="P", PLACE="K2")])
    moved_on = episode("A", "01/08/2023", RNE="P", PLACE="U6")
    stays, report = folder.year(2025, [moved_on, GOOD]).clean()
    assert findings(report) == {"open_then_another": (1, 1)}
    assert days(stays) == [("2022-06-02", "2023-06-02"), ("2023-06-02", "2023-08-01"), ("2023-08-01", "2025-04-01")]


def test_supported_accommodation_may_be_recoded(folder: Folder) -> None:
    """H5 became K3 in 2025-26: the same placement, and no correction."""
    young = header("A", "10/10/2008")
    folder.year(2025, [episode("A", "02/06/2024", PLACE="H5"), GOOD], [young])
    later = [episode("A", "02/06/2024", PLACE="K3"), episode("GOOD", "01/05/2025", "01/09/2025")]
    assert not folder.year(2026, later, [young]).clean()[1].dirt


def test_duplicates_and_same_starts(folder: Folder) -> None:
    rows = [
        episode("A", "02/06/2024", "02/08/2024"),
        episode("A", "02/06/2024", "02/08/2024"),
        episode("B", "02/06/2024", "02/08/2024"),
        episode("B", "02/06/2024"),
    ]
    stays, found, rows_ = one_year(folder, *rows)
    assert found == {"duplicate_rows": (1, 1), "same_start": (1, 1)}
    assert rows_ == {"used": 3, "duplicate_rows": 1, "same_start": 1}
    assert years_stock(stays) == [0, 0], "the one that ended is the later version"


def test_a_child_who_vanishes(folder: Folder) -> None:
    folder.year(2024, [episode("A", "02/06/2023")])
    stays, report = folder.year(2025, [GOOD]).clean()
    assert findings(report) == {"vanished": (1, 1)}
    assert days(stays) == [("2023-06-02", "2024-04-01")]
    assert years_stock(stays) == [0, 1, 0]


def test_a_child_who_vanishes_and_comes_back(folder: Folder) -> None:
    folder.year(2024, [episode("A", "02/06/2023")])
    stays, report = folder.year(2025, [episode("A", "02/11/2024"), GOOD]).clean()
    assert findings(report) == {"not_carried_forward": (1, 1)}, "the next return has the child"
    assert days(stays)[0] == ("2023-06-02", "2024-04-01")
    assert years_stock(stays) == [0, 1, 1]


def test_a_child_who_appears(folder: Folder) -> None:
    folder.year(2024, [episode("B", "02/06/2023", "02/08/2023")])
    rows = [episode("A", "02/06/2023", "02/08/2024", REC="X1"), episode("A", "02/08/2024", RNE="P"), GOOD]
    stays, report = folder.year(2025, rows).clean()
    assert findings(report) == {"appeared": (1, 1)}
    assert years_stock(stays) == [0, 1, 1]


def test_who_came_before_the_first_return_or_had_short_breaks_does_not_appear(folder: Folder) -> None:
    folder.year(2024, [episode("A", "02/06/2021"), episode("B", "02/06/2022", LS="V4")])
    rows = [episode("A", "02/06/2021"), episode("B", "02/06/2022"), episode("C", "02/06/2022", LS="V4"), GOOD]
    assert "appeared" not in findings(folder.year(2025, rows).clean()[1])


def test_a_missing_year(folder: Folder) -> None:
    folder.year(2022, [episode("A", "02/06/2021"), episode("B", "02/06/2021", "02/09/2021")])
    stays, report = folder.year(2025, [episode("A", "02/06/2021"), GOOD]).clean()
    assert findings(report) == {"before_a_missing_year": (2, 2)}
    assert account(report) == {"used": 2, "before_a_missing_year": 2}
    assert list(stays.years) == [2025]


# --------------------------------------------------------------------------------------------------
# Episodes of a child against each other


def test_overlaps(folder: Folder) -> None:
    rows = [episode("A", "02/06/2024", "09/08/2024", REC="X1"), episode("A", "02/08/2024", "02/10/2024", RNE="P")]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"overlap": (1, 1)}
    assert days(stays) == [("2024-06-02", "2024-08-02"), ("2024-08-02", "2024-10-02")]


def test_an_open_episode_before_another(folder: Folder) -> None:
    rows = [episode("A", "02/06/2024"), episode("A", "02/08/2024", "02/10/2024", RNE="P")]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"open_then_another": (1, 1)}
    assert days(stays) == [("2024-06-02", "2024-08-02"), ("2024-08-02", "2024-10-02")]


@pytest.mark.parametrize(
    ("rec", "rne", "next_day", "told"),
    [
        ("X1", "P", "03/08/2024", {"ends_the_day_before": (1, 1)}),
        ("", "", "03/08/2024", {"ends_the_day_before": (1, 1), "unknown_rne": (1, 1)}),
        ("X1", "S", "03/08/2024", {"no_reason": (1, 1)}),
        ("X1", "P", "04/08/2024", {"no_reason": (1, 1), "no_start_code": (1, 1)}),
        ("E4A", "P", "03/08/2024", {"no_start_code": (1, 1)}),
    ],
)
def test_an_end_that_is_the_last_day_of_the_episode(
    folder: Folder, rec: str, rne: str, next_day: str, told: dict[str, tuple[int, int]]
) -> None:
    rows = [episode("A", "02/06/2024", "02/08/2024", REC=rec), episode("A", next_day, RNE=rne)]
    stays, found, _ = one_year(folder, *rows)
    assert found == told
    goes_on = "ends_the_day_before" in told
    assert days(stays)[0] == ("2024-06-02", "2024-08-03" if goes_on else "2024-08-02")
    assert by_year(stays).starts.sum() == (2 if goes_on else 3)


@pytest.mark.parametrize(("rec", "children"), [("X1", 1), ("", 1), ("E4A", 0)])
def test_an_end_by_which_a_system_closes_the_year(folder: Folder, rec: str, children: int) -> None:
    stays, found, _ = one_year(folder, episode("A", "02/06/2024", "31/03/2025", REC=rec))
    assert found == ({"closed_with_the_year": (1, 1)} if children else {})
    assert years_stock(stays) == [0, children]


def test_an_episode_within_another(folder: Folder) -> None:
    rows = [episode("A", "02/06/2024", "02/12/2024"), episode("A", "02/08/2024", "09/08/2024", PLACE="T1", REC="X1")]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"contained": (1, 1)}
    assert days(stays) == [("2024-06-02", "2024-12-02")]


@pytest.mark.parametrize(("rne", "moves"), [("L", 0), ("P", 1), ("B", 1), ("T", 0), ("U", 0)])
def test_what_is_a_move_to_another_home(folder: Folder, rne: str, moves: int) -> None:
    """A change of status or of the kind of foster care with the same carer is none."""
    rows = [episode("A", "02/06/2024", "02/08/2024", REC="X1"), episode("A", "02/08/2024", RNE=rne)]
    stays, found, _ = one_year(folder, *rows)
    assert found == {}
    assert by_year(stays).moves.sum() == moves
    assert by_year(stays).starts.sum() == 2


@pytest.mark.parametrize("rne", ["P", "B", "T", "U"])
def test_moves_between_kinds_of_placement(folder: Folder, rne: str) -> None:
    rows = [episode("A", "02/06/2024", "02/08/2024", REC="X1"), episode("A", "02/08/2024", RNE=rne, PLACE="A3")]
    stays, found, _ = one_year(folder, *rows)
    assert found == {}
    moves = by_year(stays).moves[0, 0]
    assert moves.sum() == moves[codes.PLACES.index("council_foster"), codes.PLACES.index("for_adoption")] == 1


def test_a_change_of_status_is_no_move_though_the_placement_differs(folder: Folder) -> None:
    rows = [
        episode("A", "02/06/2024", "02/08/2024", REC="X1"),
        episode("A", "02/08/2024", "02/10/2024", RNE="L", PLACE="K2", REC="X1"),
        episode("A", "02/10/2024", RNE="L", PLACE="K2"),
    ]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"legal_change_moved": (2, 1)}
    assert by_year(stays).moves.sum() == 0


def test_dates_decide_whether_care_goes_on(folder: Folder) -> None:
    rows = [
        episode("A", "02/06/2024", "02/08/2024", REC="X1"),
        episode("A", "02/08/2024", RNE="S"),
        episode("B", "02/06/2024", "02/08/2024", REC="E4A"),
        episode("B", "02/08/2024", RNE="P"),
        episode("C", "02/06/2024", "02/08/2024", REC="E4A"),
        episode("C", "02/08/2024", RNE="S"),
    ]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"start_code_inside": (1, 1), "exit_code_inside": (1, 1)}
    assert by_year(stays).starts.sum() == 1 + 1 + 1 + 2
    assert by_year(stays).exits.sum() == 1 + 1


def test_ends_and_starts_that_codes_leave_open(folder: Folder) -> None:
    rows = [
        episode("A", "02/06/2024", "02/08/2024", REC="X1"),
        episode("B", "02/06/2024", "02/08/2024", REC=""),
        episode("C", "02/06/2024", "02/08/2024", RNE="P"),
        episode("D", "02/06/2021", "02/08/2024", RNE="P"),
    ]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"no_reason": (2, 2), "no_start_code": (1, 1)}
    by_reason = by_year(stays).exits.sum(axis=(0, 1, 2, 3))
    assert dict(zip(REASONS, by_reason.tolist(), strict=True))["other"] == 2


def test_a_short_break_ends_care(folder: Folder) -> None:
    rows = [
        episode("A", "02/06/2024", "02/08/2024", REC="X1"),
        episode("A", "02/08/2024", "02/10/2024", RNE="L", LS="V3", REC="E4A"),
    ]
    stays, found, _ = one_year(folder, *rows)
    assert found == {"short_breaks": (1, 1), "no_reason": (1, 1)}
    assert days(stays) == [("2024-06-02", "2024-08-02")]


# --------------------------------------------------------------------------------------------------
# Too little to go on


def test_too_few_children_is_an_error_with_files_and_rows(folder: Folder) -> None:
    rows = [episode("KEEPOUT1", "02/06/2024"), episode("KEEPOUT2", "02/07/2024"), GOOD]
    folder.year(2025, rows, [header("KEEPOUT1", "??"), header("KEEPOUT2", "05/06/2023x")])
    with pytest.raises(ReturnsError) as caught:
        folder.clean()
    lines = str(caught.value).splitlines()
    assert lines[0] == "1 of 3 children can be used: too few for an honest projection"
    assert "2025/header.csv: rows 2, 3: bad_dob: It is blank, or no date." in lines
    assert (
        "2025/episodes.csv: rows 2, 3: no_dob: No file gives a date of birth that can be read, and rates go by age."
        in lines
    )
    assert "KEEPOUT" not in str(caught.value)


def test_only_short_breaks(folder: Folder) -> None:
    folder.year(2025, [episode("A", "01/05/2024", "01/09/2024", LS="V4")])
    with pytest.raises(ReturnsError, match="0 of 0 children can be used"):
        folder.clean()


def test_rule_names_are_unique_and_each_says_why() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.why.endswith(".") and rule.done and rule.holds.__doc__ for rule in RULES)


# --------------------------------------------------------------------------------------------------
# Any input

DAYS = st.one_of(
    st.dates(date(2021, 1, 1), date(2026, 6, 30)).map(lambda d: f"{d:%d/%m/%Y}"),
    st.sampled_from(["", "31/02/2024", "soon"]),
)
ANY_EPISODE = st.builds(
    lambda child, decom, dec, rne, ls, place, provider, rec: {
        "CHILD": child, "DECOM": decom, "DEC": dec, "RNE": rne, "LS": ls, "PLACE": place, "PLACE_PROVIDER": provider,
        "REC": rec,
    },
    st.sampled_from(["", "A", "B", "C"]), DAYS, DAYS, st.sampled_from(["S", "P", "L", "B", "T", "Q", ""]),
    st.sampled_from(["C2", "V2", "V3", "", "??"]), st.sampled_from(["U4", "K2", "P1", "H5", "A3", "QQ", ""]),
    st.sampled_from(["PR1", "PR4", "PR3", ""]), st.sampled_from(["X1", "E4A", "E11", "E17", "", "QQ"]),
)  # fmt: skip
BIRTHS = st.one_of(
    st.dates(date(2003, 1, 1), date(2026, 1, 1)).map(lambda d: f"{d:%d/%m/%Y}"), st.sampled_from(["", "no date"])
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    returns=st.lists(st.lists(ANY_EPISODE, max_size=8), min_size=1, max_size=3),
    births=st.lists(BIRTHS, min_size=3, max_size=3),
)
def test_whatever_comes_in(
    tmp_path_factory: pytest.TempPathFactory, returns: list[list[Row]], births: list[str]
) -> None:
    folder = Folder(tmp_path_factory.mktemp("any") / "returns")
    for i, rows in enumerate(returns):
        good = episode("GOOD", f"01/05/{2022 + i}", f"01/09/{2022 + i}")
        early, late = (f"01/05/{2022 + i}", f"01/09/{2022 + i}"), (f"01/12/{2022 + i}", f"01/03/{2023 + i}")
        more = [episode(f"GOOD{n}", *(late if n % 2 else early)) for n in range(14)]  # or else the year is not whole
        headers = [header(child, dob) for child, dob in zip("ABC", births, strict=True)]
        folder.year(2023 + i, [*rows, good, *more], headers)
    stays, _ = folder.clean()  # and so every row and child is accounted for

    adult = birthdays(stays.born, np.full(len(stays.born), 18))
    assert (stays.end <= adult).all(), "nobody is in care at 18"
    assert (stays.start < stays.end).all()
    assert (stays.start >= stays.born.astype(np.int64)).all()
    goes_on = ~stays.new
    assert (stays.start[1:][goes_on[1:]] == stays.end[:-1][goes_on[1:]]).all()
    assert (stays.exit[:-1][goes_on[1:]] == STAYS_ON).all(), "who stays has not left"
    years = by_year(stays)
    stock, starts, exits = (a.sum(axis=tuple(range(1, a.ndim))) for a in (years.stock, years.starts, years.exits))
    assert (stock[:-1] + starts - exits == stock[1:]).all()
    seen = exposure(stays, len(years.years))
    in_care = np.minimum(stays.end, stays.closing) - np.maximum(stays.start, stays.opening)
    assert seen.child_years.sum() * 365.25 == pytest.approx(in_care.clip(0).sum())


def test_exposure_by_hand(folder: Folder) -> None:
    """Born 1 August 2014: 9 until 31 July 2024. In care from 2 June; home on 1 October; GOOD is 8 and 9, 123 days."""
    rows = [
        episode("A", "02/06/2024", "01/09/2024", REC="X1"),
        episode("A", "01/09/2024", "01/10/2024", RNE="P", PLACE="K2"),
    ]
    stays, report = folder.year(2025, [*rows], [header("A", "01/08/2014")]).clean()
    assert not report.dirt
    seen = exposure(stays, 1)
    days_ = np.rint(seen.child_years * 365.25).astype(int)
    foster, home = codes.PLACES.index("council_foster"), codes.PLACES.index("childrens_home")
    # Bands of time in care: under two weeks, to three months (91 days: to 1 September), to six months.
    assert days_[0, 9, :, foster].tolist() == [14, 46, 0, 0, 0, 0, 0]
    assert days_[0, 10, :, foster].tolist() == [0, 31, 0, 0, 0, 0, 0]
    assert days_[0, 10, :, home].tolist() == [0, 0, 30, 0, 0, 0, 0]
    assert days_.sum() == (date(2024, 10, 1) - date(2024, 6, 2)).days
    from simulator.returns.exposure import EVENTS

    happened = {(int(a), int(t), codes.PLACES[p], EVENTS[e]) for _, a, t, p, e in np.argwhere(seen.events)}
    assert happened == {(10, 1, "council_foster", "move_to_childrens_home"), (10, 2, "childrens_home", "exit_home")}


def test_time_in_care_is_unknown_until_it_is_long_for_certain(folder: Folder) -> None:
    """An episode that started before the returns, and is no start of care, tells a least time only."""
    row = episode("A", "01/10/2022", RNE="P")
    stays, _ = folder.year(2025, [row, GOOD]).clean()
    days_ = np.rint(exposure(stays, 1).child_years * 365.25).astype(int).sum(axis=(0, 1, 3))
    until = date(2022, 10, 1) + timedelta(days=730)
    assert days_[6] == (until - date(2024, 4, 1)).days
    assert days_[5] == (date(2025, 4, 1) - until).days


def test_exposure_agrees_with_counting_day_by_day(tmp_path: Path) -> None:
    """A second count, of every child on every day, in plain Python."""
    from collections import Counter

    from simulator.baseline.england import load_baseline
    from simulator.returns.exposure import TIMES
    from simulator.returns.sample import council_rates, draw_returns
    from simulator.vocabulary.axes import TIME_BANDS

    for one in draw_returns(council_rates(60, load_baseline(2025)), 3, seed=8):
        (tmp_path / str(one.year)).mkdir()
        for name in ("header", "episodes", "uasc"):
            getattr(one, name).write_csv(tmp_path / str(one.year) / f"{name}.csv")
    stays, _ = Folder(tmp_path).clean()
    seen = exposure(stays, 2)

    counted: Counter[tuple[int, int, int, int]] = Counter()
    for i in range(len(stays.start)):
        born = stays.born[i].item()
        for day in range(max(stays.start[i], stays.closing - 730), min(stays.end[i], stays.closing)):
            today = date(1970, 1, 1) + timedelta(days=int(day))
            age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
            since = day - stays.period_start[i]
            band = max(k for k, first in enumerate(TIME_BANDS.values()) if first <= since)
            if not stays.start_known[i] and band < len(TIME_BANDS) - 1:
                band = TIMES.index("unknown")
            counted[int(stays.uasc[i]), age, band, int(stays.place[i])] += 1
    days_ = np.rint(seen.child_years * 365.25).astype(int)
    assert dict(counted) == {tuple(map(int, cell)): int(days_[tuple(cell)]) for cell in np.argwhere(days_)}
    assert len(counted) > 100
