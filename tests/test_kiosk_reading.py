"""Whoever reads, listens or holds a key too long is not disturbed: focus, place, announcements, open questions."""

from __future__ import annotations

import re

import pytest

from voice_assistant import Assistant

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, expect

from tests.kiosk_browser import NEEDS_CHROMIUM, NOW, SMALLEST, UPRIGHT, ready, title, visitor, wait_until
from tests.kiosk_states import make_idle
from tests.kiosk_still import StillKiosk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]

_LISTEN = """window.heard = []; for (const id of ['announce', 'alert', 'toast']) new MutationObserver(() => {
  const text = byId(id).textContent; if (text) heard.push(id + ': ' + text); }).observe(byId(id), {childList: true, characterData: true, subtree: true})"""


def read_out(page: Page, least: int = 0) -> list[str]:
    """What screen readers were told since the last call, once that is so much."""
    page.wait_for_function("least => heard.length >= least", arg=least)
    return [str(one) for one in page.evaluate("heard.splice(0)")]


# --- a touch is a touch --------------------------------------------------------------------------------


@pytest.mark.parametrize("button", ["#text-size", "#home"])
def test_text_size_and_topics_begin_a_visit_and_do_not_pass_to_the_next_visitor(
    button: str, page: Page, still: StillKiosk
) -> None:
    page.click(button)
    wait_until(lambda: still.kiosk.shown()["visit"]["active"])
    expect(page.locator("#finish")).to_be_visible()
    make_idle(still.kiosk, 19.0)
    page.wait_for_selector("#warning[open]")
    make_idle(still.kiosk, -1.0)
    page.wait_for_selector("#talk")
    expect(page.locator("html")).to_have_attribute("data-text", "100")
    title(page).to_have_text("Pain behind the knee")


@pytest.mark.parametrize(("size", "button"), [(size, one) for size in (150, 200) for one in ("#text-size", "#home")])
def test_a_touch_on_text_size_or_topics_extends_the_visit(
    size: int, button: str, page: Page, still: StillKiosk
) -> None:
    page.click('[data-node="overview.causes"]')
    title(page).to_have_text("Causes")
    make_idle(still.kiosk, size - 120.0)
    page.click(button)
    wait_until(lambda: still.kiosk._visit.last_s > still.kiosk._clock() - 60)


# --- open questions ----------------------------------------------------------------------------------------

CHECK = ["Yes", "No", "I don’t know", "Back", "Leave the check"]


@pytest.mark.parametrize("silence", ["Escape", "Stop"])
def test_silencing_a_question_of_the_check_leaves_it_open(silence: str, page: Page, still: StillKiosk) -> None:
    page.click('[data-node="check.start"]')
    page.wait_for_selector(".bar")
    page.keyboard.press("Escape") if silence == "Escape" else page.click('#controls [data-node="control.stop"]')
    wait_until(lambda: still.kiosk.shown()["listening"] == "idle")
    expect(page.locator("#pause")).to_have_text("Go on")
    expect(page.locator("#view button")).to_have_text(CHECK)
    page.click("#view button:has-text('No')")
    expect(page.locator("#view")).to_contain_text("Question 2")


def test_silencing_go_step_by_step_leaves_it_open(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="police.overview"]')
    page.wait_for_selector(NOW)
    page.keyboard.press("Escape")
    wait_until(lambda: still.kiosk.shown()["listening"] == "idle")
    page.click("#view button:has-text('Yes')")
    expect(page.locator(".progress + p")).to_have_text("Step 1 of 6: Protection")


def test_a_check_that_was_left_offers_to_go_on(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="check.start"]')
    page.click("#view button:has-text('No')")
    expect(page.locator("#view")).to_contain_text("Question 2")
    page.click("button:has-text('Leave the check')")
    page.click("#close")
    page.click("#view button:has-text('Go on with the check')")
    expect(page.locator("#view")).to_contain_text("Question 2")
    expect(page.locator("#view button")).to_have_text(CHECK)


# --- where one is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALLEST, UPRIGHT])
def test_with_large_text_a_new_answer_begins_inside_the_window(
    size: tuple[int, int], still: StillKiosk, browser: Browser
) -> None:
    with visitor(browser, still.url, size) as page:
        page.click("#text-size")
        page.click("#text-size")
        page.click('[data-node="care.urgent"]')
        page.wait_for_selector(NOW)
        still.settle()
        top, bottom = page.evaluate(
            "(({top, bottom}) => [top, bottom])(document.querySelector('.banner').getBoundingClientRect())"
        )
        assert top >= -1 and bottom <= size[1]
        page.click("#home")
        page.locator('[data-node="overview.clinic"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(NOW)
        title(page).to_have_text("The clinic")
        assert page.evaluate("document.activeElement.tagName") == "H2"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= -1
        page.evaluate("document.activeElement.blur(); scrollTo(0, 1e6)")
        still.hear("i cannot breathe and my chest hurts")
        page.wait_for_selector(".banner")
        page.wait_for_selector(NOW)
        assert page.evaluate("document.querySelector('.banner').getBoundingClientRect().top") >= -1


def test_a_prompt_of_the_assistant_takes_neither_focus_nor_place(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="treatment.overview"]')
    page.wait_for_selector(NOW)
    still.rest()
    page.click("#home")
    page.locator('[data-node="overview.clinic"]').focus()
    page.evaluate("window.at = byId('stage').scrollTop")
    still.pass_time(10)
    wait_until(lambda: len(still.kiosk.shown()["answer"]["sentences"]) > still.kiosk.shown()["answer"]["own"])
    page.wait_for_function("() => state.answer.sentences.length > state.answer.own")
    assert page.evaluate("document.activeElement.dataset.node") == "overview.clinic"
    assert page.evaluate("byId('stage').scrollTop === window.at && window.at > 0")


def test_a_prompt_below_an_answer_leaves_the_focus_on_its_buttons(page: Page, still: StillKiosk) -> None:
    page.click('[data-node="treatment.overview"]')
    page.wait_for_selector(NOW)
    still.rest()
    page.locator("#view button").last.focus()
    before = page.evaluate("document.activeElement.textContent")
    still.pass_time(10)
    expect(page.locator("#sentences > p").last).to_contain_text("From this assistant")
    assert page.evaluate("document.activeElement.textContent") == before


# --- what is read out ----------------------------------------------------------------------------------------


def test_a_screen_reader_hears_each_answer_once_and_again_only_when_it_is_said_again(
    page: Page, still: StillKiosk
) -> None:
    page.evaluate(_LISTEN)
    still.hear("what is a baker's cyst")
    told = read_out(page, 1)
    assert len(told) == 1 and told[0].startswith("announce: You said: what is a baker's cyst. Baker’s cyst. A Baker's")
    for text in ("and", "and what"):
        still.hear_so_far(text)
        expect(page.locator("#caption-text")).to_have_text(text)
    still.rest()
    expect(page.locator("#caption")).to_be_hidden()
    assert read_out(page) == []
    page.click('#controls [data-node="control.repeat"]')
    assert read_out(page, 1)[0].startswith("announce: Baker’s cyst.")
    page.click('#controls [data-node="control.repeat"]')
    assert read_out(page, 1)[0].startswith("announce: Baker’s cyst.")
    still.hear("slower")
    aside, heard = sorted(read_out(page, 2), reverse=True)
    assert aside.startswith("toast: Slower") and heard == "announce: You said: slower. "


def test_a_second_emergency_is_read_as_loudly_as_the_first(page: Page, still: StillKiosk) -> None:
    page.evaluate(_LISTEN)
    for words in ("i cannot breathe and my chest hurts", "i have chest pain and i am coughing up blood"):
        still.hear(words)
        told = read_out(page, 2)
        assert sorted(one.split(": ")[0] for one in told) == ["alert", "announce"]
        assert any(one.startswith("alert: Emergency: ") for one in told)


def test_what_is_said_at_the_limit_is_shown_too_each_time(page: Page, still: StillKiosk) -> None:
    page.click("#home")
    page.click('[data-node="cause.arthritis"]')
    title(page).to_have_text("Arthritis")
    for _ in range(3):
        page.click('#controls [data-node="control.louder"]')
        still.settle()
    expect(page.locator("#toast")).to_contain_text("as loud as I can")
    page.evaluate(_LISTEN)
    page.click('#controls [data-node="control.louder"]')
    assert read_out(page, 1)[0].startswith("toast: ")
    title(page).to_have_text("Arthritis")


def test_all_live_regions_are_in_the_page_from_the_beginning(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert (roles.count("status"), roles.count("alert")) == (3, 1)


# --- a key that is held, a server that is lost -----------------------------------------------------------------


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_a_key_that_is_held_is_pressed_once_and_the_page_stays(key: str, page: Page, still: StillKiosk) -> None:
    page.click('[data-node="overview.causes"]')
    title(page).to_have_text("Causes")
    page.evaluate(
        "window.same = true; window.sent = []; const real = send; send = (message) => { sent.push(message); real(message); }; null"
    )
    page.locator('#controls [data-node="control.louder"]').focus()
    for _ in range(60):
        page.keyboard.down(key)  # after the first one, repeated
    page.keyboard.up(key)
    assert page.evaluate("sent.length") == 1
    assert page.evaluate("window.same && document.activeElement.dataset.node") == "control.louder"


def test_a_page_that_connected_at_the_second_attempt_is_not_emptied(browser: Browser, still: StillKiosk) -> None:
    page = browser.new_page()
    page.clock.install()
    page.add_init_script("""(() => { const Real = WebSocket; let tries = 0;
        window.WebSocket = class extends Real { constructor(url) { super(tries++ ? url : url.replace('/live', '/nope')); } };
        window.WebSocket.OPEN = Real.OPEN; })()""")
    page.goto(still.url)
    page.wait_for_function("() => words && socket && socket.readyState === 3")
    page.clock.run_for(1000)
    ready(page)
    still.hear("what is a baker's cyst")
    title(page).to_have_text("Baker’s cyst")
    page.clock.run_for(21_000)
    title(page).to_have_text("Baker’s cyst")
    page.close()


def test_a_server_that_is_lost_while_it_warns_leaves_no_dialog(assistant: Assistant, browser: Browser) -> None:
    with StillKiosk(assistant) as still:
        page = browser.new_page()
        page.goto(still.url)
        ready(page)
        still.hear("what is a baker's cyst")
        still.rest()
        make_idle(still.kiosk, 19.0)
        page.wait_for_selector("#warning[open]")
    page.wait_for_selector("#warning:not([open])", state="attached")
    notice = page.locator("#notices")
    expect(notice).to_have_text(re.compile("lost its connection and is trying again.$"))
    page.close()
