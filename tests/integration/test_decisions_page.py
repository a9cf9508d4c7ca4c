"""The page of decisions and the interface beneath it, over a socket."""

from __future__ import annotations

import json

import pytest
from test_page_interface import QUICK, ask, state

from simulator.web.page_state import PageState

VIEWS = {
    "pilot": ("areas=20&ratio=0.8&years=4", "Matched difference in differences"),
    "tornado": ("figure=children", "effect risk ratio of family-help"),
    "frontier": ("objective=npv", "Saved less cost"),
}


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_a_chart_and_its_table(view: str, page_server: tuple[str, int]) -> None:
    asked, said = VIEWS[view]
    link = PageState.of(state(QUICK)).link()
    status, _, body = ask(page_server, f"/decisions?view={view}&{asked}&s={link}")
    text = body.decode()
    assert status == 200, text
    assert said in text
    assert text.count("<svg") == 1
    assert "<table" in text
    assert " style=" not in text
    status, _, body = ask(page_server, f"/api/v1/{view}", {"state": state(QUICK), "width": 600})
    assert (status, json.loads(body)["svg"][:4]) == (200, "<svg")


def test_what_cannot_be_asked_is_told(page_server: tuple[str, int]) -> None:
    for asked, said in (
        ("view=pilot&areas=500", "for the design"),
        ("view=pilot&ratio=x", "ratio is a number"),
        ("view=pilot&years=99", "allowed: 2 to 10"),
        ("view=frontier&scenario=status-quo", "nobody does anything in it"),
        ("view=tornado&scenario=%3Cscript%3E", "there is no such scenario"),
    ):
        status, _, body = ask(page_server, f"/decisions?{asked}")
        assert (status, said in body.decode()) == (422, True), asked
        assert b"<script" not in body
    status, _, body = ask(page_server, "/api/v1/pilot", {"areas": "12", "ratio": 0.9, "years": 5})
    assert (status, "whole numbers" in body.decode()) == (400, True)
