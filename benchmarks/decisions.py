"""Commands that ask many runs at once: what each takes for England, whole."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from measure import Row, cost_of

from simulator.scenario import load

TEN = (
    "family-help-national", "foster-plan-10000", "council-homes-560m", "edge-of-care", "family-group-conferences",
    "family-safeguarding", "foster-hubs", "kinship-priority", "reunification-support", "step-down",
)  # fmt: skip
"""Shipped scenarios with a programme each: the twenty of `optimise` are these, and each of them once more."""

TARGET = "children<=80000@2030-03"
VARIED = "interventions.family-help.effect.risk_ratio=0.3..1"


def rows() -> list[Row]:
    """Measure each command in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        twenty = Path(folder, "twenty.yaml")
        twenty.write_text(_twenty(), encoding="utf-8")
        solve = ("solve", "family-help-national", "--target", TARGET, "--vary", VARIED)
        asked = {
            "`care-demand solve`, the central run": ("under 30 s", *solve),
            "`care-demand solve`, in 80% of 20 draws": ("under 30 s", *solve, "--sure", "0.8", "--draws", "20"),
            "`care-demand optimise`, twenty programmes, ten years": (
                "under 240 s", "optimise", str(twenty), "--budget", "2e9", "--out", f"{folder}/optimised",
            ),
            "`care-demand sensitivity`, 30 inputs and the rest": (
                "under 180 s", "sensitivity", "family-help-national", "--out", f"{folder}/sensitivity",
            ),
            "`care-demand voi`, 1,000 draws and a pilot": (
                "-", "voi", "family-help-national", "--pilot", "12x2", "--out", f"{folder}/voi",
            ),
            "`care-demand pilot-power`, every design": ("under 60 s", "pilot-power", "--out", f"{folder}/pilots"),
        }  # fmt: skip
        return [_row(what, aim, *words) for what, (aim, *words) in asked.items()]


def _twenty() -> str:
    """Return a scenario with the programmes of the ten, and with each of them under another name."""
    entries = [
        entry | {"id": f"{entry['id']}{copy}"}
        for copy in ("", "-again")
        for name in TEN
        for entry in load(name).stated.plain()["interventions"]
    ]
    return json.dumps({"name": "Twenty programmes", "extends": "status-quo", "interventions": entries})


def _row(what: str, aim: str, *words: str) -> Row:
    cost = cost_of("-m", "simulator", *words)
    return what, f"{cost.processor:.0f} s of processor, peak memory {cost.memory_mb:.0f} MB", aim
