"""Family Safeguarding: adults' workers in the teams of children's social workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.interventions.fields import Ages, Quantity, choice, named, number
from simulator.interventions.starts_programme import StartsProgramme

if TYPE_CHECKING:
    from simulator.interventions.context import Context


class FamilySafeguarding(StartsProgramme):
    """Workers for domestic abuse, substance use and mental ill health in the teams of children's social workers.

    Its figures are of before and after in one county, with nobody to compare; a trial in five councils has not told its
    result. So the ratio is 1 unless a file gives another, and one that names its before-and-after study is shrunk.
    """

    kind: Literal["family_safeguarding"] = named("family_safeguarding", "safeguarding")
    """Family Safeguarding teams."""

    ages: Ages = choice((0, 17), source="judgement")
    """Youngest and oldest age at the start of care of those it could help."""

    needing_share: Quantity = number(low=0, high=1, unit="share of starts")
    """Share of resident starts at those ages from families whom a team works with, for what their parents need."""

    @property
    def group_ages(self) -> tuple[int, int]:
        """Youngest and oldest age at the start of care of the children whom it could help."""
        return self.ages

    def group_share(self, context: Context) -> float:
        """Share of resident starts at those ages whom it could help."""
        return self.needing_share
