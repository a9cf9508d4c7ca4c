"""The tables that come with the package: what each may hold, and the one loader that reads them.

Every reader of a packaged table takes it from :func:`table`, which checks it on the way. To add a table, put its file
into the folder and its schema into `SCHEMAS`; tests hold the two together.
"""

from __future__ import annotations

import math
from importlib.resources import files
from typing import Protocol, TypeVar

from simulator.data.table_schema import Column, Schema, Table, counts, number, parse, text, texts, whole, year
from simulator.vocabulary.axes import STREAMS

FIGURES = ("children", "placements", "fostering", "money", "population", "workforce")
"""Tables of published figures for England, which have one form."""

_FIGURE = Schema(
    {
        "table": text(),
        "year": year(),
        "category": text(),
        "value": number("as the column unit says", 0.0, empty=None),
        "unit": text(),
        "vintage": whole("year", 1990, 2100),
        "status": text(),
        "source": text(),
    },
    key=("table", "year", "category"),
)


def _correlated() -> dict[str, Column]:
    """Return the columns of steps that are tied to each other."""
    return {"group": text(empty=True), "correlation": number("correlation", 0.0, 1.0)}


SCHEMAS = {name: _FIGURE for name in FIGURES} | {
    "projections": Schema(
        {
            "who": text(),
            "published": text(),
            "scenario": text(),
            "year": text(empty=True),
            "metric": text(),
            "value": number("as the column unit says"),
            "unit": text(),
            "source": text(empty=True),
            "status": text("page", "derived", "unverified"),
            "note": text(empty=True),
        },
        key=("who", "published", "scenario", "year", "metric", "unit", "note"),
    ),
    "evidence": Schema(
        {
            "key": text(),
            "topic": text(),
            "study": text(),
            "outcome": text(),
            "effect_type": text(empty=True),
            "estimate": text(empty=True),
            "ci_low": number("as effect_type says", empty=None),
            "ci_high": number("as effect_type says", empty=None),
            "design": text(
                "trial", "matched", "meta_analysis", "area_study", "extrapolation", "before_and_after", "description"
            ),
            "design_words": text(empty=True),
            "participants": text(empty=True),
            "quality": text("high", "medium", "low to medium", "low", "pending", "none"),
            "population": text(empty=True),
            "cost": text(empty=True),
            "price_year": text(empty=True),
            "source": text(),
            "status": text("page", "derived"),
            "note": text(empty=True),
        },
        key=("key",),
    ),
    "strategy": Schema(
        {
            "key": text(),
            "what": text(),
            "funder": text(),
            "year": text(),
            "amount": number("as the column unit says", 0.0),
            "unit": text(),
            "source": text(),
            "status": text("page", "derived"),
            "note": text(empty=True),
        },
        key=("key",),
    ),
    "reactions": Schema(
        {
            "key": text(),
            "what": text(),
            "year": text(),
            "value": number("as the column unit says", 0.0),
            "unit": text(),
            "scope": text(empty=True),
            "source": text(empty=True),
            "status": text("page", "derived", "unverified"),
            "note": text(empty=True),
        },
        key=("key",),
    ),
    "framework": Schema(
        {
            "outcome": text(),
            "measures": texts(),
            "placements": texts(),
            "nothing": text(),
        },
        key=("outcome",),
    ),
    "appraisal": Schema(
        {
            "key": text(),
            "value": number("as the column unit says", 0.0),
            "low": number("as the column unit says", 0.0),
            "high": number("as the column unit says", 0.0),
            "unit": text(),
            "basis": text(),
            "note": text(),
        },
        key=("key",),
    ),
    "perspectives": Schema(
        {
            "item": text(),
            "words": text(),
            "entry": text(empty=True),
            "bearer": text("central", "local", "not_stated", empty=True),
            "kind": text("cost", "cashable", "released", "not_cashable", "transfer", "no_figure"),
            "basis": text(),
            "note": text(),
        },
        key=("item",),
    ),
    "deprivation": Schema(
        {
            "code": text(),
            "year": whole("year", 2000, 2100),
            "income_deprived_children_share": number("share of children", 0.0, 1.0),
            "status": text(),
            "source": text(),
        },
        key=("code",),
    ),
    "published_differences": Schema(
        {
            "scenario": text(),
            "against": text(),
            "who": text(),
            "projection": text(),
            "year": text(),
            "metric": text(),
            "last_year": text(),
            "counts": text(),
        },
        key=("scenario", "against", "last_year"),
    ),
    "sources": Schema(
        {
            "key": text(),
            "title": text(),
            "publisher": text(empty=True),
            "year": text(empty=True),
            "url": text(empty=True),
            "licence": text(empty=True),
        },
        key=("key",),
    ),
    "areas": Schema(
        {
            "old_code": text(),
            "code": text(empty=True),
            "name": text(),
            "region": text(),
            "type": text("London", "county", "metropolitan", "unitary", empty=True),
            "children": number("children", 0.0, empty=None),
            "status": text(),
            "first_year": whole("year", 2011, 2100),
            "parents": text(empty=True),
            "source": text(),
        },
        key=("old_code",),
        folder="vocabulary",
    ),
    "local": Schema(
        {
            "table": text(),
            "year": year(),
            "area": text(),
            "category": text(),
            "value": number("children, people, places or GBP", 0.0, empty=math.nan),
            "vintage": whole("year", 1990, 2100),
            "status": text("published", "suppressed", "not applicable"),
            "source": text(),
        },
        key=("table", "year", "area", "category"),
    ),
    "panel": Schema(
        {
            "series": text("children", "starts", "ceased", "uasc", "population"),
            "area": text(),
            "source": text(),
            "first_year": whole("year", 1990, 2100),
            "values": counts("children, or people for the population"),
        },
        key=("series", "area", "first_year"),
    ),
    "front_door": Schema(
        {
            "series": text(
                "referrals",
                "need_started",
                "need_ended",
                "in_need",
                "plans_started",
                "plans",
                "safeguarding_gbp",
                "family_support_gbp",
            ),
            "area": text(),
            "source": text(),
            "first_year": whole("year", 1990, 2100),
            "values": counts("referrals, children, plans or GBP"),
        },
        key=("series", "area", "first_year"),
    ),
    "local_placements": Schema(
        {
            "group": text("foster_total", "placed_with_parents", "placed_for_adoption", "homes_supported_and_other"),
            "area": text(),
            "source": text(),
            "first_year": whole("year", 1990, 2100),
            "values": counts("children"),
        },
        key=("group", "area", "first_year"),
    ),
    "drift": Schema(
        {
            "base": whole("year", 2018, 2100),
            "name": text(),
            "sd_per_year": number("standard deviation of a log", 0.0, 1.0),
            "persistence": number("share of a year's step", 0.0, 1.0),
            "kept": number("share of a level", 0.0, 1.0),
            "growth_sd": number("standard deviation of a log, a year", 0.0, 1.0),
            "level_sd": number("standard deviation of a log", 0.0, 1.0),
            "lag_years": whole("years", 1, 10),
            "first": text(),
            "last": text(),
            "source": text(),
            **_correlated(),
            "taken_off": number("part of half a variance", 0.0, 1.0),
        },
        key=("base", "name"),
    ),
    "drawn_numbers": Schema({"key": text(), "words": text()}, key=("key",)),
    "trends": Schema(
        {
            "base": whole("year", 2018, 2100),
            "name": text(),
            "level": number("log", -2.0, 2.0),
            "growth": number("log, a year", -1.0, 1.0),
            "long_run": number("log, a year", -1.0, 1.0),
            "full_years": whole("years", 0, 40),
            "fade": number("share kept a year", 0.0, 1.0),
            "first": text(),
            "last": text(),
            "source": text(),
        },
        key=("base", "name"),
    ),
    "local_drift": Schema(
        {
            "name": text(),
            "sd_per_year": number("standard deviation of a log", 0.0, 1.0),
            "dispersion": number("variance over mean", 1.0, 100.0),
            "first": text(),
            "last": text(),
            "source": text(),
            **_correlated(),
            "response": number("per cent a per cent", 0.1, 1.0),
        },
        key=("name",),
    ),
    "local_placing": Schema(
        {
            "base": whole("year", 2018, 2100),
            "area": text(),
            "into_*": number("ratio", 0.001, 1000.0),
            "log_sd_*": number("standard deviation of a log", 0.0, 10.0),
            "leaving": number("ratio", 0.1, 10.0),
            "agency_odds": number("ratio of odds", 0.001, 1000.0),
        },
        key=("base", "area"),
    ),
    "local_placing_drift": Schema(
        {
            "base": whole("year", 2018, 2100),
            "group": text(),
            "sd_per_year": number("standard deviation of a log", 0.0, 5.0),
            "kept": number("share of a level", 0.0, 1.0),
            "year_variance": number("variance of a log times children", 0.0, 1000.0),
            "first": text(),
            "last": text(),
            "source": text(),
            "taken_off": number("part of half a variance", 0.0, 1.0),
        },
        key=("base", "group"),
    ),
    "local_reconciled": Schema(
        {
            "base": whole("year", 2018, 2100),
            "stream": text(*STREAMS),
            "year": whole("year", 2019, 2100),
            "exit_factor": number("ratio", 0.1, 10.0),
        },
        key=("base", "stream", "year"),
    ),
    "ssda903_codes": Schema(
        {
            "field": text(),
            "code": text(),
            "first_return": whole("year", 1990, 2100, empty=0),
            "last_return": whole("year", 1990, 2100, empty=9999),
            "means": text(empty=True),
            "meaning": text(),
        },
        key=("field", "code"),
    ),
}
"""What each packaged table may hold, by the name of its file."""


def read_text(folder: str, name: str) -> str:
    """Return a file of a folder of the package."""
    return (files("simulator") / folder / name).read_text(encoding="utf-8")


def table(name: str) -> Table:
    """Read a packaged table and check it against its schema.

    Raises
    ------
    TableError
        If it is not what its schema says.
    """
    schema = SCHEMAS[name]
    file = f"{name}.csv"
    return parse(read_text(schema.folder, file), schema, f"simulator/{schema.folder}/{file}")


class _OfBase(Protocol):
    """A record of what is known at a base."""

    @property
    def base(self) -> int:
        """Year of the base."""
        ...


_Row = TypeVar("_Row", bound=_OfBase)


def of_base(name: str, record: type[_Row], base: int) -> tuple[_Row, ...]:
    """Return the rows of a packaged table that are of one base.

    Raises
    ------
    LookupError
        If there is none; the message lists the bases there are.
    """
    rows = list(table(name).rows(record))
    found = tuple(row for row in rows if row.base == base)
    if not found:
        bases = ", ".join(map(str, dict.fromkeys(row.base for row in rows)))
        raise LookupError(f"{name}.csv: no base {base}; bases: {bases}")
    return found
