"""How the loops are compiled, and where their machine code is kept.

Only the outermost function is called from Python and kept on disk. All others are compiled into what calls them. Numba
would look for changes in the file of that one function alone; here they are looked for in every file that is compiled
into it.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Without counting of references, which would be half the work: the loops make no arrays.
_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}


def inlined(function: _Function) -> _Function:
    """Compile a function into those that call it.

    To call one with a record of arrays takes longer than many of them run. Nothing else calls it, so it needs no
    wrapper for Python or C.
    """
    return njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)(function)


def compiled(function: _Function) -> _Function:
    """Compile a function that Python calls, once for all processes where a folder can be written."""
    dispatcher = njit(**_OPTIONS)(function)
    try:
        dispatcher._cache = _Kept(function)
    except RuntimeError:  # numba found no folder to write to
        _say_that_it_is_not_kept()
    return dispatcher


class _Kept(FunctionCache):
    """Machine code in the folder that numba chooses, for as long as no file of the engine changes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, sources())

    def load_overload(self, *of: Any) -> Any:
        """Return what is kept, or None if that is nothing or cannot be read; then it is forgotten and made anew."""
        kept = None
        try:
            kept = super().load_overload(*of)
        except (OSError, EOFError, pickle.UnpicklingError):
            with suppress(OSError):
                self.flush()
        if kept is None:
            _say("The compiled engine is being compiled, once, which takes about half a minute.")
        return kept

    def save_overload(self, *of: Any) -> None:
        """Keep machine code if the folder still takes it."""
        try:
            super().save_overload(*of)
        except OSError:
            _say_that_it_is_not_kept()


def sources() -> str:
    """Return the SHA-256 of what machine code is made of: the files here, and those that give them constants."""
    here = Path(__file__).parent
    text = hashlib.sha256()
    for folder in (here, here.parent, here.parents[1] / "vocabulary"):
        for path in sorted(folder.glob("*.py")):
            text.update(path.read_bytes())
    return text.hexdigest()


def _say_that_it_is_not_kept() -> None:
    _say(
        "The compiled engine is compiled anew by each process, in about half a minute: there is no folder to keep it "
        "in that can be written. NUMBA_CACHE_DIR names one."
    )


@cache
def _say(text: str) -> None:
    """Say it on stderr, once, and not by workers: a warning would end a program that takes warnings for errors."""
    if parent_process() is None:
        print(text, file=sys.stderr, flush=True)
