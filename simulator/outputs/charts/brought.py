"""What each of several programmes brings to the change in children and in spend, for chart and summary."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.results.attribution import Way
from simulator.results.quantities import Array
from simulator.results.results_protocol import Results

COUNTED = {
    True: "Each part is the mean over all orders in which programmes could be added (Shapley value); they add up.",
    False: "There are too many programmes to try all orders: each part is what is lost without it, and the rest is "
    "what they do together.",
}
"""How parts are counted, by whether they are exact."""

TOGETHER, REST = "All together", "Not told apart"


@dataclass(frozen=True)
class Brought:
    """What a programme, or all of them, bring to the first area: (1 + draw,) each, the central run first.

    Attributes
    ----------
    title : str
    children : (1 + draw,)
        At the end of the last financial year.
    spend_gbp : (1 + draw,)
        Real, over all financial years.
    """

    title: str
    children: Array
    spend_gbp: Array


def brought(results: Results) -> list[Brought]:
    """Return the parts that add up, what is not told apart, and all together, in this order; nothing of one alone."""

    def part(title: str, way: Way, programme: str = "") -> Brought:
        children = results.brings("children", way, programme).area()[:, -1]
        return Brought(title, children, results.brings("real_total_spend", way, programme).area().sum(axis=1))

    known = results.attributed
    if not known.titles:
        return []
    parts = [
        part(results.titled(programme, title), known.adding_up, programme) for programme, title in known.titles.items()
    ]
    rest = [] if known.exact else [part(REST, "not_told_apart")]
    return [*parts, *rest, part(TOGETHER, "total")]
