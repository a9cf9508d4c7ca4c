"""Small returns written by hand, for tests of the import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.returns.clean import Stays, clean
from simulator.returns.quality import Report
from simulator.returns.read_files import read

EPISODE_COLUMNS = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN",
)  # fmt: skip
HEADER_COLUMNS = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
UASC_COLUMNS = ("CHILD", "SEX", "DOB", "DUC")

Row = Mapping[str, str]


def episode(child: str, decom: str, dec: str = "", **more: str) -> dict[str, str]:
    """An episode of foster care by the council; if it ended, the child went home."""
    plain = {"RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U4", "PLACE_PROVIDER": "PR1", "REC": "E4A" if dec else ""}
    return {"CHILD": child, "DECOM": decom, "DEC": dec, **plain, "HOME_POST": "ZZ9 9ZZ", **more}


def header(child: str, dob: str = "05/06/2015", **more: str) -> dict[str, str]:
    return {"CHILD": child, "SEX": "1", "DOB": dob, "ETHNIC": "WBRI", "UPN": "Z000000000001", **more}


def table(columns: Iterable[str], rows: Iterable[Row], separator: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass
class Folder:
    """A folder of returns."""

    path: Path

    def year(self, year: int, episodes: Iterable[Row], headers: Iterable[Row] = (), uasc: Iterable[Row] = ()) -> Folder:
        """Write the return of a year; a child without a header is given one."""
        episodes, headers = list(episodes), list(headers)
        named = {row["CHILD"] for row in headers}
        headers += [header(child) for child in sorted({e["CHILD"] for e in episodes} - named - {""})]
        folder = self.path / str(year)
        folder.mkdir(parents=True)
        (folder / "episodes.csv").write_text(table(EPISODE_COLUMNS, episodes))
        (folder / "header.csv").write_text(table(HEADER_COLUMNS, headers))
        if uasc:
            (folder / "uasc.csv").write_text(table(UASC_COLUMNS, uasc))
        return self

    def clean(self) -> tuple[Stays, Report]:
        return clean(read(self.path))


def findings(report: Report) -> dict[str, tuple[int, int]]:
    """Rows and children of every finding that tells of a fault."""
    return {finding.rule.name: (finding.rows, finding.children) for finding in report.dirt}


def account(report: Report, kind: str = "episodes") -> dict[str, int]:
    """What became of rows, or of children."""
    return {o.outcome: o.number for o in report.account if o.kind == kind and o.number}
