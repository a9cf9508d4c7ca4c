"""Starts and exits of each year, forecast and scored as children are.

This model holds England's starts and exit rate where they are: no rule of thumb has done better. An area keeps to
England as its past says: the log of its starts over England's (of its exit rate over England's) is a level that drifts,
seen with chance that falls with size, and what stands at the origin is its Kalman filter (Durbin and Koopman 2012, Time
Series Analysis by State Space Methods, section 2.2). Exits fall on the children that this model forecasts.

The drift and the dispersion are round figures of the study of the same tables. Half or twice of either moves skill by
0.02 at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.intervals import Spread, log_errors, quantiles, spread
from simulator.backtest.methods import autoregressive, naive
from simulator.backtest.methods.method import HORIZONS, Array, Growth, Method, each_level
from simulator.backtest.origins import HEADLINE, LABELS, SCORED_FROM, Step
from simulator.backtest.panel import Known, Panel, Series, cut, outcomes
from simulator.backtest.score import cells

FLOWS = {"starts": "starts", "exits": "ceased"}
"""Flows that are scored, and the name of their counts in a panel."""
SCORED_HORIZONS = 5
MEAN_YEARS = 3
STEP_VARIANCE = {"starts": 0.12**2, "exits": 0.065**2}
"""Variance of a year's step of the log of an area's rate."""
DISPERSION = 1.75
"""Variance of a count over its mean: 1 would be chance alone."""


def of_mean(series: Series) -> Array:
    """Hold the mean of the last years: (area, horizon)."""
    counts = series.children[:, -MEAN_YEARS:]
    return np.repeat(np.log(counts.mean(axis=1) / counts[:, -1])[:, None], HORIZONS, axis=1)


METHODS = (
    *naive.METHODS,
    Method("mean", "Mean of three years", each_level(of_mean)),
    *autoregressive.METHODS,
)
"""Methods that take each area's counts by themselves; the first is what the others are compared with."""
FLOW_LABELS = {HEADLINE: LABELS[HEADLINE], **{method.name: method.label for method in METHODS}}


@dataclass(frozen=True)
class FlowForecasts:
    """Forecasts of one flow from one origin.

    Attributes
    ----------
    known : Known
        What was known, with counts of the flow in the place of children.
    growth : mapping of method to level to array (area, horizon)
        Median log growth of the flow since the origin's year.
    spread : mapping of method to level to Spread
        Empty before England's first scored origin.
    """

    known: Known
    growth: Mapping[str, Growth]
    spread: Mapping[str, Mapping[str, Spread]]


def _swapped(series: Series, flow: str) -> Series:
    return replace(series, children=getattr(series, FLOWS[flow]))


def panel_of(whole: Panel, flow: str) -> Panel:
    """Return a panel with counts of a flow in the place of children."""
    return Panel(_swapped(whole.authorities, flow), _swapped(whole.england, flow))


def _known_of(known: Known, flow: str) -> Known:
    return replace(
        known,
        authorities=_swapped(known.authorities, flow),
        regions=_swapped(known.regions, flow),
        england=_swapped(known.england, flow),
    )


def standing(ratio: Array, count: Array, step_variance: float) -> Array:
    """Return the filtered level of each area at the last year: (area,).

    Parameters
    ----------
    ratio : array (area, year)
        Log of the area's rate over England's.
    count : array (area, year)
        Children it was measured on.
    step_variance : float
        Variance of a year's step of the level.
    """
    chance = DISPERSION / count
    level, variance = ratio[:, 0], chance[:, 0]
    for year in range(1, ratio.shape[1]):
        variance = variance + step_variance
        gain = variance / (variance + chance[:, year])
        level = level + gain * (ratio[:, year] - level)
        variance = variance * (1 - gain)
    return level


def exit_rates(series: Series) -> Array:
    """Return exits per child of a year's mean stock, from the second year on: (area, year)."""
    return np.asarray(2 * series.ceased[:, 1:] / (series.children[:, 1:] + series.children[:, :-1]))


def growth_of_starts(known: Known) -> Growth:
    """Forecast starts: England's held, each area's share of them as it stands."""

    def growth(series: Series) -> Array:
        ratio = np.log(series.starts / known.england.starts[:, -series.starts.shape[1] :])
        return _held(standing(ratio, series.starts, STEP_VARIANCE["starts"]) - ratio[:, -1])

    return each_level(growth)(known)


def growth_of_exits(known: Known, children: Growth) -> Growth:
    """Forecast exits: England's rate held, each area's beside it as it stands, on the children that are forecast."""
    england = exit_rates(known.england)

    def growth(series: Series) -> Array:
        rate = exit_rates(series)
        ratio = np.log(rate / england[:, -rate.shape[1] :])
        return _held(standing(ratio, series.ceased[:, 1:], STEP_VARIANCE["exits"]) - ratio[:, -1])

    rates = each_level(growth)(known)
    return {level: rates[level] + _growth_of_mean(series, children[level]) for level, series in known.levels.items()}


def _growth_of_mean(series: Series, children: Array) -> Array:
    """Return log growth of the mean of children at a year's two ends, from log growth of children: (area, horizon)."""
    if not series.areas:
        return children
    stock = series.children[:, -1:] * np.exp(np.pad(children, ((0, 0), (1, 0))))
    return np.asarray(np.log((stock[:, 1:] + stock[:, :-1]) / (series.children[:, -1:] + series.children[:, -2:-1])))


def _held(level: Array) -> Array:
    return np.repeat(level[:, None], HORIZONS, axis=1)


def forecasts(whole: Panel, done: Sequence[Step], flow: str) -> Iterator[FlowForecasts]:
    """Forecast a flow from every origin, each from what was known then and from earlier forecasts."""
    counts = panel_of(whole, flow)
    earlier: list[FlowForecasts] = []
    for one in done:
        now = _known_of(one.known, flow)
        own = growth_of_starts(one.known) if flow == "starts" else growth_of_exits(one.known, one.growth[HEADLINE])
        growth = {HEADLINE: own, **{method.name: method.growth(now) for method in METHODS}}
        spreads = {}
        if one.origin >= SCORED_FROM["england"]:
            past = cut(counts, one.origin)
            happened = {then.known.origin: outcomes(past, then.known) for then in earlier}
            for name in growth:
                errors = {
                    then.known.origin: (
                        then.known,
                        log_errors(then.growth[name], then.known, happened[then.known.origin]),
                    )
                    for then in earlier
                }
                spreads[name] = spread(now, errors)
        earlier.append(FlowForecasts(now, growth, spreads))
        yield earlier[-1]


def all_forecasts(whole: Panel, done: Sequence[Step]) -> dict[str, list[FlowForecasts]]:
    """Forecast every flow from every origin."""
    return {flow: list(forecasts(whole, done, flow)) for flow in FLOWS}


def scored(whole: Panel, made: Mapping[str, Sequence[FlowForecasts]]) -> dict[tuple[str, str, str], NDArray[np.void]]:
    """Score every method at every level: (flow, method, level) to `score.CELL` rows, shares of the origin's flow."""
    rows: dict[tuple[str, str, str], list[NDArray[np.void]]] = {}
    for flow, all_ahead in made.items():
        counts = panel_of(whole, flow)
        for ahead in all_ahead:
            known = ahead.known
            happened = outcomes(counts, known)
            for level, series in known.levels.items():
                actual = happened[level][:, :SCORED_HORIZONS]
                if known.origin < SCORED_FROM[level] or not actual.shape[1]:
                    continue
                last = series.children[:, -1]
                for name, spreads in ahead.spread.items():
                    levels = quantiles(last, ahead.growth[name][level], spreads[level])[:, : actual.shape[1]]
                    table = cells(known.origin, series.areas, last, levels, actual)
                    rows.setdefault((flow, name, level), []).append(table)
    return {key: np.concatenate(tables) for key, tables in rows.items()}


def split(whole: Panel, done: Sequence[Step], made: Mapping[str, Sequence[FlowForecasts]], level: str) -> Array:
    """Return mean absolute errors of children, and of all starts and of all exits until then: (part, horizon).

    All are of medians, in per cent of children at the origin, over the origins that are scored.
    """
    parts: list[list[Array]] = [[], [], []]
    for one, *flows in zip(done, *made.values(), strict=True):
        if not SCORED_FROM[level] <= one.origin < whole.england.last_year:
            continue
        children = one.known.levels[level].children[:, -1:]
        errors = [_errors(whole, one.known, one.growth[HEADLINE], level)]
        for flow, ahead in zip(made, flows, strict=True):
            yearly = _errors(panel_of(whole, flow), ahead.known, ahead.growth[HEADLINE], level)
            errors.append(np.cumsum(yearly, axis=1))
        for part, error in zip(parts, errors, strict=True):
            part.append(100 * np.abs(error) / children)
    return np.array([np.nanmean(np.concatenate(part), axis=0) for part in parts])


def _errors(whole: Panel, then: Known, growth: Growth, level: str) -> Array:
    """Return outcome less forecast: (area, horizon), NaN where nothing happened yet."""
    actual = outcomes(whole, then)[level][:, :SCORED_HORIZONS]
    width = actual.shape[1]
    errors = np.full((len(actual), SCORED_HORIZONS), np.nan)
    errors[:, :width] = actual - then.levels[level].children[:, -1:] * np.exp(growth[level][:, :width])
    return errors
