"""The documentation: generated parts are up to date, links lead somewhere, examples are read, sources exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_pages.answers import ASKED, Asked, transcript
from docs_pages.assumptions import assumptions, assumptions_table
from docs_pages.evidence_page import evidence_page
from docs_pages.interventions_page import interventions_page
from docs_pages.markdown import between, standing
from docs_pages.rules_page import rules_table
from paths import ROOT

from simulator.data import tables
from simulator.interventions import kinds
from simulator.scenario import load, shipped

PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def prose(path: Path) -> str:
    """Text of a page without its code blocks."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Headings as GitHub links to them."""
    heads = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_interventions_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "interventions.md").read_text(encoding="utf-8")
    assert page == interventions_page(), "run `make docs-tables`"
    assert all(f"\n## {name}\n" in page for name in kinds())


def test_assumptions_are_up_to_date() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert page == between(page, "assumptions", assumptions_table()), "run `make docs-tables`"


def test_the_page_of_evidence_is_up_to_date() -> None:
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert page == evidence_page({name: load(path) for name, path in shipped().items()}), "run `make docs-tables`"


def test_rules_of_returns_are_up_to_date() -> None:
    page = (ROOT / "docs" / "returns.md").read_text(encoding="utf-8")
    assert page == between(page, "rules", rules_table()), "run `make docs-tables`"


@pytest.mark.parametrize("name", ["README.md", "docs/method.md"])
def test_pages_have_the_verdict_of_the_hindcast(name: str) -> None:
    text, page = ((ROOT / one).read_text(encoding="utf-8") for one in (name, "docs/hindcast.md"))
    assert standing(text, "hindcast") == standing(page, "verdict"), "run `make docs-tables`"


@pytest.mark.slow
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.scenario)
def test_readme_answers_its_questions_as_the_commands_do(asked: Asked) -> None:
    """The output in the README is what its command prints today."""
    assert asked.question in (page := (ROOT / "README.md").read_text(encoding="utf-8"))
    assert transcript(asked) in page, "run `make docs-tables`"


def test_assumptions_name_files_and_keys_that_exist() -> None:
    from simulator.interventions.fields import notes
    from simulator.scenario.schema import Scenario

    known = {note.path for note in notes(Scenario)} | {"assumptions", "starts.hold"}
    for _, _, _, where, key in assumptions():
        assert (ROOT / "simulator" / where).is_file(), where
        named = re.findall(r"kind: ([\w, ]+)", key)
        assert not named or set(named[0].split(", ")) <= set(kinds()), key
        assert named or not key or key in known, key


def test_a_scenario_can_change_every_assumption_named() -> None:
    from simulator.scenario import Assumptions

    page = assumptions_table()
    for name in Assumptions.model_fields:
        assert f"`assumptions.{name}`" in page, f"docs/model.md has no row for assumptions.{name}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{path.name}: {target}"


def test_pictures_have_alt_text() -> None:
    for path in PAGES:
        for alt in re.findall(r"!\[(.*?)\]\(", prose(path), re.DOTALL):
            assert len(alt) > 20, path.name


def examples() -> Iterator[str]:
    for page in ("README.md", "docs/programmes.md", "docs/scenarios.md", "docs/sufficiency.md"):
        for language, block in FENCE.findall((ROOT / page).read_text(encoding="utf-8")):
            if language in ("yaml", "yml"):
                yield block


def test_readme_has_an_example() -> None:
    assert "```yaml\nname: " in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(list(examples())) > 5


@pytest.mark.parametrize("block", list(examples()), ids=lambda block: block.partition("\n")[0][:40])
def test_scenarios_of_pages_pass_check(block: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block, encoding="utf-8")
    assert load(path).scenario.name


def test_sources_named_in_the_model_exist() -> None:
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    text = FENCE.sub("", text)
    named = set(re.findall(r"\[([a-z0-9_]+_[a-z0-9_]+)\](?!\()", text)) | set(re.findall(r"\bsource: (\w+_\w+)", text))
    assert named
    assert named <= set(tables.sources()), sorted(named - set(tables.sources()))


def test_code_refers_to_the_right_sections() -> None:
    """axes.py names section 3 for phases, rates.py section 7 for the balancing flow."""
    page = prose(ROOT / "docs" / "model.md")
    assert "## 3. Phases of time in care" in page
    assert "## 7. The balancing flow" in page


def test_changelog_says_whether_results_change() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = [" ".join(entry.split()) for entry in re.split(r"^- ", text, flags=re.MULTILINE)[1:]]
    assert entries
    assert all("Results change:" in entry for entry in entries), [e for e in entries if "Results change:" not in e]
