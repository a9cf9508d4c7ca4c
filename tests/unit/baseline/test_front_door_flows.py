"""The front door: hazards that meet the published stocks, stocks worked by hand, shares of flows, and the fit."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.baseline.front_door_flows import after, follows, leaving_per_year, year_before
from simulator.baseline.structure import structure
from simulator.calibrate.fit_front_door import fit, moves_of_referrals
from simulator.data.front_door_figures import ENGLAND_CODE, figures
from simulator.vocabulary.areas import ENGLAND, authorities

ENGLAND_YEAR = year_before((ENGLAND,), 2025, np.ones(1))
EVERY = year_before([one.code for one in authorities()], 2025, np.ones(len(authorities())))


def test_a_stock_with_nobody_coming_falls_by_its_hazard_and_one_in_balance_stays() -> None:
    assert after(np.array(100.0), np.array(0.0), np.array(0.5), 2.0) == pytest.approx(100.0 * np.exp(-1.0))
    assert after(np.array(100.0), np.array(50.0), np.array(0.5), 7.0) == pytest.approx(100.0)


@given(st.floats(10, 1e5), st.floats(1, 1e5), st.floats(0.01, 20.0))
def test_the_hazard_that_made_a_stock_is_found(before: float, coming: float, hazard: float) -> None:
    stock, flow, known = np.array([before]), np.array([coming]), np.array([hazard])
    found = leaving_per_year(stock, flow, after(stock, flow, known, 1.0))
    np.testing.assert_allclose(after(stock, flow, found, 1.0), after(stock, flow, known, 1.0), rtol=1e-6)


def test_the_year_to_the_base_ends_at_the_published_stocks() -> None:
    year = ENGLAND_YEAR
    outside = after(year.outside_before, year.need_started - year.starts, year.closing_per_year, 1.0)
    in_need, looked_after = (figures(name, (ENGLAND_CODE,), (2025,))[0, 0] for name in ("in_need", "children"))
    assert outside[0] + looked_after == pytest.approx(in_need, rel=0.01)
    assert in_need == 402_400
    plans = after(year.plans_before, year.plans_started, year.plans_end_per_year, 1.0)
    assert plans[0] == pytest.approx(49_420, rel=0.01)
    assert year.safeguarding_gbp[0] == pytest.approx(3.6e9, rel=0.01)
    assert year.family_support_gbp[0] == pytest.approx(2.1e9, rel=0.01)


def test_authorities_add_up_to_england_and_have_their_own_figures() -> None:
    for name in (field.name for field in fields(ENGLAND_YEAR)):
        whole = getattr(ENGLAND_YEAR, name)
        assert getattr(EVERY, name).sum() == pytest.approx(whole[0], rel=1e-3), name
        assert (getattr(EVERY, name) > 0.0).all(), name
    kent = [one.name for one in authorities()].index("Kent")
    assert EVERY.referrals[kent] == figures("referrals", (authorities()[kent].old_code,), (2025,))[0, 0]


def test_an_area_that_is_no_authority_is_a_share_of_england() -> None:
    own = year_before(("Our county",), 2025, np.array([0.01]))
    assert own.referrals[0] == pytest.approx(6_328.3)
    assert own.closing_per_year[0] == pytest.approx(ENGLAND_YEAR.closing_per_year[0])


def test_of_a_flow_that_follows_another_only_its_share_changes() -> None:
    assert follows(np.array(0.25), np.array(1.2)) == pytest.approx(1.05)
    assert follows(np.array(0.0), np.array(3.0)) == 1.0
    assert follows(np.array(0.7), np.array(1.0)) == 1.0


def test_shares_that_are_drawn_are_those_that_are_fitted() -> None:
    drawn = structure()["front_door"]["drawn"]
    found = {
        "need_per_referral": fit("need").estimate[0],
        "plans_per_referral": fit("plans").estimate[0],
        "starts_per_plan": fit("starts").estimate[0],
        "starts_per_need": fit("starts").estimate[1],
        "safeguarding_per_case": fit("safeguarding").estimate[0],
    }
    assert {name: round(float(value), 3) for name, value in found.items()} == {
        name: drawn[name]["median"] for name in found
    }
    moves = vars(moves_of_referrals())
    assert {name: round(value, 3) for name, value in moves.items()} == {
        name: structure()["front_door"][name] for name in moves
    }
