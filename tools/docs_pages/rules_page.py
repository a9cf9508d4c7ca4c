"""The table of rules for SSDA903 returns in docs/returns.md."""

from __future__ import annotations

from docs_pages.markdown import table


def rules_table() -> str:
    """Return every rule of the import in order: name, what is done, and why."""
    from simulator.returns.rules import RULES

    rows = [(f"`{r.name}`", r.kind, r.why, r.done[:1].upper() + r.done[1:], "" if r.dirt else "no") for r in RULES]
    return table(("Rule", "File", "What it tells", "What is done", "A fault"), rows)
