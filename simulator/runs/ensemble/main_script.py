"""Scripts without a guard: processes that are started read the main script again, which would start others in turn."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def unguarded_script_left_out() -> Iterator[None]:
    """Keep a process that is started from reading the main script, if that has no ``if __name__ == "__main__":``.

    Workers need nothing of a script but classes of its own (a kind of intervention, say), and who makes these needs the
    guard. A script with one is read by workers as ever.
    """
    main = sys.modules["__main__"]
    if _guarded(main):
        yield
        return
    sys.modules["__main__"] = ModuleType("__main__")  # `multiprocessing.spawn` takes from it what is read again
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _guarded(main: ModuleType) -> bool:
    """Tell whether the main module asks for its name outside functions; what can't be read counts as if it did."""
    try:
        tree = ast.parse(Path(str(main.__file__)).read_bytes())
    except (AttributeError, OSError, SyntaxError, ValueError):
        return True
    tests = (node.test for node in tree.body if isinstance(node, ast.If))
    return any(isinstance(part, ast.Name) and part.id == "__name__" for test in tests for part in ast.walk(test))
