"""What each of several programmes brings, in the summary: children at the end and real spend over the run."""

from __future__ import annotations

from functools import partial

from simulator.outputs.charts import series, words
from simulator.outputs.charts.brought import COUNTED, brought
from simulator.outputs.charts.headline import signed
from simulator.outputs.text_grid import WordTable
from simulator.results.figures import interval
from simulator.results.quantities import Array
from simulator.results.results_protocol import Results

_count, _money = (partial(signed, write=write) for write in (words.count, words.money))


def attribution_lines(results: Results) -> list[str]:
    """Return the lines on what each programme of the first area brings; none of one programme alone."""
    found = attribution_table(results)
    return found.lines() if found else []


def attribution_table(results: Results) -> WordTable | None:
    """Return what each programme of the first area brings; None of one programme alone."""
    parts = brought(results)
    if not parts:
        return None
    years = results.financial_years
    rows = [["What each programme brings", f"children, March {words.year_end(years[-1])}", "spend, all years"]]
    for part in parts:
        rows.append([f"  {part.title}", _count(part.children[0]), _money(part.spend_gbp[0])])
        ends = _ends(part.children, _count), _ends(part.spend_gbp, _money)
        if any(ends):
            rows.append(["    80% of draws", *ends])
    basis = f"Central run; spend with the programmes' own cost, {series.prices_words(results)}, not discounted."
    return WordTable("", tuple(map(tuple, rows)), (basis, COUNTED[results.attributed.exact]))


def _ends(values: Array, write: partial[str]) -> str:
    """Write where 80% of draws lie; nothing without draws, or where all are alike."""
    ends = interval(values, 10, 90, quantiles=False)
    written = [] if ends is None else [write(float(edge)) for edge in ends]
    return " to ".join(written) if len(set(written)) > 1 else ""
