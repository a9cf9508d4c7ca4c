"""The evidence for a sufficiency statement in words and small tables: `sufficiency.txt`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.neighbours import INDICATORS
from simulator.outputs.charts import words
from simulator.outputs.text_grid import grid
from simulator.results.figures import QUANTILES
from simulator.results.luck import LUCK
from simulator.results.results_protocol import Results
from simulator.results.sufficiency_tables import PEER_LABELS, Sufficiency, places_told
from simulator.vocabulary import placements
from simulator.vocabulary.areas import meant
from simulator.vocabulary.axes import AGE_BANDS
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.labels import ALL, HIDDEN
from simulator.vocabulary.told import is_warning, marked
from simulator.vocabulary.where_placed import DISTANCE_TABLES

Array = NDArray[np.float64]

_LOW, _MIDDLE, _HIGH = (1 + QUANTILES.index(q) for q in (10, 50, 90))

BAND_LABELS = {"under_1": "Under 1"} | {band: band.replace("_", " ") for band in AGE_BANDS if band != "under_1"}
PLACEMENT_LABELS = {one.name: one.label for one in placements.placements()}
_CARERS = next(one.name for one in placements.placements() if one.capacity == "council")
NEEDS = (
    ("foster_need", ALL, "Children whose original plan was fostering"),
    ("unmet_foster_need", ALL, "  of them in homes or supported accommodation"),
    ("foster_places_approved", _CARERS, "Approved places of the council's own carers"),
    ("foster_places_usable", ALL, "Usable mainstream foster places"),
    ("foster_places_usable", _CARERS, "  of them of the council's own carers"),
    ("beds_paid_for", ALL, "Beds of its own and block contracts"),
    ("uasc_children", ALL, "Unaccompanied asylum-seeking children"),
)
NEED_LABELS = {measure: label for measure, placement, label in NEEDS if placement == ALL}
YEARLY_LABELS = {
    "starts": "Starts in the year to then",
    "exits": "Exits in the year to then",
    "unmet_foster_need_spend": "Cost of unmet need in the year to then",
    "empty_beds_spend": "  and of beds that stood empty",
    "placement_spend": "Spend on placements in the year to then",
}
WHERE_LABELS = {
    ("locality", "inside"): "Inside the area",
    ("locality", "outside"): "Outside the area",
    ("distance", "over_20_miles"): "Over 20 miles from home",
    ("distance_and_locality", "outside:over_20_miles"): "Outside and over 20 miles",
    ("provider", "own"): "Provided by the council itself",
    ("provider", "private"): "Provided by private providers",
}
_TOLD_OF_PEERS = ("itself", "neighbours", "region", "England")


def sufficiency_text(results: Results) -> str:
    """Return what the tables of a council's or a region's results say."""
    found = Sufficiency(results)
    parts = (_needed(found), _gaps(found), _where(found), _peers(found), _notes(found))
    heading = [f"Sufficiency: {found.area}", f"{results.title} ({results.name}), {_draws(results)}"]
    heading += [marked(note) for note in _every_note(found) if _comes_first(note)] + [""]
    return "\n".join([*heading, *(line for part in parts for line in (*part, ""))]).rstrip("\n") + "\n"


def _draws(results: Results) -> str:
    if results.draws == 1:
        return "central run: no intervals; ask for --draws"
    return f"median of {results.draws - 1:,} draws, with the interval that holds 80% of them"


def _when(found: Sufficiency) -> list[str]:
    return [words.month(date) if not ahead else f"+{ahead} year{'s' * (ahead > 1)}" for ahead, date in found.dates]


def _needed(found: Sufficiency) -> Iterator[str]:
    """Write placements needed, by type and by age, beside what there is."""
    of = found.results["children"]
    rows = [["Placements needed on 31 March", *_when(found), "has now"]]
    for placement, band in [(ALL, ALL), *((p, ALL) for p in of.placements), *((ALL, b) for b in of.age_bands)]:
        tables = [found.stock("children", date, placement, band) for _, date in found.dates]
        if all(table is None for table in tables):
            continue
        label = (
            "In all"
            if (placement, band) == (ALL, ALL)
            else PLACEMENT_LABELS.get(placement) or f"Aged {BAND_LABELS[band]}"
        )
        rows.append([label, *map(_count, tables), _has(found, placement) if band == ALL else ""])
    yield from grid(rows)


def _has(found: Sufficiency, placement: str) -> str:
    """Write how many places of a placement there are now, and where only those are known that children are in."""
    has, basis = found.has(placement, found.dates[0][1])
    return "" if has is None else places_told(words.single(has), basis)


def _gaps(found: Sufficiency) -> Iterator[str]:
    """Write need, places and unmet need, and what it costs, in real prices as statements and summaries do."""
    results = found.results
    rows = [["What there is, and what is missing", *_when(found)]]
    for name, placement, label in NEEDS:
        tables = [found.stock(name, date, placement) for _, date in found.dates]
        known = name != "foster_places_approved" or found.evidence.tells_approved
        if not known or not any(table is not None and np.nan_to_num(table[0], nan=1.0) for table in tables):
            continue
        rows.append([label, *map(_count, tables)])
    for name, label in YEARLY_LABELS.items() if results.financial_years else ():
        if name not in results.measures:
            continue
        is_money = results[name].is_money
        table = results.year_totals(name, real=is_money).statistics()[:, 0]
        write, told = (_money, f"{label}, {results.price_year} prices") if is_money else (_count, label)
        cells = []
        for _, date in found.dates:
            year = Month.parse(date[:7]).financial_year
            there = year in results.financial_years
            cells.append(write(table[:, results.financial_years.index(year)]) if there else "")
        if any(cell not in ("", "£0") for cell in cells):
            rows.append([told, *cells])
    yield from grid(rows)


def _where(found: Sufficiency) -> Iterator[str]:
    """Write where children are placed, and what that comes to if shares hold."""
    last = {(one.by, one.category): one for one in found.last_where()}
    if not last:
        yield "Nothing tells where its children are placed."
        return
    projected = {(row[2], row[5], row[6]): row for row in found.where_rows() if row[3]}
    newest = next(iter(last.values())).date
    later = [(ahead, date) for ahead, date in found.dates if ahead]
    rows = [
        [
            "Where its children are placed",
            words.month(newest),
            "",
            *(f"+{ahead} year{'s' * (ahead > 1)}" for ahead, _ in later),
        ]
    ]
    for key, label in WHERE_LABELS.items():
        if key not in last:
            continue
        one = last[key]
        children, share = found.at_last_count(one)
        percent = found.percent(one, share)
        told = "" if percent is None else HIDDEN if np.isnan(percent) else f"{percent:.0f}%"
        ahead = ["" if (row := projected.get((date, *key))) is None else _cell(row[8]) for _, date in later]
        shared = ", with a share of those not known" if key[0] in DISTANCE_TABLES and found.some_unknown else ""
        rows.append([f"{label}{shared}", words.single(children), told, *ahead])
    yield from grid(rows)


def _peers(found: Sufficiency) -> Iterator[str]:
    """Write the council beside its neighbours, its region and England."""
    peers = [one for one in found.evidence.peers if one.relation in _TOLD_OF_PEERS]
    if not peers:
        slip = meant(found.area)
        said = f"; did you mean {slip}?" if slip else "."
        yield f"{found.area} is no authority, so nothing published stands beside it: give --area-name{said}"
        return
    own = found.own_indicators()
    columns = (["counted"] if own else []) + [one.name if one.relation != "itself" else "published" for one in peers]
    rows = [["Beside others", *columns]]
    for name, unit in INDICATORS.items():
        cells = ([_indicator(own.get(name, np.nan), unit) if name in own else ""] if own else []) + [
            _indicator(one.figures[name], unit) for one in peers
        ]
        rows.append([PEER_LABELS[name], *cells])
    yield from grid(rows)
    near = [one.name for one in found.evidence.peers if one.relation == "neighbour"]
    if near:
        yield f"Neighbours: {', '.join(near)} (docs/sufficiency.md says how they are found)."


def _indicator(value: float, unit: str) -> str:
    if np.isnan(value):
        return "-"
    return f"{value:,.0f}" if unit in ("children", "GBP a week") else f"{value:.1f}"


def _comes_first(note: str) -> bool:
    """Whether a note stands above all tables: what warns, and what intervals are of."""
    return is_warning(note) or note in LUCK


def _every_note(found: Sufficiency) -> tuple[str, ...]:
    """Return what every chart and the summary of the run say, and what must be said of these tables."""
    return tuple(dict.fromkeys((*found.results.every_note, *found.notes)))


def _notes(found: Sufficiency) -> Iterator[str]:
    yield from (marked(note) for note in _every_note(found) if not _comes_first(note))


def _count(table: Array | None) -> str:
    return _between(table, words.single)


def _cell(value: str | float | None) -> str:
    """Write a cell of a table: a number, or the word where it is hidden."""
    return value if isinstance(value, str) else words.single(value or 0.0)


def _money(table: Array | None) -> str:
    return _between(table, words.money)


def _between(table: Array | None, write: Callable[[float], str]) -> str:
    """Write a figure with its interval where there are draws."""
    if table is None:
        return "-"
    if len(table) == 1:
        return write(float(table[0]))
    middle, low, high = (write(float(table[i])) for i in (_MIDDLE, _LOW, _HIGH))
    return middle if low == middle == high else f"{middle} ({low}-{high})"
