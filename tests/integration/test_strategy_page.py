"""docs/strategy.md: what it is made of is all there, and it names no kind or scenario that it has not looked up."""

from __future__ import annotations

import re

import pytest
from docs_pages import framework, strategy_page
from docs_pages.strategy_page import Model, claimed, rows
from paths import ROOT

from simulator.data.evidence_library import framework as outcomes
from simulator.data.evidence_library import strategy_lines
from simulator.data.tables import projections, sources
from simulator.interventions import kinds
from simulator.results.measures import measures
from simulator.scenario import load, shipped
from simulator.vocabulary.placements import names

ENTRIES = [entry for entries in rows().values() for entry in entries]
PAGE = ROOT / "docs" / "strategy.md"


def test_every_line_of_money_and_people_is_named_once_or_more() -> None:
    named = {key for entry in ENTRIES for key in entry.get("line", ())}
    assert named == {line.key for line in strategy_lines()}


def test_every_published_claim_about_the_future_is_named() -> None:
    """What was seen on a page; what happened, and what we work out of claims, is no claim."""
    named = {tuple(one) for entry in ENTRIES for one in entry.get("claim", ())}
    claims = {
        (one.who, one.year, one.metric)
        for one in projections()
        if one.status == "page" and one.scenario not in ("actual", "back-test")
    }
    assert claims - named == set()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["named"])
def test_an_entry_has_a_figure_or_a_source_and_asks_for_what_can_be_worked_out(entry: dict[str, object]) -> None:
    known = {"named", "line", "claim", "source", "kinds", "measures", "scenarios", "says", "cannot"}
    assert set(entry) <= known
    assert {"line", "claim", "source"} & set(entry)
    assert all(claimed(*one).value > 0 for one in entry.get("claim", ()))  # type: ignore[attr-defined]
    if "source" in entry:
        assert entry["source"] in sources()
    for what, *_ in entry.get("says", ()):  # type: ignore[attr-defined]
        assert callable(getattr(Model, f"_{what}"))


def test_what_is_not_there_yet_is_left_out_and_what_comes_is_found() -> None:
    model = Model({name: load(path) for name, path in shipped().items()})
    entry = {
        "named": "Any",
        "kinds": ["early_help", "wishes"],
        "measures": ["children", "hopes"],
        "source": "pq_106342",
    }
    assert strategy_page._had(entry, [], model) == "kind `early_help`, measure `children`"
    assert strategy_page._had({"kinds": ["wishes"]}, [], model) == "no lever and no measure"
    assert "without an effect" in strategy_page._had({"kinds": ["wishes", "budget_line"]}, [], model)
    assert model.says("together", "no-such-scenario") == ""


def test_amounts_are_written_in_their_unit() -> None:
    assert strategy_page._amount(1.6, "GBP bn a year") == "£1.6bn a year"
    assert strategy_page._amount(253.5, "GBP m") == "£253.5m"
    assert strategy_page._amount(2400, "GBP m") == "£2.4bn"
    assert strategy_page._amount(12.43, "percent") == "12.43%"
    assert strategy_page._amount(461, "people") == "461 people"


def test_the_page_has_a_row_for_every_entry_and_every_outcome() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for section in rows():
        assert f"\n## {section}\n" in text
    for entry in ENTRIES:
        assert f"\n| {entry['named']} | " in text, "run `make docs-tables`"
    assert framework.framework_section() in text, "run `make docs-tables`"
    named = re.findall(r"kind `(\w+)`", text)
    assert named
    assert set(named) <= set(kinds())


def test_outcomes_name_placements_and_measures_of_the_model() -> None:
    assert len(outcomes()) == 7
    assert {name for one in outcomes() for name in one.placements} <= set(names())
    assert any(name in measures() for one in outcomes() for name in one.measures)
    assert all(one.nothing for one in outcomes())
