"""Chromium before a kiosk's page: waits for states and events, with limits that only a broken page meets."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
NEEDS_CHROMIUM = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
LIMIT_S = 120.0
"""Only what is broken takes so long, however busy the machine is."""
SMALLEST, USUAL, UPRIGHT, LARGEST = (800, 480), (1280, 800), (1080, 1920), (3840, 2160)
NOW = "#sentences > p.now"
_JOURNAL = """
window.journal = { captions: [], marked: [], listening: [] };
(() => {
  const note = (list, entry) => { if (entry && entry !== list[list.length - 1]) list.push(entry); };
  const look = () => {
    const caption = document.getElementById("caption");
    if (!caption) return;
    const now = document.querySelector("#sentences > p.now");
    if (!caption.hidden) note(journal.captions, caption.dataset.final + ": " + document.getElementById("caption-text").textContent);
    note(journal.marked, now && now.firstChild.textContent);
    note(journal.listening, document.getElementById("status").dataset.state);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})();
"""
"""Notes everything that was ever shown, so that a test need not be quick enough to see it."""
_HASTE = "document.addEventListener('DOMContentLoaded', () => { document.documentElement.dataset.againMs = '0'; });"
"""Tests touch quicker than people mean to."""

expect.set_options(timeout=1000 * LIMIT_S)


@contextlib.contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser of its own, with a profile of its own."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env=_environment())
    try:
        yield browser
    finally:
        browser.close()


def with_profile(playwright: Playwright, folder: Path) -> BrowserContext:
    """A browser whose profile is kept in the folder."""
    return playwright.chromium.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, args=FLAGS, env=_environment()
    )


@contextlib.contextmanager
def browser_alone() -> Iterator[Browser]:
    """As `chromium`, for where no Playwright runs yet."""
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


@contextlib.contextmanager
def visitor(browser: Browser, url: str, size: tuple[int, int] = USUAL, **options: Any) -> Iterator[Page]:
    """A fresh page that is ready, with the journal; what it complains about fails the test."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **options)
    page.set_default_timeout(1000 * LIMIT_S)
    page.add_init_script(_JOURNAL)
    page.add_init_script(_HASTE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    try:
        page.goto(url)
        ready(page)
        yield page
    finally:
        page.close()
    assert [error for error in errors if "WebSocket" not in error] == []


def ready(page: Page) -> None:
    """Until the page is connected and waits for a visitor."""
    page.wait_for_selector("#talk")
    expect(page.locator("#notices")).not_to_contain_text("connection")


def journal(page: Page, what: str) -> list[str]:
    """Everything that was ever shown: `captions` ("true: …" when final), `marked`, `listening`."""
    return list(page.evaluate(f"journal.{what}"))


def wait_for_entry(page: Page, what: str, pattern: str, timeout_s: float = LIMIT_S) -> None:
    """Until something that matches was shown."""
    page.wait_for_function(
        "([what, pattern]) => journal[what].some(entry => new RegExp(pattern).test(entry))",
        arg=[what, pattern],
        timeout=1000 * timeout_s,
    )


def title(page: Page) -> Any:
    """To expect the heading of the view."""
    return expect(page.locator("#view h2").first)


def wait_until(true: Callable[[], object], timeout_s: float = LIMIT_S) -> None:
    """Until it is so."""
    give_up = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)


def _environment() -> dict[str, str | float | bool]:
    """Chromium may not look for a proxy on the way to this machine."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
