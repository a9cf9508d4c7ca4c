"""Levers of the strategy: signs, limits, what they refuse, and all of them at once."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from kind_examples import EXAMPLES
from kind_rates import MONTHS, made, make_context, make_rates

import simulator
from simulator.cli.main import cli
from simulator.data.authority_tables import column, population
from simulator.engine.rates import Rates
from simulator.interventions import apply_all
from simulator.interventions.asylum_transfers import transferred
from simulator.interventions.impossible import Impossible
from simulator.interventions.starts_programme import come_later
from simulator.interventions.supported_accommodation import SupportedAccommodation
from simulator.runs.collisions import _WORDS, _arrays, _differs
from simulator.scenario import load_mapping
from simulator.vocabulary import areas
from simulator.vocabulary.axes import AGES

ON_STARTS = {
    "family_group_conference": {"proceedings_share": 0.5},
    "edge_of_care": {"referred_share": 0.5},
    "family_safeguarding": {"needing_share": 0.5},
    "multisystemic_therapy": {"referred_share": 0.5},
}
EVERY_AUTHORITY = tuple(one.code for one in areas.authorities())


def after(kind: str, **data: Any) -> Rates:
    return made(kind, {"start": "2025-04", **data}).apply(make_rates(), make_context())


def starts(rates: Rates) -> np.ndarray:
    return rates.streams[0].new_starts_per_month * np.ones((1, 1, MONTHS, 1))


@pytest.mark.parametrize("kind", ON_STARTS)
def test_a_ratio_below_1_lowers_starts_and_one_above_raises_them(kind: str) -> None:
    before = starts(make_rates())
    for ratio, sign in ((0.8, -1), (1.0, 0), (1.2, 1)):
        changed = starts(after(kind, **ON_STARTS[kind], effect={"risk_ratio": ratio})).sum() - before.sum()
        assert np.sign(round(changed, 9)) == sign


@pytest.mark.parametrize("kind", ON_STARTS)
def test_more_come_later_the_more_are_delayed_and_never_more_than_were_kept_out(kind: str) -> None:
    plain = starts(make_rates()).sum()
    sums = [
        starts(after(kind, **ON_STARTS[kind], effect={"risk_ratio": 0.5}, delayed_share=share)).sum()
        for share in (0.0, 0.5, 1.0)
    ]
    assert all(one < two < plain for one, two in pairwise(sums))


def test_only_trial_defaults_claim_an_effect() -> None:
    before = starts(make_rates())
    for kind, fields in ON_STARTS.items():
        same = np.array_equal(starts(after(kind, **fields)), before)
        assert same == (kind != "family_group_conference"), kind


def test_those_who_come_later_are_as_many_less_those_of_age() -> None:
    children = np.zeros((1, 1, 40, len(AGES)))
    children[0, 0, 3] = 1.0
    for months, old in ((12, 1.0), (6, 0.5), (18, 1.5)):
        later = come_later(children, months)
        assert later.sum() == pytest.approx(len(AGES) - old)
        assert later[0, 0, 3 + months].sum() == later.sum()
    assert not come_later(children, 60).any()


def test_support_after_going_home_is_bounded_by_all_and_by_none() -> None:
    data = {"effect": {"risk_ratio": 0.5}}
    short, long = (after("reunification_support", **data, support_months=m).streams[0].return_ratio for m in (3, 120))
    assert (long[:, :, -1] < short[:, :, -1]).all()
    assert (long >= 0.5).all()
    assert (short[:, :, 12:, 0] < short[:, :, 12:, 2]).all()  # those who have just gone home are supported
    assert (after("reunification_support", home_ratio=2.0).streams[0].return_ratio == 1.0).all()


def test_support_ends_for_those_who_went_home_with_it() -> None:
    """The last month of the programme is the last of support for those who go home, not for those who did."""
    data = {"effect": {"risk_ratio": 0.5}, "end": "2026-03", "support_months": 6}
    ratio = after("reunification_support", **data).streams[0].return_ratio[0, 0, :, 0]
    assert (np.diff(ratio[11:18]) > 0.0).all()
    assert (ratio[17:] == 1.0).all()


def test_more_places_than_children_are_refused() -> None:
    with pytest.raises(Impossible, match=r"would move from homes, in which .* live; allowed: up to .* places"):
        after("supported_accommodation", places=20_000.0)
    with pytest.raises(Impossible, match=r"would come near, and .* live far from home; allowed: up to .* places"):
        after("close_to_home", places=50_000.0)


def test_staff_who_take_the_place_of_agency_staff_save_the_premium_and_no_more() -> None:
    data = {"recruits_per_year": 60.0, "leaving_percent_per_year": 0.0, "agency_premium_gbp": 12_000.0}
    spend = after("workforce", **data).outside_care_gbp
    np.testing.assert_allclose(spend[0, 0], -(np.arange(MONTHS) + 0.5) * 5.0 * 1_000.0)
    assert (after("workforce", **data).social_workers.sum(axis=-1) == 3_600.0).all()


def test_an_effect_of_caseloads_needs_a_source() -> None:
    with pytest.raises(ValueError, match="an effect of caseloads has to come from somewhere"):
        made("workforce", {"start": "2025-04", "starts_percent_per_case": 1.0})


def test_poverty_and_a_trend_of_starts_do_not_stand_together(tmp_path: Path) -> None:
    poverty = {"kind": "child_poverty", "value": 1.0}
    trend = made("trend", {"measure": "starts", "percent_per_year": 1.0, "streams": ["resident"]})
    fields = {"value": 1.0, "entries_per_100_000": 0.001}
    one = made("child_poverty", fields)
    with pytest.raises(Impossible, match=r"^interventions\.0\.kind: trend changes starts already"):
        apply_all(make_rates(), [one, trend], make_context())
    others = [
        made("trend", {"measure": "stays", "percent_per_year": 1.0}),
        made("trend", {"measure": "starts", "percent_per_year": 1.0, "streams": ["uasc"]}),
    ]
    apply_all(make_rates(), [one, *others], make_context())
    apply_all(make_rates(), [made("child_poverty", {**fields, "in_trend_points_per_year": 0.2}), trend], make_context())
    file = tmp_path / "both.yaml"
    file.write_text(
        "name: Both\ninterventions:\n  - kind: trend\n    measure: starts\n    percent_per_year: 1\n"
        f"  - kind: {poverty['kind']}\n    value: 1\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["check", str(file)])
    assert done.exit_code == 2
    assert f"{file}:6:11: interventions.1.kind: trend changes starts already" in done.stderr


DRIVERS = {
    "child_poverty": ({"value": 1.0, "entries_per_100_000": 0.001}, "resident", [0, 15], [16, 17]),
    "prevention_spend": ({"value": 1.0, "entries_per_100_000": 0.001}, "resident", [16, 17], [0, 15]),
    "uasc_arrivals": ({"ratio": 1.3}, "uasc", [16, 17], None),
    "referrals": ({"referral_ratio": 1.1, "start": "2025-04"}, "resident", [0, 17], None),
}
"""Each driver, the stream and ages whose starts it drives, and ages of that stream that it does not."""


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_driver_refuses_a_trend_of_the_starts_that_it_drives_and_no_other(kind: str) -> None:
    fields, stream, ages, beyond = DRIVERS[kind]
    one, other = made(kind, fields), "uasc" if stream == "resident" else "resident"

    def beside(**data: Any) -> None:
        apply_all(make_rates(), [one, made("trend", {"percent_per_year": 1.0, **data})], make_context())

    for holding in ({}, {"streams": [stream]}, {"ages": ages}):
        with pytest.raises(
            Impossible, match=rf"^interventions\.0\.kind: trend changes starts already, for {kind.split('_')[0]}"
        ):
            beside(measure="starts", **holding)
    beside(measure="stays")
    beside(measure="starts", streams=[other])
    if beyond is not None:
        beside(measure="starts", streams=[stream], ages=beyond)


def test_every_kind_that_drives_starts_is_held_to_that() -> None:
    assert {kind for kind, one in EXAMPLES.items() if any(made(kind, of).drives for of in one)} == set(DRIVERS)


def test_check_refuses_what_a_run_would_by_the_other_rule_for_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: SupportedAccommodation, rates: Rates, context: Any) -> Rates:
        if rates.foster is not None and rates.foster.limited:
            return rates
        raise Impossible(("places",), self.places, "too many where places are as needed")

    monkeypatch.setattr(SupportedAccommodation, "change", refused)
    file = tmp_path / "other.yaml"
    file.write_text(
        "name: Other\ninterventions:\n  - {kind: budget_line, cost: {per_year_gbp: 1}}\n"
        "  - {kind: supported_accommodation, start: 2026-04, places: 5000}\n",
        encoding="utf-8",
    )
    told = [
        CliRunner().invoke(cli, arguments)
        for arguments in (["check", str(file)], ["run", str(file), "--out", str(tmp_path / "out")])
    ]
    assert [one.exit_code for one in told] == [2, 2]
    for one in told:
        assert f"{file}:4:61: interventions.1.places: too many where places are as needed" in one.stderr


def test_a_rise_in_poverty_that_the_trend_holds_adds_nothing() -> None:
    path = {f"{year}-{year - 1999}": year - 2024.0 for year in range(2025, 2030)}
    data = {"path": path, "entries_per_100_000": 0.001, "lag_months": 0}
    beyond = starts(
        made("child_poverty", {**data, "in_trend_points_per_year": 1.0}).apply(make_rates(), make_context())
    )
    whole = starts(made("child_poverty", data).apply(make_rates(), make_context()))
    plain = starts(make_rates())
    # Yearly steps lie half a year before the line, so that half a point more is left on average.
    assert (beyond - plain).mean() == pytest.approx(0.5 * (whole - plain).mean() / 3.0, rel=0.05)


@given(growth=st.floats(0.1, 5.0), threshold=st.floats(0.0, 0.01))
@settings(max_examples=40, deadline=None)
def test_transfers_move_children_and_lose_none(growth: float, threshold: float) -> None:
    children = np.nan_to_num(column("stock_by_uasc", 2025, "uasc"))
    people = population(2024)
    ratio = transferred(EVERY_AUTHORITY, np.full(2, growth), threshold, 2025)
    assert ratio.shape == (len(EVERY_AUTHORITY), 2)
    there = growth * children
    sent = ratio[:, 0] * there
    assert sent.sum() == pytest.approx(there.sum(), rel=1e-3)  # authorities of which none is published take none
    most = max(threshold, there.sum() / people.sum())
    assert (sent <= np.maximum(most * people, 0.0) * (1 + 1e-9)).all()
    assert (sent[there <= most * people] >= there[there <= most * people] - 1e-9).all()


@pytest.mark.parametrize(
    ("kind", "fields", "least", "most"),
    [
        # waiting_cost_ratio is 0.8, and a part of the line of homes is fixed.
        ("step_down", {"share_per_year": 0.05, "returned_share": 0.0}, 0.75, 0.8),
        ("supported_accommodation", {"places": 500.0}, 0.95, 1.0),
    ],
)
def test_who_leaves_a_home_saves_what_such_a_child_costs_and_no_more(
    kind: str, fields: dict[str, Any], least: float, most: float
) -> None:
    """Nobody is taken at the price of those whose plan is a home, the dearest, without a word that they are such."""

    def homes(*interventions: dict[str, Any]) -> tuple[float, float]:
        one = {
            "name": "Any", "extends": "status-quo", "end": "2026-03", "interventions": list(interventions),
            "assumptions": {"foster_places": "as_needed", "waiting_cost_ratio": 0.8},
        }  # fmt: skip
        results = simulator.run(load_mapping(one))
        children, spend = (results[name].by_placement()["childrens_home"] for name in ("children", "placement_spend"))
        return float((children[..., :-1] + children[..., 1:]).sum()), float(spend.sum())

    (children, gbp), (fewer, less) = homes(), homes({"kind": kind, "start": "2025-04", **fields})
    assert fewer < children
    assert least < (gbp - less) / (children - fewer) / (gbp / children) < most


@pytest.mark.parametrize("kind", EXAMPLES)
def test_everything_that_a_kind_changes_has_words(kind: str) -> None:
    bare = _arrays(make_rates())
    for fields in EXAMPLES[kind]:
        changed = _arrays(made(kind, fields).apply(make_rates(), make_context()))
        names = {name.rpartition("/")[2] for name in bare if _differs(changed[name], bare[name]).any()}
        assert names <= set(_WORDS)
