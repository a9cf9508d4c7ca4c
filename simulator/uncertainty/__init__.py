"""What is not known exactly: distributions of single numbers, and how they are drawn."""

from __future__ import annotations

from simulator.uncertainty.design import Parameter, drawn, sample, uniforms
from simulator.uncertainty.distributions import (
    FAMILIES,
    Distribution,
    Fault,
    Interval,
    Misstated,
    Mix,
    PointMass,
    Quantiles,
    Triangular,
)
from simulator.uncertainty.shrunk import shrunken

__all__ = [
    "FAMILIES",
    "Distribution",
    "Fault",
    "Interval",
    "Misstated",
    "Mix",
    "Parameter",
    "PointMass",
    "Quantiles",
    "Triangular",
    "drawn",
    "sample",
    "shrunken",
    "uniforms",
]
