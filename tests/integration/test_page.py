"""The page in a browser: what a commissioner does with it, by mouse and by keyboard alone, and what a reader hears."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from page_visit import Visit, violations

from simulator.web.page_views import _means

HALF = """\
name: Half the effect, a year late
extends: family-help-national
interventions:
  - id: family-help
    start: 2026-04
    effect: {risk_ratio: 0.95}
"""


RATIO = "interventions.family-help.effect.risk_ratio"


def test_choose_change_and_see_what_follows(visit: Visit) -> None:
    visit.page.goto(visit.address)
    assert violations(visit) == []
    visit.page.get_by_label("Family help, national roll-out").check()
    visit.page.get_by_role("button", name="Show it").click()
    visit.settled()
    assert visit.text("h1").split("\n")[-1] == "Family help, national roll-out"
    before = visit.text("#headline")
    assert "children in care in March 2035, the median of 64 draws, four times in five between" in before
    assert violations(visit) == []
    visit.set(RATIO, "0.5").settled()
    assert visit.text("#headline") != before
    assert "Changed in 1 place" in visit.text("#changes")
    assert "0.5" in visit.text("#changes")
    assert visit.page.locator("#spoken").inner_text().startswith("Spend in 2034-35: £")
    visit.page.get_by_role("button", name="Undo").click()
    visit.settled()
    assert visit.text("#headline") == before
    assert "As shipped" in visit.text("#changes")
    visit.page.get_by_role("button", name="Redo").click()
    visit.settled()
    assert "Changed in 1 place" in visit.text("#changes")
    assert visit.text("h1").split("\n")[-1] == "Family help, national roll-out, changed"
    visit.page.get_by_role("button", name="Back to the shipped scenario").click()
    visit.settled()
    assert visit.text("#headline") == before
    assert visit.text("h1").split("\n")[-1] == "Family help, national roll-out"


@pytest.mark.slow
def test_an_error_stands_beside_its_field_in_the_words_of_the_reader(visit: Visit) -> None:
    visit.open().set(RATIO, "7")
    field = visit.page.locator(f'[data-control="{RATIO}"]')
    field.locator(".govuk-error-message").wait_for(state="visible")
    assert "7 is above 3" in field.inner_text()
    assert field.locator("[data-value]").input_value() == "7"
    assert field.locator("[data-value]").get_attribute("aria-invalid") == "true"
    assert "7 is above 3" in visit.text("#errors")
    visit.set(RATIO, "many")
    visit.page.locator("#errors", has_text="not a number").wait_for()
    visit.set(RATIO, "0.9")
    visit.settled()
    assert visit.page.locator("#errors").is_hidden()
    visit.page.locator("#area").fill("Atlantis")
    visit.page.locator("#area").blur()
    visit.page.locator("#area-error", has_text="Atlantis").wait_for()
    assert "care-demand" not in visit.text("#errors")
    assert visit.text("#errors-list").startswith("Area: Unknown area")
    visit.page.locator("#area").fill("England")
    visit.page.locator("#area").blur()
    visit.settled()
    visit.page.locator("#scenario-name").fill("")
    visit.page.locator("#scenario-name").blur()
    visit.page.locator("#scenario-name-error", has_text="Is empty").wait_for()
    assert visit.text("#errors-list").startswith("Name of the scenario: Is empty")
    assert visit.page.locator("#errors-list a").get_attribute("href") == "#scenario-name"


@pytest.mark.slow
def test_scenarios_stand_side_by_side_and_as_differences(visit: Visit) -> None:
    visit.open("/explore?scenario=status-quo")
    visit.page.locator("#other").select_option("family-help-national")
    visit.settled()
    assert visit.page.locator("#scenario-list li").count() == 2
    assert "Status quo" in visit.text("#charts")
    assert "Against Status quo" in visit.text("#headline")
    visit.page.get_by_label("As differences from the first").check()
    visit.settled()
    assert "Difference from Status quo" in visit.text("#charts")
    visit.page.locator("#other").select_option("copy")
    visit.settled()
    assert "changed" in visit.text("h1")
    assert violations(visit) == []
    visit.page.locator("#scenario-list button").first.click()
    visit.page.locator("#tabs").get_by_text("Spend", exact=True).click()  # at once, so that one overtakes the other
    visit.settled()
    visit.page.locator("#name-shown", has_text="Status quo").wait_for()
    assert "Against" not in visit.text("#headline")
    visit.page.get_by_role("button", name="Take Status quo away").click()
    visit.settled()
    assert visit.page.locator("#scenario-list li").count() == 2


@pytest.mark.slow
def test_measures_are_added_and_removed_and_switches_flipped(visit: Visit) -> None:
    visit.open()
    visit.page.locator("#kind").select_option("uasc_arrivals")
    assert visit.text("#kind-says")
    visit.page.locator("#add").click()
    visit.settled()
    card = visit.page.locator("#card-uasc-arrivals")
    assert card.get_attribute("open") is not None
    assert card.evaluate("(card) => card.contains(document.activeElement)"), "what is added is where one is"
    assert visit.text("h1").endswith("Family help, national roll-out, changed")
    visit.set("interventions.uasc-arrivals.ratio", "2").settled()
    assert "added" in visit.text("#changes")
    visit.page.locator("#card-scenario > summary").click()
    visit.page.get_by_label("As needed: a foster place is always found").check()
    visit.settled()
    assert visit.page.get_by_role("link", name="Foster places").count() == 0
    visit.page.get_by_role("button", name=re.compile("^Remove")).first.click()
    visit.settled()
    assert "removed" in visit.text("#changes")
    visit.page.locator("[data-restore]").click()
    visit.settled()
    assert "removed" not in visit.text("#changes")


@pytest.mark.slow
def test_beside_each_change_choice_and_measure_stands_what_it_does(visit: Visit) -> None:
    visit.open()
    card = visit.page.locator("#card-family-help .app-does").first
    card.filter(has_text="With it, by the central run: ").wait_for()
    with_it = card.inner_text()
    said = r"[\d,]+ fewer children in March 2035, £[\d.,]+(m|bn)? (more|less) spend in 2034-35"
    assert re.fullmatch(f"With it, by the central run: {said}", with_it)
    visit.set(RATIO, "0.5").settled()
    change = visit.page.locator(f'[data-control="{RATIO}"] .app-does', has_text="This change: ")
    change.wait_for()
    whole = visit.page.locator("#changes .app-does", has_text="against the shipped scenario: ")
    assert whole.inner_text().partition("scenario: ")[2] == change.inner_text().partition("change: ")[2]
    assert "fewer children" in change.inner_text()
    assert card.inner_text() != with_it
    visit.page.locator("#card-scenario > summary").click()
    chosen = visit.page.locator('[data-control="assumptions.foster_places"]')
    said = chosen.locator(".app-does", has_text="This would be ").inner_text()
    chosen.get_by_label("As needed: a foster place is always found").check()
    visit.settled()
    done = chosen.locator("p.app-does", has_text="This change: ").inner_text()
    assert done.partition(": ")[2] == said.partition("be ")[2], "a choice does what was said of it"


@pytest.mark.slow
def test_a_number_keeps_the_spread_of_the_evidence_unless_somebody_says_otherwise(visit: Visit) -> None:
    visit.open()
    sure = f'[data-sure="{RATIO}"]'
    own = visit.page.locator(f'[data-control="{RATIO}"]')
    assert visit.page.locator(sure).input_value() == "evidence"
    visit.set(RATIO, "0.95").settled()
    own.get_by_text(
        "carried to this value: 0.7178 to 1.108, 80 times in 100; the evidence itself: 0.68 to 1.05"
    ).wait_for()
    assert visit.page.locator(sure).input_value() == "carried"
    assert "Given as certain" not in visit.text("#range")
    visit.page.locator(sure).select_option("certain")
    visit.settled()
    assert "Given as certain: the risk ratio of Families First Partnership." in visit.text("#range")
    visit.page.locator(sure).select_option("own")
    visit.settled()
    own.locator('[data-own="low"]').fill("0.7")
    own.locator('[data-own="low"]').blur()
    visit.settled()
    own.get_by_text("Your own range: 0.7").wait_for()
    visit.page.locator(sure).select_option("evidence")
    visit.settled()
    own.get_by_text("The evidence: 0.68 to 1.05").wait_for()
    assert "As shipped" in visit.text("#changes")


@pytest.mark.slow
def test_every_tab_shows_something_and_breaks_no_rule(visit: Visit) -> None:
    visit.open()
    for title in ("Where they live", "Foster places", "Spend", "Value for money", "Children"):
        visit.page.locator("#tabs").get_by_text(title, exact=True).click()
        visit.settled()
        assert visit.page.locator("#charts svg").count() >= 1
        assert visit.page.locator("#tabs [aria-current]").inner_text() == title
        assert violations(visit) == []
    for path in ("/method", "/about", "/assumptions?scenario=family-help-national", "/nothing"):
        visit.page.goto(visit.address + path)
        assert violations(visit) == []


@pytest.mark.slow
def test_each_kind_of_download_holds_what_it_says(visit: Visit) -> None:
    from openpyxl import load_workbook

    visit.open()
    figure = visit.page.locator('[data-chart="children"]')
    figure.get_by_role("tab", name="Download").click()
    figure.locator('[data-form="xlsx"]', has_text="kB").wait_for()
    held = {form: visit.download(figure.locator(f'[data-form="{form}"]')) for form in ("svg", "png", "csv", "xlsx")}
    assert all(name == f"family-help-national-roll-out-children.{form}" for form, (name, _) in held.items())
    assert held["svg"][1].startswith(b"<svg ")
    assert b"Source: Department for Education" in held["svg"][1]
    assert held["png"][1].startswith(b"\x89PNG")
    rows = list(csv.reader(io.StringIO(held["csv"][1].decode())))
    assert rows[0] == ["Date", "Published figures", "Projected", "Projected, 80% from", "Projected, 80% to"]
    sheet = load_workbook(io.BytesIO(held["xlsx"][1]))["Data"]
    assert [cell.value for cell in sheet[4]] == rows[0]
    assert sheet.cell(sheet.max_row, 3).value == float(rows[-1][2])
    assert not zipfile.ZipFile(io.BytesIO(held["xlsx"][1])).testzip()
    figure.get_by_role("tab", name="Table").click()
    assert figure.locator("tbody tr").count() == len(rows) - 1
    name, body = visit.download(visit.page.locator('[data-file="financial-years.csv"]'))
    assert name == "family-help-national-roll-out-financial-years.csv"
    assert b",p05," in body[:300]


@pytest.mark.slow
def test_a_file_goes_in_and_a_link_holds_everything(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "half.yaml"
    path.write_text(HALF, encoding="utf-8")
    visit.open("/explore?scenario=status-quo")
    visit.page.locator("#file").set_input_files(str(path))
    visit.settled()
    assert visit.text("h1").endswith("Half the effect, a year late")
    shown, link = visit.text("#headline"), visit.page.locator("#link").input_value()
    other = visit.page.context.browser.new_context()
    colleague = Visit(other.new_page(), visit.address)
    colleague.page.goto(link)
    colleague.settled()
    assert colleague.text("#headline") == shown
    assert "Changed in 2 places" in colleague.text("#changes")
    other.close()
    path.write_text("name: X\nstrats: 1\n", encoding="utf-8")
    visit.page.locator("#file").set_input_files(str(path))
    visit.page.locator("#errors", has_text="line 2").wait_for()
    assert "unknown key" in visit.text("#errors").lower()
    assert visit.text("h1").endswith("Half the effect, a year late")


def test_a_number_has_commas_between_thousands_only_and_no_exponent_in_words(visit: Visit) -> None:
    visit.page.goto(visit.address)
    numbers = {
        "1,000": 1000, "12,345.5": 12345.5, "£1,000": 1000, "−5": -5, "0.9": 0.9, "1_000": 1000,
        "1,5": None, "0,9": None, "1,0000": None, "10,00": None, "1e309": None, "many": None,
    }  # fmt: skip
    asked = "async (texts) => { const { number } = await import('/static/panel.js'); return texts.map(number); }"
    assert visit.page.evaluate(asked, list(numbers)) == list(numbers.values())
    ratios = (1, 15, 0.5, 1.001, 1.2345)
    asked = "async (ratios) => { const { means } = await import('/static/panel.js'); return ratios.map(means); }"
    assert visit.page.evaluate(asked, list(ratios)) == [_means(ratio) for ratio in ratios]
    assert _means(15) == "1,400% more"


@pytest.mark.slow
def test_an_overtaken_answer_is_dropped(visit: Visit) -> None:
    visit.open()
    visit.set(RATIO, "0.8")
    visit.set(RATIO, "0.7")
    visit.set(RATIO, "0.6").settled()
    assert "0.6" in visit.text("#changes")


@pytest.mark.slow
def test_what_is_stopped_before_its_answer_is_taken_back_everywhere(visit: Visit) -> None:
    visit.open()
    headline, link = visit.text("#headline"), visit.page.locator("#link").input_value()
    waiting: list[Any] = []
    visit.page.route("**/api/v1/run", lambda route: waiting.append(route))
    visit.set(RATIO, "0.5")
    visit.page.locator("#stop").click()
    visit.page.unroute("**/api/v1/run")
    assert "Stopped: the change is taken back" in visit.text("#range")
    assert visit.page.locator("#progress").is_hidden()
    assert visit.page.locator(f'[data-control="{RATIO}"] [data-value]').input_value() == "0.9"
    assert (visit.text("#headline"), visit.page.locator("#link").input_value()) == (headline, link)
    assert "As shipped" in visit.text("#changes")
    assert visit.page.evaluate("() => document.activeElement.id") == "headline"
    assert b"0.5" not in visit.download(visit.page.locator('[data-file="yaml"]'))[1]
    visit.page.get_by_role("button", name="Redo").click()
    visit.settled()
    assert "0.5" in visit.text("#changes")


@pytest.mark.slow
def test_what_is_stopped_after_its_central_run_is_all_of_the_new_state(visit: Visit) -> None:
    visit.open()
    visit.set(RATIO, "0.5")
    visit.page.locator("#progress-text", has_text="Central lines are shown").wait_for()
    visit.page.locator("#stop").click()
    assert "Stopped" in visit.text("#range")
    visit.page.locator("#changes", has_text="0.5").wait_for()
    assert b"0.5" in visit.download(visit.page.locator('[data-file="yaml"]'))[1]
    visit.set(RATIO, "0.62").settled()


@pytest.mark.slow
def test_while_an_error_stands_it_is_said_of_what_the_results_are(visit: Visit) -> None:
    visit.open()
    assert visit.page.locator("#old").is_hidden()
    visit.set(RATIO, "1,5")
    visit.page.locator("#errors", has_text="a point stands before decimals").wait_for()
    assert "scenario before this change" in visit.text("#old")
    assert b"1,5" not in visit.download(visit.page.locator('[data-file="yaml"]'))[1]
    visit.page.locator("#tabs").get_by_text("Spend", exact=True).click()
    visit.settled()
    assert visit.page.locator('[data-chart="spend"]').count() == 1
    assert visit.page.locator("#errors").is_visible()
    visit.set(RATIO, "1e309")
    visit.page.locator("#errors", has_text="1e309").wait_for()
    visit.set(RATIO, "0.95").settled()
    assert visit.page.locator("#old").is_hidden()


@pytest.mark.slow
def test_changes_are_kept_when_the_program_is_gone(visit: Visit) -> None:
    visit.open()
    visit.page.route("**/api/v1/run", lambda route: route.abort())
    visit.set(RATIO, "0.8")
    visit.page.locator("#errors", has_text="your changes are kept in this page").wait_for()
    visit.page.unroute("**/api/v1/run")
    visit.set(RATIO, "0.81").settled()
    assert "0.81" in visit.text("#changes")
    assert visit.page.locator("#errors").is_hidden()


@pytest.mark.slow
def test_the_keyboard_is_enough(visit: Visit) -> None:
    visit.open("/explore?scenario=family-help-national")
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "govuk-skip-link"
    slide = page.locator(f'[data-control="{RATIO}"] input[type=range]')
    slide.focus()
    page.keyboard.press("ArrowLeft")
    visit.settled()
    assert page.locator(f'[data-control="{RATIO}"] [data-value]').input_value() == "0.89"
    assert page.evaluate("() => document.activeElement.type") == "range", "focus stays where it was"
    chart = page.locator('[data-chart="children"] .app-cursor')
    chart.focus()
    page.keyboard.press("End")
    read = page.locator('[data-chart="children"] .app-read')
    assert read.inner_text().startswith("March 2035: Projected ")
    page.keyboard.press("ArrowLeft")
    assert read.inner_text().startswith("March 2034: Projected ")
    page.keyboard.press("PageDown")
    assert "Published" in read.inner_text()
    seen = []
    page.locator("#undo").focus()
    for _ in range(120):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.id || document.activeElement.dataset.tab || ''"))
    assert {"back", "stop", "add", "copy"} - set(seen) <= {"stop"}
    assert {"children", "spend", "kind", "area", "file", "link"} <= set(seen)


@pytest.mark.slow
def test_every_control_has_a_role_a_name_and_a_value(visit: Visit) -> None:
    visit.open()
    for one in visit.page.locator("details:not([open]) > summary").all():
        if one.is_visible():
            one.click()
    session = visit.page.context.new_cdp_session(visit.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "textbox", "slider", "radio", "combobox", "checkbox", "tab", "DisclosureTriangle"}
    controls = [n for n in nodes if not n.get("ignored") and n.get("role", {}).get("value") in roles]
    assert len(controls) > 60
    named = [(n["role"]["value"], n.get("name", {}).get("value", "").strip()) for n in controls]
    assert all(name for _, name in named), [one for one in named if not one[1]]
    sliders = [n for n in controls if n["role"]["value"] == "slider"]
    assert sliders
    for node in sliders:
        assert node["value"]["value"] not in ("", None)
        assert {"valuemin", "valuemax"} <= {one["name"] for one in node["properties"]}
    texts = [n for n in controls if n["role"]["value"] in ("textbox", "combobox")]
    empty = "() => [...document.querySelectorAll('input')].filter((one) => !one.value && one.checkVisibility()).length"
    assert sum("value" not in n for n in texts) <= visit.page.evaluate(empty), "what is left empty has no value"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "media"), [(360, {}), (768, {}), (1440, {}), (1440, {"forced_colors": "active"}),
                                              (1000, {"media": "print"})])  # fmt: skip
def test_it_fits_every_width_and_prints(visit: Visit, width: int, media: dict[str, str], tmp_path: Path) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.open()
    visit.page.emulate_media(**media)
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert visit.page.locator("#charts svg").first.is_visible()
    if not media:
        assert violations(visit) == []


def test_names_full_of_markup_are_inert(visit: Visit) -> None:
    name = '<img src=x onerror=alert(1)><script>alert(2)</script>=1+1 & "quoted"'
    state = {"v": 1, "scenarios": [{"name": name, "extends": "status-quo", "end": "2026-03"}]}
    from simulator.web.page_state import PageState

    visit.page.on("dialog", lambda dialog: visit.faults.append(f"a script ran: {dialog.message}"))
    visit.open(f"/explore?s={PageState.of(json.loads(json.dumps(state))).link()}")
    assert visit.text("#name-shown") == name
    assert visit.page.locator("#charts img, #charts script, #headline img").count() == 0
    visit.page.locator("#other").select_option("copy")
    visit.settled()
    assert name in visit.text("#scenario-list")
