"""A request of a scenario that its rates cannot carry out, found when it is put into them; no kind of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

Path = tuple[str | int, ...]


class Impossible(Exception):
    """A value that its field allows and that cannot be had with the rates of the run.

    It is no ValueError, which numpy and other libraries raise for faults of the program.

    Parameters
    ----------
    path : tuple of str or int
        Steps to the value, from where it is found; what holds it puts its own before them (:func:`within`).
    value : object
        The value: a number, text or month.
    what : str
        What is wrong with it.
    allowed : str
        What is allowed, or empty.
    """

    def __init__(self, path: Path, value: object, what: str, allowed: str = "") -> None:
        super().__init__(path, value, what, allowed)  # all that it is made of, so that a process can send it to another
        self.path, self.value, self.what, self.allowed = path, value, what, allowed

    def __str__(self) -> str:
        """Write ``path: what is wrong; allowed: ...``."""
        return f"{'.'.join(map(str, self.path))}: {self.what}" + (f"; allowed: {self.allowed}" if self.allowed else "")

    def below(self, *steps: str | int) -> Impossible:
        """Return the same with more steps before its path."""
        return Impossible((*steps, *self.path), self.value, self.what, self.allowed)

    def in_draw(self, draw: int, of: int) -> Impossible:
        """Return the same, of a value that a draw took."""
        return Impossible(self.path, self.value, f"{self.what} (in draw {draw} of {of})", self.allowed)


@contextmanager
def within(*steps: str | int) -> Iterator[None]:
    """Put steps before the path of an impossible request of the block."""
    try:
        yield
    except Impossible as one:
        raise one.below(*steps) from one
