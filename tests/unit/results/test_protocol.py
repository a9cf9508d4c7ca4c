"""Results of every kind answer the same questions, and nothing asks which kind they are."""

import ast
import inspect
from collections.abc import Iterator

import numpy as np
import pytest
from paths import ROOT

from simulator.disclosure.publish import publish
from simulator.disclosure.published import PublishedResults
from simulator.results.figures import ShownFigure
from simulator.results.labelled import RunResults
from simulator.results.results_protocol import Results
from simulator.runs.ensemble.drawn import Drawn
from simulator.runs.simulate import simulate
from simulator.scenario import load

KINDS = {kind.__name__: kind for kind in (Results, RunResults, Drawn, PublishedResults)}


@pytest.fixture(scope="module")
def of_each_kind() -> dict[str, Results]:
    """One scenario with programmes, in an authority and without draws, with them, and for publication."""
    loaded = load("family-help-national").in_areas(("Kent",))
    run, drawn = simulate(loaded), simulate(loaded, draws=3, engine="plain", workers=1)
    return {"in memory": run, "drawn": drawn, "published": publish([drawn])[0]}


def test_each_kind_is_what_it_says(of_each_kind: dict[str, Results]) -> None:
    assert [type(results) for results in of_each_kind.values()] == [RunResults, Drawn, PublishedResults]
    assert not any(inspect.isabstract(type(results)) for results in of_each_kind.values())
    assert [results.draws for results in of_each_kind.values()] == [1, 4, 4]


def figures(results: Results) -> Iterator[tuple[str, ShownFigure]]:
    """Yield every figure that tables and charts may ask for."""
    for name, measure in results.measures.items():
        if measure.kind == "stock":
            yield f"{name} stock", results.stock_totals(name)
            if len(measure.placements) > 1:
                yield f"{name} parts", results.stock_parts(name)
        for real in (False, True) if measure.is_money else (False,):
            yield f"{name} years {real}", results.year_totals(name, real=real)
            yield f"{name} years by placement {real}", results.year_parts(name, real=real)
    yield "extra", results.extra_spend()
    yield from results.causes().items()
    yield "bare", results.bare().stock_totals("children")


def test_all_of_them_answer_alike(of_each_kind: dict[str, Results]) -> None:
    """What is published is a rounded part of what is known: the same shapes, at 31 March."""
    run, drawn, published = (dict(figures(results)) for results in of_each_kind.values())
    assert set(run) == set(drawn) >= set(published)
    for name, figure in run.items():
        np.testing.assert_array_equal(figure.central, drawn[name].central, err_msg=name)
        assert (figure.draws, drawn[name].draws) == (0, 3)
    at = [of_each_kind["in memory"].dates("stock").index(day) for day in of_each_kind["published"].dates("stock")]
    for name, figure in published.items():
        monthly = name.endswith(" stock") or name.endswith(" parts") or name == "bare"
        whole = run[name].central[:, at] if monthly else run[name].central
        assert figure.central.shape[:2] == whole.shape[:2], name
        assert figure.central.shape[2:] in (whole.shape[2:], (1,)), name  # not all parts of flows are published
        assert figure.quantiles


def test_they_say_how_they_may_be_shown(of_each_kind: dict[str, Results]) -> None:
    for name, results in of_each_kind.items():
        months = len(results.dates("stock")) == results.months + 1
        assert results.showing.monthly == months == (name != "published")
        assert bool(results.showing.hidden) == (name == "published")


def test_nothing_asks_which_kind_results_are() -> None:
    """`isinstance` and `type` with a kind of results stand nowhere in the package."""
    found = []
    for path in sorted((ROOT / "simulator").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if asks and node.func.id in ("isinstance", "issubclass", "type"):
                named = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
                found += [f"{path.relative_to(ROOT)}:{node.lineno}"] if named & set(KINDS) else []
    assert found == []
