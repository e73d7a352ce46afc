"""Who is listened to, and for how long: the kiosk's real voice loop, without a page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.kiosk_parts import CLINIC, KioskRun, RunningKiosk
from voice_assistant import Assistant
from voice_assistant.cli.kiosk import kiosk_settings
from voice_assistant.kiosk.messages import Wish
from voice_assistant.loop import VoiceLoop
from voice_assistant.settings import Settings
from voice_assistant.types import Match, Slots, Transcript

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
WAKING = replace(CLINIC, wake_phrases=Settings().wake_phrases)


def wait_until(true: Callable[[], object]) -> None:
    give_up = time.monotonic() + 60.0
    while not true():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def running(assistant: Assistant) -> Iterator[RunningKiosk]:
    with (
        Assistant.load(kiosk_settings(Settings(), WAKING)) as waking,
        KioskRun(waking, WAKING, pace=10.0, rests=False) as one,
    ):
        yield one


def loop_of(running: RunningKiosk) -> VoiceLoop:
    loop = running.voice._loop
    assert loop is not None
    return loop


def say(running: RunningKiosk, text: str) -> None:
    """As if the recogniser had heard that."""
    loop = loop_of(running)
    loop._memory.orders.put(lambda: loop._utterance(Transcript.typed(text)))


def is_listened_to(running: RunningKiosk, text: str, later_s: float) -> bool:
    loop = loop_of(running)
    return loop._attention.admit(text, loop._memory.now_s + later_s).admitted


def leave(running: RunningKiosk, *, keep_timer: bool) -> None:
    kiosk = running.kiosk
    with kiosk._lock:
        kiosk._end_visit(keep_timer=keep_timer)
    wait_until(lambda: kiosk._forgetting == 0)


def test_the_wake_phrase_alone_begins_the_visit_and_the_screen_shows_that_it_listens(running: RunningKiosk) -> None:
    say(running, "hey knee guide")
    wait_until(lambda: running.kiosk.shown()["visit"]["active"])
    wait_until(lambda: not loop_of(running).is_busy)  # the chime is over
    assert running.kiosk.shown()["listening"] == "listening"
    say(running, "what is a baker's cyst")
    wait_until(lambda: running.kiosk.shown()["answer"] is not None)
    wait_until(lambda: running.kiosk.shown()["listening"] == "idle")


def test_for_the_rest_of_the_visit_no_phrase_is_needed_and_after_it_one_is(running: RunningKiosk) -> None:
    assert not is_listened_to(running, "what is a baker's cyst", 0.0)
    say(running, "hey knee guide what is a baker's cyst")
    wait_until(lambda: running.kiosk.shown()["answer"] is not None)
    assert is_listened_to(running, "tell me more", 600.0)
    leave(running, keep_timer=False)
    assert not is_listened_to(running, "tell me more", 0.0)


def test_any_touch_opens_the_ears_also_one_that_only_changes_the_size_of_the_text(running: RunningKiosk) -> None:
    assert not is_listened_to(running, "what is a baker's cyst", 0.0)
    running.kiosk.take(Wish("stay"))
    wait_until(lambda: is_listened_to(running, "what is a baker's cyst", 600.0))
    assert running.kiosk.shown()["listening"] == "idle", "nothing else happens"
    leave(running, keep_timer=False)
    assert not is_listened_to(running, "what is a baker's cyst", 0.0)


def test_a_timer_that_rings_after_its_visit_is_silenced_by_stop_alone(running: RunningKiosk) -> None:
    running.voice.touch(Match("control.timer", None, 1.0, slots=Slots(duration_s=10.0, action="set")))
    wait_until(lambda: running.kiosk.shown()["timer"] is not None)
    leave(running, keep_timer=True)
    assert not is_listened_to(running, "stop", 0.0)
    wait_until(lambda: running.kiosk.shown()["answer"] is not None)
    assert is_listened_to(running, "stop", 0.0)
    say(running, "stop")
    wait_until(lambda: running.kiosk.shown()["timer"] is None)


def test_the_chime_for_the_next_visitor_is_as_loud_as_the_clinic_set_it(running: RunningKiosk) -> None:
    usual = running.assistant.settings.volume
    wait_until(lambda: running.loudspeaker.volume == usual)  # the loudspeaker's own holds until the loop has begun
    running.voice.touch(Match("control.louder", None, 1.0))
    wait_until(lambda: running.loudspeaker.volume > usual)
    leave(running, keep_timer=False)
    assert running.loudspeaker.volume == usual
