"""Hidden folders that the program works in: what tells them from others' folders, and what is deleted of them.

A folder of ours holds a marker, from the moment it is made until it is deleted. One without it is somebody else's,
whatever its name; it is neither deleted nor renamed. An empty one is taken: it may be what a kill left.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

MARKER = "made-by-care-demand"

FINISHED = ("*.block", "*.npz", "*.part")
"""Names of the files that hold finished work; whatever else is in a folder is not ours."""

_COMMAND: ContextVar[str] = ContextVar("_COMMAND", default="no command")
"""What tells this command from others, in the marker."""

TEXT = "care-demand made this folder to work in. It may be deleted when no command runs.\n"


class NotOursError(OSError):
    """A folder that the program would work in holds something else."""


@contextmanager
def one_command() -> Iterator[None]:
    """Tell what is claimed inside from what earlier commands of this process have claimed."""
    before = _COMMAND.get()
    _COMMAND.set(secrets.token_hex(8))
    try:
        yield
    finally:
        _COMMAND.set(before)


def is_ours(folder: Path) -> bool:
    """Whether a folder holds the marker, or nothing; FileNotFoundError if it is gone."""
    if folder.is_symlink():
        return False
    try:
        # Another process may put its marker and more into it between the looks.
        return _marked(folder) or not any(folder.iterdir()) or _marked(folder)
    except NotADirectoryError:
        return False


def _marked(folder: Path) -> bool:
    return (folder / MARKER).is_file()


def claim(folder: Path) -> None:
    """Make a folder for finished work that only its owner can read, or take one over; this command then owns it.

    Raises
    ------
    NotOursError
        If it is somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_ours(folder):
        raise NotOursError(f"{folder} is in the way: it holds files that care-demand did not write; move it")
    (folder / MARKER).write_text(f"{TEXT}{_COMMAND.get()}\n", encoding="utf-8")


def claimed(folder: Path) -> list[Path]:
    """Return the folders in a folder that this command owns."""
    try:
        return sorted(path for path in folder.iterdir() if _owner(path) == _COMMAND.get())
    except OSError:
        return []


def _owner(folder: Path) -> str:
    try:
        return (folder / MARKER).read_text(encoding="utf-8").removeprefix(TEXT).strip()
    except (OSError, ValueError):
        return ""


def has_work(folder: Path) -> bool:
    """Whether a folder holds finished work."""
    return any(any(folder.glob(name)) for name in FINISHED)


def discard(folder: Path) -> None:
    """Delete the finished work in a folder of ours, and the folder if nothing else is in it."""
    if not _marked(folder):
        return
    for name in FINISHED:
        for path in folder.glob(name):
            path.unlink(missing_ok=True)
    leave(folder)


def leave(folder: Path) -> None:
    """Delete a folder of ours, if nothing but the marker is in it."""
    if _marked(folder) and all(path.name == MARKER for path in folder.iterdir()):
        (folder / MARKER).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
