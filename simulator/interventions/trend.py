"""A trend in starts, in lengths of stay or in the mix of placements, whatever its cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import ValidationInfo, field_validator, model_validator

from simulator.interventions.base import Intervention
from simulator.interventions.fields import (
    Ages,
    MonthValue,
    Placements,
    Quantity,
    Streams,
    Wrong,
    choice,
    number,
    text,
)
from simulator.interventions.profile import growth_years
from simulator.interventions.surroundings import IDLE, Idle, Surroundings, dates_idle
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES, STREAMS

if TYPE_CHECKING:
    from simulator.engine.rates import Rates, StreamRates
    from simulator.interventions.context import Array, Context


class Trend(Intervention):
    """Growth (or decline) that compounds from a start to an end and then holds its level."""

    is_programme: ClassVar[bool] = False

    kind: Literal["trend"] = text("trend")
    """Trend in starts, stays or the mix of placements."""

    measure: Literal["starts", "stays", "placement_mix"] = choice()
    """What grows: children who start; how long children stay (hazards of leaving fall in step); or the chance
    that a child lives in some placements rather than others."""

    percent_per_year: Quantity = number(low=-50, high=50, unit="percent a year")
    """Growth, compounded."""

    start: MonthValue | None = choice(None, if_empty="first month of the run")
    """First month. Growth before the run is already in the base."""

    end: MonthValue | None = choice(None, if_empty="goes on to the end of the run")
    """Last month of growth; the level holds afterwards."""

    ages: Ages | None = choice(None, if_empty="all ages")
    """Youngest and oldest age. A trend in the placement mix acts at all ages."""

    streams: Streams | None = choice(None, if_empty="all streams")
    """Streams of children."""

    from_: Placements | None = choice(None, alias="from")
    """Placements that children live in less (placement mix only)."""

    to: Placements | None = choice(None)
    """Placements that children live in more (placement mix only)."""

    @field_validator("ages")
    @classmethod
    def _ages_used(cls, ages: tuple[int, int] | None, info: ValidationInfo) -> tuple[int, int] | None:
        """Refuse ages that would be ignored."""
        if ages is not None and info.data.get("measure") == "placement_mix":
            raise Wrong("a trend in the placement mix acts at all ages", "leave ages out")
        return ages

    @field_validator("from_", "to")
    @classmethod
    def _places_used(cls, names: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        """Refuse placements that would be ignored, or stand on both sides."""
        if names is not None and info.data.get("measure") in ("starts", "stays"):
            raise Wrong(f"a trend in {info.data['measure']} has no placements", "only with placement_mix")
        both = set(names or ()) & set(info.data.get("from_") or ()) if info.field_name == "to" else set()
        if both:
            raise Wrong(f"{sorted(both)[0]!r} is in from as well", "placements that are not in from")
        return names

    @model_validator(mode="after")
    def _complete(self) -> Trend:
        """Ask for both lists of placements."""
        if self.measure == "placement_mix" and (self.from_ is None or self.to is None):
            raise Wrong("a trend in the placement mix needs from and to", "two lists of placements")
        return self

    @property
    def in_words(self) -> str:
        """Its title and its growth."""
        return f"{self.title} ({self.percent_per_year:+.3g}% a year)"

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield dates outside the run, and ages at which no child of the streams is looked after."""
        yield from super().idle(around)
        yield from dates_idle(self.start, self.end, around)
        if self.ages is not None and self.streams == ("uasc",):
            from simulator.baseline.structure import structure

            youngest = structure()["uasc"]["youngest_age"]
            if self.ages[1] < youngest:
                yield ("ages",), f"{IDLE}: unaccompanied asylum-seeking children are {youngest} or older"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts, hazards of leaving or the chances of placements."""
        import numpy as np

        years = growth_years(context, self.start or context.first_month, self.end)
        growth = (1.0 + self.percent_per_year / 100.0) ** years
        if np.all(growth == 1.0):
            return rates
        chosen = self.streams or STREAMS
        if self.measure == "stays":
            growth = 1.0 / growth  # of hazards of leaving
        growth = self.in_areas(growth - 1.0, context)
        streams = tuple(
            self._changed(stream, growth) if name in chosen else stream
            for name, stream in zip(STREAMS, rates.streams, strict=True)
        )
        return replace(rates, streams=streams)

    def _changed(self, stream: StreamRates, growth: Array) -> StreamRates:
        """Change one stream by a growth: (area, month)."""
        if self.measure == "starts":
            factor = self._at_ages(growth)
            return replace(stream, new_starts_per_month=stream.new_starts_per_month * factor)
        if self.measure == "stays":
            return replace(stream, exit_ratio=stream.exit_ratio * self._at_ages(growth))
        losing = [placements.index(name) for name in self.from_ or ()]
        gaining = [placements.index(name) for name in self.to or ()]
        return replace(
            stream,
            move_ratio=_faster_moves(stream.move_ratio, losing, gaining, growth),
            start_place=_shifted_shares(stream.start_place, losing, gaining, growth),
        )

    def _at_ages(self, growth: Array) -> Array:
        """Growth at the ages chosen and 1 at others: (area, month, age)."""
        import numpy as np

        youngest, oldest = self.ages or (AGES[0], AGES[-1])
        factor = np.ones((*growth.shape, len(AGES)))
        factor[..., youngest : oldest + 1] = growth[..., None]
        return factor


def _faster_moves(move_ratio: Array, losing: list[int], gaining: list[int], growth: Array) -> Array:
    """Multiply moves from some placements to others: (draw, area, month, place, place)."""
    import numpy as np

    places = move_ratio.shape[-1]
    factor = np.ones((*growth.shape, places, places))
    chosen = np.zeros((places, places), dtype=bool)
    chosen[np.ix_(losing, gaining)] = True
    factor[..., chosen] = growth[..., None]
    return move_ratio * factor


def _shifted_shares(start_place: Array, losing: list[int], gaining: list[int], growth: Array) -> Array:
    """Shift shares of starts between two lists of placements, whose total stays as it was.

    Within the two lists the odds of the gaining placements grow by `growth`; all other shares stay. Where a
    list has no share (supported accommodation under 16, for example) nothing changes.
    """
    import numpy as np

    grown = growth[..., None, None]
    shares = np.broadcast_to(start_place, np.broadcast_shapes(start_place.shape, grown.shape))
    lost = shares[..., losing].sum(axis=-1, keepdims=True)
    gained = shares[..., gaining].sum(axis=-1, keepdims=True)
    both = lost + gained
    scale = np.divide(both, lost + grown * gained, out=np.ones(both.shape), where=(lost > 0) & (gained > 0))
    gain = np.where((lost > 0) & (gained > 0), grown * scale, 1.0)
    shifted = shares.copy()
    shifted[..., losing] *= scale
    shifted[..., gaining] *= gain
    return shifted
