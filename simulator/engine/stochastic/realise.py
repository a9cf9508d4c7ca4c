"""The month loop of whole children: rates in, paths out, as from the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fostering import PlaceShares
from simulator.engine.paths import Paths
from simulator.engine.plain import OperatorsByRow, follow, make_grids
from simulator.engine.rates import areas_of_draws, side_by_side
from simulator.engine.step import Operators, home_operators
from simulator.engine.stochastic.individuals import Event, InCare, Seen, Stream, join, pick, take
from simulator.engine.stochastic.keyed import key_of

if TYPE_CHECKING:
    from simulator.engine.rates import FosterRates, Rates

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Follow = Callable[["Rates", NDArray[np.intp]], tuple[Mapping[str, Any], PlaceShares | None]]
"""An engine that runs the expected path, as :func:`simulator.engine.plain.follow` does."""


def realise(
    rates: Rates,
    band_of_age: NDArray[np.intp],
    names: Sequence[object],
    areas: Sequence[str],
    expected: Follow = follow,
) -> Paths:
    """Run all months with whole children.

    Parameters
    ----------
    rates : Rates
        One draw.
    band_of_age : (age,) int
    names : sequence
        What the random numbers of this draw hang on, such as the seed and the number of the draw.
    areas : sequence of str
        Each area has random numbers of its own, whichever others are run.
    expected : callable
        What runs the expected path.

    Returns
    -------
    Paths
        Whole numbers of children; foster households, and the state at the end, are those of the expected path.
    """
    return _realised(rates, band_of_age, [(*names, area) for area in areas], expected)


def realise_draws(
    many: Sequence[Rates],
    band_of_age: NDArray[np.intp],
    names: Sequence[Sequence[object]],
    areas: Sequence[str],
    expected: Follow = follow,
) -> Paths:
    """Run draws of one scenario with whole children, side by side: what one gives does not depend on the others.

    Parameters
    ----------
    many : sequence of Rates
        One draw each.
    band_of_age : (age,) int
    names : sequence of sequence
        By draw; as in :func:`realise`.
    areas : sequence of str
    expected : callable
        As in :func:`realise`.

    Returns
    -------
    Paths
        With the draws on their axis.
    """
    if len(many) == 1:
        return realise(many[0], band_of_age, names[0], areas, expected)
    shape = (len(many), len(areas))
    of_areas = [(*of, area) for of in names for area in areas]
    paths = _realised(areas_of_draws(side_by_side(many), shape), band_of_age, of_areas, expected)

    def apart(values: Array) -> Array:
        whole = np.broadcast_to(values, (1, shape[0] * shape[1], *values.shape[2:]))
        return whole.reshape(*shape, *values.shape[2:])

    found: dict[str, Any] = {
        name: tuple(map(apart, values)) if isinstance(values, tuple) else apart(values)
        for name, values in vars(paths).items()
    }
    return Paths(**found)


def _realised(
    rates: Rates, band_of_age: NDArray[np.intp], areas: Sequence[Sequence[object]], expected: Follow
) -> Paths:
    """Run all months of one draw; `areas` are what the random numbers of each hang on."""
    beside, shares = expected(rates, band_of_age)
    tally = _Tally.over(rates, len(areas), band_of_age)
    for s, (one, grid) in enumerate(zip(rates.streams, make_grids(rates), strict=True)):
        key = np.concatenate([key_of(*names, s) for names in areas])
        _live(rates, Stream(one, grid, home_operators(one), key, rates.place_groups), s, shares, tally)
    return tally.paths(beside)


def _live(rates: Rates, stream: Stream, s: int, shares: PlaceShares | None, tally: _Tally) -> None:
    """Let the children of a stream live through all months, and count them."""
    width, known = stream.grid.width, OperatorsByRow(stream.rates, stream.grid)
    care, home = stream.open()
    tally.see_stock(s, 0, care, stream.ages(care, 0.0))
    for month in range(rates.months):
        seen = Seen()
        ops = _of_areas(known.at(month), len(stream.key))
        care, entrants, home = stream.live(month, ops, care, home, seen)
        if shares is not None and rates.foster is not None:
            care, entrants = _fill(stream, rates.foster, shares.at_month(month), s, month, care, entrants, seen)
        care = join(care, entrants)
        tally.see_flows(s, month, stream, seen)
        elapsed = (month + 1) % width
        if elapsed == 0:
            care, home = replace(care, row=care.row + 1), replace(home, row=home.row + 1)
            home = take(home, home.row < stream.grid.rows)  # those who turned 18 after going home
        tally.see_stock(s, month + 1, care, stream.ages(care, float(elapsed)))


def _of_areas(ops: Operators, areas: int) -> Operators:
    """Give every array its full area axis."""
    full = {f.name: getattr(ops, f.name) for f in fields(ops)}
    return Operators(**{name: np.broadcast_to(a, (1, areas, *a.shape[2:])) for name, a in full.items()})


def _fill(
    stream: Stream,
    foster: FosterRates,
    shares: PlaceShares,
    s: int,
    month: int,
    care: InCare,
    entrants: InCare,
    seen: Seen,
) -> tuple[InCare, InCare]:
    """Fill foster places as on the expected path: some lose theirs, some step down, some who come in find none."""
    areas = len(stream.key)
    lose, into = (np.broadcast_to(x[s], (1, areas, *x[s].shape[2:]))[0] for x in (shares.lose, shares.into))
    down = np.broadcast_to(shares.step_down, (1, areas, 2))[0]
    sectors = np.array([foster.council, foster.independent])

    def find(children: InCare, what: Event) -> Ints:
        return np.minimum(
            pick(into[children.area, children.row], stream.draw(month, what, children)), into.shape[-1] - 1
        )

    place = care.place.copy()
    for i, sector in enumerate(sectors):
        losing = (care.place == sector) & (stream.draw(month, Event.LOSE, care) < lose[care.area, care.row, i])
        place[losing] = find(take(care, losing), Event.INTO)
    waiting = np.isin(care.place, foster.queued)
    step = pick(down[care.area[waiting]], stream.draw(month, Event.STEP_DOWN, take(care, waiting)))
    place[waiting] = np.where(step < len(sectors), np.append(sectors, -1)[step], care.place[waiting])
    seen.moves.append((care.area, care.place, place))

    def settle(children: InCare) -> InCare:
        seeks = np.isin(children.place, sectors)
        settled = children.place.copy()
        settled[seeks] = find(take(children, seeks), Event.ENTRY_INTO)
        return replace(children, place=settled)

    seen.starts = [(settle(children), age) for children, age in seen.starts]
    already, (came, reason) = seen.exits
    seen.exits = [already, (settle(came), reason)]
    return replace(care, place=place), settle(entrants)


@dataclass(frozen=True)
class _Tally:
    """Counts of children, by the names that they have in paths, whose draw axis is of size 1."""

    counts: Mapping[str, Array]
    groups: NDArray[np.intp]
    bands: NDArray[np.intp]

    @classmethod
    def over(cls, rates: Rates, areas: int, bands: NDArray[np.intp]) -> _Tally:
        """Start counts at zero."""
        streams, months = len(rates.streams), rates.months
        places, reasons = rates.streams[0].place_exit_per_year.shape[-2:]
        by_band = (streams, int(bands.max()) + 1)
        groups = (int(rates.place_groups.max()) + 1,)
        shapes = {
            "starts": (*by_band, places), "exits": (*by_band, places), "exits_by_reason": (*by_band, reasons),
            "returns": (streams,), "moves_in": groups, "moves_out": groups, "balancing": (streams, places),
        }  # fmt: skip
        counts = {name: np.zeros((1, areas, months, *shape)) for name, shape in shapes.items()}
        counts["children"] = np.zeros((1, areas, months + 1, *by_band, places))
        return cls(counts, rates.place_groups, bands)

    def paths(self, expected: Mapping[str, Any]) -> Paths:
        """Return what was counted, and what is not as expected, for every area (`simulator.engine.plain.follow`)."""
        areas = self.counts["children"].shape[1]
        full: dict[str, Any] = {
            name: np.broadcast_to(a, (1, areas, *a.shape[2:])) if isinstance(a, np.ndarray) else a
            for name, a in expected.items()
        }
        return Paths(**full | dict(self.counts))

    def see_stock(self, s: int, instant: int, care: InCare, ages: Ints) -> None:
        """Count the children in care at an instant."""
        _count(self.counts["children"][0, :, instant, s], care.area, self.bands[ages], care.place)

    def see_flows(self, s: int, month: int, stream: Stream, seen: Seen) -> None:
        """Count what happened in a month."""
        middle = month % stream.grid.width + 0.5
        for children, reason in seen.exits:
            band = self.bands[stream.ages(children, middle)]
            _count(self.counts["exits"][0, :, month, s], children.area, band, children.place)
            _count(self.counts["exits_by_reason"][0, :, month, s], children.area, band, reason)
        for children, age in seen.starts:
            _count(self.counts["starts"][0, :, month, s], children.area, self.bands[age], children.place)
        for area in seen.back:
            _count(self.counts["returns"][0, :, month, s], area)
        for area, origin, to in seen.moves:
            apart = self.groups[origin] != self.groups[to]
            _count(self.counts["moves_out"][0, :, month], area[apart], self.groups[origin[apart]])
            _count(self.counts["moves_in"][0, :, month], area[apart], self.groups[to[apart]])
        for children, sign in seen.residual:
            _count(self.counts["balancing"][0, :, month, s], children.area, children.place, by=sign)


def _count(into: Array, *where: NDArray[np.intp], by: float = 1.0) -> None:
    """Add to some positions, once for each child."""
    np.add.at(into, where, by)
