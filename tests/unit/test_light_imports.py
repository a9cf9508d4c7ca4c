"""What the engine needs can be imported where there is nothing but numpy: in a Python within a browser, for example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

HEAVY = ("pydantic", "ruamel", "scipy", "matplotlib")

BLOCKED = f"""
import importlib, pkgutil, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY}:
            raise ModuleNotFoundError(f"{{name}} is not here")

sys.meta_path.insert(0, Blocked())
"""

ENGINE = """
import numpy as np
from simulator.engine.plain import run
from rates_examples import BAND_OF_AGE, england

assert np.isfinite(run(england(12), BAND_OF_AGE).children).all()
"""

EVERY = """
import simulator.engine, simulator.vocabulary, simulator.uncertainty, simulator.results
for package in (simulator.engine, simulator.vocabulary, simulator.uncertainty):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".compiled" not in module.name:
            importlib.import_module(module.name)
for name in ("baseline.structure", "baseline.labelled_arrays", "projection.go_on", "results.labelled",
             "results.results_protocol", "results.value_for_money", "results.long_tables",
             "disclosure.published", "outputs.svg", "outputs.charts.findings"):
    importlib.import_module("simulator." + name)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("code", [ENGINE, EVERY], ids=["engine", "modules"])
def test_the_engine_and_what_reads_it_need_numpy_alone(code: str) -> None:
    done = run(BLOCKED + code)
    assert not done.returncode, done.stderr[-2000:]


def test_what_is_blocked_is_blocked() -> None:
    assert "scipy is not here" in run(BLOCKED + "import scipy").stderr


def test_a_central_run_of_england_and_its_charts_need_neither_scipy_nor_matplotlib() -> None:
    code = """
import sys
import simulator
from simulator.outputs.svg import draw, plots
results = simulator.run("status-quo", engine="plain")
assert [draw(plot) for plot in plots(results)]
assert not {"scipy", "matplotlib"} & set(sys.modules)
"""
    done = run(code)
    assert not done.returncode, done.stderr[-2000:]


def test_a_run_without_charts_loads_no_library_of_charts(tmp_path: Path) -> None:
    code = f"""
import sys
from simulator.cli.main import main
sys.argv = ["care-demand", *"run stable-homes-2023 --no-charts --engine plain --out".split(), {str(tmp_path / "out")!r}]
try:
    main()
except SystemExit as end:
    assert not end.code
finally:
    assert "matplotlib" not in sys.modules
"""
    done = run(code)
    assert not done.returncode, done.stderr[-2000:]


ON_A_PAGE = {
    "numpy",
    *("pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"),
    "ruamel",
    *("afcharts", "yaml"),
}
"""What a page's central run takes of others: arrays, the schema of scenarios, their reader and a palette, with what
these ask for. scipy comes with draws, and with scenarios that hold a range up to a bound of its number."""


def test_a_page_s_central_run_takes_the_schema_and_the_reader_of_scenarios_besides() -> None:
    code = """
import sys
from simulator.web import ongoing, work

ongoing.page_engine = lambda: "plain"
state = {"v": 1, "scenarios": [{"name": "Quick", "extends": "status-quo", "end": "2026-03"}]}
answer = work.begin(ongoing.Kept(), state, {"tab": "children", "width": 760, "differences": False})
assert answer["view"]["charts"]
assert work.cards_of(ongoing.Kept(), state)["cards"]
files = {name.partition(".")[0]: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}
print(*sorted(name for name, file in files.items() if "site-packages" in file))
"""
    done = run(code)
    assert not done.returncode, done.stderr[-2000:]
    taken = set(done.stdout.split())
    assert {"numpy", "pydantic", "ruamel"} <= taken
    assert taken - {"_distutils_hack"} <= ON_A_PAGE
