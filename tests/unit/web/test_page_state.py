"""The state of a page, and its form in a link."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.web.page_state import (
    MOST_INTERVENTIONS,
    MOST_LINK,
    MOST_SCENARIOS,
    MOST_STATE_BYTES,
    BadState,
    PageState,
)

SCENARIO = {"name": "Half the effect", "extends": "family-help-national"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


def packed(content: bytes, version: str = "1") -> str:
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    raw = packing.compress(content) + packing.flush()
    return f"{version}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.text(max_size=10), VALUES, max_size=4), min_size=1, max_size=MOST_SCENARIOS))
def test_a_link_gives_back_what_was_put_in(scenarios: list[dict[str, object]]) -> None:
    state = PageState.of({"v": 1, "scenarios": scenarios, "at": len(scenarios) - 1})
    assert PageState.from_link(state.link()) == state


def test_a_link_is_short_and_the_same_each_time() -> None:
    state = PageState((SCENARIO,))
    assert len(state.link()) < 150
    assert state.link() == PageState.of(json.loads(state.text())).link()


def test_which_one_is_shown_is_no_part_of_what_is_run() -> None:
    one, other = ({**SCENARIO, "name": name} for name in ("One", "Other"))
    assert PageState((one, other), 0).key == PageState((one, other), 1).key
    assert PageState((one, other)).key != PageState((other, one)).key
    assert PageState((one,)).key != PageState((one,), own=True).key


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "an object"),
        ({"scenarios": [SCENARIO]}, "version"),
        ({"v": 2, "scenarios": [SCENARIO]}, "version"),
        ({"v": 1, "scenarios": []}, "one to 4"),
        ({"v": 1, "scenarios": [SCENARIO] * 5}, "one to 4"),
        ({"v": 1, "scenarios": ["status-quo"]}, "object"),
        ({"v": 1, "scenarios": [SCENARIO], "at": 1}, "position"),
        ({"v": 1, "scenarios": [SCENARIO], "at": True}, "position"),
        ({"v": 1, "scenarios": [SCENARIO], "own": "yes"}, "true or false"),
        ({"v": 1, "scenarios": [SCENARIO], "file": "/etc/passwd"}, "unknown key"),
        ({"v": 1, "scenarios": [{"name": "x" * MOST_STATE_BYTES}]}, "too big"),
        ({"v": 1, "scenarios": [{"interventions": [{}] * (MOST_INTERVENTIONS + 1)}]}, "more than 60 interventions"),
    ],
)
def test_what_is_no_state_is_refused_in_words(content: object, words: str) -> None:
    with pytest.raises(BadState, match=words):
        PageState.of(content)


def test_nesting_without_end_is_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    with pytest.raises(BadState, match="nested"):
        PageState.of({"v": 1, "scenarios": [deep]})


@pytest.mark.parametrize(
    "link",
    [
        "",
        "1.",
        "1.%%%",
        "2.abcd",
        "1." + "A" * (MOST_LINK + 1),
        PageState((SCENARIO,)).link()[:-4],
        packed(b"[" * 100_000),
        packed(b"not json"),
        packed(b"\xff\xfe"),
        packed(b'{"v":1,"scenarios":["' + b"x" * 10_000_000 + b'"]}'),
        "1.../../etc/passwd",
    ],
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(BadState):
        PageState.from_link(link)
