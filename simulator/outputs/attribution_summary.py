"""What each of several programmes brings, in the summary: children at the end and real spend over the run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simulator.outputs.charts import series, words
from simulator.outputs.charts.brought import COUNTED, brought, range_words
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
        each = [part] if part.alone is None else [part, part.alone]
        children, spend = [one.children for one in each], [one.spend_gbp for one in each]
        rows.append([f"  {part.title}", range_words(children, _count), range_words(spend, _money)])
        ends = _ends(children, _count), _ends(spend, _money)
        if any(ends):
            rows.append(["    80% of draws", *ends])
    basis = f"Central run; spend with the programmes' own cost, {series.prices_words(results)}, not discounted."
    return WordTable("", tuple(map(tuple, rows)), (basis, COUNTED[results.attributed.exact]))


def _ends(parts: list[Array], write: Callable[[float], str]) -> str:
    """Write where 80% of draws lie, from the least to the greatest end of parts; nothing where all are alike."""
    known = [ends for values in parts if (ends := interval(values, 10, 90, quantiles=False)) is not None]
    if not known:
        return ""
    low, high = write(float(min(ends[0] for ends in known))), write(float(max(ends[1] for ends in known)))
    return f"{low} to {high}" if low != high else ""
