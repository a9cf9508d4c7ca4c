"""What a compiled scenario is: one frozen record of float arrays with named axes.

``compile`` writes it, interventions transform it, the engine reads it. Every array may hold size 1 on an axis along
which it does not vary (draw, area, month); numpy broadcasts it. All randomness has ended here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.vocabulary.axes import AWAY, CONTRACTS, HOME_SPELLS, REASONS

Array = NDArray[np.float64]

NO_LIMIT = 1e30
"""Usable places over approved ones where nothing limits them: a number, as arrays have to be finite."""


@dataclass(frozen=True)
class StreamRates:
    """Stock and rates of one stream of children (resident, or unaccompanied asylum-seeking).

    Attributes
    ----------
    youngest_age : int
        Youngest age at which a child of this stream can be looked after, years.
    opening : (draw, area, row, phase, place)
        Children looked after at the first instant.
    opening_home : (draw, area, row, spell)
        Children who went home and may come back, at the first instant.
    new_starts_per_month : (draw, area, month, age)
        Children who start to be looked after and did not come back from home (see `return_per_year`), a month.
    birth_share : float
        Share of the starts at age 0 that come at birth; the rest come evenly over the first year.
    start_place : (draw, area, month, age, place)
        Shares of starts by first placement; they sum to 1 over `place`.
    progress_per_year : (draw, area, phase - 1)
        Hazard of passing from a phase to the next.
    phase_exit_per_year : (draw, area, age, phase, reason)
        Hazard of leaving that goes with time in care.
    place_exit_per_year : (draw, area, age, place, reason)
        Hazard of leaving that goes with the placement, on top of the above.
    move_per_year : (draw, area, age, place, place)
        Hazard of moving from one placement (first axis) to another (second axis); zero diagonal.
    placement_pace : (draw, area, phase, place)
        Multiplies the hazards of leaving and moving that go with a placement in each phase of time in care.
    exit_ratio : (draw, area, month, age)
        Multiplies every hazard of leaving in a month.
    move_ratio : (draw, area, month, place, place)
        Multiplies hazards of moving in a month.
    return_per_year : (spell,)
        Hazard of coming back into care after going home.
    fade_per_year : (spell - 1,)
        Hazard of passing to the next spell at home.
    unfostered_place : (draw, area, age, place)
        Where children are placed whose plan is mainstream fostering and who find no place, as shares; they sum to 1.
    balancing_per_year : (draw, area)
        The counting residual as a growth rate of the stock, a year (docs/model.md, section 7); below 0 it takes
        children away.
    phase_exit_ratio : (draw, area, month, reason)
        Multiplies hazards of leaving that go with time in care in a month, by reason, besides `exit_ratio`.
    return_ratio : (draw, area, month, spell)
        Children who come back from home in a month over those who would by `return_per_year`, by their spell at its
        beginning; the others stay in it. It is a ratio of hazards to within the chance of coming back in a month.
    place_exit_ratio : (draw, area, month, place, reason)
        Multiplies hazards of leaving that go with the placement in a month, besides `exit_ratio`.
    order_return_share : (draw, area, month, place)
        Of those who leave for guardianship from a placement in a month, the share who may come back as those do who
        went home long ago (the last spell). Others who come back are in `new_starts_per_month`.
    exit_pace_ratio : (draw, area, phase, place)
        Multiplies `placement_pace` for leaving alone, where it goes otherwise with time in care than moving.
    """

    youngest_age: int
    opening: Array
    opening_home: Array
    new_starts_per_month: Array
    birth_share: float
    start_place: Array
    progress_per_year: Array
    phase_exit_per_year: Array
    place_exit_per_year: Array
    move_per_year: Array
    placement_pace: Array
    exit_ratio: Array
    move_ratio: Array
    return_per_year: Array
    fade_per_year: Array
    unfostered_place: Array
    balancing_per_year: Array
    phase_exit_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1, len(REASONS))))
    return_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1, len(HOME_SPELLS))))
    place_exit_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1, 1, 1)))
    order_return_share: Array = field(default_factory=lambda: np.zeros((1, 1, 1, 1)))
    exit_pace_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1, 1)))

    @property
    def exit_pace(self) -> Array:
        """Pace of the hazards of leaving that go with a placement: (draw, area, phase, place)."""
        return self.placement_pace * self.exit_pace_ratio


@dataclass(frozen=True)
class FosterRates:
    """Mainstream foster households and the way to them. Kinship carers are outside: they are approved for one child.

    Attributes
    ----------
    council, independent : int
        Positions on the place axis of the placements that each sector's places serve.
    queued : (n,) int
        Positions of the placements whose children take a foster place when one is free.
    needing : (n,) int
        Positions of the placements whose children are counted as need: the more there are, the more of the approved
        places are used.
    wait_weight : (age,)
        How readily a child of each age is the one who is left without a place.
    limited : bool
        False lets every child be fostered whose plan it is; households are followed all the same.
    base_households : (draw, area, sector)
        Households at the base, for which `usable_share` is.
    followed_below_age : int
        Usable places follow children younger than this one for one.
    base_need : (draw, area, 2)
        Children in the placements of `needing` at the base: those younger than that, and others.
    young_share : (draw, area)
        Share of the children fostered at the base who are younger than that.
    opening_households : (draw, area, sector)
    opening_usable : (draw, area, sector)
        Usable places at the first instant.
    opening_pipeline : (draw, area, sector, stage)
        Prospective households at each stage between first enquiry and approval.
    enquiries_per_month : (draw, area, month, sector)
    stage_per_year : (stage,)
        Hazard of finishing a stage.
    stage_pass_share : (draw, area, month, sector, stage)
        Share of those who finish a stage who go on to the next (after the last: who are approved).
    deregistration_per_year : (draw, area, month, sector)
        Hazard of a household leaving.
    places_per_household : (draw, area, sector)
    usable_share : (draw, area, month, sector)
        Share of approved places that can in fact take a child, with households and need as at the base.
    places_elasticity : (draw, area, sector)
        Of usable places to households, in the end.
    need_elasticity : (draw, area)
        Of usable places to older children in need, in the end.
    places_response_per_year : float
        Hazard with which usable places move to what households and need make of them.
    step_down_per_year : (draw, area)
        Fastest hazard at which a waiting child is matched when places are free.
    agencies : (draw, area, month, 4), optional
        What agencies do in a month (`simulator.engine.fostering`), where their places are not the area's own.
    stage_ratio : (draw, area, month, sector, stage)
        Multiplies the hazards of finishing a stage in a month.
    approval_weight : (draw, area, month, sector)
        How many households those approved in a month count as in usable places: more than one each if they were
        recruited for children who wait.
    opening_weighted : (draw, area, sector), optional
        How many those at the first instant count as; each as one if left out.
    most_usable_share : (draw, area, sector), optional
        Most usable places, over the approved ones of the same month; `NO_LIMIT` if left out.
    """

    council: int
    independent: int
    queued: NDArray[np.intp]
    needing: NDArray[np.intp]
    wait_weight: Array
    limited: bool
    base_households: Array
    followed_below_age: int
    base_need: Array
    young_share: Array
    opening_households: Array
    opening_usable: Array
    opening_pipeline: Array
    enquiries_per_month: Array
    stage_per_year: Array
    stage_pass_share: Array
    deregistration_per_year: Array
    places_per_household: Array
    usable_share: Array
    places_elasticity: Array
    need_elasticity: Array
    places_response_per_year: float
    step_down_per_year: Array
    agencies: Array | None = None
    stage_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1, 1, 1)))
    approval_weight: Array = field(default_factory=lambda: np.ones((1, 1, 1, 1)))
    opening_weighted: Array | None = None
    most_usable_share: Array = field(default_factory=lambda: np.full((1, 1, 2), NO_LIMIT))

    @property
    def weighted(self) -> Array:
        """How many the households of the first instant count as: (draw, area, sector)."""
        return self.opening_households if self.opening_weighted is None else self.opening_weighted


MAY_BE_NEGATIVE = ("balancing_per_year", "outside_care_gbp")
"""Arrays that are no count, share or hazard."""


@dataclass(frozen=True)
class Rates:
    """Everything the engine and the measures need for one scenario.

    Attributes
    ----------
    months : int
        Number of monthly steps.
    cohort_months : int
        Width of a birth cohort in months (1, 3, 6 or 12); the first instant is the start of a cohort cycle.
    streams : tuple of StreamRates
        In the order of ``axes.STREAMS``.
    foster : FosterRates or None
        None leaves foster capacity unlimited.
    place_groups : (place,) int
        Placements that are reported together share a number; moves within a group are not reported.
    price_ratio : (draw, area, month, cost)
        Unit cost in cash over the unit cost of the base year.
    cost_weight : (draw, area, place)
        Cost of a week in a placement over the mean of the placements that share its line of spend, at the base.
    programme_spend_gbp : (draw, area, month)
        Cash spent on all programmes together, but for what goes with the outcome.
    idle_place_gbp : (draw, area, month, sector)
        Cash that programmes spend in a month on each usable foster place that stands empty.
    outside_care_gbp : (draw, area, month)
        Cash that what is done adds to spend outside care, on staff or prevention, besides; below 0 it takes some off.
    social_workers : (draw, area, instant, contract)
        Children's social workers, full-time equivalent: employed, and from agencies.
    open_cases : (draw, area)
        Children in need at the base, those looked after among them, whose cases social workers hold.
    case_holding_share : (draw, area)
        Share of social workers who hold cases.
    referral_ratio : (draw, area, month)
        Referrals to children's social care with all that is done over those without.
    front_door_price_ratio : (draw, area, month)
        Price of work before care over that of the base year, beside general prices.
    starts_per_referral : (draw, area)
        Share of starts of resident children that goes along with referrals.
    away_share : (draw, area, instant, place, away)
        Share of the children in a placement who live over 20 miles from home, and outside the council's area.
    brought_near : (draw, area, instant, place)
        Children of those whom programmes bring near.
    week_gbp : (draw, area, month, place)
        Cash that programmes spend on each week of a child in a placement, besides its unit cost.
    guardianship_week_gbp : (draw, area, month)
        Cash that programmes spend on each week of a child who left care for guardianship, until 18.
    places_paid : (draw, area, month, cost)
        Children whose placement `programme_spend_gbp` pays for, filled or not: their weeks are not paid again by the
        line of the placement, at its mean cost.
    """

    months: int
    cohort_months: int
    streams: tuple[StreamRates, ...]
    foster: FosterRates | None
    place_groups: NDArray[np.intp]
    price_ratio: Array
    cost_weight: Array
    programme_spend_gbp: Array
    idle_place_gbp: Array = field(default_factory=lambda: np.zeros((1, 1, 1, 1)))
    outside_care_gbp: Array = field(default_factory=lambda: np.zeros((1, 1, 1)))
    social_workers: Array = field(default_factory=lambda: np.zeros((1, 1, 1, len(CONTRACTS))))
    open_cases: Array = field(default_factory=lambda: np.zeros((1, 1)))
    case_holding_share: Array = field(default_factory=lambda: np.ones((1, 1)))
    referral_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1)))
    front_door_price_ratio: Array = field(default_factory=lambda: np.ones((1, 1, 1)))
    starts_per_referral: Array = field(default_factory=lambda: np.zeros((1, 1)))
    away_share: Array = field(default_factory=lambda: np.zeros((1, 1, 1, 1, len(AWAY))))
    brought_near: Array = field(default_factory=lambda: np.zeros((1, 1, 1, 1)))
    week_gbp: Array = field(default_factory=lambda: np.zeros((1, 1, 1, 1)))
    guardianship_week_gbp: Array = field(default_factory=lambda: np.zeros((1, 1, 1)))
    places_paid: Array = field(default_factory=lambda: np.zeros((1, 1, 1, 1)))

    def check(self) -> None:
        """Raise ValueError that names any array that is not finite, is negative, or has shares that do not sum to 1."""
        problems = []
        records: list[tuple[str, object]] = [(f"streams[{i}]", s) for i, s in enumerate(self.streams)]
        records += [("foster", self.foster), ("rates", self)]
        for prefix, record in records:
            if record is None:
                continue
            for one in fields(record):  # type: ignore[arg-type]
                value = getattr(record, one.name)
                if not isinstance(value, np.ndarray):
                    continue
                least = -np.inf if one.name in MAY_BE_NEGATIVE else 0.0
                if not (np.isfinite(value) & (value >= least)).all():
                    problems.append(f"{prefix}.{one.name} holds a negative or non-finite number")
        for i, stream in enumerate(self.streams):
            for name in ("start_place", "unfostered_place"):
                if not np.allclose(getattr(stream, name).sum(axis=-1), 1.0, atol=1e-9):
                    problems.append(f"streams[{i}].{name} does not sum to 1 over placements")
        if problems:
            raise ValueError("; ".join(problems))


def batch_shape(rates: Rates) -> tuple[int, int]:
    """Return how many draws and areas the rates hold, after broadcasting."""
    arrays = [a for s in rates.streams for a in vars(s).values() if isinstance(a, np.ndarray) and a.ndim > 1]
    if rates.foster is not None:
        arrays += [a for a in vars(rates.foster).values() if isinstance(a, np.ndarray) and a.ndim > 1]
    draws, areas = np.broadcast_shapes(*(a.shape[:2] for a in arrays))
    return draws, areas


_Record = TypeVar("_Record", StreamRates, FosterRates, Rates)


def side_by_side(many: Sequence[Rates]) -> Rates:
    """Put the draws of several rates one after the other on the draw axis.

    Raises
    ------
    ValueError
        If they differ in what has no draw axis.
    """
    first = many[0]
    foster = [rates.foster for rates in many if rates.foster is not None]
    if len(foster) not in (0, len(many)):
        raise ValueError("some draws follow foster households and others do not")
    return replace(
        _joined(many, skip=("streams", "foster")),
        streams=tuple(_joined(streams) for streams in zip(*(rates.streams for rates in many), strict=True)),
        foster=_joined(foster) if foster else first.foster,
    )


def areas_of_draws(rates: Rates, shape: tuple[int, int]) -> Rates:
    """Put every area of every draw on the area axis, draws in order.

    Parameters
    ----------
    rates : Rates
    shape : (draw, area)
        How many there are.
    """
    foster = rates.foster
    return replace(
        _flat(rates, shape, skip=("streams", "foster")),
        streams=tuple(_flat(stream, shape) for stream in rates.streams),
        foster=foster if foster is None else _flat(foster, shape),
    )


def _flat(one: _Record, shape: tuple[int, int], skip: tuple[str, ...] = ()) -> _Record:
    found: dict[str, Any] = {}
    for name in (each.name for each in fields(one) if each.name not in skip):
        value = getattr(one, name)
        if np.ndim(value) > 1 and value.shape[:2] != (1, 1):
            rest: tuple[int, ...] = value.shape[2:]
            found[name] = np.broadcast_to(value, (*shape, *rest)).reshape(1, shape[0] * shape[1], *rest)
    return replace(one, **found)


def _joined(many: Sequence[_Record], skip: tuple[str, ...] = ()) -> _Record:
    """Join the arrays of records along their first axis, varying along others as any of them does.

    An array that all of them share stays as it is.
    """
    first = many[0]
    joined: dict[str, Any] = {}
    for name in (one.name for one in fields(first) if one.name not in skip):
        values = [getattr(one, name) for one in many]
        if np.ndim(values[0]) > 1 and not all(value is values[0] for value in values):
            axes: tuple[int, ...] = np.broadcast_shapes(*(value.shape[1:] for value in values))
            joined[name] = np.concatenate([np.broadcast_to(value, (len(value), *axes)) for value in values])
        elif not all(np.array_equal(value, values[0]) for value in values):
            raise ValueError(f"draws differ in {name}, which has no draw axis")
    return replace(first, **joined)
