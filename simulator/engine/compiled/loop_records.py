"""What goes into the compiled loops and what comes out: the border between numpy and compiled code.

Vectors are arrays of floats with the lane as the last axis to numpy, and arrays of vectors inside
(:func:`.vectors.as_vectors`). Numba knows a record by the types and ranks of its fields.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.engine.compiled.vector_types import Vectors1, Vectors2, Vectors3, Vectors4

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.uintp]
"""Positions, without a sign: compiled code then need not ask whether they count from the end."""


class Layout(NamedTuple):
    """What all draws and areas share of a stream.

    Places are followed by the `reasons` for leaving. Edges are the pairs of them that a hazard joins. By age, `edge`
    lists those that are there, ordered by where they begin: those from place p are `edges_from[p]` to
    `edges_from[p + 1]`, and `edge_into` is where they end. Ways are the pairs such that a child of an age in the first
    can be in the second by the end of a month; they are ordered by the second, and found in the same manner.

    By cycle month, span n is of rows `span[n]` to `span[n + 1]`; its children are of the ages `low` and `high`, with
    their shares. Chances are kept in slots: one for each age, and a last one for the mean of two ages.
    """

    edge_from: Ints
    edge_to: Ints
    edge: Ints
    edge_into: Ints
    edges_from: Ints
    way_from: Ints
    ways_into: Ints
    reasons: Ints
    youngest_age: int
    span: Ints
    low: Ints
    high: Ints
    low_share: Array
    high_share: Array
    start_share: Array
    age_at: Array
    leave_share: Array
    entrant_leave_share: Array
    back: Array
    fade: Array
    back_soon: float
    fade_part: Array
    fade_entrant: Array
    late_back: float
    late_part: float


class StreamInputs(NamedTuple):
    """One stream of the runs side by side. Axes as in `StreamRates`, without draw and area.

    `edge_per_year` holds hazards of moving and leaving by age and edge, `edge_ratio` the `move_ratio` or
    `place_exit_ratio` of edges.
    """

    opening: Vectors3
    opening_home: Vectors2
    new_starts_per_month: Vectors2
    start_place: Vectors3
    progress_per_year: Vectors1
    phase_exit_per_year: Vectors3
    placement_pace: Vectors2
    exit_pace: Vectors2
    exit_ratio: Vectors2
    phase_exit_ratio: Vectors2
    return_ratio: Vectors2
    edge_per_year: Vectors2
    edge_ratio: Vectors2
    growth_per_month: Vectors1
    unfostered_place: Vectors2
    order_return_share: Vectors2


class FosterLayout(NamedTuple):
    """What all draws and areas share of foster capacity.

    `at_market` says whether places of agencies are not the runs' own.
    `queued` are the placements where children wait, `takers` those that may take a child in need, and `needing` those
    whose children are counted as need; usable places follow those of the first `young_bands` one for one. By stream,
    cycle month and span, `wait_weight` is how readily a child is the one left without a place. `usable_stays` is the
    part of usable places that a month leaves as they were.
    """

    limited: bool
    at_market: bool
    council: int
    independent: int
    queued: Ints
    takers: Ints
    needing: Ints
    young_bands: int
    wait_weight: Array
    stage_per_year: Array
    usable_stays: float


class FosterInputs(NamedTuple):
    """Foster capacity of the runs side by side. Axes as in `FosterRates`, without draw and area."""

    base_households: Vectors1
    base_need: Vectors1
    young_share: Vectors1
    households: Vectors1
    usable: Vectors1
    pipeline: Vectors2
    enquiries_per_month: Vectors2
    stage_pass_share: Vectors3
    deregistration_per_year: Vectors2
    places_per_household: Vectors1
    usable_share: Vectors2
    places_elasticity: Vectors1
    need_elasticity: Vectors1
    matched_share: Vectors1
    agencies: Vectors2
    stage_ratio: Vectors3
    approval_weight: Vectors2
    weighted: Vectors1
    most_usable_share: Vectors1


class Outputs(NamedTuple):
    """Where paths are written. Axes as in `Paths`, without draw and area."""

    children: Vectors4
    starts: Vectors4
    returns: Vectors2
    exits: Vectors4
    exits_by_reason: Vectors4
    moves_in: Vectors2
    moves_out: Vectors2
    balancing: Vectors3
    households: Vectors2
    places_usable: Vectors2
    approvals: Vectors2
    deregistrations: Vectors2
    agencies: Vectors2


class SharesSeen(NamedTuple):
    """Where `fostering.PlaceShares` of each month are written: (month, stream, row, x), and (month, sector).

    There is no month in them where nobody asks.
    """

    lose: Vectors4
    into: Vectors4
    step_down: Vectors2


class Chances(NamedTuple):
    """A month's operators (see `step.Operators`), and what follows from them.

    `way` is by age, the last two are for those who turn 18, and the others are by slot. `way` is the chance of each
    way, so it holds moves and exits; of these are summed `by_place`, the chance of leaving by the placement's hazards,
    `place_home` for home, `place_order` for guardianship, and `move_out`, that of moving to a placement that is
    reported apart. Those who come in are in the first phase. `leave_home` and `leave_home_part` are chances of going
    home when both kinds of hazard act, `leave_order` and `leave_order_part` those of leaving for guardianship.
    """

    way: Vectors3
    phase: Vectors3
    phase_part: Vectors2
    phase_exit: Vectors3
    phase_part_exit: Vectors2
    place_part: Vectors2
    place_part_exit: Vectors3
    by_place: Vectors3
    place_home: Vectors3
    place_order: Vectors3
    move_out: Vectors3
    leave_home: Vectors3
    leave_order: Vectors3
    leave_home_part: Vectors2
    leave_order_part: Vectors2
    phase_turning_exit: Vectors2
    place_turning_exit: Vectors3


class ChanceWorkspace(NamedTuple):
    """Room to work in while chances are worked out."""

    q: Vectors2
    whole: Vectors2
    part: Vectors2
    parts: Vectors2
    power: Vectors2
    product: Vectors2
    hazard: Vectors1
    edge: Vectors1
    outward: Vectors1
    pace: Vectors1
    exit_pace: Vectors1
    scale: Vectors1
    table: Vectors3


class StreamWorkspace(NamedTuple):
    """The state of a stream, what a month did to it, and room to work in.

    `stock` and `home` are by row, and so is `coming`: those who came in and stay, by placement; `arriving` is how they
    are spread over phases, by span. By span are also `starts`, by placement, `young` and `old`, the starts of either
    age, and `entrant_exits`. The rest is used within a span.
    """

    stock: Vectors3
    home: Vectors2
    coming: Vectors2
    arriving: Vectors2
    starts: Vectors2
    young: Vectors1
    old: Vectors1
    entrant_exits: Vectors2
    exits: Vectors1
    by_reason: Vectors1
    gone_home: Vectors1
    ordered: Vectors1
    staying: Vectors1
    there: Vectors2
    came: Vectors2
    entering: Vectors1
    enter_low: Vectors1
    enter_high: Vectors1
    grown: Vectors1


class FosterWorkspace(NamedTuple):
    """Room to work in while foster places are filled: by stream, span, and sector or place."""

    fostered: Vectors3
    lose: Vectors3
    looking: Vectors2
    without: Vectors2
    into: Vectors1
    stepped: Vectors1
