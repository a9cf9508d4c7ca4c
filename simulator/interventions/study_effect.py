"""An effect as a study measured it, and how far it is believed. It holds no kind of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from simulator.data.evidence_library import SHRINKAGE
from simulator.interventions.fields import Model, Quality, Quantity, SourceKeys, YesNo, choice, number, text
from simulator.interventions.surroundings import IDLE

if TYPE_CHECKING:
    from simulator.interventions.surroundings import Idle, Surroundings

BELIEVED = {design: SHRINKAGE[design] for design in ("trial", "matched", "before_and_after")} | {"judgement": 1.0}
"""Share of the logarithm of a ratio that is believed, by the design of the study, as in the library of evidence.

A judgement is somebody's belief already, and is taken as it is. Comparisons of matched families leave out what nobody
recorded; those of before and after hold all that falls back by itself, as help comes when numbers are high.
"""


class StudyEffect(Model):
    """What the help does for those it reaches, by a study."""

    risk_ratio: Quantity = number(1.0, low=0, high=3, unit="ratio", source="definition")
    """Ratio with the help over without it, as the study has it; 1 is no effect, above 1 is more."""

    design: Literal["trial", "matched", "before_and_after", "judgement"] = choice("judgement", source="definition")
    """How the study was made. Of the logarithm of the ratio a half is believed of a matched comparison and a quarter
    of one of before and after; all of a trial, and of a judgement."""

    shrunk: YesNo = choice(True, source="judgement")
    """Whether ratios of weak designs are moved towards no effect; false takes them as the study has them."""

    source: SourceKeys | None = text()
    """Where the ratio comes from."""

    quality: Quality | None = text()
    """How far to trust the ratio."""

    @property
    def ratio(self) -> float:
        """The ratio that is used."""
        believed: float = self.risk_ratio ** (BELIEVED[self.design] if self.shrunk else 1.0)
        return believed

    def idle(self, around: Surroundings) -> Iterator[Idle]:
        """Yield a choice about shrinking where there is nothing to shrink."""
        if BELIEVED[self.design] == 1.0:
            yield ("shrunk",), f"{IDLE}: the ratio of a {self.design} is taken as it is"
