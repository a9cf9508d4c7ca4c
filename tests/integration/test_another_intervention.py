"""A kind of intervention is added as CONTRIBUTING.md says: one file, to a copy of the package, and it is everywhere."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from paths import ROOT

SECTION = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add a kind of intervention\n")[2]
FILE, EXAMPLES = re.findall(r"^```python\n(.*?)^```", SECTION.partition("\n## ")[0], re.MULTILINE | re.DOTALL)
(CASE,) = re.findall(r"^```yaml\n(.*?)^```", SECTION.partition("\n## ")[0], re.MULTILINE | re.DOTALL)

SCENARIO = """\
name: Home sooner
end: 2027-03
interventions:
  - kind: leaving_support
    id: home
    start: 2025-04
    leaving_ratio: {value}
"""

# By the plain engine, as the compiled one would be compiled for the copy.
RUN = """
import json, sys
import simulator
found = {}
for name, draws in (("low", 0), ("none", 0), ("high", 0), ("drawn", 4)):
    results = simulator.run(simulator.load(f"{sys.argv[1]}/{name}.yaml"), draws=draws, engine="plain")
    children = results.stock_totals("children").area()
    found[name] = {"children": children[:, -1].tolist(), "notes": list(results.notes), "file": simulator.__file__}
print(json.dumps(found))
"""

BESIDE = """
import json
from simulator.runs.collisions import collisions
from simulator.runs.simulate import simulate
from simulator.scenario import load_mapping
home = {"kind": "leaving_support", "start": "2025-04", "leaving_ratio": 1.2}
two = load_mapping({"name": "Two", "extends": "status-quo", "end": "2027-03", "questions": [],
                    "interventions": [{**home, "id": "one"}, {**home, "id": "other"}]})
results = simulate(two, valued=True)
parts = [float(results.brings("children", "shapley", name).central[0, -1]) for name in results.attributed.titles]
print(json.dumps([parts, float(results.brings("children", "total").central[0, -1]), [c.says for c in collisions(two)]]))
"""

RULES = """
import sys
sys.path[:0] = sys.argv[1:]
import hand_cases, kind_examples, test_by_hand, test_every_kind
examples, case = sys.stdin.read().split("---\\n")
exec(examples, vars(kind_examples))
hand_cases.CASES["leaving_support"] = hand_cases.YAML(typ="safe").load(case)
test_by_hand.test_it_comes_out_as_worked_by_hand("leaving_support")
test_every_kind.test_every_kind_is_under_every_check()
for name, test in vars(test_every_kind).items():
    marks = getattr(test, "pytestmark", ()) if name.startswith("test_") else ()
    if any(mark.name == "parametrize" and mark.args[0] == "kind" for mark in marks):
        test("leaving_support")
        print(name)
"""

FORM = """
import json, sys
from simulator.scenario import load
from simulator.vocabulary.calendar import Month
from simulator.web.controls import cards, kind_list, starter
[kind] = [one for one in kind_list() if one["kind"] == "leaving_support"]
loaded = load(f"{sys.argv[1]}/drawn.yaml")
[card] = [one for one in cards(loaded, {}) if one.kind == "leaving_support"]
[control] = [one for one in (*card.first, *card.more) if one.path.endswith(".leaving_ratio")]
print(json.dumps([kind, starter("leaving_support", ["leaving-support"], Month(2025, 4)), card.title, card.says,
                  control.type, control.low, control.high, control.value, control.interval]))
"""

PAGE = """
import sys
sys.path.insert(0, sys.argv[1])
import make_docs
print(make_docs.interventions_page())
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one file more."""
    place = tmp_path_factory.mktemp("another")
    shutil.copytree(ROOT / "simulator", place / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", place / "scenarios")
    (place / "simulator" / "interventions" / "leaving_support.py").write_text(FILE, encoding="utf-8")
    values = {"low": "0.5", "none": "1.0", "high": "2", "drawn": "{median: 1.2, p10: 1.1, p90: 1.4}", "wrong": "2.5"}
    for name, value in values.items():
        (place / f"{name}.yaml").write_text(SCENARIO.replace("{value}", value), encoding="utf-8")
    misspelt = SCENARIO.replace("leaving_ratio: {value}", "leaving_ration: 1.2")
    (place / "misspelt.yaml").write_text(misspelt, encoding="utf-8")
    return place


def python(place: Path, *words: object, text: str = "", status: int = 0) -> str:
    """Run Python with the copy; return what it says."""
    environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *map(str, words)]
    found = subprocess.run(command, cwd=place, env=environment, input=text, capture_output=True, text=True, timeout=300)
    assert found.returncode == status, found.stderr
    return found.stdout if status == 0 else found.stderr


def test_it_is_in_the_schema(place: Path) -> None:
    schema: dict[str, Any] = json.loads(python(place, "-m", "simulator", "schema"))
    field = schema["definitions"]["LeavingSupport"]["properties"]["leaving_ratio"]
    assert "0.5 to 2 (hazard ratio), or a distribution" in field["description"]
    validator = Draft7Validator(schema)
    entry = {"kind": "leaving_support", "start": "2025-04"}
    for value, legal in ((0.5, True), (2, True), ({"median": 1.2, "p10": 1.1, "p90": 1.4}, True), (2.5, False)):
        content = {"name": "Home sooner", "interventions": [{**entry, "leaving_ratio": value}]}
        assert validator.is_valid(content) == legal, value


def test_errors_tell_of_it(place: Path) -> None:
    wrong = python(place, "-m", "simulator", "check", "wrong.yaml", status=2)
    assert "wrong.yaml:7:20: interventions.0.leaving_ratio: 2.5 is above 2; allowed: 0.5 to 2 (hazard ratio)" in wrong
    misspelt = python(place, "-m", "simulator", "check", "misspelt.yaml", status=2)
    assert "interventions.0.leaving_ration: unknown key" in misspelt
    assert "did you mean 'leaving_ratio'?" in misspelt


def test_it_is_listed(place: Path) -> None:
    listed = json.loads(python(place, "-m", "simulator", "list", "interventions", "--json"))
    (entry,) = [kind for kind in listed if kind["kind"] == "leaving_support"]
    assert entry["title"] == "Help children to leave care sooner."
    (field,) = [field for field in entry["fields"] if field["name"] == "leaving_ratio"]
    assert (field["low"], field["high"], field["unit"], field["distribution"]) == (0.5, 2, "hazard ratio", True)


def test_it_is_in_the_page_of_the_documentation(place: Path) -> None:
    page = python(place, "-c", PAGE, ROOT / "tools")
    section = page.partition("\n## leaving_support\n")[2].partition("\n## ")[0]
    assert "Help children to leave care sooner." in section
    assert re.search(
        r"\| `leaving_ratio` \| .+ \| 0.5 to 2 \(hazard ratio\), or a distribution \| must be given", section
    )


def test_it_is_in_the_form_of_the_page(place: Path) -> None:
    kind, entry, title, says, type_, low, high, value, interval = json.loads(python(place, "-c", FORM, place))
    assert kind["title"] == "Help to leave care"
    assert {"path": "leaving_ratio", "low": 0.5, "high": 2, "unit": "hazard ratio"}.items() <= next(
        field for field in kind["fields"] if field["path"] == "leaving_ratio"
    ).items()
    expected = {"kind": "leaving_support", "id": "leaving-support-2", "start": "2025-04", "leaving_ratio": 1.0}
    assert expected.items() <= entry.items()
    assert (title, says) == ("home", "home")
    assert (type_, low, high, value) == ("number", 0.5, 2, 1.2)
    assert interval == [1.1, 1.4]


def test_it_runs_at_both_bounds_and_with_a_distribution_and_charts_tell_of_it(place: Path) -> None:
    found = json.loads(python(place, "-c", RUN, place))
    assert Path(found["low"]["file"]).is_relative_to(place)
    (few,), (as_were,), (many,) = (found[name]["children"] for name in ("high", "none", "low"))
    assert few < 0.95 * as_were < as_were < 0.95 * many
    central, *draws = found["drawn"]["children"]
    assert few < central < as_were
    assert len(set(draws)) == 4
    assert "home: who comes back is taken to be as likely as without it." in found["drawn"]["notes"]


def test_what_it_brings_is_attributed_and_check_tells_where_it_meets_another(place: Path) -> None:
    parts, total, said = json.loads(python(place, "-c", BESIDE))
    assert len(parts) == 2
    assert total < -100
    assert parts == pytest.approx([total / 2] * 2)
    assert any("one and other both change leaving care of resident children" in one for one in said), said


def test_it_keeps_the_rules_of_every_kind(place: Path) -> None:
    folders = ROOT / "tests" / "unit" / "interventions", ROOT / "tests" / "support"
    tried = python(place, "-c", RULES, *folders, text=f"{EXAMPLES}---\n{CASE}").split()
    assert {"test_every_field_moves_an_output", "test_no_effect_moves_only_money"} <= set(tried)
    assert {name for name in tried if "refused" in name or "lowers" in name}
