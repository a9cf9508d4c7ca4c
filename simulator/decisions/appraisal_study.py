"""All that an appraisal asks of a scenario: accounts, optimism, switching values, and councils."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.data.appraisal_rules import PublishedDifference, published_differences
from simulator.decisions.appraisal import Appraisal, appraise
from simulator.decisions.appraisal_runs import AppraisalRuns, at_regime
from simulator.decisions.distribution_of_councils import (
    CouncilDistribution,
    Weights,
    council_names,
    distribution_of_councils,
)
from simulator.decisions.optimism import Optimism
from simulator.decisions.switching_values import Switching, least_runs, switching
from simulator.interventions.fields import Wrong
from simulator.scenario import ScenarioError
from simulator.vocabulary.areas import ENGLAND


@dataclass(frozen=True)
class Appraised:
    """All that an appraisal found.

    Attributes
    ----------
    appraisal : Appraisal
    switching : tuple of Switching
    councils : tuple of CouncilDistribution
        Empty where it was not asked for, or cannot be had.
    no_councils : str
        Why there is none.
    """

    appraisal: Appraisal
    switching: tuple[Switching, ...]
    councils: tuple[CouncilDistribution, ...] = ()
    no_councils: str = ""

    @property
    def against(self) -> str:
        """Name of what it is held against."""
        other = self.appraisal.runs.against
        return "" if other is None else other.key

    @property
    def key(self) -> str:
        """Name of the scenario."""
        return self.appraisal.runs.loaded.key

    @property
    def present(self) -> str:
        """Price basis of present values."""
        return f"{self.real}, present value {self.appraisal.runs.years[0]}"

    @property
    def real(self) -> str:
        """Price basis of real money."""
        return f"real {self.appraisal.runs.loaded.scenario.price_year}"

    @property
    def published(self) -> tuple[PublishedDifference, ...]:
        """Published figures of the same difference."""
        pair = self.key, self.against
        return tuple(one for one in published_differences() if (one.scenario, one.against) == pair)


def appraised(
    runs: AppraisalRuns, optimism: Optimism, weights: Weights, council_draws: int | None = None
) -> Appraised:  # fmt: skip
    """Ask a scenario all of it.

    Parameters
    ----------
    runs : AppraisalRuns
    optimism : Optimism
    weights : Weights
        Of pounds by where they fall.
    council_draws : int, optional
        Draws of all authorities one by one; they are not run if left out.

    Raises
    ------
    Wrong
        If more than one area is run.
    ScenarioError
        If a run asks for what cannot be had.
    """
    of_one_area(runs)
    found = appraise(runs, optimism)
    switched = tuple(switching(runs, limited=limited) for limited in at_regime(runs.loaded))
    councils, why = _councils(runs, weights, council_draws)
    return Appraised(found, switched, councils, why)


def of_one_area(runs: AppraisalRuns) -> None:
    """Refuse several areas, of which accounts would be of the first alone."""
    if len(runs.areas) > 1:
        raise Wrong(f"{runs.loaded.key} is of {len(runs.areas)} areas", "one area at a time, with --area")


def runs_of_appraisal(runs: AppraisalRuns, council_draws: int | None) -> tuple[int, int]:
    """Return how many model runs it takes before crossings are narrowed down, and how many of all authorities."""
    return least_runs(runs), 0 if council_draws is None else 2 * len(at_regime(runs.loaded)) * (1 + council_draws)


def _councils(
    runs: AppraisalRuns, weights: Weights, draws: int | None
) -> tuple[tuple[CouncilDistribution, ...], str]:  # fmt: skip
    """Run all authorities one by one; or say why it is not done."""
    if draws is None:
        return (), "not asked for (--council-draws)"
    if runs.loaded.scenario.areas != (ENGLAND,):
        return (), "the scenario is not of England as a whole"
    try:
        own = runs.loaded.in_areas(council_names())
        other = None if runs.against is None else runs.against.in_areas(council_names())
    except ScenarioError as error:
        return (), "; ".join(problem.what for problem in error.problems)
    one_by_one = replace(runs, loaded=own, against=other, draws=draws)
    rules = at_regime(runs.loaded)
    return tuple(distribution_of_councils(one_by_one, weights, limited=limited) for limited in rules), ""
