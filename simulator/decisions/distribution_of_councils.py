"""How costs and savings fall on councils: by deprivation and by region, for each child who lives there.

Authorities are run one by one, with the same draws. Weights by income are worked out apart and are part of no other
figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.data.appraisal_rules import appraisal_numbers, deprivation
from simulator.decisions.appraisal import Ledger, ledger
from simulator.decisions.appraisal_runs import AppraisalRuns
from simulator.vocabulary.areas import authorities

Array = NDArray[np.float64]

FIFTHS = 5


@dataclass(frozen=True)
class Weights:
    """How a pound is weighted by where it falls.

    Attributes
    ----------
    elasticity : float
        Of the worth of a pound with income; 0 weights none.
    deprived_income_ratio : float
        Income of income-deprived families over that of the others.
    """

    elasticity: float
    deprived_income_ratio: float

    @classmethod
    def usual(cls) -> Weights:
        """Return what is taken unless another is asked for (`simulator/data/appraisal.csv`)."""
        held = appraisal_numbers()
        return cls(held["income_elasticity"].value, held["deprived_income_ratio"].value)

    def of(self, deprived: Array, children: Array) -> Array:
        """Return the weight of a pound in each area, whose mean over children is 1: (area,).

        In an area where a share d of children is in income-deprived families, a pound that goes to families alike is
        worth (1 - d) + d r^-e, with income r of these families over that of the others and elasticity e.

        Parameters
        ----------
        deprived, children : (area,)
            Share of children in income-deprived families, and children.
        """
        worth = 1.0 - deprived + deprived * self.deprived_income_ratio**-self.elasticity
        weights: Array = worth / (worth @ children / children.sum())
        return weights


@dataclass(frozen=True)
class CouncilGroup:
    """What falls on some councils: present values, (run,) each.

    Attributes
    ----------
    by, name : str
        What it is a group of (``deprivation``, ``region`` or ``all``), and its name.
    councils : int
    children : float
        Who live there, in care or not.
    deprived : float
        Share of them in income-deprived families.
    cost, central : (run,)
        Spend on programmes there; and what central government pays of it, by lines of a scenario's funding. That is
        paid by taxpayers wherever they live, and so is on no council's account.
    saving, avoided : (run,)
        Saving of councils there on looked-after children; and child-years in care avoided, not discounted.
    weighted : (run,)
        :attr:`net`, each pound weighted by where it falls.
    """

    by: str
    name: str
    councils: int
    children: float
    deprived: float
    cost: Array
    central: Array
    saving: Array
    avoided: Array
    weighted: Array

    @property
    def net(self) -> Array:
        """What councils there save, less what they pay for programmes: (run,)."""
        return self.saving - (self.cost - self.central)


@dataclass(frozen=True)
class CouncilDistribution:
    """How costs and savings fall on councils under one rule for places."""

    limited: bool
    weights: Weights
    groups: tuple[CouncilGroup, ...]


def distribution_of_councils(runs: AppraisalRuns, weights: Weights, *, limited: bool) -> CouncilDistribution:
    """Return how costs and savings of a scenario fall on councils.

    Parameters
    ----------
    runs : AppraisalRuns
        Of authorities, one by one (:func:`council_names`).
    weights : Weights
    limited : bool
        Whether foster places are limited.
    """
    found = ledger(runs.run(runs.points, limited=limited))
    return CouncilDistribution(limited, weights, tuple(groups(runs, found, weights)))


def council_names() -> tuple[str, ...]:
    """Return the names by which a scenario is run for every authority."""
    return tuple(one.name for one in authorities())


def groups(runs: AppraisalRuns, found: Ledger, weights: Weights) -> Iterator[CouncilGroup]:
    """Yield fifths by deprivation that hold any council, the most deprived first, then regions, then all councils."""
    by_name = {one.name: one for one in authorities()}
    here = [by_name[name] for name in runs.areas]
    children = np.asarray(runs.loaded.baseline.under_18s, dtype=float)
    deprived = np.array([deprivation()[one.code].income_deprived_children_share for one in here])
    weight = weights.of(deprived, children)

    central = -found.entries["programmes_funded"]
    of_councils = found.net + central

    def group(by: str, name: str, which: NDArray[np.bool_]) -> CouncilGroup:
        def present(flow: Array) -> Array:
            value: Array = flow[:, which].sum(axis=1) @ runs.discount
            return value

        each = (of_councils @ runs.discount)[:, which]
        return CouncilGroup(
            by, name, int(which.sum()), float(children[which].sum()),
            float(deprived[which] @ children[which] / children[which].sum()), present(found.cost), present(central),
            present(found.saving), found.avoided[:, which].sum(axis=(1, 2)), each @ weight[which],
        )  # fmt: skip

    fifth = fifths(deprived, children)
    for one in np.unique(fifth):  # of few councils there may be none in a fifth
        yield group("deprivation", _FIFTH_NAMES[one], fifth == one)
    for region in dict.fromkeys(one.region for one in sorted(here, key=lambda one: one.region)):
        yield group("region", region, np.array([one.region == region for one in here]))
    yield group("all", "All councils", np.ones(len(here), dtype=bool))


_FIFTH_NAMES = (
    "Most deprived fifth", "Second fifth", "Middle fifth", "Fourth fifth", "Least deprived fifth",
)  # fmt: skip


def fifths(deprived: Sequence[float] | Array, children: Sequence[float] | Array) -> NDArray[np.intp]:
    """Return which fifth of children each area is in, from 0, the most deprived, to 4: (area,).

    An area is in the fifth that holds the middle one of its children, when all are ordered by how deprived their area
    is.
    """
    deprived, children = np.asarray(deprived, dtype=float), np.asarray(children, dtype=float)
    order = np.argsort(-deprived, kind="stable")
    upto = np.cumsum(children[order])
    middle = (upto - children[order] / 2.0) / upto[-1]
    found = np.empty(len(deprived), dtype=np.intp)
    found[order] = np.minimum((middle * FIFTHS).astype(np.intp), FIFTHS - 1)
    return found
