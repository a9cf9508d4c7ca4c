"""Results with draws: the central run in memory, the figures of draws in a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial

from simulator.results.figures import Array, Figure
from simulator.results.labelled import Results
from simulator.runs.ensemble.store import Store

FULL = "full/"
"""Before the name of a measure that is kept in full."""

WITHOUT = "without/"
"""Before the name of a figure without the scenario's programmes."""


@dataclass(frozen=True)
class Drawn(Results):
    """Results whose measures hold the central run, and whose figures have draws too.

    Attributes
    ----------
    store : Store
        Must outlive the results.
    prefix : str
        Before the names of figures in the store.
    """

    store: Store = field(kw_only=True)
    prefix: str = ""

    @classmethod
    def around(cls, central: Results, store: Store) -> Drawn:
        """Put the draws of a store around the central run."""
        return cls(**{one.name: getattr(central, one.name) for one in fields(central)}, store=store)

    @property
    def draws(self) -> int:
        """Number of draws, the central run included."""
        return 1 + self.store.draws

    def bare(self) -> Results:
        """Return children and spend of the same scenario without its programmes."""
        return replace(self, measures=self.without, without={}, prefix=WITHOUT)

    def figure(self, name: str) -> Figure:
        """Return a figure by its name in `simulator.results.reduce`."""
        return Figure(self.reduced[name][0], self.store.draws, partial(self.store.read, self.prefix + name))

    def in_full(self) -> Iterator[Mapping[str, Array]]:
        """Yield every measure of each run, the central one first: (area, time, placement, age band).

        Raises
        ------
        ValueError
            If draws were not kept in full.
        """
        names = {name: FULL + name for name in self.measures}
        if not set(names.values()) <= set(self.store.shapes):
            raise ValueError("draws are kept as figures only; keep them in full when they are run")
        yield {name: measure.values[0] for name, measure in self.measures.items()}
        yield from self.store.each(names)
