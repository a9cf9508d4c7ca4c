"""The pages: what each is made of, and the pieces of one that are made anew when something is changed."""

from __future__ import annotations

from calendar import month_name
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.vocabulary import areas
from simulator.web import work
from simulator.web.drafts import yaml_text
from simulator.web.interface import (
    FAULT,
    TOO_MANY,
    WRONG,
    Handler,
    Refused,
    answering,
    area_words,
    body_of,
    pool_of,
    state_of,
)
from simulator.web.ongoing import SEED
from simulator.web.page_state import MOST_SCENARIOS, BadState, PageState
from simulator.web.worker_pool import Busy, Lost

HERE = Path(__file__).parent

PURPOSES = {
    "reference": "To compare with",
    "plan": "Plans",
    "exploration": "What if",
    "replication": "Published projections made again, which is no endorsement",
}
"""Headings of the groups of shipped scenarios."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    environment.filters["grouped"] = _grouped
    environment.filters["means"] = _means
    environment.filters["source"] = _source_link
    environment.globals["months"] = [(f"{number:02d}", month_name[number]) for number in range(1, 13)]
    return environment


def _figure(value: object) -> str:
    """Write a number for a field: with no more digits than it has, and without an exponent."""
    if value is None:
        return ""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.10f}".rstrip("0")
    return str(int(value)) if isinstance(value, (int, float)) else str(value)


def _grouped(value: object) -> str:
    """Write a number for people to read and change: with commas, as the field takes them."""
    text = _figure(value)
    whole, point, part = text.partition(".")
    return f"{int(whole):,}{point}{part}" if len(whole.lstrip("-")) > 4 else text


def _means(ratio: float) -> str:
    """Say a ratio as so much more or less; `panel.js` says it so while a slider moves."""
    percent = float(f"{abs(ratio - 1) * 100:.3g}")  # and then as people read it: never as 1.4e+03
    return "the same" if ratio == 1 else f"{_grouped_short(percent)}% {'more' if ratio > 1 else 'less'}"


def _grouped_short(value: float) -> str:
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def _source_link(url: str) -> str:
    """Return an address that may be linked to; nothing if it is none of the web."""
    return url if url.startswith(("https://", "http://")) else ""


def page(request: Request, name: str, status: int = 200, **more: Any) -> HTMLResponse:
    """Make a page of its template."""
    own = request.app.state.council
    given = {"version": request.app.state.version, "council": own, "purposes": PURPOSES, "problem": "", **more}
    return HTMLResponse(_environment().get_template(f"{name}.html").render(given), status)


def showing(handler: Handler) -> Handler:
    """Turn what goes wrong into a page that says so."""

    async def show(request: Request) -> Response:
        try:
            return await handler(request)
        except BadState as error:
            return page(request, "refused", 400, problem=str(error))
        except Refused as error:
            return page(request, "refused", error.status, problem=error.what)
        except Busy:
            return page(
                request, "refused", TOO_MANY, problem="too many ask at the same time; try again in a few seconds"
            )
        except Lost as error:
            return page(request, "refused", FAULT, problem=str(error))

    return show


def _wrong(request: Request, state: PageState, problems: list[dict[str, Any]]) -> Response:
    """Show what is wrong with a scenario, beside the text of its file."""
    return page(request, "refused", WRONG, problem="", problems=problems, text=yaml_text(state.scenarios[state.at]))


def _state(request: Request) -> PageState:
    """Return the state that an address names: a link, or a shipped scenario and an area.

    Raises
    ------
    BadState
        If it names none.
    """
    query = request.query_params
    if link := query.get("s"):
        return PageState.from_link(link)
    from simulator.scenario import shipped

    name = query.get("scenario", "status-quo")
    if name not in shipped():
        raise BadState("there is no such scenario among those that come with the program")
    if query.get("own") == "yes":
        return PageState.shipped(name, own=True)
    area = query.get("area", "").strip() or areas.ENGLAND
    found = areas.meant(area)
    if not found:
        raise BadState(f"there is no area called {area[:60]!r}; England, regions and authorities are known by name")
    return PageState.shipped(name, () if found == areas.ENGLAND else (found,))


async def choose(request: Request) -> Response:
    """Choose an area and a scenario."""
    from simulator.web.controls import scenario_list

    return page(request, "choose", scenarios=scenario_list(), areas=area_words())


async def explore(request: Request) -> Response:
    """Show a scenario: its assumptions and its results."""
    from simulator.web.controls import kind_list, scenario_list

    state = _state(request)
    query = request.query_params
    differences = query.get("differences") == "yes"
    look = {"tab": query.get("tab", "children"), "width": 760.0, "differences": differences}
    pool = pool_of(request)
    shown = await pool.do(work.begin, state.content(), look, state=state.key)
    held = await pool.do(work.cards_of, state.content(), state=state.key)
    if problems := held.get("problems") or shown.get("problems"):
        return _wrong(request, state, problems)
    return page(
        request, "explore", state=state, link=state.link(), look=look, view=shown["view"], of=shown["of"], held=held,
        seed=SEED, done=shown["done"], kinds=kind_list(), scenarios=scenario_list(), areas=area_words(),
        data={"state": state.content(), "view": shown["view"], "done": shown["done"], "of": shown["of"],
              "most": MOST_SCENARIOS, "differences": differences, "ids": held["ids"], "names": held["names"]},
    )  # fmt: skip


async def panel(request: Request) -> Response:
    """Make the assumptions of the scenario that is shown anew, after a change."""
    state = state_of(await body_of(request))
    held = await pool_of(request).do(work.cards_of, state.content(), state=state.key)
    if "problems" in held:
        raise Refused(422, held["problems"][0]["what"])
    return page(request, "panel", held=held, state=state, areas=area_words())


async def assumptions(request: Request) -> Response:
    """Show every value of a scenario and where it came from."""
    from simulator.data import tables

    state = _state(request)
    checked = await pool_of(request).do(work.check, state.content(), state=state.key)
    if "problems" in checked:
        return _wrong(request, state, checked["problems"])
    return page(
        request, "assumptions", link=state.link(), shown=checked["scenarios"][state.at], sources=tables.sources()
    )


async def method(request: Request) -> Response:
    """Say how it works, and how far to trust it."""
    from simulator.outputs.documents.model_record import limits, verdict

    return page(request, "method", verdict=verdict(), limits=limits())


async def about(request: Request) -> Response:
    """Say what it is, of which version, and how accessible."""
    from simulator.data.model_version import MODEL_VERSION

    return page(request, "about", model=MODEL_VERSION)


async def compare(request: Request) -> Response:
    """Lead to the page where up to four scenarios stand side by side: it is the page of one."""
    return RedirectResponse(f"/explore?{request.url.query}")


ROUTES = [
    Route("/", choose),
    Route("/explore", showing(explore)),
    Route("/explore/panel", answering(panel), methods=["POST"]),
    Route("/compare", compare),
    Route("/assumptions", showing(assumptions)),
    Route("/method", method),
    Route("/about", about),
]
