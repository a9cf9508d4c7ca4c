"""Results made up for tests of what reads them: plausible for England, and quick to make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulator.results.labelled import RunResults
from simulator.results.quantities import Measure
from simulator.results.results_protocol import Actual, DatedClaim
from simulator.results.spend_lines import SpendLines
from simulator.vocabulary.axes import AGE_BANDS
from simulator.vocabulary.calendar import Month
from simulator.vocabulary.placements import names

PUBLISHERS = ("Department for Education", "Ofsted", "Ministry of Housing, Communities and Local Government")

_SHARES = {
    "kinship_foster": 0.16, "council_foster": 0.29, "ifa_foster": 0.22, "childrens_home": 0.07,
    "home_waiting": 0.035, "supported": 0.06, "supported_waiting": 0.01, "with_parents": 0.065,
    "for_adoption": 0.025, "secure_residential": 0.015, "other": 0.05,
}  # fmt: skip
_WEEKLY = {"childrens_home": 6100.0, "home_waiting": 6100.0, "supported": 1500.0, "supported_waiting": 1500.0,
           "ifa_foster": 1100.0, "secure_residential": 5000.0}  # fmt: skip


def fake_results(
    name: str = "status-quo", title: str = "Status quo", *, start: str = "2025-04", months: int = 120,
    growth: float = 0.004, draws: int = 1, opening: float = 81_770.0, claims: tuple[DatedClaim, ...] = (),
    notes: tuple[str, ...] | None = None,
    history: bool = True, programme: float = 0.0, seed: int = 1, settled: bool = True,
) -> RunResults:  # fmt: skip
    """Make up the results of a scenario whose number of children grows at a steady rate a year.

    Unless it is settled, draws disagree on which way everything else goes too, and real prices are level.
    """
    rng = np.random.default_rng(seed)
    first = Month(int(start[:4]), int(start[5:]))
    places, bands = names(), tuple(AGE_BANDS)
    shares = np.array([_SHARES.get(p, 0.01) for p in places])
    shares /= shares.sum()
    homes = np.array([1.0 if p in ("childrens_home", "home_waiting") else 0.0 for p in places])
    apart = np.concatenate([[0.0], np.random.default_rng(seed + 100).normal(0, 0.02, draws - 1)])[:, None]
    drift = homes * (0.012 if settled else apart)
    years = np.arange(months + 1) / 12
    noise = np.concatenate([[0.0], rng.normal(0, 0.008, draws - 1)])
    total = opening * np.exp((growth + noise)[:, None] * years)
    mix = shares * np.exp(2 * np.broadcast_to(drift, (draws, len(places)))[:, None] * years[:, None])
    mix /= mix.sum(axis=-1, keepdims=True)
    age = np.array([0.05, 0.13, 0.18, 0.38, 0.26])
    children = total[:, None, :, None, None] * mix[:, None, :, :, None] * age
    flow_mid = children[:, :, :-1] * (33_000 / 81_770 / 12)
    season = 1 + 0.1 * np.sin(np.arange(months) * 2 * np.pi / 12)
    starts = flow_mid * season[:, None, None]
    exits = starts + children[:, :, :-1] - children[:, :, 1:]
    weekly = np.array([_WEEKLY.get(p, 600.0) for p in places])
    price = (1.045 if settled else 1.02) ** (np.arange(months) / 12)
    spend = children[:, :, :-1].sum(-1, keepdims=True) * (weekly * 365.25 / 7 / 12)[:, None] * price[:, None, None]
    other = spend.sum(axis=-2, keepdims=True) * 0.25
    extra = np.full_like(other, programme / 12)
    filled = children[..., 1:3, :].sum(-1, keepdims=True)
    waiting = 4_300 * np.exp((0.03 if settled else apart) * years)
    need = filled.sum(-2, keepdims=True) + np.broadcast_to(waiting, (draws, months + 1))[:, None, :, None, None]
    unmet = need - filled.sum(-2, keepdims=True)
    sector, whole = ("council", "independent"), ("all",)

    def measure(name: str, text: str, unit: str, kind: str, values: np.ndarray, p=whole, a=whole) -> Measure:
        return Measure(name, text, unit, kind, p, a, values)

    measures = [
        measure("children", "Children looked after", "children", "stock", children, places, bands),
        measure("starts", "Starts", "children a month", "flow", starts, places, bands),
        measure("exits", "Exits", "children a month", "flow", exits, places, bands),
        measure("foster_places_usable", "Usable places", "places", "stock", filled * 1.02, sector),
        measure("foster_places_filled", "Filled places", "places", "stock", filled, sector),
        measure("foster_need", "Need", "children", "stock", need),
        measure("unmet_foster_need", "Unmet need", "children", "stock", unmet),
        measure("placement_spend", "Spend by placement", "GBP", "flow", spend, places),
        measure("other_spend", "Other spend", "GBP", "flow", other),
        measure("programme_spend", "Programmes", "GBP", "flow", extra),
        measure("total_spend", "Total spend", "GBP", "flow", spend.sum(-2, keepdims=True) + other + extra),
    ]
    weeks = children[:, :, :-1].sum(-1) * (365.25 / 7 / 12)
    start_weeks = opening * shares * (365.25 / 7)
    lines = SpendLines(
        keys=(*places, "other"),
        of_placements=np.array([True] * len(places) + [False]),
        spend_gbp=np.concatenate([spend[..., 0], other[..., 0]], axis=-1),
        units=np.concatenate([weeks, weeks.sum(-1, keepdims=True)], axis=-1),
        reference_spend_gbp=np.append(start_weeks * weekly, 0.25 * (start_weeks * weekly).sum())[None, None]
        / (1.03 if settled else 1.0),
        reference_units=np.append(start_weeks, start_weeks.sum())[None, None],
    )
    past = np.arange(1994, 2026)
    stock = np.interp(past, [1994, 1998, 2008, 2020, 2023, 2025], [49_000, 53_300, 59_360, 80_000, 83_750, 81_770])
    labels = tuple(f"{y - 1}-{y % 100:02d}" for y in past)
    published = {
        "children": Actual("Children looked after", tuple(f"{y}-03-31" for y in past), stock, "dfe_cla_2025"),
        "starts": Actual(
            "Starts", labels, np.interp(past, [1994, 2008, 2017, 2025], [30_220, 23_250, 32_800, 33_000]), "x"
        ),
        "exits": Actual(
            "Exits", labels, np.interp(past, [1994, 2008, 2017, 2025], [32_130, 24_500, 31_500, 34_450]), "x"
        ),
        "total_spend": Actual("Spend", labels[-17:], np.geomspace(2.9e9, 8.9e9, 17), "s251"),
    }
    return RunResults(
        name=name, title=title, description="", purpose="projection", first_month=first, months=months,
        areas=("England",), measures={m.name: m for m in measures}, history=published if history else {},
        claims=claims,
        notes=("Starts are held as rates on the projected population.",) if notes is None else notes,
        sources=PUBLISHERS,
        deflator=1.02 ** (np.arange(months)[None] / 12), price_year="2024-25",
        spend_lines=lines, reference_year="2024-25",
        discount=1.035 ** -np.arange(months // 12),
        price_levels={f"{y - 1}-{y % 100:02d}": 1.02 ** (y - 2025) for y in range(1990, 2066)},
    )  # fmt: skip


def changed(results: RunResults, measure: str, values: np.ndarray) -> RunResults:
    """Return results with other values of a measure."""
    measures = dict(results.measures)
    measures[measure] = replace(measures[measure], values=values)
    return replace(results, measures=measures)


def fake_areas(areas: dict[str, tuple[float, float]], *, draws: int = 1) -> RunResults:
    """Return results of areas with only children, from each one's number at the start and growth in the run, per cent.

    Draws, where there are any, spread more in areas with fewer children.
    """
    results = fake_results(growth=0.0, draws=draws, history=False, opening=1.0)
    one = results.measures["children"].values
    level = one.sum(axis=(-2, -1), keepdims=True)
    far = np.linspace(0.0, 1.0, one.shape[2])[None, None, :, None, None]
    parts = [
        one / level * start * (1 + far * percent / 100) * level ** (60 / start**0.4)
        for start, percent in areas.values()
    ]
    children = replace(results.measures["children"], values=np.concatenate(parts, axis=1))
    return replace(results, areas=tuple(areas), measures={"children": children})
