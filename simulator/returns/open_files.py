"""The files in a folder or a zip archive, or a single one, read a chunk at a time: nothing is unpacked to disk.

Of what an archive holds only a workbook is held whole while it is read, as it is an archive itself, and packed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from simulator.returns.import_errors import ReturnsError, ReturnsProblem

TEXT = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm")
XML = (".xml",)
OTHER_WORKBOOKS = (".xls", ".xlsb", ".ods")
"""Not read, and told of: they are likely to be a return in another form."""

LOOKED_AT = {*TEXT, *WORKBOOKS, *XML, *OTHER_WORKBOOKS}

MOST_IN_A_PACKED_WORKBOOK = 50_000_000
"""Bytes of a workbook within an archive."""

_CHUNK = 1 << 18
_MOST_NAMES = 4_000_000
"""Bytes of the list of files in an archive: 40,000 files or so."""

_DIGITS = 18
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that give out a little at a time; of others a few bytes may become gigabytes at once."""

_UNREADABLE = (
    OSError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, NotImplementedError, ValueError,
    IndexError,
)  # fmt: skip
"""What zipfile raises of an archive that is damaged, locked, or none."""


@dataclass(frozen=True)
class TableFile:
    """One file.

    Attributes
    ----------
    name : str
        Below the folder or inside the archive; of a single file, its own.
    opened : callable
        Opens it for reading bytes.
    """

    name: str
    opened: Callable[[], AbstractContextManager[IO[bytes]]]

    @property
    def suffix(self) -> str:
        """What its name ends with, in small letters."""
        return PurePosixPath(self.name).suffix.lower()

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes, a few at a time (see :func:`chunks_of`)."""
        return chunks_of(self.opened, self.name)


def chunks_of(opened: Callable[[], AbstractContextManager[IO[bytes]]], name: str) -> Iterator[bytes]:
    """Yield the bytes of a file, a few at a time.

    Raises
    ------
    ReturnsError
        If it can't be read.
    """
    try:
        with opened() as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except _UNREADABLE as error:
        raise ReturnsError([ReturnsProblem(f"can't be read: {_reason(error)}", name)]) from None


class _Archive(io.BufferedReader):
    """The bytes of an archive, of which no more are taken at once than a list of files may have."""

    def read(self, size: int | None = -1) -> bytes:
        """Read some bytes."""
        if size is not None and size > _MOST_NAMES:
            raise NotImplementedError
        return super().read(size)


@contextmanager
def archive_of(raw: io.FileIO | io.BytesIO) -> Iterator[zipfile.ZipFile]:
    """Open an archive, whose list of files may not be too long."""
    with _Archive(raw) as stream, zipfile.ZipFile(stream) as archive:
        yield archive


@contextmanager
def table_files(source: Path) -> Iterator[Sequence[TableFile]]:
    """Give every file that may hold tables, in the order of names, numbers in names compared as numbers.

    Parameters
    ----------
    source : Path
        A folder, a zip archive, or one such file.

    Raises
    ------
    ReturnsError
        If it is neither.
    """
    with ExitStack() as closing:
        try:
            if source.is_dir():
                paths = {p.relative_to(source).as_posix(): p for p in source.rglob("*") if p.is_file()}
                found = [TableFile(name, partial(_opened, paths[name])) for name in _tables(paths)]
            elif source.is_file() and source.suffix.lower() in LOOKED_AT:
                found = [TableFile(source.name, partial(_opened, source))]
            elif zipfile.is_zipfile(source):
                archive = closing.enter_context(archive_of(io.FileIO(source)))
                packed = {info.filename: info for info in archive.infolist() if not info.is_dir()}
                found = [TableFile(name, partial(member, archive, packed[name])) for name in _tables(packed)]
            else:
                what = "neither a folder nor a zip archive, nor a table" if source.exists() else "not found"
                raise ReturnsError([ReturnsProblem(what, str(source))])
        except _UNREADABLE as error:
            raise ReturnsError([ReturnsProblem(f"can't be read: {_reason(error)}", str(source))]) from None
        yield found


@contextmanager
def workbook_of(file: TableFile) -> Iterator[zipfile.ZipFile]:
    """Open a workbook, which is an archive.

    Raises
    ------
    ReturnsError
        If it is none that can be read.
    """
    with ExitStack() as closing:
        try:
            stream = closing.enter_context(file.opened())
            if not isinstance(stream, io.FileIO):
                stream = io.BytesIO(stream.read(MOST_IN_A_PACKED_WORKBOOK + 1))
                if stream.getbuffer().nbytes > MOST_IN_A_PACKED_WORKBOOK:
                    raise NotImplementedError
            archive = closing.enter_context(archive_of(stream))
        except _UNREADABLE as error:
            raise ReturnsError([ReturnsProblem(f"can't be read: {_reason(error)}", file.name)]) from None
        yield archive


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb", buffering=0)


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """Open a file of an archive."""
    if info.compress_type not in _PACKED:
        raise NotImplementedError
    return archive.open(info)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, NotImplementedError):
        return "packed in a way that is not read, or too many files; pack the returns alone, as an ordinary zip"
    return "the archive is damaged or locked by a password"


def _tables(names: Iterable[str]) -> list[str]:
    def wanted(name: str) -> bool:
        path = PurePosixPath(name)
        hidden = any(part.startswith((".", "~", "__MACOSX")) for part in path.parts)
        return path.suffix.lower() in LOOKED_AT and not hidden

    def number(part: str) -> bool:
        return part.isdecimal() and len(part) <= _DIGITS

    def by_number(name: str) -> list[tuple[int, str]]:
        return [(int(part), "") if number(part) else (-1, part.lower()) for part in re.split(r"(\d+)", name)]

    return sorted(filter(wanted, names), key=by_number)
