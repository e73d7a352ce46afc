"""The plain assistant that everyone writes: Vosk's own endpoint, nearest phrase, `say`."""

from __future__ import annotations

import json
from typing import Any

from voice_assistant import Assistant
from voice_assistant.models import SPEECH_MODEL
from voice_assistant.types import SAMPLE_RATE_HZ

BLOCK_S = 0.25
"""4000 samples at 16 kHz, as in the usual examples."""


class Plain:
    """Sound in, the text to be said out."""

    def __init__(self, assistant: Assistant) -> None:
        import vosk

        vosk.SetLogLevel(-10)
        self._model = vosk.Model(str(assistant.folders.models / SPEECH_MODEL))
        self._guide = assistant.guide
        self._texts = [phrase.text for phrase in assistant.guide.phrases]
        self._recogniser: Any = None
        self.begin()

    def begin(self) -> None:
        """Another conversation."""
        import vosk

        self._recogniser = vosk.KaldiRecognizer(self._model, SAMPLE_RATE_HZ)

    def hear(self, pcm: bytes) -> str | None:
        """Take a block; the whole answer when Vosk holds the utterance for finished and it has words."""
        if not self._recogniser.AcceptWaveform(pcm):
            return None
        text = json.loads(self._recogniser.Result())["text"]
        return self.answer(text) if text else None

    def answer(self, text: str) -> str:
        """What the nearest phrase leads to."""
        from rapidfuzz import fuzz, process

        found = process.extractOne(text, self._texts, scorer=fuzz.token_sort_ratio, score_cutoff=60)
        if found is None:
            return "Sorry, I did not understand."
        phrase = self._guide.phrases[found[2]]
        answers = self._guide.nodes[phrase.node_id].answers
        answer = answers.get(phrase.facet or "summary") or next(iter(answers.values()), None)
        return " ".join(one.text for one in answer.first) if answer else "All right."
