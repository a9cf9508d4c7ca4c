"""Charts of several scenarios: side by side on one scale, or as differences from the first."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from simulator.outputs.charts import series, style, words
from simulator.outputs.charts.findings import comparable, compared, finding, finding_with_ends, net_value_path
from simulator.outputs.charts.series import Course, HiddenError
from simulator.outputs.charts.verdicts import accounts
from simulator.outputs.svg.plot import DASHES, Plot, PlotPanel, Trace, Unit
from simulator.outputs.svg.plots import record
from simulator.results.figures import way
from simulator.results.results_protocol import Results


@dataclass(frozen=True)
class _Shown:
    """A quantity in which scenarios are compared."""

    key: str
    what: str
    of: str
    unit: Unit
    financial: bool
    course: Callable[[Results], Course]
    measure: str = ""
    less: str = "fewer"
    above: bool = False
    """Whether it is a difference itself, from a year that scenarios have in common, so that theirs is that of spend."""


_QUANTITIES = (
    _Shown("children", "Children looked after", "children in care", "count", False,
           lambda of: series.stock(of, "children"), "children"),
    _Shown("foster", "Children in homes or supported accommodation whose original plan was fostering",
           "children in homes whose plan was fostering", "count", False,
           lambda of: series.stock(of, "unmet_foster_need")),
    _Shown("spend", "Spend on children looked after", "spend", "pounds", True,
           lambda of: series.yearly(of, "total_spend", real=True), "total_spend", "less"),
    _Shown("extra", "Spend above the last published year", "extra spend", "pounds", True,
           lambda of: series.over_years(of, of.extra_spend(real=True)), "", "less", above=True),
    _Shown("value", "What programmes save less what they cost, added up, each against itself without them",
           "net saving of programmes", "pounds", True, lambda of: net_value_path(accounts(of)[0]), "", "less"),
)  # fmt: skip


def compared_plots(
    everything: Sequence[Results],
    keys: Container[str] | None = None,
    *,
    chosen: int = 0,
    differences: bool = False,
) -> tuple[Plot, ...]:
    """Return charts of up to four scenarios.

    Parameters
    ----------
    everything : sequence of Results
        The first is the one to compare with.
    keys : container of str, optional
        Of the charts that are wanted; all if left out.
    chosen : int
        Whose bands are drawn.
    differences : bool
        Whether each is shown less the first, draw by draw.
    """
    found = []
    for shown in _QUANTITIES:
        if keys is not None and shown.key not in keys:
            continue
        try:
            courses = [shown.course(results) for results in everything]
        except (KeyError, IndexError, HiddenError):  # not every scenario has it
            continue
        if any(not len(course.at) for course in courses):
            continue
        if differences and shown.above:
            continue
        made = _less(shown, everything, courses) if differences else _beside(shown, everything, courses, chosen)
        if made is not None:
            found.append(made)
    return tuple(found)


def _writer(shown: _Shown) -> Callable[[float], str]:
    return words.money if shown.unit == "pounds" else words.count


def _unit_words(shown: _Shown, results: Results) -> str:
    return f"£ a financial year {series.prices_words(results)}" if shown.unit == "pounds" else "number"


def _beside(shown: _Shown, everything: Sequence[Results], courses: Sequence[Course], chosen: int) -> Plot:
    first, when = everything[0], str if shown.financial else words.month
    titles = [results.title for results in everything]
    same = [i for i, results in enumerate(everything) if results.first_month == first.first_month]
    told = compared([titles[i] for i in same], [courses[i] for i in same], len(courses), shown.of, _writer(shown), when)
    begin = min(float(course.at[0]) for course in courses)
    before = record(first, shown.measure, begin, real=shown.unit == "pounds") if shown.measure else ()
    traces = tuple(
        Trace(title, course, colour, dash, banded=i == chosen)
        for i, (title, course, colour, dash) in enumerate(zip(titles, courses, style.LINES, DASHES, strict=False))
    )
    write = _writer(shown)
    ends = "; ".join(
        f"{title}: {write(float(course.middle[-1]))} in {when(course.when[-1])}{series.interval_words(course, write)}"
        for title, course in zip(titles, courses, strict=True)
    )
    fan = series.fan_words(everything)
    return Plot(
        shown.key,
        told,
        f"{shown.what} in {first.areas[0]}, {_unit_words(shown, first)}{f'{fan} of {titles[chosen]}' if fan else ''}",
        f"At the end: {ends}.",
        (PlotPanel((*before, *traces)),),
        unit=shown.unit,
        financial=shown.financial,
        changes=shown.key in ("extra", "value"),
        notes=tuple(series.footer(everything, money=shown.unit == "pounds")),
        draws=max(results.draws for results in everything) - 1,
    )


def _less(shown: _Shown, everything: Sequence[Results], courses: Sequence[Course]) -> Plot | None:
    same, left_out = comparable(everything)
    changes = {i: courses[i] - courses[0] for i in same}
    changes = {i: change for i, change in changes.items() if len(change.at)}
    if not changes:
        return None
    when, write = str if shown.financial else words.month, _writer(shown)
    wholes = {i: float(courses[0].middle[courses[0].when.index(change.when[-1])]) for i, change in changes.items()}
    largest = max(changes, key=lambda i: abs(changes[i].middle[-1]))

    def say(i: int, saying: Callable[..., str] = finding) -> str:
        change = changes[i]
        return saying(
            everything[i].title, change.draws[:, -1], wholes[i], what=shown.of, more="more", less=shown.less,
            write=write, when=when(change.when[-1]),
        )  # fmt: skip

    title = say(largest)
    if len(changes) > 1 and way(changes[largest].draws[:, -1], wholes[largest], least=0.0) != "unsure":
        title = f"The largest difference is with {title}"
    names = words.listed([everything[i].title for i in left_out])
    notes = [f"Not compared, because they start from another date: {names}."] if left_out else []
    told = ". ".join(say(i, finding_with_ends) for i in changes)
    return Plot(
        f"{shown.key}-difference",
        title,
        f"Difference from {everything[0].title} in {shown.of}, {everything[0].areas[0]}, "
        f"{_unit_words(shown, everything[0])}{series.fan_words(everything)}"
        f"{' taken draw by draw' if everything[0].draws > 1 else ''}",
        f"{told}.",
        (
            PlotPanel(
                tuple(
                    Trace(everything[i].title, change, style.LINES[i], DASHES[i], banded=True)
                    for i, change in changes.items()
                )
            ),
        ),
        unit=shown.unit,
        financial=shown.financial,
        changes=True,
        notes=tuple(series.footer([everything[0], *(everything[i] for i in changes)], *notes,
                                  money=shown.unit == "pounds")),
        draws=max(len(change.draws) for change in changes.values()) - 1,
    )  # fmt: skip
