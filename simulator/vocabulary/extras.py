"""Extras: what a part of the program needs beside the rest, and how it is added."""

from __future__ import annotations


def install(extra: str) -> str:
    """Return how to add an extra: to the installed program, and in a checkout after `make install`."""
    return f"pip install 'care-demand[{extra}]', or in a checkout .venv/bin/pip install -e '.[{extra}]'"
