"""Processes that work for the page: who is served first, what is dropped, and what happens when one dies."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from own_loop import run_apart

from simulator.web import worker_pool
from simulator.web.ongoing import Kept
from simulator.web.worker_pool import LATER, LATEST, NOW, SOON, Busy, Lost, WorkerPool


def process(kept: Kept) -> int:
    return os.getpid()


def priority(kept: Kept) -> int:
    return os.nice(0)


def wait(kept: Kept, seconds: float) -> float:
    time.sleep(seconds)
    return time.monotonic()


def fail(kept: Kept) -> None:
    raise KeyError("secret")


def die(kept: Kept) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)


def with_pool(work: Callable[[WorkerPool], Coroutine[Any, Any, Any]], workers: int = 1) -> Any:
    async def run() -> Any:
        pool = WorkerPool(workers)
        try:
            await pool.warm(process)
            return await work(pool)
        finally:
            pool.close()

    return run_apart(run())


def test_files_go_before_draws_and_draws_are_made_in_turn() -> None:
    async def work(pool: WorkerPool) -> list[float]:
        tasks = [asyncio.create_task(pool.do(wait, 0.2, urgency=LATER))]
        for urgency in (LATEST, LATER, LATER, SOON):
            await asyncio.sleep(0.02)
            tasks.append(asyncio.create_task(pool.do(wait, 0.0, urgency=urgency)))
        return await asyncio.gather(*tasks)

    running, comparison, first, second, file = with_pool(work)
    assert running < file < first < second < comparison


def test_what_is_waited_for_does_not_wait_for_draws() -> None:
    async def work(pool: WorkerPool) -> list[float]:
        draws = asyncio.create_task(pool.do(wait, 1.0, urgency=LATER))
        await asyncio.sleep(0.05)
        return await asyncio.gather(pool.do(wait, 0.0, urgency=NOW), draws)

    now, draws = with_pool(work)
    assert draws - now > 0.5


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no priorities of this kind")
def test_processes_that_make_draws_stand_back() -> None:
    async def work(pool: WorkerPool) -> list[int]:
        return [await pool.do(priority), await pool.do(priority, urgency=LATER)]

    now, draws = with_pool(work)
    assert draws > now


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    async def work(pool: WorkerPool) -> float:
        first = asyncio.create_task(pool.do(wait, 0.1))
        await asyncio.sleep(0.02)
        gone = [asyncio.create_task(pool.do(wait, 5.0)) for _ in range(5)]
        await asyncio.sleep(0.02)
        for one in gone:
            one.cancel()
        begun = await first
        return float(await pool.do(wait, 0.0)) - begun

    assert with_pool(work) < 4.0


def test_a_state_stays_where_it_was_begun_and_others_go_elsewhere() -> None:
    async def work(pool: WorkerPool) -> tuple[set[int], set[int]]:
        same = {await pool.do(process, state="a", urgency=LATER) for _ in range(3)}
        return same, {await pool.do(process, state=name, urgency=LATER) for name in "abcd"}

    same, every = with_pool(work, workers=2)
    assert len(same) == 1
    assert len(every) == 2


def test_a_process_that_dies_or_takes_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(pool: WorkerPool) -> tuple[int, int]:
        before = await pool.do(process)
        with pytest.raises(Lost):
            await pool.do(die)
        monkeypatch.setattr(worker_pool, "NOW_SECONDS", 0.3)
        with pytest.raises(Lost, match="too long"):
            await pool.do(wait, 60.0)
        monkeypatch.undo()
        return before, await pool.do(process)

    before, after = with_pool(work)
    assert before != after


def test_work_whose_asker_has_gone_does_not_keep_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "GONE_SECONDS", 0.2)

    async def work(pool: WorkerPool) -> float:
        asked = time.monotonic()
        gone = asyncio.create_task(pool.do(wait, 60.0))
        await asyncio.sleep(0.1)
        gone.cancel()
        return float(await pool.do(wait, 0.0)) - asked

    assert with_pool(work) < 30.0


def test_a_fault_is_told_to_who_runs_it_and_not_to_who_asks(caplog: pytest.LogCaptureFixture) -> None:
    async def work(pool: WorkerPool) -> str:
        with pytest.raises(Lost) as error:
            await pool.do(fail)
        return str(error.value)

    assert with_pool(work) == "this is a fault in the program, not in what you asked for"
    assert "secret" in caplog.text


def test_too_much_at_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "WAITING", 3)

    async def work(pool: WorkerPool) -> int:
        tasks = [asyncio.create_task(pool.do(wait, 0.05)) for _ in range(10)]
        found = await asyncio.gather(*tasks, return_exceptions=True)
        return sum(isinstance(one, Busy) for one in found)

    assert with_pool(work) >= 5
