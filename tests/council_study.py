"""What pooling recovers of made-up councils whose rates are known, by the engine itself.

Councils vary as England's do. Whole children live in each for three years; tables like the published ones are counted
from them; levels are estimated from those tables alone; and draws of levels, of rates that wander and of luck say where
the stock may stand five years on. Then the same children live on for five years.

``python tests/council_study.py`` runs the whole study and writes its figures into docs/areas.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import simulator
from simulator import placements
from simulator.areas import ENGLAND
from simulator.axes import STREAMS
from simulator.chance import realise
from simulator.compile import compile_scenario
from simulator.engine.run import Paths, run
from simulator.local import Levels, localise
from simulator.local.levels import COST_LINES, LEVELS_TRIED, PARTS, estimate
from simulator.local.levels import England as Known
from simulator.local.localise import parameters
from simulator.local.published import BANDS, PLACEMENT_GROUPS, Published
from simulator.local.response import respond
from simulator.local.wander import wanders
from simulator.rates import Rates
from simulator.structure import BAND_OF_AGE
from simulator.uncertainty import sample

Array = NDArray[np.float64]

HISTORY, AHEAD = 3, 5
"""Years of tables, and years from the last of them to the stock that is forecast."""

REGIONS = 9
SMALL = 200
CHILDREN_PER_HEAD = 0.0069
Z80 = 1.2816

VARY = {"starts": (0.05, 0.26), "exits": (0.02, 0.15), "uasc_starts": (0.25, 0.24)}
"""Variance of levels within regions, relative to their mean, and standard deviation of the logs of regions' means:
about as fitted to England."""
BANDS_VARY = 0.03
BANDS_WIDE = np.array([1.2, 1.7, 2.1, 2.3, 2.5])
"""Variance of yearly starts of each age band over their mean, as measured in England."""
DRAWN = ("starts", "exits", "uasc_starts", "uasc_exits", *(f"price_{name}" for name in COST_LINES))
UASC_EXITS = (0.35, 0.3)
"""Median level of leaving of asylum-seeking children, and spread of its log."""


@dataclass(frozen=True)
class Found:
    """Shares of councils inside 80% intervals, and how much smaller the mean squared error is than without pooling.

    Attributes
    ----------
    inside : dict of str to float
        Of rates of starts and of leaving, and of the stock five years on.
    gain : dict of str to float
        For councils under 200 children.
    """

    inside: dict[str, float]
    gain: dict[str, float]


@cache
def study(councils: int, draws: int, largest: float, seed: int) -> Found:
    """Run the study on some councils of 50 children to `largest`."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(np.log(50.0), np.log(largest), councils))
    region = np.arange(councils) % REGIONS
    england = _england(size.sum())
    truth = _made_up(rng, size, region, england)
    local, _ = localise(england, (), truth, truth.codes)
    local, walk = _over_years(rng, local, truth)
    lived = realise(local, BAND_OF_AGE, (seed, "truth"), truth.codes)
    tables = _tables(lived, size, region, truth.codes)
    later = _later(england, tables)
    known = {
        name: Known(one, later.cohort_months, respond(one, later.cohort_months, LEVELS_TRIED[name], PARTS[name]))
        for name, one in zip(STREAMS, later.streams, strict=True)
    }
    levels = estimate(tables, known)
    inside, gain = _rates(levels, tables, truth, walk)
    low, high = _forecast(later, levels, draws, seed)
    happened = lived.children[0, :, -1].sum(axis=(1, 2, 3))
    return Found({**inside, "stock": float(((low <= happened) & (happened <= high)).mean())}, gain)


def _england(children: float) -> Rates:
    """Return England's rates of the status quo, of some size, with foster places as needed."""
    loaded = simulator.load("status-quo").in_areas((ENGLAND,))
    scenario = loaded.scenario
    end = scenario.calendar[0] + (12 * (HISTORY + AHEAD) - 1)
    rates = compile_scenario(scenario.model_copy(update={"end": end})).rates
    scale = children / sum(stream.opening.sum() for stream in rates.streams)
    streams = tuple(
        replace(
            stream,
            opening=stream.opening * scale,
            opening_home=stream.opening_home * scale,
            new_starts_per_month=stream.new_starts_per_month * scale,
        )
        for stream in rates.streams
    )
    return replace(rates, streams=streams, foster=None)


def _made_up(rng: np.random.Generator, size: Array, region: NDArray[np.intp], england: Rates) -> Levels:
    """Draw levels of councils, and a stock that is about in balance with them."""
    level = {
        name: np.exp(rng.normal(0.0, between, REGIONS))[region] * rng.gamma(1.0 / within, within, size.size)
        for name, (within, between) in VARY.items()
    }
    middle, spread = UASC_EXITS
    uasc_exits = middle * np.exp(rng.normal(0.0, spread, size.size))
    bands = rng.gamma(1.0 / BANDS_VARY, BANDS_VARY, (size.size, len(BANDS)))
    resident, uasc = england.streams
    starting = np.bincount(BAND_OF_AGE, resident.new_starts_per_month[0, 0, 0], len(BANDS))
    paths = run(replace(england, months=1), BAND_OF_AGE)
    by_band = paths.children[0, 0, 0].sum(axis=(0, 2))
    places = paths.children[0, 0, 0].sum(axis=(0, 1))
    stock = size * np.clip(level["starts"] / level["exits"], 0.5, 2.0)
    names = placements.names()
    by_group = np.array([places[[names.index(n) for n in group]].sum() for group in PLACEMENT_GROUPS.values()])
    none = np.zeros(size.size)
    return Levels(
        codes=tuple(f"council{i}" for i in range(size.size)),
        stock_by_band=stock[:, None] * by_band / by_band.sum(),
        stock_by_group=stock[:, None] * by_group / by_group.sum(),
        uasc=stock * uasc.opening.sum() / by_band.sum() * np.clip(level["uasc_starts"], 0.3, 3.0),
        starts=(size * level["starts"])[:, None] * bands * starting,
        uasc_starts=size * level["uasc_starts"],
        exits=level["exits"],
        uasc_exits=uasc_exits,
        prices={name: none + 1.0 for name in COST_LINES},
        spread={name: none for name in DRAWN},
    )


def _over_years(rng: np.random.Generator, rates: Rates, truth: Levels) -> tuple[Rates, dict[str, Array]]:
    """Let rates wander, and vary from year to year more than chance; return also how far they are at the last table."""
    years, areas = HISTORY + AHEAD, len(truth.codes)
    factor, walk = {}, {}
    tied = wanders()["starts"].correlation
    common = rng.normal(size=(areas, years))
    for name, one in wanders().items():
        share = tied if one.group else 0.0
        step = np.sqrt(share) * common + np.sqrt(1.0 - share) * rng.normal(size=(areas, years))
        log = np.cumsum(one.sd_per_year * step, axis=1)
        stream = rates.streams[1 if name.startswith("uasc") else 0]
        count = stream.opening[0].sum(axis=(1, 2, 3)) * 0.35
        wide = np.maximum(one.dispersion - 1.0, 1e-6) / np.maximum(count, 5.0)
        shock = rng.gamma(1.0 / wide[:, None], wide[:, None], (areas, years))
        walk[name] = np.exp(log[:, HISTORY - 1])
        factor[name] = np.repeat(np.exp(log) * (1.0 if name == "starts" else shock), 12, axis=1)[None, :, :, None]
    resident, uasc = rates.streams
    by_band = np.stack(
        [resident.new_starts_per_month[0, :, 0, b == BAND_OF_AGE].sum(axis=0) for b in range(len(BANDS))]
    )
    wide = (BANDS_WIDE[:, None] - 1.0) / np.maximum(12.0 * by_band, 1.0)
    shock = rng.gamma(1.0 / wide[..., None], wide[..., None], (*wide.shape, years))[BAND_OF_AGE]
    factor["starts"] = factor["starts"] * np.repeat(np.moveaxis(shock, 0, -1), 12, axis=1)[None]
    streams = (
        replace(
            resident,
            new_starts_per_month=resident.new_starts_per_month * factor["starts"],
            exit_ratio=resident.exit_ratio * factor["exits"],
        ),
        replace(uasc, new_starts_per_month=uasc.new_starts_per_month * factor["uasc_starts"]),
    )
    return replace(rates, streams=streams), walk


def _tables(paths: Paths, size: Array, region: NDArray[np.intp], codes: tuple[str, ...]) -> Published:
    """Count tables like the published ones: 12 months a year, from the first."""
    ends = np.arange(0, 12 * HISTORY + 1, 12)
    children = paths.children[0][:, ends]

    def yearly(flow: Array) -> Array:
        return flow[0][:, : 12 * HISTORY].reshape(size.size, HISTORY, 12, *flow.shape[3:]).sum(axis=2)

    starts, reasons = yearly(paths.starts), yearly(paths.exits_by_reason)
    names = placements.names()
    now = children[:, -1].sum(axis=(1, 2))
    groups = [[names.index(n) for n in group] for group in PLACEMENT_GROUPS.values()]
    rng = np.random.default_rng(0)
    return Published(
        codes=codes,
        group=region,
        population=np.repeat((size / CHILDREN_PER_HEAD)[:, None], HISTORY, axis=1),
        stock_by_band=children.sum(axis=(2, 4)),
        stock_by_group=np.stack([now[:, group].sum(axis=1) for group in groups], axis=1),
        uasc=children[:, :, 1].sum(axis=(2, 3)),
        starts_by_band=starts.sum(axis=(2, 4)),
        uasc_starts=starts[:, :, 1].sum(axis=(2, 3)),
        left=reasons[..., :-1].sum(axis=(2, 3, 4)),
        left_at_18=reasons[..., -1].sum(axis=(2, 3)),
        uasc_ceased=reasons[:, :, 1].sum(axis=(2, 3)),
        unit_costs={key: np.exp(rng.normal(7.0, 0.1, (size.size, HISTORY))) for key in ("residential", "fostering")},
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


def _rates(
    levels: Levels, tables: Published, truth: Levels, walk: dict[str, Array]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return shares of true rates inside their intervals, and gains of pooling in mean squared error.

    Rates stand to the mean of all councils, and are those of the last year of tables.
    """
    heads = tables.population[:, -1]
    inside = {}
    for name, real, found in (
        ("starts", truth.starts.sum(axis=1) * walk["starts"] / heads, levels.starts.sum(axis=1) / heads),
        ("uasc_starts", truth.uasc_starts * walk["uasc_starts"] / heads, levels.uasc_starts / heads),
        ("exits", truth.exits * walk["exits"], levels.exits),
    ):
        sd = levels.spread[name]
        off = np.log(_to_mean(real, heads) / _to_mean(found, heads)) + sd**2 / 2.0
        inside[name] = float((abs(off) < Z80 * sd).mean())
    small = tables.stock_by_band[:, -1].sum(axis=1) < SMALL
    share = (tables.starts_by_band.sum(axis=-1) - tables.uasc_starts) / tables.starts_by_band.sum(axis=-1)
    gain = {}
    for b, band in enumerate(BANDS[:-1]):  # the oldest hold asylum-seeking children
        raw = (tables.starts_by_band[:, :, b] * (share if band == "10_to_15" else 1.0)).sum(axis=1)
        real = _to_mean(truth.starts[:, b] * walk["starts"] / heads, heads)
        found, counted = (_to_mean(rate / heads, heads) for rate in (levels.starts[:, b], raw))
        gain[band] = float(((counted - real)[small] ** 2).mean() / ((found - real)[small] ** 2).mean())
    return inside, gain


def _to_mean(rate: Array, weight: Array) -> Array:
    """Return rates over their weighted mean."""
    over: Array = rate / (rate * weight).sum() * weight.sum()
    return over


def _forecast(england: Rates, levels: Levels, draws: int, seed: int) -> tuple[Array, Array]:
    """Return ends of the 80% interval of each council's stock at the end: draws of levels, of wandering and of luck."""
    years = [f"year {i}" for i in range(AHEAD)]
    of_month = [year for year in years for _ in range(12)]
    columns = sample(parameters(levels, levels.codes, years), draws, seed)
    stock = np.empty((draws, len(levels.codes)))
    for draw in range(draws):
        drawn = {key: float(values[draw]) for key, values in columns.items()}
        rates, _ = localise(england, (), levels, levels.codes, drawn, of_month)
        stock[draw] = realise(rates, BAND_OF_AGE, (seed, draw), levels.codes).children[0, :, -1].sum(axis=(1, 2, 3))
    low, high = np.quantile(stock, [0.1, 0.9], axis=0, method="weibull")
    return low, high


START, END = "<!-- written by: python tests/council_study.py -->", "<!-- end of the study -->"


def page(found: Found, councils: int, draws: int) -> str:
    """Return what the study found, as Markdown."""
    words = {"starts": "starts", "uasc_starts": "arrivals of asylum-seeking children", "exits": "leaving"}
    rates = ", ".join(f"{found.inside[name]:.0%} of rates of {text}" for name, text in words.items())
    gains = ", ".join(f"{name.replace('_', ' ')} {gain:.1f}" for name, gain in found.gain.items())
    return (
        f"Of {councils} councils, with {draws} draws, 80% intervals hold {rates}, and {found.inside['stock']:.0%} of "
        f"stocks five years on. In councils under {SMALL} children the mean squared error of start rates is smaller "
        f"than without pooling by a factor of, by age: {gains}; {np.mean(list(found.gain.values())):.1f} on average."
    )


def main(councils: int = 200, draws: int = 9) -> None:
    """Run the whole study and write what it finds into docs/areas.md."""
    found = study(councils, draws, 2000.0, 1)
    path = Path(__file__).resolve().parent.parent / "docs" / "areas.md"
    text = path.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    path.write_text(f"{before}{START}\n{page(found, councils, draws)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
