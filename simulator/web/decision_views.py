"""The page of decisions, and the JSON interface beneath it: what answers hang on, budgets, pilots, appraisals."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.web import deciding
from simulator.web.interface import (
    WRONG,
    Refused,
    answering,
    body_of,
    look_of,
    pool_of,
    state_of,
    told,
)
from simulator.web.page_state import BadState, PageState
from simulator.web.page_views import page, showing
from simulator.web.views import NARROWEST, WIDEST
from simulator.web.worker_pool import SOON

WIDTH = 700.0
SCENARIO = "family-help-national"
"""Shown where an address names none."""

AREAS, RATIO, YEARS = 12, 0.9, 5
"""Of the pilot that is shown at first: the strategy's."""

VIEWS = {
    "pilot": "Could a pilot show it?",
    "frontier": "What does a budget buy?",
    "appraisal": "What does it cost, and who bears it?",
    "tornado": "What do answers hang on?",
}


async def tornado(request: Request) -> Response:
    """Tell how far each input alone moves a figure."""
    content = await body_of(request)
    state, look = state_of(content), look_of(content)
    return told(await _tornado(request, state, str(content.get("figure", "npv")), _wide(look)))


async def frontier(request: Request) -> Response:
    """Tell what the best plans for some budgets come to."""
    content = await body_of(request)
    state, look = state_of(content), look_of(content)
    return told(await _frontier(request, state, str(content.get("objective", "care_years")), _wide(look)))


async def appraisal(request: Request) -> Response:
    """Tell what programmes cost and save, before and after uplifts for optimism, and who bears it."""
    content = await body_of(request)
    state, look = state_of(content), look_of(content)
    return told(await _appraisal(request, state, _wide(look)))


async def pilot(request: Request) -> Response:
    """Tell how likely a pilot is to show an effect."""
    content = await body_of(request)
    look = look_of(content)
    areas, ratio, years = (content.get(name, usual) for name, usual in _PILOT.items())
    return told(await _pilot(request, areas, ratio, years, _wide(look)))


_PILOT = {"areas": AREAS, "ratio": RATIO, "years": YEARS}


async def _tornado(request: Request, state: PageState, figure: str, width: float) -> dict[str, Any]:
    asked = deciding.tornado, state.content(), figure, width
    found: dict[str, Any] = await pool_of(request).do(*asked, state=state.key, urgency=SOON)
    return found


async def _frontier(request: Request, state: PageState, objective: str, width: float) -> dict[str, Any]:
    asked = deciding.frontier, state.content(), objective, width
    found: dict[str, Any] = await pool_of(request).do(*asked, state=state.key, urgency=SOON)
    return found


async def _appraisal(request: Request, state: PageState, width: float) -> dict[str, Any]:
    asked = deciding.appraisal, state.content(), width
    found: dict[str, Any] = await pool_of(request).do(*asked, state=state.key, urgency=SOON)
    return found


async def _pilot(request: Request, areas: Any, ratio: Any, years: Any, width: float) -> dict[str, Any]:
    if type(areas) is not int or type(years) is not int or type(ratio) not in (int, float):
        raise Refused(400, "areas and years are whole numbers, and ratio is a number")
    if not 2 <= years <= 10:
        what = f"{years} years are counted after the start of help"
        return {"problems": [{"scenario": 0, "path": "years", "what": what, "allowed": "2 to 10"}]}
    found: dict[str, Any] = await pool_of(request).do(deciding.pilot, areas, float(ratio), years, width, urgency=SOON)
    return found


async def decisions(request: Request) -> Response:
    """Show one of the views, with a form to ask it of something else."""
    from simulator.web.controls import scenario_list

    query = request.query_params
    view = query.get("view", "pilot")
    view = view if view in VIEWS else "pilot"
    try:
        asked = {name: query.get(name, str(usual)) for name, usual in _PILOT.items()}
        link = query.get("s", "")
        state = PageState.from_link(link) if link else _shipped(query.get("scenario", SCENARIO))
        if view == "tornado":
            found = await _tornado(request, state, query.get("figure", "npv"), WIDTH)
        elif view == "frontier":
            found = await _frontier(request, state, query.get("objective", "care_years"), WIDTH)
        elif view == "appraisal":
            found = await _appraisal(request, state, WIDTH)
        else:
            areas, ratio, years = _whole(asked["areas"]), _number(asked["ratio"]), _whole(asked["years"])
            wrong = _no_numbers({"areas": areas, "ratio": ratio, "years": years})
            found = {"problems": wrong} if wrong else await _pilot(request, areas, ratio, years, WIDTH)
    except (BadState, Refused) as error:
        found = {"problems": [{"path": "", "what": str(error), "allowed": ""}]}
    status = WRONG if "problems" in found else 200
    return page(
        request, "decisions", status, views=VIEWS, view=view, found=found, asked=asked, link=link,
        scenario=query.get("scenario", SCENARIO), scenarios=scenario_list(),
    )  # fmt: skip


def _wide(look: dict[str, Any]) -> float:
    return float(max(NARROWEST, min(look["width"], WIDEST)))


def _shipped(name: str) -> PageState:
    from simulator.scenario import shipped

    if name not in shipped():
        raise BadState("there is no such scenario among those that come with the program")
    return PageState.shipped(name)


def _no_numbers(given: dict[str, float | None]) -> list[dict[str, str]]:
    """Say of each field that holds no number what it should hold."""
    kinds = {"areas": "a whole number", "ratio": "a number", "years": "a whole number"}
    return [
        {"path": name, "what": f"{name} is {kinds[name]}", "allowed": ""}
        for name, value in given.items()
        if value is None
    ]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


ROUTES = [
    Route("/decisions", showing(decisions)),
    *(
        Route(f"/api/v1/{one.__name__}", answering(one), methods=["POST"])
        for one in (tornado, frontier, appraisal, pilot)
    ),
]
