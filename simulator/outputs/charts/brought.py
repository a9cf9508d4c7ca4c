"""What each of several programmes brings to the change in children and in spend, for chart and summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from simulator.results.attribution import Way
from simulator.results.quantities import Array
from simulator.results.results_protocol import Results

COUNTED = {
    True: "Each part is the mean over all orders in which programmes could be added (Shapley value); they add up.",
    False: "There are too many programmes to try all orders: each is told by what is lost without it, and by what it "
    "brings alone. Neither adds up to what they bring together.",
}
"""How parts are counted, by whether they are exact."""

TOGETHER = "All together"


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
    alone : Brought or None
        What the programme brings alone, if there are too many for parts that add up. The above is then what is lost
        without it.
    """

    title: str
    children: Array
    spend_gbp: Array
    alone: Brought | None = None


def brought(results: Results) -> list[Brought]:
    """Return the part of each programme, and last of all together; nothing of one alone.

    Parts add up, or are ranges (`Brought.alone`) where there are too many programmes.
    """

    def part(title: str, way: Way, programme: str = "") -> Brought:
        children = results.brings("children", way, programme).area()[:, -1]
        return Brought(title, children, results.brings("real_total_spend", way, programme).area().sum(axis=1))

    known = results.attributed
    if not known.titles:
        return []
    parts = []
    for programme, title in known.titles.items():
        titled = results.titled(programme, title)
        one = part(titled, known.adding_up, programme)
        parts.append(one if known.exact else replace(one, alone=part(titled, "first_in", programme)))
    return [*parts, part(TOGETHER, "total")]


def range_words(parts: Sequence[Array], write: Callable[[float], str]) -> str:
    """Write the central run of a part, or of what is lost without a programme and what it brings alone."""
    written = [write(float(values[0])) for values in parts]
    return " to ".join(dict.fromkeys(written))
