"""`statement`: the figures of a statement against the rows they name, and the Word document as it is stored."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner, Result

from simulator.cli.main import cli
from simulator.outputs.charts import words

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HELP = """\
name: Help
extends: status-quo
end: 2030-03
interventions:
  - {kind: early_help, id: help, start: 2025-04, effect: {risk_ratio: 0.8}, cost: {budget_gbp: {2025-26: 1_000_000}}}
"""
SHORT = "name: Short\nextends: status-quo\nend: 2030-03\n"


def call(*given: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in given], prog_name="care-demand")


def plain(*given: object) -> None:
    result = call(*given)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of an authority with two draws, a comparison there, and the statement of both."""
    folder = tmp_path_factory.mktemp("statement")
    (folder / "short.yaml").write_text(SHORT, encoding="utf-8")
    (folder / "help.yaml").write_text(HELP, encoding="utf-8")
    few = ("--draws", 2, "--engine", "plain", "--no-charts", "--quiet")
    plain("sufficiency", "--area", "Rutland", "--scenario", folder / "short.yaml", *few, "--out", folder / "run")
    both = (folder / "short.yaml", folder / "help.yaml")
    plain("compare", *both, "--area", "Rutland", "--no-charts", "--quiet", "--out", folder / "both")
    _picture(folder / "run" / "charts")
    plain("statement", folder / "run", "--compared", folder / "both", "--out", folder / "out")
    return folder


def _picture(charts: Path) -> None:
    """Put a chart where the run would have drawn it, which takes longer than all the rest."""
    from matplotlib.figure import Figure

    charts.mkdir()
    for ending in ("png", "svg"):
        Figure(figsize=(1, 1)).savefig(charts / f"children.{ending}")
    (charts / "alt-text.txt").write_text("children: Line chart of <children> in Rutland.\n", encoding="utf-8")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables_of(document: Any) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def test_every_figure_is_that_of_the_row_it_names(folder: Path) -> None:
    seen = 0
    for head, *rows in tables_of(docx.Document(str(folder / "out" / "statement.docx"))):
        named = re.fullmatch(r"Rows of ([a-z-]+\.csv)( of the comparison)?", head[-1])
        if named is None:
            continue
        held = rows_of(folder / ("both" if named[2] else "run") / named[1])
        for row in rows:
            numbers = [int(text) - 2 for text in row[-1].split(", ")]
            figures = [text for text in row[1:-1] if text]
            if named[1] not in ("placements-needed.csv", "needs-and-gaps.csv"):
                continue
            if head[-2] == "Has now" and row[-2]:
                assert words.count(float(held[numbers[0]]["has"])) == figures.pop().removesuffix(" filled")
            assert len(numbers) == len(figures)
            for number, text in zip(numbers, figures, strict=True):
                write = words.money if held[number]["unit"] == "GBP" else words.count
                assert text.split(" (")[0] == write(float(held[number]["p50"]))
                seen += 1
    assert seen > 100


def test_it_has_every_part_that_the_duty_asks_about(folder: Path) -> None:
    document = docx.Document(str(folder / "out" / "statement.docx"))
    heads = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert heads == [
        "In short", "What is needed", "What there is, and what is missing", "Where children live", "What it costs",
        "What each measure would change", "Beside others", "Charts", "How far to trust it", "How this was made",
    ]  # fmt: skip
    [needed] = [table for table in tables_of(document) if table[0][0] == "Placement" and "Has now" in table[0]]
    assert needed[0][1:5] == ["March 2025", "March 2026", "March 2028", "March 2030"]
    [others] = [table for table in tables_of(document) if table[0][0] == "Indicator"]
    assert {"Rutland, published", "East Midlands", "England", "Neighbours together"} <= set(others[0])
    changed = [table for table in tables_of(document) if "of the comparison" in table[0][-1]]
    children = next(row for row in changed[0] if row[0] == "Children looked after")
    assert children[1].startswith("−"), "help at 0.8 means fewer children"


def test_word_can_be_heard(folder: Path) -> None:
    document = docx.Document(str(folder / "out" / "statement.docx"))
    of = document.core_properties
    assert (of.title, of.author) == ("Evidence for a sufficiency statement: Rutland", "care-demand")
    assert of.language == "en-GB"
    assert document.styles["Normal"].element.find(f".//{W}lang").get(f"{W}val") == "en-GB"
    for table in document.tables:
        first, *others = table.rows
        assert first._tr.find(f"./{W}trPr/{W}tblHeader") is not None, "the header row repeats"
        assert all(row._tr.find(f"./{W}trPr/{W}tblHeader") is None for row in others)
        assert table._tbl.tblPr.find(f"{W}tblCaption") is not None
    assert len(document.inline_shapes) == 1
    for shape in document.inline_shapes:
        assert shape._inline.docPr.get("descr") == "Line chart of <children> in Rutland."
    codes = [element.text for element in document.element.iter(f"{W}instrText")]
    assert any("TOC" in (code or "") for code in codes)


def test_the_page_holds_the_same_and_asks_for_nothing(folder: Path) -> None:
    page = (folder / "out" / "statement.html").read_text(encoding="utf-8")
    document = docx.Document(str(folder / "out" / "statement.docx"))
    assert page.count("<table") == len(document.tables)
    assert '<html lang="en-GB">' in page
    assert 'alt="Line chart of &lt;children&gt; in Rutland."' in page
    assert "<script" not in page
    assert all(url.startswith("data:") for url in re.findall(r'src="([^"]*)"', page))
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"] == ["manifest.json", "statement.docx", "statement.html"]
    plain("statement", folder / "run", "--compared", folder / "both", "--out", folder / "out")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "give a folder that `sufficiency` wrote, or --area NAME"),
        (("both",), "allowed: run"),
        (("run", "--compared", "run"), "allowed: compare"),
        (("run", "--area", "Kent"), "give a folder that `sufficiency` wrote, or --area NAME"),
    ],
)
def test_what_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], said: str) -> None:
    monkeypatch.chdir(folder)
    result = call("statement", *given, "--out", "new")
    assert result.exit_code == 2
    assert said in result.output
    assert not Path("new").exists()


@pytest.mark.slow
def test_libreoffice_makes_a_pdf_of_it(folder: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-writer")
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    source = str(folder / "out" / "statement.docx")
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), source]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert (tmp_path / "statement.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_an_area_is_run_first(tmp_path: Path) -> None:
    plain("statement", "--area", "Rutland", "--out", tmp_path / "rutland")
    assert (tmp_path / "rutland-run" / "placements-needed.csv").is_file()
    document = docx.Document(str(tmp_path / "rutland" / "statement.docx"))
    assert len(document.inline_shapes) > 5
    for shape in document.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 40
