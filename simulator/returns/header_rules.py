"""The rules by which Header and UASC files are cleaned, in the order in which they are applied."""

from __future__ import annotations

import polars as pl

from simulator.returns.rule_book import NOT_USED, Rule, col, rules_into

RULES: list[Rule] = []
_rule = rules_into(RULES)

# --------------------------------------------------------------------------------------------------
# Headers


@_rule(
    "header",
    NOT_USED,
    "left out",
    "Excel saves empty rows at the end of a table; files put together repeat the heading.",
)
def blank_header_rows() -> pl.Expr:
    """Hold for rows with neither child nor date of birth."""
    return col("blank")


@_rule(
    "header",
    NOT_USED,
    "left out",
    "The child can't be told: the identifier is blank, or Excel made it a power of ten.",
)
def no_child_id_in_header() -> pl.Expr:
    """Hold for rows that name no child."""
    return col("child").is_null()


@_rule(
    "header",
    NOT_USED,
    "left out; the date of birth is taken from other rows or files",
    "It is blank, or no date.",
)
def bad_dob() -> pl.Expr:
    """Hold for dates of birth that can't be read."""
    return col("dob").is_null()


@_rule(
    "header",
    NOT_USED,
    "the one that agrees with most other files is used, or else the last",
    "A child has one header in a return.",
)
def two_headers() -> pl.Expr:
    """Hold for more headers of one child in one return than the one used; `stacked` files hold one a year."""
    again = pl.struct("file", "year", "child")
    return ~again.is_first_distinct() & ~col("stacked")


@_rule(
    "header",
    NOT_USED,
    "the date of birth that most files give is used, or else the latest",
    "A child has one date of birth.",
)
def dob_differs() -> pl.Expr:
    """Hold for dates of birth that are not the one used."""
    return col("dob") != col("chosen")


@_rule(
    "header",
    NOT_USED,
    "left out",
    "The child has no episodes in the returns: headers hold care leavers too.",
    dirt=False,
)
def header_without_episodes() -> pl.Expr:
    """Hold for children who have no episode."""
    return ~col("in_episodes")


@_rule(
    "header",
    NOT_USED,
    "one is used",
    "The child is in several returns, and the headers agree.",
    dirt=False,
)
def header_repeated() -> pl.Expr:
    """Hold for headers of a child in other returns."""
    return ~col("child").is_first_distinct()


# --------------------------------------------------------------------------------------------------
# Unaccompanied asylum-seeking children


@_rule(
    "uasc",
    NOT_USED,
    "left out",
    "Excel saves empty rows at the end of a table; files put together repeat the heading.",
)
def blank_uasc_rows() -> pl.Expr:
    """Hold for rows that name no child and hold nothing else that is used."""
    return col("blank")


@_rule(
    "uasc",
    NOT_USED,
    "left out",
    "The child has no episodes in the returns.",
    dirt=False,
)
def uasc_without_episodes() -> pl.Expr:
    """Hold for children who have no episode."""
    return ~col("in_episodes")


@_rule(
    "uasc",
    NOT_USED,
    "one is used",
    "The child is in several returns.",
    dirt=False,
)
def uasc_repeated() -> pl.Expr:
    """Hold for other rows of the child."""
    return ~col("child").is_first_distinct()
