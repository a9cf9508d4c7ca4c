"""How a command ends: exit statuses, errors as plain lines, and `--debug`, which all commands have from here.

Exit status: 0 done, 2 the input is wrong (nothing is written), 130 stopped by Ctrl-C, 1 anything else. Only what is
raised as :class:`WrongInput` (or by click, for options) is told as the input's fault.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from simulator.cli.screen import say
from simulator.vocabulary.printable import printable

PROGRAM = "care-demand"
STOPPED = 130
MOST_PROBLEMS = 50
"""Problems that are told before the others are only counted."""

_DEBUG = "simulator.cli.group.debug"


class WrongInput(click.ClickException):
    """The input is wrong: the message goes to stderr as it is, and the exit status is 2."""

    exit_code = 2

    @classmethod
    def of(cls, problems: Iterable[object]) -> WrongInput:
        """Tell problems, a line each: the first of many, and how many more there are."""
        lines = [line for problem in problems for line in str(problem).splitlines()]
        more = len(lines) - MOST_PROBLEMS
        rest = [f"... and {more} more problem{'s' if more > 1 else ''}"] if more > 0 else []
        return cls("\n".join([*lines[:MOST_PROBLEMS], *rest]))

    def show(self, file: Any = None) -> None:
        """Print the message."""
        say(self.message, err=True)


@contextmanager
def refusing(*kinds: type[Exception], prefix: str = "") -> Iterator[None]:
    """Tell errors of some kinds, which are about the input and nothing else, as wrong input."""
    try:
        yield
    except kinds as error:
        raise WrongInput.of([f"{prefix}{error}"]) from error


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Have click print its errors, which repeat the words of the command line, as text in which nothing acts."""
    try:
        yield
    except click.ClickException as error:
        vars(error)["message"] = printable(error.message)  # click calls it final
        raise


class CommandGroup(click.Group):
    """A group whose commands all have `--debug`, and that turns every error into a plain line and an exit status."""

    group_class = type  # groups in it are of this class too

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, with `--debug`."""
        cmd.params.append(debug_option())
        super().add_command(cmd, name)

    def make_context(self, *words: Any, **more: Any) -> click.Context:
        """Take the words of the command line."""
        with _told_plainly():
            return super().make_context(*words, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _told_plainly():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            say(f"\n{PROGRAM}: stopped", err=True)
            ctx.exit(STOPPED)
        except Exception as error:
            if debugging():
                say(traceback.format_exc().rstrip("\n"), err=True)
            say(f"{PROGRAM}: {_said(error)}", err=True)
            ctx.exit(1)


def debug_option() -> click.Option:
    """Return the option that shows tracebacks."""

    def remember(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted:
            ctx.meta[_DEBUG] = True

    return click.Option(
        ["--debug"], is_flag=True, expose_value=False, callback=remember, help="Show the traceback of an error."
    )


def debugging() -> bool:
    """Whether the traceback of an error is asked for."""
    return bool(click.get_current_context().meta.get(_DEBUG))


def _said(error: Exception) -> str:
    """Say what stopped the program: the machine, what is not installed, or else a fault of the program."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    text = " ".join(str(error).split())
    if isinstance(error, OSError | ImportError) and text:
        return text
    notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
    where = "" if debugging() else "; --debug shows where"
    return f"a fault in the program, not in the input: {type(error).__name__}: {text}{notes}{where}"
