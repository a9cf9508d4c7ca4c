"""No command destroys what it did not make, two never write to one folder, and a fault costs no output."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from disk_faults import How, dies_as_a_program, every_fault
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paths import ROOT

from simulator.backtest import freeze, record, write_record
from simulator.backtest.hindcast import hindcast_page, run_areas, run_bases, write_hindcast
from simulator.cli.main import cli
from simulator.outputs.folder import whole_folder
from simulator.runs.ensemble import blocks
from simulator.runs.ensemble.store import Store
from simulator.runs.folders.own_folders import MARKER

CALM = "name: Calm\nend: 2025-06\n"
HELP = (
    "name: Help\nend: 2025-06\ninterventions:\n"
    "  - {kind: early_help, id: help, start: 2025-04, effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95}}}\n"
)
COMMANDS = {
    "run": ("run", "{in}/calm.yaml", "--no-charts", "--out", "{out}"),
    "run with draws": ("run", "{in}/help.yaml", "--draws", "4", "--workers", "1", "--no-charts", "--out", "{out}"),
    "compare": ("compare", "{in}/calm.yaml", "{in}/help.yaml", "--no-charts", "--out", "{out}"),
    "import": ("import", "ssda903", "{in}/returns", "--out", "{out}"),
    "sample-returns": ("sample-returns", "--children", "20", "--years", "1", "--out", "{out}"),
    "backtest": ("backtest", "--out", "{out}"),
    "hindcast": ("hindcast", "--out", "{out}"),
    "forecast freeze": ("forecast", "freeze", "--out", "{out}"),
}
SOLVE = (
    "solve", "status-quo", "--target", "total_spend=10.0e9@2026-27",
    "--vary", "assumptions.deflator_percent_per_year", "--out", "{out}",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def given_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write what commands read; a back-test, which takes minutes, is one that only writes."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "calm.yaml").write_text(CALM)
    (folder / "help.yaml").write_text(HELP)
    assert give("sample-returns", folder, folder / "returns").exit_code == 0

    def forecast(_panel: object, work: Path, _progress: object) -> None:
        (work / "1997-0.npz").write_bytes(b"0")

    def write(_record: object, out: Path, *_: object) -> None:
        with whole_folder(out) as part:
            (part / "manifest.json").write_text('{"made_by": "care-demand", "files": ["manifest.json"]}')

    def freeze_it(panel: object, out: Path, _command: str, work: Path, progress: object) -> None:
        forecast(panel, work, progress)
        write(None, out)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_bases, "run_base", lambda base, draws, seed, work, progress: [])
        patch.setattr(run_areas, "run_areas", lambda base, draws, seed, work, progress: [])
        patch.setattr(write_hindcast, "write_hindcast", write)
        patch.setattr(hindcast_page, "verdict", lambda many: "")
        patch.setattr(record, "backtest", forecast)
        patch.setattr(write_record, "write_backtest", write)
        patch.setattr(freeze, "write_frozen", freeze_it)
        patch.setattr(blocks, "BLOCK_DRAWS", 2)
        yield folder


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, words, prog_name="care-demand")


def give(command: str, files: Path, out: Path, *more: str) -> Result:
    return call(*words_of(command, files, out), *more)


def words_of(command: str, files: Path, out: Path) -> list[str]:
    words = SOLVE if command == "solve" else COMMANDS[command]
    return [word.format(**{"in": files, "out": out}) for word in words]


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, and folders with nothing in them."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"a folder"
        for path in sorted(folder.rglob("*"))
        if path.is_file() or not any(path.iterdir())
    }


# --------------------------------------------------------------------------------------------------
# What others made

LURES = [
    ".out-draws/thesis.txt", ".out-draws/help-0123456789abcdef/draws-0000001-0000002.block", ".out-draws/origins/x.txt",
    ".out-work/new/thesis.txt", ".out-work/old/manifest.json", ".care-demand-1234abcd.part/thesis.txt",
    ".care-demand-1234abcd.old/manifest.json", ".out.part", "out.csv", ".out", "outs/manifest.json",
    "notes/draws.block",
]  # fmt: skip
IN_THE_WAY = (".out-work", ".out-draws/origins")
"""Where commands work, so that they are refused."""
NAMES = st.from_regex(r"\A\.?out[-a-z]{1,8}(/[a-z]{1,8}\.(block|part|npz|csv))?\Z")


@pytest.mark.parametrize("command", [*COMMANDS, "solve"])
def test_what_lies_beside_is_left_alone(command: str, given_files: Path, tmp_path: Path) -> None:
    """Whatever its name: a file, a folder, even where commands keep draws."""
    beside = {name: name.encode() for name in LURES if not name.startswith(IN_THE_WAY)}
    for name, content in beside.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    done = give(command, given_files, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert {k: v for k, v in everything(tmp_path).items() if k.split("/")[0] != "out"} == beside


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    command=st.sampled_from(["run", "run with draws", "sample-returns", "import", "forecast freeze"]),
    names=st.sets(st.sampled_from(LURES) | NAMES, min_size=1, max_size=4),
    content=st.binary(max_size=8),
    inside=st.booleans(),
)
def test_no_command_removes_or_overwrites_what_it_did_not_make(
    given_files: Path, command: str, names: set[str], content: bytes, inside: bool
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if inside:
            assert give(command, given_files, folder / "out").exit_code == 0
        for name in sorted(names):
            path = (folder / "out" if inside else folder) / name
            if (path.parent.exists() and not path.parent.is_dir()) or path.is_dir():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        before = everything(folder)
        done = give(command, given_files, folder / "out")
        after = everything(folder)
        refused = (".out-work", *((".out-draws/origins",) if command == "forecast freeze" else ()))
        assert done.exit_code == (2 if inside or any(name.startswith(refused) for name in before) else 0), done.output
        if done.exit_code == 2:
            assert after == before
        else:
            assert {k: v for k, v in after.items() if not k.startswith("out/")} == before


@pytest.mark.parametrize("command", [*COMMANDS, "solve"])
@pytest.mark.parametrize("kind", ["folder", "file"])
def test_an_output_of_somebody_else_is_refused(command: str, kind: str, given_files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if kind == "folder":
        out.mkdir()
    (out / "thesis.txt" if kind == "folder" else out).write_text("years of work")
    before = everything(tmp_path)
    done = give(command, given_files, out)
    assert done.exit_code == 2, done.output
    assert str(out) in done.stderr
    assert everything(tmp_path) == before


@pytest.mark.parametrize("words", [(), ("--draws", "4", "--workers", "1")])
def test_the_returns_that_are_run_are_not_replaced(words: tuple[str, ...], given_files: Path, tmp_path: Path) -> None:
    imported = tmp_path / "council/imported"
    assert give("import", given_files, imported).exit_code == 0
    before = everything(tmp_path)
    done = call("run", str(given_files / "calm.yaml"), "--returns", str(imported), "--out", str(imported), *words)
    assert done.exit_code == 2
    assert "holds what is read" in done.stderr
    assert everything(tmp_path) == before


def test_returns_in_a_folder_are_not_replaced_by_their_import(tmp_path: Path) -> None:
    assert call("sample-returns", "--children", "20", "--years", "1", "--out", str(tmp_path / "made")).exit_code == 0
    before = everything(tmp_path)
    (year,) = (path for path in (tmp_path / "made").iterdir() if path.is_dir())
    done = call("import", "ssda903", str(year), "--out", str(tmp_path / "made"))
    assert done.exit_code == 2
    assert "holds the returns" in done.stderr
    assert everything(tmp_path) == before


@pytest.mark.parametrize(("command", "chart"), [("backtest", "skill"), ("hindcast", "money")])
def test_pages_of_somebody_else_are_not_replaced(command: str, chart: str, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in ((f"{command}-{chart}.png", "mine"), (f"{command}.md", "# Mine")):
        (docs / name).write_text(text)
        done = call(command, "--out", str(tmp_path / "out"), "--docs", str(docs))
        assert done.exit_code == 2
        assert f"--docs: {docs / name} is not written by care-demand {command}" in done.stderr
        (docs / name).unlink()
    assert call(command, "--out", str(tmp_path / "out"), "--docs", str(docs)).exit_code == 0


# --------------------------------------------------------------------------------------------------
# Draws of others


def stop_after_a_block(files: Path, out: Path, *more: str) -> None:
    """Run with draws, and fail when the first are saved."""
    save = Store.save

    def once(store: Store, which: blocks.Block, figures: dict[str, blocks.Array]) -> None:
        save(store, which, figures)
        raise OSError("no space left")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "save", once)
        done = give("run with draws", files, out, *more)
    assert done.exit_code == 1
    assert "finished draws are kept" in done.stderr


def test_finished_draws_of_another_run_are_kept(given_files: Path, tmp_path: Path) -> None:
    stop_after_a_block(given_files, tmp_path / "out")
    kept = {k: v for k, v in everything(tmp_path).items() if k.endswith(".block")}
    assert len(kept) == 1
    before = everything(tmp_path)
    draws = tmp_path / ".out-draws"
    touched = draws.stat().st_mtime_ns

    assert give("run", given_files, tmp_path / "out").exit_code == 0
    assert {k: v for k, v in everything(tmp_path).items() if not k.startswith("out/")} == before
    assert draws.stat().st_mtime_ns == touched

    assert give("run with draws", given_files, tmp_path / "out", "--seed", "2").exit_code == 0
    assert {k: v for k, v in everything(tmp_path).items() if k.endswith(".block")} == kept

    saved: list[blocks.Block] = []
    save = Store.save
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "save", lambda store, which, figures: (saved.append(which), save(store, which, figures)))
        assert give("run with draws", given_files, tmp_path / "out").exit_code == 0
    assert len(saved) == 1
    assert not draws.exists()


# --------------------------------------------------------------------------------------------------
# Two at once


@contextmanager
def another_command(folder: Path) -> Iterator[None]:
    """Hold a folder in another process, which is then killed."""
    code = "import sys; from pathlib import Path; from simulator.outputs.folder import held\n"
    code += "with held(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(folder)]
    pipe, env = subprocess.PIPE, {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=env) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def test_a_folder_in_use_is_refused_at_once_and_free_after_a_kill(given_files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with another_command(out):
        before = everything(tmp_path)
        for command in (*COMMANDS, "solve"):
            done = give(command, given_files, out)
            assert done.exit_code == 1, command
            assert done.stderr.count("\n") == 1
            assert f"{out} is in use by another care-demand command; wait until it is done" in done.stderr
            assert "fault" not in done.stderr
            assert done.stdout == "" or command == "solve"
            assert everything(tmp_path) == before, command
    assert give("run", given_files, out).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_two_runs_to_one_folder(given_files: Path, tmp_path: Path) -> None:
    out, expected = tmp_path / "a/out", tmp_path / "b/out"
    words = [str(given_files / "help.yaml"), "--draws", "40", "--engine", "plain", "--no-charts", "--workers", "1"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "simulator", "run", *words, "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as first:
        end = time.monotonic() + 60
        while not (tmp_path / "a/.out-work" / MARKER).exists():
            assert time.monotonic() < end
            time.sleep(0.005)
        assert call("run", *words, "--out", str(out)).exit_code == 1
        _, said = first.communicate(timeout=120)
    assert (first.returncode, said) == (0, "")
    assert call("run", *words, "--out", str(expected)).exit_code == 0
    assert everything(tmp_path / "a") == everything(tmp_path / "b")


# --------------------------------------------------------------------------------------------------
# Faults


def every_fault_of(command: str, how: How, earlier: bool, files: Path, folder: Path, step: int = 1) -> int:
    """Let a command fail at every step; the output stays, and the same command mends all."""
    assert give(command, files, folder / "expected").exit_code == 0
    expected = everything(folder / "expected")
    place = folder / "a"
    old = {"manifest.json": b'{"made_by": "care-demand", "files": ["manifest.json"]}'}

    def prepare() -> Path:
        shutil.rmtree(place, ignore_errors=True)
        if earlier:
            (place / "out").mkdir(parents=True)
            (place / "out/manifest.json").write_bytes(old["manifest.json"])
        return place

    def work() -> None:
        if (code := give(command, files, place / "out").exit_code) != 0:
            raise SystemExit(code)

    def check(at: int) -> None:
        if (place / "out").exists():
            assert everything(place / "out") in (old, expected), at
        elif earlier:
            assert everything(place / ".out-work/old") == old, at
        work()
        assert everything(place / "out") == expected, at
        assert {path.name for path in place.iterdir()} == {"out"}, at

    def program(folder: Path, at: int) -> bool:
        return dies_as_a_program(folder, at, words_of(command, files, place / "out"))

    with_threads = command in ("import", "sample-returns")  # polars does not live through a fork
    return every_fault(how, prepare, work, check, dies=program if with_threads else None, step=step)


@pytest.mark.skipif(os.name != "posix", reason="fork")
def test_a_kill_at_some_steps_of_a_run(given_files: Path, tmp_path: Path) -> None:
    assert every_fault_of("run with draws", "dies", True, given_files, tmp_path, step=7) > 25


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="fork")
@pytest.mark.parametrize("earlier", [True, False], ids=["existing", "new"])
@pytest.mark.parametrize("how", ["fails once", "is gone", "dies"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fault_at_every_step_of_every_command(
    command: str, how: How, earlier: bool, given_files: Path, tmp_path: Path
) -> None:
    cold = command == "import" and how == "dies"  # each process works England's rates out again, for seconds
    assert every_fault_of(command, how, earlier, given_files, tmp_path, step=5 if cold else 1) > 15


# --------------------------------------------------------------------------------------------------
# Who may read

RETURNS: dict[str, Callable[[Path, Path], Result]] = {
    "import": lambda files, out: give("import", files, out),
    "run": lambda files, out: call(
        "run", str(files / "calm.yaml"), "--returns", str(files / "imported"), "--no-charts", "--out", str(out)
    ),
    "compare": lambda files, out: call(
        "compare", str(files / "calm.yaml"), str(files / "help.yaml"), "--returns", str(files / "imported"),
        "--no-charts", "--out", str(out),
    ),
    "import --publish": lambda files, out: give("import", files, out, "--publish"),
    "run --publish": lambda files, out: call(
        "run", "status-quo", "--returns", str(files / "imported"), "--no-charts", "--publish",
        "--out", str(out),
    ),
    "run of England": lambda files, out: give("run", files, out),
}  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("command", RETURNS)
def test_unsuppressed_tables_of_a_council_are_readable_by_their_owner_only(
    command: str, given_files: Path, tmp_path: Path
) -> None:
    if not (given_files / "imported").exists():
        assert give("import", given_files, given_files / "imported").exit_code == 0
    private = command in ("import", "run", "compare")
    before = os.umask(0o022)
    try:
        done = RETURNS[command](given_files, tmp_path / "out")
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    assert "manifest.json" in json.loads((out / "manifest.json").read_text())["files"]
    for path in (out, *out.rglob("*")):
        wanted = (0o700 if private else 0o755) if path.is_dir() else (0o600 if private else 0o644)
        assert path.stat().st_mode & 0o777 == wanted, path


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_finished_draws_are_for_their_owner_only(given_files: Path, tmp_path: Path) -> None:
    stop_after_a_block(given_files, tmp_path / "out")
    assert (tmp_path / ".out-draws").stat().st_mode & 0o777 == 0o700
