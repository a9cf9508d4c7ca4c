"""Who runs blocks of draws: processes on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any

MOST_ON_WINDOWS = 61
"""Processes that one process can wait for there."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Pool:
    """What takes work.

    Attributes
    ----------
    submit : callable
        Takes a call without arguments and returns the future of its result.
    workers : callable
        Counts how many run at the same time; at least 1.
    """

    submit: Callable[[Callable[[], Any]], Future[Any]]
    workers: Callable[[], int]


@contextmanager
def local_pool(workers: int) -> Iterator[Pool]:
    """Give processes on this machine; if an error or Ctrl-C ends the block, they are stopped in the middle of work."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    if os.name == "nt":
        workers = min(workers, MOST_ON_WINDOWS)
    others = active_children()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)

    def submit(call: Callable[[], Any]) -> Future[Any]:
        with _interrupts_held():  # a worker that starts here inherits this, so Ctrl-C reaches the parent alone
            return pool.submit(call)

    try:
        yield Pool(submit, lambda: workers)
    except BaseException:
        for process in active_children():
            if process not in others:
                process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def cluster_pool(address: str) -> Iterator[Pool]:
    """Give the workers of a running Dask cluster; a worker that dies has its blocks run by another.

    Raises
    ------
    ModuleNotFoundError
        If dask.distributed is not installed.
    ConnectionError
        If no scheduler answers, or so many workers were lost that it gives a block up.
    """
    try:
        from distributed import Client, KilledWorker
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("a cluster needs dask.distributed: pip install 'care-demand[cluster]'") from error
    try:
        connected = Client(address)
    except (OSError, ValueError) as error:
        raise ConnectionError(f"no Dask scheduler answers at {address}: {error}") from error
    with connected as client, client.get_executor(pure=False) as pool:
        try:
            yield Pool(pool.submit, lambda: max(1, sum(client.nthreads().values())))
        except (KilledWorker, CancelledError) as error:
            pool.shutdown(wait=False)
            raise ConnectionError(f"the cluster gave a block of draws up: {error}") from error
        except BaseException:
            pool.shutdown(wait=False)  # which cancels what is under way
            raise


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
