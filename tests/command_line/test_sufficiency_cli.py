"""`sufficiency` and `template own`: the tables of a made-up council, read as a commissioner would."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator.cli.main import cli
from simulator.outputs.charts import words
from simulator.results.luck import HOW_LARGE, LEFT_OUT
from simulator.results.sufficiency_tables import (
    NEEDED_COLUMNS,
    PEER_COLUMNS,
    UNMET_COLUMNS,
    WHERE_COLUMNS,
)


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns, import, own figures, and the evidence of a council of 300 children."""
    folder = tmp_path_factory.mktemp("council")
    assert call("sample-returns", "--children", 300, "--years", 4, "--seed", 7, "--out", folder / "r").exit_code == 0
    assert call("import", "ssda903", folder / "r", "--out", folder / "imported").exit_code == 0
    assert call("template", "own", "--out", folder / "ours").exit_code == 0
    with (folder / "ours" / "beds.csv").open("a") as file:
        file.write(
            "Oak House,childrens_home,own,4,5000,2025-26,,,\nNew,childrens_home,block,3,5200,2025-26,2028-10,,\n"
        )
    done = call("sufficiency", "--returns", folder / "imported", "--area-name", "Medway", "--own", folder / "ours",
                "--out", folder / "out", "--draws", 4, "--no-charts")  # fmt: skip
    assert done.exit_code == 0, done.output
    (folder / "screen.txt").write_text(done.stdout)
    return folder


def test_what_is_needed_is_told_by_type_and_age_with_intervals(made: Path) -> None:
    rows = read(made / "out" / "placements-needed.csv")
    assert tuple(rows[0]) == NEEDED_COLUMNS
    assert {(row["date"], float(row["years_ahead"])) for row in rows} == {
        ("2026-03-31", 0), ("2027-03-31", 1), ("2029-03-31", 3), ("2031-03-31", 5),
    }  # fmt: skip
    results = {
        (r["date"], r["placement"], r["age_band"]): r
        for r in read(made / "out" / "results.csv")
        if r["measure"] == "children"
    }
    for row in rows:
        key = row["date"], row["placement"], row["age_band"]
        assert row["p10"] != ""
        if key in results:
            assert (row["central"], row["p10"], row["p90"]) == tuple(results[key][c] for c in ("central", "p10", "p90"))
    for date in {row["date"] for row in rows}:
        both = [float(r["central"]) for r in rows
                if r["date"] == date and "all" not in (r["placement"], r["age_band"])]  # fmt: skip
        whole = next(float(r["central"]) for r in rows
                     if r["date"] == date and r["placement"] == r["age_band"] == "all")  # fmt: skip
        assert sum(both) == pytest.approx(whole, abs=1e-3)


def test_what_there_is_stands_beside_it(made: Path) -> None:
    rows = {
        (r["date"], r["placement"]): r for r in read(made / "out" / "placements-needed.csv") if r["age_band"] == "all"
    }
    homes = [float(rows[date, "childrens_home"]["has"]) for date in ("2026-03-31", "2029-03-31", "2031-03-31")]
    assert homes == [4, 7, 7]
    assert rows["2026-03-31", "childrens_home"]["has_basis"].startswith("beds of its own and block contracts")
    assert float(rows["2026-03-31", "council_foster"]["has"]) > 0
    assert rows["2026-03-31", "ifa_foster"]["has"] == ""


def test_who_states_no_places_is_told_of_none(made: Path, tmp_path: Path) -> None:
    """Neither England's households shared out, nor the children who are there now as if they were places."""
    ours = tmp_path / "ours"
    ours.mkdir()
    told = {}
    for name, stated, area in (
        ("nothing", "", ()),
        ("published", "", ("--area-name", "Medway")),
        ("stated", "households,60,\napproved_places,130,\nusable_places,100,\n", ()),
    ):
        (ours / "fostering.csv").write_text(f"figure,value,unit\n{stated}")
        done = call("sufficiency", "--returns", made / "imported", "--own", ours, *area, "--draws", 0, "--no-charts",
                    "--out", tmp_path / name)  # fmt: skip
        assert done.exit_code == 0, done.output
        told[name] = done.stdout
    [carers] = [line for line in told["nothing"].splitlines() if line.startswith("Council foster care ")]
    assert re.fullmatch(r"Council foster care +(\d+) .* \1 filled", carers)
    assert "are no count of its capacity" in told["nothing"]
    assert "Approved" not in told["nothing"]
    assert "Note: Foster households and approved places in tables of the run are England's" in told["nothing"]
    assert "as it states them" not in told["nothing"]
    assert "Approved places of the council's own carers " in told["published"]
    assert "Note: Agencies' foster households and approved places in tables of the run are" in told["published"]
    [carers] = [line for line in told["stated"].splitlines() if line.startswith("Council foster care ")]
    assert carers.endswith(" 100")
    assert re.search(r"\nApproved places of the council's own carers +130 ", told["stated"])
    assert "capacity" not in told["stated"]
    basis = {
        name: next(r["has_basis"] for r in read(tmp_path / name / "placements-needed.csv")
                   if r["placement"] == "council_foster" and r["age_band"] == "all")
        for name in told
    }  # fmt: skip
    assert basis["stated"] == "usable places of its own carers, as it states them"
    assert basis["nothing"].startswith("places of its own carers that children are in at the base")


def test_unmet_need_has_its_cost_and_empty_beds_theirs(made: Path) -> None:
    rows = read(made / "out" / "needs-and-gaps.csv")
    assert tuple(rows[0]) == UNMET_COLUMNS
    measures = {row["measure"] for row in rows}
    assert {"unmet_foster_need", "unmet_foster_need_spend", "uasc_children", "beds_paid_for", "starts"} <= measures
    assert {row["period"] for row in rows if row["measure"] == "unmet_foster_need_spend"} == {
        "2026-27", "2028-29", "2030-31",
    }  # fmt: skip
    beds = {row["date"]: float(row["central"]) for row in rows if row["measure"] == "beds_paid_for"}
    assert beds == {"2026-03-31": 4, "2027-03-31": 4, "2029-03-31": 7, "2031-03-31": 7}


def test_children_in_and_outside_the_area_are_those_of_the_returns(made: Path) -> None:
    """Counted from the last return itself: children of open episodes by PL_LOCATION and PL_DISTANCE."""
    rows = read(made / "out" / "in-and-out-of-area.csv")
    assert tuple(rows[0]) == WHERE_COLUMNS
    last = [row for row in rows if row["date"] == "2026-03-31" and row["placement"] == "all"]
    counted = {(row["by"], row["category"]): int(float(row["children"])) for row in last if row["basis"] == "counted"}
    open_now = [row for row in read(made / "r" / "2026" / "episodes.csv") if not row["DEC"]]
    where = Counter({"IN": "inside", "OUT": "outside"}.get(row["PL_LOCATION"], "not_known") for row in open_now)
    assert {category: n for (by, category), n in counted.items() if by == "locality"} == dict(where)
    far = sum(1 for row in open_now if row["PL_DISTANCE"] and float(row["PL_DISTANCE"]) > 20)
    assert counted["distance", "over_20_miles"] == far
    own = sum(1 for row in open_now if row["PLACE_PROVIDER"] == "PR1")
    assert counted["provider", "own"] == own
    assert len(open_now) == 270
    later = [row for row in rows if row["years_ahead"]]
    assert {row["basis"] for row in later} == {"projected, with shares of the last count held"}
    needed = {r["date"]: float(r["central"]) for r in read(made / "out" / "placements-needed.csv")
              if r["placement"] == r["age_band"] == "all"}  # fmt: skip
    for date in {row["date"] for row in later}:
        parts = [float(r["children"]) for r in later if r["date"] == date and r["by"] == "locality"]
        assert sum(parts) == pytest.approx(needed[date], rel=1e-6)


def test_the_projected_number_far_from_home_starts_from_the_count(made: Path) -> None:
    """Of the council's own returns, and not from what is published of the authority that it is named for."""
    out = made / "out"
    away = {"children_far_from_home": ("distance", "over_20_miles"), "children_outside_area": ("locality", "outside")}
    counted = {(r["placement"], r["by"], r["category"]): float(r["percent"])
               for r in read(out / "in-and-out-of-area.csv") if r["date"] == "2026-03-31" and r["percent"]}  # fmt: skip
    first = {(r["measure"], r["placement"]): float(r["central"])
             for r in read(out / "results.csv") if r["date"] == "2026-03-31" and r["age_band"] == "all"}  # fmt: skip
    for measure, by in away.items():
        for (name, placement), children in first.items():
            whole = first["children", placement]
            if name == measure and placement != "all" and whole:
                assert 100 * children / whole == pytest.approx(counted[placement, *by], abs=0.01), placement
        assert 100 * first[measure, "all"] / first["children", "all"] == pytest.approx(counted["all", *by], abs=2)
    far = first["children_far_from_home", "all"]
    said = (made / "screen.txt").read_text()
    [line] = [line for line in said.splitlines() if line.startswith("Over 20 miles from home, with a share of those ")]
    assert re.split(r"  +", line)[1] == f"{far:,.0f}"
    [row] = [row for row in read(out / "in-and-out-of-area.csv")
             if (row["date"], row["placement"], row["by"], row["category"])
             == ("2026-03-31", "all", "distance", "over_20_miles")]  # fmt: skip
    assert f"Note: Over 20 miles from home {float(row['children']):,.0f} of " in said
    before = [row for row in read(out / "history.csv") if row["measure"] == "children_far_from_home"]
    assert [row["date"][:4] for row in before] == ["2022", "2023", "2024", "2025", "2026"]
    assert float(before[-1]["value"]) == pytest.approx(far, abs=1e-3)
    assert {row["source"] for row in before} == {
        "The council's own figures (counted, and a share of those whose distance is not known)"
    }
    [later] = [float(r["children"]) for r in read(out / "in-and-out-of-area.csv")
               if (r["date"], r["by"], r["category"]) == ("2031-03-31", "distance", "over_20_miles")]  # fmt: skip
    [model] = [float(r["central"]) for r in read(out / "results.csv")
               if (r["date"], r["measure"], r["placement"]) == ("2031-03-31", *list(away)[:1], "all")]  # fmt: skip
    assert later == pytest.approx(model, rel=0.01)


def test_where_children_are_placed_is_published_to_the_nearest_five(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "o"
    done = call("sufficiency", "--returns", made / "imported", "--publish", "--draws", 0, "--no-charts", "--out", out)
    assert done.exit_code == 0, done.output
    said = done.stdout.split("Where its children are placed")[1].split("\n\n")[0].splitlines()[1:]
    assert [line for line in said if line.startswith("Over 20 miles from home")]
    numbers = [cell for line in said for cell in re.split(r"  +", line)[1:] if cell != "c" and not cell.endswith("%")]
    assert len(numbers) >= 20
    assert [number for number in numbers if int(number) % 5] == []
    shown = {(r["by"], r["category"]): r for r in read(out / "in-and-out-of-area.csv")
             if r["date"] == "2026-03-31" and r["placement"] == "all"}  # fmt: skip
    near, far = shown["distance", "20_miles_or_less"], shown["distance", "over_20_miles"]
    share = float(far["children"]) / (float(near["children"]) + float(far["children"]))
    assert float(far["percent"]) == pytest.approx(100 * share, abs=1e-3), "of what is shown, and of nothing else"


def test_money_that_is_not_nothing_is_never_published_as_nothing(made: Path, tmp_path: Path) -> None:
    """Unmet need costs some £2m, and money is told to the nearest £5m: that is hidden, and no £0."""
    told = {}
    for name, more in ("full", ()), ("public", ("--publish",)):
        done = call("sufficiency", "--returns", made / "imported", *more, "--draws", 4, "--no-charts",
                    "--out", tmp_path / name)  # fmt: skip
        assert done.exit_code == 0, done.output
        told[name] = {
            (r["date"], r["measure"], r["price_basis"]): r for r in read(tmp_path / name / "needs-and-gaps.csv")
            if r["price_basis"]
        }  # fmt: skip
    [cost] = [line for line in done.stdout.splitlines() if line.startswith("Cost of unmet need")]
    assert "£0" not in cost
    assert re.search(r"\bc\b", cost)
    small = [(key, name) for key, row in told["public"].items() for name in ("central", "p10", "p50", "p90")
             if row[name] == "0" and float(told["full"][key][name]) >= 1]  # fmt: skip
    assert small == []
    assert any(row["p10"] == "c" for row in told["public"].values())
    assert "hidden where it would round to nothing" in (tmp_path / "public" / "summary.txt").read_text()


def test_others_stand_beside_it(made: Path) -> None:
    rows = read(made / "out" / "beside-others.csv")
    assert tuple(rows[0]) == PEER_COLUMNS
    assert Counter(row["relation"] for row in rows if row["indicator"] == "outside_percent") == {
        "itself, counted": 1, "itself": 1, "neighbour": 10, "neighbours": 1, "region": 1, "England": 1,
    }  # fmt: skip
    counted = {row["indicator"]: float(row["value"]) for row in rows if row["relation"] == "itself, counted"}
    assert counted["children"] == 270
    assert 0 < counted["over_20_miles_percent"] < 100
    england = {row["indicator"]: row["value"] for row in rows if row["relation"] == "England"}
    assert float(england["outside_percent"]) == pytest.approx(44.4, abs=0.5)


def test_the_screen_says_what_is_not_told(made: Path) -> None:
    said = (made / "screen.txt").read_text()
    assert (made / "out" / "sufficiency.txt").read_text().strip() in said
    for told in ("Placements needed on 31 March", "Outside the area", "Over 20 miles", "Siblings are not in SSDA903",
                  "Unaccompanied asylum-seeking children", "Cost of unmet need", "Neighbours together"):  # fmt: skip
        assert told in said


def test_the_screen_gives_money_in_the_prices_of_the_summary(made: Path) -> None:
    said = (made / "screen.txt").read_text()
    told = ("placement_spend", "2031-03-31", "real 2025-26")
    rows = [
        row
        for row in read(made / "out" / "needs-and-gaps.csv")
        if (row["measure"], row["date"], row["price_basis"]) == told
    ]
    [line] = [line for line in said.splitlines() if line.startswith("Spend on placements")]
    assert line.startswith("Spend on placements in the year to then, 2025-26 prices ")
    assert words.money(float(rows[0]["p50"])) in line
    assert words.money(float(rows[0]["p10"])) in line
    unnamed = [line for line in said.splitlines() if "£" in line and "prices" not in line and "£ a week" not in line]
    assert not unnamed


def test_the_screen_says_all_that_the_run_says(made: Path, tmp_path: Path) -> None:
    """The name of an authority of quite another size, and a slip of a name, are told where somebody reads them."""
    said = (made / "screen.txt").read_text()
    summary = (made / "out" / "summary.txt").read_text().splitlines()
    notes = [line for line in summary if line.startswith(("Note", "Warning"))]
    assert len(notes) > 2
    assert [note for note in notes if note not in said] == []
    none = "is no authority, so nothing published stands beside it: give --area-name"
    for name, told in (("Kent", "Warning: Check the name: these returns have less than half the "),
                       ("Rutlnad", "Warning: Check the name: Rutlnad is no authority; did you mean Rutland?"),
                       ("Derbee", f"Derbee {none}; did you mean Derby?"),
                       ("Anywhere", f"Anywhere {none}.")):  # fmt: skip
        done = call("sufficiency", "--returns", made / "imported", "--area-name", name, "--draws", 0, "--no-charts",
                    "--out", tmp_path / name)  # fmt: skip
        assert told in done.stdout
        before = done.stdout.split("Placements needed")[0]
        assert ("Check the name" in told) == ("Check the name" in before), "warnings stand above all tables"
        assert told in (tmp_path / name / "sufficiency.txt").read_text()


def test_intervals_say_that_they_hold_no_luck(made: Path, tmp_path: Path) -> None:
    said = (made / "screen.txt").read_text()
    assert said.splitlines()[2:4] == [f"Note: {LEFT_OUT}", f"Note: {HOW_LARGE}"], "above all tables"
    assert said.count(LEFT_OUT) == 1
    assert "a number of 10 children moves by about 4 either way in 80% of cases, one of 100 by 13 and " in HOW_LARGE
    assert "--chance counts it" in HOW_LARGE
    summary = (made / "out" / "summary.txt").read_text()
    assert f"Note: {LEFT_OUT}" in summary
    assert "it holds luck, as what happened did, and those above do not." in summary
    of = ("sufficiency", "--returns", made / "imported", "--no-charts", "--out", tmp_path / "o")
    for more in (("--draws", 0), ("--draws", 2, "--chance", "--engine", "plain")):
        done = call(*of, *more)
        assert done.exit_code == 0, done.output
        assert "luck" not in done.stdout + (tmp_path / "o" / "summary.txt").read_text(), more


def test_what_returns_do_not_tell_is_said_where_it_is_shown(made: Path, tmp_path: Path) -> None:
    named = "The front door is not in SSDA903 returns: figures are those published of Medway."
    assert f"Note: {named}" in (made / "screen.txt").read_text()
    out = tmp_path / "o"
    done = call("sufficiency", "--returns", made / "imported", "--draws", 0, "--out", out)
    assert done.exit_code == 0, done.output
    front = "The front door is not in SSDA903 returns: figures are England's by children looked after."
    assert f"Note: {front}" in done.stdout
    charts = (out / "charts" / "notes.txt").read_text().split("\n\n")
    of = {head: notes for head, _, notes in (part.strip().partition("\n") for part in charts)}
    assert front in of["children_in_need, front_door_spend, protection_plans, referrals"]
    assert "Over 20 miles from home " in of["children_far_from_home"]
    places = "Places needed in homes are the children there over 0.67: on a day 67% of England's are filled."
    assert places in of["home_places_needed"]
    assert f"Note: {places}" in done.stdout
    assert "Note: Placements needed are numbers of children." in done.stdout
    pictures = {
        name: (out / "charts" / f"{name}.svg").read_text() for name in ("children_in_need", "home_places_needed")
    }
    assert front in pictures["children_in_need"]
    assert "over 0.67: on a day" in pictures["home_places_needed"]
    far = " ".join((out / "charts" / "children_far_from_home.svg").read_text().split())
    assert "counted, and a share of those" in far


def test_agencies_are_said_to_follow_the_record_where_carers_are_stated(made: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "fostering.csv").write_text("figure,value,unit\nhouseholds,60,\nleavers_per_year,10,\n")
    (ours / "prices.csv").write_text(
        "placement,provider,gbp_per_week,price_year\nifa_foster,external,1,2025-26\nchildrens_home,all,6400,2025-26\n"
    )
    done = call("sufficiency", "--returns", made / "imported", "--own", ours, "--draws", 0, "--no-charts",
                "--out", tmp_path / "o")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Note: Agencies' foster places are not limited by the carers that the council states" in done.stdout
    assert "Agencies' foster places" not in (made / "screen.txt").read_text()
    of = {
        name: [float(r["central"]) for r in read(tmp_path / "o" / "results.csv")
               if (r["measure"], r["placement"]) == (name, "council_foster")]
        for name in ("foster_places_approved", "foster_places_usable")
    }  # fmt: skip
    approved, there = of.values()
    assert approved[-1] < 0.7 * approved[0]
    assert there == pytest.approx([there[0] / approved[0] * places for places in approved], abs=1e-4), "one for one"
    usable = done.stdout.split("Usable mainstream foster places")[1].splitlines()[1]
    assert usable.startswith("  of them of the council's own carers ")
    before = done.stdout.split("Placements needed")[0]
    assert (
        "Warning: Check the price: £1 a week (independent agency foster care) is less than 1/5 of England's" in before
    )
    assert "6,400" not in before


def test_a_run_writes_the_same_tables(made: Path, tmp_path: Path) -> None:
    done = call("run", "status-quo", "--returns", made / "imported", "--area-name", "Medway", "--own", made / "ours",
                "--out", tmp_path / "run", "--draws", 4, "--no-charts", "-q")  # fmt: skip
    assert done.exit_code == 0, done.output
    for name in ("placements-needed.csv", "needs-and-gaps.csv", "in-and-out-of-area.csv", "beside-others.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (made / "out" / name).read_bytes()
    done = call("run", "status-quo", "--out", tmp_path / "england", "--no-charts", "-q")
    assert done.exit_code == 0
    assert not (tmp_path / "england" / "sufficiency.txt").exists()


def test_a_run_of_a_council_tells_single_children_as_its_evidence_does(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = call("run", "status-quo", "--returns", made / "imported", "--draws", 0, "--no-charts", "--out", out)
    assert done.exit_code == 0, done.output
    [line] = [line for line in done.stdout.splitlines() if line.startswith("Children looked after ")]
    dates = [f"{year}-03-31" for year in (2026, 2028, 2031, 2036)]
    children = {r["date"]: float(r["central"]) for r in read(out / "results.csv")
                if (r["measure"], r["placement"], r["age_band"]) == ("children", "all", "all")}  # fmt: skip
    assert line.split()[3:] == [f"{children[date]:.0f}" for date in dates]
    assert any(round(children[date]) % 10 for date in dates)


def test_neighbours_can_be_named(made: Path, tmp_path: Path) -> None:
    words = ("sufficiency", "--returns", made / "imported", "--draws", 0, "--no-charts", "-q", "--out", tmp_path / "o")
    refused = call(*words, "--neighbours", "Essex")
    assert refused.exit_code == 2
    assert "no single authority to set beside others" in refused.output
    refused = call(*words, "--area-name", "Medway", "--neighbours", "Essx")
    assert refused.exit_code == 2
    assert "unknown authority 'Essx'" in refused.output
    assert "did you mean 'Essex'" in refused.output
    assert not (tmp_path / "o").exists()
    done = call(*words, "--area-name", "Medway", "--neighbours", "Essex", "--neighbours", "Kent", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["area"], told["draws"]) == ("Medway", 0)
    rows = read(tmp_path / "o" / "beside-others.csv")
    assert {row["compared_with"] for row in rows if row["relation"] == "neighbour"} == {"Essex", "Kent"}
    replayed = call("replay", tmp_path / "o", "--returns", made / "imported")
    assert replayed.exit_code == 0, replayed.output


def test_england_has_nothing_beside_it(tmp_path: Path) -> None:
    refused = call("sufficiency", "--out", tmp_path / "o")
    assert refused.exit_code == 2
    assert "one council or region" in refused.output


def test_a_template_leaves_a_folder_alone(made: Path) -> None:
    refused = call("template", "own", "--out", made / "ours")
    assert refused.exit_code == 2
    assert "not written by care-demand" in refused.output


def test_what_is_wrong_with_own_figures_is_told_with_file_and_row(made: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "beds.csv").write_text(
        "name,placement,provider,beds,gbp_per_week,price_year\nOak,childrens_home,own,four,5000,2025-26\n"
    )
    refused = call(
        "run", "status-quo", "--returns", made / "imported", "--own", tmp_path / "ours", "--out", tmp_path / "o"
    )
    assert refused.exit_code == 2
    assert "beds.csv:2:4: own.beds.0.beds: 'four' is not a number" in refused.stderr
    assert not (tmp_path / "o").exists()
