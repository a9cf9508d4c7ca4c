"""What holds of every kind of intervention: no field is ignored, and no effect moves nothing but money."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_cases import CASES
from kind_examples import EXAMPLES, NEUTRAL, NO_SUM, OF_WHOM, OTHER, OTHER_GROUP, SIGNS, WON_OR_COUNTED, leaves
from kind_rates import MONTHS, PAIR, PAIR_OF_ENGLAND, arrays, change, made, make_context, make_rates
from ruamel.yaml import YAML

from simulator.interventions import apply_all, kinds, notes
from simulator.results.labelled import RunResults
from simulator.runs.simulate import simulate
from simulator.scenario import ScenarioError, load_mapping
from simulator.scenario.read import load_given
from simulator.vocabulary.calendar import Month

END = "2028-03"
"""Last month of whole runs."""


def moved(kind: str, data: dict[str, Any], path: str) -> dict[str, Any]:
    """The same data with one value changed to another that is allowed."""
    changed = deepcopy(data)
    *above, last = path.split(".")
    holder = changed
    for step in above:
        holder = holder[step]
    value = holder[last]
    known = {note.path: note for note in notes(kinds()[kind])}
    choices = known[path].choices if path in known else ()
    if path in OTHER:
        holder[last] = OTHER[path]
    elif path == "measure":
        holder[last] = "stays" if value == "starts" else "starts"
        if "value" in changed or "at_most" in changed:
            changed = {k: v for k, v in changed.items() if k not in ("value", "at_most")} | {"ratio": 2.0}
        for key in ("from", "to"):
            changed.pop(key, None)
    elif path == "aimed_at.group":
        holder[last] = OTHER_GROUP[value]
    elif choices:
        holder[last] = next(word for word in choices if word not in (value, "step"))
    elif isinstance(value, bool):
        holder[last] = not value
    elif isinstance(value, str):
        holder[last] = str(Month.parse(value) + 2)
    else:
        holder[last] = type(value)(value + 1) if isinstance(value, int) else value * 0.9
    return changed


@pytest.mark.parametrize("kind", kinds())
def test_every_field_moves_an_output(kind: str) -> None:
    rates, context = make_rates(), make_context()
    tried = {"cost.budget_gbp"}
    describes = {note.path for note in notes(kinds()[kind]) if note.describes}
    for data in EXAMPLES[kind]:
        before = made(kind, data).apply(rates, context)
        for path in set(leaves(data)) - describes:
            after = made(kind, moved(kind, data, path)).apply(rates, context)
            assert change(before, after), f"{kind}: {path} is ignored"
            tried.add(path)
    known = [note for note in notes(kinds()[kind]) if not note.describes]
    paths = [note.path for note in known]
    ends = {path for path in paths if not any(other.startswith(f"{path}.") for other in paths)}
    ends -= {path for path in ends if path.startswith("areas.")}  # test_every_kind_acts_where_it_says
    ends -= {"transfer_threshold_percent"}  # it moves nothing in England as a whole: by_hand/transfer_scheme.yaml
    ends -= {"cost.statutory"}  # test_a_duty_is_no_part_of_a_plan: it moves what gaps are made of, and no rate
    ends -= {f"cost.{name}" for name in OF_WHOM}  # test_money_says_whom_it_reaches_and_reach_what_it_costs
    patterns = {path.replace("2026-27", "*") for path in tried}
    assert ends - patterns == set(), f"{kind}: fields that no example tries"


@pytest.mark.parametrize("kind", kinds())
def test_no_effect_moves_only_money(kind: str) -> None:
    rates, context = make_rates(), make_context()
    costly = made(kind, {**NEUTRAL[kind], "cost": {"per_year_gbp": 1e6}}).apply(rates, context)
    assert change(rates, costly) == {"rates.programme_spend_gbp"}
    for (name, before), (_, after) in zip(arrays(rates), arrays(costly), strict=True):
        if name != "rates.programme_spend_gbp":
            assert before.tobytes() == after.tobytes(), name


@pytest.mark.parametrize("kind", kinds())
def test_rates_stay_possible_and_inputs_stay_as_they_were(kind: str) -> None:
    rates, context = make_rates(), make_context()
    copies = {name: array.copy() for name, array in arrays(rates)}
    for data in EXAMPLES[kind]:
        after = made(kind, data).apply(rates, context)
        after.check()
        for (name, before), (_, now) in zip(arrays(rates), arrays(after), strict=True):
            assert np.array_equal(before, copies[name])
            assert before.ndim == now.ndim, name
            if now.shape != before.shape:
                assert {MONTHS, MONTHS + 1} & set(now.shape), name


@pytest.mark.parametrize("kind", kinds())
def test_spend_of_all_adds_up(kind: str) -> None:
    rates, context = make_rates(), make_context()
    data = EXAMPLES[kind][0]
    with_cost = made(kind, data)
    without = made(kind, NEUTRAL[kind] if kind != "budget_line" else data)
    once = with_cost.apply(rates, context).programme_spend_gbp
    nothing = np.zeros_like(once) if kind != "budget_line" else once
    after = apply_all(rates, [with_cost, without, with_cost], context)
    assert once.any() == (with_cost.cost is not None)
    np.testing.assert_allclose(after.programme_spend_gbp, once + nothing + once, rtol=1e-12)


@pytest.mark.parametrize("kind", kinds())
def test_every_number_has_a_unit_and_bounds(kind: str) -> None:
    for note in notes(kinds()[kind]):
        assert note.label, note.path
        if note.unit:
            assert note.low is not None, note.path
            assert note.high is not None, note.path
        if isinstance(note.default, (int, float)) and not isinstance(note.default, bool):
            assert note.unit, note.path
            assert note.source, note.path
        assert (
            note.default is not None
            or note.required
            or note.describes
            or note.if_empty
            or (
                note.path.split(".")[-1]
                in (
                    "budget_gbp",
                    "per_year_gbp",
                    "names",
                    "count",
                    "of",
                    "share",
                    "*",
                    "from",
                    "to",
                    "eligible_per_year",
                    "percent_per_year",
                    "ratio",
                    "value",
                    "at_most",
                    "path",
                )
            )
        ), f"{note.path} does not say what happens without a value"


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_acts_where_it_says(kind: str) -> None:
    """Kent has what it would have everywhere, Surrey nothing of it, and all of the money is spent in Kent."""
    rates, context = make_rates(areas=2), make_context(PAIR)
    for example in EXAMPLES[kind]:
        if WON_OR_COUNTED & set(example):
            continue
        data = {k: v for k, v in example.items() if k not in ("areas", "extra_households_per_year")}
        everywhere = made(kind, data).apply(rates, context)
        in_kent = made(kind, {**data, "areas": {"names": ["Kent"]}}).apply(rates, context)
        for (name, before), (_, whole), (_, part) in zip(
            arrays(rates), arrays(everywhere), arrays(in_kent), strict=True
        ):
            if name == "rates.programme_spend_gbp":
                assert np.allclose(part[0, 0], whole[0].sum(axis=0) / PAIR_OF_ENGLAND.sum())
                assert not part[0, 1].any()
            elif not np.array_equal(*np.broadcast_arrays(before, whole)):
                one, two, three = np.broadcast_arrays(before, whole, part)
                assert np.allclose(three[:, 0], two[:, 0]), name
                assert np.array_equal(three[:, 1], one[:, 1]), name


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"budget_line"}))
def test_a_share_of_children_has_that_share_of_an_effect(kind: str) -> None:
    rates, context = make_rates(), make_context()
    for example in EXAMPLES[kind]:
        if example.get("measure") == "placement_mix":  # odds of first placements are no sum
            continue
        if WON_OR_COUNTED & set(example):
            continue
        apart = ("areas", "extra_households_per_year", "approval_ratio", *NO_SUM)
        data = {k: v for k, v in example.items() if k not in apart}
        everywhere = made(kind, data).apply(rates, context)
        part = made(kind, {**data, "areas": {"share": 0.25}}).apply(rates, context)
        for (name, before), (_, whole), (_, some) in zip(arrays(rates), arrays(everywhere), arrays(part), strict=True):
            if name == "rates.programme_spend_gbp":
                assert np.array_equal(some, whole)
            else:
                assert np.allclose(some - before, 0.25 * (whole - before)), name


# --- whole runs, and files ------------------------------------------------------------------------------------------


def run_of(interventions: list[dict[str, Any]]) -> RunResults:
    """England's status quo with interventions."""
    content = {"name": "One", "extends": "status-quo", "end": END, "questions": [], "interventions": interventions}
    return simulate(load_mapping(content), valued=False)


@cache
def status_quo() -> RunResults:
    return run_of([])


@pytest.mark.parametrize("kind", kinds())
def test_it_lowers_and_raises_what_it_should_and_else_moves_nothing(kind: str) -> None:
    measure, placement, lower, raise_ = SIGNS[kind]

    def there(run: RunResults) -> float:
        values = run[measure].by_placement()[placement] if placement else run[measure].total()
        return float(values[12:].sum())

    plain = status_quo()
    for fields, sign in ((lower, -1.0), (raise_, 1.0)):
        if fields is not None:
            run = run_of([{"kind": kind, **NEUTRAL[kind], **fields}])
            assert sign * (there(run) - there(plain)) > 1e-6 * abs(there(plain)), fields
    if kind != "budget_line":
        nothing = run_of([{"kind": kind, **NEUTRAL[kind], "cost": {"per_year_gbp": 1e6}}])
        for name in ("children", "starts", "exits", "foster_households", "placement_spend", "other_spend"):
            assert nothing[name].values.tobytes() == plain[name].values.tobytes(), name
        assert nothing["programme_spend"].total()[12:].sum() > 0.0


@pytest.mark.parametrize("kind", kinds())
def test_numbers_beyond_their_bounds_are_refused_all_at_once_with_their_lines(kind: str) -> None:
    known = {note.path: note for note in notes(kinds()[kind]) if note.low is not None and note.high is not None}
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False  # a line for each
    tried = set()
    for data in EXAMPLES[kind]:
        for step in (-1.0, 1.0):
            beyond, wrong = deepcopy(data), {}
            for path in leaves(data):
                note = known.get(path.replace("2026-27", "*"))
                if note is None:
                    continue
                *above, last = path.split(".")
                holder = beyond
                for name in above:
                    holder = holder[name]
                end = note.low if step < 0 else note.high
                holder[last] = type(holder[last])(end + step * max(1.0, abs(end)))
                wrong[path] = f"{holder[last]:.15g} is {'below' if step < 0 else 'above'} {end:.15g}"
                tried.add(note.path)
            if not wrong:
                continue
            stream = StringIO()
            yaml.dump({"name": "Bad", "interventions": [{"kind": kind, **beyond}]}, stream)
            lines = stream.getvalue().splitlines()
            with pytest.raises(ScenarioError) as told:
                load_given([(Path("bad.yaml"), stream.getvalue().encode())])
            said = {problem.path.removeprefix("interventions.0."): problem for problem in told.value.problems}
            for path, what in wrong.items():
                assert said[path].what == what, path
                assert said[path].allowed, path
                assert said[path].file.endswith("bad.yaml")
                assert path.split(".")[-1] in lines[said[path].line - 1], path
    own = {path for path, note in known.items() if note.owner is kinds()[kind]}
    assert own <= tried | {"transfer_threshold_percent"}


def test_every_kind_is_under_every_check() -> None:
    """Kind by check: what has to be written for each, so that a new kind without it is named."""
    under = {
        "an example of each field": set(EXAMPLES),
        "one that does nothing": set(NEUTRAL),
        "its sign": set(SIGNS),
        "a case worked by hand": {case["intervention"]["kind"] for case in CASES.values()},
    }
    assert {check: sorted(set(kinds()) - having) for check, having in under.items()} == {check: [] for check in under}
    assert all(having <= set(kinds()) for having in under.values())
