"""Everybody can use the page: axe-core on every state, sizes of targets and text, colours, motion."""

from __future__ import annotations

from typing import Any

import pytest

from voice_assistant import Assistant

pytest.importorskip("playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.kiosk_browser import (
    LARGEST,
    NEEDS_CHROMIUM,
    NOW,
    SMALLEST,
    UPRIGHT,
    USUAL,
    title,
    visitor,
)
from tests.kiosk_states import STATES
from tests.kiosk_still import StillKiosk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]

TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "EN-301-549"]
RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
NO_SIDEWAYS = "document.documentElement.scrollWidth <= innerWidth"
SIZES = pytest.mark.parametrize("size", [SMALLEST, USUAL, UPRIGHT], ids=lambda size: f"{size[0]}x{size[1]}")


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"rules": RULES, "runOnly": {"type": "tag", "values": TAGS}})
    return [f"{one['id']}: {node['html'][:120]}" for one in found.response["violations"] for node in one["nodes"]]


def small_targets(page: Page) -> Any:
    return page.evaluate("""() => [...document.querySelectorAll('button')].filter(one => one.offsetParent)
        .map(one => [one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)""")


def cut_off(page: Page) -> Any:
    """Buttons whose words do not fit into them."""
    return page.evaluate("""() => [...document.querySelectorAll('button')].filter(one => one.offsetParent &&
        (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)).map(one => one.textContent)""")


@pytest.mark.parametrize("state", STATES)
def test_no_accessibility_violation_and_no_small_or_cut_off_target(state: str, page: Page, still: StillKiosk) -> None:
    STATES[state](page, still)
    assert violations(page) == []
    for width, height in (SMALLEST, UPRIGHT):
        page.set_viewport_size({"width": width, "height": height})
        assert small_targets(page) == []
        assert cut_off(page) == []
        assert page.evaluate(NO_SIDEWAYS), "scrolls sideways"


def test_no_violation_while_the_connection_is_lost(assistant: Assistant, browser: Browser) -> None:
    with StillKiosk(assistant) as still:
        page = browser.new_page()
        page.goto(still.url)
        page.wait_for_selector("#talk")
    expect(page.locator("#notices")).to_contain_text("lost its connection")
    assert violations(page) == []
    page.close()


@SIZES
def test_text_of_200_percent_loses_nothing(size: tuple[int, int], still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, size) as page:
        page.click('[data-node="overview.causes"]')
        page.wait_for_selector(NOW)
        measure = "parseFloat(getComputedStyle(document.getElementById('sentences')).fontSize)"
        before = page.evaluate(measure)
        page.click("#text-size")
        page.click("#text-size")
        assert page.evaluate(measure) >= 2 * before
        assert page.evaluate(NO_SIDEWAYS), "scrolls sideways"
        assert cut_off(page) == []
        for selector in ("#view h2", "#sentences > p", '#controls [data-node="control.start_over"]', "#finish"):
            page.locator(selector).first.scroll_into_view_if_needed()
            assert page.locator(selector).first.is_visible()
        assert violations(page) == []


@SIZES
def test_the_sentence_that_is_said_is_in_sight(size: tuple[int, int], still: StillKiosk, browser: Browser) -> None:
    for state in ("answer", "urgent", "emergency", "check", "steps"):
        with visitor(browser, still.url, size) as page:
            STATES[state](page, still)
            count = page.locator("#sentences > p").count()
            for place in range(count):
                with still.kiosk._lock:
                    still.kiosk._screen.parts["mark"] = place
                still.kiosk._changed()
                expect(page.locator(f"#sentences > p:nth-child({place + 1})")).to_have_class("now")
                expect(page.locator(NOW)).to_be_in_viewport(ratio=0.9)
            page.click("#finish")
            page.wait_for_selector("#talk")


@SIZES
def test_the_bars_at_the_top_and_bottom_stay_on_the_screen(
    size: tuple[int, int], still: StillKiosk, browser: Browser
) -> None:
    with visitor(browser, still.url, size) as page:
        for state in ("topics", "long_answer", "steps", "emergency"):
            STATES[state](page, still)
            assert page.evaluate("[scrollY, document.documentElement.scrollHeight - innerHeight]") == [0, 0], state
            for selector in ("#home", "#finish", '#controls [data-node="control.stop"]'):
                expect(page.locator(selector)).to_be_in_viewport(ratio=1)
            page.click("#finish")
            page.wait_for_selector("#talk")


@SIZES
def test_an_emergency_shows_whom_to_call_without_scrolling(
    size: tuple[int, int], still: StillKiosk, browser: Browser
) -> None:
    with visitor(browser, still.url, size) as page:
        STATES["emergency"](page, still)
        height = "(strong => strong.clientHeight / parseFloat(getComputedStyle(strong).fontSize))"
        assert page.evaluate(f"{height}(document.querySelector('.banner strong'))") < 1.5, "in one line"
        for selector in (".banner strong", ".banner .number", NOW):
            expect(page.locator(selector)).to_be_in_viewport(ratio=1)


def test_on_the_largest_screen_everything_is_larger_and_in_place(still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, LARGEST) as page:
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 40
        assert page.evaluate("(stage => stage.scrollHeight <= stage.clientHeight)(document.getElementById('stage'))")


def test_it_reflows_at_320_pixels(still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, (320, 568)) as page:
        assert page.evaluate(NO_SIDEWAYS)
        assert small_targets(page) == []


def test_motion_is_off_where_it_is_unwanted(still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, reduced_motion="reduce") as page:
        STATES["listening"](page, still)
        moving = page.evaluate("""() => document.getAnimations().length + [...document.querySelectorAll('*')]
            .filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0).length""")
        assert moving == 0


def test_forced_colours_keep_borders_and_the_mark(still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, forced_colors="active") as page:
        page.click('[data-node="overview.causes"]')
        expect(page.locator(NOW)).to_have_css("outline-style", "solid")
        expect(page.locator(f"{NOW} .said")).to_have_css("text-decoration-line", "underline")


def test_text_spacing_can_be_widened_without_loss(page: Page) -> None:
    page.click('[data-node="overview.causes"]')
    page.wait_for_selector(NOW)
    page.evaluate("""() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
        document.adoptedStyleSheets = [sheet]; }""")
    assert cut_off(page) == []
    assert page.evaluate(NO_SIDEWAYS)


def test_every_visible_word_of_a_button_is_in_its_name(page: Page) -> None:
    page.click("#home")
    page.click("#topics-timer")
    pairs = page.evaluate("""[...document.querySelectorAll('button[aria-label]')]
        .map(one => [one.textContent, one.getAttribute('aria-label')])""")
    assert pairs
    for text, label in pairs:
        number = text.split()[0]
        assert number in label and "min" in label


def test_live_regions_are_in_the_page_from_the_beginning_and_urgent_advice_is_assertive(
    page: Page, still: StillKiosk
) -> None:
    page.evaluate("for (const id of ['announce', 'alert', 'notices']) document.getElementById(id).mark = 1")
    still.hear("what is a baker's cyst")
    expect(page.locator("#announce[role=status]")).to_have_text(
        "You said: what is a baker's cyst. Baker’s cyst. A Baker's cyst is a sac behind the knee that fills with "
        "excess joint fluid. A joint problem, such as osteoarthritis or torn cartilage, is typically behind it."
    )
    still.hear("i cannot breathe and my chest hurts")
    expect(page.locator("#alert[role=alert]")).to_contain_text("Emergency: Urgent signs. Call your local emergency")
    still.kiosk.trouble("microphone_lost")
    expect(page.locator("#notices[role=status]")).to_contain_text("microphone")
    assert page.evaluate("['announce', 'alert', 'notices'].every(id => document.getElementById(id).mark === 1)")


def test_help_controls_and_headings_stay_in_the_same_place(page: Page, still: StillKiosk) -> None:
    names = page.locator("#controls button").all_inner_texts()
    for state in ("answer", "check", "urgent", "timer"):
        STATES[state](page, still)
        assert page.locator("#controls button").all_inner_texts() == names
        expect(page.locator("footer")).to_contain_text("Need a person? Ask the front desk.")
        expect(page.locator("#view h2")).to_have_count(1)
        page.click("#finish")
        page.wait_for_selector("#talk")


def test_there_is_no_video_no_form_no_ticket_and_nothing_that_sounds_by_itself(page: Page) -> None:
    assert page.locator("video, audio, input, select, textarea, form, iframe, marquee, [autoplay]").count() == 0
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("[lang]").count() == 1


def test_portrait_and_landscape_show_the_same(page: Page, still: StillKiosk) -> None:
    STATES["answer"](page, still)
    texts = page.locator("#view button").all_inner_texts()
    for width, height in (UPRIGHT, SMALLEST, (480, 800)):
        page.set_viewport_size({"width": width, "height": height})
        title(page).to_have_text("Baker’s cyst")
        assert page.locator("#view button").all_inner_texts() == texts
        assert page.evaluate(NO_SIDEWAYS)
