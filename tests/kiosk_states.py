"""Every state of the page, and how it comes about: for the tests of accessibility and the pictures in docs/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from playwright.sync_api import Page

from tests.kiosk_browser import NOW
from tests.kiosk_still import StillKiosk
from voice_assistant.kiosk import Kiosk
from voice_assistant.types import Match

TWO_CAUSES = Match("cause.arthritis", "summary", 0.4, choices=("cause.arthritis", "cause.ligament_injury"))
"""Either of two may have been meant."""

State: TypeAlias = Callable[[Page, StillKiosk], object]


def make_idle(kiosk: Kiosk, left_s: float) -> None:
    """As if nobody had done anything until so long before the end of the visit."""
    with kiosk._lock:
        kiosk._answering = False
        kiosk._visit = replace(kiosk._visit, last_s=kiosk._clock() - kiosk._visit.idle_s + left_s)


def touch(page: Page, button: str, then: str) -> None:
    page.click(button)
    page.wait_for_selector(then)


def _heard(words: str, then: str) -> State:
    def state(page: Page, still: StillKiosk) -> None:
        still.hear(words)
        page.wait_for_selector(then)

    return state


def _choice(page: Page, still: StillKiosk) -> None:
    still.mean(TWO_CAUSES)
    page.wait_for_selector("#view .choices")


def _listening(page: Page, still: StillKiosk) -> None:
    still.hear_so_far("what helps against the pain behind my")
    page.wait_for_selector('#caption[data-final="false"]')


def _check(page: Page, _still: StillKiosk) -> None:
    touch(page, '[data-node="check.start"]', ".bar")


def _steps(page: Page, _still: StillKiosk) -> None:
    touch(page, '[data-node="police.overview"]', NOW)
    touch(page, "#view button:has-text('Yes')", ".progress")
    touch(page, "#view button:has-text('Next step')", ".progress li:nth-child(2)[aria-current]")
    touch(page, "#view button:has-text('Next step')", ".progress li:nth-child(3)[aria-current]")


def _avoid(page: Page, _still: StillKiosk) -> None:
    touch(page, '[data-node="harm.overview"]', NOW)
    touch(page, "#view button:has-text('Yes')", ".progress")


def _timer(page: Page, _still: StillKiosk) -> None:
    page.click("#home")
    page.click("#topics-timer")
    touch(page, "button[aria-label*='20 minutes']", "#timer-chip:not([hidden])")
    touch(page, "#timer-chip", "#clock")


def _ringing(page: Page, still: StillKiosk) -> None:
    _timer(page, still)
    still.pass_time(1201)
    page.wait_for_selector("#timer-chip.ringing")


def _warning(page: Page, still: StillKiosk) -> None:
    still.hear("what is a baker's cyst")
    page.wait_for_selector(NOW)
    still.rest()
    make_idle(still.kiosk, 19.0)
    page.wait_for_selector("#warning[open]")


def _trouble(page: Page, still: StillKiosk) -> None:
    still.kiosk.trouble("microphone_lost")
    page.wait_for_selector("#notices p")
    touch(page, "#sound", "#notices p + p")


def _paused(page: Page, still: StillKiosk) -> None:
    still.hear("how do i treat a meniscus tear")
    page.wait_for_selector(NOW)
    touch(page, "#pause", "#pause:has-text('Go on')")


STATES: Mapping[str, State] = {
    "home": lambda page, still: None,
    "listening": _listening,
    "topics": lambda page, still: touch(page, "#home", "#view h3"),
    "answer": _heard("what is a baker's cyst", NOW),
    "long_answer": lambda page, still: touch(page, '[data-node="overview.causes"]', NOW),
    "choice": _choice,
    "refusal": _heard("how much does an mri cost", NOW),
    "check": _check,
    "clot": _heard("tell me about blood clots", ".banner"),
    "urgent": _heard("my calf is swollen and warm and the knee hurts", ".banner"),
    "emergency": _heard("i cannot breathe and my chest hurts", ".banner"),
    "steps": _steps,
    "avoid": _avoid,
    "timer": _timer,
    "ringing": _ringing,
    "paused": _paused,
    "warning": _warning,
    "trouble": _trouble,
}
