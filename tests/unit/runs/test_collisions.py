"""Where programmes meet: sentences computed from what they change, and lines of money spent twice."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.runs.collisions import Collision, collisions
from simulator.scenario import LoadedScenario, ScenarioError, cautions, load_mapping


def help_for(ages: list[int], ratio: float, share: float = 1.0, **more: Any) -> dict[str, Any]:
    return {
        "kind": "early_help", "start": "2025-04", "ages": ages, "areas": {"share": share},
        "effect": {"measure": "starts", "risk_ratio": ratio}, **more,
    }  # fmt: skip


def scenario(*interventions: dict[str, Any], **more: Any) -> LoadedScenario:
    return load_mapping(
        {"name": "Any", "extends": "status-quo", "end": "2027-03", "questions": [], "interventions": [*interventions]}
        | more
    )


def test_helps_for_the_same_children_multiply_on_remaining_risk() -> None:
    """Half reached at 0.6 leaves 0.8 of starts, all reached at 0.5 leaves 0.5: together 0.4, and not 0.3."""
    [one] = collisions(scenario(help_for([0, 15], 0.6, 0.5, id="a"), help_for([10, 17], 0.5, id="b")))
    assert (one.first, one.second, one.what) == ("a", "b", "starts of resident children at ages 10 to 15")
    assert one.alone == pytest.approx((0.8, 0.5))
    assert one.together == pytest.approx(0.4)
    assert "alone −20.0% and −50.0%, together −60.0%" in one.says
    assert "and do not add (−70.0%)" in one.says


def test_helps_that_reach_everybody_leave_none_and_not_fewer() -> None:
    [one] = collisions(scenario(help_for([0, 17], 0.0, id="a"), help_for([0, 17], 0.0, id="b")))
    assert one.together == 0.0


def test_those_who_reach_other_children_or_only_cost_money_do_not_meet() -> None:
    line = {"kind": "budget_line", "id": "line", "cost": {"budget_gbp": {"2025-26": 1e6}}}
    assert collisions(scenario(help_for([0, 9], 0.9), help_for([10, 17], 0.9), line)) == ()
    assert collisions(scenario(help_for([0, 17], 0.9))) == ()
    assert collisions(scenario(help_for([0, 17], 0.9), help_for([0, 17], 1.0))) == ()


def test_two_recruitments_share_one_ceiling() -> None:
    """Each alone would bring 3,000 more; twice the approvals of before is the most that come, whoever asks."""
    recruit = {
        "kind": "foster_recruitment",
        "start": "2025-04",
        "extra_households_per_year": 3000,
        "ceiling_ratio": 2.0,
    }
    found = collisions(scenario({**recruit, "id": "a"}, {**recruit, "id": "b"}))
    [one] = [one for one in found if one.what == "enquiries to foster"]
    assert one.together == pytest.approx(2.0)
    assert one.alone[0] == one.alone[1] > 1.5
    assert "a limit that they share lets no more of it come" in one.says


def test_what_makes_the_other_stronger_is_told_so() -> None:
    assert "each makes the other stronger" in Collision("a", "b", "starts", (0.9, 0.9), 0.7, 0.81).says


def test_what_builds_up_multiplies_month_by_month_and_shares_no_limit() -> None:
    """Both are weak early and strong late, so that means over months do not multiply though each month does."""
    slowly = {"profile": {"shape": "linear", "months": 24}}
    [one] = collisions(scenario(help_for([0, 17], 0.5, id="a", **slowly), help_for([0, 17], 0.5, id="b", **slowly)))
    assert abs(one.together - one.alone[0] * one.alone[1]) > 0.002
    assert one.together == pytest.approx(one.multiplied)
    assert "They multiply" in one.says


def test_what_is_brought_twice_is_told() -> None:
    pay = {"kind": "foster_allowance", "start": "2025-04", "uplift_gbp_per_week": 20.0, "deregistration_ratio": 1.0}
    [one] = collisions(scenario({**pay, "id": "a"}, {**pay, "id": "b"}))
    assert one.says == (
        "a and b both bring what foster carers are paid a week: each is counted in full, and the second comes on top "
        "of the first for whoever both reach."
    )


def test_who_draws_on_the_same_children_by_other_ways_is_told() -> None:
    """Moves leave fewer for each other; places that are filled, or near, count whatever the other does."""
    down = {"kind": "step_down", "start": "2025-04", "id": "down"}
    supported = {"kind": "supported_accommodation", "start": "2025-04", "places": 100.0, "id": "supported"}
    near = {"kind": "close_to_home", "start": "2025-04", "places": 100.0, "id": "near"}
    built = {
        "kind": "residential_build", "start": "2025-04", "places": 100.0, "running_cost_gbp_per_week": 5000.0,
        "lead_months": 0.0, "staffing_months": 0.0, "id": "built",
    }  # fmt: skip
    said = {(one.first, one.second): one.says for one in collisions(scenario(down, supported, near, built))}
    assert said.keys() == set(combinations(["down", "supported", "near", "built"], 2))
    assert said["down", "supported"].endswith("so that together they move fewer.")
    assert all(said[pair].endswith("counts twice.") for pair in (("down", "built"), ("supported", "built")))
    assert all(said[pair].endswith("counts in both.") for pair in (("down", "near"), ("supported", "near")))
    assert said["near", "built"].endswith("nobody counts twice.")


def test_hubs_and_recruitment_meet_in_approvals_under_one_ceiling() -> None:
    hubs = {"kind": "foster_hubs", "start": "2025-04", "application_ratio": 1.9, "share_won_from_others": 0.0}
    recruit = {"kind": "foster_recruitment", "start": "2025-04", "enquiries_ratio": 1.5, "share_won_from_others": 0.0}
    [one] = collisions(scenario({**hubs, "id": "a"}, {**recruit, "id": "b"}))
    assert one.what == "approvals of foster households"
    assert "a limit that they share" in one.says


def test_shares_that_rise_as_others_fall_are_told_by_those_that_rise() -> None:
    kin = {"kind": "kinship_priority", "start": "2025-04", "first_placement_ratio": 1.5, "order_ratio": 1.0}
    [one] = collisions(scenario({**kin, "id": "a"}, {**kin, "id": "b"}))
    assert one.what.startswith("first placements")
    assert one.alone[0] == pytest.approx(1.5, rel=0.05)


def test_two_workforces_tell_whom_they_gain_and_whom_they_replace() -> None:
    more = {"kind": "workforce", "start": "2025-04", "recruits_per_year": 500.0}
    gained, replaced = collisions(scenario({**more, "id": "a"}, {**more, "id": "b"}))
    assert gained.what == "employed social workers"
    assert replaced.what == "social workers of agencies"
    assert "They add" in gained.says


LINE = {"id": "plan", "gbp": {"2025-26": 1e6, "2026-27": 3e6}, "source": "pq_106342"}


def paid(name: str, gbp: float, line: str = "plan") -> dict[str, Any]:
    return {
        "kind": "budget_line", "id": name,
        "cost": {"budget_gbp": {"2025-26": gbp, "2026-27": gbp}, "funded_by": line},
    }  # fmt: skip


def test_a_pound_that_two_programmes_spend_is_told() -> None:
    both = scenario(paid("a", 8e5), paid("b", 7e5), funding={"lines": [LINE]})
    [said] = [one.note for one in cautions(both) if one.of_money]
    assert said == "plan brings £1.0m in 2025-26, and a and b spend £1.5m of it: a pound is spent twice."
    within = scenario(paid("a", 5e5), paid("b", 5e5), funding={"lines": [LINE]})
    assert not [one for one in cautions(within) if one.of_money]


def test_a_line_that_there_is_not_is_refused() -> None:
    with pytest.raises(ScenarioError, match="names 'other', which is no line; allowed: plan"):
        scenario(paid("a", 8e5, "other"), funding={"lines": [LINE]})


def test_check_tells_where_programmes_meet() -> None:
    done = CliRunner().invoke(cli, ["check", "stable-homes-2023"])
    assert done.exit_code == 0
    assert "where programmes meet" not in done.stdout  # helped families and recruited carers are others
