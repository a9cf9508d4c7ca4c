"""Where the National Transfer Scheme sends unaccompanied asylum-seeking children. It holds no kind of its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from simulator.vocabulary.areas import authorities

if TYPE_CHECKING:
    from simulator.interventions.context import Array


@cache
def _published(year: int) -> tuple[Array, Array]:
    """Asylum-seeking children in care on a 31 March, and people under 18, of every authority: two of (authority,).

    A hidden number is of a handful, and taken as none.
    """
    import numpy as np

    from simulator.data.authority_tables import column, population

    return np.nan_to_num(column("stock_by_uasc", year, "uasc")), population(year - 1)


def transferred(codes: tuple[str, ...], growth: Array, threshold: float, year: int) -> Array:
    """Return what the scheme makes of arrivals in each area, over what they would be: (..., area, month).

    Children stay for about as long everywhere, so that a year or two on they are where arrivals are. Where all
    authorities together are above the threshold, each has the same share of its people under 18.

    Parameters
    ----------
    codes
        Areas of a run. One that is no authority has what England has: 1.
    growth : (..., month)
        Arrivals in England over those of the year before the run; with areas, all alike.
    threshold
        Children over people under 18.
    year
        Of the base.
    """
    import numpy as np

    children, people = _published(year)
    every = [one.code for one in authorities()]
    over = growth[..., None] if growth.ndim == 1 else np.moveaxis(growth[..., :1, :], -2, -1)
    there = over * children  # (..., month, authority)
    most = np.maximum(threshold, there.sum(axis=-1, keepdims=True) / people.sum()) * people
    beyond = np.maximum(there - most, 0.0)
    room = np.maximum(most - there, 0.0)
    whole = room.sum(axis=-1, keepdims=True)
    share = np.divide(room, whole, out=np.zeros_like(room), where=whole > 0.0)
    sent = there - beyond + beyond.sum(axis=-1, keepdims=True) * share
    ratio = np.divide(sent, there, out=np.ones_like(there), where=there > 0.0)
    by_code = {code: ratio[..., i] for i, code in enumerate(every)}
    alone = np.ones(ratio.shape[:-1])
    return np.stack([by_code.get(code, alone) for code in codes], axis=-2)
