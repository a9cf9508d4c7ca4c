"""What charts must say of a run comes from who is run and from each intervention."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.projection.compile import Compiled, compile_scenario
from simulator.runs.chart_notes import money_notes, notes
from simulator.scenario.schema import Scenario

HELP: dict[str, Any] = {
    "kind": "early_help", "id": "help", "start": "2025-07", "effect": {"measure": "starts", "risk_ratio": 0.9},
}  # fmt: skip
MONEY = {"budget_gbp": {"2025-26": 1_000_000}}
AFTER = "help: its money ends in 2026-03, and its effect "


def compiled(*interventions: dict[str, Any], **more: object) -> Compiled:
    data = {"name": "Short", "end": "2027-03", "interventions": list(interventions), **more}
    return compile_scenario(Scenario.model_validate(data))


def test_every_chart_says_what_is_held() -> None:
    one = compiled()
    assert notes(one)[0] == one.baseline.held("numbers")
    assert [note for note in notes(one)[1:] if "not identified" in note] == list(notes(one)[1:])
    held = compiled(starts={"hold": "rates"})
    assert notes(held)[0] == held.baseline.held("rates")


def test_places_found_for_all_are_told() -> None:
    assert "Foster places are found for as many as need them." in notes(
        compiled(assumptions={"foster_places": "as_needed"})
    )


def test_where_a_programme_acts_is_told() -> None:
    some = HELP | {"areas": {"count": 2, "of": 153}}
    assert notes(compiled(some))[2:] == ("help: in 2 of 153 areas.",)
    [note] = notes(compiled(some, areas=["Kent"]))[2:]
    assert note.startswith("help: in 2 of 153 areas, drawn by lot: ")


@pytest.mark.parametrize(("start", "told"), [("2025-03", True), ("2025-04", False)])
def test_a_programme_that_began_before_the_run_is_told(start: str, told: bool) -> None:
    assert any("help began before the run" in note for note in notes(compiled(HELP | {"start": start}))) == told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"cost": MONEY}, "falls to nothing in the 24 months after it."),
        ({"cost": MONEY, "fade_months": 0}, "ends with it."),
        ({"cost": MONEY, "outlasts_money": True}, "is assumed to go on after it."),
        ({}, ""),
        ({"cost": {"budget_gbp": {"2025-26": 1_000_000, "2026-27": 1_000_000}}}, ""),
    ],
)
def test_what_becomes_of_an_effect_after_its_money_is_told(more: dict[str, Any], told: str) -> None:
    said = [note for note in notes(compiled(HELP | more)) if "its money ends" in note]
    assert said == [AFTER + told] * bool(told)


def test_a_budget_has_no_effect_to_outlast_it() -> None:
    line = {"kind": "budget_line", "id": "help", "cost": MONEY}
    assert not any("its money ends" in note for note in notes(compiled(line)))


def test_the_scenarios_own_price_growth_is_told() -> None:
    growth = {"kind": "price_growth", "costs": "all", "percent_per_year": 1.0}
    words = ", and the scenario's own price growth."
    assert money_notes(compiled(growth))[0].endswith(words)
    assert not money_notes(compiled(HELP))[0].endswith(words)


def test_a_replication_says_what_it_assumes() -> None:
    last = notes(compiled(HELP, purpose="replication"))[-1]
    assert last == "A replication of a published projection, not an endorsement of it. It assumes: help."
