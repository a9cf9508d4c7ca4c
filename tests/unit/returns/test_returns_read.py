"""Reading SSDA903 returns: whatever the layout and whatever program wrote them, the same rows come out."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from returns_files import EPISODE_COLUMNS, HEADER_COLUMNS, UASC_COLUMNS, Folder, episode, header, table

from simulator.returns.clean import clean
from simulator.returns.column_names import GUESSES, KNOWN, SURELY, as_columns
from simulator.returns.dates import read_date
from simulator.returns.exposure import by_year
from simulator.returns.import_errors import ReturnsError
from simulator.returns.read_files import read

EARLIER = [episode("A1", "09/05/2023", "01/09/2023"), episode("0042", "10/06/2023")]
LATER = [episode("0042", "10/06/2023", "11/07/2024"), episode("B2", "01/01/2025")]


def stock(path: Path) -> list[int]:
    return by_year(clean(read(path))[0]).stock.sum(axis=(1, 2, 3, 4)).tolist()


def test_blank_lines_count_as_rows_between_others_and_not_at_either_end(tmp_path: Path) -> None:
    path = Folder(tmp_path / "returns").year(2025, LATER).path / "2025" / "episodes.csv"
    heading, first, second = path.read_text().splitlines()
    blank = ["", "  ", "\t"]
    path.write_text("\n".join([*blank, "", heading, first, *blank * 90_000, second, *blank]) + "\n\n\x1a")
    rows = read(tmp_path / "returns").episodes
    assert rows.filter(~pl.col("blank"))["row"].to_list() == [2, 270_003]
    assert rows.height == 270_002


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Folder(tmp_path / "returns").year(2024, EARLIER).year(2025, LATER).path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09/04/2017", date(2017, 4, 9)),
        ("9/4/2017", date(2017, 4, 9)),
        ("09-04-2017", date(2017, 4, 9)),
        ("09.04.17", date(2017, 4, 9)),
        ("17/12/99", date(1999, 12, 17)),
        ("2017-04-09", date(2017, 4, 9)),
        ("2017-04-09T00:00:00", date(2017, 4, 9)),
        ("09/04/2017 00:00", date(2017, 4, 9)),
        ("09-Apr-17", date(2017, 4, 9)),
        ("9 April 2017", date(2017, 4, 9)),
        ("42834", date(2017, 4, 9)),
        ("42834.0", date(2017, 4, 9)),
        ("09/04/2017 12:00:00 AM", date(2017, 4, 9)),
        ("9/4/2017 1:05 pm", date(2017, 4, 9)),
        ("09/04/2017, 00:00:00", date(2017, 4, 9)),
        ("Sun 09 April 2017", date(2017, 4, 9)),
        ("Sunday, 9 Apr 2017", date(2017, 4, 9)),
        ("Apr  9 2017 12:00AM", date(2017, 4, 9)),
        ("April 9, 2017", date(2017, 4, 9)),
        ("Apr 9 17", None),
        ("Sun", None),
        ("29/02/2020", date(2020, 2, 29)),
        ("29/02/2021", None),
        ("04/13/2017", None),
        ("31/04/2017", None),
        ("09/04/1917", None),
        ("9 Foo 2017", None),
        ("2017", None),
        ("soon", None),
        ("########", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert read_date(text).day_first == expected


def test_one_folder_a_year(folder: Path) -> None:
    assert stock(folder) == [0, 1, 1]
    returns = read(folder)
    assert [(p.first_year, p.last_year) for p in returns.parts] == [(2024, 2024), (2025, 2025)]
    assert [(f.number, f.name, f.kind, f.rows) for f in returns.files] == [
        (1, "2024/episodes.csv", "episodes", 2),
        (2, "2024/header.csv", "header", 2),
        (3, "2025/episodes.csv", "episodes", 2),
        (4, "2025/header.csv", "header", 2),
    ]


def test_zip_gives_the_same(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "returns.zip", "w") as archive:
        for path in folder.rglob("*.csv"):
            archive.write(path, f"some council/{path.relative_to(folder)}")
        archive.writestr("__MACOSX/2024/._episodes.csv", b"\0\1")
    assert stock(tmp_path / "returns.zip") == stock(folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["returns", "returns.zip"], "nothing is unpacked"


def test_flat_layout_and_other_files(folder: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in folder.rglob("*.csv"):
        (flat / f"SSDA903 {path.parent.name} {path.stem.upper()}.CSV").write_bytes(path.read_bytes())
    (flat / "2024-reviews.csv").write_text("CHILD,DOB,REVIEW,REVIEW_CODE\nA1,05/06/2015,11/08/2023,PN1\n")
    (flat / "notes.docx").write_bytes(b"PK\x03\x04")
    (flat / "empty.csv").write_bytes(b"")
    assert stock(flat) == stock(folder)
    assert {f.kind for f in read(flat).files} == {"episodes", "header", "other"}


def test_names_do_not_matter(folder: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    for i, path in enumerate(sorted(folder.rglob("*.csv"))):
        (plain / f"export{i}.csv").write_bytes(path.read_bytes())
    assert stock(plain) == stock(folder)


def test_year_of_a_return_comes_from_its_dates(tmp_path: Path) -> None:
    """The folder of 2024-25 may be called 2024 or 2025."""
    named_by_start = Folder(tmp_path / "a").year(2023, EARLIER).year(2024, LATER).path
    assert stock(named_by_start) == [0, 1, 1]


def test_a_few_mistyped_years_do_not_move_a_return(tmp_path: Path) -> None:
    rows = [episode(f"C{i}", "01/05/2024", f"01/{'09/2024' if i % 2 else '03/2025'}") for i in range(30)]
    rows.append(episode("C99", "01/05/2024", "01/09/2042"))
    assert list(Folder(tmp_path / "a").year(2025, rows).clean()[0].years) == [2025]


def test_one_file_of_several_years(tmp_path: Path) -> None:
    rows = [
        episode(f"{year}-{i}", f"0{i}/05/{year}", f"0{i}/09/{year}") for year in (2021, 2022, 2023) for i in range(1, 9)
    ]
    stays, report = Folder(tmp_path / "a").year(2024, rows).clean()
    assert list(stays.years) == [2022, 2023, 2024]
    assert not report.dirt


def test_stacked_file_with_a_year_column(tmp_path: Path) -> None:
    rows = [{**row, "YEAR": "2024"} for row in EARLIER] + [{**row, "YEAR": "2025"} for row in LATER]
    (tmp_path / "episodes.csv").write_text(table((*EPISODE_COLUMNS, "YEAR"), rows))
    (tmp_path / "header.csv").write_text(table(HEADER_COLUMNS, [header(c) for c in ("A1", "0042", "B2")]))
    assert stock(tmp_path) == [0, 1, 1]


def as_excel(text: str) -> bytes:
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def as_unicode_text(text: str) -> bytes:
    return text.replace(",", "\t").encode("utf-16")


def with_semicolons(text: str) -> bytes:
    return text.replace(",", ";").encode()


def with_iso_dates(text: str) -> bytes:
    import re

    return re.sub(r"(\d\d)/(\d\d)/(\d{4})", r"\3-\2-\1", text).encode()


def in_lower_case(text: str) -> bytes:
    heading, _, rows = text.partition("\n")
    return f" {heading.lower().replace(',', ' , ')}\n{rows.replace('PR1', 'pr1 ').replace('S,C2', 's,c2')}".encode()


def without_leading_zeros(text: str) -> bytes:
    return text.replace("0042", "42.0").encode()


def in_windows_letters(text: str) -> bytes:
    return text.replace("WBRI", "WBRI \u2013").encode("cp1252")


def with_empty_columns(text: str) -> bytes:
    return "\n".join(line + ",,," for line in text.splitlines()).encode()


@pytest.mark.parametrize(
    "mangle",
    [
        as_excel, as_unicode_text, with_semicolons, with_iso_dates, in_lower_case, without_leading_zeros,
        in_windows_letters, with_empty_columns,
    ],
)  # fmt: skip
def test_what_programs_do_to_files_changes_nothing(folder: Path, mangle: object) -> None:
    before = stock(folder)
    for path in (folder / "2025").glob("*.csv"):  # one year of two: identifiers still have to match
        path.write_bytes(mangle(path.read_text()))  # type: ignore[operator]
    stays, report = clean(read(folder))
    assert by_year(stays).stock.sum(axis=(1, 2, 3, 4)).tolist() == before
    assert not report.dirt


def test_thousands_are_no_part_of_an_identifier(folder: Path) -> None:
    """Commas that stand otherwise are."""
    before = stock(folder)
    for path in folder.rglob("*.csv"):
        shown = '"1,000,042.00"' if path.stem == "episodes" else "1000042"
        path.write_text(path.read_text().replace("0042", shown).replace("A1,", '"1,10",'))
    assert stock(folder) == before
    assert set(read(folder).episodes["child"]) == {"1000042", "1,10", "B2"}


def test_a_copied_file_changes_nothing(folder: Path) -> None:
    before = stock(folder)
    (folder / "copy of episodes.csv").write_bytes((folder / "2024" / "episodes.csv").read_bytes())
    returns = read(folder)
    stays, report = clean(returns)
    assert by_year(stays).stock.sum(axis=(1, 2, 3, 4)).tolist() == before
    assert not report.dirt
    assert [str(told) for told in returns.warnings if "rows" in told.text] == [
        "2024/episodes.csv and copy of episodes.csv: two files hold the same rows, of the year to 31 March 2024: is "
        "one a copy in place of another return?"
    ]


def test_uasc_are_told_apart(tmp_path: Path) -> None:
    uasc = [{"CHILD": "B2", "SEX": "1", "DOB": "05/06/2009", "DUC": ""}]
    assert tuple(uasc[0]) == UASC_COLUMNS
    stays, _ = Folder(tmp_path / "a").year(2025, LATER, uasc=uasc).clean()
    assert by_year(stays).stock[-1].sum(axis=(1, 2, 3)).tolist() == [0, 1]


# --------------------------------------------------------------------------------------------------
# What can't be used


def errors(path: Path) -> str:
    with pytest.raises(ReturnsError) as caught:
        clean(read(path))
    return str(caught.value)


def test_nothing_there(tmp_path: Path) -> None:
    assert "not found" in errors(tmp_path / "nowhere")
    (tmp_path / "a.doc").write_text("hello")
    assert "neither a folder nor a zip archive, nor a table" in errors(tmp_path / "a.doc")
    assert "no Episodes file" in errors(tmp_path)
    assert "no Header file" in errors(tmp_path)


def test_missing_columns_of_all_files_are_told_at_once(folder: Path) -> None:
    path = folder / "2024" / "episodes.csv"
    path.write_text(path.read_text().replace(",LS,", ",LEGAL,").replace(",PLACE_PROVIDER,", ",PROVIDER,"))
    path = folder / "2025" / "header.csv"
    path.write_text(path.read_text().replace("DOB", "BORN"))
    text = errors(folder)
    assert "2024/episodes.csv: looks like episodes, but has no column LS, PLACE_PROVIDER" in text
    assert "2025/header.csv: looks like header, but has no column DOB" in text


def test_a_heading_is_guessed_for_one_column_only() -> None:
    headings = [heading for names in (*SURELY.values(), *GUESSES.values()) for heading in names]
    assert as_columns(headings) == headings, "they are looked for as headings are read"
    assert len({*headings, *KNOWN}) == len(headings) + len(KNOWN)


def test_repeated_columns_that_are_used_are_told_at_once(folder: Path) -> None:
    for path, old, new in (
        ("2024/episodes.csv", "REASON_PLACE_CHANGE,HOME_POST", " decom ,DEC"),
        ("2025/header.csv", "ETHNIC", '"DOB"'),
    ):
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new, 1))
    (folder / "reviews.csv").write_text("CHILD,DOB,REVIEW,CHILD\nA1,05/06/2015,11/08/2023,A2\n")
    assert errors(folder).splitlines() == [
        "2024/episodes.csv: more than one column DECOM, DEC",
        "2025/header.csv: more than one column DOB",
        "reviews.csv: more than one column CHILD",
    ]


def test_repeated_columns_that_are_not_used_do_no_harm(folder: Path) -> None:
    path = folder / "2025" / "episodes.csv"
    path.write_text(path.read_text().replace("HOME_POST,PL_POST", "URN,URN", 1))
    (folder / "reviews.csv").write_text("CHILD,REVIEW,CHILD\nA1,11/08/2023,A2\n")
    assert stock(folder) == [0, 1, 1]


def test_a_file_named_episodes_without_their_columns(folder: Path) -> None:
    (folder / "2025" / "episodes.csv").write_text("CHILD,START\nA,1\n")
    assert "2025/episodes.csv: looks like episodes, but has no column DECOM, RNE" in errors(folder)


def test_empty_return(folder: Path) -> None:
    (folder / "2025" / "episodes.csv").write_text(table(EPISODE_COLUMNS, []))
    assert errors(folder) == "2025/episodes.csv: an empty return: it holds no episodes"


def test_no_dates(folder: Path) -> None:
    (folder / "2025" / "episodes.csv").write_text(table(EPISODE_COLUMNS, [episode("A1", "soon", "later")]))
    forms = "dd/mm/yyyy, yyyy-mm-dd, yyyymmdd, 9-Apr-17, 9 April 2017 or days since 1900 (42834), "
    forms += "with a time or without"
    assert errors(folder) == f"2025/episodes.csv: no date in DECOM or DEC can be read; {forms} are"
    for path in folder.glob("*/header.csv"):
        path.write_text(path.read_text().replace("/", "|"))
    assert errors(folder).splitlines()[-1] == f"no date in DOB can be read; {forms} are"


def test_a_broken_table_is_told_without_its_values(folder: Path) -> None:
    (folder / "2025" / "episodes.csv").write_text('CHILD,DECOM\n"SECRET,01/02/2010\n')
    text = errors(folder)
    assert "2025/episodes.csv: row 2: not a table that can be read" in text
    assert "SECRET" not in text
    assert "2010" not in text


def test_cells_that_can_not_be_told_apart_are_told_by_row(folder: Path) -> None:
    path = folder / "2025" / "episodes.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1] + ",,", lines[2] + "1234567, or so"]))
    assert errors(folder) == "2025/episodes.csv: row 3: more cells than the heading has (a separator within a cell?)"
    path.write_text("\n".join([lines[0], lines[1] + ",,", lines[2]]))
    assert stock(folder) == [0, 1, 1], "empty cells do no harm"


def test_files_that_are_not_used_may_be_broken(folder: Path) -> None:
    (folder / "notes.txt").write_text('Ask about the "late\nreturns, please, all, of, them\n')
    (folder / "reviews.csv").write_text("CHILD,DOB,REVIEW\nA1,05/06/2015,11/08/2023,PN1,more\n")
    assert stock(folder) == [0, 1, 1]


def test_a_damaged_archive(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "returns.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "2024" / "episodes.csv", "episodes.csv")
    content = bytearray(path.read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(bytes(content))
    assert "the archive is damaged" in errors(path)
