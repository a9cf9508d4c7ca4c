"""The summary that is printed and kept as `summary.txt`: a few figures some years on, with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.outputs.attribution_summary import attribution_lines
from simulator.outputs.charts import words
from simulator.outputs.charts.verdicts import BASIS, in_words, rests_on, spend_movers
from simulator.outputs.gap_summary import gap_lines
from simulator.outputs.text_grid import grid
from simulator.outputs.value_summary import value_lines
from simulator.results.analysis import answers, growth_by_area
from simulator.results.figures import interval, less, middle
from simulator.results.no_change import no_change
from simulator.results.results_protocol import Results
from simulator.results.timeline import marches
from simulator.runs.engines import engine_told
from simulator.vocabulary.told import is_warning, marked

Array = NDArray[np.float64]

AFTER_YEARS = (2, 5, 10)
"""Years after the start at which figures are given, besides the start itself."""

RANKED = 5
"""Areas that are named at either end of a ranking."""

INTERVAL = (10, 90)
"""Percentiles of draws that intervals are between: 80% of draws."""


@dataclass(frozen=True)
class SummaryPoint:
    """Where a scenario stands at one date (first area): the central run, and what draws make of it.

    Attributes
    ----------
    years : float
        Since the start.
    date : str
    children : float or None
        None where hidden, in results to be published; so with the others.
    spend_gbp : float or None
        Cash, in the year to `date`.
    extra_gbp : float or None
        Cash above the reference year, in the year to `date`.
    cumulative_extra_gbp : float or None
        Cash above the reference year, from the start to `date`.
    real_spend_gbp, real_extra_gbp, real_cumulative_extra_gbp : float or None
        The same in real prices (`Results.price_year`).
    real_net_spend_gbp, net_spend_gbp : float or None
        Spend less Home Office grants, in the year to `date`; None where there are none.
    unmet_foster_need : float or None
        Children whose plan is fostering, without a foster home.
    intervals : mapping of name to (float, float)
        Between which values of the above 80% of draws lie; empty where there are no draws.
    medians : mapping of name to float
        Of draws; empty where there are none.
    """

    years: float
    date: str
    children: float | None
    spend_gbp: float | None = None
    extra_gbp: float | None = None
    cumulative_extra_gbp: float | None = None
    real_spend_gbp: float | None = None
    real_extra_gbp: float | None = None
    real_cumulative_extra_gbp: float | None = None
    real_net_spend_gbp: float | None = None
    net_spend_gbp: float | None = None
    unmet_foster_need: float | None = None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    medians: Mapping[str, float] = field(default_factory=dict)


_OF_YEARS = tuple(
    f"{basis}{name}"
    for basis in ("", "real_")
    for name in ("spend_gbp", "net_spend_gbp", "extra_gbp", "cumulative_extra_gbp")
)
"""Figures of the year before a date, so that there are none at the start."""


def summary_points(results: Results) -> tuple[SummaryPoint, ...]:
    """Return the start, and where the scenario stands 2, 5 and 10 years on, as far as the run goes."""
    dates, figures = marches(results.dates("stock")), _figures(results)
    points = []
    for i, years in enumerate(_after(results)):
        central: dict[str, float | None] = {"children": None}
        central |= {name: float(found.central[i]) for name, found in figures.items() if not np.isnan(found.central[i])}
        between = {
            name: ends
            for name, value in central.items()
            if value is not None and (ends := figures[name].interval(i)) is not None
        }
        medians = {name: float(figures[name].middle[i]) for name in between}
        points.append(SummaryPoint(years, dates[years], **central, intervals=between, medians=medians))
    return tuple(points)


@dataclass(frozen=True)
class _Figures:
    """One figure at all points: (draw, point), the central run first; `quantiles` as in `ShownFigure`."""

    draws: Array
    quantiles: bool

    @property
    def central(self) -> Array:
        """The central run: (point,)."""
        run: Array = self.draws[0]
        return run

    @cached_property
    def middle(self) -> Array:
        """The median of draws, or the central run where there are none: (point,)."""
        return middle(self.draws, quantiles=self.quantiles)

    def interval(self, i: int) -> tuple[float, float] | None:
        """Return where 80% of draws lie at a point; None where there are none, or hidden."""
        found = interval(self.draws[:, i], *INTERVAL, quantiles=self.quantiles)
        return None if found is None or np.isnan(found).any() else (float(found[0]), float(found[1]))

    def __sub__(self, other: _Figures) -> _Figures:
        """Return the difference at the points that both have, draw by draw but of quantiles."""
        points = min(len(self.central), len(other.central))
        return _Figures(
            less(self.draws[:, :points], other.draws[:, :points], quantiles=self.quantiles), quantiles=False
        )


def _after(results: Results) -> tuple[int, ...]:
    """Years after the start at which there are figures."""
    return (0, *(n for n in AFTER_YEARS if n <= len(results.financial_years)))


def _figures(results: Results) -> dict[str, _Figures]:
    """Return the figures of points by name; NaN where there is none."""
    after = _after(results)
    dates = results.dates("stock")
    instants = [dates.index(day) for n, day in enumerate(marches(dates)) if n in after]

    def stock(measure: str) -> _Figures:
        totals = results.stock_totals(measure)
        return _Figures(totals.area()[:, instants], totals.quantiles)

    figures = {"children": stock("children")}
    if len(after) > 1:
        by_year: dict[str, tuple[Array, bool]] = {}
        for basis, real in (("", False), ("real_", True)):
            extra, spend = results.extra_spend(real=real), results.year_totals("total_spend", real=real)
            by_year |= {
                f"{basis}spend_gbp": (spend.area(), spend.quantiles),
                f"{basis}extra_gbp": (extra.area(), extra.quantiles),
                f"{basis}cumulative_extra_gbp": (extra.area().cumsum(axis=1), extra.quantiles),
            }
            if "grant_income" in results.measures and results.year_totals("grant_income").area()[0].any():
                net = results.year_totals("net_spend", real=real)
                by_year[f"{basis}net_spend_gbp"] = net.area(), net.quantiles
        for name, (values, quantiles) in by_year.items():
            values = np.insert(values[:, [n - 1 for n in after[1:]]], 0, np.nan, axis=1)
            figures[name] = _Figures(values, quantiles)
    if results.places_limited and "unmet_foster_need" in results.measures:
        figures["unmet_foster_need"] = stock("unmet_foster_need")
    return figures


NET = "  spend less Home Office grants"

_Write = Callable[[float], str]


def _count(many: Sequence[Results]) -> _Write:
    """Return the writer of numbers of children in the area that scenarios tell of."""
    return words.count_of(max(float(results.stock_totals("children").area()[0, 0]) for results in many))


def _change(write: _Write) -> _Write:
    """Return the writer of a number as a change: with a sign, unless it is nothing or has one."""

    def text(value: float) -> str:
        written = write(value)
        plain = value <= 0 or written.startswith("+") or not any(c in "123456789" for c in written)
        return written if plain else f"+{written}"

    return text


def _row(title: str, figures: _Figures, write: _Write, columns: int, *, of_years: bool) -> Iterator[list[str]]:
    """Yield a row of medians, or of central figures, and where there are draws one of intervals below it.

    Figures of years have none at the start.
    """
    central = ["-" if of_years and i == 0 else write(v) for i, v in enumerate(figures.middle)]
    empty = [""] * (columns - len(central))
    yield [title, *central, *empty]
    intervals = [figures.interval(i) for i in range(len(figures.central))]
    if any(intervals):
        indent = " " * (len(title) - len(title.lstrip()) + 2)
        ends = ["" if b is None or b[0] == b[1] else f"{write(b[0])} to {write(b[1])}" for b in intervals]
        yield [f"{indent}80% of draws", *ends, *empty]


def _when(results: Results) -> list[list[str]]:
    """Return two heads of columns: years after the start, and dates."""
    return [
        ["start" if n == 0 else f"+{n} years" for n in _after(results)],
        [_day(marches(results.dates("stock"))[n]) for n in _after(results)],
    ]


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b %Y}"


def summary_text(results: Results) -> str:
    """Return the summary of one scenario: children, spend and children not fostered, now and after some years."""
    figures = _figures(results)
    money, count = _change(words.money), _count([results])
    shown: list[tuple[str, str, _Write]] = [
        ("Children looked after", "children", count),
        (f"Spend in the year to then, {results.price_year} prices", "real_spend_gbp", words.money),
        (f"  above {results.reference_year}", "real_extra_gbp", money),
        (f"  above {results.reference_year}, all years", "real_cumulative_extra_gbp", money),
        (NET, "real_net_spend_gbp", words.money),
        ("Spend in the year to then, in cash", "spend_gbp", words.money),
        (f"  above {results.reference_year}, all years", "cumulative_extra_gbp", money),
        (NET, "net_spend_gbp", words.money),
        ("In homes, original plan fostering", "unmet_foster_need", count),
    ]
    columns = len(_after(results))
    rows = [["", *head] for head in _when(results)]
    for title, name, write in shown:
        if name in figures:
            rows += _row(title, figures[name], write, columns, of_years=name in _OF_YEARS)
    lines = [f"{results.title} ({results.name})", _where([results]), *_warnings([results]), "", *grid(rows)]
    lines += _block(_beside(results)) + _block(value_lines(results)) + _block(attribution_lines(results))
    lines += _block(gap_lines(results))
    lines += _block(_moved(results)) + _block(_ranked(results))
    lines += _block(_chances([results])) + _block(_notes([results]))
    lines += ["", engine_told(results)["engine_note"]]
    return "\n".join(lines) + "\n"


def _beside(results: Results) -> list[str]:
    """Say what no change would be, and how the model did over an area's own past."""
    past = results.own_past
    if past is None:
        return []
    change, count = no_change(results, past), _count([results])
    at = [i for i, years in enumerate(_after(results)) if years > 0]
    shown = [change[years] for years in _after(results)]
    told = [f"{count(shown[i].low)} to {count(shown[i].high)} in {words.month(shown[i].date)}" for i in at]
    luck = (
        "" if results.chance or results.draws == 1 else "; it holds luck, as what happened did, and those above do not"
    )
    lines = [f"No change: {count(shown[0].central)} children throughout; 80% interval {words.listed(told)}{luck}."]
    return [*lines, *([past.said] if past.said else [])]


def _moved(results: Results) -> list[str]:
    """Say which of the drawn numbers spend goes together with most."""
    sentences = [in_words(results, mover) for mover in spend_movers(results)[:1]]
    return [f"Among draws, {text}." for text in sentences]


def _ranked(results: Results) -> list[str]:
    """Return the areas whose number of children grows most and least, if there are several."""
    if len(results.areas) < 2:
        return []
    rows = growth_by_area(results)
    picked = rows if len(rows) <= 2 * RANKED else [*rows[:RANKED], *rows[-RANKED:]]
    dates = results.dates("stock")
    table = [["Change in children, ranked", _day(dates[0]), _day(dates[-1]), "change"]]
    for row in picked:
        change = "" if row.rough else f"{row.percent:+.0f}%".replace("-", "−")
        table.append([row.area, words.count(row.first), words.count(row.last), change])
    gap = [f"  ... {len(rows) - 2 * RANKED} areas between"] if len(rows) > 2 * RANKED else []
    lines = grid(table)
    return [*lines[: 1 + RANKED], *gap, *lines[1 + RANKED :]]


def comparison_text(many: Sequence[Results]) -> str:
    """Return the small table of a comparison: children, spend and cumulative extra spend of each scenario."""
    first = many[0]
    figures = [_figures(results) for results in many]
    longest = max(many, key=lambda results: len(_after(results)))
    columns = len(_after(longest))
    heads = _when(longest)
    same_dates = len({results.first_month for results in many}) == 1

    def block(title: str, name: str, write: _Write, less: str = "") -> Iterator[list[str]]:
        if not any(name in own for own in figures):
            return
        yield [title, *([""] * columns)]
        for results, own in zip(many, figures, strict=True):
            if name in own:
                yield from _row(f"  {results.name}", own[name], write, columns, of_years=name in _OF_YEARS)
        yield [f"  {less}", *([""] * columns)]
        for results, own in zip(many[1:], figures[1:], strict=True):
            if results.first_month == first.first_month and name in own and name in figures[0]:
                change = own[name] - figures[0][name]
                yield from _row(f"    {results.name}", change, _change(write), columns, of_years=name in _OF_YEARS)

    reference = {results.reference_year for results in many}
    above = f"Spend above {reference.pop()}" if len(reference) == 1 else "Spend above each one's reference year"
    against = f"compared with {first.name}"
    rows = [
        *(["", *head] for head in (heads if same_dates else heads[:1])),
        *block("Children looked after", "children", _count(many), against),
        *block(f"Spend in the year to then, {first.price_year} prices", "real_spend_gbp", words.money, against),
        *block("The same less Home Office grants", "real_net_spend_gbp", words.money, against),
        *block(
            f"{above}, all years to then, {first.price_year} prices",
            "real_cumulative_extra_gbp",
            _change(words.money),
            against,
        ),
        *block("Spend in the year to then, in cash", "spend_gbp", words.money, against),
    ]
    names = [f"{results.name}: {results.title}" for results in many]
    head = [f"{len(many)} scenarios, compared with {first.name}", *names, _where(many), *_warnings(many)]
    lines = [*head, "", *grid(rows)]
    notes = _notes(many)
    if other := [r.name for r in many if r.first_month != first.first_month]:
        notes.append(f"Note: not compared, as they start from another date than {first.name}: {', '.join(other)}.")
    moved: set[str] = set()
    for results in many:
        found = {mover.name for mover in spend_movers(results)[:1]}
        told = [line for line in value_lines(results) if line != BASIS] + (_moved(results) if found - moved else [])
        moved |= found
        lines += ["", results.name, *told] if told else []
    notes += [f"Note: {BASIS}"] if any(results.packages for results in many) else []
    return "\n".join([*lines, *_block(_chances(many)), *_block(notes), "", engine_told(first)["engine_note"]]) + "\n"


def _where(many: Sequence[Results]) -> str:
    first = many[0]
    more = f" (first of {len(first.areas)} areas; all are in the tables)" if len(first.areas) > 1 else ""
    draws = max(results.draws for results in many) - 1
    taken = f"median of {draws:,} draws and where 80% of them lie" if draws else "central run"
    return f"{first.areas[0]}{more}, {taken}"


def _chances(many: Sequence[Results]) -> list[str]:
    """Answer the questions of scenarios."""
    lines = []
    for results in many:
        who = f" ({results.name})" if len(many) > 1 else ""
        for answer in answers(results):
            if answer.share is None:
                lines.append(f"Chance that {answer.question.says}{who}: needs draws (--draws)")
            else:
                judged = rests_on(results) if answer.question.against_no_programmes else ""
                found = words.chance(answer.share, results.draws - 1)
                lines.append(f"Chance that {answer.question.says}{who}: {found}{judged}")
    return lines


def _block(lines: Sequence[str]) -> list[str]:
    return ["", *lines] if lines else []


def _warnings(many: Sequence[Results]) -> list[str]:
    """Return what comes before all else that is said."""
    return [line for note, line in _said(many) if is_warning(note)]


def _notes(many: Sequence[Results]) -> list[str]:
    return [line for note, line in _said(many) if not is_warning(note)]


def _said(many: Sequence[Results]) -> Iterator[tuple[str, str]]:
    """Yield each note once and its line, with the names of the scenarios it holds for if not for all."""
    said: dict[str, list[str]] = {}
    for results in many:
        for note in results.every_note:
            said.setdefault(note, []).append(results.name)
    for note, names in said.items():
        yield note, marked(note, "" if len(names) == len(many) else ", ".join(names))
