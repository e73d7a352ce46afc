"""Sound to words: what the decoders guess becomes a transcript."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from voice_assistant.hearing.confidence import Calibration, confidence, features
from voice_assistant.hearing.decoder import GUESSES, Decoder
from voice_assistant.hearing.guesses import (
    Guess,
    as_alternatives,
    cut_point_s,
    keep_until,
    merge_same,
    pooled,
    respell,
    weighed_words,
)
from voice_assistant.hearing.respelling import Respelling
from voice_assistant.hearing.untouched import UNTOUCHED_TRUST, UntouchedSound
from voice_assistant.types import Transcript


class Recogniser:
    """Turns sound into words with a Vosk model; one utterance at a time, for use from one thread.

    model_folder: an unpacked Vosk model (stock or tuned).
    alternatives: how many guesses a Transcript holds at most (1 or more); a warning sign is looked for in all of them.
        Of 874 signs at 6 dB, heard twice, 50 instead of 20 catch 775 instead of 766 (docs/tuning.md).
    grammar: the only phrases to listen for ("[unk]" stands for everything else); None for everything the model knows.
    spoken_as: run of words as heard → the term that it stands for; replaced in everything that is given out.
    calibration: how evidence becomes Transcript.confidence.
    renewed: called in a thread when much memory has become free.
    decoder: in place of a new one for `model_folder` and `grammar`; see `sharing`.

    Where noise was lowered, the sound is heard a second time as it came (see untouched.py), unless there is a grammar.

    Raises ModelError when the folder does not hold a usable model, never tries to download one.
    The same sound in the same pieces gives the same result.
    """

    def __init__(
        self,
        model_folder: Path,
        alternatives: int = GUESSES,
        grammar: tuple[str, ...] | None = None,
        spoken_as: Mapping[str, str] | None = None,
        calibration: Calibration | None = None,
        renewed: Callable[[], None] = lambda: None,
        decoder: Decoder | None = None,
    ) -> None:
        if alternatives < 1:
            raise ValueError("at least one alternative is needed")
        self._alternatives = alternatives
        self._respelling = Respelling(spoken_as or {})
        self._calibration = calibration or Calibration()
        self._decoder = decoder or Decoder(Path(model_folder), grammar, renewed)
        self._untouched = UntouchedSound(self._decoder.sharing()) if grammar is None else None

    def sharing(self, grammar: tuple[str, ...]) -> Recogniser:
        """Another recogniser with a grammar on the same loaded model."""
        return Recogniser(self.folder, self._alternatives, grammar, decoder=self._decoder.sharing(grammar))

    @property
    def folder(self) -> Path:
        """The model's."""
        return self._decoder.folder

    @property
    def fed_s(self) -> float:
        """Seconds of sound of the present utterance."""
        return self._decoder.fed_s

    def knows(self, word: str) -> bool:
        """Whether the word is in the model's vocabulary, written as here."""
        return self._decoder.knows(word)

    def feed(self, pcm: bytes, untouched: bytes = b"") -> None:
        """Take more sound of the present utterance: 16 kHz, one channel, signed 16-bit.

        `untouched`: the sound as it came, as long, where noise was lowered in `pcm`, which made it DELAY_S later. Words
        heard in this alone lie so much too early.
        """
        self._decoder.feed(pcm)
        if self._untouched:
            self._untouched.feed(pcm, untouched)

    def partial(self) -> str:
        """The words so far; they may still change."""
        return self._respelling.text(self._decoder.partial())

    def finish(self, hold_back_s: float = 0.0) -> Transcript:
        """The words of the utterance; the next `feed` begins another.

        Times are seconds from the utterance's first sample. With `hold_back_s` the utterance is cut in two, for
        somebody who goes on speaking: at the widest pause of the last `hold_back_s` seconds. What was said after it is
        left out, and `end_s` says from where on the sound has to be fed again.
        """
        end_s = self.fed_s
        guesses, others = self._decoder.guesses(), self._untouched.guesses() if self._untouched else ()
        if hold_back_s and guesses:
            end_s = cut_point_s(guesses[0].words, end_s, end_s - hold_back_s)
            guesses, others = keep_until(guesses, end_s), keep_until(others, end_s)
        ears = [(self._plainly(guesses), 1 - UNTOUCHED_TRUST), (self._plainly(others), UNTOUCHED_TRUST)]
        return self._transcript(pooled(ears), end_s)

    def _plainly(self, guesses: tuple[Guess, ...]) -> tuple[Guess, ...]:
        """With terms for what they sound like, and each text once."""
        return merge_same(respell(guesses, self._respelling))

    def reset(self) -> None:
        """Throw away what was fed since the last `finish`."""
        try:
            self._decoder.reset()
        finally:
            if self._untouched:
                self._untouched.reset()

    def _transcript(self, guesses: tuple[Guess, ...], end_s: float) -> Transcript:
        if not guesses or not guesses[0].text:
            return Transcript("", confidence=0.0, end_s=end_s)
        words = weighed_words(guesses)
        alternatives = as_alternatives(guesses, self._alternatives)
        return Transcript(
            text=guesses[0].text,
            alternatives=alternatives,
            words=words,
            confidence=confidence(features(alternatives, words), self._calibration),
            end_s=end_s,
        )
