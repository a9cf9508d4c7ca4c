"""Scenario files that are right: what is read, what is filled in, and where each value came from."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.data import tables
from simulator.scenario import LoadedScenario, Problem, ScenarioError, explain, find_scenario, load, shipped
from simulator.scenario.nodes import Unreadable, parse
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import (
    Month,
    financial_year,
    financial_year_months,
    instant_date,
    months_from,
    parse_financial_year,
)

PARENT = """\
name: Parent
description: The one above
base: 2023
claims:
  - {measure: children, date: 2030-03, value: 90_000, label: Somebody, source: nao_2025}
assumptions: {discount_percent: 3, homes_waiting_share: 0.3}
interventions:
  - kind: early_help
    id: help
    start: 2024-04
    profile: {shape: linear, months: 12}
    effect: {risk_ratio: 0.9, source: mst_ucl_2018}
    cost: {budget_gbp: {2024-25: 1_000_000, 2025-26: 2_000_000}}
  - kind: trend
    id: starts
    measure: starts
    percent_per_year: 1
  - kind: budget_line
    cost: {per_year_gbp: 5e6}
"""
CHILD = """\
name: Child
extends: parent.yaml
end: 2030-03
assumptions: {discount_percent: 2.5}
remove: [starts]
interventions:
  - id: help
    start: 2025-04
    effect: {risk_ratio: 0.8}
    cost:
      budget_gbp:
        2024-25:
        2026-27: 3_000_000
  - kind: trend
    measure: stays
    percent_per_year: 2
"""


def faults(path: Path) -> tuple[Problem, ...] | None:
    """What is wrong with a file, or None."""
    try:
        load(path)
    except ScenarioError as error:
        return error.problems
    return None


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{list(texts)[-1]}.yaml"


@pytest.fixture
def child(tmp_path: Path) -> LoadedScenario:
    return load(write(tmp_path, parent=PARENT, child=CHILD))


def test_smallest_scenario(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, small="name: Small\n")).scenario
    assert (scenario.base, str(scenario.end), scenario.months) == (2025, "2035-03", 120)
    assert scenario.areas == ("England",)
    assert scenario.starts.hold == "numbers"
    assert scenario.assumptions.discount_percent is None  # the Green Book's schedule
    assert scenario.assumptions.births_per_year is None
    assert str(scenario.first_month) == "2025-04"


@pytest.mark.parametrize(("base", "end"), [(2020, "2030-03"), (2021, "2031-03"), (2023, "2033-03")])
def test_end_is_ten_years_on(tmp_path: Path, base: int, end: str) -> None:
    assert str(load(write(tmp_path, one=f"name: One\nbase: {base}\n")).scenario.end) == end


def test_run_of_one_month_and_of_forty_years(tmp_path: Path) -> None:
    assert load(write(tmp_path, one="name: One\nend: 2025-04\n")).scenario.months == 1
    assert load(write(tmp_path, one="name: One\nend: 2065-03\n")).scenario.months == 480


def test_scenario_is_frozen(child: LoadedScenario) -> None:
    with pytest.raises(ValidationError):
        child.scenario.base = 2020


def test_values_keep_their_place(tmp_path: Path) -> None:
    path = write(tmp_path, parent=PARENT)
    origin = load(path).provenance["interventions.0.effect.risk_ratio"]
    assert (origin.value, origin.unit, origin.file, origin.line) == (0.9, "ratio", str(path), 12)
    assert PARENT.splitlines()[11][origin.column - 1 :].startswith("0.9")
    assert origin.source == "mst_ucl_2018"
    assert not origin.default
    default = load(path).provenance["interventions.0.eligible_share"]
    assert (default.value, default.default, default.source, default.file) == (1.0, True, "definition", "")


def test_every_value_has_an_origin(child: LoadedScenario) -> None:
    for path, origin in child.provenance.items():
        assert origin.default == (origin.file == ""), path
        if not origin.default:
            assert origin.line > 0
            assert origin.column > 0


def test_child_lies_over_parent(child: LoadedScenario) -> None:
    scenario = child.scenario
    assert scenario.name == "Child"
    assert scenario.description == ""
    assert scenario.base == 2023
    assert str(scenario.end) == "2030-03"
    assert len(scenario.claims) == 1
    assert scenario.assumptions.discount_percent == 2.5
    assert scenario.assumptions.homes_waiting_share == 0.3
    help_, line, trend = scenario.interventions
    assert help_.model_dump(mode="json", exclude_none=True) == {
        "id": "help",
        "kind": "early_help",
        "start": "2025-04",
        "profile": {"shape": "linear", "months": 12},
        "outlasts_money": False,
        "areas": {"share": 1.0},
        "lag_months": 0,
        "ages": [0, 17],
        "eligible_share": 1.0,
        "effect": {"measure": "starts", "risk_ratio": 0.8, "source": ["mst_ucl_2018"]},
        "cost": {"budget_gbp": {"2025-26": 2e6, "2026-27": 3e6}, "statutory": False},
    }
    assert (line.title, trend.title) == ("budget_line", "trend")


def test_overrides_are_told(child: LoadedScenario) -> None:
    told = {override.path: (override.old, override.new) for override in child.overrides}
    assert told == {
        "interventions.starts": (
            {"kind": "trend", "id": "starts", "measure": "starts", "percent_per_year": 1},
            None,
        ),
        "interventions.0.start": ("2024-04", "2025-04"),
        "interventions.0.effect.risk_ratio": (0.9, 0.8),
        "interventions.0.cost.budget_gbp.2024-25": (1_000_000, None),
        "interventions.0.cost.budget_gbp.2026-27": (None, 3_000_000),
        "assumptions.discount_percent": (3, 2.5),
    }
    ratio = next(o for o in child.overrides if o.path.endswith("risk_ratio"))
    assert Path(ratio.old_file).name == "parent.yaml"
    assert Path(ratio.new_file).name == "child.yaml"
    assert (ratio.old_line, ratio.new_line) == (12, 9)


def test_explain_tells_values_units_places_and_overrides(child: LoadedScenario) -> None:
    text = explain(child)
    assert "child: Child" in text
    assert "interventions.0 (help)" in text
    assert "0.8 ratio" in text
    assert "child.yaml:9 [mst_ucl_2018]" in text
    assert "3.5" not in text
    assert "0.9 (" in text
    assert " -> 0.8 (" in text
    assert "2,000,000 GBP in the financial year" in text
    assert "1 share of starts" in text
    assert "default [definition]" in text
    assert "from the base data" in text
    for file in child.files:
        assert file.sha256[:12] in text


def test_explain_shows_defaults_with_their_source(tmp_path: Path) -> None:
    text = explain(load(write(tmp_path, one="name: One\n")))
    assert "the Green Book's schedule: 3.5, and 3.0 from the 31st year" in text
    assert "default [hmt_green_book_stpr]" in text


def test_files_are_kept_with_their_hashes(child: LoadedScenario) -> None:
    assert [file.text for file in child.files] == [CHILD, PARENT]
    assert child.files[0].sha256 == hashlib.sha256(CHILD.encode()).hexdigest()
    assert child.key == "child"


def test_three_generations(tmp_path: Path) -> None:
    grandchild = "name: Grandchild\nextends: child.yaml\ninterventions:\n  - {id: help, effect: {risk_ratio: 0.7}}\n"
    loaded = load(write(tmp_path, parent=PARENT, child=CHILD, grandchild=grandchild))
    assert [file.path.stem for file in loaded.files] == ["grandchild", "child", "parent"]
    ratios = [(o.old, o.new) for o in loaded.overrides if o.path.endswith("risk_ratio")]
    assert ratios == [(0.9, 0.8), (0.8, 0.7)]


def test_parent_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    write(tmp_path / "base", parent=PARENT)
    assert load(write(tmp_path, one="name: One\nextends: base/parent.yaml\n")).scenario.base == 2023


@pytest.mark.parametrize("name", ["status-quo", "status-quo.yaml"])
def test_shipped_scenario_can_be_extended_from_anywhere(tmp_path: Path, name: str) -> None:
    loaded = load(write(tmp_path, one=f"name: One\nextends: {name}\n"))
    assert loaded.files[1].path == shipped()["status-quo"]


def test_file_beside_comes_before_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "status-quo.yaml").write_text("name: Mine\nbase: 2020\n")
    assert load(write(tmp_path, one="name: One\nextends: status-quo.yaml\n")).scenario.base == 2020


def test_comments_and_order_do_not_matter(tmp_path: Path) -> None:
    one = "# remark\nname: One # more\nend: 2030-03\nbase: 2023\n"
    other = "base: 2023\nend: 2030-03\nname: One\n"
    assert load(write(tmp_path, a=one)).scenario == load(write(tmp_path, b=other)).scenario


def test_windows_text(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes(b"\xef\xbb\xbfname: One\r\nbase: 2023\r\n")
    assert load(tmp_path / "one.yaml").scenario.base == 2023


def test_yaml_1_2_words(tmp_path: Path) -> None:
    assert load(write(tmp_path, one="name: no\ndescription: on\n")).scenario.name == "no"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("22_500_000", 22_500_000),
        ("1.5", 1.5),
        ("5e6", 5e6),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("010", 10),
        ("1:30", "1:30"),
        ("2025-04", "2025-04"),
        ("'1'", "1"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("1" * 400, float("inf")),
    ],
)
def test_scalars(text: str, value: object) -> None:
    node, problems = parse(f"a: {text}\n", "f.yaml")
    assert not problems
    got = node.value["a"].value
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("path", shipped().values(), ids=lambda path: path.stem)
def test_shipped_scenarios(path: Path) -> None:
    loaded = load(path)
    scenario = loaded.scenario
    assert scenario.description
    assert scenario.sources
    assert "purpose" in {p for p, origin in loaded.provenance.items() if not origin.default}
    assert all(key in tables.sources() for key in scenario.sources)
    assert explain(loaded).count("\n") > 10
    for position, intervention in enumerate(scenario.interventions):
        sourced = [p for p, o in loaded.provenance.items() if p.startswith(f"interventions.{position}.") and o.source]
        told = any("source" in p or loaded.provenance[p].source != "definition" for p in sourced)
        assert told, f"{path.name}: {intervention.title}: no number of it has a source"


def test_shipped_scenarios_are_those_of_the_design() -> None:
    assert set(shipped()) >= {
        "status-quo",
        "review-no-reform",
        "review-plan",
        "review-plan-delayed",
        "ccn-unchecked",
        "ccn-2030",
        "stable-homes-2023",
        "family-help-national",
        "foster-plan-10000",
        "foster-plan-88m",
        "foster-decline",
        "null-early-help",
    }
    assert len({load(path).scenario.name for path in shipped().values()}) == len(shipped())


def test_replications_carry_the_claims_they_repeat() -> None:
    """Two repeat the growth of what is not a measure: children in foster care, all of children's social care."""
    for path in shipped().values():
        scenario = load(path).scenario
        repeats = scenario.purpose == "replication" and path.stem not in ("smf-2021", "lga-2021")
        assert repeats == bool(scenario.claims), path.stem


def test_delayed_plan_is_the_plan_two_years_later() -> None:
    plan, late = load("review-plan").scenario, load("review-plan-delayed").scenario
    assert [i.kind for i in plan.interventions] == [i.kind for i in late.interventions]  # type: ignore[attr-defined]
    by_id = [{i.id: i for i in s.interventions} for s in (plan, late)]
    money = [one["family-help"].cost.budget_gbp for one in by_id]
    assert list(money[0].values()) == list(money[1].values())
    assert [int(year[:4]) + 2 for year in money[0]] == [int(year[:4]) for year in money[1]]
    assert sum(money[0].values()) == 2_523e6
    for name in ("family-help", "foster-carers"):
        assert by_id[1][name].start - by_id[0][name].start == 24  # type: ignore[attr-defined]


def test_null_help_differs_from_the_roll_out_in_its_effect_alone() -> None:
    loaded = load("null-early-help")
    changed = {o.path for o in loaded.overrides if Path(o.new_file).stem == "null-early-help"}
    assert changed == {
        "interventions.0.label",
        "interventions.0.effect.risk_ratio",
        "interventions.0.effect.source",
        "interventions.0.referrals",
        "sources",
    }


def test_find_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_scenario("status-quo") == shipped()["status-quo"]
    assert find_scenario(tmp_path / "mine.yaml") == tmp_path / "mine.yaml"
    with pytest.raises(ScenarioError, match="did you mean 'foster-decline'"):
        find_scenario("foster-declin")


def test_reading_needs_no_numpy_and_little_time() -> None:
    code = (
        "import sys; from simulator.scenario import load, explain; explain(load('status-quo'));"
        "heavy = {'numpy', 'scipy', 'matplotlib', 'pandas'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# Any text at all: it is read, or refused in words; nothing else ever comes out.
@given(text=st.text(st.characters(codec="utf-8"), max_size=200))
@example(text="a: b: c")
@example(text="{")
@example(text="a: !<x")
@example(text="? ")
@example(text="- - -")
@example(text="%")
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node, _ = parse(text, "f.yaml")
    except Unreadable as error:
        refusal = error
    else:
        assert isinstance(node.value, dict)
        return
    assert str(refusal).startswith("f.yaml:")


# Any line of a good file replaced by rubbish is refused in words or accepted, and never crashes.
@given(
    line=st.integers(0, len(PARENT.splitlines()) - 1),
    rubbish=st.sampled_from(
        ["", "a", "- 1", "  x: 2", "kind: trend", "  - 5", ": :", "[", "name: {a: [1, {b: 2}]}", "  "]
    ),
)
@settings(max_examples=150, deadline=None)
def test_damaged_files_are_refused_in_words(tmp_path_factory: pytest.TempPathFactory, line: int, rubbish: str) -> None:
    lines = PARENT.splitlines()
    lines[line] = rubbish
    folder = tmp_path_factory.mktemp("damaged")
    path = write(folder, parent="\n".join(lines), child=CHILD)
    for name in ("parent", "child"):
        problems = faults(path.with_stem(name))
        assert problems is None or problems
        assert all(problem.line >= 1 and problem.what for problem in problems or ())


def test_months() -> None:
    assert str(Month.parse("2025-04") + 21) == "2027-01"
    assert str(Month(2025, 1) - 1) == "2024-12"
    assert Month(2026, 3) - Month(2025, 4) == 11
    assert Month(2025, 12) < Month(2026, 1)
    assert [str(m) for m in months_from(Month(2025, 12), 2)] == ["2025-12", "2026-01"]
    assert instant_date(Month(2024, 2)) == "2024-02-29"
    assert instant_date(Month(2025, 3)) == "2025-03-31"
    for text in ("2025", "2025-1", "2025-13", "2025-00", "25-04", "2025-04-01", ""):
        with pytest.raises(ValueError, match="month"):
            Month.parse(text)


def test_financial_years() -> None:
    assert Month(2026, 3).financial_year == "2025-26"
    assert Month(2026, 4).financial_year == "2026-27"
    assert financial_year(1999) == "1999-00"
    assert parse_financial_year("1999-00") == 1999
    months = financial_year_months("2025-26")
    assert (str(months[0]), str(months[-1]), len(months)) == ("2025-04", "2026-03", 12)
    assert all(later - earlier == 1 for earlier, later in pairwise(months))
    for text in ("2025-27", "2025", "2025/26", "2025-2026"):
        with pytest.raises(ValueError, match="financial year"):
            parse_financial_year(text)


def test_placements() -> None:
    names, reported, groups = placements.names(), placements.reported(), placements.groups()
    assert len(groups) == len(names)
    assert set(groups) == set(range(len(reported)))
    for place, group in zip(placements.placements(), groups, strict=True):
        assert reported[group] == place.reported_as
    assert len(set(placements.cost_keys())) == len(placements.cost_keys())
    assert {place.cost for place in placements.placements()} == set(placements.cost_keys())
    codes = [code for place in placements.placements() for code in place.codes]
    assert len(codes) == len(set(codes))
    with pytest.raises(LookupError, match="placements: kinship_foster"):
        placements.index("foster")
