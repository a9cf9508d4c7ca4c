"""Every number at both ends of its documented bounds: it runs, or check and run refuse it in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from inspect import get_annotations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kind_examples import EXAMPLES, OF_WHOM, leaves
from ruamel.yaml import YAML

from simulator.cli.main import cli
from simulator.interventions import FieldNote, kinds, notes
from simulator.scenario.schema import Scenario

END = "2026-12"
"""Long enough for all examples to act."""

STATED: dict[str, dict[str, Any]] = {
    "assumptions": {"assumptions": {}},
    "local": {"local": {"Kent": {}}},
    "own": {
        "areas": ["Kent"],
        "own": {
            "prices": [{"placement": "supported", "gbp_per_week": 900, "price_year": "2024-25"}],
            "beds": [
                {
                    "name": "Oak House",
                    "placement": "childrens_home",
                    "provider": "own",
                    "beds": 4,
                    "gbp_per_week": 5000,
                    "price_year": "2024-25",
                },
            ],
        },
    },
    "claims": {"claims": [{"measure": "children", "date": "2026-03", "label": "Somebody", "source": "nao_2025"}]},
    "questions": {"questions": [{"id": "q", "says": "so", "measure": "children", "date": "2026-03"}]},
    "funding": {
        "funding": {
            "lines": [{"id": "line", "gbp": {"2026-27": 1e12}, "source": "nao_2025"}],
            "claims": [
                {
                    "gap": "standstill",
                    "gbp_per_year": 1.0,
                    "financial_year": "2025-26",
                    "label": "Somebody",
                    "source": "nao_2025",
                }
            ],
        }
    },
}
"""What stands around the numbers of a scenario that no intervention holds."""

BOTH_NEEDED = {"areas.count": {"of": 1000}, "areas.of": {"count": 1}, "areas.share": {}}
REFUSED = {
    ("early_help", "lag_months", 240.0): "240 takes the effect beyond 2026-12",
    ("own", "own.fostering.approved_places", 0.1): "and 0.1 places are approved",
    ("own", "own.fostering.usable_places", 0.0): "and 0 places can take one",
    ("own", "own.fostering.usable_places", 10_000.0): "10000 places can take a child, of ",
    ("trend", "ratio", 0.0): "nobody can stay for no time",
    ("trend", "path.*", 0.0): "nobody can stay for no time",
    ("supported_accommodation", "places", 20_000.0): "would move from homes, in which",
    ("close_to_home", "places", 50_000.0): "children in these placements live far from home",
    ("foster_recruitment", "approval_ratio", 5.0): "would approve more households than are assessed",
}
"""Ends that other values of the file, or the base, don't let a number reach: the words for it."""


def numbers(known: tuple[FieldNote, ...]) -> Iterator[FieldNote]:
    return (note for note in known if note.low is not None and note.high is not None)


def put(holder: Any, steps: list[str], value: float) -> None:
    for step in steps[:-1]:
        holder = holder[0] if step == "*" else holder.setdefault(step, {})
    holder[steps[-1]] = value


def at_end(note: FieldNote, end: float) -> float | int:
    return end if float in (note.owner.model_fields[note.name].annotation,) or note.uncertain else int(end)


def defined_by(kind: str, note: FieldNote) -> tuple[type, str]:
    """Class that defines a field, and its path: kinds that inherit it check it by the same code."""
    model = note.owner if "." in note.path else kinds()[kind]
    holders = (one for one in reversed(model.__mro__) if note.name in get_annotations(one))
    return next(holders), note.path


def of_kinds() -> Iterator[tuple[str, str, float, dict[str, Any]]]:
    """Yield kind, field, value and a scenario that holds it; a field that kinds share once, with the first of them."""
    shared = set()
    for kind, examples in EXAMPLES.items():
        held = {path: example for example in reversed(examples) for path in leaves(example)}
        each = {
            **{k: v for k, v in examples[-1].items() if k not in ("cost", "cost_per_approval_gbp")},
            "cost": dict(OF_WHOM),
        }
        held |= {"transfer_threshold_percent": examples[-2:][0]}
        held |= {f"cost.{name}": each for name in OF_WHOM}
        held |= {"cost.budget_gbp.*": examples[0], "path.*": examples[-1], **dict.fromkeys(BOTH_NEEDED, examples[0])}
        for note in numbers(notes(kinds()[kind])):
            defined = defined_by(kind, note)
            if defined in shared:
                continue
            shared.add(defined)
            data = deepcopy(held[note.path])
            if note.path in BOTH_NEEDED:
                data["areas"] = dict(BOTH_NEEDED[note.path])
            if note.path == "referrals.to_month":
                data["referrals"]["from_month"] = 0
            if note.path == "referrals.from_month":
                data["referrals"]["to_month"] = 480
            for end in (note.low, note.high):
                case = deepcopy(data)
                put(case, note.path.replace("*", "2026-27").split("."), at_end(note, end))
                yield kind, note.path, float(end), {"interventions": [{"kind": kind, **case}]}


def of_scenarios() -> Iterator[tuple[str, str, float, dict[str, Any]]]:
    for note in numbers(notes(Scenario)):
        group = note.path.split(".")[0]
        for end in (note.low, note.high):
            case = deepcopy(STATED[group])
            if (reach := note.path.removeprefix("funding.lines.*.")) in BOTH_NEEDED:
                case["funding"]["lines"][0]["areas"] = dict(BOTH_NEEDED[reach])
            path = note.path
            for holder, key in {"local": "Kent", "area_shares": "Kent", "gbp": "2026-27"}.items():
                path = path.replace(f"{holder}.*", f"{holder}.{key}")
            put(case, path.split("."), at_end(note, end))
            yield group, note.path, float(end), case


CASES = [*of_kinds(), *of_scenarios()]


def call(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(words), prog_name="care-demand")
    return done.exit_code, done.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[2]:g}")
def test_both_ends_run_or_are_refused_alike(
    case: tuple[str, str, float, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, path, value, data = case
    monkeypatch.chdir(tmp_path)
    with Path("case.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({"name": "Case", "end": END, **data}, file)
    checked = call("check", "case.yaml")
    assert checked == call("run", "case.yaml", "--no-charts", "--quiet", "--out", "out")
    words = REFUSED.get((kind, path, value), "")
    assert checked[0] == (2 if words else 0), checked[1]
    assert words in checked[1]
    assert Path("out").exists() == (checked[0] == 0)


def test_every_number_is_tried() -> None:
    tried = {(kind, path) for kind, path, _, _ in CASES}
    every = [(kind, note) for kind, model in kinds().items() for note in numbers(notes(model))]
    assert {defined_by(*one) for one in every} == {defined_by(*one) for one in every if (one[0], one[1].path) in tried}
    assert {(note.path.split(".")[0], note.path) for note in numbers(notes(Scenario))} <= tried
    assert len(CASES) > 100
