"""The data quality report: what each rule found and did, and an account of every row and child. Counts only."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from simulator.returns.import_errors import ReturnsProblem, sentence
from simulator.returns.rule_book import Rule
from simulator.returns.rules import RULES

USED = "used"
WIDTH = 100
"""Columns of the text."""

KINDS = ("episodes", "header", "uasc")
"""Kinds of file whose rows are accounted for, in order."""


@dataclass(frozen=True)
class Finding:
    """What one rule found.

    Attributes
    ----------
    rule : Rule
    rows : int
        Rows touched.
    children : int
        Children touched, as far as the rows name one.
    """

    rule: Rule
    rows: int
    children: int


@dataclass(frozen=True)
class Outcome:
    """How many rows of a kind of file, or children, came to the same end.

    Attributes
    ----------
    kind : str
        Kind of file, or ``children``.
    outcome : str
        ``used``, or the name of the rule that left them out.
    number : int
    """

    kind: str
    outcome: str
    number: int


@dataclass(frozen=True)
class Report:
    """What was found and what became of every row and child.

    Attributes
    ----------
    findings : tuple of Finding
        Of rules that found something, in order of the rules.
    touched : DataFrame
        rule, kind, file, row: every row that a finding counts, by file number.
    account : tuple of Outcome
    warnings : tuple of ReturnsProblem
        What is told beside the findings, as it puts the counts in doubt.
    """

    findings: tuple[Finding, ...]
    touched: pl.DataFrame
    account: tuple[Outcome, ...]
    warnings: tuple[ReturnsProblem, ...] = ()

    @property
    def dirt(self) -> tuple[Finding, ...]:
        """Findings that tell of faults in the data, not of what any set of returns holds."""
        return tuple(finding for finding in self.findings if finding.rule.dirt)

    def number(self, kind: str, outcome: str) -> int:
        """Return how many rows of a kind came to an end."""
        return sum(o.number for o in self.account if (o.kind, o.outcome) == (kind, outcome))


class Recorder:
    """Applies rules to frames, and keeps the counts."""

    def __init__(self) -> None:
        self._touched: dict[str, pl.DataFrame] = {}
        self._left_out: list[pl.DataFrame] = []

    def apply(self, rule: Rule, frame: pl.DataFrame) -> pl.DataFrame:
        """Apply a rule: return the frame without the rows left out, or with the changes made."""
        held = rule.holds()
        where, changes = held if isinstance(held, tuple) else (held, {})
        mask = frame.select(where.fill_null(False).alias("where"))["where"]
        if not mask.any():
            return frame
        found = frame.select("file", "row", "child").filter(mask).sort("file", "row")
        self._touched[rule.name] = found
        if rule.action == "not used":
            self._left_out.append(found.select("child", rule=pl.lit(RULES.index(rule))))
            return frame.filter(~mask)
        new = {name: pl.when(mask).then(value).otherwise(pl.col(name)) for name, value in changes.items()}
        return frame.with_columns(**new) if new else frame

    def report(self, rows_in: dict[str, int], rows_used: dict[str, int], children: pl.DataFrame) -> Report:
        """Close the books.

        Parameters
        ----------
        rows_in, rows_used : dict
            By kind of file.
        children : DataFrame
            child, in_episodes, used: every child that any file names.

        Raises
        ------
        AssertionError
            If a row or child is unaccounted for.
        """
        findings = [
            Finding(rule, found.height, found["child"].drop_nulls().n_unique())
            for rule in RULES
            if (found := self._touched.get(rule.name)) is not None
        ]
        account = [
            outcome
            for kind in KINDS
            for outcome in [
                Outcome(kind, USED, rows_used[kind]),
                *(Outcome(kind, f.rule.name, f.rows) for f in findings if _leaves_out(f.rule, kind)),
            ]
        ]
        account += self._account_of_children(children)
        for kind in KINDS:
            accounted = sum(o.number for o in account if o.kind == kind)
            if accounted != rows_in[kind]:
                raise AssertionError(f"{kind}: {rows_in[kind]} rows read, {accounted} accounted for")
        touched = [
            self._touched[f.rule.name].select(
                rule=pl.lit(f.rule.name), kind=pl.lit(f.rule.kind), file="file", row="row"
            )
            for f in findings
            if f.rule.dirt
        ]
        none = pl.DataFrame(schema={"rule": pl.String, "kind": pl.String, "file": pl.Int32, "row": pl.Int32})
        return Report(tuple(findings), pl.concat([none, *touched]), tuple(account))

    def _account_of_children(self, children: pl.DataFrame) -> list[Outcome]:
        """Tell of each child whether it is used, and if not, the last rule that left an episode of it out."""
        none = pl.DataFrame(schema={"child": children.schema["child"], "rule": pl.Int32})
        last = pl.concat([none, *self._left_out]).group_by("child").agg(pl.col("rule").max())
        ends = children.join(last, on="child", how="left").with_columns(
            end=pl.when("used").then(-2).when(~pl.col("in_episodes")).then(-1).otherwise("rule")
        )
        counts = dict(ends.group_by("end").len().rows())
        names = {-2: USED, -1: "no_episodes"} | {i: rule.name for i, rule in enumerate(RULES)}
        found = [Outcome("children", name, counts[end]) for end, name in names.items() if end in counts]
        if sum(o.number for o in found) != children.height:
            raise AssertionError(f"{children.height} children read, {sum(o.number for o in found)} accounted for")
        return found


def _leaves_out(rule: Rule, kind: str) -> bool:
    return rule.kind == kind and rule.action == "not used"


# --------------------------------------------------------------------------------------------------
# As text


def report_text(report: Report, warnings: Sequence[str] = (), past: Sequence[str] = ()) -> str:
    """Return the report as plain text: how the model meets the past, warnings, findings, then the account."""
    lines = ["Data quality report", ""]
    for said in past:
        lines += textwrap.wrap(said, WIDTH)
    lines += [""] if past else []
    for warning in warnings:
        lines += [*textwrap.wrap(f"Warning: {sentence(warning)}", WIDTH), ""]
    if not report.dirt:
        lines += ["Nothing is wrong with the data, as far as the rules can tell.", ""]
    for finding in report.dirt:
        rule = finding.rule
        lines.append(f"{rule.name} ({rule.kind}): {counted(finding.rows, 'row')}, {counted_children(finding.children)}")
        lines += textwrap.wrap(
            f"{rule.why} What is done: {rule.done}.",
            WIDTH,
            initial_indent="    ",
            subsequent_indent="    ",
        )
    return (
        "\n".join(
            [
                *lines,
                *([""] if report.dirt else []),
                "What became of every row and child",
                "",
                *_account_lines(report.account),
            ]
        )
        + "\n"
    )


def _account_lines(account: Sequence[Outcome]) -> Iterator[str]:
    for kind in (*KINDS, "children"):
        outcomes = [o for o in account if o.kind == kind]
        total = sum(o.number for o in outcomes)
        yield f"{kind.capitalize()}: {total:,} {'in all' if kind == 'children' else 'rows read'}"
        yield from (f"  {o.number:>9,}  {o.outcome.replace('_', ' ')}" for o in outcomes)


def counted(number: int, what: str) -> str:
    """Write a number of things: ``1 row``, ``2 rows``."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def counted_children(number: int) -> str:
    """Write a number of children."""
    return f"{number:,} child" + ("" if number == 1 else "ren")
