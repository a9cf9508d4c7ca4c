"""Are the paths of the compiled engine those of the plain one? Run as a program, it compares a few on its own.

As a program it needs numpy and numba alone, so that it runs where little else is installed.
"""

from __future__ import annotations

import sys
from dataclasses import fields, replace

import numpy as np

from simulator.engine.paths import Paths

TOLERANCE = 1e-9
"""Of the largest number of a path; the two engines add up in different orders."""


def assert_same(plain: Paths, compiled: Paths) -> None:
    """Compare every path at every month, and the state at the end."""
    for field in fields(Paths):
        expected, found = getattr(plain, field.name), getattr(compiled, field.name)
        pairs = zip(expected, found, strict=True) if isinstance(expected, tuple) else [(expected, found)]
        for x, y in pairs:
            assert x.shape == y.shape, field.name
            scale = max(1.0, float(np.abs(x).max(initial=0.0)))
            np.testing.assert_allclose(y, x, rtol=0, atol=TOLERANCE * scale, err_msg=field.name)


def main() -> None:
    """Compare runs with foster places limited and unlimited, and say how many children there were and with what."""
    import numba
    from rates_examples import BAND_OF_AGE, england, england_foster

    from simulator.engine.compiled.backend import run_compiled
    from simulator.engine.plain import run

    for width in (3, 12):
        for foster in (None, england_foster()):
            example = replace(england(months=30, width=width), foster=foster)
            compiled = run_compiled(example, BAND_OF_AGE)
            assert_same(run(example, BAND_OF_AGE), compiled)
    print(f"same with numba {numba.__version__}: {compiled.children[0, 0, -1].sum():.6f} children")


if __name__ == "__main__":
    sys.exit(main())
