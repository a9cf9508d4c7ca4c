"""The front door in runs: what referrals move, what they cost, and that care is left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import simulator

MORE = {"kind": "referrals", "start": "2025-04", "referral_ratio": 1.1}
HELP = {"kind": "early_help", "start": "2025-04", "effect": {"risk_ratio": 1.0}}


def _run(*interventions: dict[str, Any]) -> Any:
    return simulator.run({"name": "Door", "base": 2025, "end": "2028-03", "interventions": list(interventions)})


@pytest.fixture(scope="module")
def held() -> Any:
    return _run()


def test_it_begins_at_the_published_counts(held: Any) -> None:
    assert held["children_in_need"].total()[0] == pytest.approx(402_400, rel=1e-4)
    assert held["protection_plans"].total()[0] == pytest.approx(49_420)
    assert held["referrals"].total()[:12].sum() == pytest.approx(632_830)
    assert held["protection_plans_started"].total()[:12].sum() == pytest.approx(61_840)


def test_parts_of_starts_and_of_spend_add_up(held: Any) -> None:
    def total(name: str) -> np.ndarray:
        return held[name].total()

    np.testing.assert_allclose(total("starts_from_front_door") + total("starts_from_elsewhere"), total("starts"))
    np.testing.assert_allclose(total("safeguarding_spend") + total("family_support_spend"), total("front_door_spend"))
    np.testing.assert_allclose(total("front_door_spend") + total("total_spend"), total("early_and_late_spend"))


def test_a_tenth_more_referrals_move_each_flow_by_its_share(held: Any) -> None:
    more = _run(MORE)
    assert more["referrals"].total() == pytest.approx(1.1 * held["referrals"].total())
    plans = more["protection_plans_started"].total() / held["protection_plans_started"].total()
    np.testing.assert_allclose(plans, 1.0 + 0.1 * 0.443)
    assert more["starts"].total()[0] > held["starts"].total()[0]
    last = more["protection_plans"].total()[-1] / held["protection_plans"].total()[-1]
    assert 1.04 < last < 1.0443
    assert (more["front_door_spend"].total()[1:] > held["front_door_spend"].total()[1:]).all()


def test_help_that_finds_need_costs_money_at_the_front_door_and_moves_no_child_in_care(held: Any) -> None:
    finds = {"risk_ratio": 1.0, "referral_ratio": 1.2, "from_month": 0, "to_month": 11}
    found = _run({**HELP, "referrals": finds})
    np.testing.assert_array_equal(found["children"].total(), held["children"].total())
    assert found["front_door_spend"].total().sum() > held["front_door_spend"].total().sum() + 1e6
    assert found["referrals"].total()[20] == pytest.approx(held["referrals"].total()[20])


def test_fewer_starts_leave_more_children_in_need_outside_care(held: Any) -> None:
    fewer = _run({**HELP, "effect": {"risk_ratio": 0.5}})

    def outside(results: Any) -> float:
        return float((results["children_in_need"].total() - results["children"].total())[-1])

    assert outside(fewer) > outside(held)
