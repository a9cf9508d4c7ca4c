"""What moves a figure among draws: its rank correlation with each number that is drawn, and what comes of its ends.

Draws vary everything at once, so that this says how a figure goes together with each number over all of them, not what
would come of changing that number alone. Steps of one process in one year after the other are one number here: how far
it has moved by the middle of the run, over all years.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from simulator.data import packaged
from simulator.results.quantities import Array
from simulator.vocabulary.areas import authorities

PARTS = 5
"""Draws are cut into as many equal parts by each number: its lowest fifth and its highest are compared."""

LEAST_DRAWS = 50
"""With fewer draws a fifth is a handful."""

_YEARLY = re.compile(r"(.+)\.\d{4}-\d{2}")
_OF_AN_AREA = re.compile(r"local\.([^.]+)\.(.+)")
_OF_AN_INTERVENTION = re.compile(r"interventions\[([^\]]+)\]\.(.+)")


@dataclass(frozen=True)
class Mover:
    """How a figure goes together with one drawn number.

    Attributes
    ----------
    name : str
        The number, in words.
    rank_correlation : float
        Spearman's.
    low, high : float
        Mean of the figure in the fifth of draws where the number is lowest, and highest.
    """

    name: str
    rank_correlation: float
    low: float
    high: float


def movers(drawn: Mapping[str, Array], figure: Array) -> tuple[Mover, ...]:
    """Return what moves a figure, that with the widest difference between its ends first.

    Numbers whose rank correlation could as well be chance, in 1 of 20 of them, are left out.

    Parameters
    ----------
    drawn : mapping of key to (draw,)
        The numbers that draws take.
    figure : (draw,)
        In the same draws.
    """
    if len(figure) < LEAST_DRAWS:
        return ()
    ranks = _ranks(figure)
    found = [_mover(name, values, figure, ranks) for name, values in _levels(drawn).items() if np.ptp(values) > 0.0]
    least = noise(len(figure))
    told = [one for one in found if abs(one.rank_correlation) > least]
    return tuple(sorted(told, key=lambda one: -abs(one.high - one.low)))


def noise(draws: int) -> float:
    """Return the size below which 19 of 20 rank correlations of unrelated numbers lie."""
    return float(1.96 / np.sqrt(draws - 1))


def _mover(name: str, values: Array, figure: Array, ranks: Array) -> Mover:
    parts = np.array_split(np.argsort(values, kind="stable"), PARTS)
    correlation = float(np.corrcoef(_ranks(values), ranks)[0, 1])
    return Mover(name, correlation, float(figure[parts[0]].mean()), float(figure[parts[-1]].mean()))


def _ranks(values: Array) -> Array:
    """Return the place of each value from the lowest; values of a continuous distribution are never the same."""
    return np.argsort(np.argsort(values, kind="stable")).astype(float)


def _levels(drawn: Mapping[str, Array]) -> dict[str, Array]:
    """Return each number by its name in words; yearly steps as the mean over years of how far they have gone."""
    steps: dict[str, list[Array]] = {}
    for key in sorted(drawn):
        yearly = _YEARLY.fullmatch(key)
        steps.setdefault(yearly[1] if yearly else key, []).append(drawn[key])
    return {in_words(key): np.cumsum(values, axis=0).mean(axis=0) for key, values in steps.items()}


@cache
def _named() -> Mapping[str, str]:
    """Return the words of numbers that every scenario draws, by key without a year."""
    read = packaged.table("drawn_numbers")
    return dict(zip(read["key"], read["words"], strict=True))


def in_words(key: str) -> str:
    """Return a key of a drawn number in words: ``risk ratio of family-help``, ``children who start``.

    Those of every scenario are named in data/drawn_numbers.csv, and those of areas without the area's code.
    """
    if named := _named().get(key):
        return named
    if (of_area := _OF_AN_AREA.fullmatch(key)) and (told := _named().get(f"local.{of_area[2]}")):
        names = {one.code: one.name for one in authorities()}
        return f"{told} ({names[of_area[1]]})" if of_area[1] in names else told
    if held := _OF_AN_INTERVENTION.fullmatch(key):
        return f"{held[2].rsplit('.', 1)[-1].replace('_', ' ')} of {held[1]}"
    return " of ".join(step.replace("_", " ") for step in key.split(".", 1))
