"""What is asked of a pilot, and the studies that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.backtest.panel import panel
from simulator.decisions.pilot_design import PilotDesign, designs
from simulator.decisions.pilot_effect import Help, reach
from simulator.decisions.pilot_noise import StudyArea, full_records, pilot_noise, study_areas
from simulator.decisions.pilot_power import Study, first_with_power
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

DRAWS = 100
"""Draws of areas over which answers are averaged."""

MOST_YEARS = 10
"""Most years of help that are counted: nobody waits longer for a pilot."""

MOST_BEFORE = 12
"""Most years before the help that are counted: the record has fifteen."""


class PilotError(Exception):
    """A pilot that cannot be had: a line for each problem."""


@dataclass(frozen=True)
class PilotPlan:
    """A pilot.

    Attributes
    ----------
    areas : int or tuple of str
        How many pilot areas are drawn, or their names.
    of : int
        Authorities in the study: pilot areas, and those that they can be compared with.
    designs : tuple of str
        Names of designs (`simulator.decisions.pilot_design.designs`).
    ratio : float
        Starts with the help over starts without it, of the children it is for, at full strength.
    years : int
        Years that are counted from the start of help in the first areas.
    years_before : int
        Years that are counted before.
    steps : int
        Groups of a stepped wedge.
    help : Help
    seed : int
        Of the draws of areas.
    """

    areas: int | tuple[str, ...]
    of: int
    designs: tuple[str, ...]
    ratio: float
    years: int
    years_before: int
    steps: int
    help: Help
    seed: int = 1

    @property
    def number(self) -> int:
        """Number of pilot areas."""
        return self.areas if isinstance(self.areas, int) else len(self.areas)

    @property
    def chosen(self) -> tuple[PilotDesign, ...]:
        """The designs asked for."""
        every = designs(self.steps)
        return tuple(every[name] for name in self.designs)

    def check(self) -> None:
        """Refuse what cannot be had.

        Raises
        ------
        PilotError
            With everything that is wrong.
        """
        if found := list(self._problems()):
            raise PilotError("\n".join(found))

    def _problems(self) -> Iterator[str]:
        there = len(study_areas())
        if not 2 <= self.of <= there:
            yield f"--of {self.of}: allowed: 2 to {there}, the authorities with published starts"
        if not isinstance(self.areas, int):
            yield from self._wrong_names(self.areas)
        for one in self.chosen:
            least, most = one.least_areas(), one.most_areas(min(self.of, there))
            if not least <= self.number <= most:
                yield f"--areas: {self.number} for the design {one.name}: allowed: {least} to {most} of {self.of} areas"
        if not 0.0 < self.ratio <= 3.0 or self.ratio == 1.0:
            yield f"--ratio {self.ratio:g}: allowed: above 0, up to 3, and not 1, which is no effect"
        if self.ages_out_of_order:
            yield f"--ages {self.help.ages[0]} {self.help.ages[1]}: the youngest is above the oldest"
        if self.help.lag_months >= MONTHS_A_YEAR * self.years:
            counted = f"{self.years} year{'s' if self.years > 1 else ''}"
            yield f"--lag {self.help.lag_months}: there is no effect within {counted}; allowed: less, or more --years"
        for one in self.chosen:
            if one.joining_years > self.years:
                yield f"--steps {self.steps}: the last group joins after {self.years} years; allowed: up to --years"

    @property
    def ages_out_of_order(self) -> bool:
        """Whether no child is of the ages the help is for."""
        return self.help.ages[0] > self.help.ages[1]

    def _wrong_names(self, names: Sequence[str]) -> Iterator[str]:
        import difflib

        known = [one.name for one in study_areas()]
        for name in dict.fromkeys(names):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                meant = f"; did you mean {near[0]!r}?" if near else ""
                yield f"--areas: {name!r} is no authority with published starts{meant}"
            if names.count(name) > 1:
                yield f"--areas: {name!r} is given twice"

    def study(self, design: PilotDesign, number: int | None = None, years: int | None = None) -> Study:
        """Return the study of the plan, of another number of areas drawn, or of other years.

        Parameters
        ----------
        design : PilotDesign
        number : int, optional
            Pilot areas, drawn; those of the plan if left out.
        years : int, optional
            Counted from the start of help; those of the plan if left out.
        """
        everybody = study_areas()
        sizes = np.array([one.starts_per_year for one in everybody])
        orders = self._orders(len(everybody), named=number is None)
        membership = self._membership(design, orders, number or self.number, _alike(everybody))
        return Study(design, membership, sizes, self.reach[: years or self.years], self.years_before, pilot_noise())

    def at_best(self, design: PilotDesign) -> Study:
        """Return the study if the effect was at once, and on every start."""
        return replace_reach(self.study(design), np.ones(self.years))

    def _membership(
        self, design: PilotDesign, orders: NDArray[np.intp], number: int, alike: Array
    ) -> NDArray[np.bool_]:
        others = np.zeros(orders.shape, dtype=np.bool_)
        others[np.arange(len(orders))[:, None], orders[:, number : self.of]] = True
        return design.membership(orders[:, :number], others, alike)

    def _orders(self, areas: int, *, named: bool) -> NDArray[np.intp]:
        """Return areas in orders drawn by lot, those that are named first: (draw, area)."""
        rng = np.random.default_rng(self.seed)
        orders = np.array([rng.permutation(areas) for _ in range(DRAWS)])
        if named and not isinstance(self.areas, int):
            first = np.isin(orders, [i for i, one in enumerate(study_areas()) if one.name in self.areas])
            orders = np.take_along_axis(orders, np.argsort(~first, axis=1, kind="stable"), axis=1)
        return orders

    @cached_property
    def reach(self) -> Array:
        """Share of the effect that is in starts of all children by year of help: (`MOST_YEARS`,)."""
        return reach(self.help, MOST_YEARS)

    def areas_needed(self, design: PilotDesign) -> int | None:
        """Return the fewest areas, drawn, that detect the ratio with the wanted chance; None if no number does."""
        tried = range(design.least_areas(), design.most_areas(self.of) + 1)
        return first_with_power(lambda number: self.study(design, number), tried, self.ratio)

    def years_needed(self, design: PilotDesign) -> int | None:
        """Return the fewest years that detect the ratio with the wanted chance; None if `MOST_YEARS` do not."""
        first = max(design.joining_years, self.help.lag_months // MONTHS_A_YEAR + 1)
        return first_with_power(lambda years: self.study(design, years=years), range(first, MOST_YEARS + 1), self.ratio)

    def false_alarms(self, design: PilotDesign) -> float:
        """Return how often the test finds an effect in the published record, where there was no pilot.

        Areas are drawn among those with a figure for every year, and placed at every point of the record that holds
        the years of the study. Neither the noise nor the test was fitted to it. NaN if the record is shorter than the
        study or has fewer areas.
        """
        counts = full_records(panel())
        areas, recorded = counts.shape
        counted = self.years_before + self.years
        if counted > recorded or self.number > design.most_areas(min(self.of, areas)):
            return float("nan")
        orders = self._orders(areas, named=False)
        found = []
        for first in range(recorded - counted + 1):
            part = counts[:, first : first + counted]
            size = part.mean(axis=1)
            membership = self._membership(design, orders, self.number, np.log(size)[:, None])
            study = Study(design, membership, size, self.reach[: self.years], self.years_before, pilot_noise())
            found.append(study.detected(np.broadcast_to(np.log(part), (len(orders), *part.shape))).mean())
        return float(np.mean(found))


def replace_reach(study: Study, reached: Array) -> Study:
    """Return the same study with another reach."""
    from dataclasses import replace

    return replace(study, reach=reached)


def _alike(areas: Sequence[StudyArea]) -> Array:
    """Return by what areas are matched: logs of starts and of starts per child, in standard deviations: (area, 2)."""
    starts, children = (np.array([getattr(one, name) for one in areas]) for name in ("starts_per_year", "children"))
    features = np.stack([np.log(starts), np.log(starts / children)], axis=1)
    return np.asarray(features / features.std(axis=0))
