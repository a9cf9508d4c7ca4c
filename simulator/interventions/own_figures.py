"""What a council states of itself: its prices, its foster carers, and beds that it pays for. It holds no kind.

The figures go before published ones and before England's. They are of one council: a run of several areas, or of
England, refuses them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, model_validator

from simulator.data import tables
from simulator.interventions.fields import (
    FinancialYear,
    Model,
    MonthValue,
    Names,
    Quantity,
    Wrong,
    choice,
    number,
    one_of,
    text,
)
from simulator.interventions.surroundings import IDLE
from simulator.vocabulary import placements
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.interventions.context import Array
    from simulator.interventions.surroundings import Idle, Surroundings

ITSELF, OTHERS, BLOCK = "own", "external", "block"
"""Who provides: the council itself, others, and others under a contract for beds."""


AGENCIES = (
    "Agencies' foster places are not limited by the carers that the council states: they are taken to follow its "
    "record, so usable places in all can rise while its own fall. Look at the places of its own carers alone."
)

ONE_FOR_ONE = (
    "Usable places of its own carers stay the same share of approved ones, as it states who is approved or leaves."
)


def _placement(name: str) -> str:
    return one_of("placement", name, placements.reported(), "a placement shown by `care-demand list placements`")


PlacedIn = Annotated[str, AfterValidator(_placement), Names("reported placement", placements.reported)]
"""A placement as tables report them."""


def _price_year(year: str) -> str:
    first = min(map(str, tables.series("gdp_deflator")))
    if year < first:
        raise Wrong(f"no price level is known for {year}", f"{first} or later")
    return year


PriceYear = Annotated[FinancialYear, AfterValidator(_price_year)]
"""A financial year whose price level is known."""


def providers(placement: str) -> tuple[str, ...]:
    """Return who may provide a placement: foster carers are of the council or of agencies, others of either."""
    place = placements.placements()[placements.index(placement)]
    if place.capacity == "independent":
        return (OTHERS,)
    return (ITSELF,) if place.is_foster else (ITSELF, OTHERS)


class OwnPrice(Model):
    """What a week in a placement costs the council."""

    placement: PlacedIn = choice()
    """Where the child lives."""

    provider: Literal["all", "own", "external"] = choice(ALL, source="definition")
    """Who provides it. Where beds of the council's own are stated, `own` is the price of these beds, and `external`
    that of a week bought for a child beyond all beds that are paid for."""

    gbp_per_week: Quantity = number(low=0, high=50_000, unit="GBP a week")
    """Mean gross cost of a week."""

    price_year: PriceYear = choice()
    """Financial year in whose prices it is. Prices of the run follow general prices from there, and what the scenario
    says of them."""

    @model_validator(mode="after")
    def _can_provide(self) -> OwnPrice:
        """Refuse a provider that the placement has not."""
        if self.provider != ALL and self.provider not in providers(self.placement):
            allowed = ", ".join((ALL, *providers(self.placement)))
            raise Wrong(f"{self.placement} is not provided so: {self.provider}", f"provider: {allowed}")
        return self


class OwnFostering(Model):
    """The council's own mainstream foster carers; kin are apart."""

    households: Quantity | None = number(
        None, low=0.1, high=5_000, unit="households", if_empty="from published places, or as England's by its children"
    )
    """Households approved at the base."""

    approved_places: Quantity | None = number(
        None, low=0.1, high=10_000, unit="places", if_empty="from published places, or England's places a household"
    )
    """Places for which they are approved at the base."""

    usable_places: Quantity | None = number(
        None, low=0, high=10_000, unit="places", if_empty="as many as are filled at the base"
    )
    """Places that can take a child at the base, filled ones included: those approved less those on hold or blocked."""

    approvals_per_year: Quantity | None = number(
        None, low=0, high=1_000, unit="households approved a year", if_empty="England's share of its households"
    )
    """Households that are approved in a year when nothing else changes; those on the way are as many as that takes."""

    leavers_per_year: Quantity | None = number(
        None, low=0, high=1_000, unit="households a year", if_empty="England's share of its households"
    )
    """Households that leave in a year at the number of the base. It acts as a rate of those there are: of 60 of whom 10
    leave in a year, and none is approved, 51 are left after one year, 36 after three and 26 after five."""

    @model_validator(mode="after")
    def _fits(self) -> OwnFostering:
        """Refuse more usable places than approved ones, and leavers that no household is left of in a year."""
        usable, approved, leaving, there = (
            self.usable_places, self.approved_places, self.leavers_per_year, self.households,
        )  # fmt: skip
        if usable is not None and approved is not None and usable > approved:
            raise Wrong(f"{usable:g} usable places are more than the {approved:g} approved", f"up to {approved:g}")
        if leaving is not None and there is not None and leaving > there:
            raise Wrong(f"{leaving:g} households leave in a year, of {there:g}", f"up to {there:g}")
        return self

    @property
    def given(self) -> bool:
        """Whether anything is stated."""
        return any(getattr(self, name) is not None for name in type(self).model_fields)

    @property
    def tells_places(self) -> bool:
        """Whether it says for how many places its households are approved, or how many households there are."""
        return self.approved_places is not None or self.households is not None

    @property
    def tells_flows(self) -> bool:
        """Whether it says how households come or go."""
        return self.approvals_per_year is not None or self.leavers_per_year is not None


class OwnBeds(Model):
    """Beds that the council pays for whether a child is in them or not: a home of its own, or a block contract."""

    name: str = text(..., min_length=1, max_length=120)
    """What the home or contract is called."""

    placement: PlacedIn = choice()
    """What it is: a children's home or supported accommodation, for example; not foster care."""

    provider: Literal["own", "block"] = choice()
    """The council's own, or others' under contract."""

    beds: Quantity = number(low=0, high=1_000, unit="beds")
    """Beds that are paid for."""

    gbp_per_week: Quantity | None = number(
        None, low=0, high=50_000, unit="GBP a bed a week", if_empty="the price under own.prices of the council's own"
    )
    """Cost of a bed for a week, filled or not."""

    price_year: PriceYear | None = choice(None, if_empty="that of the price under own.prices")
    """Financial year in whose prices it is."""

    opens: MonthValue | None = choice(None, if_empty="open before the run")
    """First month that it is paid for, of one that is expected to open in the run."""

    closes: MonthValue | None = choice(None, if_empty="goes on to the end of the run")
    """Last month that it is paid for."""

    fillable_share: Quantity = number(1.0, low=0, high=1, unit="share of beds", source="definition")
    """Most of the beds that are filled on a mean day: less than 1 where a bed must stay empty beside a child who cannot
    live with others, or between two children. They fill before any bed is bought besides."""

    @model_validator(mode="after")
    def _whole(self) -> OwnBeds:
        """Refuse foster care, a price without its year and an end before the beginning."""
        if placements.placements()[placements.index(self.placement)].is_foster:
            raise Wrong(f"{self.placement} has carers and no beds", "own.fostering for the council's own carers")
        if (self.gbp_per_week is None) != (self.price_year is None):
            raise Wrong("a price needs its year", "gbp_per_week and price_year, or neither")
        if self.gbp_per_week is None and self.provider == BLOCK:
            raise Wrong("a block contract needs its price", "gbp_per_week and price_year")
        if self.opens is not None and self.closes is not None and self.closes < self.opens:
            raise Wrong(f"it closes in {self.closes}, before it opens in {self.opens}", f"{self.opens} or later")
        return self

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield what is beyond the run."""
        if self.opens is not None and self.opens > around.last:
            yield ("opens",), f"{IDLE}: the run ends in {around.last}"
        if self.closes is not None and self.closes < around.first:
            yield ("closes",), f"{IDLE}: the run starts in {around.first}"

    def paid_in(self, month: Month) -> bool:
        """Say whether it is paid for in a month."""
        return (self.opens is None or self.opens <= month) and (self.closes is None or month <= self.closes)


class Own(Model):
    """Prices and capacity of the council that is run, as it states them."""

    prices: tuple[OwnPrice, ...] = choice((), source="definition")
    """What a week costs, by placement and provider."""

    fostering: OwnFostering = choice(OwnFostering(), source="definition")
    """Its own mainstream foster carers."""

    beds: tuple[OwnBeds, ...] = choice((), source="definition")
    """Homes of its own and block contracts, those that are expected to open among them."""

    @model_validator(mode="after")
    def _agree(self) -> Own:
        """Refuse two prices of one thing, and prices of beds that are not stated, or beds without a price."""
        said = [(one.placement, one.provider) for one in self.prices]
        if twice := next((one for one in said if said.count(one) > 1), None):
            raise Wrong(f"the price of {' '.join(twice)} is given twice", "one of each placement and provider")
        for placement, provider in said:
            alone = len(providers(placement)) == 1 or provider == ALL
            if alone and sum(place == placement for place, _ in said) > 1:
                raise Wrong(f"{placement} has a price for {provider} beside others", "own and external, or all alone")
            if not alone and provider == ITSELF and not self._beds_of(placement, ITSELF):
                what = f"the council's own {placement} has a price and no beds, so that nobody is in it"
                raise Wrong(what, "its beds (own.beds), or one price for all providers")
        for one in self.beds:
            if one.gbp_per_week is None and (one.placement, ITSELF) not in said:
                raise Wrong(f"{one.name} has no price", "gbp_per_week and price_year, or a price under own.prices")
        return self

    @property
    def given(self) -> bool:
        """Whether anything is stated."""
        return bool(self.prices or self.beds or self.fostering.given)

    def _beds_of(self, placement: str, provider: str) -> list[OwnBeds]:
        return [one for one in self.beds if (one.placement, one.provider) == (placement, provider)]

    def price_of_beds(self, beds: OwnBeds) -> tuple[float, str]:
        """Return the price of a bed for a week, and the year it is of."""
        if beds.gbp_per_week is not None and beds.price_year is not None:
            return beds.gbp_per_week, beds.price_year
        one = next(one for one in self.prices if (one.placement, one.provider) == (beds.placement, ITSELF))
        return one.gbp_per_week, one.price_year

    def beds_in(self, placement: str, months: Sequence[Month]) -> Array:
        """Return the beds of a placement that are paid for in each of some months: (month,)."""
        import numpy as np

        held = [one for one in self.beds if one.placement == placement]
        return np.array([sum(one.beds for one in held if one.paid_in(month)) for month in months], dtype=float)

    def bought_prices(self) -> dict[str, OwnPrice]:
        """Return the price of a week that is bought, by cost key: of all that is not in beds that are paid for."""
        found = {}
        for one in self.prices:
            if one.provider != ITSELF or len(providers(one.placement)) == 1:
                found[cost_of(one.placement)] = one
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        """What charts must say."""
        prices = list(dict.fromkeys(label_of(one.placement) for one in self.prices))
        beds = list(dict.fromkeys(one.name for one in self.beds))
        said = [f"prices ({', '.join(prices)})"] if prices else []
        said += ["foster carers"] if self.fostering.given else []
        said += [f"beds that are paid for whether filled or not ({', '.join(beds)})"] if beds else []
        told = [f"The council's own: {'; '.join(said)}."] if said else []
        of_flows = [ONE_FOR_ONE] if self.fostering.tells_flows else []
        return (*told, *of_flows, *([AGENCIES] if self.fostering.given else []))


def label_of(placement: str) -> str:
    """Return the name of a placement in a sentence."""
    text = placements.placements()[placements.index(placement)].label
    return text[:1].lower() + text[1:]


def cost_of(placement: str) -> str:
    """Return the key of the unit cost of a placement."""
    return placements.placements()[placements.index(placement)].cost
