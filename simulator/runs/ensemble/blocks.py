"""Run the draws of a scenario in blocks, on the cores of this machine or on a cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.interventions.impossible import Impossible
from simulator.results.labelled import RunResults
from simulator.runs.ensemble.drawn import Drawn
from simulator.runs.ensemble.draws import Settings, block, columns, identity, saved
from simulator.runs.ensemble.store import Array, Block, Store
from simulator.runs.ensemble.workers import Pool, cluster_pool, local_pool

if TYPE_CHECKING:
    from simulator.scenario import LoadedScenario

BLOCK_DRAWS = 16
BLOCK_BYTES = 32_000_000
"""A block is of as many draws as fit into both before they are reduced. They change no result; the compiled engine runs
sixteen side by side, so other numbers leave it idle."""
LEAST_DRAWS = 4
"""A block is of so many even if they do not fit: what England's agencies do is worked out for all of them together."""
LUCKY_DRAWS = 16
"""A block is of no more where children are followed one at a time, so that progress is seen."""

DEATHS = 3
"""Times that a block may lose its worker while no other is done; after that there is something wrong with the work."""

LOOK_SECONDS = 1.0
"""How often to look whether there are workers while none has done anything."""

Progress = Callable[[int, int], None]
"""Told how many blocks are done, and how many there are."""

Work = Callable[[Block], "Job"]
Job = Callable[[], dict[str, Array]]


def run_draws(
    loaded: LoadedScenario,
    central: RunResults,
    settings: Settings,
    folder: Path,
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress = lambda done, of: None,
) -> Drawn:
    """Run what is missing of the draws of a scenario and return results that have all of them.

    Parameters
    ----------
    loaded : LoadedScenario
    central : RunResults
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
    Impossible
        If the scenario asks for something that cannot be had in a draw; the blocks of the others are deleted, as they
        are of no use.
    ChildProcessError
        If workers die again and again and do nothing; finished blocks stay.
    ConnectionError
        If no worker of the cluster is left, or no scheduler; finished blocks stay.
    """
    shapes = {name: array.shape[1:] for name, array in saved(central, settings).items()}
    store = Store(folder, identity(loaded, settings), _cut(settings, central), shapes)
    missing, drawn = store.missing(), columns(loaded, settings)
    done, of = len(store.blocks) - len(missing), len(store.blocks)
    progress(done, of)
    try:
        with closing(_finished(_jobs(loaded, settings, drawn), missing, workers, cluster)) as finished:
            for which, figures in finished:
                store.save(which, figures)
                done += 1
                progress(done, of)
    except Impossible:
        store.discard()
        raise
    return Drawn.around(central, store, drawn, chance=settings.chance)


def _bytes(run: RunResults) -> int:
    """Return how much memory one run takes before it is reduced."""
    return sum(measure.values.nbytes for measure in (*run.measures.values(), *run.without.values()))


def _cut(settings: Settings, central: RunResults) -> tuple[Block, ...]:
    """Cut the draws that are asked for into blocks."""
    return blocks(settings.draws, _bytes(central), LUCKY_DRAWS if settings.chance else BLOCK_DRAWS)


def blocks(draws: int, draw_bytes: int, most: int) -> tuple[Block, ...]:
    """Cut draws 1 to `draws` into blocks, each of results that fit into `BLOCK_BYTES` if they are more than few."""
    size = min(most, max(LEAST_DRAWS, BLOCK_BYTES // draw_bytes))
    return tuple((first, min(first + size - 1, draws)) for first in range(1, draws + 1, size))


def _jobs(loaded: LoadedScenario, settings: Settings, drawn: Mapping[str, Array]) -> Work:
    """Return what makes the work of a block, with the values of its own draws only."""

    def job(which: Block) -> Job:
        first, last = which
        own = {key: values[first - 1 : last] for key, values in drawn.items()}
        return partial(block, loaded, settings, which, own)

    return job


def _finished(
    job: Work, missing: list[Block], workers: int, cluster: str | None
) -> Generator[tuple[Block, dict[str, Array]]]:
    """Yield blocks as they are done, in any order."""
    if cluster is None and (workers == 1 or len(missing) <= 1):
        for which in missing:
            yield which, job(which)()
        return
    with cluster_pool(cluster) if cluster is not None else local_pool(workers) as pool:
        yield from _handed_out(pool, job, missing)


def _handed_out(pool: Pool, job: Work, missing: list[Block]) -> Iterator[tuple[Block, dict[str, Array]]]:
    """Hand out two blocks a worker at a time: enough to keep all busy, and results that wait to be saved stay few.

    What a lost worker was at is handed out again, first of all.
    """
    left = list(reversed(missing))
    futures: dict[Future[dict[str, Array]], Block] = {}
    deaths: Counter[Block] = Counter()
    while left or futures:
        room = 2 * pool.workers() - len(futures)  # below none while a cluster has lost workers
        for which in (left.pop() for _ in range(min(room, len(left)))):
            futures[pool.submit(job(which))] = which
        done = wait(futures, LOOK_SECONDS, FIRST_COMPLETED).done
        lost = []
        for future in done:
            which = futures.pop(future)
            try:
                arrays = future.result()
            except pool.lost:
                lost.append(which)
            else:
                deaths.clear()
                yield which, arrays
        deaths.update(lost)
        left += sorted(lost, reverse=True)
        if max(deaths.values(), default=0) == DEATHS:
            raise ChildProcessError(
                f"workers died {DEATHS} times before a block was done; try fewer of them, if memory is short"
            )
