"""What reading a scenario gives: its checked values and where each came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.interventions.fields import Wrong
from simulator.interventions.impossible import Impossible
from simulator.interventions.reach import OneCouncil
from simulator.scenario.changed import changed_file, labels, number_paths, with_numbers
from simulator.scenario.checking import Origin, checked
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.merge import Override, SourceFile
from simulator.scenario.nodes import Node
from simulator.scenario.own_programmes import acting_in_full
from simulator.scenario.schema import Scenario, checked_areas
from simulator.scenario.uncertain import Uncertain
from simulator.uncertainty import Parameter
from simulator.vocabulary import placements
from simulator.vocabulary.areas import ENGLAND, units
from simulator.vocabulary.calendar import LATEST_BASE, MONTHS_A_YEAR

if TYPE_CHECKING:
    from simulator.baseline.baseline_protocol import Baseline
    from simulator.baseline.local_evidence import Evidence
    from simulator.data.council import Council


def _as_stated(loaded: LoadedScenario) -> LoadedScenario:
    """Return a scenario for whom it is stated."""
    return loaded.with_own_programmes()


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario and where it came from.

    Attributes
    ----------
    key
        Name of the file without its extension; it names the scenario in tables.
    path
        The file.
    scenario
        The checked values; central values for numbers that are distributions.
    provenance
        Path of each value to where it came from.
    overrides
        What each file changes in its parent, the oldest first.
    files
        The file and those it extends, itself first.
    stated
        What they state together, distributions as they are given.
    uncertain
        Numbers that are distributions, or say what they rest on, in the order of the file.
    council
        Who is run from their own returns, in place of the scenario's areas; see `baseline`.
    placed
        What makes the same scenario with other numbers one for the same areas or council.
    remarks
        What must be said of money beside what the run itself says.
    neighbours
        Names of the authorities to set the one that is run beside, in place of its statistical neighbours.
    """

    key: str
    path: Path
    scenario: Scenario
    provenance: dict[str, Origin]
    overrides: tuple[Override, ...]
    files: tuple[SourceFile, ...]
    stated: Node = field(repr=False, compare=False)
    uncertain: tuple[Uncertain, ...] = ()
    council: Council | None = None
    placed: Callable[[LoadedScenario], LoadedScenario] = _as_stated
    remarks: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()

    @property
    def baseline(self) -> Baseline:
        """Who is run: what the scenario's areas ask for, or a council by its own returns."""
        from simulator.baseline.choose import baseline_of

        return baseline_of(self.scenario.base, self.scenario.areas, self.council)

    @property
    def evidence(self) -> Evidence | None:
        """What is known of the one council or region that is run, and what it has of its own."""
        from simulator.baseline.local_evidence import FILLED, Capacity

        baseline = self.baseline
        found = baseline.evidence(self.neighbours)
        if found is None:
            return None
        own = self.scenario.own
        months = [self.scenario.first_month + i for i in range(-1, self.scenario.months)]
        capacity = {
            name: Capacity("beds of its own and block contracts, as it states them", own.beds_in(name, months))
            for name in dict.fromkeys(one.placement for one in own.beds)
        }
        carers = next(one.name for one in placements.placements() if one.capacity == "council")
        stated = own.fostering.usable_places is not None
        basis = "usable places of its own carers, as it states them" if stated else FILLED
        capacity = {carers: Capacity(basis), **capacity}
        return replace(found, capacity=capacity, tells_approved=found.tells_approved or own.fostering.tells_places)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Uncertain numbers as :func:`simulator.uncertainty.sample` takes them."""
        return tuple(one.parameter for one in self.uncertain if one.is_drawn)

    def at(self, values: Mapping[str, float]) -> LoadedScenario:
        """Return the scenario with other values for some of its numbers, checked as if its file gave them.

        A number that was a distribution is then certain. Key and name say what was changed.

        Parameters
        ----------
        values
            By path, as ``care-demand check`` shows it; an intervention by its id or its position:
            ``{"interventions.family-help.effect.risk_ratio": 0.95}``.

        Raises
        ------
        ScenarioError
            With everything that is wrong, by path.
        """
        values = {text: value.item() if hasattr(value, "item") else value for text, value in values.items()}
        paths, problems = number_paths(self.stated, self.provenance, self.scenario, values)
        numbers = {path: values[text] for text, path in paths.items()}
        stated = with_numbers(self.stated, numbers, labels(values, self.scenario.name))
        try:
            found = checked(stated, problems)
        except ScenarioError as error:
            said = {".".join(map(str, path)): text for text, path in paths.items()}
            raise ScenarioError(replace(one, path=said.get(one.path, one.path)) for one in error.problems) from None
        file = changed_file(self.key, values, stated)
        changed = replace(
            self, key=file.path.stem, scenario=found.scenario, provenance=found.provenance, files=(file,),
            stated=stated, uncertain=found.uncertain, council=None, placed=_as_stated,
        )  # fmt: skip
        return self.placed(changed)

    def with_drawn(self, values: Mapping[str, float]) -> Scenario:
        """Return the scenario with other values for uncertain numbers.

        The values are drawn from distributions that were checked against their fields, so they are not checked
        again.

        Parameters
        ----------
        values
            By key of the parameter; numbers that are left out keep their central value.

        Raises
        ------
        KeyError
            If a key is not that of an uncertain number of this scenario.
        """
        scenario: Scenario = self.scenario
        for key, value in values.items():
            scenario = scenario.with_value(self._paths[key], float(value))
        return scenario

    def problem(self, impossible: Impossible) -> Problem:
        """Say where a request that cannot be had stands: at its value, or else at what holds it."""
        steps = [str(step) for step in impossible.path]
        for path in (".".join(steps[:length]) for length in range(len(steps), 0, -1)):
            for key, origin in self.provenance.items():
                if not origin.default and (key == path or key.startswith(f"{path}.")):
                    place = origin.file, origin.line, origin.column
                    return Problem(*place, ".".join(steps), impossible.what, impossible.allowed)
        return Problem(str(self.path), 1, 1, ".".join(steps), impossible.what, impossible.allowed)

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Tell an impossible request of the block with the line that it stands on.

        Raises
        ------
        ScenarioError
            In place of :class:`Impossible`.
        """
        try:
            yield
        except Impossible as impossible:
            raise ScenarioError([self.problem(impossible)]) from impossible

    def in_areas(self, names: tuple[str, ...]) -> LoadedScenario:
        """Return the scenario for other areas.

        Raises
        ------
        ScenarioError
            If an area is not known, or can't be run from the scenario's base.
        """
        try:
            areas = checked_areas(names, self.scenario.base)
        except Wrong as wrong:
            problem = Problem(str(self.path), 1, 1, "areas", wrong.what, wrong.allowed, wrong.near)
            raise ScenarioError([problem]) from wrong
        placed = partial(LoadedScenario.in_areas, names=names)
        moved = replace(self, scenario=self.scenario.model_copy(update={"areas": areas}), council=None, placed=placed)
        return moved.with_own_programmes()

    def of_council(self, council: Council) -> LoadedScenario:
        """Return the scenario for a council, from the last 31 March of its returns and for as long.

        Returns balance exactly, so there is no balancing flow unless the scenario states one.

        Raises
        ------
        ScenarioError
            If the scenario starts from another base.
        """
        scenario = self.scenario
        if scenario.base != LATEST_BASE:
            what = f"{scenario.base} is another base than that of the rates which returns are compared with"
            raise ScenarioError([Problem(str(self.path), 1, 1, "base", what, str(LATEST_BASE))])
        assumptions = scenario.assumptions
        if assumptions.balancing_percent_per_year is None:
            assumptions = assumptions.model_copy(update={"balancing_percent_per_year": 0.0})
        end = scenario.end + MONTHS_A_YEAR * (council.base - scenario.base)
        update = {"base": council.base, "end": end, "areas": (ENGLAND,), "assumptions": assumptions}
        placed = partial(LoadedScenario.of_council, council=council)
        moved = replace(self, scenario=scenario.model_copy(update=update), council=council, placed=placed)
        return moved.with_own_programmes()

    def beside(self, neighbours: tuple[str, ...]) -> LoadedScenario:
        """Return the scenario with authorities to set the one that is run beside.

        Raises
        ------
        ScenarioError
            If no single authority is run.
        """
        found = self.baseline.evidence()
        if found is None or not any(one.relation == "neighbour" for one in found.peers):
            what = "there is no single authority to set beside others"
            raise ScenarioError([Problem("", 0, 0, "--neighbours", what, "--area with one, or --returns --area-name")])
        return replace(self, neighbours=neighbours)

    def with_own_programmes(self) -> LoadedScenario:
        """Return the scenario with the programmes of a council's own file acting on the council in full."""
        if not any(one.is_programme for one in self.scenario.interventions):
            return self
        stated = checked(self.stated).scenario.interventions
        if self.of_one_council:
            baseline, kinds = self.baseline, (f"interventions.{i}.kind" for i in range(len(stated)))
            reach = OneCouncil.of_council(baseline.reported[0].name, baseline.codes[0], baseline.part_of_england)
            files = [self.provenance[kind].file if kind in self.provenance else "" for kind in kinds]
            stated = acting_in_full(stated, files, self.files, reach)
        return replace(self, scenario=self.scenario.model_copy(update={"interventions": stated}))

    @property
    def of_one_council(self) -> bool:
        """Whether one council is run, and the file is its own: it states figures of it, or no other areas."""
        if self.baseline.by_own_returns:
            return True
        stated = units(self.provenance["areas"].value)
        return len(units(self.scenario.areas)) == 1 and (self.scenario.own.given or len(stated) == 1)

    @property
    def awaits_council(self) -> bool:
        """Whether it states figures of a council and names none, so that only a run of one can tell if they fit."""
        return self.scenario.own.given and not units(self.scenario.areas) and not self.baseline.by_own_returns

    @cached_property
    def _paths(self) -> dict[str, tuple[str | int, ...]]:
        """Path of each uncertain number by its key."""
        return {one.parameter.key: one.path for one in self.uncertain}
