"""Lines of spend: shares of areas add up, and a split that is not known keeps what is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.baseline.after_care import AfterCare
from simulator.baseline.cost_drivers import DRIVERS, AtBase
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.england import Costs, load_baseline
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, STREAMS
from simulator.vocabulary.calendar import BASE_YEARS

AREAS = 4


def at_base(seed: int) -> AtBase:
    rng = np.random.default_rng(seed)
    after_care = {"guardianship": (AREAS, 18), "care_leavers": (AREAS, 7), "former_uasc": (AREAS, 7)}
    return AtBase(
        rng.uniform(0, 100, (AREAS, len(STREAMS), len(placements.names()))),
        rng.uniform(0, 100, (AREAS, len(AGE_BANDS))),
        AfterCare({name: rng.uniform(0, 100, shape) for name, shape in after_care.items()}),
    )


@settings(deadline=None)
@given(seed=st.integers(0, 99), name=st.sampled_from(list(DRIVERS)), dear=st.floats(0.5, 2.0))
def test_areas_add_up_to_england_at_any_prices(seed: int, name: str, dear: float) -> None:
    line = CostLine(DRIVERS[name]("childrens_home"), 1e9, 5000.0, 0.1, "x")
    prices = np.linspace(1.0, dear, AREAS)
    shared = line.shared(at_base(seed), prices)
    assert np.sum(shared.spend_gbp) == pytest.approx(1e9)
    unit = np.asarray(shared.spend_gbp) / np.asarray(shared.units)
    if name == "held":  # a year is a year everywhere
        np.testing.assert_array_equal(shared.units, line.units)
    else:
        assert np.sum(shared.units) == pytest.approx(5000.0)
        np.testing.assert_allclose(unit / unit[0], prices)


def test_an_area_without_any_has_a_unit_cost_and_no_spend() -> None:
    base = at_base(1)
    children = base.children.copy()
    children[0, STREAMS.index("uasc")] = 0.0
    shared = CostLine(DRIVERS["uasc"]("asylum"), 1e8, 1e5, 0.0, "x").shared(replace(base, children=children))
    spend, units = np.asarray(shared.spend_gbp), np.asarray(shared.units)
    assert spend[0] < 10.0
    assert np.isfinite(spend / units).all()


@settings(deadline=None)
@given(base=st.sampled_from(BASE_YEARS), drawn=st.floats(0.0, 1.0))
def test_a_split_keeps_the_sum_and_what_is_fixed_of_it(base: int, drawn: float) -> None:
    costs = load_baseline(base).costs
    [split] = costs.splits
    lines = {line.key: line for line in costs.lines_of({split.key: drawn})}
    stored = {line.key: line for line in costs.lines}

    def both(of: dict[str, CostLine]) -> tuple[float, float]:
        pair = [of[split.line], of[split.rest]]
        return sum(one.spend_gbp for one in pair), sum(one.spend_gbp * one.fixed_share for one in pair)

    assert both(lines) == pytest.approx(both(stored), rel=1e-6)
    low, high = split.gbp_per_unit
    unit = lines[split.line].spend_gbp / lines[split.line].units
    assert unit == pytest.approx(low + drawn * (high - low))
    assert unit < lines[split.rest].spend_gbp / lines[split.rest].units, "kinship care is not the dearer"


def test_half_way_is_the_central_run() -> None:
    costs = load_baseline(2025).costs
    [split] = costs.splits
    for made, stored in zip(costs.lines_of({}), costs.lines, strict=True):
        assert made.spend_gbp == pytest.approx(stored.spend_gbp, rel=1e-6)
    assert split.parameter.distribution.central == 0.5


def test_costs_are_written_as_they_are_read() -> None:
    costs = load_baseline(2025).costs
    again = Costs.of({**costs.record, "after_care": {k: list(v) for k, v in costs.record["after_care"].items()}})
    assert again.record["lines"] == costs.record["lines"]
    assert again.splits == costs.splits
