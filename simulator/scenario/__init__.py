"""Scenario files: reading, checking, and where every value came from."""

from __future__ import annotations

from simulator.scenario.cautions import Caution, cautions, with_price_gaps
from simulator.scenario.checking import Origin
from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.explain import explain
from simulator.scenario.loaded import LoadedScenario
from simulator.scenario.merge import Override, SourceFile
from simulator.scenario.read import find_scenario, load, load_given, load_mapping
from simulator.scenario.schema import Assumptions, Claim, Scenario
from simulator.scenario.shipped import shipped
from simulator.scenario.uncertain import Uncertain

__all__ = [
    "Assumptions",
    "Caution",
    "Claim",
    "LoadedScenario",
    "Origin",
    "Override",
    "Problem",
    "Scenario",
    "ScenarioError",
    "SourceFile",
    "Uncertain",
    "cautions",
    "explain",
    "find_scenario",
    "load",
    "load_given",
    "load_mapping",
    "shipped",
    "with_price_gaps",
]
