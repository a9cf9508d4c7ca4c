"""A measure is added in one file, and is then wherever measures are."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from plugged import plugged

from simulator.cli.main import cli
from simulator.results import measures as package
from simulator.results.measures.registry import registered

TOY = '''
"""A toy."""

from simulator.results.measures.registry import Values, measure
from simulator.results.quantities import Publication


@measure(90, "Children who start, counted twice", "children", "flow", Publication("count"), difference=7, charted=True)
def toy_starts(view):
    """Twice the starts."""
    return Values(2.0 * view.paths.starts.sum(axis=(-3, -2, -1))[..., None, None])
'''

HELP = """\
interventions:
  - kind: early_help
    id: help
    start: 2025-04
    effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95}}
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Add the toy and give a folder with two scenarios of two years."""
    monkeypatch.chdir(tmp_path)
    for key, text in (("calm", ""), ("help", HELP)):
        Path(f"{key}.yaml").write_text(f"name: {key.title()}\nend: 2027-03\n{text}", encoding="utf-8")
    package.measures()
    with plugged(package, registered(), tmp_path / "plugged", "toy_measure", TOY):
        yield tmp_path


def invoke(*words: str) -> str:
    done = CliRunner().invoke(cli, words, prog_name="care-demand", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def values(path: str, measure: str, column: str = "central", **where: str) -> list[str]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        chosen = [row for row in csv.DictReader(file) if row["measure"] == measure]
    return [row[column] for row in chosen if all(row[key] == value for key, value in where.items())]


def test_it_is_in_every_table_and_list(toy: Path) -> None:
    invoke("compare", "calm.yaml", "help.yaml", "--draws", "3", "--workers", "1", "--no-charts", "--out", "out")
    for table, of_all in (("results", {"age_band": "all"}), ("financial-years", {})):
        path = f"out/{table}.csv"
        starts = [float(v) for v in values(path, "starts", scenario="calm", placement="all", **of_all)]
        twice = [float(v) for v in values(path, "toy_starts", scenario="calm")]
        assert twice == pytest.approx([2.0 * v for v in starts], abs=1.6e-6)
        assert all(values(path, "toy_starts", "p90"))
    fewer = [float(v) for v in values("out/differences.csv", "toy_starts")]
    assert len(fewer) == 2
    assert all(v < 0.0 for v in fewer)
    assert "toy_starts" in invoke("list", "measures")


def test_it_is_published_as_it_says(toy: Path) -> None:
    invoke("run", "calm.yaml", "--area", "Kent", "--publish", "--no-charts", "--out", "out")
    found = [float(v) for v in values("out/financial-years.csv", "toy_starts")]
    assert len(found) == 2
    assert all(v > 0 and v % 5 == 0 for v in found)


def test_it_has_a_chart_if_it_asks_for_one(toy: Path) -> None:
    said = invoke("run", "calm.yaml", "--out", "out")
    assert "Children who start, counted twice: " in Path("out/summary.txt").read_text(encoding="utf-8"), said
    assert Path("out/charts/toy_starts.svg").is_file()


def test_it_is_gone_without_its_file() -> None:
    assert "toy_starts" not in package.measures()
