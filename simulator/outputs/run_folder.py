"""What the output folder of a run or a comparison holds: tables, charts, summary and manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from simulator.outputs.charts import draw_all, save_all
from simulator.outputs.folder import MANIFEST, whole_folder
from simulator.outputs.manifest import manifest, table_hashes
from simulator.outputs.netcdf import write_draws
from simulator.outputs.sufficiency_text import sufficiency_text
from simulator.outputs.summary import comparison_text, summary_text
from simulator.outputs.write_tables import chance_rows, difference_rows, monthly_lines, row_lines, write_table
from simulator.results import no_change
from simulator.results.long_tables import (
    ATTRIBUTION_COLUMNS,
    COLUMNS,
    GAP_COLUMNS,
    HISTORY_COLUMNS,
    VALUE_COLUMNS,
    YEAR_COLUMNS,
    Row,
    attribution_rows,
    extra_rows,
    gap_rows,
    history_rows,
    placement_age_rows,
    value_rows,
    yearly_rows,
)
from simulator.results.results_protocol import Results
from simulator.results.sufficiency_tables import (
    NEEDED_COLUMNS,
    PEER_COLUMNS,
    UNMET_COLUMNS,
    WHERE_COLUMNS,
    Sufficiency,
)
from simulator.scenario import LoadedScenario
from simulator.vocabulary.printable import printable


def write_run(
    results: Results,
    loaded: LoadedScenario,
    folder: Path,
    command: str,
    *,
    seed: int = 1,
    charts: bool = True,
    keep_draws: bool = False,
) -> None:
    """Write the output folder of one scenario.

    Parameters
    ----------
    results : Results
    loaded : LoadedScenario
        The scenario as read, for the manifest.
    folder : Path
        Where to; see :func:`whole_folder`.
    command : str
        As typed, without folders, for the manifest.
    seed : int
    charts : bool
        Whether to draw.
    keep_draws : bool
        Whether to write every draw's path as well.

    Raises
    ------
    FolderError
        If `folder` can't be used.
    WriteError
        If a file can't be written; `folder` is then as before.
    """
    with whole_folder(folder, private=_is_private(results, loaded)) as part:
        if keep_draws:
            write_draws(results, part / "draws.nc")
        _write(part, [results], [loaded], summary_text(results), command, seed=seed, charts=charts)


def write_comparison(
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    folder: Path,
    command: str,
    *,
    seed: int = 1,
    charts: bool = True,
    keep_draws: bool = False,
) -> None:
    """Write the output folder of several scenarios, the first of which is the reference.

    Parameters
    ----------
    many : sequence of Results
    loaded : sequence of LoadedScenario
        In the same order.
    folder, command, seed, charts, keep_draws
        As for :func:`write_run`.

    Raises
    ------
    FolderError, WriteError
        As :func:`write_run`.
    ValueError
        If two scenarios have the same name, or are in prices of different years.
    """
    if len(years := {results.price_year for results in many}) > 1:
        raise ValueError(f"scenarios in a comparison need one price year; these are in {', '.join(sorted(years))}")
    names = [results.name for results in many]
    if len(set(names)) < len(names):
        raise ValueError(f"scenarios in a comparison need different names; these are {', '.join(names)}")
    with whole_folder(folder, private=any(map(_is_private, many, loaded))) as part:
        rows = (row for results in many[1:] for row in difference_rows(results, many[0]))
        write_table(part / "differences.csv", YEAR_COLUMNS, row_lines(YEAR_COLUMNS, rows))
        for results in many if keep_draws else ():
            write_draws(results, part / f"draws-{results.name}.nc")
        _write(part, many, loaded, comparison_text(many), command, seed=seed, charts=charts)


def _is_private(results: Results, loaded: LoadedScenario) -> bool:
    """Whether results start from children of a council, and are not made safe to publish."""
    return bool(loaded.baseline.identity) and results.showing.inputs_hashed


def _write(
    part: Path,
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    summary: str,
    command: str,
    *,
    seed: int,
    charts: bool,
) -> None:
    write_table(part / "results.csv", COLUMNS, (block for r in many for block in monthly_lines(r)))
    whole_years = [r for r in many if r.financial_years]
    by_year = (row for r in whole_years for rows in (yearly_rows(r), extra_rows(r), chance_rows(r)) for row in rows)
    write_table(part / "financial-years.csv", YEAR_COLUMNS, row_lines(YEAR_COLUMNS, by_year))
    write_table(part / "history.csv", HISTORY_COLUMNS, row_lines(HISTORY_COLUMNS, history_rows(many)))
    if any(r.by_placement_and_age(name) is not None for r in many for name in r.measures):
        by_age = (line for r in many for line in row_lines(COLUMNS, placement_age_rows(r)))
        write_table(part / "placements-by-age.csv", COLUMNS, by_age)
    if len(many) == 1 and many[0].evidence is not None:
        _write_sufficiency(part, many[0])
    if any(r.own_past for r in many):
        unchanged = (row for r in many for row in no_change.rows(r))
        write_table(part / "no-change.csv", no_change.COLUMNS, row_lines(no_change.COLUMNS, unchanged))
    if any(r.packages for r in many):
        valued = (row for r in many for row in value_rows(r))
        write_table(part / "value-for-money.csv", VALUE_COLUMNS, row_lines(VALUE_COLUMNS, valued))
    if any(r.attributed.titles for r in many):
        parts = (row for r in many for row in attribution_rows(r))
        write_table(part / "attribution.csv", ATTRIBUTION_COLUMNS, row_lines(ATTRIBUTION_COLUMNS, parts))
    if any(r.funded is not None and r.financial_years for r in many):
        gaps = (row for r in many for row in gap_rows(r))
        write_table(part / "gap.csv", GAP_COLUMNS, row_lines(GAP_COLUMNS, gaps))
    titles = _write_charts(part / "charts", many) if charts else []
    if titles:
        summary += "\nCharts\n" + "".join(f"  {name}: {title}\n" for name, title in titles)
    _write_text(part / "summary.txt", summary)
    written = [p.relative_to(part).as_posix() for p in part.rglob("*") if p.is_file()]
    tables = table_hashes(part)
    content = manifest(many, loaded, command, seed=seed, written=written, tables=tables, charts=charts)
    _write_text(part / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _write_sufficiency(part: Path, results: Results) -> None:
    """Write the evidence for a sufficiency statement of the one council or region that is run."""
    found = Sufficiency(results)
    tables: dict[str, tuple[Sequence[str], Iterable[Row]]] = {
        "placements-needed.csv": (NEEDED_COLUMNS, found.needed_rows()),
        "needs-and-gaps.csv": (UNMET_COLUMNS, found.gap_rows()),
        "in-and-out-of-area.csv": (WHERE_COLUMNS, found.where_rows()),
        "beside-others.csv": (PEER_COLUMNS, found.peer_rows()),
    }
    for name, (columns, rows) in tables.items():
        write_table(part / name, columns, row_lines(columns, rows))
    _write_text(part / "sufficiency.txt", sufficiency_text(results))


def _write_charts(folder: Path, many: Sequence[Results]) -> list[tuple[str, str]]:
    """Draw into a folder; return name and title of each chart."""
    drawn = draw_all(*many)
    save_all(drawn, folder)
    return [(name, _line(c.title)) for name, c in drawn.items()]


def _line(text: str) -> str:
    return " ".join(text.split())


def _write_text(path: Path, text: str) -> None:
    path.write_text(printable(text), encoding="utf-8", newline="\n")
