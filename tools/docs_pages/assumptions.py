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
from simulator.interventions import kinds, notes
from simulator.interventions.base import FADE_MONTHS
from simulator.projection import compile as compiling
from simulator.projection.drift import processes
from simulator.projection.foster_supply import drawn_numbers
from simulator.projection.recorded_trends import PRICE, trends
from simulator.scenario import Assumptions
from simulator.vocabulary.axes import PHASES
from simulator.vocabulary.calendar import BASE_YEARS, LATEST_BASE
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
    yield from _about_foster_levers()
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
    yield ("Migration of children", "none", JUDGEMENT, "data/population.py", "interventions (kind: migration)")
    yield ("Deaths of children", "none", JUDGEMENT, "data/population.py", "")
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


_DRAWN_SUPPLY = {
    "places_elasticity": ("Elasticity of usable places to households, in the end", "assumptions.places_elasticity"),
    "council_places_elasticity": (
        "The same of one council's own carers",
        "assumptions.places_elasticity",
    ),
    "need_elasticity": ("Elasticity of usable places to children not with kin", "assumptions.need_elasticity"),
    "homes_waiting_share": (
        "Share of children in homes whose original plan was fostering, at the base; not identified",
        "assumptions.homes_waiting_share",
    ),
    "unfostered_home_log_odds": ("Shift of the log-odds of a home, for a child with no foster home", ""),
    "waiting_cost_ratio": (
        "Cost of a child in a home whose original plan was fostering, over the mean of homes",
        "assumptions.waiting_cost_ratio",
    ),
}
"""What is told of each number that is drawn, and how a scenario may give it."""


def _supply_source(source: str) -> str:
    """Put source keys into brackets."""
    return source if source == JUDGEMENT else "judgement from " + ", ".join(f"[{key}]" for key in source.split("; "))


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
    for name, (what, path) in _DRAWN_SUPPLY.items():
        one = drawn_numbers()[name]
        low, high = (f"{end:.2g}" for end in one.distribution.ppf([0.1, 0.9]))
        value = f"{one.distribution.central:g} (80% of draws: {low} to {high})"
        yield what, value, _supply_source(one.source), STRUCTURE, path
    yield (
        "Hazard with which usable places move to what households and need make of them, a year",
        f"{f['places_response_per_year']:g}",
        "judgement from [dfe_lait_2026]: elasticities of authorities over one to three years",
        STRUCTURE,
        "",
    )
    yield (
        "Share of children in homes whom the fit counts as waiting for a foster home",
        f"{f['homes_waiting_share_of_fit']:g}",
        JUDGEMENT,
        STRUCTURE,
        "",
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
    for stream, of_stream in f["unfostered_place"].items():
        for band, shares in of_stream.items():
            yield (
                f"Where a child of {band} with no foster home is placed, {stream}",
                ", ".join(f"{place} {share:g}" for place, share in shares.items()),
                "judgement from [dfe_cla_2025] and [dfe_lait_2026]: where authorities' children live, by age",
                STRUCTURE,
                "",
            )
    yield (
        "Approvals, applications and leaving of foster households in a projection",
        "as in the newest year published by then: "
        + ", ".join(f"{base} takes {fostering.flow_year(base)}" for base in BASE_YEARS),
        "[ofsted_foster_2025]",
        "calibrate/fit_fostering.py",
        "interventions (kind: foster_recruitment, foster_retention)",
    )
    yield (
        "Enquiries in a projection; shares of approvals by sector",
        "the newest published by then: for the latest base those of 2022-23, and those of 2024",
        f"[{tables.figure('initial_enquiries', 2023, 'england').source}]",
        "calibrate/fit_fostering.py",
        "interventions (kind: foster_recruitment)",
    )
    for path, what in (
        ("ceiling_ratio", "Most approvals of foster households in an area, over those of the year before the run"),
        ("cost_elasticity", "Rise of the cost of an approval, where one is given, for each percent of approvals"),
        ("share_won_from_others", "Households recruited whom others would have approved"),
        ("retainer_gbp_per_week", "Paid for a foster place that stands empty, where households are recruited"),
    ):
        note = next(one for one in notes(kinds()["foster_recruitment"]) if one.path == path)
        value = f"{note.default:g} ({note.unit})"
        where = "interventions/foster_recruitment.py"
        yield (what, value, JUDGEMENT, where, "interventions (kind: foster_recruitment)")
    yield (
        "Mainstream households until March 2019",
        f"all households less the share that were kin's in {fostering.TOLD_APART}",
        f"[{tables.figure('kinship_households', fostering.TOLD_APART, 'england').source}]",
        "calibrate/fit_fostering.py",
        "",
    )


FOSTER_LEVERS = ("foster_allowance", "foster_hubs", "foster_recruitment", "kinship_priority", "residential_build")
"""Levers on foster homes, kin and children's homes, whose judgements are told in the words of their fields."""

TOLD_ABOVE = ("ceiling_ratio", "cost_elasticity", "share_won_from_others", "retainer_gbp_per_week")
"""Fields of recruitment that have rows of their own."""


def _about_foster_levers() -> Iterator[Row]:
    matching = structure()["fostering"]["matching"]
    for name, what, source in (
        ("available_share", "Approved places whose carers take children at all", matching["available_share_source"]),
        ("with_siblings_share", "Children in care who came with a brother or sister", matching["siblings_source"]),
        ("separated_share", "Of those in mainstream foster care, the share separated", matching["siblings_source"]),
    ):
        yield what, f"{matching[name]:.1%}", f"judgement, from [{source}]", STRUCTURE, ""
    for kind in FOSTER_LEVERS:
        for note in notes(kinds()[kind]):
            if note.source == JUDGEMENT and not (kind == "foster_recruitment" and note.path in TOLD_ABOVE):
                what = f"{note.label.partition('. ')[0].rstrip('.')} ({kind}, {note.path})"
                value = f"{note.default:g} ({note.unit})"
                yield what, value, JUDGEMENT, f"interventions/{kind}.py", f"interventions (kind: {kind})"


def _about_drift() -> Iterator[Row]:
    for trend in trends(LATEST_BASE):
        yield (
            f"Goes on in the status quo: {trend.name.replace('_', ' ')}, logs",
            f"{trend.level:+.3f} at once and {trend.growth:+.3f} a year, of {trend.long_run:+.3f} in the long run "
            f"(record {trend.first} to {trend.last})",
            f"derived [{trend.source}]",
            "data/trends.csv",
            "assumptions." + ("real_price_growth" if trend.name.startswith(PRICE) else "placement_trend"),
        )
    for process in processes(LATEST_BASE):
        tied = f", tied to others of the year by {process.correlation:.2f}" if process.group else ""
        lasts = f", and of a growth that lasts {process.growth_sd:.3f}" if process.growth_sd else ""
        judged = process.first == JUDGEMENT
        yield (
            f"In draws, yearly steps of {process.name.replace('_', ' ')}, standard deviation of the log",
            f"{process.sd_per_year:.3f}{lasts}{tied}"
            + ("" if judged else f" (record {process.first} to {process.last})"),
            f"{JUDGEMENT if judged else 'derived'} [{process.source}]",
            "data/drift.csv",
            "assumptions.drift",
        )


def _about_money() -> Iterator[Row]:
    yield (
        "Months over which an effect falls to nothing after its money ends",
        f"{FADE_MONTHS}",
        JUDGEMENT,
        "interventions/base.py",
        "interventions (kind: early_help, foster_recruitment, foster_retention)",
    )
    yield (
        "Growth of general prices (GDP deflator) after the last published year",
        f"{compiling.DEFLATOR_PERCENT:g}% a year",
        "judgement: the inflation target",
        "projection/compile.py",
        "assumptions.deflator_percent_per_year",
    )
    yield (
        "Growth of unit costs above general prices",
        "none, unless a scenario lets it go on as recorded or states one",
        JUDGEMENT,
        "projection/compile.py",
        "assumptions.real_price_growth, interventions (kind: price_growth)",
    )
    percent = next(n for n in notes(Assumptions) if n.path == "discount_percent")
    yield (
        "Discount rate of present values",
        percent.if_empty.removeprefix("the "),
        f"[{percent.source}]",
        "data/money.csv",
        "assumptions.discount_percent",
    )
    panel = "derived [dfe_lait_2026]: 1 less marginal over average cost among authorities"
    outturn = "derived [dfe_s251_outturn_2024_release], [dfe_cla_2024]"
    for text, line, source in (
        ("residential care", "residential", panel),
        ("fostering (all of it the council's own)", "fostering", panel),
        ("adoption support", "adoption", outturn),
    ):
        share = f"{costs.FIXED_SHARE[line]:g}"
        yield (f"Fixed share (stays when numbers change): {text}", share, source, "calibrate/costs.py", "")
    yield ("Fixed share: short breaks; every other line", "all; none", JUDGEMENT, "calibrate/costs.py", "")
    yield (
        "What lines of spend go with",
        "see [costs.md](costs.md)",
        "definition",
        "baseline/cost_drivers.py",
        "",
    )
    yield (
        "Share of an asylum-seeking child's placement that lines of placements pay",
        "a third",
        "judgement, from spend of authorities [dfe_lait_2026]",
        "baseline/cost_drivers.py",
        "",
    )
    yield (
        "Special guardianship orders that end before 18, a year",
        f"{structure()['after_care']['orders_end_per_year']:g}",
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Orders before 2011; ages at order outside 2020 to 2024, and within a band",
        f"rise evenly from none in {structure()['after_care']['no_orders_in']}; the nearest year's; even",
        JUDGEMENT,
        "calibrate/left_care.py",
        "",
    )
    yield (
        "Who is paid for after care",
        "until 18 under an order; until 21 who was in care at 18",
        "judgement; from 21 support is on request",
        "baseline/after_care.py",
        "",
    )
    yield (
        "Home Office grants a night in care, and a week from 18 to 20",
        "income and grants on the asylum line; the published rate",
        f"derived [dfe_s251_outturn_2024_release]; [{_grant_source()}]",
        "calibrate/costs.py",
        "",
    )
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
        "Unit cost of kinship foster care",
        "between family and friends over its weeks, and own fostering over all own weeks; council care has the rest",
        "derived [dfe_s251_outturn_2024_release]; drawn evenly between",
        "calibrate/costs.py",
        "",
    )


def _grant_source() -> str:
    return tables.figure("home_office_grant_gbp", 2024, "care_leaver_per_week").source


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
