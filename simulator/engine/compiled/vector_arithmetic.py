"""Small sums and comparisons that the loops share."""

from __future__ import annotations

from simulator.engine.compiled.compiler import inlined
from simulator.engine.compiled.vector_types import Number, Vector, Vectors, Vectors1
from simulator.engine.compiled.vectors import broadcast, choose


@inlined
def at_month(values: Vectors, month: int) -> int:
    """Position of a month on an axis that may hold one entry for all of them."""
    return min(month, values.shape[0] - 1)


@inlined
def sum_of(numbers: Vectors1) -> Vector:
    """Sum of a line of numbers, in order."""
    total = broadcast(0.0)
    for i in range(numbers.size):
        total += numbers[i]
    return total


@inlined
def smaller(a: Number, b: Number) -> Vector:
    """Smaller of two numbers, in each lane."""
    return choose(b - a, a, b)


@inlined
def larger(a: Number, b: Number) -> Vector:
    """Larger of two numbers, in each lane."""
    return choose(a - b, a, b)


@inlined
def ratio(part: Number, whole: Number, empty: Number) -> Vector:
    """Divide, with a stated answer where there is nothing to divide by."""
    return choose(whole, part / whole, empty)
