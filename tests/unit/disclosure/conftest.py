"""A council of some sixty children by its own returns, for what is published of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.data.council import read_council
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import load_mapping


@pytest.fixture(scope="session")
def small_returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with its returns (`returns`) and what was imported of them (`imported`)."""
    folder = tmp_path_factory.mktemp("small")
    words = ("sample-returns", "--children", "60", "--years", "3", "--seed", "5", "--out", str(folder / "returns"))
    for command in (words, ("import", "ssda903", str(folder / "returns"), "--out", str(folder / "imported"))):
        assert CliRunner().invoke(cli, list(command)).exit_code == 0
    return folder


@pytest.fixture(scope="session")
def own_returns(small_returns: Path) -> RunResults:
    """Return two years of it, with the years before and where its children are placed."""
    loaded = load_mapping({"name": "Own", "extends": "status-quo", "end": "2027-03"})
    return simulate(loaded.of_council(read_council(small_returns / "imported", "Rutland")))
