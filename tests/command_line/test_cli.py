"""The command line: what it prints, what it writes, and its exit status."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from click.testing import CliRunner
from paths import ROOT
from synthetic import synthetic

import simulator
from simulator.cli.main import cli
from simulator.data.model_version import MODEL_VERSION
from simulator.outputs import run_folder as outputs

CALM = "name: Calm\nstarts: {hold: numbers}\n"
HELP = """\
name: Help for families
interventions:
  - kind: early_help
    start: 2026-04
    effect: {risk_ratio: 0.9}
"""
IMPOSSIBLE = """\
name: Impossible
areas: [Kent]
interventions:
  - {kind: budget_line, id: money, cost: {per_year_gbp: 5, price_year: 1980-81}}
  - {kind: trend, measure: starts, percent_per_year: 1}
  - {kind: foster_recruitment, id: more, start: 2025-04, approval_ratio: 5}
  - {kind: trend, id: somewhere, measure: starts, percent_per_year: 0, areas: {count: 3, of: 100}}
"""
BROKEN = "name: Broken\nstrats: {hold: numbers}\nbase: 1066\n"


@pytest.fixture(autouse=True)
def model(monkeypatch):
    """Put a quick invented model in place of the real one, and count its runs."""
    calls, options = [], []

    def simulate(loaded, *, draws=0, seed=1, **more):
        calls.append((loaded.key, draws, seed))
        options.append(more)
        return synthetic(loaded.key, starts_ratio=0.9 if loaded.scenario.interventions else 1.0)

    module = ModuleType("simulator.runs.simulate")
    module.simulate = simulate
    monkeypatch.setitem(sys.modules, "simulator.runs.simulate", module)
    monkeypatch.setattr(simulator, "simulate", module, raising=False)
    return SimpleNamespace(calls=calls, options=options, module=module)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in an empty folder with three scenario files."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("calm", CALM), ("help", HELP), ("broken", BROKEN)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def call(*words):
    return CliRunner().invoke(cli, list(words), prog_name="care-demand")


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# run


def test_run_writes_a_folder_and_prints_a_summary(folder, model):
    result = call("run", "calm.yaml", "--no-charts")
    assert result.exit_code == 0, result.output
    assert "Children looked after" in result.stdout
    assert "+10 years" in result.stdout
    assert "Note: Starts are held as rates." in result.stdout
    assert f"Results are in {Path('out/calm')}" in result.stdout
    assert result.stderr == ""
    assert set(files(folder / "out/calm")) == {
        "results.csv", "financial-years.csv", "history.csv", "placements-by-age.csv", "summary.txt", "manifest.json",
    }  # fmt: skip
    assert model.calls == [("calm", 0, 1)]
    summary = (folder / "out/calm/summary.txt").read_text(encoding="utf-8")
    assert summary.rstrip() in result.stdout


def test_run_writes_where_it_is_told(folder):
    assert call("run", "calm.yaml", "--no-charts", "--out", "there/it/is").exit_code == 0
    assert (folder / "there/it/is/results.csv").is_file()
    assert not (folder / "out").exists()


def test_charts_are_drawn_unless_they_are_not_wanted(folder, monkeypatch):
    def charts(part, many):
        part.mkdir()
        (part / "children.svg").write_text("<svg/>")
        return [("children", "Children in care rise")]

    monkeypatch.setattr(outputs, "_write_charts", charts)
    assert call("run", "calm.yaml").exit_code == 0
    assert (folder / "out/calm/charts/children.svg").is_file()
    assert "children: Children in care rise" in (folder / "out/calm/summary.txt").read_text()


def test_repeat_is_byte_identical(folder):
    words = ("run", "calm.yaml", "--no-charts", "--seed", "7", "--out")
    assert call(*words, "one").exit_code == 0
    assert call(*words, str(folder / "two")).exit_code == 0
    assert call("run", str(folder / "calm.yaml"), *words[2:], "three").exit_code == 0
    assert files(folder / "one") == files(folder / "two") == files(folder / "three")


def test_quiet_prints_nothing():
    result = call("run", "calm.yaml", "--no-charts", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_json_is_for_scripts():
    result = call("run", "calm.yaml", "--no-charts", "--json")
    found = json.loads(result.stdout)
    assert (found["scenario"], found["folder"], found["seed"]) == ("calm", str(Path("out/calm")), 1)
    assert [point["years"] for point in found["summary"]] == [0, 2, 5, 10]
    assert set(found["summary"][0]) == {
        "years", "date", "children", "real_spend_gbp", "spend_gbp", "real_extra_gbp", "extra_gbp",
        "real_cumulative_extra_gbp", "cumulative_extra_gbp", "unmet_foster_need", "intervals", "medians",
        "net_spend_gbp", "real_net_spend_gbp",
    }  # fmt: skip


def test_nothing_is_published_of_a_run_without_a_whole_financial_year(folder, model):
    before = files(folder)
    (folder / "short.yaml").write_text("name: Short\nend: 2025-12\n")
    for words in (("run", "short.yaml"), ("compare", "calm.yaml", "short.yaml")):
        result = call(*words, "--publish")
        assert result.exit_code == 2
        assert "figures are published by financial year, and short has none in full" in result.stderr
    assert files(folder).keys() == {*before, "short.yaml"}
    assert not model.calls


def test_options_of_draws_reach_the_model(folder, model):
    # The invented model makes its results by the plain engine, whatever is asked for.
    done = call("run", "calm.yaml", "--draws", "100", "--seed", "3", "--engine", "compiled", "--no-charts")
    assert done.exit_code == 0, done.stderr
    assert model.calls == [("calm", 100, 3)]
    assert model.options[-1]["engine"] == "compiled"
    assert json.loads((folder / "out/calm/manifest.json").read_text())["command"].endswith(
        "run calm.yaml --draws 100 --seed 3 --engine plain --no-charts"
    )
    assert not list((folder / "out").glob(".*")), "finished draws are deleted when the output is there"


# compare


def test_compare_takes_the_first_as_reference(folder, model):
    result = call("compare", "calm.yaml", "help.yaml", "--no-charts")
    assert result.exit_code == 0, result.output
    assert "compared with calm" in result.stdout
    assert set(files(folder / "out/comparison")) == {
        "results.csv", "financial-years.csv", "differences.csv", "history.csv", "placements-by-age.csv",
        "summary.txt", "manifest.json",
    }  # fmt: skip
    assert model.calls == [("calm", 0, 1), ("help", 0, 1)]
    assert result.stderr == ""  # no progress bar unless stderr is a terminal
    found = json.loads(call("compare", "calm.yaml", "help.yaml", "--no-charts", "--json").stdout)
    assert found["reference"] == "calm"
    assert [one["scenario"] for one in found["scenarios"]] == ["calm", "help"]


def test_progress_is_shown_on_a_terminal(monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr("simulator.cli.screen.sys", SimpleNamespace(stderr=screen, stdout=sys.stdout))
    assert call("compare", "calm.yaml", "help.yaml", "--no-charts").exit_code == 0
    assert "Running scenarios" in screen.getvalue()
    screen.truncate(0)
    assert call("compare", "calm.yaml", "help.yaml", "--no-charts", "--quiet").exit_code == 0
    assert screen.getvalue() == ""


def test_compare_needs_two_of_different_names(folder, model):
    result = call("compare", "calm.yaml")
    assert (result.exit_code, "two scenarios or more" in result.stderr) == (2, True)
    (folder / "other").mkdir()
    (folder / "other/calm.yaml").write_text(CALM.replace("Calm", "Other"))
    result = call("compare", "calm.yaml", "help.yaml", "other/calm.yaml")
    assert (result.exit_code, "two scenarios are called calm" in result.stderr) == (2, True)
    (folder / "copy.yaml").write_text(f"# a copy\n{CALM}")
    result = call("compare", "calm.yaml", "help.yaml", "copy.yaml")
    said = "another scenario of this comparison is called 'Calm' too, and charts go by it; allowed: a name of its own"
    assert (result.exit_code, result.stderr.splitlines()) == (
        2,
        [f"calm.yaml:1:7: name: {said}", f"copy.yaml:2:7: name: {said}"],
    )
    assert not model.calls
    assert not (folder / "out").exists()


def test_the_default_folder_names_the_areas(folder):
    assert call("run", "calm.yaml", "--no-charts", "--area", "Kent").exit_code == 0
    areas = ("region: North West", "Hull", "Bristol", "Surrey", "Kent")
    words = [word for name in areas if name != "Hull" for word in ("--area", name)]
    assert call("compare", "calm.yaml", "help.yaml", "--no-charts", *words).exit_code == 0
    assert call("run", "calm.yaml", "--no-charts", "--area", "Kent", "--out", "out/mine").exit_code == 0
    made = {path.name for path in (folder / "out").iterdir()}
    assert made == {"calm-kent", "comparison-region-north-west-bristol-surrey-and-1-more", "mine"}


# check


def test_check_refuses_what_a_run_would_in_the_same_words_and_all_of_it(folder, monkeypatch):
    monkeypatch.delitem(sys.modules, "simulator.runs.simulate")
    (folder / "case.yaml").write_text(IMPOSSIBLE)
    checked, ran = call("check", "case.yaml", "calm.yaml"), call("run", "case.yaml", "--out", "o")
    assert checked.exit_code == ran.exit_code == 2
    assert checked.stdout == ran.stdout == ""
    assert checked.stderr == ran.stderr
    told = [line.split("; ")[0] for line in checked.stderr.splitlines()]
    assert told == [
        "case.yaml:4:72: interventions.0.cost.price_year: no price level is known for 1980-81",
        "case.yaml:6:74: interventions.2.approval_ratio: 5 would approve more households than are assessed",
        "case.yaml:7:94: interventions.3.areas.of: a run of authorities draws areas from all 153, not 100",
    ]
    assert not (folder / "o").exists()
    both = call("check", "case.yaml", "broken.yaml").stderr.splitlines()
    assert len(both) == 5
    assert sum(line.startswith("broken.yaml:") for line in both) == 2


def test_many_problems_are_counted(folder):
    lines = "".join(f"wrong_{i}: 1\n" for i in range(60))
    (folder / "case.yaml").write_text(f"name: Case\n{lines}")
    for command in ("check", "run"):
        told = call(command, "case.yaml").stderr.splitlines()
        assert len(told) == 51
        assert told[-1] == "... and 10 more problems"
        assert told[0].startswith("case.yaml:2:1: wrong_0: unknown key")
    (folder / "case.yaml").write_text("name: Case\n" + "".join(f"wrong_{i}: 1\n" for i in range(51)))
    assert call("check", "case.yaml").stderr.splitlines()[-1] == "... and 1 more problem"


def test_compare_refuses_scenarios_of_different_areas(folder, model):
    (folder / "kent.yaml").write_text("name: Kent\nareas: [Kent]\n")
    result = call("compare", "calm.yaml", "kent.yaml")
    assert result.exit_code == 2
    assert "kent and calm are of different areas" in result.stderr
    assert not model.calls
    assert call("compare", "calm.yaml", "kent.yaml", "--area", "Kent", "--no-charts").exit_code == 0


def test_one_draw_is_refused(model):
    result = call("run", "calm.yaml", "--draws", "1")
    assert result.exit_code == 2
    assert "2 or more" in result.stderr
    assert not model.calls


@pytest.mark.parametrize(
    ("words", "extra"),
    [(["--engine", "compiled"], "fast"), (["--cluster", "tcp://x:1"], "cluster"), (["--keep-draws"], "draws")],
)
def test_a_missing_extra_is_said_before_anything_runs(monkeypatch, model, words, extra):
    monkeypatch.setattr("simulator.cli.options.find_spec", lambda module: None)
    result = call("run", "calm.yaml", "--draws", "8", *words)
    assert result.exit_code == 1
    assert f"care-demand[{extra}]" in result.stderr
    assert not model.calls


def test_check_explains_each_value():
    result = call("check", "calm.yaml", "help.yaml")
    assert result.exit_code == 0, result.output
    assert "starts.hold" in result.stdout
    assert "calm.yaml:2" in result.stdout
    assert "help.yaml:5" in result.stdout


def test_check_tells_all_problems_of_all_files(folder):
    (folder / "worse.yaml").write_text("name: [\n")
    result = call("check", "broken.yaml", "calm.yaml", "worse.yaml", "absent.yaml")
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    for start in ("broken.yaml:2:1: ", "broken.yaml:3:", "worse.yaml:", "absent.yaml:1:1: "):
        assert any(line.startswith(start) for line in lines), start


# Wrong input writes nothing

WRONG = {
    "broken file": ("run", "broken.yaml"),
    "no such file": ("run", "absent.yaml"),
    "no such name": ("run", "absent"),
    "a name too long": ("run", "x" * 5000 + ".yaml"),
    "a folder": ("run", "."),
    "one broken of two": ("compare", "calm.yaml", "broken.yaml"),
    "no scenario": ("run",),
    "two scenarios": ("run", "calm.yaml", "help.yaml"),
    "no such option": ("run", "calm.yaml", "--sead", "1"),
    "a seed that is no number": ("run", "calm.yaml", "--seed", "one"),
    "a negative seed": ("run", "calm.yaml", "--seed", "-1"),
    "no such command": ("rnu", "calm.yaml"),
    "no such list": ("list", "wishes"),
    "out is a file": ("run", "calm.yaml", "--out", "help.yaml"),
    "out below a file": ("run", "calm.yaml", "--out", "help.yaml/out"),
    "out is someone's folder": ("run", "calm.yaml", "--out", "someones"),
    "out is where we are": ("run", "calm.yaml", "--out", "."),
    "no such area": ("calibrate", "wales"),
    "a misspelt area": ("run", "calm.yaml", "--area", "Knet"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_input_is_status_2_and_writes_nothing(folder, model, words):
    (folder / "someones").mkdir()
    (folder / "someones/thesis.docx").write_text("years of work")
    before = files(folder)
    result = call(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr
    assert not model.calls
    assert files(folder) == before
    assert sorted(p.name for p in folder.iterdir()) == [
        "broken.yaml", "calm.yaml", "help.yaml", "someones",
    ]  # fmt: skip


def test_misspelt_areas_are_the_command_lines_fault_and_told_with_others(folder, model):
    result = call("run", "calm.yaml", "--area", "Brimingham", "--area", "Kent", "--area", "Knet")
    allowed = "allowed: England, a region or an authority by name; `care-demand list areas` lists them"
    assert result.stderr.splitlines() == [
        f"--area: unknown area 'Brimingham'; {allowed}; did you mean 'Birmingham'?",
        f"--area: unknown area 'Knet'; {allowed}; did you mean 'Kent'?",
    ]
    words = ("KENT", "Hull", "846", "ALL", "e10000016", "Durham", "region: north west")
    result = call("run", "calm.yaml", *(word for name in words for word in ("--area", name)))
    meant = [line.rpartition("did you mean ")[2] for line in result.stderr.splitlines()]
    assert meant == [
        "'Kent'?", "'Kingston upon Hull, City of'?", "'Brighton and Hove'?", "'all'?", "'E10000016'?",
        "'County Durham'?", "'region: North West'?",
    ]  # fmt: skip
    both = call("compare", "calm.yaml", "broken.yaml", "--area", "Knet").stderr
    assert both.startswith("--area: unknown area 'Knet'")
    assert "broken.yaml:" in both


# Anything else


def test_a_fault_is_one_plain_line(folder, model):
    def simulate(*_args, **_options):
        raise RuntimeError("the model\nis broken")

    model.module.simulate = simulate
    result = call("run", "calm.yaml")
    said = "care-demand: a fault in the program, not in the input: RuntimeError: the model is broken"
    assert (result.exit_code, result.stderr) == (1, f"{said}; --debug shows where\n")
    for words in (("--debug", "run", "calm.yaml"), ("run", "calm.yaml", "--debug")):
        result = call(*words)
        assert result.exit_code == 1
        assert "Traceback" in result.stderr
        assert result.stderr.endswith(f"{said}\n")
    assert not (folder / "out").exists()


def test_a_scenario_that_the_model_finds_impossible_is_wrong_input(model):
    from simulator.scenario import Problem, ScenarioError

    def simulate(*_args, **_options):
        raise ScenarioError([Problem("calm.yaml", 2, 1, "starts", "can't be")])

    model.module.simulate = simulate
    result = call("run", "calm.yaml")
    assert (result.exit_code, result.stderr) == (2, "calm.yaml:2:1: starts: can't be\n")


def test_a_full_disk_is_status_1_and_keeps_the_earlier_output(folder, monkeypatch):
    assert call("run", "calm.yaml", "--no-charts").exit_code == 0
    before = files(folder)

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "_write_text", full)
    result = call("run", "calm.yaml", "--no-charts")
    assert result.exit_code == 1
    assert result.stderr == (
        f"care-demand: {Path('out/calm')} could not be written: no space left on device (nothing was changed)\n"
    )
    assert files(folder) == before


def test_ctrl_c_is_status_130_and_leaves_nothing(folder, monkeypatch):
    def stop(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs, "_write_text", stop)
    result = call("run", "calm.yaml", "--no-charts")
    assert (result.exit_code, result.stderr) == (130, "\ncare-demand: stopped\n")
    assert not (folder / "out").exists()


def test_running_out_of_memory_is_said(model):
    def simulate(*_args, **_options):
        raise MemoryError

    model.module.simulate = simulate
    result = call("run", "calm.yaml")
    assert (result.exit_code, result.stderr) == (1, "care-demand: not enough memory\n")


# Lists and calibration


def test_lists_are_readable_and_wide_enough_for_a_screen():
    for what in ("interventions", "placements", "sources", "scenarios", "evidence"):
        result = call("list", what)
        assert result.exit_code == 0, result.output
        for line in result.stdout.splitlines():
            assert len(line) <= 100 or " " not in line.strip(), line  # a long address can't be broken


def test_list_interventions_gives_every_field_with_unit_and_bounds():
    from simulator.interventions import kinds, notes

    text = call("list", "interventions").stdout
    found = {entry["kind"]: entry for entry in json.loads(call("list", "interventions", "--json").stdout)}
    assert set(found) == set(kinds())
    for name, kind in kinds().items():
        assert f"{name}: {found[name]['title']}"[:60] in text
        fields = {field["name"]: field for field in found[name]["fields"]}
        assert set(fields) == {note.path for note in notes(kind)}
        for note in notes(kind):
            assert f"    {note.path}: " in text
            field = fields[note.path]
            assert (field["unit"], field["low"], field["high"]) == (note.unit, note.low, note.high)
            assert field["distribution"] == note.uncertain
    assert "    effect.risk_ratio: needed in effect; 0 to 3 ratio, or a distribution\n" in text
    assert "    lag_months: 0 to 240 months; default 0\n" in text
    assert "    start: required\n" in text


def test_list_placements_and_sources():
    from simulator.data.tables import sources
    from simulator.vocabulary.placements import names

    assert [entry["name"] for entry in json.loads(call("list", "placements", "--json").stdout)] == list(names())
    assert [entry["key"] for entry in json.loads(call("list", "sources", "--json").stdout)] == list(sources())


def test_list_measures(monkeypatch):
    registry = ModuleType("simulator.results.measures")
    unmet = SimpleNamespace(
        name="unmet_foster_need", title="Unmet need", unit="children", kind="stock", description="Who waits."
    )
    registry.measures = lambda: {"unmet_foster_need": unmet}
    monkeypatch.setitem(sys.modules, "simulator.results.measures", registry)
    assert call("list", "measures").stdout == (
        "unmet_foster_need: Unmet need\n    Who waits.\n    unit: children\n    kind: stock\n"
    )


def test_calibrate_prints_the_fit(monkeypatch):
    module = ModuleType("simulator.calibrate")
    module.report = lambda base: f"fit of {base}\n"
    monkeypatch.setitem(sys.modules, "simulator.calibrate", module)
    assert call("calibrate", "england").stdout == "fit of 2025\n"
    assert call("calibrate", "england", "--base", "2021").stdout == "fit of 2021\n"

    result = call("calibrate", "england", "--base", "1066")
    said = "care-demand: --base 1066: there is no baseline; allowed: 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025\n"
    assert (result.exit_code, result.stderr) == (2, said)

    def broken(base):
        raise LookupError("no table")

    module.report = broken
    result = call("calibrate", "england")
    assert result.exit_code == 1
    assert "a fault in the program, not in the input: LookupError: no table" in result.stderr


# As a program


def program(*words, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=60, env=environment, **options
    )


def test_module_is_the_program():
    found = program("-m", "simulator", "--version")
    assert (found.returncode, found.stdout) == (0, f"care-demand {simulator.__version__} (model {MODEL_VERSION})\n")
    assert program("-m", "simulator", "rnu").returncode == 2


def test_importing_the_command_line_is_light_and_keeps_to_one_thread():
    heavy = "{'numpy', 'scipy', 'matplotlib', 'pydantic', 'pandas', 'ruamel'}"
    code = f"import sys, os, simulator.cli.main; print({heavy} & set(sys.modules), os.environ['OMP_NUM_THREADS'])"
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment["PYTHONPATH"] = str(ROOT)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert found.stdout == "set() 1\n"


def test_check_and_list_do_not_import_what_only_runs_need(folder):
    code = (
        "import sys; from click.testing import CliRunner; from simulator.cli.main import cli;"
        "words = ('check calm.yaml', 'list interventions');"
        "ok = [CliRunner().invoke(cli, w.split()).exit_code for w in words];"
        "print(ok, {'scipy', 'matplotlib', 'pandas', 'simulator.outputs.folder'} & set(sys.modules))"
    )
    found = program("-c", code)
    assert found.stdout == "[0, 0] set()\n", found.stderr


SLOW = """
import sys, time
sys.path.insert(0, {tests!r})
from types import ModuleType
from synthetic import synthetic
model = ModuleType("simulator.runs.simulate")
model.simulate = lambda loaded, **_: synthetic(loaded.key)
sys.modules["simulator.runs.simulate"] = model
from simulator.outputs import run_folder
def slow(part, many):
    open("writing", "w").close()
    time.sleep(60)
run_folder._write_charts = slow
from simulator.cli.main import main
sys.argv = ["care-demand", "run", "calm.yaml"]
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_no_partial_folder(folder, number, status):
    code = SLOW.format(tests=str(ROOT / "tests" / "support"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 30
        while not (folder / "writing").exists() and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert "Traceback" not in said
    assert not (folder / "out").exists()


# From Python


def test_python_has_the_same_names(folder, model):
    results = simulator.run("calm.yaml", seed=3)
    assert results.name == "calm"
    loaded = simulator.load(folder / "help.yaml")
    assert simulator.load(loaded) is loaded
    assert [r.name for r in simulator.compare("calm.yaml", loaded)] == ["calm", "help"]
    assert model.calls == [("calm", 0, 3), ("calm", 0, 1), ("help", 0, 1)]
    with pytest.raises(AttributeError, match="no attribute 'wish'"):
        _ = simulator.wish
