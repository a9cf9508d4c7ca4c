"""Write docs/reference/ from the program: python tools/make_reference.py (`make docs` and `make docs-tables` do so).

Nothing is run for it, so it takes a second or two.
"""

from __future__ import annotations

from pathlib import Path

from docs_pages.reference_pages import reference_pages

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def main() -> None:
    """Write every page."""
    for name, page in reference_pages().items():
        (REFERENCE / name).write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
