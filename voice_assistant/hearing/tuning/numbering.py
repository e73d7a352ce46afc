"""Words of a text as numbers: those of the model's symbol table, and new ones for words that it lacks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from voice_assistant.hearing.tuning.ngram_file import SymbolTable
from voice_assistant.hearing.tuning.numbers import mixed_said
from voice_assistant.hearing.tuning.text import GAP, WeightedText, words_of
from voice_assistant.hearing.tuning.trie import MISSING
from voice_assistant.hearing.tuning.vocabulary import Vocabulary, why_unspeakable, without_accents
from voice_assistant.types import ModelError, SettingsError

NEW_WORDS = 100_000
"""Numbers kept free for words that the model does not know; further ones cannot be heard."""
REPORTED = 10_000
"""Words that cannot be heard are listed up to this many."""


class Numbering:
    """Gives out the numbers and counts what it sees."""

    def __init__(self, symbols: SymbolTable, spelled: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """`spelled`: words for which somebody gave spellings, so that no letter in them matters.

        Raises ModelError where one of these holds a word that the model lacks.
        """
        self._symbols = symbols
        self._spelled = frozenset(spelled or ())
        self._numbers = dict(zip(symbols.words, symbols.keys, strict=True))
        self._vocabulary = Vocabulary(frozenset(symbols.words))
        self._first_new = max(symbols.keys) + 1
        self.new_words: Counter[str] = Counter()
        """Words that the model lacks and that may be spelled by ear, with how often they occur."""
        self.unspeakable: dict[str, str] = {}
        """Words that can never be heard, and why."""
        self.sentences = 0
        for word, spellings in (spelled or {}).items():
            for spelling in spellings:
                self._run(word, spelling)

    @property
    def words_end(self) -> int:
        """All word numbers lie below."""
        return self._first_new + NEW_WORDS

    def numbered(self, texts: Iterable[WeightedText]) -> Iterator[tuple[list[int], float]]:
        """Each sentence that holds words as numbers, MISSING where a word cannot be heard. Raises SettingsError for a
        bad weight.
        """
        for text in texts:
            if not (text.weight > 0 and math.isfinite(text.weight)):
                raise SettingsError(f"The weight of a sentence must be above 0, not {text.weight}.")
            numbers = [self._number(word) for piece in words_of(text.text) for word in self._said(piece)]
            if any(number != MISSING for number in numbers):
                self.sentences += 1
                yield numbers, text.weight

    def runs(self, spelled: Mapping[str, tuple[str, ...]]) -> dict[int, tuple[tuple[int, ...], ...]]:
        """Spellings as numbers; a word that the model knows keeps its own pronunciation beside them.

        Raises ModelError for a run that holds a word which the model lacks.
        """
        result: dict[int, tuple[tuple[int, ...], ...]] = {}
        for word, spellings in spelled.items():
            own = ((self._numbers[word],),) if self._numbers[word] < self._first_new else ()
            result[self._numbers[word]] = (*own, *(self._run(word, spelling) for spelling in spellings))
        return result

    def symbols_with(self, new_words: Iterable[str]) -> SymbolTable:
        """The model's symbol table with these new words."""
        added = [word for word in new_words if self._numbers[word] >= self._first_new]
        return SymbolTable(
            self._symbols.name,
            self.words_end,
            (*self._symbols.words, *added),
            (*self._symbols.keys, *(self._numbers[word] for word in added)),
        )

    def knows(self, word: str) -> bool:
        """Whether the word has a number by now."""
        return word in self._numbers

    def known_without_accents(self, word: str) -> str | None:
        """The word without marks on its letters ("café" → "cafe"), where the model knows that."""
        plain = without_accents(word)
        return plain if plain != word and plain in self._vocabulary else None

    def _said(self, piece: str) -> tuple[str, ...]:
        """A piece with digits as words, unless somebody said how it sounds."""
        has_digits = any(character.isdigit() for character in piece)
        return mixed_said(piece) if has_digits and piece not in self._spelled else (piece,)

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._looked_up(word)
        if number >= self._first_new:
            self.new_words[word] += 1
        return number

    def _looked_up(self, word: str) -> int:
        """The number of a word that has none under this spelling yet."""
        form = self._vocabulary.known_form(word)
        if form is not None:
            return self._numbers[form]
        reason = None if word == GAP or word in self._spelled else why_unspeakable(word)
        if word == GAP or reason is not None or len(self.new_words) >= NEW_WORDS:
            if word != GAP and len(self.unspeakable) < REPORTED:
                self.unspeakable[word] = reason or "there are too many words that the model does not know"
            return MISSING
        self._numbers[word] = self._first_new + len(self.new_words)
        return self._numbers[word]

    def _run(self, word: str, spelling: str) -> tuple[int, ...]:
        pieces = spelling.split()
        for piece in pieces:
            if piece not in self._vocabulary:
                message = (
                    f"The spelling '{spelling}' of '{word}' uses '{piece}', which the speech model does not know:"
                    " use words that it knows."
                )
                raise ModelError(message)
        if not pieces:
            raise ModelError(f"A spelling of '{word}' is empty: give words that sound like it.")
        return tuple(self._numbers[piece] for piece in pieces)
