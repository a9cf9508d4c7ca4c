"""Returns with something broken in them, drawn at random: each seed gives the same folder or archive."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from returns_files import EPISODE_COLUMNS, HEADER_COLUMNS, UASC_COLUMNS, episode, header, table

PLANTED_NAME, PLANTED_UPN, PLANTED_HOME = "XK7Q2", "Q8201200", "QX7 3"
"""What identifiers, UPNs and postcodes of every child begin with; no output may hold any of them."""

Files = dict[str, bytes]
Change = Callable[[random.Random, bytes], bytes]


@cache
def _sample() -> dict[str, str]:
    """Three returns of some forty children, of all ages and placements."""
    draw = random.Random(903)
    files: dict[str, str] = {}
    children = [f"{PLANTED_NAME}{i:03}" for i in range(40)]
    born = {
        child: f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/{draw.randint(2008, 2019)}" for child in children
    }
    for year in (2023, 2024, 2025):
        rows, here = [], draw.sample(children, 25)
        for child in here:
            month, day = draw.randint(4, 12), draw.randint(1, 28)
            decom = f"{day:02}/{month:02}/{year - 1}"
            dec = f"{day:02}/{draw.randint(1, 3):02}/{year}" if draw.random() < 0.7 else ""
            place, provider = draw.choice((("U4", "PR1"), ("U6", "PR4"), ("K2", "PR4"), ("H5", "PR1"), ("P1", "PR0")))
            home = {"HOME_POST": f"{PLANTED_HOME}AA", "PL_POST": f"{PLANTED_HOME}BB"}
            rows.append(episode(child, decom, dec, PLACE=place, PLACE_PROVIDER=provider, **home))
        headers = [header(child, born[child], UPN=f"{PLANTED_UPN}{child[-3:]}0") for child in here]
        files[f"{year}/episodes.csv"] = table(EPISODE_COLUMNS, rows)
        files[f"{year}/header.csv"] = table(HEADER_COLUMNS, headers)
        uasc = [{"CHILD": child, "SEX": "1", "DOB": born[child], "DUC": ""} for child in here[:3]]
        files[f"{year}/uasc.csv"] = table(UASC_COLUMNS, uasc)
    return files


def _cells(draw: random.Random, content: bytes, change: Callable[[str], str], share: float = 0.2) -> bytes:
    """Change some cells below the heading."""
    heading, *rows = content.decode("utf-8", errors="replace").split("\n")
    changed = [
        ",".join(change(c) if draw.random() < share else c for c in row.split(",")) if row else row for row in rows
    ]
    return "\n".join([heading, *changed]).encode("utf-8", errors="surrogatepass")


def _headings(content: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    heading, end, rest = content.partition(b"\n")
    return ",".join(change(heading.decode("utf-8", errors="replace").split(","))).encode() + end + rest


def _flipped(draw: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(draw.choice((1, 5, 50, 500)) if found else 0):
        found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


def _cut(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _inserted(draw: random.Random, content: bytes) -> bytes:
    at = draw.randrange(len(content) + 1)
    junk = draw.choice(
        (b"\r", b"\n", b'"', b"\0", b"\x1a", b"\x1b[31m", b"\xff", b",", b";", b"\t", b"\r\r\n", b"\xe2\x80\xae")
    )
    return content[:at] + junk * draw.choice((1, 1, 3, 200)) + content[at:]


def _letters(draw: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", errors="replace")
    kind = draw.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-8-sig", "utf-7", "cp037"))
    return text.encode(kind, errors="replace")


def _separators(draw: random.Random, content: bytes) -> bytes:
    other = draw.choice((b";", b"\t", b"|", b" ", b",,", b", ", b"\x1f"))
    rows = content.split(b"\n")
    if draw.random() < 0.5:
        return content.replace(b",", other)
    at = draw.randrange(len(rows))
    return b"\n".join([*rows[:at], *(row.replace(b",", other) for row in rows[at:])])


def _line_ends(draw: random.Random, content: bytes) -> bytes:
    return content.replace(b"\n", draw.choice((b"\r\n", b"\r", b"\n\n", b"\n\r", b"", b"\x0b", b"\xe2\x80\xa8")))


def _quotes(draw: random.Random, content: bytes) -> bytes:
    return _cells(draw, content, lambda c: draw.choice((f'"{c}"', f'"{c}', f'{c}"', f'""{c}', f"'{c}'", f'"{c}\n"')))


def _columns(draw: random.Random, content: bytes) -> bytes:
    def change(names: list[str]) -> list[str]:
        at, kind = draw.randrange(len(names)), draw.randrange(6)
        if kind == 0:
            return names[:at] + names[at + 1 :]
        if kind == 1:
            return [*names, names[at]]
        if kind == 2:
            return [*names[:at], draw.choice(("", "YEAR", "CHILD", "\u00e9", "\x1b", "DOB")), *names[at + 1 :]]
        if kind == 3:
            return [f' "{n.lower()}" ' for n in names]
        return draw.sample(names, len(names)) if kind == 4 else ["YEAR", *names]

    return _headings(content, change)


_DATES = (
    "", "31/02/2024", "00/00/0000", "2024-13-01", "45000", "99999", "00000", "1/1/1", "09-Foo-24", "29/02/2023",
    "soon", "01/01/1066", "31/12/2099", "32768", "\u0663/05/2024", "\u00b2/05/2024", "01/05/2024 25:99", "=DATE(2024)",
    "-1", "1e99",
)  # fmt: skip


def _dates(draw: random.Random, content: bytes) -> bytes:
    return _cells(draw, content, lambda c: draw.choice(_DATES) if "/" in c else c, draw.choice((0.05, 0.5, 1.0)))


_JUNK = (
    "", " ", "NULL", "#N/A", "=1+1", "@x", "\x1b[2J", "\u202e", "\U0001f600", "9" * 40, "1.23E+09", "0", "-1", "nan",
    "inf", "a" * 5_000, "\0", "\ufeff", "\u00df" * 300,
)  # fmt: skip


def _junk(draw: random.Random, content: bytes) -> bytes:
    return _cells(draw, content, lambda _: draw.choice(_JUNK), draw.choice((0.01, 0.2, 0.9)))


def _huge(draw: random.Random, content: bytes) -> bytes:
    size = draw.choice((20_000, 131_073, 1_100_000))
    rows = content.split(b"\n")
    rows.insert(draw.randrange(len(rows)), draw.choice((b"9" * size, b'"' + b"9\n" * (size // 2), b"," * size)))
    return b"\n".join(rows)


def _rows(draw: random.Random, content: bytes) -> bytes:
    heading, *rows = content.split(b"\n")
    kind = draw.randrange(5)
    if kind == 0:
        return b"\n".join([heading, *rows * 3])
    if kind == 1:
        return b"\n".join([*rows, heading])
    if kind == 2:
        return b"\n".join([heading, *(row + b",,more" * draw.randrange(2) for row in rows)])
    if kind == 3:
        return b"\n".join([heading, *(b",".join(row.split(b",")[: draw.randrange(1, 14)]) for row in rows)])
    return b"\n\n,,,\n" + content + b"\n" * 50


def _nothing(draw: random.Random, content: bytes) -> bytes:
    return draw.choice((b"", b"\n", content.split(b"\n")[0], b"\0" * 100, b"\xef\xbb\xbf", b"PK\x03\x04", b'"'))


CHANGES: tuple[Change, ...] = (
    _flipped, _cut, _inserted, _letters, _separators, _line_ends, _quotes, _columns, _dates, _junk, _huge, _rows,
    _nothing,
)  # fmt: skip

_NAMES = (
    "../../episodes.csv", "/etc/episodes.csv", "2025\\episodes.csv", "\x1b[31mheader.csv", "a\nb.csv",
    "9" * 200 + ".csv", ".csv", "con.csv", "\U0001f600.csv", "\u202evsc.csv", "2025/", "episodes.csv/", "x.CSV",
    "\u0662.csv", "a" * 60_000 + ".csv",
)  # fmt: skip


def _renamed(draw: random.Random, files: Files, names: tuple[str, ...]) -> Files:
    found = dict(files)
    for name in draw.sample(sorted(files), draw.choice((1, 1, 3))):
        content = found.pop(name)
        kind = draw.randrange(3)
        if kind == 0:
            found[draw.choice(names)] = content
        elif kind == 1:
            found[name.replace("episodes", "header")] = content
    return found


def _archive(draw: random.Random, files: Files) -> bytes:
    how = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = out.getvalue()
    kind = draw.randrange(8)
    if kind == 0:
        return _cut(draw, content)
    if kind == 1:
        return _flipped(draw, content)
    if kind == 2:  # what the list of files says: versions, flags, sizes, names
        found = bytearray(content)
        for at in [m.start() for m in re.finditer(b"PK\x01\x02", content)]:
            if draw.random() < 0.5:
                found[at + draw.randrange(4, 46)] = draw.randrange(256)
        return bytes(found)
    if kind == 3:
        tail = bytearray(content[-22:])
        tail[draw.randrange(4, 22)] = draw.randrange(256)
        return content[:-22] + bytes(tail)
    return content


def mutated(seed: int, folder: Path) -> Path:
    """Write returns in which something is broken, in a folder or as an archive, and return where."""
    draw = random.Random(seed)
    files: Files = {name: text.encode() for name, text in _sample().items()}
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        change = draw.choice(CHANGES)
        for name in draw.sample(sorted(files), draw.choice((1, 1, 3, len(files)))):
            files[name] = change(draw, files[name])
    packed = draw.random() < 0.4
    if draw.random() < 0.25:
        files = _renamed(draw, files, _NAMES if packed else tuple(n for n in _NAMES if _of_a_folder(n)))
    if packed:
        path = folder / "returns.zip"
        path.write_bytes(_archive(draw, files))
        return path
    path = folder / "returns"
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def _of_a_folder(name: str) -> bool:
    """Whether a file may be called so: below the folder, and on any system."""
    return (
        name.isprintable()
        and len(name) < 100
        and not name.startswith(("/", ".."))
        and name[-1] != "/"
        and name != "con.csv"
    )
