"""What a sufficiency statement holds: tables and sentences, of which every figure names its file and row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from simulator.baseline.neighbours import INDICATORS
from simulator.outputs.charts import words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.verdicts import REGIMES
from simulator.outputs.documents.document_page import DocumentTable
from simulator.outputs.documents.model_record import limits, record_tables, verdict
from simulator.outputs.documents.run_rows import RunFolder, TableRow, numbered, traced
from simulator.outputs.sufficiency_text import BAND_LABELS, NEED_LABELS, PLACEMENT_LABELS, WHERE_LABELS, YEARLY_LABELS
from simulator.results.sufficiency_tables import PEER_LABELS, places_told
from simulator.vocabulary.labels import ALL
from simulator.vocabulary.told import is_said

ROWS_OF = "Rows of {}"
"""Name of the column that says where figures stand."""

NEEDED, GAPS, WHERE, PEERS = (
    "placements-needed.csv", "needs-and-gaps.csv", "in-and-out-of-area.csv", "beside-others.csv",
)  # fmt: skip
SHARED = ("itself", "neighbours", "region", "England")


@dataclass(frozen=True)
class StatementPicture:
    """A chart of the run: its file without an ending, and its alternative text."""

    path: Path
    alt: str


@dataclass(frozen=True)
class StatementSection:
    """A part of a statement: sentences, tables, pictures and points."""

    title: str
    says: tuple[str, ...] = ()
    tables: tuple[DocumentTable, ...] = ()
    pictures: tuple[StatementPicture, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """A sufficiency statement.

    Attributes
    ----------
    title, area, scenario : str
    lead : tuple of str
        What it is, and how to read its figures.
    sections : tuple of StatementSection
    """

    title: str
    area: str
    scenario: str
    lead: tuple[str, ...]
    sections: tuple[StatementSection, ...] = field(default=())


def statement(folder: Path, compared: Path | None, command: str) -> Statement:
    """Return the statement of a folder that `sufficiency`, or a `run` of one council or region, wrote.

    Parameters
    ----------
    folder : Path
    compared : Path or None
        A folder that `compare` wrote of the same place, for what measures would change.
    command : str
        Of the run, as its manifest has it.
    """
    run = RunFolder(folder)
    first = run.rows(NEEDED)[0]
    area, scenario, start = first["area"], first["scenario"], first["date"]
    drawn = bool(first["p50"])
    dates = [row["date"] for row in run.rows(NEEDED, placement=ALL, age_band=ALL)]
    sections = (
        StatementSection("In short", points=tuple(_short(run, dates))),
        StatementSection(
            "What is needed", ("Placements needed on 31 March, by type and by age.",), tuple(_needed(run, dates))
        ),
        StatementSection(
            "What there is, and what is missing",
            (
                "Places are told of the council's own carers and of beds that it states; all other placements are "
                "bought as they are needed.",
            ),
            tuple(_gaps(run, dates)),
        ),
        StatementSection("Where children live", (), tuple(_where(run, dates))),
        StatementSection("What it costs", (), tuple(_costs(run, dates))),
        StatementSection("What each measure would change", *_measures(run, compared, area)),
        StatementSection("Beside others", (), tuple(_peers(run, area))),
        StatementSection("Charts", (), (), tuple(_pictures(folder))),
        StatementSection("How far to trust it", (verdict(),), record_tables([area]), (), tuple(_limits(folder))),
        StatementSection("How this was made", (f"Command: {command}", _TRACED)),
    )
    told = "Figures are the median of draws, with the interval that holds 80% of them in brackets."
    lead = (
        f"Placements that {area} needs from {words.month(start)}, what it has, where its children live and what that "
        "costs, as evidence for its duty to secure enough homes (section 22G of the Children Act 1989).",
        told if drawn else "Figures are of the central run: there are no draws, and so no intervals.",
        f"All of it holds if the assumptions of the scenario {scenario} hold. The last column of each table says in "
        "which rows of which file of the run its figures stand, in their order.",
    )
    kept = tuple(one for one in sections if one.says or one.tables or one.pictures or one.points)
    return Statement(f"Evidence for a sufficiency statement: {area}", area, scenario, lead, kept)


_TRACED = "Rows are counted as a spreadsheet counts them: the names of columns are row 1."


def _short(run: RunFolder, dates: Sequence[str]) -> Iterator[str]:
    """Yield the key sentences."""
    last = dates[-1]
    now, later = (run.row(NEEDED, date=date, placement=ALL, age_band=ALL) for date in (dates[0], last))
    if now is not None and later is not None:
        yield (
            f"Children who need a placement: {_told(now, words.count)} in {words.month(dates[0])} and "
            f"{_told(later, words.count)} in {words.month(last)} ({traced([now, later])})."
        )
    unmet = [run.row(GAPS, date=date, measure="unmet_foster_need") for date in (dates[0], last)]
    if unmet[0] is not None and unmet[1] is not None:
        yield (
            f"Of those in homes or supported accommodation, so many had fostering as their original plan: "
            f"{_told(unmet[0], words.count)} now and {_told(unmet[1], words.count)} in {words.month(last)} "
            f"({traced(unmet)}). How many there are is not identified."
        )
    far = _newest(run, "distance", "over_20_miles"), _newest(run, "locality", "outside")
    for row, said in zip(far, (_FAR, _OUTSIDE), strict=True):
        if row is not None and row.figure("percent") is not None:
            yield f"{row.figure('percent'):.0f}% of {said} ({traced([row])})."
    spend = run.rows(GAPS, date=last, measure="placement_spend")
    real = next((row for row in spend if row["price_basis"] not in ("", "cash")), None)
    if real is not None:
        yield (
            f"Placements cost {_told(real, words.money)} in {real['period']}, in {_prices(real)} ({traced([real])})."
        )


_FAR = "children whose distance is known are placed over 20 miles from home"
_OUTSIDE = "children are placed outside the area"


def _newest(run: RunFolder, by: str, category: str) -> TableRow | None:
    rows = [row for row in run.rows(WHERE, placement=ALL, by=by, category=category) if not row["years_ahead"]]
    return max(rows, key=lambda row: row["date"]) if rows else None


def _told(row: TableRow | None, write: Callable[[float], str]) -> str:
    """Write a figure with its interval, or the word where it is hidden."""
    if row is None:
        return ""
    central = row.figure()
    if central is None:
        return row["central"]
    middle, low, high = (row.figure(name) for name in ("p50", "p10", "p90"))
    if middle is None or low is None or high is None:
        return write(central)
    texts = [write(value) for value in (middle, low, high)]
    return texts[0] if len(set(texts)) == 1 else f"{texts[0]} ({texts[1]} to {texts[2]})"


def _prices(row: TableRow) -> str:
    basis = row["price_basis"]
    return "cash" if basis == "cash" else f"{basis.replace('real ', '')} prices" if basis else ""


def _heads(dates: Sequence[str]) -> list[str]:
    return [words.month(date) for date in dates]


def _needed(run: RunFolder, dates: Sequence[str]) -> Iterator[DocumentTable]:
    """Yield what is needed by type, by age, and by both at the start and at the end."""
    rows = []
    for placement, label in ((ALL, "In all"), *PLACEMENT_LABELS.items()):
        found = [run.row(NEEDED, date=date, placement=placement, age_band=ALL) for date in dates]
        if found[0] is not None:
            has = found[0].figure("has")
            text = words.count(has) if has is not None else found[0]["has"]
            told = places_told(text, found[0]["has_basis"])
            rows.append((label, *(_told(row, words.count) for row in found), told, numbered(found)))
    yield DocumentTable(
        "Placements needed by type", ("Placement", *_heads(dates), "Has now", ROWS_OF.format(NEEDED)), tuple(rows)
    )
    rows = []
    for band, label in BAND_LABELS.items():
        found = [run.row(NEEDED, date=date, placement=ALL, age_band=band) for date in dates]
        if found[0] is not None:
            rows.append((f"Aged {label}", *(_told(row, words.count) for row in found), numbered(found)))
    yield DocumentTable("Placements needed by age", ("Age", *_heads(dates), ROWS_OF.format(NEEDED)), tuple(rows))
    for date in (dates[0], dates[-1]):
        rows = []
        for placement, label in PLACEMENT_LABELS.items():
            found = [run.row(NEEDED, date=date, placement=placement, age_band=band) for band in BAND_LABELS]
            if any(row is not None for row in found):
                rows.append((label, *(_told(row, words.count) for row in found), numbered(found)))
        if rows:
            yield DocumentTable(
                f"Placements needed by type and age, {words.month(date)}",
                ("Placement", *(f"Aged {label}" for label in BAND_LABELS.values()), ROWS_OF.format(NEEDED)),
                tuple(rows),
                said=(_WITH_PARENTS,),
            )


_WITH_PARENTS = (
    "Secure and other residential settings are all those that are no children's home, such as family centres and "
    "mother and baby units (R3 in the return of children looked after), where the youngest of them live."
)


def _gaps(run: RunFolder, dates: Sequence[str]) -> Iterator[DocumentTable]:
    """Yield need, places and what is missing."""
    rows = []
    for measure, label in NEED_LABELS.items():
        found = [run.row(GAPS, date=date, measure=measure, period="instant") for date in dates]
        if any(row is not None and row.figure() != 0.0 for row in found):
            rows.append((label, *(_told(row, words.count) for row in found), numbered(found)))
    for measure, label in YEARLY_LABELS.items():
        found = [_of_year(run, date, measure, "") for date in dates]
        if any(row is not None for row in found):
            rows.append((label, *(_told(row, words.count) for row in found), numbered(found)))
    yield DocumentTable("Need, places and what is missing", ("What", *_heads(dates), ROWS_OF.format(GAPS)), tuple(rows))


def _costs(run: RunFolder, dates: Sequence[str]) -> Iterator[DocumentTable]:
    """Yield what placements and unmet need cost, in real prices and in cash."""
    bases = dict.fromkeys(row["price_basis"] for row in run.rows(GAPS) if row["price_basis"])
    for basis in sorted(bases, key=lambda basis: basis == "cash"):
        rows, one = [], None
        for measure, label in (*YEARLY_LABELS.items(), ("total_spend", "All spend on children looked after")):
            found = [_of_year(run, date, measure, basis) for date in dates]
            if any(row is not None and row.figure() != 0.0 for row in found):
                one = next(row for row in found if row is not None)
                rows.append((label.removesuffix(" in the year to then"), *(_told(row, words.money) for row in found),
                             numbered(found)))  # fmt: skip
        if one is not None:
            heads = [f"Year to {head}" for head in _heads(dates)]
            yield DocumentTable(f"Cost in {_prices(one)}", ("What", *heads, ROWS_OF.format(GAPS)), tuple(rows)).filled()


def _of_year(run: RunFolder, date: str, measure: str, basis: str) -> TableRow | None:
    """Return the row of a flow in the year to a day, in a price basis."""
    found = [row for row in run.rows(GAPS, date=date, measure=measure, price_basis=basis) if row["period"] != "instant"]
    return found[0] if found else None


def _where(run: RunFolder, dates: Sequence[str]) -> Iterator[DocumentTable]:
    """Yield where children are placed, as last counted, and what that comes to."""
    rows = []
    for (by, category), label in WHERE_LABELS.items():
        last = _newest(run, by, category)
        if last is None:
            continue
        later = [run.row(WHERE, date=date, placement=ALL, by=by, category=category) for date in dates[1:]]
        cells = [_plain(last, "children", words.count), _plain(last, "percent", lambda value: f"{value:.0f}%")]
        cells += [_plain(row, "children", words.count) for row in later]
        rows.append((label, words.month(last["date"]), *cells, numbered([last, *later])))
    if rows:
        heads = ("Where", "Counted in", "Children", "Share", *_heads(dates[1:]), ROWS_OF.format(WHERE))
        said = (
            "Later years are what the shares of the last count come to: where children are placed is not projected.",
            "Distances are counted, and are shares, of children whose distance is known, here and beside others; later "
            "years, and charts of children far from home, take the rest to be placed as far.",
        )
        yield DocumentTable("Where children are placed", heads, tuple(rows), said=said)


def _plain(row: TableRow | None, column: str, write: Callable[[float], str]) -> str:
    if row is None:
        return ""
    value = row.figure(column)
    return row[column] if value is None else write(value)


def _measures(run: RunFolder, compared: Path | None, area: str) -> tuple[tuple[str, ...], tuple[DocumentTable, ...]]:
    """Return what programmes of the run, and other scenarios beside it, would change."""
    tables = []
    rows = []
    for row in run.rows("attribution.csv", area=area, counted="shapley"):
        if row["financial_year"] == max(one["financial_year"] for one in run.rows("attribution.csv")):
            write = words.money if row["unit"] == "GBP" else words.count
            rows.append(
                (
                    f"{row['programme']}: {row['measure'].replace('_', ' ')}",
                    _told(row, partial(signed, write=write)),
                    numbered([row]),
                )
            )
    if rows:
        tables.append(
            DocumentTable(
                "What each programme of the scenario brings",
                ("Programme", "Change", ROWS_OF.format("attribution.csv")),
                tuple(rows),
            )
        )
    valued = list(_value_rows(run, area))
    if valued:
        heads = ("What", *REGIMES.values(), ROWS_OF.format("value-for-money.csv"))
        tables.append(DocumentTable("Value for money of its programmes", heads, tuple(valued)))
    if compared is not None:
        tables += _differences(RunFolder(compared), area)
    nothing = (
        "The scenario has no programmes, and nothing stands beside it. Run `care-demand compare` of this scenario and "
        "of those with measures, for the same place, and give its folder with --compared."
    )
    return ((nothing,) if not tables else ()), tuple(tables)


_VALUES: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "pv_programme_cost": ("Cost of programmes, present value", words.money),
    "pv_gross_saving": ("Saving, gross, present value", words.money),
    "npv": ("Net present value", partial(signed, write=words.money)),
    "benefit_cost_ratio": ("Saving for each £1", lambda value: f"£{value:,.2f}".replace("£-", "−£")),
    "child_years_avoided": ("Child-years avoided", words.count),
    "chance_pays": ("Chance that they pay", lambda value: f"{value:.0%}"),
}
_LIMITED, _AS_NEEDED = ":places_limited", ":places_as_needed"


def _value_rows(run: RunFolder, area: str) -> Iterator[tuple[str, ...]]:
    """Yield value for money, with places limited and with places found as needed."""
    every = run.rows("value-for-money.csv", area=area)
    ends = (_LIMITED, "") if any(row["item"].endswith(_LIMITED) for row in every) else ("", _AS_NEEDED)
    for item, (label, write) in _VALUES.items():
        found = [run.row("value-for-money.csv", area=area, item=f"{item}{end}") for end in ends]
        if any(row is not None for row in found):
            yield (label, *(_told(row, write) for row in found), numbered(found))


_COMPARED = {
    "children": "Children looked after", "unmet_foster_need": "In homes, original plan fostering",
    "foster_places_usable": "Usable foster places", "placement_spend": "Spend on placements",
    "total_spend": "All spend on children looked after",
}  # fmt: skip
_YEARS_ON = 5


def _differences(compared: RunFolder, area: str) -> list[DocumentTable]:
    """Return what each other scenario of a comparison changes against its first."""
    every = compared.rows("differences.csv", area=area)
    years = sorted({row["financial_year"] for row in every})
    if not years:
        return []
    year = years[min(_YEARS_ON, len(years)) - 1]
    found = []
    for scenario in dict.fromkeys(row["scenario"] for row in every):
        rows = []
        for measure, label in _COMPARED.items():
            for row in compared.rows("differences.csv", area=area, scenario=scenario, measure=measure, placement=ALL,
                                     financial_year=year):  # fmt: skip
                if row["price_basis"] == "cash":
                    continue
                write = words.money if row["unit"] == "GBP" else words.count
                said = f"{label}, {_prices(row)}" if row["price_basis"] else label
                rows.append((said, _told(row, partial(signed, write=write)), numbered([row])))
        if rows:
            caption = f"What {scenario} would change by {year}, against the first scenario of the comparison"
            found.append(
                DocumentTable(
                    caption, ("What", "Change", ROWS_OF.format("differences.csv of the comparison")), tuple(rows)
                )
            )
    return found


def _peers(run: RunFolder, area: str) -> Iterator[DocumentTable]:
    """Yield the council beside its neighbours, its region and England."""
    every = run.rows(PEERS)
    names: dict[str, tuple[str, str]] = {}
    for row in every:
        if row["relation"] in (*SHARED, "itself, counted"):
            counted = "counted" if row["relation"] == "itself, counted" else "published"
            own = f"{area}, {counted}" if row["relation"].startswith("itself") else row["compared_with"]
            names[own] = row["relation"], row["compared_with"]
    rows = []
    for indicator, unit in INDICATORS.items():
        found = [
            run.row(PEERS, relation=relation, compared_with=name, indicator=indicator)
            for relation, name in names.values()
        ]  # fmt: skip
        if any(row is not None for row in found):
            whole = unit in ("children", "GBP a week")
            cells = [_plain(row, "value", _whole if whole else _tenths) for row in found]
            rows.append((PEER_LABELS[indicator], *cells, numbered(found)))
    near = [row["compared_with"] for row in run.rows(PEERS, relation="neighbour")]
    said = (f"Statistical neighbours: {', '.join(dict.fromkeys(near))}.",) if near else ()
    if rows:
        yield DocumentTable(
            f"{area} beside others", ("Indicator", *names, ROWS_OF.format(PEERS)), tuple(rows), said=said
        )


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _tenths(value: float) -> str:
    return f"{value:,.1f}"


def _pictures(folder: Path) -> Iterator[StatementPicture]:
    """Yield the charts that the run drew, with their alternative texts."""
    texts = folder / "charts" / "alt-text.txt"
    for line in texts.read_text(encoding="utf-8").splitlines() if texts.is_file() else ():
        name, _, alt = line.partition(": ")
        path = folder / "charts" / name
        if path.with_suffix(".png").is_file() and path.with_suffix(".svg").is_file():
            yield StatementPicture(path, alt)


def _limits(folder: Path) -> Iterator[str]:
    """Yield the notes of the run, and what the model leaves out."""
    for name in ("sufficiency.txt", "summary.txt"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            if is_said(line):
                yield line.partition(": ")[2]
    yield from (f"{head}: {rest}" for head, rest in limits())
