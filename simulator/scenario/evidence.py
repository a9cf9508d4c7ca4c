"""How far a scenario says that its programmes' effects are known."""

from __future__ import annotations

from pathlib import Path

from simulator.scenario.checking import Origin
from simulator.scenario.loaded import LoadedScenario

JUDGEMENT = "judgement"

FITTED = "# fitted by"
"""How a remark begins beside a number that was found so that a scenario reaches something published."""


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


def is_fitted(origin: Origin) -> bool:
    """Whether a value was fitted to something published, as a remark says beside it in the file that gives it."""
    path = Path(origin.file)
    if origin.default or not path.is_file():
        return False
    lines = path.read_text(encoding="utf-8").splitlines()
    return 0 < origin.line <= len(lines) and FITTED in lines[origin.line - 1]


def fitted_numbers(loaded: LoadedScenario) -> tuple[str, ...]:
    """Return the numbers of programmes that were fitted to something published, in words."""
    return tuple(
        f"{path.rsplit('.', 1)[-1].replace('_', ' ')} of {one.title}"
        for at, one in enumerate(loaded.scenario.interventions)
        for path, origin in loaded.provenance.items()
        if one.is_programme
        and path.startswith(f"interventions.{at}.")
        and isinstance(origin.value, float)
        and is_fitted(origin)
    )


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
