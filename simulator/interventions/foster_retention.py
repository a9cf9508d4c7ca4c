"""Foster households that stay, or leave, more than they did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Quantity, Sector, choice, named, number
from simulator.interventions.foster import CAVEAT, foster_of, in_sector
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    from simulator.engine.rates import Rates
    from simulator.interventions.context import Context


class FosterRetention(PhasedIntervention):
    """Change how many mainstream foster households leave."""

    kind: Literal["foster_retention"] = named("foster_retention", "retention", "mockingbird", "fostering")
    """Retention of foster households."""

    sector: Sector = choice(ALL, source="definition")
    """Whose households."""

    deregistration_ratio: Quantity = number(low=0, high=5, unit="hazard ratio")
    """Hazard of leaving with the programme over the hazard without it; below 1 keeps households."""

    @property
    def caveat(self) -> str:
        """Why numbers in care change at all."""
        return CAVEAT

    def change(self, rates: Rates, context: Context) -> Rates:
        """Multiply the hazard of leaving."""
        if self.deregistration_ratio == 1.0:
            return rates
        foster = foster_of(rates, self.kind)
        ratio = self.since_base(lambda when: (self.deregistration_ratio - 1.0) * self.weights(when), context)
        leaving = foster.deregistration_per_year * in_sector(self.sector, ratio)
        return replace(rates, foster=replace(foster, deregistration_per_year=leaving))
