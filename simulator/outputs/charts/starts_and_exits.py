"""Chart: children who start and who cease to be looked after in each financial year."""

from __future__ import annotations

from simulator.outputs.charts import headline, lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.figures import way
from simulator.results.results_protocol import Results

_LINES = (("starts", "Starts", "dark_blue"), ("exits", "Exits", "orange"))


@chart("starts_and_exits", title="Starts and exits")
def starts_and_exits(results: Results) -> Chart | None:
    """Draw starts and exits by financial year, published and projected."""
    if not results.financial_years or any(name not in results.measures for name, _, _ in _LINES):
        return None
    paths = {name: series.yearly(results, name) for name, _, _ in _LINES}
    histories = {name: series.actual(results, name) for name, _, _ in _LINES}
    starts, exits = paths["starts"], paths["exits"]
    year, title = starts.when[-1], _title(starts, exits)
    known = [history for history in histories.values() if history]
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Children starting and ceasing to be looked after in {results.areas[0]}, "
            f"number in each financial year{series.fan_words([results], '80%')}",
            series.footer([results], *_what_else(results, year)),
        )
        axes = sheet.panels[0]
        begin = min([starts.at[0], *(history.at[0] for history in known)])
        finish = max([starts.at[-1], *(history.at[-1] for history in known)])
        sheet.years(begin - 0.4, finish + 0.4, financial=True)
        alts, top = [], 0.0
        for name, title_word, colour_name in _LINES:
            path, history, colour = paths[name], histories[name], style.PALETTE[colour_name]
            if history:
                lines.draw_history(axes, history, colour)
                top = max(top, series.highest(history.middle))
                known_as = "The council's own" if series.is_own(results, name) else "Published"
                alts.append(f"{known_as} {name} were {words.count(history.middle[-1])} in {history.when[-1]}.")
            lines.draw_projection(axes, path, colour, joins=history, widest=True)
            top = max(top, series.highest(path.middle, *(high for _, high in path.bands())))
            end = path.middle[-1]
            sheet.label(axes, path.at[-1], end, f"{title_word}:\n{words.count(end)}\nin {year}", colour, bold=True)
            alts.append(
                f"Projected {name} go from {words.count(path.middle[0])} in {path.when[0]} "
                f"to {words.count(end)} in {year}."
            )
        axes.set_ylim(0, 1.17 * (top or 1.0))
        lines.mark_start(axes, starts.at[0] - 0.5, f"Projection (dashed)\nfrom {starts.when[0]}")
        sheet.counts()
        return sheet.finish("Line chart by financial year. " + " ".join(alts))


def _title(starts: Course, exits: Course) -> str:
    year, many = starts.when[-1], float(starts.middle[-1])
    both = [words.count(float(path.middle[-1])) for path in (starts, exits)]
    apart = (starts - exits).draws[:, -1]
    found = way(apart, many)
    if found == "unsure":
        ranges = [
            headline.between(path.draws[:, -1], words.count, quantiles=path.quantiles) for path in (starts, exits)
        ]
        return (
            f"In {year}, {ranges[0]} children start to be looked after and {ranges[1]} leave care ({headline.DRAWS}); "
            "either may be the larger number"
        )
    if found == "same":
        return f"In {year}, about as many children start to be looked after as leave care: {both[0]} and {both[1]}"
    size = f"{words.count(abs(round(many, -1) - round(float(exits.middle[-1]), -1)))} "
    size += "more children" if found == "up" else "fewer children"
    return f"In {year}, {size} start to be looked after than leave care: {both[0]} against {both[1]}"


def _what_else(results: Results, year: str) -> list[str]:
    """Say what starts hold, and what changes numbers in care beside starts and exits."""
    notes = ["Starts include children who come back after they went home, so they follow exits by a while."]
    residual = results.year_totals("balancing").middle()[-1] if "balancing" in results.measures else 0.0
    if abs(residual) >= 1:  # in published results it may be hidden
        way = "rise" if residual > 0 else "fall"
        notes.append(
            f"Numbers in care {way} by {words.count(abs(residual))} more in {year} than starts and exits say: the "
            "published tables have such a residual each year, and the projection keeps it."
        )
    return notes
