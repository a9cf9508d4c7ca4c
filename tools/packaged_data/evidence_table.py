"""evidence.csv: what studies found of programmes, poverty and spend; strategy.csv: money and people of strategies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaged_data.source_files import Row, named_and_dated, read

EVIDENCE_COLUMNS = (
    "key", "topic", "study", "outcome", "effect_type", "estimate", "ci_low", "ci_high", "design", "design_words",
    "participants", "quality", "population", "cost", "price_year", "source", "status", "note",
)  # fmt: skip
STRATEGY_COLUMNS = ("key", "what", "funder", "year", "amount", "unit", "source", "status", "note")

_TOPICS = (
    ("Family group conference", "family_group_conference"),
    ("Troubled Families", "early_help"),
    ("Families First", "early_help"),
    ("Sure Start", "early_help"),
    ("Early help", "early_help"),
    ("Devolved budgets", "early_help"),
    ("Social workers in schools", "early_help"),
    ("Multisystemic", "multisystemic_therapy"),
    ("Intensive family preservation", "edge_of_care"),
    ("No Wrong Door", "edge_of_care"),
    ("Family Safeguarding", "family_safeguarding"),
    ("Leeds Family Valued", "family_safeguarding"),
    ("Family Valued", "family_safeguarding"),
    ("Pause", "repeat_removals"),
    ("Family Drug and Alcohol", "repeat_removals"),
    ("Mockingbird", "fostering"),
    ("Reunification", "reunification"),
    ("Child poverty", "child_poverty"),
    ("Prevention spend", "prevention_spend"),
    ("Lack of residential", "step_down"),
    ("Step-down", "step_down"),
    ("Children in homes", "step_down"),
    ("Kinship", "kinship"),
)
"""Topic of a row by how its study's name begins. A study of another name is told, as it needs a topic."""

_DESIGNS = (
    ("meta-analysis", "meta_analysis"),
    ("extrapolation", "extrapolation"),
    ("randomised", "trial"),
    ("stepped-wedge", "trial"),
    ("propensity", "matched"),
    ("matched", "matched"),
    ("quasi-experiment", "matched"),
    ("cost benefit on matched", "matched"),
    ("before and after", "before_and_after"),
    ("payment by results", "before_and_after"),
    ("area", "area_study"),
    ("trajectory", "area_study"),
    ("multilevel", "area_study"),
)
"""Design of a row by words in which its study tells it; one of no such words describes and compares nothing."""

_DESCRIBED = Path(__file__).with_name("described.csv")
"""Published counts and costs on which defaults rest, by file, name and date, with what they bear on. They compare
nothing, so that they are descriptions. A row without a file is of this package alone and gives its figure itself."""


def build_evidence(shared: Path) -> list[tuple[str, ...]]:
    """Return what studies found, without rows that were not seen on a page."""
    rows: dict[str, tuple[str, ...]] = {}
    words, population = "", ""
    for row in read(shared / "evidence/effects.csv"):
        words = words if row["design"] == "as above" else row["design"]  # of the study in the row before
        population = population if row["population"] == "as above" else row["population"]
        key = _key(row, rows)
        values = {
            **row, "key": key, "topic": _topic(row["intervention"]), "study": row["intervention"],
            "design": _design(words), "design_words": words, "population": population,
            "participants": "" if row["n"] == "as above" else row["n"], "quality": row["quality"],
        }  # fmt: skip
        rows[key] = tuple(values[column] for column in EVIDENCE_COLUMNS)
    for values in _described(shared):
        rows[values["key"]] = tuple(values[column] for column in EVIDENCE_COLUMNS)
    return [rows[key] for key in sorted(rows)]


def _described(shared: Path) -> Iterator[dict[str, str]]:
    """Yield published counts and costs as rows of the evidence.

    Raises
    ------
    ValueError
        If a row that is asked for is not there, or is there twice.
    """
    for asked in read(_DESCRIBED):
        found = [asked]
        if asked["file"]:
            name = (asked["outcome"], asked["year"], asked["scope"])
            found = [
                row
                for row in read(shared / f"evidence/{asked['file']}.csv")
                if name == (*named_and_dated(row), row.get("scope") or row.get("sector", ""))
            ]
        if len(found) != 1:
            raise ValueError(f"described.csv: {asked['outcome']} is {len(found)} rows of {asked['file']}.csv")
        [row] = found
        yield {
            **asked, "key": f"{_slug(asked['study'], 6)}.{_slug(asked['outcome'], 7)}", "effect_type": row["unit"],
            "estimate": row["value"], "ci_low": "", "ci_high": "", "design": "description", "cost": "",
            "participants": "", "population": ", ".join(filter(None, (asked["scope"], asked["year"]))),
            "source": row["source"], "price_year": "", "status": row["status"], "note": row["note"],
        }  # fmt: skip


def build_strategy(shared: Path) -> list[tuple[str, ...]]:
    """Return lines of money and people of government strategies, without rows that were not seen on a page."""
    rows: dict[str, tuple[str, ...]] = {}
    for row in read(shared / "evidence/programmes.csv"):
        key = _slug(f"{row['programme']} {row['year']}")
        if key in rows:
            raise ValueError(f"two rows of programmes.csv are {key}")
        values = {**row, "key": key, "what": row["programme"]}
        rows[key] = tuple(values[column] for column in STRATEGY_COLUMNS)
    return [rows[key] for key in sorted(rows)]


def _key(row: Row, taken: dict[str, tuple[str, ...]]) -> str:
    """Name a row by its study and outcome, by its source where that is not enough, and by its measure of effect."""
    key = f"{_slug(row['intervention'], 4)}.{_slug(row['outcome'], 7)}"
    for more in (row["effect_type"], row["source"].split(";")[0], row["population"], row["design"]):
        if key not in taken:
            return key
        key = f"{key}.{_slug(more, 4)}"
    if key in taken:
        raise ValueError(f"two rows of effects.csv are {key}")
    return key


def _slug(text: str, words: int = 12) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:words])


def _topic(study: str) -> str:
    for begins, topic in _TOPICS:
        if study.startswith(begins):
            return topic
    raise ValueError(f"{study!r} has no topic: give it one in {Path(__file__).name}")


def _design(words: str) -> str:
    return next((design for said, design in _DESIGNS if said in words), "description")
