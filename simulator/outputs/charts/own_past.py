"""Chart: the model run over a council's own past, beside what its returns hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.baseline.start import OwnPast
from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course
from simulator.results.results_protocol import OWN, Results


@chart("own_past", title="The model over its own past")
def own_past(results: Results) -> Chart | None:
    """Draw children in care by the returns, and the model run from an earlier base with the starts that happened."""
    past, history = results.own_past, series.actual(results, "children")
    if past is None or not past.years or history is None:
        return None
    return draw(past, history, f"{results.title}. {results.areas[0]}", series.footer([results]))


def draw(past: OwnPast, history: Course, of: str, footer: Sequence[str]) -> Chart:
    """Draw the check of a council. Its numbers are not rounded: ten children may be all that lies between two lines.

    Parameters
    ----------
    past : OwnPast
    history : Course
        Children in care on each 31 March of the returns.
    of : str
        Whose it is, for the line under the title.
    footer : sequence of str
        Notes and sources.
    """
    base = int(np.flatnonzero(history.at == past.years[0] - 1)[0])
    at = np.array([float(past.years[0] - 1), *map(float, past.years)])
    model = Course(at, tuple(f"{year:.0f}-03-31" for year in at), np.array([[history.middle[base], *past.model]]))
    last, real = float(past.model[-1]), float(past.children[-1])
    end = words.month(f"{past.years[-1]}-03-31")
    missed = f"{abs(last / real - 1.0):.1%}" if real else f"{words.single(last)} children"
    title = (
        f"Run over its own past, the model misses the returns by {missed}, "
        f"{'beyond chance' if past.beyond else 'within chance'}"
    )
    colour = style.PALETTE["dark_blue"]
    with style.context():
        sheet = Sheet(
            title,
            f"{of}. Number of children looked after at 31 March: by the returns, and by the model run from "
            f"{words.month(model.when[0])} with the starts that happened, and what chance makes of it in 80% of cases",
            footer,
        )
        axes = sheet.panels[0]
        sheet.years(history.at[0] - 0.3, history.at[-1] + 0.3)
        wide = 1.2815515655446004 * np.append(0.0, past.sd)
        axes.fill_between(
            at, model.middle - wide, model.middle + wide, color=colour, alpha=0.16, linewidth=0, gid="fan"
        )
        lines.draw_history(axes, history)
        lines.draw_projection(axes, model, colour)
        axes.set_ylim(0, 1.25 * series.highest(history.middle, model.middle + wide))
        lines.mark_start(axes, at[0], f"Model from\n{words.month(model.when[0])}")
        sheet.callout(axes, history.at[len(history.at) // 3], history.middle[len(history.at) // 3], OWN, style.HISTORY)
        sheet.label(axes, at[-1], last, f"Model:\n{words.single(last)}\nin {end}", colour, bold=True)
        sheet.counts()
        return sheet.finish(
            f"Line chart. The returns hold {words.single(history.middle[base])} children in "
            f"{words.month(model.when[0])} and {words.single(real)} in {end}; the model, run from then with "
            f"the starts that happened, makes {words.single(last)}."
        )
