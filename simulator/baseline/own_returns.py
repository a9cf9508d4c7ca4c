"""The baseline of a council by its own returns: England's rates, scaled to what the council saw.

Children at the base are those counted. Starts, where they are placed first, leaving by reason and moves by where they
lead have the council's own level. How hazards go with age, time in care and placement, who comes back, foster
households and costs are England's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import AfterCare
from simulator.baseline.cost_drivers import AtBase
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.deviations import deviations, level_key
from simulator.baseline.england import FOSTER, England
from simulator.baseline.evidence_of_returns import evidence_of, past_of
from simulator.baseline.local_evidence import Evidence
from simulator.baseline.named_authority import NamedAuthority, named_authority
from simulator.baseline.placement_levels import as_england
from simulator.baseline.random_walk import events
from simulator.baseline.response import band_of_row, ratio_of
from simulator.baseline.sharing import share_households
from simulator.baseline.start import PastSeries, Start, what_is_held
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import published_stock, under_18s
from simulator.data.council import CODE, TIMES, Council
from simulator.engine.grid import first_row
from simulator.engine.rates import Rates, StreamRates
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Normal
from simulator.vocabulary import areas, placements
from simulator.vocabulary.areas import Area
from simulator.vocabulary.axes import AGE_BANDS, AGES, REASONS, STREAMS, TIME_BANDS
from simulator.vocabulary.calendar import DAYS_A_YEAR, MONTHS_A_YEAR

Array = NDArray[np.float64]


LEAST_NEW = 0.5
"""Least share of starts at an age that are taken to be new, and not returns from home."""

LEAST_TOLD = 0.01
"""Least share of England's starts in a placement from which the pattern by age within a band is taken."""

_STEP_DAYS = 7.0
_LONGEST_YEARS = 18.0

_STARTS = {"resident": "starts", "uasc": "uasc_starts"}
"""Levels of starts by stream, as they are drawn."""


@dataclass(frozen=True)
class OwnReturns:
    """A council by its own returns (a `simulator.baseline.baseline_protocol.Baseline`).

    Attributes
    ----------
    england : England
        Of the year whose rates levels of the returns are over.
    council : Council
    """

    england: England
    council: Council

    @property
    def codes(self) -> tuple[str, ...]:
        """The authority that it is named for, so that what acts there alone acts here; a code of its own otherwise."""
        return (areas.code_of(self.council.name, CODE),)

    @property
    def reported(self) -> tuple[Area, ...]:
        """The council."""
        return (Area(self.council.name, self.codes),)

    @property
    def member(self) -> Array:
        """One council: (1, 1)."""
        return np.ones((1, 1))

    @property
    def part_of_england(self) -> float:
        """Its children at its base, over England's at England's."""
        return float(self.council.stock.sum() / (self.england.resident.sum() + self.england.uasc.sum()))

    @property
    def under_18s(self) -> Array:
        """People under 18 in the authority that it is named for, as last published; NaN if it is none: (1,)."""
        return np.array([under_18s(self.codes)])

    @property
    def walking(self) -> tuple[str, ...]:
        """The council, whatever it is named."""
        return (CODE,)

    @property
    def events(self) -> Mapping[str, Array]:
        """About how many events a year each rate makes: (1,) by name."""
        return events(*(np.array([number]) for number in self.council.starts.sum(axis=1)))

    def to_draw(self) -> tuple[Parameter, ...]:
        """Return levels of the council, as logs of ratios.

        Levels are those of the import, by kind of event. Starts are as uncertain as their number in the window says.
        """
        council = self.council
        found = [
            Parameter(level_key(CODE, _STARTS[stream]), Normal(0.0, _starts_sd(seen)))
            for stream, seen in zip(STREAMS, council.starts_seen, strict=True)
            if seen > 0
        ]
        found += [
            Parameter(level_key(CODE, f"{stream}.{event}"), Normal(0.0, level.log_sd))
            for (stream, event), level in council.levels.items()
            if level.log_sd > 0
        ]
        found += [
            Parameter(level_key(CODE, _first(s, b, g)), Normal(0.0, _share_sd(evidence)))
            for (s, b, g), evidence in np.ndenumerate(council.first_places)
            if evidence > 0
        ]
        return (*found, *(self.authority.to_draw() if self.authority else ()), *self.england.to_draw())

    def at_base(self, england: Rates, drawn: Mapping[str, float]) -> Start:
        """Return where a draw of the council starts."""
        council, width = self.council, england.cohort_months
        seeds = {"resident": self.england.parameters.new_starts, "uasc": self.england.parameters.uasc_starts}
        streams = []
        for s, (name, stream) in enumerate(zip(STREAMS, england.streams, strict=True)):
            levels = _levels(council, name, drawn)
            starts = council.starts[s] * _off(_STARTS[name], _starts_sd(council.starts_seen[s]), drawn)
            one = _with_children(stream, width, council.stock[s], levels["exit_home"])
            one = _with_starts(one, starts, seeds[name], width)
            streams.append(_with_levels(_with_first_places(one, s, council, drawn), levels))
        costs = self.england.costs
        whole = _at_base(england.streams, width, costs.after_care)
        part = _part_of(whole, _at_base(streams, width, costs.after_care))
        foster = share_households(
            england.foster, ratio_of(_fostered(streams), _fostered(england.streams)), streams, width
        )
        lines = [_share_line(line, whole, part) for line in costs.lines_of(drawn)]
        return Start(
            streams=tuple(streams),
            foster=self.authority.with_places(foster) if self.authority else foster,
            cost_lines=tuple(self.authority.priced(line, drawn) if self.authority else line for line in lines),
            grant_lines=tuple(_share_line(line, whole, part) for line in costs.grants),
            after_care=part.after_care,
            placement_mix=as_england(1),
            benchmarked=tuple(np.zeros(1, dtype=bool) for _ in streams),
        )

    @property
    def history(self) -> Mapping[str, PastSeries]:
        """Children in care, starts and exits by the council's own returns."""
        return past_of(self.council)

    @property
    def by_own_returns(self) -> bool:
        """Yes."""
        return True

    def evidence(self, neighbours: Sequence[str] = ()) -> Evidence:
        """Return what its returns tell of where children are placed, and what is published of it and others."""
        return evidence_of(self.council, self.codes[0] if self.authority else "", neighbours)

    @property
    def sources(self) -> tuple[str, ...]:
        """The council's returns, and publishers of what they are set beside."""
        return ("SSDA903 returns of the council", *self.england.sources)

    def held(self, starts: Literal["numbers", "rates"]) -> str:
        """Return what every chart must say of what is held."""
        window = self.council.window
        last = "the last year" if window == 1 else f"the last {window} years"
        own = "first placements, leaving and moves are the council's own too, pooled towards England's"
        return what_is_held(starts, as_in=f"{last} of the council's returns", besides=(own, self._of_authority))

    @property
    def authority(self) -> NamedAuthority | None:
        """What is published of the authority that it is named for; None if it is named for none."""
        return named_authority(self.codes[0])

    @property
    def _of_authority(self) -> str:
        """Whose unit costs it has where it states none, within a sentence."""
        if self.authority is None:
            return "unit costs are England's"
        return f"unit costs and approved foster places are those published of {self.authority.name}, pooled"

    @property
    def notes(self) -> tuple[str, ...]:
        """Where its name looks like a slip."""
        return (*name_notes(self.council), *size_notes(self.council))

    def spend_notes(self, cost_lines: Sequence[CostLine]) -> Iterator[str]:
        """Say nothing: whose unit costs it has is said of what is held."""
        return iter(())

    @property
    def questions_apply(self) -> bool:
        """Not to a council."""
        return False

    @property
    def identity(self) -> tuple[str, ...]:
        """Its name, and the hash of the tables read."""
        return (self.council.name, self.council.digest)

    def manifest(self, *, in_full: bool) -> dict[str, Any]:
        """Return its name, its base and, in full, the hash of the tables read."""
        told = {"area": self.council.name, "last_31_march": self.council.base}
        return {"returns": {**told, "sha256": self.council.digest} if in_full else told}


# --------------------------------------------------------------------------------------------------
# Notes


def name_notes(council: Council) -> Iterator[str]:
    """Say that returns are named for no authority, where the name looks like a slip."""
    if near := areas.near_miss(council.name):
        yield (
            f"{council.name} is no authority; did you mean {near}? Under this name, what acts in {near} alone does not "
            "act here."
        )


def size_notes(council: Council) -> Iterator[str]:
    """Say that returns are far from the published size of the authority they are named for, or a slip of the name."""
    codes = [one.code for one in areas.authorities() if one.name.casefold() == council.name.casefold()]
    years, stock = published_stock(codes) if codes else ((), np.zeros(0))
    if not years:
        return
    nearest = int(np.argmin(np.abs(np.array(years) - council.base)))
    published, own = float(stock[nearest]), float(council.stock.sum())
    if not published / 2 <= own <= published * 2:
        size = "more than twice" if own > published else "less than half"
        yield (
            f"Check the name: these returns have {size} the {published:,.0f} children published for {council.name} "
            f"on 31 March {years[nearest]}."
        )


# --------------------------------------------------------------------------------------------------
# Levels


def _starts_sd(seen: float) -> float:
    """Return the spread of the log of a rate from a Poisson number of events."""
    return float(1.0 / np.sqrt(max(seen, 1.0)))


def _first(stream: int, band: int, place: int) -> str:
    """Name the share of starts of an age band by first placement."""
    return f"{STREAMS[stream]}.first_{tuple(AGE_BANDS)[band]}_{placements.reported()[place]}"


def _share_sd(evidence: float) -> float:
    """Return the spread of the log of a share: lognormal as wide as the gamma that makes a Dirichlet."""
    return float(np.sqrt(np.log1p(1.0 / evidence)))


def _off(name: str, log_sd: float, drawn: Mapping[str, float]) -> float:
    """Return how far a level of the council lies from its mean."""
    return float(deviations((CODE,), name, log_sd, drawn)[0])


def _levels(council: Council, stream: str, drawn: Mapping[str, float]) -> dict[str, float]:
    """Return the level of each kind of event."""
    names = (*(f"exit_{reason}" for reason in REASONS), *(f"move_to_{place}" for place in placements.reported()))
    levels = {event: council.level(stream, event) for event in names}
    return {event: one.mean * _off(f"{stream}.{event}", one.log_sd, drawn) for event, one in levels.items()}


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
    oldest_days = (np.arange(rows) + first) * cohort_months / MONTHS_A_YEAR * DAYS_A_YEAR
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
    step = expm(generator * _STEP_DAYS / DAYS_A_YEAR)
    edges = np.array(list(TIME_BANDS.values())[1:])
    spent = np.zeros((len(there), len(TIMES)))
    now = np.eye(len(there))[0]
    for day in np.arange(_STEP_DAYS / 2.0, _LONGEST_YEARS * DAYS_A_YEAR, _STEP_DAYS):
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
    age = np.minimum(np.maximum(row - 1, 0) * cohort_months // MONTHS_A_YEAR, len(starts) - 1)
    back = np.bincount(age, (stream.opening_home[0, 0] * stream.return_per_year).sum(axis=-1), minlength=len(starts))
    new = np.maximum(starts - back, LEAST_NEW * starts)
    young = np.arange(len(starts)) < stream.youngest_age
    new = np.where(young, 0.0, new) + np.where(np.arange(len(starts)) == stream.youngest_age, new[young].sum(), 0.0)
    month = england / MONTHS_A_YEAR
    change = np.divide(stream.new_starts_per_month, month, out=np.ones_like(stream.new_starts_per_month),
                       where=month > 0)  # fmt: skip
    return replace(stream, new_starts_per_month=new / MONTHS_A_YEAR * change)


def _with_first_places(stream: StreamRates, s: int, council: Council, drawn: Mapping[str, float]) -> StreamRates:
    """Place starts of each age band as the council does; within a band and a placement they go by age as England's.

    Placements where England places next to nobody take the same share at all ages of the band that may live there.

    Parameters
    ----------
    stream : StreamRates
    s : int
        Position of the stream.
    council : Council
    drawn : mapping of key to float
    """
    group, every = placements.groups(), placements.placements()
    itself = np.array([p.reported_as == p.name for p in every])
    allowed = np.array([[p.ages[0] <= age <= p.ages[1] for p in every] for age in AGES])
    shares = stream.start_place.copy()
    for b in map(int, np.flatnonzero(council.first_places[s].any(axis=-1))):
        ages = np.flatnonzero(b == BAND_OF_AGE)
        evidence, england = council.first_places[s, b], council.first_places_of_england[s, b]
        off = [_off(_first(s, b, g), _share_sd(worth), drawn) if worth else 0.0 for g, worth in enumerate(evidence)]
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


def _fostered(streams: Sequence[StreamRates]) -> Array:
    """Return children at the base with mainstream foster carers of each sector: (1, sector)."""
    return np.asarray(np.sum([one.opening[0].sum(axis=(1, 2)) for one in streams], axis=0)[:, FOSTER])


def _at_base(streams: Sequence[StreamRates], width: int, after_care: AfterCare) -> AtBase:
    """Return the children of one area at the base, beside those who have left care."""
    children = np.stack([one.opening[0].sum(axis=(1, 2)) for one in streams], axis=1)
    by_band = np.zeros((1, len(AGE_BANDS)))
    for one in streams:
        np.add.at(by_band[0], band_of_row(one, width), one.opening[0, 0].sum(axis=(1, 2)))
    return AtBase(children, by_band, after_care)


def _part_of(england: AtBase, council: AtBase) -> AtBase:
    """Give a council its part of England's who have left care.

    Children under special guardianship are shared as all children in care are, care leavers as children of 16 and 17,
    those who were asylum-seeking children as such children.
    """
    uasc = STREAMS.index("uasc")

    def ratio(count: Callable[[AtBase], Array]) -> Array:
        return np.asarray(ratio_of(count(council), count(england)))

    ratios = {
        "guardianship": ratio(lambda one: one.children.sum(axis=(1, 2))),
        "care_leavers": ratio(lambda one: one.by_band[:, -1]),
        "former_uasc": ratio(lambda one: one.children[:, uasc].sum(axis=1)),
    }
    return replace(council, after_care=england.after_care.scaled(ratios))


def _share_line(line: CostLine, england: AtBase, council: AtBase) -> CostLine:
    """Give a council its part of a line, as it has the driver of it, at England's unit cost."""
    return line.part(ratio_of(line.driver.at_base(council), line.driver.at_base(england)))
