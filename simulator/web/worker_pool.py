"""Processes that work for the page, and who is served first.

What somebody waits for has processes of its own, and draws have others, of lower priority: nobody's central lines wait
for somebody else's draws. A state stays with the process of its kind that began it, which has its draws. Each process
does one thing at a time, what is urgent first, and what nobody waits for any more is dropped before it is begun.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import traceback
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from simulator.runs.folders.system import stand_back
from simulator.web.ongoing import Kept

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from simulator.data.council import Council

SECONDS, NOW_SECONDS = 60.0, 20.0
"""For one piece of work, and for one that somebody waits for; a process that takes longer is ended and another one
started."""

GONE_SECONDS = 5.0
"""For the rest of a piece of work whose asker has gone."""

WAITING = 64
"""Pieces of work that may wait for a process; more are refused."""

FIRST_SECONDS = 600.0
"""For the first piece, which may have the engine compiled."""

REMEMBERED = 2_000
"""States of which is known who has begun them."""

NOW, SOON, LATER, LATEST = range(4)
"""What is answered first: what somebody waits for, files, draws, comparisons. What is as urgent is taken in turn, so
that the fans of many grow alike."""

NICE = 10
"""Steps by which processes that make draws stand back from those that answer now."""


class Busy(Exception):
    """Too many ask at the same time."""


class Lost(Exception):
    """What was asked took too long, or its process died."""


@dataclass(order=True)
class _Piece:
    urgency: int
    number: int
    work: Callable[..., Any] = field(compare=False)
    given: tuple[Any, ...] = field(compare=False)
    answer: asyncio.Future[Any] = field(compare=False)
    seconds: float = field(compare=False)


def _serve(connection: Connection, council: Council | None, nice: int) -> None:
    """Do what comes through a pipe until it is closed, in a process of its own."""
    import signal

    stand_back(nice)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started the server is told, and ends this
    kept = Kept(council)
    while True:
        try:
            work, given = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[bool, Any] = True, work(kept, *given)
        except Exception:  # a fault of the program, which the server tells who runs it
            answer = False, traceback.format_exc()
        connection.send(answer)


class _Worker:
    """One process and what waits for it."""

    def __init__(self, council: Council | None, nice: int) -> None:
        self._given = council, nice
        self._threads = ThreadPoolExecutor(1)
        self._queue: asyncio.PriorityQueue[_Piece] = asyncio.PriorityQueue(WAITING)
        self._process: SpawnProcess
        self._connection: Connection
        self._start()
        self._task = asyncio.create_task(self._run())

    def _start(self) -> None:
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, *self._given), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def put(self, piece: _Piece) -> None:
        try:
            self._queue.put_nowait(piece)
        except asyncio.QueueFull:
            raise Busy from None

    async def _run(self) -> None:
        while True:
            piece = await self._queue.get()
            if piece.answer.done():
                continue
            try:
                fine, answer = await self._in_time(piece)
            except (TimeoutError, EOFError, OSError):
                self._end()
                self._threads = ThreadPoolExecutor(1)
                self._start()
                fine, answer = False, None
            if piece.answer.done():
                continue
            if fine:
                piece.answer.set_result(answer)
            else:
                if answer:
                    logging.getLogger("uvicorn.error").error(answer)
                what = "this is a fault in the program, not in what you asked for" if answer else "it took too long"
                piece.answer.set_exception(Lost(what))

    async def _in_time(self, piece: _Piece) -> tuple[bool, Any]:
        asked = asyncio.ensure_future(self._ask(piece))
        await asyncio.wait({asked, piece.answer}, timeout=piece.seconds, return_when=asyncio.FIRST_COMPLETED)
        if piece.answer.done():
            await asyncio.wait({asked}, timeout=GONE_SECONDS)
        if not asked.done():
            asked.cancel()
            raise TimeoutError
        return asked.result()

    async def _ask(self, piece: _Piece) -> tuple[bool, Any]:
        connection = self._connection

        def ask() -> tuple[bool, Any]:
            connection.send((piece.work, piece.given))
            answer: tuple[bool, Any] = connection.recv()
            return answer

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    def _end(self) -> None:
        self._process.kill()
        self._process.join(5.0)
        self._connection.close()
        self._threads.shutdown(wait=False)

    def close(self) -> None:
        self._task.cancel()
        self._end()


class _Workers:
    """Processes that do the same kind of work, each with states of its own."""

    def __init__(self, number: int, council: Council | None, nice: int) -> None:
        self.all = [_Worker(council, nice) for _ in range(number)]
        self._homes: OrderedDict[str, _Worker] = OrderedDict()

    def of(self, state: str) -> _Worker:
        """Return the process that has begun a state, or the one for which least waits."""
        if state in self._homes:
            self._homes.move_to_end(state)
            return self._homes[state]
        worker = min(self.all, key=lambda one: one.waiting)
        if state:
            self._homes[state] = worker
            while len(self._homes) > REMEMBERED:
                self._homes.popitem(last=False)
        self.all.sort(key=lambda one: one is worker)  # the next one goes elsewhere, if all wait alike
        return worker


class WorkerPool:
    """All processes of a server: some that make draws, and half as many, but one at least, that answer now."""

    def __init__(self, workers: int, council: Council | None = None) -> None:
        self._prompt = _Workers(max(1, workers // 2), council, 0)
        self._patient = _Workers(workers, council, NICE)
        self._numbers = itertools.count()

    async def do(self, work: Callable[..., Any], *given: Any, state: str = "", urgency: int = NOW) -> Any:
        """Have something done and return its answer.

        Parameters
        ----------
        work : callable
            A function of a module, that takes what the process keeps, and `given`.
        state : str
            Key of the state it is about, so that it goes to who has begun it.
        urgency : int
            `NOW`, or `SOON`, `LATER` or `LATEST` for what takes long or needs the draws of a state.

        Raises
        ------
        Busy
            If too much waits.
        Lost
            If it took too long or is a fault of the program.
        """
        answer = asyncio.get_running_loop().create_future()
        workers, seconds = (self._prompt, NOW_SECONDS) if urgency == NOW else (self._patient, SECONDS)
        piece = _Piece(urgency, next(self._numbers), work, given, answer, seconds)
        workers.of(state).put(piece)
        try:
            return await piece.answer
        finally:
            piece.answer.cancel()  # nobody waits any more: it is not begun

    async def warm(self, work: Callable[..., Any]) -> list[Any]:
        """Have something done by every process: by one first, which may compile the engine for the others."""
        first, *others = self._all
        return [await self._warmed(first, work), *await asyncio.gather(*(self._warmed(one, work) for one in others))]

    async def _warmed(self, worker: _Worker, work: Callable[..., Any]) -> Any:
        piece = _Piece(NOW, next(self._numbers), work, (), asyncio.get_running_loop().create_future(), FIRST_SECONDS)
        worker.put(piece)
        return await piece.answer

    @property
    def _all(self) -> list[_Worker]:
        return [*self._prompt.all, *self._patient.all]

    def close(self) -> None:
        """End every process."""
        for worker in self._all:
            worker.close()
