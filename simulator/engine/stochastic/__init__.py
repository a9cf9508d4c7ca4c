"""Who happens to come in and leave: whole children around the expected path, for areas small enough that it matters."""

from __future__ import annotations

from simulator.engine.stochastic.realise import realise, realise_draws

__all__ = ["realise", "realise_draws"]
