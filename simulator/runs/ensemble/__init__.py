"""Many draws of a scenario: which numbers they take, who runs them, and where their results lie meanwhile."""

from __future__ import annotations

from simulator.runs.ensemble.blocks import run_draws
from simulator.runs.ensemble.draws import Settings

__all__ = ["Settings", "run_draws"]
