"""Charts of single measures: the total over time of each whose entry asks for a chart of its own."""

from __future__ import annotations

from functools import partial

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, Entry
from simulator.outputs.charts.layout import Sheet
from simulator.results.measures import measures
from simulator.results.results_protocol import Results


def of_measures() -> list[Entry]:
    """Return the chart of each measure that has one of its own, named as the measure."""
    return [
        Entry(kind.name, "scenario", kind.title, partial(one_measure, name=kind.name))
        for kind in measures().values()
        if kind.charted
    ]


def one_measure(results: Results, *, name: str) -> Chart | None:
    """Draw a measure in total: a stock at each instant, or a flow by financial year."""
    if name not in results.measures:
        return None
    measure = results[name]
    stock = measure.kind == "stock"
    if not stock and not results.financial_years:
        return None
    path = series.stock(results, name) if stock else series.yearly(results, name)
    write = words.money if measure.is_money else words.count
    said = words.month if stock else str
    when = series.instants_words(results) if stock else "in each financial year"
    first, last, start, end = path.central[0], path.central[-1], said(path.when[0]), said(path.when[-1])
    way = words.way(first, last, "rise", "fall", "hardly change")
    title = f"{measure.title}: {way} from {write(first)} in {start} to {write(last)} in {end}"
    if (bands := path.bands()) and bands[0][0][-1] <= first <= bands[0][1][-1]:
        low, high = (edge[-1] for edge in bands[0])
        title = f"{measure.title}: {write(first)} in {start}, and from {write(low)} to {write(high)} in {end}"
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. {measure.title} in {results.areas[0]}, {when}{series.fan_words([results], '80%')}",
            series.footer([results], money=measure.is_money),
        )
        axes = sheet.panels[0]
        sheet.years(path.at[0] - 0.3, path.at[-1] + 0.3, financial=not stock)
        lines.draw_projection(axes, path, style.PALETTE["dark_blue"], dashed=False, widest=True)
        axes.set_ylim(0, 1.17 * (series.highest(path.central, *(high for _, high in path.bands())) or 1.0))
        sheet.label(axes, path.at[-1], last, f"{write(last)}\nin {end}", style.PALETTE["dark_blue"], bold=True)
        (sheet.pounds if measure.is_money else sheet.counts)()
        return sheet.finish(
            f"Line chart of {measure.title.lower()} in {results.areas[0]}: {write(first)} in {start}, "
            f"{write(last)} in {end}{series.interval_words(path, write)}."
        )
