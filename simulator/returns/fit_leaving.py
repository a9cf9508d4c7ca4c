"""How a council's children leave care, fitted to its own record (`simulator.baseline.own_leaving` says what is fitted).

Events of a kind in a cell of age, time in care and placement are Poisson about the sum, over the phases that children
of the cell are in, of the hazards of phase and of placement. Who is in which phase is worked out at the council's own
rates, so it is fitted twice: with England's, and with those of the first fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.baseline.own_leaving import design, england_shares, hazards, ratios
from simulator.data.own_rates import KINDS, LEVEL, STRENGTH, Leaving, of_leaving
from simulator.engine.rates import StreamRates
from simulator.returns.exposure import EXITS
from simulator.returns.penalised_poisson import NormalPosterior, most_probable
from simulator.vocabulary import placements
from simulator.vocabulary.axes import REASONS

Array = NDArray[np.float64]

PRIOR_SD = {"level": 0.8, "strength": 0.4, "phase": 0.3, "band": 0.2, "age": 0.15, "placement": 0.2}
"""How far councils are from England, standard deviations (of logs, but for the strength): those that forecast best of
7,300 made-up councils (docs/returns.md); for levels, twice what authorities' tables show of going home, so that a
level is the council's own where it has a handful of events."""

REASON_STRENGTH = 7.0
"""How many events England's split by reason is worth."""


LEAST_SHARE = 0.02
"""Least part of what goes with time in care that a reason keeps of England's."""


@dataclass(frozen=True)
class FittedKind:
    """What was fitted of one kind of leaving.

    Attributes
    ----------
    leaving : Leaving
    rate, log_sd : (age, time, place)
        Pooled hazard, a child-year, and what is not known of it: standard deviation of the log.
    events, expected : float
        As weighted; expected at England's rates.
    """

    leaving: Leaving
    rate: Array
    log_sd: Array
    events: float
    expected: float


def fit_leaving(
    stream: str, england: StreamRates, shares: Array, events: Array, child_years: Array
) -> dict[str, FittedKind]:
    """Fit every kind of leaving of a stream.

    Parameters
    ----------
    stream : str
    england : StreamRates
        England's rates.
    shares : (age, time, phase, place)
        See `simulator.baseline.time_in_care.phases_of`.
    events : (age, time, place, event)
        Weighted by how much their year tells; leaving by reason comes first.
    child_years : (age, time, place)
        Weighted alike.
    """
    return {kind: _fit(england, reasons, shares, events, child_years) for kind, reasons in KINDS[stream].items()}


def _prior() -> tuple[Array, Array]:
    names = of_leaving()
    sd = np.array([PRIOR_SD[name.partition("_")[0]] for name in names])
    return (np.arange(len(names)) == STRENGTH).astype(float), sd


def _fit(stream: StreamRates, reasons: tuple[str, ...], shares: Array, events: Array, child_years: Array) -> FittedKind:
    england, split = hazards(stream, reasons), england_shares(stream, reasons)
    seen = events[..., [EXITS.index(reason) for reason in reasons]]
    group, n = placements.groups(), child_years.shape[-1]
    ages, times = child_years.shape[:2]
    to_group = np.eye(n)[group]
    # Child-years by cell and part: of time in care alone, and of each placement with hazards of its own.
    by_phase = np.einsum("atkp,pg->atgk", shares, to_group)
    own = np.flatnonzero(england.by_place.any(axis=(0, 1)))
    by_place = np.zeros((ages, times, n, shares.shape[2], len(own)))
    for i, place in enumerate(own):
        by_place[:, :, group[place], :, i] = shares[..., place]
    weight = np.concatenate([by_phase, by_place.reshape(ages, times, n, -1)], axis=-1).reshape(ages, times * n, -1)
    hazard = np.concatenate([england.by_phase, england.by_place[..., own].reshape(ages, -1)], axis=-1)
    at_risk = child_years.reshape(ages, -1)
    expected = (at_risk[..., None] * weight * hazard[:, None]).sum()
    log_mean = float(np.log(max(expected, 1e-9) / max(at_risk.sum(), 1e-9)))
    x_phase, x_place = design(england, log_mean)
    x = np.concatenate([x_phase, x_place[:, :, own].reshape(ages, -1, x_place.shape[-1])], axis=1)

    def means(at: Array) -> tuple[Array, Array]:
        off = at - (np.arange(len(at)) == STRENGTH)
        each = weight * (hazard * np.exp(np.clip(x @ off, -30.0, 30.0)))[:, None]
        return each.sum(axis=-1), each @ x

    y = seen.sum(axis=-1).reshape(ages, -1)
    there = at_risk > 0

    def counted(at: Array) -> tuple[Array, Array]:
        rate, change = means(at)
        return rate[there] * at_risk[there], change[there] * at_risk[there][:, None]

    prior_mean, prior_sd = _prior()
    found = most_probable(y[there], counted, prior_mean, prior_sd)
    rate, change = means(found.mean)
    relative = change / np.maximum(rate, 1e-300)[..., None]
    variance = np.einsum("aci,ij,acj->ac", relative, found.covariance, relative)
    leaving = _leaving(found, log_mean)
    ratio_of_phase, ratio_of_place = ratios(england, leaving.log_mean, leaving.coefficient)
    in_phase = np.einsum("atg,atgk->ak", child_years, by_phase) * england.by_phase * ratio_of_phase
    placed = float(np.einsum("atg,atgkp,akp->", child_years, by_place, (england.by_place * ratio_of_place)[..., own]))
    of_places = stream.place_exit_per_year[0, 0][..., [REASONS.index(one) for one in reasons]].sum(axis=(0, 1))
    of_places = of_places / max(float(of_places.sum()), 1e-300)
    ratio = _reason_ratio(split, reasons, of_places, in_phase, placed, seen)
    shape = (ages, times, n)
    return FittedKind(
        leaving=replace(leaving, reason_ratio=ratio),
        rate=rate.reshape(shape),
        log_sd=np.sqrt(variance).reshape(shape),
        events=float(y.sum()),
        expected=float(expected),
    )


def _leaving(found: NormalPosterior, log_mean: float) -> Leaving:
    """Return what goes with the level, and with what of the strength the level does not tell."""
    covariance = found.covariance
    with_level = covariance[LEVEL] / covariance[LEVEL, LEVEL]
    rest = covariance - np.outer(with_level, covariance[LEVEL])
    with_strength = rest[STRENGTH] / rest[STRENGTH, STRENGTH]
    with_strength[LEVEL] = 0.0  # and not what rounding leaves of it
    return Leaving(found.mean, found.sd, with_level, with_strength, log_mean, np.ones(len(REASONS)))


def _reason_ratio(
    split: Array, reasons: tuple[str, ...], of_places: Array, by_phase: Array, placed: float, seen: Array
) -> Array:
    """Return shares by reason over England's of what goes with time in care, so that reasons are those seen, pooled.

    Parameters
    ----------
    split : (age, phase, reason)
        England's shares.
    reasons : tuple of str
    of_places : (reason,)
        Shares by reason of what goes with placements, which stay.
    by_phase : (age, phase)
        Children expected to leave by the hazards that go with time in care.
    placed : float
        By those that go with placements.
    seen : (age, time, place, reason)
    """
    found = np.ones(len(REASONS))
    expected = np.einsum("ak,akq->q", by_phase, split)
    if len(reasons) == 1 or not expected.sum() > 0:
        return found
    y, whole = seen.sum(axis=(0, 1, 2)), expected + placed * of_places
    share = whole / whole.sum()
    pooled = (y + REASON_STRENGTH * share) / (y.sum() + REASON_STRENGTH)
    left = np.maximum(pooled * whole.sum() - placed * of_places, LEAST_SHARE * expected)
    found[[REASONS.index(reason) for reason in reasons]] = left / expected * expected.sum() / left.sum()
    return found
