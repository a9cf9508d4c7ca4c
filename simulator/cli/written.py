"""Where commands write: a folder that is theirs, and a hidden one beside it for finished work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simulator.cli.group import PROGRAM, refusing
from simulator.cli.screen import say

_OUT = f"{PROGRAM}: --out: "


def checked_folder(folder: Path) -> Path:
    """Return an output folder that can be written."""
    from simulator.outputs.folder import FolderError, check_folder

    with refusing(FolderError, prefix=_OUT):
        check_folder(folder)
    return folder


def written(write: Callable[[], None]) -> None:
    """Write an output folder."""
    from simulator.outputs.folder import FolderError

    with refusing(FolderError, prefix=_OUT):
        write()


@contextmanager
def work_beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder for finished draws, deleted when the output is there; a stopped run goes on from it."""
    folder = Path(os.path.realpath(folder))
    work = folder.with_name(f".{folder.name}-draws")
    try:
        yield work
    except BaseException:
        with suppress(OSError):
            work.rmdir()  # only if it is empty
        if work.is_dir():
            say(f"\n{PROGRAM}: finished draws are kept; the same command goes on from them", err=True)
        raise
    shutil.rmtree(work, ignore_errors=True)
