"""Synthetic SSDA903 returns: Header, Episodes and UASC of each year, of children who never lived.

Lives are drawn at England's rates (:mod:`simulator.returns.lives`) and written as a council would return them. They are
for trying the import and for tests: what lives are like beyond stays, placements and reasons is filled in plainly.
Identifiers start with ``SYN``, and postcodes with ``ZZ``, which is no postal area.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.baseline.england import England, resident_rates, uasc_rates
from simulator.engine.rates import StreamRates
from simulator.returns.codes import ADULT, AGE_18, PLACES, PRIVATE, PROVIDERS, STAYS_ON
from simulator.returns.codes import codes as code_table
from simulator.returns.exposure import birthdays, day_number
from simulator.returns.lives import Lives, live
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS, STREAMS
from simulator.vocabulary.calendar import DAYS_A_YEAR

Days = NDArray[np.int64]
Whole = NDArray[np.intp]
Flags = NDArray[np.bool_]

LAST_RETURN = 2026
"""The last return is that of 2025-26, with the code sets of that year."""

MARGIN = 0.01
"""Years that lives go on after the last return: years of 365.25 days may end before its last day does."""

COURT_SHARE = 0.6
"""Share of resident children who come under a care order, some time after an interim one."""
COURT_YEARS = 0.6
"""Mean time from start to care order, years."""

REC = {"home": "E4A", "guardianship": "E45", "arrangements": "E41", "adoption": "E12", "other": "E8", "age_18": "E17"}
"""Reason for ceasing written for each reason."""


@dataclass(frozen=True)
class Episodes:
    """Episodes of all years, each once, in order of child and time. Days are days since 1 January 1970.

    Attributes
    ----------
    child : (episode,) int
    uasc : (episode,) bool
    born, start, end : (episode,) int
        `end` may lie after the last return.
    place : (episode,) int
        Position in ``codes.PLACES``.
    rne, ls : (episode,) str
    reason : (episode,) int
        Position in ``axes.REASONS``, or ``codes.STAYS_ON``.
    """

    child: Whole
    uasc: Flags
    born: Days
    start: Days
    end: Days
    place: Whole
    rne: NDArray[np.str_]
    ls: NDArray[np.str_]
    reason: Whole


@dataclass(frozen=True)
class Return:
    """Files of one year, as text: the columns of the collection."""

    year: int
    header: pl.DataFrame
    episodes: pl.DataFrame
    uasc: pl.DataFrame


def council_rates(children: int, baseline: England) -> tuple[StreamRates, StreamRates]:
    """Return rates of a council of about so many children in care: England's, with starts scaled."""
    p = baseline.parameters
    both = (
        resident_rates(p, baseline.resident, baseline.resident_home),
        uasc_rates(p, baseline.uasc, np.zeros_like(baseline.resident_home)),
    )
    scale = children / (baseline.resident.sum() + baseline.uasc.sum())
    first, second = (replace(r, new_starts_per_month=r.new_starts_per_month * scale) for r in both)
    return first, second


def draw_returns(rates: tuple[StreamRates, StreamRates], years: int, seed: int) -> list[Return]:
    """Draw lives at the rates of each stream, and write the last `years` returns.

    Parameters
    ----------
    rates : pair of StreamRates
        Resident and UASC.
    years : int
    seed : int
        One seed gives one set of returns.
    """
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(len(STREAMS) + 1)]
    first_day = day_number(LAST_RETURN - years, 4, 1)
    lives = [live(r, years + MARGIN, rng) for r, rng in zip(rates, rngs, strict=False)]
    episodes = _episodes(lives, first_day, rngs[-1])
    return [_return(episodes, LAST_RETURN - years + 1 + i) for i in range(years)]


# --------------------------------------------------------------------------------------------------
# From lives to episodes


def _changes(values: Whole) -> Flags:
    """Say of each entry whether it differs from the one before; the first does."""
    changed = np.ones(len(values), dtype=np.bool_)
    changed[1:] = values[1:] != values[:-1]
    return changed


def _last_of(first: Flags) -> Flags:
    """Turn marks of the first of each group into marks of the last."""
    return np.roll(first, -1)


def _episodes(lives: list[Lives], first_day: int, rng: np.random.Generator) -> Episodes:
    """Put lives of all streams in order, round times to days, and leave out stays in which no night is spent."""
    joined = {name: np.concatenate([getattr(one, name) for one in lives]) for name in Lives.__dataclass_fields__}
    uasc = np.repeat(np.arange(len(lives)), [len(one.child) for one in lives]) == STREAMS.index("uasc")
    child = joined["child"] + uasc * (1 + lives[0].child.max(initial=0))
    order = np.lexsort((joined["start"], child))
    child, uasc, reason = child[order], uasc[order], joined["reason"][order]
    born, start, end = (_day(joined[name][order], first_day) for name in ("born", "start", "end"))
    adult = birthdays(born.astype("datetime64[D]"), np.full(len(born), ADULT))
    end = np.where(reason == AGE_18, adult, np.minimum(end, adult))

    # A period of care keeps the reason of its last stay, though that may be too short to be seen.
    begins = _changes(child)
    begins[1:] |= reason[:-1] != STAYS_ON
    period = np.cumsum(begins) - 1
    reason_of_period = reason[_last_of(begins)]
    kept = end > start
    new = _changes(period[kept])
    ends_care = np.where(end[kept] >= adult[kept], AGE_18, reason_of_period[period[kept]])
    stays = Episodes(
        child=child[kept],
        uasc=uasc[kept],
        born=born[kept],
        start=start[kept],
        end=end[kept],
        place=placements.groups()[joined["place"][order][kept]],
        rne=np.where(new, "S", "P"),
        ls=np.full(kept.sum(), "V2"),
        reason=np.where(_last_of(new), ends_care, STAYS_ON),
    )
    return _with_care_orders(stays, new, rng)


def _with_care_orders(stays: Episodes, new: Flags, rng: np.random.Generator) -> Episodes:
    """Bring some resident children under a care order: an interim one from the start, and a full one some time later.

    A stay in which the full order is made becomes two episodes; `new` marks the first stay of each period of care.
    """
    period = np.cumsum(new) - 1
    ordered = rng.random(new.sum()) < COURT_SHARE
    wait = 1 + np.floor(rng.standard_exponential(new.sum()) * COURT_YEARS * DAYS_A_YEAR).astype(np.int64)
    court = np.where(ordered[period] & ~stays.uasc, (stays.start[new] + wait)[period], NEVER)

    split = (stays.start < court) & (court < stays.end)
    which = np.repeat(np.arange(len(court)), 1 + split)
    second = ~_changes(which)
    first_of_two = _last_of(second)
    court, start = court[which], stays.start[which]
    interim = np.where(court < NEVER, "C1", "V2")
    return Episodes(
        child=stays.child[which],
        uasc=stays.uasc[which],
        born=stays.born[which],
        start=np.where(second, court, start),
        end=np.where(first_of_two, court, stays.end[which]),
        place=stays.place[which],
        rne=np.where(second, "L", np.where((court == start) & ~new[which], "B", stays.rne[which])),
        ls=np.where(second | (court <= start), "C2", interim),
        reason=np.where(first_of_two, STAYS_ON, stays.reason[which]),
    )


NEVER = 10**6
"""A day that does not come."""


def _day(time: NDArray[np.float64], first_day: int) -> Days:
    return first_day + np.floor(time * DAYS_A_YEAR).astype(np.int64)


# --------------------------------------------------------------------------------------------------
# From episodes to files


def place_code(place: str, year: int) -> tuple[str, str]:
    """Return PLACE and PLACE_PROVIDER that a return of a year holds for a placement."""
    for text in next(p for p in placements.placements() if p.name == place).codes:
        code, _, provider = text.partition("/")
        if code_table("PLACE")[code].valid_in(year):
            return code, provider or PROVIDERS.get(place, PRIVATE)
    raise LookupError(f"no code for {place!r} is valid in the return of {year}")


def _return(episodes: Episodes, year: int) -> Return:
    """Write the return of a year: every episode that was open at some time in it."""
    opens, closes = day_number(year - 1, 4, 1), day_number(year, 3, 31)
    here = np.flatnonzero((episodes.start <= closes) & (episodes.end >= opens))
    ended = episodes.end[here] <= closes
    made = [place_code(place, year) for place in PLACES]
    place = episodes.place[here]
    where = _where(episodes.child[here], episodes.start[here], place)
    rec = np.array([*(REC[reason] for reason in REASONS), "X1"])[episodes.reason[here]]  # STAYS_ON is the last
    table = pl.DataFrame(
        {
            "CHILD": episodes.child[here],
            "DECOM": episodes.start[here],
            "RNE": episodes.rne[here],
            "LS": episodes.ls[here],
            "CIN": np.where(episodes.uasc[here], "N8", "N1"),
            "PLACE": np.array([code for code, _ in made])[place],
            "PLACE_PROVIDER": np.array([provider for _, provider in made])[place],
            "PL_LOCATION": where[:, 0],
            "PL_DISTANCE": where[:, 1],
            "DEC": episodes.end[here],
            "REC": rec,
            "REASON_PLACE_CHANGE": np.where(np.isin(episodes.rne[here], ["P", "B"]), "PLAN", ""),
            "born": episodes.born[here],
            "uasc": episodes.uasc[here],
        }
    ).with_columns(
        CHILD=_identifier("CHILD"),
        DECOM=_written("DECOM"),
        DEC=pl.when(pl.lit(pl.Series(ended))).then(_written("DEC")),
        REC=pl.when(pl.lit(pl.Series(ended))).then("REC"),
        HOME_POST=_postcode(0),
        PL_POST=_postcode(1),
        URN=pl.lit("XXXXXXX"),
    )
    header = table.unique("CHILD", maintain_order=True).with_columns(
        DOB=_written("born"),
        SEX=pl.col("born").mod(2) + 1,
        ETHNIC=pl.lit("WBRI"),
        UPN=pl.concat_str(pl.lit("Z"), pl.col("CHILD").str.slice(3).str.zfill(12)),
        MOTHER=pl.lit(None, pl.String),
        MC_DOB=pl.lit(None, pl.String),
    )
    uasc = header.filter("uasc").with_columns(DUC=pl.lit(None, pl.String))
    return Return(
        year,
        header.select("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
        table.drop("born", "uasc"),
        uasc.select("CHILD", "SEX", "DOB", "DUC"),
    )


PLACED = {
    "foster": (0.51, 0.24, 0.05, 0.14),
    "homes": (0.27, 0.23, 0.05, 0.44),
    "other": (0.32, 0.18, 0.04, 0.21),
}
"""Shares inside within 20 miles, outside within 20, inside beyond and outside beyond, about as in England in 2024
[dfe_cla_2024]; of the others the return tells nothing."""


def _where(child: NDArray[np.int64], start: Days, place: NDArray[np.intp]) -> NDArray[np.str_]:
    """Return PL_LOCATION and PL_DISTANCE of episodes, the same in every return: (episode, 2).

    They are worked out of the episode and take no draw.
    """
    kinds = {
        one.name: "foster" if one.is_foster else "homes" if one.is_home else "other" for one in placements.placements()
    }
    edges = np.cumsum([PLACED[kinds[name]] for name in PLACES], axis=1)[place]
    number = (child * 7919 + start * 104_729) % 10_007
    which = ((number / 10_007.0)[:, None] >= edges).sum(axis=1)
    miles = np.where(np.isin(which, (0, 1)), 1 + number % 20, 21 + number % 180).astype(str)
    told = which < edges.shape[1]
    location = np.array(["IN", "OUT", "IN", "OUT", ""])[which]
    return np.stack([location, np.where(told, miles, "")], axis=1)


def _identifier(column: str) -> pl.Expr:
    return pl.concat_str(pl.lit("SYN"), pl.col(column).cast(pl.String).str.zfill(7))


def _written(column: str) -> pl.Expr:
    """Write days as returns do: dd/mm/yyyy."""
    return pl.col(column).cast(pl.Int32).cast(pl.Date).dt.strftime("%d/%m/%Y")


def _postcode(which: int) -> pl.Expr:
    number = pl.col("CHILD") if which == 0 else pl.col("CHILD") * 31 + pl.col("DECOM")
    return pl.concat_str(
        pl.lit("ZZ"),
        (number // 100 % 90 + 10).cast(pl.String),
        pl.lit(" "),
        (number % 10).cast(pl.String),
        pl.lit("ZZ"),
    )
