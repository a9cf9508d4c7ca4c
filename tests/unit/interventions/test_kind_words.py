"""What people call a kind leads to its name, by one rule for all kinds."""

from __future__ import annotations

import pytest

from simulator.interventions import kind_like, kinds, words_of
from simulator.interventions.fields import nearest
from simulator.scenario import ScenarioError, load_mapping


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("uasc", "uasc_arrivals"),
        ("distance", "close_to_home"),
        ("hubs", "foster_hubs"),
        ("sgo", "kinship_priority"),
        ("reunification", "reunification_support"),
        ("residential", "residential_build"),
        ("allowance", "foster_allowance"),
        ("poverty", "child_poverty"),
        ("Front door", "referrals"),
        ("social-workers", "workforce"),
        ("family_safegarding", "family_safeguarding"),
    ],
)
def test_a_word_that_is_typed_for_a_kind_leads_to_it(typed: str, kind: str) -> None:
    assert kind_like(typed) == kind
    bad = {"name": "Any", "extends": "status-quo", "interventions": [{"kind": typed, "id": "any"}]}
    with pytest.raises(ScenarioError, match=f"did you mean '{kind}'"):
        load_mapping(bad)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_is_found_by_its_words_and_by_a_word_of_its_name(kind: str) -> None:
    for word in words_of(kind):
        assert word in words_of(kind_like(word))
    for part in kind.split("_"):
        found = kind_like(part)
        assert not found or part in (*words_of(found), *found.split("_")) or nearest(part, [found])
    assert words_of(kind), "no word leads to it"
    assert not set(words_of(kind)) & set(kinds()), "a word that is another kind's name is never looked for"


def test_what_is_like_no_kind_leads_to_none() -> None:
    assert kind_like("zebra") == ""
    assert kind_like("") == ""


def test_a_name_is_found_by_a_whole_word_of_it() -> None:
    assert nearest("hubs", ["births", "foster_hubs", "foster_hubs_everywhere"]) == "foster_hubs"
    assert nearest("hub", ["foster_hubs"]) == ""
