"""Chart: foster places that can be used, children whose plan was fostering, and those of them who live elsewhere."""

from __future__ import annotations

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import foster_found
from simulator.outputs.charts.layout import Sheet
from simulator.results.results_protocol import Results

_LINES = (
    ("foster_need", "Original plan", "orange"),
    ("foster_places_usable", "Usable", "dark_blue"),
    ("unmet_foster_need", "In homes", "dark_pink"),
)


@chart("foster_places", title="Foster places usable, and children whose original plan was fostering")
def foster_places(results: Results) -> Chart | None:
    """Draw usable mainstream foster places, children whose original plan was one, and those of them in homes."""
    if not results.places_limited or any(name not in results.measures for name, _, _ in _LINES):
        return None
    paths = {name: series.stock(results, name) for name, _, _ in _LINES}
    unmet = paths["unmet_foster_need"]
    start, end = words.month(unmet.when[0]), words.month(unmet.when[-1])
    title = foster_found(unmet)
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Mainstream foster places (not kinship) in {results.areas[0]}, "
            f"{series.instants_words(results)}{series.fan_words([results], '80%')}",
            series.footer([results]),
        )
        axes = sheet.panels[0]
        sheet.years(unmet.at[0] - 0.1, unmet.at[-1] + 0.1)
        alts, top = [], 0.0
        for name, word, colour_name in _LINES:
            path, colour = paths[name], style.PALETTE[colour_name]
            lines.draw_projection(axes, path, colour, dashed=False, widest=True)
            top = max(top, series.highest(path.middle, *(high for _, high in path.bands())))
            sheet.label(
                axes,
                path.at[-1],
                path.middle[-1],
                f"{word}:\n{words.count(path.middle[-1])}",
                colour,
                bold=True,
            )
            alts.append(f"{word}: {words.count(path.middle[0])} in {start}, {words.count(path.middle[-1])} in {end}.")
        axes.set_ylim(0, 1.08 * (top or 1.0))
        sheet.counts()
        return sheet.finish("Line chart of mainstream foster places. " + " ".join(alts))
