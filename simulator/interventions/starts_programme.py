"""Help for some families whose children would start to be looked after. It holds no kind of its own."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.interventions.fields import Count, Quantity, choice, number
from simulator.interventions.lagged import LaggedIntervention
from simulator.interventions.study_effect import StudyEffect
from simulator.vocabulary.axes import AGES
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context


class StartsProgramme(LaggedIntervention):
    """Help for a group of families, of whose children fewer, or no fewer, start to be looked after.

    Starts of resident children at its ages are multiplied by ``1 - reach x group (1 - ratio)``, where the group is the
    share of those starts whom it could help and the reach what money or `areas` say. Who is kept out may come in later.
    """

    effect: StudyEffect = choice(StudyEffect(), source="judgement")
    """What it does to starts of those it reaches."""

    delayed_share: Quantity = number(0.0, low=0, high=1, unit="share of starts prevented", source="definition")
    """Share of the children kept out who come into care later after all."""

    delayed_by_months: Count = number(12, low=1, high=120, unit="months", source="judgement")
    """Months after which they come."""

    @property
    @abstractmethod
    def group_ages(self) -> tuple[int, int]:
        """Youngest and oldest age at the start of care of the children whom it could help."""

    @abstractmethod
    def group_share(self, context: Context) -> float:
        """Share of resident starts at those ages whom it could help."""

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts of resident children, and let some of those kept out come later."""
        import numpy as np

        group = self.group_share(context)
        ratio = self.since_base(
            lambda when: group * (self.effect.risk_ratio - 1.0) * self.weights(when, self.lag_months), context
        )
        if np.all(ratio == 1.0):
            return rates
        youngest, oldest = self.group_ages
        resident, *others = rates.streams
        factor = np.ones((*ratio.shape, len(AGES)))
        factor[..., youngest : oldest + 1] = ratio[..., None]
        before = np.broadcast_to(
            resident.new_starts_per_month,
            np.broadcast_shapes(resident.new_starts_per_month.shape, factor.shape),
        )
        starts = before * factor
        if self.delayed_share:
            starts = starts + self.delayed_share * come_later(np.maximum(before - starts, 0.0), self.delayed_by_months)
        return replace(rates, streams=(replace(resident, new_starts_per_month=starts), *others))


def come_later(children: Array, months: int) -> Array:
    """Return children as they come some months later, and older: (..., month, age).

    Children of a completed age are spread evenly over it. Those who are 18 by then, or come after the run, do not come.

    Parameters
    ----------
    children : (..., month, age)
    months
        By which they come later.
    """
    import numpy as np

    years, part = divmod(months, MONTHS_A_YEAR)
    later = np.zeros_like(children)
    if months >= children.shape[-2]:
        return later
    moved = children[..., : children.shape[-2] - months, :]
    for older, share in ((years, 1.0 - part / MONTHS_A_YEAR), (years + 1, part / MONTHS_A_YEAR)):
        if older < children.shape[-1]:
            later[..., months:, older:] += share * moved[..., : children.shape[-1] - older]
    return later
