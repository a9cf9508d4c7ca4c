"""How starts, lengths of stay or the mix of placements go over time, whatever the cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationInfo, field_validator, model_validator

from simulator.interventions.caused_starts import CausedStarts
from simulator.interventions.fields import Ages, Placements, Streams, Wrong, choice, named
from simulator.interventions.over_time import OverTime
from simulator.interventions.start_levels import at_ages, starts_per_year
from simulator.interventions.surroundings import IDLE, Idle, Surroundings
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES, STREAMS

if TYPE_CHECKING:
    from simulator.engine.rates import Rates, StreamRates
    from simulator.interventions.context import Array, Context


class Trend(OverTime):
    """Growth, a step, a level or a path of starts, of lengths of stay or of the mix of placements.

    The unit of starts is children a year in England, of the ages and streams chosen, who come into care and did not
    come back from home. Stays and the mix have no unit of their own.
    """

    kind: Literal["trend"] = named("trend", "starts", "stays", "placement_mix")
    """Trend in starts, stays or the mix of placements."""

    measure: Literal["starts", "stays", "placement_mix"] = choice()
    """What changes: children who start; how long children stay (hazards of leaving fall in step); or the chance
    that a child lives in some placements rather than others."""

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
        if self.measure == "stays" and 0 in (self.ratio, *(self.path or {}).values()):
            raise Wrong("nobody can stay for no time", "a ratio above 0")
        return self

    @property
    def unit(self) -> str:
        """Unit of what changes."""
        return "starts a year" if self.measure == "starts" else ""

    @property
    def holds_causes(self) -> CausedStarts | None:
        """Starts that it is a trend of, whatever the causes.

        How many children there are is no such cause: a trend is of starts among them (`births`, `migration`).
        """
        if self.measure != "starts":
            return None
        return CausedStarts(self.streams or STREAMS, self.ages or (AGES[0], AGES[-1]))

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield, besides, ages at which no child of the streams is looked after."""
        yield from super().idle(around)
        if self.ages is not None and self.streams == ("uasc",):
            from simulator.baseline.structure import structure

            youngest = structure()["uasc"]["youngest_age"]
            if self.ages[1] < youngest:
                yield ("ages",), f"{IDLE}: unaccompanied asylum-seeking children are {youngest} or older"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply starts, hazards of leaving or the chances of placements."""
        import numpy as np

        chosen = self.streams or STREAMS
        youngest, oldest = self.ages or (AGES[0], AGES[-1])
        growth = self.factor(lambda: starts_per_year(rates, context, chosen, youngest, oldest), context)
        if np.all(growth == 1.0):
            return rates
        if self.measure == "stays":
            growth = 1.0 / growth  # of hazards of leaving
        growth = self.in_areas(growth - 1.0, context)
        streams = tuple(
            self._changed(stream, growth) if name in chosen else stream
            for name, stream in zip(STREAMS, rates.streams, strict=True)
        )
        return replace(rates, streams=streams)

    def _changed(self, stream: StreamRates, growth: Array) -> StreamRates:
        """Change one stream by a growth: (area, month), or (draw, area, month)."""
        youngest, oldest = self.ages or (AGES[0], AGES[-1])
        if self.measure == "starts":
            return replace(stream, new_starts_per_month=stream.new_starts_per_month * at_ages(growth, youngest, oldest))
        if self.measure == "stays":
            return replace(stream, exit_ratio=stream.exit_ratio * at_ages(growth, youngest, oldest))
        losing = [placements.index(name) for name in self.from_ or ()]
        gaining = [placements.index(name) for name in self.to or ()]
        return replace(
            stream,
            move_ratio=_faster_moves(stream.move_ratio, losing, gaining, growth),
            start_place=_shifted_shares(stream.start_place, losing, gaining, growth),
        )


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
