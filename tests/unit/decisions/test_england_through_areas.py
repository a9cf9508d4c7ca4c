"""England with family help in some of its areas: money and effect go with the areas."""

import numpy as np
import pytest

from simulator.decisions import england_through_areas as through
from simulator.decisions.england_through_areas import HELP, ROLL_OUT, Through, through_areas
from simulator.runs.simulate import simulate
from simulator.scenario import load, shipped


@pytest.fixture(scope="module")
def many() -> tuple[Through, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(through, "SHOWN", (12,))
        return through_areas(load(ROLL_OUT))


def test_all_areas_are_the_scenario_itself(many: tuple[Through, ...]) -> None:
    whole = many[-1]
    as_stated = simulate(load(shipped()[ROLL_OUT]))
    assert whole.ratios[0] == pytest.approx(0.9, abs=1e-6)
    at = [i for i, date in enumerate(as_stated.dates("stock")) if date.endswith("-03-31")]
    np.testing.assert_allclose(whole.children[0], as_stated.stock_totals("children").area()[0, at], rtol=1e-7)
    np.testing.assert_allclose(whole.programme_gbp, as_stated.year_totals("programme_spend").area()[0], rtol=1e-9)
    [stated] = [one for one in load(shipped()[ROLL_OUT]).scenario.interventions if one.id == HELP]
    assert stated.cost is not None
    assert stated.cost.budget_gbp is not None
    assert whole.programme_total_gbp == pytest.approx(sum(stated.cost.budget_gbp.values()), rel=1e-6)


def test_twelve_areas_are_their_share(many: tuple[Through, ...]) -> None:
    few, whole = many
    share = 12 / 153
    assert (few.areas, few.of, whole.areas) == (12, 153, 153)
    np.testing.assert_allclose(few.programme_gbp, whole.programme_gbp * share, rtol=1e-6)
    np.testing.assert_allclose(few.change[:, 1:], whole.change[:, 1:] * share, rtol=0.02, atol=1.0)
    np.testing.assert_allclose(few.children_without, whole.children_without)


def test_a_stronger_effect_moves_more(many: tuple[Through, ...]) -> None:
    for one in many:
        middle, strong, weak = one.change[:, -1]
        assert one.ratios[1] < one.ratios[0] < one.ratios[2]
        assert strong < middle < weak
    assert many[-1].change[2].max() > 0  # the interval holds harm
