"""The same month loop as :mod:`simulator.engine.plain`, compiled by numba, for several draws or areas side by side.

The rules are written down in :mod:`simulator.engine.step` and :mod:`simulator.engine.fostering`. The modules of this
folder repeat them, for speed, and must be changed with them; `tests/unit/engine/test_compiled.py` compares the two at
every month. Nothing falls back from one to the other: who asks for this one without numba gets an error that names the
extra.

Every number of the loops is a vector, which stands for as many runs as it has lanes (:mod:`.vectors`). Three things
save work:

- To leave by a hazard of the placement is to move to a place that nobody leaves again, one for each reason. So one
  exponential gives moves and exits, and only for pairs between which there is a way.
- A *span* is neighbouring rows whose children are of the same ages, and so have the same chances. What need not be
  known by row (who leaves, for which reason; who finds a foster place) is worked out for a span.
- Children who come in during a month are kept as their placements and their phases, whose product they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.compiled.loop_inputs import (
    foster_inputs,
    foster_layout,
    new_hazards,
    stream_inputs,
    stream_layout,
)
from simulator.engine.compiled.loop_records import Array, Outputs, SharesSeen
from simulator.engine.compiled.loops import run_months
from simulator.engine.compiled.vectors import LANES, numbers, zeros, zeros_of
from simulator.engine.compiled.workspaces import (
    chance_workspaces,
    foster_workspace,
    room_for_chances,
    stream_workspace,
)
from simulator.engine.fostering import AGENCIES, PlaceShares
from simulator.engine.paths import Paths
from simulator.engine.rates import Rates, batch_shape


def run_compiled(rates: Rates, band_of_age: NDArray[np.intp]) -> Paths:
    """Run all months, as :func:`simulator.engine.plain.run` does.

    Parameters
    ----------
    rates : Rates
    band_of_age : (age,) int

    Returns
    -------
    Paths
        Equal to those of `run` to rounding. A draw and an area alone give the same bits as among others.
    """
    return _run(rates, band_of_age, months_of_shares=0)[0]


def follow_compiled(rates: Rates, band_of_age: NDArray[np.intp]) -> tuple[dict[str, Any], PlaceShares | None]:
    """Run all months for whole children to be followed beside, as :func:`simulator.engine.plain.follow` does."""
    limited = rates.foster is not None and rates.foster.limited
    paths, shares = _run(rates, band_of_age, months_of_shares=rates.months if limited else 0)
    return vars(paths), shares if limited else None


def _run(rates: Rates, band_of_age: NDArray[np.intp], months_of_shares: int) -> tuple[Paths, PlaceShares]:
    shape = draws, areas = batch_shape(rates)
    layouts = tuple(stream_layout(s, rates.cohort_months) for s in rates.streams)
    fostering = foster_layout(rates, layouts, band_of_age)
    groups, bands = rates.place_groups.astype(np.uintp), band_of_age.astype(np.uintp)
    paths = _empty_paths(rates, shape, int(band_of_age.max()) + 1)
    shares = _empty_shares(rates, shape, months_of_shares)
    out = Outputs(*(zeros_of(getattr(paths, name).shape[2:]) for name in Outputs._fields))
    rows, places = max(s.opening.shape[2] for s in rates.streams), rates.streams[0].opening.shape[-1]
    by_row = months_of_shares, len(rates.streams), rows
    seen_shares = SharesSeen(zeros(*by_row, 2), zeros(*by_row, places), zeros(months_of_shares, 2))
    laid_out = list(zip(rates.streams, layouts, strict=True))
    works = tuple(stream_workspace(s, layout) for s, layout in laid_out)
    chances = tuple(room_for_chances(s, layout) for s, layout in laid_out)
    chance_works = tuple(chance_workspaces(s, layout) for s, layout in laid_out)
    foster_work = foster_workspace(rates, layouts)
    for first in range(0, draws * areas, LANES):
        of_lane = np.minimum(np.arange(first, first + LANES), draws * areas - 1)  # lanes to spare repeat the last run
        where = np.unravel_index(of_lane, shape)
        streams = tuple(stream_inputs(s, layout, where) for s, layout in laid_out)
        foster = foster_inputs(rates.foster, where)
        renewed = np.stack([new_hazards(stream, rates.months) for stream in streams])
        for work, stream in zip(works, streams, strict=True):
            numbers(work.stock)[...], numbers(work.home)[...] = numbers(stream.opening), numbers(stream.opening_home)
        for vectors in out:
            numbers(vectors)[...] = 0.0
        run_months(
            rates.months, rates.cohort_months, layouts, fostering, streams, foster, renewed, groups, bands,
            out, seen_shares, works, chances, chance_works, foster_work,
        )  # fmt: skip
        states = [(to, work.stock) for to, work in zip(paths.state, works, strict=True)]
        homes = [(to, work.home) for to, work in zip(paths.home, works, strict=True)]
        flows = [(getattr(paths, name), vectors) for name, vectors in out._asdict().items()]
        runs = draws * areas - first  # fewer than lanes in the last round
        households = [(paths.pipeline, foster.pipeline), (paths.weighted, foster.weighted)]
        written = [(to, numbers(vectors)) for to, vectors in [*flows, *states, *homes, *households]]
        written.append((shares.step_down, numbers(seen_shares.step_down)))
        for to_streams, vectors in ((shares.lose, seen_shares.lose), (shares.into, seen_shares.into)):
            written += [(to, numbers(vectors)[:, s, : to.shape[3]]) for s, to in enumerate(to_streams)]
        for to, found in written:
            to[where[0][:runs], where[1][:runs]] = found[..., :runs].transpose(-1, *range(found.ndim - 1))
    return paths, shares


def _empty_shares(rates: Rates, shape: tuple[int, int], months: int) -> PlaceShares:
    def by_row(last: int) -> tuple[Array, ...]:
        return tuple(np.zeros((*shape, months, s.opening.shape[2], last)) for s in rates.streams)

    return PlaceShares(by_row(2), by_row(rates.streams[0].opening.shape[-1]), np.zeros((*shape, months, 2)))


def _empty_paths(rates: Rates, shape: tuple[int, int], bands: int) -> Paths:
    months, streams, places = rates.months, len(rates.streams), rates.streams[0].opening.shape[-1]
    reasons = rates.streams[0].phase_exit_per_year.shape[-1]
    stages = 0 if rates.foster is None else rates.foster.stage_per_year.size
    groups = int(rates.place_groups.max()) + 1

    def of_all(*axes: int) -> Array:
        return np.zeros((*shape, *axes))

    return Paths(
        children=of_all(months + 1, streams, bands, places),
        starts=of_all(months, streams, bands, places),
        returns=of_all(months, streams),
        exits=of_all(months, streams, bands, places),
        exits_by_reason=of_all(months, streams, bands, reasons),
        moves_in=of_all(months, groups),
        moves_out=of_all(months, groups),
        balancing=of_all(months, streams, places),
        households=of_all(months + 1, 2),
        places_usable=of_all(months + 1, 2),
        approvals=of_all(months, 2),
        deregistrations=of_all(months, 2),
        agencies=of_all(months, len(AGENCIES)),
        state=tuple(of_all(*s.opening.shape[2:]) for s in rates.streams),
        home=tuple(of_all(*s.opening_home.shape[2:]) for s in rates.streams),
        pipeline=of_all(2, stages),
        weighted=of_all(2),
    )
