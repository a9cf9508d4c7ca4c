"""What pooling recovers of made-up councils whose rates are known, by the engine itself.

Councils vary as England's have been measured to. Whole children live in each for three years; tables like the published
ones are counted from them; levels are estimated from those tables alone; and draws of levels, of rates that walk and
of luck say where the stock may stand five years on. Then the same children live on for five years.

``python studies/council_study.py`` runs the whole study on some seeds and writes its figures into docs/areas.md. It
takes about two minutes a seed and 2 GB.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray

import simulator
from simulator.baseline.authorities import Authorities, pick
from simulator.baseline.england import load_baseline
from simulator.baseline.estimate_leaving import UNEXPLAINED_LOG_LEVEL
from simulator.baseline.estimate_levels import estimate, published_levels
from simulator.baseline.estimate_starts import is_port, shares_of_bands, starts_by_stream
from simulator.baseline.levels import COST_LINES, Levels
from simulator.baseline.national_stream import LEVELS_TRIED, PARTS, NationalStream, national_streams
from simulator.baseline.placement_levels import as_england
from simulator.baseline.pool_years import pool_years
from simulator.baseline.pooling import Pooled
from simulator.baseline.random_walk import BEFORE_18_SHARE, random_walks
from simulator.baseline.response import respond
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.authority_tables import BANDS, PLACEMENT_GROUPS, Published, group_of_place, published
from simulator.engine.compiled.backend import run_compiled
from simulator.engine.plain import run
from simulator.engine.rates import Rates
from simulator.engine.stochastic import realise
from simulator.projection.compile import compile_scenario
from simulator.projection.localise import localise, parameters
from simulator.uncertainty import sample
from simulator.vocabulary import placements
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

HISTORY, AHEAD = 3, 5
"""Years of tables, and years from the last of them to the stock that is forecast."""

REGIONS = 9
SMALL = 200
CHILDREN_PER_HEAD = 0.0069
Z80 = 1.2816
TOGETHER = 25
"""Councils whose children live at once, so that memory stays small."""
SEEDS = (201, 202, 203)
"""Seeds that nothing was set on."""

NO_EVENT = 1e-6
"""Raw rate where there was no event."""
TRIES = 20_000
"""Councils made up for each that the best estimate is sought of."""


@dataclass(frozen=True)
class Found:
    """What a study found.

    Attributes
    ----------
    inside : dict of str to float
        Share of councils inside 80% intervals: of rates, and of the stock five years on.
    error : dict of str to (pooled, raw, best)
        Mean squared errors of rates of councils under 200 children: pooled, as counted in the same three years, and the
        least that is possible when it is known how all councils vary (NaN where it was not worked out).
    """

    inside: dict[str, float]
    error: dict[str, tuple[float, float, float]]

    @property
    def gain(self) -> dict[str, float]:
        """How much smaller the mean squared error is than that of raw rates."""
        return {name: raw / pooled for name, (pooled, raw, _) in self.error.items()}


def mean(found: Sequence[Found]) -> Found:
    """Return the mean of some studies."""
    inside = {name: float(np.mean([one.inside[name] for one in found])) for name in found[0].inside}
    error = {name: np.mean([one.error[name] for one in found], axis=0) for name in found[0].error}
    return Found(inside, {name: (float(e[0]), float(e[1]), float(e[2])) for name, e in error.items()})


@dataclass(frozen=True)
class Varies:
    """How levels vary: ``within`` is their variance in a region over the square of its mean, ``between`` the standard
    deviation of the logs of regions' means.
    """

    within: float
    between: float

    def regions(self, rng: np.random.Generator) -> Array:
        """Draw means of regions: (region,)."""
        return np.exp(rng.normal(0.0, self.between, REGIONS))

    def levels(self, rng: np.random.Generator, means: Array) -> Array:
        """Draw levels about the means of their regions."""
        drawn: Array = means * rng.gamma(1.0 / self.within, self.within, means.shape)
        return drawn


@cache
def measured() -> tuple[dict[str, Varies], tuple[Varies, ...]]:
    """Return how levels of England's authorities vary, and how the share of each age band in their starts does.

    Those of starts by maximum likelihood from the tables of three years; those of leaving by the variance of what is
    estimated and what is not known of it. Kent, a port, is left out of arrivals and leaving.
    """
    data, levels = published(), published_levels()
    flows = starts_by_stream(data, national_streams(load_baseline(LATEST_BASE)))
    found = {
        "starts": _of(pool_years("starts", flows[0].sum(axis=-1), data.population, data.group)),
        "uasc_starts": _of(
            pool_years("uasc_starts", data.uasc_starts, data.population, data.group, apart=is_port(data.uasc_starts))
        ),
    }
    stay = ~is_port(data.uasc_starts)
    for name, level in (("exits", levels.exits), ("uasc_exits", levels.uasc_exits)):
        log, group = np.log(level[stay]), data.group[stay]
        regions = np.bincount(group, log) / np.bincount(group)
        unknown = levels.spread[name][stay] ** 2 - UNEXPLAINED_LOG_LEVEL**2
        found[name] = Varies(float(np.var(log - regions[group]) + unknown.mean()), float(regions.std()))
    return found, tuple(_of(one) for one in shares_of_bands(flows[0], data.group))


def _of(pooled: Pooled) -> Varies:
    return Varies(pooled.within, pooled.between)


@dataclass(frozen=True)
class Councils:
    """Made-up councils: (area,) each, and means of their regions.

    Attributes
    ----------
    size : children
    region : int
    starts_mean : of levels of starts
    bands_mean : (area, band)
        Of shares of age bands.
    """

    size: Array
    region: Ints
    starts_mean: Array
    bands_mean: Array

    def of(self, one: int, times: int) -> Councils:
        """Return one council many times."""
        again = np.full(times, one)
        return Councils(self.size[again], self.region[again], self.starts_mean[again], self.bands_mean[again])

    def starts(self, rng: np.random.Generator, usual: Array) -> Array:
        """Draw resident starts a year: (area, band).

        Parameters
        ----------
        rng : Generator
        usual : (band,)
            Of England, for a child.
        """
        varies, bands = measured()
        level = varies["starts"].levels(rng, self.starts_mean)
        share = np.stack([one.levels(rng, self.bands_mean[:, b]) for b, one in enumerate(bands)], axis=1) * usual
        drawn: Array = (self.size * level * usual.sum() / share.sum(axis=1))[:, None] * share
        return drawn


def _councils(rng: np.random.Generator, number: int, largest: float) -> Councils:
    """Make up councils of 50 children to `largest`."""
    size = np.exp(rng.uniform(np.log(50.0), np.log(largest), number))
    region = np.arange(number) % REGIONS
    varies, bands = measured()
    by_band = np.stack([one.regions(rng)[region] for one in bands], axis=1)
    return Councils(size, region, varies["starts"].regions(rng)[region], by_band)


@cache
def study(number: int, draws: int, largest: float, seed: int) -> Found:
    """Run the study on some councils of 50 children to `largest`."""
    rng = np.random.default_rng(seed)
    councils = _councils(rng, number, largest)
    whole = _england(councils.size.sum())
    truth = _made_up(rng, councils, whole)
    rates, _ = localise(whole, _areas(truth), {})
    rates = _over_years(rng, rates)
    lived = _lived(rates, truth.codes, seed)
    tables = _tables(lived, councils, truth.codes)
    later = _later(whole, tables)
    known = {
        name: NationalStream(
            one, later.cohort_months, respond(one, later.cohort_months, LEVELS_TRIED[name], PARTS[name])
        )
        for name, one in zip(STREAMS, later.streams, strict=True)
    }
    levels = estimate(tables, known)
    real = _rates(truth, tables)
    low, high = _forecast(later, levels, draws, seed)
    happened = lived.children[:, -1].sum(axis=(1, 2, 3))
    inside = {**_inside(real, levels, tables), "stock": float(((low <= happened) & (happened <= high)).mean())}
    small = tables.stock_by_band[:, -1].sum(axis=1) < SMALL
    best = _best_starts(rng, councils, _usual(whole), starts_by_stream(tables, known)[0], small)
    estimates = [_rates(one, tables) for one in (levels, _raw(tables, known))]
    return Found(inside, _errors(real, *estimates, best / tables.population[:, -1:], small))


def _england(children: float) -> Rates:
    """Return England's rates of the status quo, of some size, with foster places as needed."""
    held = {"placement_trend": "none", "real_price_growth": "none"}
    loaded = simulator.load({"name": "Held", "extends": "status-quo", "assumptions": held}).in_areas((ENGLAND,))
    scenario = loaded.scenario
    end = scenario.calendar[0] + (12 * (HISTORY + AHEAD) - 1)
    rates = compile_scenario(scenario.model_copy(update={"end": end})).rates
    scale = children / sum(stream.opening.sum() for stream in rates.streams)
    # few leave before 18 where they do not pass through
    pace = {"resident": 1.0, "uasc": float(np.median(published_levels().uasc_exits))}
    streams = tuple(
        replace(
            stream,
            opening=stream.opening * scale,
            opening_home=stream.opening_home * scale,
            new_starts_per_month=stream.new_starts_per_month * scale,
            exit_ratio=stream.exit_ratio * pace[name],
        )
        for name, stream in zip(STREAMS, rates.streams, strict=True)
    )
    return replace(rates, streams=streams, foster=None)


def _usual(whole: Rates) -> Array:
    """Return resident starts a year for each child of the stock, by age band: (band,)."""
    starts = np.bincount(BAND_OF_AGE, whole.streams[0].new_starts_per_month[0, 0, 0], len(BANDS))
    return np.asarray(MONTHS_A_YEAR * starts / sum(stream.opening.sum() for stream in whole.streams))


def _made_up(rng: np.random.Generator, councils: Councils, whole: Rates) -> Levels:
    """Draw levels of councils, and a stock that is about in balance with them.

    Each has its share of England's resident children, and its share of those who came seeking asylum: ages and
    placements of a council are those of both, or no table would meet them where many of one age came.
    """
    varies, _ = measured()
    level = {
        name: varies[name].levels(rng, varies[name].regions(rng)[councils.region])
        for name in ("exits", "uasc_starts", "uasc_exits")
    }
    size, usual = councils.size, _usual(whole)
    starts = councils.starts(rng, usual)
    balance = np.clip(starts.sum(axis=1) / (size * usual.sum() * level["exits"]), 0.5, 2.0)
    england = run(replace(whole, months=1), BAND_OF_AGE).children[0, 0, 0]  # (stream, band, place)
    share = np.stack([size * balance, size * np.clip(level["uasc_starts"], 0.3, 3.0)], axis=1)
    share = share / share.sum(axis=0)
    group = np.eye(len(PLACEMENT_GROUPS))[group_of_place()]
    return Levels(
        codes=tuple(f"council{i}" for i in range(size.size)),
        stock_by_band=share @ england.sum(axis=2),
        stock_by_group=share @ (england.sum(axis=1) @ group),
        uasc=share[:, 1] * england[1].sum(),
        starts=starts,
        uasc_starts=size * level["uasc_starts"],
        exits=level["exits"],
        uasc_exits=level["uasc_exits"],
        prices={name: np.ones(size.size) for name in COST_LINES},
        spread=dict.fromkeys(published_levels().spread, np.zeros(size.size)),
        placement_mix=as_england(size.size),
    )


def _areas(levels: Levels) -> Authorities:
    """Return all councils as areas to run."""
    return Authorities(load_baseline(LATEST_BASE), levels, levels.codes, ())


def _over_years(rng: np.random.Generator, rates: Rates) -> Rates:
    """Let rates walk, and vary from year to year more than chance.

    Years of starts vary in number and not in ages, as counts by age in England do no more than chance makes them.
    """
    years = HISTORY + AHEAD
    started = {
        name: MONTHS_A_YEAR * stream.new_starts_per_month[0, :, 0].sum(axis=-1)
        for name, stream in zip(("starts", "uasc_starts"), rates.streams, strict=True)
    }
    started["exits"] = BEFORE_18_SHARE * started["starts"]
    factor = {}
    common = rng.normal(size=(started["starts"].size, years))
    for name in random_walks():
        log, shock = _walked(rng, name, started[name], years, common)
        factor[name] = np.repeat(np.exp(log) * shock, 12, axis=1)[None, :, :, None]
    resident, uasc = rates.streams
    streams = (
        replace(
            resident,
            new_starts_per_month=resident.new_starts_per_month * factor["starts"],
            exit_ratio=resident.exit_ratio * factor["exits"],
        ),
        replace(uasc, new_starts_per_month=uasc.new_starts_per_month * factor["uasc_starts"]),
    )
    return replace(rates, streams=streams)


def _walked(rng: np.random.Generator, name: str, count: Array, years: int, common: Array) -> tuple[Array, Array]:
    """Draw the log of how far rates have walked, and what is each year's own: (area, year) each.

    Rates have walked from, or to, what they are in the last year of tables, as that is when England's were measured.

    Parameters
    ----------
    rng : Generator
    name : str
    count : (area,)
        Events in a year.
    years : int
    common : (area, year)
        Standard normal; what steps that are tied share.
    """
    one = random_walks()[name]
    share = one.correlation if one.group else 0.0
    step = np.sqrt(share) * common + np.sqrt(1.0 - share) * rng.normal(size=(count.size, years))
    wide = np.maximum(one.dispersion - 1.0, 1e-6) / np.maximum(count, 5.0) / one.response**2
    shock = rng.gamma(1.0 / wide[:, None], wide[:, None], (count.size, years))
    log = np.cumsum(one.sd_per_year * step, axis=1)
    return log - log[:, HISTORY - 1 : HISTORY], shock


@dataclass(frozen=True)
class Lived:
    """What happened to whole children, by year.

    Attributes
    ----------
    children : (area, year + 1, stream, band, place)
    starts : (area, year, stream, band)
    left : (area, year, stream, reason)
    """

    children: Array
    starts: Array
    left: Array


def _lived(rates: Rates, codes: tuple[str, ...], seed: int) -> Lived:
    """Let whole children live, some councils at a time."""
    some = [np.arange(i, min(i + TOGETHER, len(codes))) for i in range(0, len(codes), TOGETHER)]
    parts = [_lived_together(_only(rates, chosen), [codes[i] for i in chosen], seed) for chosen in some]
    return Lived(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("children", "starts", "left")))


def _only(rates: Rates, chosen: Ints) -> Rates:
    return replace(rates, streams=tuple(pick(stream, chosen) for stream in rates.streams))


def _lived_together(rates: Rates, codes: Sequence[str], seed: int) -> Lived:
    paths = realise(rates, BAND_OF_AGE, (seed, "truth"), codes)

    def yearly(flow: Array) -> Array:
        return np.asarray(flow[0].reshape(len(codes), -1, 12, *flow.shape[3:]).sum(axis=2))

    return Lived(
        paths.children[0, :, ::12].copy(),
        yearly(paths.starts).sum(axis=-1),
        yearly(paths.exits_by_reason).sum(axis=-2),
    )


def _tables(lived: Lived, councils: Councils, codes: tuple[str, ...]) -> Published:
    """Count tables like the published ones, from the first year on."""
    children, starts, left = lived.children[:, : HISTORY + 1], lived.starts[:, :HISTORY], lived.left[:, :HISTORY]
    names = placements.names()
    now = children[:, -1].sum(axis=(1, 2))
    groups = [[names.index(n) for n in group] for group in PLACEMENT_GROUPS.values()]
    size, rng = councils.size, np.random.default_rng(0)
    return Published(
        base=LATEST_BASE,
        codes=codes,
        group=councils.region,
        population=np.repeat((size / CHILDREN_PER_HEAD)[:, None], HISTORY, axis=1),
        stock_by_band=children.sum(axis=(2, 4)),
        stock_by_group=np.stack([now[:, group].sum(axis=1) for group in groups], axis=1),
        uasc=children[:, :, 1].sum(axis=(2, 3)),
        starts_by_band=starts.sum(axis=2),
        uasc_starts=starts[:, :, 1].sum(axis=-1),
        left=left[..., :-1].sum(axis=(2, 3)),
        left_at_18=left[..., -1].sum(axis=-1),
        uasc_ceased=left[:, :, 1].sum(axis=-1),
        unit_costs={key: np.exp(rng.normal(7.0, 0.1, (size.size, HISTORY))) for key in COST_LINES},
    )


def _later(england: Rates, tables: Published) -> Rates:
    """Return England's rates from the last table on: its stock, starts and leaving are those of all councils then."""
    then = run(replace(england, months=12 * HISTORY), BAND_OF_AGE)
    last = slice(12 * (HISTORY - 1), 12 * HISTORY)
    starts = then.starts[0, 0, last].sum(axis=(0, 2, 3))
    left = then.exits_by_reason[0, 0, last, ..., :-1].sum(axis=(0, 2, 3))
    uasc, uasc_starts = tables.uasc[:, -1].sum(), tables.uasc_starts[:, -1].sum()
    stock = np.array([tables.stock_by_band[:, -1].sum() - uasc, uasc])
    started = np.array([tables.starts_by_band[:, -1].sum() - uasc_starts, uasc_starts])
    pace = np.array([tables.left[:, -1].sum() / left.sum(), 1.0])
    streams = tuple(
        replace(
            stream,
            opening=state * (stock[s] / state.sum()),
            opening_home=home,
            new_starts_per_month=stream.new_starts_per_month * (started[s] / starts[s]),
            exit_ratio=stream.exit_ratio * pace[s],
        )
        for s, (stream, state, home) in enumerate(zip(england.streams, then.state, then.home, strict=True))
    )
    return replace(
        england, streams=streams, months=12 * AHEAD, price_ratio=england.price_ratio[:, :, : 12 * AHEAD],
        programme_spend_gbp=england.programme_spend_gbp[:, :, : 12 * AHEAD],
    )  # fmt: skip


def _rates(levels: Levels, tables: Published) -> dict[str, Array]:
    """Return rates over the mean of all councils: (area,) each."""
    heads = tables.population[:, -1]
    starts = levels.starts / heads[:, None]
    rates = {
        "starts": starts.sum(axis=1),
        "uasc_starts": levels.uasc_starts / heads,
        "exits": levels.exits,
        "uasc_exits": levels.uasc_exits,
        **{f"starts {band}": starts[:, b] for b, band in enumerate(BANDS)},
    }
    return {name: _to_mean(rate, heads) for name, rate in rates.items()}


def _inside(real: Mapping[str, Array], levels: Levels, tables: Published) -> dict[str, float]:
    """Return shares of true rates inside their intervals."""
    found = _rates(levels, tables)
    inside = {}
    for name in ("starts", "uasc_starts", "exits", "uasc_exits"):
        sd = levels.spread[name]
        off = np.log(real[name] / found[name]) + sd**2 / 2.0
        inside[name] = float((abs(off) < Z80 * sd).mean())
    return inside


def _raw(tables: Published, known: Mapping[str, NationalStream]) -> Levels:
    """Estimate levels from each council's own counts of all years alone."""

    def alone(events: Array, expected: Array, *_: object) -> Pooled:
        rate = np.maximum(events / expected, NO_EVENT)
        return Pooled(rate, rate, 0.0, 0.0)

    def alike(name: str, counts: Array) -> Array:
        return np.ones_like(counts)

    with mock.patch.multiple("simulator.baseline.pool_years", pool_counts=alone, weights=alike):
        return estimate(tables, known)


def _best_starts(
    rng: np.random.Generator, councils: Councils, usual: Array, counted: Array, small: NDArray[np.bool_]
) -> Array:
    """Return the best estimates of starts of small councils when it is known how all vary: (area, band).

    Many councils are made up of the region and size of each, and weighted by how likely its counts are in them.

    Parameters
    ----------
    rng : Generator
    councils : Councils
    usual : (band,)
    counted : (area, year, band)
    small : (area,) bool
    """
    again = counted.sum(axis=(0, 1)) / (HISTORY * (councils.starts(rng, usual)).sum(axis=0))  # some come back
    best = np.full((len(counted), len(BANDS)), np.nan)
    for i in np.flatnonzero(small):
        starts = councils.of(i, TRIES).starts(rng, usual)
        log, shock = _walked(rng, "starts", starts.sum(axis=1), HISTORY, rng.normal(size=(TRIES, HISTORY)))
        likely = starts[:, None] * again * (np.exp(log) * shock)[..., None]
        fit = (counted[i] * np.log(likely) - likely).sum(axis=(1, 2))
        weight = np.exp(fit - fit.max())
        best[i] = weight @ starts / weight.sum()
    return best


def _errors(
    real: Mapping[str, Array],
    pooled: Mapping[str, Array],
    raw: Mapping[str, Array],
    best: Array,
    small: NDArray[np.bool_],
) -> dict[str, tuple[float, float, float]]:
    """Return mean squared errors of rates of small councils; see :class:`Found`."""
    least = {"starts": best.sum(axis=1), **{f"starts {band}": best[:, b] for b, band in enumerate(BANDS)}}
    found = {}
    for name, rate in real.items():
        known = _as_large(least[name], rate, small) if name in least else np.full_like(rate, np.nan)
        errors = [float(((one - rate)[small] ** 2).mean()) for one in (pooled[name], raw[name], known)]
        found[name] = (errors[0], errors[1], errors[2])
    return found


def _as_large(rate: Array, other: Array, chosen: NDArray[np.bool_]) -> Array:
    """Scale rates so that the mean of some is that of others."""
    scaled: Array = rate * other[chosen].mean() / rate[chosen].mean()
    return scaled


def _to_mean(rate: Array, weight: Array) -> Array:
    """Return rates over their weighted mean."""
    over: Array = rate / (rate * weight).sum() * weight.sum()
    return over


def _forecast(england: Rates, levels: Levels, draws: int, seed: int) -> tuple[Array, Array]:
    """Return ends of the 80% interval of each council's stock at the end: draws of levels, of walking and of luck.

    Children are independent of each other where foster places are not short, so that luck makes their number Poisson
    about the engine's path (a little narrower, as those of the base are binomial).
    """
    years = [f"year {i}" for i in range(AHEAD)]
    of_month = [year for year in years for _ in range(12)]
    columns = sample(parameters(_areas(levels), years), draws, seed)
    stock = np.empty((draws, len(levels.codes)))
    rng = np.random.default_rng([seed, draws])
    for draw in range(draws):
        drawn = {key: float(values[draw]) for key, values in columns.items()}
        rates, _ = localise(england, _areas(levels), drawn, of_month)
        stock[draw] = rng.poisson(run_compiled(rates, BAND_OF_AGE).children[0, :, -1].sum(axis=(1, 2, 3)))
    low, high = np.quantile(stock, [0.1, 0.9], axis=0, method="weibull")
    return low, high


START, END = "<!-- written by: python studies/council_study.py -->", "<!-- end of the study -->"

WORDS = {
    "starts": "all starts",
    **{f"starts {band}": f"starts, {band.replace('_', ' ')}" for band in BANDS},
    "exits": "leaving before 18",
    "uasc_starts": "arrivals of asylum-seeking children",
    "uasc_exits": "leaving of asylum-seeking children",
    "stock": "stock five years on",
}


def page(found: Mapping[int, Found]) -> str:
    """Return what studies of some seeds found, as Markdown."""
    every = mean(list(found.values()))
    seeds = list(found)
    lines = [
        f"| | Inside 80%: mean | seeds {', '.join(map(str, seeds))} | Gain: mean | seeds | Best possible |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, words in WORDS.items():
        cells = ["", "", "", "", ""]
        if name in every.inside:
            cells[:2] = f"{every.inside[name]:.0%}", ", ".join(f"{found[seed].inside[name]:.0%}" for seed in seeds)
        if name in every.error:
            _, raw, best = every.error[name]
            gains = ", ".join(f"{found[seed].gain[name]:.1f}" for seed in seeds)
            cells[2:] = f"{every.gain[name]:.2f}", gains, "" if np.isnan(best) else f"{raw / best:.2f}"
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(number: int = 200, draws: int = 40, *seeds: int) -> None:
    """Run the whole study and write what it finds into docs/areas.md."""
    found = {seed: study(number, draws, 2000.0, seed) for seed in seeds or SEEDS}
    path = Path(__file__).resolve().parents[1] / "docs" / "areas.md"
    text = path.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    path.write_text(f"{before}{START}\n{page(found)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
