"""Run the draws of a scenario in blocks, on the cores of this machine or on a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.ensemble.draws import SAVED_LINES, Settings, block
from simulator.ensemble.store import Array, Store, StoredMeasures, with_draws
from simulator.results import Results

if TYPE_CHECKING:
    from simulator.scenario import LoadedScenario

BLOCK_DRAWS = 20
"""Draws of a block: some seconds of work, and a few megabytes a file. It changes no result."""

TRIES = 3
"""Times that blocks are handed out again after a worker died."""

Progress = Callable[[int, int], None]
"""Told how many blocks are done, and how many there are."""


def run_draws(
    loaded: LoadedScenario,
    central: Results,
    settings: Settings,
    folder: Path,
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress = lambda done, of: None,
) -> Results:
    """Run what is missing of the draws of a scenario and return results that hold all of them.

    Parameters
    ----------
    loaded : LoadedScenario
    central : Results
        The central run.
    settings : Settings
    folder : Path
        Where blocks lie, of this scenario with these settings only. The results read from it, so it must outlive them.
    workers : int
        Processes on this machine; 1 runs in this one.
    cluster : str, optional
        Address of a Dask scheduler to use instead.
    progress : callable

    Raises
    ------
    ValueError
        If an intervention is impossible in a draw.
    """
    ends = [*range(BLOCK_DRAWS, settings.draws, BLOCK_DRAWS), settings.draws]
    store = Store(folder, tuple((last - (last - 1) % BLOCK_DRAWS, last) for last in ends))
    missing = store.missing()
    progress(len(store.blocks) - len(missing), len(store.blocks))
    for done, (which, arrays) in enumerate(_blocks(loaded, settings, missing, workers, cluster), 1):
        store.save(which, arrays)
        progress(len(store.blocks) - len(missing) + done, len(store.blocks))
    lines: dict[str, Any] = {
        name: with_draws(getattr(central.spend_lines, name), store, f"lines/{name}") for name in SAVED_LINES
    }
    return replace(
        central,
        measures=StoredMeasures(central.measures, store, "measures"),
        without=StoredMeasures(central.without, store, "without"),
        spend_lines=replace(central.spend_lines, **lines),
        deflator=with_draws(central.deflator, store, "deflator"),
    )


def _blocks(
    loaded: LoadedScenario,
    settings: Settings,
    missing: list[tuple[int, int]],
    workers: int,
    cluster: str | None,
) -> Iterator[tuple[tuple[int, int], dict[str, Array]]]:
    """Yield blocks as they are done, in any order."""
    if cluster is None and (workers == 1 or len(missing) == 1):
        for which in missing:
            yield which, block(loaded, settings, *which)
        return
    left, tries = set(missing), 0
    while left:
        try:
            with _executor(workers, cluster) as pool:
                futures: dict[Future[dict[str, Array]], tuple[int, int]] = {
                    pool.submit(block, loaded, settings, *which): which for which in sorted(left)
                }
                for future in as_completed(futures):
                    yield futures[future], future.result()
                    left.discard(futures[future])
        except BrokenProcessPool:
            tries += 1
            if tries == TRIES:
                raise RuntimeError(f"workers died {TRIES} times; try fewer of them, if memory is short") from None


@contextmanager
def _executor(workers: int, cluster: str | None) -> Iterator[Executor]:
    """Return what runs blocks; what has not begun is dropped if the block is left early."""
    if cluster is not None:
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("a cluster needs dask.distributed: pip install 'care-demand[cluster]'") from error
        with Client(cluster) as client:
            yield client.get_executor(pure=False)
        return
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
