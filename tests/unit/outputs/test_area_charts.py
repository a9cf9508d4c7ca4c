"""Charts of areas: every area that is run can be found, intervals are those of the draws, and nothing overlaps."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields

import numpy as np
import pytest
from fake_results import fake_areas
from matplotlib.colors import to_hex
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from simulator.disclosure.published import PublishedResults, Shown
from simulator.outputs import charts
from simulator.outputs.charts import Chart, style, words
from simulator.outputs.charts.area_panels import TINY
from simulator.outputs.summary import _ranked
from simulator.results.analysis import growth_by_area
from simulator.results.labelled import RunResults
from simulator.results.results_protocol import Results
from simulator.vocabulary.areas import authorities

THREE = {"Kent": (1_900.0, 3.3), "South East": (11_050.0, -2.4), "England": (81_770.0, -0.6)}
FEW = {"Camden": (200.0, 12.0), "Greenwich": (400.0, -8.0), "Hackney": (350.0, 0.0)}
EVERY = {
    one.name: (max(one.children, 6.0), -30.0 + 60.0 * i / len(authorities())) for i, one in enumerate(authorities())
}


def drawn(areas: dict[str, tuple[float, float]], draws: int = 1) -> dict[str, Chart]:
    results = fake_areas(areas, draws=draws)
    found = {e.name: e.draw(results) for e in charts.entries("scenario") if e.name.startswith("areas_")}
    return {name: drawing for name, drawing in found.items() if drawing is not None}


@pytest.fixture(scope="module")
def cases() -> dict[str, dict[str, Chart]]:
    return {
        "three": drawn(THREE), "three with draws": drawn(THREE, 41), "few": drawn(FEW),
        "few with draws": drawn(FEW, 41),
        "every": drawn(EVERY), "every with draws": drawn(EVERY, 6),
    }  # fmt: skip


def texts(drawing: Chart) -> list[Text]:
    """Texts that a reader sees, but for those of axes that are off or beyond their limits."""
    drawing.figure.draw_without_rendering()
    ticks = set()
    for axes in drawing.figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            outside = [t for t in axis.get_major_ticks() if not axes.axison or not low <= t.get_loc() <= high]
            ticks |= {id(label) for tick in outside for label in (tick.label1, tick.label2)}
    found = [t for t in drawing.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    return [t for t in found if id(t) not in ticks]


def words_of(drawing: Chart) -> str:
    return " ".join(t.get_text().replace("\n", " ") for t in texts(drawing))


def marks(drawing: Chart, gid: str) -> list:
    return [line for axes in drawing.figure.axes for line in axes.lines if line.get_gid() == gid]


def interval(results: RunResults, area: int) -> np.ndarray:
    """Change between the start and the end, per cent, of the draws' 10th and 90th percentiles."""
    values = results.stock_totals("children").area(area)
    return 100 * (np.percentile(values[1:, -1], [10, 90]) / values[0, 0] - 1)


def test_no_text_of_areas_overlaps_or_is_small_or_cut_off(cases):
    for case, drawing in ((c, d) for c, group in cases.items() for d in group.values()):
        found = texts(drawing)
        boxes = [(t.get_text(), t.get_window_extent()) for t in found]
        edge = drawing.figure.bbox.padded(1)
        assert all(t.get_fontsize() >= 10 and style.contrast(to_hex(t.get_color())) >= 4.5 for t in found)
        for text, box in boxes:
            assert edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1, (case, text)  # noqa: PT018
        for (text, box), (other, other_box) in itertools.combinations(boxes, 2):
            overlap = Bbox.intersection(box, other_box)
            meet = overlap is not None and overlap.width > 1 and overlap.height > 1.5
            assert not meet, f"{case}: {text!r} overlaps {other!r}"


def test_which_charts_there_are(cases):
    assert set(cases["three"]) == {"areas_beside", "areas_ranked", "areas_small_multiples"}
    regions = {f"areas_{one.region.lower().replace(' ', '_')}" for one in authorities()}
    assert len(regions) == 9
    assert set(cases["every"]) == regions | {"areas_by_region", "areas_ranked"}


def test_beside_shows_the_first_areas_fan_and_the_interval_of_each(cases):
    assert not marks(cases["three"]["areas_beside"], "interval")
    assert not cases["three"]["areas_beside"].figure.axes[0].collections
    drawing, results = cases["three with draws"]["areas_beside"], fake_areas(THREE, draws=41)
    (fan,) = drawing.figure.axes[0].collections
    points = fan.get_paths()[0].vertices
    at_end = points[np.isclose(points[:, 0], 2035)][:, 1]
    np.testing.assert_allclose([at_end.min() - 100, at_end.max() - 100], interval(results, 0))
    bars = [line.get_ydata() for line in marks(drawing, "interval")]
    np.testing.assert_allclose(bars, [100 + interval(results, i) for i in range(3)])
    seen = words_of(drawing)
    assert "shaded (Kent) and upright lines at the end: 80% of 40 draws" in seen
    assert "80%: 76,630 to 85,240" in seen
    england = words.count(np.median(results.stock_totals("children").area(2)[1:, -1]))
    assert f"England 81,770 to {england}, 80%: −6% to +4%" in drawing.alt


def test_ranking_shows_intervals_where_there_are_draws(cases):
    plain, drawing = cases["three"]["areas_ranked"], cases["three with draws"]["areas_ranked"]
    assert len(plain.figure.axes[0].patches) == 3
    assert not marks(plain, "interval")
    assert not drawing.figure.axes[0].patches
    ranked = ("Kent", "England", "South East")
    found = np.array([line.get_xdata() for line in marks(drawing, "interval")])
    expected = np.array([interval(fake_areas(THREE, draws=41), list(THREE).index(area)) for area in ranked])
    paths = [fake_areas(THREE, draws=41).stock_totals("children").area(list(THREE).index(area)) for area in ranked]
    # Places across are inches: a straight line of the percentages.
    slope, start = np.polyfit(expected.ravel(), found.ravel(), 1)
    np.testing.assert_allclose(found, start + slope * expected, atol=1e-6)
    dots = [line.get_xdata()[0] for line in marks(drawing, "central")]
    middle = [100 * (np.median(path[1:, -1]) / path[0, 0] - 1) for path in paths]
    np.testing.assert_allclose(dots, start + slope * np.array(middle), atol=1e-6)
    assert "line: 80% of 40 draws" in words_of(drawing)


def test_size_of_the_ranking_follows_the_number_of_areas(cases):
    few, many = (cases[case]["areas_ranked"].figure.get_size_inches()[1] for case in ("three", "every"))
    assert few < 3.2
    assert many - few == pytest.approx(0.26 * (21 - 3), abs=0.3)


def test_every_authority_can_be_found_by_region(cases):
    drawing = cases["every"]["areas_by_region"]
    seen = [t.get_text() for t in texts(drawing)]
    squares = {c.get_gid(): to_hex(c.get_facecolor()[0]) for c in drawing.figure.axes[0].collections}
    assert {"Camden", "Bristol", "Cheshire West & Chester", "+1%", "West Midlands"} <= set(seen)
    assert set(squares) - {"key"} == set(EVERY)
    for area, (_, percent) in EVERY.items():
        steps = {-15: "dark_blue", -5: "mid_blue", 5: "mid_grey", 15: "orange", 100: "dark_pink"}
        colour = next(name for bound, name in steps.items() if percent <= bound)
        assert squares[area].upper() == style.PALETTE[colour].upper(), area
    assert {"Bath & North East", "Somerset", "Bournemouth,", "Christchurch & Poole"} <= set(seen)
    assert not any("…" in text for text in seen)
    assert all(text in seen for text in ("falls over 15%", "within 5%", "grows 5% to 15%"))


def test_a_region_has_a_page_of_its_authorities_with_bands(cases):
    pages = {name: d for name, d in cases["every with draws"].items() if len(d.figure.axes) > 1}
    assert sum(len(page.figure.axes) for page in pages.values()) == len(EVERY)
    page = pages["areas_london"]
    assert max(d.figure.get_size_inches()[1] for d in pages.values()) < 17
    assert len([c for axes in page.figure.axes for c in axes.collections]) == len(page.figure.axes) == 33
    assert "areas of London" in page.title


def test_one_region_is_set_against_no_other(cases):
    london = {one.name: EVERY[one.name] for one in authorities() if one.region == "London"}
    middle = np.median([percent for _, percent in london.values()])
    title = drawn(london)["areas_by_region"].title
    assert title == f"Half the authorities in London change by {middle:+.0f}% or more".replace("-", "−")
    assert "; in " in cases["every"]["areas_by_region"].title


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ((3.0, 2.0, 1.0), "grow in all 3 areas, most in Camden (+3%) and least in Hackney (+1%)"),
        ((3.0, -2.0, -1.0), "grow in 1 of 3 areas, most in Camden (+3%) and least in Greenwich (−2%)"),
        ((-3.0, -2.0, -1.0), "fall in all 3 areas, least in Hackney (−1%) and most in Camden (−3%)"),
        ((0.0, -2.0, -1.0), "fall in 2 of 3 areas, most in Greenwich (−2%), and grow in none"),
        ((0.0, 0.1, -0.1), "stay level in all 3 areas"),
    ],
)
def test_title_says_who_grows_and_who_falls(changes, title):
    areas = {area: (400.0, change) for area, change in zip(FEW, changes, strict=True)}
    assert drawn(areas)["areas_ranked"].title == f"Children looked after {title}"


def test_areas_without_children_are_said_to_be_left_out(cases):
    charts_of_all = drawn(EVERY | {"Isles of Scilly": (0.01, 0.0)})
    said = {name for name, d in charts_of_all.items() if "begin with no child: Isles of Scilly" in words_of(d)}
    assert said == {"areas_by_region", "areas_ranked", "areas_south_west"}
    assert not any("left out" in words_of(drawing) for group in cases.values() for drawing in group.values())
    beside = drawn(THREE | {"Isles of Scilly": (0.01, 0.0)})
    assert all("begin with no child: Isles of Scilly" in words_of(drawing) for drawing in beside.values())


def published(areas: dict[str, tuple[float, float]], draws: int) -> PublishedResults:
    """Results of areas rounded to the nearest 5, as they are published."""
    results = fake_areas(areas, draws=draws)
    at = [i for i, day in enumerate(results.dates("stock")) if day.endswith("-03-31")]
    rounded = 5 * np.round(results.stock_totals("children").statistics()[..., at] / 5)
    whole = {one.name: getattr(results, one.name) for one in fields(Results)}
    none = np.zeros((1, 0, 0))
    nothing = {"years": {}, "real_years": {}, "extra": none, "real_extra": none, "extra_causes": {}}
    return PublishedResults(**whole, **nothing, stocks={"children": Shown(rounded)}, number_of_draws=draws)


@pytest.mark.parametrize("draws", [1, 41])
def test_published_changes_of_few_children_are_in_numbers(draws):
    """Rutland grows by 18%; from 30 to 40, as rounded, it would be 33%."""
    results = published({"Rutland": (32.0, 18.0), **FEW}, draws)
    found = {e.name: e.draw(results) for e in charts.entries("scenario") if e.name.startswith("areas_")}
    ranked = found["areas_ranked"]
    for drawing in filter(None, found.values()):
        seen = words_of(drawing)
        assert "30 to 40" in seen
        assert not re.search(r"\+(2\d|33)%", seen + drawing.alt + drawing.title)
    # Camden grows by 12% in the central run and by 18% in the middle draw; the interval of each area holds no change.
    assert ("most in Camden (+12%)" if draws == 1 else "to Camden +18%); in 4, 80% of draws hold no") in ranked.title
    assert "fewer than 100 children in numbers only" in words_of(ranked)
    assert len(marks(ranked, "central")) == (3 if draws > 1 else 0)
    assert len(ranked.figure.axes[0].patches) == (0 if draws > 1 else 3)
    beside = (
        "from 30 to 40 in Rutland, against +12%"
        if draws == 1
        else "from 30 to between 10 and 115 in Rutland, against +18%"
    )
    assert f"change {beside} in Camden" in found["areas_beside"].title
    summary = next(line for line in _ranked(results) if line.startswith("Rutland"))
    assert "%" not in summary


def test_published_squares_of_few_children_have_no_colour():
    results = published({name: (max(start, 30.0), percent) for name, (start, percent) in EVERY.items()}, 1)
    drawing = next(e for e in charts.entries("scenario") if e.name == "areas_by_region").draw(results)
    squares = {c.get_gid(): to_hex(c.get_facecolor()[0]) for c in drawing.figure.axes[0].collections}
    white = {area for area, colour in squares.items() if colour == "#ffffff"}
    assert white == {row.area for row in growth_by_area(results) if row.first < 100} >= {"Rutland", "City of London"}


def test_a_tiny_area_does_not_set_the_scale(cases):
    assert EVERY["City of London"][0] < TINY
    london, west = (cases["every with draws"][name] for name in ("areas_london", "areas_north_west"))
    assert "cut off for areas of fewer than 20 children" in words_of(london)
    assert "cut off" not in words_of(west)
    (tallest,) = {axes.get_ylim()[1] for axes in london.figure.axes}
    ends = [c.get_paths()[0].vertices[:, 1].max() for axes in london.figure.axes for c in axes.collections]
    assert max(ends) > tallest > sorted(ends)[-2]
