"""XML read as it streams by, within bounds on all that a parser holds; document types and entities are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol
from xml.parsers import expat

from simulator.returns.limits import MOST_IN_A_CELL, TooMuch

MOST_DEPTH = 100
MOST_NAMES = 10_000
"""Different names of elements and attributes."""

MOST_IN_A_TAG = 1_000_000
"""Bytes of a tag, a comment or a text that is read as one."""


class BadXml(Exception):
    """What is read is no XML, or holds what no return needs; the message holds no value."""


class Handler(Protocol):
    """What is done with elements as they go by."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element; names come without what stands before a colon."""

    def end(self, name: str, text: str) -> None:
        """Take the end of an element, and the text since the last start or end of one."""


def stream(chunks: Iterable[bytes], handler: Handler) -> Iterator[None]:
    """Parse XML, and give way after each chunk.

    Raises
    ------
    BadXml
        If it is none, has a document type or entities, or is nested too deeply.
    TooMuch
        If a tag, a text, or the names in it are too long.
    """
    names: dict[str, str] = {}
    local: dict[str, str] = {}
    texts: list[str] = []
    depth = length = 0
    parser = expat.ParserCreate(intern=names)
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, length
        depth += 1
        length = 0
        texts.clear()
        if depth > MOST_DEPTH:
            raise BadXml(f"elements are nested more than {MOST_DEPTH} deep")
        handler.start(local.get(name) or _local(name), attributes)

    def _local(name: str) -> str:
        return local.setdefault(name, name.rpartition(":")[2])

    def end(name: str) -> None:
        nonlocal depth, length
        depth -= 1
        handler.end(local[name], "".join(texts))
        length = 0
        texts.clear()

    def data(text: str) -> None:
        nonlocal length
        length += len(text)
        if length > MOST_IN_A_CELL:
            raise TooMuch(f"a text of more than {MOST_IN_A_CELL:,} characters")
        texts.append(text)

    def refuse(*_: object) -> None:
        raise BadXml("it has a document type or entities, which no return needs")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MOST_IN_A_TAG:
                raise TooMuch(f"a tag of more than {MOST_IN_A_TAG:,} bytes")
            if len(names) > MOST_NAMES:
                raise TooMuch(f"more than {MOST_NAMES:,} different names of elements")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise BadXml(f"no XML that can be read (line {error.lineno:,})") from None
    except (LookupError, ValueError):  # of an encoding that is not known
        raise BadXml("its letters are in an encoding that is not read") from None
