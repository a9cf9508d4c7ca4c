"""Who runs blocks of draws: processes on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from simulator.runs.ensemble.main_script import unguarded_script_left_out
from simulator.vocabulary.extras import install

if TYPE_CHECKING:
    from distributed import Client

MOST_ON_WINDOWS = 61
"""Processes that one process can wait for there."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

PATIENCE = 60.0
"""Seconds without a worker after which a cluster is given up: others may be on their way."""


class Pool(Protocol):
    """What takes work."""

    lost: tuple[type[BaseException], ...]
    """Errors of a future whose worker is gone, or its result: nothing is wrong with the work, and it is done again."""

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Take a call without arguments and return the future of its result."""

    def workers(self) -> int:
        """Count how many run at the same time; at least 1.

        Raises
        ------
        ConnectionError
            If there is nobody left who could.
        """


class _Processes:
    """Processes on this machine. When one dies all of them are replaced, as the library that runs them asks for."""

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._start()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """See :class:`Pool`."""
        # A worker that starts here inherits what is held, so Ctrl-C reaches the parent alone.
        with _interrupts_held(), unguarded_script_left_out():
            try:
                return self._pool.submit(call)
            except BrokenProcessPool:
                self.close()
                self._pool = self._start()
                return self._pool.submit(call)

    def workers(self) -> int:
        """See :class:`Pool`."""
        return self._workers

    def close(self) -> None:
        """Wait for work under way; nothing else is begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


@contextmanager
def local_pool(workers: int) -> Iterator[Pool]:
    """Give processes on this machine; if an error or Ctrl-C ends the block, they are stopped in the middle of work."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    if os.name == "nt":
        workers = min(workers, MOST_ON_WINDOWS)
    others = active_children()
    pool = _Processes(workers)
    try:
        yield pool
    except BaseException:
        for process in active_children():
            if process not in others:
                process.terminate()
        raise
    finally:
        pool.close()


class _Cluster:
    """The workers of a Dask cluster, as many as there are at a time."""

    def __init__(self, client: Client, address: str, lost: tuple[type[BaseException], ...]) -> None:
        self.lost = lost
        self._client, self._address = client, address
        self._pool = client.get_executor(pure=False)
        self._seen = time.monotonic()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """See :class:`Pool`."""
        return self._pool.submit(call)

    def workers(self) -> int:
        """See :class:`Pool`."""
        try:
            threads = sum(self._client.nthreads().values())
        except (OSError, TypeError, ValueError, RuntimeError):  # what it says of a scheduler that is gone
            if self._client.status not in ("running", "connecting"):
                raise ConnectionError(f"the Dask scheduler at {self._address} is gone") from None
            threads = 0
        if threads:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > PATIENCE:
            raise ConnectionError(f"the Dask cluster at {self._address} has had no worker for {PATIENCE:.0f} seconds")
        return max(1, threads)

    def close(self) -> None:
        """Cancel what is under way."""
        self._pool.shutdown(wait=False)


@contextmanager
def cluster_pool(address: str) -> Iterator[Pool]:
    """Give the workers of a running Dask cluster; what one does that dies is done by another.

    Raises
    ------
    ModuleNotFoundError
        If dask.distributed is not installed.
    ConnectionError
        If no scheduler answers.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"a cluster needs dask.distributed: {install('cluster')}") from error
    try:
        connected = Client(address)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"no Dask scheduler answers at {address}: {error}") from error
    with _quiet("distributed.client"), connected as client:
        pool = _Cluster(client, address, (KilledWorker, CancelledError, CommClosedError))
        try:
            yield pool
        finally:
            pool.close()


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library from printing tracebacks of what is told in plain words."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back, for this process and for those that it starts; it comes through at the end."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """Let a worker end when its parent does, even by kill -9, and not by Ctrl-C; it would wait for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Windows nothing else holds it back
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
