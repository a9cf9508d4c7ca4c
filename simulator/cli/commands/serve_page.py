"""The page for commissioners: `serve`."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.group import PROGRAM, WrongInput
from simulator.cli.options import needs
from simulator.cli.screen import say

PORT = 8765


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=PORT, show_default=True, metavar="PORT")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen at; other machines reach any but the default.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="A name by which the server is asked for besides localhost; give it again for more.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes that make draws, beside half as many that answer at once  [default: one a core, at most four]",
)
@click.option(
    "--returns",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Offer a council by the counts and rates that `import ssda903` wrote to DIR.",
)
@click.option("--area-name", metavar="NAME", help="What to call the council of --returns.")
def serve(
    port: int, host: str, names: tuple[str, ...], workers: int | None, returns: Path | None, area_name: str | None
) -> None:
    """Serve the page for commissioners, on this machine alone unless --host says otherwise.

    It asks nothing of other hosts and stores nothing. Stop it with Ctrl-C.
    """
    for module in ("starlette", "uvicorn", "jinja2", "xlsxwriter"):
        needs(True, module, "web")
    if area_name is not None and returns is None:
        raise click.UsageError("--area-name names the council of --returns DIR")
    from simulator.web.guard import LOOPBACK
    from simulator.web.serving import MADE, application
    from simulator.web.serving import serve as run_server

    if not MADE.is_file():
        raise click.ClickException("the page has no styles yet: make page makes them and starts it")
    council = None
    if returns is not None:
        from simulator.data.council import NAME, CouncilError, read_council

        try:
            council = read_council(returns, area_name or NAME)
        except CouncilError as error:
            raise WrongInput.of([error]) from error
    shown = f"[{host}]" if ":" in host else host
    say(f"{PROGRAM}: getting ready (half a minute the first time)")

    def ready() -> None:
        say(f"{PROGRAM}: the page is at http://{shown}:{port}/ (Ctrl-C stops it)")

    run_server(
        application(workers=workers, council=council, names=(*LOOPBACK, shown, *names)),
        host=host,
        port=port,
        ready=ready,
    )


COMMANDS = (serve,)
