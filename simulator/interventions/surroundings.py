"""Values that a file gives and that cannot act in its run: what decides it. It holds no kind of its own.

Which values these are, each model says itself (`simulator.interventions.fields.Model.idle`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.vocabulary.calendar import Month

IDLE = "cannot act here"
"""How what is told of a value begins."""

Idle = tuple[tuple[str | int, ...], str]
"""Steps to a value that cannot act in a run, and what is told of it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of a run decides whether a value can act in it.

    Attributes
    ----------
    first, last : Month
        Of the run.
    places_limited : bool
        Whether children wait when foster places run out.
    authorities : frozenset of str
        Codes of the authorities that are run; none if England is run as a whole.
    """

    first: Month
    last: Month
    places_limited: bool
    authorities: frozenset[str]


def dates_idle(start: Month | None, end: Month | None, around: Surroundings) -> Iterator[Idle]:
    """Yield a start before the run and an end after it, for what counts from the first month of the run."""
    if start is not None and start < around.first:
        yield ("start",), f"{IDLE}: the run starts in {around.first}, and what was before is in the base"
    if end is not None and end > around.last:
        yield ("end",), f"{IDLE}: the run ends in {around.last}"
