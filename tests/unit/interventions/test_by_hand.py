"""Every kind comes out as worked by hand: one YAML file a case, read as a scenario file is."""

from __future__ import annotations

import pytest
from hand_cases import CASES, found, given
from kind_rates import FIRST, MONTHS, make_context

from simulator.scenario import load_mapping
from simulator.vocabulary import areas


@pytest.mark.parametrize("name", CASES)
def test_it_comes_out_as_worked_by_hand(name: str) -> None:
    case = CASES[name]
    end = str(FIRST + (MONTHS - 1))
    loaded = load_mapping({"name": name, "base": FIRST.year, "end": end, "interventions": [case["intervention"]]})
    [one] = loaded.scenario.interventions
    every = {area.name: area.code for area in areas.authorities()}
    codes = tuple(every[area] for area in case.get("areas", ())) or ("England",)
    after = one.apply(given(case, codes), make_context(codes, inflation=0.0))
    after.check()
    assert case["sum"]
    for expected in case["expect"]:
        where = dict(expected)
        of, value = where.pop("of"), where.pop("is")
        assert found(after, of, where) == pytest.approx(value, rel=1e-6), expected
