"""A module put into a package of the program for as long as a test lasts, as a new file in its folder would be."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any


@contextmanager
def plugged(package: ModuleType, register: dict[str, Any], folder: Path, name: str, text: str) -> Iterator[None]:
    """Write a module beside those of a package; take it and what it registers out again."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    before, paths = dict(register), list(package.__path__)
    package.__path__.append(str(folder))
    try:
        yield
    finally:
        package.__path__[:] = paths
        sys.modules.pop(f"{package.__name__}.{name}", None)
        register.clear()
        register.update(before)
