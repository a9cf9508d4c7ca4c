"""Returns that would give a wrong answer though every row can be read: refused, or warned of with the cause.

Each gate looks at what was counted and knows one cause. Thresholds are judgements, with what they let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import polars as pl

from simulator.data.council import FEWEST, FIRST_BASE, LAST_BASE
from simulator.returns.birth_gates import doubtful_births
from simulator.returns.clean import Stays
from simulator.returns.codes import AGE_18, STAYS_ON
from simulator.returns.doubts import NEVER, Doubt, named_years, so_few, so_few_beside, worst_year
from simulator.returns.exposure import Years
from simulator.returns.flow_gates import doubtful_flows
from simulator.returns.identity_gates import doubtful_children
from simulator.returns.import_errors import ReturnsError, ReturnsProblem
from simulator.returns.month_gates import months_only
from simulator.returns.place_gates import doubtful_places
from simulator.returns.quality import Report, counted, counted_children
from simulator.returns.read_files import Returns
from simulator.returns.recoding_gates import recoded
from simulator.returns.years_covered import Quiet, quiet_ends, run_of_years, year_ending
from simulator.vocabulary.axes import STREAMS
from simulator.vocabulary.calendar import DAYS_A_YEAR

TURNOVER_PER_YEAR = 0.2
"""Share of children in care who leave in a year, at the least (a judgement: half of what returns at England's rates
have, `sample-returns`)."""

LEAST_EXPECTED = 7.0
"""Least number of children who should have left for none leaving to be no chance: none of 7 is one in a thousand."""

FEW = 0.1
"""Share of that least number below which the returns do not hold who left."""

FEW_IN_A_YEAR, NO_CHANCE = 0.5, 0.0001
"""Share of that least number below which years in a row do not hold who left in them, if so few have less than this
chance. Of councils of any size from which a fifth leaves in a year it is told of fewer than one in 10,000 years."""

VANISHED_SHARE = 0.5
"""Share of children who left that no return saw leave, from which the returns hold those in care on one day a year."""

UASC_FALL, CHANCE = 1 / 3, 0.001
"""Share of the arrivals of asylum-seeking children in the years around below which those of a year are told of, if so
few have less than this chance."""

UASC_MOST = 0.5
"""Share of children who are unaccompanied asylum-seeking from which the table of them is taken to hold others."""

Whole = Literal["rows", "before", "open", "reasons", "starts", "exits"]
"""Of what rows are a share in a year: of the rows of its return, those open before it, those open at its end, those
with a REC, children who started, or children who left before 18."""


@dataclass(frozen=True)
class Share:
    """From what share on rows that rules hold for mean that figures of a year can't be believed.

    Attributes
    ----------
    rules : tuple of str
    of : Whole
    warned, refused : float
    told : str
        What they are, after ``3 of 4``, with {year} in it; and the cause.
    """

    rules: tuple[str, ...]
    of: Whole
    warned: float
    refused: float
    told: str


SHARES = (
    Share(("no_child_id",), "rows", 0.05, 0.2,
          "episodes of the year to 31 March {year} name no child and are left out: is CHILD blank, or only on the "
          "first row of each child, or has a spreadsheet turned numbers to 1.02E+11?"),
    Share(("bad_decom",), "rows", 0.05, 0.2,
          "episodes of the year to 31 March {year} have no DECOM that can be read and are left out: is it blank, or "
          "are dates written otherwise?"),
    Share(("born_after_start",), "rows", 0.05, 0.2,
          "episodes of the year to 31 March {year} start before the child was born and are left out: are dates of "
          "some column days since 1904, or month first, or are dates of birth those of other children?"),
    Share(("starts_at_18", "past_18"), "rows", 0.05, 0.2,
          "episodes of the year to 31 March {year} start or go on after the 18th birthday, and are left out or ended "
          "there: are dates of birth too early, as days since 1904 or those of mothers are, are they those of other "
          "children, or is it not entered that children left?"),
    Share(("ends_after_return",), "rows", 0.05, NEVER,
          "episodes of the year to 31 March {year} have a DEC after that day, planned or the day of the extract: such "
          "ends make no year of returns, and the children count as in care on that day"),
    Share(("dec_before_decom",), "reasons", 0.05, 0.2,
          "episodes that ended in the year to 31 March {year} end before they start: are day and month turned in "
          "some dates?"),
    Share(("unknown_place",), "rows", 0.1, 0.5,
          "episodes of the year to 31 March {year} have no PLACE that is a code: where children are is not known, "
          "and they count in placement 'other'"),
    Share(("unknown_ls",), "rows", 0.1, NEVER,
          "episodes of the year to 31 March {year} have no LS that is a code: short breaks, which are no care, "
          "can't be told and count as care"),
    Share(("no_provider",), "rows", 0.1, NEVER,
          "episodes of the year to 31 March {year} are foster care without PLACE_PROVIDER: agencies' homes can't be "
          "told and count as the council's own"),
    Share(("unknown_provider",), "rows", 0.1, NEVER,
          "episodes of the year to 31 March {year} have a PLACE_PROVIDER that is no code: agencies' foster homes "
          "can't be told and count as the council's own"),
    Share(("unknown_rec",), "reasons", 0.1, 0.5,
          "episodes that ended in the year to 31 March {year} have a REC that is no code: why children left is not "
          "known, and they count as leaving for reason 'other'"),
    Share(("no_reason",), "exits", 0.2, 0.5,
          "children who left before 18 in the year to 31 March {year} have REC X1 or nothing there: why they left "
          "is not known, or are the episodes that followed missing?"),
    Share(("same_start",), "rows", 0.05, NEVER,
          "episodes of the year to 31 March {year} begin on the day of another of the child, and one of them is used: "
          "does DECOM hold the start of care in place of that of each episode? Then moves and ends are lost"),
    Share(("no_start_code",), "starts", 0.2, 0.5,
          "starts in the year to 31 March {year} are none by RNE: are the episodes before them missing, do those "
          "end on another day, or are children called otherwise there?"),
    Share(("vanished",), "open", 0.05, 0.2,
          "children in care on 31 March {year} are not in the next return, which should hold all who were in care "
          "at any time of its year: is it not whole, or are children called otherwise in it?"),
    Share(("not_carried_forward",), "open", 0.05, 0.2,
          "children in care on 31 March {year} are in the next return without the episode that they were in, and count "
          "as if they had left and come back: do episodes begin on another day in it?"),
    Share(("superseded",), "rows", 0.1, NEVER,
          "episodes of the year to 31 March {year} lie within one that a later return holds, and are left out with the "
          "moves between them: does it correct them, or hold the start of care in place of that of each episode?"),
    Share(("appeared",), "before", 0.05, 0.2,
          "children in care before the year to 31 March {year} are not in the return before, which should hold all who "
          "were in care at any time of its year: is it not whole, are children called otherwise in it, or do some have "
          "two identifiers?"),
)  # fmt: skip
"""Judgements. Returns with each fault on one child in a hundred (``sample-returns --dirt all``) say nothing. Of
`vanished` a fifth is refused, as no more than two fifths of children in care leave in a year."""


def warnings(returns: Returns, stays: Stays, report: Report, years: Years) -> list[ReturnsProblem]:
    """Return what the reader has to know before believing the counts.

    Raises
    ------
    ReturnsError
        If the counts can't be right.
    """
    episodes = _by_return_year(returns)
    quiet = quiet_ends(returns.episodes, returns.parts, returns.whole_until)
    doubts = [*_quiet_months(quiet), *_shares(episodes, report, years)]
    doubts += [*doubtful_births(returns), *doubtful_children(returns, episodes, report), *months_only(returns)]
    problems = [*_nobody_leaves(stays), *_nobody_is_seen_to_leave(stays, report)]
    problems = problems or _if_refused(doubts) or [*_hardly_any_leave(years)]
    if not problems:
        doubts += doubtful_flows(stays, years, {one.year + after for one in quiet for after in (0, 1)})
        problems = _if_refused(doubts)
    if problems:
        raise ReturnsError(problems)
    doubts += doubtful_places(episodes, stays, years)
    doubts += recoded(episodes, years)
    told = [*(problem for problem, _ in doubts), *_asylum_seeking(years)]
    ends = [*_missing_year(returns), *_broken_year(returns)]
    return [*returns.warnings, *report.warnings, *told, *ends, *_no_run(years)]


def _if_refused(doubts: Sequence[Doubt]) -> list[ReturnsProblem]:
    """Return all doubts if returns are refused for one: another, that is only warned of, may be the cause."""
    return [problem for problem, _ in doubts] if any(refused for _, refused in doubts) else []


def _shares(episodes: pl.DataFrame, report: Report, years: Years) -> Iterator[Doubt]:
    """Tell of what rules hold for so often in a year that its figures can't be believed: of the worst year."""
    wholes = _wholes(episodes, years)
    touched = report.touched.join(episodes.select("file", "row", "decom", "ended"), on=["file", "row"])
    for share in SHARES:
        rows = touched.filter(pl.col("rule").is_in(share.rules))
        year = year_ending("decom") if share.of == "starts" else pl.col("ended")
        numbers = rows.group_by(year.alias("year")).len().rows()
        counts = [(at, number, wholes[share.of].get(at, 0)) for at, number in numbers if at in years.years]
        yield from worst_year(counts, share.told, share.warned, share.refused)


def _by_return_year(returns: Returns) -> pl.DataFrame:
    """Return episodes with the first day of their return, and the year that they end in, or their return."""
    parts = [(i, part.first_year, part.last_year) for i, part in enumerate(returns.parts)]
    covers = pl.DataFrame(parts, schema={"part": pl.Int32, "first": pl.Int32, "last": pl.Int32}, orient="row")
    return (
        returns.episodes.filter(~pl.col("blank"))
        .join(covers, on="part")
        .with_columns(
            opens=pl.date(pl.col("first") - 1, 4, 1),
            ended=year_ending("dec").clip(pl.col("first"), pl.col("last")).fill_null(pl.col("last")),
        )
    )


def _quiet_months(quiet_years: Iterable[Quiet]) -> Iterator[Doubt]:
    """Tell of years that are not whole, or missing from a file of several years."""
    for quiet in quiet_years:
        cause = (
            "is missing"
            if quiet.whole_year
            else "is not whole, and its figures and those of the next can't be believed"
        )
        text = f"{quiet.number:,} episodes end {quiet}: the return for the year to 31 March {quiet.year} {cause}"
        yield ReturnsProblem(text), quiet.whole_year


def _wholes(episodes: pl.DataFrame, years: Years) -> dict[Whole, dict[int, int]]:
    """Return, by year, of what rows that a rule holds for are a share."""

    def by_year(rows: pl.DataFrame) -> dict[int, int]:
        return dict(rows.group_by("ended").len().rows())

    exits = years.exits.sum(axis=(1, 2, 3))
    return {
        "rows": by_year(episodes),
        "before": by_year(
            episodes.filter(
                pl.col("decom") < pl.col("opens"), pl.col("dec").is_null() | (pl.col("dec") >= pl.col("opens"))
            )
        ),
        "open": by_year(episodes.filter(pl.col("dec").is_null())),
        "reasons": by_year(episodes.filter(pl.col("rec").is_not_null())),
        "starts": dict(zip(years.years, map(int, years.starts.sum(axis=(1, 2, 3))), strict=True)),
        "exits": dict(zip(years.years, map(int, exits.sum(axis=1) - exits[:, AGE_18]), strict=True)),
    }


def _missing_year(returns: Returns) -> Iterator[ReturnsProblem]:
    """Tell of a year without a return, before which nothing is used."""
    first, _ = run_of_years(returns.parts, returns.whole_until)
    before = {year for part in returns.parts for year in part.years if year < first}
    if before:
        yield ReturnsProblem(
            f"no return holds the year to 31 March {first - 1}, so who left in it is not known: {named_years(before)} "
            f"{'is' if len(before) == 1 else 'are'} left out, and figures begin with the year to 31 March {first}"
        )


def _broken_year(returns: Returns) -> Iterator[ReturnsProblem]:
    if returns.broken:
        yield ReturnsProblem(f"{returns.broken}; it is left out, and figures end on 31 March {returns.whole_until}")


def _no_run(years: Years) -> Iterator[ReturnsProblem]:
    """Tell that no run can start from the returns, and why."""
    last, children = years.years[-1], int(years.stock[-1].sum())
    if not FIRST_BASE <= last <= LAST_BASE:
        yield ReturnsProblem(
            f"the returns end on 31 March {last}, and a run can only start from {FIRST_BASE} to {LAST_BASE}"
        )
    if children < FEWEST:
        yield ReturnsProblem(f"fewer than {FEWEST} children are in care on 31 March {last}, and a run needs as many")


def _asylum_seeking(years: Years) -> Iterator[ReturnsProblem]:
    """Tell of a table of unaccompanied children that is missing in a year, or holds others too."""
    arrivals = years.starts[:, STREAMS.index("uasc")].sum(axis=(1, 2)).tolist()
    for at, (year, number) in enumerate(zip(years.years, arrivals, strict=True)):
        around = [*arrivals[max(at - 1, 0) : at], *arrivals[at + 1 : at + 2]]
        expected = sum(around) / len(around) if around else 0.0
        if number < UASC_FALL * expected and so_few_beside(number, around) < CHANCE:
            yield ReturnsProblem(
                f"{number:,} unaccompanied asylum-seeking children came into care in the year to 31 March {year}, and "
                f"{expected:,.0f} a year in those around it: is its UASC file missing, so that they count as others?"
            )
    asylum_seeking, children = int(years.stock[-1, STREAMS.index("uasc")].sum()), int(years.stock[-1].sum())
    if asylum_seeking > UASC_MOST * children:
        yield ReturnsProblem(
            f"{asylum_seeking:,} of {children:,} children in care on 31 March {years.years[-1]} are in the UASC file: "
            "does it hold all children, with a column that says who is one?"
        )


def _nobody_leaves(stays: Stays) -> Iterator[ReturnsProblem]:
    """Tell a list of children who are in care now from returns: no child's last episode has ended."""
    child_years = float((stays.end - stays.start.clip(min=stays.opening)).clip(min=0).sum()) / DAYS_A_YEAR
    left = int((stays.exit[stays.last] != STAYS_ON).sum())
    expected = TURNOVER_PER_YEAR * child_years
    if expected >= LEAST_EXPECTED and left < FEW * expected:
        span = counted(len(stays.years), "year")
        yield ReturnsProblem(
            f"{left:,} of {int(stays.last.sum()):,} children have left care in {span}: the returns hold the children "
            "in care now, and not those who left; every episode open at any time in a year is needed"
        )


def _hardly_any_leave(years: Years) -> Iterator[ReturnsProblem]:
    """Tell years in a row that hold the children of later years with their history, and not who left before."""
    in_care = years.stock.reshape(len(years.stock), -1).sum(axis=1)
    left = years.exits.reshape(len(years.exits), -1).sum(axis=1)
    expected = TURNOVER_PER_YEAR * (in_care[:-1] + in_care[1:]) / 2
    for few, positions in groupby(range(len(years.years)), lambda at: bool(left[at] < FEW_IN_A_YEAR * expected[at])):
        at = list(positions)
        number, least = int(left[at].sum()), float(expected[at].sum())
        if few and so_few(number, least) < NO_CHANCE:
            which = named_years(years.years[i] for i in at)
            yield ReturnsProblem(
                f"{counted_children(number)} left care in {which}, of some {in_care[at].mean():,.0f} in care: the "
                "returns hold the history of children of later years and not who left before; give the returns of "
                "those years too, or only the episodes of later ones"
            )


def _nobody_is_seen_to_leave(stays: Stays, report: Report) -> Iterator[ReturnsProblem]:
    """Tell lists of children on one day of each year from returns: who left is in none."""
    unseen = sum(f.children for f in report.findings if f.rule.name in ("vanished", "not_carried_forward"))
    left = int((stays.exit != STAYS_ON).sum())
    if unseen >= LEAST_EXPECTED and unseen > VANISHED_SHARE * left:
        yield ReturnsProblem(
            f"{unseen:,} of {left:,} times that care ended, no return holds the end: each holds the children in care "
            "on one day, and not all who were in care in the year, or children are called otherwise in each"
        )
