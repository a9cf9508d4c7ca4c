"""A council run from its own returns: synthetic children at England's rates, imported, and projected."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from matplotlib.text import Text

from simulator.baseline.england import load_baseline
from simulator.baseline.own_returns import OwnReturns, name_notes, size_notes
from simulator.baseline.response import band_of_row
from simulator.baseline.structure import BAND_OF_AGE
from simulator.cli.main import cli
from simulator.data.council import NAME, TIMES, CheckedYear, Council, CouncilError, read_council
from simulator.data.own_rates import LEVEL
from simulator.engine.plain import run
from simulator.outputs.charts import draw_all
from simulator.projection.compile import Compiled, compile_scenario
from simulator.projection.localise import parameters
from simulator.results import no_change
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario, ScenarioError, load, load_mapping
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, STREAMS
from simulator.vocabulary.calendar import Month


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("council")
    assert call("sample-returns", "--children", 8000, "--years", 4, "--out", folder / "r").exit_code == 0
    assert call("import", "ssda903", folder / "r", "--out", folder / "imported").exit_code == 0
    return folder / "imported"


@pytest.fixture(scope="module")
def council(imported: Path) -> Council:
    return read_council(imported)


def status_quo(council: Council) -> LoadedScenario:
    return load("status-quo").of_council(council)


def compiled_of(loaded: LoadedScenario) -> Compiled:
    return compile_scenario(loaded.scenario, baseline=loaded.baseline)


def test_the_stock_at_the_base_is_that_imported(imported: Path, council: Council) -> None:
    compiled = compiled_of(status_quo(council))
    assert (compiled.context.first_month.year, council.base) == (2026, 2026)
    group, total = placements.groups(), 0.0
    with (imported / "stock.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["year"] == "2026"]
    counted = np.zeros((len(STREAMS), len(AGE_BANDS), len(placements.reported())))
    for row in rows:
        at = (STREAMS.index(row["stream"]), list(AGE_BANDS).index(row["age_band"]))
        counted[(*at, placements.reported().index(row["placement"]))] += int(row["children"])
        total += int(row["children"])
    for s, stream in enumerate(compiled.rates.streams):
        by_row = stream.opening[0, 0].sum(axis=1) @ np.eye(len(placements.reported()))[group]
        by_band = np.zeros_like(counted[s])
        np.add.at(by_band, band_of_row(stream, compiled.rates.cohort_months), by_row)
        np.testing.assert_allclose(by_band, counted[s], atol=1e-9)
    results = simulate(status_quo(council))
    assert results["children"].total()[0] == pytest.approx(total)
    assert results.areas == (NAME,)
    assert results.dates("stock")[0] == "2026-03-31"


def test_five_years_on_the_stock_is_what_the_rates_make(council: Council) -> None:
    """The sampler's children live at constant rates, so as many are in care in the mean of its years as for ever."""
    results = simulate(status_quo(council))
    children = results["children"].total()
    assert children[12] == pytest.approx(children[0], rel=0.015)
    assert children[60] == pytest.approx(council.history.mean(), rel=0.03)
    starts = results.year_totals("starts").central[0]
    assert starts[0] == pytest.approx(council.starts.sum(), rel=0.03)


def test_nobody_is_in_care_at_18(council: Council) -> None:
    """Without starts nobody is left after 18 years; and children are conserved in every month."""
    loaded = status_quo(council)
    loaded = replace(loaded, scenario=loaded.scenario.model_copy(update={"end": Month(2044, 3)}))
    rates = compiled_of(loaded).rates
    paths = run(rates, BAND_OF_AGE)
    whole = (-3, -2, -1)
    np.testing.assert_allclose(
        paths.children[:, :, :-1].sum(axis=whole) + paths.starts.sum(axis=whole) - paths.exits.sum(axis=whole),
        paths.children[:, :, 1:].sum(axis=whole),
        rtol=1e-9,
    )
    closed = tuple(
        replace(s, new_starts_per_month=0 * s.new_starts_per_month, return_per_year=0 * s.return_per_year)
        for s in rates.streams
    )
    emptied = run(replace(rates, streams=closed), BAND_OF_AGE).children.sum(axis=whole)[0, 0]
    assert emptied[-2] > 0
    assert emptied[-1] == pytest.approx(0.0, abs=1e-9)


def test_levels_scale_hazards_and_nothing_else(council: Council) -> None:
    england = load_baseline(2025)
    rates = compile_scenario(load("status-quo").scenario).rates
    leaving = dict(council.leaving)
    home = leaving["resident", "home"]
    twice = home.coefficient.copy()
    twice[LEVEL] += np.log(2.0)
    leaving["resident", "home"] = replace(home, coefficient=twice)
    more = replace(council, leaving=leaving)
    one, two = (OwnReturns(england, which).at_base(rates, {}).streams[0] for which in (council, more))
    np.testing.assert_allclose(two.phase_exit_per_year[..., 0], 2 * one.phase_exit_per_year[..., 0])
    np.testing.assert_allclose(two.phase_exit_per_year[..., 1:], one.phase_exit_per_year[..., 1:])
    np.testing.assert_allclose(two.move_per_year, one.move_per_year)
    drawn = {"local.own.resident.move_to_childrens_home": np.log(3.0), "local.own.resident.exits": 0.0}
    three = OwnReturns(england, council).at_base(rates, drawn).streams[0]
    at, foster = placements.index("childrens_home"), placements.index("council_foster")
    np.testing.assert_allclose(three.move_per_year[..., foster, at], 3 * one.move_per_year[..., foster, at])
    np.testing.assert_array_equal(three.move_per_year[..., at, foster], one.move_per_year[..., at, foster])


def test_foster_places_are_those_that_the_record_fills(council: Council) -> None:
    """England's falling supply does not act on a council's own moves: places limited or not, children live alike."""
    limited, free = (
        simulate(
            load_mapping({"name": "Held", "extends": "status-quo", "assumptions": {"foster_places": how}}).of_council(
                council
            )
        )
        for how in ("limited", "as_needed")
    )
    for results in (limited, free):
        assert not any("placements go on as they have" in note for note in results.notes)
    one, two = (results["children"].values[0, 0, 60].sum(axis=-1) for results in (limited, free))
    np.testing.assert_allclose(one, two, rtol=0.03, atol=5.0)


def test_more_foster_carers_still_take_children_who_wait(council: Council) -> None:
    loaded = load_mapping({
        "name": "More", "extends": "status-quo",
        "interventions": [{
            "kind": "foster_recruitment", "start": "2026-04", "end": "2029-03",
            "profile": {"shape": "linear", "months": 6}, "extra_households_per_year": 2000,
        }],
    })  # fmt: skip
    without, with_more = (simulate(one.of_council(council)) for one in (load("status-quo"), loaded))
    need = [results["unmet_foster_need"].total()[60] for results in (without, with_more)]
    assert need[1] < need[0]


def test_no_change_and_the_past_stand_beside_a_forecast(council: Council, tmp_path: Path) -> None:
    past = replace(
        council, check=(CheckedYear(2025, 100.0, 101.0, 5.0), CheckedYear(2026, 100.0, 120.0, 5.0)), no_change_sd=0.06
    )
    results = simulate(status_quo(past))
    assert results.own_past is not None
    assert (
        "the model makes 120 children on 31 March 2026; the returns hold 100 (4.0 times what chance makes)"
        in results.own_past.said
    )
    assert any("makes more children than there were, 4.0 times what chance makes" in note for note in results.notes)
    rows = list(no_change.rows(results))
    now = council.stock.sum()
    assert rows[5][5:] == pytest.approx(
        (now, now * np.exp(-1.2816 * 0.06 * 5**0.5), now * np.exp(1.2816 * 0.06 * 5**0.5)), rel=1e-3
    )
    assert "own_past" in draw_all(results)
    fine = replace(past, check=(CheckedYear(2026, 100.0, 103.0, 5.0),))
    assert not any("what chance makes" in note for note in simulate(status_quo(fine)).notes)


def test_starts_are_placed_as_the_council_places_them(council: Council) -> None:
    """Shares of a band are the council's; where England has none of the kind they go to the placement itself."""
    band, kinship = list(AGE_BANDS).index("10_to_15"), placements.reported().index("kinship_foster")
    evidence = council.first_places.copy()
    evidence[0, band] = 0.0
    evidence[0, band, kinship], evidence[0, band, placements.reported().index("childrens_home")] = 300.0, 100.0
    evidence[0, -1] = 0.0
    evidence[0, -1, [placements.reported().index(name) for name in ("council_foster", "supported")]] = 30.0
    odd = replace(council, first_places=evidence)
    held = {"name": "Held", "extends": "status-quo", "assumptions": {"placement_trend": "none"}}
    rates = compiled_of(load_mapping(held).of_council(odd)).rates
    shares = rates.streams[0].start_place[0, 0, 0]
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0)
    starts = rates.streams[0].new_starts_per_month[0, 0, 0][10:16]
    assert (starts @ shares[10:16])[placements.index("kinship_foster")] / starts.sum() == pytest.approx(0.75, abs=0.05)
    np.testing.assert_allclose(shares[16:, placements.index("council_foster")], 0.5, atol=0.01)
    assert not shares[:16, placements.index("supported")].any()


def test_the_council_of_england_s_rates_places_as_england_does(council: Council) -> None:
    england = compile_scenario(load("status-quo").scenario).rates.streams[0].start_place[0, 0, 0]
    own = compiled_of(status_quo(council)).rates.streams[0].start_place[0, 0, 0]
    np.testing.assert_allclose(own[:16], england[:16], atol=0.03)


def test_a_run_is_as_long_as_the_scenario(council: Council) -> None:
    scenario = status_quo(council).scenario
    assert (council.base, str(scenario.end)) == (2026, "2036-03")
    earlier = load("status-quo").of_council(replace(council, base=2023)).scenario
    assert str(earlier.end) == "2033-03"


def test_charts_call_the_past_the_council_s_own(council: Council) -> None:
    everything = [simulate(load(name).of_council(council)) for name in ("status-quo", "family-help-national")]
    drawn = draw_all(everything[0])["children"], draw_all(*everything)["compare_children"]
    for drawing in drawn:
        said = {text.get_text() for text in drawing.figure.findobj(Text)}
        assert any("The council's own figures" in text for text in said)
        assert not any("Published figures" in text or "published at" in text for text in said)


def test_children_that_england_does_not_have_are_kept(council: Council) -> None:
    """An asylum-seeking baby placed for adoption, long in care: in no table of England's."""
    stock = np.zeros_like(council.stock)
    stock[1, 0, TIMES.index("2_years_and_over"), placements.reported().index("for_adoption")] = 1.0
    odd = replace(council, stock=stock + council.stock)
    rates = compiled_of(status_quo(odd)).rates
    assert rates.streams[1].opening.sum() == pytest.approx(odd.stock[1].sum())
    assert all(np.isfinite(values).all() for values in (rates.streams[1].opening, rates.streams[0].opening))


def test_a_council_without_asylum_seeking_or_adopted_children(council: Council) -> None:
    stock, starts = council.stock.copy(), council.starts.copy()
    stock[1], starts[1] = 0.0, 0.0
    stock[..., placements.reported().index("for_adoption")] = 0.0
    few = replace(
        council, stock=stock, starts=starts, levels={k: v for k, v in council.levels.items() if k[0] != "uasc"}
    )
    results = simulate(status_quo(few))
    for measure in results.measures.values():
        assert np.isfinite(measure.values).all(), measure.name


def test_spend_is_at_england_s_unit_costs(council: Council) -> None:
    """In the year before the run a child-week costs what England's did in 2024-25, with a year of general prices."""
    compiled = compiled_of(status_quo(council))
    prices = 1.0 / compiled.context.price_level("2024-25")
    assert 1.01 < prices < 1.06
    for own, england in zip(compiled.cost_lines, load_baseline(2025).costs.lines, strict=True):
        if england.spend_gbp and own.key != "short_breaks":  # counts years, and is shared as children are
            unit = float(england.spend_gbp / england.units)
            np.testing.assert_allclose(own.spend_gbp / own.units, unit * prices, rtol=1e-6)


def with_carers(council: Council, **fostering: float) -> dict[str, float]:
    """Return what becomes of a council in four years that states its own carers."""
    own = {"own": {"fostering": fostering}} if fostering else {}
    content = {"name": "Carers", "extends": "status-quo", "end": "2029-03", **own}
    results = simulate(load_mapping(content).of_council(council))
    by_placement = results["children"].by_placement()
    homes = results["foster_households"].by_placement()["council_foster"]
    return {
        "children": float(results["children"].total()[-1]),
        "homes": float(by_placement["childrens_home"][-1]),
        "council": float(by_placement["council_foster"][-1]),
        "agency": float(by_placement["ifa_foster"][-1]),
        "unmet": float(results["unmet_foster_need"].total()[-1]),
        "households": float(homes[-1] / homes[0]),
        "spend": float(results["placement_spend"].total().sum()),
        "at_base": float(by_placement["council_foster"][0]),
    }


def test_to_state_what_is_taken_anyway_changes_nothing(council: Council) -> None:
    """Places as its record fills, whatever number of households or approved places is told beside them."""
    nothing = with_carers(council)
    for stated in ({"usable_places": nothing["at_base"]}, {"approved_places": 2.0 * nothing["at_base"]},
                   {"households": 0.9 * nothing["at_base"]}):  # fmt: skip
        found = with_carers(council, **stated)
        for name in ("children", "homes", "council", "agency", "unmet", "spend", "households"):
            assert found[name] == pytest.approx(nothing[name], rel=0.02), (stated, name)


def test_fewer_carers_of_its_own_are_more_agencies_more_homes_and_more_spend(council: Council) -> None:
    households = 0.8 * with_carers(council)["at_base"]
    stay = with_carers(council, households=households, approvals_per_year=0, leavers_per_year=0)
    leave = with_carers(council, households=households, approvals_per_year=0, leavers_per_year=households / 4)
    assert leave["households"] == pytest.approx(np.exp(-1.0), rel=1e-6)
    assert leave["council"] < 0.75 * stay["council"]
    for name in ("agency", "homes", "unmet", "spend"):
        assert leave[name] > stay[name], name
    assert leave["children"] == pytest.approx(stay["children"], rel=0.01)


def test_draws_hold_what_is_not_known(council: Council) -> None:
    keys = {p.key: p for p in parameters(status_quo(council).baseline, ("2026-27",))}
    assert {"local.own.starts", "local.own.uasc_starts", "local.own.resident.exit_home"} <= set(keys)
    assert "local.own.resident.strength_home" in keys
    for walks in ("starts", "exits"):  # hardly at all: 8,000 children who live at the same rates for ever stand still
        assert 0.0 < keys[f"local.own.drift_{walks}.2026-27"].distribution.sd < 0.03
    assert "local.own.drift_into_placed_with_parents.2026-27" in keys
    assert not any(".year_into_" in key for key in keys)  # what is a year's own is chance, which --chance puts in
    assert "local.own.resident.first_10_to_15_kinship_foster" in keys
    results = simulate(status_quo(council), draws=6, seed=3, workers=1)
    children = results.stock_totals("children").area()
    assert np.ptp(children[:, 0]) == pytest.approx(0.0)
    assert np.ptp(children[1:, 60]) > 10


def test_programmes_act_on_a_council(council: Council) -> None:
    for name in ("family-help-national", "status-quo"):
        results = simulate(load(name).of_council(council))
        assert np.isfinite(results["total_spend"].values).all()
    named = replace(council, name="Rutland")
    assert any("Check the name" in note for note in simulate(status_quo(named)).notes)
    named = replace(council, name="Kent")
    assert compiled_of(status_quo(named)).context.areas == ("E10000016",)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Rutlnad", "Rutland"), ("rutland", "Rutland"), ("Bristol City", "Bristol, City of"), ("Loamshire", ""),
        ("Rutland", ""), ("Bristol", ""), ("Bristol, City of", ""), (NAME, ""), ("Anywhere", ""),
        ("Kent County Council", ""),
    ],
)  # fmt: skip
def test_a_slip_of_an_authoritys_name_is_told_and_labels_are_free(council: Council, name: str, meant: str) -> None:
    notes = list(name_notes(replace(council, name=name)))
    assert [note.partition("?")[0] for note in notes] == (
        [f"Check the name: {name} is no authority; did you mean {meant}"] if meant else []
    )


@pytest.mark.parametrize(
    ("name", "children", "said"),
    [
        ("Kent", 1_896 * 2.1, "more than twice"), ("kent", 1_896 * 0.4, "less than half"), ("Kent", 1_896 * 1.9, ""),
        ("Kent", 1_896 * 0.6, ""), ("Anywhere", 5.0, ""),
    ],
)  # fmt: skip
def test_returns_far_from_the_size_of_their_authority_are_told(
    council: Council, name: str, children: float, said: str
) -> None:
    """Kent had 1,896 children in care in March 2025."""
    named = replace(council, name=name, stock=council.stock * children / council.stock.sum())
    notes = list(size_notes(named))
    assert len(notes) == bool(said)
    assert all(f"these returns have {said} the 1,896 children published for {name}" in note for note in notes)


@pytest.mark.parametrize("publish", [False, True])
def test_the_command(imported: Path, tmp_path: Path, publish: bool) -> None:
    out = tmp_path / "out"
    words = ("run", "status-quo", "--returns", imported, "--area-name", "Anywhere", "--no-charts", "--out", out)
    result = call(*words, *(["--publish"] if publish else []))
    assert result.exit_code == 0, result.output
    assert "Anywhere, central run" in result.output
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["returns"]["area"] == "Anywhere"
    assert ("sha256" in manifest["returns"]) != publish
    assert str(imported.parent) not in (out / "manifest.json").read_text()
    with (out / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["area"] for row in rows} == {"Anywhere"}
    if publish:
        assert all(row["central"] == "c" or float(row["central"]) % 5 == 0 for row in rows)


def test_wrong_folders_are_told_of_with_every_problem(imported: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(imported, broken)
    stock = broken / "stock-by-age.csv"
    lines = stock.read_text().splitlines()
    lines[1] = lines[1].replace("resident", "visitor")
    lines[2] = lines[2].rpartition(",")[0] + ",-3"
    stock.write_text("\n".join(lines) + "\n")
    (broken / "leaving.csv").write_text("stream,kind\n")
    (broken / "rates.csv").unlink()
    result = call("run", "status-quo", "--returns", broken, "--out", tmp_path / "out")
    assert result.exit_code == 2
    told = result.output.splitlines()
    assert len(told) == 4
    assert "stock-by-age.csv:2: stream 'visitor' is not what an import writes" in result.output
    assert "stock-by-age.csv:3: children '-3'" in result.output
    assert "leaving.csv:1: no column coefficient, value, sd, with_level, with_strength" in result.output
    assert "rates.csv: missing" in result.output
    assert not (tmp_path / "out").exists()


def test_what_is_no_import_or_hides_what_a_run_needs(imported: Path, tmp_path: Path) -> None:
    with pytest.raises(CouncilError, match="not a folder that"):
        read_council(tmp_path)
    assert call("import", "ssda903", imported.parent / "r", "--out", tmp_path / "p", "--publish").exit_code == 0
    with pytest.raises(CouncilError, match="written with --publish"):
        read_council(tmp_path / "p")


def test_an_import_of_an_older_version_is_refused(imported: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(imported, old)
    manifest = json.loads((old / "manifest.json").read_text())
    del manifest["fitted"]
    (old / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CouncilError, match="written by an older version, which fitted other rates; import again"):
        read_council(old)


def test_returns_that_end_too_long_ago_or_scenarios_of_another_base(council: Council, imported: Path) -> None:
    with pytest.raises(ScenarioError, match="another base"):
        load("smf-2021").of_council(council)
    old = imported.parent / "old"
    shutil.copytree(imported, old)
    rows = (old / "stock-by-age.csv").read_text().splitlines()
    (old / "stock-by-age.csv").write_text("\n".join([rows[0], *(f"2019{row[4:]}" for row in rows[1:])]) + "\n")
    manifest = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps({**manifest, "years": [2019]}))
    with pytest.raises(CouncilError, match="end on 31 March 2019"):
        read_council(old)


def test_a_handful_of_children_is_no_council(imported: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    shutil.copytree(imported, few)
    head, *rows = (few / "stock-by-age.csv").read_text().splitlines()
    one = head.split(",").index("children")
    last = max(row[:4] for row in rows)
    kept = [row for row in rows if row[:4] != last]
    now = next(row for row in rows if row[:4] == last).split(",")
    now[one] = "4"
    (few / "stock-by-age.csv").write_text("\n".join([head, *kept, ",".join(now)]) + "\n")
    with pytest.raises(CouncilError, match=r"4 children are in care on 31 March .* needs 5"):
        read_council(few)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--area", "Kent", "--returns", "."), "can't be had with --area"),
        (("--area-name", "Kent"), "for an authority by its name: --area"),
        (("--returns", ".", "--area-name", "England"), "is no name of a council"),
        (("--returns", "nowhere"), "does not exist"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], told: str) -> None:
    result = call("run", "status-quo", *words)
    assert result.exit_code == 2
    assert told in result.output
