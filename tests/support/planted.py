"""Faults planted in the program, here and in the processes that it starts: numpy's own error, where shapes differ."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from simulator.interventions.impossible import Impossible
from simulator.runs.ensemble.draws import block

FAULTS = {
    "a rule of the engine": ("simulator.engine.plain", "step"),
    "an intervention's change": ("simulator.interventions.early_help", "EarlyHelp.change"),
    "a measure": ("simulator.results.measures.children", "_by_placement"),
}
"""Where each is planted: a module, and the name of a function in it."""

Set = Callable[[Any, str, Any], None]


def plant(fault: str, set_attribute: Set = setattr, at_once: bool = False) -> None:
    """Plant a fault, which happens when a block of draws is finished, or at once."""
    module, name = FAULTS[fault]
    holder: Any = import_module(module)
    *holders, name = name.split(".")
    for step in holders:
        holder = getattr(holder, step)
    sound = getattr(holder, name)

    def broken(*arguments: Any, **named: Any) -> Any:
        if at_once or any(Path().glob(".*-draws/*/*.block")):
            np.ones(3) + np.ones(4)
        return sound(*arguments, **named)

    set_attribute(holder, name, broken)


def faulty_block(fault: str, *arguments: Any) -> Any:
    """Run a block of draws in a process where a fault is planted first."""
    plant(fault)
    return block(*arguments)


def impossible() -> None:
    """Raise an impossible request as an intervention does in a draw."""
    raise Impossible(("approval_ratio",), 5.0, "5 is too many", "up to 2").below("interventions", 1).in_draw(3, 8)
