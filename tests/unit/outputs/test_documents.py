"""What documents share: tables, and what they say of the model's record."""

from __future__ import annotations

import json

import pytest
from docs_pages.packaged_record import packaged_record, plain
from paths import ROOT

from simulator.outputs.documents.document_page import DocumentTable, document
from simulator.outputs.documents.model_record import limits, record_tables, verdict


def test_the_record_is_that_of_the_docs() -> None:
    held = (ROOT / "simulator" / "outputs" / "documents" / "record.json").read_text(encoding="utf-8")
    assert held == packaged_record(ROOT / "docs"), "run python tools/make_docs.py"
    assert verdict() == json.loads(held)["verdict"]
    assert len(limits()) > 10


def test_markdown_becomes_plain_text() -> None:
    assert plain("**Bold** and [a link](page.md)\nand more") == "Bold and a link and more"


def test_what_bears_on_authorities_is_told_of_authorities_alone() -> None:
    england, kent = (" ".join(one.caption for one in record_tables(areas)) for areas in (["England"], ["Kent"]))
    assert "authorities" not in england
    assert "Hindcast of authorities" in kent
    assert "Track record for authorities" in kent


def test_a_table_has_rows_that_fit() -> None:
    with pytest.raises(ValueError, match="do not fit its 2 columns"):
        DocumentTable("Odd", ("A", "B"), (("a",),))
    filled = DocumentTable("Kept", ("A", "B", "C"), (("a", "", "c"), ("d", "", ""))).filled()
    assert (filled.columns, filled.rows) == (("A", "C"), (("a", "c"), ("d", "")))


def test_nothing_that_a_name_holds_acts() -> None:
    text = document(
        "report", title="<script>x</script>\u202e", area="A", more_areas=0,
        span=("a", "b"), draws=0, price_year="2024-25",
        parts=[], beside=[], source="s", verdict="v", record=[], limits=[],
        sources=[("t", "javascript:alert(1)"), ("u", "https://u.example/?a&b")], again="x",
        made=DocumentTable("m", ("a",), ()), hashes=DocumentTable("h", ("a",), ()),
        data=DocumentTable("d", ("a",), ()), files=[],
    )  # fmt: skip
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "javascript:" not in text
    assert 'href="https://u.example/?a&amp;b"' in text
