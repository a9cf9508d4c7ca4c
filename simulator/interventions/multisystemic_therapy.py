"""Multisystemic therapy for young people with serious antisocial behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import Quantity, named, number
from simulator.interventions.starts_programme import StartsProgramme

if TYPE_CHECKING:
    from simulator.interventions.context import Context

TRIAL_AGES = (11, 17)
"""Ages of the trial in England [mst_ucl_2018]."""


class MultisystemicTherapy(StartsProgramme):
    """Therapy at home for young people of 11 to 17 with serious antisocial behaviour.

    In the trial in England as many, or more, of them lived away from home at 18 months: odds ratio 1.25, 0.77 to 2.05
    [mst_ucl_2018]. So the ratio is 1 unless a file gives another.
    """

    kind: Literal["multisystemic_therapy"] = named("multisystemic_therapy", "mst")
    """Multisystemic therapy."""

    referred_share: Quantity = number(low=0, high=1, unit="share of starts")
    """Share of resident starts at 11 to 17 who would have the therapy first."""

    @property
    def group_ages(self) -> tuple[int, int]:
        """Youngest and oldest age at the start of care of the children whom it could help."""
        return TRIAL_AGES

    def group_share(self, context: Context) -> float:
        """Share of resident starts at those ages whom it could help."""
        return self.referred_share
