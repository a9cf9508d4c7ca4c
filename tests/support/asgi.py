"""Requests to an ASGI application in this process, with whatever headers and bodies a test wants to send."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from own_loop import run_apart


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes


def request(
    app: Any,
    path: str = "/",
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (("host", "localhost"),),
    chunks: Iterable[bytes] = (b"",),
    query: str = "",
) -> Answered:
    """Send one request and return what was answered."""
    return run_apart(_request(app, path, method, headers, chunks, query))


async def _request(app: Any, path: str, method: str, headers: Any, chunks: Any, query: str) -> Answered:
    waiting = list(chunks)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(3600)
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "root_path": "", "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in headers],
    }  # fmt: skip
    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answered(start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, body)
