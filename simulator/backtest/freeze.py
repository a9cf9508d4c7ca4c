"""Frozen forecasts: written before the outcome is known, scored when it is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from simulator.backtest import money, origins
from simulator.backtest.origins import HEADLINE, REFERENCE
from simulator.backtest.panel import ENGLAND_CODE, Panel, regions
from simulator.backtest.record import FORECAST_COLUMNS, WRITTEN, forecast_rows, spend_forecasts
from simulator.backtest.write_record import write_manifest, write_table
from simulator.outputs.folder import whole_folder

AHEAD = 2
"""Years ahead that are frozen."""
FILES = {"model": ("forecasts.csv", "spend.csv"), "no change": ("reference.csv", "spend-reference.csv")}
"""Files of this model and of the reference: children, spend."""
ACTUAL_COLUMNS = ("measure", "old_la_code", "year", "value")
MEASURES = ("children", "spend")

Key = tuple[str, str, int]
"""Measure, area, year."""


class ActualError(Exception):
    """The file of actual figures is wrong."""


def write_frozen(
    whole: Panel, folder: Path, command: str, blocks: Path, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write a frozen forecast from the last year of the panel.

    Parameters
    ----------
    whole : Panel
    folder : Path
    command : str
        For the manifest.
    blocks : Path
        See `origins.steps`.
    progress : callable, optional
    """
    done = origins.steps(whole, whole.england.last_year, blocks, progress)
    spend = money.published()
    made = spend_forecasts(whole, done, spend)
    origin = done[-1].origin
    horizons = dict.fromkeys(origins.SCORED_FROM, AHEAD)
    with whole_folder(folder) as part:
        for name, method, of_spend in (("model", HEADLINE, "model"), ("no change", REFERENCE, "no_change")):
            children, pounds = FILES[name]
            write_table(part / children, FORECAST_COLUMNS, forecast_rows(done[-1:], method, horizons))
            ahead = made[of_spend][origin][1][0]
            rows = ((origin, ENGLAND_CODE, 1, q, f"{ahead[q - 1]:.0f}") for q in WRITTEN)
            write_table(part / pounds, FORECAST_COLUMNS, rows)
        (part / "README.md").write_text(_readme(origin, folder.name), encoding="utf-8", newline="\n")
        write_manifest(part, command, {"origin_year": origin})


def _readme(origin: int, name: str) -> str:
    columns = ",".join(ACTUAL_COLUMNS)
    before, after = (f"{year}-{(year + 1) % 100:02d}" for year in (origin - 1, origin))
    return f"""# Frozen forecast {name}

Made from figures to 31 March {origin}: no later one was held or used. These files are not changed once they are scored;
a later forecast gets a folder of its own.

| File | What it holds |
| --- | --- |
| `forecasts.csv` | Children looked after at 31 March {origin + 1} (horizon 1) and {origin + 2} (horizon 2) |
| `spend.csv` | Gross spend on children looked after in England in the financial year {after}, pounds, cash |
| `reference.csv`, `spend-reference.csv` | The same from no change with a calibrated interval |
| `manifest.json` | Hashes of the data, versions and the command |

Areas are England (`ENG`), regions by name and authorities by code; regions leave out the City of London and the Isles
of Scilly. Quantiles are per cent: between 10 and 90 lies the 80% interval. Spend is on the scope of the return that
{before} was taken from (revenue outturn RO3).

## How it will be scored

When the Department for Education publishes the figures, write them to a CSV file with columns `{columns}` (measure
`children` or `spend`; year of the 31 March, or in which the financial year ends) and run

```sh
care-demand forecast score forecasts/{name} --actual actual.csv
```

For England, regions, authorities and spend apart, and by year:

- **skill**: the share by which the mean pinball loss over the quantiles held, each forecast as a share of its reference
  median, is below that of the reference;
- **coverage**: the share of outcomes inside the 50%, 80% and 90% intervals;
- **error**: the mean absolute error of the median, as a share of the outcome.

An area without a figure under the same code is left out, and how many were is told. The first published figure counts,
not a later revision. [The track record](../../docs/backtest.md) says what to expect: skill of about 0.04 one year ahead
and 0.06 two years ahead for authorities, and an England figure that misses if children turn.
"""


def score_text(folder: Path, actual: Path) -> str:
    """Return the scores of a frozen forecast as a table in text.

    Raises
    ------
    ActualError
        If the file of actual figures, or the folder, can't be used.
    """
    known = _actual(actual)
    model, reference = (_frozen(folder, *FILES[name]) for name in ("model", "no change"))
    groups: dict[tuple[str, int], list[Key]] = {}
    for key in model:
        groups.setdefault((_level(key), key[2]), []).append(key)
    lines = ["level      year  scored  of  skill  in50  in80  in90  error"]
    for (level, year), keys in groups.items():
        seen = [key for key in keys if key in known]
        if seen:
            lines.append(f"{level:9}  {year}  {len(seen):6}  {len(keys):3}  {_scores(seen, known, model, reference)}")
    if len(lines) == 1:
        raise ActualError(f"{actual}: no figure of an area and year that {folder} forecasts")
    return "\n".join(lines)


def _scores(
    keys: list[Key], known: Mapping[Key, float], model: dict[Key, np.ndarray], reference: dict[Key, np.ndarray]
) -> str:
    """Score forecasts of one level and year: skill, coverage and error as text."""
    happened = np.array([known[key] for key in keys])
    ahead, other = (np.array([of[key] for key in keys]) for of in (model, reference))
    base = other[:, WRITTEN.index(50)]
    levels = np.array(WRITTEN) / 100

    def loss(quantiles: np.ndarray) -> float:
        over = happened[:, None] - quantiles
        return float((np.maximum(levels * over, (levels - 1) * over).mean(axis=1) / base).mean())

    def inside(low: int, high: int) -> float:
        ends = ahead[:, WRITTEN.index(low)], ahead[:, WRITTEN.index(high)]
        return float(((ends[0] <= happened) & (happened <= ends[1])).mean())

    error = float(np.mean(np.abs(ahead[:, WRITTEN.index(50)] / happened - 1)))
    covered = "  ".join(f"{inside(low, high):.2f}" for low, high in ((25, 75), (10, 90), (5, 95)))
    return f"{1 - loss(ahead) / loss(other):5.2f}  {covered}  {error:.3f}"


def _level(key: Key) -> str:
    measure, area, _ = key
    if measure == "spend":
        return "spend"
    return "england" if area == ENGLAND_CODE else "region" if area in regions() else "authority"


def _frozen(folder: Path, *names: str) -> dict[Key, np.ndarray]:
    """Read frozen quantiles, in the order of `WRITTEN`."""
    found: dict[Key, dict[int, float]] = {}
    for measure, name in zip(MEASURES, names, strict=True):
        for row in _rows(folder / name, FORECAST_COLUMNS):
            year = int(row["origin_year"]) + int(row["horizon"])
            found.setdefault((measure, row["old_la_code"], year), {})[int(row["quantile"])] = float(row["value"])
    return {key: np.array([row[q] for q in WRITTEN]) for key, row in found.items()}


def _actual(path: Path) -> dict[Key, float]:
    """Read actual figures; all problems are told at once."""
    found: dict[Key, float] = {}
    problems = []
    for line, row in enumerate(_rows(path, ACTUAL_COLUMNS), start=2):
        try:
            key = (row["measure"], row["old_la_code"], int(row["year"]))
            value = float(row["value"])
        except (TypeError, ValueError):
            problems.append(f"{path}:{line}: year and value must be numbers; leave a hidden figure out")
            continue
        if row["measure"] not in MEASURES:
            problems.append(f"{path}:{line}: measure is {row['measure']!r}; allowed: {', '.join(MEASURES)}")
        elif not value > 0 or not np.isfinite(value):
            problems.append(f"{path}:{line}: value is {row['value']}; it must be above 0")
        elif key in found:
            problems.append(f"{path}:{line}: a second figure for {' '.join(map(str, key))}")
        found[key] = value
    if problems:
        raise ActualError("\n".join(problems))
    return found


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
                raise ActualError(f"{path}:1: no column {', '.join(missing)}; columns are {','.join(columns)}")
            yield from reader
    except (OSError, UnicodeDecodeError) as error:
        raise ActualError(f"{path}: can't be read: {error}") from error
