"""Children's social workers: who joins, who stays, and how many come from agencies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Count, FinancialYear, Quantity, Wrong, choice, named, number
from simulator.interventions.impossible import Impossible
from simulator.vocabulary.axes import CONTRACTS, REASONS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context

EMPLOYED, AGENCY = (CONTRACTS.index(name) for name in ("employed", "agency"))
MOST_WORKERS = 20_000
UNIT = "people a year"
PERCENT = "percent"


class Workforce(PhasedIntervention):
    """Apprentices, recruits and retention of children's social workers, and agency staff whom they replace.

    Without it as many join as leave. Those who come take the place of agency staff, which saves the premium, or come on
    top, which lowers caseloads and costs their employment. What caseloads do to starts and to going home nobody has
    measured, so it is nought unless a file gives it with its source.
    """

    kind: Literal["workforce"] = named("workforce", "social_workers", "apprentices", "agency", "caseload")
    """Children's social workers."""

    apprentices_per_year: Quantity = number(0.0, low=0, high=MOST_WORKERS, unit=UNIT, source="definition")
    """Apprentices who begin in England a year, from the start to the end; a part of England has its share."""

    qualify_months: Count = number(36, low=0, high=120, unit="months", source="cc_apprentices_2023")
    """Months until an apprentice is qualified."""

    qualifying_share: Quantity = number(0.9, low=0, high=1, unit="share of apprentices", source="judgement")
    """Share of apprentices who qualify and stay on as social workers."""

    recruits_per_year: Quantity = number(0.0, low=0, high=MOST_WORKERS, unit=UNIT, source="definition")
    """Qualified workers employed besides those who join today, from the start to the end."""

    leaving_percent_per_year: Quantity = number(15.0, low=0, high=100, unit="percent a year", source="judgement")
    """Share of employed workers who leave in a year."""

    leaving_ratio: Quantity = number(1.0, low=0, high=5, unit="hazard ratio", source="definition")
    """Hazard of leaving with the programme over the hazard without it."""

    replaces_agency_share: Quantity = number(1.0, low=0, high=1, unit="share of those who come", source="judgement")
    """Share of the workers gained who take the place of agency staff."""

    agency_premium_gbp: Quantity = number(
        0.0, low=0, high=200_000, unit="GBP a full-time equivalent a year", source="definition"
    )
    """What an agency worker costs more than an employed one. No figure for England is well sourced."""

    employment_gbp: Quantity = number(
        0.0, low=0, high=200_000, unit="GBP a full-time equivalent a year", source="definition"
    )
    """What a worker costs who does not take the place of agency staff."""

    premium_price_year: FinancialYear | None = choice(None, if_empty="cash")
    """Financial year in whose prices the premium and the cost of employment are."""

    starts_percent_per_case: Quantity = number(0.0, low=-20, high=20, unit=PERCENT, source="definition")
    """Change in starts of resident children with one case more a worker; only with its source."""

    home_percent_per_case: Quantity = number(0.0, low=-20, high=20, unit=PERCENT, source="definition")
    """Change in hazards of going home with one case more a worker; only with its source."""

    @model_validator(mode="after")
    def _sourced(self) -> Workforce:
        """Refuse an effect of caseloads that no source is named for."""
        if (self.starts_percent_per_case or self.home_percent_per_case) and self.source is None:
            raise Wrong("an effect of caseloads has to come from somewhere", "source: a key of its study")
        return self

    @property
    def costs_money(self) -> bool:
        """Whether any money is counted for it: what saves the premium of agency staff alone has no cost."""
        return super().costs_money or bool(self.employment_gbp and self.replaces_agency_share < 1.0)

    @property
    def money_caveat(self) -> str:
        """What is and is not in the money."""
        return "what is saved on agency staff is taken off programme spend, as staff are in no line of spend on care"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Change social workers, their cost, and what their caseloads do."""
        import numpy as np

        gained = self._gained(rates, context)
        if not gained.any():
            return rates
        agency = self.replaces_agency_share * gained
        by_contract = np.zeros((*gained.shape, 2))
        by_contract[..., EMPLOYED], by_contract[..., AGENCY] = gained, -agency
        workers = rates.social_workers + by_contract
        if (workers[..., AGENCY] < 0.0).any():
            there = float(rates.social_workers[..., AGENCY].sum(axis=1).min())
            what = f"{float(agency.sum(axis=1).max()):,.0f} would take the place of {there:,.0f} from agencies"
            raise Impossible(("replaces_agency_share",), self.replaces_agency_share, what, "less")
        spend = rates.outside_care_gbp + self._cost(gained, context)
        return self._with_caseloads(replace(rates, social_workers=workers, outside_care_gbp=spend), rates)

    def _gained(self, rates: Rates, context: Context) -> Array:
        """Workers gained in each area at each instant, below 0 lost: (draw, area, instant)."""
        import numpy as np

        employed = rates.social_workers[..., EMPLOYED]
        begun = replace(
            context, first_month=context.first_month - self.qualify_months, months=context.months + self.qualify_months
        )
        qualified = self.qualifying_share * self.apprentices_per_year * self.delivery(begun)[: context.months]
        joining = (qualified + self.recruits_per_year * self.delivery(context)) / MONTHS_A_YEAR
        england = (context.england or context.before(rates)).social_workers[..., EMPLOYED].sum()
        part = employed[..., :1] / england if england > 0 else np.zeros_like(employed[..., :1])
        stays = max(1.0 - self.leaving_percent_per_year / 100.0, 1e-9)
        ratio = 1.0 + (self.leaving_ratio - 1.0) * self.weights(context)
        leave = 1.0 - stays ** (ratio / MONTHS_A_YEAR)
        normal = 1.0 - stays ** (1.0 / MONTHS_A_YEAR)
        reach = self.in_areas(np.ones(1), context)[:, 0] - 1.0
        base = employed[..., -1] * np.ones_like(part[..., 0])
        gained = [np.zeros(base.shape)]
        for month in range(context.months):
            kept = (normal - leave[month]) * base
            gained.append(gained[-1] * (1.0 - leave[month]) + kept + joining[month] * part[..., 0])
        return np.stack(gained, axis=-1) * reach[:, None]

    def _cost(self, gained: Array, context: Context) -> Array:
        """Cost of employment less the premium of agency staff replaced, in cash: (draw, area, month)."""
        import numpy as np

        each = (1.0 - self.replaces_agency_share) * self.employment_gbp
        each -= self.replaces_agency_share * self.agency_premium_gbp
        price = np.ones(context.months)
        if self.premium_price_year is not None:
            price = context.deflator / context.price_level(self.premium_price_year)
        middle: Array = (gained[..., :-1] + gained[..., 1:]) / 2.0
        return middle * each / MONTHS_A_YEAR * price

    def _with_caseloads(self, changed: Rates, before: Rates) -> Rates:
        """Put in what a change of caseloads does, by as many cases as there are at the base."""
        import numpy as np

        if not (self.starts_percent_per_case or self.home_percent_per_case):
            return changed
        holding = [r.case_holding_share[..., None] * r.social_workers.sum(axis=-1) for r in (changed, before)]
        now, then = (one[..., -before.months :] for one in holding)
        cases = before.open_cases[..., None]
        more = np.where((now > 0.0) & (then > 0.0), cases / np.maximum(now, 1e-9) - cases / np.maximum(then, 1e-9), 0.0)
        resident, *others = changed.streams
        starts = np.maximum(1.0 + self.starts_percent_per_case / 100.0 * more, 0.0)
        home = np.maximum(1.0 + self.home_percent_per_case / 100.0 * more, 0.0)
        by_reason = np.where(np.arange(len(REASONS)) == REASONS.index("home"), home[..., None], 1.0)
        resident = replace(
            resident,
            new_starts_per_month=resident.new_starts_per_month * starts[..., None],
            phase_exit_ratio=resident.phase_exit_ratio * by_reason,
        )
        return replace(changed, streams=(resident, *others))
