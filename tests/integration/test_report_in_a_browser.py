"""Report and statement in Debian's Chromium: no fault that axe-core knows, nothing asked of others, no line cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator.cli.main import cli


def opened(browser: Any, page: Path, width: int) -> tuple[list[str], list[str], int]:
    """Return what axe finds, what is asked of others, and how wide the page is."""
    from axe_playwright_python.base import AXE_SCRIPT

    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=True)
    tab, asked = context.new_page(), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    tab.add_script_tag(content=AXE_SCRIPT)
    found = tab.evaluate("axe.run()")["violations"]
    wide = tab.evaluate("document.documentElement.scrollWidth")
    context.close()
    others = [url for url in asked if not url.startswith(("file:", "data:"))]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]], others, wide


@pytest.mark.slow
def test_statement(browser: Any, tmp_path: Path) -> None:
    words = ["statement", "--area", "Rutland", "--out", str(tmp_path / "rutland")]
    assert CliRunner().invoke(cli, words).exit_code == 0
    for width in (360, 1440):
        assert opened(browser, tmp_path / "rutland" / "statement.html", width) == ([], [], width)


@pytest.mark.slow
def test_report(browser: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ["run", "family-help-national", "--draws", "4", "--engine", "plain", "--no-charts", "--out", str(out)]
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert CliRunner().invoke(cli, ["report", str(out)]).exit_code == 0
    for width in (360, 1440):
        assert opened(browser, tmp_path / "run-report.html", width) == ([], [], width)
