"""What is wrong with a scenario file, in words that say where and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.vocabulary.printable import one_line


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    file, line, column
        Where it stands; line and column count from 1. A file of no name is the command line, which has no places.
    path
        Name of the value, from the top, joined by dots; empty for the file as a whole.
    what
        What is wrong.
    allowed
        What is allowed, or empty.
    near
        Name that may have been meant, or empty.
    """

    file: str
    line: int
    column: int
    path: str
    what: str
    allowed: str = ""
    near: str = ""

    def __str__(self) -> str:
        """Write ``file:line:column: path: what is wrong; allowed: ...; did you mean 'x'?``."""
        where = f"{one_line(self.file)}:{self.line}:{self.column}: " if self.file else ""
        path = f"{self.path}: " if self.path else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        near = f"; did you mean {self.near!r}?" if self.near else ""
        return f"{where}{path}{self.what}{allowed}{near}"


class ScenarioError(ValueError):
    """A scenario file cannot be used.

    Parameters
    ----------
    problems
        Everything that is wrong, in any order.

    Attributes
    ----------
    problems
        The same in order of file, line and column, without repeats.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Write a line for each problem."""
        return "\n".join(map(str, self.problems))
