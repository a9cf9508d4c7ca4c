"""A disk that fails, or a machine that dies, at the n-th thing that is done to a folder.

Counted are files opened to be written, folders made, names changed or deleted, rights changed, and flushes: the audit
events of Python, so that none is missed whoever calls for it.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

How = Literal["fails once", "is gone", "dies"]
DIED = 137

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.fsync", "os.link", "os.symlink"}
_watching: list[Callable[[str, tuple[Any, ...]], None]] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _watching and (event in _CHANGES or event == "open"):
        _watching[-1](event, args)


sys.addaudithook(_hook)


@contextmanager
def faulty(folder: Path, at: int, how: How) -> Iterator[list[str]]:
    """Let the `at`-th thing done below a folder fail, counted from 1; give the list of what was done."""
    done: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and (not isinstance(args[2], int) or not args[2] & _WRITES):
            return
        path = os.fsdecode(args[0]) if isinstance(args[0], str | bytes | os.PathLike) else str(args[0])
        if os.path.isabs(path) and not Path(path).is_relative_to(folder):
            return  # names alone are those that are deleted with a folder
        done.append(f"{event} {path}")
        if len(done) == at or (len(done) > at and how == "is gone"):
            if how == "dies":
                os._exit(DIED)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    real = os.fsync

    def fsync(opened: int) -> None:
        sys.audit("os.fsync", opened)
        real(opened)

    os.fsync = fsync
    _watching.append(watch)
    try:
        yield done
    finally:
        _watching.pop()
        os.fsync = real


def in_a_child(work: Callable[[], object]) -> int:
    """Do work in a copy of this process; return how it ended: 0, 1 after an error, or as it died."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which do not write here
        child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dies_in_a_child(folder: Path, at: int, work: Callable[[], object]) -> bool:
    """Do work in a copy of this process that dies at the `at`-th thing done; return whether it came that far."""

    def dying() -> None:
        with faulty(folder, at, "dies"):
            work()

    return in_a_child(dying) == DIED


def dies_as_a_program(folder: Path, at: int, words: Sequence[str]) -> bool:
    """Give a command in a copy of a process that has run nothing, which a library with threads needs."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["simulator.returns.write_import", "simulator.returns.write_sample"])
    process = forks.Process(target=_program, args=(folder, at, list(words)))
    process.start()
    process.join()
    return process.exitcode == DIED


def _program(folder: Path, at: int, words: Sequence[str]) -> None:
    from click.testing import CliRunner

    from simulator.cli.main import cli

    with faulty(folder, at, "dies"):
        CliRunner().invoke(cli, words)


def every_fault(
    how: How,
    prepare: Callable[[], Path],
    work: Callable[[], object],
    check: Callable[[int], None],
    *,
    dies: Callable[[Path, int], bool] | None = None,
    step: int = 1,
) -> int:
    """Prepare, work with a fault at the first thing done, check; at the next, and so on. Return how many there are."""
    for at in range(1, 1000, step):
        folder = prepare()
        if how == "dies":
            reached = dies(folder, at) if dies else dies_in_a_child(folder, at, work)
        else:
            with faulty(folder, at, how) as done, suppress(OSError, SystemExit):
                work()
            reached = len(done) >= at
        check(at)
        if not reached:
            return at
    raise AssertionError("there is no end of it")
