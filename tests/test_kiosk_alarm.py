"""Urgent advice stays in sight, whatever is touched, said or rings after it; in the browser."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, expect

from tests.kiosk_browser import LARGEST, NEEDS_CHROMIUM, NOW, SMALLEST, UPRIGHT, USUAL, title, visitor
from tests.kiosk_states import make_idle
from tests.kiosk_still import StillKiosk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]

SIZES = pytest.mark.parametrize("size", [SMALLEST, USUAL, UPRIGHT, LARGEST, (320, 568)], ids=str)
STRIP = "#notices .alarm-line"
CALL = "Emergency: Call for help now. Emergency number here: 112."


def tell_an_emergency(page: Page, still: StillKiosk) -> None:
    still.hear("i cannot breathe and my chest hurts")
    page.wait_for_selector(".banner")
    page.wait_for_selector(NOW)
    still.rest()


@SIZES
def test_after_an_emergency_whom_to_call_stays_in_sight(
    size: tuple[int, int], still: StillKiosk, browser: Browser
) -> None:
    with visitor(browser, still.url, size) as page:
        tell_an_emergency(page, still)
        expect(page.locator(STRIP)).to_have_count(0)
        page.click("#home")
        title(page).to_have_text("All topics")
        expect(page.locator(STRIP)).to_have_text(CALL)
        expect(page.locator(STRIP)).to_be_in_viewport(ratio=1)
        still.hear("what is arthritis")
        title(page).to_have_text("Arthritis")
        expect(page.locator(STRIP)).to_have_text(CALL)
        page.click("#finish")
        page.wait_for_selector("#talk")
        expect(page.locator(STRIP)).to_have_count(0)


@SIZES
def test_the_question_whether_somebody_is_there_does_not_cover_whom_to_call(
    size: tuple[int, int], still: StillKiosk, browser: Browser
) -> None:
    with visitor(browser, still.url, size) as page:
        for _ in range(2 if size[0] > 640 else 0):
            page.click("#text-size")
        tell_an_emergency(page, still)
        make_idle(still.kiosk, 19.0)
        page.wait_for_selector("#warning[open]")
        expect(page.locator("#warning-alarm")).to_have_text(CALL)
        expect(page.locator("#warning-alarm")).to_be_in_viewport(ratio=1)
        expect(page.locator("#stay")).to_be_focused()
        bottom = page.evaluate("byId('warning-alarm').getBoundingClientRect().bottom")
        top = page.evaluate("byId('stay').getBoundingClientRect().top")
        assert bottom <= top, "the button that has the focus is not covered"
        page.click("#stay")
        expect(page.locator(".banner .number")).to_contain_text("112")


def test_a_timer_that_rings_leaves_urgent_advice_where_it_is(page: Page, still: StillKiosk) -> None:
    still.hear("set a timer for ten minutes")
    still.pass_time(599)
    still.hear("my calf is swollen and warm and the knee hurts")
    page.wait_for_selector(".banner")
    still.rest()
    still.pass_time(2)
    expect(page.locator("#notices")).to_contain_text("Time is up")
    expect(page.locator("#sentences > p").last).to_contain_text("Time is up")
    expect(page.locator(".banner")).to_contain_text("Urgent")
    page.click("#timer-chip")
    page.click("button:has-text('Stop the timer')")
    expect(page.locator("#timer-chip")).to_be_hidden()


def test_after_urgent_advice_only_the_question_whether_somebody_is_there_repeats_it(
    page: Page, still: StillKiosk
) -> None:
    still.hear("tell me about blood clots")
    page.wait_for_selector(".banner")
    still.rest()
    make_idle(still.kiosk, 19.0)
    page.wait_for_selector("#warning[open]")
    expect(page.locator("#warning-alarm")).to_contain_text("Urgent: Get medical help right away.")
    page.click("#stay")
    page.click("#home")
    expect(page.locator(STRIP)).to_have_count(0)
