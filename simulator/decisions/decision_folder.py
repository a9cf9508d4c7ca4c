"""The output folder of every command that decides: tables, charts, a summary and a manifest, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from simulator.data.provenance import data_hashes, versions
from simulator.outputs.charts import Chart, save_all
from simulator.outputs.folder import MADE_BY, MANIFEST, whole_folder
from simulator.outputs.manifest import chain, table_hashes
from simulator.outputs.write_tables import row_lines, write_table
from simulator.results.long_tables import Row
from simulator.scenario import LoadedScenario

Table = tuple[Sequence[str], Iterable[str]]
"""Columns, and lines."""


def with_units(columns: Sequence[str], rows: Iterable[Row]) -> Table:
    """Return a table whose rows have a unit, which says how numbers are written."""
    return columns, row_lines(columns, rows)


def write_decision(
    folder: Path, tables: Mapping[str, Table], summary: str, drawn: Mapping[str, Chart | None],
    loaded: Sequence[LoadedScenario], command: str, more: Mapping[str, object], *, engine: str, charts: bool,
    texts: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Write a folder.

    Parameters
    ----------
    folder : Path
        Where to; see :func:`simulator.outputs.folder.whole_folder`.
    tables : mapping of file name to Table
    summary : str
    drawn : mapping of name to Chart or None
        Those that are None are left out.
    loaded : sequence of LoadedScenario
        What was run, the first for the areas and data of the manifest; none if nothing was.
    command : str
        As typed, without folders.
    more : mapping
        What else the manifest says.
    engine : {"plain", "compiled"}
        Which one ran.
    charts : bool
        Whether charts were asked for.
    texts : mapping of file name to str, optional
        Other files.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.folder.whole_folder`.
    """
    with whole_folder(folder) as part:
        for name, (columns, lines) in tables.items():
            write_table(part / name, columns, lines)
        held = {name: chart for name, chart in drawn.items() if chart is not None}
        if held:
            save_all(held, part / "charts")
            told = (f"  {name}: {' '.join(chart.title.split())}\n" for name, chart in held.items())
            summary += "\nCharts\n" + "".join(told)
        for name, text in {**(texts or {}), "summary.txt": summary}.items():
            _write_text(part / name, text)
        written = [path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file()]
        content = {
            "made_by": MADE_BY,
            "command": command,
            **(loaded[0].baseline.manifest(in_full=True) if loaded else {}),
            **more,
            "engine": engine,
            "versions": versions(engine, "scipy", *(("matplotlib",) if charts else ())),
            "scenarios": [{"name": one.key, "title": one.scenario.name, "files": chain(one)} for one in loaded],
            "data": data_hashes(),
            "tables": table_hashes(part),
            "files": sorted([*written, MANIFEST]),
        }
        _write_text(part / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
