"""What the published record of authorities says of how rates of a council move (`simulator.returns.fit_levels`).

Six years of an authority's starts, and of children who left over those in care, are fitted as an import fits them, and
carried on as draws carry them on (`simulator.baseline.own_returns.KEPT`); what was published one, three and five years
later is inside the 80% interval or not. The same with steps as they were up to model 10. And how much is left a year
later of how far rates have walked, by maximum likelihood of whole records.

Published leavers are those at 18 too, and a year's count is wider than Poisson, so intervals hold less than they would
of what they are made for.

``python studies/steps_of_authorities.py`` writes what it finds into docs/returns.md, in a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.panel import panel
from simulator.baseline.own_returns import KEPT
from simulator.baseline.random_walk import left_of_steps
from simulator.data.own_rates import Level
from simulator.returns import fit_levels
from simulator.returns.fit_levels import STEPS, Steps, Yearly

Array = NDArray[np.float64]

START, END = "<!-- steps: written by studies/steps_of_authorities.py -->", "<!-- end of steps -->"
SEEN = 6
AHEAD = (1, 3, 5)
HALVES = {"up to 2019": (0, 2019), "2020 on": (2020, 9999)}
FEWEST = 5.0
Z80 = 1.2815515655446004
BEFORE = {"starts": Steps(0.08, 0.03), "exits": Steps(0.06, 0.02)}
"""Steps up to model 10, when no council was taken to stand still and all that a rate had walked stayed."""

KEPT_TRIED = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
STEPS_TRIED = (0.04, 0.06, 0.08, 0.10, 0.12, 0.14, 0.17, 0.20)
DISPERSIONS_TRIED = (1.0, 1.4, 1.8, 2.4)
LEAST_YEARS = 8


@dataclass(frozen=True)
class Record:
    """Events of one authority, and child-years that they come of: (year,) each, NaN where nothing was published."""

    measure: str
    events: Array
    at_risk: Array


@dataclass
class Found:
    """Forecasts of one measure: errors in standard deviations, by last year seen and years ahead."""

    errors: dict[tuple[int, int], list[float]] = field(default_factory=dict)

    def inside(self, years: tuple[int, int], ahead: int) -> float:
        """Return the share inside 80% intervals, of forecasts from some years."""
        first, last = years
        of = [e for (year, h), errors in self.errors.items() if h == ahead and first <= year <= last for e in errors]
        return float(np.mean(np.abs(of) < Z80))


def records() -> Iterator[tuple[Record, Record, Array]]:
    """Yield starts, leaving and children in care of every authority; the first year of leaving has no child-years."""
    local = panel().authorities
    for starts, ceased, children in zip(local.starts, local.ceased, local.children, strict=True):
        between = np.append(np.nan, (children[1:] + children[:-1]) / 2.0)
        yield Record("starts", starts, np.ones(len(starts))), Record("exits", ceased, between), children


def forecasts(kept: float) -> tuple[dict[str, Found], list[float]]:
    """Return what became of forecasts, and of each six years the chance that the authority stands still."""
    found: dict[str, Found] = {"starts": Found(), "exits": Found()}
    chances: list[float] = []
    first_year = panel().authorities.first_year
    for *both, children in records():
        for now in range(SEEN, len(children)):
            window = slice(now - SEEN + 1, now + 1)
            stock = children[now - SEEN : now + 1]
            seen = {("resident", one.measure): Yearly(one.events[window], one.at_risk[window]) for one in both}
            values = np.concatenate([stock, *(np.concatenate(one) for one in seen.values())])
            if not np.isfinite(values).all() or min(one.events.min() for one in seen.values()) < FEWEST:
                continue
            levels = fit_levels.fit_levels(seen, stock)
            chances.append(fit_levels.chance_of_standing_still(fit_levels.tried_sizes(seen), stock))
            for one in both:
                level = levels["resident", one.measure]
                for ahead in AHEAD:
                    if (error := _error(one, level, now + ahead, ahead, kept)) is not None:
                        found[one.measure].errors.setdefault((first_year + now, ahead), []).append(error)
    return found, chances


def _error(one: Record, level: Level, at: int, ahead: int, kept: float) -> float | None:
    """Return how far what happened lies from the forecast, in standard deviations; None where nothing was published."""
    if at >= len(one.events) or not np.isfinite(one.events[at] + one.at_risk[at]) or one.events[at] <= 0:
        return None
    expected = level.mean * one.at_risk[at]
    walked = level.sd_per_year**2 * (left_of_steps(kept, ahead)[:, -1] ** 2).sum()
    return float(np.log(one.events[at] / expected) / np.sqrt(level.log_sd**2 + walked + 1.0 / expected))


def likelihood(one: Record, kept: float, step: float, dispersion: float) -> float:
    """Return the log likelihood of a record: a mean that is not known, a walk that fades, and chance."""
    told = np.flatnonzero(np.isfinite(one.events + one.at_risk) & (one.events >= 2.0 * FEWEST))
    y, e = one.events[told], one.at_risk[told]
    rate = y.sum() / e.sum()
    apart = abs(told[:, None] - told)
    if kept < 1.0:
        walked = step**2 / (1.0 - kept**2) * kept**apart
    else:
        walked = step**2 * (np.minimum(told[:, None], told) - told[0])
    root = np.linalg.cholesky(walked + np.diag(dispersion / (rate * e)))
    seen, same = np.linalg.solve(root, np.log(y / e)), np.linalg.solve(root, np.ones(len(told)))
    precision = same @ same
    rest = seen - same * (same @ seen) / precision
    return float(-np.log(np.diag(root)).sum() - np.log(precision) / 2.0 - rest @ rest / 2.0)


def best_by_kept(measure: str) -> Mapping[float, tuple[float, float, float]]:
    """Return the largest log likelihood of all records by what is kept, with its step and dispersion."""
    chosen = [
        one
        for *both, _ in records()
        for one in both
        if one.measure == measure and (np.isfinite(one.at_risk) & (one.events >= 2.0 * FEWEST)).sum() >= LEAST_YEARS
    ]
    return {
        kept: max(
            (sum(likelihood(one, kept, step, dispersion) for one in chosen), step, dispersion)
            for step in STEPS_TRIED
            for dispersion in DISPERSIONS_TRIED
        )
        for kept in KEPT_TRIED
    }


def page() -> str:
    """Return what was found, as Markdown."""
    now, chances = forecasts(KEPT)
    steps = {key: BEFORE[key[1]] for key in STEPS}
    with mock.patch.object(fit_levels, "STEPS", steps), mock.patch.object(fit_levels, "STILL", 1e-9):
        before, _ = forecasts(1.0)
    lines = [
        f"| {len(chances):,} times six years of an authority | Inside 80%: 1, 3, 5 years ahead | As in model 10 |",
        "| --- | --- | --- |",
    ]
    for measure, what in (("starts", "starts"), ("exits", "children who left, over those in care")):
        for name, years in HALVES.items():
            held = (", ".join(f"{one[measure].inside(years, h):.0%}" for h in AHEAD) for one in (now, before))
            lines.append(f"| {what}, last year seen {name} | {' | '.join(held)} |")
    lines += ["", "| Left a year later | starts: log likelihood, step, dispersion | leaving |", "| --- | --- | --- |"]
    best = [best_by_kept(measure) for measure in ("starts", "exits")]
    top = [max(values[0] for values in one.values()) for one in best]
    for kept in KEPT_TRIED:
        cells = (
            f"{one[kept][0] - t:+.1f}, {one[kept][1]:.2f}, {one[kept][2]:.1f}" for one, t in zip(best, top, strict=True)
        )
        lines.append(f"| {kept:.2f} | {' | '.join(cells)} |")
    still = np.array(chances)
    lines += ["", f"Of those six years {np.mean(still > 0.5):.0%} say with more than half that rates stand still."]
    return "\n".join(lines)


def main() -> None:
    """Write what is found into docs/returns.md."""
    path = Path(__file__).resolve().parents[1] / "docs" / "returns.md"
    before, after = path.read_text(encoding="utf-8").split(START)
    path.write_text(f"{before}{START}\n{page()}\n{END}{after.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
