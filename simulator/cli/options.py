"""Options that runs share: what they are, which go together, and how a manifest writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from simulator.vocabulary.areas import ENGLAND
from simulator.vocabulary.extras import install
from simulator.vocabulary.printable import acting, printable

if TYPE_CHECKING:
    from simulator.runs.single_run import Engine

_MOST_IN_A_NAME = 3

_Function = TypeVar("_Function", bound=Callable[..., Any])


def run_options(function: _Function) -> _Function:
    """Add the options that `run` and `compare` share."""
    return options_of_runs(0)(function)


def options_of_runs(draws: int) -> Callable[[_Function], _Function]:
    """Return what adds the options of runs, with so many draws where none are asked for."""
    options = [
        click.option("--area", multiple=True, metavar="NAME",
                     help="Area to run in place of the scenario's; give it again for more (`care-demand list areas`). "
                          "England beside others is the sum of all 153 authorities, so that it takes longer."),
        click.option("--returns", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
                     help="Run a council from what `import ssda903` wrote to DIR, in place of the scenario's areas."),
        click.option("--area-name", metavar="NAME",
                     help="What to call the council of --returns  [default: Council (SSDA903)]"),
        click.option("--own", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
                     help="The council's own prices, foster carers and beds: tables that `template own` wrote and you "
                          "filled."),
        click.option("--neighbours", multiple=True, metavar="NAME",
                     help="Authority to set the one that is run beside, in place of its statistical neighbours; again "
                          "for more."),
        click.option("--draws", type=click.IntRange(min=0), default=draws, show_default=True, metavar="N",
                     help="Random draws beside the central run."),
        click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S",
                     help="Seed of the draws."),
        click.option("--engine", type=click.Choice(["plain", "compiled"]),
                     help="The compiled engine needs care-demand[fast].  [default: compiled for draws or many areas, "
                          "if it is installed]"),
        click.option("--chance", is_flag=True, help="Put luck into the draws: who happens to come in and leave."),
        click.option("--workers", type=click.IntRange(min=1), metavar="N",
                     help="Processes that run draws  [default: one a core]"),
        click.option("--cluster", metavar="ADDRESS", help="Dask scheduler that runs the draws instead."),
        click.option("--keep-draws", is_flag=True,
                     help="Write every draw's path to draws.nc; needs care-demand[draws]."),
        click.option("--publish", is_flag=True,
                     help="Hide counts of 1 to 5 and round the others, as published statistics do."),
        click.option("--against", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
                     help="Folder with what was published before of the same children: hide what subtraction would "
                          "tell. With --publish."),
        click.option("--charts/--no-charts", default=True, help="Draw charts, or tables only."),
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
        click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails."),
    ]  # fmt: skip

    def add(function: _Function) -> _Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


@dataclass(frozen=True)
class Whom:
    """Who is run, and beside whom, as asked for on the command line."""

    area: tuple[str, ...] = ()
    returns: Path | None = None
    area_name: str | None = None
    own: Path | None = None
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True)
class How:
    """How runs are made, as asked for on the command line."""

    area: tuple[str, ...]
    returns: Path | None
    area_name: str | None
    own: Path | None
    neighbours: tuple[str, ...]
    draws: int
    seed: int
    engine: Engine | None
    chance: bool
    workers: int | None
    cluster: str | None
    keep_draws: bool
    publish: bool
    against: Path | None
    charts: bool
    as_json: bool
    quiet: bool

    @property
    def whom(self) -> Whom:
        """Who is run."""
        return Whom(self.area, self.returns, self.area_name, self.own, self.neighbours)

    @property
    def writing(self) -> dict[str, Any]:
        """What the output folder is to hold."""
        return {"seed": self.seed, "charts": self.charts, "keep_draws": self.keep_draws}

    @property
    def folder_end(self) -> str:
        """What is added to the name of an output folder that is not given: the areas, or the council, as asked for."""
        names = self.area or ((self.area_name,) if self.area_name else ())
        words = [re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") for name in names[:_MOST_IN_A_NAME]]
        more = [f"and-{len(names) - _MOST_IN_A_NAME}-more"] if len(names) > _MOST_IN_A_NAME else []
        return "".join(f"-{word}" for word in (*words, *more) if word)

    def words(self, engine: str) -> list[str]:
        """Return options for the manifest: those that results depend on, with the engine that ran."""
        words = [word for name in self.area for word in ("--area", name)]
        words += ["--returns", printable(self.returns.name)] if self.returns else []
        words += ["--area-name", self.area_name] if self.area_name else []
        words += [word for name in self.neighbours for word in ("--neighbours", name)]
        words += ["--draws", str(self.draws), "--seed", str(self.seed), "--engine", engine]
        words += ["--chance"] if self.chance else []
        words += ["--keep-draws"] if self.keep_draws else []
        words += ["--publish"] if self.publish else []
        words += ["--against", printable(self.against.name)] if self.against else []
        return words if self.charts else [*words, "--no-charts"]


def needs(wanted: bool, module: str, extra: str) -> None:
    """Say which extra to install for what is wanted, if it is not there."""
    if wanted and find_spec(module) is None:
        raise click.ClickException(f"this needs {module}: {install(extra)}")


def asked_for(options: dict[str, Any]) -> How:
    """Take the options that runs share; refuse those that do not go together."""
    from simulator.uncertainty.design import MOST_DRAWS

    how = How(**options)
    if how.returns and how.area:
        raise click.UsageError("--returns runs the council of the returns, so it can't be had with --area")
    if how.area_name is not None and not how.returns:
        raise click.UsageError("--area-name names the council of --returns DIR; for an authority by its name: --area")
    if how.area_name is not None and (not how.area_name.strip() or how.area_name == ENGLAND):
        raise click.UsageError(f"--area-name: {how.area_name!r} is no name of a council")
    if found := acting(how.area_name or ""):
        raise click.UsageError(f"--area-name holds {found}; a name on one line of characters that are seen is allowed")
    if how.draws == 1:
        raise click.UsageError("--draws: one draw beside the central run says nothing; ask for 2 or more, or for none")
    if how.draws > MOST_DRAWS:
        raise click.UsageError(f"--draws: {how.draws:,} are more than the design of draws has; at most {MOST_DRAWS:,}")
    needs(how.engine == "compiled", "numba", "fast")
    needs(how.cluster is not None, "distributed", "cluster")
    needs(how.keep_draws, "xarray", "draws")
    if how.chance and not how.draws:
        raise click.UsageError("--chance puts luck into draws, so it needs some: --draws N")
    if how.keep_draws and not how.draws:
        raise click.UsageError("--keep-draws keeps draws, so it needs some: --draws N")
    if how.publish and how.keep_draws:
        raise click.UsageError("--keep-draws writes every path unrounded, so it can't be had with --publish")
    if how.against and not how.publish:
        raise click.UsageError("--against is about what is published, so it needs --publish")
    return how
