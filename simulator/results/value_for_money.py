"""Value for money: what programmes cost and save, in real pounds of today, against the same scenario without them.

A package is some of a scenario's programmes, with foster places limited or found as needed. Costs and savings of each
are kept by financial year (`FLOWS`); an account works out of them what tables, charts and the summary show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.results.figures import QUANTILES, middle
from simulator.results.quantities import POUNDS, Array, Measure
from simulator.results.timeline import Timeline
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Which = Literal["none", "all", "alone", "without"]

ALONGSIDE = ("children", "placement_spend", "programme_spend", "total_spend")
"""Measures of which an account is made."""

FLOWS = ("cost", "saving", "cashable", "avoided", "care", "child_years")
"""What is kept of a package by area and financial year, money in real prices: spend on its programmes; what it saves
of all other spend; what of that is paid for placements, which stops when they end (other lines are staff and support,
which are released and not cashed); child-years avoided; and, without any programme, spend and child-years."""

_LEAST_AVOIDED = 1e-6
"""Child-years below which two runs differ by rounding alone."""

_LEAST_COST = 1e-6
"""Pounds below which a year has no cost."""

SHARE, RATIO, YEARS, YEAR = "share of draws", "ratio", "child-years", "year"
"""Units beside pounds. A financial year is told by the calendar year in which it ends."""

MOST_OF_AVERAGE = 1.0
"""Saving of a child-year avoided over the average cost of one, above which readers are warned: authorities' own spend
says 0.8 for all of it, and 0.92 for placements (docs/model.md)."""


class Programme(NamedTuple):
    """What value for money has to know of a programme.

    Attributes
    ----------
    at : int
        Its position among the scenario's interventions.
    name, title : str
        Its id (or else position) and title.
    moves_children : bool
    costed : bool
        Whether any money is counted for it.
    payback_caveat : str
        What must be said where it is told when it has paid back; often nothing.
    """

    at: int
    name: str
    title: str
    moves_children: bool
    costed: bool = True
    payback_caveat: str = ""


@dataclass(frozen=True)
class Package:
    """Some of a scenario's programmes, with places as the scenario has them or the other way.

    Attributes
    ----------
    which : {"none", "all", "alone", "without"}
        No programme, all, one alone, or all but one.
    kept, moving : tuple of int
        Positions among the scenario's interventions of the programmes in it, and of those that move children.
    places_limited, as_stated : bool
        Whether foster places are limited, and whether that is what the scenario says.
    programme, title : str
        Id (or else position) and title of the one programme that is alone, or left out.
    uncosted : tuple of str
        Titles of those in it for which no money is counted.
    payback_caveats : tuple of str
        What must be said where it is told when it has paid back.
    """

    which: Which
    kept: tuple[int, ...]
    moving: tuple[int, ...]
    places_limited: bool
    as_stated: bool
    programme: str = ""
    title: str = ""
    uncosted: tuple[str, ...] = ()
    payback_caveats: tuple[str, ...] = ()

    @property
    def costed(self) -> bool:
        """Whether money is counted for any programme in it."""
        return len(self.uncosted) < len(self.kept)

    @property
    def name(self) -> str:
        """What tells it from the others in a table, after the item; nothing for all programmes as the scenario says."""
        regime = "" if self.as_stated else ":places_limited" if self.places_limited else ":places_as_needed"
        return regime + (f":{self.which}:{self.programme}" if self.programme else "")

    @property
    def key(self) -> str:
        """What its flows are kept under."""
        return f"worth/{'limited' if self.places_limited else 'as_needed'}/{self.which}/{self.programme}"

    @property
    def paths(self) -> tuple[tuple[int, ...], bool]:
        """What children hang on: programmes that only cost money move none."""
        return self.moving, self.places_limited


def flows(
    package: Mapping[str, Measure], none: Mapping[str, Measure], timeline: Timeline, deflator: Array
) -> dict[str, Array]:
    """Return `FLOWS` of a package: (draw, area, financial year) each.

    Parameters
    ----------
    package, none : mapping of name to Measure
        `ALONGSIDE` with the package and with no programme.
    timeline : Timeline
    deflator : (draw, month)
        Cash over this is real.
    """

    def real(of: Mapping[str, Measure], name: str) -> Array:
        return timeline.by_year(of[name].values.sum(axis=(-2, -1)) / deflator[:, None], "flow")

    def care(of: Mapping[str, Measure]) -> Array:
        return real(of, "total_spend") - real(of, "programme_spend")

    def child_years(of: Mapping[str, Measure]) -> Array:
        children = of["children"].values.sum(axis=(-2, -1))
        return timeline.by_year((children[..., :-1] + children[..., 1:]) / 2.0 / MONTHS_A_YEAR, "flow")

    return {
        "cost": real(package, "programme_spend") - real(none, "programme_spend"),
        "saving": care(none) - care(package),
        "cashable": real(none, "placement_spend") - real(package, "placement_spend"),
        "avoided": child_years(none) - child_years(package),
        "care": care(none),
        "child_years": child_years(none),
    }


@dataclass(frozen=True)
class Item:
    """One figure of an account: (1 + draw,), the central run first; NaN where there is none.

    Attributes
    ----------
    name, unit : str
    values : (1 + draw,)
    price_basis : str
    """

    name: str
    unit: str
    values: Array
    price_basis: str = ""

    def statistics(self) -> Array:
        """Return the central figure and, where there are draws, each of `QUANTILES`: (statistic,).

        A year is one that occurs among draws. Quantiles are of the draws that have a figure (`with_figure`). A share of
        draws has none.
        """
        found = self.values[:1]
        if len(self.values) > 1 and self.unit != SHARE:
            how: Literal["inverted_cdf", "linear"] = "inverted_cdf" if self.unit == YEAR else "linear"
            quantiles = np.quantile(with_figure(self.values)[1:], np.array(QUANTILES) / 100.0, method=how)
            found = np.append(found, quantiles)
        return np.where(np.isfinite(found), found, np.nan)


@dataclass(frozen=True)
class ValueAccount:
    """What a package costs and saves in one area.

    Attributes
    ----------
    package : Package
    flows : mapping of str to (1 + draw, year)
        `FLOWS`, the central run first.
    years : tuple of str
        Financial years.
    discount : (year,)
        Present value of a pound of each year, in the first.
    price_year : str
        Whose prices pounds are in.
    """

    package: Package
    flows: Mapping[str, Array]
    years: tuple[str, ...]
    discount: Array
    price_year: str

    def present(self, flow: str) -> Array:
        """Return the present value of a flow: (1 + draw,)."""
        value: Array = (self.flows[flow] * self.discount).sum(axis=1)
        return value

    @property
    def net_present_value(self) -> Array:
        """What it saves less what it costs, at present value: (1 + draw,)."""
        return self.present("saving") - self.present("cost")

    @property
    def cumulative_net_cost(self) -> Array:
        """Present value of what it costs less what it saves, to the end of each year: (1 + draw, year)."""
        net: Array = ((self.flows["cost"] - self.flows["saving"]) * self.discount).cumsum(axis=1)
        return net

    @property
    def break_even_year(self) -> Array:
        """The year by whose end it has paid and from which it stays so: (1 + draw,).

        The first year with cost where nothing is ever owed, infinite if it is not paid within the run, and NaN where no
        cost is counted, so that there is nothing to pay back.
        """
        owed, costs = self.cumulative_net_cost > 0.0, np.abs(self.flows["cost"]) > _LEAST_COST
        last_owed = owed.shape[1] - np.argmax(owed[:, ::-1], axis=1)  # counted from 1; that many years are not paid
        first = int(self.years[0][:4]) + 1 + np.where(owed.any(axis=1), last_owed, np.argmax(costs, axis=1))
        return np.where(~costs.any(axis=1), np.nan, np.where(owed[:, -1], np.inf, first))

    @property
    def chance_pays(self) -> float | None:
        """Share of draws in which it saves more than it costs; None without draws."""
        return None if len(self.net_present_value) == 1 else float((self.net_present_value[1:] > 0.0).mean())

    @property
    def benefit_cost_ratio(self) -> Array:
        """Saving over cost, at present value; NaN where it costs nothing: (1 + draw,)."""
        return _ratio(self.present("saving"), self.present("cost"))

    @property
    def chance_avoids(self) -> float | None:
        """Share of draws in which it avoids any child-years; None without draws."""
        avoids = self._avoids[1:]
        return float(avoids.mean()) if len(avoids) else None

    @property
    def _avoids(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.flows["avoided"].sum(axis=1) > _LEAST_AVOIDED
        return found

    @property
    def saving_per_child_year(self) -> Array:
        """Real saving, not discounted, over child-years avoided; NaN in a run that avoids none: (1 + draw,).

        Where more children are in care with the package, there is no saving for one avoided. A quotient of such draws
        and the others would go through infinity between them.
        """
        found = _ratio(self.flows["saving"].sum(axis=1), self.flows["avoided"].sum(axis=1))
        return np.where(self._avoids, found, np.nan)

    @property
    def average_cost_per_child_year(self) -> Array:
        """Real cost of a child-year without programmes, in the years in which the package moves some: (1 + draw,)."""
        weights = np.abs(self.flows["avoided"])
        care, child_years = self.flows["care"], self.flows["child_years"]
        each = np.divide(care, child_years, out=np.zeros_like(care), where=child_years > 0.0)
        return _ratio((weights * each).sum(axis=1), weights.sum(axis=1))

    @property
    def marginal_to_average(self) -> Array:
        """Saving of a child-year avoided over the average cost of one in the same years: (1 + draw,)."""
        return _ratio(self.saving_per_child_year, self.average_cost_per_child_year)

    @property
    def beyond_average(self) -> bool:
        """Whether it saves more with a child-year than one costs on average, in the middle of draws."""
        return middle_of(self.marginal_to_average) > MOST_OF_AVERAGE

    def items(self) -> Iterator[Item]:
        """Yield what `value-for-money.csv` holds of it."""
        real = f"real {self.price_year}"
        present = f"{real}, present value {self.years[0]}"
        for name, flow in (("programme_cost", "cost"), ("gross_saving", "saving"), ("cashable_saving", "cashable")):
            yield Item(f"pv_{name}", POUNDS, self.present(flow), present)
        yield Item("npv", POUNDS, self.net_present_value, present)
        yield Item("benefit_cost_ratio", RATIO, self.benefit_cost_ratio)
        yield Item("break_even_year", YEAR, self.break_even_year)
        if (chance := self.chance_pays) is not None:
            yield Item("chance_pays", SHARE, np.array([chance]))
        yield Item("child_years_avoided", YEARS, self.flows["avoided"].sum(axis=1))
        if (chance := self.chance_avoids) is not None:
            yield Item("chance_avoids", SHARE, np.array([chance]))
        yield Item("saving_per_child_year_avoided", POUNDS, self.saving_per_child_year, real)
        yield Item("average_cost_per_child_year", POUNDS, self.average_cost_per_child_year, real)
        yield Item("marginal_to_average", RATIO, self.marginal_to_average)


def packages(programmes: Sequence[Programme], *, places_limited: bool) -> tuple[Package, ...]:
    """Return every package of a scenario, that without programmes first in each regime.

    Parameters
    ----------
    programmes : sequence of Programme
    places_limited : bool
        As the scenario says; the other regime follows.
    """
    found: list[Package] = []
    positions = tuple(one.at for one in programmes)
    for limited in (places_limited, not places_limited):

        def package(
            which: Which, kept: tuple[int, ...], name: str = "", title: str = "", limited: bool = limited
        ) -> None:
            inside = [one for one in programmes if one.at in kept]
            moving = tuple(one.at for one in inside if one.moves_children)
            uncosted = tuple(one.title for one in inside if not one.costed)
            caveats = tuple(dict.fromkeys(one.payback_caveat for one in inside if one.payback_caveat))
            as_stated = limited == places_limited
            found.append(Package(which, kept, moving, limited, as_stated, name, title, uncosted, caveats))

        package("none", ())
        package("all", positions)
        for one in programmes if len(programmes) > 1 else ():
            package("alone", (one.at,), one.name, one.title)
            package("without", tuple(at for at in positions if at != one.at), one.name, one.title)
    return tuple(found)


def with_figure(values: Array) -> Array:
    """Leave out draws that have no figure, such as a ratio to nothing: (1 + draw,), the central run first.

    Where no draw has one there is one left, which is NaN.
    """
    if len(values) == 1:
        return values
    draws = values[1:][~np.isnan(values[1:])]
    return np.concatenate([values[:1], draws if draws.size else [np.nan]])


def middle_of(values: Array) -> float:
    """Return the median of the draws that have a figure, or the central run where there are no draws."""
    return float(middle(with_figure(values), quantiles=False))


def _ratio(part: Array, whole: Array) -> Array:
    found: Array = np.divide(part, whole, out=np.full(part.shape, np.nan), where=np.abs(whole) > 1e-9)
    return found
