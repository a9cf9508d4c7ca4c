"""Rates of a council that has its own returns: England's, scaled to what the council saw.

Children at the base are those counted. Starts, where they are placed first, leaving by reason and moves by where they
lead have the council's own level. How hazards go with age, time in care and placement, who comes back, foster
households and costs are England's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import FOSTER, Baseline, CostLine
from simulator.baseline.random_walk import events, step_parameters, wander
from simulator.baseline.response import band_of_row, ratio_of
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.council import CODE, TIMES, Council
from simulator.engine.grid import first_row
from simulator.engine.rates import FosterRates, Rates, StreamRates
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS, TIME_BANDS

Array = NDArray[np.float64]

DAYS_PER_YEAR = 365.25
MONTHS = 12

LEAST_NEW = 0.5
"""Least share of starts at an age that are taken to be new, and not returns from home."""

LEAST_TOLD = 0.01
"""Least share of England's starts in a placement from which the pattern by age within a band is taken."""

_LEAST_WEEKS = 1e-6
"""Weeks in care a year where the council has no child of a kind, so that its unit cost is defined."""

_STEP_DAYS = 7.0
_LONGEST_YEARS = 18.0

_STARTS = {"resident": "starts", "uasc": "uasc_starts"}
_EXITS = {"resident": "exits", "uasc": "uasc_exits"}


def own_parameters(council: Council, financial_years: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """Return what is not known of a council, as parameters to draw: logs of ratios.

    Levels are those of the import, by kind of event. Starts are as uncertain as their number in the window says.

    Parameters
    ----------
    council : Council
    financial_years : sequence of str
        Years in which its rates wander (`simulator.baseline.random_walk`); none if they are held.
    """
    found = [
        Parameter(_key(_STARTS[stream]), Normal(0.0, _starts_sd(seen)))
        for stream, seen in zip(STREAMS, council.starts_seen, strict=True)
        if seen > 0
    ]
    found += [
        Parameter(_key(f"{stream}.{event}"), Normal(0.0, level.log_sd))
        for (stream, event), level in council.levels.items()
        if level.log_sd > 0
    ]
    found += [
        Parameter(_key(_first(s, b, g)), Normal(0.0, _share_sd(evidence)))
        for (s, b, g), evidence in np.ndenumerate(council.first_places)
        if evidence > 0
    ]
    return (*found, *step_parameters((CODE,), financial_years, _events(council)))


def _key(name: str) -> str:
    return f"local.{CODE}.{name}"


def _starts_sd(seen: float) -> float:
    """Return the spread of the log of a rate from a Poisson number of events."""
    return float(1.0 / np.sqrt(max(seen, 1.0)))


def _first(stream: int, band: int, place: int) -> str:
    """Name the share of starts of an age band by first placement."""
    return f"{STREAMS[stream]}.first_{tuple(AGE_BANDS)[band]}_{placements.reported()[place]}"


def _share_sd(evidence: float) -> float:
    """Return the spread of the log of a share: lognormal as wide as the gamma that makes a Dirichlet."""
    return float(np.sqrt(np.log1p(1.0 / evidence)))


def _events(council: Council) -> dict[str, Array]:
    return events(*(np.array([number]) for number in council.starts.sum(axis=1)))


def own_rates(
    england: Rates,
    baseline: Baseline,
    council: Council,
    drawn: Mapping[str, float] | None = None,
    year_of_month: Sequence[str] = (),
) -> tuple[Rates, tuple[CostLine, ...]]:
    """Return rates and costs of a council.

    Parameters
    ----------
    england : Rates
        Before interventions, with areas of size 1.
    baseline : Baseline
        What England's rates are of.
    council : Council
    drawn : mapping of key to float, optional
        Logs of how far levels lie from their means in a draw, and steps of rates; see :func:`own_parameters`.
    year_of_month : sequence of str
        Financial year of each month, where there are steps.
    """
    steps, events = drawn or {}, _events(council)
    seeds = {"resident": baseline.parameters.new_starts, "uasc": baseline.parameters.uasc_starts}
    streams = []
    for s, (name, stream) in enumerate(zip(STREAMS, england.streams, strict=True)):
        levels = _levels(council, name, steps)
        starts = council.starts[s] * _off(_STARTS[name], _starts_sd(council.starts_seen[s]), steps)
        one = _with_children(stream, england.cohort_months, council.stock[s], levels["exit_home"])
        one = _with_starts(one, starts, seeds[name], england.cohort_months)
        one = _with_levels(_with_first_places(one, s, council, steps), levels)
        over_time = [
            wander(key[name], (CODE,), year_of_month, steps, events[key[name]])[None, :, :, None]
            for key in (_STARTS, _EXITS)
        ]
        streams.append(
            replace(
                one,
                new_starts_per_month=one.new_starts_per_month * over_time[0],
                exit_ratio=one.exit_ratio * over_time[1],
            )
        )
    foster = None if england.foster is None else _share_households(england.foster, england.streams, streams)
    costs = tuple(_share_line(line, england.streams, streams) for line in baseline.cost_lines)
    return replace(england, streams=tuple(streams), foster=foster), costs


def _off(name: str, log_sd: float, steps: Mapping[str, float]) -> float:
    """Return how far a level lies from its mean, of which it is 1 on average over draws."""
    key = _key(name)
    return float(np.exp(steps[key] - log_sd**2 / 2.0)) if key in steps else 1.0


def _levels(council: Council, stream: str, steps: Mapping[str, float]) -> dict[str, float]:
    """Return the level of each kind of event."""
    names = (*(f"exit_{reason}" for reason in REASONS), *(f"move_to_{place}" for place in placements.reported()))
    levels = {event: council.level(stream, event) for event in names}
    return {event: one.mean * _off(f"{stream}.{event}", one.log_sd, steps) for event, one in levels.items()}


# --------------------------------------------------------------------------------------------------
# Children


def _with_children(stream: StreamRates, cohort_months: int, stock: Array, level_home: float) -> StreamRates:
    """Put a council's children at the base in place of England's.

    Within a cell of age band, time in care and placement they are spread over ages, phases and what tables do not tell
    apart as England's are. Those at home who may come back are England's, by the council's children of an age band and
    its level of going home.

    Parameters
    ----------
    stream : StreamRates
        Of England at the base.
    cohort_months : int
    stock : (band, time, reported place)
    level_home : float
    """
    band = band_of_row(stream, cohort_months)
    england = stream.opening[0, 0]
    seen = _time_by_phase(stream)  # (phase, time)
    old_enough = _old_enough(len(band), first_row(cohort_months, stream.youngest_age), cohort_months)  # (row, time)
    group = placements.groups()
    opening = np.zeros_like(england)
    for b, t, g in np.argwhere(stock > 0):
        rows = _rows_of(band, b, england)
        here = england * rows[:, None, None] * seen[:, t][:, None] * (group == g)
        weight = here * old_enough[:, t][:, None, None]
        if not weight.any():
            weight = here
        if not weight.any():  # England has nobody like that: as all of that age, in the placement named
            by_row = england.sum(axis=(1, 2)) * rows
            in_place = np.arange(len(group)) == np.flatnonzero(group == g)[0]
            weight = by_row[:, None, None] * seen[:, t][:, None] * in_place
        opening += stock[b, t, g] * weight / weight.sum()
    held = np.bincount(band, weights=england.sum(axis=(1, 2)), minlength=len(stock)).astype(float)
    share = ratio_of(stock.sum(axis=(1, 2)), held) * level_home
    return replace(
        stream,
        opening=opening[None, None],
        opening_home=stream.opening_home * share[band][None, None, :, None],
    )


def _rows_of(band: NDArray[np.intp], wanted: int, england: Array) -> Array:
    """Return which rows hold children of an age band; the youngest with children where the stream has none: (row,)."""
    there = england.any(axis=(1, 2))
    rows = (band == wanted) & there
    return (rows if rows.any() else np.arange(len(band)) == np.flatnonzero(there)[0]).astype(float)


def _old_enough(rows: int, first: int, cohort_months: int) -> Array:
    """Return in which bands of time in care the children of a row can be: (row, time)."""
    oldest_days = (np.arange(rows) + first) * cohort_months / 12.0 * DAYS_PER_YEAR
    starts = np.append(list(TIME_BANDS.values()), 0.0)
    possible: Array = (oldest_days[:, None] > starts).astype(float)
    return possible


def _time_by_phase(stream: StreamRates) -> Array:
    """Return how many children of a band of time in care are in each phase, over England's: (phase, time).

    In proportion, within each band. Children come evenly over time; phases pass and they leave at the hazards of
    England's mean child. Where time is unknown they are in phases as England's are.
    """
    from scipy.linalg import expm

    there = stream.opening[0, 0].sum(axis=(0, 2))
    entering = stream.new_starts_per_month[0, 0].mean(axis=0)
    leaving = np.einsum("a,akq->k", entering / entering.sum(), stream.phase_exit_per_year[0, 0])
    passing = np.append(stream.progress_per_year[0, 0], 0.0)
    generator = np.diag(passing[:-1], 1) - np.diag(passing + leaving)
    step = expm(generator * _STEP_DAYS / DAYS_PER_YEAR)
    edges = np.array(list(TIME_BANDS.values())[1:])
    spent = np.zeros((len(there), len(TIMES)))
    now = np.eye(len(there))[0]
    for day in np.arange(_STEP_DAYS / 2.0, _LONGEST_YEARS * DAYS_PER_YEAR, _STEP_DAYS):
        spent[:, np.searchsorted(edges, day, side="right")] += now
        now = now @ step
    weight = ratio_of(spent, there[:, None])
    weight[:, -1] = 1.0
    return weight


# --------------------------------------------------------------------------------------------------
# Flows


def _with_starts(stream: StreamRates, starts: Array, england: Array, cohort_months: int) -> StreamRates:
    """Put a council's starts in place of England's.

    Parameters
    ----------
    stream : StreamRates
        With the council's children at home, and England's starts.
    starts : (age,)
        A year, those who come back from home included.
    england : (age,)
        New starts a year that the rates of the stream are of; what these change over time is kept.
    cohort_months : int
    """
    row = np.arange(stream.opening_home.shape[2]) + first_row(cohort_months, stream.youngest_age)
    age = np.minimum(np.maximum(row - 1, 0) * cohort_months // MONTHS, len(starts) - 1)
    back = np.bincount(age, (stream.opening_home[0, 0] * stream.return_per_year).sum(axis=-1), minlength=len(starts))
    new = np.maximum(starts - back, LEAST_NEW * starts)
    young = np.arange(len(starts)) < stream.youngest_age
    new = np.where(young, 0.0, new) + np.where(np.arange(len(starts)) == stream.youngest_age, new[young].sum(), 0.0)
    month = england / MONTHS
    change = np.divide(stream.new_starts_per_month, month, out=np.ones_like(stream.new_starts_per_month),
                       where=month > 0)  # fmt: skip
    return replace(stream, new_starts_per_month=new / MONTHS * change)


def _with_first_places(stream: StreamRates, s: int, council: Council, steps: Mapping[str, float]) -> StreamRates:
    """Place starts of each age band as the council does; within a band and a placement they go by age as England's.

    Placements where England places next to nobody take the same share at all ages of the band that may live there.

    Parameters
    ----------
    stream : StreamRates
    s : int
        Position of the stream.
    council : Council
    steps : mapping of key to float
    """
    group, every = placements.groups(), placements.placements()
    itself = np.array([p.reported_as == p.name for p in every])
    allowed = np.array([[p.ages[0] <= age <= p.ages[1] for p in every] for age in AGES])
    shares = stream.start_place.copy()
    for b in map(int, np.flatnonzero(council.first_places[s].any(axis=-1))):
        ages = np.flatnonzero(b == BAND_OF_AGE)
        evidence, england = council.first_places[s, b], council.first_places_of_england[s, b]
        off = [_off(_first(s, b, g), _share_sd(worth), steps) if worth else 0.0 for g, worth in enumerate(evidence)]
        own = evidence / evidence.sum() * off
        told = england >= LEAST_TOLD
        ratio = np.divide(own, england, out=np.zeros_like(own), where=told)
        here = shares[..., ages, :] * ratio[group] + np.where(told, 0.0, own)[group] * itself * allowed[ages]
        shares[..., ages, :] = here / here.sum(axis=-1, keepdims=True)
    return replace(stream, start_place=shares)


def _with_levels(stream: StreamRates, levels: Mapping[str, float]) -> StreamRates:
    """Multiply hazards of leaving by reason, and of moving by where they lead; moves that no return tells stay."""
    exits = np.array([levels[f"exit_{reason}"] for reason in REASONS])
    group = placements.groups()
    into = np.array([levels[f"move_to_{placements.reported()[g]}"] for g in group])
    return replace(
        stream,
        phase_exit_per_year=stream.phase_exit_per_year * exits,
        place_exit_per_year=stream.place_exit_per_year * exits,
        move_per_year=stream.move_per_year * np.where(group[:, None] == group, 1.0, into),
    )


# --------------------------------------------------------------------------------------------------
# Households and costs


def _share_households(foster: FosterRates, england: Sequence[StreamRates], own: Sequence[StreamRates]) -> FosterRates:
    """Share foster households, and those on the way, as fostered children of each sector are."""
    fostered = [np.sum([one.opening[0, 0].sum(axis=(0, 1)) for one in of], axis=0)[FOSTER] for of in (own, england)]
    share = ratio_of(*fostered)
    return replace(
        foster,
        opening_households=foster.opening_households * share,
        opening_pipeline=foster.opening_pipeline * share[:, None],
        enquiries_per_month=foster.enquiries_per_month * share,
    )


def _share_line(line: CostLine, england: Sequence[StreamRates], own: Sequence[StreamRates]) -> CostLine:
    """Share a line of spend as its children are, at England's unit cost."""

    def children(streams: Sequence[StreamRates]) -> float:
        held = [line.driver != "placement" or p.cost == line.key for p in placements.placements()]
        counted = streams[STREAMS.index("uasc") :] if line.driver == "uasc" else streams
        return float(sum(one.opening[..., held].sum() for one in counted))

    share = children(own) / children(england)
    weeks = np.maximum(line.child_weeks * np.array([share]), _LEAST_WEEKS)
    return replace(line, spend_gbp=line.spend_gbp * weeks / line.child_weeks, child_weeks=weeks)
