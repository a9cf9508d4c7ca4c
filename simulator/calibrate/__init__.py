"""Fit the national baseline to the published tables."""

from __future__ import annotations

from simulator.calibrate.build import build, report

__all__ = ["build", "report"]
