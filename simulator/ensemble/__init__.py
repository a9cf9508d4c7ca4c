"""Many draws of a scenario: which numbers they take, who runs them, and where their results lie meanwhile."""

from __future__ import annotations

from simulator.ensemble.draws import Settings
from simulator.ensemble.run import run_draws

__all__ = ["Settings", "run_draws"]
