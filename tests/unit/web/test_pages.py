"""Pages as a server answers with them: a refusal is one too."""

from __future__ import annotations

from typing import Any

import pytest
from asgi import Answered, request
from starlette.applications import Starlette

from simulator.scenario import shipped
from simulator.web import decision_views, page_views
from simulator.web.interface import Refused
from simulator.web.ongoing import Kept
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
