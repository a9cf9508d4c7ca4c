"""docs/evidence.md: what studies found, which shipped scenarios use it, and how far a design is believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docs_pages.markdown import NONE, table
from simulator.data.evidence_library import SHRINKAGE, EvidenceRow, evidence, shrunk_ratio, topics
from simulator.data.tables import sources
from simulator.scenario import LoadedScenario
from simulator.scenario.evidence import used_by

_HEADS = (
    "Key", "Study", "What was measured", "Found", "Design", "Quality", "Shrunk", "Cost, as published", "Used by",
    "Source",
)  # fmt: skip


def evidence_page(loaded: Mapping[str, LoadedScenario]) -> str:
    """Return the page."""
    kept = [[f"`{design}`", f"{share:g}"] for design, share in SHRINKAGE.items()]
    parts = [
        "# Evidence",
        "Made by `make docs-tables` from `simulator/data/evidence.csv`; do not edit. `care-demand list evidence` "
        "shows the same, `--topic` a part of it. Rows are as published, most of them read on the opening part of "
        "a page; what was not seen on a page is not here. An empty interval was not published on the page, and "
        "does not mean that the figure is exact.",
        "*Used by* names the shipped scenarios of which a number has the row's source in its `source:`. A "
        "scenario with *(judgement)* takes a number from its author's judgement, beside the study. Summaries and "
        "charts mark so every programme of which nothing is better known.",
        "## Shrinkage by design",
        "A study that did not randomise tends to find too much: places are picked at a peak, and whoever takes part "
        "differs. So of the logarithm of a ratio by which a programme acts, this share is kept in every draw, by the "
        "weakest design of the studies that it names: 0.68 in a matched study becomes "
        f"{shrunk_ratio(0.68, 'matched'):.2f}. The shares are a judgement. A file may say `shrink: DESIGN` itself "
        "beside the distribution or the `value`, and `shrink: none` takes the ratio as it was found. A number whose "
        "quality is `judgement` is taken as it is, and so is one that names no study of this page. `check`, the "
        "summary and each chart say what is shrunk.",
        table(("Design", "Share of the logarithm that is kept"), kept, numbers=1),
        _shipped(loaded),
        *_topics(loaded),
    ]
    return "\n\n".join(parts) + "\n"


def _shipped(loaded: Mapping[str, LoadedScenario]) -> str:
    """Say which shipped scenarios shrink a ratio."""
    some = [f"`{name}`" for name, one in loaded.items() if any(number.shrink for number in one.uncertain)]
    if some:
        return (
            f"Shipped scenarios with a ratio that is shrunk: {', '.join(some)}. The others take theirs as they are: "
            "where studies without randomising are all there is, their central value is a judgement between those and "
            "no effect already, and to shrink it again would doubt it twice."
        )
    return "No shipped scenario shrinks a ratio."


def _topics(loaded: Mapping[str, LoadedScenario]) -> Iterator[str]:
    by = used_by(loaded)
    for topic in topics():
        yield f"## {topic.replace('_', ' ').capitalize()}"
        rows = [_row(one, by.get(one.key, {})) for one in evidence() if one.topic == topic]
        yield table(_HEADS, rows)


def _row(one: EvidenceRow, users: Mapping[str, bool]) -> list[str]:
    shrinks = one.is_ratio and SHRINKAGE[one.design] < 1.0
    used = ", ".join(f"`{name}`{' (judgement)' if judged else ''}" for name, judged in users.items())
    return [
        f"`{one.key}`",
        f"{one.study}; {one.population}" if one.population else one.study,
        one.outcome,
        one.found,
        f"{one.design_words or 'not told'} (`{one.design}`)",
        one.quality,
        f"{shrunk_ratio(float(one.estimate), one.design):.2f}" if shrinks else NONE,
        " ".join(filter(None, (one.cost, f"({one.price_year})" if one.cost and one.price_year else ""))) or NONE,
        used or NONE,
        "; ".join(_source(key) for key in one.sources) + (f". {one.note}" if one.note else ""),
    ]


def _source(key: str) -> str:
    found = sources()[key]
    return f"[{key}]({found.url})" if found.url else key
