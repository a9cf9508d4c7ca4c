"""Find the structural assumptions that the published tables can inform (python tools/fit_structure.py).

Least squares over the paces and slopes of simulator/data/structure.yaml, so that the years 2020 to 2024, each run with
its own fitted rates, come near the published stock by age, exits at 18 and lengths of stay. Prints the values found;
they are copied into the file by hand, rounded. Takes about half an hour on one core.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from simulator.calibrate.history import bands_of, fit_history
from simulator.calibrate.published import published
from simulator.structure import structure

WIDTH = 12
YEARS = range(2020, 2025)
ROUNDS = 6

LOGS = [
    (("phases", "progress_per_year", 2), 0.2),
    (("phases", "progress_per_year", 3), 0.25),
    (("phases", "placement_pace", 3), 0.3),
    (("phases", "placement_pace", 4), 0.5),
]
LINEAR = [
    (("leaving", "tilt", "1_to_4"), 0.2),
    (("leaving", "tilt", "5_to_9"), 0.3),
    (("leaving", "tilt", "10_to_15"), 0.3),
    (("starts", "slope_per_year", "1_to_4"), 0.1),
    (("starts", "slope_per_year", "5_to_9"), 0.08),
    (("starts", "slope_per_year", "10_to_15"), 0.06),
    (("starts", "slope_per_year", "16_and_over"), 0.2),
]


def residuals(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weighted misses of published figures."""
    s = structure()
    values = [*np.exp(x[: len(LOGS)]), *x[len(LOGS) :]]
    for ((section, table, key), _), value in zip([*LOGS, *LINEAR], values, strict=True):
        s[section][table][key] = float(value)
    fitted = fit_history(WIDTH, rounds=ROUNDS, last=max(YEARS))
    misses = []
    for year in YEARS:
        f, p = fitted[year], published(year)
        stock = bands_of(f.modelled_end.resident, 0, WIDTH) + bands_of(f.modelled_end.uasc, 12, WIDTH)
        at_18 = (f.resident.exits + f.uasc.exits)[:, -1].sum()
        misses += list(np.log(stock / p.stock_by_band) / np.array([0.03, 0.02, 0.02, 0.015, 0.015]))
        misses += [np.log(at_18 / p.exits_at_18) / 0.015, np.log(f.mean_days / p.mean_days) / 0.015]
        misses += list(np.log(f.durations / f.durations.sum() / p.durations) / 0.05)
    result = np.array(misses)
    print(f"cost {0.5 * result @ result:9.2f}  " + " ".join(f"{v:7.3f}" for v in values), file=sys.stderr, flush=True)
    return result


def main() -> None:
    """Fit, and print the values as they improve."""
    s = structure()
    start = [np.log(s[a][b][c]) for (a, b, c), _ in LOGS] + [s[a][b][c] for (a, b, c), _ in LINEAR]
    spread = np.array([w for _, w in [*LOGS, *LINEAR]])

    def miss(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return residuals(np.array(start) + (z - 1.0) * spread)

    solution = least_squares(miss, np.ones(len(start)), diff_step=0.3, max_nfev=4)
    print(np.array(start) + (solution.x - 1.0) * spread)


if __name__ == "__main__":
    main()
