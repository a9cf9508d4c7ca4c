"""Workers that die: they cost what they were at and nothing else, and finished draws are kept whatever happens."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from paths import ROOT

from simulator.cli.main import cli
from simulator.results.labelled import RunResults
from simulator.runs.ensemble import Settings, blocks, run_draws, workers
from simulator.runs.single_run import run_once
from simulator.scenario import load

PATIENCE = 60.0
"""Seconds after which something hangs."""

DRAWS = 24


@dataclass
class Cluster:
    """A Dask scheduler and workers that nobody starts again, as processes of their own."""

    scheduler: subprocess.Popen[bytes]
    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        """Start another worker."""
        self.workers.append(_start("dask_worker", self.address, "--no-nanny", "--nthreads", "1"))

    def kill(self, *which: int) -> None:
        """Kill workers."""
        for i in which:
            self.workers[i].kill()
            self.workers[i].wait()


def _start(program: str, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *words]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"},
    )


@contextmanager
def cluster_of(count: int, folder: Path) -> Iterator[Cluster]:
    """Start a cluster, and stop what is left of it."""
    distributed = pytest.importorskip("distributed")
    file = folder / "scheduler.json"
    cluster = Cluster(_start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)), "")
    try:
        end = time.monotonic() + PATIENCE
        while not file.exists() or not file.read_text().strip():
            assert time.monotonic() < end, "the scheduler does not start"
            time.sleep(0.05)
        cluster.address = json.loads(file.read_text())["address"]
        for _ in range(count):
            cluster.add_worker()
        with distributed.Client(cluster.address) as client:
            client.wait_for_workers(count, PATIENCE)
        yield cluster
    finally:
        for process in (*cluster.workers, cluster.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with a scenario file, in blocks of three draws."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(blocks, "BLOCK_DRAWS", 3)
    (tmp_path / "calm.yaml").write_text("name: Calm\nend: 2025-06\n")
    return tmp_path


def run_in(work: Path, progress: Callable[[int, int], None] = lambda done, of: None, **how: Any) -> RunResults:
    """Run the draws, in eight blocks kept in a folder."""
    loaded = load("calm.yaml")
    return run_draws(loaded, run_once(loaded.scenario, loaded.key), Settings(DRAWS), work, progress=progress, **how)


def at_block(number: int, act: Callable[[], object]) -> Callable[[int, int], None]:
    """Act once, when so many blocks are done."""
    acted: list[int] = []

    def progress(done: int, of: int) -> None:
        if done == number and not acted:
            acted.append(done)
            act()

    return progress


def children(results: RunResults) -> Any:
    return results.stock_totals("children").area()


def finished(work: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in work.glob("*.block")}


def test_one_of_two_workers_of_a_cluster_killed_costs_its_blocks_and_nothing_else(tmp_path: Path) -> None:
    """The scheduler gives a block up at its first death, so this is the worst that a cluster makes of it."""
    expected = children(run_in(tmp_path / "whole"))
    with cluster_of(2, tmp_path) as cluster:
        found = run_in(tmp_path / "work", at_block(1, partial(cluster.kill, 0)), cluster=cluster.address)
    np.testing.assert_array_equal(children(found), expected)
    assert finished(tmp_path / "work") == finished(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 8))
def test_one_of_two_workers_killed_at_any_block(number: int, tmp_path: Path) -> None:
    expected = children(run_in(tmp_path / "whole"))
    with cluster_of(2, tmp_path) as cluster:
        for again in range(2):
            work = tmp_path / f"work-{again}"
            found = run_in(work, at_block(number, partial(cluster.kill, again)), cluster=cluster.address)
            np.testing.assert_array_equal(children(found), expected)
            cluster.add_worker()


def test_a_cluster_all_of_whose_workers_are_killed_is_told_and_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PATIENCE", 2.0)
    command = ["run", "calm.yaml", "--draws", str(DRAWS), "--engine", "plain", "--no-charts", "--out", "out"]
    saved: list[int] = []
    with cluster_of(2, tmp_path) as cluster:
        whole = blocks.Store.save

        def save(store: Any, which: Any, figures: Any) -> None:
            whole(store, which, figures)
            saved.append(which)
            if len(saved) == 2:
                cluster.kill(0, 1)

        monkeypatch.setattr(blocks.Store, "save", save)
        done = CliRunner().invoke(cli, [*command, "--cluster", cluster.address], prog_name="care-demand")
        assert done.exit_code == 1
        said = done.stderr.splitlines()
        assert "finished draws are kept; the same command goes on from them" in said[-2]
        assert said[-1] == f"care-demand: the Dask cluster at {cluster.address} has had no worker for 2 seconds"
        assert "Traceback" not in done.stderr
        assert not Path("out").exists()
        kept = len(saved)
        assert 2 <= kept < DRAWS / 3
    saved.clear()
    done = CliRunner().invoke(cli, [*command, "--workers", "1"], prog_name="care-demand")
    assert done.exit_code == 0, done.output
    assert len(saved) == DRAWS / 3 - kept


@pytest.mark.slow
def test_a_scheduler_that_is_killed_is_told_and_keeps_what_is_finished(tmp_path: Path) -> None:
    with cluster_of(2, tmp_path) as cluster, pytest.raises(ConnectionError, match=r"the Dask scheduler at .* is gone"):
        run_in(tmp_path / "work", at_block(2, cluster.scheduler.kill), cluster=cluster.address)
    assert len(finished(tmp_path / "work")) >= 2


def test_where_no_scheduler_answers_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    with pytest.raises(ConnectionError, match="no Dask scheduler answers at nowhere"):
        run_in(tmp_path / "work", cluster="nowhere:1:2")


@pytest.mark.slow
def test_processes_killed_again_and_again_lose_nothing_while_others_finish(tmp_path: Path) -> None:
    expected, killed = children(run_in(tmp_path / "whole")), []

    def kill(done: int, of: int) -> None:
        if done in (1, 3, 5):
            killed.append(multiprocessing.active_children()[0])
            killed[-1].kill()

    found = run_in(tmp_path / "work", kill, workers=2)
    assert len(killed) == 3
    np.testing.assert_array_equal(children(found), expected)
    assert finished(tmp_path / "work") == finished(tmp_path / "whole")


class Deadly:
    """A pool that loses some blocks each time, and does the others at once."""

    lost = (ConnectionResetError,)

    def __init__(self, loses: Callable[[Any], bool]) -> None:
        self.loses, self.taken = loses, []

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        which, future = call(), Future()
        self.taken.append(which)
        if self.loses(which):
            future.set_exception(ConnectionResetError("gone"))
        else:
            future.set_result({"of": which})
        return future

    def workers(self) -> int:
        return 1


def handed_out(pool: Deadly, count: int) -> Iterator[Any]:
    named = [(i, i) for i in range(count)]
    for which, arrays in blocks._handed_out(pool, lambda which: lambda: which, named):  # type: ignore[arg-type]
        assert arrays == {"of": which}
        yield which[0]


def test_a_block_that_kills_whoever_takes_it_is_given_up_when_all_others_are_done() -> None:
    pool, done = Deadly(lambda which: which == (2, 2)), []
    with pytest.raises(ChildProcessError, match="workers died 3 times before a block was done; try fewer"):
        done.extend(handed_out(pool, 6))
    assert sorted(done) == [0, 1, 3, 4, 5]
    assert pool.taken.count((2, 2)) >= 3


def test_what_was_lost_is_done_again_once() -> None:
    first: set[Any] = set()

    def loses(which: Any) -> bool:
        new = which not in first
        first.add(which)
        return new and which[0] % 2 == 0

    pool = Deadly(loses)
    assert sorted(handed_out(pool, 6)) == [0, 1, 2, 3, 4, 5]
    assert sorted(pool.taken) == [(i, i) for i in (0, 0, 1, 2, 2, 3, 4, 4, 5)]
