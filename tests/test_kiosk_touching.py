"""Fingers that touch twice, and keys that would leave something behind for the next visitor; in the browser."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, expect

from tests.kiosk_browser import NEEDS_CHROMIUM, ready, title, visitor, wait_until
from tests.kiosk_still import StillKiosk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]


@pytest.fixture
def unhurried(page: Page) -> Page:
    """A page that expects people, not tests."""
    page.evaluate("document.documentElement.dataset.againMs = '500'")
    return page


@pytest.mark.parametrize("how", ["finger", "key"])
def test_a_question_of_the_check_is_not_answered_by_a_second_touch(
    how: str, unhurried: Page, still: StillKiosk
) -> None:
    page = unhurried
    page.click('[data-node="check.start"]')
    expect(page.locator("#view")).to_contain_text("Question 1 of")
    page.wait_for_timeout(600)
    no = page.locator(".thirds li:nth-child(2) button")
    if how == "finger":
        no.dblclick(delay=30)
    else:
        no.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    expect(page.locator("#view")).to_contain_text("Question 2 of")
    still.settle()
    assert still.kiosk.shown()["check"] == {"number": 2, "of": 8}
    page.wait_for_timeout(600)
    page.click("#view button:has-text('No')")
    expect(page.locator("#view")).to_contain_text("Question 3 of")


def test_a_topic_that_is_touched_twice_opens_that_topic(unhurried: Page, still: StillKiosk) -> None:
    page = unhurried
    page.dblclick("#home")
    title(page).to_have_text("All topics")
    page.wait_for_timeout(600)
    page.dblclick('[data-node="cause.leg_cramps"]')
    title(page).to_have_text("Leg cramps")
    still.settle()
    assert still.kiosk.shown()["turn"] == 1


def test_louder_can_be_touched_as_quickly_as_one_likes(unhurried: Page, still: StillKiosk) -> None:
    page = unhurried
    page.click('[data-node="control.quieter"]')
    page.click('[data-node="control.quieter"]')
    wait_until(lambda: still.kiosk.shown()["voice"]["volume"] == 60)


def test_whoever_leaves_may_hurry(unhurried: Page, still: StillKiosk) -> None:
    page = unhurried
    page.click('[data-node="overview.causes"]')
    page.click("#finish")
    still.settle()
    assert still.kiosk.shown()["answer"] is None


def test_a_touch_beside_a_button_does_not_take_the_touch_on_it(unhurried: Page, still: StillKiosk) -> None:
    page = unhurried
    page.evaluate("document.body.click(); document.getElementById('home').click()")
    title(page).to_have_text("All topics")


# --- nothing of the browser's own is left for the next visitor ---------------------------------------------


def test_the_browsers_zoom_keys_change_the_size_of_the_text_for_this_visit(page: Page, still: StillKiosk) -> None:
    page.evaluate("window.taken = []; addEventListener('keydown', (event) => taken.push(event.defaultPrevented)); null")
    for key, size in (("Equal", "150"), ("Shift+Equal", "200"), ("Equal", "200"), ("Minus", "150"), ("0", "100")):
        page.keyboard.press(f"Control+{key}")
        expect(page.locator("html")).to_have_attribute("data-text", size)
    page.keyboard.press("Control+f")
    page.keyboard.press("F3")
    pressed = [one for one in page.evaluate("taken") if one]
    assert len(pressed) == 7
    page.evaluate("window.wheel = new WheelEvent('wheel', {ctrlKey: true, cancelable: true, bubbles: true}); null")
    assert page.evaluate("document.body.dispatchEvent(wheel) || wheel.defaultPrevented") is True
    assert page.evaluate("wheel.defaultPrevented") is True
    page.keyboard.press("Control+Equal")
    page.click("#finish")
    page.wait_for_selector("#talk")
    expect(page.locator("html")).to_have_attribute("data-text", "100")


def test_the_next_visitor_begins_where_the_first_one_began(still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, (320, 568)) as page:
        begins = page.evaluate("scrollY")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "stage"
        assert page.evaluate("location.hash") == ""
        still.hear("what is a baker's cyst")
        title(page).to_have_text("Baker’s cyst")
        page.evaluate("scrollTo(0, 1e6)")
        assert page.evaluate("scrollY") > begins
        page.evaluate("window.visit = 1")
        page.evaluate("byId('finish').click()")
        page.wait_for_function("() => window.visit === undefined && document.querySelector('#talk')")
        ready(page)
        assert page.evaluate("scrollY") == begins


def test_a_browser_in_another_language_does_not_translate_which_would_send_what_was_said(
    still: StillKiosk, browser: Browser
) -> None:
    with visitor(browser, still.url, locale="de-DE") as page:
        assert page.evaluate("document.documentElement.translate") is False
        still.hear("what is a baker's cyst")
        title(page).to_have_text("Baker’s cyst")
        expect(page.locator("#voice-is")).to_have_text("Voice: 170 words a minute, loudness 80 %")
