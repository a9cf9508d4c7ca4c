"""How an intervention builds up over time and, if it ends, how it fades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import ValidationInfo, field_validator, model_validator

from simulator.interventions.fields import Count, Model, Wrong, choice, number
from simulator.vocabulary.calendar import MONTHS_A_YEAR, Month

if TYPE_CHECKING:
    from simulator.interventions.context import Array, Context


class Profile(Model):
    """Build-up from nothing to full strength."""

    shape: Literal["step", "linear", "front_loaded", "back_loaded", "s_curve"] = choice("step", source="definition")
    """Step is full strength at once; front-loaded is fast then slow; back-loaded is slow then fast."""

    months: Count | None = number(None, low=1, high=480, unit="months", if_empty="at once")
    """Months from the start to full strength."""

    @field_validator("months")
    @classmethod
    def _used(cls, months: int | None, info: ValidationInfo) -> int | None:
        """Refuse a length that would be ignored."""
        if months is not None and info.data.get("shape") == "step":
            raise Wrong("a step is at full strength at once", "leave months out, or choose another shape")
        return months

    @model_validator(mode="after")
    def _complete(self) -> Profile:
        """Refuse a curve without a length."""
        if self.shape != "step" and self.months is None:
            raise Wrong(f"{self.shape} needs months: how long it takes to reach full strength")
        return self

    def weights(
        self,
        context: Context,
        start: Month,
        end: Month | None = None,
        fade_months: int = 0,
    ) -> Array:
        """Strength in each modelled month, from 0 to 1, at mid-month: (month,).

        Parameters
        ----------
        context
            Calendar of the run.
        start
            First month; before the run is allowed.
        end
            Last month of the build-up; None for no end.
        fade_months
            Months over which the strength then falls evenly to nothing.
        """
        import numpy as np

        elapsed = context.elapsed(start)
        length = np.inf if end is None else float(end - start + 1)
        strength = np.where(elapsed > 0, self._built(np.minimum(elapsed, length)), 0.0)
        if end is None:
            return strength
        past = context.elapsed(end + 1)
        left = np.clip(1.0 - past / fade_months, 0.0, 1.0) if fade_months else np.zeros(context.months)
        return np.asarray(np.where(past > 0, strength * left, strength))

    def _built(self, elapsed: Array) -> Array:
        """Strength after some months of build-up."""
        import numpy as np

        if self.months is None:
            return np.ones_like(elapsed)
        part = np.clip(elapsed / self.months, 0.0, 1.0)
        curves = {
            "linear": part,
            "front_loaded": 1.0 - (1.0 - part) ** 2,
            "back_loaded": part**2,
            "s_curve": part**2 * (3.0 - 2.0 * part),
        }
        return curves[self.shape]


def growth_years(context: Context, start: Month, end: Month | None) -> Array:
    """Years of growth gathered since the run began, at mid-month, held after the end: (month,).

    Growth before the run is already in the base, so a start before the run counts from the run's first day.
    """
    import numpy as np

    length = np.inf if end is None else float(end - start + 1)
    already = np.clip(float(context.first_month - start), 0.0, length)
    return np.asarray((np.clip(context.elapsed(start), 0.0, length) - already) / MONTHS_A_YEAR)
