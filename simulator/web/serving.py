"""The server: its application, and how it is started."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from socket import socket
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from simulator.data.provenance import package_version
from simulator.web import decision_views, interface, page_views, work
from simulator.web.controls import kind_list, scenario_list
from simulator.web.guard import LOOPBACK, Guard
from simulator.web.page_views import HERE, page
from simulator.web.worker_pool import WorkerPool

if TYPE_CHECKING:
    from simulator.data.council import Council

MADE = HERE / "static" / "made" / "govuk.css"
"""Styles that `make page` and the build of the wheel make."""

MOST_CONNECTIONS = 400


class _Files(StaticFiles):
    """Files of the page, which browsers keep for an hour; an address with another version is another file."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=3600"
        return response


async def _not_found(request: Request, error: Exception) -> Response:
    return page(request, "refused", 404, problem="there is no such page")


async def _fault(request: Request, error: Exception) -> Response:
    return page(request, "refused", 500, problem="this is a fault in the program, not in what you asked for")


def application(
    *,
    workers: int | None = None,
    council: Council | None = None,
    names: Sequence[str] = LOOPBACK,
) -> Starlette:
    """Return the application of a server.

    Parameters
    ----------
    workers : int, optional
        Processes that make draws, beside half as many that answer at once; as many as there are cores, at most four, if
        left out.
    council : Council, optional
        A council's own imported counts, which pages may run.
    names : sequence of str
        What the server is called in addresses; others are refused.
    """

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = WorkerPool(workers or min(4, os.cpu_count() or 1), council)
        try:
            await app.state.pool.warm(work.warm)
            kind_list(), scenario_list()  # read once, and not while somebody waits
            yield
        finally:
            app.state.pool.close()

    app = Starlette(
        routes=[
            *page_views.ROUTES,
            *interface.ROUTES,
            *decision_views.ROUTES,
            Mount("/static", _Files(directory=HERE / "static"), name="static"),
        ],
        middleware=[Middleware(Guard, names=names), Middleware(GZipMiddleware, minimum_size=500)],
        lifespan=life,
        exception_handlers={404: _not_found, 500: _fault},
    )
    app.state.council = None if council is None else council.name
    app.state.version = package_version()
    return app


def serve(app: Starlette, *, host: str, port: int, ready: Callable[[], None] = lambda: None) -> None:
    """Serve an application until it is stopped.

    Parameters
    ----------
    app : Starlette
    host, port : str and int
        Where to listen.
    ready : callable
        Called when the first page can be asked for.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:  # it listens
                ready()

    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=10, timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=64_000,
    )  # fmt: skip
    Server(config).run()
