"""Money beside the spend of a run, and the names of what is worked out of it (`simulator.results.gap`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.results.quantities import INFLATION, Array
from simulator.vocabulary.labels import ALL

CAUSES = ("numbers", "mix", "support", "price_above_inflation", "statutory", "programmes", INFLATION)
"""Causes of pressure; inflation is none in real prices."""

BUDGET, GRANTS = "budget", "home_office_grants"
"""Names of funding that is not a line of the scenario."""

ABOVE = "funding_above_reference_year"
"""What funding takes off pressure: the part of a gap that is none of its causes."""

THREE = ("overspend", "standstill", "unfunded_plan")
"""Gaps that are told apart."""

CLAIMED = (*THREE, "pressure")
"""What claims are of: a gap, or growth of spend, which is none."""


@dataclass(frozen=True)
class DatedGap:
    """A gap that somebody published, beside which those of a run are set.

    Attributes
    ----------
    gap : str
        One of `CLAIMED`.
    area, financial_year, label, note, source : str
        Of what it was said, by whom, and what it counts.
    gbp : float
        A year, in cash of its time.
    """

    gap: str
    area: str
    financial_year: str
    label: str
    note: str
    source: str
    gbp: float


@dataclass(frozen=True)
class Funded:
    """Money beside the spend of a run, in cash.

    Attributes
    ----------
    titles : mapping of str to str
        Names of lines, by id.
    for_services : (line,) bool
        Whether a line pays for what goes on without programmes.
    line_gbp, reused_gbp : (line, draw, area, month)
        Each line, and what of it takes the place of earlier money.
    statutory_gbp : (draw, area, month)
        What of the cost of programmes the law asks for.
    budget_growth : float
        Real growth of the budget, a year.
    reference_grants_gbp : (draw, area)
        Home Office grants in the last financial year before the run.
    claims : tuple of DatedGap
    """

    titles: Mapping[str, str]
    for_services: NDArray[np.bool_]
    line_gbp: Array
    reused_gbp: Array
    statutory_gbp: Array
    budget_growth: float
    reference_grants_gbp: Array
    claims: tuple[DatedGap, ...] = ()

    def parts(self, *, real: bool) -> Iterator[tuple[str, str]]:
        """Yield each measure of `gap.csv` and its part, the whole first."""
        causes = tuple(name for name in CAUSES if not (real and name == INFLATION))
        yield from (("pressure", part) for part in (ALL, *causes))
        yield from (("funding", part) for part in (ALL, BUDGET, GRANTS, *self.titles))
        yield from (("new_money", part) for part in (ALL, *self.titles))
        yield from (("gap", part) for part in (ALL, *causes, ABOVE))
        yield from ((name, ALL) for name in (*THREE, "saving"))


def gap_name(measure: str, part: str = ALL, *, real: bool = False) -> str:
    """Return the name under which a part of a measure is kept."""
    return f"gap/{'real' if real else 'cash'}/{measure}/{part}"
