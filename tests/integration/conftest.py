"""One server and one browser for all tests of the page, and a visit for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from page_server import CHROMIUM, QUIET, missing, served
from page_visit import Visit


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


@pytest.fixture
def visit(browser: Any, page_server: tuple[str, int]) -> Iterator[Visit]:  # no server where there is no browser
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    visit = Visit(context.new_page(), page_server[0])
    yield visit
    faults = [fault for fault in visit.faults if not re.search("status of 4(00|04|22)|ERR_FAILED", fault)]
    context.close()
    assert not faults
