"""Indices of variance against closed forms, by groups of factors as well as one by one."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from simulator.decisions.drawn_inputs import DrawnInput, families, inputs_of, together, values
from simulator.decisions.sensitivity import screened
from simulator.decisions.variance import Samples, indices
from simulator.uncertainty import Parameter, sample
from simulator.uncertainty.distributions import Normal

POINTS = 8192
WITHIN = 0.02


def inputs(*names: str) -> tuple[DrawnInput, ...]:
    return tuple(DrawnInput(name, (name,), (name,), "all") for name in names)


def of(function, blocks, points=POINTS):
    samples = Samples.of(blocks, points, 1)
    mixed = np.stack([function(samples.mixed(one)) for one in blocks])
    return indices(function(samples.a), function(samples.b), mixed)


def ishigami(x):
    """Ishigami and Homma (1990), a = 7, b = 0.1, of uniform inputs from -pi to pi."""
    one, two, three = (math.pi * (2.0 * ndtr(x[name]) - 1.0) for name in ("x1", "x2", "x3"))
    return (np.sin(one) + 7.0 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one))[:, None]


def test_ishigami() -> None:
    pi4, pi8 = math.pi**4, math.pi**8
    variance = 49.0 / 8.0 + 0.1 * pi4 / 5.0 + 0.01 * pi8 / 18.0 + 0.5
    first = np.array([0.5 * (1.0 + 0.1 * pi4 / 5.0) ** 2, 49.0 / 8.0, 0.0]) / variance
    both = 0.01 * pi8 * (1.0 / 18.0 - 1.0 / 50.0) / variance
    total = first + np.array([both, 0.0, both])
    found = of(ishigami, inputs("x1", "x2", "x3"))
    np.testing.assert_allclose(found.first[:, 0], first, atol=WITHIN)
    np.testing.assert_allclose(found.total[:, 0], total, atol=WITHIN)


def test_a_group_has_what_its_members_have_together() -> None:
    """x1 and x3 meet each other alone, so together their first-order index is their total one."""
    x1, x2, x3 = inputs("x1", "x2", "x3")
    found = of(ishigami, (together((x1, x3), "both"), x2))
    assert found.first[0, 0] == pytest.approx(found.total[0, 0], abs=WITHIN)
    assert found.total[:, 0].sum() == pytest.approx(1.0, abs=WITHIN)


def test_linear_and_several_figures_at_once() -> None:
    def linear(x):
        return np.stack([3.0 * x["a"] + 1e9, 1e-6 * (x["a"] + 2.0 * x["b"]), np.zeros_like(x["a"])], axis=1)

    found = of(linear, inputs("a", "b"))
    for one in (found.first, found.total):
        np.testing.assert_allclose(one, [[1.0, 0.2, 0.0], [0.0, 0.8, 0.0]], atol=WITHIN)
    assert (found.total_ends[0] <= found.total + 1e-12).all()
    assert (found.total <= found.total_ends[1] + 1e-12).all()


def test_intervals_narrow_with_points() -> None:
    few, many = (of(ishigami, inputs("x1", "x2", "x3"), points) for points in (64, 1024))
    width = [float(np.diff(one.total_ends[:, 0, 0], axis=0)[0]) for one in (few, many)]
    assert width[0] > 2.0 * width[1]


GROUPED = (
    Parameter("alone.low", Normal(1.0, 2.0)),
    Parameter("x.2025-26", Normal(0.0, 1.0)),
    Parameter("x.2026-27", Normal(0.0, 1.0)),
    Parameter("x.growth", Normal(0.0, 1.0)),
    Parameter("y.2025-26", Normal(0.0, 1.0), "both.2025-26", 0.36),
    Parameter("z.2025-26", Normal(0.0, 3.0), "both.2025-26", 0.36),
    Parameter("interventions[a].effect.risk_ratio", Normal(0.9, 0.1), "studies", 1.0),
    Parameter("interventions[b].effect.risk_ratio", Normal(0.8, 0.2), "studies", 1.0),
)


def test_inputs_are_processes_groups_and_what_is_shared() -> None:
    found = {one.keys: one for one in inputs_of(GROUPED)}
    assert set(found) == {
        ("alone.low",), ("x.2025-26", "x.2026-27", "x.growth"), (), ("y.2025-26",), ("z.2025-26",),
        ("interventions[a].effect.risk_ratio", "interventions[b].effect.risk_ratio"),
    }  # fmt: skip
    assert found[()].name.startswith("what ")
    assert found["interventions[a].effect.risk_ratio", "interventions[b].effect.risk_ratio"].factors == (
        "group[studies]",
    )
    factors = [name for one in found.values() for name in one.factors]
    assert len(factors) == len(set(factors)), "inputs are independent"


def test_values_have_the_distribution_and_the_ties_of_draws() -> None:
    rng = np.random.default_rng(3)
    names = [name for one in inputs_of(GROUPED) for name in one.factors]
    found = values(GROUPED, {name: rng.standard_normal(20_000) for name in names})
    drawn = sample(GROUPED, 20_000, 1)
    for key in drawn:
        assert found[key].mean() == pytest.approx(drawn[key].mean(), abs=0.06)
        assert found[key].std() == pytest.approx(drawn[key].std(), rel=0.03)
    tied = np.corrcoef(found["y.2025-26"], found["z.2025-26"])[0, 1]
    assert tied == pytest.approx(0.36, abs=0.03)
    a, b = (found[f"interventions[{name}].effect.risk_ratio"] for name in "ab")
    np.testing.assert_allclose((a - 0.9) / 0.1, (b - 0.8) / 0.2, atol=1e-9)


def test_screening_keeps_what_moves_any_figure_and_the_rest_as_one() -> None:
    every = inputs("a", "b", "c", "d")
    alone = np.array([[0.1, 0.0], [0.0, 0.9], [np.nan, np.nan], [0.5, 0.0]])
    kept = screened(every, alone, 2)
    assert [one.name for one in kept[:2]] == ["b", "d"]
    assert kept[2].factors == ("a", "c")
    assert screened(every, alone, 4) == every


def test_families_hold_more_than_one_input_and_never_all() -> None:
    assert families(inputs("a", "b")) == ()
    found = families(inputs_of(GROUPED))
    assert all(1 < len(one.keys) < len(GROUPED) for one in found)
