"""What runs are reduced to: the figures that tables, charts and the summary show, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.results.analysis import split_extra
from simulator.results.labelled import Array, Measure, Results


def reduced(results: Results) -> dict[str, Array]:
    """Return every figure of the runs that results hold, by name: (draw, area, ...) each.

    A figure is there where its axes are: none by placement of a measure that has no placements, and none by year of a
    run that is shorter.

    ============================== ================================================================================
    ``MEASURE/total``              (draw, area, time)
    ``MEASURE/placement``          at the times of `Results.parts_at`: (draw, area, time, placement)
    ``MEASURE/age_band``           so too: (draw, area, time, age band)
    ``MEASURE/first``              a stock in the first area, for its chart: (draw, 1, instant, placement)
    ``MEASURE/year``               (draw, area, financial year)
    ``MEASURE/year_placement``     (draw, area, financial year, placement)
    ``MEASURE/real_...``           the two above of money in real prices
    ``extra_spend``                above the last published year: (draw, area, financial year)
    ``extra_spend/CAUSE``          so too, as `analysis.split_extra` splits it
    ``without/MEASURE/...``        the same without the scenario's programmes
    ============================== ================================================================================
    """
    figures = _of_measures(results)
    if results.without:
        figures |= {f"without/{name}": values for name, values in _of_measures(results.bare()).items()}
    if results.financial_years and "programme_spend" in results.measures:
        causes = split_extra(results)
        figures["extra_spend"] = np.sum(list(causes.values()), axis=0)
        figures |= {f"extra_spend/{name}": values for name, values in causes.items()}
    return figures


def _of_measures(results: Results) -> dict[str, Array]:
    return {
        f"{measure.name}/{name}": values
        for measure in results.measures.values()
        for name, values in (*_over_time(results, measure), *_by_year(results, measure))
    }


def _over_time(results: Results, measure: Measure) -> Iterator[tuple[str, Array]]:
    yield "total", measure.values.sum(axis=(-2, -1))
    at = results.parts_at(measure.kind)
    if len(measure.placements) > 1:
        parts = measure.values.sum(axis=-1)
        yield "placement", parts[:, :, at]
        if measure.kind == "stock":
            yield "first", parts[:, :1]
    if len(measure.age_bands) > 1:
        yield "age_band", measure.values.sum(axis=-2)[:, :, at]


def _by_year(results: Results, measure: Measure) -> Iterator[tuple[str, Array]]:
    if not results.financial_years:
        return
    for basis, real in (("", False), ("real_", True)) if measure.is_money else (("", False),):
        parts = results.by_year(measure.name, real=real).sum(axis=-1)
        yield f"{basis}year", parts.sum(axis=-1)
        yield f"{basis}year_placement", parts
