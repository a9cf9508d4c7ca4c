"""What a page shows of results: sentences, and of one tab its charts with the tables behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.outputs.charts import series, words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.series import Course, HiddenError
from simulator.outputs.charts.verdicts import given_as_certain
from simulator.outputs.svg import Plot, compared_plots, cursor, draw, plots, table
from simulator.outputs.svg.plots import makers
from simulator.results.figures import way
from simulator.results.results_protocol import Results

NARROWEST, WIDEST = 320.0, 1_000.0


@dataclass(frozen=True)
class Tab:
    """Charts that stand together: their keys, in order."""

    key: str
    title: str
    charts: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of its charts; the first tab has those besides that no tab names, such as a new measure's own."""
        named = {key for tab in TABS for key in tab.charts}
        return (*self.charts, *(key for key in makers() if key not in named)) if self is TABS[0] else self.charts


FRONT_DOOR = ("referrals", "children_in_need", "protection_plans", "front_door_spend")

TABS = (
    Tab("children", "Children", ("children", "effect", "uasc_children")),
    Tab("front", "Before care", FRONT_DOOR),
    Tab("places", "Where they live", ("placements", "home_places_needed", "children_far_from_home")),
    Tab("foster", "Foster places", ("foster",)),
    Tab("spend", "Spend", ("spend", "extra")),
    Tab("value", "Value for money", ("value",)),
    Tab("gap", "Gap", ("funding", "gap")),
)

VALUED = frozenset({"value"})
"""Tabs for which programmes are run one way and the other, which takes longer."""


def tab_of(key: str) -> Tab:
    """Return a tab by its key; the first if there is none of it."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def shown_tabs(many: Sequence[Results]) -> list[dict[str, str]]:
    """Return the tabs that results have something for."""
    return [{"key": tab.key, "title": tab.title} for tab in TABS if _has(tab, many)]


def _has(tab: Tab, many: Sequence[Results]) -> bool:
    if tab.key in VALUED:
        return any(results.without for results in many)
    if tab.key == "foster":
        return any(results.places_limited and "unmet_foster_need" in results.measures for results in many)
    if tab.key == "front":
        return any(name in results.measures for results in many for name in FRONT_DOOR)
    if tab.key == "gap":
        return any(results.funded is not None for results in many)
    return True


def view(
    many: Sequence[Results], *, at: int, tab: str, width: float = 760.0, differences: bool = False
) -> dict[str, Any]:
    """Return what the page shows of results.

    Parameters
    ----------
    many : sequence of Results
        One, or several that are compared with the first.
    at : int
        Which of them is shown.
    tab : str
        Key of the tab whose charts are wanted.
    width : float
        Pixels that a chart has.
    differences : bool
        Whether several are shown less the first.
    """
    wide = max(NARROWEST, min(width, WIDEST))
    return {
        "draws": many[at].draws - 1,
        "headline": headline_sentences(many, at),
        "spoken": spoken(many, at),
        "range": range_words(many[at]),
        "tabs": shown_tabs(many),
        "tab": tab_of(tab).key,
        "charts": [_hedged(many[at], shown(plot, wide)) for plot in tab_plots(many, at, tab, differences=differences)],
    }


def _hedged(results: Results, chart: dict[str, Any]) -> dict[str, Any]:
    """Let a finding say that it is of the central run alone as long as draws have not borne it out."""
    return chart if results.draws > 1 else chart | {"finding": f"Central run, ranges follow: {chart['finding']}"}


def tab_plots(many: Sequence[Results], at: int, tab: str, *, differences: bool = False) -> tuple[Plot, ...]:
    """Return the charts of a tab: of several scenarios where they can be compared, else of the one that is shown."""
    keys = tab_of(tab).keys
    if len(many) == 1:
        return plots(many[at], keys)
    together = compared_plots(many, keys, chosen=at, differences=differences)
    return together or plots(many[at], keys)


def shown(plot: Plot, width: float) -> dict[str, Any]:
    """Return a chart as JSON has it: SVG, what a cursor reads, and the table behind it."""
    behind = table(plot)
    return {
        "key": plot.key,
        "finding": plot.finding,
        "subtitle": plot.subtitle,
        "sentence": plot.sentence,
        "notes": list(plot.notes),
        "svg": draw(plot, width=width),
        "cursor": cursor(plot, width=width),
        "columns": list(behind.columns),
        "rows": [list(row) for row in behind.rows],
        "numbers": [list(row) for row in behind.numbers],
        "unit": behind.unit,
    }


def headline_sentences(many: Sequence[Results], at: int) -> list[str]:
    """Return three sentences: children, spend, and what is missing or gained; each with its range."""
    results = many[at]
    made = (_children_sentence, _spend_sentence, _missing_sentence)
    found = [sentence for maker in made if (sentence := _unless_hidden(maker, results))]
    if len(many) > 1 and at:
        found[-1:] = [_against(many[0], results)] if len(found) > 2 else [*found[-1:], _against(many[0], results)]
    return found


def _unless_hidden(maker: Any, results: Results) -> str:
    try:
        return str(maker(results))
    except (HiddenError, KeyError):
        return ""


def _basis(results: Results) -> str:
    """Say which of two figures is told, as the central run is not the median of draws."""
    draws = results.draws - 1
    return f"the median of {draws} draws" if draws else "by the central run; ranges follow"


def _range(results: Results, path: Course, write: Any) -> str:
    """Say which figure is told, and between which values 80% of draws are."""
    return _with_basis(results, [write(float(edge[-1])) for band in path.bands()[:1] for edge in band])


def _with_basis(results: Results, ends: Sequence[str], *, told: bool = True) -> str:
    """Say on what a sentence rests that tells a figure, or that draws tell none."""
    apart, draws = len(set(ends)) > 1, results.draws - 1
    return f", {_basis(results) if told or not draws else f'by {draws} draws'}" + (
        f", four times in five between {ends[0]} and {ends[1]}" if apart else ""
    )


def _children_sentence(results: Results) -> str:
    path = series.stock(results, "children")
    end = words.count(float(path.middle[-1]))
    return f"{end} children in care in {words.month(path.when[-1])}{_range(results, path, words.count)}."


def _spend_sentence(results: Results) -> str:
    if not results.financial_years:
        return ""
    path = series.yearly(results, "total_spend", real=True)
    extra = series.over_years(results, results.extra_spend(real=True))
    more = float(extra.middle[-1])
    side = "more" if more >= 0 else "less"
    return (
        f"{words.money(float(path.middle[-1]))} of spend in {path.when[-1]}, {series.prices_words(results)}"
        f"{_range(results, path, words.money)}. That is {words.money(abs(more))} {side} than in "
        f"{results.reference_year}."
    )


def _missing_sentence(results: Results) -> str:
    if results.without:
        without = series.stock(results.bare(), "children")
        change = series.stock(results, "children") - without
        return _change_sentence(
            results, "Its programmes", change, float(without.middle[-1]), "children in care", words.count, words.month
        )
    if not results.places_limited or "unmet_foster_need" not in results.measures:
        return ""
    path = series.stock(results, "unmet_foster_need")
    end = words.count(float(path.middle[-1]))
    return (
        f"{end} children in homes or supported accommodation whose original plan was fostering, in "
        f"{words.month(path.when[-1])}{_range(results, path, words.count)}."
    )


def _against(first: Results, results: Results) -> str:
    """Say how far spend is from that of the scenario to compare with."""
    if first.first_month != results.first_month or not results.financial_years:
        return f"It starts from another date than {first.title}, so the two can't be subtracted."
    paths = [series.yearly(one, "total_spend", real=True) for one in (results, first)]
    change = paths[0] - paths[1]
    if not len(change.at):
        return f"It has no year in common with {first.title}."
    whole = float(paths[1].middle[paths[1].when.index(change.when[-1])])
    return _change_sentence(results, f"Against {first.title}", change, whole, "spend", words.money, str)


def _change_sentence(
    results: Results, what: str, change: Course, whole: float, of: str, write: Callable[[float], str],
    when: Callable[[str], str],
) -> str:  # fmt: skip
    """Say how much more or less there is at the end, or that 80% of draws do not tell."""
    end, last = float(change.middle[-1]), when(change.when[-1])
    found = way(change.draws[:, -1], whole, least=1e-9)
    ends = [signed(float(edge[-1]), write) for band in change.bands()[:1] for edge in band]
    told = _with_basis(results, ends, told=found not in ("unsure", "same"))
    if found in ("unsure", "same"):
        return f"{what}: no {'clear ' if found == 'unsure' else ''}change in {of} by {last}{told}."
    more = "more" if end > 0 else "less" if write is words.money else "fewer"
    return f"{what}: {write(abs(end))} {more} {of} by {last}{told}."


def spoken(many: Sequence[Results], at: int) -> str:
    """Return the one sentence that a screen reader is told when results have come."""
    results = many[at]
    try:
        path = series.yearly(results, "total_spend", real=True)
    except (HiddenError, KeyError, IndexError):
        return f"{results.title}: results have come."
    text = f"Spend in {path.when[-1]}: {words.money(float(path.middle[-1]))}"
    first = many[0]
    if at and first.first_month == results.first_month:
        change = path - series.yearly(first, "total_spend", real=True)
        if len(change.at):
            text += f", {signed(float(change.middle[-1]), words.money)} against {first.title}"
    return f"{text}, {_basis(results)}."


def range_words(results: Results) -> str:
    """Return what ranges hold and what they don't."""
    draws = results.draws - 1
    if not draws:
        return "No range yet: this is the central run. Medians of draws, which differ, follow with their ranges."
    certain = f" {said}" if (said := given_as_certain(results)) else ""
    return (
        f"Figures are medians, with ranges, of {draws} draws of what is not known: how rates have drifted in the past, "
        f"prices, foster supply and the uncertain numbers of this scenario. They hold no turning point, such as a new "
        f"law.{certain}"
    )
