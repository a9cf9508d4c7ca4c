"""Where commands write: a folder that is theirs, and a hidden one beside it for finished work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simulator.cli.group import PROGRAM, refusing
from simulator.cli.screen import say

_OUT = f"{PROGRAM}: --out: "


def checked_folder(folder: Path, *, read: Path | None = None) -> Path:
    """Return an output folder that can be written, and that is not, or does not hold, what is read."""
    from simulator.outputs.folder import FolderError, check_folder

    with refusing(FolderError, prefix=_OUT):
        check_folder(folder)
        if read is not None and folder.resolve() in (read.resolve(), *read.resolve().parents):
            raise FolderError(f"{folder} holds what is read ({read}); name another folder (nothing was changed)")
    return folder


def written(write: Callable[[], None]) -> None:
    """Write an output folder."""
    from simulator.outputs.folder import FolderError

    with refusing(FolderError, prefix=_OUT):
        write()


@contextmanager
def work_beside(folder: Path, *, draws: bool = True) -> Iterator[Path]:
    """Hold the output folder, and give a hidden one for finished draws; a stopped run goes on from it.

    Draws that this command has made, or gone on from, are deleted when the output is there; those of others stay.

    Parameters
    ----------
    folder : Path
    draws : bool
        Whether there will be draws. If not, the hidden folder is neither made nor touched.
    """
    from simulator.outputs.folder import FolderError, held
    from simulator.runs.folders.own_folders import NotOursError, one_command

    real = Path(os.path.realpath(folder))
    work = real.with_name(f".{real.name}-draws")
    with refusing(FolderError, NotOursError, prefix=_OUT), held(folder), one_command():
        if not draws:
            yield work
            return
        _mark(work)
        try:
            yield work
        except BaseException:
            if _keep(work):
                say(f"\n{PROGRAM}: finished draws are kept; the same command goes on from them", err=True)
            raise
        _delete(work)


def _keep(work: Path) -> bool:
    """Delete folders in which nothing is finished; return whether this command leaves any."""
    from simulator.runs.folders.own_folders import claimed, has_work, leave

    with suppress(OSError):
        for one in claimed(work):
            leave(one)
        leave(work)
    return any(map(has_work, claimed(work)))


def _delete(work: Path) -> None:
    """Delete what this command has finished."""
    from simulator.runs.folders.own_folders import claimed, discard, leave

    with suppress(OSError):
        for one in claimed(work):
            discard(one)
        leave(work)


def _mark(work: Path) -> None:
    """Mark the folder of all draws as ours, unless there is one that is not: draws then lie in folders in it."""
    from simulator.runs.folders.own_folders import NotOursError, claim

    with suppress(NotOursError):
        claim(work)
