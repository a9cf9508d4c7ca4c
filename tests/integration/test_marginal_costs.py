"""What a change costs, in England: each line goes with what drives it, and what a child costs is counted once."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.baseline.england import load_baseline
from simulator.engine.rates import Rates, StreamRates
from simulator.interventions import kinds
from simulator.projection.compile import compile_scenario
from simulator.results.labelled import RunResults
from simulator.runs.single_run import label, run_once
from simulator.scenario import load, shipped
from simulator.vocabulary.axes import REASONS, STREAMS
from simulator.vocabulary.calendar import WEEKS_A_YEAR

Change = Callable[[Rates], Rates]


@cache
def _compiled(regime: str):
    scenario = load(shipped()["status-quo"]).scenario
    assumptions = scenario.assumptions.model_copy(update={"foster_places": regime})
    return compile_scenario(scenario.model_copy(update={"assumptions": assumptions, "interventions": ()}))


@cache
def before(regime: str = "as_needed") -> RunResults:
    return label(_compiled(regime), "before")


def after(change: Change, regime: str = "as_needed") -> RunResults:
    compiled = _compiled(regime)
    return label(replace(compiled, rates=change(compiled.rates)), "after")


def starts(ratio: float, stream: str = "resident", months: slice = slice(None)) -> Change:
    """Multiply the new starts of a stream, in some months."""

    def changed(name: str, one: StreamRates, months_of_run: int) -> StreamRates:
        level = np.ones(months_of_run)
        level[months] = ratio
        new = one.new_starts_per_month * level[:, None]
        return replace(one, new_starts_per_month=new) if name == stream else one

    def change(rates: Rates) -> Rates:
        pairs = zip(STREAMS, rates.streams, strict=True)
        return replace(rates, streams=tuple(changed(name, one, rates.months) for name, one in pairs))

    return change


def more_guardianship(ratio: float) -> Change:
    """Multiply hazards of leaving for special guardianship."""

    def change(rates: Rates) -> Rates:
        more = np.ones(len(REASONS))
        more[REASONS.index("guardianship")] = ratio
        resident, *others = rates.streams
        faster = replace(
            resident,
            phase_exit_per_year=resident.phase_exit_per_year * more,
            place_exit_per_year=resident.place_exit_per_year * more,
        )
        return replace(rates, streams=(faster, *others))

    return change


def line(results: RunResults, *keys: str) -> np.ndarray:
    """Cash spend of lines in each month: (month,)."""
    at = [results.spend_lines.keys.index(key) for key in keys]
    return results.spend_lines.spend_gbp[0, 0][:, at].sum(axis=1)


FOSTERING = ("kinship_foster", "council_foster", "ifa_foster")


@settings(max_examples=3, deadline=None)
@given(ratio=st.floats(1.1, 2.0), regime=st.sampled_from(["limited", "as_needed"]))
def test_more_guardianship_orders_raise_guardianship_and_lower_fostering(ratio: float, regime: str) -> None:
    more = after(more_guardianship(ratio), regime)
    gained = line(more, "special_guardianship") - line(before(regime), "special_guardianship")
    assert (gained > 0).all()
    saved = line(more, *FOSTERING) - line(before(regime), *FOSTERING)
    assert saved[12:].sum() < 0
    stock = more["children_under_guardianship"].total() - before(regime)["children_under_guardianship"].total()
    assert stock[0] == 0
    assert (np.diff(stock)[:24] > 0).all()


@settings(max_examples=3, deadline=None)
@given(ratio=st.floats(0.5, 0.95))
def test_a_prevented_start_under_16_lowers_leaving_care_years_later(ratio: float) -> None:
    """Those who would have come under 16 in the first year turn 18 from the third on."""

    def fewer(rates: Rates) -> Rates:
        resident, *others = rates.streams
        level = np.ones((12, 18))
        level[:, :16] = ratio
        new = np.broadcast_to(resident.new_starts_per_month, (1, 1, rates.months, 18)).copy()
        new[:, :, :12] *= level
        return replace(rates, streams=(replace(resident, new_starts_per_month=new), *others))

    found = after(fewer)
    leaving_care = line(found, "leaving_care") / line(before(), "leaving_care") - 1.0
    placements = found["placement_spend"].total() - before()["placement_spend"].total()
    assert (placements[:24] < 0).all()
    assert abs(leaving_care[:24]).max() < 1e-3 * (1.0 - ratio), "half a month of age, and no more"
    assert (leaving_care[48:] < -1e-3 * (1.0 - ratio)).all()


@settings(max_examples=3, deadline=None)
@given(ratio=st.floats(1.05, 1.5))
def test_one_more_asylum_seeking_child_costs_what_the_lines_say_once(ratio: float) -> None:
    """The asylum line, a third of a placement, education, and leaving care for those who turn 18; nothing else."""
    more = after(starts(ratio, "uasc"))
    lines = before().spend_lines
    extra = {
        key: (line(more, key) - line(before(), key)).sum()
        for key in lines.keys
    }  # fmt: skip
    weeks = more["uasc_children"].total() - before()["uasc_children"].total()
    weeks = float(((weeks[:-1] + weeks[1:]) / 2).sum()) * WEEKS_A_YEAR / 12
    assert weeks > 0
    costs = {one.key: one for one in load_baseline(2025).costs.lines}
    price = line(before(), "asylum").sum() / before().spend_lines.units[0, 0, :, lines.keys.index("asylum")].sum()
    assert extra["asylum"] / weeks == pytest.approx(price, rel=0.01)
    placed = sum(extra[key] for key in lines.keys if costs[key].driver.of_placements) / weeks
    dearest = max(costs[key].spend_gbp / costs[key].units for key in ("supported", "ifa_foster")) * 1.3
    assert 0.2 * 500 < placed < dearest / 3.0
    for key in ("special_guardianship", "adoption", "short_breaks"):
        assert extra[key] == pytest.approx(0.0, abs=1.0)
    one_year = (extra["asylum"] + sum(extra[k] for k in lines.keys if costs[k].driver.of_placements)) / weeks * 52.18
    assert 60_000 < one_year < 105_000, "about £46,000 and £27,000 at prices of the base year"


@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_parts_add_up_to_totals_in_any_scenario(data: st.DataObject) -> None:
    """Lines to measures, causes to extra spend, and gross less grants to net."""
    base = data.draw(st.sampled_from([2024, 2025]))
    name = "status-quo" if base == 2025 else "ccn-2030"
    scenario = load(shipped()[name]).scenario
    ratio = data.draw(st.floats(0.7, 1.3))
    start = str(scenario.calendar[data.draw(st.integers(0, 24))])
    trend = {"kind": "trend", "measure": "starts", "percent_per_year": 100.0 * (ratio - 1.0), "start": start}
    more = kinds()["trend"].model_validate(trend)
    results = run_once(scenario.model_copy(update={"interventions": (*scenario.interventions, more)}), "any")
    parts = sum(results[m].total() for m in ("placement_spend", "other_spend", "programme_spend"))
    np.testing.assert_allclose(parts, results["total_spend"].total(), rtol=1e-12)
    lines = results.spend_lines.spend_gbp[0, 0].sum(axis=1) + results["programme_spend"].total()
    np.testing.assert_allclose(lines, results["total_spend"].total(), rtol=1e-12)
    net = results["total_spend"].total() - results["grant_income"].total()
    np.testing.assert_allclose(net, results["net_spend"].total(), rtol=1e-12)
    causes = sum(one.central for one in results.causes().values())
    np.testing.assert_allclose(causes, results.extra_spend().central, rtol=1e-9, atol=1.0)


def _cost_and_children(results: RunResults, year: int) -> np.ndarray:
    """Real spend of a financial year, and the mean of children in it."""
    stock = results["children"].total()
    children = ((stock[:-1] + stock[1:]) / 2)[12 * year : 12 * year + 12].mean()
    return np.array([np.sum(results.by_year("total_spend", real=True)[0, 0, year]), children])


@pytest.mark.parametrize("years", [3, 5])
@pytest.mark.parametrize("ratio", [0.95, 1.05])
@pytest.mark.parametrize(("regime", "low", "high"), [("as_needed", 0.7, 1.0), ("limited", 1.0, 1.3)])
def test_a_change_of_starts_saves_about_what_the_record_shows(
    years: int, ratio: float, regime: str, low: float, high: float
) -> None:
    """Places as needed: 0.7 to 1.0 of the average cost of a child; among authorities 0.80 (80%: 0.72 to 0.88).

    Places limited, more: filled places have moved by 0.25% for each 1% more children, so that most older children more
    live elsewhere (docs/costs.md).
    """
    whole = _cost_and_children(before(regime), years - 1)
    changed = after(lambda rates: starts(ratio, "uasc")(starts(ratio)(rates)), regime)
    more = _cost_and_children(changed, years - 1) - whole
    assert low < (more[0] / more[1]) / (whole[0] / whole[1]) < high


def test_kinship_care_costs_what_is_drawn_and_all_of_the_base_year_stays() -> None:
    """Between the line of family and friends foster care alone, and what council care costs then."""
    scenario = load(shipped()["status-quo"]).scenario
    held = scenario.assumptions.model_copy(update={"drift": "none"})
    [split] = load_baseline(2025).costs.splits
    runs = [
        label(compile_scenario(scenario.model_copy(update={"assumptions": held}), {split.key: drawn}), "drawn")
        for drawn in (0.0, 1.0)
    ]
    reference = [run.spend_lines.reference_spend_gbp[0, 0] for run in runs]
    assert reference[0].sum() == pytest.approx(reference[1].sum())
    at = {key: runs[0].spend_lines.keys.index(key) for key in ("kinship_foster", "council_foster")}
    for run, low_or_high in zip(runs, split.gbp_per_unit, strict=True):
        lines = run.spend_lines
        unit = {key: lines.reference_spend_gbp[0, 0, i] / lines.reference_units[0, 0, i] for key, i in at.items()}
        prices = reference[0].sum() / sum(line.spend_gbp for line in load_baseline(2025).costs.lines)
        assert unit["kinship_foster"] == pytest.approx(low_or_high * prices, rel=1e-6)
        assert unit["kinship_foster"] <= unit["council_foster"] * (1 + 1e-6)
    kin = [line(run, "kinship_foster").sum() for run in runs]
    assert kin[1] > 1.9 * kin[0]
