"""Local levels: how authorities differ from England, from published tables, and rates of authorities from England's.

Stays and moves are England's; each authority has its own children at the base, its own level of starts and of leaving,
and its own prices. Levels are pooled towards the region and England in proportion to what is known of each.
"""

from __future__ import annotations

from simulator.local.levels import Levels, published_levels
from simulator.local.localise import localise, parameters
from simulator.local.own import own_parameters, own_rates

__all__ = ["Levels", "localise", "own_parameters", "own_rates", "parameters", "published_levels"]
