"""A council's gross moves between placements, fitted to its own record (`simulator.baseline.own_moves`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.england import England, placement_pace
from simulator.baseline.own_moves import gross_of_england, listed
from simulator.baseline.structure import BAND_OF_AGE
from simulator.data.own_rates import Moving, of_moving
from simulator.returns.exposure import EXITS
from simulator.returns.penalised_poisson import most_probable
from simulator.vocabulary import placements
from simulator.vocabulary.axes import AGE_BANDS, PHASES

Array = NDArray[np.float64]

LEVEL_SD, TO_SD, FROM_SD, PAIR_SD, BAND_SD, PHASE_SD = 0.8, 0.4, 0.4, 0.3, 0.5, 0.7
"""How far councils' gross moves are from those of data/structure.yaml, standard deviations of logs: in all, by where
they lead, by where they come from, by pair, by age band and where they lead, and by phase. Those of where they lead and
of pairs forecast best of made-up councils. Where they come from is taken to be as far off: without it, made-up councils
of up to 150 children had a third too few moves out of homes, and a fifth too many out of foster care. The others are as
wide as what the file leaves open."""

UNLISTED_SD = 1.0
"""The same of pairs that the file does not list."""


@dataclass(frozen=True)
class FittedMoves:
    """What was fitted of a stream's moves.

    Attributes
    ----------
    moving : Moving
    rate, log_sd : (age, time, from, to)
        Pooled hazard, a child-year, and what is not known of it: standard deviation of the log.
    england : (age, time, from, to)
        What it is pooled towards.
    """

    moving: Moving
    rate: Array
    log_sd: Array
    england: Array

    def into(self, to: int) -> tuple[Array, Array]:
        """Return the hazard of moving to a placement, and the spread of its log: (age, time, from) each."""
        return self.rate[..., to], self.log_sd[..., to]


def fit_moves(england: England, shares: Array, events: Array, child_years: Array) -> FittedMoves:
    """Fit the moves of a stream.

    Parameters
    ----------
    england : England
    shares : (age, time, phase, place)
        See `simulator.baseline.time_in_care.phases_of`.
    events : (age, time, place, event)
    child_years : (age, time, place)
    """
    n = child_years.shape[-1]
    group = placements.groups()
    pace = np.einsum("atkp,kp,pg->atgk", shares, placement_pace(), np.eye(n)[group])
    gross = gross_of_england(england)
    moved = events[..., len(EXITS) :]
    cells = np.argwhere((child_years[..., None] > 0) & (gross[:, None] > 0))
    age, time, origin, to = cells.T
    at_risk = child_years[age, time, origin]
    by_phase = pace[age, time, origin] * gross[age, origin, to][:, None]
    band = BAND_OF_AGE[age]
    first_to = 1 + len(PHASES)
    first_from, first_pair, first_band = first_to + n, first_to + 2 * n, first_to + 2 * n + n * n
    columns = np.stack(
        [first_to + to, first_from + origin, first_pair + origin * n + to, first_band + band * n + to], axis=1
    )
    size = first_band + len(AGE_BANDS) * n
    fixed = np.zeros((len(cells), size))
    fixed[:, 0] = 1.0
    fixed[np.arange(len(cells))[:, None], columns] = 1.0
    used = np.asarray(fixed.any(axis=0))
    used[:first_to] = True
    keep = np.flatnonzero(used)
    fixed = fixed[:, keep]

    def rates(at: Array) -> tuple[Array, Array]:
        each = by_phase * np.exp(np.clip(at[1:first_to], -10, 10)) * np.exp(np.clip(fixed @ at, -30.0, 30.0))[:, None]
        rate = each.sum(axis=1)
        change = rate[:, None] * fixed
        change[:, 1:first_to] = each
        return rate, change

    def counted(at: Array) -> tuple[Array, Array]:
        rate, change = rates(at)
        return rate * at_risk, change * at_risk[:, None]

    pair_sd = np.where(listed(england), PAIR_SD, UNLISTED_SD)
    sd = np.concatenate([
        [LEVEL_SD], np.full(len(PHASES), PHASE_SD), np.full(n, TO_SD), np.full(n, FROM_SD), pair_sd.ravel(),
        np.full(len(AGE_BANDS) * n, BAND_SD),
    ])  # fmt: skip
    found = most_probable(moved[age, time, origin, to], counted, np.zeros(len(keep)), sd[keep])
    rate, change = rates(found.mean)
    relative = change / np.maximum(rate, 1e-300)[:, None]
    variance = ((relative @ found.covariance) * relative).sum(axis=1)
    shape = (*child_years.shape, n)
    table, spread, prior = np.zeros((3, *shape))
    at = (age, time, origin, to)
    table[at], spread[at], prior[at] = rate, np.sqrt(variance), by_phase.sum(axis=1)
    coefficient = np.zeros(len(of_moving()))
    coefficient[keep] = found.mean
    mean = rate * at_risk
    log_sd = np.zeros(n)
    for place in range(n):
        weight = mean * (to == place)
        if weight.sum() > 0:
            of = weight @ relative / weight.sum()
            log_sd[place] = np.sqrt(of @ found.covariance @ of)
    return FittedMoves(Moving(coefficient, log_sd), table, spread, prior)
