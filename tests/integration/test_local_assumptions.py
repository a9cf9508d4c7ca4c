"""Assumptions of single areas: what they act on, which goes before which, and how England has them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from paths import ROOT

import simulator
from simulator.interventions.local import Local, waiting_share
from simulator.projection.compile import Compiled, compile_scenario
from simulator.results.labelled import RunResults
from simulator.scenario import LoadedScenario, explain, load
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import Month

AREAS = ROOT / "docs" / "areas.md"
EVERY = {
    "starts_ratio": 1.2,
    "starts_percent_per_year": 2.0,
    "stays_percent_per_year": -3.0,
    "prices_percent_per_year": 4.0,
    "homes_waiting_share": 0.1,
    "step_down_match_per_year": 0.05,  # slow enough to hold children back where hardly a place comes free
}


def loaded(local: dict[str, dict[str, float]], *names: str) -> LoadedScenario:
    """Return the status quo of some areas for a year, with assumptions of some."""
    one = load("status-quo").in_areas(names)
    checked = type(one.scenario).model_validate({"name": "x", "local": local}).local
    return replace(one, scenario=one.scenario.model_copy(update={"local": checked, "end": Month(2026, 3)}))


def compiled(local: dict[str, dict[str, float]], *names: str) -> Compiled:
    return compile_scenario(loaded(local, *names).scenario)


def total(results: RunResults, area: str, measure: str = "children") -> float:
    return float(results[measure].values[0, results.areas.index(area), -1].sum())


@pytest.mark.parametrize("name", EVERY)
def test_each_acts_in_its_area_alone(name: str) -> None:
    assert set(EVERY) == set(Local.model_fields)
    plain = simulator.run(loaded({}, "Kent", "Surrey"))
    changed = simulator.run(loaded({"Kent": {name: EVERY[name]}}, "Kent", "Surrey"))
    kent, surrey = [], []
    for measure, one in plain.measures.items():
        kent.append(np.array_equal(changed[measure].values[:, 0], one.values[:, 0]))
        surrey.append(np.allclose(changed[measure].values[:, 1], one.values[:, 1], rtol=1e-12, atol=1e-12))
    assert not all(kent)
    assert all(surrey)
    stock, starts, exits = (changed[m].values[0, 0].sum(axis=(-2, -1)) for m in ("children", "starts", "exits"))
    balancing = changed["balancing"].values[0, 0].sum(axis=(-2, -1))
    np.testing.assert_allclose(stock[:-1] + starts - exits + balancing, stock[1:], rtol=1e-9)


def test_known_answers() -> None:
    plain, changed = (compiled(local, "Kent").rates for local in ({}, {"Kent": EVERY}))
    for one, two in zip(plain.streams, changed.streams, strict=True):
        months = (np.arange(12) + 0.5) / 12
        np.testing.assert_allclose(
            two.new_starts_per_month,
            one.new_starts_per_month * (1.2 * 1.02**months)[:, None] * np.ones((1, 1, 12, 1)),
        )
        np.testing.assert_allclose(two.exit_ratio, one.exit_ratio * (0.97**-months)[:, None] * np.ones((1, 1, 12, 1)))
        np.testing.assert_allclose(two.opening.sum(), one.opening.sum())
    np.testing.assert_allclose(changed.price_ratio, plain.price_ratio * (1.04**months)[:, None])
    np.testing.assert_allclose(waiting_share(changed.streams[0].opening), 0.1)
    assert changed.foster is not None
    np.testing.assert_allclose(changed.foster.step_down_per_year, 0.05)


def test_more_children_who_wait_than_at_the_base() -> None:
    opening = compiled({"Kent": {"homes_waiting_share": 0.9}}, "Kent").rates.streams[0].opening
    assert (opening >= 0).all()
    np.testing.assert_allclose(waiting_share(opening), 0.9)


def test_what_is_said_of_an_authority_goes_before_its_region() -> None:
    local = {
        "Kent": {"starts_ratio": 1.1},
        "South East": {"starts_ratio": 1.2, "step_down_match_per_year": 3.0},
        "England": {"starts_ratio": 1.3},
    }
    plain, changed = (compiled(which, "Kent", "Surrey", "Gateshead").rates for which in ({}, local))
    ratio = changed.streams[0].new_starts_per_month / plain.streams[0].new_starts_per_month
    order = areas.units(["Kent", "Surrey", "Gateshead"])
    of = {code: ratio[0, i, 0, 5] for i, code in enumerate(order)}
    assert [of[areas.code_of(name, "")] for name in ("Kent", "Surrey", "Gateshead")] == pytest.approx([1.1, 1.2, 1.3])
    assert changed.foster is not None
    assert plain.foster is not None
    down = dict(zip(order, changed.foster.step_down_per_year[0], strict=True))
    assert down[areas.code_of("Kent", "")] == down[areas.code_of("Surrey", "")] == 3.0
    assert down[areas.code_of("Gateshead", "")] == pytest.approx(float(plain.foster.step_down_per_year[0, 0]))


def test_england_alone_has_the_mean_by_children() -> None:
    kent = next(areas.children(areas.codes_of(["Kent"]))) / sum(one.children for one in areas.authorities())
    plain, changed = (compiled(local, "England").rates for local in ({}, {"Kent": EVERY}))
    ratio = (changed.streams[0].new_starts_per_month / plain.streams[0].new_starts_per_month)[0, 0, 0, 5]
    assert ratio == pytest.approx(1 + kent * (1.2 * 1.02 ** (0.5 / 12) - 1))
    base = waiting_share(plain.streams[0].opening)
    np.testing.assert_allclose(waiting_share(changed.streams[0].opening), (1 - kent) * base + kent * 0.1)
    everywhere = compiled({one.code: {"starts_ratio": 1.5} for one in areas.authorities()}, "England").rates
    np.testing.assert_allclose(
        everywhere.streams[0].new_starts_per_month, 1.5 * plain.streams[0].new_starts_per_month * np.ones((1, 1, 12, 1))
    )


def test_sums_of_areas_add_up_and_an_area_is_the_same_in_company() -> None:
    local = {"Gateshead": EVERY, "region: North East": {"starts_percent_per_year": -1.0}}
    whole = simulator.run(loaded(local, "region: North East"))
    alone = simulator.run(loaded(local, "Gateshead"))
    for measure in ("children", "starts", "total_spend", "unmet_foster_need"):
        parts = sum(total(whole, name, measure) for name in whole.areas[1:])
        assert total(whole, "North East", measure) == pytest.approx(parts, rel=1e-9)
        assert total(whole, "Gateshead", measure) == pytest.approx(total(alone, "Gateshead", measure), rel=1e-9)


def test_notes_say_where_they_act() -> None:
    local = {"Kent": {"starts_ratio": 1.1}, "Surrey": {"starts_ratio": 1.1}}
    assert "With assumptions of their own: Kent." in simulator.run(loaded(local, "Kent")).notes
    assert any(
        note.startswith("Not run,") and note.endswith(": Surrey.")
        for note in simulator.run(loaded(local, "Kent")).notes
    )
    assert any("Kent, Surrey count with" in note for note in simulator.run(loaded(local, "England")).notes)


def test_the_example_of_the_page_is_read_drawn_and_extended(tmp_path: Path) -> None:
    page = AREAS.read_text(encoding="utf-8")
    (block,) = (b for b in re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL) if "\nlocal:\n" in b)
    (tmp_path / "parent.yaml").write_text(block, encoding="utf-8")
    (tmp_path / "child.yaml").write_text(
        "name: Child\nextends: parent.yaml\nlocal:\n"
        "  Kent: {starts_percent_per_year: 3}\n  St. Helens: {starts_ratio: 2}\n",
        encoding="utf-8",
    )
    child = load(tmp_path / "child.yaml")
    assert child.scenario.local["Kent"].given == {"starts_ratio": 1.1, "starts_percent_per_year": 3.0}
    words = explain(child)
    assert "local.Kent.starts_ratio" in words
    assert "local.Kent.starts_percent_per_year: 2 (" in words
    assert "local.St. Helens.starts_ratio" in words
    assert [p.key for p in child.parameters if p.key.startswith("local.")] == ["local.Kent.starts_ratio"]
    short = child.in_areas(("Kent",))
    short = replace(short, scenario=short.scenario.model_copy(update={"end": Month(2025, 6)}))
    assert np.ptp(simulator.run(short, draws=3).figure("starts/total").area().sum(axis=1)[1:]) > 0
