"""Output folder of `appraise`: tables, charts, a summary and a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from simulator.data.evidence_library import framework
from simulator.decisions.appraisal import Appraisal, Regime, middle_of_draws, outcome_changes
from simulator.decisions.appraisal_charts import council_bars, drawn_words, in_draws, optimism_bars, told
from simulator.decisions.appraisal_study import Appraised
from simulator.decisions.decision_folder import Table, with_units, write_decision
from simulator.decisions.optimism import STEPS
from simulator.decisions.switching_values import Switching, SwitchingValue
from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import REGIMES
from simulator.outputs.text_grid import grid
from simulator.results.long_tables import STATISTICS, Row
from simulator.results.measures import measures
from simulator.results.quantities import POUNDS, Array
from simulator.results.value_for_money import SHARE, YEARS, Item

_HEAD = ("scenario", "against", "area", "places")
PERSPECTIVE_COLUMNS = (*_HEAD, "item", "bearer", "kind", "unit", "price_basis", *STATISTICS, "basis")
OPTIMISM_COLUMNS = (*_HEAD, "step", "item", "unit", "price_basis", *STATISTICS)
EFFECT_COLUMNS = ("scenario", "programme", "number", "unit", "design", "kept", "stated", "after", "why")
OUTCOME_COLUMNS = (*_HEAD, "measure", "counted", "unit", *STATISTICS)
SWITCHING_COLUMNS = (
    *_HEAD, "input", "unit", "stated", "low", "high", "switching_value", "percentile", "crossings", "npv_at_low",
    "npv_at_high", "price_basis",
)  # fmt: skip
COUNCIL_COLUMNS = (
    *_HEAD, "by", "group", "councils", "children", "income_deprived_children_share", "item", "unit", "price_basis",
    *STATISTICS,
)  # fmt: skip
PUBLISHED_COLUMNS = (*_HEAD, "who", "last_year", "item", "unit", "price_basis", *STATISTICS, "counts")

BEARERS = {"central": "Central government", "local": "Local government", "not_stated": "Payer not stated"}
KINDS = {
    "cost": "", "cashable": "cashable", "released": "released, not cashed", "not_cashable": "not cashable",
    "transfer": "transfer",
}  # fmt: skip
SHOWN = 8
"""Switching values that the screen shows under each rule for places."""


def appraisal_text(found: Appraised) -> str:
    """Return the summary: who bears what, optimism, outcomes, switching values, councils, and what was published."""
    one, runs = found.appraisal, found.appraisal.runs
    against = f"against {runs.against.scenario.name}" if runs.against else "against the same without its programmes"
    drawn = f"medians of {runs.draws:,} draws, 80% of them in brackets" if runs.draws else "central runs"
    lines = [
        f"{runs.loaded.scenario.name} ({found.key}), {runs.areas[0]}: appraisal {against}",
        f"{runs.years[0]} to {runs.years[-1]}, {found.present}; {drawn}. A gain to whoever bears it is positive.",
        "",
        "Who bears it (as stated)",
        *grid(perspective_grid(one)),
        "Not in it, as there is no figure: " + "; ".join(_no_figures(one)) + ".",
        "",
        "Optimism (net present value before and after each uplift)",
        *grid(_optimism_grid(one)),
        *_optimism_words(one),
        "",
        "Outcomes beside the money (as stated; stocks at the end of the run, flows over it)",
        *grid(_outcome_grid(one)),
        *_outcome_words(one),
    ]
    for switching in found.switching:
        lines += ["", *_switching_lines(switching, one.runs.years)]
    lines += ["", *_council_lines(found)]
    if found.published:
        lines += ["", *_published_lines(found)]
    return "\n".join(lines) + "\n"


def perspective_grid(one: Appraisal) -> list[list[str]]:
    """Return rows of who bears what, as stated, under each rule for places, with their headings."""
    rows = [["", "", *(REGIMES[regime.limited] for regime in one.regimes)]]
    accounts = [list(one.accounts(regime, STEPS[0].name)) for regime in one.regimes]
    for bearer, title in BEARERS.items():
        rows.append([title, "", *(told(one.borne_by(bearer, regime, STEPS[0].name)) for regime in one.regimes)])
        for lines in zip(*accounts, strict=True):
            item = lines[0][0]
            if item.bearer == bearer:
                amounts = [told(value) for _, value in lines if value is not None]
                rows.append([f"  {item.words}", KINDS[item.kind], *amounts])
    for title, figure in (
        ("Net present value", one.net_present_value),
        ("Society: all lines with a figure", one.whole),
    ):
        rows.append([title, "", *(told(figure(regime, STEPS[0].name)) for regime in one.regimes)])
    return rows


def _no_figures(one: Appraisal) -> list[str]:
    return [f"{item.words[:1].lower()}{item.words[1:]}" for item, value in one.accounts(one.regimes[0], STEPS[0].name)
            if value is None]  # fmt: skip


def _optimism_grid(one: Appraisal) -> list[list[str]]:
    rows = [["", *(REGIMES[regime.limited] for regime in one.regimes)]]
    for step in STEPS:
        rows.append([step.name, *(told(one.net_present_value(regime, step.name)) for regime in one.regimes)])
        if one.runs.draws:
            rows.append(
                ["  pays in", *(f"{chance_pays(one, regime, step.name):.0%} of draws" for regime in one.regimes)]
            )
    return rows


def chance_pays(one: Appraisal, regime: Regime, step: str) -> float:
    """Return the share of draws in which net present value is above nought."""
    return float((one.net_present_value(regime, step)[1:] > 0.0).mean())


def _optimism_words(one: Appraisal) -> Iterator[str]:
    late = one.optimism.years_late
    yield (
        f"Cost: planned money {one.optimism.cost_uplift:.0%} more. Delivery time: {late} year{'s' * (late != 1)} late, "
        f"the money as planned{', on both sides' if one.runs.against else ''}; what the last "
        f"{'year saves' if late == 1 else f'{late} years save'} then falls after the run. Effect:"
    )
    for of in one.shrinkages:
        moved = f"{of.stated:.3g} to {of.after:.3g}" if of.after != of.stated else f"{of.stated:.3g} as it is"
        yield f"  {of.programme}, {of.number}: {moved} ({of.design.replace('_', ' ')}, {of.kept:g} kept: {of.why})"
    if one.shrinkages:
        yield "  What does harm stays as it is, in each draw. An effect that its file has doubted is doubted once more."
    if not one.shrinkages:
        yield "  no programme has an effect that is a ratio; what is bought by number is not taken nearer to none."


def _outcome_grid(one: Appraisal) -> list[list[str]]:
    titles = measures()
    rows = [["", *(REGIMES[regime.limited] for regime in one.regimes)]]
    changes = [outcome_changes(regime) for regime in one.regimes]
    for name in dict.fromkeys(name for of in changes for name in of):
        cells = []
        for of in changes:
            if name not in of:
                cells.append("–")
                continue
            without, own = of[name]
            cells.append(f"{words.count(middle_of_draws(without))}, {in_draws(own - without, words.count)}")
        rows.append([titles[name].title, *cells])
    return rows


def _outcome_words(one: Appraisal) -> Iterator[str]:
    nothing = [f"{of.nothing}" for of in framework() if of.measures and of.nothing]
    yield "The model has nothing on: " + "; ".join(nothing).rstrip(".") + "."
    if any(middle_of_draws(one.present(regime.steps[STEPS[0].name].avoided)) > 0.0 for regime in one.regimes):
        yield (
            "It keeps children out of care, and nothing here says whether they are safe: this is an account of money "
            "and no verdict on value for money."
        )


def _switching_lines(found: Switching, years: Sequence[str]) -> Iterator[str]:
    place = REGIMES[found.limited]
    yield f"Switching values, {place}: central net present value {signed(found.npv, words.money)}, by {years[-1]}"
    if np.isfinite(found.cost_multiple):
        yield f"  Programmes just pay at {max(found.cost_multiple, 0.0):.2f} times what they cost."
    switching = [one for one in found.found if one.switches]
    rows = [["  One number alone", "stated", "just pays at", "percentile"], *map(switching_row, switching[:SHOWN])]
    if switching:
        yield from grid(rows)
    else:
        yield "  No number alone changes the sign, within its distribution or the bounds of its field."
    more, none = max(len(switching) - SHOWN, 0), len(found.found) - len(switching)
    if more:
        yield f"  {more} more are in switching-values.csv."
    if switching and none:
        yield f"  {none} others have no value in bounds that changes the sign."


def switching_row(one: SwitchingValue) -> list[str]:
    """Return a number in words, as it stands, at the crossing, and where that lies in its draws."""
    at = [_value(one.stated), _value(one.at)]
    place = "" if one.percentile is None else f"{one.percentile:.1f} of its draws"
    return [f"  {one.name}{f', {one.unit}' if one.unit else ''}", *at, place + (" (!)" if one.crossings > 1 else "")]


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _council_lines(found: Appraised) -> Iterator[str]:
    if not found.councils:
        yield f"Councils: {found.no_councils or 'not asked for'}."
        return
    for one in found.councils:
        yield f"Councils, run one by one, {REGIMES[one.limited]}: for each child who lives there ({drawn_words(one)})"
        rows = [["", "children", "income-deprived", "saved", "central government pays", "councils: saved less paid"]]
        for of in one.groups:
            paid = words.money(middle_of_draws(of.central / of.children))
            each = [told(of.saving / of.children), paid, told(of.net / of.children)]
            rows.append([f"  {of.name}", words.count(of.children), f"{of.deprived:.0%}", *each])
        yield from grid(rows)
        whole = one.groups[-1]
        yield (
            f"  All councils, by themselves: {told(whole.net)}; with what central government pays: "
            f"{told(whole.saving - whole.cost)}. Apart from all else here, councils' account with pounds weighted by "
            f"income (elasticity {one.weights.elasticity:g}): {told(whole.weighted)}."
        )
    yield (
        "  Deprived: share of children in income-deprived families, 2019. What central government pays comes from "
        "taxpayers wherever they live, and is on no council's account. These are other draws than England's above: of "
        "few, medians differ."
    )


def _published_lines(found: Appraised) -> Iterator[str]:
    one = found.appraisal
    yield "Published beside it: what it costs more than what it is held against, added up"
    for said in found.published:
        yield f"  {said.who}, to {said.last_year}: {signed(said.gbp, words.money)}. {said.counts}"
    last, stated = one.runs.years[-1], one.regimes[0]
    for regime in one.regimes:
        parts = _more(one, regime, last)
        yield (
            f"  Here, to {last}, {REGIMES[regime.limited]}: {told(parts['cost_more'])} real, "
            f"{told(parts['pv_cost_more'])} at present value."
        )
    central = {name: float(values[0]) for name, values in _more(one, stated, last).items()}
    each = central["care_more"] / central["child_years_more"] if central["child_years_more"] else np.nan
    more, place = words.count(central["child_years_more"]), REGIMES[stated.limited]
    care, programmes = (signed(central[name], words.money) for name in ("care_more", "programmes_more"))
    yield (
        f"  By the central run, {place}: {more} more child-years in care, at {words.money(each)} each, are {care}; "
        f"programmes cost {programmes}."
    )


def _more(one: Appraisal, regime: Regime, last: str) -> dict[str, Array]:
    """Return what there is more of than on the other side, added up to the end of a year: (run,) each.

    Money is real; `pv_cost_more` is at present value.
    """
    years = slice(one.runs.years.index(last) + 1)
    of = regime.steps[STEPS[0].name]
    care, programmes = -of.saving[:, 0, years], of.cost[:, 0, years]
    return {
        "pv_cost_more": (care + programmes) @ one.runs.discount[years],
        "cost_more": (care + programmes).sum(axis=1),
        "care_more": care.sum(axis=1),
        "programmes_more": programmes.sum(axis=1),
        "child_years_more": -of.avoided[:, 0, years].sum(axis=1),
    }


def write_appraisal(found: Appraised, folder: Path, command: str, *, engine: str, charts: bool = True) -> None:
    """Write the folder of `appraise`.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.folder.whole_folder`.
    """
    runs = found.appraisal.runs
    title = runs.loaded.scenario.name
    tables: dict[str, Table] = {
        "perspectives.csv": with_units(PERSPECTIVE_COLUMNS, _perspective_rows(found)),
        "optimism.csv": with_units(OPTIMISM_COLUMNS, _optimism_rows(found)),
        "effects.csv": with_units(EFFECT_COLUMNS, _effect_rows(found)),
        "outcomes.csv": with_units(OUTCOME_COLUMNS, _outcome_rows(found)),
        "switching-values.csv": with_units(SWITCHING_COLUMNS, _switching_rows(found)),
    }
    if found.councils:
        tables["councils.csv"] = with_units(COUNCIL_COLUMNS, _council_rows(found))
    if found.published:
        tables["published.csv"] = with_units(PUBLISHED_COLUMNS, _published_rows(found))
    drawn = {}
    if charts:
        drawn["optimism"] = optimism_bars(found.appraisal, title)
        if found.councils:
            drawn["councils"] = council_bars(found.councils, title, found.present)
    loaded = [one for one in (runs.loaded, runs.against) if one is not None]
    more = {"draws": runs.draws, "seed": runs.seed}
    write_decision(folder, tables, appraisal_text(found), drawn, loaded, command, more, engine=engine, charts=charts)


def _cells(values: Array, unit: str) -> list[float | None]:
    known = [float(one) for one in Item("", unit, values).statistics()]
    return [*known, *([None] * (len(STATISTICS) - len(known)))]


def _heads(found: Appraised) -> Iterator[tuple[Regime, tuple[str, ...]]]:
    for regime in found.appraisal.regimes:
        yield regime, (found.key, found.against, found.appraisal.runs.areas[0], regime.places)


def _perspective_rows(found: Appraised) -> Iterator[Row]:
    one, step = found.appraisal, STEPS[0].name
    for regime, head in _heads(found):
        for item, value in one.accounts(regime, step):
            cells = [None] * len(STATISTICS) if value is None else _cells(value, POUNDS)
            yield (*head, item.item, item.bearer, item.kind, POUNDS, found.present, *cells, item.basis)
        for bearer in BEARERS:
            value = one.borne_by(bearer, regime, step)
            yield (*head, "all", bearer, "all", POUNDS, found.present, *_cells(value, POUNDS), "")
        for name, value in (("npv", one.net_present_value(regime, step)), ("all", one.whole(regime, step))):
            yield (*head, name, "all", "all", POUNDS, found.present, *_cells(value, POUNDS), "")


def _optimism_rows(found: Appraised) -> Iterator[Row]:
    one = found.appraisal
    for regime, head in _heads(found):
        for step in STEPS:
            of = regime.steps[step.name]
            for name, flow in (("pv_programme_cost", of.cost), ("pv_gross_saving", of.saving), ("npv", of.net)):
                yield (*head, step.name, name, POUNDS, found.present, *_cells(one.present(flow), POUNDS))
            avoided = of.avoided[:, 0].sum(axis=-1)
            yield (*head, step.name, "child_years_avoided", YEARS, "", *_cells(avoided, YEARS))
            if one.runs.draws:
                chance = np.array([chance_pays(one, regime, step.name)])
                yield (*head, step.name, "chance_pays", SHARE, "", *_cells(chance, SHARE))


def _effect_rows(found: Appraised) -> Iterator[Row]:
    for one in found.appraisal.shrinkages:
        yield (found.key, one.programme, one.number, "ratio", one.design, one.kept, one.stated, one.after, one.why)


def _outcome_rows(found: Appraised) -> Iterator[Row]:
    titles = measures()
    for regime, head in _heads(found):
        for name, (without, own) in outcome_changes(regime).items():
            for counted, values in (("without", without), ("with", own), ("change", own - without)):
                yield (*head, name, counted, titles[name].unit, *_cells(values, titles[name].unit))


def _switching_rows(found: Appraised) -> Iterator[Row]:
    by_limited = {regime.limited: head for regime, head in _heads(found)}
    for switching in found.switching:
        head = by_limited[switching.limited]
        multiple = switching.cost_multiple if np.isfinite(switching.cost_multiple) else None
        yield (*head, "cost of all programmes", "times what is stated", 1.0, 0.0, None, multiple, None, None, None,
               _to_the_pound(switching.npv), found.present)  # fmt: skip
        for one in switching.found:
            values = (one.stated, one.low, one.high, one.at, one.percentile, float(one.crossings))
            ends = (_to_the_pound(one.npv_low), _to_the_pound(one.npv_high))
            yield (*head, one.name, one.unit or "percentile", *values, *ends, found.present)


def _to_the_pound(value: float) -> float | None:
    return None if np.isnan(value) else float(round(value))


def _council_rows(found: Appraised) -> Iterator[Row]:
    by_limited = {regime.limited: head for regime, head in _heads(found)}
    for one in found.councils:
        for of in one.groups:
            head = (*by_limited[one.limited][:2], "authorities", by_limited[one.limited][3])
            common = (*head, of.by, of.name, str(of.councils), f"{of.children:.0f}", f"{of.deprived:.4f}")
            for name, values in (("pv_programme_cost", of.cost), ("pv_paid_by_central_government", of.central),
                                 ("pv_gross_saving", of.saving), ("pv_councils_account", of.net),
                                 ("pv_councils_account_weighted_by_income", of.weighted),
                                 ("npv", of.saving - of.cost)):  # fmt: skip
                yield (*common, name, POUNDS, found.present, *_cells(values, POUNDS))
                yield (*common, f"{name}_per_child", "GBP a child", found.present,
                       *_cells(values / of.children, "GBP a child"))  # fmt: skip
            yield (*common, "child_years_avoided", YEARS, "", *_cells(of.avoided, YEARS))


def _published_rows(found: Appraised) -> Iterator[Row]:
    one = found.appraisal
    blank = [None] * (len(STATISTICS) - 1)
    for regime, head in _heads(found):
        for said in found.published:
            yield (*head, said.who, said.last_year, "cost_more", POUNDS, "", said.gbp, *blank, said.counts)
        for last in dict.fromkeys(min(said.last_year, one.runs.years[-1]) for said in found.published):
            for name, values in _more(one, regime, last).items():
                unit = YEARS if name == "child_years_more" else POUNDS
                basis = {"pv_cost_more": found.present, "child_years_more": ""}.get(name, found.real)
                yield (*head, "care-demand", last, name, unit, basis, *_cells(values, unit), "")
