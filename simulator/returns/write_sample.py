"""Synthetic returns written to a folder, with faults planted in them where they are asked for."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
import polars as pl

from simulator import __version__
from simulator.baseline.england import load_baseline
from simulator.outputs.folder import MADE_BY, MANIFEST, held, whole_folder
from simulator.returns.fault_injection import TRUTH_COLUMNS, csv_text, plant
from simulator.returns.quality import counted
from simulator.returns.sample import LAST_RETURN, council_rates, draw_returns
from simulator.vocabulary.calendar import LATEST_BASE


def sample_returns(children: int, years: int, seed: int, folder: Path, kinds: tuple[str, ...]) -> str:
    """Write a folder for each year with the files of a return, and what dirt was planted; whole or not at all.

    Parameters
    ----------
    children : int
        In care at a time, about.
    years, seed : int
    folder : Path
    kinds : tuple of str
        Kinds of dirt (see :mod:`simulator.returns.fault_injection`).

    Returns
    -------
    str
        One line that says what was written.
    """
    with held(folder):
        return _sample(children, years, seed, folder, kinds)


def _sample(children: int, years: int, seed: int, folder: Path, kinds: tuple[str, ...]) -> str:
    returns = draw_returns(council_rates(children, load_baseline(LATEST_BASE)), years, seed)
    returns, planted = plant(returns, kinds, seed)
    with whole_folder(folder) as part:
        for one in returns:
            (part / str(one.year)).mkdir()
            for name in ("header", "episodes", "uasc"):
                text = csv_text(getattr(one, name), mangled="format" in kinds)
                (part / str(one.year) / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        pl.DataFrame(planted, schema=TRUTH_COLUMNS, orient="row").write_csv(part / "planted.csv")
        written = sorted([*(p.relative_to(part).as_posix() for p in part.rglob("*") if p.is_file()), MANIFEST])
        dirt = ",".join(kinds) or "none"
        words = ["sample-returns", "--children", children, "--years", years, "--seed", seed, "--dirt", dirt]
        content = {
            "made_by": MADE_BY,
            "command": " ".join(map(str, (MADE_BY, *words))),
            "versions": {
                MADE_BY: __version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
                "polars": pl.__version__,
            },
            "files": written,
        }
        (part / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
    rows = sum(one.episodes.height for one in returns)
    dirty = sum(number for _, _, number, _ in planted)
    faults = f"; faults planted in {counted(dirty, 'row')}, counted in planted.csv" if planted else ""
    return (
        f"Synthetic returns to 31 March {LAST_RETURN}: {counted(years, 'year')}, {counted(rows, 'episode row')}{faults}"
    )
