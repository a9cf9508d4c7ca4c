"""One server and one browser for all tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from page_server import CHROMIUM, QUIET, missing, served


@pytest.fixture(scope="session")
def page_server() -> Iterator[tuple[str, int]]:
    """Address and process of the page."""
    if lacking := missing(browser=False):
        pytest.skip(lacking)
    with served() as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    if lacking := missing(browser=True):
        pytest.skip(lacking)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()
