"""Attribution: how much of the change that several programmes bring together each of them brings.

What programmes bring together is a run with them less the same run, in the same draw, without any. They meet in the
same children and places, so what one brings hangs on which others are there. Its Shapley value is the mean of what it
adds over all orders in which they could be added one by one (L. S. Shapley, "A value for n-person games", 1953); the
values add up to what all bring together, exactly. It takes a run of every set of programmes that move children: up to
`MOST_SETS_OF` of them it is worked out, and beyond only what each brings alone and what is lost without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Literal

from simulator.results.quantities import Array, Measure
from simulator.results.timeline import Timeline
from simulator.results.value_for_money import Package

MOST_SETS_OF = 8
"""Programmes that move children up to which every set of them is run: 256 runs for each draw."""

Way = Literal["shapley", "first_in", "last_in", "total", "not_told_apart"]
"""How a part is counted: over all orders; alone; as what is lost without it; all together; and, where there are too
many for all orders, all together less what is lost without each."""

ATTRIBUTED = ("children", "total_spend")
"""Measures whose change is attributed: the first at each 31 March, the other in each year, in cash and real prices."""

FIGURES = ("children", "total_spend", "real_total_spend")
"""Names of the figures of a set of programmes: (draw, area, financial year) each."""

Figures = Mapping[str, Array]
Players = frozenset[int]


@dataclass(frozen=True)
class Attribution:
    """Which parts of what programmes bring together are known.

    Attributes
    ----------
    titles : mapping of str to str
        Names in tables and charts of the programmes, by id (or else position); empty in a run of one alone or of none.
    exact : bool
        Whether Shapley values are known.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    exact: bool = True

    @property
    def adding_up(self) -> Way:
        """How the parts are counted that add up to the total, with what is not told apart where they are not exact."""
        return "shapley" if self.exact else "last_in"

    def parts(self) -> Iterator[tuple[Way, str]]:
        """Yield every part that is known, as a way of counting and a programme: nothing stands for all together."""
        ways: tuple[Way, ...] = (*(("shapley",) if self.exact else ()), "first_in", "last_in")
        yield from ((way, programme) for way in ways for programme in self.titles)
        if self.titles:
            yield from (("total", ""), *(() if self.exact else (("not_told_apart", ""),)))


def figures_of(measures: Mapping[str, Measure], timeline: Timeline, deflator: Array) -> dict[str, Array]:
    """Return `FIGURES` of a run: children at each 31 March, and spend in cash and in real prices.

    Parameters
    ----------
    measures : mapping of name to Measure
        `ATTRIBUTED` among them.
    timeline : Timeline
    deflator : (draw, month)
        Cash over this is real.
    """
    cash = measures["total_spend"].values.sum(axis=(-2, -1))
    return {
        "children": timeline.by_year(measures["children"].values.sum(axis=(-2, -1)), "stock"),
        "total_spend": timeline.by_year(cash, "flow"),
        "real_total_spend": timeline.by_year(cash / deflator[:, None], "flow"),
    }


def sets_of(players: Sequence[int]) -> Iterator[Players]:
    """Yield every set of players, the smallest first: 2 to the power of their number."""
    for size in range(len(players) + 1):
        yield from map(frozenset, combinations(players, size))


def shapley(values: Iterable[tuple[Players, Figures]], players: Sequence[int]) -> dict[int, dict[str, Array]]:
    """Return the Shapley value of each player, by figure.

    With n players, the orders in which those of a set S come before player i, and all others after, are
    |S|! (n - 1 - |S|)! of n!, so that what i adds to S counts 1 / (n C(n - 1, |S|)). Sets are taken as they come and
    not kept.

    Parameters
    ----------
    values : iterable of (set of players, figures)
        What each set of `sets_of` is worth, once each.
    players : sequence of int
    """
    n = len(players)
    found: dict[int, dict[str, Array]] = {one: {} for one in players}
    for members, worth in values:
        size = len(members)
        for one in players:
            before = size - 1 if one in members else size
            weight = (1.0 if one in members else -1.0) / (n * comb(n - 1, before))
            for name, value in worth.items():
                found[one][name] = found[one].get(name, 0.0) + weight * value
    return found


def attribute(
    worth: Mapping[Package, Figures], of_set: Callable[[Players], Figures]
) -> tuple[Attribution, dict[str, Array]]:
    """Return the programmes of a run and the parts that they bring, by the names of :func:`figure_name`.

    A programme that moves no children brings what it costs, whatever stands beside it, so that only sets of the others
    are run. Nothing is attributed in a run of one programme or of none.

    Parameters
    ----------
    worth : mapping of Package to figures
        Of every package with places as the scenario has them (`simulator.results.value_for_money.packages`).
    of_set : callable
        Figures of a run with some of the programmes that move children, by their positions, and none that moves none.
    """
    alone = {one: figures for one, figures in worth.items() if one.which == "alone"}
    if not alone:
        return Attribution(), {}
    [(every, together)] = [item for item in worth.items() if item[0].which == "all"]
    [none] = [figures for one, figures in worth.items() if one.which == "none"]
    first_in = {one.programme: minus(figures, none) for one, figures in alone.items()}
    last_in = {one.programme: minus(together, figures) for one, figures in worth.items() if one.which == "without"}
    total = minus(together, none)
    parts: dict[Way, Mapping[str, Figures]] = {"first_in": first_in, "last_in": last_in, "total": {"": total}}
    if len(every.moving) > MOST_SETS_OF:
        parts["not_told_apart"] = {"": _less(total, last_in.values())}
    else:
        at = {one.kept[0]: one.programme for one in alone}
        paid = {position: first_in[name] for position, name in at.items() if position not in every.moving}
        known = {
            frozenset(one.moving): _less(figures, (paid[position] for position in one.kept if position in paid))
            for one, figures in worth.items()
        }
        values = ((players, known.get(players) or of_set(players)) for players in sets_of(every.moving))
        brought = paid | shapley(values, every.moving)
        parts["shapley"] = {at[position]: figures for position, figures in brought.items()}
    return Attribution({one.programme: one.title for one in alone}, exact="shapley" in parts), {
        figure_name(figure, way, programme): value
        for way, by_programme in parts.items()
        for programme, figures in by_programme.items()
        for figure, value in figures.items()
    }


def minus(one: Figures, other: Figures) -> dict[str, Array]:
    """Return the difference of figures, by name."""
    return {name: value - other[name] for name, value in one.items()}


def _less(whole: Figures, parts: Iterable[Figures]) -> Figures:
    for part in parts:
        whole = minus(whole, part)
    return whole


def figure_name(figure: str, way: Way, programme: str = "") -> str:
    """Return the name under which a part of a figure is kept; no programme is all of them."""
    return f"attribution/{figure}/{way}/{programme}"
