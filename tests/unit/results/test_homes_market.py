"""Places in children's homes that a run needs, and openings beside the record."""

from __future__ import annotations

import numpy as np
import pytest

import simulator
from simulator.data import tables
from simulator.results.homes_record import most_opened
from simulator.results.measures.homes_market import OCCUPANCY

MORE = {
    "name": "Ever more", "base": 2025, "end": "2028-03", "assumptions": {"foster_places": "as_needed"},
    "interventions": [{"kind": "trend", "measure": "placement_mix", "from": ["council_foster", "ifa_foster"],
                       "to": ["childrens_home"], "percent_per_year": 50}],
}  # fmt: skip


@pytest.fixture(scope="module")
def held():
    return simulator.run({"name": "Held", "base": 2025, "end": "2028-03"})


def test_places_hold_the_children_in_homes_at_todays_occupancy(held) -> None:
    homes = held["children"].by_placement()["childrens_home"]
    assert held["home_places_needed"].total() == pytest.approx(homes / OCCUPANCY)
    registered = tables.value("registered_home_places", 2025)
    assert homes[0] / registered == pytest.approx(OCCUPANCY, abs=0.015)


def test_openings_are_what_places_grow_by(held) -> None:
    needed, opened = held["home_places_needed"].total(), held["home_places_opened"].total()
    assert np.cumsum(opened) == pytest.approx(needed[1:] - needed[0])


def test_most_ever_opened_is_on_record() -> None:
    year, most = most_opened()
    assert (year, most) == (2025, pytest.approx(1409, abs=5))


def test_a_run_that_needs_more_than_ever_opened_says_so(held) -> None:
    assert not [note for note in held.notes if "ever opened" in note]
    said = [note for note in simulator.run(MORE).notes if "ever opened" in note]
    assert len(said) == 1
    assert "1,409, net, to March 2025" in said[0]
    in_area = simulator.run({**MORE, "end": "2027-03", "areas": ["Kent"]})
    assert not [note for note in in_area.notes if "ever opened" in note]
