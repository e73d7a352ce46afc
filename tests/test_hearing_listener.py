"""What is heard, when, and what is not: with the real speech model and voice detector."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from tests import hearing_sounds as sounds
from tests.hearing_sounds import NOT_SPEECH, Sound, chunks, joined, noise, recording, silence, trimmed
from voice_assistant.hearing import Activity, Listener, Recogniser, Voice
from voice_assistant.models import SPEECH_MODEL, default_folder
from voice_assistant.types import (
    SAMPLE_RATE_HZ,
    AudioChunk,
    AudioError,
    Heard,
    PartialTranscript,
    SpeechStarted,
    Transcript,
)

QUESTION = "what can i do about it at home"


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(default_folder() / SPEECH_MODEL)


@pytest.fixture
def listener(recogniser: Recogniser) -> Iterator[Listener]:
    listener = Listener(recogniser, Activity())
    yield listener
    listener.reset()


def hear(listener: Listener, sound: Sound, size: int = 1600) -> list[Heard]:
    heard = [event for chunk in chunks(sound, size) for event in listener.feed(chunk)]
    return heard + listener.flush()


def transcripts(heard: Sequence[Heard]) -> list[Transcript]:
    return [event for event in heard if isinstance(event, Transcript)]


def texts(heard: Sequence[Heard]) -> list[str]:
    return [transcript.text for transcript in transcripts(heard)]


# --- what was said --------------------------------------------------------------------------------


def test_a_question_is_heard_with_the_places_of_its_words(listener: Listener) -> None:
    (transcript,) = transcripts(hear(listener, joined(silence(1), trimmed(recording("question")), silence(1))))
    spoken_s = len(trimmed(recording("question"))) / SAMPLE_RATE_HZ
    assert transcript.text == QUESTION
    assert " ".join(word.text for word in transcript.words) == QUESTION
    assert transcript.alternatives[0].text == QUESTION
    assert transcript.alternatives[0].score == 0.0
    assert transcript.confidence > 0.8
    assert transcript.start_s == pytest.approx(1.0, abs=0.15)
    assert transcript.end_s == pytest.approx(1.0 + spoken_s, abs=0.25)
    assert transcript.words[0].start_s == pytest.approx(1.0, abs=0.15)
    assert transcript.words[-1].end_s == pytest.approx(1.0 + spoken_s, abs=0.15)


def test_events_come_in_order(listener: Listener) -> None:
    heard = hear(listener, joined(silence(0.5), recording("question"), silence(1)))
    assert isinstance(heard[0], SpeechStarted)
    assert isinstance(heard[-1], Transcript)
    assert all(isinstance(event, PartialTranscript) for event in heard[1:-1])
    times = [event.at_s for event in heard if not isinstance(event, Transcript)]
    assert times == sorted(times)


@pytest.mark.parametrize(("name", "text"), [("question", QUESTION), ("stop", "stop"), ("yes", "yes")])
@pytest.mark.parametrize("lead_s", [0.0, 0.05, 0.4, 1.0])
def test_the_first_syllable_is_kept_wherever_speech_begins(
    listener: Listener, name: str, text: str, lead_s: float
) -> None:
    assert texts(hear(listener, joined(silence(lead_s), trimmed(recording(name)), silence(1)))) == [text]


def test_a_recording_that_ends_with_the_last_sound_is_heard_to_its_end(listener: Listener) -> None:
    assert texts(hear(listener, joined(silence(0.5), trimmed(recording("question"))))) == [QUESTION]


def test_speech_in_noise_is_noticed(listener: Listener) -> None:
    sound = joined(silence(1), recording("question"), silence(1))
    level_db = 20 * np.log10(np.sqrt(np.mean(recording("question") ** 2)))
    heard = transcripts(hear(listener, sound + noise(len(sound) / SAMPLE_RATE_HZ, level_db - 6)))
    assert len(heard) == 1
    assert heard[0].start_s == pytest.approx(1.0, abs=0.4)


def test_two_utterances_give_two_transcripts(listener: Listener) -> None:
    first, second = recording("question"), recording("question_male")
    heard = transcripts(hear(listener, joined(silence(0.3), first, silence(1.2), second, silence(0.3))))
    assert [transcript.text for transcript in heard] == [QUESTION, "when should i see a doctor"]
    assert heard[0].end_s < heard[1].start_s
    assert heard[1].words[0].start_s == pytest.approx(heard[1].start_s, abs=0.2)


def test_confidence_falls_with_noise(listener: Listener) -> None:
    sound = joined(silence(0.5), recording("question"), silence(1))
    (clean,) = transcripts(hear(listener, sound))
    (noisy,) = transcripts(hear(listener, sound + noise(len(sound) / SAMPLE_RATE_HZ, -20)))
    assert noisy.confidence < clean.confidence


# --- what was not said ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOT_SPEECH)
def test_what_is_not_speech_gives_no_words(listener: Listener, name: str) -> None:
    assert [text for text in texts(hear(listener, NOT_SPEECH[name])) if text] == []


def test_a_click_after_speech_neither_adds_words_nor_delays_the_end(listener: Listener) -> None:
    speech = joined(silence(0.5), recording("question"))
    plain = transcripts(hear(listener, joined(speech, silence(2))))
    click = joined(silence(0.4), NOT_SPEECH["a click"][SAMPLE_RATE_HZ : SAMPLE_RATE_HZ + 16], silence(1.6))
    disturbed = transcripts(hear(listener, joined(speech, click)))
    assert [transcript.text for transcript in disturbed] == [transcript.text for transcript in plain]
    assert disturbed[0].end_s == plain[0].end_s


class Scripted:
    """A recogniser that hears no words, and counts the bytes it was fed."""

    def __init__(self) -> None:
        self.fed = 0

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        self.fed += len(pcm)

    def partial(self) -> str:
        return ""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        transcript = Transcript("", confidence=0.0, end_s=self.fed / 2 / SAMPLE_RATE_HZ)
        self.fed = 0
        return transcript

    def reset(self) -> None:
        self.fed = 0


class Failing(Scripted):
    """Fails to finish, with all that it was fed."""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        raise RuntimeError


def test_a_recogniser_that_fails_at_the_end_of_an_utterance_forgets_it() -> None:
    recogniser = Failing()
    listener = Listener(recogniser, Activity())
    with pytest.raises(RuntimeError):
        hear(listener, joined(silence(0.5), recording("question"), silence(2)))
    assert recogniser.fed > 0
    listener.reset()
    assert recogniser.fed == 0


def test_while_nobody_speaks_the_recogniser_gets_nothing() -> None:
    recogniser = Scripted()
    hear(Listener(recogniser, Activity()), noise(5, -40))
    assert recogniser.fed == 0


def test_sound_like_speech_without_words_gives_an_empty_transcript_of_no_confidence() -> None:
    heard = hear(Listener(Scripted(), Activity()), joined(silence(1), recording("question"), silence(1)))
    assert [(transcript.text, transcript.confidence) for transcript in transcripts(heard)] == [("", 0.0)]


# --- when it is over ------------------------------------------------------------------------------


def test_a_pause_shorter_than_the_patience_does_not_end_the_utterance(listener: Listener) -> None:
    listener.patience_s = 1.2
    sound = joined(silence(0.3), trimmed(recording("question")), silence(0.9), trimmed(recording("question_male")))
    assert texts(hear(listener, joined(sound, silence(2)))) == [f"{QUESTION} when should i see a doctor"]


def test_silence_is_reported_while_it_lasts_and_ends_the_utterance_after_the_patience(listener: Listener) -> None:
    heard = hear(listener, joined(silence(0.3), recording("question"), silence(2)))
    waits = [event.silence_s for event in heard if isinstance(event, PartialTranscript) and event.silence_s > 0]
    assert all(later - earlier == pytest.approx(0.096) for earlier, later in pairwise(waits))
    assert 0.6 < max(waits) < 0.8


def test_the_patience_may_be_shortened_during_the_silence(listener: Listener) -> None:
    listener.patience_s = 5.0
    over_at_s = None
    for chunk in chunks(joined(silence(0.3), recording("question"), silence(3)), size=16000):
        for event in listener.listen(chunk):
            if isinstance(event, PartialTranscript) and event.silence_s > 0.4:
                listener.patience_s = 0.5
            if isinstance(event, Transcript):
                over_at_s = event.end_s
                assert event.text == QUESTION
    assert over_at_s is not None
    assert not listener.listening


def test_after_a_short_patience_what_was_transcribed_is_not_heard_again(listener: Listener) -> None:
    listener.patience_s = 0.1
    sound = joined(silence(0.3), trimmed(recording("question")), silence(0.3), trimmed(recording("stop")), silence(1))
    assert texts(hear(listener, sound)) == [QUESTION, "stop"]


def test_an_utterance_that_grows_too_long_is_cut_between_words_and_loses_none(recogniser: Recogniser) -> None:
    story = joined(silence(0.5), recording("story"), silence(1))
    whole = transcripts(hear(Listener(recogniser, Activity()), story))
    parts = transcripts(hear(Listener(recogniser, Activity(), longest_s=7), story))
    assert len(whole) == 1
    assert len(parts) > 1
    together = " ".join(part.text for part in parts).split()
    assert abs(len(together) - len(whole[0].text.split())) <= 1
    assert all(part.end_s - part.start_s <= 7 for part in parts)
    starts = [word.start_s for part in parts for word in part.words]
    assert starts == sorted(starts)


# --- the same, however it comes -------------------------------------------------------------------


@pytest.fixture(scope="module")
def conversation() -> Sound:
    sound = joined(
        silence(0.41), recording("question"), silence(1.1), recording("stop"), silence(0.9), recording("yes")
    )
    return sound + noise(len(sound) / SAMPLE_RATE_HZ, -45)


@pytest.mark.parametrize("size", [1, 37, 160, 512, 4000, 10**6])
def test_the_size_of_the_chunks_has_no_influence(listener: Listener, conversation: Sound, size: int) -> None:
    expected = hear(listener, conversation, 1024)
    assert len(transcripts(expected)) == 3
    if size == 1:
        conversation = conversation[: 3 * SAMPLE_RATE_HZ]
        expected = hear(listener, conversation, 1024)
    assert hear(listener, conversation, size) == expected


def test_a_stream_may_begin_at_any_time(listener: Listener) -> None:
    sound = joined(silence(0.5), recording("question"), silence(1))
    (early,) = transcripts(hear(listener, sound))
    late = [event for chunk in chunks(sound, start_s=100.0) for event in listener.feed(chunk)] + listener.flush()
    assert transcripts(late)[0].start_s == pytest.approx(early.start_s + 100)
    assert transcripts(late)[0].words[0].start_s == pytest.approx(early.words[0].start_s + 100)


def test_after_lost_sound_the_time_is_right_again(listener: Listener) -> None:
    for chunk in chunks(silence(1)):
        listener.feed(chunk)
    sound = joined(silence(0.5), recording("question"), silence(1))
    heard = [event for chunk in chunks(sound, start_s=60.0) for event in listener.feed(chunk)] + listener.flush()
    assert transcripts(heard)[0].start_s == pytest.approx(60.5, abs=0.3)


def test_after_a_reset_nothing_is_left_of_what_was_under_way(listener: Listener) -> None:
    for chunk in chunks(recording("story")[: 3 * SAMPLE_RATE_HZ]):
        listener.feed(chunk)
    assert listener.listening
    listener.reset()
    assert texts(hear(listener, joined(silence(0.5), recording("stop"), silence(1)))) == ["stop"]


# --- limits ---------------------------------------------------------------------------------------


class Always:
    """A detector to which everything is speech."""

    def feed(self, frame: bytes) -> Voice:
        return Voice(1.0, True, 1.0, 0.0)

    def release(self) -> None:
        pass

    def reset(self) -> None:
        pass


def test_ten_minutes_need_no_more_memory_than_one() -> None:
    def peak(minutes: int) -> int:
        listener = Listener(Scripted(), Always())
        tracemalloc.start()
        for second in range(60 * minutes):
            listener.feed(AudioChunk(bytes(2 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ, float(second)))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(10) < peak(1) + 100_000


def test_speech_without_end_is_cut_into_transcripts() -> None:
    heard: list[Heard] = []
    listener = Listener(Scripted(), Always(), longest_s=30)
    for second in range(120):
        heard += listener.feed(AudioChunk(bytes(2 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ, float(second)))
    assert len(transcripts(heard)) == 4


@pytest.mark.parametrize("chunk", [AudioChunk(bytes(882), 44_100, 0.0), AudioChunk(bytes(3), SAMPLE_RATE_HZ, 0.0)])
def test_sound_of_another_kind_is_refused_in_one_sentence(listener: Listener, chunk: AudioChunk) -> None:
    with pytest.raises(AudioError, match=r"^Sound for recognition [^\n]*\.$"):
        listener.feed(chunk)


def test_nothing_and_next_to_nothing_are_no_speech(listener: Listener) -> None:
    assert hear(listener, silence(0)) == []
    assert hear(listener, sounds.noise(0.001, -20)) == []
