"""Distributions: quantiles as stated, support kept, draws keyed, and how scenario files hold them."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import ROOT

from simulator.interventions import kinds, notes
from simulator.interventions.fields import Quality
from simulator.scenario import LoadedScenario, ScenarioError, explain, load, shipped
from simulator.scenario.schema import Scenario
from simulator.scenario.stated import LEADING
from simulator.uncertainty import (
    FAMILIES,
    Distribution,
    Misstated,
    Mix,
    Parameter,
    PointMass,
    Quantiles,
    Triangular,
    drawn,
    sample,
    uniforms,
)
from simulator.uncertainty.distributions import UNLIMITED, Beta, Gamma, Limits, Lognormal, Normal, Uniform

POSITIVE = (0.0, math.inf)
SHARE = (0.0, 1.0)
PROBABILITIES = np.concatenate([[1e-9, 1e-6], np.linspace(1e-3, 0.999, 333), [1 - 1e-6, 1 - 1e-9]])


@st.composite
def quantiles(draw: st.DrawFn) -> Quantiles:
    limits: Limits = draw(st.sampled_from([UNLIMITED, POSITIVE, SHARE]))
    inside = st.floats(0.001, 0.999)
    low, median, high = sorted(draw(st.tuples(inside, inside, inside).filter(lambda x: min_gap(x) > 1e-4)))
    scale = draw(st.floats(0.01, 1e6)) if limits != SHARE else 1.0
    shift = draw(st.floats(-2, 2)) if limits == UNLIMITED else 0.0
    low, median, high = ((x + shift) * scale for x in (low, median, high))
    return Quantiles(low, median, high, draw(st.sampled_from([50, 80, 90, 95])), limits)


def min_gap(values: tuple[float, ...]) -> float:
    return min(b - a for a, b in pairwise(sorted(values)))


ONE: dict[str, Distribution] = {
    "normal": Normal(1.0, 2.0),
    "lognormal": Lognormal(0.9, 0.3),
    "beta": Beta(2.0, 5.0),
    "gamma": Gamma(3.0, 0.4),
    "uniform": Uniform(-1.0, 3.0),
    "triangular": Triangular(0.0, 0.2, 1.0),
    "triangular, rising": Triangular(0.0, 1.0, 1.0),
    "triangular, falling": Triangular(0.0, 0.0, 1.0),
    "ratio": Quantiles(0.68, 0.90, 1.05, 80, POSITIVE),
    "share": Quantiles(0.05, 0.10, 0.60, 90, SHARE),
    "any": Quantiles(-2.0, 1.0, 1.5),
    "with mean": Quantiles.with_mean(1.1, 0.6, 2.0, 95, POSITIVE),
    "mix": Mix((0.5, 0.5), (Quantiles(0.7, 0.8, 0.95, 80, POSITIVE), Lognormal(1.1, 0.1))),
}


@settings(deadline=None)
@given(quantiles())
def test_three_quantiles_are_met(made: Quantiles) -> None:
    tail = (1 - made.percent / 100) / 2
    wanted = [made.low, made.median, made.high]
    assert made.ppf([tail, 0.5, 1 - tail]) == pytest.approx(wanted, rel=1e-9, abs=1e-9 * max(map(abs, wanted)))


@settings(deadline=None)
@given(quantiles())
def test_quantiles_rise_and_stay_in_the_support(made: Quantiles) -> None:
    values = made.ppf(PROBABILITIES)
    least, most = made.support
    assert np.all(np.diff(values) >= 0)
    assert np.all((values >= least) & (values <= most))
    assert np.isfinite(values).all()


@settings(deadline=None)
@given(quantiles())
def test_quantile_of_the_probability_of_a_quantile(made: Quantiles) -> None:
    values = made.ppf(np.linspace(0.01, 0.99, 99))
    assert made.ppf(made.cdf(values)) == pytest.approx(values, rel=1e-6, abs=1e-6 * (made.high - made.low))


@pytest.mark.parametrize("name", ONE)
def test_quantiles_and_probabilities_are_inverse(name: str) -> None:
    made = ONE[name]
    values = made.ppf(PROBABILITIES)
    least, most = made.support
    assert np.all(np.diff(values) > 0)
    assert np.all((values > least) & (values < most))
    assert made.cdf(values) == pytest.approx(PROBABILITIES, abs=1e-9)
    assert made.cdf(np.array([least, most])) == pytest.approx([0.0, 1.0])
    assert least < made.central < most or name.startswith("triangular, ")


@pytest.mark.parametrize("name", ONE)
def test_intervals_hold_what_they_say(name: str) -> None:
    percent, low, high = ONE[name].interval
    assert ONE[name].cdf(high) - ONE[name].cdf(low) == pytest.approx(percent / 100)


def test_symmetric_quantiles_give_the_usual_families() -> None:
    middle = np.linspace(0.01, 0.99, 99)
    ratio = Quantiles(0.5, 1.0, 2.0, 80, POSITIVE)
    assert ratio.ppf(middle) == pytest.approx(Lognormal(1.0, math.log(2) / 1.2815515655446004).ppf(middle))
    plain = Quantiles(-1.0, 1.0, 3.0)
    assert plain.ppf(middle) == pytest.approx(Normal(1.0, 2 / 1.2815515655446004).ppf(middle))


def test_nearly_symmetric_quantiles_are_as_smooth() -> None:
    middle = np.linspace(0.01, 0.99, 99)
    symmetric, near = Quantiles(-1.0, 0.0, 1.0), Quantiles(-1.0, 1e-13, 1.0)
    assert near.ppf(middle) == pytest.approx(symmetric.ppf(middle), abs=1e-6)


def test_published_curve_of_hadlock_and_bickel() -> None:
    """J-QPD-S as printed, for quantiles that lean to the right."""
    low, median, high, c = 0.5, 0.7, 2.0, 1.2815515655446004
    logs = [math.log(x) for x in (low, median, high)]
    short = min(logs[1] - logs[0], logs[2] - logs[1])
    delta = math.sinh(math.acosh((logs[2] - logs[0]) / (2 * short))) / c
    scale = short / (delta * c)
    for u, z in ((0.01, -2.3263478740408408), (0.3, -0.5244005127080407), (0.99, 2.3263478740408408)):
        printed = low * math.exp(scale * math.sinh(math.asinh(delta * z) + math.asinh(delta * c)))
        assert Quantiles(low, median, high, 80, POSITIVE).ppf(u) == pytest.approx(printed)


def test_skewed_share_does_not_pile_up_at_its_limit() -> None:
    """The example of docs/uncertainty.md."""
    assert Quantiles(0.10, 0.15, 0.60, 80, SHARE).ppf(0.99) == pytest.approx(0.93, abs=0.005)


@settings(deadline=None, max_examples=30)
@given(quantiles())
def test_stated_mean_is_the_mean(plain: Quantiles) -> None:
    grid = (np.arange(200_000) + 0.5) / 200_000
    mean = float(plain.ppf(grid).mean())
    try:
        made = Quantiles.with_mean(mean, plain.low, plain.high, plain.percent, plain.limits)
    except Misstated:
        return
    tail = (1 - made.percent / 100) / 2
    assert made.central == mean
    assert made.ppf([tail, 1 - tail]) == pytest.approx([plain.low, plain.high], rel=1e-9, abs=1e-9)
    assert made.ppf(grid).mean() == pytest.approx(mean, rel=0.01, abs=0.01 * (plain.high - plain.low))


def test_named_families_against_scipy() -> None:
    from scipy import stats

    theirs = [stats.norm(1, 2), stats.lognorm(0.3, scale=0.9), stats.beta(2, 5), stats.gamma(3, scale=0.4)]
    for ours, other in zip(("normal", "lognormal", "beta", "gamma"), theirs, strict=True):
        assert ONE[ours].ppf(PROBABILITIES) == pytest.approx(other.ppf(PROBABILITIES), rel=1e-9)
    triangle = stats.triang(0.2)
    assert ONE["triangular"].ppf(PROBABILITIES) == pytest.approx(triangle.ppf(PROBABILITIES), rel=1e-9)


def test_mix_gives_each_value_its_share_exactly() -> None:
    mix = Mix((0.5, 0.3, 0.2), (PointMass(0.8), PointMass(1.0), PointMass(1.1)))
    assert mix.ppf([0.01, 0.5, 0.500001, 0.8, 0.800001, 0.99]).tolist() == [0.8, 0.8, 1.0, 1.0, 1.1, 1.1]
    assert mix.central == pytest.approx(0.92)
    values = drawn(Parameter("mix", mix), 1000, 1)
    assert [int((values == x).sum()) for x in (0.8, 1.0, 1.1)] == [500, 300, 200]


def test_mix_of_spreads_is_the_weighted_sum() -> None:
    mix = ONE["mix"]
    assert isinstance(mix, Mix)
    at = np.linspace(0.5, 1.5, 41)
    assert mix.cdf(at) == pytest.approx(0.5 * mix.parts[0].cdf(at) + 0.5 * mix.parts[1].cdf(at))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Normal(0, 0),
        lambda: Lognormal(-1, 0.2),
        lambda: Beta(0, 1),
        lambda: Gamma(1, -1),
        lambda: Uniform(1, 1),
        lambda: Triangular(0, 2, 1),
        lambda: Quantiles(0.9, 0.9, 1.0),
        lambda: Quantiles(0.9, 0.9 + 1e-12, 1.0),
        lambda: Quantiles(0.0, 0.5, 1.0, 80, POSITIVE),
        lambda: Quantiles(0.1, 0.5, 1.0, 80, SHARE),
        lambda: Quantiles.with_mean(5.0, 0.5, 1.0),
        lambda: Mix((0.5, 0.6), (PointMass(0), PointMass(1))),
        lambda: Mix((1.0,), (PointMass(0),)),
    ],
)
def test_impossible_parameters_are_refused(make: Callable[[], Distribution]) -> None:
    with pytest.raises(Misstated):
        make()


# --------------------------------------------------------------------------------------------------
# Draws


@settings(deadline=None)
@given(st.text(max_size=30), st.integers(1, 500), st.integers(0, 2**40))
def test_one_value_in_each_stratum(key: str, draws: int, seed: int) -> None:
    column = uniforms(key, draws, seed)
    assert column.shape == (draws,)
    assert np.array_equal(np.sort((column * draws).astype(int)), np.arange(draws))
    assert np.all((column > 0) & (column < 1))
    assert np.array_equal(column, uniforms(key, draws, seed))


def test_columns_are_the_same_everywhere() -> None:
    """Bits that numpy promises to keep: these figures may never change."""
    assert uniforms("baseline.starts", 4, 1).tolist() == KNOWN_COLUMN


KNOWN_COLUMN = [0.584331102669239, 0.42670831829309464, 0.08208825439214706, 0.862657405436039]


def test_key_and_seed_make_the_column() -> None:
    one = uniforms("a", 1000, 1)
    for other in (uniforms("b", 1000, 1), uniforms("a", 1000, 2)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


@pytest.mark.parametrize("draws", [0, -1, 1_000_001])
def test_number_of_draws(draws: int) -> None:
    with pytest.raises(ValueError, match="allowed: 1 to 1000000"):
        uniforms("a", draws, 1)


def test_another_parameter_moves_no_other() -> None:
    a, b = (Parameter(key, ONE["ratio"]) for key in "ab")
    assert np.array_equal(sample([a], 50, 3)["a"], sample([b, a], 50, 3)["a"])


def test_groups_move_together_as_far_as_stated() -> None:
    def pair(correlation: float) -> float:
        one, two = (drawn(Parameter(key, Normal(0, 1), "g", correlation), 20_000, 1) for key in "ab")
        return float(np.corrcoef(one, two)[0, 1])

    assert pair(1.0) == 1.0
    assert pair(0.6) == pytest.approx(0.6, abs=0.02)
    assert pair(0.0) == pytest.approx(0.0, abs=0.02)


def test_a_group_leaves_each_distribution_as_stated() -> None:
    values = drawn(Parameter("a", ONE["ratio"], "g", 0.5), 20_000, 1)
    assert np.quantile(values, [0.1, 0.5, 0.9]) == pytest.approx([0.68, 0.90, 1.05], abs=0.01)


# --------------------------------------------------------------------------------------------------
# Scenario files

PARENT = """\
name: Parent
interventions:
  - kind: early_help
    id: help
    start: 2026-04
    eligible_share: {family: beta, alpha: 2, beta: 2}
    effect:
      risk_ratio: {median: 0.90, p10: 0.68, p90: 1.05, source: mst_ucl_2018, quality: low, group: help}
      source: nao_2025
    cost: {budget_gbp: {2026-27: {low: 1_000_000, mode: 2_000_000, high: 3_000_000}, 2027-28: 5}}
  - kind: trend
    measure: starts
    percent_per_year: {mean: 1, ci95: [-1, 4]}
"""
RATIO = "interventions[help].effect.risk_ratio"


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{list(texts)[-1]}.yaml"


def over(folder: Path, help_: str) -> LoadedScenario:
    child = f"name: Child\nextends: parent.yaml\ninterventions:\n  - {{id: help, {help_}}}\n"
    return load(write(folder, parent=PARENT, child=child))


def by_key(loaded: LoadedScenario) -> dict[str, Parameter]:
    return {parameter.key: parameter for parameter in loaded.parameters}


def test_numbers_hold_central_values(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, parent=PARENT))
    help_, trend = (one.model_dump() for one in loaded.scenario.interventions)
    assert help_["effect"]["risk_ratio"] == 0.90
    assert help_["eligible_share"] == 0.5
    assert help_["cost"]["budget_gbp"] == {"2026-27": 2e6, "2027-28": 5.0}
    assert trend["percent_per_year"] == 1.0


def test_keys_are_paths_with_ids(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, parent=PARENT))
    assert list(by_key(loaded)) == [
        "interventions[help].eligible_share",
        RATIO,
        "interventions[help].cost.budget_gbp.2026-27",
        "interventions.1.percent_per_year",
    ]
    assert by_key(loaded)[RATIO].group == "help"


def test_origin_of_a_distribution(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, parent=PARENT))
    origin = loaded.provenance["interventions.0.effect.risk_ratio"]
    assert (origin.value, origin.line, origin.source) == (0.9, 8, "mst_ucl_2018")
    assert origin.uncertain is loaded.uncertain[1]
    assert (loaded.uncertain[1].source, loaded.uncertain[1].quality) == ("mst_ucl_2018", "low")


def test_values_are_put_in(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, parent=PARENT))
    drawn_ = sample(loaded.parameters, 8, 1)
    before = loaded.scenario.model_dump()
    for i in range(8):
        values = {key: column[i] for key, column in drawn_.items()}
        help_, trend = (one.model_dump() for one in loaded.with_drawn(values).interventions)
        assert help_["effect"]["risk_ratio"] == values[RATIO]
        assert help_["cost"]["budget_gbp"]["2026-27"] == values["interventions[help].cost.budget_gbp.2026-27"]
        assert help_["cost"]["budget_gbp"]["2027-28"] == 5.0
        assert trend["percent_per_year"] == values["interventions.1.percent_per_year"]
        assert Scenario.model_validate(loaded.with_drawn(values).model_dump(by_alias=True, exclude_none=True))
    assert loaded.scenario.model_dump() == before
    assert loaded.with_drawn({}) is loaded.scenario
    with pytest.raises(KeyError, match="elsewhere"):
        loaded.with_drawn({"elsewhere": 1.0})


def test_position_does_not_matter(tmp_path: Path) -> None:
    first = "interventions:\n  - kind: budget_line\n    cost: {per_year_gbp: 1}\n"
    moved = load(write(tmp_path, moved=PARENT.replace("interventions:\n", first)))
    assert RATIO in by_key(moved)
    assert moved.with_drawn({RATIO: 0.7}).interventions[1].model_dump()["effect"]["risk_ratio"] == 0.7


def test_check_shows_central_value_and_interval(tmp_path: Path) -> None:
    text = explain(load(write(tmp_path, parent=PARENT)))
    assert "0.9 (80% interval 0.68 to 1.05, group help) ratio" in text
    assert "0.5 (80% interval 0.1958 to 0.8042) share of starts" in text
    assert "2,000,000 (range 1,000,000 to 3,000,000) GBP in the financial year" in text
    assert "1 (95% interval -1 to 4) percent a year" in text


def test_child_changes_a_key(tmp_path: Path) -> None:
    loaded = over(tmp_path, "effect: {risk_ratio: {p90: 1.20}}")
    assert by_key(loaded)[RATIO].distribution == Quantiles(0.68, 0.90, 1.20, 80, POSITIVE)
    assert by_key(loaded)[RATIO].group == "help"
    (change,) = loaded.overrides
    assert (change.path, change.old, change.new) == ("interventions.0.effect.risk_ratio.p90", 1.05, 1.2)


def test_child_of_another_form_replaces_all_of_it(tmp_path: Path) -> None:
    loaded = over(tmp_path, "effect: {risk_ratio: {low: 0.8, mode: 0.9, high: 1.1}}")
    assert by_key(loaded)[RATIO] == Parameter(RATIO, Triangular(0.8, 0.9, 1.1))
    assert loaded.uncertain[1].source == ""
    assert loaded.overrides[0].path == "interventions.0.effect.risk_ratio"


def test_child_replaces_a_distribution_by_a_number_and_a_number_by_a_distribution(tmp_path: Path) -> None:
    loaded = over(tmp_path, "effect: {risk_ratio: 1.0}, cost: {budget_gbp: {2027-28: {mode: 5, low: 4, high: 6}}}")
    assert RATIO not in by_key(loaded)
    assert by_key(loaded)["interventions[help].cost.budget_gbp.2027-28"].distribution == Triangular(4, 5, 6)


def test_no_field_is_called_as_distributions_are() -> None:
    models = [Scenario, *kinds().values()]
    names = {note.path.split(".")[-1] for model in models for note in notes(model)}
    assert names.isdisjoint(LEADING)


def test_quantities_that_are_chosen_take_no_distribution() -> None:
    exact = {note.path for note in notes(Scenario) if note.unit and not note.uncertain}
    limits = {"questions.*.above", "questions.*.below"}
    funding = {"budget.real_percent_per_year", "claims.*.gbp_per_year", "lines.*.areas.count", "lines.*.areas.of"}
    chosen = {"assumptions.discount_percent", "claims.*.value"} | {f"funding.{path}" for path in funding}
    assert exact == chosen | limits


def test_limits_of_fields() -> None:
    limits = {note.path: note.limits for note in notes(kinds()["early_help"])}
    assert limits["effect.risk_ratio"] == POSITIVE
    assert limits["eligible_share"] == SHARE
    assert {note.path: note.limits for note in notes(kinds()["trend"])}["percent_per_year"] == UNLIMITED


def test_every_form_in_the_documentation_is_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "uncertainty.md").read_text(encoding="utf-8")
    forms = [line.removeprefix("risk_ratio: ") for line in page.splitlines() if line.startswith("risk_ratio: {")]
    assert len(forms) >= 8
    for form in forms:
        found = by_key(over(tmp_path, f"effect: {{risk_ratio: {form}}}"))
        assert (RATIO in found) == (not form.startswith("{value:")), "a value is certain, and is not drawn"
        assert RATIO not in found or 0 < found[RATIO].distribution.central < 3
    assert all(family in page for family in FAMILIES)
    assert all(word in page for word in get_args(Quality))


@pytest.mark.parametrize("path", shipped().values(), ids=lambda path: path.stem)
def test_shipped_distributions_name_their_source(path: Path) -> None:
    for origin in load(path).provenance.values():
        assert origin.uncertain is None or origin.source


def test_shipped_central_values() -> None:
    names = ("family-help-national", "stable-homes-2023")
    national, pilots = ({i.id: i.model_dump() for i in load(name).scenario.interventions} for name in names)
    help_ = national["family-help"]
    assert (help_["effect"]["risk_ratio"], help_["referrals"]["risk_ratio"]) == (0.90, 1.03)
    assert pilots["pathfinders"]["effect"]["risk_ratio"] == 0.90


def test_pilots_and_roll_out_share_their_evidence() -> None:
    ratios = {name: load(name) for name in ("family-help-national", "stable-homes-2023")}
    draws = [
        next(v for k, v in sample(one.parameters, 100, 1).items() if k.endswith("effect.risk_ratio"))
        for one in ratios.values()
    ]
    assert np.array_equal(draws[0], draws[1])


NUMBERS = st.one_of(
    st.floats(0.01, 2.0),
    st.floats(allow_nan=False),
    st.sampled_from([0, 1, 0.9, 1.05, 1e-320, 1e300, '"x"', "true", "[0.5, 1.1]", "[1e-9, 1e9]", "", "{a: 1}"]),
)
FORMS = [
    {"median", "p10", "p90"},
    {"mean", "p5", "p95"},
    {"median", "ci95"},
    {"mean", "ci95"},
    {"low", "mode", "high"},
    {"p10", "high", "x"},
    *({f"family: {name}", *family.parameters} for name, family in FAMILIES.items()),
]


@st.composite
def mappings(draw: st.DrawFn) -> str:
    """A distribution as a file would give it, whose numbers may be anything."""
    keys = sorted(draw(st.sampled_from(FORMS)))
    return "{" + ", ".join(key if ":" in key else f"{key}: {draw(NUMBERS)}" for key in keys) + "}"


@settings(deadline=None, max_examples=500)
@given(mappings())
def test_any_mapping_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, stated: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(
        f"name: Any\ninterventions:\n  - kind: early_help\n    start: 2026-04\n    effect: {{risk_ratio: {stated}}}\n"
    )
    try:
        loaded = load(path)
    except ScenarioError as error:
        assert {problem.line for problem in error.problems} == {5}  # noqa: PT017
        return
    (parameter,) = loaded.parameters
    values = drawn(parameter, 100, 1)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert np.isfinite(parameter.distribution.interval).all()
