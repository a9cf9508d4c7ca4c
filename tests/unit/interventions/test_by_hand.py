"""Cases of levers that are worked by hand, one YAML file each: what is given, what follows, and the sum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import lever_examples
import numpy as np
import pytest
from ruamel.yaml import YAML
from test_interventions import arrays, made, make_context, make_rates

from simulator.engine.rates import Rates
from simulator.vocabulary import areas, placements
from simulator.vocabulary.axes import AGES, REASONS, STREAMS

FOLDER = Path(__file__).parent / "by_hand"
CASES = {path.stem: YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
LABELS = {
    "age": [str(age) for age in AGES],
    "from": list(placements.names()),
    "place": list(placements.names()),
    "reason": list(REASONS),
}
"""Names along axes; other positions are numbers."""


def given(case: dict[str, Any], codes: tuple[str, ...]) -> Rates:
    """Rates of the case: 100 children of each age start in a month, and what else it gives, the same everywhere."""
    rates = make_rates(draws=1, areas=len(codes))
    streams = []
    for name, stream in zip(STREAMS, rates.streams, strict=True):
        values = {"new_starts_per_month": 100.0, **case.get("given", {}).get(name, {})}
        changed = {array: np.full_like(getattr(stream, array), value) for array, value in values.items()}
        streams.append(replace(stream, **changed))
    return replace(rates, streams=tuple(streams))


def found(rates: Rates, of: str, where: dict[str, Any]) -> float:
    """One number of the first draw; an axis along which nothing varies may have length 1."""
    owner, _, name = of.partition(".")
    array = dict(arrays(rates))[f"streams.{STREAMS.index(owner)}.{name}" if owner in STREAMS else of]
    position = [0, where.pop("area", 0)]
    position += [LABELS[axis].index(str(label)) if axis in LABELS else int(label) for axis, label in where.items()]
    return float(array[tuple(min(at, size - 1) for at, size in zip(position, array.shape, strict=True))])


def test_every_lever_has_a_case() -> None:
    elsewhere = {"referrals"}  # what follows them is worked out by hand in the tests of the front door
    assert {case["intervention"]["kind"] for case in CASES.values()} >= set(lever_examples.EXAMPLES) - elsewhere


@pytest.mark.parametrize("name", CASES)
def test_it_comes_out_as_worked_by_hand(name: str) -> None:
    case = CASES[name]
    data = dict(case["intervention"])
    every = {one.name: one.code for one in areas.authorities()}
    codes = tuple(every[area] for area in case.get("areas", ())) or ("England",)
    after = made(data.pop("kind"), data).apply(given(case, codes), make_context(codes, inflation=0.0))
    after.check()
    assert case["sum"]
    for expected in case["expect"]:
        where = dict(expected)
        of, value = where.pop("of"), where.pop("is")
        assert found(after, of, where) == pytest.approx(value, rel=1e-6), expected
