"""What a rule is, how lists of them are made, and words that rules share.

A rule says which rows it holds for, as an expression on the frame, and what happens to them: they are not used, or
columns of theirs are changed, or they are only counted. Those of Header and UASC files stand in
:mod:`simulator.returns.header_rules`, those of episodes in :mod:`simulator.returns.rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import polars as pl

from simulator.returns import codes

Action = Literal["not used", "changed", "kept"]
NOT_USED: Final = "not used"
CHANGED: Final = "changed"
KEPT: Final = "kept"

Stage = Literal["header", "uasc", "one row", "versions", "neighbours"]
"""Rules are applied in stages: to headers; to UASC files; to episodes one at a time; to versions of one episode in one
return or several; and to the episodes of a child against each other."""

Changes = dict[str, pl.Expr]
Holds = Callable[[], "pl.Expr | tuple[pl.Expr, Changes]"]

FOREVER = date(9999, 1, 1)


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    name : str
    stage : str
        See `Stage`.
    action : {"not used", "changed", "kept"}
    done, why : str
        What is done with the rows, and the reason, for the report.
    dirt : bool
        False for what any set of returns holds, such as an episode carried forward: counted, and not in the report.
    holds : function
        Returns the rows as an expression, and for "changed" the new values of columns.
    """

    name: str
    stage: Stage
    action: Action
    done: str
    why: str
    dirt: bool
    holds: Holds

    @property
    def kind(self) -> str:
        """Kind of file."""
        return self.stage if self.stage in ("header", "uasc") else "episodes"


Register = Callable[[Holds], Holds]


def rules_into(rules: list[Rule]) -> Callable[..., Register]:
    """Return a decorator that makes a rule of a function, by its name, and puts it at the end of a list.

    It takes the fields of :class:`Rule` from `stage` to `dirt`; the last is True unless given.
    """

    def rule(stage: Stage, action: Action, done: str, why: str, *, dirt: bool = True) -> Register:
        def register(function: Holds) -> Holds:
            rules.append(Rule(function.__name__, stage, action, done, why, dirt, function))
            return function

        return register

    return rule


col = pl.col


def following(column: str) -> pl.Expr:
    """Return a column of the child's next episode, or null."""
    return pl.when(col("child") == col("child").shift(-1)).then(col(column).shift(-1))


def previous(column: str) -> pl.Expr:
    """Return a column of the child's previous episode, or null."""
    return pl.when(col("child") == col("child").shift(1)).then(col(column).shift(1))


def known(field: str, column: str) -> pl.Expr:
    """Hold where a column has a code of a field."""
    return col(column).is_in(list(codes.codes(field)))


def starts() -> pl.Expr:
    """Hold where RNE says that care started."""
    return col("rne").is_in(codes.reasons_for_new_episode("start"))
