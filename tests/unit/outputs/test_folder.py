"""An output folder is the earlier or the new one, whole, whatever fails; only one command writes at a time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from disk_faults import How, every_fault
from paths import ROOT

from simulator.outputs.folder import (
    FolderError,
    FolderInUseError,
    WriteError,
    check_folder,
    held,
    whole_folder,
    write_file,
)
from simulator.runs.folders.own_folders import MARKER

HOWS: list[How] = ["fails once", "is gone", "dies"]
WORK = f".out-work/{MARKER}"


def write(folder: Path, text: str, *, private: bool = False) -> None:
    """Write an output of three files."""
    with whole_folder(folder, private=private) as part:
        (part / "results.csv").write_text(text)
        (part / "charts").mkdir()
        (part / "charts/one.svg").write_text(text)
        files = ["results.csv", "charts/one.svg", "manifest.json"]
        (part / "manifest.json").write_text(json.dumps({"made_by": "care-demand", "files": files}))


def everything(folder: Path) -> dict[str, str]:
    """Return the text of every file below a folder, and folders with nothing in them."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else "a folder"
        for path in folder.rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


def output(text: str) -> dict[str, str]:
    files = ["results.csv", "charts/one.svg", "manifest.json"]
    manifest = json.dumps({"made_by": "care-demand", "files": files})
    return {"out/results.csv": text, "out/charts/one.svg": text, "out/manifest.json": manifest}


@contextmanager
def another_command(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold a folder in another process."""
    code = "import sys; from pathlib import Path; from simulator.outputs.folder import held\n"
    code += "with held(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


# --------------------------------------------------------------------------------------------------
# Faults


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("earlier", [True, False], ids=["existing", "new"])
@pytest.mark.parametrize("private", [True, False], ids=["private", "open"])
def test_a_fault_at_every_step_leaves_the_old_or_the_new_output(
    tmp_path: Path, how: How, earlier: bool, private: bool
) -> None:
    if how == "dies" and os.name != "posix":
        pytest.skip("fork")
    place = tmp_path / "a"

    def prepare() -> Path:
        shutil.rmtree(place, ignore_errors=True)
        if earlier:
            write(place / "out", "old")
        return tmp_path

    def check(at: int) -> None:
        if how == "fails once":
            assert (place / "out").exists() or not earlier, at
        if (place / "out").exists():
            shown = {name: text for name, text in everything(place).items() if name.startswith("out/")}
            assert shown in (output("old"), output("new"))
        if at % 2:
            with held(place / "out"):  # the next command, which then writes nothing
                pass
            found = everything(place) if place.exists() else {}
            assert found in (([output("old")] if earlier else [{}]) + [output("new")]), at
        write(place / "out", "newer")
        assert everything(place) == output("newer"), at

    steps = every_fault(how, prepare, lambda: write(place / "out", "new", private=private), check)
    assert steps > 20


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("replace", [True, False])
def test_a_fault_at_every_step_of_a_single_file(tmp_path: Path, how: How, replace: bool) -> None:
    if how == "dies" and os.name != "posix":
        pytest.skip("fork")
    path = tmp_path / "a/solved.yaml"

    def prepare() -> Path:
        shutil.rmtree(path.parent, ignore_errors=True)
        if replace:
            write_file(path, b"old")
        return tmp_path

    def check(at: int) -> None:
        assert not path.exists() if not path.exists() and not replace else path.read_text() in ("old", "new")
        write_file(path, b"newer", replace=True)
        assert everything(path.parent) == {"solved.yaml": "newer"}, at

    assert every_fault(how, prepare, lambda: write_file(path, b"new", replace=replace), check) > 8


def test_all_is_on_the_disk_before_the_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "out", "old")
    said: list[str] = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda fd: (said.append(str(os.fstat(fd).st_ino)), fsync(fd))[1])
    monkeypatch.setattr(Path, "rename", lambda path, to: (said.append("rename"), rename(path, to))[1])
    write(tmp_path / "out", "new")
    renamed = said.index("rename")
    folders = (tmp_path / "out", tmp_path / "out/charts")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {str(path.stat().st_ino) for path in (*files, *folders)} <= set(said[:renamed])
    assert str(tmp_path.stat().st_ino) in said[renamed:]


def test_a_folder_is_never_renamed_over_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a folder can't be renamed over one, even over an empty one."""
    rename = Path.rename

    def strict(path: Path, target: Path) -> Path:
        assert not os.path.lexists(target)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", strict)
    (tmp_path / "out").mkdir()
    for text in ("first", "second"):
        write(tmp_path / "out", text)
        assert everything(tmp_path) == output(text)


def test_an_output_that_is_open_elsewhere_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a folder can't be renamed while a table of it is open in a spreadsheet."""
    write(tmp_path / "out", "old")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "out":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(WriteError, match=r"permission denied \(nothing was changed\)"):
        write(tmp_path / "out", "new")
    assert everything(tmp_path) == output("old")


def test_when_the_earlier_output_cannot_be_put_back_the_next_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "out", "old")
    rename = Path.rename

    def once(path: Path, target: Path) -> Path:
        if target.name == "out":
            raise OSError(5, "Input/output error")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", once)
        with pytest.raises(WriteError, match=r"the earlier output is in .*old, and the next command puts it back"):
            write(tmp_path / "out", "new")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(FolderError, match=r"not written by care-demand.*; an earlier output of it is in .*\.out-work"):
        write(tmp_path / "out", "new")
    assert (tmp_path / "out/mine.txt").read_text() == "mine"
    (tmp_path / "out/mine.txt").unlink()
    with held(tmp_path / "out"):
        pass
    assert everything(tmp_path) == output("old")


# --------------------------------------------------------------------------------------------------
# Two at once


def test_a_second_command_is_refused_and_the_first_is_not_disturbed(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with another_command(tmp_path / "out"):
        before = everything(tmp_path)
        assert WORK in before
        for _ in range(2):
            with pytest.raises(FolderInUseError, match="out is in use by another care-demand command"):
                write(tmp_path / "out", "new")
        assert everything(tmp_path) == before
        write(tmp_path / "other", "new")
    write(tmp_path / "out", "new")  # the other was killed, and left its folder
    shutil.rmtree(tmp_path / "other")
    assert everything(tmp_path) == output("new")


def test_a_link_to_a_folder_in_use_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with another_command(tmp_path / "out"), pytest.raises(FolderInUseError, match="link is in use"):
        write(tmp_path / "link", "new")


def test_another_thread_is_refused_and_a_call_inside_is_not(tmp_path: Path) -> None:
    told: list[str] = []

    def other() -> None:
        try:
            write(tmp_path / "out", "other")
        except FolderInUseError as error:
            told.append(str(error))

    with held(tmp_path / "out"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        write(tmp_path / "out", "new")
    assert len(told) == 1
    assert everything(tmp_path) == output("new")


def test_many_threads_one_after_the_other(tmp_path: Path) -> None:
    """Who comes just as the hidden folder is deleted is let in or refused, and never sees half of it."""
    errors: list[BaseException] = []

    def work() -> None:
        for _ in range(15):
            try:
                write(tmp_path / "a/out", "new")
            except FolderInUseError:
                pass
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    write(tmp_path / "a/out", "new")
    assert everything(tmp_path / "a") == output("new")


# --------------------------------------------------------------------------------------------------
# What is not ours


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_hidden_folder_that_is_not_ours_is_left_alone(tmp_path: Path, kind: str) -> None:
    work = tmp_path / ".out-work"
    if kind == "folder":
        (work / "new").mkdir(parents=True)
        (work / "new/thesis.txt").write_text("years of work")
    elif kind == "file":
        work.write_text("mine")
    else:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / MARKER).write_text("")
        (tmp_path / "elsewhere/new").write_text("mine")
        work.symlink_to("elsewhere")
    before = everything(tmp_path)
    with pytest.raises(FolderError, match=r"\.out-work is in the way: care-demand works there, and did not make it"):
        write(tmp_path / "out", "new")
    assert everything(tmp_path) == before


@pytest.mark.parametrize("ours", [True, False])
def test_an_empty_folder_that_somebody_made_in_the_output_is_not_lost(tmp_path: Path, ours: bool) -> None:
    if ours:
        write(tmp_path / "out", "old")
    (tmp_path / "out/notes").mkdir(parents=True)
    with pytest.raises(FolderError, match=r"not written by care-demand|did not write \(notes\)"):
        write(tmp_path / "out", "new")
    assert (tmp_path / "out/notes").is_dir()


def test_a_file_that_is_added_while_a_command_runs_is_not_lost(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")

    def write_while_somebody_adds() -> None:
        with whole_folder(tmp_path / "out") as part:
            (part / "results.csv").write_text("new")
            (tmp_path / "out/mine.txt").write_text("mine")

    with pytest.raises(FolderError, match=r"did not write \(mine.txt\)"):
        write_while_somebody_adds()
    assert everything(tmp_path) == {**output("old"), "out/mine.txt": "mine"}


def test_a_single_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    with pytest.raises(FolderError, match=r"mine\.yaml exists; name a file that does not"):
        write_file(tmp_path / "mine.yaml", b"new")
    assert everything(tmp_path) == {"mine.yaml": "mine"}


def test_a_check_beside_a_command_that_replaces_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "out", "old")

    def gone(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(Path, "rglob", gone)
    check_folder(tmp_path / "out")


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_what_is_private_is_for_its_owner_only(tmp_path: Path) -> None:
    for private in (True, False, True):
        write(tmp_path / "out", "new", private=private)
        paths = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
        assert [path for path in paths if path.stat().st_mode & 0o077] == ([] if private else paths)
