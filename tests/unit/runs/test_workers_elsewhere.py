"""Workers where signals can't be held back, and no process waits for more than 61 others."""

import os
import signal
from concurrent.futures import Future
from functools import partial
from types import SimpleNamespace

import pytest

from simulator.runs.ensemble import workers
from simulator.runs.ensemble.workers import MOST_ON_WINDOWS, local_pool


class Counted:
    """A pool that counts what it is asked for."""

    asked = 0

    def __init__(self, workers: int, **_: object) -> None:
        type(self).asked = workers

    def submit(self, call: object) -> Future[object]:
        raise NotImplementedError

    def shutdown(self, **_: object) -> None:
        return


@pytest.mark.parametrize(("name", "most"), [("nt", MOST_ON_WINDOWS), ("posix", 100)])
def test_as_many_workers_as_the_system_takes(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", Counted)
    monkeypatch.setattr(workers, "os", SimpleNamespace(name=name, environ=os.environ))
    with local_pool(100) as pool:
        assert (Counted.asked, pool.workers()) == (most, most)
    with local_pool(3) as pool:
        assert (Counted.asked, pool.workers()) == (3, 3)


def test_ctrl_c_is_for_the_parent_alone() -> None:
    with local_pool(1) as pool:
        assert pool.submit(partial(signal.getsignal, signal.SIGINT)).result(timeout=60) == signal.SIG_IGN
