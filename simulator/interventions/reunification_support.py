"""Support for children who go home from care, and for their families."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Count, Quantity, choice, named, number
from simulator.interventions.study_effect import StudyEffect
from simulator.vocabulary.axes import AGES, REASONS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates, StreamRates
    from simulator.interventions.context import Array, Context

HOME = REASONS.index("home")
AT_HOME_MONTHS = len(AGES) * MONTHS_A_YEAR
"""Longest that anybody is at home before 18."""


class ReunificationSupport(PhasedIntervention):
    """Plan, prepare and support the return of children from care to their parents.

    More children may go home; of those who did with support, fewer may come back into care. How many more go home and
    how many fewer return are told apart, as one may undo the other: no trial shows that support prevents returns.
    Children already placed with their parents under an order are not counted as going home by it.
    """

    kind: Literal["reunification_support"] = named(
        "reunification_support", "reunification", "returns_home", "going_home"
    )
    """Support for returns home from care."""

    home_ratio: Quantity = number(1.0, low=0, high=3, unit="hazard ratio", source="definition", hoped="more")
    """Hazard of going home with the programme over the hazard without it."""

    effect: StudyEffect = choice(StudyEffect(), source="judgement")
    """What it does to the hazard of coming back of those who went home with support, while it lasts."""

    support_months: Count = number(12, low=1, high=120, unit="months", source="judgement")
    """Months after going home for which a family is supported."""

    @property
    def caveat(self) -> str:
        """What nobody has measured."""
        return "no trial shows that support keeps children from coming back"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply hazards of going home, and keep some at home who would come back."""
        import numpy as np

        resident, *others = rates.streams
        if self.home_ratio != 1.0:
            ratio = self.since_base(lambda when: (self.home_ratio - 1.0) * self.weights(when), context)
            by_reason = np.where(np.arange(len(REASONS)) == HOME, ratio[..., None], 1.0)
            resident = replace(resident, phase_exit_ratio=resident.phase_exit_ratio * by_reason)
        if self.effect.risk_ratio != 1.0:
            fewer = self.effect.risk_ratio - 1.0
            by_spell = [
                self.since_base(lambda when, at=at: fewer * self._supported(when, at), context)  # type: ignore[misc]
                for at in _at_home(resident)
            ]
            resident = replace(resident, return_ratio=resident.return_ratio * np.stack(by_spell, axis=-1))
        return replace(rates, streams=(resident, *others))

    def _supported(self, context: Context, at_home: Array) -> Array:
        """Share of the children of a spell at home whose families are supported in each month: (month,).

        Parameters
        ----------
        context
            Calendar of the run.
        at_home : (month since going home,)
            How many of those who went home are in the spell.
        """
        import numpy as np

        before = self.support_months - 1
        when = replace(context, first_month=context.first_month - before, months=context.months + before)
        helped: Array = np.convolve(self.weights(when), at_home[: self.support_months], mode="valid")
        everybody = at_home.sum()
        return helped / everybody if everybody > 0 else np.zeros(context.months)


def _at_home(stream: StreamRates) -> Array:
    """Children of each spell by months since they went home, of one who does: (spell, month).

    Ages are taken as even from 0 to 17, so that all have come of age in 18 years.
    """
    import numpy as np

    from simulator.engine.hazards import chain, generator, month_operators

    moving = chain(stream.fade_per_year / MONTHS_A_YEAR)
    whole, _, _ = month_operators(generator(moving, stream.return_per_year / MONTHS_A_YEAR))
    there = np.eye(len(whole))[0]
    found = []
    for month in range(AT_HOME_MONTHS):
        found.append(there * (1.0 - month / AT_HOME_MONTHS))
        there = there @ whole
    return np.array(found).T
