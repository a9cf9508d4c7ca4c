"""Excel, XML, columns of other names and single files give the tables of the CSV import, to the byte."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner, Result
from returns_forms import inline, one_workbook, raw_workbook, with_own_names, workbook, xml
from returns_gates import GATES, Frames, frames, write

from simulator.cli.main import cli
from simulator.returns.councils import may_be_one
from simulator.returns.xml_stream import MOST_DEPTH
from simulator.vocabulary.areas import authorities

TABLES = (
    "stock", "starts", "exits", "moves", "exposure", "events", "levels", "rates", "first-placements", "drift",
    "account", "quality", "quality-rows",
)  # fmt: skip
YEARS = (2023, 2024, 2025, 2026)


def call(source: Path, out: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["import", "ssda903", str(source), "--out", str(out), *words])


def tables(out: Path) -> dict[str, bytes]:
    return {name: (out / f"{name}.csv").read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    assert call(write(folder / "returns", frames()), folder / "out").exit_code == 0
    return folder / "out"


def same(source: Path, plain: Path, *words: str) -> str:
    """Import, see that tables are those of the plain import, and return what was said."""
    out = source.parent / "imported"
    result = call(source, out, *words)
    assert result.exit_code == 0, result.output
    assert tables(out) == tables(plain)
    return result.output


def test_workbooks(tmp_path: Path, plain: Path) -> None:
    for year in YEARS:
        workbook(tmp_path / "returns" / f"{year}.xlsx", frames(), year, "SSDA903: children looked after, by our system")
    said = same(tmp_path / "returns", plain)
    assert "Warning" not in said


def test_one_workbook_of_all_years(tmp_path: Path, plain: Path) -> None:
    same(one_workbook(tmp_path / "returns.xlsx"), plain)


def test_workbooks_in_an_archive(tmp_path: Path, plain: Path) -> None:
    with zipfile.ZipFile(tmp_path / "returns.zip", "w") as archive:
        for year in YEARS:
            archive.write(workbook(tmp_path / f"{year}.xlsx", frames(), year), f"{year}/return.xlsx")
    same(tmp_path / "returns.zip", plain)


@pytest.mark.parametrize("uasc_in", ["HEADER", "UASC"])
def test_xml(tmp_path: Path, plain: Path, uasc_in: str) -> None:
    for year in YEARS:
        xml(tmp_path / "returns" / f"{year}.xml", frames(), year, uasc_in=uasc_in)
    same(tmp_path / "returns", plain)


def test_xml_that_does_not_say_who_is_unaccompanied(tmp_path: Path) -> None:
    for year in YEARS:
        xml(tmp_path / "returns" / f"{year}.xml", frames(), year, uasc_in="")
    result = call(tmp_path / "returns", tmp_path / "out")
    assert "Warning: no table tells which children are unaccompanied asylum-seekers" in result.output


def test_a_single_file(tmp_path: Path, plain: Path) -> None:
    source = next(GATES["joined"].make(tmp_path / "returns").iterdir())
    assert call(source, tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "stock.csv").read_bytes() == (plain / "stock.csv").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "Children looked after, 2025-26\n\nPrinted, by; us\n" + text,
        lambda text: "sep=;\n" + text.replace(",", ";"),
        lambda text: "sep=,\r" + text.replace("\n", "\r"),
        lambda text: '\ufeff"sep=\t"\n' + text.replace(",", "\t"),
    ],
)
def test_what_stands_above_the_heading(change: object, tmp_path: Path, plain: Path) -> None:
    source = write(tmp_path / "returns", frames())
    for path in source.rglob("*.csv"):
        path.write_bytes(change(path.read_text()).encode())  # type: ignore[operator]
    same(source, plain)


def test_columns_of_other_names(tmp_path: Path, plain: Path) -> None:
    source, names = with_own_names(tmp_path / "returns"), tmp_path / "names.yaml"
    result = call(source, tmp_path / "out")
    assert result.exit_code == 2
    assert "2026/episodes.csv: looks like episodes, but has no column CHILD, DECOM, RNE" in result.output
    assert "columns of other names? --columns FILE.yaml writes down what they may be" in result.output
    result = call(source, tmp_path / "out", "--columns", str(names))
    assert result.exit_code == 2
    assert (
        "names.yaml: written with what your columns may mean; check it, and give the same command again"
        in result.output
    )
    assert "DECOM: EPISODE_START_DATE\n" in names.read_text()
    assert "SYN" not in names.read_text()
    same(source, plain, "--columns", str(names))


WITHOUT = {
    "How far": "how far placements are from home (miles)",
    "Where": "whether placements are inside the authority (IN or OUT)",
}


def test_what_is_not_told_for_lack_of_a_column_is_said(tmp_path: Path) -> None:
    """On the screen and in the folder; the file of names has a line to fill for each such column."""
    tables = {k: f.rename({"PL_DISTANCE": "How far", "PL_LOCATION": "Where"}) if k[1] == "episodes" else f
              for k, f in frames().items() if k[1] != "uasc"}  # fmt: skip
    source, out, names = write(tmp_path / "returns", tables), tmp_path / "out", tmp_path / "names.yaml"
    result = call(source, out)
    assert result.exit_code == 0, result.output
    untold = [*WITHOUT.values(), "which children are unaccompanied asylum-seekers (1 or 0)"]
    for what in untold:
        assert f"Warning: no table tells {what}, so that is not told: column " in result.output
        assert f"no table tells {what}" in (out / "summary.txt").read_text()
    result = call(source, out, "--columns", str(names))
    assert result.exit_code == 2
    written = names.read_text()
    for name, what in zip(("PL_DISTANCE", "PL_LOCATION", "UASC"), untold, strict=True):
        assert f"# {name}: ?   # {what}; not needed, but without it that is not told\n" in written
    assert "HOW_FAR" not in written  # a heading that is not known may be a child's row
    names.write_text("PL_DISTANCE: How far\nPL_LOCATION: Where\n")
    result = call(source, out, "--columns", str(names))
    assert result.exit_code == 0, result.output
    assert not [what for what in WITHOUT.values() if what in result.output]
    assert "over_20_miles" in (out / "where-placed.csv").read_text()


def edited(source: Frames, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> Frames:
    """Return returns with their episodes changed."""
    return {key: edit(frame) if key[1] == "episodes" else frame for key, frame in source.items()}


def test_columns_that_returns_can_do_without_are_guessed(tmp_path: Path, plain: Path) -> None:
    """By what they hold too: a location may be a town."""
    short = {"PL_DISTANCE": "Distance", "PL_LOCATION": "Location"}
    long = {"PL_DISTANCE": "Distance from home (miles)", "PL_LOCATION": "In / out of LA"}
    other = {"Placement location": pl.lit("Ryde"), "Placement distance": pl.lit("about 7")}
    for names in (short, long):
        beside = edited(frames(), lambda frame, names=names: frame.rename(names).with_columns(**other))
        source, file = write(tmp_path / "returns", beside), tmp_path / "names.yaml"
        assert call(source, tmp_path / "out", "--columns", str(file)).exit_code == 2
        assert "?" not in file.read_text()
        assert "Warning: no table" not in same(source, plain, "--columns", str(file))
        file.unlink()


def test_a_column_that_holds_something_else_is_not_taken(tmp_path: Path) -> None:
    tables = edited(frames(), lambda frame: frame.drop("PL_LOCATION").with_columns(Location=pl.lit("Ryde")))
    names = tmp_path / "names.yaml"
    call(write(tmp_path / "returns", tables), tmp_path / "out", "--columns", str(names))
    assert "# LOCATION is not taken for PL_LOCATION, which it does not hold\n" in names.read_text()
    assert "# PL_LOCATION: ?" in names.read_text()
    assert "RYDE" not in names.read_text().upper()


def test_a_warning_ends_once(tmp_path: Path) -> None:
    """One that asks something has no full stop after its question mark."""
    some = ~pl.col("CHILD").str.ends_with("0")
    tables = {k: f.filter(some) if k[1] == "header" else f for k, f in frames().items()}
    out = tmp_path / "out"
    result = call(write(tmp_path / "returns", tables), out)
    assert result.exit_code == 0, result.output
    for said in (result.output, (out / "summary.txt").read_text(), (out / "quality.txt").read_text()):
        assert "is its Header missing?" in " ".join(said.split())
        assert "?." not in said
        assert ".." not in said


def flagged(table: str, column: str) -> Frames:
    """Return the made-up returns with UASC children told by a column of a table, and no table of them alone."""
    every = frames()
    for year in YEARS:
        told = pl.col("CHILD").is_in(every[year, "uasc"]["CHILD"].implode())
        base = every[year, "header"].select("CHILD", "SEX", "DOB") if table == "uasc" else every[year, table]
        every[year, table] = base.with_columns(pl.when(told).then(pl.lit("1")).otherwise(pl.lit("0")).alias(column))
    return {(year, kind): frame for (year, kind), frame in every.items() if kind != "uasc" or table == "uasc"}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("header", "UASC"), ("header", "UASC_FLAG"), ("header", "IS_UASC"), ("header", "Unaccompanied"),
        ("header", "UASC status"), ("episodes", "UASC"), ("episodes", "Is UASC"), ("uasc", "UASC"),
        ("header", "UASC Y/N"), ("header", "UASC (Yes / No)?"), ("header", "Unaccompanied asylum-seeking child (UASC)"),
    ],
)  # fmt: skip
def test_unaccompanied_children_however_they_are_told(table: str, column: str, tmp_path: Path, plain: Path) -> None:
    """Of a table of all children those that it flags, and not all."""
    out = tmp_path / "out"
    result = call(write(tmp_path / "returns", flagged(table, column)), out)
    assert result.exit_code == 0, result.output
    for name in ("stock", "starts", "exits", "moves", "where-placed", "rates"):
        assert (out / f"{name}.csv").read_bytes() == (plain / f"{name}.csv").read_bytes()


def test_a_file_of_names_tells_every_fault(tmp_path: Path) -> None:
    source, names = with_own_names(tmp_path / "returns"), tmp_path / "names.yaml"
    names.write_text("CHILD: [Person ID, Legal status]\nLS: legal-status\nPLACEMENT: Provider\n")
    result = call(source, tmp_path / "out", "--columns", str(names))
    assert result.exit_code == 2
    assert "names.yaml: LEGAL_STATUS stands for two columns" in result.output
    assert "names.yaml: PLACEMENT is no column that is read: LA, CHILD, DOB, DECOM" in result.output


def test_a_first_row_that_is_no_heading_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "list.csv").write_text("SYN0000007,01/02/2015,U4\nSYN0000008,01/02/2016,U4\n")
    for words in ([], ["--columns", str(tmp_path / "names.yaml")]):
        assert "SYN" not in call(tmp_path / "r", tmp_path / "out", *words).output
    assert "SYN" not in (tmp_path / "names.yaml").read_text()


def test_tables_that_only_look_like_one_are_told_and_left(tmp_path: Path, plain: Path) -> None:
    source = write(tmp_path / "returns", frames())
    (source / "2026" / "episodes by month.csv").write_text("Month,Episodes\nApril,31\n")
    (source / "2026" / "sdq.csv").write_text("CHILD,UPN,SCORE\nSYN0000002,Z1,17\n")
    (source / "2026" / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (source / "2026" / "docProps.xml").write_text("<Properties><Pages>3</Pages></Properties>")
    assert call(source, tmp_path / "out").exit_code == 0
    said = call(source, tmp_path / "out").output
    assert (
        "Warning: 2026/episodes by month.csv: looks like episodes, but lacks CHILD, DECOM, RNE, LS, PLACE, "
        "PLACE_PROVIDER, DEC, REC; it is left." in said
    )
    assert "Warning: 2026/sdq.csv: looks like header, but lacks DOB; it is left." in said
    assert "Warning: 2026/old.xls: a workbook of a kind that is not read; save it as .xlsx; it is left." in said
    assert "Warning: 2026/docProps.xml: no SSDA903 return: it holds no EPISODE of a CHILD; it is left." in said
    assert (tmp_path / "out" / "stock.csv").read_bytes() == (plain / "stock.csv").read_bytes()


def with_councils(folder: Path, *names: str) -> Path:
    """Write the made-up returns with a column of councils, child after child."""
    which = (pl.col("CHILD").str.slice(3).cast(pl.Int64) % len(names)).replace_strict(dict(enumerate(names)))
    return write(folder, {key: frame.with_columns(which.alias("LA")) for key, frame in frames().items()})


def test_names_that_may_be_those_of_one_council_are_told(tmp_path: Path) -> None:
    source = with_councils(tmp_path / "returns", "Kent", "Kent County Council", "Isle of Wight")
    told = (
        "Warning: Kent and KENT COUNTY COUNCIL may be one council, and stand in column LA as 2; if they are one, give"
    )
    said = call(source, tmp_path / "out").output
    assert said.count("may be one council") == 2, "nobody else is told"
    assert told in said
    assert told in (tmp_path / "out" / "kent" / "summary.txt").read_text()
    assert told in call(source, tmp_path / "out", "--la", "Kent").output
    assert "may be one" not in call(source, tmp_path / "out", "--la", "Isle of Wight").output


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hull City Council", "Kingston upon Hull, City of"), ("LONDON BOROUGH OF CAMDEN", "LB Camden"),
        ("Durham County Council", "County Durham"), ("Telford & Wrekin", "Telford and Wrekin"),
        ("Sandwell Children's Trust", "Sandwell MBC"), ("Our Trust", "our"),
    ],
)  # fmt: skip
def test_titles_tell_no_council_from_another(one: str, other: str) -> None:
    assert may_be_one(one, other)


def test_no_authority_of_today_is_taken_for_another() -> None:
    names = [authority.name for authority in authorities()]
    assert not [pair for pair in combinations(names, 2) if may_be_one(*pair)]
    assert not may_be_one("Area 1 team", "Area 2 team")


def test_episodes_without_a_council_are_told(tmp_path: Path) -> None:
    told = "of 1,864 episodes have no council in column LA"
    said = call(with_councils(tmp_path / "one", "Kent", "Kent", "Kent", ""), tmp_path / "out").output
    assert f"Warning: 435 {told}, and count as those of the council that is imported: are they its own?" in said
    source = with_councils(tmp_path / "two", "Kent", "Kent", "Isle of Wight", "")
    result = call(source, tmp_path / "out")
    assert result.exit_code == 2
    assert f"435 {told}, in returns of 2 councils: whose they are can't be told; fill the column in" in result.output
    assert (
        "episodes have no council in column LA, and count as" in call(source, tmp_path / "out", "--la", "Kent").output
    )


# --------------------------------------------------------------------------------------------------
# Workbooks and XML that are not as they should be


def test_formulas_are_inert(tmp_path: Path) -> None:
    """Their saved values are taken; without any, the workbook is refused, as nobody has worked them out."""
    book = openpyxl.load_workbook(one_workbook(tmp_path / "returns.xlsx"))
    book["2026 episodes"]["B3"] = '=HYPERLINK("http://example.org/"&A3)'
    book.save(tmp_path / "returns.xlsx")
    result = call(tmp_path / "returns.xlsx", tmp_path / "out")
    assert result.exit_code == 2
    assert "returns.xlsx/2026 episodes: formulas without values: open it in Excel, save it" in result.output


HEADING = ["CHILD", "DOB", "DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC"]
ROW = ["C1", "05/06/2015", "01/05/2024", "S", "C2", "U4", "PR1", "01/03/2025", "E4A"]
BEGIN, END = b"<worksheet><sheetData>", b"</sheetData></worksheet>"


def rows(number: int = 9) -> list[bytes]:
    return [inline(1, HEADING), *(inline(i, [f"C{i}", *ROW[1:]]) for i in range(2, number + 2))]


def test_macros_formulas_with_values_and_notes_beside_the_table(tmp_path: Path) -> None:
    last = (
        b'<row r="11"><c r="A11" t="str"><f>CMD()</f><v>C99</v></c>'
        + inline(11, ["", *ROW[1:]])[len(b'<row r="11">') :]
    )
    note = b'<row r="12"><c r="Z12" t="inlineStr"><is><t>checked</t></is></c></row>'
    sheet = [BEGIN, *rows(), last, note, END]
    result = call(raw_workbook(tmp_path / "r.xlsm", sheet, xl__vbaProject_bin=b"\0" * 100), tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Used: 10 of 11 episode rows, 10 of 10 children" in result.output


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    """Identifiers as numbers in powers of ten, dates as days since 1900 and with a time."""
    number = '<c r="A{0}"><v>1.0{0}E9</v></c>'
    cells = "".join(
        f'<c r="{c}{{0}}" t="inlineStr"><is><t>{v}</t></is></c>'
        for c, v in zip("DEFGI", (*ROW[3:7], "E4A"), strict=True)
    )
    days = '<c r="B{0}"><v>42160</v></c><c r="C{0}"><v>45413.5</v></c>'
    each = [f'<row r="{i}">{number}{days}{cells}</row>'.format(i).encode() for i in range(2, 9)]
    ended = [
        e.replace(b'<c r="I', f'<c r="H{i}"><v>45536</v></c><c r="I'.encode()) for i, e in enumerate(each, start=2)
    ]
    result = call(raw_workbook(tmp_path / "r.xlsx", [BEGIN, inline(1, HEADING), *ended, END]), tmp_path / "out")
    assert "Used: 7 of 7 episode rows, 7 of 7 children" in result.output, result.output
    assert "no rule found anything" in result.output


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("r.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "r.xlsx: can't be read: the archive is damaged or locked"),
        ("r.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "it has a document type or entities"),
        ("r.xml", b"<a>" * (MOST_DEPTH + 1), f"elements are nested more than {MOST_DEPTH} deep"),
        ("r.xml", b"<EXPSSDA903><CHILD>", "no XML that can be read (line 1)"),
        ("r.xml", b'<?xml version="1.0" encoding="cp037x"?><a/>', "an encoding that is not read"),
        ("r.ods", b"PK", "a workbook of a kind that is not read; save it as .xlsx"),
    ],
)
def test_files_that_are_none_are_refused(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    result = call(tmp_path / name, tmp_path / "out")
    assert result.exit_code == 2
    assert told in result.output
    assert not (tmp_path / "out").exists()


def test_days_since_1904_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "r.xlsx")
    assert "its dates are days since 1904" in call(tmp_path / "r.xlsx", tmp_path / "out").output


def test_hidden_sheets_are_left(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(one_workbook(tmp_path / "returns.xlsx"))
    book["2023 episodes"].sheet_state = "hidden"
    book.save(tmp_path / "returns.xlsx")
    result = call(tmp_path / "returns.xlsx", tmp_path / "out")
    assert "returns for the years to 31 March 2024 to 2026" in result.output
    assert "Warning: returns.xlsx/2023 episodes: a hidden sheet; it is left." in result.output
