"""The page forgets, and goes on when the server, the sound or another browser comes and goes."""

from __future__ import annotations

import pytest

from voice_assistant import Assistant

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Error, Page, expect

from tests.kiosk_browser import NEEDS_CHROMIUM, SMALLEST, ready, title, visitor, wait_until
from tests.kiosk_states import make_idle
from tests.kiosk_still import StillKiosk
from voice_assistant.kiosk import bind

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]


# --- forgetting --------------------------------------------------------------------------------------


def test_the_warning_counts_down_and_can_be_answered(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="overview.causes"]')
    title(page).to_have_text("Causes")
    make_idle(still.kiosk, 19.0)
    page.wait_for_selector("#warning[open]")
    assert page.evaluate("document.activeElement.id") == "stay"
    assert "seconds" in page.inner_text("#warning-text")
    wait_until(lambda: still.kiosk.shown()["listening"] == "speaking")
    page.keyboard.press("Enter")
    page.wait_for_selector("#warning:not([open])", state="attached")
    title(page).to_have_text("Causes")
    make_idle(still.kiosk, 19.0)
    page.wait_for_selector("#warning[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#warning:not([open])", state="attached")
    title(page).to_have_text("Causes")


def test_after_the_warning_the_page_begins_anew(page: Page, still: StillKiosk) -> None:
    still.hear("what is a baker's cyst")
    page.click("#text-size")
    page.click('[data-node="control.slower"]')
    page.evaluate("window.visit = 1")
    make_idle(still.kiosk, -1.0)
    page.wait_for_function("() => window.visit === undefined && document.querySelector('#talk')")
    ready(page)
    assert "baker's cyst" not in page.content()
    assert page.evaluate("document.documentElement.dataset.text") == "100"
    expect(page.locator("#voice-is")).to_have_text("Voice: 170 words a minute, loudness 80 %")


# --- robustness --------------------------------------------------------------------------------------


def test_two_browsers_show_the_same(page: Page, still: StillKiosk, browser: Browser) -> None:
    with visitor(browser, still.url, SMALLEST) as other:
        other.click('[data-node="care.see_doctor"]')
        for one in (page, other):
            title(one).to_have_text("See a doctor?")
        page.click("#finish")
        for one in (page, other):
            one.wait_for_selector("#talk")


def test_the_page_connects_again_by_itself_when_the_server_was_stopped(assistant: Assistant, browser: Browser) -> None:
    with StillKiosk(assistant) as first:
        port = first.server.port
        page = browser.new_page()
        page.goto(first.url)
        ready(page)
        page.click('[data-node="overview.symptoms"]')
        title(page).to_have_text("Symptoms")
    expect(page.locator("#notices")).to_contain_text("lost its connection")
    with StillKiosk(assistant, port=port) as second:
        ready(page)
        page.click('[data-node="overview.causes"]')
        title(page).to_have_text("Causes")
        assert second.kiosk.shown()["answer"]["node"] == "overview.causes"
        page.close()


def test_a_browser_that_was_there_before_the_server_finds_it(assistant: Assistant, browser: Browser) -> None:
    with bind(0) as free:
        port = free.getsockname()[1]
    page = browser.new_page()
    with pytest.raises(Error, match="CONNECTION_REFUSED"):
        page.goto(f"http://127.0.0.1:{port}/")
    with StillKiosk(assistant, port=port):
        ready(page)
        page.close()


def test_a_page_that_stays_without_its_server_does_not_keep_the_visit(assistant: Assistant, browser: Browser) -> None:
    with StillKiosk(assistant) as still:
        page = browser.new_page()
        page.clock.install()
        page.goto(still.url)
        ready(page)
        still.hear("what is a baker's cyst")
        title(page).to_have_text("Baker’s cyst")
    expect(page.locator("#notices")).to_contain_text("lost its connection")
    page.clock.run_for(21_000)
    page.wait_for_selector("#talk")
    assert "baker's cyst" not in page.inner_text("body") and "excess joint fluid" not in page.content()
    page.close()


def test_trouble_with_sound_is_told_and_the_screen_goes_on(page: Page, still: StillKiosk) -> None:
    still.kiosk.trouble("loudspeaker_lost")
    expect(page.locator("#notices")).to_contain_text("The loudspeaker does not work")
    page.click('[data-node="treatment.overview"]')
    title(page).to_have_text("Treatment")
    still.kiosk.trouble("loudspeaker_lost", over=True)
    expect(page.locator("#notices")).to_be_empty()


def test_the_page_takes_nothing_from_anywhere_else(page: Page) -> None:
    assert page.evaluate("performance.getEntriesByType('resource').every(one => one.name.startsWith(location.origin))")
