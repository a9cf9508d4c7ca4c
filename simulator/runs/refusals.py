"""What a run would refuse, found without one: `check` and runs tell it in the same words."""

from __future__ import annotations

from simulator.baseline.baseline_protocol import Baseline
from simulator.interventions.impossible import Impossible
from simulator.interventions.own_figures import Own
from simulator.projection.compile import Compiled, compile_scenario
from simulator.runs.chart_notes import money_notes, notes
from simulator.runs.prepare import prepare, with_other_places
from simulator.scenario import LoadedScenario, Problem
from simulator.scenario.schema import Scenario


def refusals(loaded: LoadedScenario) -> tuple[Problem, ...]:
    """Return everything that the central run of a scenario would refuse, each with its line.

    That is what is refused with foster places limited or found as needed, as value for money is told of both. An
    intervention that is refused is left out to see the next. Figures of a council's own are left out where no
    council is named, as they may be run with one.
    """
    problems: list[Problem] = []
    stated = loaded.scenario
    if loaded.awaits_council:
        stated = stated.model_copy(update={"own": Own()})
    left = list(range(len(loaded.scenario.interventions)))
    while True:
        kept = tuple(loaded.scenario.interventions[i] for i in left)
        try:
            compiled = _compiled(stated.model_copy(update={"interventions": kept}), loaded.baseline)
            notes(compiled)
            money_notes(compiled)
        except Impossible as one:
            step, *path = one.path
            if step != "interventions":
                return tuple(sorted((*problems, loaded.problem(one))))
            position = left.pop(int(path[0]))
            problems.append(loaded.problem(Impossible((step, position, *path[1:]), one.value, one.what, one.allowed)))
        else:
            return tuple(sorted(problems))


def _compiled(scenario: Scenario, baseline: Baseline | None) -> Compiled:
    """Compile a scenario as it stands; and without its programmes, and by the other rule for places, as a run does."""
    whole = prepare(scenario, baseline=baseline).whole
    if any(one.is_programme for one in scenario.interventions):
        compile_scenario(with_other_places(scenario), baseline=baseline)
    return whole
