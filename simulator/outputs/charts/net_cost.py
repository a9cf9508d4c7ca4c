"""Charts of value for money: what programmes have cost less what they have saved, year by year."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.outputs.charts import lines, series, style, words
from simulator.outputs.charts.chart_registry import Chart, chart
from simulator.outputs.charts.compare import draw_paths
from simulator.outputs.charts.findings import net_cost_path
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.verdicts import REGIMES, accounts, basis_words, break_even, value_notes, verdicts
from simulator.results.results_protocol import Results


@chart("net_cost", title="Cumulative net cost of the programmes")
def net_cost(results: Results) -> Chart | None:
    """Draw what the programmes have cost less what they have saved, in both regimes, and when they break even."""
    known = accounts(results)
    if not known:
        return None
    stated = known[0]
    paths = [net_cost_path(account) for account in known]
    colours = [style.PALETTE["dark_blue"], style.PALETTE["orange"]]
    regimes = [REGIMES[account.package.places_limited] for account in known]
    with style.context():
        sheet = Sheet(
            verdicts(known),
            f"{results.title}. Cost of programmes less what they save in {results.areas[0]}, added up from the start, "
            f"£ {basis_words(results, stated)}{series.fan_words([results], '80%')}",
            series.footer([results], *value_notes(results, known), money=True),
        )
        axes = sheet.panels[0]
        sheet.years(paths[0].at[0] - 0.2, paths[0].at[-1] + 0.3, financial=True)
        axes.axhline(0, color=style.INK, linewidth=1.0, zorder=2, gid="zero")
        shown = []
        for account, path, colour, regime in zip(known, paths, colours, regimes, strict=True):
            lines.draw_projection(axes, path, colour, dashed=False, widest=True)
            shown += [path.middle, *(edge for band in path.bands()[:1] for edge in band)]
            end = signed(float(path.middle[-1]), words.money)
            sheet.label(axes, path.at[-1], path.middle[-1], f"{regime[:1].upper()}{regime[1:]}:\n{end}", colour)
            if year := break_even(account):
                at = float(words.year_end(year))
                axes.plot([at], [path.middle[path.when.index(year)]], marker="o", color=colour, gid="break-even")
                sheet.callout(axes, at, float(path.middle[path.when.index(year)]), f"Paid back by {year}", colour)
        low, high = series.lowest(*shown), series.highest(*shown)
        span = (high - low) or 1.0
        axes.set_ylim(low - 0.08 * span, high + 0.12 * span)
        sheet.pounds()
        ends = words.listed(
            [
                f"{signed(float(path.middle[-1]), words.money)}{series.interval_words(path, words.money)} "
                f"with {regime}{f', paid back by {year}' if (year := break_even(account)) else ''}"
                for account, path, regime in zip(known, paths, regimes, strict=True)
            ]
        )
        return sheet.finish(
            f"Line chart of what programmes have cost less what they have saved, {basis_words(results, stated)}. "
            f"By {stated.years[-1]}: {ends}."
        )


@chart("compare_net_cost", scope="comparison", title="Cumulative net cost of programmes, all scenarios")
def compare_net_cost(everything: Sequence[Results]) -> Chart | None:
    """Draw the cumulative net cost of the programmes of all scenarios that have some, each against itself without."""
    some = [results for results in everything if results.packages]
    if len(some) < 2:
        return None
    stated = [accounts(results)[0] for results in some]
    return draw_paths(
        some, [net_cost_path(account) for account in stated], history=None,
        what="Cost of programmes less what they save, each against itself without them",
        unit=f"£ added up from the start, {series.prices_words(some[0])}, at present value",
        of="net cost of programmes", write=words.money, when=str, financial=True,
    )  # fmt: skip
