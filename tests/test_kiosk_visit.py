"""A visit begins with the first touch or answer and leaves nothing behind."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

import pytest

from tests.kiosk_world import GOODBYE, IGNORED, REFUSED, SOMETHING, WARNED_S, World, hear, is_silent
from voice_assistant.kiosk import Clinic, TimerLook
from voice_assistant.kiosk.clocks import steady_s
from voice_assistant.kiosk.messages import Wish
from voice_assistant.kiosk.visit import Visit
from voice_assistant.types import Match, NoMatch, PartialTranscript, Response, Sentence, Transcript, Turn


def test_the_visitor_is_warned_in_sight_and_sound_twenty_seconds_before_the_end() -> None:
    world = World(Clinic(idle_s=60))
    world.answer()
    world.wait(39.5)
    assert world.kiosk.shown()["visit"]["warning_s"] is None and not world.steering.said
    world.wait(0.5)
    assert world.kiosk.shown()["visit"]["warning_s"] == 20
    assert {sentence.source for sentence in world.steering.said[0].sentences} == {"assistant"}


def test_after_the_warning_everything_is_forgotten() -> None:
    world = World(Clinic(idle_s=60))
    untouched = world.kiosk.shown()
    world.answer()
    world.kiosk.take(Wish("quiet"))
    world.wait(60)
    assert world.steering.forgotten == [True] or world.steering.forgotten == [False]
    shown = world.kiosk.shown()
    assert {**shown, "visit": None} == {**untouched, "visit": None}
    assert shown["visit"]["number"] == untouched["visit"]["number"] + 1


def test_staying_takes_the_warning_back() -> None:
    world = World()
    world.answer()
    world.wait(45)
    world.kiosk.take(Wish("stay"))
    assert world.kiosk.shown()["visit"] == {"number": 1, "active": True, "warning_s": None}
    world.wait(30)
    assert world.steering.forgotten == []


def test_after_the_warning_any_words_keep_the_visit_also_those_that_mean_nothing() -> None:
    world = World()
    world.answer()
    world.wait(WARNED_S)
    hear(world, "still sat here", NoMatch("out_of_scope", 0.1), IGNORED)
    assert world.kiosk.shown()["visit"]["warning_s"] is None
    world.wait(30)
    assert world.steering.forgotten == [] and world.kiosk.shown()["answer"] is not None


def test_a_room_that_never_falls_silent_keeps_no_visit_for_ever() -> None:
    world = World()
    world.answer()
    for _ in range(20):
        world.wait(12)
        hear(world, "nice weather", NoMatch("out_of_scope", 0.1), IGNORED)
    assert world.steering.forgotten == [False]


def test_after_the_warning_only_what_is_surely_a_goodbye_is_one() -> None:
    for score, ends in ((0.5, False), (0.95, True)):
        world = World()
        world.answer()
        world.wait(WARNED_S)
        hear(world, "not so fast", Match("control.goodbye", None, score), GOODBYE)
        assert (world.steering.pushed == 1) == (not ends), "it listens instead of saying goodbye"
        assert world.kiosk.shown()["answer"]["title"] == ("Goodbye" if ends else "Baker’s cyst")
        world.wait(10)
        assert bool(world.steering.forgotten) == ends


def test_before_the_warning_talk_in_the_room_keeps_no_visit() -> None:
    world = World()
    world.answer()
    world.wait(30)
    hear(world, "nice weather", NoMatch("out_of_scope", 0.1), IGNORED)
    world.wait(30)
    assert world.steering.forgotten == [False]


def test_a_timer_that_rings_at_the_end_of_a_visit_is_heard_out_and_can_be_answered() -> None:
    world = World()
    world.look = replace(world.look, timer=TimerLook(300.0, 300.0))
    world.answer()
    world.wait(58.5)
    world.look = replace(world.look, timer=TimerLook(0.0, 300.0, ringing=True))
    world.kiosk.spoken(Response("control.timer", (Sentence("Time is up.", "assistant"),)))
    world.kiosk.state("speaking")
    world.wait(20)
    assert world.steering.forgotten == [] and world.kiosk.shown()["answer"]["title"] == "Icing timer"
    world.kiosk.state("idle")
    world.wait(39)
    assert world.steering.forgotten == []


def test_nobody_is_idle_while_an_answer_is_being_said() -> None:
    visit = Visit(idle_s=60).touched(0.0)
    for now_s in range(0, 300, 10):
        visit, event = visit.tick(float(now_s), answering=True)
        assert event is None
    assert visit.tick(339.0, answering=False)[1] == "warn"


def test_nobody_is_cut_short_in_the_middle_of_a_sentence_but_a_room_full_of_talk_is_nobodys_visit() -> None:
    world = World(Clinic(idle_s=60))
    world.answer()
    world.wait(39)
    world.kiosk.partial(PartialTranscript("and what about", 1.0))
    world.wait(40)
    assert world.steering.forgotten == [] and world.steering.said == []
    world.wait(2)
    assert world.steering.forgotten == [False]


def test_what_the_conversation_still_tells_of_a_visit_that_is_over_does_not_reach_the_screen() -> None:
    world = World()
    world.answer()
    world.kiosk.take(Wish("finish"))
    assert is_silent(world), "the rest of the answer may not be heard either"
    world.kiosk.partial(PartialTranscript("my secret", 1.0))
    world.kiosk.spoken(Response("control.timer", (Sentence("Time is up.", "assistant"),)))
    world.kiosk.turn(Turn(Transcript.typed("my secret words"), NoMatch("not_heard", 0.1), SOMETHING))
    world.kiosk.sentence(SOMETHING.sentences[0], 0)
    shown = world.kiosk.shown()
    assert (shown["caption"], shown["answer"], shown["mark"], shown["visit"]["active"]) == (None, None, -1, False)
    world.steering.settle()
    assert not is_silent(world)
    world.answer("what is a baker's cyst")
    assert world.kiosk.shown()["caption"]["text"] == "what is a baker's cyst"


def test_speed_and_loudness_of_a_visit_do_not_outlive_it() -> None:
    world = World()
    world.look = replace(world.look, rate_wpm=120, volume=0.4)
    world.answer()
    assert world.kiosk.shown()["voice"]["rate"] == 120
    world.kiosk.take(Wish("finish"))
    world.look = replace(world.look, rate_wpm=170, volume=0.8)
    world.steering.settle()
    assert (world.kiosk.shown()["voice"]["rate"], world.kiosk.shown()["voice"]["volume"]) == (170, 80)


def test_goodbye_ends_the_visit_soon() -> None:
    world = World()
    world.answer("goodbye", Response("control.goodbye", (Sentence("Goodbye.", "assistant"),), actions=("goodbye",)))
    world.wait(5)
    assert world.steering.forgotten == [False]
    assert world.kiosk.shown()["answer"] is None


def test_finishing_erases_at_once_also_the_timer() -> None:
    world = World()
    world.look = replace(world.look, timer=TimerLook(300.0, 300.0))
    world.answer()
    world.kiosk.take(Wish("finish"))
    assert world.steering.forgotten == [False]
    assert world.kiosk.shown()["timer"] is None


def test_a_running_timer_outlives_the_visit_and_nothing_else_does() -> None:
    world = World()
    world.look = replace(world.look, timer=TimerLook(300.0, 300.0))
    world.answer()
    world.wait(59.5)
    world.look = replace(world.look, timer=TimerLook(240.0, 300.0))
    world.wait(0.5)
    assert world.steering.forgotten == [True]
    shown = world.kiosk.shown()
    assert shown["timer"]["left_s"] == pytest.approx(240, abs=1)
    assert shown["answer"] is None and shown["caption"] is None


def test_a_voice_that_fails_at_an_answer_does_not_keep_the_visit_for_ever() -> None:
    world = World()
    world.kiosk.turn(Turn(Transcript.typed("my secret"), Match("cause.bakers_cyst", None, 1.0), SOMETHING))
    world.kiosk.trouble("voice_failed")
    world.wait(61)
    assert world.kiosk.shown()["caption"] is None


# --- talk in the room ------------------------------------------------------------------------------------

REFUSAL = ("did you see the match", NoMatch("out_of_scope", 0.1), REFUSED)
SMALL_TALK = (
    "okay then",
    Match("control.yes", None, 0.9),
    Response("control.yes", (Sentence("All right.", "assistant"),)),
)


@pytest.mark.parametrize(("talk", "every_s"), [(REFUSAL, 12), (SMALL_TALK, 35)], ids=["refused", "small talk"])
def test_talk_in_the_room_that_is_answered_keeps_no_visit_for_ever(
    talk: tuple[str, Match | NoMatch, Response], every_s: float
) -> None:
    world = World()
    world.answer("what is a blood clot")
    for _ in range(30):
        world.wait(every_s)
        hear(world, *talk)
    assert world.steering.forgotten[:1] == [False]


def test_a_visitor_who_is_not_understood_some_times_is_still_there() -> None:
    world = World()
    world.answer()
    for _ in range(3):
        world.wait(35)
        hear(world, *REFUSAL)
        world.wait(35)
        world.answer()
        world.wait(WARNED_S)
        hear(world, *SMALL_TALK)
        assert world.kiosk.shown()["visit"]["warning_s"] is None, "a yes to 'Are you still there?'"
    assert world.steering.forgotten == []


# --- what is of a visit ------------------------------------------------------------------------------------


def test_a_machine_that_slept_shows_nobody_what_was_on_the_screen_before() -> None:
    world = World()
    world.look = replace(world.look, timer=TimerLook(300.0, 300.0))
    world.answer("my secret words")
    world.kiosk.state("speaking")
    world.now_s += 8 * 3600
    world.kiosk.tick()
    shown = world.kiosk.shown()
    assert (shown["caption"], shown["answer"], shown["timer"]) == (None, None, None)
    assert is_silent(world) and world.steering.forgotten == [False], "the rest of the answer is not heard either"


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="the system does not tell how long it slept")
def test_the_clock_goes_on_while_the_machine_sleeps() -> None:
    assert abs(steady_s() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1


@pytest.mark.parametrize("kind", ["stay", "quiet", "sound"])
def test_after_any_touch_no_wake_phrase_is_needed(kind: Literal["stay", "quiet", "sound"]) -> None:
    world = World()
    world.kiosk.take(Wish(kind))
    assert world.steering.attended == 1 and world.kiosk.shown()["visit"]["active"]


def test_louder_is_heard_also_when_somebody_turned_the_sound_off() -> None:
    world = World()
    world.kiosk.take(Wish("quiet"))
    assert is_silent(world)
    world.answer("louder", Response("control.louder", (Sentence("Louder.", "assistant"),)))
    assert not is_silent(world) and not world.kiosk.shown()["voice"]["quiet"]
