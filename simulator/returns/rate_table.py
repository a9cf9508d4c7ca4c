"""Every rate of a council by cell: its own, England's, and pooled, with intervals.

A pooled rate starts from what was fitted to the whole record (`simulator.returns.fit_leaving`,
`simulator.returns.fit_moves`). Cells differ from it, by how much they show themselves, at least by as much as cells of
made-up councils do; so each is a gamma distribution about it, and as uncertain as both
(`simulator.returns.pool_rates`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.data.own_rates import KINDS
from simulator.returns.calibrate_council import FittedCouncil
from simulator.returns.codes import PLACES
from simulator.returns.exposure import EVENTS, EXITS, TIMES, UNKNOWN_TIME
from simulator.returns.national import National
from simulator.returns.pool_rates import GammaPosterior, pool_cells, strength
from simulator.vocabulary.axes import REASONS, STREAMS

Array = NDArray[np.float64]

MOST_EVENTS = 12.0
"""Most events that what was fitted is worth in a cell: cells differ from it by 29 per cent at least, 1 / sqrt(12), as
those of made-up councils do whose hazards are lognormal about a pattern with 0.3 and more."""

P10, P90 = 0.1, 0.9


@dataclass(frozen=True)
class RateTable:
    """Rates by cell; each is (stream, age, time, place, event) unless it says otherwise.

    Attributes
    ----------
    events : int
    child_years : (stream, age, time, place)
    england, pooled, low, high, weight
        `england` is what the council is pooled towards: of moves the gross ones that are taken for England's. `low` and
        `high` hold the middle 80 per cent; `weight` is that of the council's own cell.
    starts_seen, starts, starts_low, starts_high, starts_england : (stream, age)
        A year.
    years : int
    """

    events: Array
    child_years: Array
    england: Array
    pooled: Array
    low: Array
    high: Array
    weight: Array
    starts_seen: Array
    starts: Array
    starts_low: Array
    starts_high: Array
    starts_england: Array
    years: int


def pooled_rates(fitted: FittedCouncil, prior: National) -> RateTable:
    """Work out all rates of a council."""
    events = np.sum([one.events[:, :, :UNKNOWN_TIME] for one in fitted.seen], axis=0).astype(float)
    years = np.sum([one.child_years[:, :, :UNKNOWN_TIME] for one in fitted.seen], axis=0)
    england, pooled, low, high, weight = np.zeros((5, *events.shape))
    for s, stream in enumerate(STREAMS):
        if stream not in fitted.leaving:
            continue
        for e, (rate, log_sd, of_england) in enumerate(_fitted_events(fitted, stream, prior.rate[s])):
            england[s, ..., e] = of_england
            cells = (years[s] > 0) & (rate > 0)
            if not cells.any():
                continue
            y, at_risk, mean = events[s, ..., e][cells], years[s][cells], rate[cells]
            told = min(strength(y, mean * at_risk), MOST_EVENTS)
            shape = 1.0 / np.maximum(log_sd[cells], 1e-3) ** 2
            found, own = pool_cells(y, at_risk, mean, told, (np.ones_like(mean), shape))
            for table, values in (
                (pooled, found.mean), (low, found.quantile(P10)), (high, found.quantile(P90)), (weight, own),
            ):  # fmt: skip
                table[s, ..., e][cells] = values
    return RateTable(events, years, england, pooled, low, high, weight, *_starts(fitted, prior), len(fitted.seen))


def _fitted_events(fitted: FittedCouncil, stream: str, england: Array) -> Iterator[tuple[Array, Array, Array]]:
    """Yield what was fitted of each kind of event, the spread of its log, and England's: (age, time, place) each.

    England's moves are the gross ones that a council's are fitted towards: its net ones are a hundredth of them where
    as many go one way as the other.
    """
    for reason in EXITS:
        kind = next(name for name, reasons in KINDS[stream].items() if reason in reasons)
        one = fitted.leaving[stream][kind]
        of_kind = [EXITS.index(each) for each in KINDS[stream][kind]]
        bent = np.maximum(england[..., of_kind], 1e-6) * [
            one.leaving.reason_ratio[REASONS.index(EXITS[i])] for i in of_kind
        ]
        share = bent[..., of_kind.index(EXITS.index(reason))] / bent.sum(axis=-1)
        yield one.rate * share, one.log_sd, england[..., EXITS.index(reason)]
    moves = fitted.moves[stream]
    for to in range(len(PLACES)):
        yield *moves.into(to), moves.england[..., to]


def _starts(fitted: FittedCouncil, prior: National) -> tuple[Array, Array, Array, Array, Array]:
    """Return starts a year by age: seen, pooled, either end of the middle 80 per cent, and England's at the total."""
    seen = np.sum([one.starts.sum(axis=-1) for one in fitted.seen], axis=0) / len(fitted.seen)
    pooled, low, high, england = np.zeros((4, *seen.shape))
    for s, stream in enumerate(STREAMS):
        level = fitted.council.levels.get((stream, "starts"))
        ages = np.flatnonzero(fitted.starts_evidence[s])
        if level is None:
            continue
        mean, evidence = fitted.council.starts[s, ages], fitted.starts_evidence[s, ages]
        found = GammaPosterior(mean, 1.0 / (1.0 / evidence + level.log_sd**2))
        pooled[s, ages], low[s, ages], high[s, ages] = mean, found.quantile(P10), found.quantile(P90)
        england[s] = prior.starts_per_year[s] / prior.starts_per_year[s].sum() * seen[s].sum()
    return seen, pooled, low, high, england


def rows(table: RateTable) -> Iterator[tuple[str | int | float, ...]]:
    """Yield the rows of rates.csv: starts by age, then leaving and moving by cell."""
    for s, age in np.argwhere(table.starts > 0):
        of = (s, age)
        yield (
            STREAMS[s], int(age), "", "", "start", round(table.starts_seen[of] * table.years), float(table.years),
            table.starts_seen[of], table.starts_england[of], table.starts[of], table.starts_low[of],
            table.starts_high[of], "",
        )  # fmt: skip
    s, e, age, time, place = np.nonzero(np.moveaxis(table.pooled, -1, 1) > 0)
    at, years = (s, age, time, place, e), table.child_years[s, age, time, place]
    events = table.events[at]
    yield from zip(
        [STREAMS[i] for i in s], age.tolist(), [TIMES[i] for i in time], [PLACES[i] for i in place],
        [EVENTS[i] for i in e], events.astype(int).tolist(), years.tolist(), (events / years).tolist(),
        *(rate[at].tolist() for rate in (table.england, table.pooled, table.low, table.high, table.weight)),
        strict=True,
    )  # fmt: skip


COLUMNS = (
    "stream", "age", "time_in_care", "placement", "event", "events", "years", "council", "england", "pooled", "p10",
    "p90", "weight",
)  # fmt: skip
