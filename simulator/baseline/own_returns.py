"""The baseline of a council by its own returns.

Children at the base are those counted. Starts, where they are placed first, leaving by kind, age, time in care and
placement, and moves between placements are the council's own, pooled towards England's by evidence. Who comes back from
home is England's, and so are costs, unless it is named for an authority. What trends England's placements have does not
act on top of a council's own moves, and foster places are as many as its own record fills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import AfterCare
from simulator.baseline.cost_drivers import AtBase
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.deviations import deviations, level_key
from simulator.baseline.england import FOSTER, England, resident_rates, uasc_rates
from simulator.baseline.evidence_of_returns import away_counted, evidence_of, past_of
from simulator.baseline.local_evidence import Evidence
from simulator.baseline.named_authority import NamedAuthority, named_authority
from simulator.baseline.own_leaving import drawn_leaving, hazards, with_own_leaving
from simulator.baseline.own_moves import with_own_moves
from simulator.baseline.placement_levels import as_england
from simulator.baseline.placing_walks import PlacingWalk, placing_walks
from simulator.baseline.random_walk import RandomWalk, events
from simulator.baseline.response import band_of_row, ratio_of
from simulator.baseline.sharing import share_households
from simulator.baseline.start import OwnPast, PastSeries, Start, what_is_held
from simulator.baseline.structure import BAND_OF_AGE
from simulator.baseline.time_in_care import child_years, phases_of
from simulator.data.authority_tables import published_stock, under_18s
from simulator.data.council import BEYOND_SD, CODE, TIMES, Council
from simulator.data.own_rates import KINDS, LEVEL, Level
from simulator.engine.grid import first_row
from simulator.engine.rates import Rates, StreamRates
from simulator.engine.step import home_operators
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

KEPT = 0.9
"""What is left a year later of how far a rate has walked: a judgement between made-up councils, whose steps stay, and
authorities, in whose record 0.8 to 0.85 is left (by maximum likelihood; studies/steps_of_authorities.py)."""

_STARTS = {"resident": "starts", "uasc": "uasc_starts"}
"""Levels of starts by stream, as they are drawn."""

_WALKS = {
    "starts": ("resident", "starts"), "exits": ("resident", "exits"),
    "uasc_starts": ("uasc", "starts"), "uasc_exits": ("uasc", "exits"),
}  # fmt: skip
"""What walks in draws, by stream and measure."""

INTO = "into_"
"""How trends of first placements and moves into a placement are called (`simulator.projection.recorded_trends`)."""


@dataclass(frozen=True)
class OwnReturns:
    """A council by its own returns (a `simulator.baseline.baseline_protocol.Baseline`).

    Attributes
    ----------
    england : England
        Of the year whose rates levels of the returns are over.
    council : Council
    known_phases : tuple of (age, time, phase, place), optional
        `phases`, where they are those of another council with the same rates.
    """

    england: England
    council: Council
    known_phases: tuple[Array, ...] | None = None

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
    def walks(self) -> Mapping[str, RandomWalk]:
        """Its rates, as far as its own years and what is known of other councils tell; chance is no part of it.

        Half of the draws lie above the central run, which is at the middle of what the years tell of a level; areas
        whose draws have to add up to England's are another matter.
        """
        years = self.council.years
        found = {}
        for name, (stream, measure) in _WALKS.items():
            level = self.council.levels.get((stream, measure))
            step = level.sd_per_year if level else 0.0
            found[name] = RandomWalk(name, step, 1.0, str(years[0]), str(years[-1]), "", taken_off=0.0, kept=KEPT)
        return found

    @property
    def placing_walks(self) -> Mapping[str, PlacingWalk]:
        """Steps that stay, as those of authorities; what is a year's own is chance, and chance is no part of it.

        Of a few children a year's own would be as large as the moves themselves, and as draws of it are skewed it would
        empty foster homes in most of them.
        """
        walks = placing_walks(self.england.base)
        return {group: replace(one, year_variance=0.0) for group, one in walks.items()}

    @property
    def events(self) -> Mapping[str, Array]:
        """About how many events a year each rate makes: (1,) by name."""
        return events(*(np.array([number]) for number in self.council.starts.sum(axis=1)))

    @property
    def places_of_record(self) -> bool:
        """Yes: its returns tell who is fostered, and not by how many households."""
        return True

    def takes_trend(self, name: str) -> bool:
        """Of prices only: where its children are placed is its own record's."""
        return not name.startswith(INTO)

    def takes_drift(self, name: str) -> bool:
        """Of what it has no record of: starts and leaving walk as its own have."""
        return name not in _WALKS

    def to_draw(self) -> tuple[Parameter, ...]:
        """Return levels of the council, as logs of ratios, and how strong England's pattern of leaving is in it."""
        council = self.council
        found = [(name, level.log_sd) for name, level in _named_levels(council)]
        for (stream, kind), leaving in council.leaving.items():
            found += [(_leaves(stream, kind), float(leaving.sd[LEVEL])), (_strength(stream, kind), leaving.strength_sd)]
        for stream, moving in council.moving.items():
            places = zip(placements.reported(), moving.log_sd, strict=True)
            found += [(_moves(stream, to), float(sd)) for to, sd in places]
        found += [(_first(*at), _share_sd(worth)) for at, worth in np.ndenumerate(council.first_places) if worth > 0]
        drawn = [Parameter(level_key(CODE, name), Normal(0.0, sd)) for name, sd in found if sd > 0]
        return (*drawn, *(self.authority.to_draw() if self.authority else ()), *self.england.to_draw())

    def at_base(self, england: Rates, drawn: Mapping[str, float]) -> Start:
        """Return where a draw of the council starts."""
        width = england.cohort_months
        limited = england.foster is not None and england.foster.limited
        streams = self.streams(england.streams, drawn, limited=limited)
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
            away=self.away,
        )

    def streams(
        self, england: Sequence[StreamRates], drawn: Mapping[str, float], *, limited: bool
    ) -> tuple[StreamRates, ...]:
        """Return the council's children and rates in a draw, given England's.

        Parameters
        ----------
        england : sequence of StreamRates
        drawn : mapping of key to float
        limited : bool
            See :func:`simulator.baseline.own_moves.with_own_moves`.
        """
        council, width = self.council, self.england.cohort_months
        of_england = {"resident": self.england.parameters.new_starts, "uasc": self.england.parameters.uasc_starts}
        found = []
        for s, (name, stream) in enumerate(zip(STREAMS, england, strict=True)):
            leaving = self._leaving(s, stream, drawn)
            one = own_rates(stream, name, self.england, council, drawn, leaving, limited=limited)
            one = with_children(one, stream, width, council.stock[s], self.phases[s])
            starts = council.starts[s] * _mixed(council) * np.exp(_log(_STARTS[name], drawn))
            one = _with_starts(one, starts, of_england[name], width)
            found.append(with_first_places(one, s, council, drawn))
        return tuple(found)

    def _leaving(self, s: int, england: StreamRates, drawn: Mapping[str, float]) -> dict[str, Array]:
        """Return coefficients of leaving of a stream in a draw, by kind."""
        name, found = STREAMS[s], {}
        for kind, one in self.council.leaving_of(name).items():
            level, strength = _leaves(name, kind), _strength(name, kind)
            sd = float(one.sd[LEVEL]) if level_key(CODE, level) in drawn else 0.0
            of, children = hazards(england, KINDS[name][kind]), self.children_by_phase[s]
            found[kind] = drawn_leaving(of, one, _log(level, drawn), sd, _log(strength, drawn), children)
        return found

    @cached_property
    def away(self) -> Mapping[tuple[str, str], float]:
        """Shares of its children who live away at the base, where its returns tell."""
        return away_counted(self.council)

    @cached_property
    def england_streams(self) -> tuple[StreamRates, ...]:
        """England's rates in no scenario, without a counting residual: returns balance."""
        england = self.england
        parameters = replace(england.parameters, balancing_per_year=0.0)
        return (
            resident_rates(parameters, england.resident, england.resident_home),
            uasc_rates(parameters, england.uasc, np.zeros((1, 1, england.uasc.shape[2], 3))),
        )

    @cached_property
    def phases(self) -> tuple[Array, ...]:
        """How children of the council are spread over phases at its own rates, by stream."""
        if self.known_phases is not None:
            return self.known_phases
        found = []
        for s, (name, stream) in enumerate(zip(STREAMS, self.england_streams, strict=True)):
            leaving = {kind: one.coefficient for kind, one in self.council.leaving_of(name).items()}
            own = own_rates(stream, name, self.england, self.council, {}, leaving, limited=False)
            own = replace(own, new_starts_per_month=self.council.starts[s][None, None, None] / MONTHS_A_YEAR)
            if not self.council.starts[s].any():
                own = stream
            own = replace(with_first_places(own, s, self.council, {}), opening_home=np.zeros_like(stream.opening_home))
            found.append(phases_of(child_years(own, self.england.cohort_months)[0]))
        return tuple(found)

    @cached_property
    def children_by_phase(self) -> tuple[Array, ...]:
        """Children at the base whose time in care is known, by stream: (age, phase, place) each."""
        group, known = placements.groups(), len(TIME_BANDS)
        return tuple(
            np.einsum("atp,atkp->akp", stock[:, :known][..., group], phases)
            for stock, phases in zip(self.council.stock, self.phases, strict=True)
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
        authority = self.authority
        found = evidence_of(self.council, self.codes[0] if authority else "", neighbours)
        return replace(found, tells_approved=authority is not None and authority.tells_places)

    @property
    def own_past(self) -> OwnPast:
        """The model over its last years, and how far its children move where nothing is expected to change."""
        past = self.council.check
        children, model, sd = np.array([(one.children, one.model, one.sd) for one in past]).reshape(-1, 3).T
        beyond = bool(past) and abs(past[-1].missed_sd) > BEYOND_SD
        return OwnPast(self.council.no_change_sd, tuple(one.year for one in past), children, model, sd, beyond)

    @property
    def sources(self) -> tuple[str, ...]:
        """The council's returns, and publishers of what they are set beside."""
        return ("SSDA903 returns of the council", *self.england.sources)

    def held(self, starts: Literal["numbers", "rates"]) -> str:
        """Return what every chart must say of what is held."""
        window = self.council.window
        last = "the year" if window == 1 else f"the {window} years"
        own = (
            "first placements, leaving and moves are the council's own too, pooled towards England's; foster places "
            "are those that its record fills, but for those of its own carers where it states them"
        )
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
        """Where its name looks like a slip, and where the model misses its own past."""
        past = self.own_past
        return (*name_notes(self.council), *size_notes(self.council), *([past.warned] if past.beyond else []))

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
            f"Check the name: {council.name} is no authority; did you mean {near}? Under this name, what acts in "
            f"{near} alone does not act here."
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
            f"on 31 March {years[nearest]}, whose approved foster places and unit costs stand in this run where the "
            "council states none."
        )


# --------------------------------------------------------------------------------------------------
# Levels


def _named_levels(council: Council) -> Iterator[tuple[str, Level]]:
    for (stream, measure), level in council.levels.items():
        yield (_STARTS[stream] if measure == "starts" else f"{stream}.exits"), level


def _leaves(stream: str, kind: str) -> str:
    """Name the level of a kind of leaving."""
    return f"{stream}.exit_{kind}"


def _strength(stream: str, kind: str) -> str:
    """Name how strong England's pattern is in a kind of leaving."""
    return f"{stream}.strength_{kind}"


def _moves(stream: str, to: str) -> str:
    """Name the level of moves by where they lead."""
    return f"{stream}.move_to_{to}"


def _first(stream: int, band: int, place: int) -> str:
    """Name the share of starts of an age band by first placement."""
    return f"{STREAMS[stream]}.first_{tuple(AGE_BANDS)[band]}_{placements.reported()[place]}"


def _share_sd(evidence: float) -> float:
    """Return the spread of the log of a share: lognormal as wide as the gamma that makes a Dirichlet."""
    return float(np.sqrt(np.log1p(1.0 / evidence)))


def _log(name: str, drawn: Mapping[str, float]) -> float:
    """Return the log of how far something of the council lies from what is most probable."""
    return drawn.get(level_key(CODE, name), 0.0)


def _off(name: str, log_sd: float, drawn: Mapping[str, float]) -> float:
    """Return how far a level of the council lies from its mean."""
    return float(deviations((CODE,), name, log_sd, drawn)[0])


def own_rates(
    stream: StreamRates, name: str, england: England, council: Council, drawn: Mapping[str, float],
    coefficient: Mapping[str, Array], *, limited: bool,
) -> StreamRates:  # fmt: skip
    """Put a council's hazards of leaving and moving in place of England's.

    Parameters
    ----------
    stream : StreamRates
        Of England in the scenario.
    name : str
        Of the stream.
    england : England
    council : Council
    drawn : mapping of key to float
    coefficient : mapping of kind to (coefficient,)
        Of leaving, as drawn.
    limited : bool
        See :func:`simulator.baseline.own_moves.with_own_moves`.
    """
    found = with_own_leaving(stream, name, council.leaving_of(name), coefficient)
    if moving := council.moving.get(name):
        ratio = np.exp([_log(_moves(name, to), drawn) for to in placements.reported()])
        found = with_own_moves(found, england, moving.coefficient, ratio, limited=limited)
    if level := council.levels.get((name, "exits")):
        found = replace(found, exit_ratio=found.exit_ratio * level.mean * np.exp(_log(f"{name}.exits", drawn)))
    return found


def _mixed(council: Council) -> float:
    """Return starts of the central path over the council's own: pulled towards those that would hold its children."""
    return float(council.hold ** (1.0 - council.model_weight))


# --------------------------------------------------------------------------------------------------
# Children


def with_children(
    stream: StreamRates, england: StreamRates, cohort_months: int, stock: Array, phases: Array
) -> StreamRates:
    """Put a council's children at the base in place of England's.

    Within a year of age they are spread over birth cohorts, and over what tables do not tell apart, as England's are.
    Those at home who may come back are as many as the council's children who go home make of them in the end, so that
    as many come back in every year of a run.

    Parameters
    ----------
    stream : StreamRates
        With the council's hazards.
    england : StreamRates
        At the base.
    cohort_months : int
    stock : (age, time, reported place)
    phases : (age, time, phase, place)
        How children of a cell are spread over phases (`simulator.baseline.time_in_care.phases_of`).
    """
    there = england.opening[0, 0]
    age = age_of_row(len(there), first_row(cohort_months, england.youngest_age), cohort_months)
    row = _rows_of_age(there.sum(axis=(1, 2)), age, first_row(cohort_months, england.youngest_age), cohort_months)
    group = placements.groups()
    hidden = _within_group(there, age)  # (row, place)
    spread = np.zeros((len(AGES), len(TIMES), phases.shape[2], stock.shape[2]))
    for g in range(stock.shape[2]):
        spread[:, :-1, :, g] = phases[..., group == g].sum(axis=-1)
    spread[:, -1] = spread[:, -3:-1].mean(axis=1)  # who was there before the returns, and not two years in them
    by_row = np.einsum("tra,atg,atkg->rkg", row, stock, spread, optimize=True)
    opening = by_row[..., group] * hidden[:, None, :]
    opening *= ratio_of(stock.sum(), opening.sum())
    one = replace(stream, opening=opening[None, None])
    own_flow, flow = (_going_home(of, age) for of in (one, england))
    bands = len(AGE_BANDS)
    own_band, band = (np.bincount(BAND_OF_AGE[age], of, minlength=bands) for of in (own_flow, flow))
    flow = flow * ratio_of(own_band.astype(float), band.astype(float))[BAND_OF_AGE[age]]
    return replace(one, opening_home=_at_home(one, flow, cohort_months)[None, None])


def _at_home(stream: StreamRates, flow: Array, cohort_months: int) -> Array:
    """Return children at home who may come back, where as many have gone home for ever: (row, spell).

    Parameters
    ----------
    stream : StreamRates
    flow : (row,)
        Children who go home, a year.
    cohort_months : int
    """
    at_home = home_operators(stream)
    found = np.zeros((len(flow), len(stream.return_per_year)))
    for row in range(1, len(flow)):
        now = found[row - 1]
        for _ in range(cohort_months):
            now = now @ at_home.fade + flow[row - 1] / MONTHS_A_YEAR * at_home.fade_part
        found[row] = now
    return found


def age_of_row(rows: int, first: int, cohort_months: int) -> NDArray[np.intp]:
    """Return the completed age of each row at the first instant: (row,)."""
    age: NDArray[np.intp] = np.maximum(np.arange(rows) + first - 1, 0) * cohort_months // MONTHS_A_YEAR
    return np.minimum(age, len(AGES) - 1)


def _rows_of_age(children: Array, age: NDArray[np.intp], first: int, cohort_months: int) -> Array:
    """Return how children of an age are spread over rows, in each band of time in care: (time, row, age).

    As England's are, of rows that can have been in care for so long. Who is younger than any row, or of an age at which
    England has nobody, is in the nearest.
    """
    at = (age[:, None] == np.arange(len(AGES))).astype(float)
    oldest_days = (np.arange(len(age)) + first) * cohort_months / MONTHS_A_YEAR * DAYS_A_YEAR
    possible = oldest_days[:, None] > np.append(list(TIME_BANDS.values()), 0.0)
    held = children[:, None] * at
    none = held.sum(axis=0) == 0
    born = np.flatnonzero((np.arange(len(age)) + first) > 0)
    nearest = born[np.abs(age[born][:, None] - np.arange(len(AGES))).argmin(axis=0)]
    held[:, none] = np.eye(len(age))[nearest[none]].T
    weight = held[None] * possible.T[:, :, None]
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, held[None])
    shares: Array = weight / weight.sum(axis=1, keepdims=True)
    return shares


def _within_group(children: Array, age: NDArray[np.intp]) -> Array:
    """Return how children of a reported placement fall to those of the model, by England's of an age: (row, place)."""
    group = placements.groups()
    together = (group[:, None] == group).astype(float)
    itself = np.array([one.reported_as == one.name for one in placements.placements()], dtype=float)
    by_age = np.zeros((len(AGES), children.shape[2]))
    np.add.at(by_age, age, children.sum(axis=1))
    whole = by_age @ together
    return np.where(whole > 0, ratio_of(by_age, whole), itself)[age]


def _going_home(stream: StreamRates, age: NDArray[np.intp]) -> Array:
    """Return children of the opening who go home, a year: (row,)."""
    home = REASONS.index("home")
    by_place = stream.exit_pace[0, 0] * stream.place_exit_per_year[0, 0][:, None, :, home]
    hazard = (stream.phase_exit_per_year[0, 0][..., home][..., None] + by_place)[age] * stream.exit_ratio[0, 0, 0, age][
        :, None, None
    ]
    flow: Array = (stream.opening[0, 0] * hazard).sum(axis=(1, 2))
    return flow


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


def with_first_places(stream: StreamRates, s: int, council: Council, drawn: Mapping[str, float]) -> StreamRates:
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
