"""The rules by which episodes are cleaned, one function each, in the order in which they are applied.

What a rule is stands in :mod:`simulator.returns.rule_book`. From the stage of versions, rows lie in order of child,
start, return and end, open ones before those that ended, so that ``shift`` finds the neighbours.

Columns of an episode, beside those of :class:`simulator.returns.read_files.Returns`: ``closes`` (last day that its
return covers, as far as years are whole), ``told_until`` (the same, whole or not), ``several`` (its return covers
several years), ``opens`` (first day of its return), ``before`` and ``after`` (the return of the year before, or after,
has the child), ``first_day`` and ``last_day`` (of all returns), ``dob``, ``in_header``, ``adult`` (18th birthday),
``at`` (position in ``codes.PLACES``), ``reason`` (position in ``axes.REASONS``, or ``codes.CONTINUES``), ``lost`` (the
end date is wrong, but there was one), ``told`` (a rule has told of the missing reason).
"""

from __future__ import annotations

import polars as pl

from simulator.returns import codes, header_rules
from simulator.returns.rule_book import (
    CHANGED,
    FOREVER,
    KEPT,
    NOT_USED,
    Changes,
    Rule,
    col,
    following,
    known,
    previous,
    rules_into,
    starts,
)  # fmt: skip

RULES: list[Rule] = [*header_rules.RULES]
"""All rules, in order."""

DAYS_APART = 10_000_000
"""More days than lie between any two dates."""

_rule = rules_into(RULES)

# --------------------------------------------------------------------------------------------------
# Episodes, one at a time


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "Excel saves empty rows at the end of a table; files put together repeat the heading.",
)
def blank_rows() -> pl.Expr:
    """Hold for rows with nothing in them."""
    return col("blank")


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "The child can't be told: the identifier is blank, or Excel made it a power of ten.",
)
def no_child_id() -> pl.Expr:
    """Hold for rows that name no child."""
    return col("child").is_null()


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "DECOM is blank or no date, so when it happened is not known.",
)
def bad_decom() -> pl.Expr:
    """Hold for start dates that can't be read."""
    return col("decom").is_null()


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "A year between returns is missing: who left in it is not known. Only the latest years in a row are used.",
)
def before_a_missing_year() -> pl.Expr:
    """Hold for returns before a gap in the years."""
    return col("closes") < col("first_day")


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "It starts in a last year that is not whole: the returns stop within it.",
)
def starts_in_broken_year() -> pl.Expr:
    """Hold for starts in a year of which the end is missing."""
    return _in_broken_year("decom")


@_rule(
    "one row",
    CHANGED,
    "taken as open on the last day of the last whole year",
    "It ends in a last year that is not whole.",
    dirt=False,
)
def ends_in_broken_year() -> tuple[pl.Expr, Changes]:
    """Hold for ends in a year of which the end is missing."""
    return _in_broken_year("dec"), {"dec": pl.lit(None), "reason": pl.lit(codes.CONTINUES)}


def _in_broken_year(column: str) -> pl.Expr:
    return (col(column) > col("last_day")) & (col("told_until") > col("last_day"))


@_rule(
    "one row",
    CHANGED,
    "taken as open",
    "DEC holds what stands for no end, or is no date, and REC gives no reason for leaving.",
)
def no_end() -> tuple[pl.Expr, Changes]:
    """Hold for ends that can't be read, where nothing else says that the child left."""
    no_reason_given = ~_ceases() & (col("rec").is_null() | known("REC", "rec"))
    return col("bad_dec") & no_reason_given, {"bad_dec": pl.lit(False)}


@_rule(
    "one row",
    CHANGED,
    "taken to end at the child's next episode, or else on the last day of the return",
    "DEC is there but is no date: the episode ended in the year, as REC says why.",
)
def bad_dec() -> tuple[pl.Expr, Changes]:
    """Hold for end dates that can't be read."""
    return col("bad_dec"), {"lost": pl.lit(True)}


@_rule(
    "one row",
    CHANGED,
    "taken to end at the child's next episode, or else on the last day of the return",
    "DEC is before DECOM. Start dates are checked more, so the start is kept.",
)
def dec_before_decom() -> tuple[pl.Expr, Changes]:
    """Hold for episodes that end before they start."""
    return col("dec") < col("decom"), {"dec": pl.lit(None), "lost": pl.lit(True)}


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "It ends on the day it starts: no night in care.",
)
def zero_length() -> pl.Expr:
    """Hold for episodes of no day; those that say why the child left are kept until that is used."""
    return _of_no_day() & ~_ceases()


def _of_no_day() -> pl.Expr:
    return col("dec") == col("decom")


def _ceases() -> pl.Expr:
    return col("reason") != codes.CONTINUES


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "DECOM is after the last day that the return covers.",
)
def starts_after_return() -> pl.Expr:
    """Hold for starts in the future."""
    return col("decom") > col("closes")


@_rule(
    "one row",
    CHANGED,
    "taken as open on the last day of the return",
    "DEC is after the last day that the return covers.",
)
def ends_after_return() -> tuple[pl.Expr, Changes]:
    """Hold for ends in the future."""
    return col("dec") > col("closes"), {"dec": pl.lit(None), "reason": pl.lit(codes.CONTINUES)}


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "No file gives a date of birth that can be read, and rates go by age.",
)
def no_dob() -> pl.Expr:
    """Hold for children without an age."""
    return col("dob").is_null()


@_rule(
    "one row",
    KEPT,
    "kept, with the date of birth of another file",
    "The child has no usable row in any Header file.",
)
def no_header() -> pl.Expr:
    """Hold for children whose date of birth is known from other files only."""
    return ~col("in_header")


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "It starts before the child was born.",
)
def born_after_start() -> pl.Expr:
    """Hold for episodes before birth."""
    return col("decom") < col("dob")


@_rule(
    "one row",
    NOT_USED,
    "left out",
    "It starts on or after the 18th birthday, when nobody is in care.",
)
def starts_at_18() -> pl.Expr:
    """Hold for episodes of adults."""
    return col("decom") >= col("adult")


@_rule(
    "one row",
    KEPT,
    f"counted in placement '{codes.UNKNOWN_PLACE}'",
    "PLACE is blank or in no code set: the child was in care somewhere.",
)
def unknown_place() -> pl.Expr:
    """Hold for placements that no code set knows."""
    return ~known("PLACE", "place").fill_null(False)


@_rule(
    "one row",
    KEPT,
    "taken as care",
    "LS is blank or in no code set: only V3 and V4 are short breaks.",
)
def unknown_ls() -> pl.Expr:
    """Hold for legal statuses that no code set knows."""
    return ~known("LS", "ls").fill_null(False)


@_rule(
    "one row",
    KEPT,
    "judged by dates and placements",
    "RNE is blank or in no code set.",
)
def unknown_rne() -> pl.Expr:
    """Hold for reasons for a new episode that no code set knows."""
    return ~known("RNE", "rne").fill_null(False)


@_rule(
    "one row",
    CHANGED,
    "if care ended then, counted as leaving for reason 'other'",
    "REC is in no code set.",
)
def unknown_rec() -> tuple[pl.Expr, Changes]:
    """Hold for reasons for ceasing that no code set knows."""
    return col("rec").is_not_null() & ~known("REC", "rec"), {"told": pl.lit(True)}


@_rule(
    "one row",
    KEPT,
    "the placement is judged without it",
    "PLACE_PROVIDER is in no code set.",
)
def unknown_provider() -> pl.Expr:
    """Hold for providers that no code set knows."""
    return col("provider").is_not_null() & ~known("PLACE_PROVIDER", "provider")


@_rule(
    "one row",
    KEPT,
    "kept, as the meaning is plain",
    "PLACE is not in the code set of the return's year (H5, P2 and Z1 end with 2024-25; K3 and Z11 to Z14 "
    "start with 2025-26).",
)
def code_not_of_year() -> pl.Expr:
    """Hold for placements that the year's code set does not hold, and another does; files of several years hold all."""
    first = {code.code: code.first_return for code in codes.codes("PLACE").values()}
    last = {code.code: code.last_return for code in codes.codes("PLACE").values()}
    year = col("told_until").dt.year()
    place = col("place")
    other = (year < place.replace_strict(first, default=0)) | (year > place.replace_strict(last, default=9999))
    return other & ~col("several")


@_rule(
    "one row",
    CHANGED,
    "counted as the council's own foster care",
    "The placement is foster care, and the provider, which tells council from agency, is blank or neither.",
)
def no_provider() -> tuple[pl.Expr, Changes]:
    """Hold for foster care with nobody who provides it."""
    pairs = {f"{place}/{provider}" for place, provider in codes.place_of() if provider}
    pair = pl.concat_str("place", pl.lit("/"), col("provider").fill_null(""))
    strange = col("provider").is_not_null() & ~known("PLACE_PROVIDER", "provider")
    return col("place").is_in(sorted(codes.provider_decides())) & ~pair.is_in(sorted(pairs)) & ~strange, {}


# --------------------------------------------------------------------------------------------------
# Versions of one episode


def _same_start() -> pl.Expr:
    return following("decom") == col("decom")


def _again() -> pl.Expr:
    """Hold for all but the last of episodes that start together in one return."""
    return _same_start() & (following("part") == col("part"))


@_rule(
    "versions",
    KEPT,
    "kept from its start on",
    "It was open on the last 31 March, and the return before, which holds all who were in care at any time, does not "
    "have the child.",
)
def appeared() -> pl.Expr:
    """Hold for episodes that began before their return, of children whom the return before should hold and doesn't."""
    was_open = (col("decom") < col("opens")) & (col("dec").is_null() | (col("dec") >= col("opens")))
    return was_open & (col("opens") > col("first_day")) & ~col("before") & ~_short_break()


@_rule(
    "versions",
    NOT_USED,
    "the one that ended is used, or else the last",
    "A file of several years holds an episode again for each 31 March on which it was open.",
    dirt=False,
)
def open_in_an_earlier_year() -> pl.Expr:
    """Hold for earlier versions of an episode in a file of several years."""
    return _again() & col("several") & col("dec").is_null()


@_rule(
    "versions",
    NOT_USED,
    "one is used",
    "The same episode is twice in one return.",
)
def duplicate_rows() -> pl.Expr:
    """Hold for further copies of a row."""
    return ~pl.struct("child", "decom", "part", "dec", "rne", "ls", "place", "provider", "rec").is_first_distinct()


@_rule(
    "versions",
    NOT_USED,
    "of those that ended the one that lasts longest is used, or else the last",
    "Two episodes of a child start on one day in one return.",
)
def same_start() -> pl.Expr:
    """Hold for all but one of episodes that start together: one that ended is a later version than one that is open."""
    return _again()


@_rule(
    "versions",
    NOT_USED,
    "the later return is used",
    "A later return tells the episode otherwise: placement, legal status, reason or end differ.",
)
def later_return_corrects() -> pl.Expr:
    """Hold for episodes that a later return corrects."""
    differs = pl.any_horizontal(following(c).ne_missing(col(c)) for c in ("at", "rne", "ls"))
    ended = col("dec").is_not_null() & following("dec").ne_missing(col("dec"))
    for_another = col("dec").is_not_null() & following("rec").ne_missing(col("rec"))
    ended_before = col("dec").is_null() & (following("dec") <= col("closes"))
    return _same_start() & (differs | ended | for_another | ended_before)


@_rule(
    "versions",
    NOT_USED,
    "the later return is used",
    "Another return holds it too: one that is open on 31 March is in the next.",
    dirt=False,
)
def carried_forward() -> pl.Expr:
    """Hold for episodes that a later return holds too."""
    return _same_start()


@_rule(
    "versions",
    NOT_USED,
    "the later return is used",
    "A later return does not have it, and tells that an episode of the child which began before it went on until after "
    "its year.",
)
def superseded() -> pl.Expr:
    """Hold for episodes within one that a later return tells: no return tells of days after its own last one."""
    told_of = col("dec").fill_null(col("told_until"))
    return _in_line(told_of).cum_max().shift(1) > _in_line(col("told_until"))


def _in_line(day: pl.Expr) -> pl.Expr:
    """Number days so that all of a child come after those of children before it: a running maximum is of the child.

    Rows put in groups by child take longer than all other rules together.
    """
    return col("child").cast(pl.Int64) * DAYS_APART + day.cast(pl.Int32)


@_rule(
    "versions",
    NOT_USED,
    "left out",
    "Legal status V3 or V4: a series of short breaks is not counted as being looked after.",
)
def short_breaks() -> pl.Expr:
    """Hold for short breaks."""
    return _short_break()


def _short_break() -> pl.Expr:
    return col("ls").is_in(codes.short_breaks()).fill_null(False)


@_rule(
    "versions",
    CHANGED,
    "taken to end the day after the return, for reason 'other'",
    "It was open on 31 March, and the next return, which holds all who were in care at any time, does not have the "
    "child.",
)
def vanished() -> tuple[pl.Expr, Changes]:
    """Hold for open episodes of children whom the next return should hold and doesn't."""
    return _has_no_more() & ~col("after"), _ended_after_return()


@_rule(
    "versions",
    CHANGED,
    "taken to end the day after the return, for reason 'other'",
    "It was open on 31 March, and the next return, which holds all that were open at any time, has the child and not "
    "the episode, nor one that goes on from it.",
)
def not_carried_forward() -> tuple[pl.Expr, Changes]:
    """Hold for open episodes that the next return should hold and doesn't, though it has the child."""
    return _has_no_more() & col("after"), _ended_after_return()


def _has_no_more() -> pl.Expr:
    """Hold for episodes open at the end of a return but the last, which no other goes on from."""
    came_back = (following("decom") > _day_after()) & following("rne").is_in(codes.reasons_for_new_episode("start"))
    alone = following("decom").is_null() | came_back
    return col("dec").is_null() & ~col("lost") & (col("closes") < col("last_day")) & alone


def _ended_after_return() -> Changes:
    return {"dec": _day_after(), "reason": pl.lit(codes.CONTINUES), "told": pl.lit(True)}


def _day_after() -> pl.Expr:
    return col("closes") + pl.duration(days=1)


# --------------------------------------------------------------------------------------------------
# Episodes of one child against each other


@_rule(
    "neighbours",
    CHANGED,
    "ended when the next begins",
    "It has no end, and the child has a later episode.",
)
def open_then_another() -> tuple[pl.Expr, Changes]:
    """Hold for episodes that are open though another follows."""
    return col("dec").is_null() & ~col("lost") & following("decom").is_not_null(), {"dec": following("decom")}


@_rule(
    "neighbours",
    CHANGED,
    "taken to go on until the next begins",
    "It ends with X1 or no reason on the day before the child's next episode, which is no start: its last day.",
)
def ends_the_day_before() -> tuple[pl.Expr, Changes]:
    """Hold for episodes whose end is the last day in them, and not the day on which the next begins."""
    day_before = following("decom") == col("dec") + pl.duration(days=1)
    goes_on = ~following("rne").is_in(codes.reasons_for_new_episode("start")).fill_null(False)
    return day_before & goes_on & ~_ceases() & ~col("told"), {"dec": following("decom")}


@_rule(
    "neighbours",
    CHANGED,
    "taken as open",
    "It ends on the last day of the returns with X1 or no reason, and no other follows: systems close a year so.",
)
def closed_with_the_year() -> tuple[pl.Expr, Changes]:
    """Hold for ends by which a system closed the last year, and no care."""
    closed = (col("dec") == col("last_day")) & following("decom").is_null()
    return closed & ~_ceases() & ~col("told"), {"dec": pl.lit(None)}


def _leaves_on_next_day() -> pl.Expr:
    """Hold where the child's next episode begins and ends on the day this one ends, and says why the child left."""
    of_no_day = (following("decom") == col("dec")) & (following("dec") == col("dec"))
    return of_no_day & (following("reason") != codes.CONTINUES)


@_rule(
    "neighbours",
    CHANGED,
    "the reason for leaving is taken from the last episode",
    "The child's last episode begins and ends on the day this one ends, and alone says why the child left.",
)
def left_same_day() -> tuple[pl.Expr, Changes]:
    """Hold for episodes whose reason for leaving stands in an episode of no day that follows."""
    changes = {name: following(name) for name in ("reason", "rec")}
    return _leaves_on_next_day() & ~_ceases(), changes


@_rule(
    "neighbours",
    NOT_USED,
    "left out; its reason for leaving is that of the episode before",
    "It ends on the day it starts, on which the episode before ended: no night in care.",
    dirt=False,
)
def day_of_leaving() -> pl.Expr:
    """Hold for last episodes of no day."""
    return _of_no_day() & _touches()


@_rule(
    "neighbours",
    NOT_USED,
    "left out",
    "It ends on the day it starts, with a reason for leaving, and no other episode ended that day: no night in care.",
)
def day_alone() -> pl.Expr:
    """Hold for other episodes of no day."""
    return _of_no_day()


@_rule(
    "neighbours",
    NOT_USED,
    "the longer one is used",
    "It lies within another episode of the child.",
)
def contained() -> pl.Expr:
    """Hold for episodes within one that started earlier."""
    end = _in_line(col("dec").fill_null(FOREVER))
    return end <= end.cum_max().shift(1)


@_rule(
    "neighbours",
    CHANGED,
    "ended when the next begins",
    "It overlaps the child's next episode.",
)
def overlap() -> tuple[pl.Expr, Changes]:
    """Hold for episodes that end after the next begins."""
    return following("decom") < col("dec"), {"dec": following("decom")}


@_rule(
    "neighbours",
    CHANGED,
    "ended on the 18th birthday",
    "It goes on after the 18th birthday, and nobody is in care at 18.",
)
def past_18() -> tuple[pl.Expr, Changes]:
    """Hold for episodes that go on after 18."""
    seen = col("dec").fill_null(col("last_day") + pl.duration(days=1))
    return seen > col("adult"), {"dec": col("adult"), "told": pl.lit(True)}


@_rule(
    "neighbours",
    CHANGED,
    "the earlier placement is kept",
    "RNE says that only the legal status changed, and the placement differs.",
)
def legal_change_moved() -> tuple[pl.Expr, Changes]:
    """Hold for moves that RNE says were none."""
    goes_on = col("rne").is_in(codes.reasons_for_new_episode("same_home")) & _touches()
    kept = pl.when(goes_on).then(None).otherwise(col("at")).forward_fill()
    return kept != col("at"), {"at": kept}


def _touches() -> pl.Expr:
    """Hold where the child's previous episode ends on the day this one starts."""
    return (previous("dec") == col("decom")).fill_null(False)


@_rule(
    "neighbours",
    KEPT,
    "care goes on",
    "RNE says that care started, but the episode before ended that day with X1.",
)
def start_code_inside() -> pl.Expr:
    """Hold for starts inside a period of care."""
    return _touches() & starts() & (previous("reason") == codes.CONTINUES)


@_rule(
    "neighbours",
    KEPT,
    "care goes on",
    "REC says that care ended, but another episode begins that day and is no start.",
)
def exit_code_inside() -> pl.Expr:
    """Hold for exits inside a period of care."""
    next_touches = following("decom") == col("dec")
    return next_touches & _ceases() & ~following("rne").is_in(codes.reasons_for_new_episode("start")).fill_null(False)


def new_period() -> pl.Expr:
    """Hold for the first episode of a period of care.

    Dates decide: an episode that begins on the day the one before ended goes on with it, whatever one code says; only
    where both say that care ended and started again did it.
    """
    began_again = starts().fill_null(False) & (previous("reason") != codes.CONTINUES)
    return ~_touches() | began_again


@_rule(
    "neighbours",
    KEPT,
    "counted as leaving for reason 'other'",
    "Care ended by the dates, but REC is X1 or blank.",
)
def no_reason() -> pl.Expr:
    """Hold for exits without a reason."""
    next_goes_on = following("decom") == col("dec")
    ended = col("dec").is_not_null() & (col("dec") < col("adult")) & ~next_goes_on.fill_null(False)
    return ended & ~_ceases() & ~col("told")


@_rule(
    "neighbours",
    KEPT,
    "counted as a start",
    "Care started by the dates, but RNE is not S: an earlier episode may be missing.",
)
def no_start_code() -> pl.Expr:
    """Hold for starts in the years covered whose code says otherwise."""
    is_code = known("RNE", "rne").fill_null(False)
    return ~_touches() & is_code & ~starts() & (col("decom") >= col("first_day"))
