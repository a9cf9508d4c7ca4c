"""Figures for charts, taken out of results: totals of the first area, on an axis of years, with quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.outputs.charts import words
from simulator.results.figures import ShownFigure, interval, less, middle
from simulator.results.results_protocol import OWN, Results
from simulator.vocabulary.told import is_warning

Array = NDArray[np.float64]

_SAME = 0.02
"""Part of a published projection by which a replication may miss its level and still be said to meet it."""

MANY = 4
"""More scenarios than this get a panel each, as nobody can follow more lines in one, and share the notes on all."""

AT_YEAR_ENDS = "number at 31 March"
"""Subtitle of stocks that are known at the ends of financial years alone."""

BANDS = ((10, 90), (25, 75))
"""Percentiles between which a fan is shaded, the wide band first: 80% and 50% of draws."""


@dataclass(frozen=True)
class Course:
    """One quantity over time.

    Attributes
    ----------
    at : (time,)
        Place on the axis of years: 31 March of a year, or the end of a financial year, is a whole number.
    when : tuple of str
        ISO dates or financial years.
    draws : (draw, time)
        The central run first.
    quantiles : bool
        Whether `QUANTILES` stand in place of draws.
    """

    at: Array
    when: tuple[str, ...]
    draws: Array
    quantiles: bool = False

    @cached_property
    def middle(self) -> Array:
        """The line that is drawn: the median of draws, or the central run where there are none: (time,)."""
        return middle(self.draws, quantiles=self.quantiles)

    def bands(self) -> list[tuple[Array, Array]]:
        """Return the lower and upper edge of each band of the fan; none where there are no draws."""
        edges = (interval(self.draws, low, high, quantiles=self.quantiles) for low, high in BANDS)
        return [pair for pair in edges if pair is not None]

    def __sub__(self, other: Course) -> Course:
        """Return the difference over the time that both cover, draw by draw if both have as many; not of quantiles."""
        common = [when for when in self.when if when in set(other.when)]
        mine = [self.when.index(when) for when in common]
        theirs = [other.when.index(when) for when in common]
        draws = less(self.draws[:, mine], other.draws[:, theirs], quantiles=self.quantiles)
        return Course(self.at[mine], tuple(common), draws)


class HiddenError(Exception):
    """The first or the last figure of a path is hidden, so there is no chart of it."""


def stock(results: Results, measure: str) -> Course:
    """Return a stock's total at each instant.

    Raises
    ------
    HiddenError
        If an end of it is hidden.
    """
    when, totals = results.dates("stock"), results.stock_totals(measure)
    at = np.array([words.year_position(date) for date in when])
    return _seen(Course(at, when, totals.area(), totals.quantiles))


def yearly(results: Results, measure: str, *, real: bool = False) -> Course:
    """Return a measure's total in each financial year, of money in cash or in real prices; see :func:`stock`."""
    return over_years(results, results.year_totals(measure, real=real))


def over_years(results: Results, figure: ShownFigure) -> Course:
    """Return a figure by financial year, (area, year), as a series; see :func:`stock`."""
    years = results.financial_years
    at = np.array([float(words.year_end(year)) for year in years])
    return _seen(Course(at, years, figure.area(), figure.quantiles))


def _seen(path: Course) -> Course:
    if np.isnan(path.draws[0, [0, -1]]).any():
        raise HiddenError
    return path


def highest(*values: Array) -> float:
    """Return the largest figure that is not hidden; nothing if all are."""
    found = np.concatenate([np.ravel(v) for v in values]) if values else np.zeros(0)
    return float(np.max(found, initial=-np.inf, where=~np.isnan(found))) if not np.isnan(found).all() else 0.0


def lowest(*values: Array) -> float:
    """Return the smallest figure that is not hidden; nothing if all are."""
    return -highest(*(-np.asarray(v) for v in values))


def actual(results: Results, measure: str, *, real: bool = False) -> Course | None:
    """Return the published series of a measure, of money in cash or in real prices; or None."""
    history = results.history.get(measure)
    if history is None or not history.dates:
        return None
    values = np.asarray(history.values, dtype=float)
    if real:
        values = values / np.array([results.price_levels[year] for year in history.dates])
    at = [words.position(date) for date in history.dates]
    return Course(np.array(at), tuple(history.dates), values[None])


def history_name(results: Results, measure: str) -> str:
    """Return what actual figures of a measure are called."""
    return OWN if is_own(results, measure) else "Published figures"


def known_words(results: Results, measure: str) -> str:
    """Return how a measure is known of the past, for a subtitle."""
    history = results.history.get(measure)
    added = f", {history.added}," if history is not None and history.added else ""
    return f"{'counted' if is_own(results, measure) else 'published'}{added} at 31 March"


def mix_before(results: Results) -> dict[str, Course]:
    """Return shares of children by placement on each 31 March before the run, percent; nothing where none are known.

    A share is of the children looked after on that day.
    """
    mix = results.evidence.mix if results.evidence is not None else {}
    history = results.history.get("children")
    if not mix or history is None:
        return {}
    whole = dict(zip(history.dates, history.values, strict=True))
    found = {}
    for name, past in mix.items():
        children = np.array([whole.get(date, np.nan) for date in past.dates], dtype=float)
        share = np.divide(100.0 * past.values, children, out=np.full(len(children), np.nan), where=children > 0)
        known = ~np.isnan(share)
        if known.any():
            at = np.array([words.year_position(date) for date in past.dates])
            when = tuple(date for date, there in zip(past.dates, known, strict=True) if there)
            found[name] = Course(at[known], when, share[known][None])
    return found


def is_own(results: Results, measure: str) -> bool:
    """Whether actual figures of a measure are a council's own, and not published."""
    history = results.history.get(measure)
    return history is not None and history.label == OWN


def claims(results: Results, measure: str) -> list[tuple[float, float, str]]:
    """Return the published projections of a measure: place on the axis, value and label."""
    found = []
    for claim in results.claims:
        if claim.measure == measure:
            found.append((words.position(claim.date), claim.value, claim.label))
    return found


def replication_finding(
    results: Results,
    measure: str,
    path: Course,
    what: str,
    write: Callable[[float], str],
    when: Callable[[str], str],
) -> str:
    """Return what a replication reached, against the published projection and what happened; or nothing.

    Parameters
    ----------
    results : Results
    measure : str
    path : Course
        The scenario's own.
    what : str
        The quantity within a sentence.
    write, when : callable
        Numbers and dates in words.
    """
    found = [claim for claim in claims(results, measure) if path.at[0] - 0.01 <= claim[0] <= path.at[-1] + 0.01]
    if not found:
        return ""
    at, value, _ = max(found, key=lambda claim: claim[0])
    i = int(np.abs(path.at - at).argmin())
    reached = float(path.middle[i])
    from_, before, _ = min(found, key=lambda claim: claim[0])
    j = int(np.abs(path.at - from_).argmin())
    growth = growth_claimed = ""
    if from_ < at and abs(reached / value - 1.0) > _SAME:
        # The level stands on another definition, so what a replication can meet is the growth.
        growth = f", {words.percent_change(float(path.middle[j]), reached)} {when(path.when[j])}"
        growth_claimed = f", {words.percent_change(before, value)} its own figure for that year"
    text = f"The replication reaches {write(reached)} {what} in {when(path.when[i])}{growth}"
    text += f"; the published projection was {write(value)}{growth_claimed}"
    history = actual(results, measure)
    if history is not None and (known := history.middle[np.abs(history.at - path.at[i]) < 0.01]).size:
        text += f" and the actual figure {write(float(known[0]))}"
    return text


def instants_words(results: Results) -> str:
    """Return when a stock is drawn, for a subtitle."""
    return "number at the end of each month; ticks at 31 March" if results.showing.monthly else AT_YEAR_ENDS


def prices_words(results: Results) -> str:
    """Return what real prices are called, within a sentence."""
    return f"in {results.price_year} prices"


def fan_words(all_results: Sequence[Results], bands: str = "50% and 80%") -> str:
    """Return what the shaded bands are, for a subtitle; nothing where there are no draws."""
    draws = max(results.draws for results in all_results) - 1
    return f"; shaded: {bands} of {draws:,} draws" if draws else ""


def interval_line(path: Course, write: Callable[[float], str]) -> str:
    """Return the line under the label of a path's end that gives its 80% interval; nothing without draws."""
    if not path.bands() or np.isnan([edge[-1] for edge in path.bands()[0]]).any():
        return ""
    low, high = path.bands()[0]
    return f"\n80%: {write(float(low[-1]))}\nto {write(float(high[-1]))}"


def interval_words(path: Course, write: Callable[[float], str]) -> str:
    """Return the 80% interval at a path's end within a sentence; nothing without draws."""
    if not path.bands() or np.isnan([edge[-1] for edge in path.bands()[0]]).any():
        return ""
    low, high = path.bands()[0]
    return f", with 80% of draws between {write(float(low[-1]))} and {write(float(high[-1]))}"


def footer(all_results: Sequence[Results], *notes: str, money: bool = False) -> list[str]:
    """Return what stands under a chart: sources, notes of its own, notes on all, and those on each scenario.

    What warns comes before all other notes. Of many scenarios only the notes on the first are given, what warns, and
    which are replications.

    Parameters
    ----------
    all_results
        The scenarios that it shows.
    *notes
        Notes of its own.
    money
        Whether it shows money.
    """
    sources = list(dict.fromkeys(source for results in all_results for source in results.sources))
    said: dict[str, list[str]] = {}
    for results in all_results:
        for note in (*results.notes, *(results.money_notes if money else ())):
            said.setdefault(note, []).append(results.title)
    many = len(all_results) > MANY
    warnings: list[str] = []
    of_all: list[str] = []
    of_some: list[str] = []
    for note, titles in said.items():
        everywhere = len(titles) == len(all_results)
        if many and not everywhere and titles[0] != all_results[0].title and not is_warning(note):
            continue
        more = f" and {len(titles) - 1} more" if many and len(titles) > 1 else ""
        who = f"{titles[0]}{more}" if many else words.listed(titles)
        whole = note if everywhere or note.startswith(f"{who}: ") else f"{who}: {note}"
        (warnings if is_warning(note) else of_all if everywhere else of_some).append(whole)
    if many:
        replications = [results.title for results in all_results if results.purpose == "replication"]
        if replications:
            of_some.append(f"Replications of published projections, not endorsements: {'; '.join(replications)}.")
        of_some.append("Assumptions differ between scenarios: summary.txt gives those of each.")
    source = f"Source: {'; '.join(sources)}. Projection: care-demand."
    return [source, *warnings, *notes, *of_all, *of_some]
