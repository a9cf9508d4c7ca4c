"""Chart of the frontier: what the best plan for each budget comes to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from simulator.decisions.optimise import Optimised
from simulator.decisions.plan_runs import OUTCOMES
from simulator.outputs.charts import style, words
from simulator.outputs.charts.chart_registry import Chart
from simulator.outputs.charts.layout import Sheet
from simulator.results.quantities import POUNDS

Array = NDArray[np.float64]

_WHAT = {
    "npv": ("Saved less cost", "at present value"),
    "care_years": ("Child-years in care avoided", "all years of the run"),
    "home_years": ("Child-years in children's homes avoided", "all years of the run"),
}


def frontier_chart(found: Optimised, scenario: str) -> Chart | None:
    """Draw the outcome that weighs most in the objective, by budget, with its 80% interval where there are draws.

    Returns
    -------
    Chart or None
        None if every budget buys the same.
    """
    name = max(found.asked.weights, key=lambda one: abs(found.asked.weights[one] * _largest(found, one)))
    spent = np.array([budget for budget, _ in found.frontier])
    values = [one.outcome.values[name] for _, one in found.frontier]
    middle = np.array([v[1:].mean() if len(v) > 1 else v[0] for v in values])
    if np.ptp(middle) <= 1e-9 * max(float(np.abs(middle).max()), 1.0):
        return None
    write = words.money if OUTCOMES[name] == POUNDS else words.count
    what, over = _WHAT[name]
    half = next(i for i, v in enumerate(middle) if v >= middle[-1] / 2.0)
    drawn = len(values[0]) > 1
    title = (
        f"{words.money(spent[half])} {_does(name, write(middle[half]))} on average, and "
        f"{_between(values[half], write)} in 80% of draws"
        if drawn
        else f"{words.money(spent[half])} {_does(name, write(middle[half]))}; {words.money(spent[-1])}, "
        f"{write(middle[-1])}"
    )
    by = f"mean of {found.asked.draws} draws; band: 80% of draws" if drawn else "central run"
    footer = [
        f"Source: care-demand, {found.runs:,} runs; real pounds of {found.price_year}.",
        f"Note: best plans found for each budget{', held by mean cost' if drawn else ''}; what comes after the "
        "run is not counted.",
        *(f"Note: {name}: {why}." for name, why in list(found.dominated.items())[:2]),
    ]
    with style.context():
        sheet = Sheet(title, f"{scenario}. {what}, {over}, by budget in £m; {by}", footer)
        axes = sheet.panels[0]
        colour = style.LINES[0]
        millions = spent / 1e6
        if drawn:
            low, high = (np.array([np.quantile(v[1:], q) for v in values]) for q in (0.1, 0.9))
            axes.fill_between(millions, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(millions, middle, color=colour, linewidth=2.4, marker="o", markersize=4, gid="frontier")
        sheet.label(axes, float(millions[-1]), float(middle[-1]), f"Best plans\n{write(float(middle[-1]))}", colour)
        axes.set_xlim(0.0, float(millions[-1]) * 1.02)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        sheet.pounds() if OUTCOMES[name] == POUNDS else sheet.counts()
        spoken = "; ".join(f"{words.money(s)}: {write(float(v))}" for s, v in zip(spent, middle, strict=True))
        return sheet.finish(f"Line chart of {what.lower()} by budget, {by}. {spoken}.")


def _between(values: Array, write: Callable[[float], str]) -> str:
    low, high = (write(float(end)) for end in np.quantile(values[1:], [0.1, 0.9]))
    return f"{low} to {high}"


def _does(name: str, figure: str) -> str:
    """Say what money does, within a sentence."""
    if name == "npv":
        return f"saves {figure} more than it costs"
    return f"avoids {figure} child-years in {'care' if name == 'care_years' else 'homes'}"


def _largest(found: Optimised, name: str) -> float:
    return max(float(np.abs(one.outcome.values[name]).max()) for _, one in found.frontier)
