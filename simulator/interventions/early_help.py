"""Help for families that changes how many children start to be looked after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from simulator import areas
from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import (
    Ages,
    Count,
    Model,
    Quality,
    Quantity,
    SourceKeys,
    Window,
    Wrong,
    choice,
    number,
    one_of,
    text,
)

if TYPE_CHECKING:
    from simulator.interventions.context import Array, Context
    from simulator.rates import Rates


DRAW_SEED = 12
"""Seed of the draw of authorities that have the help, so that every run and scenario draws the same ones."""


def _area(name: str) -> str:
    """Check the name of an area."""
    return one_of("area", name, areas.areas(), "an area shown by `care-demand list areas`")


class Reach(Model):
    """Where the help is: named areas, a count of areas, or a share of children everywhere."""

    names: Annotated[tuple[Annotated[str, AfterValidator(_area)], ...], Field(min_length=1)] | None = choice(
        None, if_empty="a count or a share"
    )
    """Areas that have the help. In a run of England as a whole they count with their share of children."""

    count: Count | None = number(None, low=0, high=1000, unit="areas")
    """Areas that have the help: of average size in a run of England as a whole, drawn by lot in one of authorities."""

    of: Count | None = number(None, low=1, high=1000, unit="areas")
    """Areas there are."""

    share: Quantity | None = number(None, low=0, high=1, unit="share of children")
    """Share of children in areas that have the help."""

    @model_validator(mode="after")
    def _one_way(self) -> Reach:
        """Ask for one of the two ways to say it."""
        counted = self.count is not None and self.of is not None
        half = (self.count is None) != (self.of is None)
        if half or counted + (self.share is not None) + (self.names is not None) != 1:
            allowed = "{count: 12, of: 153}, {share: 0.08} or {names: [Kent]}"
            raise Wrong("say how far the help reaches in one way", allowed)
        if self.count is not None and self.of is not None and self.count > self.of:
            raise Wrong(f"count {self.count} is above of {self.of}", f"0 to {self.of} (areas)")
        return self

    @property
    def fraction(self) -> float:
        """Share of children in areas that have the help."""
        if self.count is not None and self.of is not None:
            return self.count / self.of
        if self.names is not None:
            everywhere = [one.code for one in areas.authorities()]
            return sum(areas.children(areas.codes_of(self.names))) / sum(areas.children(everywhere))
        return self.share or 0.0

    def drawn(self) -> tuple[str, ...]:
        """Names of the authorities that a run of authorities draws, in order of the alphabet.

        Raises
        ------
        ValueError
            If the count is of another number of areas than there are.
        """
        import numpy as np

        every = areas.authorities()
        if self.count is None:
            return ()
        if self.of != len(every):
            raise ValueError(f"areas.of: a run of authorities draws areas from all {len(every)}, not {self.of}")
        lot = np.random.default_rng(DRAW_SEED).permutation(len(every))[: self.count]
        return tuple(sorted(every[i].name for i in lot))

    def in_areas(self, codes: tuple[str, ...]) -> Array:
        """Share of children in each area who are in areas that have the help: (area,).

        An area that is no authority has England's share.
        """
        import numpy as np

        if codes == (areas.ENGLAND,) or self.share is not None:
            return np.full(len(codes), self.fraction)
        every = {one.code for one in areas.authorities()}
        having = areas.codes_of(self.drawn() if self.names is None else self.names)
        return np.array([float(code in having) if code in every else self.fraction for code in codes])


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


class EarlyHelp(PhasedIntervention):
    """Help for families early, so that fewer children start to be looked after.

    Starts of resident children at the ages given are multiplied by ``1 - reach x eligible share x
    (1 - ratio)``. The ratio moves from 1 to the risk ratio along the profile, `lag_months` after the
    programme itself.
    """

    kind: Literal["early_help"] = text("early_help")
    """Early help for families."""

    areas: Reach = choice(Reach(share=1.0), source="definition")
    """Where: a count of areas, or a share of children. Everywhere if left out."""

    lag_months: Count = number(0, low=0, high=240, unit="months", source="definition")
    """Months between help and its effect on starts."""

    ages: Ages = choice((0, 17), source="definition")
    """Youngest and oldest age at the start of care of the children it can help."""

    eligible_share: Quantity = number(1.0, low=0, high=1, unit="share of starts", source="definition")
    """Share of the starts at those ages that the help could reach."""

    effect: Effect = choice()
    """What it does for the families it reaches."""

    referrals: Referrals | None = choice(None, if_empty="no more need is found")
    """Need that it finds first."""

    @field_validator("lag_months")
    @classmethod
    def _acts(cls, lag: int, info: ValidationInfo) -> int:
        """Refuse a lag that takes the effect beyond the run."""
        start, window = info.data.get("start"), info.context
        if start is not None and isinstance(window, Window) and start <= window.last < start + lag:
            raise Wrong(f"{lag} takes the effect beyond {window.last}, where the run ends", "less")
        return lag

    @property
    def caveat(self) -> str:
        """How many areas have it."""
        return f"in {self.areas.count} of {self.areas.of} areas" if self.areas.count is not None else ""

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts of resident children."""
        import numpy as np

        reach = self.areas.in_areas(context.areas)[:, None]
        ratio = self.since_base(lambda when: 1.0 - reach * self.eligible_share * (1.0 - self._ratio(when)), context)
        if np.all(ratio == 1.0):
            return rates
        youngest, oldest = self.ages
        resident, *others = rates.streams
        factor = np.ones((*ratio.shape, resident.new_starts_per_month.shape[-1]))
        factor[..., youngest : oldest + 1] = ratio[..., None]
        resident = replace(resident, new_starts_per_month=resident.new_starts_per_month * factor)
        return replace(rates, streams=(resident, *others))

    def share_of_cost(self, rates: Rates, context: Context) -> Array:
        """Share of England's programme spend that each area has: it goes where the help is."""
        import numpy as np

        if context.areas == (areas.ENGLAND,):
            return np.ones(1)
        every = tuple(one.code for one in areas.authorities())
        reached = dict(zip(every, self.areas.in_areas(every) * list(areas.children(every)), strict=True))
        total = sum(reached.values())
        here = [reached[code] / total if total > 0 else 0.0 for code in context.areas if code in reached]
        return np.array(here or [context.part_of_england])  # an area that is no authority runs alone

    def _ratio(self, context: Context) -> Array:
        """Divide starts with the help by starts without it, for families reached: (month,)."""
        import numpy as np

        ratio = 1.0 + (self.effect.risk_ratio - 1.0) * self.weights(context, self.lag_months)
        if self.referrals is None:
            return ratio
        since = context.elapsed(self.start)
        found = (since >= self.referrals.from_month) & (since <= self.referrals.to_month + 1)
        return ratio * (1.0 + (self.referrals.risk_ratio - 1.0) * np.where(found, self.weights(context), 0.0))
