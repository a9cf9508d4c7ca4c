"""A chart is added by one function in one file, and is then in the folder, the summary and the manifest."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from plugged import plugged
from synthetic import synthetic

from simulator.baseline.england import load_baseline
from simulator.outputs import charts
from simulator.outputs.charts.chart_registry import registered
from simulator.outputs.run_folder import write_run

TOY = '''
"""A toy."""

from simulator.outputs.charts import series, style
from simulator.outputs.charts.chart_registry import chart
from simulator.outputs.charts.layout import Sheet


@chart("toy", title="A toy")
def toy(results):
    """Draw moves."""
    path = series.yearly(results, "moves_in")
    with style.context():
        sheet = Sheet("Children move", "Moves", series.footer([results]))
        sheet.panels[0].plot(path.at, path.middle)
        return sheet.finish("A line of moves.")
'''


def test_it_is_in_the_folder_the_summary_and_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    charts.entries()
    text = "name: Status quo\n"
    file = SimpleNamespace(path=Path("status-quo.yaml"), text=text, sha256=hashlib.sha256(text.encode()).hexdigest())
    loaded = SimpleNamespace(key="status-quo", files=(file,), baseline=load_baseline(2025))
    with plugged(charts, registered(), tmp_path / "plugged", "toy_chart", TOY):
        monkeypatch.setattr(
            charts, "entries", lambda scope, all_of=charts.entries: [e for e in all_of(scope) if e.name == "toy"]
        )
        assert [entry.name for entry in charts.entries("scenario")] == ["toy"]
        write_run(synthetic(months=24), loaded, tmp_path / "out", "care-demand run x")  # type: ignore[arg-type]
    out = tmp_path / "out"
    drawn = {"charts/toy.svg", "charts/toy.png", "charts/alt-text.txt", "charts/notes.txt"}
    assert drawn <= set(json.loads((out / "manifest.json").read_text())["files"])
    assert all((out / name).is_file() for name in drawn)
    assert "  toy: Children move\n" in (out / "summary.txt").read_text(encoding="utf-8")
    assert (out / "charts/alt-text.txt").read_text(encoding="utf-8") == "toy: A line of moves.\n"
    notes = (out / "charts/notes.txt").read_text(encoding="utf-8").splitlines()
    assert notes[0] == "All charts"
    assert notes[1].startswith("  Source: ")
    assert "<desc>A line of moves.</desc>" in (out / "charts/toy.svg").read_text(encoding="utf-8")
