"""Tunes a speech model to a text: from the stock model folder and sentences to a model folder that Vosk loads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from voice_assistant.hearing.tuning.backoff_model import START_OFFSET, BackoffModel, model_from_file
from voice_assistant.hearing.tuning.balance import OPTIONS, balanced, read_options
from voice_assistant.hearing.tuning.counts import NgramCounts, count_ngrams
from voice_assistant.hearing.tuning.estimate import estimate
from voice_assistant.hearing.tuning.fst_file import to_fst
from voice_assistant.hearing.tuning.interpolate import Mixing, interpolate
from voice_assistant.hearing.tuning.model_files import check_output, own_files, write_model_folder
from voice_assistant.hearing.tuning.ngram_file import NgramFile, read_ngram_file
from voice_assistant.hearing.tuning.noise_lessons import NETWORK, USUAL_SHARE, taught
from voice_assistant.hearing.tuning.numbering import Numbering
from voice_assistant.hearing.tuning.text import WeightedText
from voice_assistant.hearing.tuning.vocabulary import (
    GRAPH,
    PROPOSED,
    SPELLINGS,
    Listen,
    chosen_by_ear,
    propose_spellings,
    usual_words,
)
from voice_assistant.types import ModelError, SettingsError

ORDER = 4
"""Words in the longest n-gram of the text: the longer the history, the surer it tells the domain (docs/tuning.md)."""
SPELLED_WORDS = 5_000
"""For how many unknown words the program looks for spellings, the most frequent first."""

Progress: TypeAlias = Callable[[float, str], None]
"""(share done from 0 to 1, what is being done)."""


@dataclass(frozen=True, slots=True)
class TuningReport:
    """What was done."""

    folder: Path
    sentences: int
    words: int
    ngrams: int
    """Listed in the tuned model."""
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Word that the model did not know → runs of known words that are heard as it."""
    unspelled: Mapping[str, str] = field(default_factory=dict)
    """Word that the model does not know and cannot hear → why."""
    seconds: float = 0.0
    """How long it took."""


def changed_files(folder: Path) -> tuple[str, ...]:
    """Files of a model that may differ from the stock model's: what it expects and, if taught, its network."""
    return tuple({GRAPH.as_posix(): "", OPTIONS: "", **own_files(folder)})


def tune(
    model_folder: Path,
    sentences: Iterable[WeightedText],
    output_folder: Path,
    spoken_as: Mapping[str, tuple[str, ...]] | None = None,
    weight: float = Mixing.prior,
    on_progress: Progress | None = None,
    listen: Listen | None = None,
    noise_lessons: float = USUAL_SHARE,
) -> TuningReport:
    """Write a model folder that expects these sentences and still hears everything else.

    model_folder: a stock Vosk model with a dynamic graph; it stays as it is.
    sentences: any number; read once, in order.
    spoken_as: word → runs of words that the model knows and that together sound like it. For other unknown words the
        program finds runs by their sound.
    weight: above 0 to 1, how likely somebody says a sentence of this kind rather than any other.
    listen: chooses among the runs that were found (speaks the word and listens).
    noise_lessons: 0 to 1, how much of what the network was taught about noise is added.

    Raises ModelError when the model is not fit, the output cannot be written or a spelling uses unknown words, and
    SettingsError for a text without words, numbers out of range or an output folder that holds something else.
    """
    begun = time.monotonic()
    report = on_progress or _no_progress
    if not 0 < weight <= 1:
        raise SettingsError(f"The weight of the text must be above 0 and at most 1, not {weight}.")
    if not 0 <= noise_lessons <= 1:
        raise SettingsError(f"The share of the noise lessons must lie between 0 and 1, not {noise_lessons}.")
    model_folder, output_folder = Path(model_folder), Path(output_folder)
    check_output(model_folder, output_folder)
    report(0.0, "reading the model")
    file = read_ngram_file(model_folder / GRAPH)
    if file.symbols is None:
        raise ModelError(
            f"The language model {model_folder / GRAPH} does not name its words: fetch the speech model again."
        )
    numbering = Numbering(file.symbols, spoken_as)
    report(0.1, "reading the text")
    counts = count_ngrams(numbering.numbered(sentences), ORDER, numbering.words_end + START_OFFSET)
    if not counts.words:
        raise SettingsError("The text to tune to holds no words: give at least one sentence.")
    report(0.3, "spelling unknown words")
    spelled, unspelled = _spellings(numbering, file, spoken_as or {}, listen)
    report(0.4, "mixing the models")
    mixed = _mixed(file, numbering, counts, weight)
    report(0.8, "writing the model")
    fst, symbols = to_fst(mixed, numbering.runs(spelled)), numbering.symbols_with(spelled)
    options, network = balanced(read_options(model_folder)), taught(model_folder, share=noise_lessons)
    done = TuningReport(
        folder=output_folder,
        sentences=numbering.sentences,
        words=counts.words,
        ngrams=mixed.trie.size - 1,
        spelled=spelled,
        unspelled=unspelled,
    )
    files = {
        GRAPH.as_posix(): lambda target: fst.write(target, symbols),
        OPTIONS: lambda target: _write_text(target, options),
    }
    if network is not None:
        files[NETWORK] = lambda target: _write_bytes(target, network)
    write_model_folder(model_folder, output_folder, files, _about(done, weight, noise_lessons))
    report(1.0, "done")
    return replace(done, seconds=time.monotonic() - begun)


def _mixed(file: NgramFile, numbering: Numbering, counts: NgramCounts, weight: float) -> BackoffModel:
    general = model_from_file(file, numbering.words_end)
    return interpolate(general, estimate(counts), counts, Mixing(prior=weight))


def _spellings(
    numbering: Numbering, file: NgramFile, given: Mapping[str, tuple[str, ...]], listen: Listen | None
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Word → runs for all words of the text that need them, and word → why for those that cannot be heard."""
    plain = ((word, numbering.known_without_accents(word)) for word in numbering.new_words)
    spelled: dict[str, tuple[str, ...]] = {word: (form,) for word, form in plain if form is not None}
    spelled |= {word: runs for word, runs in given.items() if runs and numbering.knows(word)}
    wanted = [word for word, _ in numbering.new_words.most_common() if word not in spelled]
    most = SPELLINGS if listen is None else PROPOSED
    proposed = propose_spellings(wanted[:SPELLED_WORDS], usual_words(file), most)
    if listen is not None:
        proposed = chosen_by_ear(proposed, listen)
    spelled.update({word: runs for word, runs in proposed.items() if runs})
    unspelled = dict(numbering.unspeakable)
    unspelled.update(
        {word: "nothing that the model knows sounds like it" for word, runs in proposed.items() if not runs}
    )
    unspelled.update(dict.fromkeys(wanted[SPELLED_WORDS:], "there are too many words that the model does not know"))
    return spelled, unspelled


def _no_progress(share: float, what: str) -> None:
    """Nobody watches."""


def _about(done: TuningReport, weight: float, noise_lessons: float) -> dict[str, Any]:
    """What the folder says of itself."""
    return {
        "sentences": done.sentences,
        "words": done.words,
        "ngrams": done.ngrams,
        "weight": weight,
        "noise_lessons": noise_lessons,
        "spelled": {word: list(runs) for word, runs in sorted(done.spelled.items())},
        "unspelled": dict(sorted(done.unspelled.items())),
    }


def _write_text(target: BinaryIO, text: str) -> None:
    _write_bytes(target, text.encode("utf-8"))


def _write_bytes(target: BinaryIO, content: bytes) -> None:
    target.write(content)
