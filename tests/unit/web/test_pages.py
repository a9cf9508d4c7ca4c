"""Pages as a server answers with them: a refusal is one too."""

from __future__ import annotations

import html
from typing import Any

import pytest
from asgi import Answered, request
from starlette.applications import Starlette

from simulator.outputs.documents.model_record import limits, verdict
from simulator.scenario import shipped
from simulator.web import decision_views, page_views
from simulator.web.interface import Refused
from simulator.web.ongoing import DRAWS, SEED, Kept
from simulator.web.page_state import PageState
from simulator.web.worker_pool import Busy, Lost


class AtOnce:
    """Does in this process, at once, what workers would be asked for, or goes wrong."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.kept = fault, Kept()

    async def do(self, work: Any, *given: Any, **_: Any) -> Any:
        if self.fault is not None:
            raise self.fault
        return work(self.kept, *given)


def get(path: str, query: str = "", fault: Exception | None = None) -> Answered:
    app = Starlette(routes=[*page_views.ROUTES, *decision_views.ROUTES])
    app.state.pool, app.state.council, app.state.version = AtOnce(fault), None, "0"
    return request(app, path, query=query)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_assumption_of_every_shipped_scenario_is_shown(name: str) -> None:
    found = get("/assumptions", f"scenario={name}")
    assert found.status == 200, found.body[-400:]
    assert b"Every assumption of" in found.body


def test_the_page_of_the_method_has_the_verdict_and_the_limits_of_the_record() -> None:
    text = html.unescape(get("/method").body.decode())
    assert verdict() in text
    assert "the damped trend did better there" in text
    assert all(f"<strong>{head}</strong>: {rest}" in text for head, rest in limits())
    for word in ("20 miles", "social workers", "child poverty"):
        assert word in text


def test_a_scenario_goes_with_the_link_to_decisions_and_its_command_is_told() -> None:
    state = PageState.shipped("status-quo")
    text = get("/explore", f"s={state.link()}").body.decode()
    assert f'href="/decisions?s={state.link()}"' in text
    assert f"care-demand run plan.yaml --draws {DRAWS} --seed {SEED}<" in text
    asked = f"view=pilot&s={state.link()}"
    text = get("/decisions", asked).body.decode()
    assert text.count(f"s={state.link()}") >= 4, "every view has it, and the page's own link"
    assert f'name="s" value="{state.link()}"' in text


@pytest.mark.parametrize("path", ["/explore", "/assumptions", "/decisions"])
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Busy(), b"Too many ask at the same time"),
        (Lost("it took too long"), b"It took too long"),
        (Refused(422, "this is not allowed"), b"his is not allowed"),
    ],
)
def test_what_goes_wrong_is_told_as_a_page(path: str, fault: Exception, words: bytes) -> None:
    found = get(path, fault=fault)
    assert found.status >= 400
    assert found.headers["content-type"].startswith("text/html")
    assert words in found.body
