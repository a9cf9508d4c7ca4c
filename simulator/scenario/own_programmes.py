"""Programmes of a council's own file: they act on the council in full, unless the file names areas.

Households and money of a file are for all of England, which areas share. In the file of a council they are the
council's. A file is that of a council if it is run from the council's returns, or for one authority and either states
figures of its own (`own:`) or is of that one (`areas:`); and if it does not come with the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from simulator.interventions import Intervention
from simulator.interventions.reach import OneCouncil
from simulator.scenario.merge import SourceFile
from simulator.scenario.shipped import shipped


def acting_in_full(
    interventions: Sequence[Intervention], stated_in: Sequence[str], files: Sequence[SourceFile], reach: OneCouncil
) -> tuple[Intervention, ...]:
    """Return what happens, of which programmes of a council's own file act on it in full.

    Parameters
    ----------
    interventions : sequence of Intervention
        As their files state them.
    stated_in : sequence of str
        The file of each; no name for one that was made in memory.
    files : sequence of SourceFile
        The scenario's.
    reach : OneCouncil
    """
    national = {str(file.path) for file in files if file.sha256 in _shipped_hashes()}
    return tuple(
        one.model_copy(update={"areas": reach})
        if one.is_programme and "areas" not in one.model_fields_set and file not in national
        else one
        for one, file in zip(interventions, stated_in, strict=True)
    )


@cache
def _shipped_hashes() -> frozenset[str]:
    """Hashes of the scenarios that come with the package: a copy of one is national too."""
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped().values())
