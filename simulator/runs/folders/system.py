"""What differs between systems: locks, flushing to disk, renaming, what only its owner can read, and priorities.

Locks are the system's own, on an open file, so that a process that is killed holds none. On Windows an open file can't
be deleted and a folder can't be flushed; a rename never goes over something that is there, on any system.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

LOCKED_BYTE = 1 << 30
"""Windows locks bytes, and nobody else can read those; one far behind the end of the file may be locked."""

NEW_FOR_A_MOMENT = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds after which a rename is tried again on Windows, where a virus scanner holds what is new."""

_NO_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES}
"""What systems say that can't flush a folder."""


def lock(path: Path) -> int:
    """Make a file if it is not there, and lock it.

    Returns
    -------
    int
        What :func:`unlock` takes.

    Raises
    ------
    BlockingIOError
        If another process, or another thread of this one, has it locked.
    FileNotFoundError
        If the folder of the file is gone.
    OSError
        If there are no locks on this disk.
    """
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            _take(opened)
            # Whoever had it may have deleted the file since it was opened: then it is a lock on nothing.
            if os.name != "posix" or os.path.samestat(os.fstat(opened), os.stat(path)):
                return opened
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(opened)
            raise
        os.close(opened)


def unlock(opened: int, path: Path, *, delete: bool) -> None:
    """Give a lock back, and delete its file if asked to."""
    try:
        if delete and os.name == "posix":  # before somebody else can lock it
            path.unlink(missing_ok=True)
    finally:
        os.close(opened)
    if delete and os.name != "posix":
        with suppress(OSError):  # somebody else has it by now
            path.unlink(missing_ok=True)


def _take(opened: int) -> None:
    try:
        import fcntl
    except ImportError:
        windows: Any = import_module("msvcrt")
        os.lseek(opened, LOCKED_BYTE, os.SEEK_SET)
        try:
            windows.locking(opened, windows.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
        return
    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def move(source: Path, target: Path) -> None:
    """Rename a file or folder to a name that is free.

    Raises
    ------
    FileExistsError
        If it is not.
    OSError
        If the system refuses, on Windows also because somebody has a file of it open.
    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    for seconds in NEW_FOR_A_MOMENT:
        try:
            source.rename(target)
        except PermissionError:
            if os.name == "posix":
                raise
            time.sleep(seconds)
        else:
            return
    source.rename(target)


def flush(path: Path) -> None:
    """See that a file, or all that is in a folder and the names of it, is on the disk."""
    if path.is_dir():
        for inner in path.iterdir():
            flush(inner)
        flush_names(path)
        return
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def flush_names(folder: Path) -> None:
    """See that the names in a folder are on the disk; Windows can't, and does so by itself."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _NO_FOLDERS:
            raise
    finally:
        os.close(opened)


def make_private(folder: Path) -> None:
    """Let only its owner read a folder, and all that is in it; on Windows, who may read the folder above still can."""
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def stand_back(steps: int) -> None:
    """Have this process stand back from others by some steps, where the system has such priorities."""
    if os.name == "posix":
        os.nice(steps)
