"""How far one scenario is from another by central runs: what a change, or the other choice of a switch, does."""

from __future__ import annotations

from simulator.outputs.charts import series, words
from simulator.outputs.charts.series import HiddenError
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario
from simulator.web.drafts import read_drafts
from simulator.web.ongoing import Answer, Kept, page_engine
from simulator.web.page_state import PageState


def contrasted(kept: Kept, state: PageState, other: PageState) -> Answer:
    """Return how far the scenario that one state shows is from that of another.

    Returns
    -------
    dict
        ``more`` says what the first has more or less than the other, and ``instead`` what the other has more or less
        than the first, in words: children at the end, and spend in the last financial year, in prices of the first.
        Both are empty where they have no time in common.

    Raises
    ------
    ScenarioError
        With everything that is wrong with either.
    """
    first = kept.get(state, valued=False).central[state.at]
    second = _central(read_drafts(other, kept.council)[other.at], first.price_year)
    return {"more": _more(first, second), "instead": _more(second, first)}


def _central(loaded: LoadedScenario, price_year: str) -> RunResults:
    return simulate(loaded, engine=page_engine(), price_year=price_year)


def _more(one: RunResults, other: RunResults) -> str:
    """Say what one run has more or less than another when the first of them ends; nothing if they share no time."""
    try:
        children = series.stock(one, "children") - series.stock(other, "children")
        said = [
            _said(float(children.middle[-1]), "children", "more", "fewer") + f" in {words.month(children.when[-1])}"
        ]
        if one.financial_years:
            spend = series.yearly(one, "total_spend", real=True) - series.yearly(other, "total_spend", real=True)
            said.append(_said(float(spend.middle[-1]), "spend", "more", "less") + f" in {spend.when[-1]}")
    except (HiddenError, KeyError, IndexError):
        return ""
    return ", ".join(said)


def _said(change: float, of: str, more: str, less: str) -> str:
    text = words.money(abs(change)) if of == "spend" else words.count(abs(change))
    if text in ("0", "£0"):
        return f"as {'much' if of == 'spend' else 'many'} {of}"
    return f"{text} {more if change > 0 else less} {of}"
