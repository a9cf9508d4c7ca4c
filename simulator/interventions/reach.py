"""Where something acts: what every kind of intervention says of areas. It holds no kind of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, model_validator

from simulator.interventions.fields import Count, Model, Names, Quantity, Wrong, choice, number
from simulator.interventions.impossible import Impossible
from simulator.vocabulary import areas

if TYPE_CHECKING:
    from simulator.interventions.context import Array


DRAW_SEED = 12
"""Seed of the draw of authorities that have the help, so that every run and scenario draws the same ones."""


def area_name(name: str) -> str:
    """Return the word for an area if it is known."""
    known = areas.areas()
    if name in known:
        return name
    raise Wrong(
        f"unknown area {name!r}",
        "England, a region or an authority by name; `care-demand list areas` lists them",
        areas.meant(name),
    )


AreaName = Annotated[str, AfterValidator(area_name), Names("area", areas.areas)]
"""A word that asks for an area."""


class Reach(Model):
    """Where it acts: in named areas, in a count of areas, or for a share of children everywhere."""

    names: Annotated[tuple[AreaName, ...], Field(min_length=1)] | None = choice(None)
    """Areas where it acts. In a run of England as a whole they count with their share of children."""

    count: Count | None = number(None, low=0, high=1000, unit="areas")
    """Areas where it acts: of average size in a run of England as a whole, drawn by lot in one of authorities."""

    of: Count | None = number(None, low=1, high=1000, unit="areas")
    """Areas there are."""

    share: Quantity | None = number(None, low=0, high=1, unit="share of children")
    """Share of children for whom it acts."""

    @model_validator(mode="after")
    def _one_way(self) -> Reach:
        """Ask for one of the three ways to say it."""
        counted = self.count is not None and self.of is not None
        half = (self.count is None) != (self.of is None)
        if half or counted + (self.share is not None) + (self.names is not None) != 1:
            allowed = "{count: 12, of: 153}, {share: 0.08} or {names: [Kent]}"
            raise Wrong("say how far the help reaches in one way", allowed)
        if self.count is not None and self.of is not None and self.count > self.of:
            raise Wrong(f"count {self.count} is above of {self.of}", f"0 to {self.of} (areas)")
        return self

    @property
    def most_level(self) -> float:
        """How many times as far it could reach at the most; areas that are named are those there are."""
        return 1.0 if self.names is not None or not self.fraction else 1.0 / self.fraction

    def at_level(self, level: float) -> Reach:
        """Return as many times the reach, as a share of England's children."""
        return self if level == 1.0 else Reach(share=min(self.fraction * level, 1.0))

    @property
    def in_words(self) -> str:
        """Which areas, within a sentence; nothing where it acts in all."""
        if self.names is not None:
            return f"in {', '.join(self.names)}"
        return f"in {self.count} of {self.of} areas" if self.count is not None else ""

    @property
    def fraction(self) -> float:
        """Share of England's children for whom it acts."""
        if self.count is not None and self.of is not None:
            return self.count / self.of
        if self.names is not None:
            everywhere = [one.code for one in areas.authorities()]
            return sum(areas.children(areas.codes_of(self.names))) / sum(areas.children(everywhere))
        return self.share or 0.0

    @property
    def of_amounts(self) -> float:
        """Share, of those whom the amounts of a programme count, for whom it acts: they count all of England's."""
        return self.fraction

    @property
    def named(self) -> frozenset[str]:
        """Codes of the authorities that are named; none if it is said in another way."""
        return areas.codes_of(self.names or ())

    @property
    def acting(self) -> frozenset[str] | None:
        """Codes of the authorities where it acts, of a run of authorities; None if it acts in all."""
        if self.names is None and self.count is None:
            return None
        return areas.codes_of(self.drawn() if self.names is None else self.names)

    def drawn(self) -> tuple[str, ...]:
        """Names of the authorities that a run of authorities draws, in order of the alphabet.

        Raises
        ------
        Impossible
            If the count is of another number of areas than there are.
        """
        import numpy as np

        every = areas.authorities()
        if self.count is None:
            return ()
        if self.of != len(every):
            what = f"a run of authorities draws areas from all {len(every)}, not {self.of}"
            raise Impossible(("of",), self.of, what, f"{len(every)} (areas)")
        lot = np.random.default_rng(DRAW_SEED).permutation(len(every))[: self.count]
        return tuple(sorted(every[i].name for i in lot))

    def in_areas(self, codes: tuple[str, ...]) -> Array:
        """Share of children in each area for whom it acts: (area,).

        An area that is no authority has England's share.
        """
        import numpy as np

        if codes == (areas.ENGLAND,) or self.share is not None:
            return np.full(len(codes), self.fraction)
        every = {one.code for one in areas.authorities()}
        having = self.acting or frozenset()
        return np.array([float(code in having) if code in every else self.fraction for code in codes])

    def of_total(self, codes: tuple[str, ...], part_of_england: float) -> Array:
        """Share in each area of an amount for England: it goes where it acts, as children do: (area,).

        Parameters
        ----------
        codes
            Areas of a run.
        part_of_england
            Share of England's children in them; what an area that is no authority has, which runs alone.
        """
        import numpy as np

        if codes == (areas.ENGLAND,):
            return np.ones(1)
        every = tuple(one.code for one in areas.authorities())
        reached = dict(zip(every, self.in_areas(every) * list(areas.children(every)), strict=True))
        total = sum(reached.values())
        here = [reached[code] / total if total > 0 else 0.0 for code in codes if code in reached]
        return np.array(here or [part_of_england])


class OneCouncil(Reach):
    """A programme of a council's own: it acts in that council alone, and its amounts are the council's, in full.

    No file says so: it is put where a council's own file names no areas (`simulator.scenario.own_programmes`).
    """

    code: str
    part: float

    @classmethod
    def of_council(cls, name: str, code: str, part: float) -> OneCouncil:
        """Return the reach of a council.

        Parameters
        ----------
        name, code
            Of the council, in words and along the area axis.
        part
            Its children in care over England's.
        """
        return cls.model_construct(names=(name,), count=None, of=None, share=None, code=code, part=part)

    @property
    def in_words(self) -> str:
        """Which areas, within a sentence."""
        return f"a programme of {', '.join(self.names or ())}, whose numbers and money are its own in full"

    @property
    def fraction(self) -> float:
        """Share of England's children for whom it acts."""
        return self.part

    @property
    def of_amounts(self) -> float:
        """All: whom its amounts count are the council's."""
        return 1.0

    @property
    def named(self) -> frozenset[str]:
        """Code of the council."""
        return frozenset((self.code,))

    @property
    def acting(self) -> frozenset[str]:
        """Code of the council."""
        return frozenset((self.code,))

    def in_areas(self, codes: tuple[str, ...]) -> Array:
        """Share of children in each area for whom it acts: (area,)."""
        import numpy as np

        if codes == (areas.ENGLAND,):
            return np.full(1, self.part)
        return np.array([float(code == self.code) for code in codes])

    def of_total(self, codes: tuple[str, ...], part_of_england: float) -> Array:
        """Share in each area of an amount: the council has all of it: (area,)."""
        import numpy as np

        return np.ones(1) if codes == (areas.ENGLAND,) else self.in_areas(codes)
