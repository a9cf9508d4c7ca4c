"""The made-up returns in the forms that councils hold: workbooks, XML, and tables with names of their own."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from returns_gates import TABLES, Frames, frames, write

OWN_NAMES = {
    "CHILD": "Person ID", "DOB": "Date of birth", "DECOM": "Episode start date", "DEC": "Episode end date",
    "RNE": "Reason for new episode", "LS": "Legal status", "PLACE": "Placement type", "PLACE_PROVIDER": "Provider",
    "REC": "Reason episode ceased",
}  # fmt: skip


def workbook(path: Path, tables: Frames, year: int, title: str = "") -> Path:
    """Write the return of a year as a workbook that openpyxl makes, with dates as dates and a sheet of notes."""
    book = openpyxl.Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Notes"
    notes.append(["Sent by", "the data team"])
    for kind in TABLES:
        sheet = book.create_sheet(f"{kind.title()} {year}")
        if title:
            sheet.append([title])
        frame = tables[year, kind]
        sheet.append(frame.columns)
        dates = [i for i, name in enumerate(frame.columns) if name in ("DECOM", "DEC", "DOB")]
        typed = frame.with_columns(
            frame[:, i].str.to_date("%d/%m/%Y").alias(frame.columns[i]) for i in dates
        )  # fmt: skip
        for row in typed.iter_rows():
            sheet.append([None if cell == "" else cell for cell in row])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def one_workbook(path: Path) -> Path:
    """Write all years into one workbook, a sheet for each table."""
    book = openpyxl.Workbook(write_only=True)
    for (year, kind), frame in frames().items():
        sheet = book.create_sheet(f"{year} {kind}")
        sheet.append(frame.columns)
        for row in frame.iter_rows():
            sheet.append(list(row))
    book.save(path)
    return path


def xml(path: Path, tables: Frames, year: int, *, uasc_in: str = "HEADER") -> Path:
    """Write the return of a year as the XML that systems make; who is unaccompanied stands in an element of a name."""
    uasc = set(tables[year, "uasc"]["CHILD"])
    episodes = tables[year, "episodes"].partition_by("CHILD", as_dict=True, maintain_order=True)
    root = ElementTree.Element("EXPSSDA903")
    for child in tables[year, "header"].iter_rows(named=True):
        one = ElementTree.SubElement(root, "CHILD")
        header = ElementTree.SubElement(one, "HEADER")
        told = {"CHILDID": child["CHILD"], "UPN": child["UPN"], "SEX": str(child["SEX"]), "DOB": child["DOB"],
                "ETHNIC": child["ETHNIC"]}  # fmt: skip
        if uasc_in == "HEADER":
            told["UASC"] = "1" if child["CHILD"] in uasc else "0"
        elif uasc_in and child["CHILD"] in uasc:
            ElementTree.SubElement(ElementTree.SubElement(one, uasc_in), "DUC")
        for name, text in told.items():
            ElementTree.SubElement(header, name).text = text
        review = ElementTree.SubElement(header, "AREVIEW")
        ElementTree.SubElement(review, "REVIEW").text = "01/01/2024"
        for row in episodes[child["CHILD"],].iter_rows(named=True):
            episode = ElementTree.SubElement(one, "EPISODE")
            for name in ("DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "URN"):
                ElementTree.SubElement(episode, "PL" if name == "PLACE" else name).text = row[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(path, xml_declaration=True, encoding="utf-8")
    return path


def with_own_names(folder: Path) -> Path:
    renamed = {k: f.rename({a: b for a, b in OWN_NAMES.items() if a in f.columns}) for k, f in frames().items()}
    return write(folder, renamed)


# --------------------------------------------------------------------------------------------------
# Workbooks by hand

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def raw_workbook(path: Path, sheet: list[bytes], shared: list[bytes] | None = None, **more: bytes) -> Path:
    """Write a workbook of one sheet from the bytes of its XML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="Episodes" sheetId="1" r:id="r1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        for name, parts in (("worksheets/sheet1.xml", sheet), ("sharedStrings.xml", shared or [b"<sst/>"])):
            with archive.open(f"xl/{name}", "w", force_zip64=True) as stream:
                for part in parts:
                    stream.write(part)
        for name, content in more.items():
            archive.writestr(name.replace("__", "/").replace("_bin", ".bin"), content)
    return path


def inline(row: int, cells: list[str]) -> bytes:
    texts = "".join(
        f'<c r="{chr(65 + i)}{row}" t="inlineStr"><is><t>{c}</t></is></c>' for i, c in enumerate(cells) if c
    )
    return f'<row r="{row}">{texts}</row>'.encode()
