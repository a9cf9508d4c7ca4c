"""What moves a figure among draws: planted numbers are found in their order, noise is left out."""

from __future__ import annotations

import re

import numpy as np

from simulator.data import packaged
from simulator.results.movers import LEAST_DRAWS, movers, noise
from simulator.runs.ensemble.draws import parameters
from simulator.scenario import load

DRAWS = 400


def test_planted_numbers_are_found_with_the_way_they_go() -> None:
    rng = np.random.default_rng(3)
    steps = {f"drift.starts.{2025 + y}-{26 + y}": rng.normal(size=DRAWS) for y in range(5)}
    price, idle = rng.normal(size=DRAWS), rng.normal(size=DRAWS)
    level = np.cumsum(list(steps.values()), axis=0).mean(axis=0)
    figure = 10.0 + level - 0.5 * price
    drawn = {**steps, "interventions[homes-price].percent_per_year": price, "idle": idle}
    first, second, *rest = movers(drawn, figure)
    assert (first.name, second.name) == ("children who start", "percent per year of homes-price")
    assert first.rank_correlation > 0.8 > -0.15 > second.rank_correlation
    lowest = np.argsort(level)[: DRAWS // 5]
    assert first.low == figure[lowest].mean()
    assert first.high > first.low
    assert second.high < second.low
    assert all(abs(one.rank_correlation) > noise(DRAWS) for one in rest)


def test_of_numbers_that_move_nothing_about_one_in_twenty_is_told() -> None:
    rng = np.random.default_rng(5)
    drawn = {f"n{i}": rng.normal(size=DRAWS) for i in range(400)}
    assert 5 <= len(movers(drawn, rng.normal(size=DRAWS))) <= 40


def test_few_draws_tell_nothing() -> None:
    values = np.arange(LEAST_DRAWS - 1.0)
    assert movers({"n": values}, values) == ()


def test_every_number_that_the_status_quo_draws_has_words_and_no_other_has() -> None:
    drawn = {re.sub(r"\.\d{4}-\d{2}$", "", one.key) for one in parameters(load("status-quo"))}
    assert {key for key in packaged.table("drawn_numbers")["key"] if not key.startswith("local.")} == drawn


def test_numbers_of_areas_have_words_and_the_area_s_name() -> None:
    drawn = {f"local.{area}.resident.exits": np.linspace(0.0, 1.0, LEAST_DRAWS) for area in ("own", "E10000016")}
    found = {one.name for one in movers(drawn, np.linspace(0.0, 1.0, LEAST_DRAWS))}
    words = "children who leave before 18, of late"
    assert found == {words, f"{words} (Kent)"}
