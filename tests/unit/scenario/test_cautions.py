"""What is allowed and rarely meant is told by `check` and noted on runs: a value if, and only if, it can't act."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.interventions.fields import notes
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.runs.single_run import run_once
from simulator.scenario import Assumptions, LoadedScenario, cautions, explain, load, with_price_gaps
from simulator.scenario.schema import Scenario

END = "end: 2026-12\n"


def read(folder: Path, name: str = "one", **texts: str) -> LoadedScenario:
    for other, text in texts.items():
        (folder / f"{other}.yaml").write_text(text, encoding="utf-8")
    return load(folder / f"{name}.yaml")


def told(loaded: LoadedScenario) -> dict[str, str]:
    """What is told, by path."""
    return {caution.problem.path: caution.problem.what for caution in cautions(loaded)}


def same(one: RunResults, other: RunResults) -> bool:
    return all(np.array_equal(one[name].values, other[name].values) for name in one.measures) and np.array_equal(
        one.deflator, other.deflator
    )


def runs_alike(folder: Path, texts: Sequence[str]) -> bool:
    """Whether scenarios that differ in one value give the same results."""
    runs = []
    for i, text in enumerate(texts):
        loaded = read(folder, f"run{i}", **{f"run{i}": text})
        runs.append(run_once(loaded.scenario, "run", baseline=loaded.baseline))
    return all(same(runs[0], other) for other in runs[1:])


NUMBERS = {
    "births_per_year": (100_000, 1_000_000),
    "balancing_percent_per_year": (-2, 2),
    "homes_waiting_share": (0.2, 0.6),
    "places_elasticity": (0.3, 1.2),
    "need_elasticity": (0.0, 0.7),
    "waiting_cost_ratio": (0.6, 1.0),
    "step_down_match_per_year": (0.1, 10),
    "exchange_homes_per_year": (500, 5_000),
    "deflator_percent_per_year": (1, 5),
}
DRAWS_OR_PRESENT_VALUES = {"discount_percent", "drift"}
"""Assumptions that act on draws, and on present values, alone."""


FREE = "interventions: [{kind: trend, measure: starts, percent_per_year: -50}]\n"
"""So that foster places are free, and those who wait are matched as fast as they can be."""


@pytest.mark.parametrize("hold", ["numbers", "rates"])
@pytest.mark.parametrize("places", ["limited", "as_needed"])
@pytest.mark.parametrize("name", NUMBERS)
def test_an_assumption_is_told_where_it_moves_nothing(name: str, places: str, hold: str, tmp_path: Path) -> None:
    texts = [
        f"name: Run\n{END}starts: {{hold: {hold}}}\nassumptions: {{foster_places: {places}, {name}: {value}}}\n{FREE}"
        for value in NUMBERS[name]
    ]
    found = told(read(tmp_path, one=texts[0]))
    assert (f"assumptions.{name}" in found) == runs_alike(tmp_path, texts)
    assert len(found) <= 1


def test_every_assumption_is_tried() -> None:
    numbers = {note.name for note in notes(Assumptions) if note.unit}
    assert numbers == {*NUMBERS, "discount_percent"}
    others = {note.name for note in notes(Assumptions)} - numbers
    assert others == {"foster_places", "drift", "placement_trend", "real_price_growth"}


def test_a_deflator_that_is_published_beyond_the_run_is_told(tmp_path: Path) -> None:
    texts = [
        f"name: Run\nbase: 2020\nend: 2021-03\nassumptions: {{deflator_percent_per_year: {value}}}\n"
        for value in (1, 9)
    ]
    assert "assumptions.deflator_percent_per_year" in told(read(tmp_path, one=texts[0]))
    assert runs_alike(tmp_path, texts)


HELP = "kind: early_help, effect: {risk_ratio: 0.8}"
MONEY = "cost: {per_year_gbp: 1_000_000}"
STEADY = "kind: foster_retention, deregistration_ratio: 0.8"
GROWTH = "kind: trend, measure: starts, percent_per_year: 5"
PRICE = "kind: price_growth, costs: all, percent_per_year: 5"
MORE = "referrals: {risk_ratio: 1.5, from_month: FROM, to_month: 300}"
DATED = {
    # name: what stands in an intervention, the values tried for X, the path, whether it can't act
    "an end in the run": (f"{HELP}, start: 2025-04, end: X", ("2026-01", "2026-06"), "end", False),
    "an end after it": (f"{HELP}, start: 2025-04, end: X", ("2027-01", "2030-06"), "end", True),
    "a fade in the run": (f"{HELP}, start: 2025-04, end: 2026-06, fade_months: X", ("2", "40"), "fade_months", False),
    "a fade after it": (f"{HELP}, start: 2025-04, end: 2026-12, fade_months: X", ("2", "40"), "fade_months", True),
    "a fade that lags": (
        f"{HELP}, start: 2025-04, lag_months: 6, end: 2026-08, fade_months: X", ("2", "40"), "fade_months", True,
    ),
    "a late start": (f"{HELP}, start: X", ("2024-06", "2025-01"), "start", False),
    "an early start": (f"{HELP}, start: X", ("2020-06", "2024-04"), "start", True),
    "an early start that lags": (f"{HELP}, lag_months: 12, start: X", ("2023-06", "2024-04"), "start", False),
    "households kept early": (f"{STEADY}, start: X", ("2020-06", "2024-04"), "start", True),
    "an early start that ends": (f"{STEADY}, end: 2026-01, start: X", ("2024-06", "2024-08"), "start", False),
    "a curve before the run": (
        f"{STEADY}, start: 2020-04, end: 2026-01, profile: {{shape: X, months: 12}}", ("linear", "s_curve"), "profile",
        True,
    ),
    "a curve in the run": (
        f"{STEADY}, start: 2025-04, end: 2026-01, profile: {{shape: X, months: 12}}", ("linear", "s_curve"), "profile",
        False,
    ),
    "need found in the run": (
        f"{HELP}, start: 2025-04, {MORE.replace('FROM', '5').replace('1.5', 'X')}", ("1.5", "2"), "referrals", False,
    ),
    "need found after it": (
        f"{HELP}, start: 2025-04, {MORE.replace('FROM', '50').replace('1.5', 'X')}", ("1.5", "2"), "referrals", True,
    ),
    "need found after the help": (
        f"{HELP}, start: 2025-04, end: 2025-06, {MORE.replace('FROM', '5').replace('1.5', 'X')}", ("1.5", "2"),
        "referrals", True,
    ),
    "growth from before the run": (f"{GROWTH}, start: X", ("2020-04", "2025-01"), "start", True),
    "growth from within it": (f"{GROWTH}, start: X", ("2025-04", "2025-08"), "start", False),
    "growth that ends after it": (f"{GROWTH}, end: X", ("2027-01", "2050-01"), "end", True),
    "prices from before the run": (f"{PRICE}, start: X", ("2020-04", "2025-01"), "start", True),
    "prices that end in it": (f"{PRICE}, end: X", ("2025-09", "2026-05"), "end", False),
    "money from before the run": (f"kind: budget_line, {MONEY}, start: X", ("2020-04", "2025-01"), "start", True),
    "money that ends in the run": (f"kind: budget_line, {MONEY}, end: X", ("2025-06", "2025-07"), "end", False),
    "a budget before the run": (
        "kind: budget_line, cost: {budget_gbp: {2023-24: X, 2025-26: 5}}", ("5", "8"), "cost.budget_gbp.2023-24", True,
    ),
    "a budget that begins in it": (
        "kind: budget_line, cost: {budget_gbp: {2026-27: X}}", ("5", "8"), "cost.budget_gbp.2026-27", False,
    ),
    "ages of nobody": (f"{GROWTH}, streams: [uasc], ages: [2, X]", ("5", "11"), "ages", True),
    "ages of somebody": (f"{GROWTH}, streams: [uasc], ages: [2, X]", ("12", "15"), "ages", False),
    "ages of residents": (f"{GROWTH}, ages: [2, X]", ("5", "11"), "ages", False),
}  # fmt: skip


@pytest.mark.parametrize("case", DATED)
def test_a_value_of_an_intervention_is_told_where_it_moves_nothing(case: str, tmp_path: Path) -> None:
    text, values, path, idle = DATED[case]
    texts = [f"name: Run\n{END}interventions:\n  - {{{text.replace('X', value)}}}\n" for value in values]
    assert (f"interventions.0.{path}" in told(read(tmp_path, one=texts[0]))) == idle
    assert runs_alike(tmp_path, texts) == idle


IN_KENT = "areas: {names: [Kent]}"
MONEY_LINE = "budget_line, cost: {per_year_gbp: X}"
ELSEWHERE = "in Kent, of which none is run"
THROUGH_AGENCIES = f"reach it through agencies alone: {ELSEWHERE}"


@pytest.mark.parametrize(
    ("areas", "places", "kind", "said", "alike"),
    [
        ("[Kent]", "limited", "trend, measure: starts, percent_per_year: X", "", False),
        ("[England]", "limited", "trend, measure: starts, percent_per_year: X", "", False),
        ("[Surrey]", "limited", "trend, measure: starts, percent_per_year: X", THROUGH_AGENCIES, False),
        ("[Surrey]", "as_needed", "trend, measure: starts, percent_per_year: X", f"cannot act here: {ELSEWHERE}", True),
        ("[Surrey]", "limited", "price_growth, costs: all, percent_per_year: X", f"cannot act here: {ELSEWHERE}", True),
        ("[Surrey]", "limited", MONEY_LINE, f"cannot act here: {ELSEWHERE}", True),
    ],
)
def test_an_intervention_in_areas_that_are_not_run_is_told(
    areas: str, places: str, kind: str, said: str, alike: bool, tmp_path: Path
) -> None:
    texts = [
        f"name: Run\nareas: {areas}\nend: 2025-06\nassumptions: {{foster_places: {places}}}\ninterventions:\n"
        f"  - {{kind: {kind.replace('X', value)}, {IN_KENT}}}\n"
        for value in ("5", "10")
    ]
    assert told(read(tmp_path, one=texts[0])) == ({"interventions.0.areas": said} if said else {})
    assert runs_alike(tmp_path, texts) == alike


def test_defaults_are_never_told(tmp_path: Path) -> None:
    assert told(read(tmp_path, one="name: One\nassumptions: {foster_places: as_needed}\n")) == {}


@pytest.mark.parametrize("name", [path.stem for path in sorted(Path("scenarios").glob("*.yaml"))])
def test_nothing_in_shipped_scenarios_is_rarely_meant(name: str) -> None:
    assert told(load(name)) == {}


def test_it_stands_in_check_and_on_the_run(tmp_path: Path) -> None:
    text = f"name: One\n{END}assumptions:\n  foster_places: as_needed\n  step_down_match_per_year: 2\n"
    loaded = read(tmp_path, one=text)
    why = "cannot act here: nobody waits, as foster places are found for all (assumptions.foster_places)"
    assert f"  {loaded.path}:5:29: assumptions.step_down_match_per_year: {why}\n" in explain(loaded)
    assert f"assumptions.step_down_match_per_year {why}." in simulate(loaded).notes


PARENT = f"""\
name: Parent
{END}purpose: reference
interventions:
  - {{kind: price_growth, id: homes, label: Homes rise, costs: [childrens_home, ifa_foster], percent_per_year: 4}}
  - {{kind: budget_line, id: money, label: New money, cost: {{budget_gbp: {{2025-26: 5, 2026-27: 6}}}}}}
"""


def child(more: str) -> str:
    return f"name: Child\nextends: parent.yaml\ninterventions:\n  - {{{more}}}\n"


ON_TOP = "comes on top of Homes rise (parent.yaml), and both act on"


@pytest.mark.parametrize(
    ("more", "costs"),
    [
        ("kind: price_growth, costs: [childrens_home], percent_per_year: 6", "childrens_home"),
        ("kind: price_growth, costs: all, percent_per_year: 6", "ifa_foster, childrens_home"),
        ("kind: price_growth, costs: [supported], percent_per_year: 6", ""),
        ("id: homes, percent_per_year: 6", ""),
        ("kind: trend, measure: starts, percent_per_year: 6", ""),
    ],
)
def test_a_price_on_top_of_a_parents_is_told(more: str, costs: str, tmp_path: Path) -> None:
    loaded = read(tmp_path, "child", parent=PARENT, child=child(more))
    mend = "give it the id homes to change that one instead, if that is not meant"
    wanted = {"interventions.2": f"{ON_TOP} {costs}; {mend}"} if costs else {}
    assert told(loaded) == wanted
    run = simulate(loaded)
    assert [note for note in run.money_notes if ON_TOP in note] == [f"price_growth {ON_TOP} {costs}."] * bool(costs)


@pytest.mark.parametrize("says", ["as_recorded", "none"])
def test_a_price_on_top_of_what_goes_on_as_recorded_is_told(says: str, tmp_path: Path) -> None:
    parent = f"name: Parent\n{END}assumptions: {{real_price_growth: {says}}}\n"
    dearer = "kind: price_growth, costs: [childrens_home], percent_per_year: 6"
    loaded = read(tmp_path, "child", parent=parent, child=child(dearer))
    what = "comes on top of what prices go on growing by as recorded (parent.yaml)"
    mend = "; say assumptions: {real_price_growth: none}, if that is not meant"
    assert told(loaded) == ({"interventions.0": what + mend} if says == "as_recorded" else {})
    assert told(read(tmp_path, "one", one=f"{parent}interventions: [{{{dearer}}}]\n")) == {}


def test_prices_one_after_the_other_or_in_one_file_are_not_told(tmp_path: Path) -> None:
    first = PARENT.replace("percent_per_year: 4", "percent_per_year: 4, end: 2025-12")
    later = "kind: price_growth, costs: [childrens_home], percent_per_year: 6, start: 2026-01"
    assert told(read(tmp_path, "child", parent=first, child=child(later))) == {}
    twice = "  - {kind: price_growth, costs: all, percent_per_year: 6}\n"
    assert told(read(tmp_path, "parent", parent=PARENT + twice)) == {}


@pytest.mark.parametrize(
    ("cost", "kept"),
    [
        ("{budget_gbp: {2026-27: 9}}", "budget_gbp.2025-26"),
        ("{per_year_gbp: 9}", "budget_gbp.2025-26, budget_gbp.2026-27"),
        ("{budget_gbp: {2025-26: 9, 2026-27: 9}}", ""),
        ("{budget_gbp: {2025-26: , 2026-27: 9}}", ""),
        ("{price_year: 2024-25}", ""),
    ],
)
def test_a_parents_budget_beside_a_childs_own_is_told(cost: str, kept: str, tmp_path: Path) -> None:
    loaded = read(tmp_path, "child", parent=PARENT, child=child(f"id: money, cost: {cost}"))
    what = f"adds amounts of child.yaml to those of parent.yaml, which stay: {kept}"
    mend = "; give one without a value to leave it out"
    assert told(loaded) == ({"interventions.1.cost": what + mend} if kept else {})
    notes_of_money = simulate(loaded).money_notes
    assert (f"The cost of New money {what}." in notes_of_money) == bool(kept)


def test_purpose_is_not_inherited(tmp_path: Path) -> None:
    copied = child("id: homes, percent_per_year: 6")
    assert read(tmp_path, "child", parent=PARENT, child=copied).scenario.purpose == "exploration"
    replication = PARENT.replace("purpose: reference", "purpose: replication")
    loaded = read(tmp_path, "child", parent=replication, child=copied)
    assert not any("replication" in note for note in simulate(loaded).notes)


ALONE = f"name: Alone\n{END}"


def remark(lacking: str, other: str, costs: str = "childrens_home, ifa_foster") -> str:
    return (
        f"Prices of {costs} grow of their own in {other} and not in {lacking}, which does not extend it: part of the "
        "difference in spend is that."
    )


def test_prices_that_one_scenario_of_a_comparison_lacks_are_told(tmp_path: Path) -> None:
    parent = read(tmp_path, "parent", parent=PARENT)
    alone = read(tmp_path, "alone", alone=ALONE)
    made_from_it = read(tmp_path, "child", child=child("kind: trend, measure: starts, percent_per_year: 6"))
    without = read(tmp_path, "bare", bare="name: Bare\nextends: parent.yaml\nremove: [homes]\n")
    dearer = read(tmp_path, "dearer", dearer="name: Dearer\nextends: alone.yaml\n" + PARENT.partition("reference\n")[2])
    compared = with_price_gaps([parent, alone, made_from_it, without])
    assert [one.remarks for one in compared] == [(), (remark("alone", "parent"),), (), ()]
    assert [one.remarks for one in with_price_gaps([alone, parent])] == [(), (remark("alone", "parent"),)]
    assert [one.remarks for one in with_price_gaps([alone, dearer])] == [(), ()]
    runs = simulator.compare(parent, alone)
    assert remark("alone", "parent") in runs[1].money_notes
    assert "part of the difference" not in " ".join(runs[0].money_notes)


def test_every_model_says_for_itself_what_cannot_act() -> None:
    assert "idle" in vars(Assumptions)
    assert "idle" not in vars(Scenario)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("percent_per_year: 1", "comes on top of what prices go on growing by as recorded"),
        ("at_most: 6_000", "caps what prices go on growing by as recorded"),
        ("value: 6_000", "takes the place of what prices go on growing by as recorded"),
    ],
)
def test_a_cap_or_a_level_is_not_said_to_come_on_top_of_growth(tmp_path: Path, how: str, said: str) -> None:
    path = tmp_path / "cap.yaml"
    entry = f"interventions:\n  - {{kind: price_growth, id: price, costs: childrens_home, {how}}}\n"
    path.write_text(f"name: A cap\nextends: status-quo\n{entry}", encoding="utf-8")
    loaded = load(path)
    assert any(said in caution.problem.what for caution in cautions(loaded))
    text = explain(loaded)
    assert "own unit" not in text
    if "6_000" in how:
        assert "6000 pounds a week" in text.replace(",", "")


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ("gbp_per_week: 1", "less than 1/5 of"),
        ("gbp_per_week: 1_140", ""),
        ("gbp_per_week: 4_950", "more than 4 times"),  # of a month
        ("gbp_per_week: {median: 60_00, p10: 5_000, p90: 7_000}", "more than 4 times"),
    ],
)
def test_a_price_that_is_of_no_week_is_told(tmp_path: Path, price: str, told: str) -> None:
    text = f"areas: [Kent]\nown:\n  prices: [{{placement: ifa_foster, {price}, price_year: 2024-25}}]\n"
    found = {one.problem.path: one for one in cautions(read(tmp_path, one=f"name: One\n{text}"))}
    assert (told != "") == ("own.prices.0.gbp_per_week" in found)
    for one in found.values():
        assert told in one.note
        assert one.note.startswith("Check the price: £")
        assert "a price is in pounds a week, not a night, a month or a year" in one.problem.what
        assert one.of_money


def test_a_price_of_beds_is_told_too_and_one_without_a_cost_is_not(tmp_path: Path) -> None:
    beds = "{name: Oak, placement: childrens_home, provider: own, beds: 4, gbp_per_week: 100, price_year: 2024-25}"
    parents = "{placement: with_parents, gbp_per_week: 50, price_year: 2024-25}"
    text = f"name: One\nareas: [Kent]\nown:\n  beds: [{beds}]\n  prices: [{parents}]\n"
    [(path, what)] = told(read(tmp_path, one=text)).items()
    assert path == "own.beds.0.gbp_per_week"
    assert what.startswith("£100 a week (Oak) is less than 1/5 of England's mean, £7,")
