"""Rows of the tables that hold what was fitted to a council, as `simulator.data.council` reads them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.data.council import Council
from simulator.data.own_rates import of_leaving, of_moving
from simulator.returns.calibrate_council import FittedCouncil
from simulator.returns.codes import PLACES
from simulator.returns.exposure import EVENTS
from simulator.returns.rate_table import P10, P90, RateTable
from simulator.vocabulary.axes import AGE_BANDS, REASONS, STREAMS

Row = tuple[str | int | float, ...]

LEVELS = ("stream", "event", "events", "expected", "ratio", "pooled")
LEAVING = ("stream", "kind", "coefficient", "value", "sd", "with_level", "with_strength")
MOVING = ("stream", "coefficient", "value")
YEARLY = ("stream", "measure", "at_base", "log_sd", "step_per_year")
FIRST_PLACES = (
    "stream", "age_band", "placement", "starts", "council", "england", "pooled", "p10", "p90", "evidence",
)  # fmt: skip


def level_rows(table: RateTable) -> Iterator[Row]:
    """Yield events of each kind, those expected at England's rates over the same child-years, and ratios to these.

    The first ratio is that of what happened, the second that of what is fitted and pooled.
    """
    events = table.events.sum(axis=(1, 2, 3))
    expected, pooled = (
        (rate * table.child_years[..., None]).sum(axis=(1, 2, 3)) for rate in (table.england, table.pooled)
    )
    for s, e in np.argwhere(expected > 0):
        y, m = float(events[s, e]), float(expected[s, e])
        yield STREAMS[s], EVENTS[e], int(y), m, y / m, float(pooled[s, e]) / m


def leaving_rows(council: Council) -> Iterator[Row]:
    """Yield the coefficients of every kind of leaving, its mean and its split by reason."""
    for (stream, kind), one in council.leaving.items():
        columns = zip(of_leaving(), one.coefficient, one.sd, one.with_level, one.with_strength, strict=True)
        for name, *values in columns:
            yield stream, kind, name, *map(float, values)
        yield stream, kind, "log_mean", one.log_mean, 0.0, 0.0, 0.0
        for reason, ratio in zip(REASONS, one.reason_ratio, strict=True):
            yield stream, kind, f"reason_{reason}", float(ratio), 0.0, 0.0, 0.0


def moving_rows(council: Council) -> Iterator[Row]:
    """Yield the coefficients of moving, and what is not known of moves into each placement."""
    for stream, one in council.moving.items():
        for name, value in zip(of_moving(), one.coefficient, strict=True):
            yield stream, name, float(value)
        for place, sd in zip(PLACES, one.log_sd, strict=True):
            yield stream, f"log_sd_to_{place}", float(sd)


def yearly_rows(council: Council) -> Iterator[Row]:
    """Yield levels at the base, starts that would hold the children, and how far those move by themselves."""
    for (stream, measure), level in council.levels.items():
        yield stream, measure, level.mean, level.log_sd, level.sd_per_year
    yield "all", "starts_to_hold", council.hold, 0.0, 0.0
    yield "all", "no_change", float(council.stock.sum()), 0.0, council.no_change_sd


def first_place_rows(fitted: FittedCouncil) -> Iterator[Row]:
    """Yield shares of starts by first placement, pooled towards England's: Dirichlet-multinomial."""
    from scipy.special import betaincinv

    starts = np.sum([one.starts for one in fitted.seen], axis=0)
    evidence, england = fitted.council.first_places, fitted.council.first_places_of_england
    for s, b in np.argwhere(evidence.any(axis=-1)):
        low_age, high_age = tuple(AGE_BANDS.values())[b]
        seen, of = starts[s, low_age : high_age + 1].sum(axis=0), evidence[s, b]
        for place in np.flatnonzero(of):
            rest = of.sum() - of[place]
            low, high = (float(betaincinv(of[place], rest, p)) if rest > 0 else 1.0 for p in (P10, P90))
            yield (
                STREAMS[s], tuple(AGE_BANDS)[b], PLACES[place], int(seen[place]), float(seen[place] / seen.sum()),
                float(england[s, b, place]), float(of[place] / of.sum()), low, high, float(of[place]),
            )  # fmt: skip
