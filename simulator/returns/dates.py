"""Dates as councils' systems and Excel write them, and which of day and month comes first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

EXCEL_EPOCH = date(1899, 12, 30)

FIRST_DATE, LAST_DATE = date(1980, 1, 1), date(2050, 1, 1)
"""Dates outside are none: nobody who was a child in a return was born before, and what lies after is what systems write
for "no end" (31/12/2099, 31/12/9999), as 01/01/1900 and 00/00/0000 are."""

_PIVOT = 2049
"""Last year that two digits can mean; 50 is 1950."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAY = re.compile(r"^(MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[,. ]+")
_TIME = re.compile(r"(,? +|T)\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AP]\.?M\.?)?( ?(Z|[+-]\d{2}:?\d{2}))?$")
_SUMMER_MIDNIGHT = re.compile(r"(?<![\d:])(23:00(:00([.,]0+)?)?|11:00(:00([.,]0+)?)? ?P\.?M\.?) ?(Z|[+-]00:?00)$")
"""Midnight in London, told in UTC: of the day after the one that stands there. No calendar says when summer is, as some
programs write days of winter so too, by the clock of the day on which they run, and nothing begins at this minute of a
winter's night."""

_IN_TURN = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[A-Z]{3,9})[-/. ](\d{4}|\d{2})")
_MONTH_THEN_DAY = re.compile(r"([A-Z]{3,9})[-/. ]+(\d{1,2})(?:, *|[-/. ]+)(?=\d{4}$)")
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})[-/](\d{1,2})|(\d{2})(\d{2})(?:\.0+)?)")
_FIGURES = re.compile(r"\d+")
_NAMES = re.compile(r"[A-Z]+", re.IGNORECASE)
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")

_LONGEST = 64
"""Characters of a date at most, with its weekday, time and zone."""

READ = "dd/mm/yyyy, yyyy-mm-dd, yyyymmdd, 9-Apr-17, 9 April 2017 or days since 1900 (42834), with a time or without"
"""Forms that are read, for those whose dates have another."""

TELLING = 3
"""Least number of different dates that can only be read with the month first from which a column is taken to hold such
dates: fewer are mistyped."""

MIXED_SHARE = 0.1
"""Least share of them among all that tell from which a column of both is refused: fewer are mistyped."""

TURNED = 8
"""Least number of different dates in each of two forms of one column for it to be no chance that the days of one are
all up to 12, and of the other all over (less than one in ten thousand)."""


class First(StrEnum):
    """What comes first in the dates of a column, as far as they tell: numbers over 12 are no months."""

    DAY = "day"
    MONTH = "month"
    EITHER = "either"
    MIXED = "mixed"
    TURNED = "turned"


def what_is_first(different: Collection[WrittenDate]) -> First:
    """Say what comes first in different dates, from those that tell, or from how they are written.

    Excel set for America turns day and month of all dates that it can (and writes them in a form of its own), and
    leaves the others: those of which the day is over 12.
    """
    if _turned(different):
        return First.TURNED
    tell = Counter(one.tells for one in different)
    day, month = tell[First.DAY], tell[First.MONTH]
    if month < TELLING or month < MIXED_SHARE * (day + month):
        return First.DAY if day else First.EITHER
    return First.MONTH if day < MIXED_SHARE * (day + month) else First.MIXED


def _turned(different: Collection[WrittenDate]) -> bool:
    """Say whether dates stand in two forms, with days up to 12 in one and over 12 in the other."""
    days: dict[tuple[bool, str], Counter[int]] = defaultdict(Counter)
    for (form, day), number in Counter((one.form, one.day) for one in different).items():
        if day:
            days[form][day] = number
    forms = [found for found in days.values() if found.total() >= TURNED]
    return any(max(one) <= 12 < min(other) for one, other in permutations(forms, 2))


class WrittenDate(NamedTuple):
    """What is written where a date is wanted.

    Attributes
    ----------
    day_first, month_first : date or None
        Read in either way; None if it is no date so.
    day : int
        Of the month, if the day is first; 0 if it is no date so.
    tells : First
        What comes first, as far as this one tells.
    form : (bool, str)
        Whether the year is first, and what stands between figures and names.
    """

    day_first: date | None = None
    month_first: date | None = None
    day: int = 0
    tells: First = First.EITHER
    form: tuple[bool, str] = (False, "")

    def when(self, *, month_first: bool) -> date | None:
        """Return the date, read in one way."""
        return self.month_first if month_first else self.day_first


_NO_DATE = WrittenDate()


def read_date(text: str) -> WrittenDate:
    """Read what may be a date. Midnight of London told in UTC is of its day; else the day is the one written.

    >>> [read_date(text).day_first.isoformat() for text in ("09/04/2017", "9-Apr-17", "42834", "Sun 09 April 2017")]
    ['2017-04-09', '2017-04-09', '2017-04-09', '2017-04-09']
    >>> read_date("04/09/2017").month_first
    datetime.date(2017, 4, 9)
    >>> read_date("2017-04-08T23:00:00Z").day_first == read_date("2017-04-09T00:00:00+01:00").day_first
    True
    """
    return _read(text) if len(text) <= _LONGEST else _NO_DATE


@lru_cache(maxsize=100_000)
def _read(text: str) -> WrittenDate:
    """Read text. A return writes some thousand different ones, each of them often and in many files."""
    text = text.upper()
    plain = _WEEKDAY.sub("", _TIME.sub("", text), count=1)
    in_turn = _IN_TURN.fullmatch(plain)
    tells = First.EITHER
    if in_turn and in_turn[2].isdigit():
        first, second = int(in_turn[1]), int(in_turn[2])
        tells = First.DAY if first > 12 >= second else First.MONTH if second > 12 >= first else First.EITHER
    form = (_ISO.fullmatch(plain) is not None, _NAMES.sub("A", _FIGURES.sub("", plain)))
    next_day = timedelta(days=1 if _SUMMER_MIDNIGHT.search(text) else 0)
    day_first, month_first = (
        when + next_day if when and FIRST_DATE <= when < LAST_DATE else None
        for when in (_written(plain, one) for one in (False, True))
    )
    return WrittenDate(day_first, month_first, day_first.day if day_first else 0, tells, form)


def _written(text: str, month_first: bool) -> date | None:
    """Read a date without a time."""
    if serial := _SERIAL.fullmatch(text):
        return EXCEL_EPOCH + timedelta(days=int(serial[1]))
    if iso := _ISO.fullmatch(text):
        year, month, day = int(iso[1]), int(iso[2] or iso[4]), int(iso[3] or iso[5])
    elif found := _IN_TURN.fullmatch(_MONTH_THEN_DAY.sub(r"\2 \1 ", text)):
        name = found[2][:3]
        day, month = int(found[1]), _MONTHS.index(name) + 1 if name in _MONTHS else int(name) if name.isdigit() else 0
        if month_first and name.isdigit():
            day, month = month, day
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        year -= 100 if len(found[3]) == 2 and year > _PIVOT else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
