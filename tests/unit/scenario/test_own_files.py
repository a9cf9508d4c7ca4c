"""A council's own figures as tables: templates, what is read from them, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario import ScenarioError, load, load_given
from simulator.scenario.own_files import templates

PRICES = "placement,provider,gbp_per_week,price_year\n"
BEDS = "name,placement,provider,beds,gbp_per_week,price_year,opens,closes,fillable_share\n"
HOME = "Oak House,childrens_home,own,4,5000,2025-26,,,\n"


def folder(tmp_path: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_bytes(text.encode("utf-8"))
    return tmp_path


def refused(tmp_path: Path, **tables: str) -> str:
    with pytest.raises(ScenarioError) as told:
        load("status-quo", folder(tmp_path, **tables))
    return str(told.value).replace(str(tmp_path) + "/", "")


def test_an_empty_template_states_nothing(tmp_path: Path) -> None:
    for name, text in templates().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load("status-quo", tmp_path)
    assert not loaded.scenario.own.given
    assert loaded.key == "status-quo-own"
    assert loaded.scenario.name == load("status-quo").scenario.name


def test_a_filled_template_is_read_as_a_spreadsheet_leaves_it(tmp_path: Path) -> None:
    """Pounds, thousands, percent, names as people write them, months as Excel makes them, and notes."""
    tables = {
        "prices": "Placement;Provider;GBP per week;price_year\r\n# a note;;;\r\n"
        "childrens_home;external;£6,500;2025-26\r\n"
        "Council foster care;own;612.50;2024-25\r\nsupported;all;;\r\n",
        "beds": BEDS + HOME + "Elm House,Children's home,block,3,4800,2025-26,Apr-27,31/03/2030,75%\n",
        "fostering": "figure,value,unit\nhouseholds,120,households\napproved_places,,places\n",
    }
    own = load("status-quo", folder(tmp_path, **tables)).scenario.own
    assert [(p.placement, p.provider, p.gbp_per_week) for p in own.prices] == [
        ("childrens_home", "external", 6500),
        ("council_foster", "own", 612.5),
    ]
    assert own.fostering.households == 120
    assert own.fostering.approved_places is None
    elm = own.beds[1]
    assert (str(elm.opens), str(elm.closes), elm.fillable_share) == ("2027-04", "2030-03", 0.75)


def test_values_know_their_file_and_row(tmp_path: Path) -> None:
    loaded = load("status-quo", folder(tmp_path, beds=BEDS + HOME))
    origin = loaded.provenance["own.beds.0.gbp_per_week"]
    assert (Path(origin.file).name, origin.line, origin.column) == ("beds.csv", 2, 5)


def test_a_manifest_has_all_that_was_read(tmp_path: Path) -> None:
    """The scenario that tables make is one of its files, from which it is made again without them."""
    loaded = load("status-quo", folder(tmp_path, beds=BEDS + HOME))
    again = load_given([(Path(file.path.name), file.text.encode()) for file in loaded.files])
    assert again.scenario == loaded.scenario
    assert again.key == loaded.key


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, ["there is no table in it"]),
        ({"price": PRICES}, ["price.csv:1:1: own: this is none of the tables", "did you mean 'prices.csv'"]),
        ({"prices": PRICES.replace("gbp_per_week", "gbp_week")}, ["no column gbp_per_week", "'gbp_week' is no column"]),
        ({"prices": PRICES + "supported,all,lots,2025-26\n"}, ["prices.csv:2:3: own.prices.0.gbp_per_week: 'lots'"]),
        ({"prices": PRICES + "supported,all,900,\n"}, ["prices.csv:2:1: own.prices.0.price_year: is missing"]),
        ({"prices": PRICES + "supported,all,900,1901-02\n"}, ["no price level is known for 1901-02"]),
        ({"prices": PRICES + 2 * "supported,all,900,2025-26\n"}, ["supported all is given twice"]),
        ({"prices": PRICES + "ifa_foster,own,900,2025-26\n"}, ["is not provided so: own"]),
        ({"prices": PRICES + "supported,own,900,2025-26\n"}, ["has a price and no beds"]),
        ({"beds": BEDS + "Oak,ifa_foster,block,4,900,2025-26,,,\n"}, ["ifa_foster has carers and no beds"]),
        ({"beds": BEDS + "Oak,supported,block,4,,,,,\n"}, ["beds.csv:2:1: own.beds.0: a block contract needs"]),
        ({"beds": BEDS + "Oak,supported,own,4,,,,,\n"}, ["Oak has no price"]),
        ({"beds": BEDS + "Oak,supported,own,4,900,2025-26,2027-04,2026-04,\n"}, ["closes in 2026-04, before it"]),
        ({"beds": BEDS + "Oak,supported,own,4,900,2025-26,soon,,\n"}, ["'soon' is not a month"]),
        ({"beds": BEDS + "Oak,supported,own,4,900,2025-26,,,1,more\n"}, ["beds.csv:2:10: own: this stands beyond"]),
        ({"fostering": "figure,value\nhousehold,60\n"}, ["fostering.csv:2:1", "did you mean 'households'"]),
        ({"fostering": "figure,value\nhouseholds,60\nhouseholds,70\n"}, ["households is given twice"]),
        ({"fostering": "figure,value\nhouseholds,5\nleavers_per_year,6\n"}, ["6 households leave in a year, of 5"]),
        ({"fostering": ""}, ["the table is empty"]),
        ({"prices": "a\0b"}, ["this is not a table of text"]),
        ({"prices": PRICES + "supported\u202e,all,900,2025-26\n"}, ["a cell holds U+202E"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_and_row(tmp_path: Path, tables: dict[str, str], words: list[str]) -> None:
    said = refused(tmp_path, **tables)
    for word in words:
        assert word in said
