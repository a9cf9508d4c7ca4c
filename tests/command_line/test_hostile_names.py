"""Names made to act on what shows them: every way in, and every way out."""

from __future__ import annotations

import ast
import csv
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from paths import ROOT
from returns_bombs import zipped
from returns_files import Folder, episode

from simulator.cli.main import cli
from simulator.cli.screen import bar
from simulator.outputs.charts import save
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.style import context
from simulator.vocabulary.printable import acting, cell, one_line, printable

RED = "\x1b[31m"
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def call(*words: object) -> Result:
    """Run a command; whatever it is given, nothing on the screen acts."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert not ACTS.search(result.output.replace("\r\n", "\n")), repr(result.output)
    return result


def scenario(path: Path, **more: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = {"name": "Plain", "extends": "status-quo.yaml", **more}
    path.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text", ["\x1b", "\x9b", "\x7f", "\x00", "\r", "\u202e", "\u2066", "\u2028", "\ud800", "\uffff"]
)
def test_what_acts_is_written_out(text: str) -> None:
    assert printable(f"a{text}b\n\tc") == f"a\\u{ord(text):04x}b\n\tc"
    assert acting(f"a{text}b").startswith(f"U+{ord(text):04X} (")
    assert json.loads(printable(json.dumps(f"a{text}b", ensure_ascii=False))) == f"a{text}b"
    assert one_line("a\nb\tc") == "a\\u000ab\\u0009c"


def test_what_is_seen_stays() -> None:
    for text in ("Rhondda Cynon Taf £5 – “x”", "家庭支援", "عربي", "👩‍👧", "a\u202fb"):
        assert printable(text) == one_line(text) == cell(text) == text
        assert acting(text) == ""
    assert acting("two\nlines\t", lines=True) == ""
    assert acting("two\nlines") == "U+000A (control character)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "\\u0009=1"), ("\r=1", "\\u000d=1")],
)
def test_no_cell_is_a_formula(text: str, shown: str) -> None:
    assert cell(text) == shown


# --------------------------------------------------------------------------------------------------
# Ways in


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("name", '"a\\x1b[31mb"', "3:7: name: holds U+001B (control character)"),
        ("name", '"a\\u202eb"', "3:7: name: holds U+202E (right-to-left override)"),
        ("name", "a\u202eb", "3:7: name: holds U+202E (right-to-left override)"),
        ("name", "a\x7fb", "3:8: holds U+007F (control character), which is not read"),
        ("description", "|\n  Two lines\n  and \u2066more", "3:14: description: holds U+2066 (left-to-right isolate)"),
        ("interventions", '[{kind: starts_trend, id: "a\\e", start: 2026-04}]', "interventions.0.id: holds U+001B"),
        (
            "interventions",
            '[{kind: starts_trend, label: "\\x9b", start: 2026-04}]',
            "interventions.0.label: holds U+009B",
        ),
        ("claims", '[{label: "\\u200f", measure: children}]', "claims.0.label: holds U+200F (right-to-left mark)"),
        ("questions", '[{says: "\\u0007"}]', "questions.0.says: holds U+0007"),
        ('"a\\x1b"', "1", "3:1: holds U+001B"),
    ],
)
def test_names_in_a_file_are_refused_with_their_place(tmp_path: Path, key: str, value: str, told: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        f"extends: status-quo.yaml\n{'name: x' if key != 'name' else ''}\n{key}: {value}\n", encoding="utf-8"
    )
    result = call("check", file)
    assert result.exit_code == 2
    assert told in result.output
    assert str(file) in result.output


def test_a_description_may_have_lines_and_tabs(tmp_path: Path) -> None:
    assert call("check", scenario(tmp_path / "a.yaml", description="|\n  Two\n  lines\twith a tab")).exit_code == 0


def test_names_of_files_and_folders(tmp_path: Path) -> None:
    result = call("check", scenario(tmp_path / f"{RED}a.yaml"))
    assert result.exit_code == 2
    assert "\\u001b[31ma.yaml:1:1: the name of the file holds U+001B (control character)" in result.output
    below = scenario(tmp_path / f"b{RED}\nfake: 1" / "a.yaml", areas="[Nowhere]")
    result = call("check", below)
    assert result.exit_code == 2
    assert result.output.count("\n") == 1, "a folder's name makes no second line"
    assert "b\\u001b[31m\\u000afake: 1" in result.output
    for words in ([RED], ["check", RED], [f"--{RED}"], ["list", RED], ["run", "status-quo", f"--{RED}"],
                  ["run", "status-quo", "--area", RED], ["run", "status-quo", "--engine", RED],
                  ["solve", "status-quo", "--target", RED, "--vary", RED],
                  ["import", "ssda903", RED, "--out", tmp_path / "x"],
                  ["sample-returns", "--dirt", RED, "--out", tmp_path / "x"]):  # fmt: skip
        assert call(*words).exit_code == 2


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("council")
    rows = [episode(f"C{i}", f"01/{4 + i:02}/2024") for i in range(9)]  # a year that stops in May would not be whole
    out = folder / f"out{RED}"
    result = call("import", "ssda903", Folder(folder / "r").year(2025, rows).path, "--out", out)
    assert result.exit_code == 0
    assert "out\\u001b[31m" in result.output
    return out


@pytest.mark.parametrize(
    ("name", "told"), [(f"a{RED}", "U+001B"), ("a\nb", "U+000A"), ("a\u202eb", "U+202E (right-to")]
)
def test_names_of_councils(council: Path, tmp_path: Path, name: str, told: str) -> None:
    result = call("run", "status-quo", "--returns", council, "--area-name", name, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"--area-name holds {told}" in result.output
    assert not (tmp_path / "out").exists()


def test_names_in_archives(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {f"{RED}\nepisodes.csv": b"CHILD,DECOM\n"})
    result = call("import", "ssda903", archive, "--out", tmp_path / "x")
    assert result.exit_code == 2
    assert "\\u001b[31m\\u000aepisodes.csv: looks like episodes" in result.output


# --------------------------------------------------------------------------------------------------
# Ways out


@pytest.mark.parametrize("words", [[], ["--publish"]])
def test_nothing_that_is_written_acts(council: Path, tmp_path: Path, words: list[str]) -> None:
    """A file is called as a formula, a council too, and a letter is in no font that charts have."""
    file = scenario(tmp_path / "=HYPERLINK(1).yaml", name="'😀 家庭支援 <b> & عربي'")
    out = tmp_path / f"out\u202e{RED}"
    words = [*words, "--returns", council, "--area-name", '=HYPERLINK("http://x")', "--out", out]  # type: ignore[list-item]
    result = call("run", file, *words)
    assert result.exit_code == 0, result.output
    assert "Glyph" not in result.output
    assert "out\\u202e\\u001b[31m" in result.output
    charts = list((out / "charts").glob("*.svg"))
    assert charts
    for chart in charts:
        ET.parse(chart)  # ours
    assert any("家庭支援" in chart.read_text(encoding="utf-8") for chart in charts)
    for path in (p for p in out.rglob("*") if p.suffix in (".csv", ".txt", ".json", ".svg")):
        assert not ACTS.search(path.read_text(encoding="utf-8")), path.name
    for table in out.glob("*.csv"):
        with table.open(encoding="utf-8", newline="") as stream:
            heading, *rows = csv.reader(stream)
        for row in rows:
            texts = [value for name, value in zip(heading, row, strict=True) if not re.fullmatch(r"-?[\d.e-]+", value)]
            assert not any(text.startswith(("=", "+", "-", "@")) for text in texts), row
        if rows and heading[:2] == ["scenario", "area"]:
            assert rows[0][:2] == ["'=HYPERLINK(1)", '\'=HYPERLINK("http://x")']
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["scenarios"][0]["name"] == "=HYPERLINK(1)"


def test_a_chart_of_text_that_acts_is_still_a_chart(tmp_path: Path) -> None:
    """Python callers may give a chart any text."""
    with context():
        sheet = Sheet(f"Title{RED}\u202e", f"Subtitle{RED} \u0915\u094d\u0937", [f"Footer{RED}"])
        sheet.panels[0].plot([0, 1], [0, 1])
        sheet.label(sheet.panels[0], 1, 1, f"Label{RED}", "#000000")
        sheet.callout(sheet.panels[0], 0, 0, f"Callout{RED}", "#000000")
        sheet.panel_title(0, f"Panel{RED}")
        chart = sheet.finish(f"Alt{RED}")
    svg, _ = save(chart, tmp_path, "a")
    ET.parse(svg)
    text = svg.read_text(encoding="utf-8")
    for word in ("Title", "Subtitle", "Footer", "Label", "Callout", "Panel", "Alt"):
        assert f"{word}\\u001b[31m" in text


def test_progress_shows_no_name_that_acts(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(f"a{RED}") as progress:
        progress(1, 2)
    assert RED not in capsys.readouterr().err


def test_the_screen_is_written_to_in_one_place() -> None:
    for path in (ROOT / "simulator" / "cli").rglob("*.py"):
        calls = [n.func for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
        loud = [f for f in calls if ast.unparse(f) in ("print", "click.echo", "click.secho", "traceback.print_exc")]
        assert len(loud) == (path.name == "screen.py"), path
