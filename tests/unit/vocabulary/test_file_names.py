"""Names of files that Windows keeps, forbids or changes."""

import ntpath
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from simulator.vocabulary import file_names
from simulator.vocabulary.file_names import unfit, unfit_on_windows

UNFIT = [
    "con", "CON", "aux.yaml", "Nul.tar.gz", "com1", "LPT9.csv", "lpt¹", "prn .txt", "conin$", "ab:c", "nul:b", "what?",
    "a*", 'say "x"', "a<b", "a|b", "a\tb", "end.", "end ", "...",
]  # fmt: skip
FIT = [
    "status-quo",
    "aux-2.yaml",
    "console",
    "com10",
    "com",
    "lpt",
    "a.con",
    ".out-draws",
    "plan Łódź",
    "..",
    ".",
    "£1m & more",
]


@pytest.mark.parametrize("name", UNFIT)
def test_unfit(name: str) -> None:
    assert unfit_on_windows(name).startswith("Windows ")


@pytest.mark.parametrize("name", FIT)
def test_fit(name: str) -> None:
    assert unfit_on_windows(name) == ""


@pytest.mark.skipif(not hasattr(ntpath, "isreserved"), reason="Python 3.13 has the same rules")
@pytest.mark.parametrize("name", [*UNFIT, *FIT])
def test_python_agrees(name: str) -> None:
    assert bool(unfit_on_windows(name)) == ntpath.isreserved(name)


def test_every_name_of_a_path_counts_on_windows_and_none_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_names, "WINDOWS", True)
    assert unfit(PureWindowsPath(r"C:\Users\me\aux\out")) == "Windows keeps the name aux for a device"
    assert unfit(PureWindowsPath(r"C:\Users\me\..\out")) == ""
    assert unfit(PureWindowsPath("out:2")) == "Windows has no ':' in names"
    monkeypatch.setattr(file_names, "WINDOWS", False)
    assert unfit(PurePosixPath("/data/aux/10:30")) == ""
