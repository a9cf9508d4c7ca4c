"""What care cost in the base year, and who had left it, beside published figures."""

import numpy as np
import pytest

from simulator.baseline.after_care import LEAVERS_18_TO_20, LEAVERS_21_TO_24, UNDER_GUARDIANSHIP
from simulator.baseline.england import load_baseline
from simulator.calibrate.costs import FIXED_SHARE, with_costs
from simulator.calibrate.england_series import published
from simulator.calibrate.left_care import orders
from simulator.data import tables
from simulator.vocabulary.calendar import BASE_YEARS


@pytest.mark.parametrize("base", BASE_YEARS)
def test_shipped_costs_are_those_that_tables_make(base: int) -> None:
    shipped = load_baseline(base)
    made = with_costs(shipped).costs
    for new, old in zip((*made.lines, *made.grants), (*shipped.costs.lines, *shipped.costs.grants), strict=True):
        assert (new.key, new.driver, new.source) == (old.key, old.driver, old.source)
        for name in ("spend_gbp", "units", "fixed_share"):
            assert getattr(new, name) == pytest.approx(getattr(old, name), rel=1e-5), (new.key, name)
    for name, held in made.after_care.by_age.items():
        np.testing.assert_allclose(held, shipped.costs.after_care.by_age[name], rtol=1e-5)


def test_care_leavers_are_the_published_18th_birthdays() -> None:
    left = load_baseline(2025).costs.after_care
    birthdays = [tables.value("ceased_by_age", year, "18_and_over") for year in range(2019, 2026)]
    assert float(LEAVERS_18_TO_20.at_base(left).sum()) == pytest.approx(sum(birthdays[-3:]), rel=0.005)
    assert float(LEAVERS_21_TO_24.at_base(left).sum()) == pytest.approx(sum(birthdays[:-3]), rel=0.005)


def test_children_under_guardianship_are_fewer_than_all_orders_and_more_than_those_of_young_children() -> None:
    """Orders to 2025, and of them those to children under 5 since 2012, who can't be 18 yet."""
    there = float(UNDER_GUARDIANSHIP.at_base(load_baseline(2025).costs.after_care).sum())
    made = {year: orders(year, 2025) for year in range(2006, 2026)}
    everyone = sum(one.sum() for one in made.values())
    young = sum(one[:2].sum() for year, one in made.items() if year >= 2012)
    kept = (1.0 - UNDER_GUARDIANSHIP.ends_per_year) ** 14
    assert kept * young < there < everyone
    assert everyone > 1.3 * there


def test_orders_before_those_published_rise_evenly_from_none() -> None:
    first = [float(orders(year, 2025).sum()) for year in range(2005, 2012)]
    assert first[0] == 0.0
    np.testing.assert_allclose(np.diff(first), first[-1] / 6)


def test_a_baseline_reads_no_order_made_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poison: figures of later years are spoilt, and what is made of an earlier base stays."""
    before = with_costs(load_baseline(2021)).costs.after_care
    real_value, real_categories = tables.value, tables.categories

    def spoilt(read):
        def poisoned(table, year, *rest):
            found = read(table, year, *rest)
            late = isinstance(year, int) and year > 2021
            return (dict.fromkeys(found, 1e9) if isinstance(found, dict) else 1e9) if late else found

        return poisoned

    monkeypatch.setattr(tables, "value", spoilt(real_value))
    monkeypatch.setattr(tables, "categories", spoilt(real_categories))
    published.cache_clear()
    try:
        after = with_costs(load_baseline(2021)).costs.after_care
    finally:
        published.cache_clear()
    for name, held in before.by_age.items():
        np.testing.assert_array_equal(after.by_age[name], held)


def test_fixed_parts_of_lines_are_those_stated() -> None:
    for base in BASE_YEARS:
        lines = {line.key: line for line in load_baseline(base).costs.lines}

        def fixed(*keys: str, lines=lines) -> float:
            spend = sum(lines[key].spend_gbp for key in keys)
            return sum(lines[key].spend_gbp * lines[key].fixed_share for key in keys) / spend

        assert fixed("childrens_home", "secure_residential") == pytest.approx(FIXED_SHARE["residential"], rel=1e-5)
        assert fixed("adoption") == pytest.approx(FIXED_SHARE["adoption"], rel=1e-5)
        friends = lines["kinship_foster"].units * load_baseline(base).costs.splits[0].gbp_per_unit[0]
        fostering = sum(lines[key].spend_gbp for key in ("kinship_foster", "council_foster", "ifa_foster")) - friends
        own = fixed("kinship_foster", "council_foster", "ifa_foster") * (fostering + friends) / fostering
        assert own == pytest.approx(FIXED_SHARE["fostering"], rel=1e-4)
