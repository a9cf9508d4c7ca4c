"""The table of placements: what it may say, and that code names none of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT

from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS, SECTORS

RULES = ("engine", "interventions", "projection", "runs", "results", "outputs")
"""Folders whose code asks for what is so of a placement, and never which one it is."""

NAMES = set(placements.names()) - set(REASONS)
"""``other`` is a reason of leaving as well."""


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string in a file's code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize("folder", RULES)
def test_no_rule_names_a_placement(folder: str) -> None:
    labels = {text for p in placements.placements() for text in (p.label, p.plural) if p.name in NAMES}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in sorted((ROOT / "simulator" / folder).rglob("*.py"))
        for line, text in literals(path)
        if text in NAMES | labels
    ]
    assert not found


def test_other_is_a_reason_where_a_rule_names_it() -> None:
    """The one place in which the word stands is a table of words for every reason."""
    from simulator.results.measures import exits

    where = {
        path.name
        for folder in RULES
        for path in (ROOT / "simulator" / folder).rglob("*.py")
        if "other" in {text for _, text in literals(path)}
    }
    assert where == {Path(exits.__file__).name}


def test_each_sector_fills_one_placement_and_children_wait_in_homes_and_supported_accommodation() -> None:
    every = placements.placements()
    assert tuple(every[i].capacity for i in placements.sector_places()) == SECTORS
    assert {every[i].name for i in placements.waiting_places()} == {"home_waiting", "supported_waiting"}


def test_only_children_with_kin_are_no_need_of_foster_places() -> None:
    left_out = set(placements.names()) - {placements.names()[i] for i in placements.not_with_kin()}
    assert left_out == {"kinship_foster"}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the table that is read in place of the shipped one."""
    copy = tmp_path / placements.FILE
    copy.write_text((ROOT / "simulator" / "vocabulary" / placements.FILE).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(placements, "files", lambda _: tmp_path)
    placements.placements.cache_clear()
    yield copy
    monkeypatch.undo()
    placements.placements.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("is_home: true", "is_house: true", "childrens_home: is_house is not known; known: .*is_home"),
        ("capacity: council", "capacity: nobody", "council_foster: capacity: 'nobody'; allowed: council, independent"),
        ("  capacity: independent\n", "", "capacity independent: one placement fills its places, not 0"),
        ("capacity: independent", "capacity: council", "capacity council: .* not council_foster, ifa_foster"),
        ("reported_as: supported", "reported_as: supporte", "supported_waiting: reported_as: 'supporte'; allowed"),
        ("leaves_for: adoption", "leaves_for: age_18", "for_adoption: leaves_for: 'age_18'; allowed: adoption, home"),
        ("codes: [P1]", "codes: [P1, K2]", "codes: K2 is given twice"),
    ],
)
def test_a_wrong_table_is_an_error_that_names_the_entry(table: Path, old: str, new: str, message: str) -> None:
    text = table.read_text(encoding="utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^placements\.yaml: .*{message}"):
        placements.placements()
