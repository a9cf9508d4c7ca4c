"""Titles say which way things go only where draws agree, and both ends of the interval where they do not."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from fake_results import fake_areas, fake_results
from matplotlib.text import Text

from simulator.baseline.local_evidence import Evidence
from simulator.baseline.neighbours import peers
from simulator.baseline.start import OwnPast
from simulator.outputs import charts
from simulator.outputs.charts import Chart, headline, own_past, series, verdicts, waterfall, words
from simulator.outputs.charts.area_panels import _finding
from simulator.outputs.summary import comparison_text, summary_points, summary_text
from simulator.results.analysis import growth_by_area
from simulator.results.attribution import FIGURES, Attribution, figure_name
from simulator.results.figures import way
from simulator.results.funded import Funded
from simulator.results.labelled import RunResults
from simulator.results.quantities import Measure
from simulator.results.value_for_money import FLOWS, Package

ACTIVE = re.compile(
    r"\b(rises?|falls?|grows?|shrinks?|largest|saves?|more|fewer|less|above|below|paid back|because|they cost)\b",
    re.IGNORECASE,
)
"""Words of titles that claim a way, or a rank."""

DRAWS = 81
FRONT_DOOR = ("referrals", "children_in_need", "protection_plans", "protection_plans_started", "front_door_spend")


def unsure(name: str = "status-quo", title: str = "Status quo", seed: int = 1) -> RunResults:
    """Return results whose every change has an interval that holds none, with programmes of which that is so too."""
    results = fake_results(name, title, growth=0.0, draws=DRAWS, history=False, settled=False, seed=seed)
    more = {
        "grant_income": replace(
            results["other_spend"], name="grant_income", values=0.1 * results["other_spend"].values
        ),
        "net_spend": replace(results["total_spend"], name="net_spend", values=0.9 * results["total_spend"].values),
    } | {
        name: replace(results["children"], name=name, title=title)
        for name, title in (
            ("uasc_children", "Asylum-seeking children"),
            ("home_places_needed", "Places needed"),
            ("children_far_from_home", "Children over 20 miles from home"),
            *((name, name.replace("_", " ").capitalize()) for name in FRONT_DOOR),
        )
    }
    both = tuple(Package(w, (0,), (0,), limited, limited) for limited in (True, False) for w in ("none", "all"))  # type: ignore[arg-type]
    rng = np.random.default_rng(seed)
    saving = 1e8 + rng.normal(0, 1e9, (DRAWS, 1, 1)) * np.ones((1, 1, 10))
    flows = {
        f"{one.key}/{flow}": saving if flow != "cost" else np.full_like(saving, 1e8) for one in both for flow in FLOWS
    }
    either = rng.normal(0, 1e3, (DRAWS, 1, 1)) * np.ones((1, 1, 10))
    funded = Funded({}, np.zeros(0, bool), *(np.zeros((0, DRAWS, 1, 120)),) * 2, np.zeros((DRAWS, 1, 120)), 0.0,
                    np.zeros((DRAWS, 1)))  # fmt: skip
    brings = Attribution({"one": "One", "other": "Other"})
    flows |= {figure_name(figure, *part): either for figure in FIGURES for part in brings.parts()}
    bare = fake_results(growth=0.0, draws=DRAWS, history=False, settled=False, seed=seed + 50).measures
    return replace(
        results,
        measures={**results.measures, **more},
        without={name: bare[name] for name in ("children", "total_spend")},
        packages=both,
        attributed=brings,
        funded=funded,
        flows=flows,
        evidence=Evidence(peers=peers("E10000016")),
        drawn={"drift.starts": results["children"].total(), "n": rng.normal(size=DRAWS - 1)}
        | {"drift.starts": results["children"].values[1:, 0, -1].sum(axis=(-2, -1))},
    )


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    many = [unsure(), *(unsure(f"other-{seed}", f"Other {seed}", seed) for seed in (2, 3))]
    areas = fake_areas({"Kent": (400.0, 0.0), "Camden": (500.0, 0.5), "Rutland": (300.0, -0.5)}, draws=DRAWS)
    two = fake_areas({"Kent": (400.0, 0.0), "Camden": (500.0, 0.5)}, draws=DRAWS)
    return {
        **charts.draw_all(many[0]),
        **charts.draw_all(*many),
        **{name: one for name, one in charts.draw_all(areas).items() if name.startswith("areas_")},
        **{f"two {name}": one for name, one in charts.draw_all(two).items() if name.startswith("areas_")},
        "own_past": over_its_own_past(),
    }


def over_its_own_past() -> Chart:
    """Return the chart of a council whose model made a few children too many in its past, as chance makes."""
    past = OwnPast(0.06, (2024, 2025), np.array([280.0, 270.0]), np.array([282.0, 276.0]), np.array([9.0, 9.0]), False)
    at = np.array([2023.0, 2024.0, 2025.0])
    history = series.Course(at, tuple(f"{year:.0f}-03-31" for year in at), np.array([[285.0, *past.children]]))
    return own_past.draw(past, history, "Made up", ["Source: the council"])


def test_the_numbers_of_the_check_are_those_drawn() -> None:
    """276 and 270 are no 280 and 270: the chart is of the difference."""
    one = over_its_own_past()
    said = [text.get_text() for text in one.figure.findobj(Text)]
    assert "Model:\n276\nin March 2025" in said
    assert "hold 285 children in March 2023 and 270 in March 2025; the model" in one.alt
    assert one.alt.endswith("makes 276.")


def test_no_title_claims_a_way_where_its_interval_holds_none(drawn: dict[str, Chart]) -> None:
    claims = {name: one.title for name, one in drawn.items() if ACTIVE.search(one.title)}
    assert claims == {}


def test_every_chart_of_one_scenario_and_of_several_is_held_to_it(drawn: dict[str, Chart]) -> None:
    """But pages of regions and lists of authorities, which are titled as the ranking is."""
    held = {name.removeprefix("two ") for name in drawn}
    every = {entry.name for scope in ("scenario", "comparison") for entry in charts.entries(scope)}  # type: ignore[arg-type]
    left = every - held
    assert [name for name in sorted(left) if not name.startswith("areas_")] == []
    assert {"areas_ranked", "areas_beside", "areas_small_multiples"} <= held


def test_the_same_charts_claim_a_way_where_draws_agree() -> None:
    title = {name: one.title for name, one in charts.draw_all(fake_results(growth=0.04, draws=41)).items()}
    for name in ("children", "starts_and_exits", "placement_mix", "foster_places", "spend_by_placement", "extra_spend"):
        assert ACTIVE.search(title[name]), title[name]


def test_titles_give_medians_and_not_the_central_run() -> None:
    results = fake_results(draws=41, growth=0.03)
    children = results["children"].values[:, 0, -1].sum(axis=(-2, -1))
    shifted = replace(
        results["children"], values=results["children"].values * np.r_[0.5, np.ones(40)][:, None, None, None, None]
    )
    lowered: Measure = shifted
    title = charts.draw_all(replace(results, measures={**results.measures, "children": lowered}))["children"].title
    assert words.count(float(np.median(children[1:]))) in title
    assert words.count(float(children[0] * 0.5)) not in title


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ([0.0], "same"),
        ([4.0], "same"),  # of 1,000, no change to speak of
        ([6.0], "up"),
        ([-6.0], "down"),
        ([50.0, *range(-10, 90)], "unsure"),
        ([50.0, *range(10, 110)], "up"),
        ([-50.0, *range(-110, -10)], "down"),
        ([50.0, *np.zeros(50)], "same"),
    ],
)
def test_one_function_says_which_way(change: list[float], found: str) -> None:
    assert way(np.array(change), 1000.0) == found


def test_areas_that_draws_leave_open_are_counted_apart() -> None:
    rows = growth_by_area(
        fake_areas({"Kent": (400.0, 300.0), "Camden": (500.0, 0.0), "Rutland": (300.0, 0.0)}, draws=41)
    )
    said = _finding(rows)
    assert said.startswith("Children looked after grow in 1 of 3 areas")
    assert said.endswith("in 2, 80% of draws hold no change")


def test_published_quantiles_are_read_as_what_they_are() -> None:
    quantiles = np.array([100.0, 80, 90, 95, 101, 105, 110, 120])
    assert way(quantiles - 85.0, 85.0, quantiles=True) == "up"
    assert way(quantiles - 100.0, 100.0, quantiles=True) == "unsure"
    assert headline.between(quantiles, words.count, quantiles=True) == "90 to 110"


def test_a_verdict_names_the_year_of_paying_back_only_where_it_pays() -> None:
    results = unsure()
    assert all("loss or a gain" in verdicts.verdict(one) for one in verdicts.accounts(results))
    sure = {
        key: np.full((DRAWS, 1, 10), 3e8) if not key.endswith("cost") else values
        for key, values in results.flows.items()
    }
    (first, _) = verdicts.accounts(replace(results, flows=sure))
    assert verdicts.verdict(first).endswith("and are never in deficit")
    late = {key: values * (np.arange(10) > 0 if not key.endswith("cost") else 1.0) for key, values in sure.items()}
    (first, _) = verdicts.accounts(replace(results, flows=late))
    assert verdicts.verdict(first).endswith(f"and have paid back by {results.financial_years[1]}")
    assert series.prices_words(results) == "in 2024-25 prices"


def test_a_comparison_says_what_moves_spend_once_for_those_that_it_moves_alike() -> None:
    said = comparison_text([unsure(), unsure("other", "Other", 2)]).splitlines()
    assert (
        sum(line.startswith("Among draws, spend in 2034-35 moves most with children who start") for line in said) == 1
    )
    assert sum(verdicts.BASIS in line for line in said) == 1


def test_the_summary_gives_spend_gross_and_less_grants_where_there_are_any() -> None:
    results = fake_results(draws=1)
    assert "Home Office grants" not in summary_text(results)
    spend = results["total_spend"]
    grants = replace(spend, name="grant_income", values=0.1 * spend.values)
    net = replace(spend, name="net_spend", values=0.9 * spend.values)
    with_grants = replace(results, measures={**results.measures, "grant_income": grants, "net_spend": net})
    (point, *_) = reversed(summary_points(with_grants))
    assert point.real_net_spend_gbp == pytest.approx(0.9 * (point.real_spend_gbp or 0.0))
    (row, _) = (line for line in summary_text(with_grants).splitlines() if "spend less Home Office grants" in line)
    assert words.money(point.real_net_spend_gbp or 0.0) in row
    assert "The same less Home Office grants" in comparison_text(
        [with_grants, replace(with_grants, name="b", title="B")]
    )


def test_the_chart_of_several_scenarios_gives_both_rules_for_places_and_their_intervals() -> None:
    drawn_ = charts.draw_all(*(unsure(f"other-{seed}", f"Other {seed}", seed) for seed in (2, 3)))["compare_net_cost"]
    assert drawn_.title.startswith("Of 2 scenarios, in 2 whether they pay turns")
    ends = r"\((saving |cost )?£\S+ to (saving |cost )?£\S+\)"
    for rule in ("limited", "as needed"):
        assert len(re.findall(rf"{rule}: net (cost|saving) £\S+ {ends}", drawn_.alt)) == 2
    assert len(drawn_.figure.axes) == 2


@pytest.mark.parametrize(
    ("children", "spend", "title"),
    [
        ([-65.0], [-35e6], "mean 65 fewer children at the end and £35m less spend in all"),
        ([-65.0], [35e6], "mean 65 fewer children at the end and £35m more spend in all"),
        ([0.2], [0.1], "mean as many children at the end and as much spend in all"),
        (
            [-65.0, *range(-110, -9, 10)],
            [1e6, *np.linspace(-20e6, 20e6, 11)],
            "mean 65 fewer children at the end (80%: −100 to −20) and "
            "change spend in all by −£16m to +£16m (80% of draws)",
        ),
        (
            [5.0, *range(-50, 51, 10)],
            [1e6, *np.linspace(-20e6, 20e6, 11)],
            "change children at the end by −40 to +40 (80% of draws) and spend in all by −£16m to +£16m (80% of draws)",
        ),
    ],
)
def test_the_title_of_the_waterfall_says_what_all_mean_and_no_way_that_draws_do_not_agree_on(
    children: list[float], spend: list[float], title: str
) -> None:
    together = waterfall.Brought("All together", np.array(children), np.array(spend))
    assert waterfall._finding(together, "at the end", "in all") == title
