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
import platform
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator import __version__
from simulator.charts import words
from simulator.provenance import data_hashes
from simulator.results import ALL, Results
from simulator.tidy import COLUMNS, STATISTICS, YEAR_COLUMNS, Row, shown, statistics, yearly_rows

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


class WriteError(Exception):
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

    The rows are those of :func:`simulator.tidy.monthly_rows`, formatted a column at a time, which is faster.
    """
    name = _cell(results.name)
    for measure in results.measures.values():
        dates = results.dates(measure.kind)
        for placement, band, values in measure.slices():
            table = statistics(values)
            if not np.isfinite(table[0]).all():
                raise ValueError(
                    f"{results.name}: {measure.name} ({placement}, {band}) holds a number that is not finite"
                )
            at = shown(results, measure.kind, placement, band)
            whens = [dates[t] for t in at]
            middle = ",".join(_cell(text) for text in (measure.name, placement, band, measure.unit))
            for a, area in enumerate(results.areas):
                head = f"{name},{_cell(area)}"
                columns = table[:, a, at].tolist()
                central = map(_number, columns[0])
                if values.shape[0] == 1:
                    tail = "," * (len(STATISTICS) - 1) + "\n"
                    lines = (f"{head},{d},{middle},{c}{tail}" for d, c in zip(whens, central, strict=True))
                else:
                    cells = map(",".join, zip(central, *(map(_number, c) for c in columns[1:]), strict=True))
                    lines = (f"{head},{d},{middle},{c}\n" for d, c in zip(whens, cells, strict=True))
                yield "".join(lines)


def extra_rows(results: Results) -> Iterator[Row]:
    """Yield yearly rows of the spend above the reference year, in all and by cause, in cash."""
    from simulator.analysis import extra_spend, split_extra

    parts = {f"extra_spend_{name.removeprefix('extra_spend_')}": v for name, v in split_extra(results).items()}
    for measure, values in {"extra_spend": extra_spend(results), **parts}.items():
        yield from _year_rows(results, results.areas, results.financial_years, measure, ALL, "GBP", "cash", values)


def _year_rows(
    results: Results,
    areas: Sequence[str],
    years: Sequence[str],
    measure: str,
    placement: str,
    unit: str,
    basis: str,
    values: Array,
) -> Iterator[Row]:
    """Yield a row for each area and financial year from (draw, area, year)."""
    table = statistics(values)
    for a, area in enumerate(areas):
        for y, year in enumerate(years):
            head = (results.name, area, year, measure, placement, unit, basis)
            yield head + tuple(float(v) for v in table[:, a, y])


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
            ours = _by_year_and_placement(results, name, areas, years, real)
            theirs = _by_year_and_placement(reference, name, areas, years, real)
            parts = [*dict.fromkeys([*ours, *theirs])]
            ours[ALL], theirs[ALL] = sum(ours.values()), sum(theirs.values())
            for placement in [ALL, *parts] if name == "placement_spend" and len(parts) > 1 else [ALL]:
                less = ours.get(placement, 0.0) - theirs.get(placement, 0.0)
                yield from _year_rows(results, areas, years, name, placement, measure.unit, basis, less)


def _by_year_and_placement(
    results: Results, measure: str, areas: Sequence[str], years: Sequence[str], real: bool
) -> dict[str, Any]:
    """Return (draw, area, year) for each placement."""
    values = results.by_year(measure, real=real).sum(axis=-1)
    values = values[:, [results.areas.index(a) for a in areas]]
    values = values[:, :, [results.financial_years.index(y) for y in years]]
    return {name: values[..., i] for i, name in enumerate(results[measure].placements)}


def _write_table(path: Path, columns: Sequence[str], blocks: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(blocks)


# --------------------------------------------------------------------------------------------------
# Summary


@dataclass(frozen=True)
class Point:
    """Where a scenario stands at one date (central run, first area).

    Attributes
    ----------
    years : float
        Since the start.
    date : str
    children : float
    spend_gbp : float or None
        Cash, in the year to `date`.
    extra_gbp : float or None
        Cash above the reference year, in the year to `date`.
    cumulative_extra_gbp : float or None
        Cash above the reference year, from the start to `date`.
    unmet_foster_need : float or None
        Children whose plan is fostering, without a foster home.
    """

    years: float
    date: str
    children: float
    spend_gbp: float | None = None
    extra_gbp: float | None = None
    cumulative_extra_gbp: float | None = None
    unmet_foster_need: float | None = None


def summary_points(results: Results) -> tuple[Point, ...]:
    """Return the start and the dates of :func:`simulator.analysis.at_years`."""
    from simulator.analysis import at_years, extra_spend

    years = results.financial_years
    by_year = dict(zip(years, extra_spend(results)[0, 0], strict=True)) if years else {}
    need = results.measures.get("unmet_foster_need")

    def unmet(month: int) -> float | None:
        if need is None:
            return None
        path = need.total()
        return float(path[month]) if need.kind == "stock" else float(path[month - 1]) if month else None

    points = [Point(0, results.dates("stock")[0], float(results["children"].total()[0]), unmet_foster_need=unmet(0))]
    for row in at_years(results) if years else ():
        extra = by_year.get(_year_ended(row["date"]))
        points.append(
            Point(
                row["years"],
                row["date"],
                float(row["children"]),
                None if row["spend_gbp"] is None else float(row["spend_gbp"]),
                None if extra is None else float(extra),
                None if row["cumulative_extra_gbp"] is None else float(row["cumulative_extra_gbp"]),
                unmet(round(row["years"] * 12)),
            )
        )
    return tuple(points)


def _year_ended(iso: str) -> str:
    """Return the financial year that ends on a date, or nothing if none does."""
    when = date.fromisoformat(iso)
    return f"{when.year - 1}-{when.year % 100:02d}" if (when.month, when.day) == (3, 31) else ""


def _pounds(value: float | None) -> str:
    return "-" if value is None else words.money(value)


def _count(value: float | None) -> str:
    return "-" if value is None else words.count(value)


def _more(shown: Callable[[float], str]) -> Callable[[float | None], str]:
    """Return the writer of a number as a change: with a sign, unless it is nothing."""

    def text(value: float | None) -> str:
        if value is None:
            return "-"
        written = shown(value)
        return f"+{written}" if value > 0 and any(c in "123456789" for c in written) else written

    return text


def _when(point: Point) -> tuple[str, str]:
    return ("start" if not point.years else f"+{point.years:g} years"), _day(point.date)


def _grid(rows: Sequence[Sequence[str]]) -> list[str]:
    """Line up rows: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(text.rjust(w) for text, w in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def summary_text(results: Results) -> str:
    """Return the summary of one scenario: children, spend and unmet need, now and after some years."""
    points = summary_points(results)
    heads = [_when(p) for p in points]
    rows = [
        ["", *(h[0] for h in heads)],
        ["", *(h[1] for h in heads)],
        ["Children looked after", *(_count(p.children) for p in points)],
        ["Spend in the year to then", *(_pounds(p.spend_gbp) for p in points)],
        [f"  above {results.reference_year}", *(_more(words.money)(p.extra_gbp) for p in points)],
        [
            f"  above {results.reference_year}, all years",
            *(_more(words.money)(p.cumulative_extra_gbp) for p in points),
        ],
        ["Unmet need for foster homes", *(_count(p.unmet_foster_need) for p in points)],
    ]
    lines = [f"{results.title} ({results.name})", _where(results), "", *_grid(rows), "", *_ranked(results)]
    lines += _notes([results])
    return "\n".join(lines) + "\n"


RANKED = 5
"""Areas that the summary names at either end of the ranking."""


def _ranked(results: Results) -> list[str]:
    """Return the areas whose number of children grows most and least, if there are several."""
    from simulator.analysis import growth_by_area

    if len(results.areas) < 2:
        return []
    rows = growth_by_area(results)
    picked = rows if len(rows) <= 2 * RANKED else [*rows[:RANKED], *rows[-RANKED:]]
    dates = results.dates("stock")
    table = [["Change in children, ranked", _day(dates[0]), _day(dates[-1]), "change"]]
    table += [[r.area, _count(r.first), _count(r.last), f"{r.percent:+.0f}%".replace("-", "−")] for r in picked]
    gap = [f"  ... {len(rows) - 2 * RANKED} areas between"] if len(rows) > 2 * RANKED else []
    lines = _grid(table)
    return [*lines[: 1 + RANKED], *gap, *lines[1 + RANKED :], ""]


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b %Y}"


def comparison_text(many: Sequence[Results]) -> str:
    """Return the small table of a comparison: children, spend and cumulative extra spend of each scenario."""
    points = [summary_points(results) for results in many]
    first = many[0]
    longest = max(points, key=len)
    offsets = [p.years for p in longest]
    same_dates = len({p[0].date for p in points}) == 1
    heads = [[f"{h[0]}" for h in map(_when, longest)]]
    if same_dates:
        heads.append([h[1] for h in map(_when, longest)])
    at = [{p.years: p for p in of_one} for of_one in points]

    def block(title: str, field: str, shown: Callable[[float | None], str], *, less: bool = False) -> list[list[str]]:
        rows = [[title, *([""] * len(offsets))]]
        for i, results in enumerate(many):
            if less and (i == 0 or results.first_month != first.first_month):
                continue
            cells = []
            for years in offsets:
                value = getattr(at[i][years], field) if years in at[i] else None
                if less:
                    base = getattr(at[0][years], field) if years in at[0] else None
                    value = None if value is None or base is None else value - base
                cells.append(shown(value))
            rows.append([f"{'    ' if less else '  '}{results.name}", *cells])
        return rows

    reference = {results.reference_year for results in many}
    above = f"Spend above {reference.pop()}" if len(reference) == 1 else "Spend above each one's reference year"
    rows = [
        *(["", *head] for head in heads),
        *block("Children looked after", "children", _count),
        *block(f"  compared with {first.name}", "children", _more(words.count), less=True),
        *block("Spend in the year to then", "spend_gbp", _pounds),
        *block(f"  compared with {first.name}", "spend_gbp", _more(words.money), less=True),
        *block(f"{above}, all years to then", "cumulative_extra_gbp", _more(words.money)),
        *block(f"  compared with {first.name}", "cumulative_extra_gbp", _more(words.money), less=True),
    ]
    names = [f"{results.name}: {results.title}" for results in many]
    lines = [f"{len(many)} scenarios, compared with {first.name}", *names, _where(first), ""]
    other = [r.name for r in many if r.first_month != first.first_month]
    apart = (
        [f"Note: not compared, as they start from another date than {first.name}: {', '.join(other)}."] if other else []
    )
    return "\n".join([*lines, *_grid(rows), "", *_notes(many), *apart]) + "\n"


def _where(results: Results) -> str:
    more = f" (first of {len(results.areas)} areas; all are in the tables)" if len(results.areas) > 1 else ""
    return f"{results.areas[0]}{more}, central run, cash"


def _notes(many: Sequence[Results]) -> list[str]:
    """Return each note once, with the names of the scenarios it holds for if not for all."""
    said: dict[str, list[str]] = {}
    for results in many:
        for note in results.notes:
            said.setdefault(note, []).append(results.name)
    lines = []
    for note, names in said.items():
        lines.append(f"Note: {note}" if len(names) == len(many) else f"Note ({', '.join(names)}): {note}")
    return lines


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
    versions = {MADE_BY: __version__, "python": platform.python_version(), "numpy": np.__version__}
    if charts:
        import matplotlib

        versions["matplotlib"] = matplotlib.__version__
    return {
        "made_by": MADE_BY,
        "command": command,
        "seed": seed,
        "draws": many[0].draws - 1,
        "versions": versions,
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

    Raises
    ------
    FolderError
        If `folder` can't be used.
    WriteError
        If a file can't be written; `folder` is then as before.
    """
    with whole_folder(folder) as part:
        _write(part, [results], [loaded], summary_text(results), command, seed=seed, charts=charts)


def write_comparison(
    many: Sequence[Results],
    loaded: Sequence[LoadedScenario],
    folder: Path,
    command: str,
    *,
    seed: int = 1,
    charts: bool = True,
) -> None:
    """Write the output folder of several scenarios, the first of which is the reference.

    Parameters
    ----------
    many : sequence of Results
    loaded : sequence of LoadedScenario
        In the same order.
    folder, command, seed, charts
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
    by_year = (row for r in whole_years for rows in (yearly_rows(r), extra_rows(r)) for row in rows)
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
    from simulator.charts import draw_all, save

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
