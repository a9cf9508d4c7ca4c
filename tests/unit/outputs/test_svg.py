"""Charts as SVG: what is in them, where it stands, and that nothing in them can act."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from fake_results import fake_results
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.outputs.charts import style
from simulator.outputs.charts.series import Course
from simulator.outputs.svg import Plot, PlotPanel, Trace, compared_plots, cursor, draw, plots, table
from simulator.outputs.svg.axis_ticks import tick_texts, value_ticks, year_ticks
from simulator.outputs.svg.plot_layout import laid_out
from simulator.outputs.svg.text_width import text_width, wrapped

NS = "{http://www.w3.org/2000/svg}"
DRAWN = fake_results(draws=40, programme=2e8)
CENTRAL = fake_results(name="other", title="Another scenario", growth=0.02)


def course(*values: float, start: int = 2025) -> Course:
    at = np.arange(start, start + len(values), dtype=float)
    return Course(at, tuple(f"{year:.0f}-03-31" for year in at), np.array([values], dtype=float))


def plot(*traces: Trace, **more: object) -> Plot:
    return Plot("key", "Finding", "Subtitle", "Sentence.", (PlotPanel(traces),), **more)  # type: ignore[arg-type]


def points(path: str) -> list[tuple[float, float]]:
    return [tuple(map(float, part.split())) for part in path.lstrip("M").rstrip("Z").split("L")]  # type: ignore[misc]


def test_a_line_goes_where_its_values_are() -> None:
    shown = plot(Trace("Line", course(0, 50, 100), "#12436D"))
    place = laid_out(shown, 760, titled=False).places[0]
    svg = ET.fromstring(draw(shown))
    [line] = [one for one in svg.iter(f"{NS}path") if one.get("class") == "line"]
    xs, ys = zip(*points(line.get("d", "")), strict=True)
    assert xs == pytest.approx([place.across.at(year) for year in (2025, 2026, 2027)], abs=0.06)
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2], abs=0.11)
    assert ys[0] == pytest.approx(place.up.first, abs=0.06), "nought is on the axis"


def test_bands_hold_the_middle_of_draws() -> None:
    draws = np.array([[10.0, 50.0], *([10.0, value] for value in range(101))])
    fan = Course(np.array([2025.0, 2026.0]), ("2025-03-31", "2026-03-31"), draws)
    shown = plot(Trace("Fan", fan, "#12436D", banded=True))
    place = laid_out(shown, 760, titled=False).places[0]
    bands = [b for b in ET.fromstring(draw(shown)).iter(f"{NS}path") if b.get("class") == "band"]
    for band, (low, high) in zip(bands, ((10, 90), (25, 75)), strict=True):
        corners = points(band.get("d", ""))
        assert corners[1][1] == pytest.approx(place.up.at(high), abs=0.06)
        assert corners[2][1] == pytest.approx(place.up.at(low), abs=0.06)


@pytest.mark.parametrize("width", [320, 360, 760, 1000])
@pytest.mark.parametrize("titled", [True, False])
def test_nothing_stands_outside_and_labels_keep_apart(width: int, titled: bool) -> None:
    for shown in (
        *plots(DRAWN),
        *compared_plots([DRAWN, CENTRAL]),
        *compared_plots([DRAWN, CENTRAL], differences=True),
    ):
        layout = laid_out(shown, width, titled=titled)
        svg = ET.fromstring(draw(shown, width=width, titled=titled))
        for text in svg.iter(f"{NS}text"):
            size, x, y = (float(text.get(name, "0")) for name in ("font-size", "x", "y"))
            wide = text_width(text.text or "", size) * 0.95
            left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "start")]
            assert left > -2, (shown.key, text.text)
            assert left + wide < width + 4, (shown.key, text.text)
            assert 0 < y < layout.height, (shown.key, text.text)
        for place in layout.places:
            ordered = sorted(place.labels, key=lambda one: one.middle)
            for one, other in pairwise(ordered):
                assert other.middle - one.middle >= (one.height + other.height) / 2 - 0.01


def test_it_has_a_role_and_a_sentence_and_nothing_that_acts() -> None:
    for shown in plots(DRAWN):
        text = draw(shown)
        svg = ET.fromstring(text)
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == shown.sentence
        assert shown.sentence[-1] == "."
        assert not any(word in text for word in ("<script", "<style", " style=", "href", "<image", " on"))


NAMES = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=30)
@given(NAMES)
def test_any_name_is_text(name: str) -> None:
    shown = plot(Trace(name, course(1, 2), "#12436D"))
    svg = ET.fromstring(draw(Plot("key", name, name, name, shown.panels, notes=(name,)), titled=True))
    assert {one.tag.removeprefix(NS) for one in svg.iter()} <= {"svg", "rect", "path", "line", "circle", "text"}


def test_lines_differ_in_black_and_white() -> None:
    shown = next(one for one in compared_plots([DRAWN, CENTRAL]) if one.key == "children")
    dashes = [trace.dash for _, trace in shown.traces if not trace.published]
    assert len(set(dashes)) == len(dashes) == 2
    texts = list(ET.fromstring(draw(shown)).iter(f"{NS}text"))
    assert min(style.contrast(one.get("fill", "")) for one in texts if one.get("class") == "text") >= 4.5


def test_letters_stand_on_their_halo_and_have_no_stroke_of_their_own() -> None:
    [shown] = [one for one in plots(DRAWN) if one.key == "children"]
    texts = list(ET.fromstring(draw(shown)).iter(f"{NS}text"))
    halos = [i for i, one in enumerate(texts) if one.get("class") == "halo"]
    assert [texts[i].text for i in halos] == [texts[i + 1].text for i in halos]
    assert "Published figures" in [texts[i].text for i in halos]
    assert not [one for one in texts if one.get("class") == "text" and one.get("stroke")]


def test_the_table_the_cursor_and_the_chart_tell_the_same() -> None:
    for shown in plots(DRAWN):
        behind, stops = table(shown), cursor(shown)
        assert len(behind.rows) == len(behind.numbers) == len(stops)
        assert [row[0] for row in behind.rows] == [stop["when"] for stop in stops]
        last = shown.traces[-1][1]
        said = shown.write(float(last.course.middle[-1]))
        assert said in behind.rows[-1]
        assert any(value["text"].startswith(said) for value in stops[-1]["values"])
        assert all(0 <= value["x"] <= 760 for stop in stops for value in stop["values"])


def test_a_difference_that_draws_do_not_tell_is_no_finding() -> None:
    wide = fake_results(name="wide", title="Wide", draws=40, seed=2)
    [shown] = compared_plots([DRAWN, wide], {"children"}, differences=True)
    assert "which holds no change" in shown.finding


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 100_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000]), (-3, 7, [-4, -2, 0, 2, 4, 6, 8]), (0, 0, [0, 0.2])],
)
def test_ticks_are_round_and_cover_the_range(low: float, high: float, expected: list[float]) -> None:
    found = value_ticks(low, high, 6)
    assert found[: len(expected)] == pytest.approx(expected)
    assert found[0] <= low
    assert found[-1] >= high


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e12))
def test_ticks_cover_any_range(low: float, span: float) -> None:
    found = value_ticks(low, low + span, 6)
    assert found[0] <= low + 1e-6 * span + 1e-9 * abs(low)
    assert found[-1] >= low + span - 1e-6 * (span + abs(low))
    assert 2 <= len(found) <= 9


def test_ticks_are_written_in_one_unit() -> None:
    shown = plot(Trace("x", course(1, 2), "#12436D"), unit="pounds", changes=True)
    assert tick_texts([-2.5e9, 0.0, 2.5e9, 5e9], shown) == ["−£2.5bn", "£0", "+£2.5bn", "+£5.0bn"]
    assert year_ticks(2024.7, 2035.0, 6) == [2026, 2028, 2030, 2032, 2034]


def test_text_is_wrapped_and_never_lost() -> None:
    text = "Children whose original plan was fostering " + "x" * 200
    lines = wrapped(text, 12, 100)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 12) <= 100 for line in lines)


def test_ticks_of_thousands_have_no_digits_behind_the_point() -> None:
    shown = plot(Trace("Line", course(0, 1), "#12436D"))
    assert tick_texts([0.0, 2_500.0, 5_000.0], shown) == ["0", "2,500", "5,000"]
    assert tick_texts([0.0, 2.5, 5.0], shown) == ["0.0", "2.5", "5.0"]
    assert tick_texts([0.0, 0.25, 0.5], shown) == ["0.00", "0.25", "0.50"]
