"""Commands in processes that run as if on another machine: see sitecustomize.py in this folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from paths import ROOT

HERE = Path(__file__).parent
NOWHERE = "/dev/null/nowhere"
"""A folder that nobody can make, not even the superuser: it would be in what is a file."""

WINDOWS = {"AS_IF_WINDOWS": "1", "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that is as if elsewhere."""
    path = os.pathsep.join(map(str, (HERE, ROOT)))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


def python(*words: str, folder: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run Python to its end, in a folder."""
    return subprocess.run(
        [sys.executable, *words], capture_output=True, cwd=folder, env=environment(**more), timeout=600, check=False
    )


def command(*words: str, folder: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the program to its end, in a folder."""
    return python("-m", "simulator", *words, folder=folder, **more)
