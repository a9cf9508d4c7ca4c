"""How well a council's own returns tell what becomes of it: made-up councils, drawn apart from England.

Each council is made up (`made_up_councils`), its returns are fitted as an import does, and it is run as `care-demand
run --returns` does, with draws. Beside it stand a page of own rates (leaving by single age, exact at 18, with a
bootstrap) and no change with its interval. What is scored is the mean over chance of what becomes of the council.

Each council has draws of its own seed: with the same draws for all, what a few of them happen to make is an error that
no number of councils takes away (40 draws of seed 1 spread the children of five years on a tenth too little).

``python studies/own_returns_study.py`` writes what it finds, of `SEEDS`, into docs/returns.md. It takes an
hour of processor. Settings were chosen on councils of other seeds (`CHOSEN_ON`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import made_up_councils as made_up
import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import load_baseline
from simulator.baseline.structure import BAND_OF_AGE
from simulator.engine.compiled.backend import run_compiled as run
from simulator.engine.rates import side_by_side
from simulator.projection import drift, foster_supply
from simulator.projection.agencies import served
from simulator.projection.compile import compile_scenario
from simulator.projection.localise import parameters
from simulator.returns.calibrate_council import FittedCouncil, fit_council
from simulator.returns.check_past import check
from simulator.returns.exposure import EXITS
from simulator.returns.fit_levels import TREND_SD
from simulator.returns.rate_table import pooled_rates
from simulator.returns.run_own_record import projected
from simulator.scenario import load_mapping
from simulator.uncertainty import sample
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

Array = NDArray[np.float64]

CHOSEN_ON = "101 to 140 and 181 to 204; the others up to 180 were looked at before"
SEEDS = range(205, 245)
START, END = "<!-- own returns: written by studies/own_returns_study.py -->", "<!-- end of own returns -->"
YEARS = (1, 3, 5)
LONG = 10
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
    off_level : float
        By how much at most the central line leaves the children at the base in ten years, as a share of them.
    missed, trend : bool
        Whether the check against its own past says that the model missed it, and that starts have a trend.
    growth_held : bool
        Whether the interval of the growth of starts that it tells holds the growth that they had.
    placed : mapping of placement to (central over truth, inside)
        After five years.
    rates : mapping of kind of rate to (inside, looked at)
    """

    council: made_up.Council
    truth: Array
    off_level: float
    missed: bool
    trend: bool
    growth_held: bool
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
    model, by_place = _model(fitted, draws, council.seed)
    placed = {}
    for name in PLACES:
        at = placements.reported().index(name)
        real = max(council.mean[YEARS[-1], at], 0.5)
        low, high = np.quantile(by_place[1:, at], [0.1, 0.9], method="weibull")
        placed[name] = (float(by_place[0, at] / real), bool(low <= real <= high))
    line = projected(fitted.own, LONG * MONTHS_A_YEAR).children[0, 0, ::MONTHS_A_YEAR].sum(axis=(1, 2, 3))
    checked = check(fitted)
    told = list(checked.warnings)
    return Scored(
        council, truth, float(abs(line / line[0] - 1.0).max()),
        any("of its own years" in text for text in told), any(text.startswith("starts have") for text in told),
        _growth_held(council, *checked.growth["starts"]),
        {"model": model, "own rates": _own_rates(fitted, council), "no change": _no_change(fitted)},
        placed, _rates(fitted, council),
    )  # fmt: skip


def _growth_held(council: made_up.Council, grows: float, error: float) -> bool:
    """Say whether the 95% interval of the growth of starts holds what they grew by from the first year to the last."""
    factor = np.log(council.truth.starts_factor[made_up.BURN_IN : made_up.BURN_IN + made_up.SEEN])
    return bool(abs(grows - (factor[-1] - factor[0]) / (made_up.SEEN - 1)) <= TREND_SD * error)


def _model(fitted: FittedCouncil, draws: int, seed: int, years: int = YEARS[-1]) -> tuple[Forecast, Array]:
    """Return the forecast of the model, and children by placement after the last year: (draw, place), central first."""
    council = replace(fitted.council, name="Made up")
    loaded = load_mapping({"name": "Study", "extends": "status-quo"}).of_council(council)
    baseline = loaded.baseline
    scenario = loaded.scenario.model_copy(update={"end": loaded.scenario.first_month + (years * MONTHS_A_YEAR - 1)})
    of_year = list(dict.fromkeys(month.financial_year for month in scenario.calendar))
    wanted = (*parameters(baseline, of_year), *drift.parameters(LATEST_BASE, of_year), *foster_supply.parameters())
    columns = sample(wanted, draws, seed)
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
    lines = [
        "| | Councils | Inside 80%: 1, 3, 5 years | Median over truth: 1, 5 | Error at 5 | Score: 1, 3, 5 years |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    groups = {
        "all": made_up.WORLDS,
        "stationary": ("S",),
        "not stationary": ("D", "C", "T"),
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
            points = interval_score(low, high, truth).mean(axis=0)
            lines.append(
                f"| {group}, {method} | {len(some)} | {', '.join(f'{one:.0%}' for one in inside)} | "
                f"{ratio[0]:.3f}, {ratio[-1]:.3f} | {error:.1%} | {', '.join(f'{one:.1%}' for one in points)} |"
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


def page(scored: Sequence[Scored], draws: int, seeds: Sequence[int]) -> str:
    """Return what was found, as Markdown."""
    still = [one for one in scored if one.council.world == "S"]
    trend = [one for one in scored if one.council.world == "T"]
    large = [one for one in trend if one.council.size == max(made_up.SIZES)]
    sizes = f"{min(made_up.SIZES)} to {max(made_up.SIZES):,} children"
    off = np.median([one.off_level for one in still])
    told = {name: sum(one.trend for one in some) for name, some in (("trend", trend), ("large", large), ("S", still))}
    lines = [
        f"{len(scored)} councils of {sizes}, made up apart from England, half of them stationary (seeds {seeds[0]} to "
        f"{seeds[-1]}; settings were chosen on {CHOSEN_ON}), with {draws} draws each, against the mean of what becomes "
        "of them.",
        "",
        *summary(scored),
        "",
        f"- The check against its own past tells {sum(one.missed for one in still)} of {len(still)} stationary "
        "councils that the model missed it.",
        f"- The central line of stationary councils leaves their level by {off:.1%} at most within {LONG} years "
        "(median).",
        f"- A trend of starts is told of {told['trend']} of {len(trend)} councils that have one of 3% a year "
        f"({told['large']} of {len(large)} of the largest), and of {told['S']} of {len(still)} stationary ones. The "
        f"interval of the growth that is told in any case holds it for {sum(one.growth_held for one in trend)} and "
        f"{sum(one.growth_held for one in still)} of them.",
    ]
    return "\n".join(lines)


def main(draws: int = 200, first: int = SEEDS[0], last: int = SEEDS[-1]) -> None:
    """Run the study, and write what it finds into docs/returns.md."""
    seeds = range(first, last + 1)
    found = page([score(one, draws) for one in councils(seeds)], draws, seeds)
    path = Path(__file__).resolve().parents[1] / "docs" / "returns.md"
    before, after = path.read_text(encoding="utf-8").split(START)
    path.write_text(f"{before}{START}\n{found}\n{END}{after.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
