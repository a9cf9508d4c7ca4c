"""Scenarios of a page as files: what is written, what is read, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario import ScenarioError, load, shipped
from simulator.web.drafts import file_key, mapping_of, read_drafts, uploaded, yaml_text
from simulator.web.page_state import PageState

HALF = {
    "name": "Half the effect",
    "extends": "family-help-national",
    "interventions": [{"id": "family-help", "effect": {"risk_ratio": 0.95}}],
}


def refused(*scenarios: object) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        read_drafts(PageState(scenarios))  # type: ignore[arg-type]
    return [f"{p.file}|{p.path}|{p.what}|{p.allowed}" for p in error.value.problems]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_scenario_that_is_uploaded_is_the_same(name: str) -> None:
    text = shipped()[name].read_text(encoding="utf-8")
    [loaded] = read_drafts(PageState((uploaded(text),)))
    assert loaded.scenario == load(name).scenario
    assert mapping_of(yaml_text(uploaded(text))) == uploaded(text)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    [loaded] = read_drafts(PageState((HALF,)))
    path = tmp_path / f"{loaded.key}.yaml"
    path.write_text(yaml_text(HALF), encoding="utf-8")
    found = load(path)
    assert found.scenario == loaded.scenario
    assert found.key == loaded.key == "half-the-effect"
    assert found.scenario.interventions[0].effect.risk_ratio == 0.95  # type: ignore[attr-defined]
    assert not [one for one in found.uncertain if "effect.risk_ratio" in one.parameter.key]


@pytest.mark.parametrize(
    "value", ["1_000", "0x10", "yes", "2026-04", "2025-26", "~", "null", "1e3", " x", "a: b", "#", ""]
)
def test_text_stays_text(value: str) -> None:
    assert mapping_of(yaml_text({"name": "N", "description": value})) == {"name": "N", "description": value}


def test_an_empty_value_takes_the_parent_s_away() -> None:
    content = {**HALF, "interventions": [{"id": "family-help", "referrals": None}]}
    [loaded] = read_drafts(PageState((content,)))
    assert loaded.scenario.interventions[0].referrals is None  # type: ignore[attr-defined]
    assert uploaded(yaml_text(content)) == content


@pytest.mark.parametrize(
    "extends",
    ["../status-quo", "/etc/passwd", "status-quo/../status-quo", "C:\\x.yaml", "nothing", 3, ["status-quo"], "", True],
)
def test_no_file_is_looked_for(extends: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nothing.yaml").write_text("name: Here\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    [problem] = refused({"name": "X", "extends": extends})
    assert problem.startswith("0:x.yaml|extends|")
    assert "status-quo" in problem


def test_a_shipped_scenario_goes_before_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "status-quo.yaml").write_text("name: Planted\nend: 2026-03\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    [loaded] = read_drafts(PageState(({"name": "X", "extends": "status-quo"},)))
    assert str(loaded.scenario.end) == "2035-03"


def test_everything_wrong_is_told_at_once_with_its_scenario() -> None:
    wrong = {**HALF, "name": "Wrong", "interventions": [{"id": "family-help", "effect": {"risk_ratio": 7}}]}
    found = refused(HALF, wrong, {"name": "Bad", "strats": {}})
    assert any(text.startswith("1:wrong.yaml|interventions.0.effect.risk_ratio|7 is above 3") for text in found)
    assert any(text.startswith("2:bad.yaml|strats|unknown key") for text in found)


def test_what_can_not_be_compared_is_refused() -> None:
    assert any("called" in text for text in refused(HALF, {**HALF}))
    assert any("areas" in text for text in refused(HALF, {"name": "Kent", "extends": "status-quo", "areas": ["Kent"]}))


def test_too_many_authorities_are_for_the_command_line() -> None:
    [problem] = refused({"name": "All", "extends": "status-quo", "areas": ["all"]})
    assert "command line" in problem


def test_a_name_of_a_shipped_file_is_no_circle() -> None:
    assert file_key({"name": "Status quo"}) == "status-quo-changed"
    assert file_key({"name": "<script>../../x"}) == "script-x"
    assert file_key({"name": "A"}, ["a"]) == "a-2"
    assert file_key({"name": 5}) == "5"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x 1\nb: *x\n", "anchors"),
        ("name: !!python/object:os.system x\n", "tags"),
        ("[1, 2", "not YAML"),
        ("name: a\nname: b\n", "given twice"),
        ("name: " + "x" * 1_100_000, "too big"),
        ("- " * 5_000 + "x", "nested"),
        ("name: \x1b[31m", "not read"),
        ("", "empty"),
    ],
)
def test_files_that_are_none_are_refused(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        uploaded(text)
