"""Results of an invented country, quick to make, that add up as real ones do."""

from __future__ import annotations

import numpy as np

from simulator.results.labelled import RunResults
from simulator.results.measures import measures as registered_measures
from simulator.results.quantities import Array, Measure
from simulator.results.results_protocol import Actual, DatedClaim
from simulator.results.spend_lines import SpendLines
from simulator.vocabulary.calendar import Month

PLACEMENTS = ("kinship_foster", "council_foster", "childrens_home")
BANDS = ("under_1", "1_to_4", "5_to_9", "10_to_15", "16_and_over")
WEEKLY_GBP = np.array([400.0, 800.0, 6000.0])


def synthetic(
    name: str = "status-quo",
    *,
    months: int = 120,
    draws: int = 0,
    areas: tuple[str, ...] = ("England",),
    starts_ratio: float = 1.0,
    first_month: Month = Month(2025, 4),  # noqa: B008
    placements: tuple[str, ...] = PLACEMENTS,
) -> RunResults:
    """Make results; `draws` random ones beside the central run, the same for every `starts_ratio`."""
    rng = np.random.default_rng(7)
    weekly = np.resize(WEEKLY_GBP, len(placements))
    n = draws + 1
    shape = (n, len(areas), months, len(placements), len(BANDS))
    noise = np.ones((n, 1, 1, 1, 1))
    noise[1:] = rng.lognormal(0, 0.05, (draws, 1, 1, 1, 1))
    starts = starts_ratio * noise * rng.uniform(100, 300, shape[1:])
    balancing = rng.normal(0, 3.0, shape)
    children = np.empty((n, len(areas), months + 1, *shape[3:]))
    exits = np.empty(shape)
    children[:, :, 0] = 80_000 / (len(placements) * len(BANDS))
    for t in range(months):
        exits[:, :, t] = 0.033 * children[:, :, t]
        children[:, :, t + 1] = children[:, :, t] + starts[:, :, t] - exits[:, :, t] + balancing[:, :, t]
    prices = 1.05 ** (np.arange(months) / 12)
    mean = (children[:, :, 1:] + children[:, :, :-1]) / 2
    spend = mean.sum(axis=-1) * weekly * 365.25 / 7 / 12 * prices[:, None]
    programme = np.full((n, len(areas), months), 1e6 if starts_ratio != 1 else 0.0)
    total = spend.sum(axis=-1) + programme
    need = children[:, :, :, 1:2].sum(axis=-1, keepdims=True) * 1.1

    def flat(values: Array) -> Array:
        return values[..., None, None]

    entries = registered_measures()

    def measure(key: str, title: str, unit: str, kind: str, values: Array) -> Measure:
        split = placements if values.shape[3] > 1 else ("all",)
        bands = BANDS if values.shape[4] > 1 else ("all",)
        entry = entries[key]
        return Measure(
            key, title, unit, kind, split, bands, values, publication=entry.publication, difference=entry.difference
        )  # type: ignore[call-arg]

    measures = [
        measure("children", "Children looked after", "children", "stock", children),
        measure("starts", "Children who start to be looked after", "children a month", "flow", starts),
        measure("exits", "Children who cease to be looked after", "children a month", "flow", exits),
        measure("balancing", "Counting residual", "children a month", "flow", balancing),
        measure("moves_in", "Moves in", "children a month", "flow", starts * 0.1),
        measure("moves_out", "Moves out", "children a month", "flow", starts * 0.1),
        measure("foster_households", "Foster households", "households", "stock", need / 2),
        measure("foster_places_usable", "Usable foster places", "places", "stock", need * 0.92),
        measure("foster_places_filled", "Filled foster places", "places", "stock", need * 0.9),
        measure("foster_need", "Children who need a foster home", "children", "stock", need),
        measure("unmet_foster_need", "Children without a foster home", "children", "stock", need * 0.1),
        measure("placement_spend", "Spend on placements", "GBP", "flow", spend[..., None]),
        measure("programme_spend", "Spend on programmes", "GBP", "flow", flat(programme)),
        measure("total_spend", "Spend", "GBP", "flow", flat(total)),
    ]
    years_before = tuple(f"{year}-03-31" for year in range(2021, 2026))
    return RunResults(
        name=name,
        title=f"The {name} scenario",
        description="Invented.",
        purpose="test",
        first_month=first_month,
        months=months,
        areas=areas,
        measures={m.name: m for m in measures},
        history={"children": Actual("Published", years_before, np.linspace(79_000, 80_000, 5), "invented")},
        claims=(DatedClaim("children", "2032-03-31", 95_000.0, "A claim", "invented"),),
        notes=("Starts are held as rates.", f"Made for {name}."),
        sources=("Department for Education",),
        deflator=1.02 ** (np.arange(months)[None] / 12),
        price_year="2024-25",
        spend_lines=SpendLines(
            keys=placements,
            of_placements=np.ones(len(placements), dtype=bool),
            spend_gbp=spend,
            units=mean.sum(axis=-1) * 365.25 / 7 / 12,
            reference_spend_gbp=np.full((1, len(areas), len(placements)), 1e9),
            reference_units=np.full((1, len(areas), len(placements)), 1e6),
        ),
        reference_year="2024-25",
        discount=1.035 ** -np.arange(months // 12),
        price_levels={f"{y - 1}-{y % 100:02d}": 1.02 ** (y - 2025) for y in range(1990, 2066)},
    )
