"""A second ear for short commands: the same sound, heard with a small grammar.

In noise, open recognition makes other words of "stop" ("has done a lot"); a grammar of a few dozen commands does not.
It costs about a fiftieth of real time and hardly any memory, as both share one model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from voice_assistant.hearing.foreground import AROUND_S, foreground
from voice_assistant.hearing.recogniser import Recogniser
from voice_assistant.types import SAMPLE_RATE_HZ, Alternative, Transcript, Word

_OTHER = "[unk]"
"""Stands for everything else in a grammar of Vosk."""
_SHORT_S = 2.0
"""Commands are shorter."""
_BYTES_PER_S = 2 * SAMPLE_RATE_HZ
_NOTHING = bytes(_BYTES_PER_S // 5)
"""Words at the very beginning and end of a sound are misheard."""
_LEAST_SHARE = 0.6
"""Of what was said near the microphone, that a command has to be to be taken for all of it."""
LEAST_CONFIDENCE = 0.6
"""Of a word (0 to 1), to be believed."""
LEAST_WAKE_CONFIDENCE = 0.5
"""Of each word of a wake phrase: in 264 recordings of other talk not one was heard at any confidence."""


class CommandRecogniser(Recogniser):
    """A recogniser that also tells which of the `commands` the same sound is, if any: Transcript.command. A wake phrase
    that it hears at the beginning takes the place of what the open recogniser made of that sound.
    """

    def __init__(self, recogniser: Recogniser, commands: Sequence[str], wake_phrases: Sequence[str] = ()) -> None:
        known, waking = (
            [text.lower() for text in texts if all(recogniser.knows(word) for word in text.lower().split())]
            for texts in (commands, wake_phrases)
        )
        self._open = recogniser
        self._small = recogniser.sharing((*known, *waking, _OTHER))
        self._commands = frozenset(known)
        self._wake_phrases = tuple(tuple(text.split()) for text in waking)
        self._sound, self._as_it_came = bytearray(), bytearray()

    @property
    def folder(self) -> Path:
        """The model's."""
        return self._open.folder

    @property
    def fed_s(self) -> float:
        """Seconds of sound of the present utterance."""
        return self._open.fed_s

    def knows(self, word: str) -> bool:
        """Whether the word is in the model's vocabulary."""
        return self._open.knows(word)

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        """Take more sound."""
        self._open.feed(pcm, untouched)
        self._small.feed(pcm)
        self._sound += pcm
        self._as_it_came += untouched

    def partial(self) -> str:
        """The words so far."""
        return self._open.partial()

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """The words of the utterance, and the command that it may be.

        Something short that was said amid the talk of others is heard again without what they said before and after.
        """
        sound, untouched = bytes(self._sound), bytes(self._as_it_came)
        self._forget()
        small, heard = self._small.finish(), self._open.finish(hold_back_s)
        if hold_back_s:
            return heard
        near = foreground(sound)
        if near is None or near[1] - near[0] > _SHORT_S * _BYTES_PER_S:
            return self._with_wake_phrase(heard, small)
        return self._hear_again(sound, untouched, near, heard)

    def _hear_again(self, sound: bytes, untouched: bytes, near: tuple[int, int], heard: Transcript) -> Transcript:
        first, last = near
        piece = _NOTHING + sound[first:last] + _NOTHING
        self._small.feed(piece)
        self._open.feed(piece, _NOTHING + untouched[first:last] + _NOTHING if untouched else b"")
        small, again = self._small.finish(), self._open.finish()
        command = _command(small.words)
        said_s = (last - first) / _BYTES_PER_S - 2 * AROUND_S
        if command in self._commands and _sounds_s(small) >= _LEAST_SHARE * said_s:
            # What the others said reaches into the open words; the few commands are hardly heard in it.
            again = replace(again, text=command, alternatives=(Alternative(command, 0.0), *again.alternatives))
        again = self._with_wake_phrase(again, small)
        later_s = (first - len(_NOTHING)) / _BYTES_PER_S
        words = tuple(replace(word, start_s=word.start_s + later_s, end_s=word.end_s + later_s) for word in again.words)
        return replace(again, words=words, end_s=heard.end_s)

    def _with_wake_phrase(self, heard: Transcript, small: Transcript) -> Transcript:
        """What was heard, with the command that it may be and the wake phrase at its beginning, if there was one."""
        woken = next(filter(None, (_beginning(small.words, phrase) for phrase in self._wake_phrases)), ())
        if not woken:
            return replace(heard, command=_command(small.words))
        later = tuple(word for word in small.words if word.start_s >= woken[-1].end_s)
        phrase = " ".join(word.text for word in woken)
        heard = replace(heard, command=_command(later))
        if heard.text.startswith(phrase):
            return heard
        words = woken + tuple(word for word in heard.words if word.start_s + word.end_s > 2 * woken[-1].end_s)
        text = " ".join(word.text for word in words)
        return replace(heard, text=text, words=words, alternatives=(Alternative(text, 0.0), *heard.alternatives))

    def reset(self) -> None:
        """Throw away the utterance."""
        self._forget()
        try:
            self._small.reset()
        finally:
            self._open.reset()

    def _forget(self) -> None:
        self._sound, self._as_it_came = bytearray(), bytearray()


def _command(words: tuple[Word, ...]) -> str:
    """The words of the grammar that are sure; none when most of the sound was something else."""
    sure = [word.text for word in words if word.text != _OTHER and word.confidence >= LEAST_CONFIDENCE]
    return " ".join(sure) if 2 * len(sure) >= len(words) else ""


def _beginning(words: tuple[Word, ...], phrase: tuple[str, ...]) -> tuple[Word, ...]:
    """The words of the phrase where they are the first, or the first after something else; none otherwise."""
    for begin in (0, 1):
        run = words[begin : begin + len(phrase)]
        if tuple(word.text for word in run) == phrase and all(word.confidence >= LEAST_WAKE_CONFIDENCE for word in run):
            return run
    return ()


def _sounds_s(heard: Transcript) -> float:
    """How long the words of the grammar are together."""
    return sum(word.end_s - word.start_s for word in heard.words if word.text != _OTHER)
