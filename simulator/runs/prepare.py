"""What is run: a scenario compiled with and without its programmes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.baseline.baseline_protocol import Baseline
from simulator.interventions import Intervention
from simulator.projection.compile import Compiled, compile_scenario
from simulator.results.value_for_money import Package, Programme, packages
from simulator.scenario.schema import Scenario


@dataclass(frozen=True)
class Prepared:
    """A scenario that is compiled, and the same without its programmes.

    Attributes
    ----------
    whole : Compiled
    bare : Compiled or None
        None if nobody does anything in it.
    packages : mapping of Package to Compiled
        Every package of which value for money is told, `whole` and `bare` among them; empty if it is not asked for.
    of_set : callable, optional
        Compiles the scenario with some of its programmes, by their positions, and no other; None if it is not asked
        for. There are many sets, so none is kept.
    """

    whole: Compiled
    bare: Compiled | None
    packages: Mapping[Package, Compiled] = field(default_factory=dict)
    of_set: Callable[[frozenset[int]], Compiled] | None = None


def prepare(
    scenario: Scenario,
    drawn: Mapping[str, float] | None = None,
    baseline: Baseline | None = None,
    price_year: str | None = None,
    *,
    valued: bool = False,
) -> Prepared:
    """Compile a scenario with and without its programmes.

    Parameters
    ----------
    scenario : Scenario
    drawn : mapping of key to float, optional
        Steps of rates and levels of areas in one draw; none for the central run.
    baseline : Baseline, optional
        Who is run; the scenario's areas if left out.
    price_year : str, optional
        Financial year in whose prices results give real money; that before the run if left out.
    valued : bool
        Whether to compile what value for money is told of as well.

    Raises
    ------
    Impossible
        If the scenario asks for something that cannot be had (`simulator.interventions.impossible`).
    """
    whole = compile_scenario(scenario, drawn, baseline, price_year)
    if not any(one.is_programme for one in scenario.interventions):
        return Prepared(whole, None)
    bare = compile_scenario(_keeping(scenario, ()), drawn, baseline, price_year)
    if not valued:
        return Prepared(whole, bare)
    known = {"all": whole, "none": bare}
    moved: dict[tuple[tuple[int, ...], bool], Compiled] = {}
    found: dict[Package, Compiled] = {}
    for one in packages_of(scenario):
        if one.as_stated and one.which in known:
            found[one] = known[one.which]
            continue
        if one.paths not in moved:
            moved[one.paths] = compile_scenario(_moving(scenario, one), drawn, baseline, price_year)
        found[one] = _paying(moved[one.paths], [scenario.interventions[at] for at in one.kept if at not in one.moving])

    def of_set(positions: frozenset[int]) -> Compiled:
        return with_programmes(scenario, positions, drawn, baseline, price_year)

    return Prepared(whole, bare, found, of_set)


def with_programmes(
    scenario: Scenario,
    positions: Collection[int],
    drawn: Mapping[str, float] | None = None,
    baseline: Baseline | None = None,
    price_year: str | None = None,
) -> Compiled:
    """Compile a scenario with some of its programmes, by their positions, and no other; see :func:`prepare`."""
    return compile_scenario(_keeping(scenario, positions), drawn, baseline, price_year)


def packages_of(scenario: Scenario) -> tuple[Package, ...]:
    """Return every package of which value for money is told; none of a scenario without programmes."""
    programmes = [
        Programme(at, one.id or str(at), one.title, one.moves_children, one.costs_money, one.payback_caveat)
        for at, one in enumerate(scenario.interventions)
        if one.is_programme
    ]
    limited = scenario.assumptions.foster_places == "limited"
    return packages(programmes, places_limited=limited) if programmes else ()


def _paying(compiled: Compiled, programmes: Sequence[Intervention]) -> Compiled:
    """Return what is compiled with programmes that only cost money."""
    rates = compiled.rates
    for one in programmes:
        rates = one.apply(rates, compiled.context)
    return replace(compiled, rates=rates)


def _moving(scenario: Scenario, package: Package) -> Scenario:
    """Return a scenario with a package's places, and those of its programmes that move children."""
    kept = _keeping(scenario, package.moving)
    return kept if package.as_stated else with_other_places(kept)


def with_other_places(scenario: Scenario) -> Scenario:
    """Return a scenario by the other of the two rules for foster places."""
    places = "as_needed" if scenario.assumptions.foster_places == "limited" else "limited"
    return scenario.model_copy(
        update={"assumptions": scenario.assumptions.model_copy(update={"foster_places": places})}
    )


def _keeping(scenario: Scenario, programmes: Collection[int]) -> Scenario:
    """Return a scenario with its trends and prices, and of what anybody does only what stands at some positions."""
    kept = tuple(one for at, one in enumerate(scenario.interventions) if not one.is_programme or at in programmes)
    return scenario.model_copy(update={"interventions": kept})
