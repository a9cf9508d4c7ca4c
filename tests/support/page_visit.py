"""A page of the server, open in a browser, and what is done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EVERY_WAIT = 60_000


class Visit:
    """A page that is open, and what is done with it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda one: self.faults.append(one.text) if one.type == "error" else None)
        page.set_default_timeout(EVERY_WAIT)

    def open(self, path: str = "/explore?scenario=family-help-national") -> Visit:
        self.page.goto(self.address + path)
        return self.settled()

    def settled(self, draws: int = 64) -> Visit:
        """Wait until all draws of what is asked for have come."""
        self.page.wait_for_timeout(150)
        self.page.locator("#progress").wait_for(state="hidden")
        self.page.locator("#range", has_text=f"of {draws} draws").wait_for()
        return self

    def text(self, selector: str) -> str:
        found: str = self.page.locator(selector).inner_text()
        return found

    def set(self, name: str, value: str) -> Visit:
        field = self.page.locator(f'[data-control="{name}"] [data-value]')
        field.fill(value)
        field.press("Enter")
        field.blur()
        return self

    def download(self, click: Any) -> tuple[str, bytes]:
        with self.page.expect_download() as waiting:
            click.click()
        return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def violations(visit: Visit) -> list[str]:
    """Return what axe finds, of every level."""
    from axe_playwright_python.base import AXE_SCRIPT

    visit.page.context.browser  # noqa: B018
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Runtime.evaluate", {"expression": AXE_SCRIPT})
    answer = session.send("Runtime.evaluate", {"expression": "axe.run()", "awaitPromise": True, "returnByValue": True})
    found = answer["result"]["value"]["violations"]
    session.detach()
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
