"""The version of the model changes when results do, and the changelog, the package and CITATION.cff tell of it."""

import re
import tomllib

import model_figures
import pytest
from paths import ROOT

from simulator.data.model_version import HISTORY, MODEL_VERSION
from simulator.data.provenance import versions


def test_results_are_those_of_this_version() -> None:
    version, before = model_figures.stored()
    after = model_figures.figures()
    changed = model_figures.differences(before, after)
    assert not changed, f"Results changed. If they should, the version of the model does too: {model_figures.BUMP}"
    assert version == MODEL_VERSION, "the figures are of another version of the model: run `make model-figures`"
    measures = {run: set(found) for run, found in before.items()}
    assert measures == {run: set(found) for run, found in after.items()}, "run `make model-figures`"


def test_a_change_is_noticed_and_rounding_is_not() -> None:
    before = {"run": {"children": [80000.0, 81000.0], "spend": [0.0, 7e9]}}
    rounded = {"run": {"children": [80000.0 + 1e-8, 81000.0], "spend": [0.0, 7e9 - 1e-3]}}
    assert not model_figures.differences(before, rounded)
    for changed in ({"run": {**before["run"], "children": [80000.01, 81000.0]}}, {"run": {"spend": [0.0, 7e9]}}, {}):
        assert model_figures.differences(before, changed)


def test_changed_figures_are_not_stored_under_the_old_version(tmp_path, monkeypatch, capsys) -> None:
    file = tmp_path / "figures.json"
    monkeypatch.setattr(model_figures, "STORED", file)
    monkeypatch.setattr(model_figures, "figures", lambda: {"run": {"children": [1.0]}})
    assert model_figures.main() == 0
    assert model_figures.stored() == (MODEL_VERSION, {"run": {"children": [1.0]}})
    monkeypatch.setattr(model_figures, "figures", lambda: {"run": {"children": [2.0]}})
    assert model_figures.main() == 1
    assert "as before" in capsys.readouterr().out
    assert model_figures.stored() == (MODEL_VERSION, {"run": {"children": [1.0]}})
    monkeypatch.setattr(model_figures, "MODEL_VERSION", MODEL_VERSION + 1)
    assert model_figures.main() == 0
    assert model_figures.stored() == (MODEL_VERSION + 1, {"run": {"children": [2.0]}})


def test_every_version_says_what_changed() -> None:
    assert list(HISTORY) == list(range(1, MODEL_VERSION + 1))
    assert all(said.endswith(".") for said in HISTORY.values())


def test_changelog_package_and_citation_agree() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    head, *releases = re.split(r"^## \[(?=\d)", text, flags=re.MULTILINE)
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited is not None
    assert releases[0].partition("]")[0] == package == cited[1]
    assert all(re.match(r"[\d.]+\] - \d{4}-\d{2}-\d{2}\n\nModel \d+: ", release) for release in releases)
    named = [int(number) for number in re.findall(r"^Model (\d+)", text, re.MULTILINE)]
    assert named == sorted(named, reverse=True)
    assert set(HISTORY) == set(named), "CHANGELOG.md names each version of the model, under its release or [Unreleased]"
    assert "## [Unreleased]" in head


@pytest.mark.parametrize("engine", ["plain", "compiled"])
def test_versions_name_the_engine_that_ran(engine: str) -> None:
    found = versions(engine, "matplotlib")
    assert found["model"] == MODEL_VERSION
    compiled = {"numba", "llvmlite", "compiled_engine"}
    assert found.keys() & compiled == (compiled if engine == "compiled" else set())
    assert set(found) - compiled == {"care-demand", "model", "python", "numpy", "matplotlib"}
    assert all(found.values())
