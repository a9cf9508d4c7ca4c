"""Help for families that changes how many children start to be looked after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationInfo, field_validator

from simulator.interventions.fields import (
    Ages,
    Count,
    Model,
    Quality,
    Quantity,
    SourceKeys,
    Wrong,
    choice,
    named,
    number,
    text,
)
from simulator.interventions.lagged import LaggedIntervention
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings


class Effect(Model):
    """What the help does for families it reaches."""

    measure: Literal["starts"] = text("starts")
    """What the ratio multiplies: children who start to be looked after."""

    risk_ratio: Quantity = number(low=0, high=3, unit="ratio")
    """Starts with the help over starts without it; 1 is no effect, above 1 is more starts."""

    source: SourceKeys | None = text()
    """Where the ratio comes from."""

    quality: Quality | None = text()
    """How far to trust the ratio."""


class Referrals(Model):
    """Need that the help finds first: more children referred, and some of them start to be looked after."""

    risk_ratio: Quantity = number(low=0, high=3, unit="ratio")
    """Starts in these months over starts without the help, before the effect itself."""

    referral_ratio: Quantity = number(1.0, low=0, high=3, unit="ratio", source="definition")
    """Referrals in these months over referrals without the help. Episodes of need and protection plans follow them, and
    cost money at the front door; starts go by `risk_ratio` alone."""

    from_month: Count = number(low=0, high=480, unit="months after the start")
    """First month in which it acts; 0 is the month of the start."""

    to_month: Count = number(low=0, high=480, unit="months after the start")
    """Last month in which it acts."""

    source: SourceKeys | None = text()
    """Where the ratio comes from."""

    quality: Quality | None = text()
    """How far to trust the ratio."""

    @field_validator("to_month")
    @classmethod
    def _in_order(cls, to_month: int, info: ValidationInfo) -> int:
        """Refuse a last month before the first."""
        from_month = info.data.get("from_month")
        if from_month is not None and to_month < from_month:
            raise Wrong(f"{to_month} is before from_month {from_month}", f"{from_month} to 480 (months)")
        return to_month


class EarlyHelp(LaggedIntervention):
    """Help for families early, so that fewer children start to be looked after.

    Starts of resident children at the ages given are multiplied by ``1 - reach x eligible share x
    (1 - ratio)``. The ratio moves from 1 to the risk ratio along the profile, `lag_months` after the
    programme itself.
    """

    kind: Literal["early_help"] = named(
        "early_help", "family_help", "families_first", "supporting_families", "troubled_families"
    )
    """Early help for families."""

    ages: Ages = choice((0, 17), source="definition")
    """Youngest and oldest age at the start of care of the children it can help."""

    eligible_share: Quantity = number(1.0, low=0, high=1, unit="share of starts", source="definition")
    """Share of the starts at those ages that the help could reach."""

    effect: Effect = choice()
    """What it does for the families it reaches."""

    referrals: Referrals | None = choice(None, if_empty="no more need is found")
    """Need that it finds first."""

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield what is beyond the run; need that is found first has times of its own."""
        found = self.referrals
        own = (("start",), ("fade_months",), ("profile",))
        yield from (one for one in super().idle(around) if found is None or one[0] not in own)
        if found is None:
            return
        first, last = self.start + found.from_month, self.start + found.to_month
        if first > around.last:
            yield ("referrals",), f"{IDLE}: the run ends in {around.last}, before more need is found"
        elif last < around.first - MONTHS_A_YEAR:
            yield ("referrals",), f"{IDLE}: it was found earlier than a year before the run"
        elif (falls := self.falls(0)) is not None and first > falls[0] + falls[1]:
            yield ("referrals",), f"{IDLE}: the help ends in {falls[0]}, before more need is found"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts of resident children."""
        import numpy as np

        if self.referrals is not None and self.referrals.referral_ratio != 1.0:
            more = self.referrals.referral_ratio - 1.0
            found = self.since_base(lambda when: more * self._found(when), context)
            rates = replace(rates, referral_ratio=rates.referral_ratio * found)
        ratio = self.since_base(lambda when: self.eligible_share * (self._ratio(when) - 1.0), context)
        if np.all(ratio == 1.0):
            return rates
        youngest, oldest = self.ages
        resident, *others = rates.streams
        factor = np.ones((*ratio.shape, resident.new_starts_per_month.shape[-1]))
        factor[..., youngest : oldest + 1] = ratio[..., None]
        resident = replace(resident, new_starts_per_month=resident.new_starts_per_month * factor)
        return replace(rates, streams=(resident, *others))

    def _ratio(self, context: Context) -> Array:
        """Divide starts with the help by starts without it, for families reached: (month,)."""
        ratio = 1.0 + (self.effect.risk_ratio - 1.0) * self.weights(context, self.lag_months)
        if self.referrals is None:
            return ratio
        return ratio * (1.0 + (self.referrals.risk_ratio - 1.0) * self._found(context))

    def _found(self, context: Context) -> Array:
        """How strongly the help finds need in each month: (month,), nought where it finds none."""
        import numpy as np

        if self.referrals is None:
            return np.zeros(context.months)
        since = context.elapsed(self.start)
        acts = (since >= self.referrals.from_month) & (since <= self.referrals.to_month + 1)
        return np.where(acts, self.weights(context), 0.0)
