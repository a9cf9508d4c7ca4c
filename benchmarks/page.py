"""Time the page under people: ``python benchmarks/page.py`` prints a table and writes it to docs/page.md.

A server in processes of its own is asked over a socket as the page asks it: a run whose stream is read until the next
change, and the assumptions anew. It takes some ten minutes; run it on an idle machine. ``--minutes 1`` is a shorter
look, which writes nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from page_server import served  # noqa: E402
from table_in_page import put  # noqa: E402

PAGE = ROOT / "docs" / "page.md"

USERS, EVERY_SECONDS, MINUTES = 10, 5.0, 5.0
CHANGES = 1_000
"""Changes over which memory is watched, after as many as fill what is kept."""

FIRST_CHANGES = 200
TABS = ("children", "places", "foster", "spend", "value")
AREAS = ("", "Kent", "Leeds", "North East", "")
"""Of users, in turns; two in five are at England."""

Milliseconds = float


class Visitor:
    """Somebody at the page: one scenario, of which one number is changed again and again."""

    def __init__(self, address: str, number: int) -> None:
        self._host = urlsplit(address).netloc
        self._number, self._changes = number, 0
        self._area, self._tab = AREAS[number % len(AREAS)], TABS[number % len(TABS)]
        self._luck = random.Random(number)

    def state(self) -> dict[str, Any]:
        """Return the state after one more change, which nobody has asked for yet."""
        self._changes += 1
        ratio = round(0.5 + 0.4 * self._luck.random(), 6)
        one = {
            "name": f"Plan {self._number}",
            "extends": "family-help-national",
            "interventions": [{"id": "family-help", "effect": {"risk_ratio": ratio}}],
        }
        return {"v": 1, "scenarios": [one | ({"areas": [self._area]} if self._area else {})]}

    def ask(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        """Ask for something whole."""
        with closing(http.client.HTTPConnection(self._host, timeout=120)) as connection:
            _send(connection, path, body)
            response = connection.getresponse()
            found = response.read()
            if response.status != 200:
                raise ConnectionError(f"{path}: {response.status}")
            return found

    def change(
        self, seconds: float, draws: int = 64, *, panel: bool = True
    ) -> tuple[Milliseconds, Milliseconds | None]:
        """Change something and read what comes of it, for so long.

        Returns
        -------
        central : float
            Milliseconds until the central lines were there.
        whole : float or None
            Until all draws were; None if there was no time for them.
        """
        began = time.perf_counter()
        state = self.state()
        central = whole = None
        with closing(http.client.HTTPConnection(self._host, timeout=120)) as connection:
            _send(connection, "/api/v1/run", {"state": state, "tab": self._tab, "draws": draws})
            response = connection.getresponse()
            if response.status != 200:
                raise ConnectionError(f"run: {response.status}")
            for name in _events(response, connection, began + seconds):
                took = 1_000 * (time.perf_counter() - began)
                if central is None:
                    central = took
                    if panel:
                        self.ask("/explore/panel", {"state": state})
                if name == "problems":
                    raise ConnectionError("run: problems")
                if name == "end":
                    whole = took
        if central is None:
            raise ConnectionError("run: the stream ended before central lines came")
        return central, whole

    def stay(self, minutes: float) -> list[Milliseconds]:
        """Change something every few seconds; return how long central lines took each time."""
        time.sleep(self._luck.random() * EVERY_SECONDS)
        end = time.monotonic() + 60.0 * minutes
        found = []
        while (began := time.monotonic()) < end:
            found.append(self.change(EVERY_SECONDS)[0])
            time.sleep(max(0.0, began + EVERY_SECONDS - time.monotonic()))
        return found


def _send(connection: http.client.HTTPConnection, path: str, body: dict[str, Any] | None) -> None:
    if body is None:
        connection.request("GET", path)
    else:
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})


def _events(response: http.client.HTTPResponse, connection: http.client.HTTPConnection, until: float) -> Iterator[str]:
    """Yield the name of each event when all of it is there: the first in any case, others until some time."""
    name = ""
    try:
        while line := response.readline():
            if line.startswith(b"event: "):
                name = line[7:].decode().strip()
            elif line == b"\n":
                yield name
                left = until - time.perf_counter()
                if left <= 0.0 or connection.sock is None:
                    return
                connection.sock.settimeout(left)
    except TimeoutError:
        if not name:
            raise


class Watched:
    """What the processes of a server take."""

    def __init__(self, process: int) -> None:
        self._first = psutil.Process(process)

    def _all(self) -> list[psutil.Process]:
        return [self._first, *self._first.children(recursive=True)]

    def processor(self) -> float:
        """Seconds of processor that they have taken."""
        return sum(one.cpu_times().user + one.cpu_times().system for one in self._all())

    def memory_mb(self) -> float:
        """Memory that they hold."""
        return sum(one.memory_info().rss for one in self._all()) / 1e6

    def cost_of(self, work: Callable[[], object]) -> Milliseconds:
        """Return what a piece of work takes of processor."""
        before = self.processor()
        work()
        return 1_000 * (self.processor() - before)


def one_user(address: str, watched: Watched) -> list[str]:
    """Measure what one user's first view, change and fan take."""
    alone = Visitor(address, 0)
    view = watched.cost_of(lambda: alone.ask("/explore?scenario=foster-plan-10000"))
    for _ in range(3):
        alone.change(60)
    change = statistics.median(watched.cost_of(lambda: alone.change(60, 0, panel=False)) for _ in range(10))
    panel = statistics.median(watched.cost_of(lambda: alone.change(60, 0)) for _ in range(10))
    fans = [alone.change(60)[1] or 0.0 for _ in range(5)]
    return [
        f"| First view of a scenario, processor | {view:.0f} ms | under 1,000 ms |",
        f"| A change, central lines, processor | {change:.0f} ms | under 250 ms |",
        f"| - and the assumptions made anew | {panel:.0f} ms | - |",
        f"| A fan of 64 draws, on the clock | {statistics.median(fans) / 1_000:.2f} s | under 2 s |",
    ]


def together(address: str, watched: Watched, minutes: float) -> list[str]:
    """Measure how long central lines take when people change something at the same time."""
    visitors = [Visitor(address, number) for number in range(USERS)]
    before, began = watched.processor(), time.monotonic()
    with ThreadPoolExecutor(USERS) as pool:
        found = sorted(took for one in pool.map(lambda visitor: visitor.stay(minutes), visitors) for took in one)
    share = (watched.processor() - before) / (time.monotonic() - began) / (os.cpu_count() or 1)
    middle, most = statistics.median(found), statistics.quantiles(found, n=20, method="inclusive")[-1]
    what = f"{USERS} users, each changing something every {EVERY_SECONDS:g} s for {minutes:g} minutes"
    return [
        f"| {what}: central lines, median of {len(found):,} changes | {middle / 1_000:.2f} s | - |",
        f"| - 95th percentile | {most / 1_000:.2f} s | under 1 s |",
        f"| - the longest | {found[-1] / 1_000:.2f} s | - |",
        f"| - processors busy with it | {100 * share:.0f}% | - |",
    ]


def memory(address: str, watched: Watched, share: float) -> list[str]:
    """Measure what memory grows by over many changes, or a share of them."""
    visitor, changes = Visitor(address, 0), round(CHANGES * share)
    for _ in range(round(FIRST_CHANGES * share)):
        visitor.change(60, 0)
    before = watched.memory_mb()
    for number in range(changes):
        visitor.change(60, 16 if number % 10 == 0 else 0)
    grown = watched.memory_mb() - before
    return [f"| Memory, {before:.0f} MB before: more after {changes:,} changes | {grown:+.0f} MB | under 60 MB |"]


def main() -> None:
    """Measure all of it, print the table and, if it is of full length, write it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long users stay (default: %(default)s)")
    minutes = parser.parse_args().minutes
    load = os.getloadavg()[0]
    with served("--workers", str(min(4, os.cpu_count() or 1))) as (address, process):
        watched = Watched(process)
        lines = ["| What | Measured | Aim |", "| --- | ---: | ---: |"]
        lines += one_user(address, watched)
        lines += together(address, watched, minutes)
        lines += memory(address, watched, min(1.0, minutes / MINUTES))
    busy = f" Other programs were running (load {load:.1f}): times are too long." if load > 0.5 else ""
    lines += ["", f"By `benchmarks/page.py`, server and users on the same {os.cpu_count()} cores.{busy}"]
    table = "\n".join(lines)
    print(table)
    if minutes < MINUTES:
        return
    put(table, PAGE)


if __name__ == "__main__":
    main()
