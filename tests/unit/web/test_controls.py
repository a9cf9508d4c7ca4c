"""Controls are built from the fields themselves, and a measure that is added changes nothing yet."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.interventions import kinds, notes
from simulator.outputs.documents.assumptions import changes_table
from simulator.runs.simulate import simulate
from simulator.scenario import shipped
from simulator.vocabulary.calendar import Month
from simulator.web.controls import cards, changes, given, kind_list, scenario_list, starter
from simulator.web.drafts import read_drafts
from simulator.web.page_state import PageState

STATE = PageState.shipped("family-help-national")


def controls(content: dict[str, object]):
    [loaded] = read_drafts(PageState((content,)))
    return {c.path: c for card in cards(loaded, content) for c in (*card.first, *card.more)}


def test_a_number_has_the_bounds_the_unit_and_the_evidence_of_its_field() -> None:
    [loaded] = read_drafts(STATE)
    card = cards(loaded, STATE.scenarios[0])[0]
    ratio = card.first[0]
    assert ratio.path == "interventions.family-help.effect.risk_ratio"
    assert (ratio.low, ratio.high, ratio.unit, ratio.value) == (0, 3, "ratio", 0.9)
    assert ratio.interval == pytest.approx((0.68, 1.05))
    assert ratio.evidence == "judgement"
    assert len(ratio.sources) == 4
    assert len(card.first) <= 6


def test_what_studies_say_stays_beside_a_value_that_somebody_puts_in_its_place() -> None:
    def ratio(value: object):
        entry = {"id": "family-help", "effect": {"risk_ratio": value}}
        found = controls({"name": "X", "extends": "family-help-national", "interventions": [entry]})
        return found["interventions.family-help.effect.risk_ratio"]

    certain = ratio(0.5)
    assert (certain.sure, certain.ranged, certain.evidence) == ("certain", False, "judgement")
    assert certain.interval == pytest.approx((0.68, 1.05))
    assert certain.interval_words == "the evidence: 0.68 to 1.05, 80 times in 100"
    own = ratio({"low": 0.4, "mode": 0.5, "high": 0.6})
    assert (own.sure, own.ranged) == ("own", True)
    assert own.interval_words.startswith("your own range: 0.4")


def test_the_spread_of_the_evidence_is_there_for_another_value() -> None:
    path = "interventions.family-help.effect.risk_ratio"
    shipped_one = controls(dict(STATE.scenarios[0]))[path]
    assert shipped_one.carry is not None
    assert {key: shipped_one.carry[key] for key in ("scale", "centre", "low", "high", "keys")} == {
        "scale": "times", "centre": 0.9, "low": pytest.approx(0.68), "high": pytest.approx(1.05),
        "keys": ["median", "ci80"],
    }  # fmt: skip
    beside = shipped_one.carry["beside"]
    value = {"median": 0.95, "ci80": [0.71778, 1.10833], **beside}
    entry = {"id": "family-help", "effect": {"risk_ratio": value}}
    content = {"name": "X", "extends": "family-help-national", "interventions": [entry]}
    found = controls(content)[path]
    assert (found.sure, found.carried, found.carry) == ("carried", True, shipped_one.carry)
    assert found.evidence == "judgement"
    assert found.sources == shipped_one.sources
    assert found.interval_words.endswith("the evidence itself: 0.68 to 1.05, 80 times in 100")
    [loaded] = read_drafts(PageState((content,)))
    [group] = {one.parameter.group for one in loaded.uncertain if one.path[-2:] == ("effect", "risk_ratio")}
    assert group == "early-help", "it still moves with what rests on the same evidence"


def test_what_is_typed_is_run_as_it_is_where_a_study_would_be_shrunk() -> None:
    path = "interventions.family-safeguarding.effect.risk_ratio"
    name = "family-safeguarding-as-claimed"
    before = controls(dict(PageState.shipped(name).scenarios[0]))[path]
    assert (before.shrunk, before.ranged) == (True, False)
    entry = {"id": "family-safeguarding", "effect": {"risk_ratio": {"value": 0.5, "shrink": "none"}}}
    after = controls({"name": "X", "extends": name, "interventions": [entry]})[path]
    assert (after.value, after.shrunk, after.sure) == (0.5, True, "certain")


def test_evidence_is_offered_only_where_there_is_some() -> None:
    entry = {**starter("uasc_arrivals", [], Month(2026, 4)), "ratio": 2}
    found = controls({"name": "X", "extends": "status-quo", "interventions": [entry]})[
        "interventions.uasc-arrivals.ratio"
    ]
    assert (found.sure, found.has_evidence, found.carry) == ("certain", False, None)


def test_every_number_that_is_given_can_be_changed() -> None:
    [loaded] = read_drafts(STATE)
    found = controls(dict(STATE.scenarios[0]))
    for path, origin in loaded.provenance.items():
        if path.startswith("interventions.0.") and isinstance(origin.value, (int, float)):
            own = path.replace("interventions.0.", "interventions.family-help.")
            assert own in found, path


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_scenario_has_controls(name: str) -> None:
    state = PageState.shipped(name)
    [loaded] = read_drafts(state)
    *programmes, whole = cards(loaded, state.scenarios[0])
    assert [card.key for card in programmes] == [one.id for one in loaded.scenario.interventions]
    assert "starts.hold" in {control.path for control in whole.first}


def test_switches_are_choices_with_what_they_mean() -> None:
    found = controls(dict(STATE.scenarios[0]))
    places = found["assumptions.foster_places"]
    assert [value for value, _ in places.choices] == ["limited", "as_needed"]
    assert all(len(words.split()) > 3 for _, words in places.choices)
    assert found["interventions.family-help.outlasts_money"].type == "flag"
    assert found["end"].type == "month"


def test_what_is_changed_is_told() -> None:
    content = {**STATE.scenarios[0], "interventions": [{"id": "family-help", "effect": {"risk_ratio": 0.95}}]}
    [loaded] = read_drafts(PageState((content,)))
    [change] = changes(loaded, content)
    assert change["path"] == "interventions.family-help.effect.risk_ratio"
    assert "0.95" in change["after"]
    assert controls(content)["interventions.family-help.effect.risk_ratio"].changed
    assert given(content, "interventions.family-help.effect.risk_ratio")
    assert not given(content, "interventions.family-help.lag_months")
    assert not changes(read_drafts(STATE)[0], STATE.scenarios[0])


def test_what_is_added_says_what_it_does() -> None:
    doubled = {**starter("uasc_arrivals", [], Month(2026, 4)), "ratio": 2}
    help_ = starter("family_safeguarding", [], Month(2026, 4)) | {"effect": {"risk_ratio": 0.8}}
    content = {"name": "X", "extends": "status-quo", "interventions": [doubled, help_]}
    [loaded] = read_drafts(PageState((content,)))
    first, second = (one["after"] for one in changes(loaded, content))
    assert first == "added: times 2"
    assert "0.8" in second
    table = changes_table(loaded)
    assert table is not None
    assert [row[2] for row in table.rows if row[1] == "not there"] == [first, second]


@pytest.mark.parametrize("name", ["drift", "placement_trend", "real_price_growth", "foster_places"])
def test_each_choice_of_a_switch_is_told_in_words_of_its_own(name: str) -> None:
    [loaded] = read_drafts(STATE)
    every = [c for card in cards(loaded, STATE.scenarios[0]) for c in (*card.first, *card.more) if c.type == "words"]
    own = {words for c in every if c.path == f"assumptions.{name}" for _, words in c.choices}
    others = {words for c in every if c.path != f"assumptions.{name}" for _, words in c.choices}
    assert len(own) == 2
    assert own.isdisjoint(others)
    assert all(len(words.split()) > 3 for words in own)


def test_an_added_and_a_removed_measure_are_changes() -> None:
    entry = starter("uasc_arrivals", [], Month(2026, 4))
    content = {**STATE.scenarios[0], "interventions": [entry], "remove": ["family-help"]}
    [loaded] = read_drafts(PageState((content,)))
    assert {one["path"] for one in changes(loaded, content)} == {
        "interventions.family-help",
        "interventions.uasc-arrivals",
    }


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_measure_that_is_added_is_read_and_does_nothing_but_what_its_evidence_says(kind: str) -> None:
    entry = starter(kind, [], Month(2026, 4))
    plain = {"name": "Plain", "extends": "status-quo", "end": "2027-03"}
    both = read_drafts(PageState((plain, {**plain, "name": "More", "interventions": [entry]})))
    without, with_it = (simulate(one)["children"].total() for one in both)
    if not any(note.source not in ("", "definition") for note in notes(kinds()[kind])):
        np.testing.assert_allclose(with_it, without, rtol=1e-9)
    assert np.isfinite(with_it).all()


def test_ids_are_made_apart() -> None:
    assert starter("trend", ["trend", "trend-2"], Month(2026, 4))["id"] == "trend-3"
    with pytest.raises(KeyError):
        starter("nothing", [], Month(2026, 4))


def test_lists_say_what_there_is() -> None:
    assert {one["kind"] for one in kind_list()} == set(kinds())
    assert all(one["says"] and one["title"] for one in kind_list())
    assert {one["purpose"] for one in scenario_list()} == {"reference", "plan", "exploration", "replication"}
