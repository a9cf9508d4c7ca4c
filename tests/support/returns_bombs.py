"""Returns made to fill the memory of whoever reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from returns_files import EPISODE_COLUMNS, Folder, episode
from returns_forms import inline, raw_workbook

HEADING = ",".join(EPISODE_COLUMNS).encode() + b"\n"
ROW = b"C1,01/05/2024,S,C2,N1,U4,PR1,,,,ZZ9 9ZZ,,\n"


YEARS = b"".join(ROW.strip() + b",%d\n" % i for i in range(200_000))


def zipped(path: Path, content: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def repeated(path: Path, member: str, block: bytes, times: int, heading: bytes = HEADING) -> Path:
    """Write an archive of one member, which holds a block over and over."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(member, "w", force_zip64=True) as stream,
    ):
        stream.write(heading)
        for _ in range(times):
            stream.write(block)
    return path


def lying(path: Path) -> Path:
    """Write an archive whose list says that a member of 600 MB has 1,000 bytes."""
    repeated(path, "episodes.csv", b"\n" * 1_000_000, 600)
    content = path.read_bytes()
    at = content.rfind(b"PK\x01\x02")
    path.write_bytes(content[: at + 24] + (1_000).to_bytes(4, "little") + content[at + 28 :])
    return path


def nested(path: Path) -> Path:
    inner = b"0" * 50_000_000
    for level in range(4):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(4):
                archive.writestr(f"{level}-{copy}.zip" if level else f"{copy}.csv", inner)
        inner = out.getvalue()
    return zipped(path, {"episodes.zip": inner})


def usual(path: Path, **more: bytes) -> Path:
    """Write a folder of a return, and more beside it."""
    folder = Folder(path).year(2025, [episode(f"C{i}", "01/05/2024", "01/09/2024") for i in range(9)]).path
    for name, content in more.items():
        (folder / f"{name}.csv").write_bytes(content)
    return folder


COLUMNS = ["CHILD", "DOB", "DECOM", "RNE", "LS", "PLACE", "PLACE_PROVIDER", "DEC", "REC"]
CELLS = ["C1", "05/06/2015", "01/05/2024", "S", "C2", "U4", "PR1", "01/03/2025", "E4A"]
BEGIN, END = b"<worksheet><sheetData>", b"</sheetData></worksheet>"


def sheet(*parts: bytes) -> list[bytes]:
    """The XML of a sheet of nine children, and more below them."""
    each = (inline(i, [f"C{i}", *CELLS[1:]]) for i in range(2, 11))
    return [BEGIN, inline(1, COLUMNS), *each, *parts, END]


def millions(block: bytes, times: int) -> list[bytes]:
    return [block * 1_000] * (times // 1_000)


def in_an_archive(folder: Path) -> Path:
    """Write an archive of a workbook of 60 MB, which is packed no further."""
    path = folder / "r.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("r.xlsx", "w") as stream:
        for _ in range(60):
            stream.write(b"\0" * 1_000_000)
    return path


WORKBOOKS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "half a million rows": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(*millions(inline(11, CELLS), 500_000))), "--memory-mb 1000"
    ),
    "half a million short rows": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(*millions(b"<row><c><v>1</v></c></row>", 500_000))),
        "--memory-mb 1000",
    ),
    "a gigabyte of tags": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(*millions(b"<x/>" * 25, 10_000_000))), "more than 500 MB of text"
    ),
    "a row far below": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(inline(1_048_576, CELLS))), "it needs more than 500 MB"
    ),
    "ten million shared texts": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(), [b"<sst>", *millions(b"<si><t>a</t></si>", 10_000_000)]),
        "it needs more than 500 MB",
    ),
    "a tag of 100 MB": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(b'<row spans="' + b"9" * 100_000_000 + b'"/>')), "a tag of more than"
    ),
    "a text of 100 MB": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(b"<row><c><v>" + b"9" * 100_000_000 + b"</v></c></row>")),
        "a text of more than 131,072 characters",
    ),
    "a million names": (
        lambda p: raw_workbook(p / "r.xlsx", sheet(*(b"<n%d/>" % i for i in range(1_000_000)))),
        "different names of elements",
    ),
    "a workbook too big in an archive": (in_an_archive, "packed in a way that is not read"),
}  # fmt: skip

INERT: dict[str, Callable[[Path], Path]] = {
    "a million empty rows": lambda p: raw_workbook(
        p / "r.xlsx", sheet(*(b'<row r="%d"><c r="A%d" s="1"/></row>' % (i, i) for i in range(11, 1_000_000)))
    ),
    "a gigabyte of macros": lambda p: raw_workbook(p / "r.xlsm", sheet(), xl__vbaProject_bin=b"\0" * 1_000_000_000),
    "styles without end": lambda p: raw_workbook(p / "r.xlsx", sheet(), xl__styles_bin=b" " * 600_000_000),
}
"""What is in a workbook and is not looked at, or is nothing."""

BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "zeros": (lambda p: repeated(p, "episodes.csv", b"\0" * 1_000_000, 1_500, b""), "more than 500 MB of text"),
    "zeros in 400 MB": (lambda p: repeated(p, "episodes.csv", b"\0" * 1_000_000, 400), "row 2: a row of more than"),
    "a list that lies": (lying, "can't be read"),
    "archives in archives": (nested, "no Episodes file"),
    "packed by bzip2": (
        lambda p: zipped(p, {"episodes.csv": HEADING + ROW * 9_000_000}, zipfile.ZIP_BZIP2), "packed in a way"
    ),
    "a row of 200,000 cells": (
        lambda p: usual(p, wide=HEADING + ROW + b"1," * 200_000 + b"\n"), "row 3: 200,001 cells; at most 1,000"
    ),
    "200,000 cells of several lines": (
        lambda p: usual(p, wide=HEADING + b'"1\n",' * 200_000), "row 2: 200,001 cells; at most 1,000 are read"
    ),
    "5,000 columns": (
        lambda p: usual(p, wide=HEADING.strip() + b",MORE" * 5_000 + b"\n" + ROW), "5,013 columns; at most 1,000"
    ),
    "a cell of 100 MB": (
        lambda p: usual(p, wide=HEADING + b"C1," + b"9" * 100_000_000 + b"\n"), "row 2: a row of more than"
    ),
    "a quoted cell of 100 MB": (
        lambda p: usual(p, wide=HEADING + b'C1,"' + b"9\n" * 50_000_000 + b'"\n'), "row 2: a cell of more than 131,072"
    ),
    "a million empty rows": (lambda p: usual(p, empty=HEADING + b",,,,,,,,,,,,\n" * 1_000_000), "--memory-mb 1000"),
    "a million blank lines": (lambda p: usual(p, blank=HEADING + b"\n" * 1_000_000 + ROW), "--memory-mb 1000"),
    "thirty million blank lines": (
        lambda p: usual(p, blank=HEADING + ROW + b"\n" * 30_000_000 + ROW), "--memory-mb 1000"
    ),
    "a million rows": (lambda p: repeated(p, "episodes.csv", ROW * 1_000, 1_000), "--memory-mb 1000"),
    "long cells": (
        lambda p: usual(p, long=HEADING + (b"9" * 100_000 + ROW) * 2_000), "needs more than 500 MB"
    ),
    "a year for each row": (
        lambda p: usual(p, years=HEADING.strip() + b",YEAR\n" + YEARS),
        "more than 100 different values in YEAR",
    ),
}  # fmt: skip
"""Name to what writes it and the words that it is refused with."""
