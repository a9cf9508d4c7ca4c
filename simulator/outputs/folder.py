"""The output folder: tables, charts, summary and manifest, written whole or not at all.

A folder is filled beside its final place and renamed at the end. A folder that an earlier run wrote is
replaced only then, and put back if anything fails; a folder that holds anything else is never touched.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.data.provenance import data_hashes, versions
from simulator.outputs.netcdf import write_draws
from simulator.outputs.summary import comparison_text, summary_text
from simulator.results.figures import Figure
from simulator.results.labelled import Published, Results
from simulator.results.long_tables import COLUMNS, STATISTICS, YEAR_COLUMNS, Row, cells, monthly_rows, yearly_rows
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.scenario import LoadedScenario

Array = NDArray[np.float64]

DECIMALS = 9
"""Decimals in tables: stocks and flows balance to 1e-6 from the files alone."""

MADE_BY = "care-demand"
MANIFEST = "manifest.json"

DIFFERENCES = ("children", "starts", "exits", "total_spend", "placement_spend", "programme_spend")
"""Measures of `differences.csv`."""

_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
_WRONG_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL}


class FolderError(Exception):
    """The output folder named can't be used; nothing was written."""


class WriteError(OSError):
    """Writing failed on the way; the folder is as it was before."""


# --------------------------------------------------------------------------------------------------
# The folder


def check_folder(folder: Path) -> None:
    """Refuse an output folder that can't be written, or that holds something this program did not write.

    Parameters
    ----------
    folder : Path
        It need not exist, nor its parents.

    Raises
    ------
    FolderError
        With what is wrong and what to do.
    """
    real = Path(os.path.realpath(folder))
    try:
        if real.is_dir():
            _check_existing(folder, real)
        elif os.path.lexists(real):
            raise FolderError(f"{folder} is a file; name a folder")
        parent = real.parent
        while not os.path.lexists(parent):
            parent = parent.parent
        if not parent.is_dir():
            raise FolderError(f"{folder} can't be made: {_shown(parent)} is a file, not a folder")
        if not os.access(parent, os.W_OK | os.X_OK):
            raise FolderError(f"{folder} can't be made: no permission to write in {_shown(parent)}")
    except (OSError, ValueError) as error:
        raise FolderError(f"{folder} can't be used: {_reason(error)}") from error


def _check_existing(folder: Path, real: Path) -> None:
    here = Path.cwd()
    if real == here or real in here.parents:
        raise FolderError(f"{folder} is the folder you are in, or holds it; name a folder inside it")
    found = {p.relative_to(real).as_posix() for p in real.rglob("*") if not p.is_dir() or p.is_symlink()}
    found = {name for name in found if name.rsplit("/", 1)[-1] not in _LITTER}
    if not found:
        return
    ours = _files_of_ours(real / MANIFEST)
    if ours is None:
        raise FolderError(
            f"{folder} is not empty and not written by {MADE_BY}; name another folder (nothing was changed)"
        )
    if others := sorted(found - ours):
        named = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        raise FolderError(
            f"{folder} holds files that {MADE_BY} did not write ({named}); move them, or name another folder "
            "(nothing was changed)"
        )


def _files_of_ours(manifest: Path) -> set[str] | None:
    """Return the names that a manifest of ours lists, or None if it is not one."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("made_by") != MADE_BY:
        return None
    listed = content.get("files")
    return {str(name) for name in listed} if isinstance(listed, list) else None


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in place of `folder` when the block ends without an error.

    Parameters
    ----------
    folder : Path
        Where the output goes. An earlier output is replaced, and kept if anything fails.

    Yields
    ------
    Path
        The folder to write in.

    Raises
    ------
    FolderError
        If `folder` can't be used.
    WriteError
        If a file can't be written.
    """
    check_folder(folder)
    real = Path(os.path.realpath(folder))
    token = secrets.token_hex(4)
    part = real.parent / f".{MADE_BY}-{token}.part"
    aside = real.parent / f".{MADE_BY}-{token}.old"
    made: list[Path] = []
    try:
        try:
            _make_parents(real.parent, made)
            part.mkdir()
        except OSError as error:
            if error.errno in _WRONG_PLACE:
                raise FolderError(f"{folder} can't be made: {_reason(error)}") from error
            raise
        yield part
        if real.exists():
            real.rename(aside)
        part.rename(real)
    except OSError as error:
        _put_back(aside, real)
        raise WriteError(f"{folder} could not be written: {_reason(error)} (nothing was changed)") from error
    except BaseException:
        _put_back(aside, real)
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if real.exists():
            shutil.rmtree(aside, ignore_errors=True)
        with suppress(OSError):
            for parent in reversed(made):
                parent.rmdir()  # only if it is empty, so only if nothing was put in it


def _make_parents(parent: Path, made: list[Path]) -> None:
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        made.append(path)


def _put_back(aside: Path, real: Path) -> None:
    if aside.exists() and not real.exists():
        aside.rename(real)


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _shown(path: Path) -> str:
    """Return a path as people would write it from where they are."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


# --------------------------------------------------------------------------------------------------
# Tables


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


def _number(value: float | None) -> str:
    if value is None or value != value:
        return ""
    text = repr(round(value, DECIMALS) + 0.0)  # + 0.0 turns -0.0 into 0.0
    return text[:-2] if text.endswith(".0") else text


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow([cell if isinstance(cell, str) else _number(cell) for cell in row])
    yield buffer.getvalue()


def monthly_lines(results: Results) -> Iterator[str]:
    """Yield the lines of `results.csv` without the header, many at a time.

    The rows are those of :func:`simulator.results.long_tables.monthly_rows`, formatted a column at a time, which is
    faster.
    """
    if isinstance(results, Published):
        yield from _lines(monthly_rows(results))
        return
    name = _cell(results.name)
    for measure in results.measures.values():
        for placement, band, dates, table in results.slices(measure.name):
            if not np.isfinite(table[0]).all():
                raise ValueError(
                    f"{results.name}: {measure.name} ({placement}, {band}) holds a number that is not finite"
                )
            middle = ",".join(_cell(text) for text in (measure.name, placement, band, measure.unit))
            for a, area in enumerate(results.areas):
                head = f"{name},{_cell(area)}"
                columns = table[:, a].tolist()
                central = map(_number, columns[0])
                if len(columns) == 1:
                    tail = "," * (len(STATISTICS) - 1) + "\n"
                    lines = (f"{head},{d},{middle},{c}{tail}" for d, c in zip(dates, central, strict=True))
                else:
                    figures = map(",".join, zip(central, *(map(_number, c) for c in columns[1:]), strict=True))
                    lines = (f"{head},{d},{middle},{c}\n" for d, c in zip(dates, figures, strict=True))
                yield "".join(lines)


def extra_rows(results: Results) -> Iterator[Row]:
    """Yield yearly rows of the spend above the reference year, in all and by cause, in cash."""
    causes = {f"extra_spend_{name}": figure for name, figure in results.causes().items()}
    for measure, figure in {"extra_spend": results.extra_spend(), **causes}.items():
        table = figure.statistics()
        yield from _year_rows(results, results.areas, results.financial_years, measure, ALL, "GBP", "cash", table)


def chance_rows(results: Results) -> Iterator[Row]:
    """Yield a row for each question that draws answered: the chance, in the (last) financial year it is about."""
    from simulator.results.analysis import answers

    for answer in answers(results):
        if answer.share is not None:
            last = answer.question.when[-1]
            year = last if len(last) == 7 else Month.parse(last[:7]).financial_year
            head = (results.name, results.areas[0], year, f"chance:{answer.question.id}", ALL, "share of draws", "")
            yield (*head, answer.share, *([None] * (len(STATISTICS) - 1)))


def _year_rows(
    results: Results,
    areas: Sequence[str],
    years: Sequence[str],
    measure: str,
    placement: str,
    unit: str,
    basis: str,
    table: Array,
) -> Iterator[Row]:
    """Yield a row for each area and financial year from (statistic, area, year)."""
    for a, area in enumerate(areas):
        for y, year in enumerate(years):
            head = (results.name, area, year, measure, placement, unit, basis)
            yield head + cells(results, table[:, a, y])


def difference_rows(results: Results, reference: Results) -> Iterator[Row]:
    """Yield the rows of `differences.csv`: a scenario less the reference, in financial years both cover.

    There are none for a scenario that starts from another date: the difference would mix scenarios with what was known.

    Differences are taken draw by draw before quantiles. Real prices are left out if the price years differ.
    """
    together = results.first_month == reference.first_month
    years = [y for y in results.financial_years if together and y in reference.financial_years]
    areas = [a for a in results.areas if a in reference.areas]
    for name in DIFFERENCES:
        if not years or name not in results.measures or name not in reference.measures:
            continue
        measure = results[name]
        bases = [("", False)]
        if measure.is_money:
            same_prices = results.price_year == reference.price_year
            bases = [("cash", False)] + ([(f"real {results.price_year}", True)] if same_prices else [])
        for basis, real in bases:
            by_area = [_differences(results, reference, name, area, years, real) for area in areas]
            for placement in by_area[0] if by_area else ():
                table = np.stack([differences[placement] for differences in by_area], axis=1)
                yield from _year_rows(results, areas, years, name, placement, measure.unit, basis, table)


def _differences(
    results: Results, reference: Results, measure: str, area: str, years: Sequence[str], real: bool
) -> dict[str, Array]:
    """Return (statistic, year) of differences in an area, of the total and, for spend on placements, of each."""
    ours, theirs = (_by_placement(one, measure, area, years, real) for one in (results, reference))
    parts = [name for name in dict.fromkeys([*ours, *theirs]) if name != ALL]
    shown = [ALL, *parts] if measure == "placement_spend" and len(parts) > 1 else [ALL]
    less = {name: ours.get(name, 0.0) - theirs.get(name, 0.0) for name in shown}
    return {name: Figure.of(draws[:, None]).statistics()[:, 0] for name, draws in less.items()}


def _by_placement(results: Results, measure: str, area: str, years: Sequence[str], real: bool) -> dict[str, Any]:
    """Return (draw, year) in an area for each placement and, under ``all``, for their total."""
    when, at = [results.financial_years.index(y) for y in years], results.areas.index(area)
    parts = results.year_parts(measure, real=real).area(at)[:, when]
    by_name = {name: parts[..., i] for i, name in enumerate(results[measure].placements)}
    if isinstance(results, Published):
        by_name = {name: values[:1] for name, values in by_name.items()}  # quantiles can't be subtracted
        return by_name | {ALL: results.year_totals(measure, real=real).area(at)[:1, when]}
    return by_name | {ALL: sum(by_name.values())}


def _write_table(path: Path, columns: Sequence[str], blocks: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(blocks)


# --------------------------------------------------------------------------------------------------
# Manifest


def _chain(loaded: LoadedScenario) -> list[dict[str, str]]:
    """Return name (without folder), hash and text of a scenario's file and of each it extends."""
    return [{"file": file.path.name, "sha256": file.sha256, "text": file.text} for file in loaded.files]


def manifest(
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    command: str,
    *,
    seed: int,
    written: Sequence[str],
    charts: bool,
) -> dict[str, Any]:
    """Return what the output was made from; no time and no folder, so that a repeat gives the same bytes."""
    own = loaded[0].baseline.manifest(in_full=not isinstance(many[0], Published))
    return {
        "made_by": MADE_BY,
        "command": command,
        **own,
        "seed": seed,
        "draws": many[0].draws - 1,
        "versions": versions(many[0].engine, *(("matplotlib",) if charts else ())),
        "scenarios": [
            {
                "name": results.name,
                "title": results.title,
                "price_year": results.price_year,
                "reference_year": results.reference_year,
                "files": _chain(one),
            }
            for results, one in zip(many, loaded, strict=True)
        ],
        "data": data_hashes(),
        "files": sorted([*written, MANIFEST]),
    }


# --------------------------------------------------------------------------------------------------
# Everything together


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
    with whole_folder(folder) as part:
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
        If two scenarios have the same name.
    """
    names = [results.name for results in many]
    if len(set(names)) < len(names):
        raise ValueError(f"scenarios in a comparison need different names; these are {', '.join(names)}")
    with whole_folder(folder) as part:
        rows = (row for results in many[1:] for row in difference_rows(results, many[0]))
        _write_table(part / "differences.csv", YEAR_COLUMNS, _lines(rows))
        for results in many if keep_draws else ():
            write_draws(results, part / f"draws-{results.name}.nc")
        _write(part, many, loaded, comparison_text(many), command, seed=seed, charts=charts)


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
    _write_table(part / "results.csv", COLUMNS, (block for r in many for block in monthly_lines(r)))
    whole_years = [r for r in many if r.financial_years]
    by_year = (row for r in whole_years for rows in (yearly_rows(r), extra_rows(r), chance_rows(r)) for row in rows)
    _write_table(part / "financial-years.csv", YEAR_COLUMNS, _lines(by_year))
    titles = _write_charts(part / "charts", many) if charts else []
    if titles:
        summary += "\nCharts\n" + "".join(f"  {name}: {title}\n" for name, title in titles)
    _write_text(part / "summary.txt", summary)
    written = [p.relative_to(part).as_posix() for p in part.rglob("*") if p.is_file()]
    content = manifest(many, loaded, command, seed=seed, written=written, charts=charts)
    _write_text(part / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _write_charts(folder: Path, many: Sequence[Results]) -> list[tuple[str, str]]:
    """Draw into a folder, with the alt texts beside; return name and title of each chart."""
    from simulator.outputs.charts import draw_all, save

    drawn = draw_all(many[0] if len(many) == 1 else many)
    folder.mkdir()
    for name, drawing in drawn.items():
        save(drawing, folder, name)
    _write_text(folder / "alt-text.txt", "".join(f"{name}: {_line(c.alt)}\n" for name, c in drawn.items()))
    return [(name, _line(c.title)) for name, c in drawn.items()]


def _line(text: str) -> str:
    return " ".join(text.split())


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
