"""Find the assumptions with which shipped scenarios reach published headlines (python tools/fit_replications.py).

Each line below names a value in a scenario file, a result, and what was published of it (with its source). The values
are found by solving on the model itself and written back into the files, on the lines marked
``# fitted by tools/fit_replications.py``. Nothing in the package knows a headline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import root

from simulator.projection.compile import compile_scenario
from simulator.results.labelled import RunResults
from simulator.runs.single_run import label
from simulator.runs.solve import Unknown
from simulator.scenario.read import load

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"


@dataclass(frozen=True)
class Fit:
    """One value to find.

    Attributes
    ----------
    file, id, field : str
        Where the value stands: the intervention's id and the (dotted) field.
    near : float
        Where to look from.
    miss : callable
        From results by file name to how far the result is from what was published, as a share of it.
    """

    file: str
    id: str
    field: str
    near: float
    miss: Callable[[dict[str, RunResults]], float]


def children(results: RunResults, date: str) -> float:
    """Children looked after at an instant."""
    return float(results["children"].total()[results.dates("stock").index(date)])


def claimed(measure: str, name: str) -> Callable[[dict[str, RunResults]], float]:
    """Miss of the last claim that the scenario itself marks."""

    def miss(by_file: dict[str, RunResults]) -> float:
        r = by_file[name]
        claim = [c for c in r.claims if c.measure == measure][-1]
        if measure == "children":
            date = next(d for d in r.dates("stock") if d.startswith(claim.date))
            return children(r, date) / claim.value - 1.0
        return spend(r, claim.date) / claim.value - 1.0

    return miss


def spend(results: RunResults, year: str) -> float:
    """Cash spend in a financial year, as published of years before the run."""
    if year not in results.financial_years:
        past = results.history["total_spend"]
        return float(past.values[past.dates.index(year)])
    at = results.financial_years.index(year)
    return float(results.by_year("total_spend")[0, 0, at].sum())


def grew(name: str, measure: Callable[[RunResults, str], float], first: str, last: str, ratio: float) -> Any:
    """Miss of a published growth between two dates."""
    return lambda by_file: measure(by_file[name], last) / measure(by_file[name], first) / ratio - 1.0


def in_homes(results: RunResults, date: str) -> float:
    """Children in homes and supported accommodation, without secure units, which stand with residential schools."""
    at = results.dates("stock").index(date)
    by_place = results["children"].by_placement()
    return float(sum(by_place[p][at] for p in ("childrens_home", "supported")))


def fostered(results: RunResults, date: str) -> float:
    """Children in foster care, kinship included."""
    at = results.dates("stock").index(date)
    by_place = results["children"].by_placement()
    return float(sum(by_place[p][at] for p in ("kinship_foster", "council_foster", "ifa_foster")))


def delay_costs(by_file: dict[str, RunResults]) -> float:
    """Two years of delay: 10,500 more children in care in 2027-28 [nspcc_delay_2023]."""
    late, plan = by_file["review-plan-delayed"], by_file["review-plan"]
    return (children(late, "2028-03-31") - children(plan, "2028-03-31")) / 10_500 - 1.0


def more_places(by_file: dict[str, RunResults]) -> float:
    """10,000 more approved places by March 2029 than in March 2025 [wms_foster_2026]."""
    places = by_file["foster-plan-10000"]["foster_places_approved"].total()
    return float(places[48] - places[0]) / 10_000 - 1.0


GROUPS: Sequence[Sequence[Fit]] = (
    (
        Fit("review-no-reform", "starts-trend", "percent_per_year", 2.5, claimed("children", "review-no-reform")),
    ),
    (
        Fit("ccn-unchecked", "longer-stays", "percent_per_year", 7.0, claimed("children", "ccn-unchecked")),
        Fit("ccn-unchecked", "price", "percent_per_year", 3.0, claimed("total_spend", "ccn-unchecked")),
    ),
    (
        Fit("ccn-2030", "longer-stays", "percent_per_year", 4.0, claimed("children", "ccn-2030")),
        # 15,403 to 22,533 between 2024 and 2030 [basw_ccn_2024].
        Fit("ccn-2030", "more-homes", "percent_per_year", 6.0,
            grew("ccn-2030", in_homes, "2024-03-31", "2030-03-31", 22_533 / 15_403)),
        # 6.6bn to 12bn between 2023-24 and 2029-30 [themj_ccn_2024]; its 6.6bn is not the published gross spend.
        Fit("ccn-2030", "price", "percent_per_year", 6.0, grew("ccn-2030", spend, "2023-24", "2029-30", 12.0 / 6.6)),
    ),
    (
        # 56,500 to 77,000 children in foster care between 2021 and 2030 [smf_2021].
        Fit("smf-2021", "starts-trend", "percent_per_year", 5.0,
            grew("smf-2021", fostered, "2021-03-31", "2030-03-31", 77_000 / 56_500)),
    ),
    (
        # 10.9bn to 12.6bn between 2021-22 and 2024-25 [lga_cc_2021].
        Fit("lga-2021", "price", "percent_per_year", 4.0, grew("lga-2021", spend, "2021-22", "2024-25", 12.6 / 10.9)),
    ),
    (Fit("review-plan", "family-help", "effect.risk_ratio", 0.7, delay_costs),),
    (Fit("foster-plan-10000", "foster-plan", "extra_households_per_year", 2_500.0, more_places),),
)  # fmt: skip

ALSO_RUN = {"review-plan": ("review-plan-delayed",)}


def solve(fits: Sequence[Fit]) -> list[float]:
    """Find the values of one group together."""
    files = {f.file for f in fits} | {other for f in fits for other in ALSO_RUN.get(f.file, ())}
    loaded = {name: load(FOLDER / f"{name}.yaml") for name in sorted(files)}

    def miss(x: np.ndarray[Any, Any]) -> list[float]:
        by_file = {}
        for name, one in loaded.items():
            scenario = one.scenario
            for fit, value in zip(fits, x, strict=True):
                path = Unknown.parse(f"interventions.{fit.id}.{fit.field}", scenario).path
                scenario = scenario.with_value(path, float(value) * fit.near)
            by_file[name] = label(compile_scenario(scenario), name)
        return [fit.miss(by_file) for fit in fits]

    found = root(miss, np.ones(len(fits)), method="hybr", options={"xtol": 1e-5, "eps": 1e-2})
    if not found.success:
        raise SystemExit(f"{[f.file for f in fits]}: {found.message}")
    return [float(v) * f.near for v, f in zip(found.x, fits, strict=True)]


def write(fit: Fit, value: float) -> None:
    """Put a value into its file: the first fitted line of that field after the intervention's id."""
    path = FOLDER / f"{fit.file}.yaml"
    text = path.read_text(encoding="utf-8")
    head, sep, rest = text.partition(f"id: {fit.id}\n")
    name = fit.field.split(".")[-1]
    pattern = rf"({name}: )[-\d._]+(.*# fitted by tools/fit_replications\.py)"
    rest, count = re.subn(pattern, rf"\g<1>{value:.5g}\g<2>", rest, count=1)
    if not count:
        raise SystemExit(f"{path.name}: no fitted line for {fit.id}.{fit.field}")
    path.write_text(head + sep + rest, encoding="utf-8")


def main() -> None:
    """Solve every group in turn and write the values."""
    for fits in GROUPS:
        for fit, value in zip(fits, solve(fits), strict=True):
            write(fit, value)
            print(f"{fit.file}: {fit.id}.{fit.field} = {value:.5g}")


if __name__ == "__main__":
    main()
