"""What a scenario's lines of funding bring to the areas of a run, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.interventions.context import Context
from simulator.interventions.impossible import within
from simulator.scenario.funding import FundingLine
from simulator.scenario.schema import Scenario
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import MONTHS_A_YEAR, financial_year_months

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FundingPaths:
    """Money beside spend, in cash.

    Attributes
    ----------
    line_gbp, reused_gbp : (line, area, month)
        Of each line of the scenario's funding, and what of it takes the place of earlier money.
    statutory_gbp : (area, month)
        What of the cost of programmes the law asks for.
    """

    line_gbp: Array
    reused_gbp: Array
    statutory_gbp: Array


def funding_paths(scenario: Scenario, context: Context) -> FundingPaths:
    """Return the money beside the spend of a scenario for the areas of a run.

    Raises
    ------
    Impossible
        If the price level of a line's year is not known, or areas are counted of another number than there are.
    """
    line, reused = [], []
    for position, one in enumerate(scenario.funding.lines if scenario.funding else ()):
        with within("funding", "lines", position):
            share = area_shares(one, context)[:, None]
            line.append(share * _by_month(one.gbp, one, context))
            reused.append(share * _by_month(one.reused_gbp, one, context))
    nothing = np.zeros((0, len(context.areas), context.months))
    statutory = [one.statutory_gbp(context) for one in scenario.interventions]
    return FundingPaths(
        np.stack(line) if line else nothing,
        np.stack(reused) if reused else nothing,
        np.sum([np.zeros(nothing.shape[1:]), *statutory], axis=0),
    )


def area_shares(line: FundingLine, context: Context) -> Array:
    """Return the share of a line of England that goes to each area of a run: (area,).

    Shares of areas are split among their authorities, and what is left among all others, as children live there.
    """
    with within("areas"):
        if not line.area_shares:
            return line.areas.of_total(context.areas, context.part_of_england)
    if context.areas == (areas.ENGLAND,):
        return np.ones(1)
    every = [one.code for one in areas.authorities()]
    children = dict(zip(every, areas.children(every), strict=True))
    stated = [(areas.codes_of((name,)), share) for name, share in line.area_shares.items()]
    others = frozenset(every).difference(*(codes for codes, _ in stated))
    shares: dict[str, float] = {}
    for codes, share in [*stated, (others, 1.0 - sum(share for _, share in stated))]:
        whole = sum(children[code] for code in codes)
        shares |= {code: share * children[code] / whole for code in codes}
    here = [shares[code] for code in context.areas if code in shares]
    return np.array(here or [context.part_of_england])


def _by_month(gbp: dict[str, float], line: FundingLine, context: Context) -> Array:
    """Spread amounts evenly over the months of their years, in cash: (month,)."""
    amounts = np.zeros(context.months)
    for year, amount in gbp.items():
        first = context.position(financial_year_months(year)[0])
        amounts[max(first, 0) : max(first + MONTHS_A_YEAR, 0)] += amount / MONTHS_A_YEAR
    if line.price_year is not None:
        amounts *= context.deflator / context.price_level(line.price_year)
    return amounts
