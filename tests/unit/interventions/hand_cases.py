"""Cases of interventions that are worked by hand: what is given, what follows, and reading them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from kind_rates import arrays, make_rates
from ruamel.yaml import YAML

from simulator.engine.rates import Rates
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGES, REASONS, SECTORS, STREAMS

FOLDER = Path(__file__).parent / "by_hand"
CASES: dict[str, dict[str, Any]] = {
    path.stem: YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}
LABELS = {
    "age": [str(age) for age in AGES],
    "from": list(placements.names()),
    "place": list(placements.names()),
    "reason": list(REASONS),
    "sector": list(SECTORS),
    "cost": list(placements.cost_keys()),
}
"""Names along axes; other positions are numbers."""


def given(case: dict[str, Any], codes: tuple[str, ...]) -> Rates:
    """Rates of the case: 100 children of each age start in a month, and what else it gives, the same everywhere.

    What it gives by place is nought in places that it does not name.
    """
    rates, wanted = make_rates(draws=1, areas=len(codes)), case.get("given", {})
    streams = tuple(
        _with(one, {"new_starts_per_month": 100.0, **wanted.get(name, {})})
        for name, one in zip(STREAMS, rates.streams, strict=True)
    )
    changed: Rates = _with(rates, wanted.get("rates", {}))
    return replace(changed, streams=streams, foster=_with(rates.foster, wanted.get("foster", {})))


def _with(record: Any, values: dict[str, Any]) -> Any:
    new = {}
    for name, value in values.items():
        array = np.zeros_like(getattr(record, name))
        if isinstance(value, dict):
            for place, number in value.items():
                array[..., placements.index(place)] = number
        else:
            array[...] = value
        new[name] = array
    return replace(record, **new)


def found(rates: Rates, of: str, where: dict[str, Any]) -> float:
    """One number of the first draw; an axis along which nothing varies may have length 1."""
    owner, _, name = of.partition(".")
    array = dict(arrays(rates))[f"streams.{STREAMS.index(owner)}.{name}" if owner in STREAMS else of]
    position = [0, where.pop("area", 0)]
    position += [LABELS[axis].index(str(label)) if axis in LABELS else int(label) for axis, label in where.items()]
    assert len(position) <= array.ndim, f"{of} has fewer axes than {where} names"
    return float(array[tuple(min(at, size - 1) for at, size in zip(position, array.shape, strict=True))])
