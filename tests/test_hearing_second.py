"""The second hearing: only in noise, and its guesses beside the first's."""

from __future__ import annotations

from tests.hearing_sounds import Sound, chunks, joined, noise, recording, silence
from voice_assistant.hearing import Activity, Listener, Recogniser
from voice_assistant.hearing.second import LESS_LIKELY, SecondHearing, merged
from voice_assistant.models import SPEECH_MODEL, default_folder
from voice_assistant.types import SAMPLE_RATE_HZ, Alternative, Transcript


class Ear:
    """Notes what it gets, and hears `text`."""

    def __init__(self, text: str) -> None:
        self.text, self.got, self.resets = text, b"", 0

    def feed(self, pcm: bytes) -> None:
        self.got += pcm

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        self.got = b""
        return heard(self.text)

    def reset(self) -> None:
        self.got = b""
        self.resets += 1


def heard(*texts: str, command: str = "") -> Transcript:
    guesses = tuple(Alternative(text, -float(rank)) for rank, text in enumerate(texts))
    return Transcript(texts[0] if texts else "", guesses, command=command)


def texts_of(transcript: Transcript) -> list[str]:
    return [one.text for one in transcript.alternatives]


def test_without_noise_nobody_hears_twice() -> None:
    made: list[Ear] = []

    def make() -> Ear:
        made.append(Ear("other"))
        return made[-1]

    second = SecondHearing(make)
    for _ in range(50):
        second.feed(b"ab", 0.1)
    assert second.finish(heard("words")) == heard("words")
    assert made == []


def test_in_noise_the_sound_is_heard_from_its_start() -> None:
    ear = Ear("other")
    second = SecondHearing(lambda: ear)
    frames = [bytes([number, 0]) for number in range(20)]
    for frame in frames:
        second.feed(frame, 1.0)
    assert ear.got == b"".join(frames)
    assert texts_of(second.finish(heard("words"))) == ["words", "other"]
    second.feed(b"zz", 0.0)
    assert texts_of(second.finish(heard("words"))) == ["words"]
    assert ear.got == b""


def test_what_looks_like_noise_for_a_moment_is_none() -> None:
    ear = Ear("other")
    second = SecondHearing(lambda: ear)
    second.feed(b"ab")
    for noise_now in [0.1] * 10 + [1.0] * 6 + [0.0] * 20:
        second.feed(b"ab", noise_now)
    assert ear.got == b""


def test_a_reset_forgets_the_utterance() -> None:
    ear = Ear("other")
    second = SecondHearing(lambda: ear)
    for _ in range(20):
        second.feed(b"ab", 1.0)
    second.reset()
    assert (ear.got, ear.resets) == (b"", 1)
    assert texts_of(second.finish(heard("words"))) == ["words"]


def test_without_a_recogniser_nothing_changes() -> None:
    second = SecondHearing(None)
    second.feed(b"ab", 1.0)
    assert second.finish(heard("words")) == heard("words")


def test_guesses_are_ranked_together_and_stand_once() -> None:
    found = merged(heard("a", "b", "c", "d"), heard("x", "b"))
    assert texts_of(found) == ["a", "b", "c", "x", "d"]
    assert found.alternatives[3].score == -LESS_LIKELY
    assert found.text == "a"


def test_a_command_stays_alone() -> None:
    command = heard("stop", command="stop")
    assert merged(command, heard("has done a lot")) == command


def test_an_empty_hearing_gives_way_but_for_the_command() -> None:
    assert merged(heard("a"), Transcript("")) == heard("a")
    found = merged(Transcript("", command="stop"), heard("x"))
    assert (found.text, found.command) == ("x", "stop")


def test_a_listener_hears_noisy_speech_twice_and_clean_speech_once_the_same_each_time() -> None:
    recogniser = Recogniser(default_folder() / SPEECH_MODEL)
    made: list[Recogniser] = []

    def make() -> Recogniser:
        made.append(recogniser.another())
        return made[-1]

    def hear(sound: Sound) -> list[Transcript]:
        listener = Listener(recogniser, Activity(), second=make)
        events = [event for chunk in chunks(sound) for event in listener.feed(chunk)] + listener.flush()
        return [event for event in events if isinstance(event, Transcript)]

    clean = joined(silence(1), recording("question"), silence(1))
    hear(clean)
    assert made == []
    noisy = clean + noise(len(clean) / SAMPLE_RATE_HZ, -35)
    once, again = hear(noisy), hear(noisy)
    assert once == again
    assert len(made) == 2
    assert all(len(set(texts_of(one))) == len(one.alternatives) for one in once)
