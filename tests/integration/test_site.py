"""The documentation as a site: every page has its place, the reference is of today, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from paths import ROOT

DOCS = ROOT / "docs"
NEEDS = ("sphinx", "myst_nb", "furo", "numpydoc")
needs_sphinx = pytest.mark.skipif(not all(map(find_spec, NEEDS)), reason="needs care-demand[docs]")

PAGES = sorted(
    {*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("forecasts/*/*.md")}
)


def listed() -> dict[str, list[str]]:
    """What the front page lists under each heading."""
    found: dict[str, list[str]] = runpy.run_path(str(DOCS / "conf.py"))["listed"](
        (DOCS / "index.md").read_text("utf-8")
    )
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_page_is_on_the_front_page_once(page: Path) -> None:
    if page == DOCS / "index.md":
        return
    name = Path(os.path.relpath(page, DOCS)).as_posix()
    places = [head for head, files in listed().items() if name in files]
    assert len(places) == 1, f"list {name} once in docs/index.md, with a line on what it is for; it is under {places}"


def test_the_readme_names_every_command() -> None:
    from simulator.cli.main import cli

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in cli.commands if f"`care-demand {name}" not in readme] == []


@needs_sphinx
def test_what_is_looked_up_is_of_today() -> None:
    from docs_pages.reference_pages import reference_pages

    for name, page in reference_pages().items():
        assert (DOCS / "reference" / name).read_text(encoding="utf-8") == page, "run `make docs`"


@needs_sphinx
def test_the_page_of_commands_has_what_they_print() -> None:
    from click.testing import CliRunner
    from docs_pages.reference_pages import HELP_WIDTH, all_commands

    from simulator.cli.main import cli

    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    names = [name for name, _ in all_commands()]
    assert len(names) > 15
    for name in ("care-demand run", "care-demand import ssda903", "care-demand forecast score"):
        assert name in names
        printed = CliRunner().invoke(
            cli, [*name.split()[1:], "--help"], prog_name="care-demand", terminal_width=HELP_WIDTH
        )
        assert f"```text\n{printed.output.rstrip()}\n```" in page


API = "/api/v1/"


@pytest.mark.skipif(find_spec("starlette") is None, reason="needs care-demand[web]")
def test_the_page_of_the_interface_has_its_addresses() -> None:
    from simulator.web import decision_views, interface

    routes = [route for route in (*interface.ROUTES, *decision_views.ROUTES) if route.path.startswith(API)]
    page = (DOCS / "json-interface.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(GET|POST) (\w+)` ", page, re.MULTILINE))
    there = {(next(iter(route.methods - {"HEAD"})), route.path.removeprefix(API)) for route in routes}
    assert told == there


LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}
"""What a tag loads, by the name of its attribute."""


class Read(HTMLParser):
    """What a page of HTML loads, where it leads, and what in it can be led to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        self.ids.add(of.get("id", ""))
        if source := of.get(LOADS.get(tag, "")):
            self.loads.append(source)
        if tag == "link" and of.get("rel") not in ("next", "prev", "canonical", "index", "search", "author"):
            self.loads.append(of["href"])
        if tag == "a" and "href" in of:
            self.leads.append(of["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does, with warnings as errors."""
    if lacking := [name for name in NEEDS if find_spec(name) is None]:
        pytest.skip(f"needs care-demand[docs]: {', '.join(lacking)}")
    folder = tmp_path_factory.mktemp("site")
    words = [
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-c",
        "docs",
        "-d",
        str(folder / "cache"),
        ".",
        str(folder / "site"),
    ]
    kept = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "IPYTHONDIR": str(folder / "ipython"), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], cwd=ROOT, env=os.environ | kept, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "site"


def pages(site: Path) -> Iterator[tuple[Path, Read]]:
    found = sorted(site.rglob("*.html"))
    assert len(found) > 40
    for page in found:
        yield page, Read(page)


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page, read in pages(site):
        away = [source for source in read.loads if re.match(r"(https?:)?//", source)]
        assert not away, page
    for sheet in site.rglob("*.css"):
        asked = re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)", sheet.read_text(encoding="utf-8"))
        assert not [one for one in asked if re.match(r"(https?:)?//", one)], sheet


@pytest.mark.slow
def test_links_within_it_lead_somewhere(site: Path) -> None:
    read = {page.resolve(): one for page, one in pages(site)}
    for page, one in read.items():
        for target in one.leads:
            if re.match(r"[a-z]+:|//", target):
                continue
            file, _, anchor = target.partition("#")
            there = (page.parent / unquote(file)).resolve() if file else page
            assert there.is_file(), f"{page}: {target}"
            assert not anchor or there not in read or unquote(anchor) in read[there].ids, f"{page}: {target}"


@pytest.mark.slow
def test_notebooks_show_what_they_find_and_no_folder_of_this_machine(site: Path) -> None:
    for notebook in sorted((site / "notebooks").glob("*.html")):
        page = notebook.read_text(encoding="utf-8")
        assert 'class="output' in page, notebook
        assert str(ROOT) not in page, notebook
        assert "/tmp/" not in page, notebook


@pytest.mark.slow
def test_a_browser_asks_no_other_host_and_a_reader_of_any_kind_is_served(site: Path, browser: Any) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found = {}
    for name in ("docs/index", "docs/method", "docs/model", "docs/reference/commands", "notebooks/first-projection"):
        page.goto((site / f"{name}.html").as_uri())
        page.evaluate(AXE_SCRIPT)
        found[name] = [
            f"{one['id']}: {node['html'][:160]}"
            for one in page.evaluate("axe.run()")["violations"]
            for node in one["nodes"]
        ]
    context.close()
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    assert not any(found.values()), found
