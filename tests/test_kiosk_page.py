"""The page in a real browser, with the real answers behind it: touch, keyboard, warnings, faults."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kiosk_parts import CLINIC
from voice_assistant.cli.kiosk import kiosk_settings
from voice_assistant.settings import Settings

pytest.importorskip("playwright")
from playwright.sync_api import Page, expect

from tests.kiosk_browser import (
    NEEDS_CHROMIUM,
    NOW,
    title,
    wait_until,
)
from tests.kiosk_states import TWO_CAUSES
from tests.kiosk_still import StillKiosk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]

STATIC = Path(__file__).parent.parent / "voice_assistant" / "kiosk" / "static"


# --- touch only --------------------------------------------------------------------------------------


def test_everything_by_touch_alone(page: Page) -> None:
    page.click("#home")
    page.click('[data-node="cause.bakers_cyst"]')
    title(page).to_have_text("Baker’s cyst")
    assert page.locator('[data-part="hollow"].on').count() == 1
    assert page.text_content("#knee-desc") == "Marked: Hollow of the knee."
    page.click("button:has-text('Signs')")
    expect(page.locator("button:has-text('What it is')")).to_be_visible()
    page.click("button:has-text('Tell me more')")
    expect(page.locator("#sentences")).not_to_contain_text("just say more")
    page.click("#home")
    page.click('[data-node="police.overview"]')
    page.click("#view button:has-text('Yes')")
    expect(page.locator(".progress [aria-current=step]")).to_contain_text("Protection")
    for number in range(2, 5):
        page.click("button:has-text('Next step')")
        expect(page.locator(".progress + p")).to_contain_text(f"Step {number} of 6")
    expect(page.locator(".progress + p")).to_have_text("Step 4 of 6: Ice")
    assert page.locator(".progress .done").count() == 3
    page.click("#view button:has-text('Back')")
    expect(page.locator(".progress + p")).to_have_text("Step 3 of 6: Load")
    page.click("[data-node='control.start_over']")
    expect(page.locator(".progress + p")).to_have_text("Step 1 of 6: Protection")


def test_harm_is_walked_through_with_progress(page: Page) -> None:
    page.click('[data-node="harm.overview"]')
    page.click("#view button:has-text('Yes')")
    for letter, name in zip("HARM", ("Heat", "Alcohol", "Running", "Massage"), strict=True):
        expect(page.locator(".progress [aria-current=step]")).to_have_text(letter + name)
        page.click("button:has-text('Next step')")


def test_the_timer_by_touch_is_set_held_let_run_and_stopped(page: Page, still: StillKiosk) -> None:
    page.click("#home")
    page.click("#topics-timer")
    page.click("button[aria-label*='10 minutes']")
    expect(page.locator("#timer-chip")).to_contain_text(re.compile(r"(10|9):\d\d left"))
    page.click("#timer-chip")
    expect(page.locator("#clock")).to_be_visible()
    page.click("button:has-text('Hold the timer')")
    expect(page.locator("#timer-chip")).to_contain_text("held")
    page.click("#timer-chip")
    page.click("button:has-text('Let the timer run')")
    expect(page.locator("#timer-chip")).not_to_contain_text("held")
    still.pass_time(601)
    expect(page.locator("#notices")).to_have_text("Time is up")
    title(page).to_have_text("Icing timer")
    page.click("button:has-text('Stop the timer')")
    expect(page.locator("#timer-chip")).to_be_hidden()


def test_the_guided_check_by_touch_ends_urgently_and_unmistakably(page: Page) -> None:
    page.click('[data-node="check.start"]')
    expect(page.locator(".bar")).to_be_visible()
    page.click("button:has-text('I don’t know')")
    expect(page.locator("#view")).to_contain_text("Question 2 of at most 8")
    page.click("#view button:has-text('Back')")
    expect(page.locator("#view")).to_contain_text("Question 1 of at most 8")
    page.click("button:has-text('Yes')")
    banner = page.locator(".banner")
    expect(banner).to_contain_text("Emergency")
    expect(banner).to_contain_text("112")
    assert banner.locator("svg").count() >= 1
    assert page.locator("section.alarm").count() == 1
    expect(page.locator("#alert[role=alert]")).to_contain_text("Emergency: ")


def question(still: StillKiosk) -> int:
    """Which question of the guided check waits, from 1; 0 for none."""
    check = still.kiosk.shown()["check"]
    return check["number"] if check else 0


def next_question(still: StillKiosk, number: int) -> int:
    """The question after that one, once it waits; 0 at the end."""
    wait_until(lambda: question(still) != number)
    return question(still)


def test_the_guided_check_goes_to_its_end_by_no_alone_and_can_be_left(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="check.start"]')
    number = 1
    while number:
        expect(page.locator("#view")).to_contain_text(f"Question {number} of at most 8")
        page.click("#view button:has-text('No')")
        number = next_question(still, number)
    expect(page.locator(".bar")).to_have_count(0)
    page.click('[data-node="control.start_over"]')
    page.click("#home")
    page.click('[data-node="check.start"]')
    page.click("button:has-text('Leave the check')")
    wait_until(lambda: still.kiosk.shown()["check"] is None)
    title(page).to_have_text("All topics")


def test_a_choice_offers_its_topics_and_none_of_them_and_marks_nothing(page: Page, still: StillKiosk) -> None:
    still.mean(TWO_CAUSES)
    title(page).to_have_text("Please choose")
    expect(page.locator(".choices button")).to_have_text(["Arthritis", "ACL or PCL injury", "None of these"])
    assert page.locator("[data-part].on").count() == 0
    page.click(".choices button:has-text('ACL')")
    title(page).to_have_text("ACL or PCL injury")
    assert page.locator('[data-part="ligaments"].on').count() == 1


def test_voice_controls_by_touch_change_the_voice(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="treatment.overview"]')
    title(page).to_have_text("Treatment")
    before = still.kiosk.shown()["voice"]
    for name in ("slower", "quieter"):
        page.click(f'[data-node="control.{name}"]')
    wait_until(lambda: still.kiosk.shown()["voice"]["volume"] < before["volume"])
    slower, quieter = still.kiosk.shown()["voice"]["rate"], still.kiosk.shown()["voice"]["volume"]
    assert slower < before["rate"]
    told = f"Voice: {slower} words a minute, loudness {quieter} %"
    expect(page.locator("#toast[role=status]")).to_contain_text(told)
    expect(page.locator("#voice-is")).to_have_text(told)
    title(page).to_have_text("Treatment")
    page.click('[data-node="control.louder"]')
    wait_until(lambda: still.kiosk.shown()["voice"]["volume"] > quieter)
    page.click('[data-node="control.faster"]')
    wait_until(lambda: still.kiosk.shown()["voice"]["rate"] > slower)


def test_speech_is_paused_repeated_and_stopped_by_touch(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="treatment.overview"]')
    page.wait_for_selector(NOW)
    page.click("#pause")
    expect(page.locator("#pause")).to_have_text("Go on")
    page.click("#pause")
    expect(page.locator("#pause")).to_have_text("Pause")
    still.rest()
    expect(page.locator(NOW)).to_have_count(0)
    page.click('[data-node="control.repeat"]')
    page.wait_for_selector(NOW)
    page.click('[data-node="control.stop"]')
    wait_until(lambda: still.kiosk.shown()["listening"] == "idle")
    page.click('#controls [data-node="control.repeat"]')
    page.wait_for_selector(NOW)


def test_the_sound_can_be_turned_off_and_on(page: Page, still: StillKiosk) -> None:
    page.click("#sound")
    expect(page.locator("#notices")).to_contain_text("Sound is off")
    assert still.quiet
    page.click('[data-node="treatment.overview"]')
    page.wait_for_selector(NOW)
    page.click("#sound")
    expect(page.locator("#notices")).to_be_empty()
    wait_until(lambda: not still.quiet)


def test_buttons_act_on_release_so_that_a_touch_can_be_taken_back(page: Page, still: StillKiosk) -> None:
    box = page.locator('[data-node="overview.causes"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(5, 200)
    page.mouse.up()
    page.click('[data-node="overview.symptoms"]')
    title(page).to_have_text("Symptoms")
    still.settle()
    assert still.kiosk.shown()["answer"]["node"] == "overview.symptoms"


# --- keyboard and switch -------------------------------------------------------------------------------


def press_until(page: Page, selector: str, key: str = "Tab") -> None:
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached")


def test_everything_by_keyboard_alone_with_a_visible_focus(page: Page, still: StillKiosk) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    press_until(page, '[data-node="check.start"]')
    outline = page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth"
    )
    assert outline.startswith("solid") and float(outline[5:-2]) >= 2
    page.keyboard.press("Enter")
    expect(page.locator(".bar")).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "H2"
    press_until(page, ".thirds li:nth-child(2) button")
    page.keyboard.press("Space")
    expect(page.locator("#view")).to_contain_text("Question 2")
    wait_until(lambda: still.kiosk.shown()["listening"] == "speaking")
    page.keyboard.press("Escape")
    wait_until(lambda: still.kiosk.shown()["listening"] == "idle")
    press_until(page, '#controls [data-node="control.start_over"]')


@pytest.mark.parametrize("panel", ["home", "topics", "timer"])
def test_a_switch_that_moves_and_selects_reaches_every_button_in_the_order_of_the_screen(
    panel: str, page: Page
) -> None:
    if panel != "home":
        page.click("#home")
    if panel == "timer":
        page.click("#topics-timer")
    buttons = page.evaluate("""[...document.querySelectorAll('button')].filter(one => one.offsetParent && !one.disabled)
        .map((one, index) => { one.dataset.place = index; return index; })""")
    page.evaluate("document.activeElement.blur(); document.querySelector('.skip').focus()")
    visited = []
    for _ in range(2 * len(buttons)):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.dataset.place"))
    places = [int(place) for place in visited if place is not None]
    assert list(dict.fromkeys(places)) == buttons


def test_only_escape_is_a_shortcut(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="overview.causes"]')
    page.wait_for_selector(NOW)
    page.evaluate("document.activeElement.blur()")
    for key in "abcdefghijklmnopqrstuvwxyz0123456789?/.":
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    wait_until(lambda: still.kiosk.shown()["listening"] == "idle")
    title(page).to_have_text("Causes")
    assert still.kiosk.shown()["answer"]["node"] == "overview.causes"


# --- how it listens -----------------------------------------------------------------------------------


def test_a_kiosk_listens_after_its_wake_phrase_and_then_for_the_whole_visit() -> None:
    settings = kiosk_settings(Settings(), replace(CLINIC, wake_phrases=("hello screen",), idle_s=45))
    assert (settings.attention, settings.wake_phrases, settings.wake_window_s) == ("wake", ("hello screen",), math.inf)
    assert kiosk_settings(Settings(), CLINIC).attention == "always"
    assert kiosk_settings(Settings(volume=1.0), replace(CLINIC, volume_max=0.6)).volume == 0.6


def test_the_words_of_the_page_stand_in_its_data() -> None:
    words = json.loads((Path(__file__).parent.parent / "dialogs" / "screen.json").read_text())
    scripts = "".join(file.read_text() for file in STATIC.glob("*.js"))
    texts = [text for text in words["page"].values() if isinstance(text, str) and len(text) > 12]
    assert [text for text in texts if text in scripts] == []
    unused = [name for name in words["page"] if f'"{name}"' not in scripts + (STATIC / "index.html").read_text()]
    assert [name for name in unused if not name.startswith("state_") and f".{name}" not in scripts] == []
