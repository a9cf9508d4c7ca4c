"""Council-run children's homes that are built: capital, time until they open, and what they cost, filled or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from simulator.interventions.base import Intervention
from simulator.interventions.fields import Count, MonthValue, Quantity, choice, named, number
from simulator.interventions.impossible import within
from simulator.interventions.profile import Profile
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import MONTHS_A_YEAR, WEEKS_A_YEAR, Month
from simulator.vocabulary.pounds import pounds

if TYPE_CHECKING:
    from simulator.engine.rates import Rates, StreamRates
    from simulator.interventions.context import Array, Context
    from simulator.interventions.surroundings import Idle, Surroundings


class ResidentialBuild(Intervention):
    """Build children's homes that councils run.

    Their running cost is paid whether places are filled or not. A filled place takes the place of one that would be
    paid for at the mean cost of a home, but for a share of them, which bring in a child who would not have come.
    Capital is a yearly charge over the life of the building, from the month in which it stands. How far from home
    children live is not changed by it, as nobody has counted who fills such places: those who come live as far away as
    others in homes. `close_to_home` beside it, for the same places and at no cost, counts how many of them are near.
    """

    money_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "cost", "running_cost_gbp_per_week", "capital_gbp_per_place", "capital_percent_per_year", "capital_years",
            "displaced_cost_ratio",
        }
    )  # fmt: skip

    kind: Literal["residential_build"] = named(
        "residential_build", "residential", "homes", "childrens_homes", "capital"
    )
    """Council-run children's homes."""

    start: MonthValue = choice()
    """Month in which building begins."""

    profile: Profile = choice(Profile(), source="definition")
    """How building of the first to the last home is spread."""

    places: Quantity = number(low=0, high=20_000, unit="places")
    """Places built where it acts, in all."""

    lead_months: Quantity = number(30.0, low=0, high=120, unit="months", source="judgement")
    """From the start of a home to the building that stands, in whole months; two to three years is usual."""

    staffing_months: Quantity = number(6.0, low=0, high=60, unit="months", source="judgement")
    """From then until it is staffed and registered and takes children, in whole months."""

    occupancy: Quantity = number(0.66, low=0, high=1, unit="share of places", source="community_care_homes_2025")
    """Share of its places that are filled once it is open; today's of all homes if left out."""

    running_cost_gbp_per_week: Quantity = number(low=0, high=50_000, unit="GBP a place a week")
    """Cost of a place that is open, filled or not, in prices of the year before the run."""

    capital_gbp_per_place: Quantity = number(265_000.0, low=0, high=5e6, unit="GBP a place", source="swt_homes_2025")
    """Capital of a place, in prices of the year before the run: £53m for 200 places."""

    capital_percent_per_year: Quantity = number(
        3.5, low=0, high=15, unit="percent a year", source="hmt_green_book_stpr", exact=True
    )
    """Real rate at which capital is charged."""

    capital_years: Count = number(30, low=1, high=100, unit="years", source="judgement")
    """Years over which it is charged."""

    induced_share: Quantity = number(
        0.2, low=0, high=1, unit="share of filled places", source="judgement",
        spread={"low": 0.0, "mode": 0.2, "high": 0.5, "quality": "judgement"},
    )  # fmt: skip
    """Share of filled places that bring in a child who would not have come into care, and not one from another home.
    Nobody has measured it."""

    displaced_cost_ratio: Quantity = number(1.0, low=0, high=5, unit="ratio", source="definition")
    """Cost of the other home that a child would have been in, over the mean of all homes: above 1 where places are
    built for children with the dearest ones."""

    @property
    def caveat(self) -> str:
        """What is assumed of who lives there."""
        induced = (
            f"{self.induced_share:.0%} of its filled places are taken to bring in children who would not have come"
        )
        return f"{induced}, and to live as far from home as others in homes"

    @property
    def money_caveat(self) -> str:
        """How capital is counted."""
        charge = f"{pounds(self._capital_gbp_per_year)} a place a year over {self.capital_years} years"
        return f"capital is a charge of {charge}, and not the money in the year in which it is spent"

    @property
    def costs_money(self) -> bool:
        """Whether any money is counted for it: places that stand cost capital, and open ones their running."""
        return super().costs_money or bool(self.places * (self.running_cost_gbp_per_week + self.capital_gbp_per_place))

    @property
    def payback_caveat(self) -> str:
        """How capital is counted, as nothing is owed for it at once."""
        return "with capital as a yearly charge" if self.capital_gbp_per_place else ""

    @property
    def _stands(self) -> Month:
        """Month in which the first building stands."""
        return self.start + round(self.lead_months)

    @property
    def _opens(self) -> Month:
        """Month in which the first home takes children."""
        return self._stands + round(self.staffing_months)

    @property
    def _capital_gbp_per_year(self) -> float:
        """Yearly charge for the capital of a place: an annuity."""
        rate, years = self.capital_percent_per_year / 100.0, self.capital_years
        return self.capital_gbp_per_place * (rate / (1.0 - (1.0 + rate) ** -years) if rate else 1.0 / years)

    def began_before(self, first: Month) -> bool:
        """Say whether any of it was open before a month, so that it is in the base."""
        return self._opens < first

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield, besides, what would open after the run, and what hangs on places that are not filled."""
        yield from super().idle(around)
        if self._opens > around.last:
            yield ("occupancy",), f"{IDLE}: the first home opens in {self._opens}, and the run ends in {around.last}"
        if not self.occupancy * self.places:
            yield ("induced_share",), f"{IDLE}: no place is filled"

    def money_and_reach(self, around: Surroundings) -> Iterator[str]:
        """Yield what it costs, when it opens, and at what cost of another home it pays."""
        yield from super().money_and_reach(around)
        running = self.running_cost_gbp_per_week * WEEKS_A_YEAR
        each = running + self._capital_gbp_per_year
        yield f"{pounds(self.places * each)} a year once all {self.places:,.0f} places are open, filled or not"
        yield f"the first opens in {self._opens}"
        yield "it changes no distance from home: close_to_home, for the same places, counts how many live near"
        saving = self.occupancy * (1.0 - self.induced_share)
        if saving > 0:
            week = pounds(each / WEEKS_A_YEAR / saving)
            yield f"it pays where the home that a child would have been in costs more than {week} a week"

    def change(self, rates: Rates, context: Context) -> Rates:
        """Count the cost of places, take filled ones off the line of homes, and bring in the children induced."""
        import numpy as np

        if not self.places:
            return rates
        with within("areas"):
            here = self.places * self.areas.of_total(context.areas, context.part_of_england)[:, None]
        stands, takes = (here * self._since_base(month, context) for month in (self._stands, self._opens))
        running = takes * self.running_cost_gbp_per_week * WEEKS_A_YEAR
        spend = (running + stands * self._capital_gbp_per_year) / MONTHS_A_YEAR * context.deflator
        filled = takes * self.occupancy
        at_mean = filled * ((1.0 - self.induced_share) * self.displaced_cost_ratio + self.induced_share)
        home = placements.placements()[_home()]
        of_line = np.array([key == home.cost for key in context.cost_keys])
        resident, *others = rates.streams
        induced = filled * self.induced_share
        if induced.any():
            resident = bring_in(resident, induced, rates.cohort_months)
        return replace(
            rates,
            streams=(resident, *others),
            programme_spend_gbp=rates.programme_spend_gbp + spend,
            places_paid=rates.places_paid + np.where(of_line, at_mean[..., None], 0.0),
        )

    def _since_base(self, month: Month, context: Context) -> Array:
        """Share of the places that have come to something in each month, from its first, above the base: (month,)."""
        now, before = (self.profile.weights(when, month) for when in (context, context.year_before()))
        more: Array = now - before.mean()
        return more


def bring_in(stream: StreamRates, more: Array, cohort_months: int) -> StreamRates:
    """Return rates with as many more starts, first placed in homes, as keep so many more children in care.

    They are of the ages of children who are placed in homes when they start, and stay as long as others who start at
    those ages: through phases of time in care, at their hazards of leaving, until 18, and back from home. Only hazards
    of leaving that go with placements to which they may move later are left out.

    Parameters
    ----------
    stream
    more : (area, month)
        Children in the middle of each month.
    cohort_months
        Width of birth cohorts.
    """
    import numpy as np

    home = _home()
    starts = stream.new_starts_per_month * stream.start_place[..., home]  # (draw, area, month, age)
    by_age = starts.mean(axis=2, keepdims=True)
    by_age = by_age / np.maximum(by_age.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    staying = _still_in_care(stream, by_age[:, :, 0], more.shape[-1])
    wanted = np.broadcast_to(more, (*staying.shape[:2], more.shape[-1]))
    coming = np.zeros(wanted.shape)
    for month in range(wanted.shape[-1]):
        there = (coming[..., :month] * staying[..., month:0:-1]).sum(axis=-1)
        coming[..., month] = np.maximum(wanted[..., month] - there, 0.0) / staying[..., 0]
    extra = coming[..., None] * by_age
    new = stream.new_starts_per_month + extra
    all_ = np.maximum(new, np.finfo(float).tiny)[..., None]
    place = stream.start_place * (stream.new_starts_per_month[..., None] / all_)
    place = np.where(new[..., None] > 0, place, stream.start_place)
    place[..., home] += np.where(new > 0, extra / all_[..., 0], 0.0)
    return replace(stream, new_starts_per_month=new, start_place=place)


def _still_in_care(stream: StreamRates, by_age: Array, months: int) -> Array:
    """Share of those who start in a month who are in care in the middle of that month, and of each later one.

    Parameters
    ----------
    by_age : (draw, area, age)
        Ages at the start, evenly spread over each year.

    Returns
    -------
    (draw, area, month)
    """
    import numpy as np

    from simulator.engine.hazards import chain, generator, month_operators
    from simulator.engine.step import HOME

    leave = stream.phase_exit_per_year * stream.exit_ratio.mean(axis=2)[..., None, None] / MONTHS_A_YEAR
    phases, spells = leave.shape[-2], len(stream.return_per_year)
    # Phases of time in care, then spells at home, from which some come back to the first phase.
    move = np.zeros((*leave.shape[:3], phases + spells, phases + spells))
    move[..., :phases, :phases] = chain(stream.progress_per_year / MONTHS_A_YEAR)[:, :, None]
    move[..., :phases, phases] = leave[..., HOME]
    move[..., phases:, phases:] = chain(stream.fade_per_year / MONTHS_A_YEAR)
    move[..., phases:, 0] += stream.return_per_year / MONTHS_A_YEAR
    gone = np.concatenate([leave.sum(axis=-1) - leave[..., HOME], np.zeros((*leave.shape[:3], spells))], axis=-1)
    whole, part, _ = month_operators(generator(move, gone))  # (draw, area, age, state, state)
    elapsed = np.arange(months) / MONTHS_A_YEAR
    ages = np.arange(by_age.shape[-1])
    now, found = part[..., :1, :], []
    for month in range(months):
        young = np.clip(len(ages) - ages - elapsed[month], 0.0, 1.0)
        found.append((by_age * young * now[..., 0, :phases].sum(axis=-1)).sum(axis=-1))
        at = np.minimum(ages + month // MONTHS_A_YEAR, ages[-1])
        now = now @ whole[:, :, at]
    return np.stack(found, axis=-1)


def _home() -> int:
    """Return the placement of a child who lives in a home by plan."""
    return next(i for i, one in enumerate(placements.placements()) if one.is_home and not one.waits_for)
