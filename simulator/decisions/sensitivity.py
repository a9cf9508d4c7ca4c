"""What answers hang on: each input by itself (a tornado), and all at once (indices of variance)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simulator.decisions.drawn_inputs import DrawnInput, inputs_of, levels, together, values, values_moved
from simulator.decisions.figures_at_points import AskedFigure, AskedOfPoints, PointFigures, Progress, nobody_told
from simulator.decisions.smooth import Smooth
from simulator.decisions.variance import Indices, Samples, indices
from simulator.interventions.fields import Wrong
from simulator.uncertainty import Parameter

Array = NDArray[np.float64]
Numbers = Callable[[Iterable[Parameter], Mapping[str, Array]], dict[str, Array]]

MOST_INPUTS = 30
"""Inputs whose indices are worked out one by one; screening chooses them where there are more."""
POINTS = 128
"""Points of each sample."""
TORNADO_ENDS = (10, 90)
"""Percentiles between which the tornado moves an input."""
REST = "all other inputs together"


@dataclass(frozen=True)
class RunBudget:
    """Model runs that a study takes.

    Attributes
    ----------
    inputs, kept, points : int
        Inputs there are, those with indices of their own, and points of each sample.
    """

    inputs: int
    kept: int
    points: int

    @property
    def blocks(self) -> int:
        """Inputs with indices, the rest together among them."""
        return self.kept + (self.inputs > self.kept)

    @property
    def runs(self) -> int:
        """Points that are run: a tornado's, both samples, and one more sample for each input."""
        return 1 + 2 * self.inputs + self.points * (2 + self.blocks)

    @property
    def in_words(self) -> str:
        """How they are spent."""
        return (
            f"{self.runs:,} model runs: 1 central, {2 * self.inputs} for the tornado of {self.inputs} inputs, and "
            f"{self.points * (2 + self.blocks):,} for indices ({self.points} points, two samples and one for each of "
            f"{self.blocks} inputs)"
        )


@dataclass(frozen=True)
class Sensitivity:
    """What answers hang on.

    Attributes
    ----------
    figures : PointFigures
        Of the central run.
    budget : RunBudget
    inputs : tuple of DrawnInput
        All that there are, in the order of the tornado and of `alone`.
    tornado : (input, 2, figure)
        Figures where an input alone is at its tenth percentile and at its ninetieth.
    alone : (input, figure)
        First-order indices by regression on both samples of draws; NaN for inputs that settle no number.
    blocks : tuple of DrawnInput
        Inputs of `indices`: those that screening kept, and the rest together.
    indices : Indices
    means, spreads : (figure,)
        Mean and standard deviation over both samples.
    """

    figures: PointFigures
    budget: RunBudget
    inputs: tuple[DrawnInput, ...]
    tornado: Array
    alone: Array
    blocks: tuple[DrawnInput, ...]
    indices: Indices
    means: Array
    spreads: Array

    @property
    def asked(self) -> tuple[AskedFigure, ...]:
        """Figures that are asked."""
        return self.figures.asked

    def swings(self, figure: int) -> list[int]:
        """Return positions of inputs whose ends move a figure, the widest first.

        How wide is counted from the lowest to the highest of both ends and the central run, as an input whose ends lie
        on one side of it moves the figure that far.
        """
        points = np.concatenate(
            [self.tornado[..., figure], np.full((len(self.inputs), 1), self.figures.values[0, figure])], axis=1
        )
        wide = np.ptp(points, axis=1)
        return [int(i) for i in np.argsort(-wide, kind="stable") if wide[i] > 0.0]

    def ranked(self, figure: int) -> list[int]:
        """Return positions of blocks by their total index of a figure, the greatest first."""
        return [int(i) for i in np.argsort(-self.indices.total[:, figure], kind="stable")]


def budget_of(question: AskedOfPoints, *, points: int = POINTS, most: int = MOST_INPUTS) -> RunBudget:
    """Return how many model runs a study takes.

    Raises
    ------
    Wrong
        If the number of points is no power of 2, or nothing is drawn.
    """
    if points < 2 or points & (points - 1):
        near = 2 ** max(1, round(math.log2(max(points, 2))))
        raise Wrong(f"{points} points are no power of 2, which the sequence of points needs", f"{near}, for example")
    inputs = len(inputs_of(question.parameters))
    if not inputs:
        raise Wrong("nothing is drawn in it", "a scenario with drift, or with a number that is a distribution")
    return RunBudget(inputs, inputs if inputs <= most + 1 else most, points)


def sensitivity(
    question: AskedOfPoints,
    *,
    points: int = POINTS,
    most: int = MOST_INPUTS,
    seed: int = 1,
    progress: Progress = nobody_told,
) -> Sensitivity:
    """Work out what the answers of a scenario hang on.

    Both samples are run first. Where there are more inputs than `most`, those are kept for indices of their own that
    bring most of any figure's variance by a regression on these draws; the rest are taken together, so that what
    screening leaves out is seen.

    Parameters
    ----------
    question : AskedOfPoints
    points : int
        Of each sample; a power of 2.
    most : int
        Inputs with indices of their own, at most.
    seed : int
    progress : callable
        Told how many model runs are done, and how many there are.

    Raises
    ------
    Wrong
        As :func:`budget_of` and :meth:`AskedOfPoints.figures`.
    Impossible
        If a point asks for what cannot be had.
    """
    budget = budget_of(question, points=points, most=most)
    parameters = question.parameters
    inputs = inputs_of(parameters)
    done = 0

    def figures(normals: Mapping[str, Array], numbers: Numbers = values) -> PointFigures:
        nonlocal done
        found = question.figures(numbers(parameters, normals), lambda n, of: progress(done + n, budget.runs))
        done += len(found.values)
        return found

    progress(0, budget.runs)
    central = question.figures({}, lambda n, of: progress(n, budget.runs))
    done = 1
    samples = Samples.of(inputs, points, seed)
    a, b = figures(samples.a), figures(samples.b)
    both = np.concatenate([a.values, b.values])
    drawn = {key: np.concatenate([one, other]) for (key, one), other in zip(
        values(parameters, samples.a).items(), values(parameters, samples.b).values(), strict=True)}  # fmt: skip
    alone = np.stack([explained(one, drawn, both) for one in inputs])
    blocks = screened(inputs, alone, budget.kept)
    mixed = np.stack([figures(samples.mixed(one)).values for one in blocks])
    ends = figures(one_at_a_time(inputs), values_moved).values.reshape(len(inputs), 2, -1)
    return Sensitivity(
        figures=central,
        budget=budget,
        inputs=inputs,
        tornado=ends,
        alone=alone,
        blocks=blocks,
        indices=indices(a.values, b.values, mixed),
        means=both.mean(axis=0),
        spreads=both.std(axis=0),
    )


def explained(one: DrawnInput, drawn: Mapping[str, Array], figures: Array) -> Array:
    """Return the share of each figure's variance that a regression on an input explains among draws: (figure,).

    NaN for an input that settles no number.
    """
    if not one.keys:
        return np.full(figures.shape[1], np.nan)
    variance = figures.var(axis=0)
    expected = Smooth(levels(one, drawn)).expected(figures).var(axis=0)
    share: Array = np.divide(expected, variance, out=np.zeros_like(variance), where=variance > 0.0)
    return share


def screened(inputs: Sequence[DrawnInput], alone: Array, kept: int) -> tuple[DrawnInput, ...]:
    """Return the inputs that bring most of any figure's variance by themselves, and the rest as one, in order."""
    if kept >= len(inputs):
        return tuple(inputs)
    most = np.nan_to_num(alone).max(axis=1)
    chosen = set(np.argsort(-most, kind="stable")[:kept].tolist())
    rest = replace(together([one for i, one in enumerate(inputs) if i not in chosen], REST), family=REST)
    return (*(one for i, one in enumerate(inputs) if i in chosen), rest)


def tornado_of(question: AskedOfPoints) -> tuple[PointFigures, dict[str, Array]]:
    """Return the figures of the central run, and of each input by its name those at both its ends: (2, figure).

    Raises
    ------
    Wrong
        As :func:`budget_of` and :meth:`AskedOfPoints.figures`.
    Impossible
        If a point asks for what cannot be had.
    """
    budget_of(question)
    inputs = inputs_of(question.parameters)
    moved = values_moved(question.parameters, one_at_a_time(inputs))
    ends = question.figures(moved).values.reshape(len(inputs), 2, -1)
    return question.figures({}), {one.name: ends[i] for i, one in enumerate(inputs)}


def one_at_a_time(inputs: Sequence[DrawnInput]) -> dict[str, Array]:
    """Return factors that move one input at a time to both its ends: (2 x input,) each.

    The factors of an input with several move alike, by as much as takes their sum to its percentile.
    """
    ends = ndtri(np.array(TORNADO_ENDS) / 100.0)
    normals = {name: np.zeros(2 * len(inputs)) for one in inputs for name in one.factors}
    for i, one in enumerate(inputs):
        for name in one.factors:
            normals[name][2 * i : 2 * i + 2] = ends / math.sqrt(len(one.factors))
    return normals
