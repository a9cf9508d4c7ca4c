"""Services for young people on the edge of care."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import Ages, Quantity, choice, named, number
from simulator.interventions.starts_programme import StartsProgramme

if TYPE_CHECKING:
    from simulator.interventions.context import Context


class EdgeOfCare(StartsProgramme):
    """Intensive help for young people on the edge of care, such as No Wrong Door.

    That most of those referred stay out of care is no effect: many would have stayed out anyway
    (`cost.deadweight_share`). No trial has found fewer starts, so that the ratio is 1 unless a file gives another.
    """

    kind: Literal["edge_of_care"] = named("edge_of_care", "no_wrong_door", "family_preservation")
    """Edge-of-care service for young people."""

    ages: Ages = choice((10, 17), source="judgement")
    """Youngest and oldest age at the start of care of those it could help."""

    referred_share: Quantity = number(low=0, high=1, unit="share of starts")
    """Share of resident starts at those ages who would be referred to it first; starts in an emergency cannot be."""

    @property
    def group_ages(self) -> tuple[int, int]:
        """Youngest and oldest age at the start of care of the children whom it could help."""
        return self.ages

    def group_share(self, context: Context) -> float:
        """Share of resident starts at those ages whom it could help."""
        return self.referred_share
