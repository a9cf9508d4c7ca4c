"""Measures: what is counted in results. One module a family; adding a measure is adding one decorated function.

A measure takes a :class:`~simulator.results.measures.view.View` of a finished run and returns values
(draw, area, time, placement, age band) with the labels of the last two axes.
"""

from __future__ import annotations

import importlib
import pkgutil

from simulator.results.measures.registry import MeasureKind, registered

__all__ = ["MeasureKind", "measures"]


def measures() -> dict[str, MeasureKind]:
    """Return every measure by name, in the order of tables."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(registered().items(), key=lambda item: item[1].order))
