"""Chart: where looked-after children live, as shares, a panel for each placement in published figures."""

from __future__ import annotations

import numpy as np

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.findings import label, mix_found, reported_parts
from simulator.outputs.charts.layout import Sheet
from simulator.results.results_protocol import Results


@chart("placement_mix", title="Placement mix")
def placement_mix(results: Results) -> Chart | None:
    """Draw the share of children in each placement over time."""
    if "children" not in results.measures or len(results["children"].placements) < 2:
        return None
    measure = results["children"]
    whole = series.stock(results, "children")
    draws = 1 if whole.quantiles else len(whole.draws)  # quantiles of a share can't be told from those of its parts
    children = whole.draws[:draws]
    parts = reported_parts(results.stock_parts("children").area()[:draws], measure.placements)
    when = (words.month(whole.when[0]), words.month(whole.when[-1]))
    shares = {
        name: series.Course(
            whole.at, whole.when, np.divide(100 * part, children, out=np.zeros_like(part), where=children != 0)
        )
        for name, part in parts.items()
    }
    hidden = [name for name, share in shares.items() if np.isnan(share.middle[[0, -1]]).any()]
    shares = {name: share for name, share in shares.items() if name not in hidden}
    if not any(np.nanmax(share.middle) > 0 for share in shares.values()):
        return None
    notes = [f"Hidden, as small: {words.listed([label(name) for name in hidden])}."] if hidden else []
    title, most = mix_found(shares, when)
    before = series.mix_before(results)
    known = f" (dashed; before: {series.known_words(results, 'children')})" if before else ""
    with style.context():
        sheet = Sheet(
            title,
            f"{results.title}. Share of children looked after in {results.areas[0]} by placement, %, "
            f"{when[0]} to {when[1]}{known}{series.fan_words([results]) if draws > 1 else ''}",
            series.footer([results], *notes),
            count=len(shares),
            columns=min(3, len(shares)),
            plots_height=3.6,
        )
        begin = min([whole.at[0], *(past.at[0] for past in before.values())])
        margin = 0.02 * (whole.at[-1] - begin)
        sheet.years(begin - margin, whole.at[-1] + margin, panel_ticks=4)
        edges = [high for share in shares.values() for _, high in share.bands()[:1]]
        past_shares = [past.middle for name, past in before.items() if name in shares]
        top = series.highest(*(share.middle for share in shares.values()), *edges, *past_shares)
        for i, (group, share) in enumerate(shares.items()):
            strong = group == most
            colour = style.PALETTE["orange" if strong else "dark_blue"]
            if group in before:
                lines.draw_history(sheet.panels[i], before[group])
            lines.draw_projection(sheet.panels[i], share, colour, dashed=group in before)
            ends = f"{share.middle[0]:.1f}% to {share.middle[-1]:.1f}%"
            sheet.panel_title(i, f"{label(group)}\n{ends}", colour if strong else style.INK)
            sheet.panels[i].set_ylim(0, 1.1 * top)
        sheet.percents()
        listed = words.listed([f"{label(k)} {s.middle[0]:.1f}% to {s.middle[-1]:.1f}%" for k, s in shares.items()])
        return sheet.finish(f"Small line charts of shares of children by placement, {when[0]} to {when[1]}: {listed}.")
