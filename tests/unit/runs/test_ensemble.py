"""Draws in blocks: nothing but the scenario, the seed and the number of draws changes a bit of them."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from covered import plain_draws, share_covered
from synthetic import synthetic

from simulator.cli.main import cli
from simulator.outputs.netcdf import write_draws
from simulator.outputs.write_tables import monthly_lines
from simulator.results import figures
from simulator.results.labelled import RunResults
from simulator.results.long_tables import extra_rows, yearly_rows
from simulator.results.reduce import MOST_AREAS_IN_FULL
from simulator.runs import single_run
from simulator.runs.ensemble import Settings, blocks, run_draws
from simulator.runs.ensemble.blocks import BLOCK_DRAWS
from simulator.runs.ensemble.draws import Array, block, columns, parameters
from simulator.runs.ensemble.store import HASH_BYTES, Store
from simulator.runs.ensemble.workers import local_pool
from simulator.runs.simulate import simulate
from simulator.runs.single_run import Engine, run_once
from simulator.scenario import LoadedScenario, load
from simulator.scenario.schema import WITHOUT_PROGRAMMES
from simulator.uncertainty import Parameter, sample
from simulator.uncertainty.distributions import Lognormal

CALM = "name: Calm\nend: 2025-06\n"
HELP = """\
name: Help for families
end: 2025-06
interventions:
  - kind: early_help
    id: help
    start: 2025-04
    effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95}}
"""
IMPOSSIBLE = """\
name: More approved than assessed
end: 2025-06
interventions:
  - kind: foster_recruitment
    id: recruit
    sector: council
    start: 2025-04
    approval_ratio: {low: 0.5, mode: 1.0, high: 4.5}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with scenario files, in blocks of three draws, and less if they are large."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(blocks, "BLOCK_DRAWS", 3)
    monkeypatch.setattr(blocks, "LEAST_DRAWS", 2)
    for name, text in (("calm", CALM), ("help", HELP), ("impossible", IMPOSSIBLE)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


@contextmanager
def dask_cluster() -> Iterator[Any]:
    """Start a Dask cluster of two workers on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        yield cluster


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def compare(out: str, *words: str) -> dict[str, bytes]:
    """Compare two scenarios by the command; return what it wrote."""
    command = ["compare", "calm.yaml", "help.yaml", "--draws", "8", "--seed", "7", "--no-charts", "--out", out, *words]
    done = CliRunner().invoke(cli, command, prog_name="care-demand", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return tables(Path(out))


def everything(results: RunResults) -> dict[str, Array]:
    """Every figure of the central run and the draws: (1 + draw, area, ...)."""
    named = {name: results.figure(name) for name in results.reduced}
    return {name: np.stack([f.area(a) for a in range(len(f.central))], axis=1) for name, f in named.items()}


def assert_same(one: RunResults, other: RunResults) -> None:
    """Compare every number to the last bit."""
    expected, found = everything(one), everything(other)
    assert set(expected) == set(found)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


# --------------------------------------------------------------------------------------------------
# What changes nothing


def test_a_draw_alone_is_that_of_the_ensemble() -> None:
    loaded, settings = load("help.yaml"), Settings(7, seed=3)
    results = simulate(loaded, draws=7, seed=3, engine=settings.engine, workers=1)
    without = {f"without/{name}": array for name, array in everything(results.bare()).items()}
    ensemble = everything(results) | without
    values = columns(loaded, settings)
    for draw in (6, 2, 1):
        own = {key: column[draw - 1 : draw] for key, column in values.items()}
        alone = block(loaded, settings, (draw, draw), own)
        assert set(alone) == set(ensemble)
        for name, array in alone.items():
            np.testing.assert_array_equal(array[0], ensemble[name][draw], err_msg=name)


@pytest.mark.parametrize(
    ("engine", "size"), [("plain", 1), ("plain", 2), ("plain", 100), ("compiled", 1), ("compiled", 11)]
)
def test_the_size_of_blocks_changes_nothing(engine: Engine, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load("help.yaml")
    expected = simulate(loaded, draws=11, workers=1, engine=engine)
    monkeypatch.setattr(blocks, "BLOCK_DRAWS", size)
    assert_same(expected, simulate(loaded, draws=11, workers=1, engine=engine))


def test_the_order_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load("help.yaml")
    expected = simulate(loaded, draws=7, workers=1)
    forwards = Store.missing
    monkeypatch.setattr(Store, "missing", lambda store: forwards(store)[::-1])
    assert_same(expected, simulate(loaded, draws=7, workers=1))


def test_tables_are_the_same_with_any_number_of_workers_and_on_a_cluster() -> None:
    expected = compare("one", "--workers", "1")
    assert {"results.csv", "financial-years.csv", "manifest.json"} <= set(expected)
    assert compare("again", "--workers", "1") == expected
    assert compare("two", "--workers", "2") == expected
    with dask_cluster() as cluster:
        assert compare("cluster", "--cluster", cluster.scheduler_address) == expected


def test_extra_spend_of_a_draw_counts_from_what_the_year_before_cost_in_that_draw() -> None:
    """Prices of an authority are drawn, so otherwise what is not known of its level would count as a change."""
    Path("year.yaml").write_text(CALM.replace("2025-06", "2026-03"))
    results = simulate(load("year.yaml").in_areas(("Kent",)), draws=3, workers=1)
    spend, extra = results.year_totals("total_spend").area()[:, 0], results.extra_spend().area()[:, 0]
    before = spend - extra
    assert before[0] == pytest.approx(results.spend_lines.reference_spend_gbp.sum(), rel=1e-9)
    assert np.ptp(before[1:]) > 0.01 * before[0]


def test_draws_differ_and_the_first_is_the_central_run() -> None:
    loaded = load("help.yaml")
    found = everything(simulate(loaded, draws=4, engine="plain", workers=1))
    central = everything(run_once(loaded.scenario, loaded.key))
    for name, array in central.items():
        np.testing.assert_array_equal(found[name][:1], array, err_msg=name)
    assert len(np.unique(found["children/total"].sum(axis=(1, 2)))) == 5


@pytest.mark.parametrize("engine", ["plain", "compiled"])
def test_without_programmes_is_what_a_scenario_of_none_gives(engine: Engine) -> None:
    calm, busy = load("calm.yaml"), load("help.yaml")
    alone = run_once(calm.scenario, "calm", engine=engine)
    beside = run_once(busy.scenario, "help", engine=engine)
    assert set(beside.without) == set(WITHOUT_PROGRAMMES)
    for name, measure in beside.without.items():
        np.testing.assert_array_equal(measure.values, alone[name].values, err_msg=name)
    assert not np.array_equal(beside["children"].values, alone["children"].values)


def test_how_many_areas_are_run_together_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, settings = load("calm.yaml").in_areas(("Kent", "Surrey")), Settings(3, engine="compiled")
    values = columns(loaded, settings)
    monkeypatch.setattr(single_run, "AT_ONCE", 6)
    together = block(loaded, settings, (1, 3), values)
    monkeypatch.setattr(single_run, "AT_ONCE", 1)
    alone = block(loaded, settings, (1, 3), values)
    for name, array in together.items():  # but for the last bit, as those who left care are summed by a matrix product
        np.testing.assert_allclose(alone[name], array, rtol=1e-13, err_msg=name)


@pytest.mark.parametrize(
    ("draws", "draw_bytes", "expected"),
    [
        (7, 1, ((1, 3), (4, 6), (7, 7))),
        (3, 1, ((1, 3),)),
        (3, blocks.BLOCK_BYTES // 2, ((1, 2), (3, 3))),
        (4, 10 * blocks.BLOCK_BYTES, ((1, 2), (3, 4))),
    ],
)
def test_blocks_are_cut_by_number_and_by_size(draws: int, draw_bytes: int, expected: tuple[Any, ...]) -> None:
    assert blocks.blocks(draws, draw_bytes, blocks.BLOCK_DRAWS) == expected


def test_draws_that_follow_children_come_in_few_at_a_time() -> None:
    assert blocks.blocks(10, 1, blocks.LEAST_DRAWS) == ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10))


# --------------------------------------------------------------------------------------------------
# What is kept, and how much of it is read at a time


def lines(results: RunResults) -> list[str]:
    """What the tables of a run hold."""
    years = (str(row) for rows in (yearly_rows(results), extra_rows(results)) for row in rows)
    return [*monthly_lines(results), *years]


@pytest.fixture
def year_of_areas() -> RunResults:
    """Eight draws of two areas over a year, in three blocks."""
    Path("year.yaml").write_text(HELP.replace("2025-06", "2026-03"))
    return simulate(load("year.yaml").in_areas(("Kent", "Rutland")), draws=8, workers=1)


@pytest.mark.parametrize("limit", [1, 1000, 50_000])
def test_tables_read_no_more_than_the_limit_and_are_the_same_whatever_it_is(
    limit: int, year_of_areas: RunResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    whole = Store.read

    def read(store: Store, name: str, start: int, stop: int) -> Array:
        cells = whole(store, name, start, stop)
        sizes.append(cells.nbytes)
        return cells

    monkeypatch.setattr(Store, "read", read)
    expected = lines(year_of_areas)
    assert 50_000 > max(sizes) > 5000
    sizes.clear()
    monkeypatch.setattr(figures, "READ_BYTES", limit)
    assert lines(year_of_areas) == expected
    assert max(sizes) <= max(limit, 8 * 8)  # one cell of eight draws at least


def test_a_read_takes_only_what_was_asked_for_off_the_disk(year_of_areas: RunResults, tmp_path: Path) -> None:
    figure = year_of_areas.figure("children/placement")
    whole = figure.read(0, figure.central.size)
    np.testing.assert_array_equal(figure.read(7, 19), whole[7:19])
    np.testing.assert_array_equal(figure.area(1)[1:], whole.T.reshape(8, *figure.central.shape)[:, 1])


def test_quantiles_are_those_of_all_draws(year_of_areas: RunResults) -> None:
    for name, values in everything(year_of_areas).items():
        expected = np.quantile(values[1:], np.array(figures.QUANTILES) / 100, axis=0)
        np.testing.assert_array_equal(year_of_areas.figure(name).statistics()[1:], expected, err_msg=name)


def test_figures_grow_neither_with_ages_nor_with_months_of_parts_where_areas_are_many() -> None:
    """Of many areas, parts are kept at 31 March only, and nothing by placement and age together."""
    few, many = (synthetic(areas=tuple(map(str, range(n)))) for n in (MOST_AREAS_IN_FULL, MOST_AREAS_IN_FULL + 1))
    assert few.reduced["children/placement"].shape == (1, 10, 121, 3)
    assert many.reduced["children/placement"].shape == (1, 11, 11, 3)
    assert many.reduced["starts/placement"].size == 0
    assert many.reduced["children/first"].shape == (1, 1, 121, 3)
    full = sum(measure.values.nbytes for measure in many.measures.values())
    assert sum(array.nbytes for array in many.reduced.values()) < full / 3


def test_whole_paths_are_kept_only_on_request(tmp_path: Path) -> None:
    loaded = load("help.yaml")
    few = simulate(loaded, draws=4, workers=1, work=tmp_path / "few")
    with pytest.raises(ValueError, match="kept as figures only"):
        next(few.in_full())
    kept = simulate(loaded, draws=4, workers=1, work=tmp_path / "kept", full=True)
    assert_same(few, kept)
    sizes = [sum(path.stat().st_size for path in (tmp_path / name).rglob("*.block")) for name in ("few", "kept")]
    assert sizes[1] > 1.5 * sizes[0]
    runs = list(kept.in_full())
    assert len(runs) == 5
    for i, run in enumerate(runs):
        assert {name: values.shape for name, values in run.items()} == {
            name: measure.values.shape[1:] for name, measure in kept.measures.items()
        }
        total = run["children"].sum(axis=(-2, -1))
        np.testing.assert_array_equal(total[0], kept.stock_totals("children").area()[i])


def test_kept_paths_are_those_of_the_file(tmp_path: Path) -> None:
    import xarray as xr

    kept = simulate(load("help.yaml"), draws=4, workers=1, full=True)
    write_draws(kept, tmp_path / "draws.nc")
    with xr.open_dataset(tmp_path / "draws.nc", engine="scipy") as found:
        assert found["draw"].values.tolist() == [0, 1, 2, 3, 4]
        for draw, run in enumerate(kept.in_full()):
            for name, values in run.items():
                np.testing.assert_array_equal(found[name].values[draw], values.reshape(found[name].shape[1:]), name)


# --------------------------------------------------------------------------------------------------
# What goes wrong


def run_in(folder: Path, progress: Any = lambda done, of: None, **how: Any) -> RunResults:
    """Run nine draws, in three blocks kept in a folder."""
    loaded, settings = load("help.yaml"), Settings(9)
    return run_draws(loaded, run_once(loaded.scenario, loaded.key), settings, folder, progress=progress, **how)


def count_blocks(folder: Path) -> tuple[RunResults, int]:
    """Run nine draws; return them and how many blocks were not there before."""
    told: list[tuple[int, int]] = []
    results = run_in(folder, lambda done, of: told.append((done, of)))
    return results, told[-1][0] - told[0][0]


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    expected, killed = run_in(tmp_path / "whole"), []

    def kill(done: int, of: int) -> None:
        if done == 1 and not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    assert_same(expected, run_in(tmp_path / "killed", kill, workers=2))
    assert killed


def test_workers_that_always_die_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_jobs", lambda *_: lambda which: partial(os._exit, 1))
    with pytest.raises(ChildProcessError, match="workers died 3 times before a block was done"):
        run_in(tmp_path / "work", workers=2)


def test_a_worker_of_a_cluster_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    expected, killed = run_in(tmp_path / "whole"), []
    with dask_cluster() as cluster:
        first = next(iter(cluster.workers.values()))

        def kill(done: int, of: int) -> None:
            if done == 1 and not killed:
                killed.append(first.pid)
                os.kill(first.pid, signal.SIGKILL)

        assert_same(expected, run_in(tmp_path / "killed", kill, cluster=cluster.scheduler_address))
    assert killed


@pytest.mark.parametrize("damage", ["gone", "torn", "empty", "longer", "stale part"])
def test_a_damaged_block_is_done_again(damage: str, tmp_path: Path) -> None:
    work = tmp_path / "work"
    expected, done = count_blocks(work)
    assert done == 3
    assert count_blocks(work)[1] == 0
    path = sorted(work.iterdir())[1]
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "torn":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "longer":
        path.write_bytes(content + b"\0")
    else:
        path.rename(path.with_suffix(f".{os.getpid()}.part"))
    results, done = count_blocks(work)
    assert done == 1
    assert path.read_bytes() == content
    assert_same(expected, results)


def test_a_flipped_bit_is_found_wherever_it_is(tmp_path: Path) -> None:
    store = Store(tmp_path, "a run", ((1, 2),), {"children/total": (3,)})
    store.save((1, 2), {"children/total": np.arange(6.0).reshape(2, 3)})
    path = store.path((1, 2))
    content = path.read_bytes()
    assert store.missing() == []
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << (at % 8)
        path.write_bytes(flipped)
        assert store.missing() == [(1, 2)], f"byte {at}"


@pytest.mark.parametrize("change", ["another block", "another run", "other figures", "cut short", "plain hash"])
def test_a_block_is_taken_for_no_other(change: str, tmp_path: Path) -> None:
    """Each has a hash that matches its own table; it is refused where it is not what its name says, and done again."""
    shapes, table = {"children/total": (3,)}, np.arange(6.0).reshape(2, 3)
    store = Store(tmp_path / "ours", "a run", ((1, 2), (3, 4)), shapes)
    for which in store.blocks:
        store.save(which, {"children/total": table})
    assert store.missing() == []
    target = store.path((3, 4))
    if change == "another block":
        target.write_bytes(store.path((1, 2)).read_bytes())
    elif change == "plain hash":
        content = target.read_bytes()[HASH_BYTES:]
        target.write_bytes(hashlib.sha256(content).digest() + content)
    else:
        other = {
            "another run": Store(tmp_path / "other", "another run", store.blocks, shapes),
            "other figures": Store(tmp_path / "other", "a run", store.blocks, {"starts/total": (3,)}),
            "cut short": Store(tmp_path / "other", "a run", ((1, 2), (3, 3)), shapes),
        }[change]
        which = other.blocks[1]
        other.save(which, {name: table[: which[1] - 2] for name in other.shapes})
        target.write_bytes(other.path(which).read_bytes())
    assert store.missing() == [(3, 4)]
    store.save((3, 4), {"children/total": table})
    assert store.missing() == []


def test_a_block_copied_under_another_name_changes_no_result(tmp_path: Path) -> None:
    work = tmp_path / "work"
    expected, _ = count_blocks(work)
    paths = sorted(work.iterdir())
    paths[1].write_bytes(paths[0].read_bytes())
    results, done = count_blocks(work)
    assert done == 1
    assert_same(expected, results)


@pytest.mark.parametrize("how", [("--workers", "1"), ("--workers", "2"), ("--cluster",)])
def test_an_error_in_a_draw_is_told_once_and_writes_nothing(how: tuple[str, ...], folder: Path) -> None:
    before = set(folder.iterdir())

    def fail(*words: str) -> None:
        command = ["run", "impossible.yaml", "--draws", "30", "--no-charts", *words]
        done = CliRunner().invoke(cli, command, prog_name="care-demand", catch_exceptions=False)
        assert done.exit_code == 2
        assert done.stderr.startswith("impossible.yaml:8:")
        assert "interventions.0.approval_ratio" in done.stderr
        assert "would approve more households than are assessed" in done.stderr
        assert "of 30)" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert done.stdout == ""
        assert not [path for path in folder.rglob("*draws*")]
        assert set(folder.iterdir()) - before <= {folder / "out"}
        assert multiprocessing.active_children() == others

    if how == ("--cluster",):
        with dask_cluster() as cluster:
            others = multiprocessing.active_children()
            fail("--cluster", cluster.scheduler_address)
    else:
        others = []
        fail(*how)


def test_an_error_stops_work_under_way() -> None:
    """A worker that would sleep for an hour does not hold up the message."""

    def fail() -> None:
        with local_pool(2) as pool:
            pool.submit(partial(time.sleep, 3600))
            pool.submit(partial(int, "none")).result()

    with pytest.raises(ValueError, match="none"):
        fail()
    assert multiprocessing.active_children() == []


def test_a_missing_cluster_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'care-demand\[cluster\]'"):
        run_in(tmp_path / "work", cluster="tcp://127.0.0.1:1")


def test_finished_draws_are_of_one_scenario_and_one_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed, number of draws, file or version of the package makes a folder of its own."""
    work = tmp_path / "work"
    loaded = load("help.yaml")

    def folders(one: LoadedScenario = loaded, draws: int = 3, seed: int = 1) -> int:
        simulate(one, draws=draws, seed=seed, workers=1, work=work)
        return len(list(work.iterdir()))

    assert folders() == folders() == 1
    assert folders(seed=2) == 2
    assert folders(draws=4) == 3
    assert folders(load("calm.yaml")) == 4
    monkeypatch.setattr("simulator.runs.ensemble.draws.program_hashes", lambda: {"simulator": "another"})
    assert folders() == 5


# --------------------------------------------------------------------------------------------------
# What draws are for


def children_at_end(results: RunResults) -> Array:
    """Children looked after at the end in each draw, the central run left out: (draw,)."""
    return results.stock_totals("children").area()[1:, -1]


def test_common_draws_take_the_noise_out_of_differences() -> None:
    """Drawn together, a difference holds what is not known of the effect; drawn apart, all that is not known."""
    known = HELP.replace("{median: 0.9, p10: 0.8, p90: 0.95}", "0.9")
    for name, text in (("calm", CALM), ("help", known)):
        Path(f"{name}.yaml").write_text(text.replace("2025-06", "2025-12"))
    reference, common, apart = (
        children_at_end(simulate(load(f"{name}.yaml"), draws=24, seed=seed, workers=1))
        for name, seed in [("calm", 7), ("help", 7), ("help", 8)]
    )
    ratio = np.var(apart - reference) / np.var(common - reference)
    print(f"Variance of the difference, drawn apart over drawn together: {ratio:.0f}")
    assert ratio > 10.0


def left_in_care(exits: Array, starts: Array, ratio: Array) -> Array:
    """Return children after a year of a constant hazard of leaving and even starts."""
    return 80_000.0 * np.exp(-exits) + starts * ratio * -np.expm1(-exits) / exits


def uncertain_year(case: int) -> tuple[Array, float]:
    """Draws of a year whose three numbers are uncertain, and a truth that plain random numbers drew, not a design."""
    rng = np.random.default_rng([20250331, case])
    sigma = rng.uniform(0.02, 0.4, 3)
    parameters = [
        Parameter("exits", Lognormal(0.4, sigma[0]), "evidence", 0.7),
        Parameter("starts", Lognormal(30_000.0, sigma[1])),
        Parameter("ratio", Lognormal(0.9, sigma[2]), "evidence", 0.7),
    ]
    draws = left_in_care(**sample(parameters, 200, seed=case))
    return draws, float(left_in_care(**plain_draws(parameters, 1, rng))[0])


def test_intervals_cover_a_known_truth_as_often_as_they_say() -> None:
    covered = share_covered(uncertain_year, cases=2500)
    print(f"80% intervals of the closed form cover {covered:.1%}")
    assert 0.78 <= covered <= 0.82


@pytest.mark.slow
def test_intervals_of_a_scenario_cover_a_known_truth() -> None:
    """The whole model: 4,000 truths, drawn without a design, each against the interval of 2,000 draws."""
    loaded, settings = load("help.yaml"), Settings(BLOCK_DRAWS, engine="compiled")
    draws = children_at_end(simulate(loaded, draws=2000, seed=7, workers=1, engine="compiled"))
    drawn = plain_draws(parameters(loaded), 4000, np.random.default_rng(1))
    truths: list[float] = []
    for first in range(0, 4000, BLOCK_DRAWS):
        values = {key: column[first : first + BLOCK_DRAWS] for key, column in drawn.items()}
        truths += block(loaded, settings, (1, BLOCK_DRAWS), values)["children/total"][:, 0, -1].tolist()
    covered = share_covered(lambda case: (draws, truths[case]), cases=4000)
    print(f"80% intervals of the whole model cover {covered:.1%}")
    assert 0.78 <= covered <= 0.82
