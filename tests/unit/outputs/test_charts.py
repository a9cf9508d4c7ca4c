"""Charts: what is drawn is what the results hold, the title states it, and nothing overlaps."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import fake_results
import numpy as np
import pytest
from fake_results import changed
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from simulator.outputs import charts
from simulator.outputs.charts import Chart, layout, style, words
from simulator.outputs.charts.chart_registry import chart
from simulator.outputs.charts.findings import comparable, finding
from simulator.outputs.charts.layout import spread
from simulator.outputs.charts.spend_by_cause import spend_parts
from simulator.results.analysis import at_years, extra_spend, split_extra
from simulator.results.labelled import RunResults
from simulator.results.results_protocol import DatedClaim
from simulator.vocabulary.placements import placements, reported

CLAIMS = (
    DatedClaim("children", "2025-03-31", 95_000, "CCN and Newton, 2021: 95,000 by 2025", "ccn_2021"),
    DatedClaim("total_spend", "2024-25", 7.4e9, "CCN and Newton, 2021: £7.4bn in 2025", "ccn_2021"),
)
OTHERS = (
    ("Family help pilots in 12 areas", 0.0038, "2025-04", 120, 81_770),
    ("More foster carers: 10,000 places", -0.002, "2025-04", 120, 81_770),
    ("Stable Homes pilots in 12 areas, 2023", 0.002, "2023-04", 84, 83_750),
    ("Replication of CCN and Newton, 2021", 0.0315, "2015-04", 120, 69_480),
    ("Replication of the Independent Review, no reform", 0.0226, "2022-04", 120, 82_090),
    ("Two-year delay to reform", 0.009, "2025-04", 120, 81_770),
    ("Reunification support", -0.001, "2025-04", 120, 81_770),
    ("Replication of CCN and IMPOWER, 2024", 0.0165, "2024-04", 72, 83_530),
    ("Price growth slows", 0.004, "2025-04", 120, 81_770),
    ("UASC arrivals double", 0.013, "2025-04", 120, 81_770),
)


def scenario(number: int, **options: object) -> RunResults:
    title, growth, start, months, opening = OTHERS[number]
    settings = {"growth": growth, "start": start, "months": months, "opening": opening} | options
    return fake_results.fake_results(f"scenario-{number}", title, **settings)


@pytest.fixture(scope="module")
def plain() -> RunResults:
    return fake_results.fake_results()


@pytest.fixture(scope="module")
def drawn(plain: RunResults) -> dict[str, dict[str, Chart]]:
    """Every chart there is, in the situations that crowd it most."""
    many = [plain, *(scenario(i, notes=(f"A note of scenario {i}.",)) for i in range(len(OTHERS)))]
    cases = {
        "plain": charts.draw_all(plain),
        "draws": charts.draw_all(fake_results.fake_results(draws=41, programme=60e6)),
        "replication": charts.draw_all(scenario(3, claims=CLAIMS)),
        "many": charts.draw_all(*many),
        "few": charts.draw_all(fake_results.fake_results(draws=31), *(scenario(i, draws=31) for i in range(3))),
    }
    for _, drawing in every(cases):
        drawing.figure.draw_without_rendering()
    return cases


def every(drawn: dict[str, dict[str, Chart]]) -> list[tuple[str, Chart]]:
    return [(f"{case} {name}", c) for case, group in drawn.items() for name, c in group.items()]


def texts(drawing: Chart) -> list[Text]:
    """All texts that a reader sees."""
    found = [t for t in drawing.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    hidden = set()
    for axes in drawing.figure.axes:
        if not axes.axison:
            hidden |= {id(t) for t in (*axes.get_xticklabels(), *axes.get_yticklabels())}
            continue
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            outside = [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
            hidden |= {id(text) for tick in outside for text in (tick.label1, tick.label2)}
    return [t for t in found if id(t) not in hidden]


def words_drawn(drawing: Chart) -> str:
    return " ".join(t.get_text().replace("\n", " ") for t in texts(drawing))


def lines(drawing: Chart, gid: str):
    return [line for axes in drawing.figure.axes for line in axes.lines if line.get_gid() == gid]


# Every chart


def test_there_are_the_charts_that_are_asked_for(drawn):
    assert set(drawn["plain"]) == {
        "children", "starts_and_exits", "placement_mix", "foster_places", "spend", "spend_by_placement",
        "extra_spend",
    }  # fmt: skip
    assert set(drawn["many"]) == {
        "compare_children", "compare_spend", "compare_extra_spend", "difference_children", "difference_spend",
        "table",
    }  # fmt: skip


def test_no_text_overlaps_another_or_leaves_the_figure(drawn):
    for name, drawing in every(drawn):
        boxes = [(t.get_text(), t.get_window_extent()) for t in texts(drawing)]
        edge = drawing.figure.bbox
        for text, box in boxes:
            inside = box.x0 >= edge.x0 and box.x1 <= edge.x1 and box.y0 >= edge.y0 and box.y1 <= edge.y1
            assert inside, f"{name}: {text!r} is cut off"
        for (text, box), (other, other_box) in itertools.combinations(boxes, 2):
            overlap = Bbox.intersection(box, other_box)
            meet = overlap is not None and overlap.width > 1 and overlap.height > 1.5
            assert not meet, f"{name}: {text!r} overlaps {other!r}"


def test_no_line_runs_through_a_label_inside_a_panel(drawn):
    for name, drawing in every(drawn):
        for axes in drawing.figure.axes:
            boxes = [t.get_window_extent() for t in axes.texts if t.get_gid() == "callout"]
            paths = [
                line.get_transform().transform_path(line.get_path()) for line in axes.lines if line.get_gid() != "start"
            ]
            crossed = [box for box in boxes for path in paths if path.intersects_bbox(box, filled=False)]
            assert not crossed, name


def test_no_text_is_small_and_all_of_it_can_be_read(drawn):
    for name, drawing in every(drawn):
        for text in texts(drawing):
            assert text.get_fontsize() >= 10, f"{name}: {text.get_text()!r}"
            assert style.contrast(to_hex(text.get_color())) >= 4.5, f"{name}: {text.get_text()!r}"


def test_lines_and_bars_stand_out_from_the_page(drawn):
    for name, drawing in every(drawn):
        for axes in drawing.figure.axes:
            drawn_in = [to_hex(line.get_color()) for line in axes.lines if line.get_gid()]
            drawn_in += [to_hex(patch.get_facecolor()) for patch in axes.patches]
            assert all(style.contrast(colour) >= 3 for colour in drawn_in), name


def test_each_chart_has_title_unit_source_notes_and_alt_text(drawn):
    for name, drawing in every(drawn):
        seen = words_drawn(drawing)
        assert drawing.title in seen, name
        assert re.search(r"\d", drawing.title), name
        assert "Source: Department for Education; Ofsted; Ministry of Housing" in seen, name
        assert "held as rates on the projected population" in seen, name
        assert re.search(r"[Nn]umber|£|%|cash", seen), name
        assert len(drawing.alt) > 80, name
        assert re.search(r"\d", drawing.alt), name


def test_a_line_chart_has_no_more_than_a_handful_of_lines_in_a_panel(drawn):
    for name, drawing in every(drawn):
        for axes in drawing.figure.axes:
            assert sum(line.get_gid() in ("history", "projection", "reference") for line in axes.lines) <= 5, name


# What is drawn is what the results hold


def test_children_are_history_and_projection(plain, drawn):
    drawing = drawn["plain"]["children"]
    (history,), (projection,) = lines(drawing, "history"), lines(drawing, "projection")
    np.testing.assert_array_equal(history.get_ydata(), plain.history["children"].values)
    np.testing.assert_allclose(history.get_xdata(), np.arange(1994, 2026))
    np.testing.assert_allclose(projection.get_ydata(), plain["children"].total())
    np.testing.assert_allclose(projection.get_xdata(), 2025 + np.arange(121) / 12)
    assert projection.get_linestyle() != history.get_linestyle()
    assert drawing.figure.axes[0].get_ylim()[0] == 0


def test_titles_hold_the_numbers(plain, drawn):
    end = words.count(plain["children"].total()[-1])
    assert drawn["plain"]["children"].title == (
        f"Children in care rise from 81,770 in March 2025 to {end} in March 2035, 4.1% more"
    )
    real, cash = (plain.by_year("total_spend", real=of).sum(axis=(-2, -1))[0, 0, -1] for of in (True, False))
    title = drawn["plain"]["spend"].title
    assert f"to {words.money(real)} in 2034-35 in 2024-25 prices" in title
    assert title.endswith(f"; in cash, {words.money(cash)}")
    extra, causes = extra_spend(plain)[0, 0, -1], {name: of[0, 0, -1] for name, of in split_extra(plain).items()}
    price = causes["price_above_inflation"]
    assert drawn["plain"]["extra_spend"].title == (
        f"By 2034-35 spend is {words.money(extra - causes['inflation'])} a year above 2024-25 in 2024-25 prices, "
        f"most of all because prices go beyond inflation ({words.money(price)}); in cash, +{words.money(extra)}"
    )
    unmet = plain["unmet_foster_need"].total()
    assert f"from {words.count(unmet[0])} in" in drawn["plain"]["foster_places"].title
    assert f"to {words.count(unmet[-1])} in March 2035" in drawn["plain"]["foster_places"].title
    home = sum(plain["children"].by_placement()[p] for p in ("childrens_home", "home_waiting"))
    share = 100 * home / plain["children"].total()
    shares = f"children's homes grows from {share[0]:.0f}% to {share[-1]:.0f}%"
    assert shares in drawn["plain"]["placement_mix"].title


def test_titles_follow_the_results():
    entry = {entry.name: entry for entry in charts.entries("scenario")}
    assert "fall from 81,770" in entry["children"].draw(fake_results.fake_results(growth=-0.01)).title
    assert "hardly change" in entry["children"].draw(fake_results.fake_results(growth=0.0001)).title
    plain = fake_results.fake_results()
    none = changed(plain, "unmet_foster_need", 0 * plain["unmet_foster_need"].values)
    assert "Foster places are enough" in entry["foster_places"].draw(none).title
    assert "fewer children start" in entry["starts_and_exits"].draw(fake_results.fake_results(growth=-0.01)).title


def test_a_replication_is_held_against_its_claim_and_what_happened(drawn):
    replication, results = drawn["replication"]["children"], scenario(3)
    reached = words.count(results["children"].total()[-1])
    assert replication.title == (
        f"The replication reaches {reached} children in care in March 2025; "
        "the published projection was 95,000 and the actual figure 81,770"
    )
    (claim,) = lines(replication, "claim")
    assert (claim.get_xdata()[0], claim.get_ydata()[0]) == (2025, 95_000)
    assert CLAIMS[0].label in words_drawn(replication)
    assert CLAIMS[0].label in replication.alt
    (claim,) = lines(drawn["replication"]["spend"], "claim")
    assert (claim.get_xdata()[0], claim.get_ydata()[0]) == (2025, 7.4e9)


def test_starts_and_exits_are_financial_years(plain, drawn):
    drawing = drawn["plain"]["starts_and_exits"]
    for line, name in zip(lines(drawing, "projection"), ("starts", "exits"), strict=True):
        np.testing.assert_allclose(line.get_ydata(), plain.by_year(name).sum(axis=(-2, -1))[0, 0])
        np.testing.assert_allclose(line.get_xdata(), np.arange(2026, 2036))
    for line, name in zip(lines(drawing, "history"), ("starts", "exits"), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), plain.history[name].values)


def test_placement_mix_has_a_panel_for_each_reported_placement_and_adds_up(drawn):
    drawing = drawn["plain"]["placement_mix"]
    shares = [line.get_ydata() for line in lines(drawing, "projection")]
    assert len(drawing.figure.axes) == len(shares) == len(reported())
    np.testing.assert_allclose(np.sum(shares, axis=0), 100)
    seen = words_drawn(drawing)
    assert all(p.label in seen for p in placements() if p.name in reported())
    assert "plan is fostering" not in seen


def test_foster_places_are_the_three_stocks(plain, drawn):
    drawing = drawn["plain"]["foster_places"]
    names = ("foster_need", "foster_places_usable", "unmet_foster_need")
    for line, name in zip(lines(drawing, "projection"), names, strict=True):
        np.testing.assert_allclose(line.get_ydata(), plain[name].total())


def bars(drawing: Chart) -> dict[str, np.ndarray]:
    (axes,) = drawing.figure.axes
    return {c.patches[0].get_gid(): np.array([p.get_height() for p in c.patches]) for c in axes.containers}


def test_spend_by_placement_adds_up_to_total_spend(drawn):
    results = fake_results.fake_results(draws=41, programme=60e6)
    total = results.year_totals("total_spend", real=True).middle()
    parts = bars(drawn["draws"]["spend_by_placement"])
    np.testing.assert_allclose(np.sum(list(parts.values()), axis=0), total)
    np.testing.assert_allclose(
        parts["Programmes"], results.by_year("programme_spend", real=True).sum(axis=(-2, -1))[0, 0]
    )
    colours = [style.PALETTE[colour] for _, colour, _ in spend_parts(results)]
    assert len(set(colours)) == len(colours)
    assert words.money(total[-1]) in words_drawn(drawn["draws"]["spend_by_placement"])


def test_extra_spend_is_split_by_cause(plain, drawn):
    drawing, split = drawn["plain"]["extra_spend"], split_extra(plain)
    parts = bars(drawing)
    assert set(parts) == {"numbers", "mix", "support", "price_above_inflation", "inflation"}, "programmes cost nothing"
    for name, heights in parts.items():
        np.testing.assert_allclose(heights, split[name][0, 0])
    (total,) = lines(drawing, "total")
    np.testing.assert_allclose(total.get_ydata(), extra_spend(plain)[0, 0])
    assert f"Dearer placements: {words.money(split['mix'][0, 0, -1])}" in words_drawn(drawing)


def test_fan_is_drawn_only_with_draws_and_covers_half_and_four_fifths(drawn):
    assert "shaded" not in words_drawn(drawn["plain"]["children"])
    assert not drawn["plain"]["children"].figure.axes[0].collections
    drawing = drawn["draws"]["children"]
    assert "shaded: 50% and 80% of 40 draws" in words_drawn(drawing)
    paths = fake_results.fake_results(draws=41)["children"].values[1:, 0].sum(axis=(-2, -1))
    wide, narrow = drawing.figure.axes[0].collections
    for fan, (low, high) in ((wide, (10, 90)), (narrow, (25, 75))):
        end = fan.get_paths()[0].vertices
        at_end = end[np.isclose(end[:, 0], 2035)][:, 1]
        np.testing.assert_allclose([at_end.min(), at_end.max()], np.percentile(paths[:, -1], [low, high]))


# Comparisons


def test_many_scenarios_get_a_panel_each_with_the_reference(plain, drawn):
    drawing = drawn["many"]["compare_children"]
    assert len(drawing.figure.axes) == len(OTHERS) + 1
    ends = [line.get_ydata()[-1] for line in lines(drawing, "projection")]
    expected = [r["children"].total()[-1] for r in (plain, *(scenario(i) for i in range(len(OTHERS))))]
    np.testing.assert_allclose(ends, expected)
    assert len(lines(drawing, "reference")) == len(OTHERS)
    seen = words_drawn(drawing)
    assert "the vertical axis starts at" in seen
    assert all(title in seen for title, *_ in OTHERS)
    assert all(words.count(end) in seen for end in ends)


def test_title_of_a_comparison_ranges_over_scenarios_that_start_with_the_reference(drawn):
    title = drawn["many"]["compare_children"].title
    together = {t: (g, months / 12, o) for t, g, start, months, o in OTHERS if start == "2025-04"}
    end = min(10.0, *(years for _, years, _ in together.values()))
    at = {t: o * np.exp(g * end) for t, (g, _, o) in together.items()}
    at["Status quo"] = 81_770 * np.exp(0.004 * end)
    low, high = min(at, key=at.get), max(at, key=at.get)
    year = 2025 + int(end)
    assert title.startswith(f"Children in care in March {year} range from {words.count(at[low])} ({low})")
    assert f"{words.count(at[high])} ({high})" in title
    assert not any(t in title for t, _, start, *_ in OTHERS if start != "2025-04")


def test_few_scenarios_share_a_panel(drawn):
    drawing = drawn["few"]["compare_children"]
    assert len(drawing.figure.axes) == 1
    assert len({line.get_color() for line in lines(drawing, "projection")}) == 4


def test_differences_are_of_scenarios_from_the_same_start_and_the_rest_are_named(drawn):
    drawing = drawn["few"]["difference_children"]
    reference = fake_results.fake_results(draws=31)["children"].values[1:, 0].sum(axis=(-2, -1))
    for line, i in zip(lines(drawing, "projection"), (0, 1), strict=True):
        change = scenario(i, draws=31)["children"].values[1:, 0].sum(axis=(-2, -1)) - reference
        np.testing.assert_allclose(line.get_ydata(), np.median(change, axis=0), atol=1e-6)
    assert "Not compared, because they start from another date" in words_drawn(drawing)
    assert "Stable Homes pilots in 12 areas, 2023" in words_drawn(drawing)
    assert "80% of draws" in drawing.alt


def test_differences_run_over_common_months(plain):
    short = scenario(0, months=60)
    drawing = charts.draw_all(plain, short)["difference_children"]
    (line,) = lines(drawing, "projection")
    expected = short["children"].total() - plain["children"].total()[:61]
    np.testing.assert_allclose(line.get_ydata(), expected, atol=1e-6)
    assert "by March 2030" in drawing.title


def test_nothing_comparable_draws_no_difference(plain):
    names = charts.draw_all(plain, scenario(2))
    assert not [name for name in names if name.startswith("difference")]
    assert comparable([plain, scenario(2), scenario(0)]) == ([2], [1])


def test_small_effect_is_called_small(plain):
    drawing = charts.draw_all(plain, scenario(0))["difference_children"]
    change = plain["children"].total()[-1] - scenario(0)["children"].total()[-1]
    assert drawing.title == (
        f"Family help pilots in 12 areas: {words.count(change)} fewer children in care by March 2035, "
        "only 0.2% of the total"
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (-160.2, "A: 160 fewer children by 2030, only 0.2% of the total"),
        (2_000.0, "A: 2,000 more children by 2030, 2.5% of the total"),
        (0.2, "A: no change in children by 2030"),
        (-30.0, "A: 30 fewer children by 2030, less than 0.1% of the total"),
    ],
)
def test_finding(change, text):
    said = finding(
        "A", np.array([change]), 80_000, what="children", more="more", less="fewer", write=words.count, when="2030"
    )
    assert said == text


def test_draws_are_subtracted_one_by_one():
    one, other = fake_results.fake_results(draws=31), scenario(1, draws=31)
    drawing = charts.draw_all(one, other)["difference_children"]
    difference = (other["children"].values - one["children"].values)[1:, 0, -1].sum(axis=(-2, -1))
    low, high = np.percentile(difference, [10, 90])
    assert f"80% of draws: {words.count(low)} to {words.count(high)}" in drawing.alt


def test_table_holds_children_spend_and_extra_spend(plain, drawn):
    seen = words_drawn(drawn["many"]["table"])
    for row in at_years(plain):
        assert words.count(row["children"]) in seen
        assert words.money(row["real_spend_gbp"]) in seen
        assert words.money(row["real_cumulative_extra_gbp"]) in seen
    assert seen.count("–") == 6, "two scenarios end before ten years"


def test_results_without_money_or_fostering_draw_what_they_can(plain):
    bare = replace(plain, measures={"children": plain["children"]}, history={})
    assert set(charts.draw_all(bare)) == {"children", "placement_mix"}
    short = fake_results.fake_results(months=7)
    assert {"children", "placement_mix", "foster_places"} == set(charts.draw_all(short))
    assert set(charts.draw_all(short, short)) == {"compare_children", "difference_children"}


# Labels, words, files


@given(
    st.lists(st.tuples(st.floats(-50, 150), st.floats(1, 12)), max_size=12),
)
def test_spread_labels_never_overlap_and_stay_in_the_column(labels):
    wanted, sizes = [w for w, _ in labels], [s for _, s in labels]
    low, high = 0.0, 100.0
    centres = spread(wanted, sizes, low, high)
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], i))
    squeeze = min(1.0, (high - low) / sum(sizes)) if sizes else 1.0
    for a, b in itertools.pairwise(order):
        assert centres[b] - centres[a] >= squeeze * (sizes[a] + sizes[b]) / 2 - 1e-6
    for centre, size in zip(centres, sizes, strict=True):
        assert low - 1e-6 <= centre - squeeze * size / 2
        assert centre + squeeze * size / 2 <= high + 1e-6


def test_spread_leaves_labels_with_room_alone_and_moves_the_others_least():
    assert spread([10, 50, 90], [10, 10, 10], 0, 100) == [10, 50, 90]
    assert spread([50, 50], [10, 10], 0, 100) == [45, 55]
    assert spread([0, 100], [10, 10], 0, 100) == [5, 95]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.24e9, "£1.2bn"), (45.4e6, "£45m"), (9.96e8, "£996m"), (9.998e8, "£1.0bn"), (-2.1e9, "−£2.1bn"),
     (3.24e6, "£3.2m"), (312_400, "£312,000"), (420, "£420"), (0.2, "£0"), (1.2345e12, "£1,234.5bn")],
)  # fmt: skip
def test_money(value, text):
    assert words.money(value) == text


@pytest.mark.parametrize(("value", "text"), [(81_774, "81,770"), (163, "160"), (99.4, "99"), (-1_234, "−1,230")])
def test_count(value, text):
    assert words.count(value) == text


def test_saved_files_are_the_same_twice_and_carry_their_text(tmp_path, plain):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        drawing = next(e for e in charts.entries("scenario") if e.name == "spend").draw(plain)
        charts.save(drawing, folder, "spend")
    for name in ("spend.svg", "spend.png"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    svg = (first / "spend.svg").read_text(encoding="utf-8")
    assert f"<title>{drawing.title}</title>" in svg
    assert f"<desc>{drawing.alt}</desc>" in svg
    assert ">Published spend</text>" in svg
    assert "<dc:date>" not in svg


def test_importing_charts_does_not_import_matplotlib():
    code = "import simulator.outputs.charts, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_two_charts_cannot_share_a_name():
    charts.entries()
    with pytest.raises(ValueError, match="two charts are called 'children'"):
        chart("children", title="Again")(lambda results: None)
    with pytest.raises(ValueError, match="without a scenario"):
        charts.draw_all()


def test_palette_knows_every_colour_of_the_placements():
    assert {p.colour for p in placements()} <= set(style.PALETTE)
    assert style.contrast("#000000") == pytest.approx(21)
    assert all(style.contrast(style.readable(colour)) >= 4.5 for colour in style.PALETTE.values())


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        (["One.", "Two."], "Source: A. Projection: care-demand.\nOne. Two."),
        (["Word " * 200, "Short."], f"Source: A. Projection: care-demand.\nShort. {layout.MORE}"),
        (["Word " * 200], f"Source: A. Projection: care-demand.\n{layout.MORE}"),
        ([], "Source: A. Projection: care-demand."),
    ],
)
def test_under_a_picture_stand_three_lines_at_most_and_whole_notes(notes: list[str], shown: str) -> None:
    """Whole notes in their order, as many as there is room for; all of them go with the chart."""
    footer = ["Source: A. Projection: care-demand.", *notes]
    with style.context():
        drawn = layout.Sheet("Title", "Subtitle", footer).finish("Alt")
    said = [text.get_text() for text in drawn.figure.texts]
    assert shown in said
    assert all(text.count("\n") < layout.FOOTER_LINES for text in said)
    assert drawn.notes == tuple(footer)


def test_a_source_line_that_is_too_long_leaves_room_for_a_note() -> None:
    with style.context():
        drawn = layout.Sheet("Title", "Subtitle", ["Source: " + "A; " * 400, "Note."]).finish("Alt")
    [under] = [text.get_text() for text in drawn.figure.texts if text.get_text().startswith("Source")]
    last = under.split("\n")[-1]
    assert under.count("\n") < layout.FOOTER_LINES
    assert "…" in under
    assert last == "Note."


def test_notes_are_written_once_under_the_charts_that_they_are_of(tmp_path: Path) -> None:
    with style.context():
        drawn = {
            name: layout.Sheet(name, "Subtitle", ["Source: A.", *notes]).finish("Alt")
            for name, notes in {"one": ["Of two."], "two": ["Of two.", "Of one."], "three": []}.items()
        }
    charts.save_all(drawn, tmp_path / "charts")
    text = (tmp_path / "charts" / "notes.txt").read_text(encoding="utf-8")
    assert text == "All charts\n  Source: A.\n\nAll charts but three\n  Of two.\n\ntwo\n  Of one.\n"
    alt = (tmp_path / "charts" / "alt-text.txt").read_text(encoding="utf-8")
    assert alt == "one: Alt\ntwo: Alt\nthree: Alt\n"
