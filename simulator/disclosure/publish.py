"""Results that may be published: rounded and with small counts hidden, as the Department does (docs/disclosure.md).

What is not in the published results can't be written by anything that reads them, so this is the only place where
disclosure control is applied to runs. Scenarios that are compared are hidden together: they start from the same
children.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from simulator.disclosure.past_cells import CHILDREN, PLACEMENT, Key, PastCells
from simulator.disclosure.published import PublishedResults, Shown
from simulator.disclosure.register import Earlier
from simulator.disclosure.suppression import (
    BASE_ENGLAND,
    BASE_LOCAL,
    LARGEST_HIDDEN,
    Flags,
    Ints,
    Tables,
    hide,
    is_small,
    rounded,
)
from simulator.results.labelled import RunResults
from simulator.results.quantities import Array, Publication, Quantity
from simulator.results.results_protocol import Actual
from simulator.results.timeline import marches
from simulator.vocabulary.areas import ENGLAND, authorities, groups
from simulator.vocabulary.labels import ALL

AGE_BAND = "age_band"

LEAST_GBP = 0.5
"""Least money that is not nothing."""

_SPAN = LARGEST_HIDDEN - 1
"""Children between the least and the most that a hidden count may be."""


def publish(many: Sequence[RunResults], earlier: Sequence[Earlier] = ()) -> list[PublishedResults]:
    """Return scenarios as they may be published, each other's hidden counts hidden in all.

    Parameters
    ----------
    many : sequence of RunResults
        Scenarios that are published together.
    earlier : sequence of Earlier
        What was published of the same children: what it hides is hidden here too.
    """
    runs = [_Run(results) for results in many]
    bare = [_Run(results.bare()) for results in many if results.without]
    _hide_together([*runs, *bare], earlier)
    of_bare = iter(bare)
    return [_published(run, next(of_bare) if run.results.without else None) for run in runs]


# --------------------------------------------------------------------------------------------------
# Counts


@dataclass
class _Run:
    """One run, its counts as tables, and which of them are hidden.

    Attributes
    ----------
    results : RunResults
    tables : Tables
    cells : dict of (measure, by) to (area, time, category) int
        Cells of the tables.
    keys : list of Key
        Of each cell.
    hidden : (cell,) bool
    past : PastCells
        Cells of the council's own years before the run, and of where its children are placed.
    """

    results: RunResults
    tables: Tables = field(default_factory=Tables)
    cells: dict[tuple[str, str], Ints] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    hidden: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    past: PastCells = field(default_factory=PastCells)

    def __post_init__(self) -> None:
        """Choose what is counted, and say how it adds up."""
        for name in self.ruled("count"):
            self._add(name)
        self._add_up()
        self.past = PastCells.of(self)
        self.hidden = np.zeros(len(self.keys), dtype=np.bool_)

    def ruled(self, rule: str) -> list[str]:
        """Return the measures that a rule of publication is for."""
        return [name for name, measure in self.results.measures.items() if measure.publication.rule == rule]

    def _publication(self, name: str) -> Publication:
        return self.results[name].publication

    @cached_property
    def marches(self) -> list[int]:
        """Instants that are a 31 March."""
        dates = self.results.dates("stock")
        return [dates.index(date) for date in marches(dates)]

    @cached_property
    def bases(self) -> Array:
        """What children are rounded to: (area,)."""
        return np.array([BASE_ENGLAND if name == ENGLAND else BASE_LOCAL for name in self.results.areas], dtype=float)

    def values(self, name: str) -> Array:
        """Return a measure at each 31 March or financial year, central: (area, time, placement, age band)."""
        measure = self.results[name]
        return measure.values[0][:, self.marches] if measure.kind == "stock" else self.results.by_year(name)[0]

    def statistics(self, name: str, by: str = ALL) -> Array:
        """Return the central run and, where there are draws, their quantiles: (statistic, area, time, category)."""
        results, measure = self.results, self.results[name]
        labels = {ALL: (ALL,), PLACEMENT: measure.placements, AGE_BAND: measure.age_bands}[by]
        if len(labels) == 1:
            whole = results.stock_totals(name) if measure.kind == "stock" else results.year_totals(name)
            table = whole.statistics()
            return (table[:, :, self.marches] if measure.kind == "stock" else table)[..., None]
        if measure.kind == "flow":
            return results.year_parts(name).statistics()
        at = [results.parts_at("stock").index(i) for i in self.marches]
        return results.figure(f"{name}/{by}").statistics()[:, :, at]

    def _add(self, name: str) -> None:
        """Add the counts of a measure: in all, and stocks by placement and by age."""
        measure, values = self.results[name], np.abs(self.values(name))
        self._cells(name, ALL, (ALL,), values.sum(axis=(-2, -1))[..., None])
        if measure.kind == "stock" and len(measure.placements) > 1 and not measure.publication.parts_in:
            self._cells(name, PLACEMENT, measure.placements, values.sum(axis=-1))
        if measure.kind == "stock" and len(measure.age_bands) > 1:
            self._cells(name, AGE_BAND, measure.age_bands, values.sum(axis=-2))

    def _cells(self, name: str, by: str, categories: Sequence[str], values: Array) -> None:
        """Add cells of (area, time, category)."""
        results = self.results
        when = marches(results.dates("stock")) if results[name].kind == "stock" else results.financial_years
        added = [
            self.tables.add(one.ravel(), int(base)).reshape(one.shape)
            for one, base in zip(values, self.bases, strict=True)
        ]
        self.cells[name, by] = np.stack(added)
        self.keys += [(name, by, c, area, date) for area in results.areas for date in when for c in categories]

    def _all(self, name: str) -> Ints | None:
        """Return the cells of a total: (area, time)."""
        cells = self.cells.get((name, ALL))
        return None if cells is None else cells[..., 0]

    def _add_up(self) -> None:
        """Say what ties counts together: parts, stocks and flows, areas."""
        totals = self.tables.total
        for (name, by), cells in self.cells.items():
            if by != ALL:
                for whole, parts in zip(self.cells[name, ALL].ravel(), cells.reshape(-1, cells.shape[-1]), strict=True):
                    totals(whole, parts)
            for whole_area, part_areas in _sums_of_areas(self.results.areas):
                for whole, parts in zip(cells[whole_area].ravel(), cells[part_areas].reshape(len(part_areas), -1).T,
                                        strict=True):  # fmt: skip
                    totals(whole, parts)
        for name in [name for name, by in self.cells if by == ALL]:
            self._add_up_counts(name)
        self._balance()

    def _add_up_counts(self, name: str) -> None:
        """Say which other counts add up to a count: those that are part of it, or the parts that it shares."""
        whole, of = self.cells[name, ALL].ravel(), self._publication(name).parts_in
        parts = [cells[..., 0] for (part, by), cells in self.cells.items()
                 if by == ALL and self._publication(part).part_of == name]  # fmt: skip
        if parts:
            for total, counts in zip(whole, np.stack(parts, axis=-1).reshape(-1, len(parts)), strict=True):
                self.tables.total(total, counts)
        if (of, PLACEMENT) in self.cells:
            shared = self.cells[of, PLACEMENT][..., self._shared(name)]
            for total, counts in zip(whole, shared.reshape(-1, shared.shape[-1]), strict=True):
                self.tables.total(total, counts)

    def _shared(self, name: str) -> list[int]:
        """Return the positions of a measure's placements among those of the count whose parts it shares."""
        places = self.results[self._publication(name).parts_in].placements
        return [places.index(place) for place in self.results[name].placements]

    def _balance(self) -> None:
        """Say that stock and starts, less exits, give the next stock; the balancing flow is on the side it belongs."""
        stock, starts, exits, balancing = (self._all(name) for name in (CHILDREN, "starts", "exits", "balancing"))
        if stock is None or starts is None or exits is None or balancing is None:
            return
        more = self.values("balancing").sum(axis=(-2, -1)) >= 0
        for a, y in np.ndindex(starts.shape):
            left, right = (stock[a, y], starts[a, y]), (exits[a, y], stock[a, y + 1])
            residual = (balancing[a, y],)
            self.tables.balance(left + residual if more[a, y] else left, right if more[a, y] else right + residual)

    def is_hidden(self, name: str, by: str = ALL) -> Flags:
        """Return which counts of a measure are hidden: (area, time, category)."""
        return self.hidden[self.cells[name, by]]

    # ----------------------------------------------------------------------------------------------

    def shown_count(self, name: str) -> Shown:
        """Return the figures of a count."""
        total = self._figures(self.statistics(name), self.is_hidden(name))[..., 0]
        by_placement = by_band = None
        if of := self._publication(name).parts_in:
            hidden_parts = self.is_hidden(of, PLACEMENT)[..., self._shared(name)]
            by_placement = self._figures(self.statistics(name, PLACEMENT), hidden_parts)
        elif (name, PLACEMENT) in self.cells:
            by_placement = self._figures(self.statistics(name, PLACEMENT), self.is_hidden(name, PLACEMENT))
        if (name, AGE_BAND) in self.cells:
            by_band = self._figures(self.statistics(name, AGE_BAND), self.is_hidden(name, AGE_BAND))
        return Shown(total, by_placement, by_band)

    def shown_supply(self, name: str) -> Shown:
        """Return the figures of foster supply: none in an area where a sector fosters few children at the base."""
        values, publication = self.values(name), self._publication(name)
        few = self.is_hidden(publication.parts_in, PLACEMENT)[:, 0, self._shared(name)].any(axis=-1)
        few |= is_small(values.sum(axis=-1)).any(axis=(-2, -1)) | self.is_hidden(publication.hidden_with)[:, 0, 0]
        total, parts = (
            self._figures(self.statistics(name, by), few[:, None, None], publication.coarser) for by in (ALL, PLACEMENT)
        )
        return Shown(total[..., 0], parts)

    def _figures(self, many: Array, hidden: Flags, coarser: float = 1.0) -> Array:
        """Round the central run and quantiles of draws, (statistic, area, ...), and put NaN where they are hidden."""
        base = (coarser * self.bases).reshape(-1, *[1] * (many.ndim - 2))
        return np.where(hidden | is_small(np.abs(many)), np.nan, np.sign(many) * rounded(np.abs(many), base) + 0.0)

    # ----------------------------------------------------------------------------------------------

    @cached_property
    def child_year_gbp(self) -> Array:
        """Cost of a child for a year by placement, at the base: (area, placement).

        The dearer of the area's own in the first year and that of all areas together.
        """
        spend = self.results.year_parts("placement_spend").central[:, 0]
        stock = self.values(CHILDREN).sum(axis=-1)[:, :2].mean(axis=1)
        own = np.divide(spend, stock, out=np.zeros_like(spend), where=stock >= 1.0)
        together = np.divide(spend.sum(axis=0), stock.sum(axis=0), out=np.zeros(spend.shape[1]),
                             where=stock.sum(axis=0) > 0)  # fmt: skip
        return np.maximum(own, together)

    @cached_property
    def hidden_weeks(self) -> Flags:
        """Whether children of a placement are hidden at the start or the end of a year: (area, year, placement)."""
        hidden = self.is_hidden(CHILDREN, PLACEMENT)
        return hidden[:, :-1] | hidden[:, 1:]

    @cached_property
    def hidden_totals(self) -> Flags:
        """Whether a year's spend could tell how many children live in a hidden placement: (area, year).

        It could if what the others' rounding leaves open is worth less than the span of a hidden count.
        """
        open_gbp = (~self.hidden_weeks * self.child_year_gbp[:, None]).sum(axis=-1) * self.bases[:, None] / 2.0
        dearest = np.where(self.hidden_weeks, self.child_year_gbp[:, None], 0.0).max(axis=-1)
        few: Flags = self.is_hidden(CHILDREN)[:, :-1, 0] | self.is_hidden(CHILDREN)[:, 1:, 0]
        return few | (_SPAN * dearest > open_gbp)

    def step_gbp(self, name: str) -> Array:
        """Return what money is rounded to: no less than what as many children as the base cost in a year: (area, 1)."""
        spend = np.abs(self.results.year_totals(name).central).max(axis=-1)
        count = self._publication(name).hidden_with or CHILDREN
        whole = self.results.stock_totals(count).central[:, self.marches].mean(axis=-1)
        return _step(self.bases * spend / np.maximum(whole, 1.0))[:, None]

    def shown_money(self, name: str) -> tuple[Shown, Shown]:
        """Return the figures of money in cash and in real prices, which follow from those in cash."""
        publication = self._publication(name)
        hidden = self.hidden_totals if publication.of_placements else self.is_hidden(CHILDREN)[:, 1:, 0]
        if count := publication.hidden_with:
            few = self.is_hidden(count)[..., 0]
            hidden = hidden | few[:, :-1] | few[:, 1:] | self.hidden_totals
        step = self.step_gbp(name)
        total = _spent(self.results.year_totals(name).statistics(), step, hidden)
        if len(self.results[name].placements) == 1:
            return Shown(total), Shown(self._real(total, step))
        steps = _step(self.bases[:, None] * self.child_year_gbp)[:, None]
        parts = self.results.year_parts(name).statistics()
        parts = _spent(parts, steps, self.hidden_weeks | hidden[..., None])
        return Shown(total, parts), Shown(self._real(total, step), self._real(parts, steps))

    def _real(self, cash: Array, step: Array) -> Array:
        """Return published cash in real prices, at the year's mean price level: (statistic, area, year, ...)."""
        years, deflator = self.results.timeline.year_of_month, self.results.deflator[0]
        price = np.array([deflator[[of == y for of in years]].mean() for y in self.results.financial_years])
        return _spent(cash / price.reshape(1, 1, -1, *[1] * (cash.ndim - 3)), step, np.isnan(cash))

    def shown_extra(self) -> tuple[Array, Array, dict[str, Array]]:
        """Return spend above the reference year, in cash, in real prices, and by cause: each (1, area, year)."""
        step = self.step_gbp("total_spend")
        reference = rounded(self.results.spend_lines.reference_spend_gbp[0].sum(axis=-1)[:, None], step)
        spend = _money(self.results.year_totals("total_spend").central[None], step, self.hidden_totals)
        causes = {
            name: _money(figure.central[None], 2.0 * step, self.hidden_totals)
            for name, figure in self.results.causes().items()
        }
        real = self._real(spend, step) - rounded(
            reference / self.results.price_levels[self.results.reference_year], step
        )
        return spend - reference, real, causes


def _spent(values: Array, step: Array, hidden: Flags) -> Array:
    """Round money, and hide what is something and would be told as nothing."""
    shown = _money(values, step, hidden)
    return np.where((shown == 0.0) & (np.abs(values) >= LEAST_GBP), np.nan, shown)


def _money(values: Array, step: Array, hidden: Flags) -> Array:
    return np.where(hidden, np.nan, rounded(values, step) + 0.0)


def _step(least: Array) -> Array:
    """Return the smallest 1, 2 or 5 times a power of ten that is no less; at least £1,000."""
    least = np.maximum(least, 1000.0)
    power = 10.0 ** np.floor(np.log10(least))
    steps: Array = power * np.select([least <= power, least <= 2 * power, least <= 5 * power], [1.0, 2.0, 5.0], 10.0)
    return steps


def _sums_of_areas(areas: Sequence[str]) -> Iterable[tuple[int, list[int]]]:
    """Yield positions of areas that are sums of others, and of those others, where all are reported."""
    names = {one.code: one.name for one in authorities()}
    regions = [group for key, group in groups().items() if key.startswith("region: ")]
    sums = {group.name: [names[code] for code in group.members] for group in groups().values()}
    sums = {name: parts for name, parts in sums.items() if parts != [name]}
    many = [*sums.items(), (ENGLAND, [group.name for group in regions]), (ENGLAND, list(names.values()))]
    for whole, parts in many:
        if whole in areas and all(part in areas for part in parts):
            yield areas.index(whole), [areas.index(part) for part in parts]


def _hide_together(runs: Sequence[_Run], earlier: Sequence[Earlier] = ()) -> None:
    """Hide in each run what has to be, and what is hidden in another or was in an earlier output.

    A count of real children that an earlier output shows is known, so nothing is safe behind it.
    """
    hidden: set[Key] = {key for one in earlier for key in one.hidden}
    told: set[Key] = {key for one in earlier for key in one.shown} - hidden
    while True:
        before = len(hidden)
        for run in runs:
            start = np.array([key in hidden for key in run.keys], dtype=np.bool_)
            known = np.array([key in told and run.past.is_counted(key) for key in run.keys], dtype=np.bool_)
            run.hidden = hide(run.tables, whole=run.past.whole(len(run.keys)), start=start, told=known)
            hidden |= {run.keys[i] for i in np.flatnonzero(run.hidden)}
        if len(hidden) == before:
            return


# --------------------------------------------------------------------------------------------------
# Results


def _published(run: _Run, bare: _Run | None) -> PublishedResults:
    results = run.results
    counts = {name: run.shown_count(name) for name, by in run.cells if by == ALL}
    supply = {name: run.shown_supply(name) for name in run.ruled("supply")}
    money = {name: run.shown_money(name) for name in run.ruled("money")}
    known = {**counts, **supply, **{name: cash for name, (cash, _) in money.items()}}
    measures = {name: _label(m, known[name]) for name, m in results.measures.items() if name in known}
    stocks = {name: known[name] for name, m in measures.items() if m.kind == "stock"}
    flows = {name: known[name] for name, m in measures.items() if m.kind == "flow"}
    without = {} if bare is None else {name: bare.shown_count(name) for name, by in bare.cells if by == ALL}
    extra, real_extra, causes = run.shown_extra()
    return PublishedResults(
        name=results.name,
        title=results.title,
        description=results.description,
        purpose=results.purpose,
        first_month=results.first_month,
        months=results.months,
        areas=results.areas,
        measures=measures,
        history=_history(run),
        evidence=run.past.published(results.evidence, run.hidden),
        claims=results.claims,
        notes=(*results.notes, _note(results)),
        money_notes=results.money_notes,
        measure_notes={name: said for name, said in results.measure_notes.items() if name in measures},
        bends=results.bends,
        sources=results.sources,
        price_year=results.price_year,
        reference_year=results.reference_year,
        price_levels=results.price_levels,
        without={name: _label(results.without[name], shown) for name, shown in without.items()},
        places_limited=results.places_limited,
        engine=results.engine,
        chance=results.chance,
        stocks=stocks,
        stocks_without={name: shown for name, shown in without.items() if results.without[name].kind == "stock"},
        years={**{name: _at_ends(shown) for name, shown in stocks.items()}, **flows},
        real_years={name: real for name, (_, real) in money.items()},
        extra=extra,
        real_extra=real_extra,
        extra_causes=causes,
        number_of_draws=results.draws,
    )


def _label(measure: Quantity, shown: Shown) -> Quantity:
    """Return what a measure is, without its values and without axes that are not published."""
    return Quantity(
        measure.name, measure.title, measure.unit, measure.kind,
        placements=measure.placements if shown.by_placement is not None else (ALL,),
        age_bands=measure.age_bands if shown.by_band is not None else (ALL,),
        publication=measure.publication, difference=measure.difference,
    )  # fmt: skip


def _at_ends(shown: Shown) -> Shown:
    """Return stocks at the ends of years."""
    parts = (None if part is None else part[:, :, 1:] for part in (shown.by_placement, shown.by_band))
    return Shown(shown.total[:, :, 1:], *parts)


def _history(run: _Run) -> Mapping[str, Actual]:
    """Return figures before the run, rounded if they are an area's, and with what is hidden of the council's own.

    What is worked out of its counts is left out: it could tell of what is hidden.
    """
    results = run.results
    if results.areas[0] == ENGLAND:
        return results.history
    return {
        name: replace(actual, values=run.past.shown(name, actual, run.hidden))
        for name, actual in results.history.items()
        if actual.counted
    }


def _note(results: RunResults) -> str:
    base = BASE_ENGLAND if results.areas == (ENGLAND,) else BASE_LOCAL
    other = f" ({ENGLAND} {BASE_ENGLAND})" if ENGLAND in results.areas and base == BASE_LOCAL else ""
    return (
        f"For publication: numbers are to the nearest {base}{other}, 1 to 5 and what would give them away are hidden "
        "(c), and money is rounded to match, and hidden where it would round to nothing."
    )
