"""Relatives and friends first: children placed with kin, orders to kin, and what supports them outside care."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Quantity, named, number
from simulator.interventions.impossible import Impossible, within
from simulator.interventions.surroundings import IDLE
from simulator.interventions.weekly_pay import paid_since_base
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR, WEEKS_A_YEAR
from simulator.vocabulary.pounds import pounds

if TYPE_CHECKING:
    from simulator.engine.rates import Rates, StreamRates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings

ORDERS = ("guardianship", "arrangements")
"""Reasons for which a child leaves care to live with kin under an order."""


class KinshipPriority(PhasedIntervention):
    """Place more children with kin first, let more of them leave care under an order, and pay those outside care.

    Children who leave under an order are followed outside care until 18. Of the orders that the programme brings, some
    break down and the child comes back. An allowance is paid for all children under an order where it acts: nearly all
    of them would be with their kin anyway, so that most of the bill buys no change.
    """

    money_fields: ClassVar[frozenset[str]] = frozenset({"cost", "allowance_gbp_per_week", "others_paid"})

    kind: Literal["kinship_priority"] = named(
        "kinship_priority", "kinship", "sgo", "special_guardianship", "guardianship", "kin"
    )
    """Priority for kinship care."""

    first_placement_ratio: Quantity = number(1.0, low=0.5, high=3, unit="ratio", source="definition", hoped="more")
    """Share of starts first placed with kin, over the share without it. They would have been placed with mainstream
    carers, so no more than were placed with these can come."""

    order_ratio: Quantity = number(
        1.1, low=0.5, high=3, unit="hazard ratio", source="judgement", hoped="more",
        spread={"median": 1.1, "p10": 1.0, "p90": 1.3, "quality": "judgement"},
    )  # fmt: skip
    """Hazard of leaving kinship foster care for special guardianship or child arrangements, over the hazard without."""

    breakdown_per_year: Quantity = number(0.01, low=0, high=0.035, unit="share a year", source="judgement")
    """Orders that the programme brings which break down in a year, at first, so that the child comes back into care.
    Others that break down are among starts already. Children under an order are counted as if 1% of orders ended in a
    year."""

    allowance_gbp_per_week: Quantity = number(0.0, low=0, high=1_000, unit="GBP a child a week", source="definition")
    """Paid, beside what councils pay already, for each child under 18 where it acts who left care for special
    guardianship, in prices of the year before the run."""

    others_paid: Quantity = number(0.0, low=0, high=200_000, unit="children", source="definition")
    """Children with kin who were never in care and are paid the same, where it acts. No table counts them."""

    @property
    def costs_money(self) -> bool:
        """Whether any money is counted for it."""
        return super().costs_money or bool(self.allowance_gbp_per_week)

    @property
    def caveat(self) -> str:
        """What is not known."""
        return "what priority for kin does to orders has not been measured in England, and is a judgement"

    @property
    def money_caveat(self) -> str:
        """Who is paid."""
        if not self.allowance_gbp_per_week:
            return ""
        return f"in England, at the numbers of March {LATEST_BASE}, {'; '.join(self._worth(LATEST_BASE))}"

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield, besides, what goes with orders or an allowance that there are not."""
        yield from super().idle(around)
        if self.order_ratio <= 1.0:
            yield ("breakdown_per_year",), f"{IDLE}: it brings no orders"
        if not self.allowance_gbp_per_week:
            yield ("others_paid",), f"{IDLE}: no allowance is paid"

    def money_and_reach(self, around: Surroundings) -> Iterator[str]:
        """Yield what it costs, and how much of the allowance is for those who care anyway."""
        yield from super().money_and_reach(around)
        if self.allowance_gbp_per_week:
            yield from self._worth(min(around.first.year, LATEST_BASE))

    def _worth(self, base: int) -> Iterator[str]:
        """Yield what the allowance costs in the first year, and how much of it is for children who are there anyway."""
        from simulator.baseline.after_care import UNDER_GUARDIANSHIP
        from simulator.baseline.england import load_baseline, resident_rates
        from simulator.engine.grid import make_grid

        england, fraction = load_baseline(base), self.areas.fraction
        there = fraction * float(UNDER_GUARDIANSHIP.at_base(england.costs.after_care)[0])
        rates = resident_rates(england.parameters, england.resident, england.resident_home)
        kin, reason = _kin(), REASONS.index(ORDERS[0])
        ages = make_grid(england.cohort_months).age_of_row[0]
        pace = rates.placement_pace[0, 0, :, kin]
        orders = float(
            ages.T @ (england.resident[0, 0, :, :, kin] @ pace) @ rates.place_exit_per_year[0, 0, :, kin, reason]
        )
        new = max(self.order_ratio - 1.0, 0.0) * orders * fraction / 2.0  # spread over the year
        paid = there + self.others_paid + new
        gbp = paid * self.allowance_gbp_per_week * WEEKS_A_YEAR
        yield f"{pounds(gbp)} a year is paid for {paid:,.0f} children at first"
        yield f"{(there + self.others_paid) / paid:.1%} of it for children who are with their kin without it"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Shift first placements to kin, multiply the hazard of an order, and count the allowance."""
        resident, *others = rates.streams
        if self.first_placement_ratio != 1.0:
            resident = self._first_with_kin(resident, context)
        if self.order_ratio != 1.0:
            resident = self._to_orders(resident, context)
        rates = replace(rates, streams=(resident, *others))
        if not self.allowance_gbp_per_week:
            return rates
        pay = paid_since_base(self, self.allowance_gbp_per_week, context)
        return replace(
            rates,
            guardianship_week_gbp=rates.guardianship_week_gbp + pay,
            programme_spend_gbp=rates.programme_spend_gbp + self._paid_to_others(context),
        )

    def _first_with_kin(self, stream: StreamRates, context: Context) -> StreamRates:
        """Place children with kin first who would have been placed with mainstream carers."""
        import numpy as np

        ratio = self.since_base(lambda when: (self.first_placement_ratio - 1.0) * self.weights(when), context)
        kin, mainstream = _kin(), list(placements.sector_places())
        first = np.broadcast_to(
            stream.start_place, np.broadcast_shapes(stream.start_place.shape, (1, *ratio.shape, 1, 1))
        ).copy()
        with_kin, with_carers = first[..., kin], first[..., mainstream].sum(axis=-1)
        more = np.minimum(with_kin * (ratio[..., None] - 1.0), with_carers)
        more = np.where(with_carers > 0, more, 0.0)
        left = np.divide(with_carers - more, with_carers, out=np.ones(with_carers.shape), where=with_carers > 0)
        first[..., mainstream] *= left[..., None]
        first[..., kin] += more
        return replace(stream, start_place=first)

    def _to_orders(self, stream: StreamRates, context: Context) -> StreamRates:
        """Let more, or fewer, leave kinship foster care under an order, some of whom come back."""
        import numpy as np

        ratio = self.since_base(lambda when: (self.order_ratio - 1.0) * self.weights(when), context)
        kin, places = _kin(), stream.opening.shape[-1]
        factor = np.ones((*ratio.shape, places, len(REASONS)))
        for reason in ORDERS:
            factor[..., kin, REASONS.index(reason)] = ratio
        back = float(stream.return_per_year[-1])
        if self.breakdown_per_year > back:
            what = f"{self.breakdown_per_year:g} is more than the {back:.3f} a year of those long home"
            raise Impossible(("breakdown_per_year",), self.breakdown_per_year, what, f"up to {back:.3f} (share a year)")
        brought = np.maximum(1.0 - 1.0 / ratio, 0.0)
        returning = np.broadcast_to(
            stream.order_return_share, np.broadcast_shapes(stream.order_return_share.shape, (1, *ratio.shape, places))
        ).copy()
        returning[..., kin] = returning[..., kin] * (1.0 - brought) + brought * self.breakdown_per_year / back
        return replace(stream, place_exit_ratio=stream.place_exit_ratio * factor, order_return_share=returning)

    def _paid_to_others(self, context: Context) -> Array:
        """Cash paid for children who were never in care: (area, month)."""
        import numpy as np

        with within("areas"):
            here = self.areas.of_total(context.areas, context.part_of_england)
        more = np.maximum(self.delivery(context) - self.delivery(context.year_before()).mean(), 0.0)
        per_month = self.others_paid * self.allowance_gbp_per_week * WEEKS_A_YEAR / MONTHS_A_YEAR
        cash: Array = here[:, None] * per_month * more * context.deflator
        return cash


def _kin() -> int:
    """Return the placement with kin: with a foster carer who takes no other children."""
    return next(i for i, one in enumerate(placements.placements()) if one.is_foster and not one.capacity)
