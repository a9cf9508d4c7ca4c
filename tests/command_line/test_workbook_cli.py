"""`workbook`: every cell as it stands in the file, and what a spreadsheet program makes of it."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from simulator.cli.main import cli
from simulator.outputs.documents.run_workbook import MOST_PRINTED, PRINTED_OF_LONG, run_workbook

HOSTILE = "=1+1"
FILES = {
    "base.yaml": f"name: '{HOSTILE}'\nend: 2026-03\ndescription: 'http://example.org'\n",
    "other.yaml": "name: '@SUM(A1) http://example.org'\nextends: base\n",
}


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="care-demand")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of scenarios whose names would act, and its workbook."""
    folder = tmp_path_factory.mktemp("books")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    out = folder / "both"
    made = call("compare", folder / "base.yaml", folder / "other.yaml", "--no-charts", "--out", out)
    assert made.exit_code == 0, made.output
    made = call("workbook", out)
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture(scope="module")
def book(folder: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(folder / "both-workbook.xlsx")


def test_nothing_in_any_cell_acts(folder: Path, book: openpyxl.Workbook) -> None:
    texts = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in "sn", f"{sheet.title}!{cell.coordinate}"
                assert cell.hyperlink is None
                texts.add(cell.value)
    assert any(isinstance(text, str) and text.startswith(HOSTILE) for text in texts), "the name is there, as text"
    assert book.properties.title == f"care-demand: {HOSTILE} and @SUM(A1) http://example.org"
    assert book.properties.creator == "care-demand"
    with zipfile.ZipFile(folder / "both-workbook.xlsx") as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    assert not [name for name in inside if "vba" in name.lower() or "externalLink" in name]
    assert not [name for name, text in inside.items() if b"<f>" in text or b"<hyperlink" in text]


def test_every_figure_of_every_table_is_there(folder: Path, book: openpyxl.Workbook) -> None:
    tables = sorted((folder / "both").glob("*.csv"))
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert book.sheetnames[-2:] == ["Measures", "Sources"]
    assert sorted(book.sheetnames[3:-2]) == [path.stem for path in tables]
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        title, _, _, head, *cells = book[path.stem].iter_rows(values_only=True)
        assert title[0]
        assert list(head) == columns
        assert len(cells) == len(rows)
        at = columns.index("central") if "central" in columns else columns.index("value")
        for row, cell in zip(rows, cells, strict=True):
            assert cell[at] == (float(row[at]) if row[at] else None)


def test_columns_are_wide_enough_and_print_on_one_page(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert sheet.page_setup.fitToWidth in (None, 1), "one page wide, which is what a file that does not say means"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if not sheet.tables:
            continue
        assert sheet.print_title_rows == "$4:$4"
        assert len(sheet.tables) == 1
        for row in sheet.iter_rows(min_row=5):
            for cell in row:
                if isinstance(cell.value, str) and not cell.alignment.wrap_text:
                    assert sheet.column_dimensions[cell.column_letter].width > len(cell.value)


def test_a_second_one_has_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert call("workbook", folder / "both", "--out", tmp_path / "again.xlsx").exit_code == 0
    assert (tmp_path / "again.xlsx").read_bytes() == (folder / "both-workbook.xlsx").read_bytes()


def test_a_workbook_is_never_written_over(folder: Path) -> None:
    result = call("workbook", folder / "both")
    assert result.exit_code == 2
    assert "exists; name a file that does not" in result.output


def by_hand(folder: Path) -> dict[str, object]:
    """Write a table of names that would act, as tables have them, and return its manifest."""
    names = ("'=1+1", "http://example.org", "'@x", "'+2", "'-3", "mailto:a@b.c", "internal:'Cover'!A1", "'tis")
    rows = "".join(f'"{name}",2025,GBP,{at}\n' for at, name in enumerate(names))
    (folder / "history.csv").write_text(f"area,date,unit,value\n{rows}", encoding="utf-8", newline="\n")
    scenario = {"title": HOSTILE, "files": []}
    made = {"command": HOSTILE, "versions": {}, "draws": 0, "seed": 1, "engine": "plain", "scenarios": [scenario]}
    return {**made, "tables": {"history.csv": ""}}


def test_names_in_tables_are_text_without_the_apostrophe_that_keeps_them_so_in_csv(tmp_path: Path) -> None:
    content = run_workbook(tmp_path, by_hand(tmp_path))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["history"]
    cells = [row[0] for row in sheet.iter_rows(min_row=5)]
    assert [cell.value for cell in cells] == [
        "=1+1", "http://example.org", "@x", "+2", "-3", "mailto:a@b.c", "internal:'Cover'!A1", "'tis",
    ]  # fmt: skip
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.slow
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-calc")
    (tmp_path / "book.xlsx").write_bytes(run_workbook(tmp_path, by_hand(tmp_path)))
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    sheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    words = [office, home, "--headless", "--convert-to", sheets, "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    text = (tmp_path / "book-history.csv").read_text(encoding="utf-8")
    assert "=1+1" in text, "text stays text, and is not worked out"


def test_a_long_table_is_for_the_screen_and_not_set_to_print_whole(book: openpyxl.Workbook) -> None:
    for sheet in book:
        rows = sheet.max_row - 4
        if sheet["A3"].value is None or "one table" not in str(sheet["A3"].value):
            continue
        assert bool(sheet.print_area) == (rows > MOST_PRINTED), sheet.title
        if sheet.print_area:
            assert f"Its first {PRINTED_OF_LONG} of {rows:,} rows are set to print." in sheet["A3"].value
            assert sheet.print_area.endswith(f"${PRINTED_OF_LONG + 4}")
    assert any(sheet.print_area for sheet in book)
