"""The engine against the same month written as a Vensim model and run by PySD (tests/unit/engine/vensim/reduced.mdl).

The Vensim model holds the accounts of a month: who stays, leaves, comes in, comes back, grows up and
turns 18, and works out how cohorts share ages. The month's probabilities come from the hazards by another
route than the engine's: scipy's matrix exponential of Van Loan's block matrices.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_examples import BAND_OF_AGE, FADE_PER_YEAR, RETURN_PER_YEAR
from scipy.linalg import expm

from simulator.engine.plain import run
from simulator.engine.rates import Array, Rates, StreamRates
from simulator.vocabulary.axes import AGES, REASONS

VENSIM = Path(__file__).parent / "vensim" / "reduced.mdl"

WIDTH = 12
MONTHS = 36
ROWS = 19
PHASES = PLACES = SPELLS = 3
STARTS_GROWTH = 0.01
"""Starts rise by so much of the first month's, a month."""

TOLERANCE = 1e-9


def reduced_rates(months: int = MONTHS) -> Rates:
    """Return three phases and three placements, all ages, everything at work; foster places unlimited."""
    rng = np.random.default_rng(20250331)
    ages, reasons = len(AGES), len(REASONS)
    opening = rng.uniform(0, 300, (1, 1, ROWS, PHASES, PLACES))
    opening_home = rng.uniform(0, 500, (1, 1, ROWS, SPELLS))
    opening[:, :, 0] = opening_home[:, :, 0] = 0.0
    starts = rng.uniform(20, 400, ages) * (1.0 + STARTS_GROWTH * np.arange(months))[:, None]
    phase_exit = rng.uniform(0, 1, (ages, PHASES, reasons)) * np.array([3.0, 0.8, 0.2])[:, None]
    place_exit = rng.uniform(0, 0.8, (ages, PLACES, reasons)) * (rng.random((ages, PLACES, reasons)) < 0.4)
    phase_exit[..., -1] = place_exit[..., -1] = 0.0
    stream = StreamRates(
        youngest_age=0,
        opening=opening,
        opening_home=opening_home,
        new_starts_per_month=starts[None, None],
        birth_share=0.72,
        start_place=rng.dirichlet(np.ones(PLACES), ages)[None, None, None],
        progress_per_year=np.array([[[20.0, 2.0]]]),
        phase_exit_per_year=phase_exit[None, None],
        place_exit_per_year=place_exit[None, None],
        move_per_year=rng.uniform(0, 2, (1, 1, ages, PLACES, PLACES)) * (1 - np.eye(PLACES)),
        placement_pace=rng.uniform(0.1, 1.5, (1, 1, PHASES, PLACES)),
        exit_ratio=rng.uniform(0.7, 1.3, (1, 1, 1, ages)),
        move_ratio=rng.uniform(0.7, 1.3, (1, 1, 1, PLACES, PLACES)),
        return_per_year=RETURN_PER_YEAR,
        fade_per_year=FADE_PER_YEAR,
        unfostered_place=np.ones((1, 1, ages, PLACES)) / PLACES,
        balancing_per_year=np.array([[0.008]]),
        exit_pace_ratio=rng.uniform(0.5, 2.0, (1, 1, PHASES, PLACES)),
    )
    return Rates(
        months=months,
        cohort_months=WIDTH,
        streams=(stream,),
        foster=None,
        place_groups=np.arange(PLACES),
        price_ratio=np.ones((1, 1, 1, 1)),
        cost_weight=np.ones((1, 1, PLACES)),
        programme_spend_gbp=np.zeros((1, 1, 1)),
    )


def van_loan(q: Array) -> tuple[Array, Array, Array]:
    """Return exp(Q), its integral over the month, and the integral of that, from one block exponential."""
    n = len(q)
    block = np.zeros((3 * n, 3 * n))
    block[:n, :n] = q
    block[:n, n : 2 * n] = block[n : 2 * n, 2 * n :] = np.eye(n)
    e = expm(block)
    return e[:n, :n], e[:n, n : 2 * n], e[:n, 2 * n :]


def generator(move: Array, leave: Array) -> Array:
    """Return a generator from hazards of moving and of leaving, a month."""
    return move - np.diag(move.sum(axis=1) + leave)


def ages_of_row(row: int, month: int) -> Array:
    """Return how a row's child-months in a month of the cycle fall to ages, by counting dates of birth."""
    steps = 2 * WIDTH
    born = (row * WIDTH - (np.arange(steps) + 0.5) * WIDTH / steps) + month + 0.5
    age = np.floor(born / 12.0).astype(int)
    child = (age >= 0) & (age < len(AGES))
    return np.bincount(age[child], minlength=len(AGES)) / child.sum()


def constants(stream: StreamRates) -> dict[str, Array | float]:
    """Return what the Vensim model needs, by its names, from the hazards."""
    r, reasons = stream, len(REASONS)
    exit_ratio = r.exit_ratio[0, 0, 0]
    by_phase = r.phase_exit_per_year[0, 0] * exit_ratio[:, None, None] / 12.0
    by_place = r.place_exit_per_year[0, 0] * exit_ratio[:, None, None] / 12.0
    moves = r.move_per_year[0, 0] * r.move_ratio[0, 0, 0] / 12.0
    pace, exit_pace = r.placement_pace[0, 0], r.exit_pace[0, 0]
    progress = np.diag(r.progress_per_year[0, 0] / 12.0, 1)

    cells = len(AGES)
    phase = np.empty((cells, PHASES, PHASES))
    phase_exit, phase_part_exit = np.empty((2, cells, PHASES, reasons))
    entry_phase = np.empty((cells, PHASES))
    place = np.empty((cells, PHASES, PLACES, PLACES))
    place_exit, place_part_exit = np.empty((2, cells, PHASES, PLACES, reasons))
    entry_stay = np.empty((cells, PLACES))
    for i in range(cells):
        leave, place_leave, move = by_phase[i], by_place[i], moves[i]
        phase[i], part, parts = van_loan(generator(progress, leave.sum(axis=1)))
        entry_phase[i] = part[0]
        phase_exit[i], phase_part_exit[i] = part @ leave, parts @ leave
        for p in range(PHASES):
            mean_pace, mean_exit_pace = (part[p] @ one / part[p].sum() for one in (pace, exit_pace))
            paced = place_leave * mean_exit_pace[:, None]
            place[i][p], place_part, _ = van_loan(generator(move * mean_pace[:, None], paced.sum(axis=1)))
            place_exit[i][p] = place_part @ paced
            first = place_leave * (parts[p] @ exit_pace / parts[p].sum())[:, None]
            for k in range(PLACES):
                _, stay, left = van_loan(np.array([[-first[k].sum()]]))
                place_part_exit[i][p, k] = left[0, 0] * first[k]
                if p == 0:
                    entry_stay[i][k] = stay[0, 0]
    shares = np.array([[ages_of_row(row, month) for row in range(ROWS)] for month in range(WIDTH)])

    def by_row(by_age: Array) -> Array:
        return np.tensordot(shares, by_age, 1)

    back = r.return_per_year / 12.0
    fade, fade_part, fade_parts = van_loan(generator(np.diag(r.fade_per_year / 12.0, 1), back))
    return {
        "opening": r.opening[0, 0],
        "opening at home": r.opening_home[0, 0],
        "new starts": r.new_starts_per_month[0, 0, 0],
        "starts growth": STARTS_GROWTH,
        "birth share": r.birth_share,
        "start place": r.start_place[0, 0, 0],
        "balancing per year": float(r.balancing_per_year[0, 0]),
        "phase matrix": by_row(phase),
        "phase exit matrix": by_row(phase_exit),
        "phase part exit matrix": by_row(phase_part_exit),
        "entry phase matrix": by_row(entry_phase),
        "place matrix": by_row(place),
        "place exit matrix": by_row(place_exit),
        "place part exit matrix": by_row(place_part_exit),
        "entry stay matrix": by_row(entry_stay),
        "back": fade_part @ back,
        "back soon": float(fade_parts[0] @ back),
        "fade": fade,
        "fade part": fade_part[0],
        "fade entrant": fade_parts[0] / fade_parts[0].sum(),
    }


def load_vensim(folder: Path) -> Any:
    """Translate and load the Vensim model, in a folder of its own since PySD writes a module beside it."""
    import pysd

    return pysd.read_vensim(str(shutil.copy(VENSIM, folder)))


def set_constants(model: Any, stream: StreamRates) -> None:
    """Give the model the month's probabilities and where it starts."""
    import xarray as xr

    values: dict[str, Any] = {}
    for name, value in constants(stream).items():
        axes, _ = model.get_coords(name) or ({}, [])
        values[name] = xr.DataArray(value, axes, list(axes)) if axes else value
    model.set_components(values)


def run_vensim(model: Any, months: int = MONTHS) -> dict[str, Array]:
    """Run the model; every value by month, (month, ...)."""
    wanted = {"in care": (ROWS, PHASES, PLACES), "at home": (SPELLS, ROWS), "exits": (len(REASONS),),
              "exits at 18": (), "starts": (ROWS, PLACES), "returns": (ROWS,)}  # fmt: skip
    table = model.run(return_columns=list(wanted), final_time=months)
    found = {}
    for name, shape in wanted.items():
        columns = [c for c in table.columns if c == name or c.startswith(f"{name}[")]
        found[name] = table[columns].to_numpy(dtype=float).reshape(len(table), *shape)
    return found


def assert_close(engine: Array, vensim: Array) -> None:
    """Assert 1e-9 of the larger, and of a child where both are next to nothing."""
    np.testing.assert_allclose(engine, vensim, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.pysd
@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:pysd\..*")  # as in pyproject.toml
def test_engine_agrees_with_vensim_month_by_month(tmp_path: Path) -> None:
    pytest.importorskip("pysd")
    example = reduced_rates()
    model = load_vensim(tmp_path)
    set_constants(model, example.streams[0])
    vensim = run_vensim(model)
    for months in range(MONTHS + 1):
        short = reduced_rates(months) if months else None
        if short is None:
            state, home = example.streams[0].opening, example.streams[0].opening_home
        else:
            short.check()
            paths = run(short, BAND_OF_AGE)
            state, home = paths.state[0], paths.home[0]
        assert_close(state[0, 0], vensim["in care"][months])
        assert_close(home[0, 0], vensim["at home"][months].T)
        assert_close(state.sum(), vensim["in care"][months].sum())

    engine = run(example, BAND_OF_AGE)
    by_reason = engine.exits_by_reason[0, 0, :, 0].sum(axis=1)
    assert_close(by_reason[:, :-1], vensim["exits"][:MONTHS, :-1])
    assert_close(by_reason[:, -1], vensim["exits at 18"][:MONTHS])
    assert_close(engine.starts[0, 0, :, 0].sum(axis=1), vensim["starts"][:MONTHS].sum(axis=1))
    assert_close(engine.returns[0, 0, :, 0], vensim["returns"][:MONTHS].sum(axis=1))
    assert state.sum() > 1000.0


def test_van_loan_gives_the_integrals() -> None:
    h = 0.7
    whole, part, parts = (float(m[0, 0]) for m in van_loan(np.array([[-h]])))
    assert whole == pytest.approx(np.exp(-h))
    assert part == pytest.approx((1 - np.exp(-h)) / h)
    assert parts == pytest.approx((1 - part) / h)
