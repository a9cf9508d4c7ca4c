"""What is shown on the screen: text in which nothing acts, JSON, and bars of progress where somebody can see them."""

from __future__ import annotations

import codecs
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import click

from simulator.vocabulary.printable import one_line, printable

_Item = TypeVar("_Item")

WIDTH = 100
"""Columns of text."""

NO_CHART_CACHE = (
    "Charts take some seconds longer each time: there is no folder that can be written for matplotlib's list of fonts. "
    "MPLCONFIGDIR names one."
)


def say(text: str, *, err: bool = False) -> None:
    """Print text; what a name in it would do to a terminal is written out."""
    click.echo(printable(text), err=err)


def print_json(content: object) -> None:
    """Print for scripts; as ASCII where stdout is not UTF-8, as a pipe on Windows is not."""
    utf8 = codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"
    say(json.dumps(content, indent=2, ensure_ascii=not utf8))


def without_chart_cache(record: logging.LogRecord) -> bool:
    """Filter matplotlib's log: that it has no folder of its own is said once, and in words that help."""
    text = str(record.msg)
    if "temporary cache directory" in text:
        say(NO_CHART_CACHE, err=True)
    return "temporary cache directory" not in text and "mkdir" not in text


def watched(quiet: bool) -> bool:
    """Whether somebody can see how far the program is."""
    return not quiet and sys.stderr.isatty()


@contextmanager
def bar_over(items: Sequence[_Item], label: str) -> Iterator[Iterable[_Item]]:
    """Give items one after the other, and show how many are done."""
    with click.progressbar(items, label=one_line(label), file=sys.stderr, show_eta=False) as progress:
        yield progress


@contextmanager
def watched_bar(name: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Give what shows how much is done where somebody can see it, and shows nothing elsewhere."""
    if not watched(quiet):
        yield lambda done, of: None
        return
    with bar(name) as progress:
        yield progress


@contextmanager
def bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Give what shows how much is done, and how long the rest will take."""
    with ExitStack() as shown:  # on every way out, so that the terminal has its cursor back
        progress: Any = None
        before = 0

        def show(done: int, of: int) -> None:
            nonlocal progress, before
            if progress is None:
                before = done  # done by an earlier call, so they say nothing about the speed of this one
                label = f"{name}, {done / of:.0%} from before" if done else name
                label = one_line(label)
                progress = shown.enter_context(click.progressbar(length=of - done, label=label, file=sys.stderr))
            progress.update(done - before - progress.pos)

        yield show
