"""Results that may be published: no number in them is other than rounded, and what is hidden is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from simulator.disclosure.suppression import BASE_LOCAL, LARGEST_HIDDEN, LEAST_FOR_PERCENT
from simulator.results.figures import ShownFigure
from simulator.results.quantities import Array, Kind
from simulator.results.results_protocol import Results, Showing
from simulator.results.timeline import marches
from simulator.vocabulary.labels import ALL, HIDDEN


@dataclass(frozen=True)
class Shown:
    """Figures of one measure that may be published: rounded, NaN where hidden.

    The first axis is the central run and, where there are draws, each of `QUANTILES`.

    Attributes
    ----------
    total : (statistic, area, time)
    by_placement : (statistic, area, time, placement)
        None where only totals are published; so with ages.
    by_band : (statistic, area, time, age band)
    """

    total: Array
    by_placement: Array | None = None
    by_band: Array | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedResults(Results):
    """Results that may be published (`simulator.disclosure.publish`).

    Stocks are known at each 31 March, and flows and money by financial year. In place of draws there are quantiles, so
    differences and shares have no intervals.

    Attributes
    ----------
    stocks, stocks_without : mapping of measure name to Shown
        At each 31 March, with and without the scenario's programmes.
    years, real_years : mapping of measure name to Shown
        By financial year; money in real prices apart.
    extra, real_extra : (1, area, year)
        Spend above that of the reference year, in cash and in real prices.
    extra_causes : mapping of cause to (1, area, year)
        The same by cause, as `SpendLines.split` names them.
    number_of_draws : int
        The central run included.
    """

    showing: ClassVar[Showing] = Showing(
        monthly=False,
        hidden=HIDDEN,
        parts_add_up=False,
        least_for_percent=LEAST_FOR_PERCENT,
        rounded_to=BASE_LOCAL,
        largest_hidden=LARGEST_HIDDEN,
        inputs_hashed=False,
    )

    stocks: Mapping[str, Shown]
    years: Mapping[str, Shown]
    real_years: Mapping[str, Shown]
    extra: Array
    real_extra: Array
    extra_causes: Mapping[str, Array]
    number_of_draws: int
    stocks_without: Mapping[str, Shown] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """Number of draws that quantiles are of, the central run included."""
        return self.number_of_draws

    def dates(self, kind: Kind) -> tuple[str, ...]:
        """Return each 31 March (stock); there are no months."""
        return () if kind == "flow" else marches(super().dates("stock"))

    def bare(self) -> PublishedResults:
        """Return the stocks of the same scenario without its programmes."""
        return replace(
            self, measures=self.without, without={}, stocks=self.stocks_without, stocks_without={}, years={},
            real_years={},
        )  # fmt: skip

    def stock_totals(self, measure: str) -> ShownFigure:
        """Return a stock at each 31 March: (area, instant)."""
        return _spread(self.stocks[measure].total)

    def stock_parts(self, measure: str) -> ShownFigure:
        """Return a stock by placement in the first area at each 31 March: (1, instant, placement)."""
        return _spread(_parts(self.stocks[measure])[:, :1])

    def year_totals(self, measure: str, *, real: bool = False) -> ShownFigure:
        """Return a measure by financial year: (area, year)."""
        return _spread((self.real_years if real else self.years)[measure].total)

    def year_parts(self, measure: str, *, real: bool = False) -> ShownFigure:
        """Return a measure by financial year and placement: (area, year, placement)."""
        return _spread(_parts((self.real_years if real else self.years)[measure]))

    def extra_spend(self, *, real: bool = False) -> ShownFigure:
        """Return the central run's spend above that of `reference_year`, in cash or in real prices: (area, year)."""
        return _spread(self.real_extra if real else self.extra)

    def causes(self) -> dict[str, ShownFigure]:
        """Return the central run's extra spend by cause: (area, year) each."""
        return {name: _spread(values) for name, values in self.extra_causes.items()}

    def slices(self, measure: str) -> Iterator[tuple[str, str, tuple[str, ...], Array]]:
        """Yield placement, age band, dates and (statistic, area, date) of a stock; nothing of flows."""
        if measure not in self.stocks:
            return
        shown, of, dates = self.stocks[measure], self[measure], self.dates("stock")
        yield ALL, ALL, dates, shown.total
        for i, name in enumerate(of.placements if shown.by_placement is not None else ()):
            yield name, ALL, dates, _parts(shown)[..., i]
        if shown.by_band is not None:
            for i, name in enumerate(of.age_bands):
                yield ALL, name, dates, shown.by_band[..., i]

    def in_full(self) -> Iterator[Mapping[str, Array]]:
        """Yield nothing: no run is held."""
        return iter(())


def _spread(shown: Array) -> ShownFigure:
    return ShownFigure.of(shown, quantiles=True)


def _parts(shown: Shown) -> Array:
    return shown.total[..., None] if shown.by_placement is None else shown.by_placement
