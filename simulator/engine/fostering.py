"""Foster places: households, the way to them, and which children get a place.

Every month, after children have moved and left:

1. prospective households pass the stages from enquiry to approval; households leave; usable places follow, slowly;
2. if children already fostered outnumber a sector's usable places, the excess loses its place;
3. they and the children who came in with a plan of fostering take free places: council first, then independent;
4. those who find none are placed elsewhere, in shares that go with age and stream: some of them wait, in a children's
   home or supported accommodation, others are with their parents, say; in 2 and 4 the ages with the largest
   `wait_weight` go first, so that young children are the last to be left without a foster home;
5. places still free go to children who were already waiting, no faster than matching allows.

Usable places are those that can take a child, fewer than those approved. They follow households less than one for one,
as the households that stay are used more, and rise with the children who may need them: with young children one for
one, as none of them is found to go without, and with older ones less:

    target = households at the base * (weighted households / those at the base) ** places_elasticity
             * places per household * usable share
             * (young share * young / those at the base
                + (1 - young share) * (older / those at the base) ** need_elasticity)

Households are weighted by how likely their places are to be filled: those recruited for children who wait count as
more than one (`FosterRates.approval_weight`), all others as one. Where a council states its own carers, usable places
stay within those approved (`FosterRates.most_usable_share`).

Agencies sell their places to any council. So what the children of an area find with them in a month is what England's
find, in the same scenario and draw (`FosterRates.agencies`); only places with the council are the area's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.engine.step import at_month
from simulator.vocabulary.calendar import MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.engine.grid import Grid
    from simulator.engine.rates import FosterRates
    from simulator.engine.step import StreamMonth

Array = NDArray[np.float64]

COUNCIL, INDEPENDENT = 0, 1
FOUND, LOST, OFFERED, SPARE = AGENCIES = range(4)
"""What agencies do in a month: the share of children who find a place with them, of those who look for one and found
none with a council; the share of their fostered children who lose their place; the places that are then still free, a
child who was already waiting (1 at the most); and the places that stay free, a filled one."""


@dataclass(frozen=True)
class Households:
    """Households and their pipeline at an instant, and what the month before did.

    Attributes
    ----------
    households : (draw, area, sector)
    weighted : (draw, area, sector)
        The same, each as many as its places count for.
    usable : (draw, area, sector)
        Places that can in fact take a child; of agencies, what serves an area's children where they are not its own.
    pipeline : (draw, area, sector, stage)
    approvals, deregistrations : (draw, area, sector)
    """

    households: Array
    weighted: Array
    usable: Array
    pipeline: Array
    approvals: Array
    deregistrations: Array


def recruit(foster: FosterRates, month: int, now: Households, need: Array) -> Households:
    """Advance households, the pipeline and usable places by one month.

    Parameters
    ----------
    need : (draw, area, 2)
        Children who may need a place, at the start of the month; see :func:`children_needing`.
    """
    finish = foster.stage_per_year * at_month(foster.stage_ratio, month) / MONTHS_A_YEAR
    pass_share = at_month(foster.stage_pass_share, month)
    pipeline = np.empty_like(now.pipeline)
    arriving = at_month(foster.enquiries_per_month, month)
    for stage, hazard in enumerate(np.moveaxis(finish, -1, 0)):
        stay, stay_part = np.exp(-hazard), -np.expm1(-hazard) / hazard
        waiting = now.pipeline[..., stage] * stay + arriving * stay_part
        finished = now.pipeline[..., stage] + arriving - waiting
        pipeline[..., stage] = waiting
        arriving = finished * pass_share[..., stage]
    leave = at_month(foster.deregistration_per_year, month) / MONTHS_A_YEAR
    stay_part = np.divide(-np.expm1(-leave), leave, out=np.ones_like(leave), where=leave > 0)
    households = now.households * np.exp(-leave) + arriving * stay_part
    weighted = now.weighted * np.exp(-leave) + arriving * at_month(foster.approval_weight, month) * stay_part
    most = households * foster.places_per_household * foster.most_usable_share
    return Households(
        households=households,
        weighted=weighted,
        usable=np.minimum(usable_places(foster, month, weighted, now.usable, need), most),
        pipeline=pipeline,
        approvals=arriving,
        deregistrations=now.households + arriving - households,
    )


def children_needing(foster: FosterRates, grids: tuple[Grid, ...], month: int, stocks: tuple[Array, ...]) -> Array:
    """Return children who may need a place at the start of a month, young and older: (draw, area, 2).

    Parameters
    ----------
    stocks : tuple of (draw, area, row, phase, place), one a stream
    """
    return _young_and_older(foster, grids, month, stocks, foster.needing)


def young_share(foster: FosterRates, grids: tuple[Grid, ...], stocks: tuple[Array, ...]) -> Array:
    """Return the share of fostered children who are young, at the first instant: (draw, area); as children_needing."""
    fostered = _young_and_older(foster, grids, 0, stocks, np.array([foster.council, foster.independent]))
    return _ratio(fostered[..., 0], fostered.sum(axis=-1))


def _young_and_older(
    foster: FosterRates, grids: tuple[Grid, ...], month: int, stocks: tuple[Array, ...], places: NDArray[np.intp]
) -> Array:
    """Count children in some placements by whether usable places follow them one for one: (draw, area, 2)."""
    found = []
    for grid, stock in zip(grids, stocks, strict=True):
        young = grid.age_at[month % grid.width][:, : foster.followed_below_age].sum(axis=-1)
        rows = np.take(stock, places, axis=-1).sum(axis=(-2, -1))
        found.append(np.stack([rows @ young, rows @ (1.0 - young)], axis=-1))
    children: Array = np.sum(found, axis=0)
    return children


def usable_places(foster: FosterRates, month: int, households: Array, before: Array, need: Array) -> Array:
    """Return places that can in fact take a child, by sector, at the end of a month.

    Parameters
    ----------
    households, before : (draw, area, sector)
        Weighted households at its end, and usable places at its start.
    need : (draw, area, 2)
    """
    base = foster.base_households
    grown = np.where(base > 0, base * _ratio(households, base) ** foster.places_elasticity, households)
    young, older = np.moveaxis(_ratio(need, foster.base_need, empty=1.0), -1, 0)
    more = foster.young_share * young + (1.0 - foster.young_share) * older**foster.need_elasticity
    target = grown * foster.places_per_household * at_month(foster.usable_share, month) * more[..., None]
    places: Array = target + (before - target) * np.exp(-foster.places_response_per_year / MONTHS_A_YEAR)
    return places


@dataclass(frozen=True)
class PlaceShares:
    """What happens to children who need a foster place, as shares: in a month, or in each of those on a third axis.

    Attributes
    ----------
    lose : tuple of (draw, area, row, sector), one a stream
        Of those in a sector's places, the share who lose theirs.
    into : tuple of (draw, area, row, place), one a stream
        Where those go who lose a place or come in with fostering as their plan; sums to 1 over places.
    step_down : (draw, area, sector)
        Of those who were waiting before, the share who step down into each sector.
    """

    lose: tuple[Array, ...]
    into: tuple[Array, ...]
    step_down: Array

    def at_month(self, month: int) -> PlaceShares:
        """Pick a month of those of many."""
        lose, into = (tuple(one[:, :, month] for one in streams) for streams in (self.lose, self.into))
        return PlaceShares(lose, into, self.step_down[:, :, month])


def shares_over_time(months: Sequence[PlaceShares]) -> PlaceShares:
    """Put the shares of months one after the other on a third axis."""
    return PlaceShares(
        lose=tuple(np.stack(stream, axis=2) for stream in zip(*(one.lose for one in months), strict=True)),
        into=tuple(np.stack(stream, axis=2) for stream in zip(*(one.into for one in months), strict=True)),
        step_down=np.stack([one.step_down for one in months], axis=2),
    )


@dataclass(frozen=True)
class Filled:
    """Result of filling places for all streams together.

    Attributes
    ----------
    stocks : tuple of (draw, area, row, phase, place)
        Children in care at the end of the month, entrants included.
    starts : tuple of (draw, area, row, place)
        First placements, after children with no foster place were placed elsewhere.
    entrant_exits : tuple of (draw, area, row, place)
        Exits of those who came in, by that first placement.
    moves : (draw, area, place, place)
        Moves that the filling of places made.
    agencies : (draw, area, 4)
        What agencies did (`AGENCIES`); zeros where places are not limited.
    usable : (draw, area, sector)
        As in `Households`.
    shares : PlaceShares or None
        What a child's chances were in it; None where everybody stays where the plan is.
    """

    stocks: tuple[Array, ...]
    starts: tuple[Array, ...]
    entrant_exits: tuple[Array, ...]
    moves: Array
    agencies: Array
    usable: Array
    shares: PlaceShares | None = None


def as_wished(streams: tuple[StreamMonth, ...], usable: Array) -> Filled:
    """Let every child be fostered whose plan it is."""
    shape, places = streams[0].stock.shape[:2], streams[0].stock.shape[-1]
    return Filled(
        stocks=tuple(m.stock + m.entrants for m in streams),
        starts=tuple(m.starts for m in streams),
        entrant_exits=tuple(m.entrant_exits.sum(axis=-1) for m in streams),
        moves=np.zeros((*shape, places, places)),
        agencies=np.zeros((*shape, len(AGENCIES))),
        usable=usable,
    )


def fill_places(
    foster: FosterRates,
    unfostered_place: tuple[Array, ...],
    grids: tuple[Grid, ...],
    month: int,
    streams: tuple[StreamMonth, ...],
    usable: Array,
) -> Filled:
    """Put children who need a foster place where there is one, and the others where such children are placed.

    Parameters
    ----------
    unfostered_place : tuple of (draw, area, age, place), one a stream
    streams : tuple of StreamMonth
        What the month did to each stream.
    usable : (draw, area, sector)
        Usable places at the end of the month.
    """
    council, independent = foster.council, foster.independent
    sectors = [council, independent]
    queued = foster.queued

    weights = [grid.age_of_row[month % grid.width] @ foster.wait_weight for grid in grids]
    by_row = [np.take(s.stock, sectors, axis=-1).sum(axis=-2) for s in streams]
    fostered = np.sum([rows.sum(axis=-2) for rows in by_row], axis=0)
    free, excess = np.maximum(usable - fostered, 0.0), np.maximum(fostered - usable, 0.0)
    market = None if foster.agencies is None else at_month(foster.agencies, month)
    if market is not None:
        excess[..., INDEPENDENT] = market[..., LOST] * fostered[..., INDEPENDENT]
    lose = _taken(by_row, weights, excess)
    displaced = [
        np.take(s.stock, sectors, axis=-1) * share[..., None, :] for s, share in zip(streams, lose, strict=True)
    ]
    seeking = [np.take(s.entrants, sectors, axis=-1).sum(axis=-1) for s in streams]
    pool = np.sum([d.sum(axis=(-3, -2, -1)) for d in displaced] + [e.sum(axis=(-2, -1)) for e in seeking], axis=0)

    queue = np.sum([np.take(s.stock, queued, axis=-1).sum(axis=(-3, -2, -1)) for s in streams], axis=0)
    to_council = np.minimum(_ratio(free[..., COUNCIL], pool, empty=1.0), 1.0)
    beyond = (1.0 - to_council) * pool
    if market is not None:
        free[..., INDEPENDENT] = market[..., FOUND] * beyond + market[..., OFFERED] * queue
    found = np.minimum(_ratio(free[..., INDEPENDENT], beyond, empty=1.0), 1.0)
    to_independent = np.minimum(_ratio(free[..., INDEPENDENT], pool, empty=1.0), 1.0 - to_council)
    left = (1.0 - to_council - to_independent) * pool
    seeking_rows = [d.sum(axis=(-2, -1)) + e.sum(axis=-1) for d, e in zip(displaced, seeking, strict=True)]
    left_out = [share[..., 0] for share in _taken([r[..., None] for r in seeking_rows], weights, left[..., None])]
    council_first = _ratio(to_council, to_council + to_independent)
    free = free - np.stack([to_council * pool, to_independent * pool], axis=-1)

    offered = np.clip(_ratio(free[..., INDEPENDENT], queue, empty=1.0), 0.0, 1.0)
    lost_share = _ratio(excess[..., INDEPENDENT], fostered[..., INDEPENDENT])
    matched = np.minimum(queue * -np.expm1(-foster.step_down_per_year / MONTHS_A_YEAR), free.sum(axis=-1))
    down_council = np.minimum(matched, free[..., COUNCIL])
    down = [_ratio(down_council, queue), _ratio(matched - down_council, queue)]

    stocks, starts, exits, placed = [], [], [], []
    moves = np.zeros((*queue.shape, streams[0].stock.shape[-1], streams[0].stock.shape[-1]))
    for grid, places, stream, lost, entrants, without in zip(
        grids, unfostered_place, streams, displaced, seeking, left_out, strict=True
    ):
        into = grid.age_of_row[month % grid.width] @ places * without[..., None]
        into[..., council] += (1.0 - without) * council_first[..., None]
        into[..., independent] += (1.0 - without) * (1.0 - council_first)[..., None]
        placed.append(into)

        stock = stream.stock.copy()
        stock[..., sectors] -= lost
        stock += (entrants + lost.sum(axis=-1))[..., None] * into[..., None, :]
        others = stream.entrants.copy()
        others[..., sectors] = 0.0
        stock += others
        for i, sector in enumerate(sectors):
            moves[..., sector, :] += (lost[..., i].sum(axis=-1)[..., None, :] @ into)[..., 0, :]

        from_queue = np.take(stream.stock, queued, axis=-1)
        stock[..., queued] = stock[..., queued] - from_queue * (down[0] + down[1])[..., None, None, None]
        for place, share in zip(sectors, down, strict=True):
            leaving = from_queue * share[..., None, None, None]
            stock[..., place] += leaving.sum(axis=-1)
            moves[..., queued, place] += leaving.sum(axis=(-3, -2))

        stocks.append(stock)
        starts.append(_spread(stream.starts, sectors, into))
        exits.append(_spread(stream.entrant_exits.sum(axis=-1), sectors, into))
    shares = PlaceShares(tuple(lose), tuple(placed), np.stack(down, axis=-1))
    filled = (fostered - excess)[..., INDEPENDENT] + to_independent * pool + matched - down_council
    spare = _ratio(np.maximum(usable[..., INDEPENDENT] - filled, 0.0), filled)
    if market is not None:
        spare = np.broadcast_to(market[..., SPARE], filled.shape)
        usable = np.stack([usable[..., COUNCIL], filled * (1.0 + spare)], axis=-1)
    agencies = np.stack([found, lost_share, offered, spare], axis=-1)
    return Filled(tuple(stocks), tuple(starts), tuple(exits), moves, agencies, usable, shares)


def _taken(rows: list[Array], weights: list[Array], amount: Array) -> list[Array]:
    """Share of each row to take so that an amount is taken in all, by weight as far as the rows allow.

    Parameters
    ----------
    rows : list of (draw, area, row, x)
        What there is, one a stream.
    weights : list of (row,)
    amount : (draw, area, x)
        No more than there is.

    Returns
    -------
    list of (draw, area, row, x)
        Shares between 0 and 1. What the weights cannot give is taken evenly from what is left.
    """
    weighted = np.sum([(w[:, None] * r).sum(axis=-2) for r, w in zip(rows, weights, strict=True)], axis=0)
    level = _ratio(amount, weighted)[..., None, :]
    first = [np.minimum(level * w[:, None], 1.0) for w in weights]
    got = np.sum([(f * r).sum(axis=-2) for f, r in zip(first, rows, strict=True)], axis=0)
    rest = np.sum([((1.0 - f) * r).sum(axis=-2) for f, r in zip(first, rows, strict=True)], axis=0)
    more = np.minimum(_ratio(np.maximum(amount - got, 0.0), rest), 1.0)[..., None, :]
    return [f + (1.0 - f) * more for f in first]


def _spread(by_place: Array, sectors: list[int], into: Array) -> Array:
    """Move what stands under the foster sectors to where those children were in fact placed."""
    result = by_place.copy()
    result[..., sectors] = 0.0
    spread: Array = result + np.take(by_place, sectors, axis=-1).sum(axis=-1)[..., None] * into
    return spread


def _ratio(part: Array, whole: Array, empty: float = 0.0) -> Array:
    """Divide, with a stated answer where there is nothing to divide by."""
    ratio: Array = np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, empty), where=whole > 0)
    return ratio
