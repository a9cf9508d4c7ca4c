"""What a scenario holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from simulator.data import tables
from simulator.interventions import Intervention, kinds
from simulator.interventions.fields import (
    FinancialYear,
    Model,
    MonthValue,
    Names,
    Quantity,
    SourceKey,
    SourceKeys,
    Window,
    Wrong,
    choice,
    number,
    one_of,
    text,
)
from simulator.interventions.local import UNLIMITED, Local, overlapping
from simulator.interventions.own_figures import Own
from simulator.interventions.reach import AreaName, area_name
from simulator.interventions.surroundings import IDLE, Idle, Surroundings
from simulator.scenario.funding import Funding
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import (
    AREA_BASES,
    BASE_YEARS,
    LATEST_BASE,
    Month,
    financial_year,
    financial_year_months,
    financial_years_from,
    months_from,
)

if TYPE_CHECKING:
    AnyIntervention = Intervention
else:
    AnyIntervention = Annotated[Union[tuple(kinds().values())], Field(discriminator="kind")]  # noqa: UP007

MOST_YEARS = 40
"""Longest run, years."""

MOST_NAME = 120
"""Longest name of a scenario, characters."""

USUAL_YEARS = 10
"""Length of a run whose end is not given, years."""


def checked_areas(names: tuple[str, ...], base: int) -> tuple[str, ...]:
    """Check what areas a scenario asks for.

    Raises
    ------
    Wrong
        If a name is not known, or authorities can't be run from the base.
    """
    known = tuple(area_name(name) for name in names)
    if areas.units(known) and base not in AREA_BASES:
        bases = ", ".join(map(str, AREA_BASES))
        raise Wrong(f"areas other than England run from {bases} only", f"England, or one of these bases: {bases}")
    return known


def _line(value: str) -> str:
    """Refuse empty names and names over several lines, which would break tables and file names."""
    if not value.strip() or len(value) > MOST_NAME or re.search(r"[\r\n]", value):
        raise Wrong("is empty, or too long for a heading", f"one line of up to {MOST_NAME} characters")
    return value.strip()


def _base(value: object) -> int:
    """Check the base year."""
    if type(value) is int and value in BASE_YEARS:
        return value
    raise Wrong(f"{value!r} is not a base year", ", ".join(map(str, BASE_YEARS)))


Line = Annotated[
    str,
    AfterValidator(_line),
    WithJsonSchema({"type": "string", "maxLength": MOST_NAME, "pattern": r"^[^\r\n]*\S[^\r\n]*$"}),
]
"""Text on one line."""


class Starts(Model):
    """How many children start to be looked after when nothing else changes."""

    hold: Literal["numbers", "rates"] = choice("numbers", source="judgement")
    """Hold numbers of starts, or rates on a population that changes in size and age."""


class Assumptions(Model):
    """Assumptions that the base data would otherwise settle."""

    births_per_year: Quantity | None = number(
        None, low=0, high=2_000_000, unit="births a year", if_empty="from the base data"
    )
    """Births in England after mid-2023. Starts go with the children of their age: all of them where rates are held,
    and where numbers are held what these births make of them."""

    balancing_percent_per_year: Quantity | None = number(
        None, low=-5, high=5, unit="percent of children a year", if_empty="from the base data"
    )
    """Counting residual: the part of change in published stocks that published flows do not explain."""

    homes_waiting_share: Quantity | None = number(
        None, low=0, high=1, unit="share of children in homes", if_empty="from the base data"
    )
    """Share of children in children's homes whose original plan was fostering, at the base; not identified, so drawn
    from a wide range where it is left out."""

    places_elasticity: Quantity | None = number(
        None, low=0, high=1.5, unit="elasticity of usable places to households", if_empty="from the base data"
    )
    """How usable foster places follow foster households, in the end: 1 is one for one; drawn where it is left out."""

    need_elasticity: Quantity | None = number(
        None, low=0, high=1, unit="elasticity of usable places to children", if_empty="from the base data"
    )
    """How usable foster places follow children looked after who are not with kin, at given households; drawn where it
    is left out."""

    waiting_cost_ratio: Quantity | None = number(
        None, low=0, high=1.5, unit="ratio to the mean cost of a home", if_empty="from the base data"
    )
    """Cost of a child in a home whose original plan was fostering, over the mean of all children in homes, at the base;
    drawn where it is left out."""

    step_down_match_per_year: Quantity | None = number(
        None, low=0, high=50, unit="hazard a year", if_empty="from the base data"
    )
    """Fastest rate at which a child who waits for a foster home is matched when places are free."""

    exchange_homes_per_year: Quantity | None = number(
        None, low=0, high=20_000, unit="children a year", if_empty="from the base data"
    )
    """Children who begin to wait in a home after foster care, a year; how many go back depends on places."""

    foster_places: Literal["limited", "as_needed"] = choice("limited", source="definition")
    """Whether children wait when usable foster places run out, or places are always found."""

    deflator_percent_per_year: Quantity | None = number(
        None, low=-5, high=20, unit="percent a year", if_empty="from the base data"
    )
    """Growth of the GDP deflator after the last published year."""

    drift: Literal["as_recorded", "none"] = choice("as_recorded", source="definition")
    """Whether rates drift in draws as far as they have in the past, or are held as in the central run."""

    placement_trend: Literal["as_recorded", "none"] = choice("none", source="definition")
    """Whether flows into placements go on as they have up to the base, fading, or are held."""

    real_price_growth: Literal["as_recorded", "none"] = choice("none", source="definition")
    """Whether unit costs grow above inflation as they have up to the base, fading, or follow the deflator. A price
    growth that the scenario states comes on top."""

    discount_percent: Quantity | None = number(
        None,
        low=0,
        high=20,
        unit="percent a year",
        source="hmt_green_book_stpr",
        exact=True,
        if_empty="the Green Book's schedule: 3.5, and 3.0 from the 31st year",
    )
    """Discount rate of present values, for all years."""

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield what depends on how places are held, and growth after a run that ends before it."""
        if not around.places_limited:
            yield ("step_down_match_per_year",), UNLIMITED
        published = max(map(str, tables.series("gdp_deflator")))
        if around.last.financial_year < published:
            yield ("deflator_percent_per_year",), f"{IDLE}: the deflator is published up to {published}"


class Claim(Model):
    """A published projection to mark on charts. It never acts on a result."""

    measure: Literal["children", "total_spend"] = text(...)
    """What was projected."""

    date: MonthValue | None = text()
    """Month at whose end the number of children stands."""

    financial_year: FinancialYear | None = text()
    """Financial year of the spend."""

    value: Quantity = number(low=0, high=1e12, unit="children, or GBP in the financial year", exact=True)
    """What was projected."""

    label: str = text(...)
    """Who projected it, for the chart."""

    source: SourceKeys = text(...)
    """Where it was published."""

    @model_validator(mode="after")
    def _dated(self) -> Claim:
        """Ask for a month with a stock and a financial year with spend."""
        stock = self.measure == "children"
        if stock and (self.date is None or self.financial_year is not None):
            raise Wrong("a number of children needs a date and no financial_year", "date: YYYY-MM")
        if not stock and (self.financial_year is None or self.date is not None):
            raise Wrong("spend needs a financial_year and no date", "financial_year: 2025-26, for example")
        return self


ASKABLE: dict[str, Literal["stock", "flow"]] = {
    "children": "stock",
    "uasc_children": "stock",
    "starts": "flow",
    "exits": "flow",
    "foster_households": "stock",
    "foster_places_filled": "stock",
    "unmet_foster_need": "stock",
    "placement_spend": "flow",
    "other_spend": "flow",
    "programme_spend": "flow",
    "total_spend": "flow",
}
"""Measures that a question may be about, and whether they stand at instants or add up over time."""

WITHOUT_PROGRAMMES = ("children", "total_spend")
"""Measures that are also known of a scenario without its programmes."""


def _askable(name: str) -> str:
    """Check the measure of a question."""
    return one_of("measure", name, ASKABLE, "")


class Question(Model):
    """A statement whose chance is asked for; draws answer it. It never acts on a result."""

    id: str = text(..., pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Short name, for tables."""

    says: Line = text(...)
    """The statement, in words that follow "chance that"."""

    measure: Annotated[str, AfterValidator(_askable), Names("measure", lambda: ASKABLE)] = text(...)
    """Measure that the statement is about."""

    date: MonthValue | None = text()
    """Month at whose end a stock stands."""

    financial_year: FinancialYear | None = text()
    """Financial year of a flow, or of money in cash."""

    years: tuple[FinancialYear, FinancialYear] | None = text()
    """First and last financial year of a flow, or of money in cash, that are added up."""

    above: Quantity | None = number(None, low=-1e12, high=1e12, unit="in the unit of the measure", exact=True)
    """The statement is true if the figure is above this."""

    below: Quantity | None = number(None, low=-1e12, high=1e12, unit="in the unit of the measure", exact=True)
    """The statement is true if the figure is below this."""

    compared_with: Literal["nothing", "no_programmes"] = text("nothing")
    """What is taken off the figure: nothing, or the same scenario's without its programmes."""

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Question:
        """Ask for one limit and one time."""
        if (self.above is None) == (self.below is None):
            raise Wrong("say above or below, and not both", "one of the two")
        if sum(when is not None for when in (self.date, self.financial_year, self.years)) != 1:
            raise Wrong("say when in one way", "date: YYYY-MM, financial_year: 2030-31 or years: [2026-27, 2030-31]")
        if (self.date is not None) != (ASKABLE[self.measure] == "stock"):
            stock = "stands at the end of a month: give a date"
            raise Wrong(f"{self.measure} " + (stock if self.date is None else "adds up over years: give no date"))
        if self.years is not None and self.years[0] > self.years[1]:
            raise Wrong(f"{self.years[0]} is after {self.years[1]}", "the first year, then the last")
        if self.compared_with == "no_programmes" and self.measure not in WITHOUT_PROGRAMMES:
            raise Wrong(f"{self.measure} is not known without programmes", ", ".join(WITHOUT_PROGRAMMES))
        run = info.context
        if isinstance(run, Window) and not all(run.first <= month <= run.last for month in self._ends()):
            raise Wrong("the run does not cover the time it asks about", f"{run.first} to {run.last}")
        return self

    def _ends(self) -> tuple[Month, ...]:
        """First and last month that the statement is about."""
        if self.date is not None:
            return (self.date,)
        years = self.years or (self.financial_year or "",) * 2
        return financial_year_months(years[0])[0], financial_year_months(years[1])[-1]


class Scenario(Model):
    """One scenario. All values are checked; none can be changed."""

    name: Line = text(...)
    """Heading in tables and charts."""

    description: str = text("")
    """What the scenario shows, for a reader who knows the field."""

    purpose: Literal["reference", "replication", "plan", "exploration"] = text("exploration")
    """What it is for. A replication repeats somebody's published projection and does not endorse it."""

    sources: tuple[SourceKey, ...] = text(())
    """Sources of the scenario as a whole."""

    base: Annotated[int, Names("base", lambda: BASE_YEARS)] = choice(LATEST_BASE, source="dfe_cla_2025")
    """Year whose 31 March the run starts from."""

    end: MonthValue = choice(None, validate_default=True, source="definition")
    """Last month of the run; ten years on from the base if left out."""

    areas: Annotated[tuple[AreaName, ...], Field(min_length=1)] = choice((areas.ENGLAND,), source="definition")
    """Areas to run: England, regions, groups such as ``type: county``, authorities by name or code, or ``all``."""

    starts: Starts = choice(Starts(), source="judgement")
    """How starts are held."""

    assumptions: Assumptions = choice(Assumptions(), source="definition")
    """Assumptions that differ from the base data."""

    local: dict[AreaName, Local] = choice({}, source="definition")
    """Assumptions of some areas. What is said of an authority goes before what is said of a group it is in."""

    own: Own = choice(Own(), source="definition")
    """What the council that is run states of itself: prices, foster carers and beds. They go before published ones."""

    claims: tuple[Claim, ...] = text(())
    """Published projections to mark on charts."""

    questions: tuple[Question, ...] = text(())
    """Statements whose chance is asked for."""

    funding: Funding | None = choice(None, if_empty="no gap is worked out")
    """Money there is for it, which is set beside spend and changes none of it."""

    interventions: tuple[AnyIntervention, ...] = choice((), source="definition")
    """What happens, in order; effects on the same children multiply."""

    @model_validator(mode="after")
    def _funded(self) -> Scenario:
        """Refuse a cost that is paid by a line there is not."""
        lines = [line.id for line in self.funding.lines] if self.funding is not None else []
        for at, one in enumerate(self.interventions):
            line = one.cost.funded_by if one.cost is not None else None
            if line is not None and line not in lines:
                allowed = ", ".join(lines) or "a line of `funding.lines`"
                raise Wrong(f"interventions.{at}.cost.funded_by names {line!r}, which is no line", allowed)
        return self

    @field_validator("base", mode="before")
    @classmethod
    def _known_base(cls, value: object) -> int:
        """Check the base year."""
        return _base(value)

    @field_validator("end", mode="before")
    @classmethod
    def _usual_end(cls, value: object, info: ValidationInfo) -> object:
        """Fill in the end of a run of the usual length."""
        return Month(info.data.get("base", LATEST_BASE) + USUAL_YEARS, 3) if value is None else value

    @field_validator("end")
    @classmethod
    def _end_in_reach(cls, end: Month, info: ValidationInfo) -> Month:
        """Refuse runs that end before they start, or last too long."""
        base = info.data.get("base")
        if base is None:
            return end
        first, last = Month(base, 4), Month(base + MOST_YEARS, 3)
        if not first <= end <= last:
            what = "before the run starts" if end < first else f"more than {MOST_YEARS} years after the base"
            raise Wrong(f"{end} is {what}", f"{first} to {last} (YYYY-MM)")
        return end

    @field_validator("areas")
    @classmethod
    def _local_base(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Refuse authorities at a base for which there are none."""
        return checked_areas(names, info.data.get("base", LATEST_BASE))

    @field_validator("local")
    @classmethod
    def _one_value(cls, local: dict[str, Local]) -> dict[str, Local]:
        """Refuse two values for one area."""
        if found := overlapping(local):
            raise Wrong(found, "areas of which one lies within the other, or with no authority in common")
        return local

    @property
    def first_month(self) -> Month:
        """First modelled month: April of the base year."""
        return Month(self.base, 4)

    @property
    def price_year(self) -> str:
        """Financial year before the run, in whose prices real money is unless another is asked for."""
        return financial_year(self.base - 1)

    @property
    def months(self) -> int:
        """Number of modelled months."""
        return self.end - self.first_month + 1

    def value_at(self, path: Sequence[str | int]) -> Any:
        """Return the value at the end of a path from the top."""
        holder: Any = self
        for step in path:
            holder = holder[step] if isinstance(step, int) or isinstance(holder, dict) else getattr(holder, step)
        return holder

    def with_value(self, path: Sequence[str | int], value: float) -> Scenario:
        """Return the scenario with another value at the end of a path; it is not checked against its field."""
        changed: Scenario = _with(self, tuple(path), value)
        return changed

    @property
    def calendar(self) -> tuple[Month, ...]:
        """Modelled months."""
        return months_from(self.first_month, self.months)

    @property
    def year_of_month(self) -> tuple[str, ...]:
        """Financial year of each modelled month."""
        return financial_years_from(self.first_month, self.months)


def window(data: Any) -> Window | None:
    """First and last month of a scenario as written, or None if they cannot be told."""
    if not isinstance(data, dict):
        return None
    try:
        base = _base(data.get("base", LATEST_BASE))
        end = data.get("end")
        last = Month(base + USUAL_YEARS, 3) if end is None else Month.parse(end)
    except (ValueError, TypeError):
        return None
    first = Month(base, 4)
    return Window(first, last) if last >= first else None


def _with(holder: Any, path: tuple[str | int, ...], value: float) -> Any:
    """Copy what holds a value, with another value at a path."""
    if not path:
        return value
    step, *rest = path
    if isinstance(holder, BaseModel):
        return holder.model_copy(update={str(step): _with(getattr(holder, str(step)), tuple(rest), value)})
    if isinstance(holder, dict):
        return {**holder, step: _with(holder[step], tuple(rest), value)}
    return tuple(_with(inner, tuple(rest), value) if i == step else inner for i, inner in enumerate(holder))
