"""Every kind of intervention: no field is ignored, no effect moves nothing, and known answers come out."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any, Literal

import foster_lever_examples
import lever_examples
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.engine.rates import FosterRates, Rates, StreamRates
from simulator.interventions import Context, Intervention, apply_all, kinds, notes
from simulator.interventions.cost import Cost
from simulator.interventions.impossible import Impossible
from simulator.interventions.profile import Profile
from simulator.vocabulary import areas, placements
from simulator.vocabulary.axes import AGES, HOME_SPELLS, PHASES, REASONS, SECTORS, STREAMS
from simulator.vocabulary.calendar import Month

MONTHS = 60
FIRST = Month(2025, 4)
PLACES = len(placements.names())
GBP_PER_WEEK = 1_000.0
PAIR = ("E10000016", "E10000030")
"""Kent and Surrey."""
PAIR_OF_ENGLAND = np.array(list(areas.children(PAIR))) / sum(one.children for one in areas.authorities())


def make_context(areas: tuple[str, ...] = ("England",), inflation: float = 0.02) -> Context:
    deflator = (1 + inflation) ** ((np.arange(MONTHS) + 0.5) / 12)
    levels = {"2023-24": 0.95, "2024-25": 0.98}
    per_week = np.full((1, len(placements.cost_keys())), GBP_PER_WEEK)
    return Context(
        FIRST, MONTHS, areas, placements.names(), placements.cost_keys(), deflator, levels, births_per_year=600_000.0,
        gbp_per_week=per_week,
    )  # fmt: skip


def make_stream(rng: np.random.Generator, draws: int, areas: int) -> StreamRates:
    ages, phases, reasons = len(AGES), len(PHASES), len(REASONS)
    shares = rng.random((1, 1, 1, ages, PLACES))
    moves = rng.random((1, 1, ages, PLACES, PLACES)) * (1 - np.eye(PLACES))
    return StreamRates(
        youngest_age=0,
        opening=rng.random((draws, areas, 19, phases, PLACES)),
        opening_home=rng.random((draws, areas, 19, len(HOME_SPELLS))),
        new_starts_per_month=rng.random((draws, areas, 1, ages)),
        birth_share=0.7,
        start_place=shares / shares.sum(axis=-1, keepdims=True),
        progress_per_year=rng.random((1, 1, phases - 1)),
        phase_exit_per_year=rng.random((1, 1, ages, phases, reasons)),
        place_exit_per_year=rng.random((1, 1, ages, PLACES, reasons)),
        move_per_year=moves,
        placement_pace=np.ones((1, 1, phases, PLACES)),
        exit_ratio=np.ones((1, 1, 1, ages)),
        move_ratio=np.ones((1, 1, 1, PLACES, PLACES)),
        return_per_year=rng.random(len(HOME_SPELLS)),
        fade_per_year=rng.random(len(HOME_SPELLS) - 1),
        unfostered_place=np.full((1, 1, ages, PLACES), 1.0 / PLACES),
        balancing_per_year=np.zeros((1, 1)),
    )


def make_rates(draws: int = 2, areas: int = 1) -> Rates:
    rng = np.random.default_rng(1)
    foster = FosterRates(
        council=placements.index("council_foster"),
        independent=placements.index("ifa_foster"),
        queued=placements.waiting_places(),
        needing=placements.not_with_kin(),
        wait_weight=np.linspace(0.0, 1.0, len(AGES)),
        limited=True,
        base_households=np.ones((1, areas, 2)),
        followed_below_age=10,
        base_need=np.ones((1, areas, 2)),
        young_share=np.full((1, areas), 0.4),
        opening_households=rng.random((1, areas, 2)),
        opening_usable=rng.random((1, areas, 2)),
        opening_pipeline=rng.random((1, areas, 2, 2)),
        enquiries_per_month=1_000.0 * rng.random((draws, areas, 1, 2)),
        stage_per_year=rng.random(2),
        stage_pass_share=0.1 + 0.4 * rng.random((1, areas, 1, 2, 2)),
        deregistration_per_year=0.1 + 0.1 * rng.random((1, areas, 1, 2)),
        places_per_household=np.ones((1, areas, 2)),
        usable_share=np.full((1, areas, 1, 2), 0.6),
        places_elasticity=np.full((1, areas, 2), 0.75),
        need_elasticity=np.full((1, areas), 0.25),
        places_response_per_year=3.0,
        step_down_per_year=np.ones((1, areas)),
    )
    rates = Rates(
        months=MONTHS,
        cohort_months=12,
        streams=tuple(make_stream(rng, draws, areas) for _ in STREAMS),
        foster=foster,
        place_groups=placements.groups(),
        price_ratio=np.ones((1, 1, MONTHS, len(placements.cost_keys()))) * make_context().deflator[:, None],
        cost_weight=np.ones((1, 1, len(placements.names()))),
        programme_spend_gbp=np.zeros((1, 1, 1)),
        social_workers=np.full((1, areas, 1, 2), [3_000.0, 600.0]),
        open_cases=np.full((1, areas), 36_000.0),
        starts_per_referral=np.full((1, 1), 0.2),
        away_share=np.full((1, areas, 1, PLACES, 2), [0.25, 0.5]),
    )
    for _, array in arrays(rates):
        array.setflags(write=False)
    return rates


def arrays(rates: Rates) -> Iterator[tuple[str, np.ndarray]]:
    records: list[tuple[str, Any]] = [(f"streams.{i}", s) for i, s in enumerate(rates.streams)]
    for prefix, record in [*records, ("foster", rates.foster), ("rates", rates)]:
        for field in fields(record):
            value = getattr(record, field.name)
            if isinstance(value, np.ndarray):
                yield f"{prefix}.{field.name}", value


def change(before: Rates, after: Rates) -> set[str]:
    """Names of arrays that differ in any value."""
    found = set()
    for (name, a), (_, b) in zip(arrays(before), arrays(after), strict=True):
        if a.shape[-1] != b.shape[-1]:
            found.add(name)
            continue
        one, two = np.broadcast_arrays(a, b)
        if not np.array_equal(one, two):
            found.add(name)
    return found


COST = {"budget_gbp": {"2026-27": 12e6}, "per_year_gbp": 6e6, "price_year": "2024-25"}
PHASED = {
    "start": "2026-04",
    "end": "2027-03",
    "profile": {"shape": "linear", "months": 12},
    "fade_months": 6,
    "cost": COST,
}
PAID = {
    "start": "2025-06",
    "profile": {"shape": "linear", "months": 12},
    "outlasts_money": False,
    "cost": {"budget_gbp": {"2026-27": 12e6}},
}
"""A programme whose money ends within the run."""
EACH = {"unit_cost_gbp": 2_000.0, "eligible_per_year": 100_000.0}
OF_WHOM = {**EACH, "deadweight_share": 0.2}
MIX = {"from": ["council_foster", "ifa_foster"], "to": ["childrens_home"]}
DATED = {"start": "2026-04", "end": "2028-03", "cost": COST}
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "early_help": [
        {
            **PHASED,
            "areas": {"count": 12, "of": 153},
            "lag_months": 3,
            "ages": [2, 10],
            "eligible_share": 0.5,
            "effect": {"risk_ratio": 0.8},
            "referrals": {"risk_ratio": 1.3, "referral_ratio": 1.2, "from_month": 2, "to_month": 8},
        },
        {**PAID, "effect": {"risk_ratio": 0.8}},
        {"start": "2026-04", "areas": {"share": 0.4}, "effect": {"risk_ratio": 0.8}},
        {"start": "2026-04", "areas": {"names": ["Kent"]}, "effect": {"risk_ratio": 0.8}},
    ],
    "foster_recruitment": [
        {
            **PHASED,
            "sector": "council",
            "enquiries_ratio": 1.2,
            "approval_ratio": 1.1,
            "extra_households_per_year": 10.0,
        },
        {**PAID, "enquiries_ratio": 1.2},
        {
            "start": "2026-04",
            "sector": "council",
            "extra_households_per_year": 10.0,
            "cost_per_approval_gbp": 20_000.0,
            "cost_elasticity": 0.5,
            "share_won_from_others": 0.5,
            "retainer_gbp_per_week": 50.0,
        },
        {"start": "2026-04", "extra_households_per_year": 350.0, "ceiling_ratio": 1.5},
        {"start": "2026-04", "cost": {"budget_gbp": {"2026-27": 12e6}}, "cost_per_approval_gbp": 20_000.0},
    ],
    "foster_retention": [
        {**PHASED, "sector": "council", "deregistration_ratio": 0.8},
        {**PAID, "deregistration_ratio": 0.8},
    ],
    "trend": [
        {**DATED, "measure": "starts", "percent_per_year": 3.0, "ages": [2, 10], "streams": ["uasc"]},
        {**DATED, "measure": "stays", "percent_per_year": 3.0, "ages": [2, 10], "streams": ["uasc"]},
        {**DATED, "measure": "placement_mix", "percent_per_year": 3.0, "streams": ["uasc"], **MIX},
        {**DATED, "measure": "stays", "ratio": 1.2},
        {**DATED, "measure": "starts", "value": 90.0},
        {**DATED, "measure": "starts", "at_most": 9.0},
        {"measure": "stays", "path": {"2026-27": 1.1}},
    ],
    "price_growth": [
        {**DATED, "costs": ["childrens_home"], "percent_per_year": 4.0, "basis": "real"},
        {**DATED, "costs": ["childrens_home"], "percent_per_year": 4.0, "basis": "cash"},
        {**DATED, "costs": ["childrens_home"], "ratio": 1.2},
        {**DATED, "costs": ["childrens_home"], "value": 900.0, "basis": "cash"},
        {**DATED, "costs": ["childrens_home"], "at_most": 900.0, "basis": "real"},
        {"costs": ["childrens_home"], "path": {"2026-27": 900.0}},
    ],
    "uasc_arrivals": [
        {**DATED, "percent_per_year": 3.0},
        {**DATED, "ratio": 2.0},
        {**DATED, "value": 90.0},
        {**DATED, "at_most": 9.0},
        {"path": {"2026-27": 90.0}},
    ],
    "births": [
        {**DATED, "percent_per_year": -1.0},
        {**DATED, "ratio": 0.9},
        {**DATED, "value": 500_000.0},
        {**DATED, "at_most": 500_000.0},
        {"path": {"2026-27": 500_000.0}},
    ],
    "migration": [{**DATED, "value": 50_000.0, "ages": [2, 10]}, {"path": {"2026-27": -50_000.0}}],
    "budget_line": [DATED],
}
NEUTRAL: dict[str, dict[str, Any]] = {
    "early_help": {"start": "2026-04", "effect": {"risk_ratio": 1.0}},
    "foster_recruitment": {"start": "2026-04"},
    "foster_retention": {"start": "2026-04", "deregistration_ratio": 1.0},
    "trend": {"measure": "stays", "percent_per_year": 0.0},
    "price_growth": {"costs": "all", "percent_per_year": 0.0},
    "uasc_arrivals": {"ratio": 1.0},
    "births": {"percent_per_year": 0.0},
    "migration": {"value": 0.0},
    "budget_line": {},
}
EXAMPLES |= lever_examples.EXAMPLES
NEUTRAL |= lever_examples.NEUTRAL
EXAMPLES |= foster_lever_examples.EXAMPLES
EXAMPLES["foster_recruitment"] += foster_lever_examples.RECRUITED
NEUTRAL |= foster_lever_examples.NEUTRAL
OTHER: dict[str, Any] = {
    "costs": ["supported"],
    "ages": [3, 11],
    "cost.price_year": "2023-24",
    "premium_price_year": "2023-24",
    "price_year": "2023-24",
    "source": "agency_2024",
    "from": ["council_foster"],
    "to": ["supported"],
    "streams": ["resident"],
    "placements": ["supported"],
    "areas.names": ["Kent", "region: North West"],
}


def made(kind: str, data: dict[str, Any]) -> Intervention:
    return kinds()[kind].model_validate({"kind": kind, **data})


def leaves(data: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def moved(kind: str, data: dict[str, Any], path: str) -> dict[str, Any]:
    """The same data with one value changed to another that is allowed."""
    changed = deepcopy(data)
    *above, last = path.split(".")
    holder = changed
    for step in above:
        holder = holder[step]
    value = holder[last]
    known = {note.path: note for note in notes(kinds()[kind])}
    choices = known[path].choices if path in known else ()
    if path in OTHER:
        holder[last] = OTHER[path]
    elif path == "measure":
        holder[last] = "stays" if value == "starts" else "starts"
        if "value" in changed or "at_most" in changed:
            changed = {k: v for k, v in changed.items() if k not in ("value", "at_most")} | {"ratio": 2.0}
        for key in ("from", "to"):
            changed.pop(key, None)
    elif path == "aimed_at.group":
        holder[last] = foster_lever_examples.OTHER_GROUP[value]
    elif choices:
        holder[last] = next(word for word in choices if word not in (value, "step"))
    elif isinstance(value, bool):
        holder[last] = not value
    elif isinstance(value, str):
        holder[last] = str(Month.parse(value) + 2)
    else:
        holder[last] = type(value)(value + 1) if isinstance(value, int) else value * 0.9
    return changed


def test_every_kind_has_examples() -> None:
    assert set(EXAMPLES) == set(kinds())
    assert set(NEUTRAL) == set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_every_field_moves_an_output(kind: str) -> None:
    rates, context = make_rates(), make_context()
    tried = {"cost.budget_gbp"}
    describes = {note.path for note in notes(kinds()[kind]) if note.describes}
    for data in EXAMPLES[kind]:
        before = made(kind, data).apply(rates, context)
        for path in set(leaves(data)) - describes:
            after = made(kind, moved(kind, data, path)).apply(rates, context)
            assert change(before, after), f"{kind}: {path} is ignored"
            tried.add(path)
    known = [note for note in notes(kinds()[kind]) if not note.describes]
    paths = [note.path for note in known]
    ends = {path for path in paths if not any(other.startswith(f"{path}.") for other in paths)}
    ends -= {path for path in ends if path.startswith("areas.")}  # test_every_kind_acts_where_it_says
    ends -= {"transfer_threshold_percent"}  # it moves nothing in England as a whole: by_hand/transfer_scheme.yaml
    ends -= {"cost.statutory"}  # test_a_duty_is_no_part_of_a_plan: it moves what gaps are made of, and no rate
    ends -= {f"cost.{name}" for name in OF_WHOM}  # test_money_says_whom_it_reaches_and_reach_what_it_costs
    patterns = {path.replace("2026-27", "*") for path in tried}
    assert ends - patterns == set(), f"{kind}: fields that no example tries"


@pytest.mark.parametrize("kind", kinds())
def test_no_effect_moves_only_money(kind: str) -> None:
    rates, context = make_rates(), make_context()
    costly = made(kind, {**NEUTRAL[kind], "cost": {"per_year_gbp": 1e6}}).apply(rates, context)
    assert change(rates, costly) == {"rates.programme_spend_gbp"}
    for (name, before), (_, after) in zip(arrays(rates), arrays(costly), strict=True):
        if name != "rates.programme_spend_gbp":
            assert before.tobytes() == after.tobytes(), name


@pytest.mark.parametrize("kind", kinds())
def test_rates_stay_possible_and_inputs_stay_as_they_were(kind: str) -> None:
    rates, context = make_rates(), make_context()
    copies = {name: array.copy() for name, array in arrays(rates)}
    for data in EXAMPLES[kind]:
        after = made(kind, data).apply(rates, context)
        after.check()
        for (name, before), (_, now) in zip(arrays(rates), arrays(after), strict=True):
            assert np.array_equal(before, copies[name])
            assert before.ndim == now.ndim, name
            if now.shape != before.shape:
                assert {MONTHS, MONTHS + 1} & set(now.shape), name


@pytest.mark.parametrize("kind", kinds())
def test_spend_of_all_adds_up(kind: str) -> None:
    rates, context = make_rates(), make_context()
    data = EXAMPLES[kind][0]
    with_cost = made(kind, data)
    without = made(kind, NEUTRAL[kind] if kind != "budget_line" else data)
    once = with_cost.apply(rates, context).programme_spend_gbp
    nothing = np.zeros_like(once) if kind != "budget_line" else once
    after = apply_all(rates, [with_cost, without, with_cost], context)
    assert once.any() == (with_cost.cost is not None)
    np.testing.assert_allclose(after.programme_spend_gbp, once + nothing + once, rtol=1e-12)


@pytest.mark.parametrize("kind", kinds())
def test_every_number_has_a_unit_and_bounds(kind: str) -> None:
    for note in notes(kinds()[kind]):
        assert note.label, note.path
        if note.unit:
            assert note.low is not None, note.path
            assert note.high is not None, note.path
        if isinstance(note.default, (int, float)) and not isinstance(note.default, bool):
            assert note.unit, note.path
            assert note.source, note.path
        assert (
            note.default is not None
            or note.required
            or note.describes
            or note.if_empty
            or (
                note.path.split(".")[-1]
                in (
                    "budget_gbp",
                    "per_year_gbp",
                    "names",
                    "count",
                    "of",
                    "share",
                    "*",
                    "from",
                    "to",
                    "eligible_per_year",
                    "percent_per_year",
                    "ratio",
                    "value",
                    "at_most",
                    "path",
                )
            )
        ), f"{note.path} does not say what happens without a value"


def test_effects_multiply_and_do_not_add() -> None:
    rates, context = make_rates(), make_context()
    help_ = made("early_help", {"start": "2025-04", "effect": {"risk_ratio": 0.1}})
    twice = apply_all(rates, [help_, help_], context).streams[0].new_starts_per_month
    assert np.allclose(twice, 0.01 * rates.streams[0].new_starts_per_month)
    assert (twice >= 0).all()


def test_early_help_known_answers() -> None:
    rates, context = make_rates(), make_context()
    data = {
        "start": "2026-04",
        "areas": {"count": 51, "of": 153},
        "eligible_share": 0.5,
        "ages": [5, 9],
        "effect": {"risk_ratio": 0.4},
    }
    after = made("early_help", data).apply(rates, context)
    ratio = after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month
    assert np.array_equal(ratio[:, :, :12], np.ones((2, 1, 12, 18)))
    assert np.allclose(ratio[:, :, 12:, 5:10], 1 - 0.5 / 3 * 0.6)
    assert np.array_equal(np.delete(ratio, range(5, 10), axis=-1), np.ones((2, 1, MONTHS, 13)))
    assert after.streams[1] is rates.streams[1]


def test_referrals_come_first_and_can_raise_starts() -> None:
    rates, context = make_rates(), make_context()
    data = {
        "start": "2025-04",
        "lag_months": 24,
        "effect": {"risk_ratio": 0.5},
        "referrals": {"risk_ratio": 1.2, "from_month": 6, "to_month": 17},
    }
    after = made("early_help", data).apply(rates, context)
    ratio = (after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month)[0, 0, :, 0]
    expected = np.ones(MONTHS)
    expected[6:18] = 1.2
    expected[24:] = 0.5
    assert np.allclose(ratio, expected)


def test_help_that_began_before_the_run_changes_what_is_still_to_come() -> None:
    rates, context = make_rates(), make_context()
    data = {"start": "2023-04", "effect": {"risk_ratio": 0.8}, "profile": {"shape": "linear", "months": 48}}
    after = made("early_help", data).apply(rates, context)
    ratio = (after.streams[0].new_starts_per_month / rates.streams[0].new_starts_per_month)[0, 0, :, 5]
    # A year into four it had done a quarter to a half of its work by the base's own year: 3/8 on average.
    assert np.allclose(ratio[0], (1 - 0.2 * 24.5 / 48) / (1 - 0.2 * 18 / 48))
    assert np.allclose(ratio[-1], 0.8 / (1 - 0.2 * 18 / 48))


@pytest.mark.parametrize(
    ("kind", "field"),
    [("foster_recruitment", "enquiries_ratio"), ("foster_recruitment", "approval_ratio"),
     ("foster_retention", "deregistration_ratio")],
)  # fmt: skip
def test_a_programme_at_full_strength_before_the_run_changes_nothing_until_it_ends(kind: str, field: str) -> None:
    rates, context = make_rates(), make_context()
    data = {"start": "2020-04", "end": "2026-03", field: 0.8}
    after = made(kind, data).apply(rates, context)
    assert rates.foster is not None
    assert after.foster is not None
    name = {"enquiries_ratio": "enquiries_per_month", "approval_ratio": "stage_pass_share"}.get(
        field, "deregistration_per_year"
    )
    one, two = getattr(rates.foster, name), getattr(after.foster, name)
    assert np.allclose(two[:, :, :12], one[:, :, :1])
    assert np.allclose(
        (two / one)[0, 0, 12:, 0, ..., -1] if field == "approval_ratio" else (two / one)[0, 0, 12:, 0], 1.25
    )


def test_recruitment_adds_the_approvals_asked_for() -> None:
    rates, context = make_rates(areas=2), make_context(PAIR)
    for sector, chosen in [("all", [0, 1]), ("independent", [1])]:
        data = {
            "start": "2025-04",
            "sector": sector,
            "approval_ratio": 1.2,
            "extra_households_per_year": 1200,
        }
        plain = made("foster_recruitment", {**data, "extra_households_per_year": 0}).apply(rates, context)
        after = made("foster_recruitment", data).apply(rates, context)
        assert after.foster is not None
        assert plain.foster is not None
        extra = after.foster.enquiries_per_month - plain.foster.enquiries_per_month
        approvals = extra * after.foster.stage_pass_share.prod(axis=-1)
        assert np.allclose(approvals.sum(axis=(1, 3)), 100.0 * PAIR_OF_ENGLAND.sum())
        others = [i for i in range(len(SECTORS)) if i not in chosen]
        assert not approvals[..., others].any()


def test_recruitment_cannot_approve_more_than_are_assessed() -> None:
    rates, context = make_rates(), make_context()
    greedy = made("foster_recruitment", {"start": "2025-04", "approval_ratio": 5.0})
    said = r"^interventions\.1\.approval_ratio: 5 would approve more .* allowed: up to"
    with pytest.raises(Impossible, match=said) as told:
        apply_all(rates, [made("budget_line", {"cost": COST}), greedy], context)
    assert (told.value.path, told.value.value) == (("interventions", 1, "approval_ratio"), 5.0)


def test_foster_kinds_need_foster_capacity() -> None:
    rates = replace(make_rates(), foster=None)
    for kind in ("foster_recruitment", "foster_retention"):
        with pytest.raises(Impossible, match="no limit on foster places"):
            made(kind, EXAMPLES[kind][0]).apply(rates, make_context())


def test_trend_compounds_then_holds() -> None:
    rates, context = make_rates(), make_context()
    data = {"measure": "starts", "percent_per_year": 10, "start": "2026-04", "end": "2028-03"}
    after = made("trend", data).apply(rates, context)
    for one, other in zip(after.streams, rates.streams, strict=True):
        ratio = (one.new_starts_per_month / other.new_starts_per_month)[0, 0, :, 3]
        assert np.allclose(ratio[:12], 1.0)
        assert np.allclose(ratio[12:36], 1.1 ** ((np.arange(24) + 0.5) / 12))
        assert np.allclose(ratio[36:], 1.21)


def test_trend_that_began_before_the_run_counts_from_the_run() -> None:
    rates, context = make_rates(), make_context()
    data = {"measure": "starts", "percent_per_year": 10}
    early = made("trend", {**data, "start": "2020-04"}).apply(rates, context)
    assert not change(early, made("trend", data).apply(rates, context))


def test_longer_stays_slow_every_exit() -> None:
    rates, context = make_rates(), make_context()
    after = made("trend", {"measure": "stays", "percent_per_year": 10, "ages": [10, 17]}).apply(rates, context)
    ratio = after.streams[0].exit_ratio[0, 0]
    assert np.allclose(ratio[:, 10:], 1.1 ** (-(np.arange(MONTHS) + 0.5) / 12)[:, None])
    assert np.array_equal(ratio[:, :10], np.ones((MONTHS, 10)))


def test_placement_mix_shifts_only_between_its_lists() -> None:
    rates, context = make_rates(), make_context()
    data = {"measure": "placement_mix", "percent_per_year": 10, **MIX}
    after = made("trend", data).apply(rates, context)
    before_shares, shares = rates.streams[0].start_place, after.streams[0].start_place
    home, council, ifa = (placements.index(n) for n in ("childrens_home", "council_foster", "ifa_foster"))
    rest = [i for i in range(PLACES) if i not in (home, council, ifa)]
    assert np.allclose(shares.sum(axis=-1), 1.0)
    assert np.allclose(shares[..., rest], before_shares[..., rest])
    odds = shares[..., home] / shares[..., council] / (before_shares[..., home] / before_shares[..., council])
    growth = 1.1 ** ((np.arange(MONTHS) + 0.5) / 12)
    assert np.allclose(odds[0, 0], growth[:, None])
    moves = after.streams[0].move_ratio[0, 0]
    assert np.allclose(moves[:, council, home], growth)
    assert np.array_equal(moves[:, home, council], np.ones(MONTHS))


def test_placement_mix_leaves_ages_without_a_share_alone() -> None:
    rates, context = make_rates(), make_context()
    stream = rates.streams[0]
    shares = np.zeros(stream.start_place.shape)
    shares[..., placements.index("council_foster")] = 1.0
    rates = replace(rates, streams=(replace(stream, start_place=shares), rates.streams[1]))
    after = made("trend", {"measure": "placement_mix", "percent_per_year": 10, **MIX}).apply(rates, context)
    assert np.array_equal(after.streams[0].start_place, np.broadcast_to(shares, after.streams[0].start_place.shape))


def test_cash_growth_at_inflation_changes_nothing_and_real_growth_comes_on_top() -> None:
    rates, context = make_rates(), make_context(inflation=0.03)
    for dates in ({}, {"start": "2026-07"}, {"start": "2026-07", "end": "2028-01"}):
        data = {"costs": "all", "percent_per_year": 3.0, **dates}
        cash = made("price_growth", {**data, "basis": "cash"}).apply(rates, context)
        assert np.allclose(cash.price_ratio, rates.price_ratio, rtol=1e-12)
    real = made("price_growth", {"costs": "all", "percent_per_year": 3.0}).apply(rates, context)
    growth = 1.03 ** ((np.arange(MONTHS) + 0.5) / 12)
    assert np.allclose(real.price_ratio[0, 0] / rates.price_ratio[0, 0], growth[:, None])


def test_cash_growth_takes_the_place_of_inflation_then_gives_it_back() -> None:
    context = make_context(inflation=0.02)
    rates = make_rates()
    data = {"costs": "childrens_home", "percent_per_year": 10, "basis": "cash", "end": "2027-03"}
    ratio = made("price_growth", data).apply(rates, context).price_ratio[0, 0]
    home = placements.cost_keys().index("childrens_home")
    assert np.allclose(ratio[:24, home], 1.1 ** ((np.arange(24) + 0.5) / 12))
    assert np.allclose(ratio[24:, home] / rates.price_ratio[0, 0, 24:, home], (1.1 / 1.02) ** 2)
    rest = np.delete(np.arange(ratio.shape[1]), home)
    assert np.array_equal(ratio[:, rest], rates.price_ratio[0, 0][:, rest])


def test_budget_is_spread_over_its_year_and_cut_at_the_edges() -> None:
    context = make_context()
    cost = Cost.model_validate({"budget_gbp": {"2024-25": 5e6, "2025-26": 12e6, "2030-31": 7e6}})
    spend = cost.spend(context, FIRST, None)
    assert np.allclose(spend[:12], 1e6)
    assert not spend[12:].any()


def test_yearly_amount_runs_from_start_to_end() -> None:
    cost = Cost.model_validate({"per_year_gbp": 12e6})
    spend = cost.spend(make_context(), Month(2026, 1), Month(2026, 6))
    assert np.allclose(spend[9:15], 1e6)
    assert spend.sum() == pytest.approx(6e6)
    early = cost.spend(make_context(), Month(2020, 1), Month(2025, 6))
    assert early.sum() == pytest.approx(3e6)


def test_price_year_is_uprated_with_the_deflator() -> None:
    context = make_context()
    cost = Cost.model_validate({"per_year_gbp": 12e6, "price_year": "2023-24"})
    assert np.allclose(cost.spend(context, FIRST, None), 1e6 * context.deflator / 0.95)
    inside = Cost.model_validate({"per_year_gbp": 12e6, "price_year": "2026-27"})
    level = context.deflator[12:24].mean()
    assert np.allclose(inside.spend(context, FIRST, None), 1e6 * context.deflator / level)
    unknown = made("budget_line", {"cost": {"per_year_gbp": 1.0, "price_year": "1999-00"}})
    with pytest.raises(Impossible, match=r"^interventions\.0\.cost\.price_year: no price level is known for 1999-00"):
        apply_all(make_rates(), [unknown], context)


def test_spend_is_shared_between_areas_as_children_are() -> None:
    line = made("budget_line", {"cost": {"per_year_gbp": 12e6}})
    spend = line.apply(make_rates(areas=2), make_context(PAIR)).programme_spend_gbp[0, :, 0]
    assert np.allclose(spend, 1e6 * PAIR_OF_ENGLAND)


WON_OR_COUNTED = {"cost_per_approval_gbp", "share_won_from_others", "aimed_at", "places", "others_paid"}
"""Fields of what is shared out in numbers, or won from others, so that it is not what it would be everywhere."""


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_acts_where_it_says(kind: str) -> None:
    """Kent has what it would have everywhere, Surrey nothing of it, and all of the money is spent in Kent."""
    rates, context = make_rates(areas=2), make_context(PAIR)
    for example in EXAMPLES[kind]:
        if WON_OR_COUNTED & set(example):
            continue
        data = {k: v for k, v in example.items() if k not in ("areas", "extra_households_per_year")}
        everywhere = made(kind, data).apply(rates, context)
        in_kent = made(kind, {**data, "areas": {"names": ["Kent"]}}).apply(rates, context)
        for (name, before), (_, whole), (_, part) in zip(
            arrays(rates), arrays(everywhere), arrays(in_kent), strict=True
        ):
            if name == "rates.programme_spend_gbp":
                assert np.allclose(part[0, 0], whole[0].sum(axis=0) / PAIR_OF_ENGLAND.sum())
                assert not part[0, 1].any()
            elif not np.array_equal(*np.broadcast_arrays(before, whole)):
                one, two, three = np.broadcast_arrays(before, whole, part)
                assert np.allclose(three[:, 0], two[:, 0]), name
                assert np.array_equal(three[:, 1], one[:, 1]), name


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"budget_line"}))
def test_a_share_of_children_has_that_share_of_an_effect(kind: str) -> None:
    rates, context = make_rates(), make_context()
    for example in EXAMPLES[kind]:
        if example.get("measure") == "placement_mix":  # odds of first placements are no sum
            continue
        if WON_OR_COUNTED & set(example):
            continue
        apart = ("areas", "extra_households_per_year", "approval_ratio", *lever_examples.NO_SUM)
        data = {k: v for k, v in example.items() if k not in apart}
        everywhere = made(kind, data).apply(rates, context)
        part = made(kind, {**data, "areas": {"share": 0.25}}).apply(rates, context)
        for (name, before), (_, whole), (_, some) in zip(arrays(rates), arrays(everywhere), arrays(part), strict=True):
            if name == "rates.programme_spend_gbp":
                assert np.array_equal(some, whole)
            else:
                assert np.allclose(some - before, 0.25 * (whole - before)), name


def test_households_wanted_come_where_the_programme_acts() -> None:
    rates, context = make_rates(areas=2), make_context(PAIR)
    plain = rates.foster
    data = {
        "start": "2025-04", "extra_households_per_year": 1200, "ceiling_ratio": 20.0, "areas": {"names": ["Kent"]},
    }  # fmt: skip
    after = made("foster_recruitment", data).apply(rates, context).foster
    assert plain is not None
    assert after is not None
    extra = (after.enquiries_per_month - plain.enquiries_per_month) * after.stage_pass_share.prod(axis=-1)
    assert np.allclose(extra[:, 0].sum(axis=-1), 100.0)
    assert not extra[:, 1].any()
    nobody = replace(plain, enquiries_per_month=plain.enquiries_per_month * np.array([0.0, 1.0])[:, None, None])
    after = made("foster_recruitment", data).apply(replace(rates, foster=nobody), context).foster
    assert after is not None
    assert np.allclose((after.enquiries_per_month * after.stage_pass_share.prod(axis=-1))[:, 0].sum(axis=-1), 100.0)


def test_a_count_of_areas_is_drawn_in_a_run_of_authorities() -> None:
    context = make_context(tuple(one.code for one in areas.authorities()))
    trend = {"measure": "starts", "percent_per_year": 5}
    drawn = made("trend", {**trend, "areas": {"count": 12, "of": 153}}).apply(make_rates(), context)
    grows = drawn.streams[0].new_starts_per_month[0, :, -1, 0] > drawn.streams[0].new_starts_per_month[0, :, 0, 0]
    assert grows.sum() == 12
    wrong = made("trend", {**trend, "areas": {"count": 12, "of": 150}})
    with pytest.raises(Impossible, match=r"^interventions\.0\.areas\.of: a run of authorities draws .* from all 153"):
        apply_all(make_rates(), [wrong], context)


def test_a_share_of_children_is_refused_where_there_is_only_money() -> None:
    with pytest.raises(ValidationError, match="the money is the same"):
        made("budget_line", {**DATED, "areas": {"share": 0.5}})


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("linear", [0.125, 0.375, 0.625, 0.875, 1.0]),
        ("front_loaded", [1 - 0.875**2, 1 - 0.625**2, 1 - 0.375**2, 1 - 0.125**2, 1.0]),
        ("back_loaded", [0.125**2, 0.375**2, 0.625**2, 0.875**2, 1.0]),
        ("s_curve", [x * x * (3 - 2 * x) for x in (0.125, 0.375, 0.625, 0.875, 1.0)]),
    ],
)
def test_profiles(shape: Literal["linear"], expected: list[float]) -> None:
    weights = Profile(shape=shape, months=4).weights(make_context(), Month(2025, 6))
    assert np.array_equal(weights[:2], [0.0, 0.0])
    assert np.allclose(weights[2:7], expected)
    assert np.array_equal(weights[6:], np.ones(MONTHS - 6))


def test_step_end_and_fade() -> None:
    weights = Profile().weights(make_context(), Month(2025, 6), Month(2025, 9), 4)
    assert np.allclose(weights[:12], [0, 0, 1, 1, 1, 1, 0.875, 0.625, 0.375, 0.125, 0, 0])
    assert np.allclose(Profile().weights(make_context(), Month(2025, 6), Month(2025, 9))[6:], 0)


def test_fade_starts_from_the_strength_reached() -> None:
    half = Profile(shape="linear", months=8).weights(make_context(), Month(2025, 4), Month(2025, 7), 2)
    assert np.allclose(half[:7], [0.0625, 0.1875, 0.3125, 0.4375, 0.5 * 0.75, 0.5 * 0.25, 0])


def test_start_before_the_run() -> None:
    weights = Profile(shape="linear", months=24).weights(make_context(), Month(2024, 4))
    assert weights[0] == pytest.approx(12.5 / 24)


@given(
    shape=st.sampled_from(["linear", "front_loaded", "back_loaded", "s_curve"]),
    months=st.integers(1, 80),
    start=st.integers(-40, 70),
    length=st.integers(0, 60),
    fade=st.integers(0, 40),
)
@settings(max_examples=100, deadline=None)
def test_weights_lie_between_0_and_1(shape: Any, months: int, start: int, length: int, fade: int) -> None:
    first = FIRST + start
    weights = Profile(shape=shape, months=months).weights(make_context(), first, first + length, fade)
    assert weights.shape == (MONTHS,)
    assert (weights >= 0).all()
    assert (weights <= 1).all()


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="two kinds are named 'trend'"):

        class Another(Intervention):
            kind: Literal["trend"] = "trend"

            def change(self, rates: Rates, context: Context) -> Rates:
                return rates

    assert kinds()["trend"].__name__ == "Trend"


def test_interventions_are_frozen() -> None:
    one = made("trend", EXAMPLES["trend"][0])
    with pytest.raises(ValidationError):
        one.note = "changed"


def test_titles() -> None:
    line = {"cost": {"per_year_gbp": 1.0}}
    assert made("budget_line", line).title == "budget_line"
    assert made("budget_line", {**line, "id": "a"}).title == "a"
    assert made("budget_line", {**line, "id": "a", "label": "Line A"}).title == "Line A"
