"""The national baseline: the fitted parameters of one base year, the stock on its 31 March, and the rates they make.

Parameters are few and readable; rates by age, phase and placement are worked out from them and from the stated
assumptions of data/structure.yaml. The shipped files data/baseline/england-YYYY.json are written by
``care-demand calibrate``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.after_care import FIRST_AGE, AfterCare
from simulator.baseline.cost_lines import CostLine
from simulator.baseline.front_door_flows import published_before_care
from simulator.baseline.labelled_arrays import AXES, aligned, labels
from simulator.baseline.placement_levels import as_england
from simulator.baseline.placing_walks import PlacingWalk
from simulator.baseline.random_walk import RandomWalk, events
from simulator.baseline.start import PastSeries, Start, what_is_held
from simulator.baseline.structure import BAND_OF_AGE, EXIT_GROUPS, GROUP_OF_AGE, edges, structure, within_bands
from simulator.baseline.uncertain_split import UncertainSplit
from simulator.data import tables
from simulator.data.packaged import read_text
from simulator.engine.rates import Rates, StreamRates
from simulator.uncertainty import Parameter
from simulator.vocabulary import placements
from simulator.vocabulary.areas import ENGLAND, Area, reported
from simulator.vocabulary.axes import AGE_BANDS, PHASES, REASONS
from simulator.vocabulary.calendar import MONTHS_A_YEAR, financial_year

Array = NDArray[np.float64]

PLACES = placements.names()
PLACE = {name: i for i, name in enumerate(PLACES)}
REASON = {name: i for i, name in enumerate(REASONS)}
FOSTER = list(placements.sector_places())
PUBLISHERS = ("Department for Education", "Ofsted", "Office for National Statistics", "MHCLG", "HM Treasury")
UNREGISTERED = tuple(place.name for place in placements.placements() if place.registers)
"""Placements between which asylum-seeking children move in the model: as settings register, children change column."""


@dataclass(frozen=True)
class Parameters:
    """Everything that is fitted for one year.

    Attributes
    ----------
    group_ratio : (exit group,)
    phase_ratio : (phase,)
        Scale the hazards of leaving of data/structure.yaml.
    tilt : (exit group,)
        How much more of the leaving of a group falls in the early phases, log.
    reason_share : (exit group, reason)
        Shares of the leaving that goes with time in care.
    adoption_per_year, parents_home_per_year : float
        Hazards of adoption from an adoptive placement, and of going home from being placed with parents.
    guardianship_per_year : (band,)
        Hazard of guardianship from kinship foster care.
    foster_guardianship_per_year : (band,)
        The same from other foster care.
    move_per_year : (edge,)
    new_starts : (age,)
        Resident starts a year, those who came back from home left out.
    start_place : (age, place)
    uasc_starts : (age,)
    uasc_exit_ratio : float
    uasc_start_place : (age, place)
    balancing_per_year : float
    return_per_year : (spell,)
        Hazard of coming back into care, by spell since going home.
    """

    group_ratio: Array
    phase_ratio: Array
    tilt: Array
    reason_share: Array
    adoption_per_year: float
    parents_home_per_year: float
    guardianship_per_year: Array
    foster_guardianship_per_year: Array
    move_per_year: Array
    new_starts: Array
    start_place: Array
    uasc_starts: Array
    uasc_exit_ratio: float
    uasc_start_place: Array
    balancing_per_year: float
    return_per_year: Array


def exit_shape() -> Array:
    """Return hazards of leaving by age and phase before the fit scales them, a year: (age, phase)."""
    s = structure()
    by_age = within_bands(s["leaving"]["slope_per_year"], EXIT_GROUPS)
    counts = np.array([high - low + 1 for low, high in EXIT_GROUPS.values()], dtype=float)
    return (by_age * counts[GROUP_OF_AGE])[:, None] * np.array(s["phases"]["exit_per_year"])


EARLY_PHASES = 4
"""Phases that count as early in the tilt of leaving."""


def _moves(p: Parameters, among: tuple[str, ...]) -> Array:
    """Return hazards of moving among some placements: (age, place, place)."""
    move = np.zeros((18, len(PLACES), len(PLACES)))
    for edge, hazard in zip(edges(), p.move_per_year, strict=True):
        if edge.origin in among and edge.to in among:
            move[edge.ages[0] : edge.ages[1] + 1, PLACE[edge.origin], PLACE[edge.to]] = hazard
    return move


def placement_pace() -> Array:
    """Return the pace of what goes with the placement, by phase and placement: (phase, place).

    Some placements have one pace however long in care: a child placed for adoption is adopted at it.
    """
    pace = np.repeat(np.array(structure()["phases"]["placement_pace"])[:, None], len(PLACES), axis=1)
    pace[:, [place.steady_pace for place in placements.placements()]] = 1.0
    return pace


def unfostered_place(stream: str) -> Array:
    """Return where children of a stream are placed who find no foster home: (age, place)."""
    shares = np.zeros((18, len(PLACES)))
    for age, band in enumerate(BAND_OF_AGE):
        for place, share in structure()["fostering"]["unfostered_place"][stream][list(AGE_BANDS)[band]].items():
            shares[age, PLACE[place]] = share
    return shares


def _placement_exits(p: Parameters) -> Array:
    """Return hazards of leaving that go with the placement: (age, place, reason)."""
    exits = np.zeros((18, len(PLACES), len(REASONS)))
    for i, place in enumerate(placements.placements()):
        guardianship = p.foster_guardianship_per_year if place.capacity else p.guardianship_per_year
        hazards: dict[str, Array | float] = {
            "adoption": p.adoption_per_year,
            "home": p.parents_home_per_year,
            "guardianship": guardianship[BAND_OF_AGE],
        }
        if place.leaves_for:
            exits[:, i, REASON[place.leaves_for]] = hazards[place.leaves_for]
    return exits


def resident_rates(p: Parameters, opening: Array, home: Array) -> StreamRates:
    """Build the rates of resident children from fitted parameters and an opening stock."""
    ages, phases, places = 18, len(PHASES), len(PLACES)
    early = np.where(np.arange(phases) < EARLY_PHASES, 1.0, -1.0)
    hazard = exit_shape() * p.group_ratio[GROUP_OF_AGE][:, None] * p.phase_ratio
    hazard = hazard * np.exp(p.tilt[GROUP_OF_AGE][:, None] * early)
    phase_exit = hazard[:, :, None] * p.reason_share[GROUP_OF_AGE][:, None, :]
    s = structure()
    return StreamRates(
        youngest_age=0,
        opening=opening,
        opening_home=home,
        new_starts_per_month=p.new_starts[None, None, None] / MONTHS_A_YEAR,
        birth_share=float(s["starts"]["birth_share"]),
        start_place=p.start_place[None, None, None],
        progress_per_year=np.array(s["phases"]["progress_per_year"])[None, None],
        phase_exit_per_year=phase_exit[None, None],
        place_exit_per_year=_placement_exits(p)[None, None],
        move_per_year=_moves(p, PLACES)[None, None],
        placement_pace=placement_pace()[None, None],
        exit_ratio=np.ones((1, 1, 1, ages)),
        move_ratio=np.ones((1, 1, 1, places, places)),
        return_per_year=p.return_per_year,
        fade_per_year=np.array(s["going_home"]["fade_per_year"]),
        unfostered_place=unfostered_place("resident")[None, None],
        balancing_per_year=np.full((1, 1), p.balancing_per_year),
    )


def uasc_rates(p: Parameters, opening: Array, home: Array) -> StreamRates:
    """Build the rates of unaccompanied asylum-seeking children."""
    ages, phases, reasons, places = 18, len(PHASES), len(REASONS), len(PLACES)
    s = structure()
    phase_exit = np.zeros((ages, phases, reasons))
    by_age = np.array([s["uasc"]["exit_by_age"].get(age, 0.0) for age in range(ages)])
    phase_exit[..., REASON["other"]] = np.outer(by_age, s["uasc"]["exit_per_year"]) * p.uasc_exit_ratio
    return StreamRates(
        youngest_age=int(s["uasc"]["youngest_age"]),
        opening=opening,
        opening_home=home,
        new_starts_per_month=p.uasc_starts[None, None, None] / MONTHS_A_YEAR,
        birth_share=0.0,
        start_place=p.uasc_start_place[None, None, None],
        progress_per_year=np.array(s["phases"]["progress_per_year"])[None, None],
        phase_exit_per_year=phase_exit[None, None],
        place_exit_per_year=np.zeros((1, 1, ages, places, reasons)),
        move_per_year=_moves(p, UNREGISTERED)[None, None],
        placement_pace=placement_pace()[None, None],
        exit_ratio=np.ones((1, 1, 1, ages)),
        move_ratio=np.ones((1, 1, 1, places, places)),
        return_per_year=p.return_per_year,
        fade_per_year=np.array(s["going_home"]["fade_per_year"]),
        unfostered_place=unfostered_place("uasc")[None, None],
        balancing_per_year=np.zeros((1, 1)),
    )


@dataclass(frozen=True)
class FosterBase:
    """Mainstream fostering at the base, England, by sector (council, independent).

    Attributes
    ----------
    households, places_approved, children : (sector,)
    approvals_per_year, enquiries_per_year : (sector,)
    pass_share : (stage,) by sector: (sector, stage)
        Shares who go on from enquiry to application and from application to approval.
    deregistration_per_year : float
        Hazard.
    """

    households: Array
    places_approved: Array
    children: Array
    approvals_per_year: Array
    enquiries_per_year: Array
    pass_share: Array
    deregistration_per_year: float


@dataclass(frozen=True)
class Costs:
    """What care cost in the year to the base, and who had left it and was still paid for. Made without a fit.

    Attributes
    ----------
    lines : tuple of CostLine
        Of spend, with uncertain splits half way.
    grants : tuple of CostLine
        Of income: Home Office grants for asylum-seeking children.
    splits : tuple of UncertainSplit
    after_care : AfterCare
    """

    lines: tuple[CostLine, ...]
    grants: tuple[CostLine, ...]
    splits: tuple[UncertainSplit, ...]
    after_care: AfterCare

    def lines_of(self, drawn: Mapping[str, float]) -> tuple[CostLine, ...]:
        """Return the lines of spend in a draw."""
        lines = self.lines
        for split in self.splits:
            lines = split.made(lines, drawn)
        return lines

    @property
    def record(self) -> dict[str, Any]:
        """The same as a baseline file has it."""
        return {
            "lines": [line.record for line in self.lines],
            "grants": [line.record for line in self.grants],
            "splits": [asdict(split) for split in self.splits],
            "after_care": {name: held[0] for name, held in self.after_care.by_age.items()},
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Costs:
        """Return what a baseline file says."""
        return cls(
            lines=tuple(map(CostLine.of, record["lines"])),
            grants=tuple(map(CostLine.of, record["grants"])),
            splits=tuple(
                UncertainSplit(one["line"], one["rest"], (one["gbp_per_unit"][0], one["gbp_per_unit"][1]))
                for one in record["splits"]
            ),
            after_care=AfterCare({name: np.array([record["after_care"][name]]) for name in FIRST_AGE}),
        )


@dataclass(frozen=True)
class England:
    """Everything a run of England starts from (a `simulator.baseline.baseline_protocol.Baseline`).

    Attributes
    ----------
    base : int
        31 March of this year.
    cohort_months : int
        Width of the birth cohorts of the opening stock.
    parameters : Parameters
    resident, uasc : (1, 1, row, phase, place)
    resident_home : (1, 1, row, spell)
    foster : FosterBase
    costs : Costs
    """

    base: int
    cohort_months: int
    parameters: Parameters
    resident: Array
    resident_home: Array
    uasc: Array
    foster: FosterBase
    costs: Costs

    def to_json(self) -> str:
        """Return the text of a baseline file: numbers with seven significant digits, and the labels of their axes."""

        def plain(value: Any) -> Any:
            if isinstance(value, np.ndarray):
                return plain(value.tolist())
            if isinstance(value, dict):
                return {k: plain(v) for k, v in value.items()}
            if isinstance(value, list | tuple):
                return [plain(v) for v in value]
            return float(f"{value:.7g}") if isinstance(value, float) else value

        head = {"base": self.base, "cohort_months": self.cohort_months, "axes": plain(dict(labels()))}
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in head}
        records = {"parameters": asdict(self.parameters), "foster": asdict(self.foster), "costs": self.costs.record}
        parts = head | plain(given | records)
        return "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in parts.items()) + "\n}\n"

    @property
    def england(self) -> England:
        """Itself."""
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """England, as a whole."""
        return (ENGLAND,)

    @property
    def reported(self) -> tuple[Area, ...]:
        """England."""
        return reported((ENGLAND,))

    @property
    def member(self) -> Array:
        """England is run as a whole: (1, 1)."""
        return np.ones((1, 1))

    @property
    def part_of_england(self) -> float:
        """All of it."""
        return 1.0

    @property
    def under_18s(self) -> Array:
        """People of England aged under 18, as last published: (1,)."""
        return np.array([list(tables.series("population_0_17").values())[-1]])

    @property
    def walking(self) -> tuple[str, ...]:
        """None: its rates drift and don't walk away from themselves."""
        return ()

    @property
    def walks(self) -> Mapping[str, RandomWalk]:
        """None."""
        return {}

    @property
    def placing_walks(self) -> Mapping[str, PlacingWalk]:
        """None."""
        return {}

    @property
    def places_of_record(self) -> bool:
        """No: households and places are known."""
        return False

    def takes_trend(self, name: str) -> bool:
        """Of all."""
        return True

    def takes_drift(self, name: str) -> bool:
        """Of all."""
        return True

    @property
    def events(self) -> Mapping[str, Array]:
        """About how many events a year each rate makes: (1,) by name."""
        return events(
            *(np.array([starts.sum()]) for starts in (self.parameters.new_starts, self.parameters.uasc_starts))
        )

    def to_draw(self) -> tuple[Parameter, ...]:
        """Return how spend is split where that is not published; levels are England's."""
        return tuple(split.parameter for split in self.costs.splits)

    def at_base(self, england: Rates, drawn: Mapping[str, float]) -> Start:
        """Return England's rates as they are."""
        held = tuple(np.zeros(1, dtype=bool) for _ in england.streams)
        costs = self.costs
        lines = costs.lines_of(drawn)
        return Start(england.streams, england.foster, lines, costs.grants, costs.after_care, as_england(1), held)

    @property
    def history(self) -> Mapping[str, PastSeries]:
        """Published series, by measure."""
        return published_history()

    @property
    def by_own_returns(self) -> bool:
        """No: it is all councils."""
        return False

    def evidence(self, neighbours: Sequence[str] = ()) -> None:
        """Return nothing: there is no other England to set it beside."""

    @property
    def own_past(self) -> None:
        """None: the track record tells of past forecasts (`simulator.backtest`)."""
        return None

    @property
    def sources(self) -> tuple[str, ...]:
        """Publishers."""
        return PUBLISHERS

    def held(self, starts: Literal["numbers", "rates"]) -> str:
        """Return what every chart must say of what is held."""
        return what_is_held(starts)

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing besides."""
        return ()

    def spend_notes(self, cost_lines: Sequence[CostLine]) -> Iterable[str]:
        """Say nothing: spend is what is published."""
        return ()

    @property
    def questions_apply(self) -> bool:
        """Yes."""
        return True

    @property
    def identity(self) -> tuple[str, ...]:
        """Nothing: scenario and data say all."""
        return ()

    def manifest(self, *, in_full: bool) -> dict[str, Any]:
        """Return nothing: a manifest tells the scenario and data in any case."""
        return {}


@cache
def load_baseline(base: int) -> England:
    """Read the shipped baseline of England of a year.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If its arrays have other labels than the model (`simulator.baseline.labelled_arrays`), or a placement's unit
        cost has no line.
    """
    file = f"england-{base}.json"
    raw = json.loads(read_text("data/baseline", file))

    def record(kind: Any, raw_one: dict[str, Any]) -> Any:
        given = {field.name: raw_one[field.name] for field in fields(kind)}
        return kind(**{name: array(name, value) if name in AXES else value for name, value in given.items()})

    def array(name: str, values: Any) -> Array:
        return aligned(name, np.array(values), raw.get("axes", {}), file)

    costs = Costs.of(raw["costs"])
    for key in placements.cost_keys():
        if key not in {line.key for line in costs.lines}:
            raise ValueError(f"{file}: costs: no line for {key}, the unit cost of a placement")
    return England(
        base=raw["base"],
        cohort_months=raw["cohort_months"],
        parameters=record(Parameters, raw["parameters"]),
        resident=array("resident", raw["resident"]),
        resident_home=array("resident_home", raw["resident_home"]),
        uasc=array("uasc", raw["uasc"]),
        foster=record(FosterBase, raw["foster"]),
        costs=costs,
    )


def published_history() -> Mapping[str, PastSeries]:
    """Return the published series of England, by measure."""
    stock, spend = tables.series("stock"), tables.series("spend_total")
    homes = tables.series("registered_home_places")
    found = {
        "children": PastSeries(
            tuple(f"{year}-03-31" for year in stock), np.array(list(stock.values())), "dfe_cla_2025"
        ),
        "home_places_needed": PastSeries(  # what there was of what is needed
            tuple(f"{year}-03-31" for year in homes),
            np.array(list(homes.values())),
            "ofsted_csc_2023_underlying;community_care_homes_2025",
        ),
        "total_spend": PastSeries(
            tuple(map(str, spend)), np.array(list(spend.values())), "dfe_s251_outturn_2024_release"
        ),
    }
    for measure, table in (("starts", "starts"), ("exits", "ceased")):
        series = tables.series(table)
        years = tuple(financial_year(int(year) - 1) for year in series)
        found[measure] = PastSeries(years, np.array(list(series.values())), "dfe_cla_2025")
    return {**found, **published_before_care(())}
