"""The library of evidence: what it holds, how far designs are believed, and which scenarios use a row."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cli.main import cli
from simulator.data.evidence_library import SHRINKAGE, evidence, shrunk, shrunk_ratio, strategy_lines, topics
from simulator.data.tables import sources
from simulator.interventions import kinds, notes
from simulator.runs.simulate import simulate
from simulator.scenario import LoadedScenario, ScenarioError, load, load_mapping
from simulator.scenario.evidence import judged_in_part, judged_programmes, topics_of, used_by
from simulator.scenario.explain import explain
from simulator.scenario.shipped import shipped
from simulator.scenario.translate import dotted
from simulator.scenario.uncertain import RATIOS, Uncertain
from simulator.uncertainty import Misstated, PointMass, Quantiles, Triangular, shrunken

BY_KEY = {row.key: row for row in evidence()}


def test_known_findings_are_as_published() -> None:
    trial = BY_KEY["multisystemic-therapy-start.out-of-home-placement-at-18-months"]
    assert (trial.found, trial.design) == ("odds ratio 1.25 (95%: 0.77 to 2.05)", "trial")
    matched = BY_KEY["troubled-families-2015-20.looked-after-at-19-to-24-months"]
    assert (matched.estimate, matched.design, matched.quality) == ("0.68", "matched", "medium")
    lines = {row.key: row.amount for row in strategy_lines()}
    assert lines["stable-homes-built-on-love-2023-24-to-2024-25"] == 200.0
    assert lines["social-work-apprentices-funded-2023-10"] == 461.0


def test_every_row_has_a_known_source_and_none_is_unverified() -> None:
    rows = [*evidence(), *strategy_lines()]
    assert {key for row in rows for key in row.source.split(";")} <= sources().keys()
    assert {row.status for row in rows} <= {"page", "derived"}
    assert {row.topic for row in evidence()} == set(topics())
    ratios = [row for row in evidence() if row.is_ratio]
    assert len(ratios) >= 8
    for row in ratios:
        assert row.ci_low is None or row.ci_low < float(row.estimate) < (row.ci_high or 0.0)


def test_what_is_kept_of_a_ratio_worked_by_hand() -> None:
    assert shrunk(math.log(0.68), "matched") == pytest.approx(0.5 * math.log(0.68))
    assert shrunk_ratio(0.64, "matched") == pytest.approx(0.8)
    assert shrunk_ratio(0.0625, "before_and_after") == pytest.approx(0.5)
    assert shrunk_ratio(0.81, "trial") == pytest.approx(0.81)
    assert shrunk_ratio(0.5, "description") == 1.0


@given(st.floats(0.05, 5.0), st.sampled_from(sorted(SHRINKAGE)))
def test_a_ratio_is_taken_towards_no_effect_and_never_past_it(ratio: float, design: str) -> None:
    found = shrunk_ratio(ratio, design)
    assert min(ratio, 1.0) - 1e-12 <= found <= max(ratio, 1.0) + 1e-12
    assert shrunk_ratio(1.0, design) == 1.0
    assert shrunk_ratio(1.0 / ratio, design) == pytest.approx(1.0 / found)


@given(st.floats(0.01, 0.99), st.floats(0.1, 0.9))
@settings(deadline=None)
def test_every_quantile_is_shrunk_alike(u: float, kept: float) -> None:
    whole = Quantiles(low=0.68, median=0.9, high=1.05, percent=80, limits=(0.0, math.inf))
    one = shrunken(whole, kept)
    assert one.ppf(u) == pytest.approx(whole.ppf(u) ** kept)
    assert one.cdf(one.ppf(u)) == pytest.approx(u, abs=1e-9)
    assert one.central == pytest.approx(0.9**kept)
    assert shrunken(whole, 1.0) is whole
    assert shrunken(whole, 0.0) == PointMass(1.0)


def test_what_reaches_below_nought_is_no_ratio() -> None:
    with pytest.raises(Misstated, match="is no ratio"):
        shrunken(Triangular(-0.5, 0.5, 1.0), 0.5)


def help_with(**ratio: object) -> LoadedScenario:
    effect = {"measure": "starts", "risk_ratio": {"low": 0.64, "mode": 0.81, "high": 1.0, **ratio}}
    one = {"kind": "early_help", "id": "help", "start": "2025-04", "effect": effect}
    return load_mapping(
        {"name": "Any", "extends": "status-quo", "end": "2026-03", "questions": [], "interventions": [one]}
    )


def test_a_file_shrinks_a_ratio_and_says_so() -> None:
    plain, half = help_with(), help_with(shrink="matched")
    ratio = [one.scenario.interventions[-1].effect.risk_ratio for one in (plain, half)]  # type: ignore[union-attr]
    assert ratio[1] == pytest.approx(ratio[0] ** 0.5)
    [drawn] = [one.parameter.distribution for one in half.uncertain if one.shrink]
    assert drawn.support == pytest.approx((0.8, 1.0))
    said = [note for note in simulate(half).notes if "shrunk" in note]
    assert said == [
        "help: effect.risk_ratio is shrunk towards no effect, by the design of its study (matched): 0.5 of its "
        "logarithm is kept."
    ]
    assert not [note for note in simulate(plain).notes if "shrunk" in note]
    assert help_with(shrink="none").uncertain == plain.uncertain


def safeguarding(**ratio: object) -> LoadedScenario:
    one = {
        "kind": "family_safeguarding",
        "id": "teams",
        "start": "2025-04",
        "needing_share": 0.5,
        "effect": {"risk_ratio": ratio},
    }
    return load_mapping(
        {"name": "Any", "extends": "status-quo", "end": "2026-03", "questions": [], "interventions": [one]}
    )


@given(st.floats(0.05, 3.0), st.sampled_from(sorted(SHRINKAGE)))
@settings(max_examples=10, deadline=None)
def test_a_ratio_without_an_interval_is_shrunk_alike_and_is_not_drawn(ratio: float, design: str) -> None:
    loaded = safeguarding(value=ratio, shrink=design, quality="low")
    one = loaded.scenario.interventions[-1]
    assert one.effect.risk_ratio == pytest.approx(shrunk_ratio(ratio, design))  # type: ignore[attr-defined]
    assert "interventions[teams].effect.risk_ratio" not in {number.key for number in loaded.parameters}
    assert "teams" not in judged_programmes(loaded)
    as_found = safeguarding(value=ratio, shrink="none").scenario.interventions[-1]
    assert as_found.effect.risk_ratio == ratio  # type: ignore[attr-defined]


def test_check_tells_what_a_ratio_without_an_interval_is_believed() -> None:
    said = explain(safeguarding(value=0.0625, shrink="before_and_after"))
    assert "0.5 (shrunk as before and after) ratio" in said


def effect(**data: object) -> LoadedScenario:
    one = {"kind": "family_safeguarding", "id": "teams", "start": "2025-04", "needing_share": 0.5, "effect": data}
    return load_mapping({"name": "Any", "extends": "status-quo", "end": "2026-03", "interventions": [one]})


def ratio_of(loaded: LoadedScenario) -> float:
    return float(loaded.scenario.interventions[-1].effect.risk_ratio)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "then"),
    [
        ({"risk_ratio": 0.0625, "source": "fsh_innov", "quality": "low"}, 0.5),  # before and after
        ({"risk_ratio": {"value": 0.0625, "source": "fsh_innov"}}, 0.5),
        ({"risk_ratio": {"median": 0.64, "p10": 0.5, "p90": 0.8}, "source": "tfp_flw_2019"}, 0.8),  # matched
        ({"risk_ratio": 0.0625, "source": ["fgc_bjsw_2024", "fsh_innov"]}, 0.5),  # the weakest
        ({"risk_ratio": 0.7, "source": "reunif_cp_2024"}, 0.7),  # a description of counts is no study of an effect
        ({"risk_ratio": 0.7, "source": "fgc_bjsw_2024"}, 0.7),  # a trial
        ({"risk_ratio": 0.7, "source": "cyp_strategy_2023"}, 0.7),  # no study of the library
        ({"risk_ratio": 0.7}, 0.7),
        ({"risk_ratio": 0.7, "source": "fsh_innov", "quality": "judgement"}, 0.7),  # between the two already
        ({"risk_ratio": {"value": 0.7, "source": "fsh_innov", "quality": "judgement"}}, 0.7),
        ({"risk_ratio": {"value": 0.7, "shrink": "none"}, "source": "fsh_innov"}, 0.7),
        ({"risk_ratio": {"value": 0.64, "shrink": "matched"}, "source": "fsh_innov"}, 0.8),  # once, as the file says
    ],
)
def test_an_effect_of_a_study_weaker_than_a_trial_is_shrunk_unless_the_file_says_otherwise(
    data: dict[str, object], then: float
) -> None:
    assert ratio_of(effect(**data)) == pytest.approx(then)


def test_sources_of_the_whole_intervention_are_of_its_effect_where_there_is_one() -> None:
    one = {"kind": "foster_allowance", "start": "2025-04", "uplift_gbp_per_week": 1.0, "deregistration_ratio": 0.0625}
    for source, then in (("fsh_innov", 0.5), (["fsh_innov", "cyp_strategy_2023"], 0.0625)):
        loaded = load_mapping({"name": "Any", "extends": "status-quo", "interventions": [{**one, "source": source}]})
        found = loaded.scenario.interventions[-1].deregistration_ratio  # type: ignore[attr-defined]
        assert found == pytest.approx(then)


def test_a_number_that_is_put_in_its_place_is_taken_as_it_is() -> None:
    loaded = effect(risk_ratio=0.0625, source="fsh_innov")
    assert ratio_of(loaded.at({"interventions.0.effect.risk_ratio": 0.7})) == 0.7


def test_what_is_shrunk_by_default_is_said_with_the_way_to_switch_it_off() -> None:
    loaded = effect(risk_ratio=0.0625, source="fsh_innov")
    assert "0.5 (shrunk as before and after, as the file does not say; shrink: none takes it as found)" in explain(
        loaded
    )
    [said] = [note for note in simulate(loaded).notes if "shrunk" in note]
    assert said.endswith("0.25 of its logarithm is kept, as its file does not say; shrink: none takes it as found.")


def test_what_is_no_effect_of_a_study_is_taken_as_it_is() -> None:
    trend = {"kind": "trend", "measure": "starts", "ratio": 0.7, "source": "fsh_innov"}
    built = {
        "kind": "residential_build", "start": "2025-04", "places": 10.0, "running_cost_gbp_per_week": 5_000.0,
        "displaced_cost_ratio": 1.5, "source": "fsh_innov",
    }  # fmt: skip
    loaded = load_mapping({"name": "Any", "extends": "status-quo", "interventions": [trend, built]})
    *_, one, other = loaded.scenario.interventions
    assert (one.ratio, other.displaced_cost_ratio) == (0.7, 1.5)  # type: ignore[attr-defined]


def test_no_shipped_ratio_is_shrunk_that_does_not_ask_for_it() -> None:
    for name in shipped():
        assert not [one.parameter.key for one in load(name).uncertain if one.shrunk_unasked], name


def test_defaults_are_drawn_from_their_studies_where_a_file_gives_no_number() -> None:
    for kind, of in kinds().items():
        for note in notes(of):
            if note.spread is not None:
                [one] = _drawn({"kind": kind, **EXAMPLES_OF_DEFAULTS[kind]}, note.path)
                assert one.parameter.distribution.central == pytest.approx(note.default), (kind, note.path)
                assert one.quality
    given = {"kind": "step_down", "start": "2025-04", "share_per_year": 0.02}
    assert not _drawn(given, "share_per_year")
    assert _drawn(given, "returned_share")
    assert not _drawn({**EXAMPLES_OF_DEFAULTS["family_group_conference"], "kind": "family_group_conference",
                       "effect": {"risk_ratio": 0.9}}, "effect.risk_ratio")  # fmt: skip


def test_every_default_effect_is_a_distribution() -> None:
    """A share or ratio that moves children by itself is drawn: none is a point where a file gives nothing."""
    points = {
        (kind, note.path)
        for kind, of in kinds().items()
        for note in notes(of)
        if of.moves_children and note.uncertain and note.spread is None and note.default is not None
        and note.path.partition(".")[0] not in of.money_fields
        and note.source not in ("definition", "")
        and (note.unit in RATIOS or note.unit.startswith(("share", "entries")))
    }  # fmt: skip
    assert points == POINTS


POINTS = {
    ("close_to_home", "occupancy"),  # today's
    ("residential_build", "occupancy"),  # today's
    ("supported_accommodation", "occupancy"),
    ("kinship_priority", "breakdown_per_year"),
    ("foster_recruitment", "aimed_at.taken_share"),  # stated by whoever aims it
    ("foster_recruitment", "aimed_at.wider_ages_share"),
    ("foster_recruitment", "aimed_at.open_to_uasc_share"),
    ("workforce", "qualifying_share"),
    ("workforce", "replaces_agency_share"),
}
"""Defaults that say how much is there or who is meant, and not what it does."""

EXAMPLES_OF_DEFAULTS: dict[str, dict[str, object]] = {
    "child_poverty": {"value": 1.0},
    "prevention_spend": {"value": 1.0},
    "family_group_conference": {"start": "2025-04"},
    "foster_allowance": {"start": "2025-04", "uplift_gbp_per_week": 20.0},
    "foster_hubs": {"start": "2025-04", "application_ratio": 1.2},
    "kinship_priority": {"start": "2025-04"},
    "step_down": {"start": "2025-04"},
    "residential_build": {"start": "2025-04", "places": 10.0, "running_cost_gbp_per_week": 5_000.0},
    "supported_accommodation": {"start": "2025-04", "places": 10.0},
    "close_to_home": {"start": "2025-04", "places": 10.0},
}


def _drawn(intervention: dict[str, object], path: str) -> list[Uncertain]:
    loaded = load_mapping({"name": "Any", "extends": "status-quo", "interventions": [intervention]})
    return [one for one in loaded.uncertain if dotted(one.path[2:]) == path]


def test_what_rests_on_a_judged_number_beside_its_study_is_marked() -> None:
    one = {"kind": "family_group_conference", "id": "fgc", "start": "2025-04"}
    loaded = load_mapping({"name": "Any", "extends": "status-quo", "end": "2026-03", "interventions": [one]})
    assert judged_in_part(loaded) == {"fgc": ("delayed_share", "offered_share")}
    results = simulate(loaded)
    assert results.titled("fgc", "FGC") == "FGC (judgement in part)"
    assert "fgc: rests in part on judgement (delayed share, offered share)." in results.notes
    known = {"offered_share": {"value": 0.5, "quality": "medium"}, "delayed_share": {"value": 0.2, "quality": "low"}}
    other = load_mapping({"name": "Any", "extends": "status-quo", "interventions": [{**one, **known}]})
    assert judged_in_part(other) == {}


def test_a_value_and_a_distribution_take_each_others_place(tmp_path: Path) -> None:
    """A file that extends another replaces the whole of its number, so that nothing of the other evidence is left."""
    texts = {"parent": "{value: 0.64, shrink: matched}", "child": "{median: 0.9, p10: 0.8, p90: 1.0}"}
    for first, then, expected in (("parent", "child", 0.9), ("child", "parent", 0.8)):
        (tmp_path / "first.yaml").write_text(
            "name: First\ninterventions:\n  - {kind: early_help, id: help, start: 2025-04, "
            f"effect: {{risk_ratio: {texts[first]}}}}}\n",
            encoding="utf-8",
        )
        (tmp_path / "then.yaml").write_text(
            "name: Then\nextends: first.yaml\ninterventions:\n"
            f"  - {{id: help, effect: {{risk_ratio: {texts[then]}}}}}\n",
            encoding="utf-8",
        )
        loaded = load(tmp_path / "then.yaml")
        one = loaded.scenario.interventions[-1]
        assert one.effect.risk_ratio == pytest.approx(expected)  # type: ignore[attr-defined]
        [number] = loaded.uncertain
        assert number.is_drawn == (then == "child")
        assert bool(number.shrink) == (then == "parent")


@pytest.mark.parametrize(
    ("values", "words"),
    [({"shrink": "guess"}, "'guess' is not a design"), ({"shrink": 0.5}, "0.5 is not a design")],
)
def test_designs_that_there_are_not_are_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        help_with(**values)


def test_only_a_ratio_is_shrunk() -> None:
    ratio = {"low": 0.5, "mode": 0.8, "high": 1.0, "shrink": "matched"}
    with pytest.raises(ScenarioError, match="is not a ratio of which 1 is no effect"):
        load_mapping({"name": "Any", "extends": "status-quo", "assumptions": {"waiting_cost_ratio": ratio}})


def test_a_row_names_the_scenarios_that_use_it() -> None:
    many = {name: load(name) for name in ("status-quo", "family-help-national")}
    by = used_by(many)
    assert by["troubled-families-2015-20.looked-after-at-19-to-24-months"] == {"family-help-national": True}
    assert by["mockingbird.deregistration"] == {}
    assert judged_programmes(many["family-help-national"]) == {"family-help"}
    assert judged_programmes(help_with(quality="medium")) == frozenset()
    assert judged_programmes(help_with(quality="judgement")) == {"help"}


def test_evidence_is_listed_by_topic() -> None:
    done = CliRunner().invoke(cli, ["list", "evidence", "--topic", "fostering", "--json"])
    assert [entry["key"] for entry in json.loads(done.stdout)] == [r.key for r in evidence() if r.topic == "fostering"]
    wrong = CliRunner().invoke(cli, ["list", "evidence", "--topic", "fosterin"])
    assert wrong.exit_code == 2
    assert "did you mean fostering?" in wrong.stderr
    assert np.all([topic in wrong.stderr for topic in topics()])


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_what_a_default_cites_is_in_the_library_where_the_kind_is_looked_up(kind: str) -> None:
    """A default is no stronger than the study behind it, so that its study can be read beside it."""
    cited = {
        key
        for note in notes(kinds()[kind])
        for key in note.source.replace(" ", "").split(";")
        if key not in ("", "definition", "judgement")
    }
    bearing = {key for row in evidence() if row.topic in topics_of(kind) for key in row.sources}
    assert cited <= bearing


def test_a_kind_and_what_it_is_called_stand_for_topics() -> None:
    assert topics_of("kinship_priority") == topics_of("sgo") == topics_of("kinship") == ("kinship",)
    assert topics_of("foster_allowance") == ("allowance", "fostering")
    assert topics_of("residential_build") == ("homes",)
    assert topics_of("uasc_arrivals") == ("uasc",)
    assert topics_of("births") == topics_of("zzz") == ()
    result = CliRunner().invoke(cli, ["list", "evidence", "--topic", "kinship_priority", "--json"])
    assert result.exit_code == 0
    assert {row["topic"] for row in json.loads(result.output)} == {"kinship"}


def test_topics_hold_what_is_needed_to_judge_a_default() -> None:
    """Counts and costs that defaults rest on are there as descriptions, which no ratio is shrunk to."""
    held = [row.topic for row in evidence()]
    assert all(held.count(topic) >= 3 for topic in ("workforce", "homes", "kinship", "fostering", "uasc", "allowance"))
    caseload = BY_KEY["children-s-social-workers.average-caseload-of-children-s-social-workers"]
    assert (caseload.found, caseload.design, caseload.is_ratio) == ("15.4 cases", "description", False)
    assert BY_KEY["family-group-conference-england.children-avoiding-care"].found == "2,000 children a year"
    assert BY_KEY["failed-returns-home.failed-returns-home-all"].found == "£316m a year"
    assert BY_KEY["capital-for-council-run-homes.capital-for-a-place-in-a-council"].found == "£265,000 a place"
    assert BY_KEY["mockingbird.households-that-kept-fostering"].found == "94%"
    assert BY_KEY[
        "allowances-of-special-guardians.special-guardian-allowance-below-kinship-foster-allowance"
    ].found == ("£40 a child a week")
