"""A visit begins with the first touch or answer and leaves nothing behind."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.kiosk_parts import Recorder, guide_and_words
from voice_assistant.kiosk import Clinic, Kiosk, Look, TimerLook
from voice_assistant.kiosk.messages import BadMessage, Touched, Wish, read_message
from voice_assistant.kiosk.visit import Visit
from voice_assistant.types import Match, NoMatch, PartialTranscript, Response, Sentence, Transcript, Turn

SOMETHING = Response("cause.bakers_cyst", (Sentence("It is a pocket.", "Baker's Cyst"),))


class World:
    """A kiosk with a clock that the test moves."""

    def __init__(self, clinic: Clinic | None = None) -> None:
        self.now_s = 0.0
        self.date = datetime(2030, 5, 1, 12, tzinfo=timezone.utc)
        self.look = Look(rate_wpm=170, volume=0.8)
        self.steering = Recorder()
        guide, words = guide_and_words()
        self.kiosk = Kiosk(
            guide,
            words,
            clinic or Clinic(),
            self.steering,
            lambda: self.look,
            clock=lambda: self.now_s,
            calendar=lambda: self.date,
        )
        self.kiosk.started()
        self.steering.settle()
        self.steering.forgotten.clear()

    def answer(self, words: str = "what is a baker's cyst", response: Response | None = None) -> None:
        said = response or Response("cause.bakers_cyst", (Sentence("It is a pocket.", "Baker's Cyst"),))
        self.kiosk.turn(Turn(Transcript.typed(words), Match("cause.bakers_cyst", None, 1.0), said))
        self.kiosk.state("idle")

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 2)):
            self.now_s += 0.5
            self.kiosk.tick()
            self.steering.settle()


def is_silent(world: World) -> bool:
    return world.steering.quiet


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


WARNED_S = 45
"""So long after the last word the visitor of `World` has been warned."""


def hear(world: World, words: str, understood: Match | NoMatch, response: Response) -> None:
    world.kiosk.state("listening")
    world.kiosk.partial(PartialTranscript(words, 0.0))
    world.kiosk.turn(Turn(Transcript.typed(words), understood, response))
    world.kiosk.state("idle")


GOODBYE = Response("control.goodbye", (Sentence("Goodbye.", "assistant"),), actions=("goodbye",))
IGNORED = Response("fallback.out_of_scope", (), actions=("ignored",))


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


def test_talk_that_was_not_meant_for_it_leaves_no_caption() -> None:
    world = World()
    ignored = Response("fallback.out_of_scope", (), actions=("ignored",))
    world.kiosk.turn(Turn(Transcript.typed("nice weather"), NoMatch("out_of_scope", 0.1), ignored))
    assert world.kiosk.shown()["caption"] is None
    assert world.kiosk.shown()["visit"]["active"] is False


def test_in_quiet_hours_there_is_no_sound() -> None:
    world = World(load_quiet())
    world.date = world.date.replace(hour=23)
    world.wait(1)
    assert world.steering.quiet and world.kiosk.shown()["voice"]["quiet_hours"]
    world.date = world.date.replace(hour=12)
    world.wait(1)
    assert not world.steering.quiet


def load_quiet() -> Clinic:
    from datetime import time

    return Clinic(quiet_hours=((time(22), time(7)),))


def test_touching_to_begin_greets_with_the_clinics_words_first() -> None:
    world = World(Clinic(greeting="Welcome."))
    world.kiosk.take(Wish("begin"))
    assert world.steering.said[0].sentences[0] == Sentence("Welcome.", "assistant")
    world.kiosk.take(Wish("talk"))
    assert world.steering.pushed == 1


def test_a_voice_that_fails_at_an_answer_does_not_keep_the_visit_for_ever() -> None:
    world = World()
    world.kiosk.turn(Turn(Transcript.typed("my secret"), Match("cause.bakers_cyst", None, 1.0), SOMETHING))
    world.kiosk.trouble("voice_failed")
    world.wait(61)
    assert world.kiosk.shown()["caption"] is None


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


def test_counts_hold_numbers_for_each_day_and_no_word(tmp_path: Path) -> None:
    file = tmp_path / "counts.json"
    world = World(Clinic(counts_file=file))
    world.answer("my secret words")
    world.answer("more secrets", Response("fallback.not_in_guide", (Sentence("No.", "assistant"),)))
    assert not file.exists()
    world.wait(60)
    assert json.loads(file.read_text()) == {"2030-05-01": {"cause.bakers_cyst": 1, "fallback.not_in_guide": 1}}


def test_counts_are_off_by_default_and_an_unwritable_file_stops_nothing(tmp_path: Path) -> None:
    world = World(Clinic(counts_file=tmp_path / "missing" / "counts.json"))
    world.answer()
    world.wait(60)
    assert world.kiosk.shown()["answer"] is None
    assert Clinic().counts_file is None


@pytest.mark.parametrize(
    "there", ['{"2030-05-01": {"cause.bakers_cyst": "3"}}', "[1]", "{", '{"2030-05-01": 7}', "\xff"]
)
def test_a_counts_file_that_somebody_edited_keeps_no_visit_on_the_screen(there: str, tmp_path: Path) -> None:
    file = tmp_path / "counts.json"
    file.write_bytes(there.encode("latin-1"))
    world = World(Clinic(counts_file=file))
    world.answer("my secret words")
    world.wait(60)
    assert world.kiosk.shown()["caption"] is None and world.steering.forgotten == [False]
    assert json.loads(file.read_text()) == {"2030-05-01": {"cause.bakers_cyst": 1}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"touch"',
        "{",
        "{}",
        '{"type": "touch"}',
        '{"type": "touch", "node": "no.such"}',
        '{"type": "touch", "node": "fallback.not_heard"}',
        '{"type": "touch", "node": "control.thanks"}',
        '{"type": "touch", "node": ["cause.bakers_cyst"]}',
        '{"type": "touch", "node": "cause.bakers_cyst", "facet": "price"}',
        '{"type": "touch", "node": "cause.bakers_cyst", "facet": {}}',
        '{"type": "touch", "node": "control.timer", "minutes": 0}',
        '{"type": "touch", "node": "control.timer", "minutes": 1e9}',
        '{"type": "touch", "node": "control.timer", "minutes": true}',
        '{"type": "touch", "node": "control.yes", "minutes": 5}',
        '{"type": "touch", "node": "control.stop", "action": "explode"}',
        '{"type": "touch", "node": "control.stop", "text": "hello"}',
        '{"type": "finish", "more": 1}',
        '{"type": {"a": 1}}',
        "[" * 400,
        '{"type": "' + "x" * 600 + '"}',
    ],
)
def test_messages_that_the_page_would_never_send_are_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read_message(text, guide_and_words()[0])


def test_every_button_of_the_page_is_a_known_message() -> None:
    guide, words = guide_and_words()
    nodes = [*words.page["home"], *(node for group in words.page["groups"] for node in group["nodes"])]
    for node in nodes:
        assert isinstance(read_message(json.dumps({"type": "touch", "node": node}), guide), Touched)
    timer = read_message('{"type": "touch", "node": "control.timer", "minutes": 10}', guide)
    assert isinstance(timer, Touched) and timer.match.slots.duration_s == 600


def test_every_topic_of_the_guide_can_be_touched() -> None:
    guide, words = guide_and_words()
    reachable = {node for group in words.page["groups"] for node in group["nodes"]} | set(words.page["home"])
    reachable |= {node for steps in words.steps.values() for node in steps}
    topics = {node for node, one in guide.nodes.items() if one.answers}
    assert topics - reachable == set()
