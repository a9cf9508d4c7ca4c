"""The page of decisions and the interface beneath it, over a socket."""

from __future__ import annotations

import json

import pytest
from page_visit import Visit, violations
from test_page_interface import QUICK, ask, state

from simulator.web.page_state import PageState

VIEWS = {
    "pilot": ("areas=20&ratio=0.8&years=4", "Matched difference in differences"),
    "tornado": ("figure=children", "effect risk ratio of family-help"),
    "frontier": ("objective=npv", "Saved less cost"),
    "appraisal": ("", "Who bears it"),
}


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_a_chart_and_its_table(view: str, page_server: tuple[str, int]) -> None:
    asked, said = VIEWS[view]
    link = PageState.of(state(QUICK)).link()
    status, _, body = ask(page_server, f"/decisions?view={view}&{asked}&s={link}")
    text = body.decode()
    assert status == 200, text
    assert said in text
    assert text.count("<svg") == 2, "a wide one, and one for narrow screens"
    assert "central run" in text or view in ("pilot", "appraisal")
    assert text.count("<caption") == text.count("<table") == (3 if view == "appraisal" else 1)
    assert " style=" not in text
    status, _, body = ask(page_server, f"/api/v1/{view}", {"state": state(QUICK), "width": 600})
    assert (status, json.loads(body)["svg"][:4]) == (200, "<svg")


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_can_be_used_by_everybody_at_every_width(view: str, visit: Visit) -> None:
    link = PageState.of(state(QUICK)).link()
    for width in (1440, 360):
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.page.goto(f"{visit.address}/decisions?view={view}&{VIEWS[view][0]}&s={link}")
        assert visit.page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert violations(visit) == []


def test_another_scenario_is_appraised_by_the_keyboard(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/decisions?view=appraisal&scenario=edge-of-care")
    first = visit.page.get_by_role("img").get_attribute("aria-label")
    chosen = visit.page.get_by_label("Scenario", exact=True)
    chosen.focus()
    visit.page.keyboard.type("10,000 more")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/decisions?view=appraisal&scenario=*")
    heading = visit.page.get_by_role("region", name="Result").get_by_role("heading")
    assert heading.inner_text() == "10,000 more foster places by March 2029"
    said = visit.page.get_by_role("img").get_attribute("aria-label")
    assert said != first
    assert said is not None
    assert said in visit.text("main")
    assert visit.page.get_by_role("table").count() == 3


def test_what_cannot_be_asked_is_told(page_server: tuple[str, int]) -> None:
    for asked, said in (
        ("view=pilot&areas=500", "for the design"),
        ("view=pilot&ratio=x", "ratio is a number"),
        ("view=pilot&years=99", "allowed: 2 to 10"),
        ("view=frontier&scenario=status-quo", "nobody does anything in it"),
        ("view=appraisal&scenario=status-quo", "nobody does anything in status-quo"),
        ("view=tornado&scenario=%3Cscript%3E", "there is no such scenario"),
    ):
        status, _, body = ask(page_server, f"/decisions?{asked}")
        assert (status, said.lower() in body.decode().lower()) == (422, True), asked
        assert b"<script" not in body
    body = ask(page_server, "/decisions?view=pilot&areas=500&ratio=x")[2].decode()
    assert '<a href="#ratio">Ratio is a number</a>' in body
    body = ask(page_server, "/decisions?view=pilot&areas=500&ratio=0.9")[2].decode()
    assert body.count('id="areas-error"') == 1
    assert 'aria-describedby=" areas-error" aria-invalid="true"' in body
    status, _, body = ask(page_server, "/api/v1/pilot", {"areas": "12", "ratio": 0.9, "years": 5})
    assert (status, "whole numbers" in body.decode()) == (400, True)
