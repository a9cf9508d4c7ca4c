"""The folder of a sufficiency statement: a Word document, one HTML file, and what they were made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.data.provenance import package_version
from simulator.outputs.documents.document_page import document
from simulator.outputs.documents.statement_content import statement
from simulator.outputs.documents.statement_docx import statement_docx
from simulator.outputs.folder import MADE_BY, MANIFEST, whole_folder

DOCX, PAGE = "statement.docx", "statement.html"


def write_statement(
    folder: Path, run: Path, manifest: Mapping[str, Any], compared: Path | None, *, private: bool
) -> None:
    """Write a statement.

    Parameters
    ----------
    folder : Path
        Where to; see :func:`simulator.outputs.folder.whole_folder`.
    run : Path
        What `sufficiency`, or a `run` of one council or region, wrote.
    manifest : mapping
        Of that folder.
    compared : Path or None
        What `compare` wrote of the same place.
    private : bool
        Whether only its owner may read it.
    """
    content = statement(run, compared, manifest["command"])
    word, page = statement_docx(content), document("statement", of=content)
    made = {
        "made_by": MADE_BY,
        "command": f"{MADE_BY} statement {run.name}",
        "version": package_version(),
        "run": {"command": manifest["command"], "tables": manifest["tables"]},
        "files": sorted([DOCX, PAGE, MANIFEST]),
    }
    with whole_folder(folder, private=private) as part:
        (part / DOCX).write_bytes(word)
        (part / PAGE).write_text(page, encoding="utf-8", newline="\n")
        text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        (part / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
