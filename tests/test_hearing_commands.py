"""Short commands and wake phrases in the ears of two recognisers that hear the same sound. The recognisers are stand-ins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from voice_assistant.hearing.commands import CommandRecogniser
from voice_assistant.hearing.recogniser import Recogniser
from voice_assistant.types import Alternative, Transcript, Word

SOUND = bytes(3 * 32_000)


def heard(text: str, confidence: float = 1.0) -> Transcript:
    """Each word half a second long."""
    words = tuple(Word(word, confidence, at / 2, at / 2 + 0.5) for at, word in enumerate(text.split()))
    return Transcript(text, (Alternative(text, 0.0),) if text else (), words=words)


class Ear:
    """Hears what it is told to, whatever the sound."""

    def __init__(self, transcript: Transcript, small: Transcript | None = None) -> None:
        self._transcript, self._small = transcript, small
        self.shared: list[Sequence[str]] = []

    def sharing(self, grammar: Sequence[str]) -> Ear:
        self.shared.append(grammar)
        return Ear(self._small or heard(""))

    def knows(self, word: str) -> bool:
        return word != "gastrocnemius"

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        pass

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        return self._transcript


def understood(open_words: Transcript, small: Transcript) -> Transcript:
    ear = CommandRecogniser(cast(Recogniser, Ear(open_words, small)), ("stop", "repeat"), ("Hey knee guide",))
    ear.feed(SOUND)
    return ear.finish()


def test_the_command_is_told_beside_the_words() -> None:
    transcript = understood(heard("stuff"), heard("stop"))
    assert (transcript.text, transcript.command) == ("stuff", "stop")


@pytest.mark.parametrize("small", ["[unk] [unk] stop", "[unk]", ""])
def test_where_most_is_something_else_there_is_no_command(small: str) -> None:
    assert understood(heard("that is the third stop"), heard(small)).command == ""


def test_a_wake_phrase_takes_the_place_of_the_same_sound() -> None:
    transcript = understood(heard("twenty five the what is arthritis"), heard("hey knee guide [unk] [unk] [unk]"))
    assert transcript.text == "hey knee guide what is arthritis"
    assert [word.text for word in transcript.words] == transcript.text.split()
    assert transcript.alternatives[0].text == transcript.text
    assert transcript.command == ""


def test_a_wake_phrase_alone_is_no_command() -> None:
    transcript = understood(heard("goodbye"), heard("hey knee guide"))
    assert (transcript.text, transcript.command) == ("hey knee guide", "")


def test_a_command_after_the_wake_phrase_is_one() -> None:
    transcript = understood(heard("hey knee guide stuff"), heard("hey knee guide stop"))
    assert (transcript.text, transcript.command) == ("hey knee guide stuff", "stop")


@pytest.mark.parametrize("small", [heard("hey knee guide", confidence=0.4), heard("[unk] [unk] hey knee guide")])
def test_a_wake_phrase_that_is_unsure_or_late_wakes_nothing(small: Transcript) -> None:
    assert understood(heard("the train leaves at ten"), small).text == "the train leaves at ten"


def test_phrases_with_words_that_the_model_lacks_are_not_listened_for() -> None:
    ear = Ear(heard(""))
    CommandRecogniser(cast(Recogniser, ear), ("stop", "gastrocnemius"), ("hey gastrocnemius",))
    assert ear.shared == [("stop", "[unk]")]
