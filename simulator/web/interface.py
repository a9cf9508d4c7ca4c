"""The JSON interface beneath the page (docs/json-interface.md): its addresses, and what each takes and gives."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.web import work
from simulator.web.ongoing import DRAWS
from simulator.web.page_state import BadState, PageState
from simulator.web.worker_pool import LATER, LATEST, NOW, SOON, Busy, Lost, WorkerPool

WRONG, TOO_MANY, FAULT = 422, 503, 500

MOST_OTHERS = 24
"""States that one is set beside at a time."""

Handler = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """A request that is answered with what is wrong with it."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status, self.what = status, what
        self.response = JSONResponse({"problems": [{"scenario": 0, "path": "", "what": what}]}, status)


def pool_of(request: Request) -> WorkerPool:
    """Return the processes of the server."""
    return cast(WorkerPool, request.app.state.pool)


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request.

    Raises
    ------
    Refused
        If it is none.
    """
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(400, "the request is not JSON") from None
    if not isinstance(content, dict):
        raise Refused(400, "the request is not a JSON object")
    return content


def state_of(content: dict[str, Any]) -> PageState:
    """Return the state in a request.

    Raises
    ------
    Refused
        If it is none.
    """
    try:
        return PageState.of(content.get("state"))
    except BadState as error:
        raise Refused(WRONG, str(error)) from None


def look_of(content: dict[str, Any]) -> dict[str, Any]:
    """Return what of the results is wanted, and how wide.

    Raises
    ------
    Refused
        If a value is of another type.
    """
    tab, width, chart = content.get("tab", "children"), content.get("width", 760), content.get("chart", "")
    if not isinstance(tab, str) or not isinstance(chart, str) or isinstance(width, bool):
        raise Refused(400, "tab and chart are text, and width is a number")
    if not isinstance(width, (int, float)) or not 0 < width < 1e5:
        raise Refused(400, "width is a number of pixels")
    return {"tab": tab, "width": float(width), "chart": chart, "differences": content.get("differences") is True}


def answering(handler: Handler) -> Handler:
    """Turn what goes wrong into an answer that says so."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as error:
            return error.response
        except Busy:
            return Refused(TOO_MANY, "too many ask at the same time; try again in a few seconds").response
        except Lost as error:
            return Refused(FAULT, str(error)).response
        except ClientDisconnect:
            return Response(status_code=499)

    return answer


def told(answer: dict[str, Any]) -> JSONResponse:
    """Return an answer of a worker, with the status that it has."""
    if answer.get("missing"):
        return JSONResponse({"problems": [{"scenario": 0, "path": "", "what": "there is no such thing"}]}, 404)
    return JSONResponse(answer, WRONG if "problems" in answer else 200)


async def check(request: Request) -> Response:
    """Check a state."""
    state = state_of(await body_of(request))
    return told(await pool_of(request).do(work.check, state.content(), state=state.key))


async def run(request: Request) -> Response:
    """Run a state: central lines first, then a fan that grows, as server-sent events."""
    content = await body_of(request)
    state, look = state_of(content), look_of(content)
    pool, given = pool_of(request), state.content()
    first = await pool.do(work.begin, given, look, state=state.key)
    if "problems" in first:
        return told(first)
    wanted = content.get("draws", DRAWS)
    if type(wanted) is not int or not 0 <= wanted <= DRAWS:
        raise Refused(400, f"draws is a whole number up to {DRAWS}")

    async def events() -> AsyncIterator[str]:
        yield _event("central" if not first["done"] else "draws", first | {"link": state.link()})
        done = first["done"]
        while done < wanted:
            try:
                answer = await pool.do(work.grow, given, look, state=state.key, urgency=LATER)
            except (Busy, Lost) as error:
                yield _event("problems", {"problems": [{"scenario": 0, "path": "", "what": str(error) or "busy"}]})
                return
            if "problems" in answer:
                yield _event("problems", answer)
                return
            done = answer["done"]
            yield _event("draws", answer)
        yield _event("end", {"hash": state.key})

    return StreamingResponse(events(), media_type="text/event-stream")


async def against(request: Request) -> Response:
    """Set what is shown beside other states, one after the other, as server-sent events; whoever waits goes before."""
    content = await body_of(request)
    state, others = state_of(content), content.get("others")
    if not isinstance(others, list) or not len(others) <= MOST_OTHERS:
        raise Refused(400, f"others is a list of up to {MOST_OTHERS} states")
    beside = [state_of({"state": one}).content() for one in others]
    pool, given = pool_of(request), state.content()

    async def events() -> AsyncIterator[str]:
        for at, other in enumerate(beside):
            try:
                answer = await pool.do(work.against, given, other, state=state.key, urgency=LATEST)
            except (Busy, Lost):
                return
            yield _event("against", {"hash": state.key, "at": at, **answer})
        yield _event("end", {"hash": state.key})

    return StreamingResponse(events(), media_type="text/event-stream")


def _event(name: str, content: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


async def export(request: Request) -> Response:
    """Give a file: the scenario, a chart in some form, or a table of the run."""
    content = await body_of(request)
    state, look = state_of(content), look_of(content)
    what = content.get("what")
    if what not in ("yaml", "svg", "csv", "xlsx", *work.FILES):
        raise Refused(400, f"what is yaml, svg, csv, xlsx, {', '.join(work.FILES)}")
    pool, given = pool_of(request), state.content()
    if what in work.FILES:
        look = look | {"tab": work.FILES[what] or look["tab"]}
        done = 0
        while done < DRAWS:
            answer = await pool.do(work.grow, given, look, state=state.key, urgency=SOON)
            if "problems" in answer:
                return told(answer)
            done = answer["done"]
    urgency = NOW if what == "yaml" else SOON  # what is made of draws is made where they are
    answer = await pool.do(work.export, given, what, look, state=state.key, urgency=urgency)
    if "body" not in answer:
        return told(answer)
    headers = {"content-disposition": f'attachment; filename="{answer["name"]}"'}
    return Response(answer["body"], media_type=answer["type"], headers=headers)


async def upload(request: Request) -> Response:
    """Read a scenario file that somebody gives."""
    text = (await body_of(request)).get("text")
    if not isinstance(text, str):
        raise Refused(400, "text is the text of a scenario file")
    return told(await pool_of(request).do(work.upload, text))


async def add(request: Request) -> Response:
    """Give an entry of a kind of intervention to begin from."""
    content = await body_of(request)
    state, kind = state_of(content), content.get("kind")
    if not isinstance(kind, str):
        raise Refused(400, "kind is the name of a kind of intervention")
    return told(await pool_of(request).do(work.add, state.content(), kind, state=state.key))


async def kinds(request: Request) -> Response:
    """List kinds of intervention with their fields."""
    from simulator.web.controls import kind_list

    return JSONResponse({"kinds": kind_list()})


async def areas(request: Request) -> Response:
    """List areas by the words that scenarios use."""
    return JSONResponse({"areas": area_words()})


def area_words() -> list[str]:
    """Return England, regions and authorities, as a scenario names them; old names lead to them (`areas.meant`)."""
    from simulator.vocabulary import areas as known

    regions = [key.partition(": ")[2] for key in known.groups() if key.startswith("region: ")]
    return [known.ENGLAND, *regions, *sorted(one.name for one in known.authorities())]


async def scenarios(request: Request) -> Response:
    """List shipped scenarios."""
    from simulator.web.controls import scenario_list

    return JSONResponse({"scenarios": scenario_list()})


async def evidence(request: Request) -> Response:
    """List sources."""
    from dataclasses import asdict

    from simulator.data import tables

    return JSONResponse({"sources": [{"key": key, **asdict(one)} for key, one in tables.sources().items()]})


ROUTES = [
    *(
        Route(f"/api/v1/{one.__name__}", answering(one), methods=["POST"])
        for one in (check, run, against, export, upload, add)
    ),
    *(Route(f"/api/v1/{one.__name__}", answering(one)) for one in (kinds, areas, scenarios, evidence)),
]
