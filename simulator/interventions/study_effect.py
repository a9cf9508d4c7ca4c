"""An effect as a study measured it. It holds no kind of its own."""

from __future__ import annotations

from simulator.interventions.fields import Model, Quality, Quantity, SourceKeys, number, text


class StudyEffect(Model):
    """What the help does for those it reaches, by a study.

    How far the study is believed goes by its design, or as a file says beside the ratio (`shrink`), as of any ratio.
    """

    risk_ratio: Quantity = number(1.0, low=0, high=3, unit="ratio", source="definition")
    """Ratio with the help over without it; 1 is no effect, above 1 is more."""

    source: SourceKeys | None = text()
    """Where the ratio comes from."""

    quality: Quality | None = text()
    """How far to trust the ratio."""
