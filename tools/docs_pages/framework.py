"""Outcomes of the national framework, and which measures of the model bear on which."""

from __future__ import annotations

from docs_pages.markdown import NONE, table
from simulator.data.evidence_library import framework
from simulator.results.measures import measures


def framework_section() -> str:
    """Return the table of outcomes; measures that there are not yet are looked for whenever the page is made."""
    rows = []
    for one in framework():
        known = [f"`{name}`" for name in one.measures if name in measures()]
        known += [f"children in `{name}`" for name in one.placements]
        rows.append([one.outcome, ", ".join(known) or NONE, one.nothing])
    return "\n\n".join(
        [
            "## Outcomes of the national framework",
            "The framework and its dashboard ask for outcomes; the model counts children, homes and pounds. "
            "Where it has a measure, the measure bears on the outcome and is not the outcome. Which bears on "
            "which is a judgement (`simulator/data/framework.csv`).",
            table(("Outcome", "Measures that bear on it", "What the model has nothing on"), rows),
        ]
    )
