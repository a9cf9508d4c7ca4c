"""Write the generated parts of the documentation: python tools/make_docs.py (or `make docs-tables`).

Writes docs/results.md, docs/appraise.md, docs/costs.md, docs/decisions.md, docs/evidence.md, docs/front-door.md,
docs/gap.md, docs/interventions.md, docs/pilot-power.md, docs/sensitivity.md, docs/strategy.md, their pictures, the
parts of README.md, docs/method.md, docs/model.md and docs/returns.md between marks, and what reports say of the record
(simulator/outputs/documents/record.json). Every number comes from running the shipped scenarios or from the data files,
so the same code and data give the same bytes. Takes a few minutes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from docs_pages.answers import answers
from docs_pages.appraise_page import appraise_page
from docs_pages.assumptions import assumptions_table
from docs_pages.costs_page import costs_page
from docs_pages.decisions_page import decisions_page
from docs_pages.evidence_page import evidence_page
from docs_pages.front_door_page import front_door_page
from docs_pages.gap_page import gap_page
from docs_pages.interventions_page import interventions_page
from docs_pages.markdown import between, standing
from docs_pages.packaged_record import packaged_record
from docs_pages.pilot_page import pilot_page, worked_answers
from docs_pages.replications_page import replications_page
from docs_pages.results_page import results_page
from docs_pages.rules_page import rules_table
from docs_pages.sensitivity_page import sensitivity_page, worth_of_evidence
from docs_pages.shipped_runs import REFERENCE
from docs_pages.strategy_page import strategy_page

from simulator.decisions.england_through_areas import ROLL_OUT, through_areas
from simulator.decisions.pilot_answer import PilotAnswer
from simulator.outputs.charts import Chart, draw_all, save
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import load, shipped

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def main() -> None:
    """Write everything."""
    loaded = {name: load(path) for name, path in shipped().items()}
    order = [REFERENCE, *(name for name in loaded if name != REFERENCE)]
    results = {name: simulate(loaded[name]) for name in order}
    _write(DOCS / "appraise.md", appraise_page())
    _write(DOCS / "costs.md", costs_page(loaded[REFERENCE], results[REFERENCE], results["foster-decline"]))
    evidence, pilots = worth_of_evidence(loaded), worked_answers()
    _write(DOCS / "decisions.md", decisions_page(DOCS, pilots, evidence))
    _write(DOCS / "evidence.md", evidence_page(loaded))
    _write(DOCS / "front-door.md", front_door_page(results[REFERENCE], results["referrals-up-a-tenth"]))
    _write(DOCS / "gap.md", gap_page(loaded))
    _write(DOCS / "interventions.md", interventions_page())
    _write(DOCS / "replications.md", replications_page(results))
    _write(DOCS / "sensitivity.md", sensitivity_page(loaded, evidence))
    _write(DOCS / "strategy.md", strategy_page(loaded))
    _write(DOCS / "results.md", results_page({name: loaded[name] for name in order}, results))
    _write_pilots(pilots)
    alt = _picture(results[REFERENCE])
    readme = ROOT / "README.md"
    text = between(readme.read_text(encoding="utf-8"), "children", f"![{alt}](docs/children.png)")
    verdict = standing((DOCS / "hindcast.md").read_text(encoding="utf-8"), "verdict")
    text = between(text, "answers", answers())
    _write(readme, between(text, "hindcast", verdict))
    method = DOCS / "method.md"
    _write(method, between(method.read_text(encoding="utf-8"), "hindcast", verdict))
    _write(ROOT / "simulator" / "outputs" / "documents" / "record.json", packaged_record(DOCS))
    model = DOCS / "model.md"
    _write(model, between(model.read_text(encoding="utf-8"), "assumptions", assumptions_table()))
    returns = DOCS / "returns.md"
    _write(returns, between(returns.read_text(encoding="utf-8"), "rules", rules_table()))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_pilots(pilots: Mapping[str, PilotAnswer]) -> None:
    """Write the page of pilots and its charts."""
    page, charts = pilot_page(pilots, through_areas(load(ROLL_OUT)))
    _write(DOCS / "pilot-power.md", page)
    for name, drawing in charts.items():
        _save_png(drawing, Path(name).stem)


def _picture(results: RunResults) -> str:
    """Draw the chart of children in care; return its alt text."""
    drawing = draw_all(results)["children"]
    _save_png(drawing, "children")
    return drawing.alt.replace("[", "(").replace("]", ")")


def _save_png(drawing: Chart, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _, png = save(drawing, folder, name)
        shutil.copyfile(png, DOCS / f"{name}.png")


if __name__ == "__main__":
    main()
