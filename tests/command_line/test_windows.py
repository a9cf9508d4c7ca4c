"""As if on Windows: what imports, what every command prints on a cp1252 console, and what it writes, to the byte."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from as_if import WINDOWS, command, environment, python

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="sees which files are open in /proc")

NAME = "Pomoc dla Łodzi £ – Ωmega"
"""It has characters that cp1252 has, and others."""

PLAN = f"""\
name: "{NAME}"
end: 2025-06
interventions:
  - {{kind: early_help, id: help, start: 2025-04, effect: {{risk_ratio: {{median: 0.9, p10: 0.8, p90: 0.95}}}}}}
"""

MACHINE = r"""
import sys
def of(code):
    try:
        exec(code, {"__package__": "simulator"})
    except Exception as error:
        return type(error).__name__
said = [
    of("import fcntl"),
    of("from importlib import import_module; import_module('pwd')"),
    of("import os; os.fork"),
    of("from os import geteuid"),
    of("import os; os.path; os.environ; assert os.name == 'nt'"),
    of("import sys; assert sys.platform == 'win32'"),
    of("import signal; signal.pthread_sigmask"),
    of("import msvcrt, os; msvcrt.locking(os.open('a', os.O_RDWR | os.O_CREAT), msvcrt.LK_NBLCK, 1)"),
    of("import os; os.mkdir('full'); file = open('full/a', 'wb'); os.rename('full', 'moved')"),
    of("import os; os.mkdir('free'); open('free/a', 'wb').close(); os.rename('free', 'moved')"),
    of("from pathlib import Path; Path('b').write_bytes(b''); Path('c').write_bytes(b''); Path('b').rename('c')"),
    of("import os; os.open('moved', os.O_RDONLY)"),
    of("from pathlib import Path; Path('d').write_text('\\u0141')"),
    of(r"from pathlib import Path; Path('d').write_text('\xa3\n'); assert Path('d').read_bytes() == b'\xa3\r\n'"),
    of("from pathlib import Path; Path('moved/a').unlink()"),
]
import fcntl, os
assert os.name == "posix" and os.fork
print(*said)
"""

EVERY_MODULE = """
import pkgutil, sys
from importlib import import_module
import simulator
found = [module.name for module in pkgutil.walk_packages(simulator.__path__, "simulator.")]
for name in found:
    if name != "simulator.__main__":
        import_module(name)
print(len(found))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Make a folder with a scenario whose name, and its file's, no cp1252 console can show."""
    (tmp_path / "plan-Łódź.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def done(*words: str, folder: Path, **more: str) -> str:
    """Run a command as if on Windows; see that it succeeds, and return what a cp1252 console shows."""
    made = command(*words, folder=folder, **WINDOWS, **more)
    assert made.returncode == 0, made.stderr.decode("cp1252")
    assert b"Traceback" not in made.stderr
    return made.stdout.decode("cp1252")


def test_the_machine_is_like_windows(folder: Path) -> None:
    made = python("-c", MACHINE, folder=folder, AS_IF_WINDOWS="1")
    assert made.stderr == b""
    assert made.stdout.decode().split() == [
        "ModuleNotFoundError", "ModuleNotFoundError", "AttributeError", "ImportError", "None", "None", "AttributeError",
        "None", "PermissionError", "None", "FileExistsError", "PermissionError", "UnicodeEncodeError", "None", "None",
    ]  # fmt: skip


def test_every_module_is_imported(folder: Path) -> None:
    made = python("-W", "error", "-c", EVERY_MODULE, folder=folder, **WINDOWS)
    assert made.returncode == 0, made.stderr.decode()
    assert int(made.stdout) > 150


def test_draws_by_spawn_have_the_bytes_of_another_system(folder: Path) -> None:
    words = ("run", "plan-Łódź.yaml", "--draws", "40", "--no-charts", "--out")
    shown = done(*words, "here", "--workers", "2", folder=folder)
    assert "Pomoc dla ?odzi £ – ?mega (plan-?ód?)" in shown
    assert command(*words, "there", "--workers", "1", folder=folder).returncode == 0
    assert written(folder / "here") == written(folder / "there")
    assert not [path for path in folder.iterdir() if path.name.startswith(".")], "nothing is left beside the output"


def test_an_earlier_output_is_replaced_unless_a_program_has_it_open(folder: Path) -> None:
    words = ("run", "plan-Łódź.yaml", "--no-charts", "--out", "here")
    done(*words, folder=folder)
    done(*words, "--seed", "2", folder=folder)
    before = written(folder / "here")
    assert json.loads(before["manifest.json"])["seed"] == 2
    made = command(*words, folder=folder, **WINDOWS, AS_IF_OPEN=str(folder / "here" / "results.csv"))
    assert made.returncode == 1
    assert b"here could not be written" in made.stderr
    assert b"Traceback" not in made.stderr
    assert written(folder / "here") == before
    done(*words, folder=folder)
    assert json.loads((folder / "here" / "manifest.json").read_bytes())["seed"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "con.yaml"), "con.yaml:1:1: Windows keeps the name con for a device"),
        (("check", "child.yaml"), "child.yaml:2:10: extends: Windows keeps the name AUX for a device"),
        (("run", "status-quo", "--out", "out/nul.csv"), "--out: out/nul.csv can't be made: Windows keeps the name nul"),
        (("run", "status-quo", "--out", "out:2"), "--out: out:2 can't be made: Windows has no ':' in names"),
        (("run", "status-quo", "--out", "out."), "--out: out. can't be made: Windows drops a dot or a space"),
        (("sample-returns", "--out", "a/com1/b"), "--out: a/com1/b can't be made: Windows keeps the name com1"),
        (("solve", "status-quo", "--target", "children=100000@2032-03", "--vary", "end", "--out", "prn.yaml"),
         "--out: prn.yaml can't be made: Windows keeps the name prn for a device"),
    ],
)  # fmt: skip
def test_names_that_windows_keeps_are_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    (folder / "con.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "AUX.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "child.yaml").write_text("name: Child\nextends: AUX.yaml\n", encoding="utf-8")
    before = written(folder)
    made = command(*words, folder=folder, **WINDOWS)
    assert made.returncode == 2, made.stderr
    assert said in made.stderr.decode("cp1252")
    assert written(folder) == before


def test_json_in_a_pipe_is_json_in_any_encoding(folder: Path) -> None:
    words = ("run", "plan-Łódź.yaml", "--no-charts", "--json")
    shown = done(*words, folder=folder)
    plain = command(*words, folder=folder, PYTHONIOENCODING="utf-8").stdout.decode("utf-8")
    assert shown.isascii()
    assert NAME in plain
    assert json.loads(shown) == json.loads(plain)


@pytest.mark.slow
def test_every_command_has_the_bytes_of_another_system(folder: Path) -> None:
    def every(where: str, **as_if: str) -> dict[str, bytes]:
        for words in (
            ("run", "plan-Łódź.yaml", "--draws", "40", "--workers", "2", "--keep-draws", "--out", f"{where}/run"),
            ("compare", "status-quo", "family-help-national", "plan-Łódź.yaml", "--out", f"{where}/comparison"),
            ("sample-returns", "--children", "120", "--dirt", "all", "--out", f"{where}/returns"),
            ("import", "ssda903", f"{where}/returns", "--out", f"{where}/imported"),
            ("import", "ssda903", f"{where}/returns", "--publish", "--out", f"{where}/published"),
            ("run", "status-quo", "--returns", f"{where}/imported", "--area-name", "Łódź", "--out", f"{where}/council"),
            ("run", "status-quo", "--area", "Kent", "--no-charts", "--publish", "--out", f"{where}/kent"),
            ("solve", "status-quo", "--target", "total_spend=12e9@2030-31", "--vary",
             "assumptions.deflator_percent_per_year", "--out", f"{where}-solved.yaml"),
        ):  # fmt: skip
            made = command(*words, folder=folder, **as_if)
            assert made.returncode == 0, (words, made.stderr)
            assert b"Traceback" not in made.stderr
        return written(folder / where) | {"solved": (folder / f"{where}-solved.yaml").read_bytes()}

    as_on_windows, plain = every("here", **WINDOWS), every("there")
    assert set(as_on_windows) == set(plain)
    differ = [name for name, content in plain.items() if as_on_windows[name] != content]
    assert differ == []


@pytest.mark.slow
@pytest.mark.parametrize("words", [
    ("check", "plan-Łódź.yaml"), ("schema",), ("list", "areas"), ("list", "measures"), ("list", "placements"),
    ("list", "scenarios"), ("list", "sources"), ("run", "plan-Łódź.yaml", "--json", "--no-charts"), ("--help",),
    ("calibrate", "--help"), ("backtest", "--help"), ("forecast", "freeze", "--help"),
])  # fmt: skip
def test_what_is_printed_is_that_of_another_system_but_for_what_a_console_lacks(
    folder: Path, words: tuple[str, ...]
) -> None:
    plain = command(*words, folder=folder, PYTHONIOENCODING="utf-8").stdout.decode("utf-8")
    shown = done(*words, folder=folder)
    if words[-1] == "--json" or "--json" in words or words == ("schema",):
        assert json.loads(shown) == json.loads(plain)
    else:
        assert shown == plain.encode("cp1252", errors="replace").decode("cp1252")


@pytest.mark.slow
def test_a_window_that_is_closed_keeps_finished_draws(folder: Path) -> None:
    words = ["run", "plan-Łódź.yaml", "--draws", "2000", "--no-charts", "--workers", "2", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", *words], stderr=subprocess.PIPE, cwd=folder, env=environment(**WINDOWS)
    )
    end = time.monotonic() + 120
    while not list(folder.glob(".out-draws/*/*.block")):
        assert time.monotonic() < end, "no draws were finished"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGUSR2)  # stands for Ctrl-Break
    _, said = process.communicate(timeout=120)
    assert process.returncode == 143
    assert b"finished draws are kept; the same command goes on from them" in said
    assert b"Traceback" not in said
    assert not (folder / "out").exists()
