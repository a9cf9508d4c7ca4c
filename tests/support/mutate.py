"""Scenario files without end: shipped ones with values, keys, types, structure or text changed by a seeded chance."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

ODD_NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 0.5, -0.0, 1e-300, 1e300, 5e12, 2**63, 10**25, float("nan"), float("inf"), float("-inf"), 1e-9, 480, 481,
)  # fmt: skip
ODD_WORDS: tuple[Any, ...] = (
    "", " ", "all", "England", "Kent", "KENT", "846", "region: North West", "rates", "as_needed", "limited", "none",
    "early_help", "price_growth", "trend", "uasc", "resident", "kinship_foster", "childrens_home", "nao_2025", "yes",
    "2025-26", "1980-81", "1999-00", "2025-04", "1000-01", "9999-12", "2025-13", "0000-00", "2025", "1_000", "1,000",
    "£5", "=1+1", "é", "児童", "\U0001f476", "x" * 400, "a.b", "a/b", "..", ".", "~", "NUL", "\\", "{}", "%s", "{0}",
    "\u202e", "\u200b", "status-quo", "status-quo.yaml", "../status-quo.yaml", "/etc/passwd", "sub/dir.yaml",
)  # fmt: skip
ODD_SHAPES: tuple[Any, ...] = (
    None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"b": {"c": 1}}}, [1, 2], ["Kent"], {"share": 0.5},
    {"count": 3, "of": 153}, {"names": ["Kent"]}, {"median": 1, "p10": 0.5, "p90": 1.5},
    {"low": 0, "mode": 1, "high": 2}, {"mean": 1, "ci95": [0, 2]}, {"family": "normal", "mean": 0, "sd": 1}, 
    {"2025-26": 5}, {"mix": []},
)  # fmt: skip
KEYS = (
    "name", "extends", "remove", "base", "end", "areas", "starts", "assumptions", "local", "claims", "questions",
    "interventions", "purpose", "sources", "kind", "id", "label", "start", "cost", "profile", "effect", "referrals",
    "ages", "streams", "from", "to", "costs", "percent_per_year", "fade_months", "lag_months", "budget_gbp",
    "price_year", "births_per_year", "foster_places", "drift", "hold", "measure", "sector", "approval_ratio", "share",
    "value", "ratio", "at_most", "path", "replaces", "outlasts_money", "unit_cost_gbp", "eligible_per_year",
    "cost_per_approval_gbp", "ceiling_ratio", "share_won_from_others", "retainer_gbp_per_week", "births", "migration",
    "note", "", "0", "__class__", "self", "model_config", "idle", "x" * 200, "Name", "nmae",
)  # fmt: skip
CHARACTERS = "{}[]:,-#&*!|>'\"%@`\t\n\r \\?~=<0123456789aeN\u0000\u0007\u001b\u00a0\ufeff\u202e\U0001f476"

Change = Callable[[Random, Any], Any]


def mutated(seed: int, files: dict[str, str]) -> tuple[str, str]:
    """Return the name of a shipped scenario, and its text with one to four changes.

    Parameters
    ----------
    seed
        The same gives the same.
    files
        Text of each scenario by name.
    """
    chance = Random(seed)
    name = chance.choice(sorted(files))
    text = files[name]
    how = chance.random()
    if how < 0.2:
        for _ in range(chance.randint(1, 4)):
            text = _other_text(chance, text)
        return name, text
    tree = YAML(typ="safe", pure=True).load(text)
    for _ in range(chance.randint(1, 3)):
        tree = _other_number(chance, tree) if how < 0.5 else _other_tree(chance, tree)
    if chance.random() < 0.5 and isinstance(tree, dict):
        tree.setdefault("end", "2026-12")
    return name, dumped(tree)


def dumped(tree: Any) -> str:
    """Write a tree as YAML, without anchors."""
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode = True
    yaml.representer.ignore_aliases = lambda _: True
    out = io.StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def shipped_texts(folder: Path) -> dict[str, str]:
    """Return the text of each scenario of a folder by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}


def _holders(tree: Any) -> Iterator[Any]:
    """Yield every list and mapping that holds something."""
    if isinstance(tree, (dict, list)) and tree:
        yield tree
        for inner in list(tree.values() if isinstance(tree, dict) else tree):
            yield from _holders(inner)


def _other_tree(chance: Random, tree: Any) -> Any:
    """Change one place of a tree."""
    holders = list(_holders(tree))
    if not holders:
        return chance.choice(ODD_SHAPES)
    holder = chance.choice(holders)
    at = chance.choice(_places(holder))
    change = chance.randrange(9)
    if change == 0:
        del holder[at]
    elif change == 1 and isinstance(holder, dict):
        holder[chance.choice(KEYS)] = holder.pop(at)
    elif change == 2 and isinstance(holder, dict):
        holder[chance.choice(KEYS)] = _odd(chance)
    elif change == 3 and isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), _copy(chance.choice(holder)))
    elif change == 4:
        holder[at] = [_copy(holder[at])] if chance.random() < 0.5 else {"value": _copy(holder[at])}
    elif change == 5:
        other = chance.choice(holders)
        holder[at] = _copy(other)
    elif change == 6 and isinstance(holder[at], (int, float)) and not isinstance(holder[at], bool):
        holder[at] = holder[at] * chance.choice((-1, 0, 0.1, 0.5, 2, 10, 1e6))
    else:
        holder[at] = _odd(chance)
    return tree


def _other_number(chance: Random, tree: Any) -> Any:
    """Change a number, or leave out something of a list, so that most of it stays right."""
    found = [(holder, at) for holder in _holders(tree) for at in _places(holder)]
    numbers = [(h, at) for h, at in found if isinstance(h[at], (int, float)) and not isinstance(h[at], bool)]
    lists = [(h, at) for h, at in found if isinstance(h, list)]
    pick = numbers if numbers and (chance.random() < 0.8 or not lists) else lists
    if not pick:
        return tree
    holder, at = chance.choice(pick)
    if pick is lists:
        del holder[at]
    else:
        new = holder[at] * chance.choice((-1, 0, 0.5, 0.9, 1.1, 1.5, 2, 3))
        holder[at] = round(new) if isinstance(holder[at], int) else new
    return tree


def _places(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def _odd(chance: Random) -> Any:
    return _copy(chance.choice(chance.choice((ODD_NUMBERS, ODD_WORDS, ODD_SHAPES))))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _other_text(chance: Random, text: str) -> str:
    """Change a few characters, or the order of lines."""
    lines = text.split("\n")
    at, line = chance.randrange(len(text) + 1), chance.randrange(len(lines))
    change = chance.randrange(6)
    if change == 0:
        return text[:at] + chance.choice(CHARACTERS) + text[at:]
    if change == 1:
        return text[:at] + text[at + chance.randint(1, 20) :]
    if change == 2:
        return text[:at] + chance.choice(CHARACTERS) + text[at + 1 :]
    if change == 3:
        lines.insert(line, chance.choice(lines))
    elif change == 4:
        del lines[line]
    else:
        lines[line] = chance.choice(("  ", " ", "- ", "\t")) + lines[line]
    return "\n".join(lines)
