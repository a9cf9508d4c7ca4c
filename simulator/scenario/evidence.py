"""How far a scenario says that its programmes' effects are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from simulator.data.evidence_library import SHRINKAGE, evidence, topics
from simulator.interventions import Intervention, kinds, words_of
from simulator.scenario.checking import Origin
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.translate import dotted
from simulator.scenario.uncertain import JUDGEMENT, NO_SHRINKAGE, RATIOS

FITTED = "# fitted by"
"""How a remark begins beside a number that was found so that a scenario reaches something published."""


def rests_on_judgement(loaded: LoadedScenario) -> bool:
    """Whether no number of a programme that moves children is said to be better known than by judgement.

    A number whose quality is not stated is not said to be known.
    """
    moving = _moving(loaded)
    return bool(moving) and judged_programmes(loaded) >= {one.id or str(at) for at, one in moving.items()}


def judged_programmes(loaded: LoadedScenario) -> frozenset[str]:
    """Return the programmes that move children of which the same holds, by id (or else position)."""
    stated = [
        *((path, origin.value) for path, origin in loaded.provenance.items() if path.endswith(".quality")),
        *((dotted(one.path), one.quality) for one in loaded.uncertain),
    ]
    known = [path for path, quality in stated if quality and quality != JUDGEMENT]
    return frozenset(
        one.id or str(at)
        for at, one in _moving(loaded).items()
        if not any(path.startswith(f"interventions.{at}.") for path in known)
    )


def judged_in_part(loaded: LoadedScenario) -> dict[str, tuple[str, ...]]:
    """Return programmes that move children by a study and judged numbers together, by id (or else position).

    Returns
    -------
    dict of str to tuple of str
        Of each, the shares and ratios by which it acts that are judgements; where and when it acts are none of them.
    """
    wholly = judged_programmes(loaded)
    drawn = {dotted(one.path): one.quality for one in loaded.uncertain}
    found: dict[str, tuple[str, ...]] = {}
    for at, one in _moving(loaded).items():
        start, name = f"interventions.{at}.", one.id or str(at)
        judged = tuple(
            path.removeprefix(start)
            for path, origin in loaded.provenance.items()
            if path.startswith(start)
            and path.removeprefix(start).partition(".")[0] not in {*one.money_fields, "areas"}
            and isinstance(origin.value, float)
            and (origin.unit in RATIOS or origin.unit.startswith("share"))
            and _is_judged(loaded, path, origin, drawn.get(path, ""))
        )
        if judged and name not in wholly:
            found[name] = judged
    return found


def _is_judged(loaded: LoadedScenario, path: str, origin: Origin, drawn: str) -> bool:
    """Tell whether a number is a judgement, as it says itself, or its default, or what it stands in."""
    if drawn or (origin.default and origin.source):
        return JUDGEMENT in (drawn, *([] if drawn else [origin.source]))
    while path := path.rpartition(".")[0]:
        beside = loaded.provenance.get(f"{path}.quality")
        if beside is not None and beside.value:
            return bool(beside.value == JUDGEMENT)
    return False


def judged_notes(loaded: LoadedScenario) -> Iterator[str]:
    """Yield what of programmes with a study behind them is judged."""
    titles = {one.id or str(at): one.title for at, one in _moving(loaded).items()}
    for name, numbers in judged_in_part(loaded).items():
        said = ", ".join(number.replace(".", " ").replace("_", " ") for number in numbers)
        yield f"{titles[name]}: rests in part on judgement ({said})."


def shrunk_notes(loaded: LoadedScenario) -> Iterator[str]:
    """Yield what must be said of ratios that are taken nearer to no effect by the design of their study."""
    for one in loaded.uncertain:
        if one.shrink:
            _, at, *field = one.path
            title = loaded.scenario.interventions[int(at)].title
            yield (
                f"{title}: {dotted(tuple(field))} is shrunk towards no effect, by the design of its study "
                f"({one.shrink.replace('_', ' ')}): {SHRINKAGE[one.shrink]:g} of its logarithm is kept"
                + (
                    f", as its file does not say; shrink: {NO_SHRINKAGE} takes it as found."
                    if one.shrunk_unasked
                    else "."
                )
            )


def uses(loaded: LoadedScenario) -> dict[str, bool]:
    """Return the source keys of what programmes and drivers do, their money apart, and whether it is a judgement.

    A number rests on judgement if its quality is `judgement`, however many studies stand beside it.
    """
    found: dict[str, bool] = {}
    judged = {dotted(one.path): one.quality == JUDGEMENT for one in loaded.uncertain}
    for path, origin in loaded.provenance.items():
        head, _, rest = path.partition(".")
        if head != "interventions" or rest.partition(".")[2].startswith("cost.") or origin.value is None:
            continue
        beside = loaded.provenance.get(f"{path.rpartition('.')[0]}.quality")
        quality = judged.get(path, False) or (beside is not None and beside.value == JUDGEMENT)
        for key in filter(None, origin.source.replace(" ", "").split(";")):
            found[key] = found.get(key, False) or quality
    return found


def topics_of(name: str) -> tuple[str, ...]:
    """Return the topics of evidence that a name stands for: one of them, or those that bear on a kind."""
    if name in topics():
        return (name,)
    meant = [kind for kind in kinds() if name in (kind, *words_of(kind))]
    called = {word for kind in meant for word in (kind, *words_of(kind))}
    return tuple(topic for topic in topics() if topic in called)


def used_by(many: Mapping[str, LoadedScenario]) -> dict[str, dict[str, bool]]:
    """Return which of some scenarios use each row of the evidence, by its key, and whether as a judgement (`uses`)."""
    keys = {name: uses(one) for name, one in many.items()}
    return {
        row.key: {
            name: any(used[key] for key in row.sources if key in used)
            for name, used in keys.items()
            if not used.keys().isdisjoint(row.sources)
        }
        for row in evidence()
    }


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


def fixed_effects(loaded: LoadedScenario) -> tuple[str, ...]:
    """Return what no draw varies of what programmes do to children, in words.

    Returns
    -------
    tuple of str
        Of a programme with no distribution but those of its money, all that it does; of another, each ratio by which it
        acts that is a plain number other than 1, which is no effect.
    """
    drawn = {dotted(one.path) for one in loaded.uncertain if one.is_drawn}
    found: list[str] = []
    for at, one in _moving(loaded).items():
        start = f"interventions.{at}."
        own = {
            path: origin
            for path, origin in loaded.provenance.items()
            if path.startswith(start) and path.removeprefix(start).partition(".")[0] not in one.money_fields
        }
        if drawn.isdisjoint(own):
            found.append(f"what {one.title} does")
            continue
        found += [
            f"the {path.rpartition('.')[2].replace('_', ' ')} of {one.title}"
            for path, origin in own.items()
            if path not in drawn and origin.unit in RATIOS and isinstance(origin.value, float) and origin.value != 1.0
        ]
    return tuple(found)


def fixed_notes(loaded: LoadedScenario) -> Iterator[str]:
    """Yield what must be said of effects that no draw varies."""
    for effect in fixed_effects(loaded):
        yield f"{effect[:1].upper()}{effect[1:]} is given as certain, so no range holds any doubt of it."


def _moving(loaded: LoadedScenario) -> dict[int, Intervention]:
    """Return the programmes that move children, by position."""
    return {at: one for at, one in enumerate(loaded.scenario.interventions) if one.is_programme and one.moves_children}
