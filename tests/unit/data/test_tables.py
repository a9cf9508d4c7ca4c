"""The package's own data tables: known figures, sources, and sums that must hold."""

from __future__ import annotations

import subprocess
import sys

import pytest

from simulator.data import tables
from simulator.data.evidence_library import reactions

CLAIMS = (*tables.projections(), *reactions())
AGES = ("under_1", "1_to_4", "5_to_9", "10_to_15")
OLDER = ("16_and_over", "16", "17", "18_and_over")
ROUNDING = 20


def all_figures() -> list[tables.PublishedFigure]:
    """Every figure of every table."""
    return [row for table in tables.tables() for row in tables.figures(table)]


@pytest.mark.parametrize(
    ("table", "year", "category", "expected"),
    [
        ("stock", 1994, "all", 47_590),
        ("stock", 2025, "all", 81_770),
        ("starts", 2025, "all", 32_270),
        ("ceased", 2025, "all", 34_450),
        ("uasc_stock", 2025, "all", 6_540),
        ("uasc_ceased", 2021, "all", 3_730),
        ("ceased_by_age", 2020, "18_and_over", 10_360),
        ("ceased_by_duration", 2024, "under_2_weeks", 2_520),
        ("ceased_mean_days", 2024, "all", 864),
        ("under_12_months_by_age", 2024, "total", 24_160),
        ("adopted_by_age", 2024, "1_to_4", 2_270),
        ("adopted_mean_age_months", 2024, "all", 40),
        ("guardianship_by_carer", 2024, "foster_relative_or_friend", 2_450),
        ("uasc_by_placement", 2024, "supported_and_independent", 3_280),
        ("stock_by_placement", 2025, "foster_total", 54_820),
        ("stock_by_placement", 2024, "foster_total", 55_960),
        ("stock_by_placement", 2024, "foster_relative_or_friend", 13_670),
        ("stock_by_placement", 2019, "secure_and_childrens_homes", 6_860),
        ("stock_by_placement_2024_release", 2024, "foster_total", 56_390),
        ("starts_by_placement", 2024, "foster_relative_or_friend", 5_720),
        ("starts_by_placement", 2019, "supported_and_independent", 3_920),
        ("ceased_by_last_placement", 2019, "young_offender", 700),
        ("mainstream_households", 2025, "england", 33_435),
        ("mainstream_places_filled", 2025, "independent", 20_125),
        ("share_of_new_approvals", 2024, "local_authority", 45),
        ("enquiry_to_approval_days", 2014, "local_authority", 273),
        ("spend_total", "2024-25", "all", 8_917_040_346),
        ("spend_total", "2024-25", "section_251_lait", 8_955_421_269),
        ("spend_line", "2023-24", "residential", 3_145_885_211),
        ("spend_line", "2024-25", "total_looked_after", 8_917_040_346),
        ("unit_cost_gbp_per_week", "2024-25", "residential", 7_385),
        ("gdp_deflator", "2023-24", "all", 97.188),
        ("discount_rate", 2026, "years_0_to_30", 0.035),
        ("population_by_age", 2023, "0", 573_100),
        ("population_0_17", 2024, "all", 12_183_016),
    ],
)
def test_known_figures(table: str, year: int | str, category: str, expected: float) -> None:
    """Figures checked by hand against the publication."""
    assert tables.value(table, year, category) == pytest.approx(expected)


def test_each_table_is_in_one_file() -> None:
    """No table is split over two files."""
    names = tables.tables()
    assert len(names) == len(set(names))


def test_every_source_is_listed() -> None:
    """Every key used exists, for figures and projections."""
    known = tables.sources()
    used = {key for row in all_figures() for key in row.source.split(";")}
    used |= {key for row in CLAIMS for key in row.source.split(";") if row.status != "unverified"}
    assert used <= set(known)
    assert all(source.title for source in known.values())


def test_nothing_unverified_and_hidden_figures_are_empty() -> None:
    """No unverified figures, and claims that are so have no source; a figure is empty just when it is suppressed."""
    for row in all_figures():
        assert row.status.split(":")[0] in {"published", "derived", "suppressed"}
        assert (row.value is None) == (row.status == "suppressed")
    assert {row.status for row in CLAIMS} == {"page", "derived", "unverified"}
    assert all((row.status == "unverified") == (not row.source) for row in CLAIMS)


@pytest.mark.parametrize("table", ["stock_by_age", "starts_by_age", "ceased_by_age"])
def test_ages_sum_to_total(table: str) -> None:
    """Age bands add to the total, within rounding."""
    for year in tables.series(table, "total"):
        bands = tables.categories(table, year)
        parts = sum(bands.get(name, 0.0) for name in AGES + OLDER)
        assert abs(parts - bands["total"]) <= ROUNDING, year


@pytest.mark.parametrize(
    "table",
    [
        "stock_by_placement",
        "stock_by_placement_2024_release",
        "starts_by_placement",
        "ceased_by_last_placement",
    ],
)
def test_placements_sum_to_total(table: str) -> None:
    """The main placement groups add to the total, within rounding."""
    groups = (
        "foster_total",
        "placed_for_adoption",
        "placed_with_parents",
        "secure_and_childrens_homes",
        "supported_and_independent",
        "other_residential",
        "residential_schools",
        "other_placements",
    )
    for year in tables.series(table, "total"):
        held = tables.categories(table, year)
        parts = sum(held.get(name, 0.0) for name in groups)
        assert abs(parts - held["total"]) <= ROUNDING, year


@pytest.mark.parametrize(
    "table",
    [
        "ceased_by_duration",
        "under_12_months_by_age",
        "adopted_by_age",
        "adopted_by_duration",
        "guardianship_by_age",
        "guardianship_by_duration",
        "guardianship_by_carer",
        "uasc_by_age",
        "uasc_by_placement",
        "foster_by_provider",
        "homes_by_provider",
        "supported_by_provider",
    ],
)
def test_parts_sum_to_total(table: str) -> None:
    """Every other breakdown adds to its total, within rounding."""
    for year in tables.series(table, "total"):
        held = tables.categories(table, year)
        assert abs(sum(held.values()) - 2 * held["total"]) <= 2 * ROUNDING, year


def test_spend_lines_sum_to_total() -> None:
    """Section 251 and RO3 lines add to the total, but for one published error."""
    inside = {"fostering_excl_allowances", "fostering_allowances"}
    for year in tables.series("spend_line", "total_looked_after"):
        lines = tables.categories("spend_line", year)
        total = lines.pop("total_looked_after")
        parts = sum(amount for name, amount in lines.items() if name not in inside)
        gap = 60_000_000 if year == "2017-18" else 0
        assert total - parts == pytest.approx(gap, abs=20), year


def test_own_and_external_spend_sum_to_gross() -> None:
    """Own and external provision make gross spend."""
    for row in tables.figures("spend_line_own"):
        external = tables.value("spend_line_external", row.year, row.category)
        gross = tables.value("spend_line", row.year, row.category)
        assert row.value is not None
        assert row.value + external == pytest.approx(gross, abs=5)


def test_years_keep_their_type() -> None:
    """Years ending 31 March are numbers; financial years are text."""
    assert list(tables.series("stock")) == list(range(1994, 2026))
    assert list(tables.series("spend_total"))[-1] == "2024-25"


def test_errors_list_what_there_is() -> None:
    """A missing table, year or category says what is held."""
    with pytest.raises(LookupError, match="stock_by_age"):
        tables.figures("no_such_table")
    with pytest.raises(LookupError, match="2025"):
        tables.value("stock", 2030)
    with pytest.raises(LookupError, match="under_1"):
        tables.value("stock_by_age", 2025, "infants")
    with pytest.raises(LookupError, match="total"):
        tables.series("stock_by_age", "infants")
    with pytest.raises(LookupError, match="2011"):
        tables.categories("stock_by_age", 1900)
    with pytest.raises(LookupError, match="suppressed"):
        tables.value("starts_by_placement", 2019, "placed_for_adoption")


def test_sources_cannot_be_changed_by_callers() -> None:
    """Changing what a call returns leaves later calls as they were."""
    tables.sources().clear()
    tables.series("stock").clear()
    assert "dfe_cla_2024" in tables.sources()
    assert tables.series("stock")


def test_projections_hold_known_claims() -> None:
    """A claim can be found by author and year."""
    claims = [p for p in tables.projections() if p.who == "CCN and Newton" and p.year == "2025"]
    assert 95_000 in [p.value for p in claims if p.metric == "children looked after"]


def test_importing_reads_no_file() -> None:
    """Importing the module leaves the files alone until they are asked for."""
    code = "from simulator.data import tables; assert tables._file.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True)
