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
    6: "Effects of programmes fade when their money ends; approvals of foster households have a ceiling and a cost.",
}
"""What changed results, by version."""

MODEL_VERSION = max(HISTORY)
"""The version whose rules and tables these are."""
