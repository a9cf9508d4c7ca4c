"""Higher allowances for foster carers, paid for every week of every child, and how many households that keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Quantity, Sector, YesNo, choice, named, number
from simulator.interventions.foster import CAVEAT, foster_of, in_sector
from simulator.interventions.weekly_pay import paid_since_base
from simulator.vocabulary import placements
from simulator.vocabulary.axes import SECTORS
from simulator.vocabulary.calendar import LATEST_BASE, WEEKS_A_YEAR
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.pounds import pounds

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Surroundings


class FosterAllowance(PhasedIntervention):
    """Pay foster carers more for each week of each child, so that fewer households leave and more people ask.

    Everybody is paid, also those who would have gone on anyway: what a household that is kept costs is the whole of the
    money over the few who are kept. No causal effect of allowances has been measured in England.
    """

    money_fields: ClassVar[frozenset[str]] = frozenset({"cost", "uplift_gbp_per_week", "kin"})

    kind: Literal["foster_allowance"] = named(
        "foster_allowance", "allowance", "minimum_allowance", "fees", "carer_pay", "fostering"
    )
    """Higher allowances for foster carers."""

    sector: Sector = choice(ALL, source="definition")
    """Whose mainstream carers are paid more."""

    kin: YesNo = choice(True, source="definition")
    """Whether kinship foster carers are paid it too. They are no mainstream households, so it keeps none of them."""

    uplift_gbp_per_week: Quantity = number(low=0, high=1_000, unit="GBP a child a week")
    """Paid on top for each week of a child with a foster carer, in prices of the year before the run."""

    deregistration_ratio: Quantity = number(
        0.97, low=0, high=2, unit="hazard ratio", source="judgement",
        spread={"median": 0.97, "p10": 0.90, "p90": 1.0, "quality": "judgement"},
    )  # fmt: skip
    """Hazard of leaving of mainstream households with the uplift over the hazard without it."""

    enquiries_ratio: Quantity = number(1.0, low=0, high=5, unit="ratio", source="definition", hoped="more")
    """Enquiries with the uplift over enquiries without it."""

    @property
    def costs_money(self) -> bool:
        """Whether any money is counted for it."""
        return super().costs_money or bool(self.uplift_gbp_per_week)

    @property
    def caveat(self) -> str:
        """Why numbers in care change at all."""
        return CAVEAT

    @property
    def money_caveat(self) -> str:
        """What a household that is kept costs."""
        return f"in England, at the numbers of March {LATEST_BASE}, {'; '.join(self._worth(LATEST_BASE))}"

    def money_and_reach(self, around: Surroundings) -> Iterator[str]:
        """Yield what it costs, whom it is paid to, and what a household that is kept costs."""
        yield from super().money_and_reach(around)
        yield from self._worth(min(around.first.year, LATEST_BASE))

    def _worth(self, base: int) -> Iterator[str]:
        """Yield what it costs a year and for each household kept, at the numbers of a base."""
        from simulator.baseline.england import load_baseline

        england, fraction = load_baseline(base), self.areas.fraction
        children = sum(stock[0, 0].sum(axis=(0, 1)) for stock in (england.resident, england.uasc))
        weeks = fraction * float(children[self._paid_places()].sum())
        gbp = weeks * self.uplift_gbp_per_week * WEEKS_A_YEAR
        yield f"{pounds(gbp)} a year is paid for {weeks:,.0f} children, whether or not their carers would have left"
        chosen = [i for i, name in enumerate(SECTORS) if self.sector in (ALL, name)]
        leaving = fraction * float((england.foster.households * england.foster.deregistration_per_year)[chosen].sum())
        kept = (1.0 - self.deregistration_ratio) * leaving
        if kept > 0:
            each = f", at {pounds(gbp / kept)} each" if gbp else ""
            yield f"{kept:,.0f} of the {leaving:,.0f} households that leave in a year are kept{each}"
        else:
            yield "no household is kept"

    def _paid_places(self) -> Array:
        """Placements whose carers are paid: (place,)."""
        import numpy as np

        every = placements.placements()
        chosen = [one.capacity == self.sector or (bool(one.capacity) and self.sector == ALL) for one in every]
        kin = [self.kin and one.is_foster and not one.capacity for one in every]
        return np.array(chosen) | np.array(kin)

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply the hazard of leaving and enquiries, and count the uplift for every week."""
        import numpy as np

        foster = foster_of(rates, self.kind)
        pay = paid_since_base(self, self.uplift_gbp_per_week, context)
        if self.uplift_gbp_per_week:
            rates = replace(rates, week_gbp=rates.week_gbp + np.where(self._paid_places(), pay[..., None], 0.0))
        changed = {}
        for name, ratio in (
            ("deregistration_per_year", self.deregistration_ratio), ("enquiries_per_month", self.enquiries_ratio),
        ):  # fmt: skip
            if ratio != 1.0:
                found = self.since_base(lambda when, to=ratio: (to - 1.0) * self.weights(when), context)  # type: ignore[misc]
                changed[name] = getattr(foster, name) * in_sector(self.sector, found)
        return replace(rates, foster=replace(foster, **changed)) if changed else rates
