"""What the network ought to answer to an utterance whose words are known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.teaching.features import Features
from benchmarks.teaching.network import EVERY, LEFT, RIGHT, Network
from benchmarks.teaching.pronunciation import KEPT, Pronunciation, Sentence, silent_states
from voice_assistant.hearing.tuning.ngram_file import read_symbols
from voice_assistant.hearing.tuning.text import words_of
from voice_assistant.hearing.tuning.vocabulary import GRAPH, Vocabulary

MOST_SURPLUS = 1.5
"""Right sentences have 0.3 to 1.0, other sentences 1.5 to 3 (48 utterances by robots and voices like people's)."""

States: TypeAlias = npt.NDArray[np.int16]
Chances: TypeAlias = npt.NDArray[np.float16]


class Truth:
    """Finds the states of utterances with one model."""

    def __init__(self, model_folder: Path, network: bytes, spelled: Mapping[str, tuple[str, ...]]) -> None:
        """`spelled`: what words are spelled with that the model lacks."""
        self._silent = silent_states(network)
        self._pronunciation, self._network = Pronunciation(model_folder), Network(network)
        symbols = read_symbols(model_folder / GRAPH)
        self._numbers = dict(zip(symbols.words, symbols.keys, strict=True))
        self._vocabulary, self._spelled = Vocabulary(frozenset(symbols.words)), spelled

    def __call__(self, text: str, sound: Features, ivector: Features) -> tuple[States, Chances]:
        """The likeliest states at each output and their chances, (outputs, KEPT) each; chances of 0 where the text
        is empty, has words that cannot be pronounced, or was not said, and for silence: a pupil that is taught to be
        sure of it takes strange voices for a background (whole clauses went unheard).
        """
        outputs = -(-len(sound) // EVERY)
        none = np.zeros((outputs, KEPT), np.int16), np.zeros((outputs, KEPT), np.float16)
        sentence = self._sentence(text)
        if not sentence:
            return none
        found = self._pronunciation.occupancy(sentence, self._scores(sound, ivector)[:outputs])
        if not found or found.surplus >= MOST_SURPLUS:
            return none
        return found.states, np.where(np.isin(found.states, self._silent), 0, found.chances).astype(np.float16)

    def _scores(self, sound: Features, ivector: Features) -> npt.NDArray[np.float32]:
        around = np.clip(np.arange(-LEFT, len(sound) + RIGHT + EVERY), 0, len(sound) - 1)
        with torch.no_grad():
            scores = self._network(torch.from_numpy(sound[around])[None], torch.from_numpy(ivector)[None])
        return np.asarray(scores[0].numpy(), np.float32)

    def _sentence(self, text: str) -> Sentence:
        """Empty where a word cannot be pronounced."""
        sentence = [self._runs(word) for word in words_of(text)]
        return sentence if all(sentence) else []

    def _runs(self, word: str) -> list[list[int]]:
        form = word if word in self._numbers else self._vocabulary.known_form(word)
        runs = [[form]] if form else []
        runs += [run.split() for run in self._spelled.get(word, ())]
        return [[self._numbers[piece] for piece in run] for run in runs]
