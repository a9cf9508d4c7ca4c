"""The folder of a back-test: tables, page, charts and manifest, written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from simulator.backtest import page, record_charts
from simulator.backtest.record import FORECAST_COLUMNS, SCORE_COLUMNS, Record, record_rows, score_rows
from simulator.data.provenance import data_hashes, package_version
from simulator.outputs.charts import save
from simulator.outputs.folder import MADE_BY, MANIFEST, FolderError, whole_folder, write_file

PAGE = "backtest.md"


def write_backtest(record: Record, folder: Path, command: str, docs: Path | None = None) -> None:
    """Write a back-test.

    Parameters
    ----------
    record : Record
    folder : Path
        Where to; see `simulator.outputs.folder.whole_folder`.
    command : str
        For the manifest.
    docs : Path, optional
        A folder that gets the page and its charts too.
    """
    charts = record_charts.draw_all(record)
    with whole_folder(folder) as part:
        write_table(part / "forecasts.csv", FORECAST_COLUMNS, record_rows(record))
        write_table(part / "scores.csv", SCORE_COLUMNS, score_rows(record))
        for name, chart in charts.items():
            save(chart, part, name)
        _text(part / PAGE, page.text(record, charts, ""))
        write_manifest(part, command, {})
    if docs is not None:
        check_docs(docs)
        copy_page(folder, docs, PAGE, charts)


def check_docs(docs: Path) -> None:
    """Refuse a folder whose page, or charts of its name, an earlier back-test did not write.

    Raises
    ------
    FolderError
        With the file that is in the way.
    """
    check_page(docs, PAGE, record_charts.NAMES, page.WRITTEN_BY, "backtest")


def check_page(docs: Path, name: str, charts: Iterable[str], mark: str, command: str) -> None:
    """Refuse a folder whose page, or charts that go with it, a command did not write.

    Parameters
    ----------
    docs : Path
    name : str
        Of the page.
    charts : iterable of str
        Names of its charts.
    mark : str
        Stands in every page that the command writes.
    command : str

    Raises
    ------
    FolderError
        With the file that is in the way.
    """
    found = [docs / one for one in (name, *(f"{chart}.png" for chart in charts)) if os.path.lexists(docs / one)]
    if found and not (found[0].name == name and mark in found[0].read_text(encoding="utf-8", errors="replace")):
        raise FolderError(f"{found[0]} is not written by {MADE_BY} {command}; move it, or name another folder")


def copy_page(folder: Path, docs: Path, page: str, charts: Iterable[str]) -> None:
    """Copy a page and its charts, the page first: it says whose charts they are."""
    for name in (page, *(f"{chart}.png" for chart in charts)):
        write_file(docs / name, (folder / name).read_bytes(), replace=True)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table with plain line feeds."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_manifest(part: Path, command: str, more: dict[str, Any]) -> None:
    """Write what a folder was made from; no time and no place, so that a repeat gives the same bytes."""
    written = sorted([*(p.name for p in part.iterdir()), MANIFEST])
    versions = {MADE_BY: package_version(), "python": platform.python_version(), "numpy": np.__version__}
    content = {
        "made_by": MADE_BY,
        "command": command,
        "versions": versions,
        "data": data_hashes(),
        **more,
        "files": written,
    }
    _text(part / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
