"""Write the generated parts of the documentation: python tools/make_docs.py (or `make docs-tables`).

Writes docs/results.md, docs/interventions.md and docs/children.png, and the parts of README.md, docs/model.md and
docs/returns.md that stand between marks. Every number comes from running the shipped scenarios or from the data
files, so the same code and data give the same bytes. Takes about half a minute.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from simulator.baseline.structure import structure
from simulator.calibrate import costs, history
from simulator.calibrate import fit_fostering as fostering
from simulator.calibrate.build import COHORT_MONTHS
from simulator.data import population, tables
from simulator.interventions import FieldNote, Intervention, kinds, notes
from simulator.outputs.charts import draw_all, save, words
from simulator.outputs.summary import SummaryPoint, summary_points
from simulator.projection import compile as compiling
from simulator.projection.drift import processes
from simulator.results.analysis import difference
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.runs.single_run import run_once
from simulator.scenario import Assumptions, LoadedScenario, Scenario, load, shipped
from simulator.vocabulary.axes import PHASES
from simulator.vocabulary.placements import names

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

REFERENCE = "status-quo"
NONE = "–"


def main() -> None:
    """Write everything."""
    loaded = {name: load(path) for name, path in shipped().items()}
    order = [REFERENCE, *(name for name in loaded if name != REFERENCE)]
    results = {name: simulate(loaded[name]) for name in order}
    _write(DOCS / "interventions.md", interventions_page())
    _write(DOCS / "replications.md", replications_page(results))
    _write(DOCS / "results.md", results_page({name: loaded[name] for name in order}, results))
    alt = _picture(results[REFERENCE])
    readme = ROOT / "README.md"
    _write(readme, between(readme.read_text(encoding="utf-8"), "children", f"![{alt}](docs/children.png)"))
    model = DOCS / "model.md"
    _write(model, between(model.read_text(encoding="utf-8"), "assumptions", assumptions_table()))
    returns = DOCS / "returns.md"
    _write(returns, between(returns.read_text(encoding="utf-8"), "rules", rules_table()))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _picture(results: RunResults) -> str:
    """Draw the chart of children in care; return its alt text."""
    drawing = draw_all(results)["children"]
    with tempfile.TemporaryDirectory() as folder:
        _, png = save(drawing, folder, "children")
        shutil.copyfile(png, DOCS / "children.png")
    return drawing.alt.replace("[", "(").replace("]", ")")


def between(text: str, name: str, new: str) -> str:
    """Replace what stands between two marks in a Markdown file.

    Parameters
    ----------
    text : str
        The file.
    name : str
        Of the marks ``<!-- name: ... -->`` and ``<!-- end of name -->``.
    new : str
        What is to stand there.

    Raises
    ------
    ValueError
        If the marks are not there once.
    """
    pattern = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(\n<!-- end of {name} -->)", re.DOTALL)
    result, count = pattern.subn(lambda found: f"{found[1]}{new}{found[2]}", text)
    if count != 1:
        raise ValueError(f"marks of {name!r} found {count} times")
    return result


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    heads : sequence of str
    rows : sequence of sequence of str
    numbers : int
        Columns at the right that hold numbers.
    """
    rule = ["---"] * (len(heads) - numbers) + ["---:"] * numbers
    lines = [heads, rule, *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# --------------------------------------------------------------------------------------------------
# Rules for SSDA903 returns


def rules_table() -> str:
    """Return every rule of the import in order: name, what is done, and why."""
    from simulator.returns.rules import RULES

    rows = [(f"`{r.name}`", r.kind, r.why, r.done[:1].upper() + r.done[1:], "" if r.dirt else "no") for r in RULES]
    return table(("Rule", "File", "What it tells", "What is done", "A fault"), rows)


# --------------------------------------------------------------------------------------------------
# docs/interventions.md


def interventions_page() -> str:
    """Return the page on kinds of intervention: every field with its unit, bounds, default and source."""
    common = _common()
    parts = [
        "# Interventions",
        "Made by `make docs-tables` from the code; do not edit. `care-demand list interventions` shows the same.",
        "A scenario lists what happens under `interventions:`, in order. Each entry has a `kind` and the fields of "
        "that kind. Effects on the same children multiply as remaining risk and never add. A field not named here "
        "is an error. What numbers could be based on is in the `source` that each shipped scenario gives. Where the "
        "table says so, a number may be a [distribution](uncertainty.md#distributions).",
        "## Fields of every kind",
        _fields_table([note for note in notes(Intervention) if note.path in common]),
    ]
    for name, kind in kinds().items():
        own = [note for note in notes(kind) if note.path not in common and note.path != "kind"]
        first, _, rest = (kind.__doc__ or "").partition("\n")
        parts += [f"## {name}", _running(first)]
        parts += [_running(rest)] if rest.strip() else []
        parts.append(_fields_table(own))
    return "\n\n".join(parts) + "\n"


def _common() -> set[str]:
    """Paths of fields that every kind has in the same form."""
    base = {(note.path, note.required) for note in notes(Intervention)}
    for kind in kinds().values():
        base &= {(note.path, note.required) for note in notes(kind)}
    return {path for path, _ in base}


def _fields_table(fields: Sequence[FieldNote]) -> str:
    rows = [
        [f"`{note.path}`", _running(note.label), _allowed(note), _if_left_out(note), _source_of(note)]
        for note in fields
    ]
    return table(("Field", "What it is", "Allowed (unit)", "If left out", "Source of the default"), rows)


def _allowed(note: FieldNote) -> str:
    """Return what is allowed, long numbers with commas."""
    allowed = re.sub(r"\d{5,}", lambda found: f"{int(found[0]):,}", note.allowed) or NONE
    return f"{allowed}, or a distribution" if note.uncertain else allowed


def _if_left_out(note: FieldNote) -> str:
    if note.path.endswith(".*"):
        return NONE
    if note.required:
        return "must be given"
    return _as_written(note.default) if note.default is not None else note.if_empty or NONE


def _source_of(note: FieldNote) -> str:
    return note.source if note.source and note.default is not None else NONE


def _as_written(value: Any) -> str:
    """Write a default as a scenario file would."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return _as_written(dump(mode="json", exclude_none=True))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_as_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_as_written, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _running(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


# --------------------------------------------------------------------------------------------------
# docs/results.md


def results_page(loaded: Mapping[str, LoadedScenario], results: Mapping[str, RunResults]) -> str:
    """Return the page of results of the shipped scenarios."""
    parts = [
        "# Results of the shipped scenarios",
        "Made by `make docs-tables` from running every scenario; do not edit. Central runs for England. Spend is "
        "gross, cash, in the financial year that ends at the date. Nothing here is a forecast: each line is what "
        "follows if its assumptions hold. They have no intervals (`--draws` gives them), so do not read a difference "
        "of a few hundred children as a finding.",
        "## Children looked after",
        _over_time(results, lambda p: words.count(p.children)),
        "## Spend in the year",
        "Pounds of the year.",
        _over_time(results, lambda p: _maybe(p.spend_gbp, words.money), start=False),
        "## Extra spend above the year before the run",
        "In the year, and (in brackets) added up from the start of the run.",
        _over_time(
            results,
            lambda p: f"{_maybe(p.extra_gbp, _more_money)} ({_maybe(p.cumulative_extra_gbp, _more_money)})",
            start=False,
        ),
        "## Unmet need for foster homes",
        "Children whose plan is fostering, and who wait in a children's home or supported accommodation.",
        _over_time(results, lambda p: _maybe(p.unmet_foster_need, words.count)),
        "## Against the status quo",
        "Scenarios that start where the status quo starts. A programme's own money is part of spend.",
        _against(results),
        "## Holding start numbers or start rates",
        "The status quo holds the number of children who start each year. The other choice is to hold rates by age "
        "on a population that changes: `starts: {hold: rates}`. Fewer births mean fewer starts. The population "
        "here has no migration, which in fact adds children, so holding rates gives a low figure "
        "([model.md](model.md#6-populations-at-risk-numbers-or-rates)).",
        _numbers_or_rates(loaded[REFERENCE], results[REFERENCE]),
        "## What the results on fostering rest on",
        "The rise in unmet need, and so the saving from more foster places, comes from foster households that go on "
        "falling while as many children need them. It moves most with how many households leave. The share of children "
        "in homes who wait (one survey of 113 children) and how often foster placements end in a home (not published) "
        "matter less. All of it assumes that the share of places that can be used stays as it was.",
        _fostering_rests_on(loaded[REFERENCE], loaded["foster-plan-10000"]),
        "## Replications of published projections",
        "A replication reaches a published headline from assumptions; it does not endorse it. Values marked "
        "*fitted* were found by `tools/fit_replications.py`, so agreement there is no evidence for the model. "
        "The test is whether the assumption needed is believable.",
        "[replications.md](replications.md) sets them beside what happened.",
        *_replications(loaded, results),
        "## Other headlines that a scenario was fitted to",
        _other_headlines(loaded, results),
    ]
    return "\n\n".join(parts) + "\n"


FOSTERED = ("kinship_foster", "council_foster", "ifa_foster")


def replications_page(results: Mapping[str, RunResults]) -> str:
    """Set published projections beside what reproduces them, what happened, and what holding rates would have said."""
    rows = [
        _replicated("Independent Review, May 2022", "review-no-reform", "2032-03-31", 100_000, results),
        _replicated(
            "County Councils Network and Newton, November 2021", "ccn-unchecked", "2025-12-31", 95_000, results
        ),
        _replicated("County Councils Network and IMPOWER, November 2024", "ccn-2030", "2030-03-31", 93_600, results),
        _replicated("Social Market Foundation, 2021", "smf-2021", "2030-03-31", 77_000, results, FOSTERED),
    ]
    money = [
        _spend_grew(
            "County Councils Network and Newton, November 2021", "ccn-unchecked", "2019-20", 7.4 / 5.3, results
        ),
        _spend_grew("Local Government Association, October 2021", "lga-2021", "2021-22", 12.6 / 10.9, results),
    ]
    heads = (
        "Who", "Said", "Assumption that repeats it", "In March 2025 the replication has", "What happened by then",
        "Rates held from the base would have said",
    )  # fmt: skip
    parts = [
        "# Replications of published projections",
        "Made by `make docs-tables`; do not edit. Each projection is repeated by a shipped scenario, with an "
        "assumption "
        "found by `tools/fit_replications.py` (`care-demand solve` finds others). The last column is this model "
        "with the "
        "rates of the scenario's base year held and nothing else assumed: what it would have said on the day, but for "
        "later revisions of the figures and, for money, price levels published since. One run from one base "
        "proves little; "
        "[fit.md](fit.md) has more.",
        "## Children",
        table(heads, rows, numbers=0),
        "SMF counts children in foster care, kinship foster care included; all others children looked after.",
        "## Spend",
        "Growth of gross spend on looked-after children to 2024-25. The Network's is from £5.3bn in 2019-20 to "
        "£7.4bn in "
        "2025-26; the Association's is of all children's social care from £10.9bn in 2021-22 to £12.6bn in 2024-25.",
        table(
            ("Who", "Said", "Assumption that repeats it", "The replication", "What happened", "Rates held"),
            money,
            numbers=0,
        ),
        "Headcounts were projected too high and money too low: prices and the mix of placements were missed, "
        "not numbers.",
    ]
    return "\n\n".join(parts) + "\n"


def _held(base: int) -> RunResults:
    """Run the model with the rates of a base year held, places found as needed, to March 2035 or ten years."""
    scenario = Scenario.model_validate({"name": "Held", "base": base, "assumptions": {"foster_places": "as_needed"}})
    return run_once(scenario, "held")


def _replicated(
    who: str, name: str, when: str, said: float, results: Mapping[str, RunResults], places: Sequence[str] = ()
) -> list[str]:
    one, now = results[name], "2025-03-31"
    base = int(one.dates("stock")[0][:4])
    happened = tables.value("stock", 2025) if not places else _fostered_2025()
    cells = [_children_in(run, now, places) for run in (one, _held(base))]
    return [
        _sourced(who, name),
        f"{words.count(said)} in {words.month(when)}",
        _assumption(name),
        f"{words.count(cells[0])} ({_off(cells[0], happened)})",
        words.count(happened),
        f"{words.count(cells[1])} ({_off(cells[1], happened)}), from March {base}",
    ]


def _children_in(results: RunResults, when: str, places: Sequence[str]) -> float:
    at = results.dates("stock").index(when)
    by_place = results["children"].by_placement()
    return float(sum(by_place[p][at] for p in places or by_place))


def _fostered_2025() -> float:
    return tables.value("stock_by_placement", 2025, "foster_total")


def _off(value: float, happened: float) -> str:
    return f"{100 * (value / happened - 1):+.0f}%".replace("-", "−")


def _spend_grew(who: str, name: str, since: str, said: float, results: Mapping[str, RunResults]) -> list[str]:
    base = int(results[name].dates("stock")[0][:4])
    spend = {str(year): value for year, value in tables.series("spend_total").items()}
    grown = [_in_year(run, "2024-25") / _in_year(run, since) for run in (results[name], _held(base))]
    return [
        _sourced(who, name),
        f"+{100 * (said - 1):.0f}%",
        _assumption(name),
        f"+{100 * (grown[0] - 1):.0f}%",
        f"+{100 * (spend['2024-25'] / spend[since] - 1):.0f}%",
        f"+{100 * (grown[1] - 1):.0f}%, from March {base}",
    ]


def _in_year(results: RunResults, year: str) -> float:
    """Spend in a year of the run, or in the one before it."""
    spend = _claimed(results, "total_spend", year)
    assert spend is not None
    return spend


def _sourced(who: str, name: str) -> str:
    return f"{who} [{'; '.join(load(name).scenario.sources)}]"


def _assumption(name: str) -> str:
    """Name the fitted values of a scenario."""
    return "; ".join(
        line.removeprefix("- ").replace(", *fitted*", "") for line in _assumed(load(name)) if "*fitted*" in line
    )


def _maybe(value: float | None, worded: Callable[[float], str]) -> str:
    return NONE if value is None else worded(value)


def _more_money(value: float) -> str:
    return words.money(value) if value < 0 else f"+{words.money(value)}"


def _more_count(value: float) -> str:
    shown = words.count(value)
    return shown if shown.startswith("−") or shown == "0" else f"+{shown}"


def _over_time(results: Mapping[str, RunResults], cell: Callable[[SummaryPoint], str], *, start: bool = True) -> str:
    """Return a table of scenarios by years on."""
    years = ([0] if start else []) + [2, 5, 10]
    heads = ["Scenario", "Starts from", *("at the start" if n == 0 else f"+{n} years" for n in years)]
    rows = []
    for name, one in results.items():
        by_years = {round(point.years): point for point in summary_points(one)}
        cells = [cell(by_years[n]) if n in by_years else NONE for n in years]
        rows.append([f"{one.title} (`{name}`)", words.month(one.dates("stock")[0]), *cells])
    return table(heads, rows, numbers=len(years))


def _against(results: Mapping[str, RunResults]) -> str:
    base = results[REFERENCE]
    rows = []
    for name, one in results.items():
        if name == REFERENCE or one.first_month != base.first_month:
            continue
        years, children = difference(one, base, "children")
        _, spend = difference(one, base, "total_spend")
        fewer, more = (x[0, 0].sum(axis=(-2, -1)) for x in (children, spend))
        _, programme = difference(one, base, "programme_spend")
        for n in (5, 10):
            if n <= len(years):
                rows.append(
                    [
                        f"{one.title} (`{name}`)",
                        f"March {words.year_end(years[n - 1])}",
                        _more_count(fewer[n - 1]),
                        _more_money(more[n - 1]),
                        _more_money(more[:n].sum()),
                        words.money(programme[0, 0, :n].sum()),
                    ]
                )
    heads = ("Scenario", "At", "Children", "Spend in the year", "Spend, all years", "of which programmes")
    return table(heads, rows, numbers=4)


def _numbers_or_rates(loaded: LoadedScenario, numbers: RunResults) -> str:
    held = loaded.scenario.starts.model_copy(update={"hold": "rates"})
    changed = replace(loaded, scenario=loaded.scenario.model_copy(update={"starts": held}))
    rates = simulate(changed)
    rows = []
    for year in (2030, 2035):
        at = numbers.dates("stock").index(f"{year}-03-31")
        children = [float(r["children"].total()[at]) for r in (numbers, rates)]
        n = at // 12 - 1
        spend = [float(r.by_year("total_spend")[0, 0, n].sum()) for r in (numbers, rates)]
        rows += [
            [f"Children, March {year}", *map(words.count, children), _more_count(children[1] - children[0])],
            [
                f"Spend, {numbers.financial_years[n]}",
                *map(words.money, spend),
                _more_money(spend[1] - spend[0]),
            ],
        ]
    return table(("", "Numbers held", "Rates held", "Difference"), rows, numbers=3)


def _fostering_rests_on(reference: LoadedScenario, plan: LoadedScenario) -> str:
    """Tabulate the foster plan against the status quo under other values of the two assumptions that matter most."""
    rows = []
    retention = kinds()["foster_retention"]
    for worded, update, *leaving in (
        ("As shipped", {}),
        ("10% of children in homes wait for a foster home", {"homes_waiting_share": 0.10}),
        ("20%", {"homes_waiting_share": 0.20}),
        ("45%", {"homes_waiting_share": 0.45}),
        ("500 a year leave a foster home to wait in a children's home", {"exchange_homes_per_year": 500.0}),
        ("1,500 a year", {"exchange_homes_per_year": 1_500.0}),
        ("Matching a waiting child takes a year when places are free", {"step_down_match_per_year": 1.0}),
        ("5% fewer foster households leave each year", {}, 0.95),
        ("10% fewer", {}, 0.90),
        ("10% more", {}, 1.10),
    ):
        pair = []
        for one in (reference, plan):
            assumptions = one.scenario.assumptions.model_copy(update=update)
            more = tuple(
                retention.model_validate(
                    {"kind": "foster_retention", "start": "2025-04", "deregistration_ratio": ratio}
                )
                for ratio in leaving
            )
            interventions = (*one.scenario.interventions, *more)
            scenario = one.scenario.model_copy(update={"assumptions": assumptions, "interventions": interventions})
            pair.append(simulate(replace(one, scenario=scenario)))
        spend = [float(r.by_year("total_spend")[0, 0, -1].sum()) for r in pair]
        waiting = [float(r["unmet_foster_need"].total()[-1]) for r in pair]
        rows.append([worded, *map(words.count, waiting), words.money(spend[0]), _more_money(spend[1] - spend[0])])
    heads = (
        "Assumption",
        "Unmet need 2035, status quo",
        "with 10,000 places",
        "Spend 2034-35, status quo",
        "with 10,000 places",
    )
    return table(heads, rows, numbers=4)


def _replications(loaded: Mapping[str, LoadedScenario], results: Mapping[str, RunResults]) -> Iterator[str]:
    for name, one in loaded.items():
        if one.scenario.purpose != "replication":
            continue
        yield f"### {one.scenario.name} (`{name}`)"
        rows = []
        for claim in one.scenario.claims:
            where = claim.date or claim.financial_year
            here = _claimed(results[name], claim.measure, str(where))
            worded = words.count if claim.measure == "children" else words.money
            rows.append(
                [
                    "Children looked after" if claim.measure == "children" else "Spend",
                    words.month(f"{where}-01") if claim.measure == "children" else str(where),
                    "; ".join(claim.source),
                    worded(claim.value),
                    _maybe(here, worded),
                    NONE if here is None else f"{100 * (here / claim.value - 1):+.1f}%".replace("-", "−"),
                ]
            )
        yield table(("What", "When", "Published by", "Published", "Model", "Difference"), rows, numbers=3)
        yield "With these assumptions:"
        yield "\n".join(_assumed(one))


def _claimed(results: RunResults, measure: str, when: str) -> float | None:
    """Find what the model gives where something was published; None where the run does not hold it."""
    if measure == "children":
        dates = [date[:7] for date in results.dates("stock")]
        return float(results["children"].total()[dates.index(when)]) if when in dates else None
    if when in results.financial_years:
        return float(results.by_year(measure)[0, 0, results.financial_years.index(when)].sum())
    if when == results.reference_year:
        return float(results.spend_lines.reference_spend_gbp.sum())
    return None


def _assumed(one: LoadedScenario) -> Iterator[str]:
    """List the numbers that a scenario's interventions give, with unit, line and whether they were fitted."""
    for i, intervention in enumerate(one.scenario.interventions):
        prefix = f"interventions.{i}."
        for path, origin in one.provenance.items():
            if not path.startswith(prefix) or origin.default or not isinstance(origin.value, int | float):
                continue
            field = path.removeprefix(prefix)
            if field.startswith("cost."):
                continue
            line = Path(one.path).read_text(encoding="utf-8").splitlines()[origin.line - 1]
            fitted = ", *fitted*" if "# fitted by" in line else ""
            yield f"- {intervention.title}: `{field}` {origin.value:g} {origin.unit}{fitted}"


def _other_headlines(loaded: Mapping[str, LoadedScenario], results: Mapping[str, RunResults]) -> str:
    """Return the headlines that a scenario without claims reaches by a fitted value."""
    gap = _stock_at(results["review-plan-delayed"], "2028-03-31") - _stock_at(results["review-plan"], "2028-03-31")
    places = results["foster-plan-10000"]["foster_places_approved"].total()
    target = tables.value("target_extra_places", 2029, "england")
    homes = ("childrens_home", "secure_residential", "supported")
    ccn, first, last = results["ccn-2030"], "2024-03-31", "2030-03-31"
    in_homes = [
        sum(float(ccn["children"].by_placement()[p][ccn.dates("stock").index(when)]) for p in homes)
        for when in (first, last)
    ]
    metric = "in children's homes, secure units and supported accommodation"
    said = [_projection("CCN and IMPOWER", year, metric) for year in ("2024", "2030")]
    delayed = _projection("Alma for five charities", "2027-28", "additional children in care")
    rows = [
        [
            "More children in March 2028 if the plan comes two years late",
            "`review-plan`, `review-plan-delayed`",
            words.count(delayed),
            words.count(gap),
            _value(loaded["review-plan"], "effect.risk_ratio"),
        ],
        [
            "More approved foster places by March 2029 than in March 2025",
            "`foster-plan-10000`",
            words.count(target),
            words.count(float(places[48] - places[0])),
            _value(loaded["foster-plan-10000"], "extra_households_per_year"),
        ],
        [
            "Growth of children in homes, secure and supported accommodation, 2024 to 2030",
            "`ccn-2030`",
            f"{said[1] / said[0] - 1:+.0%}",
            f"{in_homes[1] / in_homes[0] - 1:+.0%}",
            _value(loaded["ccn-2030"], "percent_per_year", "more-homes"),
        ],
    ]
    return table(("What", "Scenarios", "Published", "Model", "With (*fitted*)"), rows)


def _stock_at(results: RunResults, date: str) -> float:
    return float(results["children"].total()[results.dates("stock").index(date)])


def _projection(who: str, year: str, metric: str) -> float:
    (found,) = (p for p in tables.projections() if (p.who, p.year, p.metric) == (who, year, metric))
    return found.value


def _value(one: LoadedScenario, field: str, id_: str | None = None) -> str:
    """Return the value of one field of an intervention as its file gives it, with its unit."""
    for i, intervention in enumerate(one.scenario.interventions):
        origin = one.provenance.get(f"interventions.{i}.{field}")
        if origin is not None and not origin.default and id_ in (None, intervention.id):
            return f"`{field}` {origin.value:,.15g} {origin.unit}"
    raise LookupError(f"{one.key} gives no {field}")


# --------------------------------------------------------------------------------------------------
# The table of assumptions in docs/model.md

STRUCTURE = "data/structure.yaml"
JUDGEMENT = "judgement"


@cache
def assumptions_table() -> str:
    """Return every assumption that the published tables do not settle: value, source, place, scenario key."""
    rows = [
        [what, value, source, f"`{where}`", f"`{key}`" if key else "no"]
        for what, value, source, where, key in _assumptions()
    ]
    return table(("Assumption", "Value", "Source", "Where (in `simulator/`)", "A scenario can change it"), rows)


def _listed(values: Any) -> str:
    if isinstance(values, Mapping):
        return ", ".join(f"{key}: {value:g}" for key, value in values.items())
    return ", ".join(f"{value:g}" for value in values)


Row = tuple[str, str, str, str, str]


def _assumptions() -> Iterator[Row]:
    yield from _about_stays()
    yield from _about_starts()
    yield from _about_fostering()
    yield from _about_drift()
    yield from _about_money()
    yield from _about_the_fit()


def _about_stays() -> Iterator[Row]:
    s = structure()
    phases, leaving, home = s["phases"], s["leaving"], s["going_home"]
    tool = "judgement, chosen by hand so that docs/fit.md is met"
    yield (
        f"Hazard of passing on from each phase but the last ({', '.join(PHASES)}), a year",
        _listed(phases["progress_per_year"]),
        tool,
        STRUCTURE,
        "",
    )
    yield (
        "Hazard of leaving by phase before it is scaled, a year",
        _listed(phases["exit_per_year"]),
        "judgement; the fit scales it",
        STRUCTURE,
        "",
    )
    yield (
        "Pace of moves and of leaving that goes with the placement, by phase",
        _listed(phases["placement_pace"]),
        tool,
        STRUCTURE,
        "",
    )
    yield ("Pace of adoption from an adoptive placement", "1 in every phase", JUDGEMENT, "baseline/england.py", "")
    yield (
        "Slope of leaving with age inside a band, log a year",
        _listed(leaving["slope_per_year"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "How much more of the leaving falls in the first three phases, log, by age",
        _listed(leaving["tilt"]),
        tool,
        STRUCTURE,
        "",
    )
    for band, weights in leaving["reason_weight"].items():
        yield (f"Weights of reasons for leaving at {band}, before raking", _listed(weights), JUDGEMENT, STRUCTURE, "")
    yield (
        "Share of those who went home back in care after so many years",
        _listed(home["returned_share"]),
        f"[{home['source']}]",
        STRUCTURE,
        "",
    )
    yield (
        "Hazard of passing to the next spell at home, a year",
        _listed(home["fade_per_year"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    for move in s["moves"]:
        what = f"Moves {move['from']} to {move['to']}, ages {move['ages'][0]} to {move['ages'][1]}, before the fit"
        can = "assumptions.exchange_homes_per_year" if move["to"] == "home_waiting" else ""
        yield (what, f"{move['children']:,} children a year", JUDGEMENT, STRUCTURE, can)
    yield ("Any other move between placements", "none", JUDGEMENT, STRUCTURE, "")


def _about_starts() -> Iterator[Row]:
    s = structure()
    starts, uasc = s["starts"], s["uasc"]
    births = population.births_per_year()
    yield ("What is held when nothing changes", "numbers of starts", JUDGEMENT, "scenario/schema.py", "starts.hold")
    yield (
        "Trends in starts, stays or the mix of placements",
        "none",
        JUDGEMENT,
        "scenario/schema.py",
        "interventions (kind: trend)",
    )
    yield ("Share of the starts under 1 that come at birth", f"{starts['birth_share']:g}", JUDGEMENT, STRUCTURE, "")
    yield (
        "Slope of start rates with age inside a band, log a year",
        _listed(starts["slope_per_year"]),
        "judgement, chosen by hand so that docs/fit.md is met",
        STRUCTURE,
        "",
    )
    for place, weights in s["start_place_weight"].items():
        yield (f"Weights of first placement {place} by age, before raking", _listed(weights), JUDGEMENT, STRUCTURE, "")
    yield (
        "Births a year after mid-2023",
        f"{births:,.0f}",
        f"judgement: as many as were under 1 at mid-2023 [{tables.figure('population_by_age', 2023, '0').source}]",
        "data/population.py",
        "assumptions.births_per_year",
    )
    yield ("Migration and deaths of children", "none", JUDGEMENT, "data/population.py", "")
    yield (
        "Counting residual in a projection",
        "as in the base year",
        "derived [dfe_cla_2025]",
        "calibrate/history.py",
        "assumptions.balancing_percent_per_year",
    )
    yield ("Youngest unaccompanied child", f"{uasc['youngest_age']} years", JUDGEMENT, STRUCTURE, "")
    yield (
        "Unaccompanied arrivals by age, before the share at 17 is fitted",
        _listed(uasc["arrival_share"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Bounds of the fitted share of arrivals at 17",
        "; ".join(f"from {y}: {a} to {b}" for y, (a, b) in history.ARRIVING_AT_17.items()),
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Unaccompanied children: leaving before 18 by phase, before it is scaled",
        _listed(uasc["exit_per_year"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Unaccompanied children under 16: where they live",
        _listed(uasc["under_16_place"]),
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Unaccompanied children in foster care: share with the council",
        f"{history.UASC_FOSTER[0]:g}",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Unaccompanied children: arrivals over stock in years without a figure, first guess",
        "0.72",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Unaccompanied children: moves between placements",
        "supported and other only",
        JUDGEMENT,
        "baseline/england.py",
        "",
    )


def _about_fostering() -> Iterator[Row]:
    f = structure()["fostering"]
    yield (
        "Whether foster places limit who is fostered",
        "limited",
        JUDGEMENT,
        "scenario/schema.py",
        "assumptions.foster_places",
    )
    yield (
        "Youngest who are left without a foster home while older children have one",
        f"{f['youngest_waiting_age']} years",
        JUDGEMENT,
        STRUCTURE,
        "",
    )
    yield (
        "Share of children in homes whose plan is fostering, at the base",
        f"{f['homes_waiting_share']:g}",
        f"[{f['homes_waiting_source']}]",
        STRUCTURE,
        "assumptions.homes_waiting_share",
    )
    yield (
        "Children in supported accommodation who wait for fostering, at the base",
        "0",
        JUDGEMENT,
        "calibrate/england_series.py",
        "",
    )
    yield (
        "Fastest hazard at which a waiting child is matched, a year",
        f"{f['step_down_per_year']:g}",
        JUDGEMENT,
        STRUCTURE,
        "assumptions.step_down_match_per_year",
    )
    for stage in f["stages"]:
        yield (
            f"Mean months in the stage {stage['name']}, and its steps",
            f"{stage['months']:g} in {stage['steps']}",
            f"{f['stages_source']}",
            STRUCTURE,
            "",
        )
    yield (
        "Usable share of approved places",
        "children fostered over places approved, at the base",
        "derived [ofsted_foster_2025]",
        "projection/compile.py",
        "",
    )
    yield (
        "Order in which children take free places",
        "council first, then agencies",
        JUDGEMENT,
        "engine/fostering.py",
        "",
    )
    yield (
        "Where a child with no foster place waits",
        "a children's home; supported accommodation from 16",
        JUDGEMENT,
        "projection/compile.py",
        "",
    )
    yield (
        "Approvals, applications and leaving of foster households in a projection",
        "as in the nearest published year: "
        + ", ".join(f"{base} takes {year}" for base, year in fostering.FLOW_YEARS.items()),
        "[ofsted_foster_2025]",
        "calibrate/fit_fostering.py",
        "interventions (kind: foster_recruitment, foster_retention)",
    )
    yield (
        "Enquiries in a projection; shares of approvals by sector",
        "those of 2022-23; those of 2024",
        f"[{tables.figure('initial_enquiries', 2023, 'england').source}]",
        "calibrate/fit_fostering.py",
        "interventions (kind: foster_recruitment)",
    )
    yield (
        "Fall of mainstream households, March 2020 to 2024",
        f"{fostering.FALL_2020_TO_2024:.0%}",
        "[pac_2026]",
        "calibrate/fit_fostering.py",
        "",
    )


def _about_drift() -> Iterator[Row]:
    for process in processes():
        tied = f", tied to others of the year by {process.correlation:.2f}" if process.group else ""
        yield (
            f"In draws, yearly steps of {process.name.replace('_', ' ')}, standard deviation of the log",
            f"{process.sd_per_year:.3f}{tied} (record {process.first} to {process.last})",
            f"derived [{process.source}]",
            "data/drift.csv",
            "assumptions.drift",
        )


def _about_money() -> Iterator[Row]:
    yield (
        "Growth of general prices (GDP deflator) after the last published year",
        f"{compiling.DEFLATOR_PERCENT:g}% a year",
        "judgement: the inflation target",
        "projection/compile.py",
        "assumptions.deflator_percent_per_year",
    )
    yield (
        "Growth of unit costs above general prices",
        "none unless a scenario says so",
        JUDGEMENT,
        "projection/compile.py",
        "interventions (kind: price_growth)",
    )
    percent = next(n for n in notes(Assumptions) if n.path == "discount_percent")
    yield (
        "Discount rate of present values",
        f"{percent.default:g}% a year",
        f"[{percent.source}]",
        "scenario/schema.py",
        "assumptions.discount_percent",
    )
    yield (
        "Overhead share (stays when numbers change): kinship and council foster care",
        "own spend on fostering other than allowances, as a share of own spend on fostering",
        "derived [dfe_s251_outturn_2024_release]",
        "calibrate/costs.py",
        "",
    )
    yield (
        "Overhead share: children's homes, secure and other residential",
        "council-run share of residential spend",
        "derived [dfe_s251_outturn_2024_release]",
        "calibrate/costs.py",
        "",
    )
    yield ("Overhead share: every other line", "0", JUDGEMENT, "calibrate/costs.py", "")
    yield (
        "Share of secure and other residential that the residential line pays for",
        f"{costs.RESIDENTIAL_SHARE_OF_OTHER:g}",
        "derived [dfe_cla_2024]",
        "calibrate/costs.py",
        "",
    )
    yield (
        "Lines of 2024-25 that its return does not show",
        f"split as in {costs.LAST_OUTTURN}",
        "[mhclg_ro3_2024_25], [dfe_s251_outturn_2024_release]",
        "calibrate/costs.py",
        "",
    )
    yield ("Unit cost of a week, same within a line", "spend over child-weeks", "derived", "calibrate/costs.py", "")
    yield (
        "Unit costs of kinship and council foster care",
        "council fostering shared by weeks, plus family and friends",
        JUDGEMENT,
        "calibrate/costs.py",
        "",
    )


def _about_the_fit() -> Iterator[Row]:
    yield (
        "First year of the run-in; starts by age in it",
        f"{history.RUN_IN_FROM}, after 18 years at its flows; as in 2011",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Width of birth cohorts in a run",
        f"{COHORT_MONTHS} months",
        "judgement (see accuracy.md)",
        "calibrate/build.py",
        "",
    )
    yield (
        "Pull of the scaling by phase towards 1; bounds of one step",
        "0.06; −40% to +60%",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Scaling of the opening by time in care, 2019 to 2024: damping and bounds",
        "power 0.6, 0.8 to 1.25",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield (
        "Least that a fitted move may fall to in one round",
        "a tenth of its flow",
        JUDGEMENT,
        "calibrate/history.py",
        "",
    )
    yield ("Exits at 16 and over before 2016, by age", "split as in 2016", JUDGEMENT, "calibrate/england_series.py", "")
    yield (
        "Foster care by sector before 2022",
        "Department's provider counts, scaled to Ofsted's in 2022",
        JUDGEMENT,
        "calibrate/england_series.py",
        "",
    )
    yield (
        "Moves between supported accommodation and other in a projection",
        "balanced at the assumed gross flow",
        JUDGEMENT,
        "calibrate/build.py",
        "",
    )
    yield ("Placements", f"{len(names())}, of which two are children waiting", "definition", "data/placements.yaml", "")


if __name__ == "__main__":
    main()
