"""Regional hubs through which councils recruit foster carers: more apply, sooner, and some are won from others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Quantity, named, number
from simulator.interventions.foster import CAVEAT, foster_of, in_sector
from simulator.interventions.foster_volume import share, won_and_lost
from simulator.interventions.impossible import Impossible, within
from simulator.interventions.surroundings import IDLE

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates
    from simulator.interventions.context import Context
    from simulator.interventions.surroundings import Idle, Surroundings

SECTOR = "council"
"""Whose households hubs find: councils run them together."""

MONTHS_WITHOUT = 6.0
"""Mean months from application to approval without a hub [fwne_echo_2024]."""


class FosterHubs(PhasedIntervention):
    """Let more who ask councils about fostering apply, and approve them sooner.

    Some of those gained would have been approved by a neighbouring council or an agency, who lose as many.
    """

    kind: Literal["foster_hubs"] = named("foster_hubs", "hubs", "fostering_hubs", "fostering")
    """Fostering hubs of councils."""

    application_ratio: Quantity = number(low=0.1, high=5, unit="ratio", hoped="more")
    """Share of those who ask that apply, over the share without a hub. One hub had 23.1% where councils have 12%
    [fwne_echo_2024], with no comparison group, so that some of it may be who asked."""

    assessment_months: Quantity = number(
        MONTHS_WITHOUT, low=1, high=24, unit="months from application to approval", source="fwne_echo_2024"
    )
    """Mean months with a hub; 6 is as without. One hub had 4.8 [fwne_echo_2024]. Approvals come sooner once, and are no
    more for it afterwards."""

    share_won_from_others: Quantity = number(
        0.5, low=0, high=1, unit="share of approvals gained", source="judgement",
        spread={"family": "uniform", "low": 0.0, "high": 1.0, "quality": "judgement"},
    )  # fmt: skip
    """Households gained who would have been approved by an agency or by a council without a hub. What these have not
    to lose is not gained, so that hubs everywhere win from agencies alone."""

    @property
    def caveat(self) -> str:
        """Why numbers in care change at all."""
        return CAVEAT

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield, besides, whom none is won from as none is gained."""
        yield from super().idle(around)
        if self.application_ratio <= 1.0:
            yield ("share_won_from_others",), f"{IDLE}: no more apply"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply the share that applies, take from others what is won from them, and shorten assessments."""
        foster = foster_of(rates, self.kind)
        if self.application_ratio != 1.0:
            foster = self._more_apply(foster, context)
        if self.assessment_months != MONTHS_WITHOUT:
            foster = self._sooner(foster, context)
        return replace(rates, foster=foster)

    def _more_apply(self, foster: FosterRates, context: Context) -> FosterRates:
        """Change the share that goes on from the enquiry."""
        import numpy as np

        before = foster.enquiries_per_month * foster.stage_pass_share.prod(axis=-1)
        ratio = self.since_base(lambda when: (self.application_ratio - 1.0) * self.weights(when), context)
        gained = before * (in_sector(SECTOR, ratio) - 1.0)
        acting = in_sector(SECTOR, np.ones((1, 1)), 0.0)[0, 0]
        with within("areas"):
            reach = self.areas.in_areas(context.areas)[:, None] * acting
            part = float(self.areas.of_total(context.areas, context.part_of_england).sum())
        coming, lost = won_and_lost(
            np.maximum(gained, 0.0), before, self.share_won_from_others, reach, part, context.part_of_england,
            self.areas.fraction * acting,
        )  # fmt: skip
        after = share(before + coming + np.minimum(gained, 0.0) - lost, before, empty=1.0)
        stage = _application(foster)
        passing = np.broadcast_to(foster.stage_pass_share, (*after.shape, foster.stage_pass_share.shape[-1])).copy()
        passing[..., stage] *= after
        if (passing[..., stage] > 1.0).any():
            most = 1.0 / foster.stage_pass_share[..., stage].max()
            what = f"{self.application_ratio:g} would let more apply than ask"
            raise Impossible(("application_ratio",), self.application_ratio, what, f"up to {most:.3f} (ratio)")
        return replace(foster, stage_pass_share=passing)

    def _sooner(self, foster: FosterRates, context: Context) -> FosterRates:
        """Let stages after the application take less time, or more."""
        import numpy as np

        pace = MONTHS_WITHOUT / self.assessment_months
        ratio = in_sector(SECTOR, self.since_base(lambda when: (pace - 1.0) * self.weights(when), context))
        after = np.arange(len(foster.stage_per_year)) > _application(foster)
        return replace(foster, stage_ratio=foster.stage_ratio * np.where(after, ratio[..., None], 1.0))


def _application(foster: FosterRates) -> int:
    """Return the stage at whose end people apply: the first that not all pass."""
    return int((foster.stage_pass_share < 1.0).any(axis=(0, 1, 2, 3)).argmax())
