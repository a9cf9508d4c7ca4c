"""Family group conferences for families in pre-proceedings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.data import tables
from simulator.interventions.fields import Quality, Quantity, SourceKeys, choice, named, number, text
from simulator.interventions.starts_programme import StartsProgramme
from simulator.interventions.study_effect import StudyEffect

if TYPE_CHECKING:
    from simulator.interventions.context import Context

PROCEEDINGS_AGES = (0, 15)
"""Ages at which children start under a care order: none can be made at 17, and hardly one is at 16."""

CARE_ORDERS = ("interim_care_order", "full_care_order", "placement_order")
"""Legal statuses in which a child starts through care proceedings."""


class TrialEffect(StudyEffect):
    """What the offer did to being looked after 12 months after the letter before proceedings.

    36.2% were with the offer, and 44.8% without it.
    """

    risk_ratio: Quantity = number(
        0.808, low=0, high=3, unit="ratio", source="fgc_bjsw_2024",
        spread={"median": 0.808, "ci95": [0.72, 0.91], "quality": "high"},
    )  # fmt: skip
    """Ratio with the offer over without it, by the trial; 1 is no effect. Its interval is worked out from the arms,
    with a design effect of 1.6 for children of one family."""

    source: SourceKeys | None = text(("fgc_bjsw_2024",))
    """Where the ratio comes from."""

    quality: Quality | None = text("high")
    """How far to trust the ratio."""


class FamilyGroupConference(StartsProgramme):
    """A meeting in which a family makes its own plan, offered before care proceedings.

    It acts on starts under care orders alone: not on those by agreement (section 20), as most teenagers', nor on police
    protection, remand or asylum-seeking children. Their share of starts is the published one, the same at all
    ages from 0 to 15, as none is published by age. The trial was in councils that made no offer before.
    """

    kind: Literal["family_group_conference"] = named(
        "family_group_conference", "fgc", "family_group_decision_making", "family_network"
    )
    """Family group conference before proceedings."""

    effect: TrialEffect = choice(TrialEffect(), source="fgc_bjsw_2024")
    """What it does to starts of those it is offered to."""

    proceedings_share: Quantity | None = number(
        None, low=0, high=1, unit="share of starts",
        if_empty="starts under care orders over starts under 16, as published for the year before the run",
    )  # fmt: skip
    """Share of resident starts under 16 that come through care proceedings."""

    offered_share: Quantity = number(
        0.5, low=0, high=1, unit="share of families", source="judgement",
        spread={"family": "uniform", "low": 0.2, "high": 0.8, "quality": "judgement"},
    )  # fmt: skip
    """Share of those families who are offered one without the programme, and so gain nothing by it."""

    delayed_share: Quantity = number(
        0.25, low=0, high=1, unit="share of starts prevented", source="judgement",
        spread={"family": "uniform", "low": 0.0, "high": 0.5, "quality": "judgement"},
    )  # fmt: skip
    """Share of the children kept out who come into care later after all. The trial looked no further than 12 months."""

    @property
    def caveat(self) -> str:
        """What the trial did not see."""
        return f"{self.delayed_share:.0%} of those kept out are taken to come later, as the trial ended at 12 months"

    @property
    def group_ages(self) -> tuple[int, int]:
        """Youngest and oldest age at the start of care of the children whom it could help."""
        return PROCEEDINGS_AGES

    def group_share(self, context: Context) -> float:
        """Share of resident starts at those ages whom it could help."""
        share = self.proceedings_share
        return (published_share(context.first_month.year) if share is None else share) * (1.0 - self.offered_share)


def published_share(year: int) -> float:
    """Return the share of starts under 16, in the year to March, of children who started under a care order.

    The few asylum-seeking children under 16 are among the starts. A hidden count is of a handful, and left out.
    """
    by_age, by_status = tables.categories("starts_by_age", year), tables.categories("starts_by_legal_status", year)
    return sum(by_status.get(order, 0.0) for order in CARE_ORDERS) / (by_age["total"] - by_age["16_and_over"])
