"""What workers do for the page: plain functions of a state, that a page without a server could call as they stand."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from simulator.vocabulary.printable import cell
from simulator.web.drafts import file_key, read_drafts, uploaded, yaml_text
from simulator.web.ongoing import DRAWS, SEED, Answer, Kept, answered, page_engine
from simulator.web.page_state import PageState
from simulator.web.views import VALUED, shown_tabs, tab_plots, view

FILES = {
    "results.csv": "", "financial-years.csv": "", "placements-by-age.csv": "", "value-for-money.csv": "value",
    "gap.csv": "gap",
}  # fmt: skip
"""Tables of a run as `care-demand run` writes them, with all draws, and the tab without which there is none."""


def check(kept: Kept, state: Mapping[str, Any]) -> Answer:
    """Return what is wrong with a state, or each value with where it came from."""
    from simulator.web.checked_values import checked_values

    return answered(lambda: checked_values(read_drafts(PageState.of(state), kept.council)))


def cards_of(kept: Kept, state: Mapping[str, Any]) -> Answer:
    """Return the controls of the scenario that is shown, what is changed in each, and what is rarely meant."""
    from dataclasses import asdict

    from simulator.web.controls import cards, changes, remarks

    def work() -> Answer:
        page = PageState.of(state)
        loaded = read_drafts(page, kept.council)
        shown, content = loaded[page.at], page.scenarios[page.at]
        return {
            "cards": [
                asdict(card) | {"sliders": _sliders(card), "sure": _sure(card)} for card in cards(shown, content)
            ],
            "changes": changes(shown, content),
            "remarks": remarks(shown),
            "name": shown.scenario.name,
            "description": shown.scenario.description,
            "area": ", ".join(area.name for area in shown.baseline.reported),
            "names": [one.scenario.name for one in loaded],
            "ids": [one.id or "" for one in shown.scenario.interventions],
            "extends": content.get("extends") or "",
            "end": str(shown.scenario.end),
        }

    return answered(work)


def _sliders(card: Any) -> dict[str, list[float]]:
    return {c.path: list(c.ends) for c in (*card.first, *card.more) if c.sliding}


def _sure(card: Any) -> dict[str, str]:
    return {c.path: c.sure for c in (*card.first, *card.more) if c.sure}


def begin(kept: Kept, state: Mapping[str, Any], look: Mapping[str, Any]) -> Answer:
    """Return the central runs of a state, or those with draws that are done already."""

    def work() -> Answer:
        page = PageState.of(state)
        run = kept.get(page, valued=look["tab"] in VALUED)
        return _told(run, page, look)

    return answered(work)


def grow(kept: Kept, state: Mapping[str, Any], look: Mapping[str, Any]) -> Answer:
    """Run the next draws of a state and return what is shown of them."""

    def work() -> Answer:
        page = PageState.of(state)
        run = kept.get(page, valued=look["tab"] in VALUED)
        if not run.whole:
            run.grow()
        return _told(run, page, look)

    return answered(work)


def _told(run: Any, page: PageState, look: Mapping[str, Any]) -> Answer:
    shown = view(
        run.results(), at=page.at, tab=str(look["tab"]), width=float(look["width"]),
        differences=bool(look["differences"]),
    )  # fmt: skip
    return {"hash": page.key, "done": run.done, "of": DRAWS, "view": shown}


def against(kept: Kept, state: Mapping[str, Any], other: Mapping[str, Any]) -> Answer:
    """Return how far the scenario that a state shows is from that of another one, by central runs."""
    from simulator.web.contrast import contrasted

    return answered(lambda: contrasted(kept, PageState.of(state), PageState.of(other)))


def export(kept: Kept, state: Mapping[str, Any], what: str, look: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file of a state: its name, its type and its bytes, or what is wrong.

    All of a run's files are with all draws, which have been run before by `grow`.
    """
    page = PageState.of(state)
    key = file_key(page.scenarios[page.at], [file_key(one) for one in page.scenarios[: page.at]])

    def work() -> dict[str, Any]:
        if what == "yaml":
            text = yaml_text(page.scenarios[page.at])
            return {"name": f"{key}.yaml", "type": "application/yaml; charset=utf-8", "body": text.encode()}
        run = kept.get(page, valued=(FILES.get(what) or look["tab"]) in VALUED)
        results = run.results()
        if what in FILES:
            if FILES[what] and FILES[what] not in {tab["key"] for tab in shown_tabs(results)}:
                return {"missing": True}
            return {"name": f"{key}-{what}", "type": "text/csv; charset=utf-8", "body": _table(results, page.at, what)}
        chosen = tab_plots(results, page.at, str(look["tab"]), differences=bool(look["differences"]))
        plot = next((one for one in chosen if one.key == look["chart"]), None)
        if plot is None:
            return {"missing": True}
        return _of_chart(plot, key, what)

    return answered(work)


def _of_chart(plot: Any, key: str, what: str) -> dict[str, Any]:
    from simulator.outputs.svg import draw, table

    name = f"{key}-{plot.key}"
    if what == "svg":
        body = draw(plot, width=900, titled=True).encode()
        return {"name": f"{name}.svg", "type": "image/svg+xml", "body": body}
    behind = table(plot)
    if what == "csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([cell(text) for text in behind.columns])
        for row in behind.numbers:
            writer.writerow([cell(one) if isinstance(one, str) else _figure(one) for one in row])
        return {"name": f"{name}.csv", "type": "text/csv; charset=utf-8", "body": stream.getvalue().encode()}
    from simulator.web.chart_workbook import chart_workbook

    return {
        "name": f"{name}.xlsx",
        "type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "body": chart_workbook(plot, behind),
    }


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _table(many: Any, at: int, what: str) -> bytes:
    """Return a table of a run as its output folder holds it."""
    from simulator.outputs.write_tables import chance_rows, monthly_lines, row_lines
    from simulator.results import long_tables as tables

    results = many[at]
    makers: dict[str, Callable[[], tuple[tuple[str, ...], list[str]]]] = {
        "results.csv": lambda: (tables.COLUMNS, list(monthly_lines(results))),
        "placements-by-age.csv": lambda: (
            tables.COLUMNS, list(row_lines(tables.COLUMNS, tables.placement_age_rows(results))),
        ),
        "value-for-money.csv": lambda: (
            tables.VALUE_COLUMNS, list(row_lines(tables.VALUE_COLUMNS, tables.value_rows(results))),
        ),
        "gap.csv": lambda: (tables.GAP_COLUMNS, list(row_lines(tables.GAP_COLUMNS, tables.gap_rows(results)))),
        "financial-years.csv": lambda: (
            tables.YEAR_COLUMNS,
            list(row_lines(tables.YEAR_COLUMNS, [
                row for rows in (tables.yearly_rows(results), tables.extra_rows(results), chance_rows(results))
                for row in rows
            ])),
        ),
    }  # fmt: skip
    columns, lines = makers[what]()
    return (",".join(columns) + "\n" + "".join(lines)).encode()


def bundle(files: Mapping[str, bytes]) -> bytes:
    """Return files as one ZIP, the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(zipfile.ZipInfo(name), body)
    return stream.getvalue()


def upload(kept: Kept, text: str) -> Answer:
    """Return the scenario of a file that somebody gives the page, or all that is wrong with it, by line."""

    def work() -> Answer:
        content = uploaded(text)
        page = PageState((content,))
        if len(page.text()) > 400_000:
            raise ValueError
        read_drafts(page, kept.council)
        return {"scenario": content}

    return answered(work)


def add(kept: Kept, state: Mapping[str, Any], kind: str) -> Answer:
    """Return an entry of a kind of intervention to begin from, for the scenario that is shown."""
    from simulator.interventions import kinds
    from simulator.vocabulary.calendar import Month
    from simulator.web.controls import starter

    def work() -> Answer:
        if kind not in kinds():
            return {"missing": True}
        page = PageState.of(state)
        shown = read_drafts(page, kept.council)[page.at].scenario
        first = min(Month(shown.base + 1, 4), shown.end)
        return {"entry": starter(kind, [one.id or "" for one in shown.interventions], first)}

    return answered(work)


def warm(kept: Kept) -> Answer:
    """Run once what every run needs, so that nobody waits for it; tell who did."""
    from simulator.vocabulary.areas import authorities

    look = {"tab": "children", "width": 760, "differences": False}
    answers = [
        grow(kept, PageState.shipped("status-quo", areas).content(), look)
        for areas in ((), (authorities()[0].name,))  # what is read for authorities is read once
    ]
    fine = all("view" in answer for answer in answers)
    return {"engine": page_engine(), "seed": SEED, "process": os.getpid(), "fine": fine}
