"""Imports run one way: along the line of the data, and never back.

A part is a module of the package, or a sub-package as a whole. `MAY_IMPORT` lists the parts in order of the line; a
part may import only what its entry names, and an entry may name only parts above it. The command line may import
everything and nothing imports it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "simulator"

MAY_IMPORT: dict[str, set[str]] = {
    # Names and numbers.
    "axes": set(),
    "areas": set(),
    "disclosure": set(),
    "calendar": set(),
    "placements": set(),
    "tables": set(),
    "structure": {"axes"},
    "population": {"tables"},
    # A council's own figures, as an import wrote them.
    "council": {"axes", "placements"},
    "rates": set(),
    # The engine: numpy and its own modules.
    "engine": set(),
    # Luck: whole children beside the engine.
    "chance": {"engine"},
    # What a scenario says, and how sure.
    "uncertainty": set(),
    "interventions": {"areas", "axes", "calendar", "placements", "tables"},
    "scenario": {"areas", "calendar", "council", "interventions", "uncertainty"},
    # How far rates drift.
    "drift": {"axes", "placements", "uncertainty"},
    # From published tables to a baseline.
    "baseline": {"axes", "placements", "rates", "structure"},
    "calibrate": {
        "axes", "baseline", "calendar", "drift", "engine", "placements", "population", "rates", "structure", "tables",
    },
    # How authorities differ from England.
    "local": {
        "areas", "axes", "baseline", "council", "engine", "placements", "rates", "structure", "tables", "uncertainty",
    },
    # From both to rates.
    "compile": {
        "areas", "baseline", "calendar", "council", "drift", "engine", "interventions", "local", "placements",
        "population", "rates", "scenario", "structure", "tables",
    },
    "agencies": {"compile", "engine", "rates", "structure"},
    # A check of the fit that runs a scenario. It lives in calibrate/, but the fit must never import it.
    # From paths to labelled results.
    "figures": set(),
    "results": {"calendar", "figures"},
    "measures": {"axes", "baseline", "engine", "placements", "rates", "results"},
    "run_once": {
        "agencies", "areas", "calendar", "chance", "compile", "council", "engine", "interventions", "local", "measures",
        "rates", "results", "scenario", "structure", "tables",
    },
    # Many draws.
    "provenance": set(),
    "ensemble": {"areas", "drift", "figures", "local", "results", "run_once", "scenario", "uncertainty"},
    "solve": {"calendar", "interventions", "results", "run_once", "scenario"},
    "simulate": {"ensemble", "provenance", "results", "run_once", "scenario"},
    # How wide draws must be, and how a run from an earlier base would have done.
    "calibrate.width": {
        "baseline", "calibrate", "compile", "drift", "engine", "placements", "rates", "scenario", "structure", "tables",
    },
    "calibrate.ahead": {
        "axes", "calibrate", "compile", "engine", "placements", "run_once", "scenario", "structure", "tables",
    },
    # What keeps the sum of authorities on England's path.
    "calibrate.reconcile": {
        "agencies", "areas", "axes", "compile", "engine", "local", "rates", "scenario", "structure",
    },
    # How authorities place children.
    "calibrate.placing": {
        "agencies", "areas", "axes", "baseline", "compile", "engine", "local", "placements", "rates", "scenario",
        "structure",
    },
    # What reads results and nothing earlier, except names.
    "tidy": {"disclosure", "figures", "results"},
    "analysis": {"results"},
    "reduce": {"analysis", "results"},
    "charts": {"analysis", "areas", "axes", "calendar", "disclosure", "figures", "placements", "results"},
    # Results that may be published, in place of results.
    "publish": {"areas", "disclosure", "results"},
    "paths": {"results"},
    "summary": {"analysis", "charts", "figures", "results"},
    "outputs": {
        "analysis", "axes", "calendar", "charts", "figures", "paths", "placements", "provenance", "results", "summary",
        "tidy",
    },
    # The track record: published figures by area, and its own charts and files.
    "backtest": {"areas", "charts", "local", "outputs", "provenance", "tables"},
    # A council's own child-level returns: nothing but the command line reads them.
    "returns": {"axes", "baseline", "disclosure", "outputs", "placements", "provenance", "rates"},
}  # fmt: skip

ONLY_TYPES: dict[str, set[str]] = {
    "chance": {"rates"},
    "drift": {"rates"},
    "engine": {"rates"},
    "interventions": {"rates"},
    "outputs": {"scenario"},
}
"""Parts that may also be named under `if TYPE_CHECKING`, which is never run."""

FRONT: dict[str, set[str]] = {
    "": {"results", "scenario", "simulate"},
    "cli": {*MAY_IMPORT, ""},
    "__main__": {"cli"},
}
"""The front of the package: `simulator` itself (load, run, compare), the command line, `python -m simulator`."""

KNOWN: dict[tuple[str, str], str] = {
    ("results", "reduce"): "Results.reduced works figures out; imported when they are first asked for",
    ("results", "tidy"): "Results.to_frame makes the rows of results.csv; imported when it is called",
    ("scenario", ""): "shipped.py asks where the package is",
    ("outputs", ""): "the manifest holds the version",
    ("backtest", ""): "the manifest holds the version",
    ("returns", ""): "the manifest holds the version",
}
"""Arrows that run back, each with why. Take an entry out when its arrow is gone."""


def part(module: str) -> str:
    """Name the part that holds a module, such as simulator.engine.run."""
    inside = module.removeprefix("simulator").removeprefix(".")
    return inside if inside in MAY_IMPORT else inside.split(".")[0]


def modules() -> dict[str, Path]:
    """All modules of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        names = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[tuple[str, bool, bool]]:
    """Yield what a file imports: module, whether for types only, whether not until a function runs."""

    def walk(node: ast.AST, types: bool, later: bool) -> Iterator[tuple[str, bool, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, types, later) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: a relative import, which this test does not read"
                for alias in child.names:
                    whole = f"{child.module}.{alias.name}"
                    yield (whole if whole in MODULES else str(child.module)), types, later
            elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                yield from walk(ast.Module(child.body, []), True, later)
                yield from walk(ast.Module(child.orelse, []), types, later)
            else:
                inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from walk(child, types, later or inside)

    return walk(ast.parse(path.read_text(encoding="utf-8")), False, False)


@cache
def arrows() -> set[tuple[str, str, bool]]:
    """All imports between parts: from, to, for types only."""
    return {
        (part(module), part(name), types)
        for module, path in MODULES.items()
        for name, types, _ in imports(path)
        if name.split(".")[0] == "simulator" and part(name) != part(module)
    }


def test_the_order_is_a_line() -> None:
    above: set[str] = set()
    for name, allowed in MAY_IMPORT.items():
        assert allowed <= above, f"{name} may import {sorted(allowed - above)}, which come after it"
        above.add(name)


def test_every_module_has_a_place() -> None:
    assert {part(module) for module in MODULES} == {*MAY_IMPORT, *FRONT}


@pytest.mark.parametrize("name", [*MAY_IMPORT, *FRONT])
def test_no_import_runs_back(name: str) -> None:
    allowed = (MAY_IMPORT | FRONT)[name]
    for origin, to, types in arrows():
        if origin != name or to in allowed or (origin, to) in KNOWN:
            continue
        for_types = types and to in ONLY_TYPES.get(name, set())
        assert for_types, f"simulator.{origin} imports simulator.{to}"


def test_nothing_imports_the_command_line() -> None:
    assert {origin for origin, to, _ in arrows() if to == "cli"} == {"__main__"}


def test_known_arrows_back_are_still_there() -> None:
    there = {(origin, to) for origin, to, _ in arrows()}
    assert set(KNOWN) <= there, "an arrow that ran back is gone: take it out of KNOWN"


def test_results_read_tables_only_when_asked() -> None:
    later = {part(name): later for name, _, later in imports(PACKAGE / "results.py") if name.startswith("simulator")}
    assert later["tidy"], "at the top this would be a circle"


def test_the_package_itself_imports_nothing_at_once() -> None:
    for name, types, later in imports(PACKAGE / "__init__.py"):
        assert types or later or not name.startswith("simulator"), name


@pytest.mark.parametrize("path", sorted((PACKAGE / "engine").glob("*.py")), ids=lambda path: path.name)
def test_the_engine_imports_numpy_alone(path: Path) -> None:
    allowed = {"__future__", "collections", "dataclasses", "numpy", "typing", "simulator"}
    compiled = {"compiled.py": {"math"}, "lanes.py": {"llvmlite", "math", "numba", "operator"}, "loops.py": {"numba"}}
    allowed |= compiled.get(path.name, set())
    for name, types, _ in imports(path):
        assert name.split(".")[0] in allowed, name
        assert types or name.split(".")[0] != "simulator" or part(name) == "engine", name
