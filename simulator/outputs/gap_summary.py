"""Funding and the gap in the summary, for the first area."""

from __future__ import annotations

from functools import partial

from simulator.outputs.charts import words
from simulator.outputs.charts.findings import claims_of
from simulator.outputs.charts.headline import signed
from simulator.outputs.text_grid import WordTable
from simulator.results.funded import CLAIMED
from simulator.results.results_protocol import Results

ROWS = (
    ("Pressure: spend above {year}", "pressure"),
    ("Funding", "funding"),
    ("Gap: spend less funding", "gap"),
    ("  Overspend against a budget set anew each year", "overspend"),
    ("  Standing still, without programmes", "standstill"),
    ("  Plan without money", "unfunded_plan"),
)
"""What is told, and its measure."""

_AFTER = (1, 2, 5, 10)
"""Years of the run of which figures are given."""

_money = partial(signed, write=words.money)


def gap_lines(results: Results) -> list[str]:
    """Return the lines on funding and the gap; none where no funding is stated."""
    found = gap_table(results)
    return found.lines() if found else []


def gap_table(results: Results) -> WordTable | None:
    """Return funding and the gap, of the first area; None where no funding is stated."""
    years = results.financial_years
    if results.funded is None or not years:
        return None
    at = [n - 1 for n in _AFTER if n <= len(years)]
    rows = [["Funding and the gap, in cash", *(years[i] for i in at)]]
    for title, measure in ROWS:
        figure = results.gap(measure)
        write = words.money if measure == "funding" else _money
        rows.append([title.format(year=results.reference_year), *(write(figure.middle()[i]) for i in at)])
    said = [
        f"Said of {claim.area}: {claim.label}, {words.money(claim.gbp)} a year ({claim.gap.replace('_', ' ')}, "
        f"{claim.financial_year}). {claim.note}".rstrip()
        for gap in CLAIMED
        for claim in claims_of(results, gap)
    ]
    return WordTable("", tuple(map(tuple, rows)), tuple(said))
