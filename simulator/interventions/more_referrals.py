"""More, or fewer, children referred to children's social care."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.caused_starts import CausedStarts
from simulator.interventions.fields import Quantity, named, number
from simulator.vocabulary.axes import AGES, STREAMS

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context


class MoreReferrals(PhasedIntervention):
    """A change in referrals, as of help that finds more need, or of schools and police who refer fewer children.

    Episodes of need and protection plans follow, and starts of resident children after them, each by the share that
    went along with the flow before it in authorities (docs/front-door.md). What more children in need cost stands in
    `front_door_spend`, besides what is done costs.
    """

    kind: Literal["referrals"] = named("referrals", "front_door", "children_in_need")
    """Referrals to children's social care."""

    referral_ratio: Quantity = number(low=0, high=3, unit="ratio")
    """Referrals with it over referrals without it; 1 is no change, above 1 is more."""

    @property
    def in_words(self) -> str:
        """Its title and the ratio."""
        return f"{self.title} (referrals times {self.referral_ratio:.3g})"

    @property
    def caveat(self) -> str:
        """What the shares can say."""
        return "what follows referrals is an association among councils, which need not be a cause"

    @property
    def drives(self) -> CausedStarts:
        """Starts of resident children, a share of which follows referrals."""
        return CausedStarts(STREAMS[:1], (AGES[0], AGES[-1]))

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply referrals, and let a share of starts follow them."""
        if self.referral_ratio == 1.0:
            return rates
        from simulator.baseline.front_door_flows import follows

        ratio = self.since_base(lambda when: (self.referral_ratio - 1.0) * self.weights(when), context)
        before, share = rates.referral_ratio, rates.starts_per_referral[..., None]
        after = before * ratio
        starts = follows(share, after) / follows(share, before)
        resident, *others = rates.streams
        resident = replace(resident, new_starts_per_month=resident.new_starts_per_month * starts[..., None])
        return replace(rates, streams=(resident, *others), referral_ratio=after)
