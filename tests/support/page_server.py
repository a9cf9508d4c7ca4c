"""The page as a user starts it, and a browser to look at it: both in processes of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from paths import ROOT

STYLES = ROOT / "simulator" / "web" / "static" / "made" / "govuk.css"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def missing(*, browser: bool) -> str:
    """Say what is missing to run the page, or to look at it; nothing if all is there."""
    modules = ["starlette", "uvicorn", "jinja2", "xlsxwriter", "numba"]
    modules += ["playwright", "axe_playwright_python"] if browser else []
    if gone := [module for module in modules if find_spec(module) is None]:
        return f"not installed: {', '.join(gone)}"
    if not STYLES.is_file():
        return "the styles of the page are not made: make page-files"
    return "no Chromium on this machine: apt-get install chromium" if browser and CHROMIUM is None else ""


@contextmanager
def served(*words: str) -> Iterator[tuple[str, int]]:
    """Start the page and give its address and its process; end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "simulator", "serve", "--port", str(port), "--workers", "1", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=Path("/")) as process:
        try:
            assert process.stdout is not None
            until = time.monotonic() + 300
            while "the page is at" not in (line := process.stdout.readline()):
                assert line, "the server ended before it was ready"
                assert time.monotonic() < until
            yield f"http://localhost:{port}", process.pid
        finally:
            process.terminate()
            process.wait(20)
