"""Evidence for a sufficiency statement, as rows of tidy tables: what is needed, what there is, where, and beside whom.

All of it is of the one council or region that is run (`Results.evidence`); what is hidden in results is hidden here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.local_evidence import FILLED, PlacedCount, counted_far
from simulator.baseline.neighbours import INDICATORS, PER, PRICED, SHARES, YEARS
from simulator.results.long_tables import STATISTICS, Row, cells, price_bases
from simulator.results.results_protocol import OWN, Results
from simulator.results.timeline import marches
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.labels import ALL, HIDDEN
from simulator.vocabulary.where_placed import DISTANCE_TABLES

Array = NDArray[np.float64]

AHEAD = (0, 1, 3, 5)
"""Years after the start at whose 31 March needs are told."""

NEEDED_COLUMNS = (
    "scenario", "area", "date", "years_ahead", "placement", "age_band", "unit", *STATISTICS, "has", "has_basis",
)  # fmt: skip
UNMET_COLUMNS = ("scenario", "area", "date", "years_ahead", "period", "measure", "unit", "price_basis", *STATISTICS)
WHERE_COLUMNS = (
    "scenario", "area", "date", "years_ahead", "placement", "by", "category", "unit", "children", "percent", "basis",
    "source",
)  # fmt: skip
PEER_COLUMNS = ("area", "compared_with", "relation", "distance", "date", "indicator", "unit", "value", "source")

STOCKS = (
    "children", "uasc_children", "foster_households", "foster_places_approved", "foster_places_usable",
    "foster_places_filled", "foster_need", "unmet_foster_need", "beds_paid_for",
)  # fmt: skip
FLOWS = (
    "starts", "exits", "unmet_foster_need_spend", "empty_beds_spend", "placement_spend", "total_spend",
)  # fmt: skip

COUNTED, PUBLISHED, HELD = "counted", "published", "projected, with shares of the last count held"
OWN_SOURCE, THIS_RUN = "the council's own returns", "this run"
PEER_SOURCE = "dfe_cla_2025;dfe_lait_2026"

PEER_LABELS = {
    "children": "Children looked after",
    "children_per_10000": "Children per 10,000 under 18",
    "starts_per_10000": "Starts a year per 10,000",
    "change_5_years_percent": "Change of children over 5 years, %",
    "uasc_percent": "Asylum-seeking children, %",
    "foster_percent": "In foster care, %",
    "homes_percent": "In homes and residential, %",
    "supported_percent": "In supported accommodation, %",
    "with_parents_percent": "With parents, %",
    "own_provision_percent": "Provided by the council itself, %",
    "outside_percent": "Placed outside the area, %",
    "over_20_miles_percent": "Over 20 miles from home, %",
    "approved_foster_places_per_100_children": "Approved foster places per 100 children",
    "filled_foster_places_percent": "Approved foster places filled, %",
    "residential_gbp_per_week": f"Residential care, £ a week in {PRICED}",
    "fostering_gbp_per_week": f"Fostering, £ a week in {PRICED}",
}
"""Indicators in words."""

PLACES_OF_HOMES = (
    "Placements needed are numbers of children. Places needed in children's homes, which a chart and the tables of the "
    "run have (home_places_needed), are more: not all are filled on a day."
)

ONLY_FILLED = (
    "What the council's own carers could take is not stated (own.fostering.usable_places): usable places with them are "
    "those that children are in at the start, so that none is free then, and are no count of its capacity."
)

SIBLINGS = (
    "Siblings are not in SSDA903 returns, nor in tables of authorities, so no number of sibling groups is told here. "
    "In England 37% of children with a brother or sister in care were parted from them at their first placement "
    "[cco_siblings_2023]; a count of the council's own has to come from its case records."
)


def places_told(places: str, basis: str) -> str:
    """Return a number of places that there are as it stands beside needs: with what it is, where it is no capacity."""
    return f"{places} filled" if basis == FILLED and places not in ("", HIDDEN) else places


class Sufficiency:
    """What the tables of a council's or a region's results hold.

    Parameters
    ----------
    results : Results
        With evidence; of its first area.
    """

    def __init__(self, results: Results) -> None:
        if results.evidence is None:
            raise ValueError("there is no evidence of one council or region in these results")
        self.results, self.evidence = results, results.evidence
        self.area = results.areas[0]
        every = marches(results.dates("stock"))
        self.dates = tuple((ahead, every[ahead]) for ahead in AHEAD if ahead < len(every))

    @cached_property
    def _slices(self) -> Mapping[str, Mapping[tuple[str, str], Mapping[str, Array]]]:
        """Statistics, (statistic,), of stocks by measure, placement and age band, and date."""
        found: dict[str, dict[tuple[str, str], dict[str, Array]]] = {}
        for name in STOCKS:
            if name not in self.results.measures:
                continue
            of = found.setdefault(name, {})
            for placement, band, dates, table in self.results.slices(name):
                of[placement, band] = {date: table[:, 0, t] for t, date in enumerate(dates)}
        return found

    def stock(self, measure: str, date: str, placement: str = ALL, band: str = ALL) -> Array | None:
        """Return the statistics of a stock on a day, (statistic,): NaN where hidden; None where it is not known so."""
        return self._slices.get(measure, {}).get((placement, band), {}).get(date)

    def needed(self, date: str) -> Iterator[tuple[str, str, Array]]:
        """Yield placement, age band and statistics of children on a day: in all, by each, and by both."""
        of = self.results["children"]
        for placement, band in ((ALL, ALL), *((p, ALL) for p in of.placements), *((ALL, b) for b in of.age_bands)):
            found = self.stock("children", date, placement, band)
            if found is not None:
                yield placement, band, found
        both = self.results.by_placement_and_age("children")
        if both is None:
            return
        table = both.statistics()[:, 0, marches(self.results.dates("stock")).index(date)]
        for p, placement in enumerate(of.placements):
            for b, band in enumerate(of.age_bands):
                yield placement, band, table[:, p, b]

    @property
    def only_filled(self) -> bool:
        """Whether some of what the council has is only what children are in."""
        return any(one.basis == FILLED for one in self.evidence.capacity.values())

    def has(self, placement: str, date: str) -> tuple[float | None, str]:
        """Return how many places of a placement there are on a day, and where the number comes from; None if none."""
        capacity = self.evidence.capacity.get(placement)
        if capacity is None:
            return None, ""
        if capacity.places is not None:
            return float(capacity.places[self.results.timeline.dates("stock").index(date)]), capacity.basis
        found = self.stock("foster_places_usable", date, placement)
        return (None if found is None else float(found[0])), capacity.basis

    # ----------------------------------------------------------------------------------------------
    # Rows

    def needed_rows(self) -> Iterator[Row]:
        """Yield the rows of `placements-needed.csv`."""
        for ahead, date in self.dates:
            for placement, band, table in self.needed(date):
                has, basis = self.has(placement, date) if band == ALL else (None, "")
                shown = self._cell(has)
                head = (self.results.name, self.area, date, float(ahead), placement, band, "children")
                yield (*head, *cells(self.results, table), shown, basis if shown is not None else "")

    def gap_rows(self) -> Iterator[Row]:
        """Yield the rows of `needs-and-gaps.csv`: stocks on each day, and flows of the financial year to then."""
        results = self.results
        for ahead, date in self.dates:
            for name in STOCKS:
                found = self.stock(name, date)
                if found is not None:
                    head = (results.name, self.area, date, float(ahead), "instant", name, results[name].unit, "")
                    yield head + cells(results, found)
            year = Month.parse(date[:7]).financial_year
            for name in FLOWS if year in results.financial_years else ():
                if name not in results.measures:
                    continue
                for basis, real in price_bases(results, results[name]):
                    table = results.year_totals(name, real=real).statistics()[:, 0, results.financial_years.index(year)]
                    head = (results.name, self.area, date, float(ahead), year, name, results[name].unit, basis)
                    yield head + cells(results, table)

    def where_rows(self) -> Iterator[Row]:
        """Yield the rows of `in-and-out-of-area.csv`: counts so far, and what they come to if shares hold."""
        for one in self.evidence.where:
            basis = PUBLISHED if one.source else COUNTED
            yield self._where(one.date, None, one, one.children, one.share, basis)
        for ahead, date in self.dates[1:]:
            for last in self.last_where():
                if not last.is_known and last.by in DISTANCE_TABLES:  # the rest is taken to be placed as far
                    continue
                whole = self.stock("children", date)
                share = self._held_share(last, date)
                if whole is None or np.isnan(whole[0]) or np.isnan(share):
                    continue
                yield self._where(date, float(ahead), last, share * float(whole[0]), share, HELD)

    def last_where(self) -> Iterator[PlacedCount]:
        """Yield the last count of all placements by each thing and category."""
        counts = self.evidence.of_all()
        newest = {one.by: max(two.date for two in counts if two.by == one.by) for one in counts}
        yield from (one for one in counts if one.date == newest[one.by])

    @property
    def some_unknown(self) -> bool:
        """Whether the distance of some children is not known at the last count, or may not be, as it is hidden."""
        return any(one.children != 0 for one in self.last_where() if one.by == "distance" and not one.is_known)

    def at_last_count(self, one: PlacedCount) -> tuple[float, float]:
        """Return how many children a count comes to on its day, and their share of all.

        Where the distance of some is not known they are taken to be placed as far as others in their placement, as in
        later years and in the projected number far from home.
        """
        whole = self.stock("children", one.date)
        if one.by not in DISTANCE_TABLES or whole is None or np.isnan(whole[0]):
            return one.children, one.share
        share = self._held_share(one, one.date)
        return self.results.showing.worked_out(share * float(whole[0])), share

    def _held_share(self, last: PlacedCount, date: str) -> float:
        """Return the share of children in a category on a day, if that of each placement holds as last counted."""
        parts = [
            one for one in self.evidence.where
            if (one.by, one.category) == (last.by, last.category) and one.placement != ALL
        ]  # fmt: skip
        there = [(self.stock("children", date, one.placement), one) for one in parts]
        known = [(float(found[0]), one) for found, one in there if found is not None and not np.isnan(found[0])]
        whole = sum(number for number, _ in known)
        if len(known) < len(parts) or not whole:
            return last.share
        return sum(number * one.share for number, one in known) / whole

    def _where(
        self, date: str, ahead: float | None, one: PlacedCount, children: float, share: float, basis: str
    ) -> Row:
        percent = self.percent(one, share)
        if ahead is not None:
            children = self.results.showing.worked_out(children)
        head = (self.results.name, self.area, date, ahead, one.placement, one.by, one.category, "children")
        return (*head, self._cell(children), self._cell(percent), basis, one.source or OWN_SOURCE)

    def percent(self, one: PlacedCount, share: float) -> float | None:
        """Return a share of a count in per cent; None where there are too few children to give one."""
        return 100.0 * share if one.whole >= self.results.showing.least_for_percent else None

    def peer_rows(self) -> Iterator[Row]:
        """Yield the rows of `beside-others.csv`: indicators of the council, its neighbours, its region and England."""
        for name, value in self.own_indicators().items():
            head = (self.area, self.area, "itself, counted", 0.0, self.dates[0][1], name, INDICATORS[name])
            yield (*head, self._cell(value), OWN_SOURCE)
        date = f"{YEARS[-1]}-03-31"
        for peer in self.evidence.peers:
            for name, value in peer.figures.items():
                known = None if np.isnan(value) else value
                distance = None if np.isnan(peer.distance) else peer.distance
                of = (self.area, peer.name, peer.relation, distance, date, name, INDICATORS[name])
                yield (*of, known, PEER_SOURCE if known is not None else "")

    def own_indicators(self) -> dict[str, float]:
        """Return indicators of a council by its own returns, from what is shown of it; none of other runs."""
        history = self.results.history.get("children")
        if history is None or history.label != OWN:
            return {}
        start = self.dates[0][1]
        heads, children = self.evidence.under_18s, self._shown("children", start)
        starts = self.results.history.get("starts")
        started = float(starts.values[-1]) if starts is not None and len(starts.values) else np.nan
        past = dict(zip(history.dates, history.values, strict=True))
        before = past.get(f"{int(start[:4]) - 5}{start[4:]}", np.nan)
        where = {(one.by, one.category): one for one in self.last_where()}

        def placed(group: str) -> float:
            names = [
                one.name for one in placements.placements() if group in (one.authority_group, "foster" * one.is_foster)
            ]
            return sum(self._shown("children", start, name) for name in names if name in placements.reported())

        def share(by: str, category: str) -> float:
            one = where.get((by, category))
            return np.nan if one is None else 100.0 * one.share

        found = {
            "children": children,
            "children_per_10000": PER * children / heads,
            "starts_per_10000": PER * started / heads,
            "change_5_years_percent": 100.0 * (children / before - 1.0),
            "uasc_percent": 100.0 * self._shown("uasc_children", start) / children,
            **{name: 100.0 * placed(group) / children for name, group in SHARES.items()},
            "own_provision_percent": share("provider", "own"),
            "outside_percent": share("locality", "outside"),
            "over_20_miles_percent": share("distance", "over_20_miles"),
        }
        return {name: value for name, value in found.items() if self.results.showing.hidden or not np.isnan(value)}

    def _shown(self, measure: str, date: str, placement: str = ALL) -> float:
        found = self.stock(measure, date, placement)
        return np.nan if found is None else float(found[0])

    def _cell(self, value: float | None) -> str | float | None:
        """Return a cell: a number, the word where it is hidden, or nothing where there is none."""
        if value is None:
            return None
        return (self.results.showing.hidden or None) if np.isnan(value) else value

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said of the tables."""
        told = any(not one.source for one in self.evidence.where)
        where = (
            "the council's own returns"
            if told
            else "published tables of authorities, in which small numbers are hidden"
        )
        shared = "Agencies' foster" if self.evidence.tells_approved else "Foster"
        return (
            *self.evidence.notes,
            f"Where children are placed is from {where}; in later years it is what shares of the last count come to.",
            *([far] if (far := counted_far(self.last_where())) else []),
            f"{shared} households and approved places in tables of the run are England's, shared by children fostered: "
            "they are no count of this area's.",
            *([ONLY_FILLED] if self.only_filled else []),
            *([PLACES_OF_HOMES] if "home_places_needed" in self.results.measures else []),
            "Places that the council has are told of its own carers, and of beds that it states (own.beds): all other "
            "placements are bought as they are needed.",
            "Children whose original plan was fostering and who live in homes or supported accommodation are the unmet "
            "need; what they cost there is over the cost of an agency foster home. Their number is not identified.",
            SIBLINGS,
        )
