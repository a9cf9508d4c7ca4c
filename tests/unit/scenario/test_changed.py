"""Scenarios made in Python: other numbers for one that was read, and mappings in place of files."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.runs.single_run import run_once
from simulator.scenario import ScenarioError, explain, load
from simulator.scenario.shipped import shipped

RATIO = "interventions.family-help.effect.risk_ratio"


@pytest.fixture(scope="module")
def family_help() -> simulator.scenario.LoadedScenario:  # type: ignore[name-defined]
    return load("family-help-national")


def position(loaded, id_: str) -> int:
    return [one.id for one in loaded.scenario.interventions].index(id_)


def test_a_number_takes_another_value_and_is_certain(family_help) -> None:
    changed = family_help.at({RATIO: 0.95})
    at = position(family_help, "family-help")
    assert changed.scenario.interventions[at].effect.risk_ratio == 0.95
    assert {one.parameter.key for one in family_help.uncertain} - {one.parameter.key for one in changed.uncertain} == {
        "interventions[family-help].effect.risk_ratio"
    }
    assert (changed.key, changed.scenario.name) == (
        "family-help-national+risk_ratio=0.95", "Family help, national roll-out, risk_ratio 0.95",
    )  # fmt: skip
    assert family_help.scenario.interventions[at].effect.risk_ratio == 0.9


def test_an_id_and_a_position_name_the_same_number(family_help) -> None:
    by_position = f"interventions.{position(family_help, 'family-help')}.effect.risk_ratio"
    assert by_position in family_help.provenance
    assert family_help.at({by_position: 0.95}).scenario == family_help.at({RATIO: 0.95}).scenario


def numbers(loaded) -> list[tuple[str, float]]:
    return [
        (path, origin.value)
        for path, origin in loaded.provenance.items()
        if isinstance(origin.value, (int, float)) and not isinstance(origin.value, bool)
    ]


@pytest.mark.parametrize("name", shipped())
def test_every_number_that_check_shows_can_be_changed(name: str) -> None:
    loaded = load(name)
    shown = explain(loaded)
    assert numbers(loaded)
    for path, value in numbers(loaded):
        changed = loaded.at({path: value})
        assert changed.scenario.model_copy(update={"name": loaded.scenario.name}) == loaded.scenario, path
        if ".note" not in path and ".id" not in path:
            assert path in shown or not loaded.provenance[path].default, path


def test_a_number_that_is_left_to_the_base_data_can_be_given() -> None:
    changed = load("status-quo").at({"assumptions.births_per_year": np.int64(550_000)})
    assert changed.scenario.assumptions.births_per_year == 550_000
    assert "assumptions.births_per_year" in explain(changed)
    assert "given in Python" in explain(changed)


def test_it_is_what_a_file_with_the_value_gives(family_help, tmp_path: Path) -> None:
    path = tmp_path / "weaker.yaml"
    path.write_text("name: Weaker\nextends: family-help-national.yaml\ninterventions:\n"
                    "  - id: family-help\n    effect: {risk_ratio: 0.95}\n")  # fmt: skip
    by_file, by_path = (run_once(one.scenario, "x") for one in (load(path), family_help.at({RATIO: 0.95})))
    np.testing.assert_array_equal(by_file["children"].values, by_path["children"].values)


def test_its_one_file_is_the_whole_scenario(family_help, tmp_path: Path) -> None:
    """So that a manifest holds what was run."""
    [file] = family_help.at({RATIO: 0.95}).files
    path = tmp_path / file.path.name
    path.write_text(file.text, encoding="utf-8")
    again = load(path)
    assert again.key == "family-help-national+risk_ratio=0.95"
    assert again.scenario == family_help.at({RATIO: 0.95}).scenario
    assert again.parameters == family_help.at({RATIO: 0.95}).parameters


def test_all_problems_are_told_at_once_by_the_path_that_was_given(family_help) -> None:
    with pytest.raises(ScenarioError) as raised:
        family_help.at({
            RATIO: 9, "base": 2017, "assumptions.births": 1, "name": 3, "assumptions.discount_percent": float("nan"),
            "assumptions.homes_waiting_share": True,
        })  # fmt: skip
    assert str(raised.value).splitlines() == [
        "assumptions.births: there is no such number; allowed: a number that `care-demand check` shows; did you mean "
        "'assumptions.births_per_year'?",
        "assumptions.discount_percent: nan is not a finite number",
        "assumptions.homes_waiting_share: True is not a finite number",
        "base: 2017 is not a base year; allowed: 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025",
        "interventions.family-help.effect.risk_ratio: 9 is above 3; allowed: 0 to 3 (ratio)",
        "name: is not a number; allowed: a number that `care-demand check` shows",
    ]


def test_areas_stay_and_changes_add_up(family_help) -> None:
    changed = family_help.in_areas(("Kent",)).at({RATIO: 0.95}).at({"assumptions.discount_percent": 1.5})
    assert changed.scenario.areas == ("Kent",)
    assert changed.key == "family-help-national+risk_ratio=0.95+discount_percent=1.5"
    assert changed.scenario.assumptions.discount_percent == 1.5
    assert pickle.loads(pickle.dumps(changed)).scenario == changed.scenario


# Mappings

PLAN = {
    "name": "My plan",
    "extends": "status-quo",
    "interventions": [
        {"kind": "early_help", "id": "help", "start": "2026-04", "ages": (0, 15),
         "effect": {"measure": "starts", "risk_ratio": {"median": 0.9, "p10": 0.7, "p90": 1.1}}}
    ],
}  # fmt: skip


def test_a_mapping_is_read_as_the_file_it_would_be(tmp_path: Path) -> None:
    (tmp_path / "my-plan.yaml").write_text(json.dumps(PLAN), encoding="utf-8")
    mapping, file = simulator.load(PLAN), simulator.load(tmp_path / "my-plan.yaml")
    assert (mapping.key, mapping.scenario, mapping.parameters) == (file.key, file.scenario, file.parameters)
    assert [one.path.name for one in mapping.files] == ["my-plan.yaml", "status-quo.yaml"]
    assert "interventions.0.start" in explain(mapping)
    assert simulator.load(mapping) is mapping


def test_a_mapping_may_have_the_name_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped()["status-quo"].parent)
    loaded = simulator.load({"name": "Status quo", "extends": "status-quo"})
    assert [one.path.name for one in loaded.files] == ["status-quo-changed.yaml", "status-quo.yaml"]


def test_problems_of_a_mapping_are_named_by_path() -> None:
    wrong = {"name": "", "extends": "status-qu", "strats": {}, "interventions": [{"kind": "early_help", "lag": 3,
             "effect": {"risk_ratio": 7}}]}  # fmt: skip
    with pytest.raises(ScenarioError) as raised:
        simulator.load(wrong)
    said = str(raised.value).splitlines()
    assert [line.split(": ")[0] for line in said] == [
        "name", "extends", "strats", "interventions.0.lag", "interventions.0.effect.risk_ratio",
    ]  # fmt: skip
    assert said[-1] == "interventions.0.effect.risk_ratio: 7 is above 3; allowed: 0 to 3 (ratio)"


def test_what_no_file_could_hold_is_refused() -> None:
    circle: dict[str, object] = {"name": "x"}
    circle["starts"] = circle
    with pytest.raises(ScenarioError, match="starts: values are nested more than 20 deep"):
        simulator.load(circle)
    with pytest.raises(ScenarioError) as raised:
        simulator.load({"name": "x", "end": date(2030, 3, 31), "claims": [{1: 2}], "base": np.int64(2025)})
    assert [line.split("; ")[0] for line in str(raised.value).splitlines()] == [
        "claims.0.1: a key of type int is nothing that a scenario file holds",
        "end: a value of type date is nothing that a scenario file holds",
    ]
    with pytest.raises(ScenarioError, match="name: is missing"):
        simulator.load({})
