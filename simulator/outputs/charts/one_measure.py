"""Charts of single measures: the total over time of each whose entry asks for a chart of its own."""

from __future__ import annotations

from functools import partial

from simulator.outputs.charts import headline, lines, series, style, words
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
    path = series.stock(results, name) if stock else series.yearly(results, name, real=measure.is_money)
    write = words.money if measure.is_money else words.count
    said = words.month if stock else str
    when = series.instants_words(results) if stock else "in each financial year"
    first, last, start, end = path.middle[0], path.middle[-1], said(path.when[0]), said(path.when[-1])
    prices = f" {series.prices_words(results)}" if measure.is_money else ""
    title = headline.level(f"{measure.title}:", path, write, said, ("up", "down", "hardly changed,"), unit=prices)
    history = series.actual(results, name, real=measure.is_money)
    past = ""
    if history:
        past = f" {series.history_name(results, name)} end at {write(history.middle[-1])} in {said(history.when[-1])}."
        when = f"{series.known_words(results, name)}, projected {when}" if stock else f"published and projected {when}"
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. {measure.title} in {results.areas[0]}, {when}{prices}"
            f"{series.fan_words([results], '80%')}",
            series.footer([results], *results.measure_notes.get(name, ()), money=measure.is_money),
        )
        axes = sheet.panels[0]
        begin = min([path.at[0], *([history.at[0]] if history else [])])
        sheet.years(begin - 0.3, path.at[-1] + 0.3, financial=not stock)
        if history:
            lines.draw_history(axes, history)
        colour = style.PALETTE["dark_blue"]
        lines.draw_projection(axes, path, colour, dashed=history is not None, widest=True, joins=history)
        before = [history.middle] if history else []
        axes.set_ylim(0, 1.17 * (series.highest(path.middle, *(high for _, high in path.bands()), *before) or 1.0))
        if history:
            lines.mark_start(axes, path.at[0] if stock else path.at[0] - 0.5, f"Projection (dashed)\nfrom {start}")
        sheet.label(axes, path.at[-1], last, f"{write(last)}\nin {end}", style.PALETTE["dark_blue"], bold=True)
        (sheet.pounds if measure.is_money else sheet.counts)()
        return sheet.finish(
            f"Line chart of {measure.title.lower()} in {results.areas[0]}{prices}: {write(first)} in {start}, "
            f"{write(last)} in {end}{series.interval_words(path, write)}.{past}"
        )
