"""A report of a run or a comparison: what is in it, and the HTML that it makes."""

from __future__ import annotations

import base64
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.outputs.attribution_summary import attribution_table
from simulator.outputs.charts import series, words
from simulator.outputs.documents.assumptions import AssumptionGroup, assumption_groups, changes_table, sources_of
from simulator.outputs.documents.document_page import DocumentTable, document
from simulator.outputs.documents.model_record import limits, record_tables, verdict
from simulator.outputs.gap_summary import gap_table
from simulator.outputs.svg import Plot, compared_plots, draw, plots, table
from simulator.outputs.value_summary import value_table
from simulator.results.analysis import answers
from simulator.results.results_protocol import Results
from simulator.scenario import LoadedScenario

if TYPE_CHECKING:
    from simulator.outputs.text_grid import WordTable

MOST = 4
"""Scenarios of one report: more lines than that nobody can follow in a chart."""

WIDE, NARROW = 760.0, 340.0
"""Widths in which each chart is drawn: for a screen and a sheet of paper, and for a telephone."""

_HEADLINE = ("children", "placements", "foster", "spend", "effect", "value")
"""Charts whose findings are the headline."""


@dataclass(frozen=True)
class ReportChart:
    """A chart of a report: what it says, its pictures, and the table behind it."""

    plot: Plot
    wide: Any
    narrow: Any
    notes: tuple[str, ...]
    table: DocumentTable


@dataclass(frozen=True)
class ReportPart:
    """What a report says of one scenario."""

    key: str
    title: str
    description: str
    findings: tuple[str, ...]
    chances: tuple[str, ...]
    charts: tuple[ReportChart, ...]
    tables: tuple[DocumentTable, ...]
    changes: DocumentTable | None
    given: tuple[AssumptionGroup, ...]
    left: tuple[AssumptionGroup, ...]
    notes: tuple[str, ...]


def report(
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    manifest: Mapping[str, Any],
    again: str,
    *,
    as_images: bool = False,
) -> str:
    """Return a report as one HTML file.

    Parameters
    ----------
    many : sequence of Results
        At most `MOST`; the first is the one that others are compared with.
    loaded : sequence of LoadedScenario
        In the same order.
    manifest : mapping
        Of the folder that the report is of.
    again : str
        Whether the tables of the folder came out the same when it was made again, as a sentence.
    as_images : bool
        Whether charts are images with an alternative text, which is what makers of PDF carry over, and not drawings.

    Raises
    ------
    ValueError
        If there are too many scenarios.
    """
    if len(many) > MOST:
        raise ValueError(f"a report is of up to {MOST} scenarios; these are {len(many)}")
    sources = sources_of(loaded)
    numbers = {title: number for number, (title, _) in enumerate(sources, start=1)}
    beside = (*compared_plots(many), *compared_plots(many, differences=True)) if len(many) > 1 else ()
    standard = _standard_notes(many)
    parts = [
        _part(results, one, numbers, standard, as_images=as_images) for results, one in zip(many, loaded, strict=True)
    ]
    first = many[0]
    files = [file for scenario in manifest["scenarios"] for file in scenario["files"]]
    return document(
        "report",
        title=" and ".join(filter(None, (", ".join(r.title for r in many[:-1]), many[-1].title))),
        area=first.areas[0],
        more_areas=len(first.areas) - 1,
        span=(words.month(first.dates("stock")[0]), words.month(first.dates("stock")[-1])),
        draws=first.draws - 1,
        price_year=first.price_year,
        parts=parts,
        beside=[_chart(plot, standard, as_images=as_images) for plot in beside],
        source=series.footer(many)[0],
        verdict=verdict(),
        record=record_tables(first.areas),
        limits=limits(),
        sources=sources,
        again=again,
        made=_made(manifest),
        hashes=_hashes("Tables of the run", manifest["tables"]),
        data=_hashes("Data of the model", manifest["data"]),
        files=list({file["sha256"]: file for file in files}.values()),
    )


def _part(
    results: Results, loaded: LoadedScenario, numbers: Mapping[str, int], standard: Container[str], *, as_images: bool
) -> ReportPart:
    shown = plots(results)
    found = {plot.key: plot.finding for plot in shown}
    tables = {
        "Value for money": value_table(results),
        "What each programme brings": attribution_table(results),
        "Funding and the gap": gap_table(results),
    }
    return ReportPart(
        results.name,
        results.title,
        results.description,
        tuple(f"{found[key].rstrip('.')}." for key in _HEADLINE if key in found),
        tuple(_chance(results)),
        tuple(_chart(plot, standard, as_images=as_images) for plot in shown),
        tuple(_word_table(caption, one) for caption, one in tables.items() if one is not None),
        changes_table(loaded),
        assumption_groups(loaded, numbers, given=True),
        assumption_groups(loaded, numbers, given=False),
        results.every_note,
    )


def _chance(results: Results) -> list[str]:
    """Answer the questions that a scenario asks."""
    found = []
    for answer in answers(results):
        if answer.share is not None:
            found.append(f"Chance that {answer.question.says}: {words.chance(answer.share, results.draws - 1)}.")
    return found


def _standard_notes(many: Sequence[Results]) -> frozenset[str]:
    """Return the notes that stand under every chart alike, and once in a report."""
    groups = [many, *([results] for results in many)]
    return frozenset(note for group in groups for money in (False, True) for note in series.footer(group, money=money))


def _chart(plot: Plot, standard: Container[str], *, as_images: bool) -> ReportChart:
    from markupsafe import Markup, escape

    def picture(width: float) -> Any:
        drawn = draw(plot, width=width)
        if not as_images:
            return Markup(drawn)  # `draw` has escaped what it was given
        data = base64.b64encode(drawn.encode()).decode()
        return Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">').format(escape(plot.sentence), data)

    behind = table(plot)
    return ReportChart(
        plot,
        picture(WIDE),
        "" if as_images else picture(NARROW),
        tuple(note for note in plot.notes if note not in standard),
        DocumentTable(plot.finding, behind.columns, behind.rows, said=(f"{plot.subtitle}.",)),
    )


def _word_table(caption: str, found: WordTable) -> DocumentTable:
    head, *rows = found.rows
    columns = (head[0] or "Figure", *head[1:])
    return DocumentTable(f"{caption}{f': {found.head}' if found.head else ''}", columns, tuple(rows), said=found.said)


def _made(manifest: Mapping[str, Any]) -> DocumentTable:
    """Return how the run was made."""
    versions = [(f"Version of {name.replace('_', ' ')}", str(value)) for name, value in manifest["versions"].items()]
    rows = [
        ("Command", manifest["command"]),
        ("Seed", str(manifest["seed"])),
        ("Draws", f"{manifest['draws']:,}"),
        ("Engine", str(manifest["engine"])),
        *versions,
    ]
    return DocumentTable("How the run was made", ("What", "Value"), tuple(rows), numbers=False)


def _hashes(caption: str, hashes: Mapping[str, str]) -> DocumentTable:
    return DocumentTable(caption, ("File", "SHA-256"), tuple(hashes.items()), numbers=False)
