"""Two lines of spend whose sum is published, and whose parts are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.baseline.cost_lines import CostLine
from simulator.uncertainty import Parameter
from simulator.uncertainty.distributions import Uniform

DRAWN = "cost_split"
"""Draws hold how far between its bounds the unit cost lies, 0 to 1, under this and the key of the line."""


@dataclass(frozen=True)
class UncertainSplit:
    """A line whose unit cost is known within bounds, and the line that has the rest.

    Attributes
    ----------
    line, rest : str
        Keys. At the lower bound `line` takes nothing of what councils provide for both together.
    gbp_per_unit : (float, float)
        Bounds of the unit cost of `line`, in the year to the base.
    """

    line: str
    rest: str
    gbp_per_unit: tuple[float, float]

    @property
    def key(self) -> str:
        """Key of what is drawn."""
        return f"{DRAWN}.{self.line}"

    @property
    def parameter(self) -> Parameter:
        """What is drawn: anywhere between the bounds is as likely as anywhere else."""
        return Parameter(self.key, Uniform(0.0, 1.0))

    def made(self, lines: tuple[CostLine, ...], drawn: Mapping[str, float]) -> tuple[CostLine, ...]:
        """Return lines with the split of a draw, half way between the bounds without one; their sum stays.

        What `line` takes above its lower bound has the fixed share of `rest`, so that what is fixed of both stays too.
        """
        own = next(line for line in lines if line.key == self.line)
        other = next(line for line in lines if line.key == self.rest)
        low, high = self.gbp_per_unit
        unit = low + drawn.get(self.key, 0.5) * (high - low)
        spend = unit * own.units
        changed = {
            self.line: replace(own, spend_gbp=spend, fixed_share=other.fixed_share * (1.0 - low / unit)),
            self.rest: replace(other, spend_gbp=own.spend_gbp + other.spend_gbp - spend),
        }
        return tuple(changed.get(line.key, line) for line in lines)
