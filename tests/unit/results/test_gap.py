"""Pressure, funding and gaps: a case worked by hand, identities of any run, and where lines of money go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator.projection.compile import compile_scenario
from simulator.projection.funding_paths import area_shares
from simulator.results.funded import CAUSES, Funded, gap_name
from simulator.results.gap import CashFlows, gap_figures
from simulator.results.spend_lines import SpendLines
from simulator.results.timeline import Timeline
from simulator.runs.simulate import simulate
from simulator.scenario import ScenarioError, load_mapping
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import Month


def months(*by_year: float) -> np.ndarray:
    """Spread amounts of years evenly over their months: (1, 1, month)."""
    return np.repeat(np.array(by_year) / 12.0, 12)[None, None]


def by_hand(growth: float = 0.0) -> dict[str, Any]:
    """Work out two years after one in which care cost 100, of which grants paid 10. Prices double each year.

    Care costs 260 and 600 in cash, 30 and 40 less than without programmes. Programmes cost 50 and 80, of which the law
    asks for 20 and 0. A line for programmes brings 25 and 40, 5 of it re-used in the first year; one for services 16 a
    year. Grants stay at 10 of cash.
    """
    lines = SpendLines(
        keys=("all",), of_placements=np.array([True]), spend_gbp=months(260, 600)[..., None],
        units=months(120, 120)[..., None], reference_spend_gbp=np.full((1, 1, 1), 100.0),
        reference_units=np.full((1, 1, 1), 100.0),
    )  # fmt: skip
    funded = Funded(
        titles={"plan": "Plan", "core": "Core"}, for_services=np.array([False, True]),
        line_gbp=np.stack([months(25, 40), months(16, 16)]), reused_gbp=np.stack([months(5, 0), months(0, 0)]),
        statutory_gbp=months(20, 0), budget_growth=growth, reference_grants_gbp=np.array([[10.0]]),
    )  # fmt: skip
    cash = CashFlows(total=months(310, 680), programmes=months(50, 80), grants=months(10, 10), bare=months(290, 640))
    deflator = np.repeat([2.0, 4.0], 12)[None]
    found = gap_figures(funded, cash, lines, Timeline(Month(2025, 4), 24), deflator, 1.0)
    return {name: values[0, 0].round(9).tolist() for name, values in found.items()}


def test_a_case_is_worked_by_hand() -> None:
    found = by_hand()
    assert found[gap_name("pressure")] == [210, 580]
    # in prices of the year before: 20% more weeks; 130 and 150 for them at 1 each, of which price 10 and 30
    causes = {name: found[gap_name("pressure", name)] for name in CAUSES}
    assert causes == {
        "numbers": [20, 20], "mix": [0, 0], "support": [0, 0], "price_above_inflation": [10, 30],
        "statutory": [10, 0], "programmes": [15, 20], "inflation": [155, 510],
    }  # fmt: skip
    assert found[gap_name("funding", "budget")] == [180, 360]  # 90, in prices of each year
    assert found[gap_name("funding")] == [180 + 10 + 25 + 16, 360 + 10 + 40 + 16]
    assert found[gap_name("new_money")] == [36, 56]
    assert found[gap_name("gap")] == [79, 254]
    assert found[gap_name("standstill")] == [290 + 20 - 10 - 180 - 16, 640 - 10 - 360 - 16]
    assert found[gap_name("unfunded_plan")] == [5, 40]
    assert found[gap_name("saving")] == [30, 40]
    # care less grants and lines: 254 of cash, 127 real, on 90; then 574, 143.5 real
    assert found[gap_name("overspend", real=True)] == [37, 16.5]
    assert found[gap_name("overspend")] == [74, 66]
    assert found[gap_name("pressure", real=True)] == [55, 70]
    assert gap_name("pressure", "inflation", real=True) not in found
    assert found[gap_name("gap", "funding_above_reference_year")] == [100 - 231, 100 - 426]


def test_a_budget_that_grows_lowers_both_gaps_of_care_and_no_other() -> None:
    held, grown = by_hand(), by_hand(0.1)
    assert grown[gap_name("funding", "budget", real=True)] == [99, 108.9]
    assert grown[gap_name("overspend", real=True)] == [pytest.approx(28), pytest.approx(143.5 - 1.1 * 127)]
    for name in (gap_name("pressure"), gap_name("unfunded_plan"), gap_name("saving")):
        assert grown[name] == held[name]


LINES = [
    {"id": "plan", "gbp": {"2025-26": 3e8, "2026-27": 3e8}, "reused_gbp": {"2025-26": 1e8}, "source": "pq_106342"},
    {"id": "core", "gbp": {"2025-26": 2e8}, "pays_for": "services", "price_year": "2024-25", "source": "pq_106342"},
]


def scenario(lines: list[dict[str, Any]] = LINES, **more: Any) -> dict[str, Any]:
    help_ = {
        "kind": "early_help", "id": "help", "start": "2025-04",
        "effect": {"measure": "starts", "risk_ratio": {"low": 0.8, "mode": 0.9, "high": 1.0}},
        "cost": {"per_year_gbp": 4e8},
    }  # fmt: skip
    duty = {"kind": "budget_line", "id": "duty", "cost": {"budget_gbp": {"2026-27": 5e7}, "statutory": True}}
    return {
        "name": "Any", "extends": "status-quo", "end": "2027-03", "questions": [], "interventions": [help_, duty],
        "funding": {"lines": lines}, **more,
    }  # fmt: skip


def test_identities_hold_in_every_draw_and_area() -> None:
    loaded = load_mapping(scenario())
    for one in (loaded, loaded.in_areas(("Kent", "London"))):
        results = simulate(one, draws=2, workers=1, engine="plain")

        def get(measure: str, part: str = "all", *, real: bool = False, run: Any = results) -> np.ndarray:
            return np.stack([run.gap(measure, part, real=real).area(a) for a in range(len(run.areas))])

        for real in (False, True):
            parts = list(results.funded.parts(real=real))  # type: ignore[union-attr]
            for measure in ("pressure", "funding", "new_money", "gap"):
                whole = sum(get(measure, part, real=real) for of, part in parts if of == measure and part != "all")
                np.testing.assert_allclose(whole, get(measure, real=real), rtol=1e-9, atol=1e-2)
            made = get("standstill", real=real) + get("unfunded_plan", real=real) - get("saving", real=real)
            np.testing.assert_allclose(made, get("gap", real=real), rtol=1e-9, atol=1e-2)
        spend = np.stack([results.year_totals("total_spend").area(a) for a in range(len(results.areas))])
        np.testing.assert_allclose(spend - get("funding"), get("gap"), rtol=1e-9, atol=1e-2)
        extra = np.stack([results.extra_spend().area(a) for a in range(len(results.areas))])
        np.testing.assert_allclose(get("pressure"), extra, rtol=1e-9, atol=1e-2)
        assert (get("pressure", "statutory")[..., 1] > 0).all()
        assert results.bare().funded is None


def test_funding_changes_no_spend() -> None:
    with_it = scenario()
    bare = {name: value for name, value in with_it.items() if name != "funding"}
    results, without = (simulate(load_mapping(one)) for one in (with_it, bare))
    for name, measure in results.measures.items():
        np.testing.assert_array_equal(measure.values, without.measures[name].values)
    with pytest.raises(KeyError):
        without.gap("gap")


def shares(line: dict[str, Any], *names: str) -> np.ndarray:
    loaded = load_mapping(scenario([line])).in_areas(names)
    compiled = compile_scenario(loaded.scenario, baseline=loaded.baseline)
    assert loaded.scenario.funding is not None
    return area_shares(loaded.scenario.funding.lines[0], compiled.context)


def test_a_line_goes_where_it_is_said_to() -> None:
    line = {"id": "one", "gbp": {"2025-26": 1e6}, "source": "pq_106342"}
    every = [one.code for one in areas.authorities()]
    children = dict(zip(every, areas.children(every), strict=True))
    kent, medway = (next(iter(areas.codes_of((name,)))) for name in ("Kent", "Medway"))
    assert shares(line, "Kent") == pytest.approx([children[kent] / sum(children.values())])
    stated = {**line, "area_shares": {"Kent": 0.25, "London": 0.5}}
    assert shares(stated, "Kent") == pytest.approx([0.25])
    assert shares(stated, "London").sum() == pytest.approx(0.5)
    rest = sum(children.values()) - children[kent] - sum(children[c] for c in areas.codes_of(("London",)))
    assert shares(stated, "Medway") == pytest.approx([0.25 * children[medway] / rest])
    assert shares(stated, "England") == pytest.approx([1.0])
    assert shares({**line, "areas": {"names": ["Medway"]}}, "Kent", "Medway").sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gbp": {}}, "no financial year is given"),
        ({"reused_gbp": {"2025-26": 4e8}}, "re-uses 400,000,000 of 300,000,000 in 2025-26"),
        ({"area_shares": {"Kent": 0.7, "London": 0.5}}, "add up to 1.2"),
        ({"area_shares": {"Kent": 0.1, "South East": 0.5}}, "areas overlap"),
        ({"area_shares": {"Kent": 0.1}, "areas": {"names": ["Kent"]}}, "both say where it goes"),
        ({"pays_for": "everything"}, "programmes"),
        ({"gbp": {"2025": 1.0}}, "is not a financial year"),
    ],
)
def test_lines_that_cannot_be_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load_mapping(scenario([{**LINES[0], **change}]))


def test_two_lines_of_one_name_are_refused() -> None:
    with pytest.raises(ScenarioError, match="two lines are called plan"):
        load_mapping(scenario([LINES[0], LINES[0]]))
