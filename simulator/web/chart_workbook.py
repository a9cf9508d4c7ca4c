"""The table behind a chart as a workbook: two sheets, in which nothing is a formula or a link."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.outputs.svg import Plot, PlotTable

_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def chart_workbook(plot: Plot, behind: PlotTable) -> bytes:
    """Return an Excel workbook with the finding, the figures as numbers, and the notes.

    Raises
    ------
    ModuleNotFoundError
        If xlsxwriter is not installed: ``pip install 'care-demand[web]'``.
    """
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    book = Workbook(stream, _TEXT_ONLY)
    book.set_properties({"title": one_line(plot.finding)[:250], "author": "care-demand"})
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {"GBP": "#,##0", "number": "#,##0", "per cent": "0.0"}
    figure = book.add_format({"num_format": formats[behind.unit]})
    sheet = book.add_worksheet("Data")
    sheet.write_string(0, 0, one_line(plot.finding), bold)
    sheet.write_string(1, 0, f"{one_line(plot.subtitle)}. Unit: {behind.unit}.")
    for column, name in enumerate(behind.columns):
        sheet.write_string(3, column, one_line(name), head)
    for row, values in enumerate(behind.numbers, start=4):
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, one_line(value))
            elif value is not None:
                sheet.write_number(row, column, value, figure)
    sheet.set_column(0, len(behind.columns) - 1, 18)
    sheet.freeze_panes(4, 1)
    notes = book.add_worksheet("Notes")
    notes.set_column(0, 0, 110)
    for row, note in enumerate((plot.sentence, *plot.notes)):
        notes.write_string(row, 0, one_line(note), wrap)
    book.close()
    return stream.getvalue()
