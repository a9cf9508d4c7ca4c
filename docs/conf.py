"""The site: Sphinx reads the pages as they are, from the top of the project (`make docs`).

Which page stands where is said by the lists of links in docs/index.md and by nothing else: a page that is on none of
them is in no table of contents, of which Sphinx warns, and a warning is an error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "care-demand"
author = "care-demand contributors"
language = "en-GB"

extensions = ["myst_nb"]
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/reference/*.md",
    "forecasts/*/*.md",
    "benchmarks/README.md",
    "notebooks/*.ipynb",
]
exclude_patterns = [".*", "out", "build", "dist", "simulator", "tests", "tools", "studies"]
root_doc = INDEX = "docs/index"
nitpicky = True

myst_heading_anchors = 4
# Notebooks are run when the site is built: what they show is never older than the program.
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_merge_streams = True

html_theme = "furo"
html_title = "care-demand"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_last_updated_fmt = None
templates_path = ["templates"]
html_additional_pages = {"index": "to-the-first-page.html"}
# Colours of code that can be read by all: the theme's own are too pale.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# What the theme and docutils leave undone for keyboards and screen readers, and what stands there instead.
_REPAIRS = {
    '<aside class="sidebar-drawer"': '<aside aria-label="Pages" class="sidebar-drawer"',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    '<th class="head"><p></p></th>': "<td></td>",
    "<th></th>": "<td></td>",
}

_LISTED = re.compile(r"^- \[[^\]]+\]\(([^)#]+)\)", re.MULTILINE)


def listed(index: str) -> dict[str, list[str]]:
    """Return the files that the front page lists, by the heading they stand under.

    Parameters
    ----------
    index : str
        Text of docs/index.md; files are named from docs/.
    """
    parts = re.split(r"^## (.+)$", index, flags=re.MULTILINE)
    return {
        head: files for head, text in zip(parts[1::2], parts[2::2], strict=True) if (files := _LISTED.findall(text))
    }


def _with_contents(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make the front page's lists of links the table of contents of the site."""
    if docname != INDEX:
        return
    for head, files in listed(source[0]).items():
        names = "\n".join(str(Path(file).with_suffix("")) for file in files)
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {head}\n\n{names}\n```\n"


def _for_all_readers(app: Sphinx, failed: Exception | None) -> None:
    """Name landmarks, give headings their level, and let the keyboard reach what scrolls; a page is repaired once."""
    for page in () if failed else Path(app.outdir).rglob("*.html"):
        text = before = page.read_text(encoding="utf-8")
        for there, instead in _REPAIRS.items():
            text = text.replace(there, instead)
        if text != before:
            page.write_text(text, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    """Tell Sphinx of it."""
    app.connect("source-read", _with_contents)
    app.connect("build-finished", _for_all_readers)
