"""Example rates for tests: small ones whose answer is known, and one of England's size.

None of these numbers is a finding. The England-like ones have the size and the shape of the published tables,
so that an error which matters there shows here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.grid import make_grid
from simulator.engine.paths import Paths
from simulator.engine.rates import Array, FosterRates, Rates, StreamRates
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, band_of_age

BAND_OF_AGE: NDArray[np.intp] = np.array([list(AGE_BANDS).index(band_of_age(age)) for age in AGES], dtype=np.intp)

HOME, GUARDIANSHIP, ARRANGEMENTS, ADOPTION, OTHER, AGE_18 = range(len(REASONS))

RETURN_PER_YEAR = np.array([0.783, 0.0705, 0.0396])
FADE_PER_YEAR = np.array([4.0, 4.0 / 3.0])
"""Hazards at which 12% come back within 3 months, 20% within a year and 35% within six years.

The spells are of random length. (Spells that end after exactly 3 months and a year would need 0.51, 0.127
and 0.0415.)
"""

PROGRESS_PER_YEAR = np.array([26.0, 4.0, 2.0, 1.0, 0.33])
PHASE_EXIT_PER_YEAR = np.array([4.0, 1.2, 0.5, 0.35, 0.15, 0.06])
PLACEMENT_PACE = np.array([2.0, 1.5, 1.0, 1.0, 1.0, 0.5])

PLACES = (
    "kinship_foster",
    "council_foster",
    "ifa_foster",
    "childrens_home",
    "home_waiting",
    "supported",
    "supported_waiting",
    "with_parents",
    "for_adoption",
    "secure_residential",
    "other",
)
AT_ONCE = 1e4
"""Hazard a year at which nothing is left of what was before at the end of a month."""

KINSHIP, COUNCIL, IFA, CHILDRENS_HOME, HOME_WAITING, SUPPORTED, SUPPORTED_WAITING, PARENTS, FOR_ADOPTION = range(9)


def starts_by_age(**ages: float) -> Array:
    """Return starts a year by age from keywords such as ``age_3=100.0``; the other ages have none."""
    starts = np.zeros(len(AGES))
    for name, number in ages.items():
        starts[int(name.removeprefix("age_"))] = number
    return starts


def stream(
    *,
    width: int = 12,
    starts_per_year: Array | None = None,
    birth_share: float = 0.0,
    start_place: Array | None = None,
    progress_per_year: Sequence[float] | Array = (),
    phase_exit_per_year: Array | None = None,
    place_exit_per_year: Array | None = None,
    move_per_year: Array | None = None,
    placement_pace: Sequence[float] | Array | None = None,
    return_per_year: Array | None = None,
    youngest_age: int = 0,
    unfostered_place: Array | None = None,
    places: int = 1,
) -> StreamRates:
    """Return a stream that starts empty. Arrays come without axes for draw, area and month; default zero.

    Parameters
    ----------
    width : int
        Months of birth in a cohort.
    starts_per_year : (age,)
    start_place : (age, place)
        Default: everybody starts in the first placement.
    progress_per_year : (phase - 1,)
    phase_exit_per_year : (age, phase, reason)
    place_exit_per_year : (age, place, reason)
    move_per_year : (age, place, place)
    placement_pace : (phase,) or (phase, place)
        Default: one.
    return_per_year : (spell,)
    unfostered_place : (age, place)
        Default: all in the last placement.
    """
    ages, reasons, phases = len(AGES), len(REASONS), len(progress_per_year) + 1
    rows = make_grid(width, youngest_age).rows
    if start_place is None:
        start_place = np.eye(1, places).repeat(ages, axis=0)
    if unfostered_place is None:
        unfostered_place = np.eye(1, places, places - 1).repeat(ages, axis=0)

    pace = np.ones(phases) if placement_pace is None else np.asarray(placement_pace, dtype=float)
    pace = pace.reshape(phases, -1)

    def or_zero(values: Array | None, *shape: int) -> Array:
        return (np.zeros(shape) if values is None else values)[None, None]

    return StreamRates(
        youngest_age=youngest_age,
        opening=np.zeros((1, 1, rows, phases, places)),
        opening_home=np.zeros((1, 1, rows, 3)),
        new_starts_per_month=or_zero(starts_per_year, ages)[:, :, None] / 12.0,
        birth_share=birth_share,
        start_place=start_place[None, None, None],
        progress_per_year=np.asarray(progress_per_year, dtype=float)[None, None],
        phase_exit_per_year=or_zero(phase_exit_per_year, ages, phases, reasons),
        place_exit_per_year=or_zero(place_exit_per_year, ages, places, reasons),
        move_per_year=or_zero(move_per_year, ages, places, places),
        placement_pace=pace.repeat(places // pace.shape[1], axis=1)[None, None],
        exit_ratio=np.ones((1, 1, 1, ages)),
        move_ratio=np.ones((1, 1, 1, places, places)),
        return_per_year=np.zeros(3) if return_per_year is None else return_per_year,
        fade_per_year=FADE_PER_YEAR,
        unfostered_place=unfostered_place[None, None],
        balancing_per_year=np.zeros((1, 1)),
    )


def rates(*streams: StreamRates, months: int, width: int = 12, foster: FosterRates | None = None) -> Rates:
    """Put streams together; all placements are reported apart."""
    places = streams[0].opening.shape[-1]
    return Rates(
        months=months,
        cohort_months=width,
        streams=streams,
        foster=foster,
        place_groups=np.arange(places),
        price_ratio=np.ones((1, 1, 1, 1)),
        cost_weight=np.ones((1, 1, places)),
        programme_spend_gbp=np.zeros((1, 1, 1)),
    )


def one_hazard(hazard: float, reason: int = OTHER, phases: int = 1) -> Array:
    """Return a hazard of leaving that is the same at every age and in every phase: (age, phase, reason)."""
    exits = np.zeros((len(AGES), phases, len(REASONS)))
    exits[..., reason] = hazard
    return exits


def go_on(before: Rates, paths: Paths, months: int) -> Rates:
    """Return rates (constant over months) that go on for some months from where a run ended."""
    streams = tuple(
        replace(s, opening=state, opening_home=home)
        for s, state, home in zip(before.streams, paths.state, paths.home, strict=True)
    )
    foster = before.foster
    if foster is not None:
        foster = replace(
            foster,
            opening_households=paths.households[:, :, -1],
            opening_usable=paths.places_usable[:, :, -1],
            opening_pipeline=paths.pipeline,
            opening_weighted=paths.weighted,
        )
    return replace(before, months=months, streams=streams, foster=foster)


def scale_starts(before: Rates, ratio: float) -> Rates:
    """Return rates with all new starts multiplied."""
    streams = tuple(replace(s, new_starts_per_month=s.new_starts_per_month * ratio) for s in before.streams)
    return replace(before, streams=streams)


def england(months: int, width: int = 12) -> Rates:
    """Return rates of England's size and shape: both streams, nobody in care, foster places unlimited."""
    return rates(_resident(width), _uasc(width), months=months, width=width)


def england_foster() -> FosterRates:
    """Return foster households of England's size, with fewer places than children come to need."""
    return FosterRates(
        council=COUNCIL,
        independent=IFA,
        queued=np.array([HOME_WAITING, SUPPORTED_WAITING]),
        needing=np.delete(np.arange(len(PLACES)), KINSHIP),
        wait_weight=np.linspace(0.0, 1.0, len(AGES)),
        limited=True,
        base_households=np.array([[[15_000.0, 12_000.0]]]),
        followed_below_age=10,
        base_need=np.array([[[25_000.0, 45_000.0]]]),
        young_share=np.array([[0.4]]),
        opening_households=np.array([[[15_000.0, 12_000.0]]]),
        opening_usable=np.array([[[18_900.0, 15_120.0]]]),
        opening_pipeline=np.array([[[[4_000.0, 1_500.0], [6_000.0, 1_200.0]]]]),
        enquiries_per_month=np.array([[[[5_000.0, 6_500.0]]]]),
        stage_per_year=np.array([6.0, 2.0]),
        stage_pass_share=np.array([[[[[0.07, 0.35], [0.05, 0.35]]]]]),
        deregistration_per_year=np.array([[[[0.13, 0.12]]]]),
        places_per_household=np.array([[[2.1, 2.1]]]),
        usable_share=np.array([[[[0.6, 0.6]]]]),
        places_elasticity=np.array([[[0.75, 0.6]]]),
        need_elasticity=np.array([[0.25]]),
        places_response_per_year=3.0,
        step_down_per_year=np.array([[0.8]]),
    )


def in_proportion(foster: FosterRates) -> FosterRates:
    """Return the rates with usable places at once in proportion to households, whatever the need."""
    return replace(
        foster,
        places_elasticity=np.ones((1, 1, 2)),
        young_share=np.zeros((1, 1)),
        need_elasticity=np.zeros((1, 1)),
        places_response_per_year=AT_ONCE,
    )


def _unfostered(young: dict[int, float], old: dict[int, float]) -> Array:
    """Return where children under 16, and older, are placed who find no foster home: (age, place)."""
    shares = np.zeros((len(AGES), len(PLACES)))
    for ages, of_place in ((slice(0, 16), young), (slice(16, None), old)):
        for place, share in of_place.items():
            shares[ages, place] = share
    return shares


def _resident(width: int) -> StreamRates:
    ages, places, reasons = len(AGES), len(PLACES), len(REASONS)
    starts = np.array(
        [
            5140,
            1300,
            1130,
            1030,
            970,
            980,
            980,
            980,
            980,
            980,
            1050,
            1150,
            1300,
            1450,
            1600,
            1650,
            1750,
            1150.0,
        ]
    )
    start_place = np.tile([0.22, 0.33, 0.22, 0.06, 0.01, 0.0, 0.0, 0.10, 0.01, 0.02, 0.03], (ages, 1))
    start_place[10:16] = [0.12, 0.26, 0.24, 0.22, 0.02, 0.0, 0.0, 0.07, 0.0, 0.04, 0.03]
    start_place[16:] = [0.06, 0.14, 0.12, 0.18, 0.0, 0.36, 0.02, 0.03, 0.0, 0.05, 0.04]

    by_age = np.array([1.1] + [1.0] * 4 + [0.9] * 5 + [1.0] * 6 + [1.3] * 2)
    reason_share = np.tile([0.50, 0.20, 0.10, 0.0, 0.20, 0.0], (ages, 1))
    reason_share[10:] = [0.65, 0.05, 0.10, 0.0, 0.20, 0.0]
    phase_exit = by_age[:, None, None] * PHASE_EXIT_PER_YEAR[:, None] * reason_share[:, None, :]

    place_exit = np.zeros((ages, places, reasons))
    place_exit[:, FOR_ADOPTION, ADOPTION] = 1.5
    place_exit[:, PARENTS, HOME] = 0.4
    place_exit[:, KINSHIP, GUARDIANSHIP] = 0.12
    place_exit[16:, SUPPORTED, OTHER] = 0.15

    move = np.zeros((ages, places, places))
    for a, b, hazard in [
        (KINSHIP, COUNCIL, 0.06), (COUNCIL, IFA, 0.10), (IFA, COUNCIL, 0.08), (COUNCIL, KINSHIP, 0.05),
        (COUNCIL, PARENTS, 0.04), (PARENTS, COUNCIL, 0.10), (COUNCIL, CHILDRENS_HOME, 0.02),
        (IFA, CHILDRENS_HOME, 0.03), (CHILDRENS_HOME, IFA, 0.10), (HOME_WAITING, IFA, 0.80),
        (CHILDRENS_HOME, 9, 0.04), (9, CHILDRENS_HOME, 1.5), (10, COUNCIL, 1.0),
    ]:  # fmt: skip
        move[:, a, b] = hazard
    move[10:, [COUNCIL, IFA], CHILDRENS_HOME] = 0.08
    move[:5, [COUNCIL, IFA], FOR_ADOPTION] = np.array([0.35, 0.30, 0.15, 0.08, 0.04])[:, None]
    move[16:, [COUNCIL, IFA, CHILDRENS_HOME, HOME_WAITING], SUPPORTED] = [0.15, 0.15, 0.60, 0.60]
    return stream(
        width=width,
        starts_per_year=starts,
        birth_share=0.72,
        start_place=start_place,
        progress_per_year=PROGRESS_PER_YEAR,
        phase_exit_per_year=phase_exit,
        place_exit_per_year=place_exit,
        move_per_year=move,
        placement_pace=PLACEMENT_PACE,
        return_per_year=RETURN_PER_YEAR,
        unfostered_place=_unfostered({HOME_WAITING: 0.8, PARENTS: 0.2}, {HOME_WAITING: 0.4, SUPPORTED_WAITING: 0.6}),
        places=places,
    )


def _uasc(width: int) -> StreamRates:
    ages, places = len(AGES), len(PLACES)
    start_place = np.zeros((ages, places))
    start_place[:16, [COUNCIL, IFA, CHILDRENS_HOME, 10]] = [0.30, 0.50, 0.10, 0.10]
    start_place[16:, [COUNCIL, IFA, SUPPORTED, 10]] = [0.10, 0.15, 0.65, 0.10]
    phase_exit = np.zeros((ages, len(PHASE_EXIT_PER_YEAR), len(REASONS)))
    phase_exit[..., OTHER] = [2.0, 0.9, 0.4, 0.2, 0.1, 0.1]
    move = np.zeros((ages, places, places))
    move[:, COUNCIL, IFA] = 0.1
    move[:, 10, SUPPORTED] = 2.0
    move[16:, [COUNCIL, IFA], SUPPORTED] = 0.3
    return stream(
        width=width,
        starts_per_year=starts_by_age(age_14=250.0, age_15=1100.0, age_16=2700.0, age_17=2900.0),
        start_place=start_place,
        progress_per_year=PROGRESS_PER_YEAR,
        phase_exit_per_year=phase_exit,
        move_per_year=move,
        youngest_age=12,
        unfostered_place=_unfostered({HOME_WAITING: 0.7, 10: 0.3}, {SUPPORTED_WAITING: 0.9, 10: 0.1}),
        places=places,
    )
