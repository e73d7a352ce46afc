"""Chooses what a tuned model expects to be said: sentences of the text, and of other talk beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from voice_assistant.hearing.expected import Expected
from voice_assistant.hearing.tuning.backoff_model import BackoffModel
from voice_assistant.hearing.tuning.ngram_file import SymbolTable
from voice_assistant.hearing.tuning.sampling import sample
from voice_assistant.hearing.tuning.text import words_of
from voice_assistant.hearing.tuning.trie import MISSING

Runs: TypeAlias = Mapping[int, tuple[tuple[int, ...], ...]]

MOST_SENTENCES = 30_000
"""Of the text, the first ones: Vosk makes a grammar of 27,000 sentences in 0.2 s."""
_LONGEST = 30
"""Words of a sentence; longer ones are left out."""
OTHER_SENTENCES, _OTHER_LONGEST = 4_000, 20
"""Drawn from the stock model. Without them other talk becomes the text's: of 45 sentences that only look like warning
signs 13 instead of 10 were taken for one (6 dB); 12,000 gave no other words than 4,000."""


class SentenceList:
    """Keeps the different sentences of a text that passes by."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, ...], None] = {}

    def watching(self, numbered: Iterable[tuple[list[int], float]]) -> Iterator[tuple[list[int], float]]:
        """The same sentences as word numbers, of which those that can be heard whole are kept."""
        for numbers, weight in numbered:
            if len(self._kept) < MOST_SENTENCES and len(numbers) <= _LONGEST and MISSING not in numbers:
                self._kept[tuple(numbers)] = None
            yield numbers, weight

    def expected(self, symbols: SymbolTable, runs: Runs, general: BackoffModel) -> Expected:
        """These sentences and others of the stock model.

        symbols: with the new words. runs: number of a word that is spelled by others → their numbers, its own sound or
        the likeliest spelling first.
        """
        names = dict(zip(symbols.keys, symbols.words, strict=True))
        first = {number: spellings[0] for number, spellings in runs.items()}
        others = sample(general, OTHER_SENTENCES, _OTHER_LONGEST)
        texts = {_text(numbers, names, first) for numbers in (*others, *self._kept)}
        # A run of one word is left as it is: that word is also said for itself.
        spoken_as = {_text(run, names, {}): names[number] for number, run in first.items() if len(run) > 1}
        return Expected(tuple(sorted(texts - {""})), spoken_as)


def _text(numbers: Iterable[int], names: Mapping[int, str], runs: Mapping[int, tuple[int, ...]]) -> str:
    """The words of a sentence, with runs for those that are spelled; none where one of them is no word to be heard."""
    pieces = [names.get(piece, "") for number in numbers for piece in runs.get(number, (number,))]
    return " ".join(pieces) if all(piece and words_of(piece) == (piece,) for piece in pieces) else ""
