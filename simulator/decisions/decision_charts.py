"""Charts of what answers hang on, and of what knowing more is worth: bars across, the widest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.decisions.figures_at_points import AskedFigure
from simulator.decisions.sensitivity import TORNADO_ENDS, Sensitivity
from simulator.decisions.value_of_information import Information
from simulator.outputs.charts import Chart, style, words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import MARGIN, Sheet
from simulator.outputs.svg.bars_across import Bar
from simulator.results.quantities import POUNDS

Array = NDArray[np.float64]

HALF = 0.5
MOST = 12
"""Bars of a chart."""
SOURCE = "Source: care-demand, from published figures and the scenario's own numbers (care-demand list sources)."
_WIDTH = style.WIDTH_INCHES - 2 * MARGIN
_NAMES = 3.2
"""Inches for names, at most."""


def written_as(asked: AskedFigure, value: float) -> str:
    """Write a value of a figure: a difference with its sign."""
    write = words.money if asked.unit == POUNDS else words.count
    return signed(value, write) if asked.difference else write(value)


def tornado(study: Sensitivity, title: str, figure: int) -> Chart | None:
    """Draw what comes of a figure with each input alone at its low and its high end."""
    asked, middle = study.asked[figure], float(study.figures.values[0, figure])
    order = study.swings(figure)[:MOST]
    if not order:
        return None
    bars = tornado_bars(asked, middle, {study.inputs[i].name: study.tornado[i, :, figure] for i in order})
    first = order[0]
    points = [*study.tornado[first, :, figure].tolist(), middle]
    finding = (
        f"{asked.words}: of inputs moved alone to these ends, {study.inputs[first].name} takes it furthest, "
        f"{written_as(asked, min(points))} to {written_as(asked, max(points))}"
    )
    subtitle = (
        f"{title}, {study.figures.area}. {_of(study, asked)}, with one input at a time at its {TORNADO_ENDS[0]}th "
        f"percentile (blue) and its {TORNADO_ENDS[1]}th (orange) and all others at their middle; line: the central "
        f"run, {written_as(asked, middle)}"
    )
    return bars_across(finding, subtitle, bars, middle, "Tornado chart.")


def tornado_bars(asked: AskedFigure, middle: float, ends: Mapping[str, Array]) -> list[Bar]:
    """Return the bars of a tornado.

    Parameters
    ----------
    asked : AskedFigure
    middle : float
        Of the central run.
    ends : mapping of str to (2,)
        Of each input, the figure at its low end and at its high one.
    """
    found = []
    for name, (low, high) in ends.items():
        parts = ((middle, float(low), "dark_blue"), (middle, float(high), "orange"))
        said = f"{written_as(asked, float(low))} to {written_as(asked, float(high))}"
        found.append(Bar(name, parts, said))
    return found


def variance_bars(study: Sensitivity, title: str, figure: int) -> Chart | None:
    """Draw total indices of variance of a figure."""
    asked = study.asked[figure]
    if study.spreads[figure] == 0.0:
        return None
    order = [i for i in study.ranked(figure) if study.indices.total_ends[1, i, figure] > 0.0][:MOST]
    bars = []
    for i in order:
        total = float(study.indices.total[i, figure])
        low, high = (float(end) for end in study.indices.total_ends[:, i, figure])
        said = f"{total:.2f} ({low:.2f} to {high:.2f})"
        bars.append(Bar(study.blocks[i].name, ((0.0, total, "dark_blue"),), said, (low, high)))
    low = study.indices.total_ends[0, order[0], figure]
    beaten = all(study.indices.total_ends[1, i, figure] < low for i in order[1:])
    finding = f"{asked.words}: {_leading(study, order, low, beaten=beaten)}"
    subtitle = (
        f"{title}, {study.figures.area}. {_of(study, asked)}: total Sobol index of each input, the share of variance "
        f"that would stay if all others were known; lines: 80% intervals from {study.budget.points} points"
    )
    return bars_across(finding, subtitle, bars, 0.0, "Bar chart of total Sobol indices.")


def _leading(study: Sensitivity, order: Sequence[int], low: float, *, beaten: bool) -> str:
    """Say which input brings most of the uncertainty, or that intervals do not tell."""
    first = study.blocks[order[0]].name
    if beaten:
        return f"{'most' if low > HALF else 'the largest part'} of what is uncertain comes from {first}"
    return f"{first} and {study.blocks[order[1]].name} bring the most uncertainty, too near to tell which is first"


def worth_bars(found: Information, title: str) -> Chart | None:
    """Draw what knowing each input, and groups of them, is worth."""
    seen = [one for one in found.worths if one.seen][:MOST]
    if not seen:
        return None
    bars = [
        Bar(one.name, ((0.0, one.evppi_gbp, "orange" if one.group else "dark_blue"),), words.money(one.evppi_gbp))
        for one in seen
    ]
    single = next((one for one in seen if not one.group), seen[0])
    share = single.evppi_gbp / found.evpi_gbp
    finding = (
        f"Knowing everything before this decision would be worth {words.money(found.evpi_gbp)}; "
        f"{single.name} alone, {min(share, 1.0):.0%} of that"
    )
    subtitle = (
        f"{title}, {found.horizon}, real {found.figures.price_year}, at present value. Expected value of perfect "
        f"information on each input (blue) and on groups of them (orange), by regression on {found.draws:,} draws; "
        "those that chance could make as great in 1 of 100 cases are left out"
    )
    return bars_across(finding, subtitle, bars, 0.0, "Bar chart of the value of perfect information.")


def _of(study: Sensitivity, asked: AskedFigure) -> str:
    held = f", against {study.figures.against}" if asked.difference else ""
    prices = f", {study.figures.price_year} prices" if asked.unit == POUNDS else ""
    return f"{asked.words}{held}{prices}"


def bars_across(
    finding: str, subtitle: str, bars: Sequence[Bar], middle: float, kind: str, footer: Sequence[str] = (SOURCE,)
) -> Chart:
    """Draw bars across, below each other, on one scale.

    Parameters
    ----------
    finding, subtitle : str
    bars : sequence of Bar
    middle : float
        Where the line is from which bars go.
    kind : str
        Of chart, for the alt text.
    footer : sequence of str
        Source and notes.
    """
    with style.context():
        sheet = Sheet(finding, subtitle, footer, ticks=False, plots_height=0.36 * len(bars), least_height=0.0)
        axes = sheet.panels[0]
        axes.set_axis_off()
        axes.set_xlim(0.0, _WIDTH)
        axes.set_ylim(len(bars), 0.0)
        names = [sheet.wrap(one.name, style.FOOTER, _NAMES)[:2] for one in bars]
        begin = max(sheet.measure(line, style.FOOTER) for lines in names for line in lines) + 0.2
        end = _WIDTH - max(sheet.measure(one.said, style.FOOTER) for one in bars) - 0.2
        edges = [value for one in bars for part in one.parts for value in part[:2]] + [middle]
        edges += [value for one in bars if one.whisker for value in one.whisker]

        def across(value: float) -> float:
            return float(np.interp(value, [min(edges), max(edges)], [begin, end]))

        for i, (one, name) in enumerate(zip(bars, names, strict=True)):
            y = i + 0.5
            axes.text(begin - 0.2, y, "\n".join(name), ha="right", va="center", fontsize=style.FOOTER)
            axes.text(end + 0.2, y, one.said, va="center", fontsize=style.FOOTER)
            height = 0.6 / len(one.parts)
            for part, (start, stop, colour) in enumerate(one.parts):  # beside each other: both may lie on one side
                left, place = across(start), y - 0.3 + (part + 0.5) * height
                axes.barh(place, across(stop) - left, left=left, color=style.PALETTE[colour], height=height)
            if one.whisker:
                axes.plot([across(value) for value in one.whisker], [y, y], color=style.INK, linewidth=1.2)
        axes.axvline(across(middle), color=style.INK, linewidth=1.0)
        listed = words.listed([f"{one.name} {one.said}" for one in bars])
        return sheet.finish(f"{kind} {listed}.")
