"""What is whose fault: an impossible request is told by its line, and a fault of the program never is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from planted import FAULTS, faulty_block, plant

from simulator.cli.main import cli
from simulator.runs.ensemble import blocks
from simulator.runs.ensemble.store import Store

SAVE = Store.save

CALM = "name: Calm\nend: 2025-06\n"
HELP = """\
name: Help for families
end: 2025-06
interventions:
  - kind: early_help
    start: 2025-04
    effect: {risk_ratio: {median: 0.9, p10: 0.8, p90: 0.95}}
"""
GREEDY = """\
name: More approved than assessed
end: 2025-06
interventions:
  - {kind: trend, measure: starts, percent_per_year: 1}
  - kind: foster_recruitment
    sector: council
    start: 2025-04
    approval_ratio: RATIO
"""
IMPOSSIBLE = {
    "approval ratio": (GREEDY.replace("RATIO", "4.5"), "8:21: interventions.1.approval_ratio: 4.5 would approve more"),
    "price year": (
        CALM + "interventions:\n  - kind: budget_line\n    cost: {per_year_gbp: 5, price_year: 1950-51}\n",
        "5:41: interventions.0.cost.price_year: no price level is known for 1950-51; allowed: ",
    ),
    "areas": (
        CALM + "areas: [Kent]\ninterventions:\n  - kind: early_help\n    areas: {count: 2, of: 150}\n"
        "    start: 2025-04\n    effect: {risk_ratio: 0.9}\n",
        "6:27: interventions.0.areas.of: a run of authorities draws areas from all 153, not 150; allowed: 153 (areas)",
    ),
    "start": (
        CALM + "interventions:\n  - kind: early_help\n    start: 2020-04\n    effect: {risk_ratio: 0}\n",
        "5:12: interventions.0.start: a ratio of 0 in all of the year before",
    ),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with scenario files, in blocks of two draws."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(blocks, "BLOCK_DRAWS", 2)
    drawn = GREEDY.replace("RATIO", "{low: 0.5, mode: 1.0, high: 4.5}")
    for name, text in (("calm", CALM), ("help", HELP), ("greedy", drawn)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--no-charts", "--out", "out"], prog_name="care-demand")


def finished() -> set[Path]:
    return set(Path().glob(".out-draws/*/*.block"))


def assert_told_as_the_programs_fault(done: Result) -> None:
    assert done.exit_code == 1
    assert done.stdout == ""
    said = "care-demand: a fault in the program, not in the input: ValueError: operands could not be broadcast together"
    assert said in done.stderr
    assert ".yaml:" not in done.stderr
    assert not Path("out").exists()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_central_run_is_the_programs(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(fault, monkeypatch.setattr, at_once=True)
    done = call("run", "help.yaml")
    assert_told_as_the_programs_fault(done)
    assert "Traceback" not in done.stderr
    assert done.stderr.endswith("; --debug shows where\n")
    done = call("run", "help.yaml", "--draws", "4", "--engine", "plain", "--workers", "1", "--debug")
    assert_told_as_the_programs_fault(done)
    assert "Traceback" in done.stderr
    assert "np.ones(3) + np.ones(4)" in done.stderr
    assert "draws are kept" not in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_draw_is_the_programs_and_keeps_finished_draws(fault: str, workers: str) -> None:
    words = ("run", "help.yaml", "--draws", "14", "--engine", "plain", "--workers", workers)
    with pytest.MonkeyPatch.context() as patch:
        plant(fault, patch.setattr)
        if workers != "1":
            patch.setattr(blocks, "block", partial(faulty_block, fault))
        done = call(*words, "--debug")
    assert_told_as_the_programs_fault(done)
    assert "Traceback" in done.stderr
    assert "np.ones(3) + np.ones(4)" in done.stderr
    assert "(in draws " in done.stderr
    assert "finished draws are kept; the same command goes on from them" in done.stderr
    kept = len(finished())
    assert 0 < kept < 7
    with pytest.MonkeyPatch.context() as patch:
        saved: list[blocks.Block] = []
        patch.setattr(Store, "save", lambda store, which, figures: (saved.append(which), SAVE(store, which, figures)))
        assert call(*words[:-1], "1").exit_code == 0
    assert len(saved) == 7 - kept


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_request_is_told_by_its_line_and_writes_nothing(case: str, folder: Path) -> None:
    text, said = IMPOSSIBLE[case]
    (folder / "case.yaml").write_text(text)
    before = set(folder.iterdir())
    for more in ((), ("--draws", "4", "--workers", "1")):
        done = call("run", "case.yaml", *more)
        assert done.exit_code == 2
        assert done.stderr.startswith(f"case.yaml:{said}")
        assert done.stderr.count("\n") == 1
        assert "; allowed: " in done.stderr
        assert set(folder.iterdir()) == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_impossible_draw_costs_only_the_draws_of_its_scenario(workers: str, folder: Path) -> None:
    done = call("compare", "help.yaml", "greedy.yaml", "--draws", "30", "--workers", workers)
    assert done.exit_code == 2
    said = [one for one in done.stderr.splitlines() if one.strip() and not one.startswith("The compiled engine")]
    told, line = said[0], "\n".join(said[1:])
    assert told == "care-demand: finished draws are kept; the same command goes on from them"
    assert line.startswith("greedy.yaml:8:")
    assert "would approve more households than are assessed (in draw " in line
    assert "of 30); allowed: up to " in line
    assert len(finished()) == 15
    assert {path.parent.name.rpartition("-")[0] for path in finished()} == {"help"}
    assert not Path("out").exists()


def test_more_draws_than_there_can_be_are_refused() -> None:
    done = call("run", "calm.yaml", "--draws", "1000001")
    assert (done.exit_code, "at most 1,000,000" in done.stderr) == (2, True)


def test_every_command_takes_debug() -> None:
    def commands(group, words=()):
        for name, command in group.commands.items():
            yield (*words, name)
            if hasattr(command, "commands"):
                yield from commands(command, (*words, name))

    every = list(commands(cli))
    assert {("run",), ("import", "ssda903"), ("forecast", "score"), ("list", "areas")} <= set(every)
    for words in every:
        assert "--debug" in CliRunner().invoke(cli, [*words, "--help"]).stdout, words


def test_all_that_is_wrong_with_a_question_is_told() -> None:
    words = ["solve", "calm.yaml", "--target", "childen=1@2025-06", "--vary", "starts.hold", "--out", "help.yaml"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["--target", "--vary", "--out"]


def test_a_scenario_that_no_value_mends_is_told_by_its_line(folder: Path) -> None:
    (folder / "case.yaml").write_text(IMPOSSIBLE["approval ratio"][0])
    words = ["solve", "case.yaml", "--target", "children=80000@2025-06", "--vary", "interventions.0.percent_per_year"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert done.stderr.startswith("case.yaml:8:21: interventions.1.approval_ratio: 4.5 would approve more")


def test_a_fault_in_solving_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    plant("an intervention's change", monkeypatch.setattr, at_once=True)
    words = ["solve", "help.yaml", "--target", "children=80000@2025-06", "--vary", "assumptions.births_per_year"]
    assert_told_as_the_programs_fault(CliRunner().invoke(cli, words))


def test_a_fault_in_a_validator_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.interventions.cost.financial_year_months", lambda _: np.ones(3) + np.ones(4))
    Path("case.yaml").write_text(CALM + "interventions:\n  - {kind: budget_line, cost: {budget_gbp: {2025-26: 5}}}\n")
    assert_told_as_the_programs_fault(call("run", "case.yaml"))
