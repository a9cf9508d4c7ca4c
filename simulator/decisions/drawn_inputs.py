"""What is drawn in a run, as inputs: each a number, a process over years, or what several numbers share.

Every number is made of independent standard normal values, its factors. An input holds factors of its own, so that
inputs are independent of each other, which indices of variance ask for.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulator.results.movers import in_words
from simulator.uncertainty import Parameter

Array = NDArray[np.float64]

_OF_A_YEAR = re.compile(r"(.+)\.\d{4}-\d{2}")
_OF_A_PROCESS = re.compile(r"(.+)\.(?:\d{4}-\d{2}|growth|level)")
_OF_AN_INTERVENTION = re.compile(r"interventions\[([^\]]+)\]\.(.+)")

FAMILIES = {
    "interventions": "all that programmes do and cost",
    "assumptions": "all of the scenario's assumptions",
    "fostering": "all of foster supply",
    "drift": "all drift of rates and prices",
    "local": "all that is local",
}
"""Groups of inputs, by the first word of their numbers' keys, in words."""

OTHERS = "all other numbers"


@dataclass(frozen=True)
class DrawnInput:
    """Part of what is drawn, independent of all other parts.

    Attributes
    ----------
    name : str
        In words.
    keys : tuple of str
        Numbers that it settles; none if it is only what several share.
    factors : tuple of str
        Names of the independent standard normal values that it stands for.
    family : str
        The larger group that it belongs to, in words.
    """

    name: str
    keys: tuple[str, ...]
    factors: tuple[str, ...]
    family: str


@dataclass
class _Block:
    """An input that is being gathered."""

    keys: list[str]
    factors: dict[str, None]
    members: dict[str, None]
    family: str


def _parts(one: Parameter) -> tuple[tuple[str, float], ...]:
    """Return the factors of a number and their weights, whose squares add up to 1."""
    shared = one.correlation if one.group else 0.0
    parts = ((f"group[{one.group}]", math.sqrt(shared)), (one.key, math.sqrt(1.0 - shared)))
    return tuple((name, weight) for name, weight in parts if weight > 0.0)


def values(parameters: Iterable[Parameter], normals: Mapping[str, Array]) -> dict[str, Array]:
    """Return drawn numbers at some values of their factors, by key: (point,) each.

    Members of a group are tied as draws of a run are (`simulator.uncertainty.design`).
    """
    return {
        one.key: one.distribution.ppf(ndtr(sum(weight * normals[name] for name, weight in _parts(one))))
        for one in parameters
    }


def values_moved(parameters: Iterable[Parameter], normals: Mapping[str, Array]) -> dict[str, Array]:
    """Return :func:`values`, but NaN at points that move none of a number's factors: it stays as in the central run.

    At the middle of what is drawn a number is not always what the central run has: a draw takes off what spread adds to
    a mean.
    """
    held = tuple(parameters)
    moved = {one.key: np.any([normals[name] != 0.0 for name, _ in _parts(one)], axis=0) for one in held}
    return {key: np.where(moved[key], drawn, np.nan) for key, drawn in values(held, normals).items()}


def inputs_of(parameters: Iterable[Parameter]) -> tuple[DrawnInput, ...]:
    """Return what is drawn as independent inputs.

    Steps of one process over years are one input, and so are numbers that rest on the same evidence in full. What
    numbers share in part is an input of its own, beside what each has alone.
    """
    blocks: dict[str, _Block] = {}

    def add(name: str, factor: str, member: str, key: str, family: str) -> None:
        block = blocks.setdefault(name, _Block([], {}, {}, family))
        block.factors[factor] = None
        block.members[member] = None
        block.keys += [key] if key else []

    for one in parameters:
        member, family = _process(one.key), _family(one.key)
        shared = f"group {_process(one.group)}"
        for factor, weight in _parts(one):
            if factor == one.key:
                add(member, factor, member, one.key, family)
            else:
                add(shared, factor, member, one.key if weight == 1.0 else "", family)
    names = {key: in_words(key) for block in blocks.values() for key in block.members}
    twice = {name for name, times in Counter(names.values()).items() if times > 1}
    names = {key: _whole_path(key) if name in twice else name for key, name in names.items()}
    return tuple(
        DrawnInput(_name(block, names), tuple(block.keys), tuple(block.factors), block.family)
        for block in blocks.values()
    )


def _process(key: str) -> str:
    """Return what a number or a group belongs to: its process over years, or else itself."""
    held = _OF_A_PROCESS.fullmatch(key)
    return held[1] if held else key


def _whole_path(key: str) -> str:
    """Return a key in words with all of its steps, for those that would have the same name."""
    held = _OF_AN_INTERVENTION.fullmatch(key)
    return f"{held[2].replace('.', ' ').replace('_', ' ')} of {held[1]}" if held else key


def _family(key: str) -> str:
    return FAMILIES.get(re.split(r"[.\[]", key)[0], OTHERS)


def _name(block: _Block, names: Mapping[str, str]) -> str:
    listed = [names[key] for key in block.members]
    said = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
    return said if block.keys else f"what {said} share"


def together(inputs: Sequence[DrawnInput], name: str) -> DrawnInput:
    """Return several inputs as one."""
    keys = tuple(key for one in inputs for key in one.keys)
    return DrawnInput(name, keys, tuple(factor for one in inputs for factor in one.factors), inputs[0].family)


def families(inputs: Sequence[DrawnInput]) -> tuple[DrawnInput, ...]:
    """Return the larger groups that hold more than one input, but not all of them, as inputs."""
    found: dict[str, list[DrawnInput]] = {}
    for one in inputs:
        found.setdefault(one.family, []).append(one)
    return tuple(together(held, name) for name, held in found.items() if 1 < len(held) < len(inputs))


def levels(one: DrawnInput, drawn: Mapping[str, Array]) -> Array:
    """Return each process or number of an input as one value: (draw, column).

    A process is taken at the mean over its years of how far its steps have gone.
    """
    steps: dict[str, list[Array]] = {}
    for key in one.keys:
        yearly = _OF_A_YEAR.fullmatch(key)
        steps.setdefault(yearly[1] if yearly else key, []).append(drawn[key])
    return np.stack([np.cumsum(values, axis=0).mean(axis=0) for values in steps.values()], axis=1)
