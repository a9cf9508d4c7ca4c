"""The JSON Schema that editors read: it takes every legal file, and refuses what a schema can refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from paths import ROOT
from ruamel.yaml import YAML
from ruamel.yaml.scalarint import ScalarInt
from schema_faults import faults, validator

from simulator.interventions import kinds, notes
from simulator.scenario import shipped
from simulator.scenario.json_schema import json_schema
from simulator.scenario.nodes import Unreadable
from simulator.scenario.schema import Scenario

SCHEMA = json_schema()
FILE = ROOT / "scenarios" / "scenario.schema.json"
BAD = sorted((Path(__file__).parent / "bad_scenarios").glob("*.yaml"))

ONLY_THE_READER = {
    # keys that are given twice, and numbers that JSON has not
    "duplicate-key", "duplicate-key-deep", "risk-ratio-nan",
    # what a distribution works out to
    "value-in-a-group", "value-out-of-bounds",
    "distribution-beyond-bounds", "distribution-budget", "distribution-ci-reversed",
    "distribution-correlation-alone", "distribution-lognormal-share", "distribution-mean-impossible",
    "distribution-mean-outside", "distribution-median-outside", "distribution-mix-part", "distribution-mix-value",
    "distribution-mix-weights", "distribution-normal-ratio", "distribution-normal-share",
    "distribution-pair-lopsided", "distribution-quantile-below-0", "distribution-quantiles-reversed",
    "distribution-share-over-1", "distribution-spread-negative", "distribution-too-big",
    "distribution-triangle-flat", "distribution-triangle-mode", "distribution-two-pairs",
    "distribution-uniform-below-0",
    # which files there are, and what they give
    "extends-broken-parent", "extends-circle", "extends-circle-2", "extends-itself", "extends-missing",
    "extends-dot", "extends-long", "extends-nul", "extends-other-type", "extends-shipped-misspelt", "extends-surrogate",
    "override-kind", "override-takes-away", "override-unknown-id",
    "remove-unknown",
    # what one value means for another, or for the run
    "caseload-effect-without-source", "deadweight-without-unit-cost", "poverty-two-ways",
    "aimed-at-nobody-known", "ages-reversed", "budget-line-idle-dates", "budget-line-share", "claim-without-date",
    "cost-outside-run",
    "cost-without-amount", "cost-year-wrong-pair", "end-before-base", "end-before-start", "end-too-far",
    "ends-before-run", "fade-without-end", "family-help-national", "id-twice", "lag-beyond-run", "local-empty",
    "local-overlap", "price-all-and-one", "profile-step-months", "profile-without-months", "question-both-sides",
    "question-flow-on-a-date", "question-no-limit", "question-outside-run", "question-stock-in-a-year",
    "question-two-times", "question-without-programmes", "question-years-reversed", "reach-half", "reach-too-many",
    "reach-two-ways", "referrals-reversed", "stable-homes-2023", "start-after-run", "status-quo",
    "approvals-with-a-profile", "money-and-approvals", "money-and-reach-apart", "money-ends-before-start",
    "path-outside-run", "path-with-dates", "price-of-all", "price-ratio-in-cash", "replaces-an-id-twice",
    "replaces-unknown", "replaces-without-parent", "unit-cost-half", "way-none", "way-not-suited", "way-two",
    "trend-both-sides", "trend-idle-ages", "trend-idle-places", "trend-mix-without-places",
}  # fmt: skip
"""Bad files whose faults are no matter of names, types, forms and bounds of single values."""


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_the_shipped_file_is_up_to_date() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == SCHEMA, "run `make docs-tables`"


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_pass_and_name_it(name: str) -> None:
    text = shipped()[name].read_text(encoding="utf-8")
    assert faults(text) == []
    assert text.startswith(f"# yaml-language-server: $schema={FILE.name}\n")
    assert (shipped()[name].parent / FILE.name).is_file()


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_pass_where_grouped_digits_are_text(name: str) -> None:
    def as_text(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: as_text(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [as_text(inner) for inner in value]
        return f"{value:_}" if isinstance(value, ScalarInt) and value >= 1000 else value

    content = as_text(YAML(typ="rt").load(shipped()[name]))
    assert list(validator().iter_errors(content)) == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_scenarios(path: Path) -> None:
    try:
        found = faults(path.read_text(encoding="utf-8"))
    except (Unreadable, UnicodeDecodeError):
        return
    assert bool(found) == (path.stem not in ONLY_THE_READER)


def test_most_bad_scenarios_that_are_yaml_are_refused() -> None:
    assert len(ONLY_THE_READER) < len(BAD) * 0.45


PARENT = """
name: Parent
interventions:
  - kind: early_help
    id: help
    start: 2026-04
    effect: {risk_ratio: {median: 0.9, p10: 0.7, p90: 1.1}}
"""


@pytest.mark.parametrize(
    "more",
    [
        "interventions: [{id: help, effect: {risk_ratio: 0.8}}]",
        "interventions: [{id: help, effect: {risk_ratio: {p10: 0.6, source: }}, lag_months: }]",
        "interventions: [{id: help, kind: early_help, cost: {per_year_gbp: 1_000_000}}]",
        "interventions: [{kind: trend, measure: starts, percent_per_year: 1}]",
        "remove: [help]",
        "remove: help",
        "assumptions: {births_per_year: }",
        "starts:",
    ],
)
def test_a_child_may_give_a_part(more: str) -> None:
    assert faults(PARENT) == []
    assert faults(f"name: Child\nextends: parent.yaml\n{more}\n") == []
    assert faults(f"name: Child\n{more}\n") != [] or more.startswith("interventions: [{kind: trend")


@pytest.mark.parametrize(
    "more",
    [
        "interventions: [{id: help, effect: {risk_ration: 0.8}}]",
        "interventions: [{id: help, effect: {risk_ratio: 4}}]",
        "interventions: [{id: help, effect: {risk_ratio: {p10: 0.6, worst: 2}}}]",
        "interventions: [{effect: {risk_ratio: 0.8}}]",
        "interventions: [{kind: trend, percent_per_year: 1}]",
        "questions: [{id: a, says: b, measure: children, date: 2030-03}, {id: b}]",
    ],
)
def test_a_child_may_not_give_what_nobody_may(more: str) -> None:
    assert faults(f"name: Child\nextends: parent.yaml\n{more}\n")


def test_every_field_is_there_with_its_words() -> None:
    for model in (Scenario, *kinds().values()):
        properties = SCHEMA["definitions"][model.__name__]["properties"]
        for note in notes(model):
            if "." not in note.path:
                assert note.label.replace("``", "`") in properties[note.path]["description"], note.path
                assert note.allowed in properties[note.path]["description"], note.path
    ratio = SCHEMA["definitions"]["Effect"]["properties"]["risk_ratio"]
    assert {"type": "number", "minimum": 0, "maximum": 3} in ratio["anyOf"]
    assert {"$ref": "#/definitions/distribution"} in ratio["anyOf"]
    assert "0 to 3 (ratio), or a distribution" in ratio["description"]
