"""Figures of a few central runs, by which a change of results is noticed. Run as a program, it writes them anew."""

import json
import sys

import numpy as np
from paths import ROOT

import simulator
from simulator.data.model_version import MODEL_VERSION

STORED = ROOT / "tests" / "integration" / "model_figures.json"
BUMP = "raise it in simulator/data/model_version.py, say by how much in CHANGELOG.md, then `make model-figures`"

RUNS = {
    "status-quo": ("status-quo", None, 0),
    "foster-plan-10000": ("foster-plan-10000", None, 0),
    "ccn-2030": ("ccn-2030", None, 0),
    "status-quo, two draws": ("status-quo", None, 2),
    "family-help-national, Kent": ("family-help-national", "Kent", 0),
}
"""Scenario, area and draws: rates, capacity, an earlier base, what is drawn, and what is an authority's own."""

Figures = dict[str, dict[str, list[float]]]


def figures() -> Figures:
    """For each run and measure, its totals of the first, the middle and the last financial year, in the last draw."""
    found: Figures = {}
    for name, (scenario, area, draws) in RUNS.items():
        loaded = simulator.load(scenario)
        results = simulator.run(loaded.in_areas((area,)) if area else loaded, draws=draws)
        years = len(results.financial_years)
        found[name] = {
            measure: [float(f"{totals[year]:.12g}") for year in (0, years // 2, years - 1)]
            for measure in results.measures
            for totals in [results.year_totals(measure).area()[-1]]
        }
    return found


def differences(old: Figures, new: Figures) -> list[str]:
    """Say which figures differ by more than rounding, or are gone. A new measure changes nothing."""
    found = []
    for run, measures in old.items():
        for measure, before in measures.items():
            after = new.get(run, {}).get(measure, [])
            if len(before) != len(after) or not np.allclose(before, after, rtol=1e-8, atol=1e-6):
                found.append(f"{run}: {measure} {before} -> {after}")
    return found


def stored() -> tuple[int, Figures]:
    """Version of the model that the stored figures are of, and the figures."""
    content = json.loads(STORED.read_text(encoding="utf-8"))
    return content["model"], content["runs"]


def main() -> int:
    """Write the figures; refuse if they changed and the model's version did not."""
    version, before = stored() if STORED.exists() else (0, {})
    after = figures()
    changed = differences(before, after)
    print("\n".join(changed or ["No figure changed."]))
    if changed and version == MODEL_VERSION:
        print(f"The version of the model is {MODEL_VERSION} as before: {BUMP}")
        return 1
    runs = ",\n".join(f"  {json.dumps(run)}: {{\n{_lines(measures)}\n  }}" for run, measures in after.items())
    STORED.write_text(f'{{\n "model": {MODEL_VERSION},\n "runs": {{\n{runs}\n }}\n}}\n', encoding="utf-8")
    return 0


def _lines(measures: dict[str, list[float]]) -> str:
    return ",\n".join(f"   {json.dumps(name)}: {json.dumps(values)}" for name, values in measures.items())


if __name__ == "__main__":
    sys.exit(main())
