"""The one loader of packaged tables: each table holds to its schema, and a broken one is told by line and column."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from paths import ROOT

from simulator.data import packaged, tables
from simulator.data.table_schema import MOST_TOLD, Schema, TableError, counts, number, parse, text, whole, year

SCHEMA = Schema(
    {
        "area": text(),
        "stream": text("resident", "uasc"),
        "year": year(),
        "children": number("children", 0.0, 1000.0, empty=math.nan),
        "first_year": whole("year", 1990, 2030),
        "ratio_*": number("ratio", 0.1, 10.0),
    },
    key=("area", "stream", "year"),
)
HEADER = "area,stream,year,children,first_year,ratio_homes,ratio_kin"
GOOD = "Kent,resident,2025,12.5,2011,1.0,2.0"
OTHER = "Kent,uasc,2024-25,,2011,1.0,2.0"


def problems(*rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(TableError) as raised:
        parse("\n".join((header, *rows)) + "\n", SCHEMA, "toy.csv")
    return str(raised.value).splitlines()


def test_values_have_their_types() -> None:
    found = parse("\n".join((HEADER, GOOD, OTHER)), SCHEMA, "toy.csv")
    assert found["year"] == (2025, "2024-25")
    assert found["children"][0] == 12.5
    assert math.isnan(found["children"][1])
    assert found["first_year"] == (2011, 2011)
    assert found["ratio_kin"] == (2.0, 2.0)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Kent,resident,2025,many,2011,1,2", "toy.csv:3: children: 'many' is not a number"),
        ("Kent,resident,2025,nan,2011,1,2", "toy.csv:3: children: 'nan' is not a number"),
        ("Kent,resident,2025,-1,2011,1,2", "toy.csv:3: children: -1 is not within 0 to 1000"),
        ("Kent,resident,2025,1,2011.5,1,2", "toy.csv:3: first_year: '2011.5' is not a whole number"),
        ("Kent,resident,2025,1,1066,1,2", "toy.csv:3: first_year: 1066 is not within 1990 to 2030"),
        ("Kent,resident,2025,1,,1,2", "toy.csv:3: first_year: '' is not a whole number"),
        ("Kent,resident,2025,1,2011,1,", "toy.csv:3: ratio_kin: '' is not a number"),
        ("Kent,other,2025,1,2011,1,2", "toy.csv:3: stream: 'other' is not one of resident, uasc"),
        ("Kent,,2025,1,2011,1,2", "toy.csv:3: stream: must not be empty"),
        (",resident,2025,1,2011,1,2", "toy.csv:3: area: must not be empty"),
        ("Kent,resident,2025-27,1,2011,1,2", "toy.csv:3: year: '2025-27' is not a year, such as 2025 or 2024-25"),
        ("Kent,resident,2025,1,2011,1", "toy.csv:3: 6 cells; the header has 7"),
        ("Kent,uasc,2024-25,1,2011,1,2", "toy.csv:3: area, stream, year: Kent, uasc, 2024-25 is on line 2 already"),
    ],
)
def test_a_broken_row_is_told_by_line_and_column(row: str, told: str) -> None:
    assert problems(OTHER, row) == [told]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (HEADER.replace("first_year", "began"), ["first_year: no such column", "began: a column that the schema"]),
        (HEADER.replace("ratio_", "odds_"), ["ratio_*: no such column", "odds_homes: a column", "odds_kin: a column"]),
        (HEADER.replace("area,stream", "stream,area"), ["columns are to stand in the order area, stream, year"]),
        (HEADER.replace("ratio_kin", "ratio_homes"), ["ratio_homes: there twice"]),
        (HEADER.replace("ratio_kin", "area"), ["area: there twice"]),
    ],
)
def test_a_broken_header_is_told(header: str, told: list[str]) -> None:
    found = problems(GOOD, header=header)
    assert all(line.startswith("toy.csv:1: ") for line in found)
    assert len(found) == len(told)
    assert all(any(words in line for line in found) for words in told)


def test_every_problem_is_told_up_to_a_number() -> None:
    assert problems("A,x,1,1,2011,1,2", "B,uasc,2025,1,2011,0,2") == [
        "toy.csv:2: stream: 'x' is not one of resident, uasc",
        "toy.csv:2: year: '1' is not a year, such as 2025 or 2024-25",
        "toy.csv:3: ratio_homes: 0 is not within 0.1 to 10",
    ]
    many = problems(*(f"A{i},uasc,2025,-1,2011,1,2" for i in range(MOST_TOLD + 5)))
    assert len(many) == MOST_TOLD + 1
    assert many[-1] == "toy.csv: 5 more"


def test_an_empty_table_is_told() -> None:
    assert problems() == ["toy.csv:1: no rows"]
    with pytest.raises(TableError, match=r"toy\.csv:1: area: no such column"):
        parse("", SCHEMA, "toy.csv")


def test_keys_whose_parts_hold_commas_are_not_taken_for_each_other() -> None:
    schema = Schema({"a": text(), "b": text()}, key=("a", "b"))
    assert parse('a,b\n"x,y",z\nx,"y,z"\n', schema, "toy.csv")["a"] == ("x,y", "x")


def test_a_column_that_is_asked_for_and_not_there_is_told() -> None:
    found = parse("\n".join((HEADER, GOOD)), SCHEMA, "toy.csv")
    with pytest.raises(TableError, match=re.escape("toy.csv:1: ratio_secure: no such column")):
        found["ratio_secure"]


def test_a_record_has_the_columns_of_its_table() -> None:
    with pytest.raises(TypeError, match=r"Source has key, .*; simulator/data/drift.csv has base, name, "):
        packaged.table("drift").rows(tables.Source)


def test_counts_of_several_years() -> None:
    column = counts("children")
    np.testing.assert_array_equal(column.read("1 c 3"), [1.0, np.nan, 3.0])
    for cell in ("", "1 x", "1 -2"):
        with pytest.raises(ValueError, match=r"must not be empty|not a number|not within"):
            column.read(cell)


@pytest.mark.parametrize("name", packaged.SCHEMAS)
def test_each_packaged_table_holds_to_its_schema(name: str) -> None:
    found = packaged.table(name)
    assert all(len(cells) == len(found[found_name]) > 0 for found_name, cells in found.columns.items())


def test_each_packaged_table_has_a_schema() -> None:
    there = {path.stem: path.parent for path in (ROOT / "simulator").rglob("*.csv")}
    assert {name: ROOT / "simulator" / schema.folder for name, schema in packaged.SCHEMAS.items()} == there


def test_every_source_of_every_table_is_listed() -> None:
    listed = set(packaged.table("sources")["key"])
    for name, schema in packaged.SCHEMAS.items():
        if "source" in schema.columns:
            used = {key for cell in packaged.table(name)["source"] for key in cell.split(";") if cell}  # the unverified
            assert used <= listed, name


def test_areas_of_one_table_are_those_of_another() -> None:
    areas = packaged.table("areas")
    assert set(packaged.table("local")["area"]) <= set(areas["old_code"])
    assert set(packaged.table("panel")["area"]) - {"ENG"} <= set(areas["old_code"])
    assert set(packaged.table("local_placing")["area"]) == set(areas["code"]) - {""}
    assert {code for cell in areas["parents"] for code in cell.split()} <= set(areas["old_code"])


def test_no_year_of_the_panel_is_there_twice() -> None:
    panel = packaged.table("panel")
    years = [
        (series, area, first + i)
        for series, area, first, values in zip(
            panel["series"], panel["area"], panel["first_year"], panel["values"], strict=True
        )
        for i in range(len(values))
    ]
    assert len(years) == len(set(years))


def test_only_the_loader_reads_packaged_tables() -> None:
    """Areas and placements stand below it and read their own two files; reports read what was said of the record."""
    allowed = {"packaged.py", "areas.py", "placements.py", "provenance.py", "model_record.py"}
    found = {
        path.name
        for path in (ROOT / "simulator").rglob("*.py")
        if "importlib.resources" in path.read_text(encoding="utf-8")
    }
    assert found <= allowed
