"""A folder that is written whole or not at all.

A folder is filled beside its final place and renamed at the end. A folder that an earlier run wrote is
replaced only then, and put back if anything fails; a folder that holds anything else is never touched.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simulator.vocabulary.file_names import unfit

MADE_BY = "care-demand"
MANIFEST = "manifest.json"

_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
_WRONG_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL}


class FolderError(Exception):
    """The output folder named can't be used; nothing was written."""


class WriteError(OSError):
    """Writing failed on the way; the folder is as it was before."""


def check_folder(folder: Path) -> None:
    """Refuse an output folder that can't be written, or that holds something this program did not write.

    Parameters
    ----------
    folder : Path
        It need not exist, nor its parents.

    Raises
    ------
    FolderError
        With what is wrong and what to do.
    """
    if wrong := unfit(folder):  # before it is looked at: a device is there
        raise FolderError(f"{folder} can't be made: {wrong}; name another folder")
    real = Path(os.path.realpath(folder))
    try:
        if real.is_dir():
            _check_existing(folder, real)
        elif os.path.lexists(real):
            raise FolderError(f"{folder} is a file; name a folder")
        parent = real.parent
        while not os.path.lexists(parent):
            parent = parent.parent
        if not parent.is_dir():
            raise FolderError(f"{folder} can't be made: {_shown(parent)} is a file, not a folder")
        if not os.access(parent, os.W_OK | os.X_OK):
            raise FolderError(f"{folder} can't be made: no permission to write in {_shown(parent)}")
    except (OSError, ValueError) as error:
        raise FolderError(f"{folder} can't be used: {_reason(error)}") from error


def _check_existing(folder: Path, real: Path) -> None:
    here = Path.cwd()
    if real == here or real in here.parents:
        raise FolderError(f"{folder} is the folder you are in, or holds it; name a folder inside it")
    found = {p.relative_to(real).as_posix() for p in real.rglob("*") if not p.is_dir() or p.is_symlink()}
    found = {name for name in found if name.rsplit("/", 1)[-1] not in _LITTER}
    if not found:
        return
    ours = _files_of_ours(real / MANIFEST)
    if ours is None:
        raise FolderError(
            f"{folder} is not empty and not written by {MADE_BY}; name another folder (nothing was changed)"
        )
    if others := sorted(found - ours):
        named = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        raise FolderError(
            f"{folder} holds files that {MADE_BY} did not write ({named}); move them, or name another folder "
            "(nothing was changed)"
        )


def _files_of_ours(manifest: Path) -> set[str] | None:
    """Return the names that a manifest of ours lists, or None if it is not one."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("made_by") != MADE_BY:
        return None
    listed = content.get("files")
    return {str(name) for name in listed} if isinstance(listed, list) else None


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in place of `folder` when the block ends without an error.

    Parameters
    ----------
    folder : Path
        Where the output goes. An earlier output is replaced, and kept if anything fails.

    Yields
    ------
    Path
        The folder to write in.

    Raises
    ------
    FolderError
        If `folder` can't be used.
    WriteError
        If a file can't be written.
    """
    check_folder(folder)
    real = Path(os.path.realpath(folder))
    token = secrets.token_hex(4)
    part = real.parent / f".{MADE_BY}-{token}.part"
    aside = real.parent / f".{MADE_BY}-{token}.old"
    made: list[Path] = []
    try:
        try:
            _make_parents(real.parent, made)
            part.mkdir()
        except OSError as error:
            if error.errno in _WRONG_PLACE:
                raise FolderError(f"{folder} can't be made: {_reason(error)}") from error
            raise
        yield part
        if real.exists():
            real.rename(aside)
        part.rename(real)
    except OSError as error:
        _put_back(aside, real)
        raise WriteError(f"{folder} could not be written: {_reason(error)} (nothing was changed)") from error
    except BaseException:
        _put_back(aside, real)
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if real.exists():
            shutil.rmtree(aside, ignore_errors=True)
        with suppress(OSError):
            for parent in reversed(made):
                parent.rmdir()  # only if it is empty, so only if nothing was put in it


def _make_parents(parent: Path, made: list[Path]) -> None:
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        made.append(path)


def _put_back(aside: Path, real: Path) -> None:
    if aside.exists() and not real.exists():
        aside.rename(real)


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _shown(path: Path) -> str:
    """Return a path as people would write it from where they are."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
