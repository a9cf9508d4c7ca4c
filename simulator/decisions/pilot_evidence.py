"""How exactly a pilot would measure an effect on starts: as :mod:`simulator.decisions.pilot_power` says it would."""

from __future__ import annotations

import numpy as np

from simulator.decisions.pilot_design import MatchedDifference
from simulator.decisions.pilot_effect import Help
from simulator.decisions.pilot_noise import study_areas
from simulator.decisions.pilot_plan import MOST_YEARS, PilotPlan, replace_reach
from simulator.interventions.early_help import EarlyHelp
from simulator.interventions.fields import Wrong

YEARS_BEFORE = 5
"""Years before the help that are counted."""

DESIGN = MatchedDifference()
"""How the effect is told: of the designs, the one that shows most where few areas are in the pilot."""


def most_areas() -> int:
    """Return the most authorities that a pilot can have, so that there are others to hold them against."""
    return DESIGN.most_areas(len(study_areas()))


def standard_error(holder: EarlyHelp, areas: int, years: int) -> float:
    """Return the standard error of the logarithm of the ratio of starts that a pilot of some help finds.

    Its areas are drawn by lot and matched; the noise is that of authorities' starts; and of the effect so much is in
    starts of all children, year by year, as the help's lag, build-up and ages let through.

    Parameters
    ----------
    holder : EarlyHelp
        The help.
    areas : int
        Authorities in the pilot.
    years : int
        That are counted from its start.

    Raises
    ------
    Wrong
        If so many years are not counted, or there is no effect within them.
    """
    if years > MOST_YEARS:
        raise Wrong(f"a pilot would have to be counted for {years} years", f"up to {MOST_YEARS}, its delay among them")
    stated = Help(holder.lag_months, holder.profile.months or 0, holder.ages)
    plan = PilotPlan(
        areas, len(study_areas()), (DESIGN.name,), holder.effect.risk_ratio, years, YEARS_BEFORE, 2, stated
    )
    study = plan.study(DESIGN)
    study = replace_reach(study, study.reach * holder.eligible_share)
    if not study.reach.any():
        raise Wrong(f"no effect is in starts within {years} years", "a pilot of more years")
    return float(np.sqrt(np.mean(study.standard_error**2)))
