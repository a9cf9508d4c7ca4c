"""Version of the model: which rules and tables made the numbers.

It changes when results do, and only then; the package's version says which program wrote them. To bump it, add a line
and say in CHANGELOG.md by how much results change (CONTRIBUTING.md, "When results change").
"""

from __future__ import annotations

HISTORY = {
    1: "The first.",
    2: "A cohort that straddles two ages has the mean of their chances; baselines fitted again.",
    3: "Approval of foster households in steps; draws as wide as held rates have missed; starts under 1 at birth; "
    "authorities' leavers, arrivals and ages; prices of stable-homes-2023.",
    4: "First placements of asylum-seeking children fitted, and baselines again; extra spend of a draw from its own "
    "price level.",
    5: "Where children of an authority are placed is its own; agencies serve any council.",
    6: "Levels of authorities searched for in steps that don't hang on the kind of processor.",
    7: "Usable foster places follow households and need with drawn elasticities; who finds none goes where others of "
    "the age have gone; who waits in homes is drawn, and costs less than the mean. Each line of spend goes with what "
    "it pays for; kinship care costs less than council care, and is drawn. Placements, households and prices go on "
    "from a base by what was on record at it.",
    8: "An effect fades from when the last help that was paid for works. Placements of an authority walk away from "
    "England's in draws. A council's own returns: a pattern of leaving and moves of its own, and no change beside.",
    9: "Placements stray in draws so that their shares keep their mean; those of authorities come back.",
    10: "Who leaves a home saves what such a child costs. Effects of studies weaker than a trial are shrunk unless a "
    "file says otherwise, and defaults are drawn. Draws from returns keep the middle and the leavers of the record.",
    11: "Rates of a council's returns stand still together or move together, and how far they have walked comes back "
    "in part; draws have no even growth.",
    12: "A council that states its own foster carers keeps the agencies of its record; what it does not state of them "
    "goes on with its record and its households.",
    13: "Luck opens with the children who were counted, by placement and age.",
    14: "Usable places of carers that a council states stay within those approved, and follow them where it states who "
    "comes or leaves.",
}
"""What changed results, by version."""

MODEL_VERSION = max(HISTORY)
"""The version whose rules and tables these are."""
