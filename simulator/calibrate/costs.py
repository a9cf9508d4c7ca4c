"""What care cost in the year to the base, line by line, so that the published gross spend is reproduced exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.cost_lines import CostLine
from simulator.baseline.england import PLACE
from simulator.data import tables
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import WEEKS_A_YEAR, financial_year

Array = NDArray[np.float64]

RESIDENTIAL_SHARE_OF_OTHER = 0.56
"""Share of children in secure and other residential settings who are in those that the residential line pays for
(secure homes, care homes, residential schools: K1, R1, S1; not hospitals, family centres or young offender
institutions), 31 March 2024: (100 + 560 + 90) / 1,350 [dfe_cla_2024]."""

PER_CHILD = ("adoption", "special_guardianship", "short_breaks", "education", "leaving_care")
LAST_OUTTURN = "2023-24"
FIRST_ALLOWANCES = "2018-19"
"""First year whose spend on fostering tells carers' allowances from the rest; it stands for the year before too."""


def cost_lines(base: int, before: Array, at: Array, uasc: tuple[float, float]) -> tuple[CostLine, ...]:
    """Build the cost lines of the financial year that ends at a base.

    Parameters
    ----------
    base : int
    before, at : (place,)
        Children by placement a year before the base and at it; weeks in care are their mean times a year's weeks.
    uasc : (float, float)
        Unaccompanied children a year before and at the base.
    """
    year = financial_year(base - 1)
    lines, source = _published(year)
    weeks = (before + at) / 2.0 * WEEKS_A_YEAR
    by_key = {k: float(sum(weeks[PLACE[p.name]] for p in placements.placements() if p.cost == k))
              for k in placements.cost_keys()}  # fmt: skip
    outturn = year if year <= LAST_OUTTURN else LAST_OUTTURN
    own, external = tables.categories("spend_line_own", outturn), tables.categories("spend_line_external", outturn)
    own_share = own["fostering_total"] / (own["fostering_total"] + external["fostering_total"])
    own_fostering = lines["fostering_total"] * own_share
    parts = tables.categories("spend_line_own", max(outturn, FIRST_ALLOWANCES))
    kin = by_key["kinship_foster"] / (by_key["kinship_foster"] + by_key["council_foster"])
    residential = {
        "childrens_home": by_key["childrens_home"],
        "secure_residential": by_key["secure_residential"] * RESIDENTIAL_SHARE_OF_OTHER,
    }
    supported = {k: by_key[k] for k in ("supported", "other")}
    spend = {k: 0.0 for k in placements.cost_keys()}
    spend["kinship_foster"] = own_fostering * kin + lines["family_and_friends"]
    spend["council_foster"] = own_fostering * (1.0 - kin)
    spend["ifa_foster"] = lines["fostering_total"] * (1.0 - own_share)
    for keys, amount in ((residential, lines["residential"]), (supported, lines["other_looked_after"])):
        for k, w in keys.items():
            spend[k] = amount * w / sum(keys.values())
    overhead = dict.fromkeys(spend, 0.0)
    for k in ("kinship_foster", "council_foster"):
        overhead[k] = parts["fostering_excl_allowances"] / parts["fostering_total"]
    for k in residential:
        overhead[k] = own["residential"] / (own["residential"] + external["residential"])

    total = float(weeks.sum())
    result = [CostLine(k, "placement", spend[k], by_key[k], overhead[k], source) for k in placements.cost_keys()]
    result += [CostLine(k, "children", lines[k], total, 0.0, source) for k in PER_CHILD]
    result.append(CostLine("asylum", "uasc", lines["asylum"], sum(uasc) / 2.0 * WEEKS_A_YEAR, 0.0, source))
    return tuple(result)


def _published(year: str) -> tuple[dict[str, float], str]:
    """Gross spend by line; for 2024-25, whose return has four lines, the rest split as in 2023-24."""
    lines = tables.categories("spend_line", year)
    if year <= LAST_OUTTURN:
        return lines, "dfe_s251_outturn_2024_release"
    earlier = tables.categories("spend_line", LAST_OUTTURN)
    names = (*PER_CHILD, "other_looked_after", "family_and_friends")
    scale = lines["other_including_adoption"] / sum(earlier[n] for n in names)
    return lines | {n: earlier[n] * scale for n in names}, "mhclg_ro3_2024_25;dfe_s251_outturn_2024_release"
