"""Write the generated parts of the documentation: python tools/make_docs.py (or `make docs-tables`).

Writes docs/results.md, docs/costs.md, docs/decisions.md, docs/interventions.md and pictures, and the parts of
README.md, docs/model.md and docs/returns.md that stand between marks. Every number comes from running the shipped
scenarios or from the data files, so the same code and data give the same bytes. Takes a few minutes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from docs_pages.answers import answers
from docs_pages.assumptions import assumptions_table
from docs_pages.costs_page import costs_page
from docs_pages.decisions_page import decisions_page
from docs_pages.interventions_page import interventions_page
from docs_pages.markdown import between, standing
from docs_pages.replications_page import replications_page
from docs_pages.results_page import results_page
from docs_pages.rules_page import rules_table
from docs_pages.shipped_runs import REFERENCE

from simulator.outputs.charts import draw_all, save
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
    _write(DOCS / "costs.md", costs_page(loaded[REFERENCE], results[REFERENCE], results["foster-decline"]))
    _write(DOCS / "decisions.md", decisions_page(DOCS))
    _write(DOCS / "interventions.md", interventions_page())
    _write(DOCS / "replications.md", replications_page(results))
    _write(DOCS / "results.md", results_page({name: loaded[name] for name in order}, results))
    alt = _picture(results[REFERENCE])
    readme = ROOT / "README.md"
    text = between(readme.read_text(encoding="utf-8"), "children", f"![{alt}](docs/children.png)")
    verdict = standing((DOCS / "hindcast.md").read_text(encoding="utf-8"), "verdict")
    text = between(text, "answers", answers())
    _write(readme, between(text, "hindcast", verdict))
    model = DOCS / "model.md"
    _write(model, between(model.read_text(encoding="utf-8"), "assumptions", assumptions_table()))
    returns = DOCS / "returns.md"
    _write(returns, between(returns.read_text(encoding="utf-8"), "rules", rules_table()))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _picture(results: RunResults) -> str:
    """Draw the chart of children in care; return its alt text."""
    drawing = draw_all(results)["children"]
    with tempfile.TemporaryDirectory() as folder:
        _, png = save(drawing, folder, "children")
        shutil.copyfile(png, DOCS / "children.png")
    return drawing.alt.replace("[", "(").replace("]", ")")


if __name__ == "__main__":
    main()
