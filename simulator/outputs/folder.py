"""A folder that is written whole or not at all, by one command at a time.

A folder is filled in a hidden one beside its final place, `.NAME-work`, and renamed at the end. A folder that an
earlier run wrote is replaced only then, and put back if anything fails; one that holds anything else is never touched.
The hidden folder is locked while a command works in it. The lock is not in the output, as Windows does not rename a
folder of which a file is open.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from simulator.runs.folders.own_folders import MARKER, is_ours
from simulator.runs.folders.system import flush, flush_names, lock, make_private, move, unlock
from simulator.vocabulary.file_names import unfit

MADE_BY = "care-demand"
MANIFEST = "manifest.json"

PATIENCE = 100
"""Times that the hidden folder may be deleted by another command just as it is looked at."""

_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
_WRONG_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL}


class FolderError(Exception):
    """The output folder named can't be used; nothing was written."""


class WriteError(OSError):
    """Writing failed on the way; the folder is as it was before."""


class FolderInUseError(WriteError):
    """Another command writes to the folder."""


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
            here = Path.cwd()
            if real == here or real in here.parents:
                raise FolderError(f"{folder} is the folder you are in, or holds it; name a folder inside it")
            with suppress(FileNotFoundError):  # another command is just replacing it
                _check_existing(folder, real)
        elif os.path.lexists(real):
            raise FolderError(f"{folder} is a file; name a folder")
    except (OSError, ValueError) as error:
        raise FolderError(f"{folder} can't be used: {_reason(error)}") from error
    _check_parents(folder, real)


def _check_parents(path: Path, real: Path) -> None:
    """Refuse a path that nothing can be made at."""
    try:
        parent = real.parent
        while not os.path.lexists(parent):
            parent = parent.parent
        if not parent.is_dir():
            raise FolderError(f"{path} can't be made: {_shown(parent)} is a file, not a folder")
        if not os.access(parent, os.W_OK | os.X_OK):
            raise FolderError(f"{path} can't be made: no permission to write in {_shown(parent)}")
    except (OSError, ValueError) as error:
        raise FolderError(f"{path} can't be used: {_reason(error)}") from error


def _check_existing(folder: Path, real: Path) -> None:
    """Refuse a folder that holds what this program did not write; folders in it with nothing in them count too."""
    names = {path.relative_to(real).as_posix() for path in real.rglob("*") if path.name not in _LITTER}
    if not names:
        return
    ours = _files_of_ours(real / MANIFEST)
    if ours is None:
        raise FolderError(
            f"{folder} is not empty and not written by {MADE_BY}; name another folder (nothing was changed)"
        )
    parents = {parent.as_posix() for name in ours for parent in PurePosixPath(name).parents}
    if others := sorted(names - ours - parents):
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


@dataclass(frozen=True)
class HeldPlace:
    """Where a folder or file goes, and the hidden folder beside it in which it is made."""

    real: Path
    work: Path

    @property
    def new(self) -> Path:
        """What is being written."""
        return self.work / "new"

    @property
    def old(self) -> Path:
        """The earlier output, while the new one takes its place."""
        return self.work / "old"


_HELD: ContextVar[Mapping[Path, HeldPlace]] = ContextVar("_HELD", default=MappingProxyType({}))
"""What this command holds. Another thread does not see it, and is refused as another process is."""


@contextmanager
def held(folder: Path) -> Iterator[HeldPlace]:
    """Hold an output folder for this command; another one is refused meanwhile.

    What a killed command left is put right first: an earlier output that it had moved is put back, and what it had half
    written is deleted.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    FolderError
        If `folder` can't be used.
    FolderInUseError
        If another command holds it.
    WriteError
        If what was left can't be put right.
    """
    with _hold(folder) as (place, first):
        if first:
            try:
                _recover(place)
            except OSError as error:
                raise WriteError(f"{folder} could not be put right: {_reason(error)}") from error
            try:
                check_folder(folder)
            except FolderError as error:
                if not place.old.exists():
                    raise
                raise FolderError(f"{error}; an earlier output of it is in {_shown(place.old)}") from error
        yield place


@contextmanager
def _hold(path: Path) -> Iterator[tuple[HeldPlace, bool]]:
    """Lock what goes to a path; also tell whether this command has not done so already."""
    real = Path(os.path.realpath(path))
    before = _HELD.get()
    if real in before:
        yield before[real], False
        return
    _check_parents(path, real)
    place = HeldPlace(real, real.with_name(f".{real.name}-work"))
    made: list[Path] = []
    try:
        opened = _locked(path, place, made)
        _HELD.set({**before, real: place})
        try:
            yield place, True
        finally:
            _HELD.set(before)
            with suppress(OSError):
                _remove(place.new)
            with suppress(OSError):
                unlock(opened, place.work / MARKER, delete=not (place.old.exists() or os.path.lexists(place.new)))
            with suppress(OSError):
                place.work.rmdir()  # only if it is empty
    finally:
        with suppress(OSError):
            for parent in reversed(made):
                parent.rmdir()  # only if it is empty, so only if nothing was put in it


def _locked(path: Path, place: HeldPlace, made: list[Path]) -> int:
    """Make the hidden folder and lock it."""
    for _ in range(PATIENCE):
        try:
            _make_parents(place.real.parent, made)
            with suppress(FileExistsError):
                place.work.mkdir()
            if is_ours(place.work):
                return lock(place.work / MARKER)
        except FileNotFoundError:
            continue  # the command that held it has just deleted it
        except BlockingIOError as error:
            raise FolderInUseError(
                f"{path} is in use by another {MADE_BY} command; wait until it is done, or name another folder"
            ) from error
        except OSError as error:
            if error.errno in _WRONG_PLACE:
                raise FolderError(f"{path} can't be made: {_reason(error)}") from error
            raise WriteError(f"{path} could not be written: {_reason(error)} (nothing was changed)") from error
        raise FolderError(
            f"{_shown(place.work)} is in the way: {MADE_BY} works there, and did not make it; move it, or name another "
            "folder (nothing was changed)"
        )
    raise WriteError(f"{path} could not be written: {_shown(place.work)} comes and goes (nothing was changed)")


def _recover(place: HeldPlace) -> None:
    """Put right what a killed command left."""
    _remove(place.new)
    if not place.old.exists():
        return
    if place.real.is_dir() and not any(place.real.iterdir()):
        place.real.rmdir()
    if not os.path.lexists(place.real):
        move(place.old, place.real)
    elif _files_of_ours(place.real / MANIFEST) is not None:
        _remove(place.old)


def _remove(path: Path) -> None:
    """Delete what this program made in a folder of its own."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path, *, private: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in place of `folder` when the block ends without an error.

    All of it is on the disk before an earlier output is moved aside. It is never renamed over one, which Windows
    refuses; a command that is killed in between leaves the earlier output in the hidden folder, and the next one puts
    it back.

    Parameters
    ----------
    folder : Path
        Where the output goes. An earlier output is replaced, and kept if anything fails.
    private : bool
        Whether only its owner may read it.

    Yields
    ------
    Path
        The folder to write in.

    Raises
    ------
    FolderError
        If `folder` can't be used.
    FolderInUseError
        If another command writes to it.
    WriteError
        If a file can't be written.
    """
    with held(folder) as place:
        try:
            place.new.mkdir(mode=0o700 if private else 0o777)
            yield place.new
            if private:
                make_private(place.new)
            flush(place.new)
            _swap(folder, place)
        except OSError as error:
            kept = f"the earlier output is in {_shown(place.old)}, and the next command puts it back"
            what = kept if place.old.exists() else "nothing was changed"
            raise WriteError(f"{folder} could not be written: {_reason(error)} ({what})") from error
        with suppress(OSError):
            _remove(place.old)


def _swap(folder: Path, place: HeldPlace) -> None:
    """Put the new folder in the place of the old one, or leave all as it was."""
    try:
        if place.real.exists():
            move(place.real, place.old)
            _check_existing(folder, place.old)  # nobody finds it there, so nothing can be added to it any more
        move(place.new, place.real)
        flush_names(place.real.parent)
        flush_names(place.work)
    except BaseException:
        if not place.new.exists():
            move(place.real, place.new)
        if place.old.exists():
            move(place.old, place.real)
        raise


def write_file(path: Path, content: bytes, *, replace: bool = False, private: bool = False) -> None:
    """Write a single file, whole or not at all.

    Parameters
    ----------
    path : Path
    content : bytes
    replace : bool
        Whether an earlier one may be replaced; the caller has seen that it is ours.
    private : bool
        Whether only its owner may read it.

    Raises
    ------
    FolderError
        If there is a file of that name, and it may not be replaced.
    FolderInUseError, WriteError
        As :func:`whole_folder`.
    """
    with _hold(path) as (place, _):
        try:
            _remove(place.new)
            place.new.touch(0o600 if private else 0o666)
            place.new.write_bytes(content)
            flush(place.new)
            if replace:
                place.new.replace(place.real)
            else:
                move(place.new, place.real)
            flush_names(place.real.parent)
        except FileExistsError as error:
            raise FolderError(f"{path} exists; name a file that does not") from error
        except OSError as error:
            raise WriteError(f"{path} could not be written: {_reason(error)} (nothing was changed)") from error


def _make_parents(parent: Path, made: list[Path]) -> None:
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        made.append(path)


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _shown(path: Path) -> str:
    """Return a path as people would write it from where they are."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
