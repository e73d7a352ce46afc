"""The page in a real browser, with the real conversation behind it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.kiosk_parts import CHROMIUM, CLINIC, KioskRun, RunningKiosk, open_browser
from voice_assistant import Assistant
from voice_assistant.cli.kiosk import kiosk_settings
from voice_assistant.settings import Settings

pytest.importorskip("playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")]

SMALLEST, USUAL, UPRIGHT, LARGEST = (800, 480), (1280, 800), (1080, 1920), (3840, 2160)
NOW = "#sentences > p.now"


@pytest.fixture(scope="module")
def running(assistant: Assistant) -> Iterator[RunningKiosk]:
    with KioskRun(assistant) as one:
        yield one


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    one = open_browser(playwright)
    yield one
    one.close()


@pytest.fixture
def page(running: RunningKiosk, browser: Browser) -> Iterator[Page]:
    """A fresh visitor before a fresh page."""
    one = fresh(running, browser, USUAL)
    yield one
    finish(running)
    one.close()


def fresh(running: RunningKiosk, browser: Browser, size: tuple[int, int], **options: Any) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **options)
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on("close", lambda _: check(errors))
    page.goto(running.url)
    page.wait_for_selector("#talk")
    return page


def check(errors: list[str]) -> None:
    assert [error for error in errors if "WebSocket" not in error] == []


def finish(running: RunningKiosk) -> None:
    from voice_assistant.kiosk.messages import Wish

    running.kiosk.take(Wish("finish"))
    wait_until(lambda: running.kiosk.shown()["answer"] is None and running.kiosk.shown()["listening"] == "idle")


def wait_until(true: Any, timeout_s: float = 10.0) -> None:
    give_up = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)


def title(page: Page) -> Any:
    return expect(page.locator("#view h2").first)


def make_idle(running: RunningKiosk, seconds: float) -> bool:
    """As if nobody had done anything for so long."""
    kiosk = running.kiosk
    with kiosk._lock:
        kiosk._answering = False
        kiosk._visit = replace(kiosk._visit, last_s=kiosk._clock() - seconds)
    return True


# --- voice -----------------------------------------------------------------------------------------


def test_a_spoken_question_appears_as_caption_and_its_answer_is_marked_sentence_by_sentence(
    page: Page, running: RunningKiosk
) -> None:
    running.microphone.speak("question.wav")
    page.wait_for_selector('#caption[data-final="false"]:not([hidden])')
    assert "hear" in page.inner_text("#caption")
    page.wait_for_selector('#caption[data-final="true"]')
    assert "what can i do about it" in page.inner_text("#caption-text")
    title(page).to_have_text("Quick relief")
    first = page.locator(NOW).inner_text()
    assert first.startswith("Try a cold compress")
    expect(page.locator(NOW)).not_to_have_text(first)
    assert "From the guide: Quick Relief Tips" in page.inner_text("#sentences")


def test_a_caption_comes_within_200_ms_of_the_words_and_a_reaction_within_100_ms_of_the_touch(
    page: Page, running: RunningKiosk
) -> None:
    page.evaluate("""() => { window.seen = {};
        new MutationObserver(() => { const text = document.getElementById('caption-text').textContent;
            if (text && !(text in window.seen)) window.seen[text] = Date.now(); })
        .observe(document.getElementById('caption'), { subtree: true, childList: true, characterData: true }); }""")
    heard: dict[str, float] = {}
    original = running.kiosk.partial

    def noting(partial: Any) -> None:
        heard.setdefault(partial.text, time.time() * 1000)
        original(partial)

    unpatched = running.voice._loop._events  # type: ignore[union-attr]
    object.__setattr__(running.voice._loop, "_events", replace(unpatched, partial=noting))
    running.microphone.speak("question.wav")
    page.wait_for_selector('#caption[data-final="true"]')
    object.__setattr__(running.voice._loop, "_events", unpatched)
    seen = page.evaluate("window.seen")
    waits = sorted(seen[text] - at for text, at in heard.items() if text in seen)
    assert waits
    page.click("#home")
    reaction = page.evaluate("""() => new Promise(done => { const began = performance.now();
        const view = document.getElementById('view');
        new MutationObserver(() => { if (view.querySelector('#sentences')) done(performance.now() - began); })
            .observe(view, { childList: true, subtree: true });
        document.querySelector('[data-node="cause.arthritis"]').click(); })""")
    print(f"caption after {waits[len(waits) // 2]:.0f} ms (worst {waits[-1]:.0f}), reaction after {reaction:.0f} ms")
    assert waits[-1] <= 200
    assert reaction <= 100


# --- touch only --------------------------------------------------------------------------------------


def test_everything_by_touch_alone(page: Page, running: RunningKiosk) -> None:
    page.click("#home")
    page.click('[data-node="cause.bakers_cyst"]')
    title(page).to_have_text("Baker’s cyst")
    assert page.locator('[data-part="hollow"].on').count() == 1
    assert page.text_content("#knee-desc") == "Marked: Hollow of the knee."
    page.click("button:has-text('Signs')")
    expect(page.locator("button:has-text('What it is')")).to_be_visible()
    page.click("#home")
    page.click('[data-node="police.overview"]')
    page.click("#view button:has-text('Yes')")
    expect(page.locator(".progress [aria-current=step]")).to_contain_text("Protection")
    for _ in range(3):
        before = page.inner_text(".progress + p")
        page.click("button:has-text('Next step')")
        expect(page.locator(".progress + p")).not_to_have_text(before)
    expect(page.locator(".progress + p")).to_have_text("Step 4 of 6: Ice")
    page.click("#view button:has-text('Timer')")
    page.click("button[aria-label*='10 minutes']")
    expect(page.locator("#timer-chip")).to_contain_text("9:5")
    page.click("#timer-chip")
    page.click("button:has-text('Stop the timer')")
    expect(page.locator("#timer-chip")).to_be_hidden()


def test_the_guided_check_by_touch_ends_urgently_and_unmistakably(page: Page) -> None:
    page.click('[data-node="check.start"]')
    expect(page.locator(".bar")).to_be_visible()
    page.click("button:has-text('I don’t know')")
    expect(page.locator("#view")).to_contain_text("Question 2 of at most 8")
    page.click("button:has-text('Yes')")
    banner = page.locator(".banner")
    expect(banner).to_contain_text("Urgent")
    expect(banner).to_contain_text("112")
    assert banner.locator("svg").count() >= 1
    assert page.get_attribute("#sentences", "aria-live") == "assertive"


def test_voice_controls_by_touch_change_the_voice(page: Page, running: RunningKiosk) -> None:
    page.click('[data-node="treatment.overview"]')
    title(page).to_have_text("Treatment")
    before = running.kiosk.shown()["voice"]
    for name in ("slower", "quieter"):
        page.click(f'[data-node="control.{name}"]')
    wait_until(lambda: running.kiosk.shown()["voice"]["volume"] < before["volume"])
    assert running.kiosk.shown()["voice"]["rate"] < before["rate"]
    title(page).to_have_text("Treatment")
    page.click("#pause")
    expect(page.locator("#pause")).to_have_text("Go on")
    page.click("#pause")
    expect(page.locator("#pause")).to_have_text("Pause")
    page.click("#sound")
    expect(page.locator("#notices")).to_contain_text("Sound is off")
    assert running.loudspeaker.volume > 0
    assert running.loudspeaker._sounds.volume == 0  # type: ignore[attr-defined]
    page.click('[data-node="control.repeat"]')
    page.wait_for_selector(NOW)
    page.click('[data-node="control.stop"]')
    wait_until(lambda: running.kiosk.shown()["listening"] == "idle")


# --- keyboard only -----------------------------------------------------------------------------------


def press_until(page: Page, selector: str, key: str = "Tab") -> None:
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached")


def test_everything_by_keyboard_alone_with_a_visible_focus(page: Page, running: RunningKiosk) -> None:
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
    press_until(page, ".row.big li:nth-child(2) button")
    page.keyboard.press("Space")
    expect(page.locator("#view")).to_contain_text("Question 2")
    wait_until(lambda: running.kiosk.shown()["listening"] == "speaking")
    page.keyboard.press("Escape")
    wait_until(lambda: running.kiosk.shown()["listening"] == "idle")
    press_until(page, '#controls [data-node="control.start_over"]')


# --- forgetting --------------------------------------------------------------------------------------


def test_the_warning_counts_down_and_can_be_answered(page: Page, running: RunningKiosk) -> None:
    page.click('[data-node="overview.causes"]')
    title(page).to_have_text("Causes")
    make_idle(running, 41)
    page.wait_for_selector("#warning[open]")
    assert page.evaluate("document.activeElement.id") == "stay"
    assert "seconds" in page.inner_text("#warning-text")
    wait_until(lambda: running.kiosk.shown()["listening"] == "speaking")
    page.keyboard.press("Enter")
    page.wait_for_selector("#warning:not([open])", state="attached")
    title(page).to_have_text("Causes")


def test_nothing_of_a_visit_is_left_in_page_memory_storage_or_disk(
    running: RunningKiosk, playwright: Playwright, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    context = open_browser(playwright, profile)
    page = context.new_page()
    page.goto(running.url)
    page.wait_for_selector("#talk")
    page.click("#text-size")
    running.microphone.speak("question.wav")
    page.wait_for_selector('#caption[data-final="true"]')
    words = page.inner_text("#caption-text")
    assert page.inner_text("#sentences")
    assert len(words.split()) > 4
    assert words in heap_of(context, page), "the snapshot does not hold what the page holds"
    page.evaluate("window.visit = 1")
    make_idle(running, 61)
    page.wait_for_function("() => window.visit === undefined && document.querySelector('#talk')")
    assert words not in page.content() and "cold compress" not in page.content()
    assert page.evaluate("document.documentElement.dataset.text") == "100"
    kept = "[localStorage.length, sessionStorage.length, document.cookie, history.state]"
    assert page.evaluate(kept) == [0, 0, "", None]
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert page.evaluate("caches.keys().then(all => all.length)") == 0
    heap = heap_of(context, page)
    assert "Touch to talk" in heap
    assert words not in heap and "cold compress, elevate" not in heap
    context.close()
    written = [path for path in profile.rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert words.encode() not in path.read_bytes(), path
    assert running.kiosk.shown()["caption"] is None
    topic = running.voice._loop._conversation.state.topic  # type: ignore[union-attr]
    assert topic is None


def heap_of(context: Any, page: Page) -> str:
    session = context.new_cdp_session(page)
    pieces: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: pieces.append(event["chunk"]))
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    return "".join(pieces)


# --- robustness --------------------------------------------------------------------------------------


def test_two_browsers_show_the_same(page: Page, running: RunningKiosk, browser: Browser) -> None:
    other = fresh(running, browser, SMALLEST)
    other.click('[data-node="care.see_doctor"]')
    for one in (page, other):
        title(one).to_have_text("See a doctor?")
    page.click("#finish")
    for one in (page, other):
        one.wait_for_selector("#talk")
    other.close()


def test_the_page_connects_again_by_itself_when_the_server_was_stopped(assistant: Assistant, browser: Browser) -> None:
    with KioskRun(assistant) as first:
        port = first.server.port
        page = fresh(first, browser, USUAL)
    expect(page.locator("#notices")).to_contain_text("lost its connection")
    with KioskRun(assistant, port=port) as second:
        expect(page.locator("#notices")).to_be_empty(timeout=10_000)
        page.click('[data-node="overview.symptoms"]')
        title(page).to_have_text("Symptoms")
        assert second.kiosk.shown()["answer"]["node"] == "overview.symptoms"
        page.close()


def test_trouble_with_sound_is_told_and_the_screen_goes_on(page: Page, running: RunningKiosk) -> None:
    running.kiosk.trouble("loudspeaker_lost")
    expect(page.locator("#notices")).to_contain_text("The loudspeaker does not work")
    page.click('[data-node="treatment.overview"]')
    title(page).to_have_text("Treatment")
    running.kiosk.trouble("loudspeaker_lost", over=True)
    expect(page.locator("#notices")).to_be_empty()


def test_a_voice_part_that_fails_is_started_again_and_the_screen_says_so(page: Page, running: RunningKiosk) -> None:
    loop = running.voice._loop
    running.microphone._closed.set()
    expect(page.locator("#notices")).to_contain_text("starting again")
    running.microphone._closed.clear()
    expect(page.locator("#notices")).to_be_empty()
    assert running.voice._loop is not loop
    page.wait_for_selector("#talk")
    page.click('[data-node="treatment.overview"]')
    title(page).to_have_text("Treatment")


def test_the_page_is_ready_within_a_second(running: RunningKiosk, browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script("""new MutationObserver((_, watch) => { if (document.querySelector('#talk')) {
        window.readyAfter = performance.now(); watch.disconnect(); } })
        .observe(document, { childList: true, subtree: true })""")
    page.goto(running.url)
    page.wait_for_selector("#talk")
    ready_ms = page.evaluate("window.readyAfter")
    print(f"interactive after {ready_ms:.0f} ms")
    assert ready_ms <= 1000
    assert page.evaluate("performance.getEntriesByType('resource').every(one => one.name.startsWith(location.origin))")
    page.close()


# --- accessibility -----------------------------------------------------------------------------------

STATES: dict[str, Callable[[Page, RunningKiosk], object]] = {
    "home": lambda page, running: None,
    "topics": lambda page, running: page.click("#home"),
    "answer": lambda page, running: touch(page, '[data-node="overview.causes"]', NOW),
    "check": lambda page, running: touch(page, '[data-node="check.start"]', ".bar"),
    "urgent": lambda page, running: touch(page, '[data-node="care.urgent"]', ".banner"),
    "steps": lambda page, running: (
        touch(page, '[data-node="police.overview"]', NOW),
        touch(page, "#view button:has-text('Yes')", ".progress"),
    ),
    "timer": lambda page, running: (
        page.click("#home"),
        page.click("#topics-timer"),
        touch(page, "button[aria-label*='20 minutes']", "#timer-chip:not([hidden])"),
        touch(page, "#timer-chip", "#clock"),
    ),
    "warning": lambda page, running: (
        touch(page, '[data-node="overview.causes"]', NOW),
        make_idle(running, 41),
        page.wait_for_selector("#warning[open]"),
    ),
    "trouble": lambda page, running: (
        running.kiosk.trouble("microphone_lost"),
        page.wait_for_selector("#notices p"),
        page.click("#sound"),
    ),
}


def touch(page: Page, button: str, then: str) -> bool:
    page.click(button)
    return page.wait_for_selector(then) is not None


@pytest.mark.parametrize("state", STATES)
def test_no_accessibility_violation_and_no_small_or_cut_off_target(
    state: str, page: Page, running: RunningKiosk
) -> None:
    STATES[state](page, running)
    rules = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
    tags = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "EN-301-549"]
    found = Axe().run(page, options={"rules": rules, "runOnly": {"type": "tag", "values": tags}})
    assert [f"{one['id']}: {node['html'][:120]}" for one in found.response["violations"] for node in one["nodes"]] == []
    for width, height in (SMALLEST, UPRIGHT):
        page.set_viewport_size({"width": width, "height": height})
        assert small_targets(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    running.kiosk.trouble("microphone_lost", over=True)


def small_targets(page: Page) -> Any:
    return page.evaluate("""() => [...document.querySelectorAll('button')].filter(one => one.offsetParent)
        .map(one => [one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)""")


@pytest.mark.parametrize("size", [SMALLEST, USUAL, UPRIGHT], ids=lambda size: f"{size[0]}x{size[1]}")
def test_text_of_200_percent_loses_nothing(size: tuple[int, int], running: RunningKiosk, browser: Browser) -> None:
    page = fresh(running, browser, size)
    page.click('[data-node="overview.causes"]')
    page.wait_for_selector("#sentences")
    before = page.evaluate("parseFloat(getComputedStyle(document.getElementById('sentences')).fontSize)")
    page.click("#text-size")
    page.click("#text-size")
    after = page.evaluate("parseFloat(getComputedStyle(document.getElementById('sentences')).fontSize)")
    assert after >= 2 * before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    for selector in ("#view h2", "#sentences > p", '#controls [data-node="control.start_over"]', "#finish"):
        page.locator(selector).first.scroll_into_view_if_needed()
        assert page.locator(selector).first.is_visible()
    finish(running)
    page.close()


def test_on_the_largest_screen_everything_is_larger_and_in_place(running: RunningKiosk, browser: Browser) -> None:
    page = fresh(running, browser, LARGEST)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 40
    assert page.evaluate("(stage => stage.scrollHeight <= stage.clientHeight)(document.getElementById('stage'))")
    page.close()


def test_it_reflows_at_320_pixels(running: RunningKiosk, browser: Browser) -> None:
    page = fresh(running, browser, (320, 568))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert small_targets(page) == []
    page.close()


def test_motion_is_off_where_it_is_unwanted(running: RunningKiosk, browser: Browser) -> None:
    page = fresh(running, browser, USUAL, reduced_motion="reduce")
    moving = page.evaluate("""() => document.getAnimations().length + [...document.querySelectorAll('*')]
        .filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0).length""")
    assert moving == 0
    page.close()


def test_forced_colours_keep_borders_and_the_mark(running: RunningKiosk, browser: Browser) -> None:
    page = fresh(running, browser, USUAL, forced_colors="active")
    page.click('[data-node="overview.causes"]')
    page.wait_for_selector(NOW)
    marked = page.locator(NOW)
    expect(marked).to_have_css("outline-style", "solid")
    expect(marked).to_have_css("text-decoration-line", "underline")
    finish(running)
    page.close()


def test_text_spacing_can_be_widened_without_loss(page: Page) -> None:
    page.click('[data-node="overview.causes"]')
    page.wait_for_selector("#sentences")
    page.evaluate("""() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
        document.adoptedStyleSheets = [sheet]; }""")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('button')].filter(one => one.offsetParent && one.scrollWidth >
        one.clientWidth + 1).map(one => one.textContent)"""
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_screen_readers_are_told_what_was_heard_and_answered(page: Page, running: RunningKiosk) -> None:
    running.microphone.speak("question.wav")
    expect(page.locator("#announce[role=status]")).to_contain_text("You said: what can i do", timeout=10_000)
    assert page.get_attribute("#sentences", "aria-live") == "polite"
    assert page.evaluate("document.documentElement.lang") == "en"
    names = page.evaluate("""[...document.querySelectorAll('button')].filter(one => one.offsetParent)
        .map(one => (one.getAttribute('aria-label') || one.textContent).trim())""")
    assert all(names)


def test_every_visible_word_of_a_button_is_in_its_name(page: Page) -> None:
    page.click("#home")
    page.click("#topics-timer")
    pairs = page.evaluate("""[...document.querySelectorAll('button[aria-label]')]
        .map(one => [one.textContent, one.getAttribute('aria-label')])""")
    assert pairs
    for text, label in pairs:
        number = text.split()[0]
        assert number in label and "min" in label


# --- how it listens -----------------------------------------------------------------------------------


def test_a_kiosk_listens_after_its_wake_phrase_and_then_for_the_whole_visit() -> None:
    settings = kiosk_settings(Settings(), replace(CLINIC, wake_phrases=("hello screen",), idle_s=45))
    assert (settings.attention, settings.wake_phrases, settings.wake_window_s) == ("wake", ("hello screen",), 45)
    assert kiosk_settings(Settings(), CLINIC).attention == "always"
    assert kiosk_settings(Settings(volume=1.0), replace(CLINIC, volume_max=0.6)).volume == 0.6


def test_the_words_of_the_page_stand_in_its_data(running: RunningKiosk) -> None:
    words = json.loads((Path(__file__).parent.parent / "dialogs" / "screen.json").read_text())
    script = (Path(__file__).parent.parent / "voice_assistant" / "kiosk" / "static" / "kiosk.js").read_text()
    texts = [text for text in words["page"].values() if isinstance(text, str) and len(text) > 12]
    assert [text for text in texts if text in script] == []
