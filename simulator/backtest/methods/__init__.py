"""Methods that forecast each area by itself, one file a family; `simulator.backtest.combine` builds on them."""

from __future__ import annotations

from simulator.backtest.methods import autoregressive, naive, smoothing, stock_flow
from simulator.backtest.methods.method import Method

METHODS: tuple[Method, ...] = (
    *naive.METHODS,
    *smoothing.METHODS,
    *autoregressive.METHODS,
    *stock_flow.METHODS,
)
"""All of them; the first is what the others are compared with."""
