"""`report`: a run's folder as one HTML file or one PDF, read as a reader of screens would hear it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simulator.cli.main import cli

FILES = {
    "base.yaml": "name: Base & more\nend: 2026-03\n",
    "help.yaml": """\
name: Help <b>now</b>
extends: base
interventions:
  - kind: early_help
    id: help
    start: 2025-04
    effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95, source: tfp_flw_2019, quality: low, shrink: none}}
    cost: {budget_gbp: {2025-26: 100_000_000}}
""",
}


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="care-demand")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with draws, a comparison, and a report of each."""
    folder = tmp_path_factory.mktemp("reported")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    run = ("run", folder / "help.yaml", "--draws", 2, "--engine", "plain", "--no-charts", "--out", folder / "run")
    both = ("compare", folder / "base.yaml", folder / "help.yaml", "--no-charts", "--out", folder / "both")
    for words in (run, both, ("report", folder / "run"), ("report", folder / "both")):
        result = call(*words)
        assert result.exit_code == 0, result.output
    return folder


class Heard(HTMLParser):
    """What stands in a page: headings, ids, links, tables, images, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.names: list[str] = []
        self.tables: list[list[str]] = []
        self.tags: list[str] = []
        self.lang = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.lang = of.get("lang") or self.lang
        self.ids += [of["id"] or ""] if "id" in of else []
        self.links += [of["href"] or ""] if tag == "a" else []
        self.loads += [of[key] or "" for key in ("src", "srcset", "href") if key in of and tag != "a"]
        if tag == "table":
            self.tables.append([])
        elif self.tables and tag in ("caption", "th"):
            self.tables[-1].append(tag if tag == "caption" else of.get("scope") or "none")
        if of.get("role") == "img":
            self.names.append(of.get("aria-label") or "")


@pytest.mark.parametrize("name", ["run", "both"])
def test_the_page_is_whole_and_can_be_heard(folder: Path, name: str) -> None:
    text = (folder / f"{name}-report.html").read_text(encoding="utf-8")
    heard = Heard(text)
    assert heard.lang == "en-GB"
    assert heard.levels[0] == 1
    assert heard.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(heard.levels, heard.levels[1:], strict=False))
    assert len(heard.ids) == len(set(heard.ids))
    assert all(link[1:] in heard.ids for link in heard.links if link.startswith("#"))
    assert heard.loads == ["data:,"], "nothing is loaded"
    assert "script" not in heard.tags
    assert "url(" not in text
    assert "@import" not in text
    assert heard.names
    assert all(len(said) > 40 for said in heard.names)
    for table in heard.tables:
        assert table[0] == "caption"
        assert "none" not in table
        assert {"col", "row"} <= set(table)
    for drawing in re.findall("<svg.*?</svg>", text, re.DOTALL):
        ET.fromstring(drawing)


def test_it_says_what_was_run_and_how_sure(folder: Path) -> None:
    text = (folder / "run-report.html").read_text(encoding="utf-8")
    manifest = json.loads((folder / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert "its tables came out the same to the byte" in text
    assert all(digest in text for digest in manifest["tables"].values())
    assert "Help &lt;b&gt;now&lt;/b&gt;" in text
    assert "<b>now</b>" not in text, "markup in a name is text"
    assert "What help.yaml changes in base.yaml" in text
    [row] = re.findall(r"<tr><th scope=\"row\">Starts with the help over starts without it</th>(.*?)</tr>", text)
    value, interval, source, quality = re.findall("<td>(.*?)</td>", row)
    assert (value, quality) == ("0.9 ratio", "low")
    assert interval == "0.8 to 0.95 (80%)"
    number = int(source.strip("[]"))
    listed = re.findall("<li>(.*?)</li>", text.partition('id="sources"')[2].partition("</ol>")[0])
    assert "Troubled Families Programme has improved outcomes" in listed[number - 1]
    for said in ("places limited", "places found as needed", "Net present value", "missed children looked after by"):
        assert said in text
    assert "Turning points" in text


def test_its_figures_are_those_of_the_table(folder: Path) -> None:
    text = (folder / "run-report.html").read_text(encoding="utf-8")
    lines = (folder / "run" / "results.csv").read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    rows = [dict(zip(head, line.split(","), strict=True)) for line in lines[1:] if ",children,all,all," in line]
    last = next(row for row in rows if row["date"] == "2026-03-31")
    told = [f"{float(last[name]):,.0f}" for name in ("p50", "p10", "p90")]
    rounded = [f"{round(float(last[name]) / 10) * 10:,}" for name in ("p50", "p10", "p90")]
    [row] = re.findall(r"<th scope=\"row\">March 2026</th>(.*?)</tr>", text.partition('id="table-1"')[2])[:1]
    cells = [cell for cell in re.findall("<td>(.*?)</td>", row) if cell]
    assert cells in (told, rounded)


def test_a_comparison_has_its_scenarios_beside_each_other(folder: Path) -> None:
    text = (folder / "both-report.html").read_text(encoding="utf-8")
    assert "The scenarios beside each other" in text
    assert "there are no draws, and so no intervals" in text
    assert text.count("Difference from Base &amp; more") >= 1


def test_a_run_folder_that_was_changed_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder / "run", copy)
    with (copy / "results.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    result = call("report", copy)
    assert result.exit_code == 2
    assert "results.csv: not what the run wrote" in result.output
    assert list(tmp_path.iterdir()) == [copy], "nothing is written"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "exists; name a file that does not"),
        (("--out", "run/inside.html"), "which is the run's own"),
        (("--returns", "run"), "is not of a council's own returns"),
    ],
)
def test_what_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str) -> None:
    monkeypatch.chdir(folder)
    result = call("report", "run", *words)
    assert result.exit_code == 2
    assert said in result.output


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    result = call("report", tmp_path)
    assert result.exit_code == 2
    assert "manifest.json" in result.output


def test_a_run_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder / "run", copy)
    manifest: dict[str, Any] = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["versions"]["model"] = 1
    (copy / "results.csv").write_text("other\n", encoding="utf-8")
    manifest["tables"]["results.csv"] = hashlib.sha256(b"other\n").hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    result = call("report", copy)
    assert result.exit_code == 2
    assert "made by model 1" in result.output


@pytest.mark.slow
def test_a_report_of_own_returns_is_its_owners_alone(tmp_path: Path) -> None:
    assert call("sample-returns", "--children", 300, "--years", 4, "--out", tmp_path / "r").exit_code == 0
    assert call("import", "ssda903", tmp_path / "r", "--out", tmp_path / "imported").exit_code == 0
    run = ("run", "status-quo", "--returns", tmp_path / "imported", "--no-charts", "--out", tmp_path / "own")
    assert call(*run).exit_code == 0
    assert call("report", tmp_path / "own").exit_code == 2, "it asks for the returns"
    result = call("report", tmp_path / "own", "--returns", tmp_path / "imported")
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE((tmp_path / "own-report.html").stat().st_mode) == 0o600


@pytest.mark.slow
def test_alternative_texts_are_in_the_structure_of_the_pdf(folder: Path, tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    pytest.importorskip("weasyprint")
    result = call("report", folder / "run", "--pdf", "--out", tmp_path / "run.pdf")
    assert result.exit_code == 0, result.output
    drawn = Heard((folder / "run-report.html").read_text(encoding="utf-8")).names
    figures: list[str] = []
    kinds: set[str] = set()

    def walk(element: Any) -> None:
        if isinstance(element, pikepdf.Array):
            for one in element:
                walk(one)
        elif isinstance(element, pikepdf.Dictionary):
            kind = str(element.get("/S", ""))
            kinds.add(kind)
            if kind == "/Figure":
                figures.append(str(element.get("/Alt", "")))
            if "/K" in element:
                walk(element.K)

    with pikepdf.open(tmp_path / "run.pdf") as pdf:
        walk(pdf.Root.StructTreeRoot)
        assert str(pdf.Root.Lang) == "en-GB"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "Help <b>now</b>" in str(pdf.docinfo["/Title"])
    assert set(figures) == set(drawn), "each chart has its sentence as alternative text"
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Caption", "/L"} <= kinds
