"""How an input goes over time: growth, a step, a level, a cap or a path. It holds no kind of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, Strict, ValidationInfo, field_validator, model_validator

from simulator.interventions.base import Intervention
from simulator.interventions.fields import FinancialYear, MonthValue, Quantity, Window, Wrong, choice, number
from simulator.interventions.profile import growth_years
from simulator.interventions.surroundings import IDLE, Idle, Surroundings, dates_idle
from simulator.vocabulary.calendar import Month, financial_year_months

if TYPE_CHECKING:
    from simulator.interventions.context import Array, Context

MOST = 2_000_000
"""The most that any input may be set to, in its own unit."""

OWN_UNIT = "in the input's own unit"

Level = Annotated[float, Strict(), Field(ge=0, le=MOST, json_schema_extra={"unit": OWN_UNIT})]
"""What an input is in one financial year."""

WAYS = ("percent_per_year", "ratio", "value", "at_most", "path")
"""Fields of which one says how an input goes."""

LEVELS = ("value", "at_most")
"""Those that are in the unit of the input, and so need one."""


class SetOverTime(Intervention):
    """An input that is set to a level or a path, whoever or whatever does it."""

    is_programme: ClassVar[bool] = False

    value: Quantity | None = number(None, low=0, high=MOST, unit=OWN_UNIT)
    """What it is from the start to the end, whatever it was before."""

    path: dict[FinancialYear, Level] | None = choice(None)
    """What it is in each financial year given; a year that is not named is as the one before it, and the last year
    holds. In the unit of the input, or as a ratio to what it would be if it has none of its own."""

    start: MonthValue | None = choice(None, if_empty="first month of the run")
    """First month. What was before the run is already in the base."""

    end: MonthValue | None = choice(None, if_empty="goes on to the end of the run")
    """Last month. A level that has grown holds after it; a ratio, value or cap is gone."""

    @field_validator("path")
    @classmethod
    def _falls_in_run(cls, path: dict[str, float] | None, info: ValidationInfo) -> dict[str, float] | None:
        """Refuse a path that says nothing, or begins after the run."""
        window = info.context
        if path is not None and not path:
            raise Wrong("no financial year is given", "for example {2027-28: 5_000}")
        if path and isinstance(window, Window) and financial_year_months(min(path))[0] > window.last:
            raise Wrong("no year of the path falls in the run", f"up to {window.last.financial_year}")
        return path

    @model_validator(mode="after")
    def _one_way(self) -> SetOverTime:
        """Ask for one of the ways that the input can go."""
        given = [way for way in WAYS if getattr(self, way, None) is not None]
        wrong = [way for way in given if way not in self.ways]
        if len(given) != 1 or wrong:
            said = f"{wrong[0]} does not suit this input" if wrong else "say how it goes in one way"
            raise Wrong(said, ", ".join(self.ways))
        if self.path is not None and (self.start is not None or self.end is not None):
            raise Wrong("the years of a path say when", "leave start and end out")
        return self

    @classmethod
    def starter(cls, first: Month) -> dict[str, Any]:
        """Return, besides, a way to go: no change where one can be said as a ratio, else nothing at all."""
        return super().starter(first) | ({"ratio": 1.0} if "ratio" in cls.model_fields else {"value": 0.0})

    @property
    def unit(self) -> str:
        """Unit of the input; empty if it has none of its own, so that a path gives ratios."""
        return ""

    def unit_here(self, unit: str) -> str:
        """Return the unit of the input for what is in it, or that a path without one is of ratios."""
        return (self.unit or "ratio") if unit == OWN_UNIT else unit

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways in which this input can be said to go."""
        return tuple(way for way in WAYS if way in type(self).model_fields and (self.unit or way not in LEVELS))

    @property
    def overrules(self) -> bool:
        """Whether it sets or caps a level, and does not come on top of what was before."""
        return bool(self.unit)

    @property
    def in_words(self) -> str:
        """Its title and how it goes."""
        return f"{self.title} ({self._how()})"

    def _how(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.value is not None:
            return f"{self.value:,.6g}{unit}"
        return ", ".join(f"{year} {level:,.6g}" for year, level in sorted((self.path or {}).items())) + unit

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield dates outside the run, and years of a path that another year of it goes before."""
        yield from super().idle(around)
        yield from dates_idle(self.start, self.end, around)
        for year, later in pairwise([*sorted(self.path or {}), None]):
            assert year is not None
            gone = later is not None and financial_year_months(later)[0] <= around.first
            if gone or financial_year_months(year)[0] > around.last:
                yield ("path", year), f"{IDLE}: the run is from {around.first} to {around.last}"

    def acting(self, context: Context) -> Array:
        """Whether a step, level, cap or path acts: (month,) of 0 and 1."""
        import numpy as np

        first, last = self._dates(context)
        months = [context.first_month + i for i in range(context.months)]
        return np.array([first <= month and (last is None or month <= last) for month in months])

    def _dates(self, context: Context) -> tuple[Month, Month | None]:
        """First and last month in which it acts."""
        if self.path is not None:
            return financial_year_months(min(self.path))[0], None
        return self.start or context.first_month, self.end

    def wanted(self, context: Context) -> Array:
        """Level that is set, in its own unit: (month,); what stands before a path begins is never used."""
        import numpy as np

        if self.path is None:
            return np.full(context.months, self.value)
        wanted = np.zeros(context.months)
        for year, level in sorted(self.path.items()):
            wanted[max(context.position(financial_year_months(year)[0]), 0) :] = level
        return wanted


class OverTime(SetOverTime):
    """An input that goes another way than it would: growth, a step, a level, a cap or a path."""

    percent_per_year: Quantity | None = number(None, low=-50, high=50, unit="percent a year")
    """Growth, compounded."""

    ratio: Quantity | None = number(None, low=0, high=20, unit="ratio")
    """How many times what it would be, from the start to the end."""

    at_most: Quantity | None = number(None, low=0, high=MOST, unit=OWN_UNIT)
    """Cap from the start to the end: above it, it is held there."""

    @property
    def overrules(self) -> bool:
        """Whether it sets or caps a level, and does not come on top of what was before."""
        return self.percent_per_year is None and self.ratio is None and super().overrules

    @property
    def meets_growth(self) -> str:
        """What it does to growth that is there already, as a verb before it."""
        if not self.overrules:
            return super().meets_growth
        return "caps" if self.at_most is not None else "takes the place of"

    def _how(self) -> str:
        if self.percent_per_year is not None:
            return f"{self.percent_per_year:+.3g}% a year"
        if self.ratio is not None:
            return f"times {self.ratio:.3g}"
        return super()._how() if self.at_most is None else f"at most {self.at_most:,.6g} {self.unit}"

    def factor(self, level: Callable[[], Array], context: Context) -> Array:
        """Divide the input with it by the input without it: (month,), or as the level.

        Growth gathers from the first month of the run, as growth before is in the base. Where there is nothing to
        begin with, there is nothing to change.

        Parameters
        ----------
        level : callable
            What the input is without it, in its own unit: (draw, area, month). It is asked where it matters.
        context
            Calendar of the run.
        """
        import numpy as np

        first = self.start or context.first_month
        if self.percent_per_year is not None:
            growth: Array = (1.0 + self.percent_per_year / 100.0) ** growth_years(context, first, self.end)
            return growth
        acting = self.acting(context)
        if self.ratio is not None:
            return np.where(acting, self.ratio, 1.0)
        if not self.unit:
            return np.where(acting, self.wanted(context), 1.0)
        now, wanted = np.broadcast_arrays(level(), 0.0 if self.at_most is not None else self.wanted(context))
        if self.at_most is not None:
            wanted = np.minimum(self.at_most, now)
        factor = np.divide(wanted, now, out=np.ones(now.shape), where=now > 0)
        return np.where(acting, factor, 1.0)
