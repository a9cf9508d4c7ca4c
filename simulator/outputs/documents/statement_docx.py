"""A sufficiency statement as a Word document that screen readers can follow."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator.outputs.documents.document_page import DocumentTable
from simulator.outputs.documents.statement_content import Statement, StatementPicture
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

FONT = "Arial"
LANGUAGE = "en-GB"
_MARGIN_CM, _PICTURE_CM, _LONGEST_ALT = 1.8, 17.0, 2_000
_FROM_CM = 3.6
"""Width of the column that says where figures stand, which is the last."""


def statement_docx(of: Statement) -> bytes:
    """Return a statement as a .docx: styled headings, a table of contents, header rows that repeat, alternative texts.

    Raises
    ------
    ModuleNotFoundError
        If python-docx is not installed: ``pip install 'care-demand[report]'``.
    """
    from docx import Document

    document = Document()
    _set_up(document, of)
    document.add_heading(one_line(of.title), level=0)
    for text in of.lead:
        document.add_paragraph(one_line(text))
    _contents(document, of)
    for section in of.sections:
        document.add_heading(one_line(section.title), level=1)
        for text in section.says:
            document.add_paragraph(one_line(text))
        for point in section.points:
            document.add_paragraph(one_line(point), style="List Bullet")
        for table in section.tables:
            _table(document, table)
        for picture in section.pictures:
            _picture(document, picture)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: Document, of: Statement) -> None:
    """Set properties, language, paper and styles."""
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    properties = document.core_properties
    properties.title, properties.author = one_line(of.title), "care-demand"
    properties.subject, properties.language = "Sufficiency duty: children in care", LANGUAGE
    properties.keywords, properties.comments = "", "Made by care-demand. Not a government service."
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21.0)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(_MARGIN_CM)
    sizes = {"Normal": 11, "Title": 24, "Heading 1": 18, "Heading 2": 13, "List Bullet": 11, "Caption": 11}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(attribute), None)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGE)
    document.styles["Normal"].element.get_or_add_rPr().append(language)


def _contents(document: Document, of: Statement) -> None:
    """Add a table of contents: a field, which Word renews, with the headings in it until then."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document.add_paragraph("Contents", style="Caption")
    paragraph = document.add_paragraph()

    def mark(kind: str) -> None:
        character = OxmlElement("w:fldChar")
        character.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(character)

    mark("begin")
    words = OxmlElement("w:instrText")
    words.set(qn("xml:space"), "preserve")
    words.text = 'TOC \\o "1-2" \\h \\z \\u'
    paragraph.add_run()._r.append(words)
    mark("separate")
    for at, section in enumerate(of.sections):
        run = paragraph.add_run(one_line(section.title))
        if at < len(of.sections) - 1:
            run.add_break()
    mark("end")


def _table(document: Document, of: DocumentTable) -> None:
    """Add a table under a heading of its own; its first row repeats on each page, and no row is cut in two."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    document.add_heading(one_line(of.caption), level=2)
    table = document.add_table(rows=1 + len(of.rows), cols=len(of.columns), style="Table Grid")
    properties = table._tbl.tblPr
    for tag, text in (("w:tblCaption", of.caption), ("w:tblDescription", f"{of.caption}: {', '.join(of.columns)}")):
        element = OxmlElement(tag)
        element.set(qn("w:val"), one_line(text)[:_LONGEST_ALT])
        properties.append(element)
    every = [of.columns, *of.rows]
    cells = table._cells  # all at once: rows[i].cells reads the table anew each time
    wide = len(of.columns)
    for r, row in enumerate(every):
        for c, text in enumerate(row):
            _write(cells[r * wide + c], text.strip(), bold=r == 0)
    for r, row in enumerate(table.rows):
        of_row = row._tr.get_or_add_trPr()
        of_row.append(OxmlElement("w:cantSplit"))
        if r == 0:
            of_row.append(OxmlElement("w:tblHeader"))
    table.autofit = False
    whole = 29.7 - 2 * _MARGIN_CM
    first = min(6.5, whole / wide * 1.5)
    last = _FROM_CM if wide > 2 else whole - first
    middle = (whole - first - last) / max(wide - 2, 1)
    for c in range(wide):
        width = Cm(first if c == 0 else last if c == wide - 1 else middle)
        for r in range(len(every)):
            cells[r * wide + c].width = width
    for text in of.said:
        document.add_paragraph(one_line(text))
    document.add_paragraph()


def _write(cell: _Cell, text: str, *, bold: bool) -> None:
    from docx.shared import Pt

    paragraph: Any = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(one_line(text))
    run.font.size, run.bold = Pt(8.5), bold


def _picture(document: Document, of: StatementPicture) -> None:
    """Add a chart, with its alternative text."""
    from docx.shared import Cm

    shape = document.add_picture(str(of.path.with_suffix(".png")), width=Cm(_PICTURE_CM))
    properties = shape._inline.docPr
    properties.set("descr", one_line(of.alt)[:_LONGEST_ALT])
    properties.set("title", of.path.name.replace("-", " ").capitalize())
    properties.set("name", of.path.name)
