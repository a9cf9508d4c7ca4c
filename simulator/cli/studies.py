"""Commands that ask scenarios something and write a folder: options they share, and how a manifest asks again."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.group import PROGRAM, WrongInput, refusing
from simulator.cli.options import Whom, needs
from simulator.cli.screen import say
from simulator.cli.written import checked_folder, work_beside
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.runs.single_run import Engine
    from simulator.scenario import LoadedScenario

AGAINST = click.option(
    "--against",
    metavar="SCENARIO",
    help="What it is held against  [default: the same scenario without its programmes]",
)
AREA = click.option("--area", metavar="NAME", help="Area to run in place of the scenario's.")
SEED = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Seed of the draws."
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(["plain", "compiled"]),
    help="The compiled engine needs care-demand[fast].  [default: compiled, if it is installed]",
)
CHARTS = click.option("--charts/--no-charts", default=True, help="Draw charts, or write tables only.")
QUIET = click.option("--quiet", "-q", is_flag=True, help="Print nothing unless it fails.")

_SCENARIOS = ("scenario", "scenarios", "against")
"""Parameters that name scenarios; a manifest has their names without folders."""

_NOT_RECORDED = {"out", "quiet", "debug"}
"""What results do not hang on."""


def out(default: str) -> Callable[[Any], Any]:
    """Return the option for the output folder; a default that a scenario gives its name to is in capitals."""
    said = f"Output folder.  [default: {default}]"
    return click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=said)


def engine_asked(asked: Engine | None, runs: int, loaded: LoadedScenario) -> Engine:
    """Return the engine that is asked for, or that suits so many runs."""
    from simulator.runs.engines import default_engine

    needs(asked == "compiled", "numba", "fast")
    return asked or default_engine(draws=runs, areas=len(loaded.baseline.codes))


def scenario_and_against(options: Mapping[str, Any]) -> list[str]:
    """Return the scenarios that options name: one, and what it is held against."""
    return [options["scenario"], *([options["against"]] if options["against"] else [])]


def whom(options: Mapping[str, Any]) -> Whom:
    """Return for whom scenarios are run."""
    return Whom((options["area"],) if options["area"] else ())


@contextmanager
def refused() -> Iterator[None]:
    """Tell what of a question cannot be asked or had as wrong input."""
    from simulator.interventions.fields import Wrong
    from simulator.scenario import ScenarioError

    with refusing(ScenarioError):
        try:
            yield
        except Wrong as wrong:
            allowed = f" (allowed: {wrong.allowed})" if wrong.allowed else ""
            near = f"; did you mean {wrong.near}?" if wrong.near else ""
            raise WrongInput.of([f"{PROGRAM}: {wrong.what}{allowed}{near}"]) from wrong


@dataclass(frozen=True)
class Asking:
    """One asking of a study.

    Attributes
    ----------
    study : StudyCommand
    loaded : sequence of LoadedScenario
        Those that the options name, in their order.
    options : mapping of str to object
        The command's, by the names of its parameters, but for what results do not hang on.
    folder : Path
        Where to write.
    work : Path or None
        For finished runs, from which the same command goes on; None if nothing is kept.
    quiet : bool
    """

    study: StudyCommand
    loaded: Sequence[LoadedScenario]
    options: Mapping[str, Any]
    folder: Path
    work: Path | None
    quiet: bool

    def said(self, text: str) -> None:
        """Say what it takes, before it begins."""
        if not self.quiet:
            say(text, err=True)

    def command(self, **resolved: Any) -> str:
        """Return the command for the manifest, with the values that options came to where none were given."""
        return self.study.words({**self.options, **resolved})


@dataclass(frozen=True)
class StudyCommand:
    """A command that asks scenarios something and writes a folder.

    Attributes
    ----------
    command : click.Command
    write : callable
        Asks, writes the folder and returns what the screen shows.
    names : callable
        Of its options: the scenarios they name.
    """

    command: click.Command
    write: Callable[[Asking], str]
    names: Callable[[Mapping[str, Any]], Sequence[str]]

    @property
    def recorded(self) -> list[click.Parameter]:
        """Parameters that a manifest has."""
        return [one for one in self.command.params if one.name not in _NOT_RECORDED]

    def words(self, options: Mapping[str, Any]) -> str:
        """Return the command with these options, as a manifest has it."""
        found = [PROGRAM, str(self.command.name)]
        for one in self.recorded:
            value = options[str(one.name)]
            found += _words_of(one, value)
        return shlex.join(found)

    def asked_again(self, words: Sequence[str]) -> dict[str, Any]:
        """Read options from the words of a manifest's command, and nothing that names a folder.

        Raises
        ------
        click.ClickException
            If they are no options of the command.
        """
        command = click.Command(str(self.command.name), params=self.recorded, add_help_option=False)
        return dict(command.make_context(str(self.command.name), list(words)).params)

    def ask(self, loaded: Sequence[LoadedScenario], options: Mapping[str, Any], folder: Path, *, quiet: bool) -> None:
        """Ask, write the folder, and say what came of it; a command that was stopped goes on from what it finished."""
        folder = checked_folder(folder)
        with work_beside(folder) as work:
            text = self.write(Asking(self, loaded, options, folder, work, quiet))
        if not quiet:
            say(text)
            say(f"Results are in {one_line(folder)}")

    def ask_again(
        self, loaded: Sequence[LoadedScenario], options: Mapping[str, Any], folder: Path,
        work: AbstractContextManager[Path | None],
    ) -> None:  # fmt: skip
        """Ask what a manifest has asked; say nothing."""
        with work as finished:
            self.write(Asking(self, loaded, options, folder, finished, quiet=True))


def _words_of(one: click.Parameter, value: Any) -> list[str]:
    """Return the words of a parameter that has a value."""
    name = str(one.name)
    if name in _SCENARIOS:
        value = [Path(path).name for path in value] if isinstance(value, tuple | list) else value and Path(value).name
    if isinstance(one, click.Argument):
        return list(value) if isinstance(value, list) else [value]
    assert isinstance(one, click.Option)
    if value is None or value == ():
        return []
    if one.is_flag:
        return [] if value == one.default else [one.opts[0] if value else one.secondary_opts[0]]
    many = value if one.multiple else [value]
    return [word for item in many for word in (one.opts[0], *map(_plain, item if one.nargs > 1 else [item]))]


def _plain(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
