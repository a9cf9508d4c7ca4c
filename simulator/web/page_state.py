"""What a page shows, as a small JSON text that maps one to one to scenario files, and its form in a link."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = 1
"""Of the state and of links. A program that knows another one says so."""

MOST_SCENARIOS = 4
MOST_INTERVENTIONS = 60
"""In a scenario of a page, beside those of the one it extends: more are for files, as all of them are read anew at each
change."""
MOST_STATE_BYTES = 400_000
MOST_LINK = 24_000
"""Characters of a state in a link; a bigger one is handed on as a file."""

_MOST_DEPTH = 24


class BadState(ValueError):
    """A state or a link that is none."""


@dataclass(frozen=True)
class PageState:
    """Up to four scenarios, as their files hold them, and which of them is being changed.

    Attributes
    ----------
    scenarios : tuple of mapping
        Each with the keys and values of a scenario file; an empty value takes one of the parent away.
    at : int
        Position of the one that is shown and changed.
    own : bool
        Whether the council's own imported counts are run, which this server was started with, in place of areas.
    """

    scenarios: tuple[Mapping[str, Any], ...]
    at: int = 0
    own: bool = False

    @classmethod
    def of(cls, content: object) -> PageState:
        """Take a state as JSON gives it.

        Raises
        ------
        BadState
            If it is none.
        """
        if not isinstance(content, dict):
            raise BadState("a state is an object with v, scenarios, at and own")
        if content.get("v") != VERSION:
            raise BadState(f"the state is of version {str(content.get('v'))[:20]!r}, and this program reads {VERSION}")
        if unknown := sorted(map(str, content.keys() - {"v", "scenarios", "at", "own"})):
            raise BadState(f"unknown key {unknown[0][:60]!r} in the state; allowed: v, scenarios, at, own")
        scenarios, at, own = content.get("scenarios"), content.get("at", 0), content.get("own", False)
        if not isinstance(scenarios, list) or not 1 <= len(scenarios) <= MOST_SCENARIOS:
            raise BadState(f"scenarios is a list of one to {MOST_SCENARIOS}")
        if not all(isinstance(one, dict) for one in scenarios):
            raise BadState("each scenario is an object with the keys of a scenario file")
        if any(
            len(some) > MOST_INTERVENTIONS for one in scenarios if isinstance(some := one.get("interventions"), list)
        ):
            raise BadState(f"a scenario has more than {MOST_INTERVENTIONS} interventions; run it from a file instead")
        if any(_depth(one) > _MOST_DEPTH for one in scenarios):
            raise BadState(f"values are nested more than {_MOST_DEPTH} deep")
        if type(at) is not int or not 0 <= at < len(scenarios) or type(own) is not bool:
            raise BadState("at is the position of one of the scenarios, and own is true or false")
        state = cls(tuple(scenarios), at, own)
        if len(state.text()) > MOST_STATE_BYTES:
            raise BadState(f"the state is too big; up to {MOST_STATE_BYTES:,} characters are read")
        return state

    @classmethod
    def shipped(cls, name: str, areas: Sequence[str] = (), *, own: bool = False) -> PageState:
        """Return the state of a shipped scenario that nobody has changed yet, for other areas if any are given."""
        content = {"name": _shipped_name(name), "extends": name, **({"areas": list(areas)} if areas else {})}
        return cls((content,), 0, own)

    @classmethod
    def from_link(cls, link: str) -> PageState:
        """Take the state out of a link.

        Raises
        ------
        BadState
            If the link is cut, is none, or holds what no state is.
        """
        version, _, packed = link.partition(".")
        if version != str(VERSION):
            raise BadState("this link was made by another version of the program, or it is not whole")
        if len(packed) > MOST_LINK:
            raise BadState("this link is too long")
        try:
            raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
            text = unpacking.decompress(raw, MOST_STATE_BYTES)
            if not unpacking.eof:
                raise BadState("this link is cut off, or too much is packed in it")
            content = json.loads(text)
        except (binascii.Error, zlib.error, UnicodeDecodeError, RecursionError, ValueError) as error:
            if isinstance(error, BadState):
                raise
            raise BadState("this link can't be read: some of it is missing or changed") from None
        return cls.of(content)

    def content(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found: dict[str, Any] = {"v": VERSION, "scenarios": list(self.scenarios)}
        return found | ({"at": self.at} if self.at else {}) | ({"own": True} if self.own else {})

    def text(self) -> str:
        """Return it as JSON text, always the same for the same state."""
        return json.dumps(self.content(), ensure_ascii=False, separators=(",", ":"))

    def link(self) -> str:
        """Return the text that stands for it in a link."""
        packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        raw = packing.compress(self.text().encode("utf-8", "surrogatepass")) + packing.flush()
        return f"{VERSION}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"

    @property
    def key(self) -> str:
        """A hash of what is run: which of the scenarios is shown is no part of it."""
        what = json.dumps([list(self.scenarios), self.own], ensure_ascii=False)
        return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _shipped_name(name: str) -> str:
    from simulator.scenario import load, shipped

    return load(name).scenario.name if name in shipped() else name


def _depth(content: object, depth: int = 0) -> int:
    if depth > _MOST_DEPTH or not isinstance(content, (dict, list)):
        return depth
    inner = content.values() if isinstance(content, dict) else content
    return max((_depth(one, depth + 1) for one in inner), default=depth)
