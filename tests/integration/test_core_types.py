"""Figures are the same to the printed digits on processors of another kind: other kernels of OpenBLAS and of numpy.

A figure that differs in its 14th digit prints alike, unless it lies on the edge between two printed numbers; then the
last printed digit differs by one. So tables may differ by one in the last digit of a cell, of few cells.

Levels of authorities are found by a search (`simulator.baseline.pooling.pool_counts`), which takes the same steps
whatever the last digit of what it begins with.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from paths import ROOT

CORES = {"Prescott": "SSE3", "Nehalem": "SSE42", "Sandybridge": "AVX", "Haswell": "AVX2", "SkylakeX": "AVX512_SKX"}
"""Kinds of processor that OpenBLAS has kernels for, each with what a machine needs to run them."""

OLDEST = {"OPENBLAS_CORETYPE": "Prescott"}
WITHOUT_VECTORS = {
    "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name)),
    **OLDEST,
}
"""The kernels of numpy as on its oldest processor as well."""

LAST_DIGIT = {"GBP": 1.0}
COUNT_DIGIT = 1e-6
ON_AN_EDGE = 1e-3
"""Part of the cells that may differ in their last digit."""

RUNS = {
    "England, with draws": ("run", "status-quo", "--draws", "4", "--workers", "1"),
    "a comparison": ("compare", "ccn-2030", "status-quo"),
    "authorities": ("run", "family-help-national", "--area", "Kent", "--area", "Rutland"),
}

POSSIBLE = [core for core, needs in CORES.items() if __cpu_features__.get(needs)]

pytestmark = pytest.mark.skipif(not __cpu_features__.get("SSE3"), reason="kernels of another family of processors")


def tables(folder: Path, words: tuple[str, ...], **kernels: str) -> dict[str, list[dict[str, str]]]:
    """Run a command in a process of its own and return its tables."""
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environ = {**os.environ, "PYTHONPATH": paths, **kernels}
    command = [sys.executable, "-m", "simulator", *words, "--no-charts", "--quiet", "--out", str(folder)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = list(csv.DictReader(file))
    return found


def compared(one: dict[str, list[dict[str, str]]], other: dict[str, list[dict[str, str]]]) -> tuple[int, int]:
    """Compare tables; return how many cells differ, by one in the last digit, and how many there are."""
    assert one.keys() == other.keys()
    differing = cells = 0
    for name, rows in one.items():
        assert len(rows) == len(other[name])
        for a, b in zip(rows, other[name], strict=True):
            digit = LAST_DIGIT.get(a["unit"], COUNT_DIGIT)
            cells += len(a)
            for column in [column for column, text in a.items() if text != b[column]]:
                differing += 1
                assert abs(float(a[column]) - float(b[column])) <= 1.01 * digit, (name, column, a, b)
    return differing, cells


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[dict[str, str]]]]:
    return {name: tables(tmp_path_factory.mktemp("here") / "out", words) for name, words in RUNS.items()}


def test_kernels_of_another_kind_differ_beyond_the_printed_digits() -> None:
    """Or the tests below would test nothing."""
    code = "import numpy as np; x = np.linspace(0, 9, 100_000); print(repr(float(np.exp(np.sin(x)) @ np.log1p(x))))"
    said = set()
    for kernels in ({}, OLDEST, WITHOUT_VECTORS):
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **kernels}, capture_output=True, text=True, check=True
        )
        said.add(done.stdout)
    assert len(said) > 1
    assert np.ptp([float(one) for one in said]) < 1e-6


@pytest.mark.parametrize("name", RUNS)
def test_the_oldest_processor_prints_the_same_digits(name, here, tmp_path: Path) -> None:
    differing, cells = compared(here[name], tables(tmp_path / "out", RUNS[name], **WITHOUT_VECTORS))
    assert cells > 10_000
    assert differing <= ON_AN_EDGE * cells


@pytest.mark.slow
@pytest.mark.parametrize("core", POSSIBLE)
@pytest.mark.parametrize("name", RUNS)
def test_other_core_types_print_the_same_digits(name, core: str, here, tmp_path: Path) -> None:
    differing, cells = compared(here[name], tables(tmp_path / "out", RUNS[name], OPENBLAS_CORETYPE=core))
    print(f"{name}, {core}: {differing} of {cells:,} cells differ in their last digit")
    assert differing <= ON_AN_EDGE * cells
