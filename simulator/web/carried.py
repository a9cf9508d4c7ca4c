"""The spread that evidence has around one value, for the page to carry to another that is typed in its place."""

from __future__ import annotations

import math
from typing import Any

from simulator.interventions.fields import FieldNote
from simulator.scenario import Uncertain

CARRIED = "the spread of the evidence, carried to this value"
"""What a file says beside such a number, and by which the page knows it."""

_WHOLE = 100
"""Percent of draws within an interval that has ends and nothing beyond."""


def spread(uncertain: Uncertain, note: FieldNote) -> dict[str, Any] | None:
    """Return what `carried` of ``panel.js`` makes a distribution of, around another value.

    Returns
    -------
    dict or None
        ``centre``, ``low`` and ``high`` of the evidence; ``scale`` on which the ends stay as far from the value as they
        are there: ``times`` for what has the lower limit 0 alone, ``odds`` between 0 and 1, ``plain`` for all else;
        ``keys`` of a scenario file for them, where ``mode`` says that there is nothing beyond; ``least`` and ``most``,
        the bounds of the field, or None; and what stands ``beside``. None where there is no interval around a value.
    """
    interval, distribution = uncertain.interval, uncertain.parameter.distribution
    if interval is None or not interval.low <= distribution.central <= interval.high:
        return None
    parameter = uncertain.parameter
    beside: dict[str, Any] = {"note": CARRIED}
    if uncertain.source:
        beside["source"] = uncertain.source.split("; ")
    if uncertain.quality:
        beside["quality"] = uncertain.quality
    if parameter.group:
        beside |= {"group": parameter.group, "correlation": parameter.correlation}
    if uncertain.shrink:
        beside["shrink"] = "none"  # what is typed is meant as it is
    whole = interval.percent == _WHOLE
    return {
        "centre": distribution.central, "low": interval.low, "high": interval.high, "scale": _scale(note),
        "keys": ["mode", "low", "high"] if whole else ["median", f"ci{interval.percent:g}"],
        "least": note.low, "most": note.high, "beside": beside,
    }  # fmt: skip


def _scale(note: FieldNote) -> str:
    if note.limits[0] == -math.inf:
        return "plain"
    return "times" if note.limits[1] == math.inf else "odds"
