"""What stands before every request: who may ask, how much, for how long, and what every answer says of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 1_200_000
"""Bytes of a request: a scenario file of 1 MB, and what is around it."""

BODY_SECONDS = 20.0
"""Within which a request has to have come."""

MOST_TARGET = 32_000
"""Characters of an address."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class _Slow(Exception):
    """A request that does not come."""


class _Big(Exception):
    """A request that is too big."""


class Guard:
    """ASGI middleware that refuses requests from elsewhere, and those that are too big or too slow.

    A page elsewhere can have a browser ask this server by a name that it makes lead here (DNS rebinding), so only the
    names that the server goes by are answered. It can post as well, but not JSON, and not without saying where it is.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = LOOPBACK) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if refused := self._refused(scope):
            await refused(scope, receive, guarded)
            return
        try:
            await self._app(scope, _bounded(receive), guarded)
        except (_Slow, _Big) as error:
            if not started:
                slow = isinstance(error, _Slow)
                answer = PlainTextResponse("too slow" if slow else "too big", 408 if slow else 413)
                await answer(scope, receive, guarded)

    def _refused(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self._names:
            return PlainTextResponse("this server does not go by that name", 421)
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > MOST_TARGET:
            return PlainTextResponse("the address is too long", 414)
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return PlainTextResponse("only GET and POST are answered", 405)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc != host):
            return PlainTextResponse("posts from other sites are refused", 403)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return PlainTextResponse("only application/json is read", 415)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return PlainTextResponse("too big", 413)
        return None


def _name(host: str) -> str:
    """Return a Host header without its port, in small letters."""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name if name and port.isdigit() else host).lower()


def _bounded(receive: Receive) -> Receive:
    """Bound what a request brings, and how long it takes; after its end, wait for as long as it takes."""
    size, over = 0, False

    async def bounded() -> Message:
        nonlocal size, over
        if over:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS)
        except TimeoutError:
            raise _Slow from None
        size += len(message.get("body", b""))
        over = message["type"] != "http.request" or not message.get("more_body", False)
        if size > MOST_BODY:
            raise _Big
        return message

    return bounded
