"""More people who ask about fostering, more of them approved, or a number of households wanted or paid for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import model_validator

from simulator.data import tables
from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Quantity, Sector, Wrong, choice, named, number
from simulator.interventions.foster import CAVEAT, foster_of, in_sector
from simulator.interventions.foster_target import FosterTarget
from simulator.interventions.foster_volume import bought, cost_of, share, won_and_lost
from simulator.interventions.impossible import Impossible, within
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR, WEEKS_A_YEAR
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.pounds import pounds

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings
    from simulator.vocabulary.calendar import Month


class FosterRecruitment(PhasedIntervention):
    """Recruit mainstream foster households. They arrive after the months that an approval takes.

    With a cost of an approval, the money follows from the approvals, in the month of the enquiry; or, where a cost is
    given and no other effect, approvals follow from the money. The cost is that of an approval at the volume of the
    year before the run, times (approvals / approvals then) to the power of `cost_elasticity`.
    """

    money_fields: ClassVar[frozenset[str]] = frozenset(
        {"cost", "cost_per_approval_gbp", "cost_elasticity", "retainer_gbp_per_week"}
    )

    kind: Literal["foster_recruitment"] = named(
        "foster_recruitment", "fostering", "foster_carers", "carers", "recruitment", "siblings"
    )
    """Recruitment of foster households."""

    sector: Sector = choice(ALL, source="definition")
    """Who recruits."""

    enquiries_ratio: Quantity = number(1.0, low=0, high=5, unit="ratio", source="definition", hoped="more")
    """Enquiries with the programme over enquiries without it."""

    approval_ratio: Quantity = number(1.0, low=0, high=5, unit="ratio", source="definition", hoped="more")
    """Share of assessed households approved, over the share without it; the share cannot pass 1."""

    extra_households_per_year: Quantity = number(
        0.0, low=0, high=50_000, unit="households approved a year", source="definition"
    )
    """Approvals wanted on top in all of England, a year; in a council's own file that names no areas, in the council.
    Areas where the programme acts share them as they do children in care, and sectors as approvals. They are turned
    into enquiries through the shares that pass each stage."""

    cost_per_approval_gbp: Quantity | None = number(
        None, low=0, high=10_000_000, unit="GBP an approval", if_empty="not counted: only budgets in the file are"
    )
    """Cost of one more approval at the volume of the year before the run, in the prices of that year. Nobody has
    published it."""

    cost_elasticity: Quantity = number(
        1.0, low=0, high=5, unit="percent for each percent of volume", source="judgement"
    )
    """How fast that cost rises with the number of approvals; 1 is twice the cost at twice the volume."""

    ceiling_ratio: Quantity = number(
        1.5, low=1, high=20, unit="ratio to approvals of the year before the run", source="judgement"
    )
    """Most approvals, of all in an area. More are wanted in vain: approvals were 4,035 to 4,080 in each year that is
    published."""

    share_won_from_others: Quantity = number(0.0, low=0, high=1, unit="share of approvals gained", source="definition")
    """Households gained who would have been approved by others: by the other sector, or where the programme does not
    act. As many fewer are approved there; what nobody there has to lose is not gained."""

    retainer_gbp_per_week: Quantity = number(0.0, low=0, high=2_000, unit="GBP a week", source="judgement")
    """Paid from the start for each usable place of the sector that stands empty, in prices of the year before the run.
    Nobody has published what is paid."""

    aimed_at: FosterTarget | None = choice(None, if_empty="anybody, whose places are filled as those of others are")
    """Children with a shortage of foster homes, for whom the households gained are found."""

    @model_validator(mode="after")
    def _money_or_reach(self) -> FosterRecruitment:
        """Refuse money beside approvals that have a cost of their own, and what a purchase leaves no room for."""
        if self.cost_per_approval_gbp is None or self.cost is None:
            return self
        if not self.cost.stated:
            raise Wrong("approvals have a cost of their own", "cost_per_approval_gbp, or cost.unit_cost_gbp")
        if self.extra_households_per_year or self.enquiries_ratio != 1.0 or self.approval_ratio != 1.0:
            what = "money and approvals are both given, and cost_per_approval_gbp makes one of the other"
            raise Wrong(what, "cost with no other effect, or the effect without cost")
        given = {"profile", "fade_months", "outlasts_money"} & self.model_fields_set
        if given:
            raise Wrong(f"approvals follow the money month by month, so {min(given)} has no effect", "leave it out")
        return self

    @property
    def _buys(self) -> bool:
        """Whether approvals follow from the money."""
        return self.cost is not None and self.cost_per_approval_gbp is not None

    @property
    def costs_money(self) -> bool:
        """Whether any money is counted for it."""
        return super().costs_money or bool(self.cost_per_approval_gbp)

    @property
    def counts_england(self) -> bool:
        """Whether households or money are for all of England."""
        return super().counts_england or bool(self.extra_households_per_year)

    @property
    def most_level(self) -> float:
        """How many times it is worth asking for: what its ceiling leaves no room for is wanted in vain in any case."""
        return self.ceiling_ratio

    def _enlarged(self, level: float) -> dict[str, Any]:
        """Want as many times the households; what is bought follows from the money."""
        return {
            "extra_households_per_year": self.extra_households_per_year * level,
            "enquiries_ratio": 1.0 + (self.enquiries_ratio - 1.0) * level,
            "approval_ratio": 1.0 + (self.approval_ratio - 1.0) * level,
            "retainer_gbp_per_week": self.retainer_gbp_per_week * level,
        }

    @property
    def caveat(self) -> str:
        """Why numbers in care change at all."""
        return CAVEAT

    @property
    def money_caveat(self) -> str:
        """What is not known of the money."""
        if self.cost_per_approval_gbp is None:
            return "what it costs to find and approve households is not published; only budgets in the file are counted"
        each = pounds(self.cost_per_approval_gbp)
        said = f"what an approval costs is not published: {each}, and more as volume rises, is a judgement"
        return said if self.retainer_gbp_per_week else f"{said}; places that stand empty are taken to cost nothing"

    def _approvals_there(self, around: Surroundings) -> float:
        """Approvals where it acts, in the year before the run or the nearest that is published."""
        published = tables.series("households_approved_in_year", "england")
        nearest = min(published, key=lambda year: abs(int(year) - around.first.year))
        return self.areas.fraction * published[nearest]

    def _wanted_ratio(self, around: Surroundings) -> float:
        """Approvals wanted where it acts, over those of the year before the run."""
        there = self._approvals_there(around)
        return 1.0 + self.extra_households_per_year / there if there > 0 else 1.0

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield, besides, households beyond the ceiling, and what goes with a cost that is not given."""
        yield from super().idle(around)
        wanted = self._wanted_ratio(around)
        if wanted > self.ceiling_ratio:
            what = f"approvals would be {wanted:.2f} times those of the year before the run"
            why = f"cannot act in full: {what}, and no more than {self.ceiling_ratio:.2f} times come (ceiling_ratio)"
            yield ("extra_households_per_year",), why
        if not self.cost_per_approval_gbp:
            yield ("cost_elasticity",), f"{IDLE}: no cost of an approval is given"

    def money_and_reach(self, around: Surroundings) -> Iterator[str]:
        """Yield what it costs, how many households that approves, and what they add if they are found for a group."""
        yield from self._money(around)
        if self.aimed_at is not None:
            yield from self.aimed_at.worth(min(around.first.year, LATEST_BASE))

    def _money(self, around: Surroundings) -> Iterator[str]:
        """Yield what it costs, and how many households that approves."""
        each, there = self.cost_per_approval_gbp, self._approvals_there(around)
        if each is None:
            yield from super().money_and_reach(around)
            return
        most = (self.ceiling_ratio - 1.0) * there
        more = min(self.extra_households_per_year, most)
        if self.cost is not None:
            money = self.cost.gbp_per_year
            yield self.cost.in_words
            more = float(bought(money, there, there, each, self.cost_elasticity, most))
        cost = more * each * (1.0 + more / there) ** self.cost_elasticity if there > 0 else 0.0
        if self.cost is None:
            yield f"{pounds(cost)} a year at full strength follows from its approvals"
        at = f", at {pounds(cost / more)} each" if more > 0 else ""
        yield f"{more:,.0f} more approvals a year on {there:,.0f}{at}"

    def notes(self, *, of_authorities: bool, last: Month) -> Iterator[str]:
        """Yield, besides, what is assumed of the households found for a group."""
        yield from super().notes(of_authorities=of_authorities, last=last)
        if self.aimed_at is not None:
            yield f"{self.title}: {self.aimed_at.in_words}."

    def change(self, rates: Rates, context: Context) -> Rates:
        """Change enquiries and the share approved, and count what that costs."""
        import numpy as np

        foster = foster_of(rates, self.kind)
        passing = self._pass_share(foster, context)
        chance = passing.prod(axis=-1)
        before = foster.enquiries_per_month * foster.stage_pass_share.prod(axis=-1)
        base = _approvals(context.before(rates))
        wanted = self._enquiries(foster, passing, before, base, context)
        gained = self._within_ceiling(wanted * chance - before, before, base, context)
        coming, lost = self._won(gained, before, context)
        net = coming - lost
        if not np.array_equal(net, wanted * chance - before):
            wanted = share(before + net, chance)
        spend = rates.programme_spend_gbp
        if self.cost_per_approval_gbp is not None and not self._buys:
            spend = spend + self._cost_of(coming, before, base, context)
        foster = replace(foster, enquiries_per_month=wanted, stage_pass_share=passing)
        if self.aimed_at is not None:
            part = max(float(self._of_england(context).sum()), float(np.finfo(float).tiny))
            weight = self.aimed_at.approval_weight(foster, share(np.maximum(coming, 0.0), chance), part, context, rates)
            foster = replace(foster, approval_weight=weight)
        return replace(
            rates,
            foster=foster,
            programme_spend_gbp=spend,
            idle_place_gbp=self._retainer(rates, context),
        )

    def _enquiries(self, foster: FosterRates, passing: Array, before: Array, base: Array, context: Context) -> Array:
        """Enquiries that the programme wants: (draw, area, month, sector)."""
        enquiries = foster.enquiries_per_month
        if self.enquiries_ratio != 1.0:
            ratio = self.since_base(lambda when: (self.enquiries_ratio - 1.0) * self.weights(when), context)
            enquiries = enquiries * in_sector(self.sector, ratio)
        if self.extra_households_per_year:
            # Households that were wanted before the run have asked already.
            weights = self.weights(context) - self.weights(context.year_before()).mean()
            here = self.extra_households_per_year * self._of_england(context)
            enquiries = enquiries + self._extra_enquiries(foster, passing, here[:, None] / MONTHS_A_YEAR * weights)
        if self._buys:
            enquiries = enquiries + self._extra_enquiries(foster, passing, self._bought(before, base, context))
        return enquiries

    def _of_england(self, context: Context) -> Array:
        """Share in each area of what England is to gain: (area,)."""
        with within("areas"):
            return self.areas.of_total(context.areas, context.part_of_england)

    def _reach(self, context: Context) -> Array:
        """Part of each area where it acts: (area, 1)."""
        with within("areas"):
            return self.areas.in_areas(context.areas)[:, None]

    def _bought(self, before: Array, base: Array, context: Context) -> Array:
        """Approvals that the money buys in each month: (draw, area, month)."""
        import numpy as np

        assert self.cost_per_approval_gbp is not None
        reach, real = self._reach(context), self._spend(context) * self.delivery(context) / context.deflator
        there = share(real, reach)
        now, then = before.sum(axis=-1), base.sum(axis=-1)
        most = np.maximum(self.ceiling_ratio * then - now, 0.0) * np.ones(there.shape)  # an area without any buys none
        return reach * bought(there, now, then, self.cost_per_approval_gbp, self.cost_elasticity, most)

    def _within_ceiling(self, gained: Array, before: Array, base: Array, context: Context) -> Array:
        """Approvals gained that come, as the ceiling leaves room for where it acts: (draw, area, month, sector).

        A multiple of nothing says nothing, so that an area which approved nobody has no ceiling.
        """
        import numpy as np

        then = base.sum(axis=-1)
        room = np.maximum(self.ceiling_ratio * then - before.sum(axis=-1), 0.0) * self._reach(context)
        part = np.where(then > 0, share(room, gained.sum(axis=-1), empty=1.0), 1.0)
        return np.asarray(gained * np.minimum(part, 1.0)[..., None])

    def _won(self, gained: Array, before: Array, context: Context) -> tuple[Array, Array]:
        """Approvals gained that come, and those that others lose: two of (draw, area, month, sector)."""
        import numpy as np

        if not self.share_won_from_others:
            return gained, np.zeros(1)
        chosen = in_sector(self.sector, np.ones((1, 1)), 0.0)[0, 0]
        coming, lost = won_and_lost(
            np.maximum(gained, 0.0), before, self.share_won_from_others, self._reach(context) * chosen,
            float(self._of_england(context).sum()), context.part_of_england, self.areas.fraction * chosen,
        )  # fmt: skip
        return coming + np.minimum(gained, 0.0), lost

    def _cost_of(self, coming: Array, before: Array, base: Array, context: Context) -> Array:
        """Cash spent on the approvals that come: (draw, area, month)."""
        import numpy as np

        assert self.cost_per_approval_gbp is not None
        reach, gained = self._reach(context), np.maximum(coming.sum(axis=-1), 0.0)
        there = share(gained, reach)
        now, then = before.sum(axis=-1), base.sum(axis=-1)
        real = reach * cost_of(there, now, then, self.cost_per_approval_gbp, self.cost_elasticity)
        return np.asarray(real * context.deflator)

    def _retainer(self, rates: Rates, context: Context) -> Array:
        """Cash for each usable place that stands empty in a month: (draw, area, month, sector)."""
        if not self.retainer_gbp_per_week:
            return rates.idle_place_gbp
        per_month = self.retainer_gbp_per_week * WEEKS_A_YEAR / MONTHS_A_YEAR * context.deflator
        since = (context.elapsed(self.start) > 0) * per_month * self._reach(context)
        return rates.idle_place_gbp + in_sector(self.sector, since, 0.0)

    def _pass_share(self, foster: FosterRates, context: Context) -> Array:
        """Shares that pass each stage: (draw, area, month, sector, stage)."""
        import numpy as np

        if self.approval_ratio == 1.0:
            return foster.stage_pass_share
        ratio = self.since_base(lambda when: (self.approval_ratio - 1.0) * self.weights(when), context)
        last = foster.stage_pass_share[..., -1:] * in_sector(self.sector, ratio)[..., None]
        if (last > 1.0).any():
            most = 1.0 / foster.stage_pass_share[..., -1].max()
            what = f"{self.approval_ratio:g} would approve more households than are assessed"
            raise Impossible(("approval_ratio",), self.approval_ratio, what, f"up to {most:.3f} (ratio)")
        earlier = np.broadcast_to(foster.stage_pass_share[..., :-1], (*last.shape[:-1], _stages(foster) - 1))
        return np.concatenate([earlier, last], axis=-1)

    def _extra_enquiries(self, foster: FosterRates, passing: Array, per_month: Array) -> Array:
        """Enquiries a month that lead to the households wanted, (draw, area, month): (draw, area, month, sector)."""
        import numpy as np

        chance = passing.prod(axis=-1)
        chosen = chance * in_sector(self.sector, np.ones((1, 1)), 0.0)
        if not (chosen.sum(axis=-1) > 0).all():
            what = "nobody who asks is approved in this sector, so none can be added"
            raise Impossible(("extra_households_per_year",), self.extra_households_per_year, what, "0")
        approvals = foster.enquiries_per_month * chosen
        of_run = approvals.sum(axis=1, keepdims=True)
        # An area that approves nobody shares them between sectors as all areas of the run do, or as who asks passes.
        of_run = np.where(of_run.sum(axis=-1, keepdims=True) > 0, of_run, chosen.mean(axis=1, keepdims=True))
        approvals = np.where(approvals.sum(axis=-1, keepdims=True) > 0, approvals, of_run)
        wanted = per_month[..., None] * approvals / approvals.sum(axis=-1, keepdims=True)
        return share(wanted, chance)


def _stages(foster: FosterRates) -> int:
    """Count the stages between enquiry and approval."""
    return int(foster.stage_pass_share.shape[-1])


def _approvals(rates: Rates) -> Array:
    """Approvals in a month before anything acts: (draw, area, 1, sector)."""
    assert rates.foster is not None
    every: Array = rates.foster.enquiries_per_month * rates.foster.stage_pass_share.prod(axis=-1)
    return every[:, :, :1]
