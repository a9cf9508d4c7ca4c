"""Pressure, funding and the gap between them, by financial year: three gaps that published claims mean, told apart.

All are of spend on looked-after children, those under guardianship and care leavers, and of programmes. With care for
spend less programmes that the law does not ask for, and the budget for what there is without the lines of funding:

- `pressure` is all spend less that of the year before the run, split by cause; `funding` is the budget, Home Office
  grants and each line; `gap` is all spend less all funding.
- `overspend` is what a year's care costs beyond a budget that is set anew each year, at what care cost in the year
  before and the growth of the budget, with what lines for services bring.
- `standstill` is what care costs without any programme, beyond the budget, grants and lines for services.
- `unfunded_plan` is what programmes cost beyond the lines for them.

`gap` = `standstill` + `unfunded_plan` - `saving`, with what programmes save of care.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.results.funded import ABOVE, BUDGET, CAUSES, GRANTS, Funded, gap_name
from simulator.results.quantities import INFLATION, Array
from simulator.results.spend_lines import SpendLines
from simulator.results.timeline import Timeline
from simulator.vocabulary.labels import ALL


@dataclass(frozen=True)
class CashFlows:
    """Spend and grants of runs, in cash: (draw, area, month) each.

    Attributes
    ----------
    total, programmes, grants
        All spend, what of it is on programmes, and Home Office grants.
    bare
        All spend of the same scenario without programmes.
    """

    total: Array
    programmes: Array
    grants: Array
    bare: Array


def gap_figures(
    funded: Funded, cash: CashFlows, lines: SpendLines, timeline: Timeline, deflator: Array, reference_level: float
) -> dict[str, Array]:
    """Return the figures of pressure, funding and gaps, by :func:`gap_name`: (draw, area, financial year) each.

    Parameters
    ----------
    funded : Funded
    cash : CashFlows
    lines : SpendLines
        Of the same runs.
    timeline : Timeline
    deflator : (draw, month)
        Cash over this is real.
    reference_level : float
        The same of the last financial year before the run.
    """
    found: dict[str, Array] = {}
    levels = timeline.by_year(np.broadcast_to(deflator[:, None], cash.total.shape), "flow") / 12.0
    before = lines.reference_spend_gbp.sum(axis=-1)[..., None]  # (draw, area, 1), in prices of the reference year
    causes = lines.split(timeline, cash.programmes, deflator / reference_level)
    duty = timeline.by_year(funded.statutory_gbp / deflator[:, None], "flow") * reference_level
    causes |= {"statutory": duty, "programmes": causes["programmes"] - duty}
    growth = (1.0 + funded.budget_growth) ** np.arange(1.0, len(timeline.financial_years) + 1.0)
    own = before - funded.reference_grants_gbp[..., None]
    for real in (False, True):

        def yearly(values: Array, real: bool = real) -> Array:
            return timeline.by_year(values / deflator[:, None] if real else values, "flow")

        level = np.ones(1) if real else levels
        statutory, programmes, grants = map(yearly, (funded.statutory_gbp, cash.programmes, cash.grants))
        total, bare = yearly(cash.total), yearly(cash.bare)
        budget = own / reference_level * growth * level
        by_line = {name: yearly(of_line) for name, of_line in zip(funded.titles, funded.line_gbp, strict=True)}
        reused = {name: yearly(of_line) for name, of_line in zip(funded.titles, funded.reused_gbp, strict=True)}
        for_services = _sum(by_line, funded.for_services, total)
        for_programmes = _sum(by_line, ~funded.for_services, total)
        funding = budget + grants + for_services + for_programmes
        why = {
            name: causes[name] / (reference_level if real else 1.0)
            for name in CAUSES
            if not (real and name == INFLATION)
        }
        reference = before / reference_level if real else before
        new = {name: by_line[name] - reused[name] for name in by_line}
        put = _putter(found, real=real)
        put("pressure", np.sum(list(why.values()), axis=0), why)
        put("funding", funding, {BUDGET: budget, GRANTS: grants, **by_line})
        put("new_money", np.sum([np.zeros_like(total), *new.values()], axis=0), new)
        put("gap", total - funding, {**why, ABOVE: reference - funding})
        put("standstill", bare + statutory - grants - budget - for_services)
        put("unfunded_plan", programmes - statutory - for_programmes)
        put("saving", bare - total + programmes)
        net = _real_care(cash, funded, timeline, deflator)
        last = np.concatenate([np.broadcast_to(own / reference_level, net[..., :1].shape), net[..., :-1]], axis=-1)
        put("overspend", (net - (1.0 + funded.budget_growth) * last) * level)
    return found


def _real_care(cash: CashFlows, funded: Funded, timeline: Timeline, deflator: Array) -> Array:
    """Return what care costs authorities from their budgets, in real prices: (draw, area, year)."""
    lines = funded.line_gbp[funded.for_services].sum(axis=0)
    net = cash.total - cash.programmes + funded.statutory_gbp - cash.grants - lines
    return timeline.by_year(net / deflator[:, None], "flow")


def _sum(by_line: Mapping[str, Array], which: NDArray[np.bool_], like: Array) -> Array:
    chosen = [values for values, is_one in zip(by_line.values(), which, strict=True) if is_one]
    total: Array = np.sum([np.zeros_like(like), *chosen], axis=0)
    return total


def _putter(found: dict[str, Array], *, real: bool) -> Callable[..., None]:
    """Return what puts a measure and its parts among the figures."""

    def put(measure: str, whole: Array, parts: Mapping[str, Array] | None = None) -> None:
        found[gap_name(measure, ALL, real=real)] = whole
        found.update({gap_name(measure, part, real=real): values for part, values in (parts or {}).items()})

    return put
