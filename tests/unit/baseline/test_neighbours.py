"""Statistical neighbours and published evidence: distances, indicators, and what a name brings a council's returns."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.baseline.named_authority import named_authority
from simulator.baseline.neighbours import INDICATORS, NEAREST, distances, figures_of, peers
from simulator.baseline.published_evidence import (
    _positions,
    flows_published,
    mix_published,
    published_evidence,
    where_published,
)
from simulator.data.authority_tables import column, published_stock
from simulator.projection.compile import compile_scenario
from simulator.scenario import load
from simulator.vocabulary import areas
from simulator.vocabulary.where_placed import UNKNOWN

KENT, MEDWAY = "E10000016", "E06000035"
NAMES = [one.name for one in areas.authorities()]


def test_distances_are_a_metric() -> None:
    apart = distances()
    assert np.isfinite(apart).all()
    np.testing.assert_allclose(apart, apart.T)
    np.testing.assert_array_equal(np.diag(apart), 0.0)
    rng = np.random.default_rng(1)
    a, b, c = rng.integers(0, len(apart), (3, 500))
    assert (apart[a, c] <= apart[a, b] + apart[b, c] + 1e-9).all()


def test_neighbours_are_nearer_than_all_others() -> None:
    found = peers(KENT)
    near = [one for one in found if one.relation == "neighbour"]
    assert len(near) == NEAREST
    assert [one.distance for one in near] == sorted(one.distance for one in near)
    others = [d for name, d in zip(NAMES, distances()[NAMES.index("Kent")], strict=True)
              if name not in {"Kent", *(one.name for one in near)}]  # fmt: skip
    assert max(one.distance for one in near) <= min(others)
    assert [one.relation for one in found if one.relation != "neighbour"] == [
        "itself", "neighbours", "region", "England",
    ]  # fmt: skip


def test_named_neighbours_take_their_place() -> None:
    found = peers(KENT, ("Medway", "Essex"))
    assert [one.name for one in found if one.relation == "neighbour"] == ["Medway", "Essex"]
    at = tuple(NAMES.index(name) for name in ("Medway", "Essex"))
    together = next(one for one in found if one.relation == "neighbours")
    assert together.figures == figures_of(at)


def test_indicators_are_those_published() -> None:
    """Kent, 31 March 2025: 1,896 children, 407 outside the area, 454 over 20 miles of 1,438 known, 451 UASC."""
    (kent, *_), at = peers(KENT), NAMES.index("Kent")
    assert set(kent.figures) == set(INDICATORS)
    assert kent.figures["children"] == 1896
    assert kent.figures["outside_percent"] == pytest.approx(100 * 407 / 1896)
    assert kent.figures["over_20_miles_percent"] == pytest.approx(100 * 454 / (454 + 984))
    assert kent.figures["uasc_percent"] == pytest.approx(100 * 451 / 1896)
    assert kent.figures["filled_foster_places_percent"] == pytest.approx(100 * 690 / 1105)
    heads = column("population_0_17", 2024)[at]
    assert kent.figures["children_per_10000"] == pytest.approx(1e4 * 1896 / heads)


def test_a_group_is_the_sum_of_its_members_that_tell() -> None:
    at = tuple(NAMES.index(name) for name in ("Kent", "Medway"))
    stock = column("stock", 2025)[list(at)]
    outside = column("stock_by_locality", 2025, "outside_la_boundary")[list(at)]
    assert figures_of(at)["outside_percent"] == pytest.approx(100 * outside.sum() / stock.sum())


def test_published_places_add_up_to_the_children() -> None:
    found = list(where_published((KENT,)))
    assert {one.by for one in found} == {"locality", "distance", "distance_and_locality", "provider"}
    stock_now = published_stock([KENT])[1][-1]
    for by in ("locality", "distance"):
        of_year = [one for one in found if one.by == by and one.date == "2025-03-31"]
        assert sum(one.children for one in of_year) == pytest.approx(stock_now, abs=3)


def test_distances_are_shares_of_those_that_are_known_as_beside_others() -> None:
    found = {(one.by, one.category): one for one in where_published((KENT,)) if one.date == "2025-03-31"}
    far = found["distance", "over_20_miles"]
    assert 100.0 * far.share == pytest.approx(peers(KENT)[0].figures["over_20_miles_percent"])
    assert far.share + found["distance", "20_miles_or_less"].share == pytest.approx(1.0)
    assert found["distance", UNKNOWN].whole > far.whole
    both = [one for (by, _), one in found.items() if by == "distance_and_locality" and one.is_known]
    assert sum(one.share for one in both) == pytest.approx(1.0)


def test_published_mixes_add_up_to_the_children() -> None:
    mix = mix_published((KENT,))
    years, stock = published_stock([KENT])
    whole = sum(past.values for past in mix.values())
    np.testing.assert_allclose(whole, stock[-len(whole) :], rtol=0.02)
    assert years[-1] == 2025


def test_flows_are_of_all_members_or_none() -> None:
    kent, both = (flows_published(codes)["starts"] for codes in ((KENT,), (KENT, MEDWAY)))
    assert kent.dates == ("2021-22", "2022-23", "2023-24", "2024-25")
    assert (both.values > kent.values[-len(both.values) :]).all()


def test_a_region_has_no_neighbours() -> None:
    codes = areas.reported(("South East",))[0].members
    assert len(codes) > 1
    found = published_evidence("South East", codes)
    assert [one.relation for one in found.peers] == ["itself", "England"]
    assert found.peers[0].figures["children"] == pytest.approx(column("stock", 2025)[_positions(codes)].sum())
    assert found.where


def test_a_name_brings_the_unit_costs_of_a_run_of_that_authority() -> None:
    """Within half a percent: a run shares England's spend by weeks, this by children."""
    named = named_authority(KENT)
    assert named is not None
    kent, england = (compile_scenario(load("status-quo").in_areas((name,)).scenario) for name in ("Kent", "England"))
    for here, there in zip(kent.cost_lines, england.cost_lines, strict=True):
        if here.key in named.prices:
            unit = float(np.asarray(here.spend_gbp).item() / np.asarray(here.units).item())
            ratio = unit / float(np.asarray(there.spend_gbp).item() / np.asarray(there.units).item())
            assert named.prices[here.key] == pytest.approx(ratio, rel=0.005)
    assert named.approved_places == 1105
    assert named_authority("own") is None
