"""Whatever breaks while somebody talks with it: it is said or shown, and the conversation goes on."""

from __future__ import annotations

import functools
import itertools
import logging
import threading
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.command_line import DEMO
from tests.scripted_talk import QUESTION, SECRET, FlatRenderer, QuietSource, talk
from voice_assistant import Assistant
from voice_assistant.audio.stand_ins import FileMicrophone, NullLoudspeaker
from voice_assistant.loop import VoiceLoop
from voice_assistant.talking import Talker
from voice_assistant.types import AudioChunk, AudioError, ModelError, Transcript, Turn, VoiceError

NEXT = DEMO / "2_more.wav"

# --- a bug in one turn -------------------------------------------------------------------------------


def test_a_recogniser_that_raises_is_answered_with_the_fixed_sentence_and_the_next_turn_is_normal(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    done = talk(assistant, {1.0: RuntimeError(SECRET), 5.0: "what is a baker's cyst"})
    (apology,) = done.apologies
    assert apology.sentences[0] in assistant.guide.lines["turn_failed"]
    assert apology.text in " ".join(done.said)
    assert [turn.response.node_id for turn in done.turns] == ["cause.bakers_cyst"]
    assert done.listener.resets >= 1
    assert "RuntimeError" in caplog.text and SECRET not in caplog.text


def test_a_speech_model_that_fails_in_the_middle_of_a_conversation_costs_one_turn(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    fault = ModelError("The speech model at x is damaged (it cannot decode sound): fetch it again.")
    done = talk(assistant, {1.0: fault, 5.0: "what is a baker's cyst"})
    assert len(done.apologies) == 1
    assert [turn.response.node_id for turn in done.turns] == ["cause.bakers_cyst"]
    assert str(fault) in caplog.text, "who looks after the machine learns what to do"


@pytest.mark.parametrize("broken", ["understand", "respond"])
def test_a_fault_in_understanding_or_dialogue_costs_one_turn(
    assistant: Assistant, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    conversation = assistant.new_conversation()
    owner = conversation._interpreter if broken == "understand" else conversation._dialogue
    whole, calls = getattr(owner, broken), [0]

    def fails_once(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1:
            raise KeyError(SECRET)
        return whole(*arguments, **named)

    monkeypatch.setattr(type(owner), broken, lambda self, *a, **k: fails_once(*a, **k))
    script = {1.0: "tell me about shoes", 6.0: "what is a baker's cyst"}
    done = talk(assistant, script, conversation=conversation)  # type: ignore[arg-type]
    assert len(done.apologies) == 1
    assert [turn.response.node_id for turn in done.turns] == ["cause.bakers_cyst"]
    assert SECRET not in caplog.text


def test_a_warning_sign_is_answered_urgently_although_understanding_fails(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = assistant.new_conversation()

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(conversation._interpreter), "understand", fails)
    done = talk(assistant, {1.0: "my calf is swollen and warm"}, conversation=conversation)
    assert [turn.response.urgent for turn in done.turns] == [True]
    assert done.turns[0].response.sentences[0].text in done.said


def test_a_fault_that_comes_with_every_word_is_not_said_all_the_time(assistant: Assistant) -> None:
    done = talk(assistant, {1.0 + at / 2: ValueError(SECRET) for at in range(20)})
    assert 1 <= len(done.apologies) <= 2


def test_a_screen_that_fails_does_not_end_the_conversation(assistant: Assistant) -> None:
    heard: list[Turn] = []

    def fails(turn: Turn) -> None:
        heard.append(turn)
        raise OSError(SECRET)

    script = {1.0: "what is a baker's cyst", 15.0: "what is the police method"}
    done = talk(assistant, script, turn=fails)  # type: ignore[arg-type]
    assert len(heard) == 2
    assert done.apologies


def test_the_clock_of_the_sound_may_leap_and_the_timer_ends_once(assistant: Assistant) -> None:
    """A machine that slept. The system's own clock is never asked: the dialogue may not import it."""
    script: dict[float, str | Exception] = {1.0: "set a timer for ten minutes"}
    done = talk(assistant, script, source=QuietSource(20.0, {5.0: 7200.0}))
    ended = [response for response in done.unasked if response.node_id == "control.timer"]
    assert len(ended) >= 1
    assert not done.apologies


def test_two_faults_in_a_row_do_not_leave_it_holding_its_breath(assistant: Assistant) -> None:
    loops: list[VoiceLoop] = []
    holds: list[bool] = []

    def fails(*, holding: bool) -> None:
        if holding:
            loops[0]._talker.pause()
        raise ValueError(SECRET)

    def twice(loop: VoiceLoop) -> None:
        loops.append(loop)
        for holding in (False, True):
            loop._memory.orders.put(functools.partial(fails, holding=holding))

    done = talk(
        assistant,
        {},
        source=QuietSource(20.0),
        orders=twice,
        level=lambda _chunk: holds.append(loops[0]._playback.is_paused),
    )
    assert len(done.apologies) == 1
    assert not any(holds[1:])


def test_a_recording_that_breaks_off_leaves_nothing_in_the_next_one(assistant: Assistant) -> None:
    def breaks_off() -> Iterator[AudioChunk]:
        yield from itertools.islice(FileMicrophone([QUESTION], silence_s=0.0), 60)
        raise AudioError("unplugged")

    alone = assistant.transcribe(NEXT)
    with pytest.raises(AudioError):
        assistant.transcribe(breaks_off())
    assert assistant.transcribe(NEXT).text == alone.text


# --- the voice ---------------------------------------------------------------------------------------


def test_a_voice_that_fails_is_shown_and_the_next_sentence_is_spoken(assistant: Assistant) -> None:
    failures = iter([VoiceError("The speech engine fails again and again.")])
    renderer = FlatRenderer(lambda text: next(failures, None) if "sac" in text or "fluid" in text else None)
    script: dict[float, str | Exception] = {1.0: "what is a baker's cyst", 10.0: "what is a meniscus tear"}
    done = talk(assistant, script, renderer=renderer)
    assert any("voice failed" in notice for notice in done.notices)
    assert len(done.turns) == 2
    assert done.turns[1].response.sentences[0].text in done.said


def test_a_fault_in_the_worker_that_speaks_does_not_silence_it_for_ever(assistant: Assistant) -> None:
    failures = iter([RuntimeError(SECRET)])
    renderer = FlatRenderer(lambda _text: next(failures, None))
    done = talk(assistant, {1.0: "what is a baker's cyst"}, renderer=renderer, in_step=False)
    assert done.notices
    assert done.turns[0].response.sentences[-1].text in done.said


def test_goodbye_is_said_to_its_end_before_it_ends(assistant: Assistant) -> None:
    slow = FlatRenderer(lambda _text: VoiceError("") if threading.Event().wait(0.1) else None)
    done = talk(assistant, {1.0: "goodbye"}, renderer=slow, in_step=False)
    assert done.turns[-1].response.actions == ("goodbye",)
    assert done.turns[-1].response.sentences[-1].text in done.said


def test_a_sentence_that_is_just_handed_over_when_it_is_stopped_is_not_spoken(assistant: Assistant) -> None:
    class Slow(NullLoudspeaker):
        def enqueue(self, chunk: AudioChunk, marker: Hashable = None) -> bool:
            handing_over.set()
            assert goes_on.wait(10)
            return super().enqueue(chunk, marker)

    handing_over, goes_on = threading.Event(), threading.Event()
    playback = Slow()
    talker = Talker(FlatRenderer(), playback)  # type: ignore[arg-type]
    response = assistant.new_conversation().hear(Transcript.typed("what is a baker's cyst")).response
    talker.say(response, 150)
    assert handing_over.wait(10)
    stopping = threading.Thread(target=talker.stop)
    stopping.start()
    stopping.join(0.2)
    goes_on.set()
    stopping.join(10)
    assert playback.is_idle
    talker.wait_until_rendered(10)
    assert playback.is_idle
    talker.close()


def test_no_message_of_a_fault_can_hold_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    from voice_assistant.faults import described

    try:
        raise ValueError(SECRET)
    except ValueError as error:
        logging.getLogger("test").error("A turn failed: %s.", described(error))
    assert SECRET not in caplog.text
    assert f"{Path(__file__).name}, line" in caplog.text


# --- the kiosk ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "told"),
    [(RuntimeError(SECRET), "RuntimeError in"), (AudioError("The microphone is gone."), "The microphone is gone.")],
    ids=["a bug", "a broken set-up"],
)
def test_the_log_of_a_voice_that_fails_names_the_fault_and_nothing_that_was_said(
    caplog: pytest.LogCaptureFixture, fault: Exception, told: str
) -> None:
    from voice_assistant.cli.kiosk_voice import Voice

    def fails(_events: object) -> Any:
        raise fault

    kiosk, voice = Mock(), Voice(fails)
    kiosk.trouble.side_effect = lambda _kind: voice.stop()
    voice.run(kiosk)
    kiosk.trouble.assert_called_once_with("listening_failed")
    assert told in caplog.text and SECRET not in caplog.text


def test_the_log_of_a_screen_that_fails_holds_nothing_of_what_it_shows(caplog: pytest.LogCaptureFixture) -> None:
    from voice_assistant.kiosk import KioskServer, bind

    ticked = threading.Event()

    def fails() -> None:
        ticked.set()
        raise RuntimeError(SECRET)

    server = KioskServer(Mock(tick=fails, is_alive=False), bind(0))
    server.start()
    assert ticked.wait(10)
    server.stop()
    assert "A tick of the kiosk failed: RuntimeError" in caplog.text
    assert SECRET not in caplog.text
