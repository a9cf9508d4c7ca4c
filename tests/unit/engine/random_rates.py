"""Small random rates, running them, and what holds of every run."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from rates_examples import (
    BAND_OF_AGE,
    RETURN_PER_YEAR,
    rates,
    stream,
)

from simulator.engine.fostering import AGENCIES
from simulator.engine.paths import Paths
from simulator.engine.plain import run
from simulator.engine.rates import NO_LIMIT, Array, FosterRates, Rates, StreamRates
from simulator.vocabulary.axes import AGES, REASONS


def go(example: Rates) -> Paths:
    example.check()
    return run(example, BAND_OF_AGE)


def total(paths: Paths) -> Array:
    """Children looked after at each instant: (draw, area, instant)."""
    return np.asarray(paths.children.sum(axis=(3, 4, 5)))


def assert_conserved(paths: Paths, example: Rates) -> None:
    """Every child of every placement is accounted for, month by month, and nothing is negative."""
    children = paths.children.sum(axis=(3, 4))
    came = paths.starts.sum(axis=(3, 4)) + paths.moves_in + paths.balancing.sum(axis=3)
    left = paths.exits.sum(axis=(3, 4)) + paths.moves_out
    size = max(1.0, float(children.max()))
    np.testing.assert_allclose(np.diff(children, axis=2), came - left, atol=1e-9 * size)
    np.testing.assert_allclose(paths.exits.sum(axis=-1), paths.exits_by_reason.sum(axis=-1), atol=1e-9 * size)
    for field in fields(Paths):
        value = getattr(paths, field.name)
        for array in value if isinstance(value, tuple) else (value,):
            assert np.isfinite(array).all(), field.name
            assert field.name == "balancing" or array.min(initial=0.0) >= -1e-9 * size, field.name
    if example.months % example.cohort_months == 0:
        for state, home, s in zip(paths.state, paths.home, example.streams, strict=True):
            assert s.opening.shape[2:] == state.shape[2:]
            if s.youngest_age == 0:
                assert not state[..., 0, :, :].any()
                assert not home[..., 0, :].any()


class Small(NamedTuple):
    """What to draw small random rates from: one or two streams, from one phase and one placement up."""

    seed: int
    width: int
    months: int
    places: int
    phases: int
    fastest: float
    streams: int

    def rates(self, foster: bool) -> Rates:
        rng = np.random.default_rng(self.seed)
        places = max(self.places, 4) if foster else self.places
        shape = (self.width, places, self.phases, self.fastest, self.months)
        streams = [random_stream(rng, *shape, youngest_age) for youngest_age in (0, 12)[: self.streams]]
        limit = random_foster(rng, self.months, places) if foster else None
        if foster:
            streams = [replace(s, unfostered_place=random_unfostered(rng, places)) for s in streams]
        return rates(*streams, months=self.months, width=self.width, foster=limit)


MONTHS = {1: [2, 3], 3: [6, 8], 12: [14, 26]}
SMALL = st.sampled_from([1, 3, 12, 12]).flatmap(
    lambda width: st.builds(
        Small,
        seed=st.integers(0, 2**32 - 1),
        width=st.just(width),
        months=st.sampled_from(MONTHS[width]),
        places=st.integers(1, 5),
        phases=st.integers(1, 3),
        fastest=st.sampled_from([0.0, 0.5, 5.0]),
        streams=st.integers(1, 2),
    )
)


def random_stream(
    rng: np.random.Generator,
    width: int,
    places: int,
    phases: int,
    fastest: float,
    months: int,
    youngest_age: int,
) -> StreamRates:
    ages, reasons = len(AGES), len(REASONS)
    any_age = np.arange(ages) >= youngest_age
    phase_exit = rng.uniform(0, fastest, (ages, phases, reasons))
    place_exit = rng.uniform(0, fastest, (ages, places, reasons)) * (rng.random((ages, places, reasons)) < 0.3)
    phase_exit[..., -1] = place_exit[..., -1] = 0.0
    move = rng.uniform(0, fastest, (ages, places, places)) * (1 - np.eye(places))
    plain = stream(
        width=width,
        starts_per_year=rng.uniform(0, 100, ages) * (rng.random(ages) < 0.7) * any_age,
        birth_share=rng.random(),
        start_place=rng.dirichlet(np.ones(places), ages),
        progress_per_year=rng.uniform(0, 30, phases - 1),
        phase_exit_per_year=phase_exit,
        place_exit_per_year=place_exit,
        move_per_year=move,
        return_per_year=RETURN_PER_YEAR * rng.uniform(0, 3),
        youngest_age=youngest_age,
        places=places,
    )
    opening = rng.uniform(0, 10, (2, 1, *plain.opening.shape[2:]))
    home = rng.uniform(0, 10, (2, 1, *plain.opening_home.shape[2:]))
    if youngest_age == 0:
        opening[:, :, 0] = 0.0
        home[:, :, 0] = 0.0
    else:
        opening[:, :, 0] = 0.0
    return replace(
        plain,
        opening=opening,
        opening_home=home,
        exit_ratio=rng.uniform(0.5, 1.5, (2, 1, months, ages)),
        move_ratio=rng.uniform(0.5, 1.5, (1, 1, months, places, places)),
        placement_pace=rng.uniform(0.2, 1.5, (1, 1, phases, places)),
        balancing_per_year=rng.uniform(-0.05, 0.05, (2, 1)),
        phase_exit_ratio=rng.uniform(0.5, 1.5, (2, 1, months, reasons)),
        return_ratio=rng.uniform(0, 1.5, (1, 1, months, 3)),
        place_exit_ratio=rng.uniform(0.5, 1.5, (1, 1, months, places, reasons)),
        order_return_share=rng.uniform(0, 1, (2, 1, months, places)),
    )


def random_unfostered(rng: np.random.Generator, places: int) -> Array:
    """Return shares of all placements but those of foster sectors, the first two: (2, 1, age, place)."""
    shares = np.zeros((2, 1, len(AGES), places))
    shares[..., 2:] = rng.dirichlet(np.ones(places - 2), (2, 1, len(AGES)))
    return shares


def random_foster(rng: np.random.Generator, months: int, places: int) -> FosterRates:
    return FosterRates(
        council=0,
        independent=1,
        queued=np.array([2, 3]),
        needing=np.flatnonzero(rng.random(places) < 0.7),
        wait_weight=rng.uniform(0, 1, len(AGES)),
        limited=True,
        base_households=rng.uniform(0, 500, (2, 1, 2)) * (rng.random((2, 1, 2)) < 0.8),
        followed_below_age=10,
        base_need=rng.uniform(1, 3000, (2, 1, 2)) * (rng.random((2, 1, 2)) < 0.8),
        young_share=rng.uniform(0, 1, (2, 1)),
        opening_households=rng.uniform(0, 500, (2, 1, 2)),
        opening_usable=rng.uniform(0, 500, (2, 1, 2)),
        opening_pipeline=rng.uniform(0, 50, (2, 1, 2, 3)),
        enquiries_per_month=rng.uniform(0, 50, (1, 1, months, 2)),
        stage_per_year=rng.uniform(0.5, 20, 3),
        stage_pass_share=rng.random((1, 1, 1, 2, 3)),
        deregistration_per_year=rng.uniform(0, 0.5, (1, 1, months, 2)),
        places_per_household=rng.uniform(1, 3, (1, 1, 2)),
        usable_share=rng.uniform(0.3, 1, (2, 1, months, 2)),
        places_elasticity=rng.uniform(0.3, 1.2, (2, 1, 2)),
        need_elasticity=rng.uniform(0, 0.7, (2, 1)),
        places_response_per_year=rng.uniform(0, 20),
        step_down_per_year=rng.uniform(0, 5, (2, 1)),
        agencies=rng.random((2, 1, months, len(AGENCIES))) if rng.random() < 0.5 else None,
        stage_ratio=rng.uniform(0.5, 2, (2, 1, months, 2, 3)),
        approval_weight=rng.uniform(0.5, 2, (1, 1, months, 2)),
        opening_weighted=rng.uniform(0, 500, (2, 1, 2)),
        most_usable_share=rng.uniform(0.5, 1.5, (2, 1, 2)) if rng.random() < 0.5 else np.full((1, 1, 2), NO_LIMIT),
    )


def only_draw(record: object, i: int) -> object:
    """Take one draw of every array that has draws."""
    arrays = {f.name: getattr(record, f.name) for f in fields(record)}  # type: ignore[arg-type]
    one = {n: a[i : i + 1] for n, a in arrays.items() if isinstance(a, np.ndarray) and a.ndim > 1 and len(a) > 1}
    return replace(record, **one)  # type: ignore[type-var]


def draw_alone(example: Rates, i: int) -> Rates:
    return replace(
        example,
        streams=tuple(only_draw(s, i) for s in example.streams),
        foster=None if example.foster is None else only_draw(example.foster, i),
    )
