"""What is said while the assistant speaks, or has just begun to: by the exact times of words, without sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from tests.scripted_talk import QuietSource
from voice_assistant import Assistant
from voice_assistant.audio.buffer import Progress
from voice_assistant.audio.echo_free import EchoFreeMicrophone
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.loop_memory import Finished, Memory
from voice_assistant.settings import Settings
from voice_assistant.types import (
    Alternative,
    AudioChunk,
    Heard,
    Match,
    PartialTranscript,
    SpeechStarted,
    Transcript,
    Turn,
)

WORD_S = 0.35
CYST = ["a", "baker's", "cyst", "is", "a", "sac", "behind", "the", "knee"]


class EvenRenderer:
    """A voice of which every word takes as long."""

    def render(self, text: str, rate_wpm: int | None = None) -> AudioChunk:
        return AudioChunk(b"\1\1" * int(22_050 * WORD_S * len(text.split())), 22_050, 0.0)


@dataclass
class Ears:
    """Hear what the script says, when it says so."""

    script: list[tuple[float, Heard]]
    patience_s: float = 0.7
    waited_s: list[float] = field(default_factory=list)

    def listen(self, chunk: AudioChunk) -> Iterator[Heard]:
        while self.script and self.script[0][0] <= chunk.end_s:
            yield self.script.pop(0)[1]
            self.waited_s.append(self.patience_s)

    def flush(self) -> list[Heard]:
        return []

    def reset(self) -> None:
        return


class Loudspeaker(NullLoudspeaker):
    """Notes when it was silenced."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[str] = []

    def pause(self) -> None:
        self.held.append("pause")
        super().pause()

    def stop(self) -> tuple[Progress, ...]:
        if not self.is_idle:
            self.held.append("stop")
        return super().stop()


def utterance(text: str, from_s: float, word_s: float = WORD_S, waits_s: float = 0.5) -> list[tuple[float, Heard]]:
    """Said word by word from a time on; finished after some silence."""
    words = text.split()
    ends_s = from_s + word_s * len(words)
    partials: list[tuple[float, Heard]] = [
        (from_s + word_s * count + 0.1, PartialTranscript(" ".join(words[:count]), from_s + word_s * count))
        for count in range(1, len(words) + 1)
    ]
    whole = Transcript(text, (Alternative(text, 0.0),), start_s=from_s, end_s=ends_s)
    return [(from_s + 0.2, SpeechStarted(from_s)), *partials, (ends_s + waits_s, whole)]


def talk(
    assistant: Assistant, *parts: list[tuple[float, Heard]], answer: Match | None = None
) -> tuple[list[Turn], list[str]]:
    """What was answered, and how the voice was silenced. `answer`: is being said from the start on."""
    turns: list[Turn] = []
    loudspeaker = Loudspeaker()
    script = [event for part in parts for event in part]
    loop = VoiceLoop(
        source=QuietSource(script[-1][0] + 1.0),
        listener=Ears(script),  # type: ignore[arg-type]
        conversation=assistant.new_conversation(),
        renderer=EvenRenderer(),  # type: ignore[arg-type]
        playback=loudspeaker,
        settings=Settings(sounds=False),
        events=LoopEvents(turn=turns.append),
        in_step=True,
        greets=False,
    )
    if answer is not None:
        loop.touch(answer)
    loop.run()
    return (turns[1:] if answer else turns), loudspeaker.held


ABOUT_CYSTS = Match("cause.bakers_cyst", "summary", 1.0)


# --- the answer comes back into the microphone -----------------------------------------------------


@pytest.mark.parametrize(
    "heard",
    [
        "a baker's cyst is a sac behind the knee",
        "a baker assist is a sack behind the need",
        "a bakers is a sac be hind the knee that feels with",
        "what a cyst is a sac",
    ],
)
def test_its_own_voice_is_not_answered(assistant: Assistant, heard: str) -> None:
    turns, held = talk(assistant, utterance(heard, 0.2), answer=ABOUT_CYSTS)
    assert turns == []
    assert "stop" not in held and "pause" not in held


@pytest.mark.parametrize(
    ("heard", "node_id"),
    [
        ("a baker's cyst stop a sac behind", "control.stop"),
        ("a baker's cyst is say that again sac the knee", "control.repeat"),
        ("a baker's cyst what about a meniscus tear behind", "cause.meniscus_tear"),
        ("a baker's cyst is a slower please", "control.slower"),
        ("my chest hurts", "care.urgent"),
        ("a baker's my chest hurts behind the", "care.urgent"),
    ],
)
def test_what_somebody_says_amid_its_own_voice_is_answered(assistant: Assistant, heard: str, node_id: str) -> None:
    turns, held = talk(assistant, utterance(heard, 0.2), answer=ABOUT_CYSTS)
    assert [turn.understood.node_id for turn in turns] == [node_id]
    assert held


@pytest.fixture
def hears_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The echo is cancelled well."""
    monkeypatch.setattr(EchoFreeMicrophone, "hears_through", True)


@pytest.mark.usefixtures("hears_through")
@pytest.mark.parametrize(
    ("heard", "node_id"),
    [
        ("what is a baker's cyst", "cause.bakers_cyst"),
        ("say that again", "control.repeat"),
        ("that'll do", "control.stop"),
        ("enough", "control.stop"),
        ("stop", "control.stop"),
    ],
)
def test_through_the_cancelled_echo_words_count_that_it_speaks_itself(
    assistant: Assistant, heard: str, node_id: str
) -> None:
    turns, _held = talk(assistant, utterance(heard, 0.6), answer=ABOUT_CYSTS)
    assert [turn.understood.node_id for turn in turns] == [node_id]


@pytest.mark.usefixtures("hears_through")
def test_through_the_cancelled_echo_the_second_ear_is_believed(assistant: Assistant) -> None:
    *partials, (at_s, whole) = utterance("it's not", 0.6)
    assert isinstance(whole, Transcript)
    turns, _held = talk(assistant, [*partials, (at_s, replace(whole, command="stop"))], answer=ABOUT_CYSTS)
    assert [turn.understood.node_id for turn in turns] == ["control.stop"]


@pytest.mark.usefixtures("hears_through")
@pytest.mark.parametrize("heard", ["a baker's cyst is a sac behind the knee", "cyst", "is a sac"])
def test_its_own_words_are_not_answered_though_the_echo_is_cancelled(assistant: Assistant, heard: str) -> None:
    assert talk(assistant, utterance(heard, 0.2), answer=ABOUT_CYSTS)[0] == []


def test_only_what_is_spoken_at_that_time_can_be_its_own_voice(assistant: Assistant) -> None:
    """Ten seconds after "a Baker's cyst" was said, somebody who says it is somebody else."""
    turns, _held = talk(assistant, utterance("how is a baker's cyst treated", 9.0), answer=ABOUT_CYSTS)
    assert [(turn.response.node_id, turn.response.facet) for turn in turns] == [("cause.bakers_cyst", "treatment")]


@pytest.mark.parametrize("heard", ["right", "bit", "what", "the train to the coast leaves at ten"])
def test_scraps_and_other_talk_do_not_interrupt(assistant: Assistant, heard: str) -> None:
    turns, held = talk(assistant, utterance(heard, 1.0), answer=ABOUT_CYSTS)
    assert turns == []
    assert "stop" not in held


# --- a question that goes on after a pause, while the answer has begun -------------------------------


@pytest.mark.parametrize(
    ("first", "then", "node_id", "facet"),
    [
        ("what is a baker's cyst", "and how is it treated", "cause.bakers_cyst", "treatment"),
        ("what is arthritis", "and what does it feel like", "cause.arthritis", "symptoms"),
        ("i have pain behind my knee", "when i cough up blood", "care.urgent", None),
    ],
)
def test_both_parts_are_answered_as_one_question(
    assistant: Assistant, first: str, then: str, node_id: str, facet: str | None
) -> None:
    """The answer to the first part begins 0.3 s after it; the second part begins 0.7 s after it."""
    begin = utterance(first, 0.5, waits_s=0.3)
    ended_s = begin[-1][0] - 0.3
    turns, _held = talk(assistant, begin, utterance(then, ended_s + 0.7))
    assert turns[0].transcript.text == first
    assert turns[-1].response.node_id == node_id
    if facet:
        assert turns[-1].response.facet == facet


# --- others talk on and on; what is heard is cut after 30 s ------------------------------------------


def test_talk_without_a_pause_is_read_with_the_part_before_it_and_not_from_its_beginning(assistant: Assistant) -> None:
    said = ["she broke the leg of the table", "we painted the hall", "then we had soup", "the sky was blue"]
    turns, _held = talk(assistant, *(without_a_pause(text, 30.0 * number) for number, text in enumerate(said)))
    assert [turn.transcript.text for turn in turns] == [
        said[0],
        f"{said[0]} {said[1]}",
        f"{said[1]} {said[2]}",
        f"{said[2]} {said[3]}",
    ]


def test_a_warning_sign_that_is_cut_in_two_is_heard(assistant: Assistant) -> None:
    said = ["on tuesday we were in the garden all day and then my leg", "went all blue from the knee down"]
    turns, _held = talk(assistant, *(without_a_pause(text, 30.0 * number) for number, text in enumerate(said)))
    assert turns[-1].response.urgent


def test_the_answer_to_a_sign_does_not_begin_again_for_whoever_talks_on(assistant: Assistant) -> None:
    said = ["my calf is swollen and hot", "it began on the train to my sister", "and there was nobody to ask"]
    turns, _held = talk(assistant, *(without_a_pause(text, 30.0 * number) for number, text in enumerate(said)))
    assert [turn.response.urgent for turn in turns[:1]] == [True]
    assert not any(turn.response.node_id == "care.urgent" for turn in turns[1:])


def test_an_answer_to_a_sign_that_was_stopped_by_hand_is_said_to_whoever_talks_on(assistant: Assistant) -> None:
    said = assistant.new_conversation().hear(Transcript.typed("my calf is swollen and hot")).understood
    memory = Memory(finished=Finished((), assistant.new_conversation().state, 0.0, said))
    assert memory.finished
    assert memory.finished.goes_on_in(said)
    memory.silence()
    assert not memory.finished.goes_on_in(said)


def test_a_graver_sign_in_what_goes_on_is_answered(assistant: Assistant) -> None:
    said = ["my calf is swollen and hot", "and now i have chest pain"]
    turns, _held = talk(assistant, *(without_a_pause(text, 30.0 * number) for number, text in enumerate(said)))
    flags = [turn.understood.red_flag for turn in turns if isinstance(turn.understood, Match)]
    assert [flag.level for flag in flags if flag] == ["urgent", "emergency"]


@pytest.mark.parametrize(("from_s", "is_urgent"), [(0.5, True), (20.0, False)])
def test_a_sign_that_flickers_in_the_words_so_far_counts_unless_much_was_said_before(
    assistant: Assistant, from_s: float, is_urgent: bool
) -> None:
    """It is heard for a tenth of a second, and is in none of the last guesses."""
    texts = ["he said", "he said the knee is stuck", "he said the knee in stockholm"]
    partials: list[tuple[float, Heard]] = [
        (from_s + 0.1 * count, PartialTranscript(text, from_s + 0.1 * count)) for count, text in enumerate(texts)
    ]
    last = Transcript(texts[-1], (Alternative(texts[-1], 0.0),), start_s=0.0, end_s=from_s + 1.0)
    turns, _held = talk(assistant, [(0.1, SpeechStarted(0.0)), *partials, (from_s + 1.5, last)])
    assert turns[-1].response.urgent == is_urgent


def without_a_pause(text: str, from_s: float) -> list[tuple[float, Heard]]:
    """What is heard in 30 s of talk that goes on before and after."""
    part = Transcript(text, (Alternative(text, 0.0),), start_s=from_s, end_s=from_s + 30.0)
    return [(from_s, SpeechStarted(from_s)), (from_s + 30.0, part)]


def test_a_word_that_changes_nothing_does_not_start_the_answer_again(assistant: Assistant) -> None:
    begin = utterance("what is a baker's cyst", 0.5, waits_s=0.3)
    turns, _held = talk(assistant, begin, utterance("please", begin[-1][0] + 0.4))
    assert len(turns) == 1


def test_its_own_voice_is_not_the_rest_of_a_question(assistant: Assistant) -> None:
    begin = utterance("what is a baker's cyst", 0.5, waits_s=0.3)
    turns, _held = talk(assistant, begin, utterance(" ".join(CYST), begin[-1][0] + 0.1))
    assert len(turns) == 1


# --- how long it waits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "least_s", "most_s"),
    [
        ("what is a baker's cyst", 0.0, 0.45),
        ("how do i treat a hamstring injury", 0.0, 0.45),
        ("what is a baker's", 0.75, 1.5),
        ("my knee hurts when i", 0.75, 1.5),
        ("it hurts behind the", 0.75, 1.5),
        ("stop", 0.0, 0.3),
        ("repeat that", 0.0, 0.45),
    ],
)
def test_whoever_has_not_finished_is_waited_for(assistant: Assistant, text: str, least_s: float, most_s: float) -> None:
    conversation = assistant.new_conversation()
    understood, _response = conversation.foresee(text, 0.0)
    assert least_s <= conversation.patience_s(text, understood) <= most_s
