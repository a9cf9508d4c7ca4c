"""Broken scenario files: each is refused in words that say where, what is wrong and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.scenario import ScenarioError, load

FOLDER = Path(__file__).parent / "bad_scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))


def refused(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return caught.value


def marked(path: Path, mark: str) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(f"# {mark}: ") for line in lines if line.startswith(f"# {mark}: ")]


def test_there_are_enough() -> None:
    assert len(FILES) >= 45
    assert sum(bool(marked(path, "at")) for path in FILES) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_refused_in_the_right_words(path: Path) -> None:
    expected = marked(path, "expect")
    assert expected
    text = str(refused(path))
    for words in expected:
        assert words in text
    assert "Traceback" not in text
    assert "Node(" not in text
    for line in text.splitlines():
        assert re.match(r".+:\d+:\d+: .", line)


@pytest.mark.parametrize("path", [path for path in FILES if marked(path, "at")], ids=lambda path: path.stem)
def test_refused_at_the_right_place(path: Path) -> None:
    (place,) = marked(path, "at")
    text = str(refused(path))
    assert f"{path}:{place}: " in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_fault_is_told_twice(path: Path) -> None:
    problems = refused(path).problems
    said = [(problem.file, problem.path, problem.what) for problem in problems]
    assert len(said) == len(set(said))


def test_many_faults_are_told_at_once_in_order() -> None:
    problems = refused(FOLDER / "many-faults.yaml").problems
    assert len(problems) >= 11
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_a_missing_parent_hides_no_other_fault() -> None:
    problems = refused(FOLDER / "extends-missing-and-more.yaml").problems
    assert [problem.path for problem in problems] == ["extends", "base", "interventions.0.effect.risk_ratio"]


def test_a_single_fault_is_one_line() -> None:
    for name in (
        "base-unknown",
        "risk-ratio-negative",
        "ages-reversed",
        "duplicate-key",
        "value-empty",
        "area-unknown",
        "areas-empty",
    ):
        assert len(refused(FOLDER / f"{name}.yaml").problems) == 1, name


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(b"name: Test\n")
        stream.truncate(50_000_000)


def long(path: Path) -> None:
    path.write_bytes(b"name: Test\n" + b"# padding\n" * 120_000)


def many_values(path: Path) -> None:
    path.write_text("name: [" + "1," * 60_000 + "1]\n")


MADE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "50 MB": ("big.yaml", huge, "the file is too big; allowed: up to 1 MB"),
    "1.2 MB": ("long.yaml", long, "the file is too big"),
    "many values": ("many.yaml", many_values, "the file holds more than"),
    "binary": (
        "binary.yaml",
        lambda p: p.write_bytes(bytes(range(128, 256)) * 40),
        "1:1: this is not text in UTF-8",
    ),
    "latin-1": (
        "latin.yaml",
        lambda p: p.write_bytes(b"name: Test\n# caf\xe9\n"),
        "2:6: this is not text in UTF-8",
    ),
    "utf-16": (
        "wide.yaml",
        lambda p: p.write_text("name: Test\n", encoding="utf-16"),
        "this is not text in UTF-8",
    ),
    "NUL": (
        "nul.yaml",
        lambda p: p.write_bytes(b"name: Te\0st\n"),
        "1:9: character 0 (a control code) is not text",
    ),
    "no bytes": ("none.yaml", lambda p: p.write_bytes(b""), "1:1: the file is empty"),
    "workbook": (
        "book.xlsx",
        lambda p: p.write_bytes(b"PK\3\4"),
        "this is not a scenario file (.xlsx); allowed: a file that",
    ),
    "text file": ("notes.txt", lambda p: p.write_text("name: Test\n"), "this is not a scenario file (.txt)"),
    "no extension": (
        "notes",
        lambda p: p.write_text("name: Test\n"),
        "this is not a scenario file (no extension)",
    ),
    "folder": ("folder.yaml", lambda p: p.mkdir(), "this is not a file"),
    "missing": (
        "missing.yaml",
        lambda p: p.with_name("misssing.yaml").touch(),
        "no such file; did you mean 'misssing.yaml'?",
    ),
}


@pytest.mark.parametrize("case", MADE)
def test_made_files_are_refused(case: str, tmp_path: Path) -> None:
    name, make, words = MADE[case]
    path = tmp_path / name
    make(path)
    text = str(refused(path))
    assert words in text
    assert text.startswith(f"{path}:")


def test_unknown_shipped_name() -> None:
    text = str(refused(Path("status-qou")))
    assert "nor a scenario of this name" in text
    assert "did you mean 'status-quo'?" in text


def test_link_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside.yaml").write_text("name: Outside\n")
    (inside / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (inside / "child.yaml").write_text("name: Child\nextends: link.yaml\n")
    assert "is outside the folder" in str(refused(inside / "child.yaml"))


def test_a_folder_is_no_parent(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "child.yaml").write_text("name: Child\nextends: folder.yaml\n")
    assert "child.yaml:2:10: extends: 'folder.yaml' is not a scenario file" in str(refused(tmp_path / "child.yaml"))


def test_long_chain(tmp_path: Path) -> None:
    for number in range(15):
        (tmp_path / f"s{number}.yaml").write_text(f"name: S{number}\nextends: s{number + 1}.yaml\n")
    (tmp_path / "s15.yaml").write_text("name: S15\n")
    assert "files extend each other" in str(refused(tmp_path / "s0.yaml"))
