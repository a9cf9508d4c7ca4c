"""What can be decided of a scenario's programmes: how much of each, and from when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.interventions import Intervention
from simulator.scenario import LoadedScenario, Problem, Scenario, ScenarioError, load_mapping
from simulator.vocabulary.areas import ENGLAND

Plan = tuple["Pick | None", ...]
"""What is done of each lever; None for nothing."""


@dataclass(frozen=True)
class Pick:
    """So much of a programme.

    Attributes
    ----------
    level : float
        How many times what its file states, above 0.
    years_later : int
        How many years after its file's start.
    """

    level: float
    years_later: int = 0


@dataclass(frozen=True)
class Lever:
    """A programme that can be done at other levels and later.

    Attributes
    ----------
    name, title : str
        Its id, and what charts call it.
    position : int
        Among the scenario's interventions.
    most : float
        Highest level.
    latest : int
        Most years by which it can start later, so that it acts within the run.
    group : str
        Areas that it names; empty if it names none.
    """

    name: str
    title: str
    position: int
    most: float
    latest: int
    group: str


def levers(loaded: LoadedScenario, most: Mapping[str, float], latest_start: int | None) -> tuple[Lever, ...]:
    """Return what can be decided of a scenario, in its order.

    Parameters
    ----------
    loaded : LoadedScenario
    most : mapping of id to float
        Highest levels, where they are other than what each kind says of itself (`Intervention.most_level`).
    latest_start : int, optional
        Calendar year of the last April in which anything may start; any in the run if left out.

    Raises
    ------
    ScenarioError
        If there is nothing to decide, a programme has no id, a ceiling is that of none, or nothing that starts so late
        is in the run.
    """
    scenario, problems = loaded.scenario, []
    if scenario.areas != (ENGLAND,) or loaded.council is not None:
        problems.append(_problem(loaded, "areas", "a budget is allocated for England as a whole", ENGLAND))
    programmes = [(at, one) for at, one in enumerate(scenario.interventions) if one.is_programme]
    if not programmes:
        problems.append(_problem(loaded, "interventions", "nobody does anything in it, so there is nothing to decide"))
    names = [one.id or "" for _, one in programmes]
    problems += [
        _problem(loaded, f"interventions.{at}", "has no id, by which a plan could name it", "a short name under id")
        for at, one in programmes
        if not one.id
    ]
    allowed = ", ".join(names)
    problems += [Problem("", 0, 0, name, "no programme is called so", allowed) for name in most if name not in names]
    last = scenario.end.year - 1
    if latest_start is not None and latest_start > last:
        what = f"the run ends in {scenario.end}, so nothing that starts in April {latest_start} is in it"
        problems.append(_problem(loaded, "--latest-start", what, f"{last} at the latest"))
    if problems:
        raise ScenarioError(problems)
    found = []
    for at, one in programmes:
        assert one.id
        start = getattr(one, "start", None)
        begins = start.year if start is not None else scenario.base
        latest = last if latest_start is None else latest_start
        later = max(latest - begins, 0) if start is not None else 0
        group = ", ".join(one.areas.names or ())
        found.append(Lever(one.id, one.title, at, most.get(one.id, one.most_level), later, group))
    return tuple(found)


def _problem(loaded: LoadedScenario, path: str, what: str, allowed: str = "") -> Problem:
    return Problem(str(loaded.path), 1, 1, path, what, allowed)


def combined(many: Sequence[LoadedScenario]) -> LoadedScenario:
    """Return the first scenario with the programmes of all.

    Raises
    ------
    ScenarioError
        If two programmes have one id, or one has a start or a budget that the first scenario's run does not hold.
    """
    if len(many) == 1:
        return many[0]
    first, *_ = many
    content: dict[str, Any] = first.stated.plain()
    entries: list[dict[str, Any]] = [
        one
        for one, stated in zip(content.get("interventions", []), first.scenario.interventions, strict=True)
        if not stated.is_programme
    ]
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    for loaded in many:
        for entry, one in zip(
            loaded.stated.plain().get("interventions", []), loaded.scenario.interventions, strict=True
        ):
            if not one.is_programme:
                continue
            if one.id and one.id in ids:
                what = f"{ids[one.id]} has a programme {one.id} too"
                problems.append(_problem(loaded, f"interventions.{one.id}", what, "an id of its own"))
            ids |= {one.id: loaded.key} if one.id else {}
            entries.append(entry)
    if problems:
        raise ScenarioError(problems)
    name = " and ".join(one.scenario.name for one in many)[:80]
    return load_mapping({**content, "name": name, "interventions": entries})


def with_plan(scenario: Scenario, offered: Sequence[Lever], plan: Plan, prices: Callable[[str], float]) -> Scenario:
    """Return a scenario with a plan in place of its programmes.

    Parameters
    ----------
    scenario : Scenario
    offered : sequence of Lever
    plan : Plan
    prices : callable
        General price level of a financial year.
    """
    of = {lever.position: pick for lever, pick in zip(offered, plan, strict=True)}
    kept: list[Intervention] = []
    for at, one in enumerate(scenario.interventions):
        pick = of.get(at)
        if at not in of:
            kept.append(one)
        elif pick is not None:
            kept.append(one.at_level(pick.level, pick.years_later, prices))
    return scenario.model_copy(update={"interventions": tuple(kept)})


def plan_file(loaded: LoadedScenario, offered: Sequence[Lever], plan: Plan, prices: Callable[[str], float]) -> str:
    """Return the text of a scenario file that holds a plan and all else that a scenario states.

    A number that the plan changes is certain in it.
    """
    import json

    content = loaded.stated.plain()
    of = {lever.position: pick for lever, pick in zip(offered, plan, strict=True)}
    entries = []
    for at, (entry, one) in enumerate(
        zip(content.get("interventions", []), loaded.scenario.interventions, strict=True)
    ):
        pick = of.get(at)
        if at not in of:
            entries.append(entry)
        elif pick is not None:
            changed = one.at_level(pick.level, pick.years_later, prices)
            entries.append(_changed(entry, one.model_dump(mode="json"), changed.model_dump(mode="json")))
    head = {"name": f"{loaded.scenario.name[:70]}, plan", **{k: v for k, v in content.items() if k != "name"}}
    text = json.dumps({**head, "interventions": entries}, indent=1, ensure_ascii=False)
    return f"# Found by care-demand optimise; JSON is YAML.\n{text}\n"


def _changed(stated: Any, before: Any, after: Any) -> Any:
    """Return what a file states with the values in it that a plan changes."""
    if before == after:
        return stated
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        held = stated if isinstance(stated, Mapping) else {}
        return dict(_changed_pairs(held, before, after))
    return after


def _changed_pairs(
    stated: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for key in dict.fromkeys([*stated, *after]):
        if before.get(key) == after.get(key) and key in after:
            if key in stated:
                yield key, stated[key]
        elif after.get(key) is not None:
            yield key, _changed(stated.get(key), before.get(key), after[key])
