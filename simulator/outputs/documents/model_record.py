"""What is known of how the model has done, and what it leaves out, as reports tell it.

`record.json` is written by tools/make_docs.py from docs/hindcast.md, docs/backtest.md and docs/limits.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from simulator.outputs.documents.document_page import DocumentTable
from simulator.vocabulary.areas import ENGLAND

_HELD = "80% "


@cache
def _record() -> dict[str, list[list[str]]]:
    text = files("simulator.outputs.documents").joinpath("record.json").read_text(encoding="utf-8")
    found: dict[str, list[list[str]]] = json.loads(text)
    return found


def verdict() -> str:
    """Return what the hindcast found, in words."""
    return str(_record()["verdict"])


def limits() -> list[tuple[str, str]]:
    """Return what the model leaves out: what it is of, and the rest."""
    return [(head, rest) for head, rest in _record()["limits"]]


def record_tables(areas: Sequence[str]) -> tuple[DocumentTable, ...]:
    """Return the parts of the record that bear on a run of some areas."""
    head, *rows = _record()["hindcast"]
    errors = [i for i, name in enumerate(head) if name.startswith("Error")]
    held = [i for i, name in enumerate(head) if name.startswith(_HELD)]
    found = [
        DocumentTable(
            "Hindcast of England: mean miss of the scenario model, per cent of what happened, and share of what "
            "happened that its 80% intervals held",
            ("Figure", *(f"Miss {_ahead(head[i])}, %" for i in errors), *(f"Held {_ahead(head[i])}" for i in held)),
            tuple((row[0], *(row[i] for i in (*errors, *held))) for row in rows),
        )
    ]
    if list(areas) != [ENGLAND]:
        head, *rows = _record()["hindcast_authorities"]
        kept = [head.index(name) for name in ("n", "Error, %", "held", "Bias, %", "80%")]
        found.append(
            DocumentTable(
                "Hindcast of authorities: miss of the scenario model, beside an authority's own share held",
                ("Figure", "Forecasts", "Miss, %", "Miss of a held share, %", "Bias, %", "Held by 80% intervals"),
                tuple((row[0], *(row[i] for i in kept)) for row in rows),
            )
        )
    whose = "England" if list(areas) == [ENGLAND] else "authorities"
    head, *rows = _record()["skill_england" if whose == "England" else "skill_authorities"]
    names = {"This model": "The forecasting method"}
    found.append(
        DocumentTable(
            f"Track record for {whose} of the forecasting method, which scenarios do not use: part of the error of no "
            "change that it takes away",
            ("Method", *(f"{_ahead(name)}" for name in head[1:])),
            tuple((names.get(row[0], row[0]), *row[1:]) for row in rows),
        )
    )
    return tuple(found)


def _ahead(name: str) -> str:
    """Write how many years ahead a column is of, of a name that ends in, say, 3y."""
    years = name.partition(",")[0].split()[-1].rstrip("y")
    return f"{years} year{'s' * (years != '1')}"
