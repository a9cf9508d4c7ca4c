"""What charts find, in the words of their titles: one place for the pictures of `run` and for those of the page.

Nothing here draws, so that a page or a report has the same titles without matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from simulator.outputs.charts import headline, series, words
from simulator.outputs.charts.headline import signed
from simulator.outputs.charts.series import Course
from simulator.results.figures import interval, middle, way
from simulator.results.funded import DatedGap
from simulator.results.quantities import Array
from simulator.results.results_protocol import Results
from simulator.results.value_for_money import ValueAccount
from simulator.vocabulary.placements import placements


def children_found(results: Results) -> str:
    """Return what becomes of the number of children, against a published projection where one is replicated."""
    path = series.stock(results, "children")
    replicated = series.replication_finding(results, "children", path, "children in care", words.count, words.month)
    if replicated:
        return replicated
    return headline.level(
        "Children in care", path, words.count, words.month, ("rise", "fall", "hardly change"), more=("more", "fewer")
    )


def mix_found(shares: Mapping[str, Course], when: tuple[str, str]) -> tuple[str, str]:
    """Return which placement's share of children moves most, and its name; no name where none moves much.

    Parameters
    ----------
    shares : mapping of placement to Course
        Per cent of children.
    when : (str, str)
        The first and the last date, in words.
    """
    moved = {name: share.middle[-1] - share.middle[0] for name, share in shares.items()}
    name = max(moved, key=lambda key: abs(moved[key]))
    first, last = shares[name].middle[[0, -1]]
    if abs(moved[name]) < 0.5:
        most = abs(moved[name])
        return f"The mix of placements hardly changes: no share moves by more than {most:.1f} points by {when[1]}", ""
    if way(headline.since(shares[name]), float(first), least=0.0) == "unsure":
        ends = headline.between(shares[name].draws[:, -1], lambda share: f"{share:.0f}%")
        title = f"The share of children in {in_sentence(name)}: {first:.0f}% in {when[0]}, and {ends} by {when[1]}"
        return f"{title} ({headline.DRAWS})", name
    digits = 1 if round(first) == round(last) else 0
    return (
        f"The share of children in {in_sentence(name)} {'grows' if last > first else 'shrinks'} "
        f"from {first:.{digits}f}% to {last:.{digits}f}% by {when[1]}, the largest change"
    ), name


def foster_found(unmet: Course) -> str:
    """Return what becomes of children in homes whose original plan was fostering."""
    if max(unmet.middle[[0, -1]]) < 0.5:
        end = words.month(unmet.when[-1])
        return f"Foster places are enough in {end}: nobody whose original plan was fostering lives elsewhere"
    return headline.level(
        "Children in homes whose original plan was fostering",
        unmet,
        words.count,
        words.month,
        ("grow", "fall", "stay about the same,"),
    )


def claims_of(results: Results, gap: str, area: int = 0) -> list[DatedGap]:
    """Return published claims of a gap that are of an area of the run."""
    known = results.funded.claims if results.funded is not None else ()
    return [claim for claim in known if claim.gap == gap and claim.area == results.areas[area]]


def funding_found(results: Results) -> str:
    """Return how far spend is above funding in the last year, in cash and in real prices."""

    def pounds(value: float) -> str:
        return signed(value, words.money)

    missing = series.over_years(results, results.gap("gap"))
    real = results.gap("gap", real=True).area()[:, -1]
    return (
        f"Gap between spend and funding in {missing.when[-1]}: "
        f"{headline.between(missing.draws[:, -1], pounds)} in cash, "
        f"{headline.between(real, pounds)} {series.prices_words(results)}"
        f"{f' ({headline.DRAWS})' if results.draws > 1 else ''}"
    )


def comparable(everything: Sequence[Results]) -> tuple[list[int], list[int]]:
    """Return the scenarios whose difference from the first means something, and those whose does not.

    Scenarios that start in another month stand on another base: the difference on a common date would
    mix what the scenario changes with what the two bases knew.
    """
    others = range(1, len(everything))
    same = [i for i in others if everything[i].first_month == everything[0].first_month]
    return same, [i for i in others if i not in same]


def finding(
    title: str,
    changes: Array,
    whole: float,
    *,
    what: str,
    more: str,
    less: str,
    write: Callable[[float], str],
    when: str,
) -> str:
    """Return a difference, (1 + draw,), as a sentence that says how large it is next to the total.

    Where draws do not tell its way, it says between which values 80% of them are.
    """
    change = float(middle(changes, quantiles=False))
    found = way(changes, whole, least=1e-9)
    if found == "unsure":
        ends = headline.between(changes, lambda value: signed(value, write))
        return f"{title}: {ends} in {what} by {when} ({headline.DRAWS}), which holds no change"
    if found == "same" or write(abs(change)).strip("£") == "0":
        return f"{title}: no change in {what} by {when}"
    share = words.percent(change, whole)
    only = "only " if abs(change) < 0.01 * abs(whole) and share[0].isdigit() else ""
    size = f"{write(abs(change))} {more if change > 0 else less} {what}"
    return f"{title}: {size} by {when}, {only}{share} of the total"


def finding_with_ends(title: str, changes: Array, whole: float, *, write: Callable[[float], str], **told: str) -> str:
    """Return :func:`finding` with the ends of its 80% interval, once."""
    said = finding(title, changes, whole, write=write, **told)
    ends = interval(changes, 10, 90, quantiles=False)
    if ends is None or way(changes, whole, least=1e-9) == "unsure":
        return said
    low, high = (signed(float(edge), write) for edge in ends)
    return f"{said}, with 80% of draws between {low} and {high}"


def latest_common(paths: Sequence[Course]) -> tuple[str, list[int]]:
    """Return the last instant or year that most scenarios project, and which scenarios do.

    The reference is always among them. First instants do not count: they are given, not projected.
    """
    if len(paths[0].when) == 1:
        return paths[0].when[0], [i for i, path in enumerate(paths) if paths[0].when[0] in path.when]
    reaching = {when: [i for i, path in enumerate(paths) if when in path.when[1:]] for when in paths[0].when[1:]}
    most = max(len(who) for who in reaching.values())
    when = [when for when, who in reaching.items() if len(who) == most][-1]
    return when, reaching[when]


def compared(
    titles: Sequence[str],
    paths: Sequence[Course],
    scenarios: int,
    of: str,
    write: Callable[[float], str],
    when: Callable[[str], str],
) -> str:
    """Return how far apart scenarios are at the last date that most of them project."""
    date, who = latest_common(paths)
    values = {i: float(paths[i].middle[paths[i].when.index(date)]) for i in who}
    lowest, highest = min(values, key=lambda i: values[i]), max(values, key=lambda i: values[i])
    span = f"{when(paths[0].when[0])} to {when(date)}"
    some = "" if len(who) == scenarios else f", among the {len(who)} scenarios that run from {span}"
    subject = of[:1].upper() + of[1:]
    if len(paths) == 1:
        return f"{titles[0]}: {of} of {write(values[0])} by {when(date)}"
    if len(who) == 1:
        return f"{titles[0]}: {of} of {write(values[0])} by {when(date)}; no other scenario covers that date"
    if write(values[lowest]) == write(values[highest]):
        return f"{subject} in {when(date)} is the same, {write(values[lowest])}{some or ', in all scenarios'}"
    plural = "range" if of.startswith("children") else "ranges"
    apart = (paths[highest] - paths[lowest]).draws[:, -1]
    unsure = way(apart, values[highest], least=0.0) == "unsure"
    told = f"; {headline.DRAWS} don't tell these two apart" if unsure else ""
    return (
        f"{subject} in {when(date)} {plural} from {write(values[lowest])} ({titles[lowest]}) "
        f"to {write(values[highest])} ({titles[highest]}){some}{told}"
    )


def net_cost_path(account: ValueAccount) -> Course:
    """Return the cumulative net cost of an account, from nothing at its start."""
    at = np.array([float(words.year_end(year)) for year in account.years])
    draws = np.insert(account.cumulative_net_cost, 0, 0.0, axis=1)
    return Course(np.insert(at, 0, at[0] - 1.0), (words.financial_year(at[0] - 1.0), *account.years), draws)


def net_value_path(account: ValueAccount) -> Course:
    """Return what programmes have saved less what they have cost, added up: it ends at the net present value."""
    cost = net_cost_path(account)
    return replace(cost, draws=0.0 - cost.draws)


def reported_parts(values: Array, names: tuple[str, ...]) -> dict[str, Array]:
    """Return (draw, time) totals by placement as published figures report it, from (draw, time, place)."""
    parts: dict[str, Array] = {}
    counted_in = {placement.name: placement.reported_as for placement in placements()}
    for i, name in enumerate(names):
        group = counted_in.get(name, name)
        parts[group] = parts[group] + values[..., i] if group in parts else values[..., i]
    return parts


def label(name: str) -> str:
    """Return what people read for a placement."""
    return {placement.name: placement.label for placement in placements()}.get(name, name.replace("_", " "))


def plural(name: str) -> str:
    """Return what people read for a placement where several are meant."""
    return {placement.name: placement.plural for placement in placements()}.get(name, label(name))


def in_sentence(name: str) -> str:
    """Return what people read for a placement within a sentence, where several are meant."""
    text = plural(name)
    return text[:1].lower() + text[1:]
