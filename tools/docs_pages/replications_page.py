"""docs/replications.md: published projections beside what repeats them and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docs_pages.markdown import table
from docs_pages.results_page import assumed, claimed
from simulator.data import tables
from simulator.outputs.charts import words
from simulator.results.labelled import RunResults
from simulator.runs.single_run import run_once
from simulator.scenario import Scenario, load

FOSTERED = ("kinship_foster", "council_foster", "ifa_foster")


def replications_page(results: Mapping[str, RunResults]) -> str:
    """Set published projections beside what reproduces them, what happened, and what holding rates would have said."""
    rows = [
        _replicated("Independent Review, May 2022", "review-no-reform", "2032-03-31", 100_000, results),
        _replicated(
            "County Councils Network and Newton, November 2021", "ccn-unchecked", "2025-12-31", 95_000, results
        ),
        _replicated("County Councils Network and IMPOWER, November 2024", "ccn-2030", "2030-03-31", 93_600, results),
        _replicated("Social Market Foundation, 2021", "smf-2021", "2030-03-31", 77_000, results, FOSTERED),
    ]
    money = [
        _spend_grew(
            "County Councils Network and Newton, November 2021", "ccn-unchecked", "2019-20", 7.4 / 5.3, results
        ),
        _spend_grew("Local Government Association, October 2021", "lga-2021", "2021-22", 12.6 / 10.9, results),
    ]
    heads = (
        "Who", "Said", "Assumption that repeats it", "In March 2025 the replication has", "What happened by then",
        "Rates held from the base would have said",
    )  # fmt: skip
    parts = [
        "# Replications of published projections",
        "Made by `make docs-tables`; do not edit. Each projection is repeated by a shipped scenario, with an "
        "assumption "
        "found by `tools/fit_replications.py` (`care-demand solve` finds others). The last column is this model "
        "with the "
        "rates of the scenario's base year held and nothing else assumed: what it would have said on the day, but for "
        "later revisions of the figures and, for money, price levels published since. One run from one base "
        "proves little; "
        "[fit.md](fit.md) has more.",
        "## Children",
        table(heads, rows, numbers=0),
        "SMF counts children in foster care, kinship foster care included; all others children looked after.",
        "## Spend",
        "Growth of gross spend on looked-after children to 2024-25. The Network's is from £5.3bn in 2019-20 to "
        "£7.4bn in "
        "2025-26; the Association's is of all children's social care from £10.9bn in 2021-22 to £12.6bn in 2024-25.",
        table(
            ("Who", "Said", "Assumption that repeats it", "The replication", "What happened", "Rates held"),
            money,
            numbers=0,
        ),
        "Headcounts were projected too high and money too low: prices and the mix of placements were missed, "
        "not numbers.",
        "What a two-year delay of the Review's plan costs here and as published, and why they differ: "
        "[appraise.md](appraise.md#what-two-years-of-delay-cost).",
    ]
    return "\n\n".join(parts) + "\n"


def _held(base: int) -> RunResults:
    """Run the model with the rates of a base year held, places found as needed, to March 2035 or ten years."""
    scenario = Scenario.model_validate({"name": "Held", "base": base, "assumptions": {"foster_places": "as_needed"}})
    return run_once(scenario, "held")


def _replicated(
    who: str, name: str, when: str, said: float, results: Mapping[str, RunResults], places: Sequence[str] = ()
) -> list[str]:
    one, now = results[name], "2025-03-31"
    base = int(one.dates("stock")[0][:4])
    happened = tables.value("stock", 2025) if not places else _fostered_2025()
    cells = [_children_in(run, now, places) for run in (one, _held(base))]
    return [
        _sourced(who, name),
        f"{words.count(said)} in {words.month(when)}",
        _assumption(name),
        f"{words.count(cells[0])} ({_off(cells[0], happened)})",
        words.count(happened),
        f"{words.count(cells[1])} ({_off(cells[1], happened)}), from March {base}",
    ]


def _children_in(results: RunResults, when: str, places: Sequence[str]) -> float:
    at = results.dates("stock").index(when)
    by_place = results["children"].by_placement()
    return float(sum(by_place[p][at] for p in places or by_place))


def _fostered_2025() -> float:
    return tables.value("stock_by_placement", 2025, "foster_total")


def _off(value: float, happened: float) -> str:
    return f"{100 * (value / happened - 1):+.0f}%".replace("-", "−")


def _spend_grew(who: str, name: str, since: str, said: float, results: Mapping[str, RunResults]) -> list[str]:
    base = int(results[name].dates("stock")[0][:4])
    spend = {str(year): value for year, value in tables.series("spend_total").items()}
    grown = [_in_year(run, "2024-25") / _in_year(run, since) for run in (results[name], _held(base))]
    return [
        _sourced(who, name),
        f"+{100 * (said - 1):.0f}%",
        _assumption(name),
        f"+{100 * (grown[0] - 1):.0f}%",
        f"+{100 * (spend['2024-25'] / spend[since] - 1):.0f}%",
        f"+{100 * (grown[1] - 1):.0f}%, from March {base}",
    ]


def _in_year(results: RunResults, year: str) -> float:
    """Spend in a year of the run, or in the one before it."""
    spend = claimed(results, "total_spend", year)
    assert spend is not None
    return spend


def _sourced(who: str, name: str) -> str:
    return f"{who} [{'; '.join(load(name).scenario.sources)}]"


def _assumption(name: str) -> str:
    """Name the fitted values of a scenario."""
    return "; ".join(
        line.removeprefix("- ").replace(", *fitted*", "") for line in assumed(load(name)) if "*fitted*" in line
    )
