"""Places in children's homes that a run needs.

Supply is elastic: from 2019 to 2025 places followed children within the year, 66% to 70% of them filled, and the real
price did not rise with occupancy (docs/model.md). So places are what children need at that occupancy, and what openings
make of prices is nothing.
"""

from __future__ import annotations

import numpy as np

from simulator.results.measures.registry import Values, measure
from simulator.results.measures.view import View
from simulator.results.quantities import NEVER, Array
from simulator.vocabulary import placements

OCCUPANCY = 0.67
"""Children in homes over registered mainstream places at 31 March, England: 0.69 in 2019, 0.67 in 2023, 0.66 in 2025
[dfe_cla_2025, community_care_homes_2025]; children of other nations and short breaks are in neither."""


MORE_THAN_CHILDREN = (
    f"Places needed in homes are the children there over {OCCUPANCY}: on a day {OCCUPANCY:.0%} of England's are filled."
)
"""Short enough to stand under a picture."""


def _needed(view: View) -> Array:
    homes = [i for i, place in enumerate(placements.placements()) if place.is_home]
    needed: Array = view.children_by_place[..., homes].sum(axis=-1) / OCCUPANCY
    return needed


# Both follow from children in homes, whose number may be hidden.
@measure(41, "Places needed in children's homes", "places", "stock", NEVER, charted=True, note=MORE_THAN_CHILDREN)
def home_places_needed(view: View) -> Values:
    """Places in children's homes that hold the children there at today's occupancy."""
    return Values(_needed(view)[..., None, None])


@measure(42, "Places opened less places closed in children's homes", "places", "flow", NEVER)
def home_places_opened(view: View) -> Values:
    """Places needed at the end of a month over those at its beginning; below 0 places close."""
    return Values(np.diff(_needed(view), axis=2)[..., None, None])
