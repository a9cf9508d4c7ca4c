"""What a scenario assumes of some areas beside what the base data say of them. It holds no kind of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import model_validator

from simulator.interventions.fields import Model, Quantity, Wrong, number
from simulator.interventions.profile import growth_years
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary import areas, placements

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings


UNLIMITED = f"{IDLE}: nobody waits, as foster places are found for all (assumptions.foster_places)"
"""Why how fast waiting children are matched cannot matter."""


class Local(Model):
    """What differs in some areas."""

    starts_ratio: Quantity | None = number(None, low=0, high=5, unit="ratio")
    """Children who start in all months of the run, over what the base data make of the area."""

    starts_percent_per_year: Quantity | None = number(None, low=-50, high=50, unit="percent a year")
    """Growth in starts from the first month on, compounded."""

    stays_percent_per_year: Quantity | None = number(None, low=-50, high=50, unit="percent a year")
    """Growth in how long children stay, compounded; hazards of leaving fall in step."""

    prices_percent_per_year: Quantity | None = number(None, low=-50, high=50, unit="percent a year")
    """Growth in all unit costs, compounded, on top of what they do everywhere."""

    homes_waiting_share: Quantity | None = number(None, low=0, high=1, unit="share of children in homes")
    """Share of children in children's homes whose plan is fostering, at the base."""

    step_down_match_per_year: Quantity | None = number(None, low=0, high=50, unit="hazard a year")
    """Fastest rate at which a child who waits for a foster home is matched when places are free."""

    @model_validator(mode="after")
    def _something(self) -> Local:
        """Refuse an area of which nothing is said."""
        if not self.given:
            raise Wrong("nothing is given", ", ".join(type(self).model_fields))
        return self

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield what acts only where places run out."""
        if not around.places_limited:
            yield ("step_down_match_per_year",), UNLIMITED

    @property
    def given(self) -> dict[str, float]:
        """What is said, by name."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


def overlapping(local: Mapping[str, Local]) -> str:
    """Say which two areas share authorities and both give one assumption; nothing if none do.

    Of two areas one may lie within the other, and then has the last word.
    """
    members = {name: areas.codes_of([name]) for name in local}
    for first, second in ((a, b) for a in local for b in local if a < b):
        one, two = members[first], members[second]
        both = [field for field in local[first].given if field in local[second].given]
        if both and one & two and not (one < two or two < one):
            return f"{first} and {second} share authorities, and both give {both[0]}"
    return ""


def with_local(rates: Rates, local: Mapping[str, Local], context: Context) -> Rates:
    """Return rates with what a scenario assumes of some areas.

    England run as a whole, and a council that is no authority, has the mean of authorities by their children.

    Parameters
    ----------
    rates
        Of the areas of the run, before interventions.
    local
        By area. What is said of a single authority goes before what is said of a group it is in.
    context
        Calendar and areas of the run.
    """
    import numpy as np

    if not local:
        return rates
    values = _by_authority(local)
    weight = _of_authorities(context.areas)  # (area, authority)
    years = growth_years(context, context.first_month, None)

    def growth(name: str) -> Array:
        """Growth in each authority: (authority, month)."""
        return np.asarray((1.0 + np.nan_to_num(values[name])[:, None] / 100.0) ** years)

    def stated(name: str, otherwise: Array) -> Array:
        """Value in each area, part of which may have none of its own: (draw, area)."""
        known = ~np.isnan(values[name])
        return np.asarray(otherwise * (1.0 - weight @ known) + weight @ np.nan_to_num(values[name]))

    level = np.where(np.isnan(values["starts_ratio"]), 1.0, values["starts_ratio"])[:, None]
    starts = weight @ (level * growth("starts_percent_per_year"))
    leaving = weight @ (1.0 / growth("stays_percent_per_year"))
    resident, *others = (
        replace(
            stream,
            new_starts_per_month=stream.new_starts_per_month * starts[..., None],
            exit_ratio=stream.exit_ratio * leaving[..., None],
        )
        for stream in rates.streams
    )
    waiting = stated("homes_waiting_share", waiting_share(resident.opening))
    resident = replace(resident, opening=split_waiting(resident.opening, waiting))
    foster = rates.foster
    if foster is not None:
        matched = stated("step_down_match_per_year", foster.step_down_per_year)
        foster = replace(foster, step_down_per_year=matched)
    prices = weight @ growth("prices_percent_per_year")
    return replace(rates, streams=(resident, *others), foster=foster, price_ratio=rates.price_ratio * prices[..., None])


def _by_authority(local: Mapping[str, Local]) -> dict[str, Array]:
    """Value of each assumption in every authority, NaN where there is none: (authority,)."""
    import numpy as np

    every = [one.code for one in areas.authorities()]
    values = {name: np.full(len(every), np.nan) for name in Local.model_fields}
    members = {name: areas.codes_of([name]) for name in local}
    for name in sorted(local, key=lambda name: -len(members[name])):
        here = np.array([code in members[name] for code in every])
        for field, value in local[name].given.items():
            values[field][here] = value
    return values


def _of_authorities(codes: tuple[str, ...]) -> Array:
    """What each area is made of: the authority itself, or all by their children: (area, authority)."""
    import numpy as np

    every = [one.code for one in areas.authorities()]
    children = np.array(list(areas.children(every)))
    return np.array(
        [np.array(every) == code if code in every else children / children.sum() for code in codes], dtype=float
    )


def _homes() -> list[tuple[int, int]]:
    """Positions of children's homes, each with that of the children in them who wait for a foster home."""
    return [
        (placements.index(place.reported_as), i)
        for i, place in enumerate(placements.placements())
        if place.is_home and place.waits_for
    ]


def _children(opening: Array, where: Iterable[int]) -> Array:
    """Count children in some placements: (draw, area)."""
    import numpy as np

    return np.asarray(np.sum([opening[..., i].sum(axis=(2, 3)) for i in where], axis=0))


def _in_homes(opening: Array) -> tuple[Array, Array, Array]:
    """Count children in homes who wait, those who don't where others do, and all in homes of any kind: (draw, area)."""
    homes, waiting = zip(*_homes(), strict=True)
    every = (i for i, place in enumerate(placements.placements()) if place.is_home)
    return _children(opening, waiting), _children(opening, homes), _children(opening, every)


def waiting_share(opening: Array) -> Array:
    """Share of children in children's homes, of any kind, who wait for a foster home: (draw, area).

    Parameters
    ----------
    opening : (draw, area, row, phase, place)
    """
    import numpy as np

    waits, _, every = _in_homes(opening)
    return np.divide(waits, every, out=np.zeros_like(waits), where=every > 0)


def split_waiting(opening: Array, wanted: Array) -> Array:
    """Split children in children's homes by whether they wait for a foster home.

    Parameters
    ----------
    opening : (draw, area, row, phase, place)
    wanted : (draw, area)
        Share who wait. Of those who wait, or of those who don't, the same part changes over at every age and time.
    """
    import numpy as np

    waits, others, every = _in_homes(opening)
    more = wanted * every - waits
    begin = np.divide(more, others, out=np.zeros_like(more), where=(more > 0) & (others > 0))
    stop = np.divide(-more, waits, out=np.zeros_like(more), where=more < 0)
    begin, stop = (np.minimum(part, 1.0)[..., None, None] for part in (begin, stop))
    split = opening.copy()
    for home, waiting in _homes():
        change = opening[..., home] * begin - opening[..., waiting] * stop
        split[..., home] -= change
        split[..., waiting] += change
    return split
