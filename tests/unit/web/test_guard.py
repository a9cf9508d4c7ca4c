"""What stands before every request: names, origins, sizes, and what answers say of themselves."""

from __future__ import annotations

import pytest
from asgi import request

pytest.importorskip("starlette", reason="the page needs care-demand[web]")

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from simulator.web import guard
from simulator.web.guard import MOST_BODY, MOST_TARGET, Guard

JSON = ("content-type", "application/json")
HERE = ("host", "localhost:8765")


async def echo(scope, receive, send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


APP = Guard(echo)


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "[::1]", "LOCALHOST"])
def test_names_of_this_machine_are_answered(host: str) -> None:
    assert request(APP, headers=[("host", host)]).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "localhost@evil", "[::2]"]
)
def test_other_names_are_refused_as_they_may_lead_here(host: str) -> None:
    assert request(APP, headers=[("host", host)]).status == 421
    assert request(APP, headers=[]).status == 421


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ([("origin", "http://localhost:8765"), JSON], 200),
        ([JSON], 200),
        ([("origin", "https://evil.example"), JSON], 403),
        ([("origin", "null"), JSON], 403),
        ([("origin", "http://localhost:9999"), JSON], 403),
        ([("sec-fetch-site", "cross-site"), JSON], 403),
        ([("sec-fetch-site", "same-site"), JSON], 403),
        ([("content-type", "text/plain")], 415),
        ([("content-type", "application/x-www-form-urlencoded")], 415),
        ([], 415),
    ],
)
def test_posts_come_from_the_page_itself(more: list[tuple[str, str]], status: int) -> None:
    assert request(APP, method="POST", headers=[HERE, *more], chunks=[b"{}"]).status == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_refused(method: str) -> None:
    assert request(APP, method=method, headers=[HERE]).status == 405


def test_what_is_big_is_refused_whether_it_says_so_or_not() -> None:
    said = [HERE, JSON, ("content-length", str(MOST_BODY + 1))]
    assert request(APP, method="POST", headers=said, chunks=[b"{}"]).status == 413
    many = [b"x" * 100_000] * (MOST_BODY // 100_000 + 1)
    assert request(APP, method="POST", headers=[HERE, JSON], chunks=many).status == 413
    assert request(APP, method="POST", headers=[HERE, JSON], chunks=[b"x" * MOST_BODY]).status == 200
    assert request(APP, query="x" * MOST_TARGET, headers=[HERE]).status == 414


def test_who_is_slow_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    assert request(APP, method="POST", headers=[HERE, JSON], chunks=[]).status == 408


def test_every_answer_says_what_may_be_done_with_it() -> None:
    for answer in (request(APP, headers=[HERE]), request(APP, headers=[("host", "evil.example")])):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
