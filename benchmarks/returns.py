"""Time the import of SSDA903 returns: ``python benchmarks/returns.py`` prints a table and writes it to docs/returns.md.

Each command runs in a process of its own, so starting Python is in the time; told are the median of the repeats, in
seconds of processor, and the largest peak of memory. The returns are synthetic, with every kind of fault planted. Run
it on an idle machine.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
from pathlib import Path

from measure import cost_of
from table_in_page import put

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "returns.md"
YEARS = 6
UNIT = "import numpy, matplotlib.pyplot"
"""What other times are told in multiples of, as machines differ and one is not always as fast."""

SIZES = ((1_000, 3), (10_000, 3), (104_000, 1))
"""Children in care, and repeats: about 10,000, 100,000 and a million episode rows in six returns."""


def measure(children: int, repeats: int, folder: Path) -> str:
    """Return the row of one size."""
    sample, out = str(folder / "returns"), str(folder / "out")
    size = ("--children", str(children), "--years", str(YEARS), "--dirt", "all")
    making = cost_of("-m", "simulator", "sample-returns", *size, "--out", sample)
    work = ("-m", "simulator", "import", "ssda903", sample, "--out", out, "--memory-mb", "2000")
    runs = [cost_of(*work) for _ in range(repeats)]
    units = [cost_of("-c", UNIT).processor for _ in range(repeats)]
    with (folder / "out" / "account.csv").open(encoding="utf-8", newline="") as file:
        rows = sum(int(row["number"]) for row in csv.DictReader(file) if row["of"] == "episodes")
    seconds, unit = statistics.median(one.processor for one in runs), statistics.median(units)
    memory = max(one.memory_mb for one in runs)
    return (
        f"| {rows:,} | {making.processor:.1f} s, {making.memory_mb:.0f} MB | {seconds:.1f} s, {memory:.0f} MB | "
        f"{seconds / unit:.1f} times |"
    )


def main() -> None:
    """Measure every size, print the table and write it."""
    lines = [
        "| Episode rows | `sample-returns --dirt all` | `import ssda903` | of what importing numpy and pyplot takes |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for children, repeats in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            lines.append(measure(children, repeats, Path(folder)))
    lines += [
        "",
        "Processor time and peak memory of the whole command with `--memory-mb 2000`: reading, quality, fit, check "
        "against its own past and its chart. 100,000 rows should take under 6 s. The last column differs less between "
        "machines.",
    ]
    table = "\n".join(lines)
    print(table)
    put(table, PAGE)


if __name__ == "__main__":
    main()
