"""More people who ask about fostering, more of them approved, or a number of households wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Quantity, Sector, choice, number, text
from simulator.interventions.foster import CAVEAT, foster_of, in_sector
from simulator.interventions.impossible import Impossible
from simulator.vocabulary.calendar import MONTHS_A_YEAR
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates
    from simulator.interventions.context import Array, Context


class FosterRecruitment(PhasedIntervention):
    """Recruit mainstream foster households. They arrive after the months that an approval takes."""

    kind: Literal["foster_recruitment"] = text("foster_recruitment")
    """Recruitment of foster households."""

    sector: Sector = choice(ALL, source="definition")
    """Who recruits."""

    enquiries_ratio: Quantity = number(1.0, low=0, high=5, unit="ratio", source="definition")
    """Enquiries with the programme over enquiries without it."""

    approval_ratio: Quantity = number(1.0, low=0, high=5, unit="ratio", source="definition")
    """Share of assessed households approved, over the share without it; the share cannot pass 1."""

    extra_households_per_year: Quantity = number(
        0.0, low=0, high=50_000, unit="households approved a year", source="definition"
    )
    """Approvals wanted on top in all of England, a year. Areas where the programme acts share them as they do children
    in care, and sectors as approvals. They are turned into enquiries through the shares that pass each stage."""

    @property
    def caveat(self) -> str:
        """Why numbers in care change at all."""
        return CAVEAT

    @property
    def money_caveat(self) -> str:
        """What recruiting costs is not known."""
        return "what it costs to find and approve households is not published; only budgets in the file are counted"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Change enquiries and the share approved."""
        foster = foster_of(rates, self.kind)
        passing = self._pass_share(foster, context)
        enquiries = foster.enquiries_per_month
        if self.enquiries_ratio != 1.0:
            ratio = self.since_base(lambda when: (self.enquiries_ratio - 1.0) * self.weights(when), context)
            enquiries = enquiries * in_sector(self.sector, ratio)
        if self.extra_households_per_year:
            # Households that were wanted before the run have asked already.
            weights = self.weights(context) - self.weights(context.year_before()).mean()
            enquiries = enquiries + self._extra_enquiries(foster, passing, weights, context)
        return replace(rates, foster=replace(foster, enquiries_per_month=enquiries, stage_pass_share=passing))

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

    def _extra_enquiries(self, foster: FosterRates, passing: Array, weights: Array, context: Context) -> Array:
        """Enquiries a month that lead to the households wanted: (draw, area, month, sector)."""
        import numpy as np

        chance = passing.prod(axis=-1)
        approvals = foster.enquiries_per_month * chance * in_sector(self.sector, np.ones((1, 1)), 0.0)
        of_run = approvals.sum(axis=1, keepdims=True)
        if not (of_run.sum(axis=-1) > 0).all():
            what = "nobody is approved in this sector, so none can be added"
            raise Impossible(("extra_households_per_year",), self.extra_households_per_year, what, "0")
        # An area that approves nobody shares them between sectors as all areas of the run do.
        approvals = np.where(approvals.sum(axis=-1, keepdims=True) > 0, approvals, of_run)
        here = self.extra_households_per_year * self.areas.of_total(context.areas, context.part_of_england)
        per_month = (here[:, None] / MONTHS_A_YEAR * weights)[..., None]
        wanted = per_month * approvals / approvals.sum(axis=-1, keepdims=True)
        shape = np.broadcast_shapes(wanted.shape, chance.shape)
        return np.asarray(np.divide(wanted, chance, out=np.zeros(shape), where=chance > 0))


def _stages(foster: FosterRates) -> int:
    """Count the stages between enquiry and approval."""
    return int(foster.stage_pass_share.shape[-1])
