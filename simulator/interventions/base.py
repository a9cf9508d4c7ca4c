"""What all kinds of intervention have in common, and the register of kinds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import ValidationInfo, field_validator, model_validator

from simulator.interventions.caused_starts import CausedStarts
from simulator.interventions.cost import Cost
from simulator.interventions.fields import (
    Count,
    Model,
    MonthValue,
    Quality,
    SourceKeys,
    Window,
    Wrong,
    YesNo,
    choice,
    notes,
    number,
    text,
)
from simulator.interventions.impossible import Impossible, within
from simulator.interventions.profile import Profile
from simulator.interventions.reach import Reach
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month
from simulator.vocabulary.pounds import pounds

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings


FADE_MONTHS = 24
"""Months over which an effect falls to nothing after its money ends, unless the file says otherwise (a judgement)."""

AGREE = 0.01
"""How far apart, as a share, the reach that money pays for and the reach that is stated may be."""


class Intervention(Model):
    """Something that changes rates, capacity, prices or only the money spent.

    To add a kind, add one module to this package with one subclass: ``kind`` as a ``Literal`` with a
    default, fields with units and bounds, and :meth:`change`.
    """

    register: ClassVar[dict[str, type[Intervention]]] = {}

    is_programme: ClassVar[bool] = True
    """Whether somebody does it; a trend or a price happens by itself."""

    changes_prices: ClassVar[bool] = False
    """Whether unit costs grow by it, beside general prices."""

    moves_children: ClassVar[bool] = True
    """Whether it changes anything but money."""

    money_fields: ClassVar[frozenset[str]] = frozenset({"cost"})
    """Fields that say what it costs, and nothing of what it does."""

    held_by_trend: ClassVar[str] = ""
    """Field that says what of its cause a trend of starts holds already, and so takes it out; often none."""

    id: str | None = text(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Short name, so that a file that extends this one can change or remove it."""

    replaces: str | None = text()
    """Id of an intervention of the file that this one extends, whose place it takes. What that one said is gone."""

    label: str | None = text()
    """Name in tables and charts."""

    note: str | None = text()
    """Remark for the reader."""

    source: SourceKeys | None = text()
    """Where the numbers come from."""

    quality: Quality | None = text()
    """How far to trust the numbers."""

    cost: Cost | None = choice(None, if_empty="no cost")
    """What the programme costs. The money is for all of England and is spent where the programme acts; in a council's
    own file that names no areas it is the council's in full."""

    areas: Reach = choice(Reach(share=1.0), source="definition")
    """Where it acts: in named areas, in a count of areas, or for a share of children. Everywhere if left out."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register a kind; refuse two of one name.

        Raises
        ------
        TypeError
            If another class has the same ``kind``.
        """
        super().__pydantic_init_subclass__(**kwargs)
        if "kind" not in cls.model_fields:
            return
        kind = cls.model_fields["kind"].default
        known = cls.register.get(kind)
        if known is not None:
            raise TypeError(f"two kinds are named {kind!r}: {known.__name__} and {cls.__name__}")
        cls.register[kind] = cls

    @field_validator("start", check_fields=False)
    @classmethod
    def _starts_in_run(cls, start: Month | None, info: ValidationInfo) -> Month | None:
        """Refuse a start after the last month of the run."""
        window = info.context
        if start is not None and isinstance(window, Window) and start > window.last:
            raise Wrong(f"{start} is after the run ends, so it would never act", f"up to {window.last} (YYYY-MM)")
        return start

    @field_validator("end", check_fields=False)
    @classmethod
    def _ends_after_start(cls, end: Month | None, info: ValidationInfo) -> Month | None:
        """Refuse an end before the start, or before the run."""
        start, window = info.data.get("start"), info.context
        if end is not None and start is not None and end < start:
            raise Wrong(f"end {end} is before start {start}", f"{start} or later")
        if end is not None and isinstance(window, Window) and end < window.first:
            raise Wrong(f"{end} is before the run starts, so it would never act", f"{window.first} or later")
        return end

    @model_validator(mode="after")
    def _agrees(self) -> Intervention:
        """Refuse money that pays for another reach than the one that is stated."""
        paid = self.cost.share_paid_for(1.0) if self.cost is not None else None
        stated = self.areas.share if self._reach_stated else None
        if paid is not None and stated is not None and abs(paid - stated) > AGREE * stated:
            what = f"the money reaches {paid:.1%} of those eligible, and areas.share says {stated:.1%}"
            raise Wrong(what, "one of the two left out, or amounts, unit_cost_gbp and share that agree")
        return self

    @property
    def _reach_stated(self) -> bool:
        """Whether the file gives a share of children, and not where it acts alone."""
        return self.areas.share is not None and "areas" in self.model_fields_set

    @property
    def costs_money(self) -> bool:
        """Whether any money is counted for it."""
        return self.cost is not None and self.cost.pays

    @property
    def payback_caveat(self) -> str:
        """What must be said wherever it is told when its cost is paid back, after a comma; often nothing."""
        return ""

    @property
    def reached(self) -> float:
        """Share of those eligible where it acts whom the money pays for; 1 where the file states the reach itself."""
        paid = None if self.cost is None or self._reach_stated else self.cost.share_paid_for(self.areas.of_amounts)
        return 1.0 if paid is None else paid

    @property
    def title(self) -> str:
        """Name for tables and charts: the label, else the id, else the kind."""
        kind: str = type(self).model_fields["kind"].default
        return self.label or self.id or kind

    @property
    def in_words(self) -> str:
        """What it assumes, within a sentence: its title, with its main number where that is not said."""
        return self.title

    @classmethod
    def starter(cls, first: Month) -> dict[str, Any]:
        """Return the fields that a file must give, with values that change nothing: a form begins from them.

        What a file may leave out keeps its default, which some kinds take from a study of what they do.

        Parameters
        ----------
        first
            A month in the run, for what has to start.
        """
        found: dict[str, Any] = {}
        for note in notes(cls):
            holder, _, name = note.path.rpartition(".")
            inside = found.get(holder) if holder else found
            if not note.required or note.describes or not isinstance(inside, dict):
                continue
            if note.choices:
                inside[name] = note.choices[0]
            elif note.unit:
                inside[name] = 1.0 if "ratio" in note.unit else max(note.low or 0.0, 0.0)
            else:
                inside[name] = str(first) if name == "start" else {}
        return found

    @property
    def caveat(self) -> str:
        """What every chart must say of it, within a sentence; often nothing."""
        return ""

    @property
    def money_caveat(self) -> str:
        """What charts of money must say of it besides, within a sentence; often nothing."""
        return ""

    def notes(self, *, of_authorities: bool, last: Month) -> Iterator[str]:
        """Yield what every chart must say of it: in which areas it acts, where that is not all, and its caveat.

        Parameters
        ----------
        of_authorities
            Whether authorities are run, of which some are drawn by lot where a count of areas is given.
        last
            Last month of the run.
        """
        drawn = self.areas.drawn() if of_authorities else ()
        by_lot = f", drawn by lot: {', '.join(drawn)}" if drawn else ""
        yield from (f"{self.title}: {said}." for said in (f"{self.areas.in_words}{by_lot}", self.caveat) if said)

    @property
    def counts_england(self) -> bool:
        """Whether it holds amounts for all of England, of which areas have a part."""
        return self.cost is not None

    @property
    def priced(self) -> tuple[str, ...]:
        """Keys of the unit costs that grow by it; often none."""
        return ()

    def unit_here(self, unit: str) -> str:
        """Return the unit of a field in this intervention, of which one kind of field says only that it has its own."""
        return unit

    @property
    def meets_growth(self) -> str:
        """What it does to growth that is there already, as a verb before it."""
        return "comes on top of"

    def stacks_on(self, other: Intervention) -> tuple[str, ...]:
        """Return what both change at once though it is rarely meant to be changed twice; often nothing."""
        return ()

    @property
    def holds_causes(self) -> CausedStarts | None:
        """Starts that it changes for causes that it does not tell, as a trend does; often none."""
        return None

    @property
    def drives(self) -> CausedStarts | None:
        """Starts that it changes for the one cause that it is, as a driver does; often none."""
        return None

    def stand_beside(self, others: Sequence[Intervention]) -> None:
        """Refuse to drive starts beside others that hold its cause among theirs already, if it is not taken out.

        Raises
        ------
        Impossible
            If a cause would count twice.
        """
        driven, taken_out = self.drives, self.held_by_trend
        if driven is None or (taken_out and getattr(self, taken_out) is not None):
            return
        for other in others:
            if (held := other.holds_causes) is not None and held.meet(driven):
                kind = type(self).model_fields["kind"].default
                cause = kind.replace("_", " ")
                what = f"{other.title} changes starts already, for {cause} among other causes, which would count twice"
                ways = ["one of the two", "a trend of other streams or ages", *filter(None, [taken_out])]
                raise Impossible(("kind",), kind, what, f"{', '.join(ways[:-1])} or {ways[-1]}")

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield values that cannot act in a run: areas of which none is run."""
        if around.authorities and (acting := self.areas.acting) is not None and not acting & around.authorities:
            where = f"{self.areas.in_words}, of which none is run"
            agencies = around.places_limited and self.moves_children
            yield ("areas",), f"reach it through agencies alone: {where}" if agencies else f"{IDLE}: {where}"

    def began_before(self, first: Month) -> bool:
        """Say whether it acted before a month, so that what it did is in the base."""
        return False

    def outlasts(self, last: Month) -> bool:
        """Say whether its money ends before a month and its effect is taken to go on."""
        return False

    def money_and_reach(self, around: Surroundings) -> Iterator[str]:
        """Yield what it costs and whom that reaches, within sentences, for `check`.

        Parameters
        ----------
        around
            The run.
        """
        if not self.is_programme:
            return
        if not self.costs_money:
            yield "no money is counted for it"
        if self.cost is None:
            return
        each, eligible, everybody = self.cost.unit_cost_gbp, self.cost.eligible_per_year, self.cost.everybody_gbp
        fraction = self.areas.of_amounts * self.reached
        if self.cost.stated:
            yield self.cost.in_words
        elif everybody is not None:
            yield f"{pounds(everybody * fraction)} a year at full strength follows from its reach"
        if each is not None and eligible is not None:
            of_all = f"{fraction * eligible:,.0f} of {eligible:,.0f} a year ({fraction:.1%})"
            yield f"at {pounds(each)} each it reaches {of_all}"
            if without := self.cost.deadweight_share:
                yield f"{without:.0%} of those paid for would have done as well without, and come on top"

    @abstractmethod
    def change(self, rates: Rates, context: Context) -> Rates:
        """Return rates with the effect in them; arrays of `rates` are never written to."""

    def apply(self, rates: Rates, context: Context) -> Rates:
        """Return rates with the effect, and with what it costs in programme spend.

        Raises
        ------
        Impossible
            If the effect is impossible with these rates; its path starts with the name of the field.
        """
        with within("areas"):
            self.areas.in_areas(context.areas)  # told where it stands, also by what has no effect and no cost
        changed = self.change(rates, context)
        return replace(changed, programme_spend_gbp=changed.programme_spend_gbp + self._spend(context))

    @property
    def most_level(self) -> float:
        """How many times what its file states could be done: as far as there are children to reach."""
        return self.areas.most_level / self.reached if self.reached else 1.0

    def at_level(self, level: float, years_later: int = 0, prices: Callable[[str], float] = lambda _: 1.0) -> Self:
        """Return as many times of it, effect and money, some years later.

        Parameters
        ----------
        level
            How many times, above 0: what is reached and what is paid go together.
        years_later
            Years by which it starts, ends and is paid for later.
        prices
            General price level of a financial year, so that later amounts in cash are worth as much.
        """
        update: dict[str, Any] = self._enlarged(level)
        for name in ("start", "end"):
            if (month := getattr(self, name, None)) is not None:
                update[name] = month + MONTHS_A_YEAR * years_later
        if self.cost is not None:
            update["cost"] = self.cost.at_level(level, getattr(self, "start", None), years_later, prices)
        return self.model_copy(update=update)

    def _enlarged(self, level: float) -> dict[str, Any]:
        """Return the fields by which as much more of it is done."""
        return {"areas": self.areas.at_level(level * self.reached)}

    def _spend(self, context: Context) -> Array:
        """What it costs in each area: (area, month)."""
        import numpy as np

        if self.cost is None:
            return np.zeros((len(context.areas), context.months))
        start: Month = getattr(self, "start", None) or context.first_month
        with within("cost"):
            amounts = self.cost.spend(
                context, start, getattr(self, "end", None), self.areas.of_amounts * self.delivery(context)
            )
        with within("areas"):
            share = self.areas.of_total(context.areas, context.part_of_england)
        spend: Array = share[:, None] * amounts
        return spend

    def statutory_gbp(self, context: Context) -> Array:
        """What of its cost the law asks for, in each area: all or nothing, as `cost.statutory` says: (area, month)."""
        spend = self._spend(context)
        return spend if self.cost is not None and self.cost.statutory else spend * 0.0

    def delivery(self, context: Context) -> Array:
        """Share of those it is to reach who are helped in each month, from its start to its end: (month,)."""
        start: Month = getattr(self, "start", None) or context.first_month
        return Profile().weights(context, start, getattr(self, "end", None))

    def in_areas(self, change: Array, context: Context) -> Array:
        """Ratio in each area, of what is changed by a part of it where this acts: (area, month).

        Parameters
        ----------
        change : (month,), or (..., area, month)
            Change for those reached, over what there is without it: -0.1 is a tenth less.
        context
            Areas of the run.
        """
        with within("areas"):
            reach = self.reached * self.areas.in_areas(context.areas)
        alike = bool((reach == reach[0]).all())
        return 1.0 + (reach[:1] if alike else reach)[:, None] * change


class PhasedIntervention(Intervention):
    """An intervention that builds up from a start and may end and fade."""

    start: MonthValue = choice()
    """First month. What a programme that began before the run did in the year before is in the base already."""

    end: MonthValue | None = choice(None, if_empty="goes on to the end of the run")
    """Last month at full strength."""

    profile: Profile = choice(Profile(), source="definition")
    """How it builds up from the start."""

    outlasts_money: YesNo = choice(False, source="definition")
    """Whether the effect goes on when the money has ended. Every chart says so."""

    fade_months: Count | None = number(
        None, low=0, high=480, unit="months", if_empty=f"{FADE_MONTHS} after its money ends; 0 without money"
    )
    """Months over which the effect falls evenly to nothing after the last month: its end, or the last month with
    money if that is earlier. They count from the last effect of that month's help, which lags behind it."""

    @field_validator("fade_months")
    @classmethod
    def _fades_from_end(cls, months: int | None, info: ValidationInfo) -> int | None:
        """Refuse a fade that would be ignored."""
        cost, outlasts = info.data.get("cost"), info.data.get("outlasts_money")
        paid = cost.last_paid(None) if isinstance(cost, Cost) and not outlasts else None
        if months is not None and "end" in info.data and info.data["end"] is None and paid is None:
            raise Wrong("there is no end from which to fade", "give an end, or leave fade_months out")
        return months

    @model_validator(mode="after")
    def _paid_when_it_starts(self) -> PhasedIntervention:
        """Refuse money that ends before the programme begins, with which it would never act."""
        paid = self.paid_to
        if not self.outlasts_money and paid is not None and paid < self.start:
            what = f"its money ends in {paid}, before it starts in {self.start}, so it would never act"
            raise Wrong(what, "a later budget, an earlier start, or outlasts_money: true")
        return self

    @property
    def paid_to(self) -> Month | None:
        """Last month with money; None if the money does not end, or if there is none."""
        return self.cost.last_paid(self.end) if self.cost is not None and self.cost.pays else None

    @property
    def last_month(self) -> Month | None:
        """Last month of the programme: its end, or the last month with money if that is earlier."""
        ends = [self.end, None if self.outlasts_money else self.paid_to]
        return min((month for month in ends if month is not None), default=None)

    def for_years(self, years: int) -> Self:
        """Return the same for its first years alone; what it did then works and fades as it says."""
        last = self.start + (MONTHS_A_YEAR * years - 1)
        end = last if self.end is None else min(self.end, last)
        cost = None if self.cost is None else self.cost.until(end)
        return self.model_copy(update={"end": end, "cost": cost})

    def falls(self, lag_months: int) -> tuple[Month, int] | None:
        """Last month at full strength, and the months over which the effect then falls; None if it goes on.

        What the last month of the programme bought works a lag later, and the fall counts from there.
        """
        if self.last_month is None:
            return None
        with_money = self.costs_money and not self.outlasts_money
        fade = self.fade_months if self.fade_months is not None else FADE_MONTHS * with_money
        return self.last_month + lag_months, fade

    def began_before(self, first: Month) -> bool:
        """Say whether it acted before a month, so that what it did is in the base."""
        return self.start < first

    def outlasts(self, last: Month) -> bool:
        """Say whether its money ends before a month and its effect is taken to go on."""
        return self.outlasts_money and self.paid_to is not None and self.paid_to < last

    @property
    def delay_months(self) -> int:
        """Months by which the effect comes after the programme."""
        return 0

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield what is beyond the run, and a start so early that all of the effect is in the base."""
        yield from super().idle(around)
        falls = self.falls(self.delay_months)
        full_to = around.last if falls is None else falls[0]
        if self.end is not None and self.end > around.last:
            yield ("end",), f"{IDLE}: the run ends in {around.last}"
        elif self.end is not None and self.last_month is not None and self.last_month < self.end:
            yield ("end",), f"{IDLE}: its money ends in {self.last_month}"
        if self.fade_months is not None and full_to >= around.last:
            yield ("fade_months",), f"{IDLE}: the run ends in {around.last}, before the effect fades"
        if self.outlasts_money and (self.paid_to is None or self.paid_to >= around.last):
            yield ("outlasts_money",), f"{IDLE}: no money of it ends in the run"
        built = self.start + self.delay_months + (self.profile.months or 0)
        if built <= around.first - MONTHS_A_YEAR:
            if full_to >= around.last:
                why = f"{IDLE}: at full strength by a year before the run, so that all of its effect is in the base"
                yield ("start",), why
            elif self.profile.months is not None:
                yield ("profile",), f"{IDLE}: it had built up by a year before the run"

    def notes(self, *, of_authorities: bool, last: Month) -> Iterator[str]:
        """Yield, besides, what becomes of the effect when the money ends within the run."""
        yield from super().notes(of_authorities=of_authorities, last=last)
        paid, falls = self.paid_to, self.falls(self.delay_months)
        if paid is None or paid >= last:
            return
        if self.outlasts(last):
            yield f"{self.title}: its money ends in {paid}, and its effect is assumed to go on after it."
        elif falls is not None and self.last_month == paid:
            lag = self.delay_months
            behind, since = (f", {lag} months behind,", str(falls[0])) if lag else ("", "it")
            how = f"falls to nothing in the {falls[1]} months after {since}" if falls[1] else f"ends with {since}"
            yield f"{self.title}: its money ends in {paid}, and its effect{behind} {how}."

    def delivery(self, context: Context) -> Array:
        """Share of those it is to reach who are helped in each month, as it builds up: (month,)."""
        return self.profile.weights(context, self.start, self.end)

    def weights(self, context: Context, lag_months: int = 0) -> Array:
        """Strength in each modelled month, of which the build-up is later by a lag: (month,)."""
        start, falls = self.start + lag_months, self.falls(lag_months)
        return self.profile.weights(context, start, *(falls or (None,)))

    def since_base(self, change: Callable[[Context], Array], context: Context) -> Array:
        """Ratio in each area over its mean in the year before the run: (area, month).

        What a programme that began before the run did in that year is in the rates of the base already.

        Parameters
        ----------
        change
            Change for those reached, for a calendar; see :meth:`in_areas`.
        context
            Calendar and areas of the run.

        Raises
        ------
        Impossible
            If the ratio was nothing in all of that year, so that the base cannot tell what there would be without it.
        """
        before = self.in_areas(change(context.year_before()), context).mean(axis=-1, keepdims=True)
        if not before.all():
            what = "a ratio of 0 in all of the year before the run leaves nothing to change"
            raise Impossible(("start",), self.start, what, "a ratio above 0, or a later start")
        return self.in_areas(change(context), context) / before
