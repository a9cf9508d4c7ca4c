"""Help for children to move from a children's home to foster care."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Ages, Quantity, choice, named, number
from simulator.interventions.placement_moves import children_at_base, since_base_added, with_more_moves
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context


class StepDown(PhasedIntervention):
    """Find children in homes who could live in a family, and move them to mainstream foster care with support.

    The only programme on record moved about nine children a year in the largest council, who were judged able to live
    in a family, and 64% of 31 stayed in foster care [rees_stepdown_2018]. So those moved are children of homes whose
    plan is fostering, and save what such children cost: less than the mean of homes. Those who do not stay are back in
    a home within a year. It makes no foster places: where they are limited, a child who steps down has one that another
    would have had, unless recruitment stands beside it.
    """

    kind: Literal["step_down"] = named("step_down", "stepdown", "homes")
    """Moves from children's homes to foster care."""

    share_per_year: Quantity = number(
        0.01, low=0, high=0.5, unit="share of children a year", source="judgement",
        spread={"low": 0.005, "mode": 0.01, "high": 0.03, "quality": "judgement"},
    )  # fmt: skip
    """Children moved in a year, besides those who move already, over all in homes at those ages. They are found among
    those whose plan is fostering, so that fewer are moved where fewer of these are left."""

    returned_share: Quantity = number(
        0.36, low=0, high=1, unit="share of those moved", source="rees_stepdown_2018",
        spread={"median": 0.36, "ci95": [0.21, 0.53], "quality": "low"},
    )  # fmt: skip
    """Share of those moved who are back in a home within a year, evenly over it."""

    ages: Ages = choice((8, 17), source="judgement")
    """Youngest and oldest age of those moved."""

    @property
    def caveat(self) -> str:
        """On what it rests."""
        return "rests on one programme that moved 31 children, and makes no foster places"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Move children from homes to each foster sector as children live there, and some of them back."""
        import numpy as np

        strength = self.share_per_year * since_base_added(self, 0, context)
        if not strength.any():
            return rates
        resident, *others = rates.streams
        every = placements.placements()
        homes = [i for i, place in enumerate(every) if place.is_home]
        judged_able = next(i for i in homes if every[i].waits_for)
        sectors = list(placements.sector_places())
        children = children_at_base(resident, rates.cohort_months, self.ages)
        fostered = children[..., sectors].sum(axis=(2, 3))
        there = fostered.sum(axis=-1, keepdims=True)
        share = np.divide(fostered, there, out=np.full_like(fostered, 1.0 / len(sectors)), where=there > 0.0)
        able = children[..., judged_able].sum(axis=(2, 3))[..., None]
        wanted = strength * children[..., homes].sum(axis=(2, 3, 4))[..., None]  # children a year
        hazard = np.divide(wanted, able, out=np.zeros_like(wanted), where=able > 0.0)
        for k, sector in enumerate(sectors):
            resident = with_more_moves(resident, children, judged_able, sector, hazard * share[..., k, None])
        moved = np.maximum(hazard * able, 0.0) / MONTHS_A_YEAR
        back = MONTHS_A_YEAR * self.returned_share * _within_a_year(moved)
        returning = np.divide(back, there, out=np.zeros_like(back), where=there > 0.0)
        for sector in sectors:
            resident = with_more_moves(resident, children, sector, judged_able, returning)
        return replace(rates, streams=(resident, *others))


def _within_a_year(children: Array) -> Array:
    """Children who come back in each month if all do, evenly over the twelve months after theirs: (..., month)."""
    import numpy as np

    upto = np.concatenate([np.zeros((*children.shape[:-1], MONTHS_A_YEAR + 1)), children.cumsum(axis=-1)], axis=-1)
    months = children.shape[-1]
    found: Array = (upto[..., MONTHS_A_YEAR : MONTHS_A_YEAR + months] - upto[..., :months]) / MONTHS_A_YEAR
    return found
