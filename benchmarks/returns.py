"""Time the import of SSDA903 returns: ``python benchmarks/returns.py`` prints a table and writes it to docs/returns.md.

Each command runs in a process of its own, so starting Python is in the time; the median of the repeats is reported, and
the largest peak of memory. The returns are synthetic, with every kind of fault planted. Run it on an idle machine.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from table_in_page import put

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "returns.md"
YEARS = 6
SIZES = ((1_000, 3), (10_000, 3), (104_000, 1))
"""Children in care, and repeats: about 10,000, 100,000 and a million episode rows in six returns."""


def timed(*words: object) -> tuple[float, float]:
    """Run a command; return seconds and its peak memory in MB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "simulator", *map(str, words)]
    began = time.perf_counter()
    said = subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, check=True, capture_output=True, text=True)
    in_bytes = sys.platform == "darwin"
    return time.perf_counter() - began, int(said.stdout) * (1 if in_bytes else 1024) / 1e6


def measure(children: int, repeats: int, folder: Path) -> str:
    """Return the row of one size."""
    sample, out = folder / "returns", folder / "out"
    size = ("--children", children, "--years", YEARS)
    making, making_mb = timed("sample-returns", *size, "--out", sample, "--dirt", "all")
    runs = [timed("import", "ssda903", sample, "--out", out, "--memory-mb", 2000) for _ in range(repeats)]
    with (out / "account.csv").open(encoding="utf-8", newline="") as file:
        rows = sum(int(row["number"]) for row in csv.DictReader(file) if row["of"] == "episodes")
    seconds, memory = statistics.median(s for s, _ in runs), max(m for _, m in runs)
    return f"| {rows:,} | {making:.1f} s, {making_mb:.0f} MB | {seconds:.1f} s, {memory:.0f} MB |"


def main() -> None:
    """Measure every size, print the table and write it."""
    lines = ["| Episode rows | `sample-returns --dirt all` | `import ssda903` |", "| ---: | ---: | ---: |"]
    for children, repeats in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            lines.append(measure(children, repeats, Path(folder)))
    lines += ["", f"Wall time and peak memory of the whole command with `--memory-mb 2000`, {os.cpu_count()} cores."]
    table = "\n".join(lines)
    print(table)
    put(table, PAGE)


if __name__ == "__main__":
    main()
