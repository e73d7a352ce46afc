"""The words that a speech model knows, and what to do about those that it does not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from voice_assistant.hearing.tuning.ngram_file import NgramFile, read_symbols
from voice_assistant.hearing.tuning.phonemes import phonemes_of
from voice_assistant.hearing.tuning.spelling import pronouncing_lexicon, spell

GRAPH = Path("graph") / "Gr.fst"
"""Where a Vosk model with a dynamic graph keeps its language model and its words."""
USUAL_WORDS = 30_000
"""Spellings are made of the most frequent words: the model's pronunciations of rare names are its own guesses."""
SPELLINGS = 3
"""How many ways to say a word are listened for when the program finds them itself."""
PROPOSED = 12
"""How many ways are tried when somebody can listen to them."""
LONGEST_WORD = 34
"""Letters; longer ones are no words but damage ("hippopotomonstrosesquippedaliophobia" has 36)."""

Listen: TypeAlias = Callable[[str, tuple[str, ...]], str]
"""(word, runs of known words) → the run that was heard when the word was spoken, or ""."""


_PLAIN = str.maketrans({"æ": "ae", "ø": "o", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that are no letter with a mark, and what they are written as without them."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a speech model can write."""

    words: frozenset[str]

    @classmethod
    def from_model(cls, folder: Path) -> Vocabulary:
        """The words of a Vosk model, stock or tuned.

        Raises ModelError when the folder is not a model with a dynamic graph or is damaged.
        """
        return cls(frozenset(read_symbols(Path(folder) / GRAPH).words))

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def known_form(self, word: str) -> str | None:
        """The word as the model writes it: as given, or without apostrophes around it."""
        for form in (word, word.strip("'")):
            if form in self.words:
                return form
        return None


def why_unspeakable(word: str) -> str | None:
    """Why no spelling can be found for an unknown word; None when one can be looked for."""
    if any(character.isdigit() for character in word):
        return "it has digits in it: write numbers as words"
    if not all(character == "'" or unicodedata.name(character, "").startswith("LATIN") for character in word):
        return "it is written in another alphabet: write how it sounds in Latin letters"
    if len(word) > LONGEST_WORD:
        return f"it is longer than {LONGEST_WORD} letters"
    return None


def without_accents(word: str) -> str:
    """A lower-case word as English writes it that has no marks on letters: "dvořák" → "dvorak"."""
    apart = unicodedata.normalize("NFD", word.translate(_PLAIN))
    return "".join(character for character in apart if not unicodedata.combining(character))


def usual_words(file: NgramFile, most: int = USUAL_WORDS) -> tuple[str, ...]:
    """The words that the language model finds likeliest without context, the likeliest first."""
    if file.symbols is None:
        return ()
    names = dict(zip(file.symbols.keys, file.symbols.words, strict=True))
    count = int(np.flatnonzero(~file.future_bits)[1]) - 1
    order = np.argsort(file.futures[:count], kind="stable")[:most]
    return tuple(names[int(word)] for word in file.future_words[order])


def propose_spellings(
    unknown: Sequence[str], usual: Sequence[str], most: int = SPELLINGS
) -> dict[str, tuple[str, ...]]:
    """For each unknown word runs of usual words that sound like it, the nearest first; () where none is near."""
    if not unknown:
        return {}
    sounds = phonemes_of((*usual, *unknown))
    lexicon = pronouncing_lexicon(usual, sounds[: len(usual)])
    found = (spell(phonemes, lexicon, most) for phonemes in sounds[len(usual) :])
    return {
        word: tuple(" ".join(spelling.run) for spelling in spellings)
        for word, spellings in zip(unknown, found, strict=True)
    }


def chosen_by_ear(proposed: Mapping[str, tuple[str, ...]], listen: Listen) -> dict[str, tuple[str, ...]]:
    """The run that was heard when the word was spoken and the nearest of the other proposals, SPELLINGS together."""
    chosen: dict[str, tuple[str, ...]] = {}
    for word, runs in proposed.items():
        heard = listen(word, runs) if len(runs) > 1 else ""
        first = (heard,) if heard in runs else ()
        chosen[word] = (*first, *(run for run in runs if run not in first))[:SPELLINGS]
    return chosen
