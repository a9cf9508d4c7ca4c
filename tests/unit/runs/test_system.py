"""Locks as on Windows, where there is no fcntl: bytes are locked, and an open file can't be deleted."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulator.runs.folders import system


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Stand in for the module of Windows that locks; give what is locked."""
    locked: set[int] = set()

    def locking(opened: int, _how: int, _bytes: int) -> None:
        assert os.lseek(opened, 0, os.SEEK_CUR) == system.LOCKED_BYTE
        if (inode := os.fstat(opened).st_ino) in locked:
            raise PermissionError(13, "Permission denied")
        locked.add(inode)

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    return locked


def test_a_lock_of_windows(windows: set[int], tmp_path: Path) -> None:
    opened = system.lock(tmp_path / "lock")
    assert len(windows) == 1
    with pytest.raises(BlockingIOError):
        system.lock(tmp_path / "lock")
    windows.clear()
    system.unlock(opened, tmp_path / "lock", delete=True)
    assert not (tmp_path / "lock").exists()
    system.unlock(system.lock(tmp_path / "lock"), tmp_path / "lock", delete=False)
    assert (tmp_path / "lock").exists()


def test_a_lock_on_a_file_that_was_deleted_is_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, take = tmp_path / "lock", system._take
    tries: list[int] = []

    def deleted_meanwhile(opened: int) -> None:
        tries.append(opened)
        take(opened)
        if len(tries) == 1:
            path.unlink()

    monkeypatch.setattr(system, "_take", deleted_meanwhile)
    opened = system.lock(path)
    assert len(tries) == 2
    assert path.stat().st_ino == os.fstat(opened).st_ino
    system.unlock(opened, path, delete=True)


def test_a_disk_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(system, "_take", none)
    with pytest.raises(OSError, match="No locks available"):
        system.lock(tmp_path / "lock")


def test_on_windows_a_rename_waits_for_who_looks_at_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    rename, tries, waited = Path.rename, [], []

    def held_for_a_moment(path: Path, target: Path) -> Path:
        tries.append(path)
        if len(tries) <= 3:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", held_for_a_moment)
    monkeypatch.setattr(time, "sleep", waited.append)
    with pytest.raises(PermissionError):
        system.move(tmp_path / "new", tmp_path / "out")
    assert waited == []
    with monkeypatch.context() as patch:
        patch.setattr(system, "os", SimpleNamespace(name="nt", path=os.path))
        system.move(tmp_path / "new", tmp_path / "out")
    assert waited == list(system.NEW_FOR_A_MOMENT[:2])
    assert (tmp_path / "out").is_dir()


def test_on_windows_folders_are_not_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "os", SimpleNamespace(name="nt"))  # which has neither open nor fsync
    system.flush_names(tmp_path)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_nothing_is_renamed_over(tmp_path: Path, what: str) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "out").write_text("mine") if what == "file" else (tmp_path / "out").mkdir()
    with pytest.raises(FileExistsError):
        system.move(tmp_path / "new", tmp_path / "out")
    assert (tmp_path / "new").is_dir()
