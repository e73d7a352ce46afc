"""The recognisers that are compared, all behind the same voice detector."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voice_assistant import Assistant
from voice_assistant.hearing import Activity, Listener, Recogniser
from voice_assistant.hearing.listener import SpeechRecogniser
from voice_assistant.models import SPEECH_MODEL
from voice_assistant.resources import tuned_model
from voice_assistant.transcripts import join
from voice_assistant.types import Alternative, AudioChunk, Transcript

TUNED, STOCK, GRAMMAR, SPHINX = "tuned", "stock", "stock, phrase grammar", "pocketsphinx"
SYSTEMS = (TUNED, STOCK, GRAMMAR, SPHINX)


class Timed:
    """A recogniser whose processor time is counted. `twice`: it also gets the sound as it came, as the product's does."""

    def __init__(self, recogniser: SpeechRecogniser, *, twice: bool = False) -> None:
        self._recogniser = recogniser
        self._twice = twice
        self.processor_s = 0.0
        """Seconds spent so far."""

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        """Take sound."""
        self._count(lambda: self._recogniser.feed(pcm, untouched if self._twice else b""))

    def partial(self) -> str:
        """Words so far."""
        return self._count(self._recogniser.partial)

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """Words of the utterance."""
        return self._count(lambda: self._recogniser.finish(hold_back_s))

    def reset(self) -> None:
        """Forget the utterance."""
        self._recogniser.reset()

    def _count(self, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        try:
            return work()
        finally:
            self.processor_s += time.process_time() - began


class Sphinx:
    """pocketsphinx with the US English model and language model of its wheel."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(loglevel="FATAL")
        self._open = False

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        """Take sound; one way of hearing it is enough."""
        if not self._open:
            self._decoder.start_utt()
            self._open = True
        self._decoder.process_raw(pcm)

    def partial(self) -> str:
        """Asked for by the listener; not used here."""
        return ""

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """Words of the utterance; sound cannot be held back."""
        self.reset()
        found = self._decoder.hyp()
        text = found.hypstr if found else ""
        return Transcript(text, (Alternative(text, 0.0),) if text else ())

    def reset(self) -> None:
        """End the utterance."""
        if self._open:
            self._decoder.end_utt()
        self._open = False


def make(name: str, assistant: Assistant) -> Timed:
    """A recogniser by its name."""
    if name == SPHINX:
        return Timed(Sphinx())
    stock = assistant.folders.models / SPEECH_MODEL
    if name == STOCK:
        return Timed(Recogniser(stock))
    if name == TUNED:
        return Timed(Recogniser(tuned_folder(assistant)), twice=True)
    return Timed(Recogniser(stock, grammar=(*sorted({phrase.text for phrase in assistant.guide.phrases}), "[unk]")))


def tuned_folder(assistant: Assistant) -> Path:
    """Where the tuned model lies."""
    return tuned_model(assistant.folders, assistant.guide, assistant.settings.wake_phrases)


def transcribe(recogniser: SpeechRecogniser, sound: list[AudioChunk]) -> Transcript:
    """One recording as one utterance, as Assistant.transcribe does it."""
    listener = Listener(recogniser, Activity(), patience_s=30.0)
    heard = [event for chunk in sound for event in listener.feed(chunk)] + listener.flush()
    return join([event for event in heard if isinstance(event, Transcript)])
