"""Results with draws: the central run in memory, the figures of draws in a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial

from simulator.results.attribution import Attribution
from simulator.results.figures import Array, ShownFigure
from simulator.results.labelled import WITHOUT, RunResults
from simulator.results.luck import luck_notes
from simulator.runs.ensemble.store import Figures
from simulator.vocabulary.told import warnings_first

FULL = "full/"
"""Before the name of a measure that is kept in full."""


@dataclass(frozen=True, kw_only=True)
class Drawn(RunResults):
    """Results whose measures hold the central run, and whose figures have draws too.

    Attributes
    ----------
    store : Figures
        Must outlive the results.
    prefix : str
        Before the names of figures in the store.
    """

    store: Figures
    prefix: str = ""

    @classmethod
    def around(cls, central: RunResults, store: Figures, drawn: Mapping[str, Array], *, chance: bool) -> Drawn:
        """Put the draws of a store, and the numbers they took, around the central run."""
        kept = {one.name: getattr(central, one.name) for one in fields(central)}
        notes = warnings_first((*luck_notes(central.areas, chance=chance), *central.notes))
        return cls(**(kept | {"store": store, "drawn": drawn, "chance": chance, "notes": notes}))

    @property
    def draws(self) -> int:
        """Number of draws, the central run included."""
        return 1 + self.store.draws

    def bare(self) -> Drawn:
        """Return children and spend of the same scenario without its programmes."""
        return replace(
            self,
            measures=self.without,
            without={},
            packages=(),
            attributed=Attribution(),
            flows={},
            funded=None,
            prefix=WITHOUT,
        )

    def figure(self, name: str) -> ShownFigure:
        """Return a figure by its name in `simulator.results.reduce`."""
        return ShownFigure(self.reduced[name][0], self.store.draws, partial(self.store.read, self.prefix + name))

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
