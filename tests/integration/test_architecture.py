"""docs/architecture.md and CONTRIBUTING.md: every file is there, and the walks go one way."""

import re

import pytest
from paths import ROOT

PACKAGE = ROOT / "simulator"
FOLDERS = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|toml|txt|cff))`")


def section(text: str, heading: str) -> str:
    """What stands under a heading."""
    found = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, heading
    return found


def listed(text: str) -> list[str]:
    """Folders of the package that a text names, in its order."""
    return [name for name in re.findall(r"`(\w+)`", text) if name in FOLDERS]


FLOW = listed(next(part for part in section(ARCHITECTURE, "The flow").split("\n\n") if part.startswith("`returns` >")))


@pytest.mark.parametrize("text", [ARCHITECTURE, CONTRIBUTING], ids=["architecture", "contributing"])
def test_every_file_that_is_named_exists(text: str) -> None:
    named = PATH.findall(text)
    assert len(named) >= 10
    made = ("out/",)  # by a run
    missing = [path for path in named if not path.startswith(made) and not (ROOT / path).exists()]
    assert not missing


def test_the_flow_names_every_folder_that_numbers_go_through() -> None:
    beside = {"vocabulary", "uncertainty", "calibrate", "backtest", "decisions", "cli"}
    assert set(FLOW) == FOLDERS - beside
    assert len(FLOW) == len(set(FLOW))


def test_the_rule_of_imports_is_the_one_that_is_tested() -> None:
    from_the_ground = section(ARCHITECTURE, "The rule of imports").partition("A folder imports")[0]
    text = (ROOT / "tests" / "unit" / "test_imports.py").read_text(encoding="utf-8")
    tested = re.findall(r'"(\w+)"', text.partition("FOLDERS = (")[2].partition(")")[0])
    assert listed(from_the_ground) == tested
    picture = section(CONTRIBUTING, "The tree").partition("simulator/\n")[2].partition("scenarios/")[0]
    assert re.findall(r"^  (\w+)/", picture, re.MULTILINE) == tested


def test_every_folder_has_a_border() -> None:
    assert {row for row in re.findall(r"^\| `(\w+)` \|", section(ARCHITECTURE, "The borders"), re.MULTILINE)} == FOLDERS


@pytest.mark.parametrize("walk", ["A walk: a risk ratio", "A walk: a row of a return"])
def test_a_walk_has_one_file_a_step_and_no_way_back(walk: str) -> None:
    steps = re.findall(r"^\d+\. (.+?)(?=^\d+\. |\Z)", section(ARCHITECTURE, walk), re.MULTILINE | re.DOTALL)
    assert len(steps) >= 8
    files = []
    for step in steps:
        named = [path for path in PATH.findall(step) if (ROOT / path).is_file()]
        assert len(named) == 1, step
        assert step.startswith(f"`{named[0]}`: ")
        files += named
    assert len(set(files)) == len(files)
    inside = [path.split("/")[1] for path in files if path.startswith("simulator/")]
    assert len(inside) >= len(files) - 1
    positions = [FLOW.index(folder) for folder in inside]
    assert positions == sorted(positions), inside
