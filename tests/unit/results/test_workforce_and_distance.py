"""Social workers and their cases, and how far from home children live."""

from __future__ import annotations

import numpy as np
import pytest

import simulator
from simulator.baseline.distance_from_home import LOCAL, at_base, in_england
from simulator.baseline.social_workers import workers_in_england
from simulator.data.authority_tables import column
from simulator.scenario import ScenarioError
from simulator.vocabulary import placements
from simulator.vocabulary.areas import authorities
from simulator.vocabulary.axes import AWAY

PLACES = len(placements.names())
APPRENTICES = {"kind": "workforce", "start": "2025-04", "recruits_per_year": 1_200.0, "leaving_percent_per_year": 0.0}


@pytest.fixture(scope="module")
def held():
    return simulator.run({"name": "Held", "base": 2025, "end": "2027-03"})


def test_agency_workers_over_their_share_are_all() -> None:
    employed, agency = workers_in_england(2025)
    assert agency == 6521
    assert agency / (employed + agency) == pytest.approx(0.162)


def test_caseload_is_the_published_one_and_goes_with_children_in_need_and_workers(held) -> None:
    caseload, in_need = held["social_worker_caseload"].total(), held["children_in_need"].total()
    assert caseload[0] == pytest.approx(15.4)
    assert in_need[0] == pytest.approx(402_400)
    np.testing.assert_allclose(caseload, 15.4 * in_need / in_need[0])
    more = simulator.run({"name": "More", "base": 2025, "end": "2027-03", "interventions": [
        {**APPRENTICES, "replaces_agency_share": 0.0},
    ]})  # fmt: skip
    workers = more["social_workers"].total()
    assert workers[-1] - workers[0] == pytest.approx(2_400.0)
    np.testing.assert_allclose(more["social_worker_caseload"].total(), caseload * workers[0] / workers)


def test_caseload_of_several_areas_is_no_sum() -> None:
    both = simulator.run({"name": "Two", "base": 2025, "end": "2025-06", "areas": ["region: North East"]})
    assert both["social_worker_caseload"].total()[0] == pytest.approx(15.4)
    assert both["social_workers"].total()[0] < 4_000


def test_more_agency_workers_than_there_are_are_not_replaced() -> None:
    many = {**APPRENTICES, "recruits_per_year": 20_000.0}
    with pytest.raises(ScenarioError, match=r"would take the place of 6,521 from agencies"):
        simulator.run({"name": "Many", "base": 2025, "end": "2026-03", "interventions": [many]})


def test_published_shares_make_the_children_outside_their_area_of_the_next_year(held) -> None:
    """The shares are of March 2024; 36,350 were outside their area in March 2025, and 18% over 20 miles off besides."""
    assert held["children_outside_area"].total()[0] == pytest.approx(36_350, rel=0.01)
    homes = held["children_far_from_home"].by_placement()["childrens_home"][0]
    assert homes / held["children"].by_placement()["childrens_home"][0] == pytest.approx(0.495, abs=0.001)


def test_an_authority_has_its_published_share() -> None:
    children = np.ones((1, PLACES))
    shares = at_base(("E10000016",), children, 2025)[0]
    at = [one.code for one in authorities()].index("E10000016")
    for name, (table, there, not_there) in LOCAL.items():
        gone, near = column(table, 2025, there)[at], column(table, 2025, not_there)[at]
        assert shares[:, AWAY.index(name)].mean() == pytest.approx(gone / (gone + near))
    assert (shares != in_england(2025)).all()
    np.testing.assert_array_equal(at_base(("elsewhere",), children, 2025)[0], in_england(2025))


def test_places_near_home_bring_children_near() -> None:
    near = {"kind": "close_to_home", "start": "2025-04", "places": 1_000.0, "occupancy": 0.5, "from_far_share": 1.0}
    run = simulator.run({"name": "Near", "base": 2025, "end": "2026-03", "interventions": [near]})
    without = simulator.run({"name": "Far", "base": 2025, "end": "2026-03"})
    for name in ("children_far_from_home", "children_outside_area"):
        fewer = without[name].total() - run[name].total()
        np.testing.assert_allclose(fewer, [0.0, *[500.0] * 12])
    np.testing.assert_array_equal(run["children"].total(), without["children"].total())
