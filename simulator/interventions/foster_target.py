"""For whom foster households are recruited, and how many of their places that fills. It holds no kind of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pydantic import model_validator

from simulator.interventions.fields import Model, Quantity, Wrong, choice, number
from simulator.interventions.foster_matching import ADDED, SPECIAL, Gains, Group, Shortage, gains, needing
from simulator.interventions.local import split_waiting
from simulator.interventions.surroundings import IDLE

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings

LATER = 2_000
"""Places of a group added, at which `check` tells what one more brings."""

WORDS = {
    "siblings": "brothers and sisters",
    "teenagers": "teenagers",
    "uasc": "asylum-seeking children",
    "complex_needs": "children with complex needs",
    "parent_and_child": "parents with their child",
}


class FosterTarget(Model):
    """Children for whom households are recruited, and what is assumed of households.

    One more approved place of such a household has as many more usable places than one of any household as the matching
    of children to households says (docs/model.md, section 8), and fewer as more are added and fewer children wait.
    """

    group: Group = choice()
    """Children for whom households are found."""

    taken_share: Quantity = number(0.7, low=0, high=1, unit="share of households", source="judgement")
    """Households found for the group that do take it; others are like any."""

    wider_ages_share: Quantity = number(0.5, low=0, high=1, unit="share of households", source="judgement")
    """Of England's households, those who take children of more than one age group. No table tells it."""

    open_to_uasc_share: Quantity = number(0.3, low=0, high=1, unit="share of households", source="judgement")
    """Of England's households, those open to asylum-seeking children. No table tells it."""

    children_waiting: Quantity | None = number(
        None, low=0, high=5_000, unit="children", if_empty="as many as wait at the base"
    )
    """Children of the group in England who only such a household could take; for complex_needs and parent_and_child,
    whom no table counts."""

    @model_validator(mode="after")
    def _counted(self) -> FosterTarget:
        """Ask for a number of children where no table has it, and refuse one where it follows from tables."""
        if (self.group in SPECIAL) != (self.children_waiting is not None):
            known = "no table counts them" if self.group in SPECIAL else "how many wait follows from the run"
            allowed = "children_waiting with complex_needs or parent_and_child, and with no other group"
            raise Wrong(f"{self.group}: {known}", allowed)
        return self

    @property
    def in_words(self) -> str:
        """What is assumed, within a sentence."""
        return (
            f"{self.taken_share:.0%} of the households found for {WORDS[self.group]} are taken to take them; which "
            "children households suit is stated and not measured"
        )

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield what does not act as no household takes the group."""
        if not self.taken_share:
            yield ("wider_ages_share",), f"{IDLE}: no household takes the group"

    def gains(self, children: tuple[tuple[float, ...], ...], filled: float, approved: float) -> Gains:
        """Return what places for the group add to those of England, with its children in need, and places."""
        shortage = Shortage(
            children, filled, approved, self.wider_ages_share, self.open_to_uasc_share,
            self.group if self.group in SPECIAL else "", self.children_waiting or 0.0,
        )  # fmt: skip
        return gains(shortage, self.group)

    def worth(self, base: int) -> Iterator[str]:
        """Yield what places of households found for the group add at a base of England, within sentences."""
        import numpy as np

        from simulator.baseline.england import load_baseline
        from simulator.baseline.structure import structure

        england, drawn = load_baseline(base), structure()["fostering"]["drawn"]["homes_waiting_share"]
        waiting = np.array([[(drawn["low"] + drawn["high"]) / 2.0]])
        openings = (split_waiting(england.resident, waiting), england.uasc)
        foster = england.foster
        found = self.gains(
            needing(openings, england.cohort_months), float(foster.children.sum()), float(foster.places_approved.sum())
        )
        first, later = found.of_group[0], found.usable(np.array(LATER), found.of_group)
        yield (
            f"an approved place for {WORDS[self.group]} fills {first:.2f} of a place at first and {later:.2f} once "
            f"{LATER:,} are added, and one of any household {found.of_any[0]:.2f}"
        )
        apart = np.interp(LATER, ADDED, found.separated)
        now = found.separated[0]
        yield f"with {LATER:,} of them, {apart:.0%} of fostered siblings are separated, and {now:.0%} now"

    def approval_weight(
        self, foster: FosterRates, enquiries: Array, part: float, context: Context, rates: Rates
    ) -> Array:
        """Return how many households those approved in a month count as: (draw, area, month, sector).

        Parameters
        ----------
        foster
            With the households gained.
        enquiries : (draw, area, month, sector)
            Those that lead to them.
        part
            Share of what England gains that is in the areas of the run.
        context, rates
            Of the run.
        """
        import numpy as np

        from simulator.baseline.structure import structure

        england = context.england or context.before(rates)
        assert england.foster is not None
        base = england.foster
        found = self.gains(
            needing([stream.opening for stream in england.streams], england.cohort_months),
            float(base.opening_usable[0].sum()), float((base.opening_households * base.places_per_household)[0].sum()),
        )  # fmt: skip
        nobody = replace(
            foster, opening_pipeline=0.0 * foster.opening_pipeline, opening_households=0.0 * foster.opening_households
        )
        gained, there = _followed(replace(nobody, enquiries_per_month=enquiries))
        every, _ = _followed(foster)
        places = (there * foster.places_per_household[:, :, None]).sum(axis=(1, 3)) / part  # (draw, month), England
        usable_share = base.usable_share[:, :, :1]
        most = structure()["fostering"]["matching"]["available_share"]
        others = foster.places_elasticity[:, :, None] * usable_share  # of an approved place of any household
        aimed, anybody = (found.usable(places, rate) for rate in (found.of_group, found.of_any))
        more = self.taken_share * (aimed - anybody)[:, None, :, None]
        weight = np.clip((others + more) / others, 0.0, np.maximum(most / others, 1.0))
        of_group = np.divide(
            gained, every, out=np.zeros(np.broadcast_shapes(gained.shape, every.shape)), where=every > 0
        )
        of_group = np.clip(of_group, 0.0, 1.0)
        return np.asarray(foster.approval_weight * (1.0 - of_group) + weight * of_group)


@dataclass(frozen=True, eq=False)
class _SameCarers:
    """Rates of fostering that are alike if all their numbers are: attribution follows the same carers many times."""

    foster: FosterRates

    @cached_property
    def _numbers(self) -> tuple[object, ...]:
        import numpy as np

        values = [getattr(self.foster, one.name) for one in fields(self.foster)]
        return tuple((one.shape, one.tobytes()) if isinstance(one, np.ndarray) else one for one in values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameCarers) and self._numbers == other._numbers

    def __hash__(self) -> int:
        return hash(self._numbers)


def _followed(foster: FosterRates) -> tuple[Array, Array]:
    """Return households approved in each month, and those there at its end: two of (draw, area, month, sector)."""
    return _followed_once(_SameCarers(foster))


@lru_cache(maxsize=4)
def _followed_once(same: _SameCarers) -> tuple[Array, Array]:
    import numpy as np

    from simulator.engine.fostering import Households, recruit

    foster = same.foster

    months = max(array.shape[2] for array in (foster.enquiries_per_month, foster.deregistration_per_year))
    draws, areas = np.broadcast_shapes(foster.enquiries_per_month.shape[:2], foster.opening_households.shape[:2])
    none, need = (np.zeros((draws, areas, 2)) for _ in range(2))
    opening = np.broadcast_to(foster.opening_households, none.shape)
    pipeline = np.broadcast_to(foster.opening_pipeline, (draws, areas, *foster.opening_pipeline.shape[2:]))
    now = Households(opening, opening, none, pipeline, none, none)
    approved, there = [], []
    for month in range(months):
        now = recruit(foster, month, now, need)
        approved.append(np.broadcast_to(now.approvals, none.shape))
        there.append(np.broadcast_to(now.households, none.shape))
    return np.stack(approved, axis=2), np.stack(there, axis=2)
