"""How well a council's own returns tell what becomes of it: made-up councils, drawn apart from England.

Each council is made up (`made_up_councils`), its returns are fitted as an import does, and it is run as `care-demand
run --returns` does, with draws. Beside it stand a page of own rates (leaving by single age, exact at 18, with a
bootstrap) and no change with its interval. What is scored is the mean over chance of what becomes of the council.

``python studies/own_returns_study.py`` prints what it finds, of `SEEDS`. Settings were chosen on councils of the seeds
`CHOSEN_ON`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import made_up_councils as made_up
import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import load_baseline
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.plain import run
from simulator.engine.rates import side_by_side
from simulator.projection import drift, foster_supply
from simulator.projection.agencies import served
from simulator.projection.compile import compile_scenario
from simulator.projection.localise import parameters
from simulator.returns.calibrate_council import FittedCouncil, fit_council
from simulator.returns.exposure import EXITS
from simulator.returns.rate_table import pooled_rates
from simulator.scenario import load_mapping
from simulator.uncertainty import sample
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]

CHOSEN_ON = range(1, 17)
SEEDS = range(109, 117)
YEARS = (1, 3, 5)
Z80 = 1.2815515655446004
PLACES = ("childrens_home", "council_foster", "ifa_foster", "kinship_foster")
OFTEN = 5.0
"""Events expected in a cell from which the interval of its rate is looked at."""

WINDOW = 3
BOOTSTRAPS = 60


@dataclass(frozen=True)
class Forecast:
    """Children in care in each of some years: central value and 80% interval, by method; each is (year,)."""

    central: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Scored:
    """One council.

    Attributes
    ----------
    truth : (year,)
        After `YEARS`.
    ten : float
        Central ten-year ratio to the base; NaN if not asked for.
    placed : mapping of placement to (central over truth, inside)
        After five years.
    rates : mapping of kind of rate to (inside, looked at)
    """

    council: made_up.Council
    truth: Array
    forecasts: dict[str, Forecast]
    placed: dict[str, tuple[float, bool]]
    rates: dict[str, tuple[int, int]]


def councils(
    seeds: Sequence[int], worlds: Sequence[str] = ("S", "D", "S", "C", "S", "D", "S", "T")
) -> Iterator[made_up.Council]:
    """Make up councils of every pattern, half of them stationary, sizes in turn."""
    for i, seed in enumerate(seeds):
        for j, pattern in enumerate(made_up.PATTERNS):
            for part in (0, 1):
                at = (i + j + 4 * part) % len(worlds)
                size = made_up.SIZES[(i + 2 * j + part) % len(made_up.SIZES)]
                yield made_up.draw(size, worlds[at], pattern, seed)


def score(council: made_up.Council, draws: int) -> Scored:
    """Fit, run and score a council."""
    england = load_baseline(LATEST_BASE)
    fitted = fit_council(council.stays, england, made_up.england())
    truth = council.mean.sum(axis=1)[list(YEARS)]
    model, by_place = _model(fitted, draws)
    placed = {}
    for name in PLACES:
        at = placements.reported().index(name)
        real = max(council.mean[YEARS[-1], at], 0.5)
        low, high = np.quantile(by_place[1:, at], [0.1, 0.9], method="weibull")
        placed[name] = (float(by_place[0, at] / real), bool(low <= real <= high))
    return Scored(
        council, truth,
        {"model": model, "own rates": _own_rates(fitted, council), "no change": _no_change(fitted)},
        placed, _rates(fitted, council),
    )  # fmt: skip


def _model(fitted: FittedCouncil, draws: int, years: int = YEARS[-1]) -> tuple[Forecast, Array]:
    """Return the forecast of the model, and children by placement after the last year: (draw, place), central first."""
    council = replace(fitted.council, name="Made up")
    loaded = load_mapping({"name": "Study", "extends": "status-quo"}).of_council(council)
    baseline = loaded.baseline
    scenario = loaded.scenario.model_copy(update={"end": loaded.scenario.first_month + (years * MONTHS_A_YEAR - 1)})
    of_year = list(dict.fromkeys(month.financial_year for month in scenario.calendar))
    wanted = (*parameters(baseline, of_year), *drift.parameters(LATEST_BASE, of_year), *foster_supply.parameters())
    columns = sample(wanted, draws, 1)
    every = [compile_scenario(scenario, baseline=baseline)]
    for draw in range(draws):
        drawn = {key: float(values[draw]) for key, values in columns.items()}
        every.append(compile_scenario(scenario, drawn, baseline=baseline))
    paths = run(side_by_side([one.rates for one in served(every, run)]), BAND_OF_AGE)
    instants = [year * MONTHS_A_YEAR for year in YEARS]
    total = paths.children[:, 0, instants].sum(axis=(2, 3, 4))
    low, high = np.quantile(total[1:], [0.1, 0.9], axis=0, method="weibull")
    last = paths.children[:, 0, -1].sum(axis=(1, 2)) @ np.eye(len(placements.reported()))[placements.groups()]
    return Forecast(total[0], low, high), last


def _no_change(fitted: FittedCouncil) -> Forecast:
    now, sd = float(fitted.council.stock.sum()), fitted.council.no_change_sd
    wide = np.exp(Z80 * sd * np.sqrt(np.array(YEARS, dtype=float)))
    return Forecast(np.full(len(YEARS), now), now / wide, now * wide)


def _own_rates(fitted: FittedCouncil, council: made_up.Council) -> Forecast:
    """Return the forecast of a page of own rates: leaving by single age, exact at 18, starts by age, of three years.

    In a bootstrap, events are Poisson about those seen.
    """
    rng = np.random.default_rng([council.truth.starts.size, round(council.mean[0].sum())])
    seen = fitted.seen[-WINDOW:]
    years = np.sum([one.child_years.sum(axis=(0, 2, 3)) for one in seen], axis=0)
    left = np.sum([one.events[..., : len(EXITS)].sum(axis=(0, 2, 3, 4)) for one in seen], axis=0)
    started = np.sum([one.starts.sum(axis=(0, 2)) for one in seen], axis=0)
    stock = fitted.stocks[-1].sum(axis=(0, 2, 3)).astype(float)

    def path(left: Array, started: Array) -> Array:
        rate = np.divide(left, years, out=np.zeros(len(years)), where=years > 0)
        return _by_age(stock, rate, started / WINDOW)

    tried = np.array([path(rng.poisson(left), rng.poisson(started)) for _ in range(BOOTSTRAPS)])
    low, high = np.quantile(tried, [0.1, 0.9], axis=0, method="weibull")
    return Forecast(path(left.astype(float), started.astype(float)), low, high)


def _by_age(stock: Array, rate: Array, starts: Array) -> Array:
    """Move children on by a month of age at a time."""
    months = MONTHS_A_YEAR
    now = np.repeat(stock / months, months)
    stay = np.exp(-np.repeat(rate, months) / months)
    new = np.repeat(starts / months, months) / months
    new[0] += starts[0] / months * 0.72 - new[:months].sum() * 0.72
    new[:months] = np.append(
        starts[0] / months * (0.72 + 0.28 / months), np.full(months - 1, starts[0] / months * 0.28 / months)
    )
    found = []
    for month in range(1, YEARS[-1] * months + 1):
        now = np.append(0.0, (now * stay)[:-1]) + new * np.sqrt(stay)
        if month % months == 0 and month // months in YEARS:
            found.append(now.sum())
    return np.array(found)


def _rates(fitted: FittedCouncil, council: made_up.Council) -> dict[str, tuple[int, int]]:
    """Return how many intervals of rates hold the true rate at the base, and how many were looked at."""
    inside: dict[str, tuple[int, int]] = {}
    table = pooled_rates(fitted, made_up.england())
    true = council.rate
    often = council.expected >= OFTEN
    hit = (table.low <= true) & (true <= table.high) & often
    exits = np.arange(true.shape[-1]) < len(EXITS)
    for name, chosen in (("exits", exits), ("moves", ~exits)):
        inside[name] = (int(hit[..., chosen].sum()), int(often[..., chosen].sum()))
    starts = council.truth.starts
    often = starts * len(fitted.seen) >= OFTEN
    hit = (table.starts_low <= starts) & (starts <= table.starts_high) & often
    inside["starts"] = (int(hit.sum()), int(often.sum()))
    return inside


def interval_score(low: Array, high: Array, truth: Array) -> Array:
    """Return the interval score of 80% intervals, over the truth (Gneiting and Raftery 2007, eq. 43)."""
    missed = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    found: Array = (high - low + 2.0 / 0.2 * missed) / truth
    return found


def summary(scored: Sequence[Scored]) -> list[str]:
    """Return what was found, as lines of Markdown."""
    lines = ["| | Councils | Inside 80%: 1, 3, 5 years | Median over truth: 1, 5 years | Error at 5 | Score at 5 |",
             "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    groups = {
        "all": made_up.WORLDS,
        "stationary": ("S",),
        "drifting": ("D",),
        "changed before": ("C",),
        "with a trend": ("T",),
    }
    for group, worlds in groups.items():
        some = [one for one in scored if one.council.world in worlds]
        if not some:
            continue
        truth = np.array([one.truth for one in some])
        for method in some[0].forecasts:
            central, low, high = (
                np.array([getattr(one.forecasts[method], name) for one in some]) for name in ("central", "low", "high")
            )
            inside = ((low <= truth) & (truth <= high)).mean(axis=0)
            ratio = np.median(central / truth, axis=0)
            error = abs(central / truth - 1.0)[:, -1].mean()
            points = interval_score(low, high, truth)[:, -1].mean()
            lines.append(
                f"| {group}, {method} | {len(some)} | {', '.join(f'{one:.0%}' for one in inside)} | "
                f"{ratio[0]:.3f}, {ratio[-1]:.3f} | {error:.1%} | {points:.1%} |"
            )
    lines += ["", "| After five years | Median over truth | Inside 80% |", "| --- | --- | --- |"]
    for name in PLACES:
        ratios, inside = zip(*(one.placed[name] for one in scored), strict=True)
        lines.append(f"| {name.replace('_', ' ')} | {np.median(ratios):.2f} | {np.mean(inside):.0%} |")
    lines += ["", "| Rates with five events or more expected | Cells | Inside 80% |", "| --- | --- | --- |"]
    for name in scored[0].rates:
        hits, looked = np.sum([one.rates[name] for one in scored], axis=0)
        lines.append(f"| {name} | {looked} | {hits / max(looked, 1):.0%} |")
    return lines


def main(draws: int = 40, first: int = SEEDS[0], last: int = SEEDS[-1]) -> None:
    """Run the study, and print what it finds."""
    scored = [score(one, draws) for one in councils(range(first, last + 1))]
    print("\n".join(summary(scored)))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
