"""The table in docs/model.md of every assumption that the published tables do not settle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from docs_pages.markdown import table
from simulator.baseline.structure import structure
from simulator.calibrate import costs, history
from simulator.calibrate import fit_fostering as fostering
from simulator.calibrate.build import COHORT_MONTHS
from simulator.calibrate.starts import ARRIVING_AT_17, UASC_FOSTER
from simulator.data import population, tables
from simulator.interventions import notes
from simulator.projection import compile as compiling
from simulator.projection.drift import processes
from simulator.scenario import Assumptions
from simulator.vocabulary.axes import PHASES
from simulator.vocabulary.placements import names

STRUCTURE = "data/structure.yaml"
JUDGEMENT = "judgement"


@cache
def assumptions_table() -> str:
    """Return every assumption that the published tables do not settle: value, source, place, scenario key."""
    rows = [
        [what, value, source, f"`{where}`", f"`{key}`" if key else "no"]
        for what, value, source, where, key in assumptions()
    ]
    return table(("Assumption", "Value", "Source", "Where (in `simulator/`)", "A scenario can change it"), rows)


def _listed(values: Any) -> str:
    if isinstance(values, Mapping):
        return ", ".join(f"{key}: {value:g}" for key, value in values.items())
    return ", ".join(f"{value:g}" for value in values)


Row = tuple[str, str, str, str, str]


def assumptions() -> Iterator[Row]:
    """Yield every assumption: what it is, its value, its source, where it stands, and what changes it."""
    yield from _about_stays()
    yield from _about_starts()
    yield from _about_fostering()
    yield from _about_drift()
    yield from _about_money()
    yield from _about_the_fit()


def _about_stays() -> Iterator[Row]:
    s = structure()
    phases, leaving, home = s["phases"], s["leaving"], s["going_home"]
    tool = "judgement, chosen by hand so that docs/fit.md is met"
    yield (
        f"Hazard of passing on from each phase but the last ({', '.join(PHASES)}), a year",
        _listed(phases["progress_per_year"]),
        tool,
        STRUCTURE,
        "",
    )
    yield (
        "Hazard of leaving by phase before it is scaled, a year",
        _listed(phases["exit_per_year"]),
        "judgement; the fit scales it",
        STRUCTURE,
        "",
    )
    yield (
        "Pace of moves and of leaving that goes with the placement, by phase",
        _listed(phases["placement_pace"]),
        tool,
        STRUCTURE,
        "",
    )
    yield ("Pace of adoption from an adoptive placement", "1 in every phase", JUDGEMENT, "baseline/england.py", "")
    yield (
        "Slope of leaving with age inside a band, log a year",
        _listed(leaving["slope_per_year"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "How much more of the leaving falls in the first three phases, log, by age",
        _listed(leaving["tilt"]),
        tool,
        STRUCTURE,
        "",
    )
    for band, weights in leaving["reason_weight"].items():
        yield (f"Weights of reasons for leaving at {band}, before raking", _listed(weights), JUDGEMENT, STRUCTURE, "")
    yield (
        "Share of those who went home back in care after so many years",
        _listed(home["returned_share"]),
        f"[{home['source']}]",
        STRUCTURE,
        "",
    )
    yield (
        "Hazard of passing to the next spell at home, a year",
        _listed(home["fade_per_year"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    for move in s["moves"]:
        what = f"Moves {move['from']} to {move['to']}, ages {move['ages'][0]} to {move['ages'][1]}, before the fit"
        can = "assumptions.exchange_homes_per_year" if move["to"] == "home_waiting" else ""
        yield (what, f"{move['children']:,} children a year", JUDGEMENT, STRUCTURE, can)
    yield ("Any other move between placements", "none", JUDGEMENT, STRUCTURE, "")


def _about_starts() -> Iterator[Row]:
    s = structure()
    starts, uasc = s["starts"], s["uasc"]
    births = population.births_per_year()
    yield ("What is held when nothing changes", "numbers of starts", JUDGEMENT, "scenario/schema.py", "starts.hold")
    yield (
        "Trends in starts, stays or the mix of placements",
        "none",
        JUDGEMENT,
        "scenario/schema.py",
        "interventions (kind: trend)",
    )
    yield ("Share of the starts under 1 that come at birth", f"{starts['birth_share']:g}", JUDGEMENT, STRUCTURE, "")
    yield (
        "Slope of start rates with age inside a band, log a year",
        _listed(starts["slope_per_year"]),
        "judgement, chosen by hand so that docs/fit.md is met",
        STRUCTURE,
        "",
    )
    for place, weights in s["start_place_weight"].items():
        yield (f"Weights of first placement {place} by age, before raking", _listed(weights), JUDGEMENT, STRUCTURE, "")
    yield (
        "Births a year after mid-2023",
        f"{births:,.0f}",
        f"judgement: as many as were under 1 at mid-2023 [{tables.figure('population_by_age', 2023, '0').source}]",
        "data/population.py",
        "assumptions.births_per_year",
    )
    yield ("Migration and deaths of children", "none", JUDGEMENT, "data/population.py", "")
    yield (
        "Counting residual in a projection",
        "as in the base year",
        "derived [dfe_cla_2025]",
        "calibrate/starts.py",
        "assumptions.balancing_percent_per_year",
    )
    yield ("Youngest unaccompanied child", f"{uasc['youngest_age']} years", JUDGEMENT, STRUCTURE, "")
    yield (
        "Unaccompanied arrivals by age, before the share at 17 is fitted",
        _listed(uasc["arrival_share"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Bounds of the fitted share of arrivals at 17",
        "; ".join(f"from {y}: {a} to {b}" for y, (a, b) in ARRIVING_AT_17.items()),
        JUDGEMENT,
        "calibrate/starts.py",
        "",
    )
    yield (
        "Unaccompanied children: leaving before 18 by phase, before it is scaled",
        _listed(uasc["exit_per_year"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Unaccompanied children under 16: where they live",
        _listed(uasc["under_16_place"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Unaccompanied children in foster care: share with the council",
        f"{UASC_FOSTER[0]:g}",
        JUDGEMENT,
        "calibrate/starts.py",
        "",
    )
    yield (
        "Unaccompanied children: arrivals over stock in years without a figure, first guess",
        "0.72",
        JUDGEMENT,
        "calibrate/starts.py",
        "",
    )
    yield (
        "Unaccompanied children: moves between placements",
        "supported and other only",
        JUDGEMENT,
        "baseline/england.py",
        "",
    )


def _about_fostering() -> Iterator[Row]:
    f = structure()["fostering"]
    yield (
        "Whether foster places limit who is fostered",
        "limited",
        JUDGEMENT,
        "scenario/schema.py",
        "assumptions.foster_places",
    )
    yield (
        "Youngest who are left without a foster home while older children have one",
        f"{f['youngest_waiting_age']} years",
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Share of children in homes whose plan is fostering, at the base",
        f"{f['homes_waiting_share']:g}",
        f"[{f['homes_waiting_source']}]",
        STRUCTURE,
        "assumptions.homes_waiting_share",
    )
    yield (
        "Children in supported accommodation who wait for fostering, at the base",
        "0",
        JUDGEMENT,
        "calibrate/england_series.py",
        "",
    )
    yield (
        "Fastest hazard at which a waiting child is matched, a year",
        f"{f['step_down_per_year']:g}",
        JUDGEMENT,
        STRUCTURE,
        "assumptions.step_down_match_per_year",
    )
    for stage in f["stages"]:
        yield (
            f"Mean months in the stage {stage['name']}, and its steps",
            f"{stage['months']:g} in {stage['steps']}",
            f"{f['stages_source']}",
            STRUCTURE,
            "",
        )
    yield (
        "Usable share of approved places",
        "children fostered over places approved, at the base",
        "derived [ofsted_foster_2025]",
        "projection/compile.py",
        "",
    )
    yield (
        "Order in which children take free places",
        "council first, then agencies",
        JUDGEMENT,
        "engine/fostering.py",
        "",
    )
    yield (
        "Where a child with no foster place waits",
        "a children's home; supported accommodation from 16",
        JUDGEMENT,
        "projection/compile.py",
        "",
    )
    yield (
        "Approvals, applications and leaving of foster households in a projection",
        "as in the nearest published year: "
        + ", ".join(f"{base} takes {year}" for base, year in fostering.FLOW_YEARS.items()),
        "[ofsted_foster_2025]",
        "calibrate/fit_fostering.py",
        "interventions (kind: foster_recruitment, foster_retention)",
    )
    yield (
        "Enquiries in a projection; shares of approvals by sector",
        "those of 2022-23; those of 2024",
        f"[{tables.figure('initial_enquiries', 2023, 'england').source}]",
        "calibrate/fit_fostering.py",
        "interventions (kind: foster_recruitment)",
    )
    yield (
        "Fall of mainstream households, March 2020 to 2024",
        f"{fostering.FALL_2020_TO_2024:.0%}",
        "[pac_2026]",
        "calibrate/fit_fostering.py",
        "",
    )


def _about_drift() -> Iterator[Row]:
    for process in processes():
        tied = f", tied to others of the year by {process.correlation:.2f}" if process.group else ""
        yield (
            f"In draws, yearly steps of {process.name.replace('_', ' ')}, standard deviation of the log",
            f"{process.sd_per_year:.3f}{tied} (record {process.first} to {process.last})",
            f"derived [{process.source}]",
            "data/drift.csv",
            "assumptions.drift",
        )


def _about_money() -> Iterator[Row]:
    yield (
        "Growth of general prices (GDP deflator) after the last published year",
        f"{compiling.DEFLATOR_PERCENT:g}% a year",
        "judgement: the inflation target",
        "projection/compile.py",
        "assumptions.deflator_percent_per_year",
    )
    yield (
        "Growth of unit costs above general prices",
        "none unless a scenario says so",
        JUDGEMENT,
        "projection/compile.py",
        "interventions (kind: price_growth)",
    )
    percent = next(n for n in notes(Assumptions) if n.path == "discount_percent")
    yield (
        "Discount rate of present values",
        percent.if_empty.removeprefix("the "),
        f"[{percent.source}]",
        "data/money.csv",
        "assumptions.discount_percent",
    )
    yield (
        "Overhead share (stays when numbers change): kinship and council foster care",
        "own spend on fostering other than allowances, as a share of own spend on fostering",
        "derived [dfe_s251_outturn_2024_release]",
        "calibrate/costs.py",
        "",
    )
    yield (
        "Overhead share: children's homes, secure and other residential",
        "council-run share of residential spend",
        "derived [dfe_s251_outturn_2024_release]",
        "calibrate/costs.py",
        "",
    )
    yield ("Overhead share: every other line", "0", JUDGEMENT, "calibrate/costs.py", "")
    yield (
        "Share of secure and other residential that the residential line pays for",
        f"{costs.RESIDENTIAL_SHARE_OF_OTHER:g}",
        "derived [dfe_cla_2024]",
        "calibrate/costs.py",
        "",
    )
    yield (
        "Lines of 2024-25 that its return does not show",
        f"split as in {costs.LAST_OUTTURN}",
        "[mhclg_ro3_2024_25], [dfe_s251_outturn_2024_release]",
        "calibrate/costs.py",
        "",
    )
    yield ("Unit cost of a week, same within a line", "spend over child-weeks", "derived", "calibrate/costs.py", "")
    yield (
        "Unit costs of kinship and council foster care",
        "council fostering shared by weeks, plus family and friends",
        JUDGEMENT,
        "calibrate/costs.py",
        "",
    )


def _about_the_fit() -> Iterator[Row]:
    yield (
        "First year of the run-in; starts by age in it",
        f"{history.RUN_IN_FROM}, after 18 years at its flows; as in 2011",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Width of birth cohorts in a run",
        f"{COHORT_MONTHS} months",
        "judgement (see accuracy.md)",
        "calibrate/build.py",
        "",
    )
    yield (
        "Pull of the scaling by phase towards 1; bounds of one step",
        "0.06; −40% to +60%",
        JUDGEMENT,
        "calibrate/fit_year.py",
        "",
    )
    yield (
        "Scaling of the opening by time in care, 2019 to 2024: damping and bounds",
        "power 0.6, 0.8 to 1.25",
        JUDGEMENT,
        "calibrate/scale_stock.py",
        "",
    )
    yield (
        "Least that a fitted move may fall to in one round",
        "a tenth of its flow",
        JUDGEMENT,
        "calibrate/fit_year.py",
        "",
    )
    yield ("Exits at 16 and over before 2016, by age", "split as in 2016", JUDGEMENT, "calibrate/england_series.py", "")
    yield (
        "Foster care by sector before 2022",
        "Department's provider counts, scaled to Ofsted's in 2022",
        JUDGEMENT,
        "calibrate/england_series.py",
        "",
    )
    yield (
        "Moves between supported accommodation and other in a projection",
        "balanced at the assumed gross flow",
        JUDGEMENT,
        "calibrate/build.py",
        "",
    )
    yield (
        "Placements",
        f"{len(names())}, of which two are children waiting",
        "definition",
        "vocabulary/placements.yaml",
        "",
    )
