"""The command line `care-demand`: parse, call, print.

Heavy modules are imported by the commands that need them, so that `--version`, `list` and `check` answer
at once. Exit statuses are those of `simulator.cli.group`.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import pkgutil
import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from simulator.cli import commands
from simulator.cli.group import PROGRAM, CommandGroup, debug_option
from simulator.cli.screen import WIDTH, say, without_chart_cache

# One thread in the linear algebra and in tables: they are small, and figures are the same on every machine.
for _name in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "POLARS_MAX"):
    os.environ.setdefault(f"{_name}_THREADS", "1")
gc.set_threshold(50_000)  # what is made stays: looking for what nobody needs takes a twentieth of a command otherwise
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for plugins takes as long as a check

TERMINATED = 143


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from simulator.data.model_version import MODEL_VERSION
        from simulator.data.provenance import package_version

        say(f"{PROGRAM} {package_version()} (model {MODEL_VERSION})")
        ctx.exit()


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version, and that of the model.",
)
def cli() -> None:
    """Project the number of children in care in England, where they live and what it costs.

    A SCENARIO is a YAML file, or the name of one that comes with care-demand (`care-demand list scenarios`).
    """


cli.params.append(debug_option())
for _module in pkgutil.iter_modules(commands.__path__):
    for _command in import_module(f"{commands.__name__}.{_module.name}").COMMANDS:
        cli.add_command(_command)


def main() -> None:
    """Run the command line as a program."""

    def terminate(*_: object) -> NoReturn:
        sys.exit(TERMINATED)

    for name in ("SIGTERM", "SIGBREAK"):  # the second is Windows': Ctrl-Break, and a window that is closed
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), terminate)  # so that a half-written folder is removed
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a screen without a pound sign is no reason to fail
    logging.getLogger("matplotlib").addFilter(without_chart_cache)
    atexit.register(gc.freeze)  # what is left goes with the process: to look through it takes a fifth of a second
    cli(prog_name=PROGRAM)
