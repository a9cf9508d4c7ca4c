"""The folder of a hindcast: its table, page, charts and manifest, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simulator.backtest.hindcast import hindcast_charts, hindcast_page
from simulator.backtest.hindcast.run_bases import COLUMNS, Ahead
from simulator.backtest.write_record import check_page, copy_page, write_manifest, write_table
from simulator.outputs.charts import save
from simulator.outputs.folder import whole_folder

PAGE = "hindcast.md"
TABLE = "hindcast.csv"


def write_hindcast(
    many: Sequence[Ahead], folder: Path, command: str, draws: int, seed: int, docs: Path | None = None
) -> None:
    """Write a hindcast.

    Parameters
    ----------
    many : sequence of Ahead
    folder : Path
        Where to; see `simulator.outputs.folder.whole_folder`.
    command : str
        For the manifest.
    draws, seed : int
    docs : Path, optional
        A folder that gets the page and its charts too.
    """
    charts = hindcast_charts.draw_all(many)
    with whole_folder(folder) as part:
        write_table(part / TABLE, COLUMNS, (one.row() for one in many))
        for name, chart in charts.items():
            save(chart, part, name)
        page = hindcast_page.text(many, charts, draws)
        (part / PAGE).write_text(page, encoding="utf-8", newline="\n")
        write_manifest(part, command, {"draws": draws, "seed": seed})
    if docs is not None:
        check_docs(docs)
        copy_page(folder, docs, PAGE, charts)


def check_docs(docs: Path) -> None:
    """Refuse a folder whose page, or charts of its name, an earlier hindcast did not write.

    Raises
    ------
    FolderError
        With the file that is in the way.
    """
    check_page(docs, PAGE, hindcast_charts.PANELS, hindcast_page.WRITTEN_BY, "hindcast")
