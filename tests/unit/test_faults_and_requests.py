"""What can end as exit status 2: requests of their own class alone, which processes hand on whole."""

from __future__ import annotations

import ast
import builtins
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT
from planted import impossible

from simulator.interventions.impossible import Impossible
from simulator.runs.ensemble.workers import cluster_pool, local_pool
from simulator.runs.solve import Unsolvable
from simulator.scenario import Problem, ScenarioError

PACKAGE = ROOT / "simulator"
REQUESTS = {
    "ActualError", "CouncilError", "FolderError", "Impossible", "ManifestError", "NotOursError", "PilotError",
    "RegisterError", "ReturnsError", "ScenarioError", "Unreadable", "ValidationError", "Wrong",
}  # fmt: skip
"""All that is told as the input's fault. A validation error holds faults of the program as well, which are let out."""


def trees(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def named(node: ast.expr | None) -> set[str]:
    """Return the names of the errors that a handler or a call takes; all parts of one with dots."""
    if node is None:
        return {"everything"}
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def told_as_input(tree: ast.Module) -> Iterator[str]:
    """Yield the errors that a module turns into wrong input, or collects as a problem."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            text = ast.unparse(node)
            if any(words in text for words in ("raise WrongInput", "raise ScenarioError", "problems.append")):
                yield from named(node.type)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refusing":
            yield from (name for argument in node.args for name in named(argument))


@pytest.mark.parametrize("folder", ["interventions", "projection", "scenario"])
def test_no_plain_error_is_raised_for_a_request(folder: str) -> None:
    """A plain ValueError would be a fault of the program; a request has a class."""
    raised = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc is not None and "ValueError" in named(node.exc)
    ]
    assert raised == []


@pytest.mark.parametrize("folder", ["cli", "runs", "scenario"])
def test_only_requests_are_told_as_the_inputs_fault(folder: str) -> None:
    for path, tree in trees(folder):
        found = set(told_as_input(tree)) - {"kinds"}  # what `refusing` was given
        assert found <= REQUESTS, path
    assert not REQUESTS & set(dir(builtins))


def test_the_search_finds_what_it_should() -> None:
    bad = "try:\n  f()\nexcept (KeyError, ValueError) as e:\n  raise WrongInput(str(e))\nwith refusing(OSError): pass"
    assert set(told_as_input(ast.parse(bad))) == {"KeyError", "ValueError", "OSError"}


def test_an_impossible_request_is_no_value_error() -> None:
    assert not issubclass(Impossible, ValueError | LookupError | ArithmeticError | OSError)


REQUEST = Impossible(("interventions", 1, "approval_ratio"), 5.0, "5 is too many (in draw 3 of 8)", "up to 2")


def assert_same(found: Impossible) -> None:
    assert type(found) is Impossible
    fields = ("path", "value", "what", "allowed")
    assert [getattr(found, name) for name in fields] == [getattr(REQUEST, name) for name in fields]
    assert str(found) == "interventions.1.approval_ratio: 5 is too many (in draw 3 of 8); allowed: up to 2"


def test_errors_are_pickled_whole() -> None:
    assert_same(pickle.loads(pickle.dumps(REQUEST)))
    problems = [Problem("b.yaml", 2, 1, "base", "is wrong"), Problem("a.yaml", 1, 1, "end", "is late", "less")]
    error = ScenarioError(problems)
    again = pickle.loads(pickle.dumps(error))
    assert (again.problems, str(again)) == (error.problems, str(error))
    assert str(again).splitlines() == ["a.yaml:1:1: end: is late; allowed: less", "b.yaml:2:1: base: is wrong"]
    unsolvable = pickle.loads(pickle.dumps(Unsolvable("no", "yes", "yea")))
    assert (unsolvable.what, unsolvable.allowed, unsolvable.near) == ("no", "yes", "yea")


def test_an_impossible_request_comes_whole_from_a_process() -> None:
    with pytest.raises(Impossible) as told, local_pool(1) as pool:
        pool.submit(impossible).result()
    assert_same(told.value)


def test_an_impossible_request_comes_whole_from_a_cluster() -> None:
    distributed = pytest.importorskip("distributed")
    how = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    with (
        distributed.LocalCluster(**how) as cluster,
        pytest.raises(Impossible) as told,
        cluster_pool(cluster.scheduler_address) as pool,
    ):
        pool.submit(impossible).result()
    assert_same(told.value)


def test_a_cluster_that_is_not_there_is_no_fault_of_the_program() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ConnectionError, match="no Dask scheduler answers at nowhere://1"), cluster_pool("nowhere://1"):
        pass
