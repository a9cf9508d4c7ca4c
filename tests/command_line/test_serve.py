"""`serve`: what it asks for before it starts, and how it starts."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("starlette", reason="the page needs care-demand[web]")

from simulator.cli.main import cli
from simulator.web import serving


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """Take note of what would be started."""
    made = tmp_path / "govuk.css"
    made.write_text("", encoding="utf-8")
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(serving, "MADE", made)
    monkeypatch.setattr(serving, "application", lambda **given: given)
    monkeypatch.setattr(serving, "serve", lambda app, **given: calls.append({**app, **given}))
    return calls


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(cli, ["serve", *words])
    return found.exit_code, found.output


def test_it_listens_to_this_machine_alone_unless_it_is_told_to(started: list[dict[str, Any]]) -> None:
    assert run()[0] == 0
    assert run("--host", "0.0.0.0", "--port", "80", "--name", "plans.example")[0] == 0
    first, second = started
    assert (first["host"], first["port"]) == ("127.0.0.1", 8765)
    assert set(first["names"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert (second["host"], second["port"]) == ("0.0.0.0", 80)
    assert "plans.example" in second["names"]


def test_without_styles_it_says_how_to_make_them(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MADE", Path("nowhere"))
    status, said = run()
    assert status == 1
    assert "make page" in said
    assert not started


def test_without_the_extra_it_names_it(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> object:
        return None if name == "uvicorn" else find_spec(name)

    monkeypatch.setattr("simulator.cli.options.find_spec", without)
    status, said = run()
    assert status == 1
    assert "care-demand[web]" in said
    assert not started


def test_a_folder_that_is_no_import_is_refused(started: list[Any], tmp_path: Path) -> None:
    assert run("--returns", str(tmp_path))[0] == 2
    assert run("--area-name", "Kent")[0] == 2
    assert not started
