"""How long people wait for the screen, how large the page is, and what it costs when nobody is there."""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

from tests.kiosk_browser import browser_alone, visitor
from tests.kiosk_parts import KioskRun, RunningKiosk
from voice_assistant import Assistant

PATHS = ("/", "/kiosk.css", "/views.js", "/kiosk.js", "/words.json")
TOPICS = ("cause.arthritis", "cause.bakers_cyst", "cause.leg_cramps", "treatment.surgery", "overview.prevalence")
_NOTE_CAPTIONS = """() => { window.seen = {};
    new MutationObserver(() => { const text = document.getElementById('caption-text').textContent;
        if (text && !(text in window.seen)) window.seen[text] = Date.now(); })
    .observe(document.getElementById('caption'), { subtree: true, childList: true, characterData: true }); }"""
_TOUCH = """node => new Promise(done => { const began = performance.now();
    const view = document.getElementById('view');
    const watch = new MutationObserver(() => { if (view.querySelector('#sentences')) {
        watch.disconnect(); done(performance.now() - began); } });
    watch.observe(view, { childList: true, subtree: true });
    document.querySelector(`#view [data-node="${node}"]`).click(); })"""
_READY = """new MutationObserver((_, watch) => { if (document.querySelector('#talk')) {
    window.readyAfter = performance.now(); watch.disconnect(); } })
    .observe(document, { childList: true, subtree: true })"""


def row(name: str, unit: str, goal: float, values: Sequence[float]) -> str:
    """For a table."""
    ranked = sorted(values)
    return (
        f"| {name} | {len(ranked)} | {statistics.median(ranked):.0f} {unit} | {ranked[int(0.95 * (len(ranked) - 1))]:.0f}"
        f" {unit} | {ranked[-1]:.0f} {unit} | ≤ {goal:g} {unit} |"
    )


def captions_ms(running: RunningKiosk, page: Page, times: int) -> list[float]:
    """From a partial transcript in the voice loop to its words on the page."""
    loop = running.voice._loop
    if loop is None:
        raise RuntimeError("the voice part does not run")
    heard: dict[str, float] = {}
    unpatched = loop._events

    def noting(partial: Any) -> None:
        heard.setdefault(partial.text, time.time() * 1000)
        unpatched.partial(partial)

    waits: list[float] = []
    loop._events = replace(unpatched, partial=noting)
    for name in ("question.wav", "question_male.wav") * times:
        heard.clear()
        page.evaluate(_NOTE_CAPTIONS)
        running.microphone.speak(name)
        page.wait_for_selector('#caption[data-final="true"]')
        seen = page.evaluate("window.seen")
        waits += [seen[text] - at for text, at in heard.items() if text in seen]
        finish(page)
    loop._events = unpatched
    return waits


def touches_ms(page: Page, times: int) -> list[float]:
    """From a touch to its answer on the page."""
    waits = []
    for node in TOPICS * times:
        page.click("#home")
        page.wait_for_selector(f'#view [data-node="{node}"]')
        waits.append(float(page.evaluate(_TOUCH, node)))
        finish(page)
    return waits


def finish(page: Page) -> None:
    """Ends the visit; the page is loaded anew."""
    page.evaluate("window.visit = 1")
    page.click("#finish")
    page.wait_for_function("() => window.visit === undefined && document.querySelector('#talk')")


def interactive_ms(browser: Browser, url: str, times: int) -> list[float]:
    """From the navigation to a page that can be used, without a cache."""
    waits = []
    for _ in range(times):
        page = browser.new_page()
        page.add_init_script(_READY)
        page.goto(url)
        page.wait_for_selector("#talk")
        waits.append(float(page.evaluate("window.readyAfter")))
        page.close()
    return waits


def page_bytes(port: int) -> int:
    """Everything that the page loads."""
    total = 0
    for path in PATHS:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path)
        total += len(connection.getresponse().read())
        connection.close()
    return total


def idle_shares(assistant: Assistant, seconds: float) -> tuple[float, float, float]:
    """Per cent of one core: the assistant alone, what the server adds, what the browser takes."""
    run = KioskRun(assistant, pace=1.0, rests=False)
    running = run.start_voice()
    own = psutil.Process(os.getpid())
    try:
        alone = _share([own], seconds)
        running.server.start()
        with browser_alone() as browser, visitor(browser, running.url):
            time.sleep(2)
            begun = [own.cpu_times(), *[one.cpu_times() for one in _browsers(own)]]
            browsers = _browsers(own)
            time.sleep(seconds)
            ended = [own.cpu_times(), *[one.cpu_times() for one in browsers]]
            used = [sum(after[:2]) - sum(before[:2]) for before, after in zip(begun, ended, strict=True)]
    finally:
        run.__exit__()
    return alone, 100 * used[0] / seconds - alone, 100 * sum(used[1:]) / seconds


def _browsers(own: psutil.Process) -> list[psutil.Process]:
    return [one for one in own.children(recursive=True) if "chrom" in one.name()]


def _share(processes: Sequence[psutil.Process], seconds: float) -> float:
    before = sum(sum(one.cpu_times()[:2]) for one in processes)
    time.sleep(seconds)
    return 100 * (sum(sum(one.cpu_times()[:2]) for one in processes) - before) / seconds
