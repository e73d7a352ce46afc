"""A second ear for short commands: the same sound, heard with a small grammar.

In noise, open recognition makes other words of "stop" ("has done a lot"); a grammar of a few dozen commands does not.
It costs about a fiftieth of real time and hardly any memory, as both share one model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from voice_assistant.hearing.recogniser import Recogniser
from voice_assistant.types import Transcript

_OTHER = "[unk]"
"""Stands for everything else in a grammar of Vosk."""
LEAST_CONFIDENCE = 0.6
"""Of a word (0 to 1), to be believed."""


class CommandRecogniser(Recogniser):
    """A recogniser that also tells which of the `commands` the same sound is, if any: Transcript.command."""

    def __init__(self, recogniser: Recogniser, commands: Sequence[str]) -> None:
        known = [text for text in commands if all(recogniser.knows(word) for word in text.split())]
        self._open = recogniser
        self._small = recogniser.sharing((*known, _OTHER))

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

    def feed(self, pcm: bytes) -> None:
        """Take more sound."""
        self._open.feed(pcm)
        self._small.feed(pcm)

    def partial(self) -> str:
        """The words so far."""
        return self._open.partial()

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """The words of the utterance, and the command that it may be."""
        command = _command(self._small.finish())
        return replace(self._open.finish(hold_back_s), command="" if hold_back_s else command)

    def reset(self) -> None:
        """Throw away the utterance."""
        self._small.reset()
        self._open.reset()


def _command(heard: Transcript) -> str:
    """The words of the grammar that are sure; none when most of the sound was something else."""
    sure = [word.text for word in heard.words if word.text != _OTHER and word.confidence >= LEAST_CONFIDENCE]
    return " ".join(sure) if 2 * len(sure) >= len(heard.words) else ""
