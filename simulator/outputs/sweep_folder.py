"""What the output folder of a sweep holds: a table, a chart, a summary and a manifest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from simulator.data.provenance import data_hashes, versions
from simulator.outputs.charts import entries, save_all, words
from simulator.outputs.folder import MADE_BY, MANIFEST, whole_folder
from simulator.outputs.manifest import chain, table_hashes
from simulator.outputs.text_grid import grid
from simulator.outputs.write_tables import row_lines, write_table
from simulator.results.swept import Sweep
from simulator.scenario import LoadedScenario

_HEADS = {
    ("children", "instant"): ("Children", words.count),
    ("unmet_foster_need", "instant"): ("In homes, plan fostering", words.count),
    ("total_spend", "financial_year"): ("Spend a year", words.money),
    ("extra_spend", "financial_year"): ("Extra spend", words.money),
    ("extra_spend", "to_date"): ("Extra to date", words.money),
}


def sweep_text(sweep: Sweep) -> str:
    """Return the small table of a sweep: the figures of each combination at the end, in the first area."""
    more = f" (first of {len(sweep.areas)} areas; all are in the table)" if len(sweep.areas) > 1 else ""
    shown = {of: values[:, 0, -1] for of, values in sweep.figures.items() if not np.isnan(values[:, 0, -1]).any()}
    heads = [_HEADS[of.measure, of.period][0] for of in shown]
    rows = [[*(one.path.rsplit(".", 1)[-1] for one in sweep.varied), *heads]]
    for i in range(sweep.combinations):
        figures = [_HEADS[of.measure, of.period][1](float(values[i])) for of, values in shown.items()]
        rows.append([*(f"{one.values[i]:.12g}" for one in sweep.varied), *figures])
    said = [
        f"{sweep.title} ({sweep.name}), {sweep.combinations} combinations",
        *(f"  {one.path}{f' ({one.unit})' if one.unit else ''}" for one in sweep.varied),
        f"{sweep.areas[0]}{more}, central runs, {words.month(sweep.dates[-1])}, cash; "
        f"extra is above {sweep.reference_year}",
    ]
    return "\n".join([*said, "", *grid(rows), "", *(f"Note: {note}" for note in sweep.notes)]) + "\n"


def write_sweep(sweep: Sweep, loaded: LoadedScenario, folder: Path, command: str, *, charts: bool = True) -> None:
    """Write the output folder of a sweep.

    Parameters
    ----------
    sweep : Sweep
    loaded : LoadedScenario
        The scenario as read, for the manifest.
    folder : Path
        Where to; see :func:`whole_folder`.
    command : str
        As typed, without folders, for the manifest.
    charts : bool
        Whether to draw.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.run_folder.write_run`.
    """
    with whole_folder(folder) as part:
        write_table(part / "sweep.csv", sweep.columns, row_lines(sweep.columns, sweep.rows()))
        summary = sweep_text(sweep)
        drawn = {entry.name: found for entry in entries("sweep") if (found := entry.draw(sweep))} if charts else {}
        if drawn:
            summary += "\nCharts\n" + "".join(
                f"  {name}: {' '.join(one.title.split())}\n" for name, one in drawn.items()
            )
            save_all(drawn, part / "charts")
        _write_text(part / "summary.txt", summary)
        written = [p.relative_to(part).as_posix() for p in part.rglob("*") if p.is_file()]
        content = {
            "made_by": MADE_BY,
            "command": command,
            **loaded.baseline.manifest(in_full=True),
            "draws": 0,
            "engine": sweep.engine,
            "versions": versions(sweep.engine, *(("matplotlib",) if charts else ())),
            "scenarios": [{"name": loaded.key, "title": loaded.scenario.name, "files": chain(loaded)}],
            "data": data_hashes(),
            "tables": table_hashes(part),
            "files": sorted([*written, MANIFEST]),
        }
        _write_text(part / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
