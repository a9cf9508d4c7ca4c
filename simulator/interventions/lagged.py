"""Help whose effect comes some months after it. It holds no kind of its own."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator

from simulator.interventions.base import PhasedIntervention
from simulator.interventions.fields import Count, Window, Wrong, number


class LaggedIntervention(PhasedIntervention):
    """An intervention that builds up, and whose effect comes later than the help by a lag."""

    lag_months: Count = number(0, low=0, high=240, unit="months", source="definition")
    """Months between help and its effect."""

    @field_validator("lag_months")
    @classmethod
    def _acts(cls, lag: int, info: ValidationInfo) -> int:
        """Refuse a lag that takes the effect beyond the run."""
        start, window = info.data.get("start"), info.context
        if start is not None and isinstance(window, Window) and start <= window.last < start + lag:
            raise Wrong(f"{lag} takes the effect beyond {window.last}, where the run ends", "less")
        return lag

    @property
    def delay_months(self) -> int:
        """Months by which the effect comes after the programme."""
        return self.lag_months
