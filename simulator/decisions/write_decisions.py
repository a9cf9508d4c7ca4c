"""Output folders of `sensitivity` and `voi`: tables, charts, a summary and a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from simulator.decisions import decision_charts
from simulator.decisions.decision_charts import written_as
from simulator.decisions.decision_folder import Table, with_units, write_decision
from simulator.decisions.sensitivity import TORNADO_ENDS, Sensitivity
from simulator.decisions.switches import AS_STATED, Verdict
from simulator.decisions.value_of_information import Information
from simulator.outputs.charts import Chart, words
from simulator.outputs.charts.headline import signed
from simulator.outputs.text_grid import grid
from simulator.results.long_tables import Row
from simulator.results.quantities import POUNDS
from simulator.results.value_for_money import SHARE
from simulator.scenario import LoadedScenario

SIGNS = {1: "positive", -1: "negative", 0: "none"}
"""In words, as a cell that begins with a sign would be taken for a formula."""
COSTS_ALIKE_GBP = 1.0
"""Mean costs nearer to each other than this are the same."""
SHOWN = 8
"""Inputs that the screen shows of each figure."""

SWITCH_COLUMNS = (
    "scenario",
    "area",
    "switch",
    "setting",
    "measure",
    "unit",
    "price_basis",
    "central",
    "sign",
    "turns",
    "refused",
)
TORNADO_COLUMNS = ("scenario", "area", "against", "measure", "input", "percentile", "unit", "price_basis", "central")
INDEX_COLUMNS = ("scenario", "area", "against", "measure", "input", "index", "unit", "central", "p10", "p90")
WORTH_COLUMNS = ("options", "area", "item", "input", "unit", "price_basis", "central", "noise")
PILOT_COLUMNS = ("options", "area", "measured", "areas", "years", "item", "unit", "price_basis", "central")


def sensitivity_text(study: Sensitivity, found: Sequence[Verdict], title: str, key: str) -> str:
    """Return the summary of a study: verdicts under switches, then what moves each figure."""
    lines = [
        f"{title} ({key}), {study.figures.area}: what the answers hang on",
        "",
        "Structural switches (central runs)",
    ]
    lines += switch_grid(found)
    for figure in reversed(range(len(study.asked))):
        asked = study.asked[figure]
        held = f", against {study.figures.against}" if asked.difference else ""
        central, mean = (written_as(asked, float(at[figure])) for at in (study.figures.values[0], study.means))
        spread = written_as(asked, float(study.spreads[figure])).lstrip("+")
        lines += ["", f"{asked.words}{held}: central {central}; draws: mean {mean}, standard deviation {spread}"]
        rows = [["", "total index", "80% interval", "first order", "10th percentile", "90th"]]
        ends = {one.name: study.tornado[i, :, figure] for i, one in enumerate(study.inputs)}
        for i in study.ranked(figure)[:SHOWN]:
            name = study.blocks[i].name
            low, high = study.indices.total_ends[:, i, figure]
            moved = [written_as(asked, float(end)) for end in ends[name]] if name in ends else ["", ""]
            total, first = study.indices.total[i, figure], study.indices.first[i, figure]
            rows.append([f"  {name}", f"{total:.2f}", f"{low:.2f} to {high:.2f}", f"{first + 0.0:.2f}", *moved])
        lines += grid(rows)
    return "\n".join([*lines, "", f"{study.budget.in_words}."]) + "\n"


def switch_grid(found: Sequence[Verdict]) -> list[str]:
    """Return verdicts as lines: a row a setting and a column a measure, with what turns a sign marked."""
    measures = list(dict.fromkeys((one.measure, one.unit) for one in found))
    settings = list(dict.fromkeys((one.switch, one.setting) for one in found))
    value = {(one.switch, one.setting, one.measure): one for one in found}
    rows = [["", *(name.replace("_", " ") for name, _ in measures)]]
    for switch, setting in settings:
        cells = [verdict_cell(value[switch, setting, name]) for name, _ in measures]
        rows.append([switch if switch == AS_STATED else f"{switch}: {setting}", *cells])
    return grid(rows)


def verdict_cell(one: Verdict) -> str:
    """Write a verdict: signed, and marked where the sign is another than as stated."""
    if one.refused:
        return "cannot be had"
    write = words.money if one.unit == POUNDS else words.count
    return signed(one.value, write) + (" (!)" if one.turns else "")


def switch_rows(found: Sequence[Verdict], area: str, price_year: str) -> Iterator[Row]:
    """Yield rows of `switches.csv`."""
    for one in found:
        sign = "" if one.refused else SIGNS[one.sign]
        yield (one.scenario, area, one.switch, one.setting, one.measure, one.unit, _basis(one.unit, price_year),
               one.value, sign, "yes" if one.turns else "no", one.refused)  # fmt: skip


def write_sensitivity(
    study: Sensitivity, found: Sequence[Verdict], loaded: Sequence[LoadedScenario], folder: Path, command: str, *,
    engine: str, seed: int, charts: bool = True,
) -> None:  # fmt: skip
    """Write the folder of `sensitivity`; the scenario is the first of `loaded`, and what it is against the second.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.folder.whole_folder`.
    """
    one, year = loaded[0], study.figures.price_year
    title = one.scenario.name
    tables: dict[str, Table] = {
        "switches.csv": with_units(SWITCH_COLUMNS, switch_rows(found, study.figures.area, year)),
        "tornado.csv": with_units(TORNADO_COLUMNS, _tornado_rows(study, one.key)),
        "sobol.csv": with_units(INDEX_COLUMNS, _index_rows(study, one.key)),
    }
    drawn: dict[str, Chart | None] = {}
    for i, asked in enumerate(study.asked if charts else ()):
        drawn[f"tornado-{asked.name.replace('_', '-')}"] = decision_charts.tornado(study, title, i)
        drawn[f"sobol-{asked.name.replace('_', '-')}"] = decision_charts.variance_bars(study, title, i)
    more = {"points": study.budget.points, "model_runs": study.budget.runs, "seed": seed}
    write_decision(
        folder, tables, sensitivity_text(study, found, title, one.key), drawn, loaded, command, more,
        engine=engine, charts=charts,
    )  # fmt: skip


def _tornado_rows(study: Sensitivity, key: str) -> Iterator[Row]:
    held = study.figures
    for f, asked in enumerate(study.asked):
        common = (key, held.area, held.against if asked.difference else "", asked.name)
        basis = _basis(asked.unit, held.price_year)
        yield (*common, "", "50", asked.unit, basis, float(held.values[0, f]))
        for i, one in enumerate(study.inputs):
            for end, percentile in enumerate(TORNADO_ENDS):
                yield (*common, one.name, str(percentile), asked.unit, basis, float(study.tornado[i, end, f]))


def _index_rows(study: Sensitivity, key: str) -> Iterator[Row]:
    held = study.figures
    for f, asked in enumerate(study.asked):
        common = (key, held.area, held.against if asked.difference else "", asked.name)
        for i, one in enumerate(study.blocks):
            for name, values, ends in (("total", study.indices.total, study.indices.total_ends),
                                       ("first_order", study.indices.first, study.indices.first_ends)):  # fmt: skip
                yield (*common, one.name, name, SHARE, float(values[i, f]), float(ends[0, i, f]), float(ends[1, i, f]))
        for i, one in enumerate(study.inputs):
            if one.keys:
                yield (*common, one.name, "first_order_by_regression", SHARE, float(study.alone[i, f]), None, None)


def information_text(found: Information, title: str) -> str:
    """Return the summary of what knowing more is worth."""
    means, chances = found.benefits.mean(axis=0), found.chances_best
    rows = [["Option", "mean cost", "mean net present value", "best in"]]
    for name, cost, mean, chance in zip(found.options, found.costs_gbp, means, chances, strict=True):
        rows.append([name, words.money(float(cost)), signed(float(mean), words.money), f"{chance:.0%} of draws"])
    lines = [
        f"{title}: what it is worth to know more before deciding",
        f"For {found.horizon}, real {found.figures.price_year} prices at present value, {found.draws:,} draws",
        "",
        *grid(rows),
        *_costs_alike(found),
        "",
        f"On average {found.options[found.best]} is best. Knowing everything first would be worth "
        f"{words.money(found.evpi_gbp)} (standard error {words.money(found.evpi_error_gbp)}).",
    ]
    seen = [one for one in found.worths if one.seen]
    if seen:
        lines += ["", "Knowing one input, or a group of them, first",
                  *grid([[f"  {one.name}", words.money(one.evppi_gbp)] for one in seen[:SHOWN]])]  # fmt: skip
    unseen = len(found.worths) - len(seen)
    if unseen:
        lines.append(f"{unseen} inputs and groups are worth no more than chance makes of nothing in 1 of 100 cases.")
    if found.pilots:
        lines += ["", f"A pilot first, of {found.measured}", *_pilot_grid(found)]
        lines += [
            "Its areas are held against others like them, with the noise of authorities' starts, and with as much of",
            "the effect as is in these by then (pilot-power). Waiting is what the delay takes away: fixed, where the",
            "years of the run are all that counts; moved, where a programme that comes later is counted for as many",
            "years. Own is the programme's net benefit in the pilot's areas, which have it for the pilot's years: what",
            "these save counts to the end of the run. A roll-out after it pays for all areas from then on.",
            *(
                ["Measuring is counted at nothing: what it costs (--evaluation-gbp) goes from each net worth."]
                if all(one.evaluation_gbp == 0.0 for one in found.pilots)
                else []
            ),
        ]
    return "\n".join(lines) + "\n"


def _costs_alike(found: Information) -> list[str]:
    """Say where an option that does more costs no more, which is seldom meant: its file states the money."""
    costs = found.costs_gbp[1:]
    if len(costs) < 2 or np.ptp(costs) > COSTS_ALIKE_GBP:
        return []
    return ["Every option costs the same, as the money is stated and does not follow from what is varied."]


def _pilot_grid(found: Information) -> list[str]:
    heads = [
        "",
        "SE of log ratio",
        "delay",
        "EVSI",
        "waiting, fixed",
        "moved",
        "own",
        "evaluation",
        "net, fixed",
        "moved",
    ]
    rows = [heads]
    for one in found.pilots:
        money = [signed(value, words.money) for value in (
            one.evsi_gbp, -one.delay_gbp, -one.moved_gbp, one.own_gbp, -one.evaluation_gbp, one.net_gbp,
            one.net_moved_gbp)]  # fmt: skip
        name = f"  {one.pilot.areas} areas, {one.pilot.years} year{'s' if one.pilot.years > 1 else ''}"
        rows.append([name, f"{one.standard_error:.3f}", f"{one.delay_years} years", *money])
    return grid(rows)


def write_information(
    found: Information, loaded: Mapping[str, LoadedScenario], title: str, folder: Path, command: str, *, engine: str,
    charts: bool = True,
) -> None:  # fmt: skip
    """Write the folder of `voi`.

    Raises
    ------
    FolderError, WriteError
        As :func:`simulator.outputs.folder.whole_folder`.
    """
    tables: dict[str, Table] = {"value-of-information.csv": with_units(WORTH_COLUMNS, _worth_rows(found))}
    if found.pilots:
        tables["pilots.csv"] = with_units(PILOT_COLUMNS, _pilot_rows(found))
    drawn = {"value-of-information": decision_charts.worth_bars(found, title)} if charts else {}
    more = {"draws": found.draws, "seed": found.seed}
    write_decision(
        folder, tables, information_text(found, title), drawn, list(loaded.values()), command, more,
        engine=engine, charts=charts,
    )  # fmt: skip


def _worth_rows(found: Information) -> Iterator[Row]:
    common, basis = (" | ".join(found.options), found.figures.area), _present(found)
    means = found.benefits.mean(axis=0)
    for name, cost, mean, chance in zip(found.options, found.costs_gbp, means, found.chances_best, strict=True):
        yield (*common, f"mean_cost:{name}", "", POUNDS, basis, float(cost), None)
        yield (*common, f"mean_npv:{name}", "", POUNDS, basis, float(mean), None)
        yield (*common, f"chance_best:{name}", "", SHARE, "", float(chance), None)
    yield (*common, "evpi", "", POUNDS, basis, found.evpi_gbp, None)
    yield (*common, "evpi_standard_error", "", POUNDS, basis, found.evpi_error_gbp, None)
    for one in found.worths:
        yield (*common, "evppi_group" if one.group else "evppi", one.name, POUNDS, basis, one.evppi_gbp, one.noise_gbp)


def _pilot_rows(found: Information) -> Iterator[Row]:
    basis = _present(found)
    for one in found.pilots:
        common = (
            " | ".join(found.options),
            found.figures.area,
            found.measured,
            str(one.pilot.areas),
            str(one.pilot.years),
        )
        yield (*common, "standard_error_of_log_ratio", "log ratio", "", one.standard_error)
        yield (*common, "delay", "years", "", float(one.delay_years))
        for name, value in (
            ("evsi", one.evsi_gbp), ("waiting_fixed_horizon", one.delay_gbp), ("waiting_moved_horizon", one.moved_gbp),
            ("own_net_benefit", one.own_gbp), ("evaluation", one.evaluation_gbp),
            ("net_value_fixed_horizon", one.net_gbp), ("net_value_moved_horizon", one.net_moved_gbp),
        ):  # fmt: skip
            yield (*common, name, POUNDS, basis, value)


def _present(found: Information) -> str:
    return f"real {found.figures.price_year}, present value {found.figures.years[0]}"


def _basis(unit: str, price_year: str) -> str:
    return f"real {price_year}" if unit == POUNDS else ""
