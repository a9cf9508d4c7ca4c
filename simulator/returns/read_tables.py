"""The tables in files of any form that is read: text, Excel workbooks, and the return as XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulator.returns.column_names import ColumnNames
from simulator.returns.limits import Budget
from simulator.returns.open_files import OTHER_WORKBOOKS, TEXT, WORKBOOKS, XML, TableFile
from simulator.returns.read_903_xml import read_903_xml
from simulator.returns.read_rows import read_rows
from simulator.returns.read_workbook import read_workbook
from simulator.returns.table_rows import TableRows, nothing_of

Reader = Callable[[TableFile, ColumnNames, Budget], Iterator[TableRows]]


def _not_read(file: TableFile, _: ColumnNames, __: Budget) -> Iterator[TableRows]:
    yield nothing_of(file.name, "", left="a workbook of a kind that is not read; save it as .xlsx")


READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXT, read_rows),
    **dict.fromkeys(WORKBOOKS, read_workbook),
    **dict.fromkeys(XML, read_903_xml),
    **dict.fromkeys(OTHER_WORKBOOKS, _not_read),
}
"""What reads a file, by what its name ends with."""


def read_tables(file: TableFile, names: ColumnNames, budget: Budget) -> Iterator[TableRows]:
    """Read the tables of a file.

    Raises
    ------
    ReturnsError
        If it can't be read.
    TooMuch
        If it holds more than an import takes in.
    """
    return READERS[file.suffix](file, names, budget)
