"""A council's projection checked against its own past: the model over years that returns cover, from an earlier base.

Starts are those that happened, so what differs is leaving and ageing: fitted rates that do not make the children in
care that the returns hold are wrong, or are not those of all of these years. Chance is worked out child by child.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.own_returns import OwnReturns
from simulator.data.council import BEYOND_SD
from simulator.data.own_rates import STRENGTH, Level
from simulator.returns.calibrate_council import FittedCouncil
from simulator.returns.fit_leaving import PRIOR_SD
from simulator.returns.fit_levels import TREND_SD, growth, is_trend
from simulator.returns.run_own_record import beside_no_starts, projected, run_streams
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS
from simulator.vocabulary.calendar import MONTHS_A_YEAR

Array = NDArray[np.float64]

CHECKED_YEARS = 3
"""Years that the model is run over, if returns cover as many and one more."""

AGE_18 = REASONS.index("age_18")

MODEL_ERROR = 0.008
"""Share of children by which the model, with months and cohorts for days and birthdays, may miss in three years."""

HALF_A_CHILD = 0.25

PLACE_ERROR = 0.05
"""Share of children of a placement by which the model may miss in three years."""

BEYOND_PLACE = 2.8
"""Standard deviations of chance from which children of a placement are told of. Of nine placements the one that is
furthest off lies beyond 2.0 to 2.3 in one clean council of twenty, and beyond 2.8 where all children come in pairs who
are placed together."""

STRENGTH_OFF = 1.6
"""Standard deviations of chance from which the strength of England's pattern is told to be another than 1. Events of
earlier years count less in the fit, so chance makes less than is worked out: one clean council in twenty is told of."""


@dataclass(frozen=True)
class PastYears:
    """The model over the last years of the returns.

    Attributes
    ----------
    children, model, sd : (year,)
        At the end of each year; by the returns, by the model, and what chance makes of the model's.
    placed, placed_model : (place,)
        At the end of the last.
    """

    children: Array
    model: Array
    sd: Array
    placed: Array
    placed_model: Array


def past_years(own: OwnReturns, stocks: Array, starts: Array) -> PastYears:
    """Run the model over the last years.

    Parameters
    ----------
    own : OwnReturns
        As fitted to all years.
    stocks : (year + 1, stream, age, time, place)
        Children in care at the base of the check and at the end of each year.
    starts : (year, stream, age)
    """
    months = MONTHS_A_YEAR * len(starts)
    england, levels = own.england, dict[tuple[str, str], Level]()
    council = replace(own.council, stock=stocks[0].astype(float), levels=levels, hold=1.0)
    then = replace(own, council=council, known_phases=own.phases)
    lived = []
    for s, one in enumerate(then.streams(own.england_streams, {}, limited=False)):
        young = np.arange(starts.shape[-1]) < one.youngest_age
        number = np.where(young, 0.0, starts[:, s]) + np.where(
            np.arange(starts.shape[-1]) == one.youngest_age, starts[:, s][:, young].sum(axis=1, keepdims=True), 0.0
        )
        monthly = np.repeat(number, MONTHS_A_YEAR, axis=0) / MONTHS_A_YEAR
        lived.append(
            replace(
                one,
                new_starts_per_month=monthly[None, None],
                opening_home=np.zeros_like(one.opening_home),
                return_per_year=np.zeros_like(one.return_per_year),
            )
        )
    lives = run_streams(beside_no_starts(lived), england, months).children[:, 0]
    # Each child of the base, and each who came since, is there at the end or not: a binomial number.
    model, stayed = lives.sum(axis=(2, 3, 4))[:, MONTHS_A_YEAR::MONTHS_A_YEAR]
    came = np.cumsum(starts.sum(axis=(1, 2)))
    here = stocks[0].sum()
    variance = stayed * (1.0 - stayed / max(here, 1.0)) + (model - stayed) * (
        1.0 - (model - stayed) / np.maximum(came, 1.0)
    )
    children = stocks[1:].sum(axis=(1, 2, 3, 4)).astype(float)
    to_group = np.eye(stocks.shape[-1])[placements.groups()]
    return PastYears(
        children, model, np.sqrt(variance + (MODEL_ERROR * children) ** 2 + HALF_A_CHILD),
        stocks[-1].sum(axis=(0, 1, 2)).astype(float), lives[0, -1].sum(axis=(0, 1)) @ to_group,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------
# What is told


class CheckRow(NamedTuple):
    """One figure of the returns beside the model's.

    Attributes
    ----------
    measure : str
    year : int
        To 31 March.
    returns, model, sd : float
        `sd` is what chance makes of the model's.
    """

    measure: str
    year: int
    returns: float
    model: float
    sd: float


@dataclass(frozen=True)
class PastCheck:
    """The check of a council against its own past.

    Attributes
    ----------
    rows : tuple of CheckRow
        Children in care on each 31 March, by the model run from an earlier base with the starts that happened; children
        in each placement at the end; and starts and leaving in the first year of a projection beside those of a year on
        average (`returns`).
    strength : float
        Of England's pattern in going home and in guardianship, the mean; 1 is England's, 0 flat.
    strength_sd : float
        What chance makes of it in a council with England's pattern.
    growth : mapping of measure to (growth a year, standard error)
    """

    rows: tuple[CheckRow, ...]
    strength: float
    strength_sd: float
    growth: Mapping[str, tuple[float, float]]

    def of(self, measure: str) -> tuple[CheckRow, ...]:
        """Return the figures of a measure."""
        return tuple(row for row in self.rows if row.measure == measure)

    @property
    def said(self) -> Iterator[str]:
        """Say what was found, as sentences."""
        if past := self.of("children"):
            first = past[0].year - 1
            model, real = (words_of([f"{getattr(one, name):,.0f}" for one in past]) for name in ("model", "returns"))
            yield (
                f"Checked against its own past: run from 31 March {first} with the starts that happened, the model "
                f"makes {model} children on 31 March of {words_of([str(one.year) for one in past])}; the returns "
                f"hold {real}."
            )
        else:
            yield "With one year of returns there is no past to check the model against."
        for measure, what in (
            ("starts", "start"),
            ("exits_before_18", "leave before 18"),
            ("exits_at_18", "leave at 18"),
        ):
            for row in self.of(measure):
                yield f"In the first year of a projection {row.model:,.0f} {what}; {row.returns:,.0f} a year did."
        for measure, (grows, error) in self.growth.items():
            if not is_trend(grows, error):
                yield (
                    f"{measure.capitalize()} changed by {_percent(grows)} a year ({_between(grows, error)}), which is "
                    f"within chance: in years like these a trend shows from {TREND_SD * error:.1%} a year on."
                )

    @property
    def warnings(self) -> Iterator[str]:
        """Yield what is beyond chance, with its size."""
        if past := self.of("children"):
            last = past[-1]
            missed = (last.model - last.returns) / last.sd
            if abs(missed) > BEYOND_SD:
                many = "more" if missed > 0 else "fewer"
                yield (
                    f"run over {len(past)} of its own years the model makes {abs(last.model - last.returns):,.0f} "
                    f"{many} children than the returns hold on 31 March {last.year} ({last.model:,.0f} and "
                    f"{last.returns:,.0f}), "
                    f"{abs(missed):.1f} times what chance makes: how children leave was another in these years than in "
                    "the others, or the data are not whole"
                )
            yield from self._placements_missed(len(past))
        off = self.strength - 1.0
        if abs(off) > STRENGTH_OFF * self.strength_sd:
            how = "less" if off < 0 else "more"
            yield (
                f"how children leave differs {how} by age and time in care than in England (strength "
                f"{self.strength:.2f}; England is 1); projections take the council's own pattern"
            )
        for measure, (grows, error) in self.growth.items():
            if is_trend(grows, error):
                yield (
                    f"{measure} have a trend: {_percent(grows)} a year ({_between(grows, error)}); the central "
                    "projection holds them as they are at the end, and its interval allows for rates to walk either way"
                )

    def _placements_missed(self, years: int) -> Iterator[str]:
        """Yield what placements hold at the end, where it is far from what first placements and moves make of them."""
        beyond = [
            (abs(missed), f"{row.returns:,.0f} in {placements.in_words(name)} (the model {row.model:,.0f})")
            for name in placements.reported()
            for row in self.of(f"children_in_{name}")
            if abs(missed := (row.returns - row.model) / row.sd) > BEYOND_PLACE
        ]
        if beyond:
            yield (
                f"run over its last {years} years, the model has children elsewhere than the returns on 31 March "
                f"{self.of('children')[-1].year}: they hold {words_of([text for _, text in beyond])}, "
                f"{max(beyond)[0]:.1f} times what chance makes: was a code of PLACE or PLACE_PROVIDER changed in the "
                "last return, or did homes open or close? Projections start from the placements of the returns"
            )


def _between(grows: float, error: float) -> str:
    """Return the ends of the 95% interval of a growth a year."""
    low, high = np.array([-1.0, 1.0]) * TREND_SD * error + grows
    return f"{_percent(low)} to {_percent(high)}"


def _percent(change: float) -> str:
    return f"{round(change, 3) + 0.0:+.1%}"  # no minus before a zero


def words_of(items: Sequence[str]) -> str:
    """Join words: ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def check(fitted: FittedCouncil) -> PastCheck:
    """Check a council against its own past."""
    own, years = fitted.own, fitted.years
    number = min(CHECKED_YEARS, len(years.years) - 1)
    starts = years.starts.sum(axis=-1)
    rows: list[CheckRow] = []
    if number:
        past = past_years(own, fitted.stocks[-number - 1 :].astype(float), starts[-number:].astype(float))
        rows += [
            CheckRow("children", year, *map(float, figures))
            for year, *figures in zip(years.years[-number:], past.children, past.model, past.sd, strict=True)
        ]
        rows += [
            CheckRow(
                f"children_in_{name}", years.years[-1], float(real), float(model),
                float(np.hypot(np.sqrt(max(model, 1.0)), PLACE_ERROR * model)),
            )
            for name, real, model in zip(placements.reported(), past.placed, past.placed_model, strict=True)
        ]  # fmt: skip
    first = projected(own, MONTHS_A_YEAR)
    left = first.exits_by_reason[0, 0].sum(axis=(0, 1, 2))
    recent = slice(-min(CHECKED_YEARS, len(years.years)), None)
    exits = years.exits.sum(axis=(1, 2, 3))[recent].mean(axis=0)
    seen = {
        "starts": (starts[recent].sum(axis=(1, 2)).mean(), first.starts[0, 0].sum()),
        "exits_before_18": (np.delete(exits, AGE_18).sum(), np.delete(left, AGE_18).sum()),
        "exits_at_18": (exits[AGE_18], left[AGE_18]),
    }
    rows += [
        CheckRow(name, years.years[-1] + 1, float(real), float(model), float(np.sqrt(max(model, 1.0))))
        for name, (real, model) in seen.items()
    ]
    strength, strength_sd = _strength(fitted)
    at_risk = (fitted.stocks[1:] + fitted.stocks[:-1]).sum(axis=(1, 2, 3, 4)) / 2.0
    before_18 = np.delete(years.exits, AGE_18, axis=-1).sum(axis=(1, 2, 3, 4))
    grows = {
        "starts": growth(starts.sum(axis=(1, 2)), np.ones(len(years.years))),
        "rates of leaving before 18": growth(before_18, at_risk),
    }
    return PastCheck(
        tuple(rows), strength, strength_sd, {name: found for name, found in grows.items() if found is not None}
    )  # fmt: skip


def _strength(fitted: FittedCouncil) -> tuple[float, float]:
    """Return the strength of England's pattern, mean of going home and guardianship, and what chance makes of it.

    Of a posterior variance v that began as p, evidence moves the mean by v (1 - v / p): where it tells nothing, not at
    all.
    """
    kinds = fitted.leaving.get("resident", {})
    found = [kinds[kind].leaving for kind in ("home", "guardianship") if kind in kinds]
    if not found:
        return 1.0, 0.0
    variance = np.array([one.sd[STRENGTH] for one in found]) ** 2
    chance = variance * (1.0 - variance / PRIOR_SD["strength"] ** 2)
    return float(np.mean([one.coefficient[STRENGTH] for one in found])), float(np.sqrt(chance.sum()) / len(found))
