"""The page before the real voice loop: captions, marks, voice only, and nothing left afterwards."""

from __future__ import annotations

import threading
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.kiosk_parts import CLINIC, KioskRun, RunningKiosk
from voice_assistant import Assistant
from voice_assistant.cli.kiosk import kiosk_settings
from voice_assistant.settings import Settings

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.kiosk_browser import (
    NEEDS_CHROMIUM,
    browser_alone,
    journal,
    ready,
    title,
    visitor,
    wait_for_entry,
    wait_until,
    with_profile,
)
from tests.kiosk_states import make_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), NEEDS_CHROMIUM]


@pytest.fixture
def running(assistant: Assistant) -> Iterator[RunningKiosk]:
    with KioskRun(assistant, pace=2.0) as one:
        yield one


@pytest.fixture
def page(running: RunningKiosk) -> Iterator[Page]:
    with browser_alone() as browser, visitor(browser, running.url) as one:
        yield one


def test_a_spoken_question_appears_as_caption_and_its_answer_is_marked_sentence_by_sentence(
    page: Page, running: RunningKiosk
) -> None:
    caption_seen = threading.Event()
    running.microphone.speak("question.wav", hold=caption_seen)
    wait_for_entry(page, "captions", "^false: \\w+")
    expect(page.locator("#status")).to_have_attribute("data-state", "listening")
    expect(page.locator("#caption")).to_contain_text("I hear:")
    expect(page.locator("#meter")).to_be_visible()
    caption_seen.set()
    wait_for_entry(page, "captions", "^true: .*what can i do about it")
    title(page).to_have_text("Quick relief")
    wait_until(lambda: len(journal(page, "marked")) > 1)
    sentences = page.locator("#sentences .said").all_inner_texts()
    assert sentences[0].startswith("Try a cold compress")
    marked = journal(page, "marked")
    assert marked == [sentence for sentence in sentences if sentence in marked], "not in order"
    assert "From the guide: Quick Relief Tips" in page.inner_text("#sentences")


def test_screen_readers_are_told_what_was_heard_and_answered(page: Page, running: RunningKiosk) -> None:
    running.microphone.speak("question.wav")
    expect(page.locator("#announce[role=status]")).to_contain_text("You said: ")
    expect(page.locator("#announce[role=status]")).to_contain_text("Try a cold compress")
    assert page.evaluate("document.documentElement.lang") == "en"
    names = page.evaluate("""[...document.querySelectorAll('button')].filter(one => one.offsetParent)
        .map(one => (one.getAttribute('aria-label') || one.textContent).trim())""")
    assert all(names)


@pytest.mark.unsteady  # failed once in five runs, on a machine ten times overloaded; why is not known
def test_everything_by_voice_alone(assistant: Assistant, tmp_path: Path) -> None:
    said = {
        text: say_into_file(assistant, text, tmp_path / f"{number}.wav")
        for number, text in enumerate(
            (
                "hello knee guide, tell me about the police method",
                "what is a baker's cyst",
                "yes",
                "next",
                "stop",
                "quieter",
                "goodbye",
            )
        )
    }
    clinic = replace(CLINIC, wake_phrases=Settings().wake_phrases)  # for these the recogniser is tuned already
    with (
        Assistant.load(kiosk_settings(Settings(), clinic)) as waking,
        KioskRun(waking, clinic, pace=10.0) as running,
        browser_alone() as browser,
        visitor(browser, running.url) as page,
    ):

        def say(text: str) -> None:
            expect(page.locator("#status")).to_have_attribute("data-state", "idle")
            running.microphone.speak(said[text])

        expect(page.locator("#status-text")).to_contain_text("hey knee guide")
        say("what is a baker's cyst")
        wait_until(lambda: not running.microphone.is_speaking)
        assert running.kiosk.shown()["answer"] is None, "nobody said the wake phrase"
        say("hello knee guide, tell me about the police method")
        title(page).to_have_text("POLICE method")
        say("yes")
        expect(page.locator(".progress + p")).to_have_text("Step 1 of 6: Protection")
        say("next")
        expect(page.locator(".progress + p")).to_have_text("Step 2 of 6: Optimal loading")
        running.microphone.speak(said["stop"])
        wait_for_entry(page, "captions", "^true: stop")
        say("what is a baker's cyst")
        title(page).to_have_text("Baker’s cyst")
        before = running.kiosk.shown()["voice"]["volume"]
        say("quieter")
        wait_until(lambda: running.kiosk.shown()["voice"]["volume"] < before)
        page.evaluate("window.visit = 1")
        say("goodbye")
        page.wait_for_function("() => window.visit === undefined && document.querySelector('#talk')")
        ready(page)
        assert running.kiosk.shown()["voice"]["volume"] == before


def say_into_file(assistant: Assistant, text: str, file: Path) -> Path:
    """The assistant's own voice says it, with silence after it."""
    sound = assistant.renderer.render(text, 150)
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(sound.rate_hz)
        wav.writeframes(sound.pcm + bytes(2 * sound.rate_hz))
    return file


def test_quiet_mode_plays_nothing_and_the_screen_follows_all_the_same(page: Page, running: RunningKiosk) -> None:
    page.click("#sound")
    expect(page.locator("#notices")).to_contain_text("Sound is off")
    assert running.loudspeaker.volume > 0
    assert running.loudspeaker._sounds.volume == 0  # type: ignore[attr-defined]
    page.click('[data-node="overview.causes"]')
    wait_until(lambda: len(journal(page, "marked")) > 1)
    page.click("#sound")
    wait_until(lambda: running.loudspeaker._sounds.volume > 0)  # type: ignore[attr-defined]


def test_a_touch_interrupts_what_is_being_said(page: Page, running: RunningKiosk) -> None:
    page.click('[data-node="overview.causes"]')
    wait_until(lambda: is_saying(running, "Overuse"))
    page.click("#home")
    page.click('[data-node="treatment.overview"]')
    wait_until(lambda: is_saying(running, "Treatment depends"))
    assert not is_saying(running, "Overuse")
    page.keyboard.press("Escape")
    expect(page.locator("#status")).to_have_attribute("data-state", "idle")


def is_saying(running: RunningKiosk, words: str) -> bool:
    """Whether an answer with these words is being said."""
    loop = running.voice._loop
    return loop is not None and loop.is_busy and any(words in one.text for one in loop._talker._sentences)


def test_nothing_of_a_visit_is_left_in_page_memory_storage_or_disk(assistant: Assistant, tmp_path: Path) -> None:
    with KioskRun(assistant) as running, sync_playwright() as playwright:
        words = visit_and_leave(running, playwright, tmp_path / "profile")
        assert running.kiosk.shown()["caption"] is None
        assert words not in repr(running.kiosk.shown())
        loop = running.voice._loop
        assert loop is not None
        assert loop._conversation.state.topic is None
        assert loop._memory.finished is None and loop._memory.utterance is None and loop._memory.response is None
    written = [path for path in (tmp_path / "profile").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert words.encode() not in path.read_bytes(), path


def visit_and_leave(running: RunningKiosk, playwright: Playwright, profile: Path) -> str:
    """Returns what the visitor said; afterwards the browser is closed."""
    context = with_profile(playwright, profile)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(running.url)
    ready(page)
    page.click("#text-size")
    running.microphone.speak("question.wav")
    page.wait_for_selector('#caption[data-final="true"]')
    words = page.inner_text("#caption-text")
    assert page.inner_text("#sentences")
    assert len(words.split()) > 4
    assert words in heap_of(context, page), "the snapshot does not hold what the page holds"
    page.evaluate("window.visit = 1")
    make_idle(running.kiosk, -1.0)
    page.wait_for_function("() => window.visit === undefined && document.querySelector('#talk')")
    ready(page)
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
    return words


def heap_of(context: Any, page: Page) -> str:
    session = context.new_cdp_session(page)
    pieces: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: pieces.append(event["chunk"]))
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.detach()
    return "".join(pieces)


def test_a_voice_part_that_fails_is_started_again_and_the_screen_says_so(page: Page, running: RunningKiosk) -> None:
    loop = running.voice._loop
    running.microphone.close()
    expect(page.locator("#notices")).to_contain_text("starting again")
    running.microphone.open_again()
    expect(page.locator("#notices")).to_be_empty()
    assert running.voice._loop is not loop
    page.wait_for_selector("#talk")
    page.click('[data-node="treatment.overview"]')
    title(page).to_have_text("Treatment")


def test_when_the_screen_is_gone_the_voice_goes_on(assistant: Assistant) -> None:
    with KioskRun(assistant) as running:
        with browser_alone() as browser:
            lose_the_screen(browser, running)
        running.microphone.speak("question.wav")
        wait_until(lambda: running.kiosk.shown()["answer"] is not None)
        assert running.kiosk.shown()["answer"]["node"] == "relief.quick_tips"
        wait_until(lambda: running.loudspeaker.progress is not None)


def lose_the_screen(browser: Browser, running: RunningKiosk) -> None:
    page = browser.new_page()
    page.goto(running.url)
    ready(page)
    page.click('[data-node="overview.causes"]')
    wait_until(lambda: running.kiosk.shown()["answer"] is not None)
    page.click("#finish")
    wait_until(lambda: running.kiosk.shown()["answer"] is None)
