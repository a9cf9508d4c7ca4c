"""How far a scenario says that its programmes' effects are known."""

from __future__ import annotations

from simulator.scenario.loaded import LoadedScenario

JUDGEMENT = "judgement"


def rests_on_judgement(loaded: LoadedScenario) -> bool:
    """Whether no number of a programme that moves children is said to be better known than by judgement.

    A number whose quality is not stated is not said to be known.
    """
    moving = _moving(loaded)
    stated = [
        *((path, origin.value) for path, origin in loaded.provenance.items() if path.endswith(".quality")),
        *((".".join(map(str, one.path)), one.quality) for one in loaded.uncertain),
    ]
    known = [quality for path, quality in stated if quality and any(path.startswith(start) for start in moving)]
    return bool(moving) and all(quality == JUDGEMENT for quality in known)


def effects_are_drawn(loaded: LoadedScenario) -> bool:
    """Whether any number of a programme that moves children, its money apart, is a distribution."""
    moving = {
        at: one for at, one in enumerate(loaded.scenario.interventions) if one.is_programme and one.moves_children
    }
    paths = [one.path for one in loaded.uncertain if one.path[0] == "interventions"]
    return any(at in moving and field not in moving[at].money_fields for _, at, field, *_ in paths)


def _moving(loaded: LoadedScenario) -> set[str]:
    """Return where the numbers of programmes that move children stand."""
    return {
        f"interventions.{at}."
        for at, one in enumerate(loaded.scenario.interventions)
        if one.is_programme and one.moves_children
    }
