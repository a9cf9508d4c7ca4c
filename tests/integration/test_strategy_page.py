"""docs/strategy.md: what it is made of is all there, and it names no kind or scenario that it has not looked up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from docs_pages import framework, strategy_page
from docs_pages.strategy_page import Model, claimed, rows
from paths import ROOT

from simulator.data.evidence_library import evidence, reactions, strategy_lines
from simulator.data.evidence_library import framework as outcomes
from simulator.data.tables import projections, sources
from simulator.interventions import kinds
from simulator.outputs.charts.verdicts import accounts
from simulator.results.measures import measures
from simulator.runs.simulate import simulate
from simulator.scenario import load, shipped
from simulator.vocabulary.placements import names

ENTRIES = [entry for entries in rows().values() for entry in entries]
IN_HOMES = "in children's homes, secure units and supported accommodation"
PAGE = ROOT / "docs" / "strategy.md"


def test_every_line_of_money_and_people_is_named_once_or_more() -> None:
    named = {key for entry in ENTRIES for key in entry.get("line", ())}
    assert named == {line.key for line in strategy_lines()}


def test_every_published_claim_is_named() -> None:
    """What the Department counted is no claim, and what we work out of claims is none."""
    named = {tuple(one) for entry in ENTRIES for one in entry.get("claim", ())}
    claims = {
        (one.who, one.year, one.metric)
        for one in projections()
        if one.status != "derived"
        and one.scenario != "back-test"
        and not (one.who == "DfE" and one.scenario == "actual")
    }
    assert claims - named == set()


def test_every_figure_beside_which_it_was_read_is_named() -> None:
    assert {key for entry in ENTRIES for key in entry.get("reaction", ())} == {one.key for one in reactions()}
    known = {one.key for one in evidence()}
    assert {key for entry in ENTRIES for key in entry.get("finding", ())} <= known


def test_what_was_seen_on_no_page_is_marked_so_and_compared_with_nothing() -> None:
    unseen = [entry for entry in ENTRIES if any(claimed(*one).status == "unverified" for one in entry.get("claim", ()))]
    assert len(unseen) == 2
    for entry in unseen:
        assert "says" not in entry
        assert all("**unverified**" in told for told in strategy_page._published(entry))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["named"])
def test_a_row_tells_the_measures_and_scenarios_that_it_names(entry: dict[str, Any]) -> None:
    said = [argument for _, *arguments in entry.get("says", ()) for argument in arguments]
    assert set(entry.get("measures", ())) <= set(said)
    assert set(entry.get("scenarios", ())) <= set(said)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["named"])
def test_a_claim_that_is_dated_within_a_run_is_answered_at_its_date(entry: dict[str, Any]) -> None:
    """A claim of March 2029 is no claim of where a run ends."""
    years = {year_ending(argument) for _, *arguments in entry.get("says", ()) for argument in arguments}
    spans = [load(shipped()[name]).scenario for name in entry.get("scenarios", ())]
    for one in entry.get("claim", ()):
        ends = year_ending(claimed(*one).year)
        inside = [span for span in spans if ends and span.base < ends <= span.end.year]
        assert not inside or ends in years or ends + 1 in years, one  # a year may be that in which one begins


def year_ending(text: str) -> int:
    """Year in which a calendar or financial year ends; nought of other words."""
    found = re.fullmatch(r"(\d{4})(-\d{2})?", text)
    return int(found[1]) + bool(found[2]) if found else 0


@pytest.fixture(scope="module")
def model() -> Model:
    """Of central runs, as what is tested are words and rules."""
    return Model({name: load(path) for name, path in shipped().items()}, draws=0)


def test_programmes_are_told_under_both_rules_for_foster_places(model: Model) -> None:
    limited, as_needed = model.says("together", "foster-plan-88m")
    assert "−£" in limited.partition("of spend")[0]
    assert "+£" in as_needed.partition("of spend")[0]
    results = simulate(model.loaded["foster-plan-88m"], valued=True)
    for account in accounts(results):
        worth = strategy_page._money(float(account.net_present_value[0]))
        assert f"a net present value of {worth}" in (limited if account.package.places_limited else as_needed)
    assert len(strategy_page._HEADS) == 7


def test_a_projection_that_is_repeated_is_told_under_its_own_rule(model: Model) -> None:
    limited, as_needed = model.says("children", "review-no-reform", "2032")
    assert (limited, as_needed[:19]) == ("", "`review-no-reform`:")


def test_what_no_rule_changes_is_told_once(model: Model) -> None:
    assert model.says("stock", "foster-plan-88m", "foster_places_approved", "2028")[1] == ""
    assert model.says("spend_record", "2019-20") == ("Published: £5.3bn in 2019-20", "")


def test_homes_of_a_repeated_projection_start_near_what_it_counts_and_end_as_near(model: Model) -> None:
    """From March 2023 they started 19% above, as supported accommodation fell in the year to March 2024."""
    results = simulate(model.loaded["ccn-2030"])
    homes = ("childrens_home", "supported")
    placed = sum(results["children"].by_placement()[one] for one in homes)
    said = [claimed("CCN and IMPOWER", year, IN_HOMES).value for year in ("2024", "2030")]
    assert placed[0] == pytest.approx(said[0], rel=0.06)
    assert placed[-1] == pytest.approx(said[1], rel=0.06)
    assert placed[-1] / placed[0] == pytest.approx(said[1] / said[0], rel=1e-3)


def test_a_programme_whose_money_is_not_counted_says_so(model: Model) -> None:
    assert "no cost is counted" in model.says("together", "step-down")[0]
    assert "no cost is counted" not in model.says("together", "foster-plan-88m")[0]


def test_a_target_of_places_is_answered_in_places_at_its_date(model: Model) -> None:
    assert (
        "+10,000 from March 2025 to March 2029"
        in model.says("rise", "foster-plan-10000", "foster_places_approved", "2029")[0]
    )
    approved, filled = (
        model.says("changes", "foster-plan-10000", one, "2029", "status-quo")[0]
        for one in ("foster_places_approved", "foster_places_filled")
    )
    assert approved != filled


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["named"])
def test_an_entry_has_a_figure_or_a_source_and_asks_for_what_can_be_worked_out(entry: dict[str, Any]) -> None:
    known = {
        "named",
        "line",
        "claim",
        "reaction",
        "finding",
        "source",
        "kinds",
        "measures",
        "scenarios",
        "says",
        "cannot",
    }
    assert set(entry) <= known
    assert {"line", "claim", "reaction", "finding", "source"} & set(entry)
    assert all(claimed(*one).value > 0 for one in entry.get("claim", ()))
    if "source" in entry:
        assert entry["source"] in sources()
    for what, *_ in entry.get("says", ()):
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
    assert model.says("together", "no-such-scenario") == ("", "")


def test_amounts_are_written_in_their_unit() -> None:
    assert strategy_page._amount(1.6, "GBP bn a year") == "£1.6bn a year"
    assert strategy_page._amount(253.5, "GBP m") == "£253.5m"
    assert strategy_page._amount(2400, "GBP m") == "£2.4bn"
    assert strategy_page._amount(12.43, "percent") == "12.43%"
    assert strategy_page._amount(461, "people") == "461 people"
    assert strategy_page._amount(26000, "GBP a worker a year") == "£26,000 a worker a year"
    assert strategy_page._amount(16.2, "percent of workforce") == "16.2% of workforce"


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
