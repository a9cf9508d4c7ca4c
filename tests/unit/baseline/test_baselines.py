"""Who is run answers the same questions, whoever it is, and one module tells kinds apart."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from paths import ROOT

from simulator.baseline.authorities import Authorities
from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.choose import baseline_of
from simulator.baseline.deviations import deviations, level_key
from simulator.baseline.england import England, load_baseline
from simulator.baseline.own_returns import OwnReturns
from simulator.data.council import CODE, TIMES, Council
from simulator.data.own_rates import Level
from simulator.projection.compile import compile_scenario
from simulator.projection.localise import localise, parameters
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario, load
from simulator.scenario.schema import Scenario
from simulator.vocabulary import placements
from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.axes import AGE_BANDS, AGES, STREAMS
from simulator.vocabulary.calendar import Month

KENT, MEDWAY = "E10000016", "E06000035"
SHORT = Scenario.model_validate({"name": "Short", "end": "2025-06"})


def council(name: str = "Anywhere") -> Council:
    """Return a council with 100 children in council foster care and one start a year at every age."""
    stock = np.zeros((len(STREAMS), len(AGES), len(TIMES), len(placements.reported())))
    for low, high in AGE_BANDS.values():
        ages = slice(low, high + 1)
        stock[0, ages, -1, placements.reported().index("council_foster")] = 20.0 / (high - low + 1)
    first = np.zeros((len(STREAMS), len(AGE_BANDS), len(placements.reported())))
    return Council(
        name=name, base=2026, window=3, stock=stock, starts=np.stack([np.ones(len(AGES)), np.zeros(len(AGES))]),
        first_places=first, first_places_of_england=first, leaving={}, moving={},
        levels={("resident", "starts"): Level(18.0, 0.1, 0.05), ("resident", "exits"): Level(1.2, 0.1, 0.05)}, hold=1.0,
        no_change_sd=0.06, years=(2025, 2026), history=np.array([90.0, 100.0]), check=(), digest="digest",
    )  # fmt: skip


KINDS = ("England", "authorities", "a council")


@cache
def baselines() -> dict[str, Baseline]:
    """Return one of each kind."""
    made = (
        baseline_of(2025, (ENGLAND,)),
        baseline_of(2025, ("Kent", "Medway")),
        baseline_of(2025, (ENGLAND,), council()),
    )
    return dict(zip(KINDS, made, strict=True))


@pytest.fixture(params=KINDS)
def baseline(request: pytest.FixtureRequest) -> Baseline:
    return baselines()[request.param]


def test_each_is_made_by_its_own_maker() -> None:
    assert [type(one) for one in baselines().values()] == [England, Authorities, OwnReturns]


def test_rates_and_costs_have_the_areas_that_it_says(baseline: Baseline) -> None:
    england = compile_scenario(SHORT).rates
    rates, start = localise(england, baseline, {})
    areas = len(baseline.codes)
    assert all(stream.opening.shape[1] == areas for stream in rates.streams)
    assert rates.foster is not None
    assert rates.foster.opening_households.shape[1] == areas
    assert start.placement_mix.agency_odds.shape == (areas,)
    assert all(np.size(line.spend_gbp) == areas for line in (*start.cost_lines, *start.grant_lines))
    assert all(len(held) == areas for held in start.after_care.by_age.values())
    assert baseline.member.shape == (len(baseline.reported), areas)
    children = sum(stream.opening.sum() for stream in rates.streams)
    everyone = sum(stream.opening.sum() for stream in england.streams)
    # Shares of the areas are of numbers as published, which differ a little from those that add up to England.
    assert children / everyone == pytest.approx(baseline.part_of_england, rel=0.02)
    rates.check()


def test_what_is_drawn_is_what_moves_a_draw(baseline: Baseline) -> None:
    england = compile_scenario(SHORT).rates
    keys = [one.key for one in parameters(baseline, ("2025-26",))]
    assert len(set(keys)) == len(keys)
    assert "cost_split.kinship_foster" in keys
    assert any(key.startswith("local.") for key in keys) == (baseline.england is not baseline)
    central = localise(england, baseline, {})[0].streams[0].new_starts_per_month.sum()
    for key in keys:
        if key.endswith((".starts", ".drift_starts.2025-26")):
            moved, _ = localise(england, baseline, {key: 1.0}, ["2025-26"] * england.months)
            assert moved.streams[0].new_starts_per_month.sum() > 1.2 * central / len(baseline.codes)


def test_england_stands_on_itself_and_is_left_as_it_is() -> None:
    one = load_baseline(2025)
    assert one.england is one
    assert all(other.england.base == 2025 for other in baselines().values())
    rates = compile_scenario(SHORT).rates
    again, start = localise(rates, one, {"drift.starts.2025-26": 0.1}, ["2025-26"] * rates.months)
    for before, after in zip(rates.streams, again.streams, strict=True):
        for name, values in vars(before).items():
            np.testing.assert_array_equal(getattr(after, name), values)
    for made, stored in zip(start.cost_lines, one.costs.lines, strict=True):
        assert (made.key, made.driver) == (stored.key, stored.driver)
        assert (made.spend_gbp, made.units) == pytest.approx((stored.spend_gbp, stored.units), rel=1e-6)


def test_limits_of_questions_are_of_the_size_of_england() -> None:
    assert [one.questions_apply for one in baselines().values()] == [True, False, False]
    assert baseline_of(2025, ("all",)).questions_apply


def test_only_returns_need_telling_apart_and_a_hash_stays_in() -> None:
    assert [one.identity for one in baselines().values()] == [(), (), ("Anywhere", "digest")]
    assert [one.manifest(in_full=True) for one in baselines().values()][:2] == [{}, {}]
    own = baselines()["a council"]
    told = {"area": "Anywhere", "last_31_march": 2026}
    assert own.manifest(in_full=False) == {"returns": told}
    assert own.manifest(in_full=True) == {"returns": {**told, "sha256": "digest"}}


def test_what_is_held_is_said_of_each() -> None:
    said = [one.held("numbers") for one in baselines().values()]
    assert said[0] == (
        "Numbers of children who start are held as in the year before the run, before any trend or programme of the "
        "scenario."
    )
    assert "pooled from published tables" in said[1]
    assert "held as in the 3 years of the council's returns, before" in said[2]
    assert said[2].endswith("; unit costs are England's.")


def test_history_is_published_or_the_councils_own() -> None:
    front_door = {"referrals", "children_in_need", "protection_plans", "protection_plans_started", "front_door_spend"}
    assert {"children", "starts", "exits", "total_spend", "home_places_needed"} | front_door == set(
        baselines()["England"].history
    )
    for name, published in (("authorities", True), ("a council", False)):
        past = baselines()[name].history
        assert "children" in past
        for series in past.values():
            assert series.published == published
            assert len(series.dates) == len(series.values)
    assert baselines()["a council"].history["children"].dates == ("2025-03-31", "2026-03-31")
    assert baseline_of(2025, ("all",)).history.keys() == baselines()["England"].history.keys()


def test_what_acts_in_an_authority_acts_on_returns_named_for_it() -> None:
    named = baseline_of(2025, (ENGLAND,), council("Kent"))
    assert named.codes == (KENT,)
    assert named.walking == (CODE,)  # keys of what is drawn do not hang on the name
    assert set(baselines()["authorities"].codes) == {KENT, MEDWAY}


def test_a_loaded_scenario_carries_its_baseline_to_other_processes() -> None:
    for loaded in (
        load("status-quo"),
        load("status-quo").in_areas(("Kent",)),
        load("status-quo").of_council(council()),
    ):
        there: LoadedScenario = pickle.loads(pickle.dumps(loaded))
        assert type(there.baseline) is type(loaded.baseline)
        assert there.baseline.codes == loaded.baseline.codes
        assert len(pickle.dumps(loaded)) < 200_000


def test_returns_are_run_from_their_last_year() -> None:
    loaded = load("status-quo").of_council(council())
    short = replace(loaded, scenario=loaded.scenario.model_copy(update={"end": Month(2026, 6)}))
    results = simulate(short)
    assert results["children"].total()[0] == pytest.approx(100.0)
    assert results.history["children"].label == "The council's own figures"
    assert results.sources[0] == "SSDA903 returns of the council"


def test_levels_are_one_on_average() -> None:
    steps = np.random.default_rng(1).normal(0.0, 0.3, 20_000)
    key = level_key("A", "starts")
    off = np.array([deviations(("A", "B"), "starts", np.array([0.3, 0.5]), {key: step}) for step in steps])
    assert off[:, 0].mean() == pytest.approx(1.0, abs=0.01)
    assert (off[:, 1] == 1.0).all()


TELLS_APART = re.compile(
    r"council is (?:not )?None|if (?:\w+\.)?council\b|isinstance\([^)]*\b(?:England|Authorities|OwnReturns|Council)\b"
)
"""What would tell kinds of baselines apart."""


def test_one_place_tells_kinds_apart() -> None:
    folders = ("baseline", "projection", "scenario", "results", "runs", "disclosure", "outputs")
    found = {
        path.relative_to(ROOT / "simulator").as_posix(): len(hits)
        for folder in folders
        for path in (ROOT / "simulator" / folder).rglob("*.py")
        if (hits := TELLS_APART.findall(path.read_text(encoding="utf-8")))
    }
    assert found == {"baseline/choose.py": 1}
