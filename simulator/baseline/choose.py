"""Who is run: the one place that tells kinds of baselines apart.

What only some runs need is imported by those that do: a command takes longer to start than England to run.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from simulator.baseline.baseline_protocol import Baseline
from simulator.baseline.england import load_baseline
from simulator.data.council import Council
from simulator.vocabulary import areas
from simulator.vocabulary.calendar import LATEST_BASE


@lru_cache(maxsize=4)
def _of_council(council: Council) -> Baseline:
    """Return the baseline of a council, which keeps what all its draws share."""
    from simulator.baseline.own_returns import OwnReturns

    return OwnReturns(load_baseline(LATEST_BASE), council)


def baseline_of(base: int, names: Sequence[str], council: Council | None = None) -> Baseline:
    """Return the baseline of a run.

    Parameters
    ----------
    base : int
        The run starts from 31 March of this year.
    names : sequence of str
        Areas that are asked for; England alone is run as a whole.
    council : Council, optional
        Who is run from their own returns, in place of the areas.
    """
    if council is not None:
        return _of_council(council)
    if codes := areas.units(names):
        from simulator.baseline.authorities import Authorities
        from simulator.baseline.estimate_levels import published_levels

        return Authorities(load_baseline(base), published_levels(base), codes, areas.reported(names))
    return load_baseline(base)
