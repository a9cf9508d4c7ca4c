"""The back-test: forecasts from each origin in turn, each made from what was known then and from earlier forecasts.

A `Step` is everything that is forecast from one origin. It is a function of the panel cut at its origin and of the
steps before it, so that no later figure can reach it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.backtest import area_growth, select
from simulator.backtest.intervals import LEVELS, Spread, log_errors, quantiles, spread
from simulator.backtest.methods import METHODS
from simulator.backtest.methods.method import HORIZONS, Growth
from simulator.backtest.panel import COUNTS, Known, Panel, cut, known, outcomes
from simulator.backtest.score import cells, crps
from simulator.data.provenance import package_version
from simulator.runs.folders.system import flush

Array = NDArray[np.float64]

START = 1997
"""First origin: three years of growth."""
SPREAD_FROM = START + 2
"""First origin with past errors to measure a spread on."""
SCORED_FROM = {"england": 2004, "region": 2014, "authority": 2014}
SCORED_HORIZONS = {"england": HORIZONS, "region": 5, "authority": 5}

REFERENCE = "no_change"
HEADLINE = "weighed"
HINDSIGHT = "hindsight"
IN_BLEND = ("no_change", "last_trend", "damped", "ar1", "stock_flow_1", "stock_flow_3")
"""Methods that England's forecast weighs: those that need no optimiser."""
HINDSIGHT_BLEND = ("ar1", "stock_flow_1")
LABELS = {
    HEADLINE: "This model",
    "equal_weights": "This model, equal weights for England",
    "england_for_all": "This model, England's growth for everyone",
    HINDSIGHT: "Stock-flow and AR(1), picked after the event",
    **{method.name: method.label for method in METHODS},
}
"""Every method that is scored, in words."""


@dataclass(frozen=True)
class Step:
    """Forecasts from one origin.

    Attributes
    ----------
    known : Known
    growth : mapping of method to level to array (area, horizon)
        Median log growth.
    spread : mapping of method to level to Spread
        Empty before `SPREAD_FROM`.
    weights : array (method of `IN_BLEND`,)
    form : str
        Form of the local part; see `area_growth.FORMS`.
    terms : mapping of group to array (area, horizon, term)
    local : mapping of form to array (area, horizon)
        Log growth beyond England's under each form.
    """

    known: Known
    growth: Mapping[str, Growth]
    spread: Mapping[str, Mapping[str, Spread]]
    weights: Array
    form: str
    terms: Mapping[str, Array]
    local: Mapping[str, Array]

    @property
    def origin(self) -> int:
        """Year that the forecasts are made from."""
        return self.known.origin

    def quantiles(self, method: str, level: str, levels: Array = LEVELS) -> Array:
        """Return quantiles of children: (area, horizon, level)."""
        children = self.known.levels[level].children[:, -1]
        return quantiles(children, self.growth[method][level], self.spread[method][level], levels)


def own_growth(past: Panel) -> dict[str, Growth]:
    """Forecast with every method that takes each area by itself, from the last year of a panel."""
    now = known(past)
    return {method.name: method.growth(now) for method in METHODS}


def step(past: Panel, earlier: Sequence[Step], own: Mapping[str, Growth]) -> Step:
    """Forecast from the last year of a panel.

    Parameters
    ----------
    past : Panel
        What was known; see `cut`.
    earlier : sequence of Step
        Forecasts from all origins before.
    own : mapping of method to Growth
        See `own_growth`.
    """
    now = known(past)
    happened = {one.origin: outcomes(past, one.known) for one in earlier}
    weights = _england_weights(earlier, happened)
    terms = area_growth.terms(now) if now.authorities.areas else {}
    parts = _local_parts(now, terms, earlier, happened)
    form = _form(earlier, happened)
    blend = _mean(own, IN_BLEND, weights)
    equal, picked = (_mean(own, names, np.full(len(names), 1 / len(names))) for names in (IN_BLEND, HINDSIGHT_BLEND))
    growth = {
        **own,
        HEADLINE: _with_local(now, blend, parts[form]),
        "england_for_all": _with_local(now, blend, parts["none"]),
        "equal_weights": _with_local(now, equal, parts[form]),
        HINDSIGHT: _with_local(now, picked, parts["all"]),
    }
    spreads = {}
    if now.origin >= SPREAD_FROM:
        for name in growth:
            errors = {
                one.origin: (one.known, log_errors(one.growth[name], one.known, happened[one.origin]))
                for one in earlier
            }
            spreads[name] = spread(now, errors)
    return Step(now, growth, spreads, weights, form, terms, parts)


def _mean(own: Mapping[str, Growth], names: Sequence[str], weights: Array) -> Array:
    """Return the weighted mean of England's growth: (1, horizon)."""
    return np.asarray(np.tensordot(weights, np.stack([own[name]["england"] for name in names]), axes=1))


def _with_local(now: Known, england: Array, part: Array) -> Growth:
    """Add local parts to England's growth; regions are the sums of their authorities."""
    authority = england + part
    region = np.empty((len(now.regions.areas), HORIZONS))
    children = now.authorities.children[:, -1:]
    for r in range(len(region)):
        inside = now.region_of == r
        region[r] = np.log((children[inside] * np.exp(authority[inside])).sum(axis=0) / children[inside].sum())
    return {"authority": authority, "region": region, "england": england}


def _england_weights(earlier: Sequence[Step], happened: Mapping[int, Mapping[str, Array]]) -> Array:
    """Weigh methods by their past scores on England."""
    scored = [one for one in earlier if one.spread]
    scores = np.full((len(IN_BLEND), len(scored), select.HORIZONS), np.nan)
    for j, one in enumerate(scored):
        actual = happened[one.origin]["england"][0, : select.HORIZONS]
        for i, name in enumerate(IN_BLEND):
            ahead = one.quantiles(name, "england")[0, : len(actual)]
            scores[i, j, : len(actual)] = crps(ahead, actual) / one.known.england.children[0, -1]
    return select.weights(select.relative(scores, scores[IN_BLEND.index(REFERENCE)], select.FEWEST))


def _beyond(one: Step, happened: Mapping[str, Array]) -> Array:
    """Return actual log growth beyond England's, NaN where it is not known: (area, fitted horizon)."""
    flat = {level: np.zeros((len(series.areas), HORIZONS)) for level, series in one.known.levels.items()}
    grown = log_errors(flat, one.known, happened)
    return (grown["authority"] - grown["england"])[:, : area_growth.FIT_YEARS]


def _local_parts(
    now: Known, terms: Mapping[str, Array], earlier: Sequence[Step], happened: Mapping[int, Mapping[str, Array]]
) -> dict[str, Array]:
    """Fit every form on the past and forecast growth beyond England's: (area, horizon)."""
    past = [(one, _beyond(one, happened[one.origin])) for one in earlier if one.terms]
    nothing = np.zeros((len(now.authorities.areas), HORIZONS))
    parts = {}
    for form, groups in area_growth.FORMS.items():
        if not groups or not past:
            parts[form] = nothing
            continue
        coefficients = area_growth.ridge((one.known, area_growth.chosen(one.terms, form), grown) for one, grown in past)
        parts[form] = area_growth.beyond_england(area_growth.chosen(terms, form) @ coefficients)
    return parts


def _form(earlier: Sequence[Step], happened: Mapping[int, Mapping[str, Array]]) -> str:
    """Choose the form of the local part on mean absolute errors in the past."""
    past = [one for one in earlier if one.terms]
    errors = np.full((len(area_growth.FORMS), len(past), select.HORIZONS), np.nan)
    for j, one in enumerate(past):
        grown = _beyond(one, happened[one.origin])
        seen = np.isfinite(grown).any(axis=0)
        for i, form in enumerate(area_growth.FORMS):
            error = np.abs(grown - one.local[form][:, : area_growth.FIT_YEARS])
            errors[i, j, seen] = np.nanmean(error[:, seen], axis=0)
    scores = select.relative(errors, errors[list(area_growth.FORMS).index("none")], 1)
    return select.best(dict(zip(area_growth.FORMS, scores, strict=True)))


def steps(
    whole: Panel, last: int, blocks: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Step]:
    """Forecast from every origin up to one.

    Parameters
    ----------
    whole : Panel
    last : int
        Last origin.
    blocks : Path, optional
        Folder that keeps the slow forecasts of each origin, so that a stopped run goes on from them.
    progress : callable, optional
        Told how many origins are done, and of how many.
    """
    done: list[Step] = []
    for origin in range(START, last + 1):
        past = cut(whole, origin)
        done.append(step(past, done, _kept(past, blocks)))
        if progress:
            progress(origin - START + 1, last - START + 1)
    return done


def _kept(past: Panel, blocks: Path | None) -> dict[str, Growth]:
    """Return `own_growth`, from its file if there is one."""
    if blocks is None:
        return own_growth(past)
    path = blocks / f"{past.england.last_year}-{_digest(past)}.npz"
    if path.exists():
        with np.load(path) as file:
            found: dict[str, dict[str, Array]] = {}
            for key in file.files:
                name, level = key.split("/")
                found.setdefault(name, {})[level] = file[key]
        return {name: dict(levels) for name, levels in found.items()}
    own = own_growth(past)
    blocks.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    arrays: dict[str, Any] = {f"{name}/{level}": array for name, one in own.items() for level, array in one.items()}
    np.savez(part, **arrays)
    flush(part)
    part.replace(path)
    return own


def _digest(past: Panel) -> str:
    """Return a short hash of the version and of everything that is known, so that old blocks are not used."""
    digest = hashlib.sha256(package_version().encode())
    for series in (past.authorities, past.england):
        for name in COUNTS:
            digest.update(np.ascontiguousarray(getattr(series, name)).tobytes())
    return digest.hexdigest()[:16]


def scored(whole: Panel, done: Sequence[Step]) -> dict[tuple[str, str], NDArray[np.void]]:
    """Score every method at every level on all that happened: (method, level) to `score.CELL` rows."""
    return {
        (name, level): np.concatenate(list(_cells(whole, done, name, level)))
        for name in LABELS
        for level in SCORED_FROM
    }


def _cells(whole: Panel, done: Sequence[Step], name: str, level: str) -> Iterator[NDArray[np.void]]:
    for one in done:
        if SCORED_FROM[level] <= one.origin < whole.england.last_year:
            series = one.known.levels[level]
            actual = outcomes(whole, one.known)[level][:, : SCORED_HORIZONS[level]]
            ahead = one.quantiles(name, level)[:, : actual.shape[1]]
            yield cells(one.origin, series.areas, series.children[:, -1], ahead, actual)
