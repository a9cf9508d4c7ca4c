"""What runs are reduced to: the figures that tables, charts and the summary show, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from simulator.results.quantities import INFLATION, Array, Kind, Measure
from simulator.results.spend_lines import SpendLines
from simulator.results.timeline import Timeline, is_march

MOST_AREAS_IN_FULL = 10
"""With more areas than this, parts of measures stand in monthly tables at 31 March only."""


def of_measures(measures: Mapping[str, Measure], timeline: Timeline, deflator: Array) -> dict[str, Array]:
    """Return every figure of measures, by name: (draw, area, ...) each.

    A figure is there where its axes are: none by placement of a measure that has no placements, and none by year of a
    run that is shorter.

    ============================== ================================================================================
    ``MEASURE/total``              (draw, area, time)
    ``MEASURE/placement``          at the times of `parts_at`: (draw, area, time, placement)
    ``MEASURE/age_band``           so too: (draw, area, time, age band)
    ``MEASURE/placement_age_band`` a stock at each 31 March: (draw, area, 31 March, placement, age band)
    ``MEASURE/first``              a stock in the first area, for its chart: (draw, 1, instant, placement)
    ``MEASURE/year``               (draw, area, financial year)
    ``MEASURE/year_placement``     (draw, area, financial year, placement)
    ``MEASURE/real_...``           the two above of money in real prices
    ============================== ================================================================================

    Parameters
    ----------
    measures : mapping of name to Measure
    timeline : Timeline
    deflator : (draw, month)
        Cash over this is real.
    """
    return {
        f"{measure.name}/{name}": values
        for measure in measures.values()
        for name, values in (*_over_time(measure, timeline), *_by_year(measure, timeline, deflator))
    }


def of_extra_spend(
    lines: SpendLines, timeline: Timeline, programmes: Measure | None, deflator: Array, reference_level: float
) -> dict[str, Array]:
    """Return the figures of spend above the last published year; none of a run shorter than a year.

    ============================== ================================================================================
    ``extra_spend``                (draw, area, financial year), in cash
    ``real_extra_spend``           so too, in real prices
    ``extra_spend/CAUSE``          so too, as `SpendLines.split` splits that in cash
    ============================== ================================================================================

    Parameters
    ----------
    lines : SpendLines
    timeline : Timeline
    programmes : Measure or None
    deflator : (draw, month)
        Cash over this is real.
    reference_level : float
        The same of the last published year.
    """
    if not timeline.financial_years or programmes is None:
        return {}
    causes = lines.split(timeline, programmes.values.sum(axis=(-2, -1)), deflator / reference_level)
    whole = np.sum(list(causes.values()), axis=0)
    found = {"extra_spend": whole, "real_extra_spend": (whole - causes[INFLATION]) / reference_level}
    return found | {f"extra_spend/{name}": values for name, values in causes.items()}


def parts_at(dates: Sequence[str], kind: Kind, areas: int) -> list[int]:
    """Return the positions in time at which tables show parts of a measure.

    All, unless there are many areas; then each 31 March of a stock, and none of a flow: the table of financial years
    has its parts.
    """
    few = areas <= MOST_AREAS_IN_FULL
    return [i for i, date in enumerate(dates) if few or (kind == "stock" and is_march(date))]


def by_year(measure: Measure, timeline: Timeline, deflator: Array | None = None) -> Array:
    """Return a measure by financial year, in real prices with a deflator: (draw, area, year, placement, age band)."""
    values = measure.values if deflator is None else measure.values / deflator[:, None, :, None, None]
    return timeline.by_year(values, measure.kind)


def _over_time(measure: Measure, timeline: Timeline) -> Iterator[tuple[str, Array]]:
    yield "total", measure.values.sum(axis=(-2, -1))
    dates = timeline.dates(measure.kind)
    at = parts_at(dates, measure.kind, measure.values.shape[1])
    if len(measure.placements) > 1:
        parts = measure.values.sum(axis=-1)
        yield "placement", parts[:, :, at]
        if measure.kind == "stock":
            yield "first", parts[:, :1]
    if len(measure.age_bands) > 1:
        yield "age_band", measure.values.sum(axis=-2)[:, :, at]
    if measure.kind == "stock" and len(measure.placements) > 1 and len(measure.age_bands) > 1:
        yield "placement_age_band", measure.values[:, :, [i for i, date in enumerate(dates) if is_march(date)]]


def _by_year(measure: Measure, timeline: Timeline, deflator: Array) -> Iterator[tuple[str, Array]]:
    if not timeline.financial_years:
        return
    for basis, of in (("", None), ("real_", deflator)) if measure.is_money else (("", None),):
        parts = by_year(measure, timeline, of).sum(axis=-1)
        yield f"{basis}year", parts.sum(axis=-1)
        yield f"{basis}year_placement", parts
