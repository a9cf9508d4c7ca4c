"""Rates that tests of interventions change, and how they differ: no file and no baseline is read for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from simulator.engine.rates import FosterRates, Rates, StreamRates
from simulator.interventions import Context, Intervention, kinds
from simulator.vocabulary import areas, placements
from simulator.vocabulary.axes import AGES, HOME_SPELLS, PHASES, REASONS, STREAMS
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


def made(kind: str, data: dict[str, Any]) -> Intervention:
    return kinds()[kind].model_validate({"kind": kind, **data})
