"""What the kiosk tells its page: answers, prompts, acknowledgements, alarms, trouble."""

from __future__ import annotations

from datetime import time
from typing import Literal

import pytest

from tests.kiosk_parts import guide_and_words
from tests.kiosk_world import REFUSED, World
from voice_assistant.kiosk import Clinic
from voice_assistant.kiosk.messages import Wish
from voice_assistant.types import NoMatch, Response, Sentence, Transcript, Turn


def test_an_answer_shows_what_was_said_what_it_means_and_where_it_comes_from() -> None:
    world = World()
    world.answer()
    shown = world.kiosk.shown()
    assert shown["caption"] == {"text": "what is a baker's cyst", "final": True}
    assert shown["answer"]["title"] == "Baker’s cyst"
    assert shown["answer"]["sentences"] == [{"text": "It is a pocket.", "source": "Baker's Cyst"}]
    assert shown["answer"]["marked"] == ["hollow"]


def test_a_prompt_after_silence_stands_below_the_answer_that_is_still_being_read() -> None:
    world = World()
    world.answer()
    for text in ("Would you like to hear more?", "I am here."):
        prompt = Sentence(text, "assistant")
        world.kiosk.spoken(Response("cause.bakers_cyst", (prompt,)))
        texts = [one["text"] for one in world.kiosk.shown()["answer"]["sentences"]]
        assert texts == ["It is a pocket.", text]
        world.kiosk.sentence(prompt, 0)
        assert world.kiosk.shown()["mark"] == 1
    world.kiosk.spoken(Response("control.timer", (Sentence("Time is up.", "assistant"),)))
    assert [one["text"] for one in world.kiosk.shown()["answer"]["sentences"]] == ["Time is up."]


def test_an_acknowledgement_is_shown_beside_the_answer_that_is_still_being_read() -> None:
    world = World()
    world.answer()
    told = (Sentence("This is as loud as I can speak.", "assistant"), Sentence("It is a pocket.", "Baker's Cyst"))
    for node, number in (("control.louder", 2), ("control.louder", 3), ("control.greeting", 4)):
        world.answer("louder", Response(node, told))
        shown = world.kiosk.shown()
        assert shown["answer"]["title"] == "Baker’s cyst" and shown["answer"]["turn"] == 1
        assert shown["aside"] == {"turn": number, "text": "This is as loud as I can speak."}
        assert shown["turn"] == number


def test_the_same_answer_said_again_is_another_turn() -> None:
    world = World()
    for number in (1, 2):
        world.answer()
        assert world.kiosk.shown()["answer"]["turn"] == world.kiosk.shown()["turn"] == number


def test_talk_that_was_not_meant_for_it_leaves_no_caption() -> None:
    world = World()
    ignored = Response("fallback.out_of_scope", (), actions=("ignored",))
    world.kiosk.turn(Turn(Transcript.typed("nice weather"), NoMatch("out_of_scope", 0.1), ignored))
    assert world.kiosk.shown()["caption"] is None
    assert world.kiosk.shown()["visit"]["active"] is False


def test_trouble_is_told_until_it_is_over() -> None:
    world = World()
    world.kiosk.trouble("microphone_lost")
    world.wait(100)
    assert "microphone" in world.kiosk.shown()["trouble"][0]
    world.kiosk.trouble("microphone_lost", over=True)
    assert world.kiosk.shown()["trouble"] == []


def test_a_voice_part_that_begins_anew_has_no_trouble_until_it_tells_of_it() -> None:
    world = World()
    world.kiosk.trouble("microphone_lost")
    world.kiosk.started()
    assert world.kiosk.shown()["trouble"] == []


def test_touching_to_begin_greets_with_the_clinics_words_first() -> None:
    world = World(Clinic(greeting="Welcome."))
    world.kiosk.take(Wish("begin"))
    assert world.steering.said[0].sentences[0] == Sentence("Welcome.", "assistant")
    world.kiosk.take(Wish("talk"))
    assert world.steering.pushed == 1


def test_in_quiet_hours_there_is_no_sound() -> None:
    world = World(Clinic(quiet_hours=((time(22), time(7)),)))
    world.date = world.date.replace(hour=23)
    world.wait(1)
    assert world.steering.quiet and world.kiosk.shown()["voice"]["quiet_hours"]
    world.date = world.date.replace(hour=12)
    world.wait(1)
    assert not world.steering.quiet


# --- who cannot see ----------------------------------------------------------------------------------------


def said(world: World) -> list[str]:
    return [sentence.text for response in world.steering.said for sentence in response.sentences]


def test_a_microphone_that_is_lost_during_a_visit_is_told_aloud_once_and_so_is_its_return() -> None:
    world = World()
    world.kiosk.trouble("microphone_lost")
    assert said(world) == [], "nobody is there"
    world.kiosk.trouble("microphone_lost", over=True)
    world.answer()
    for _ in range(3):
        world.kiosk.trouble("microphone_lost")
    world.kiosk.trouble("microphone_lost", over=True)
    assert said(world) == [
        "The microphone does not work. Please use the buttons.",
        "The microphone works again.",
    ]
    assert world.kiosk.shown()["answer"]["title"] == "Baker’s cyst"


@pytest.mark.parametrize("kind", ["begin", "talk"])
def test_who_touches_to_talk_is_told_when_nothing_is_heard(kind: Literal["begin", "talk"]) -> None:
    world = World()
    world.kiosk.trouble("microphone_silent")
    world.kiosk.take(Wish(kind))
    assert said(world)[-1] == "The microphone gives no sound. Please use the buttons."
    assert world.steering.pushed == 0, "a chime would say that it listens"


# --- alarms ------------------------------------------------------------------------------------------------

URGENT = Response("care.urgent", (Sentence("Please get care now.", "safety"),), "summary", urgent=True)
TIME_IS_UP = Response("control.timer", (Sentence("Time is up.", "assistant"),))


def emergency() -> Response:
    return Response(
        "care.urgent", guide_and_words()[0].nodes["care.urgent"].answers["emergency"].first, "emergency", True
    )


@pytest.mark.parametrize("alarm", [URGENT, emergency()], ids=["urgent", "emergency"])
def test_a_timer_that_rings_stands_below_an_alarm(alarm: Response) -> None:
    world = World()
    world.answer("my calf is swollen", alarm)
    kind = world.kiosk.shown()["answer"]["kind"]
    for _ in range(2):
        world.kiosk.spoken(TIME_IS_UP)
        shown = world.kiosk.shown()["answer"]
        assert shown["kind"] == kind and shown["own"] == len(alarm.sentences)
        texts = [sentence["text"] for sentence in shown["sentences"]]
        assert texts == [*(sentence.text for sentence in alarm.sentences), "Time is up."]


def test_an_emergency_is_remembered_until_the_visit_ends() -> None:
    world = World()
    world.answer("my calf is swollen", URGENT)
    assert world.kiosk.shown()["emergency"] is False
    world.answer("i can't breathe", emergency())
    world.answer("what time is it", REFUSED)
    assert world.kiosk.shown()["emergency"] is True
    world.kiosk.take(Wish("finish"))
    assert world.kiosk.shown()["emergency"] is False
