"""The recogniser's guesses for one utterance: reading, cutting, weighing them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from voice_assistant.hearing.respelling import Respelling
from voice_assistant.types import Alternative, Word

_BETWEEN_WORDS_S = 0.3
"""With less sound than this after the last word, another word may be under way."""

_LEAST_CHANCE = 1e-30
"""Of a guess that is far below the best."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One way to hear the utterance."""

    words: tuple[Word, ...]
    score: float
    """Natural log of its likelihood, up to a constant that all guesses for the utterance share."""

    @property
    def text(self) -> str:
        """The words with single spaces between."""
        return " ".join(word.text for word in self.words)


def read_guesses(answer: str, offset_s: float) -> tuple[Guess, ...]:
    """The guesses in a JSON answer of Vosk with alternatives and word times on, best first.

    `offset_s` is taken off all times. Raises ValueError for anything else.
    """
    try:
        alternatives = json.loads(answer)["alternatives"]
        guesses = tuple(
            Guess(
                _whole_words(
                    Word(word["word"], 0.0, _since(word["start"], offset_s), _since(word["end"], offset_s))
                    for word in alternative.get("result", ())
                ),
                float(alternative["confidence"]),
            )
            for alternative in alternatives
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not an answer with alternatives") from error
    return tuple(sorted(guesses, key=lambda guess: guess.score, reverse=True))


def _whole_words(pieces: Iterable[Word]) -> tuple[Word, ...]:
    """The words, each as long as its pieces: of a word that a tuned model spells as a run, all but the first have no
    name.
    """
    words: list[Word] = []
    for piece in pieces:
        if piece.text:
            words.append(piece)
        elif words:
            words[-1] = replace(words[-1], end_s=piece.end_s)
    return tuple(words)


def _since(time_s: float, offset_s: float) -> float:
    """Vosk counts from its own start in single precision: for hours, only hundredths of a second are sure."""
    return max(0.0, round(time_s - offset_s, 2))


def cut_point_s(words: Sequence[Word], end_s: float, earliest_s: float) -> float:
    """Where sound that ends at `end_s` is best cut in two: in the middle of the widest pause after `earliest_s`."""
    best, widest = end_s, -1.0
    for word, following in pairwise(words):
        pause = following.start_s - word.end_s
        if word.end_s >= earliest_s and pause >= widest:
            best, widest = (word.end_s + following.start_s) / 2, pause
    after = end_s - words[-1].end_s if words else end_s
    return end_s if after > max(widest, _BETWEEN_WORDS_S) else best


def keep_until(guesses: Sequence[Guess], until_s: float) -> tuple[Guess, ...]:
    """The guesses without the words whose middle lies after `until_s`."""
    return tuple(
        replace(guess, words=tuple(word for word in guess.words if (word.start_s + word.end_s) / 2 < until_s))
        for guess in guesses
    )


def respell(guesses: Sequence[Guess], respelling: Respelling) -> tuple[Guess, ...]:
    """The guesses with terms in place of what they sound like."""
    return tuple(replace(guess, words=respelling.words(guess.words)) for guess in guesses)


def merge_same(guesses: Sequence[Guess]) -> tuple[Guess, ...]:
    """Guesses with the same text become one, the best of them."""
    seen: dict[str, Guess] = {}
    for guess in guesses:
        seen.setdefault(guess.text, guess)
    return tuple(seen.values())


def pooled(ears: Sequence[tuple[Sequence[Guess], float]]) -> tuple[Guess, ...]:
    """The guesses of several decodings of the same sound as one list, best first; each with how much it is trusted
    (any number above 0). An ear without words has no say.

    Each guess gets the mean of the chances that the ears give it (A. Stolcke et al., The SRI March 2000 Hub-5
    conversational speech transcription system, 2000; G. Evermann, P. Woodland, Posterior probability decoding,
    confidence estimation and system combination, 2000), and the words of the ear that believes in it most.
    """
    heard = [(guesses, trust) for guesses, trust in ears if guesses and guesses[0].text]
    if len(heard) < 2:
        return tuple(heard[0][0]) if heard else ()
    found: dict[str, list[tuple[float, Guess]]] = {}
    for guesses, trust in heard:
        chances = [math.exp(guess.score - guesses[0].score) for guess in guesses]
        share = trust / sum(trust for _, trust in heard) / sum(chances)
        for guess, chance in zip(guesses, chances, strict=True):
            found.setdefault(guess.text, []).append((share * chance, guess))
    together = (
        replace(max(votes, key=_chance)[1], score=math.log(max(sum(map(_chance, votes)), _LEAST_CHANCE)))
        for votes in found.values()
    )
    return tuple(sorted(together, key=lambda guess: guess.score, reverse=True))


def _chance(vote: tuple[float, Guess]) -> float:
    return vote[0]


def as_alternatives(guesses: Sequence[Guess], most: int) -> tuple[Alternative, ...]:
    """At most `most` alternatives with scores relative to the best."""
    return tuple(Alternative(guess.text, guess.score - guesses[0].score) for guess in guesses[:most])


def weighed_words(guesses: Sequence[Guess]) -> tuple[Word, ...]:
    """The best guess's words, each as sure as all guesses together that have the same word at the same time.

    Word posteriors from an n-best list (Wessel et al. 2001, "Confidence measures for large vocabulary continuous
    speech recognition"); the recogniser gives its own only where it gives no alternatives.
    """
    if not guesses:
        return ()
    weighed = [(guess, math.exp(guess.score - guesses[0].score)) for guess in guesses]
    total = sum(weight for _, weight in weighed)
    return tuple(
        replace(word, confidence=sum(weight for guess, weight in weighed if _has(guess, word)) / total)
        for word in guesses[0].words
    )


def _has(guess: Guess, word: Word) -> bool:
    middle = (word.start_s + word.end_s) / 2
    return any(other.text == word.text and other.start_s <= middle <= other.end_s for other in guess.words)
