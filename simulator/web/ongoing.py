"""Runs of a page's scenarios that grow draw by draw, as a worker holds them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.runs.ensemble.blocks import BLOCK_DRAWS
from simulator.runs.ensemble.drawn import Drawn
from simulator.runs.ensemble.draws import Array, Settings, block, columns
from simulator.runs.ensemble.store import HeldDraws
from simulator.runs.simulate import simulate
from simulator.runs.single_run import Engine
from simulator.scenario import LoadedScenario, ScenarioError
from simulator.web.drafts import read_drafts, told
from simulator.web.page_state import PageState

if TYPE_CHECKING:
    from simulator.data.council import Council

DRAWS = 64
"""Draws of a fan, in blocks of as many as the compiled engine runs side by side."""

SEED = 1

MOST_TOLD = 6
"""Changes that are told under a chart."""

MOST_RUNS, MOST_BYTES = 24, 120_000_000
"""What a worker keeps of runs that may be asked for again, besides the one at hand: so many, and arrays of so
much. A run takes some three times what its arrays do."""


def page_engine() -> Engine:
    """Return the engine that the page runs: the compiled one where it is installed."""
    return "compiled" if find_spec("numba") is not None else "plain"


def changed_notes(loaded: LoadedScenario, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a scenario of the page changes, for charts that are taken away: their title does not say it."""
    from simulator.web.controls import changes

    found = [
        f"{one['title']}: {' → '.join(filter(None, (one['before'], one['after'] or 'removed')))}"
        for one in changes(loaded, content)
    ]
    if found:
        more = f"; and {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        yield f"Changed from {content.get('extends')}: {'; '.join(found[:MOST_TOLD])}{more}."


@dataclass
class Ongoing:
    """One state's runs: central runs, and blocks of draws as they come.

    Attributes
    ----------
    loaded : list of LoadedScenario
    central : list of RunResults
    settings : Settings
    blocks : list of list
        Of each scenario, what :func:`simulator.runs.ensemble.draws.block` gave.
    """

    loaded: list[LoadedScenario]
    central: list[RunResults]
    settings: Settings
    blocks: list[list[dict[str, Array]]] = field(default_factory=list)

    @classmethod
    def begun(cls, state: PageState, council: Council | None, *, valued: bool) -> Ongoing:
        """Run the central runs of a state.

        Raises
        ------
        ScenarioError
            With everything that is wrong.
        """
        loaded, engine = read_drafts(state, council), page_engine()
        price_year = loaded[0].scenario.price_year if len(loaded) > 1 else None
        settings = Settings(DRAWS, SEED, engine, price_year=price_year, valued=valued)
        central, problems = [], []
        for position, (one, content) in enumerate(zip(loaded, state.scenarios, strict=True)):
            try:
                run = simulate(one, engine=engine, price_year=price_year, valued=valued)
                central.append(replace(run, notes=(*changed_notes(one, content), *run.notes)))
            except ScenarioError as error:
                problems += [(position, problem) for problem in error.problems]
        if problems:
            raise ScenarioError(_placed(position, problem) for position, problem in problems)
        return cls(loaded, central, settings, [[] for _ in loaded])

    @cached_property
    def drawn(self) -> list[Mapping[str, Array]]:
        """What every draw takes, (draw,) each by key, of each scenario: worked out when the first draw is asked for."""
        return [columns(one, self.settings) for one in self.loaded]

    @property
    def done(self) -> int:
        """Draws that are done of every scenario."""
        return min(len(blocks) for blocks in self.blocks) * BLOCK_DRAWS

    @property
    def whole(self) -> bool:
        """Whether all draws are done."""
        return self.done >= DRAWS

    def grow(self) -> None:
        """Run the next draws of every scenario.

        Raises
        ------
        ScenarioError
            If a draw asks for what cannot be had.
        """
        first = self.done + 1
        which = first, first + BLOCK_DRAWS - 1
        for position, (loaded, drawn, blocks) in enumerate(zip(self.loaded, self.drawn, self.blocks, strict=True)):
            own = {key: values[which[0] - 1 : which[1]] for key, values in drawn.items()}
            try:
                blocks.append(block(loaded, self.settings, which, own))
            except Impossible as impossible:
                raise ScenarioError([_placed(position, loaded.problem(impossible))]) from impossible

    def results(self, *, central: bool = False) -> list[RunResults]:
        """Return the results there are, with the draws that are done, or the central runs alone."""
        if central or not self.done:
            return self.central
        return [
            Drawn.around(run, HeldDraws(tuple(blocks)), drawn, chance=False)
            if self.whole
            else Drawn.around(run, HeldDraws(tuple(blocks)), {}, chance=False)
            for run, blocks, drawn in zip(self.central, self.blocks, self.drawn, strict=True)
        ]

    @property
    def nbytes(self) -> int:
        """What it takes of memory, about."""
        measures = [m.values.nbytes for run in self.central for m in (*run.measures.values(), *run.without.values())]
        return sum(measures) + sum(a.nbytes for blocks in self.blocks for one in blocks for a in one.values())


def _placed(position: int, problem: Any) -> Any:
    from dataclasses import replace
    from pathlib import Path

    return replace(problem, file=f"{position}:{Path(problem.file).name}")


@dataclass
class Kept:
    """Runs that a worker keeps, those asked for last."""

    council: Council | None = None
    runs: OrderedDict[tuple[str, bool], Ongoing] = field(default_factory=OrderedDict)

    def get(self, state: PageState, *, valued: bool) -> Ongoing:
        """Return the run of a state, begun if it is not there. A run that is valued serves whoever asks for less."""
        key = next((one for one in ((state.key, True), (state.key, valued)) if one in self.runs), (state.key, valued))
        if key not in self.runs:
            self.runs[key] = Ongoing.begun(state, self.council, valued=valued)
        self.runs.move_to_end(key)
        while len(self.runs) > 1 and (
            len(self.runs) > MOST_RUNS or sum(one.nbytes for one in self.runs.values()) > MOST_BYTES
        ):
            self.runs.popitem(last=False)
        return self.runs[key]


Answer = dict[str, Any]


def answered(work: Callable[[], Answer]) -> Answer:
    """Return an answer, or what is wrong with what was asked, in its words."""
    try:
        return work()
    except ScenarioError as error:
        return {"problems": [told(problem) for problem in error.problems]}
