"""Tiny language models for the tests of the tuning: built by hand, small enough to check every probability."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from voice_assistant.hearing.tuning.ngram_file import NgramFile, SymbolTable

START = "<s>"
END = "</s>"
WORDS = ("<eps>", "a", "b", "c", "d", "the", "knees", "gas", "trek", "knee", "me", "us", "[unk]", "#0")
Context = tuple[str, ...]


def tiny_probabilities() -> dict[Context, dict[str, float]]:
    """Context (oldest word first) → word → probability; each leaves something to words that it does not list."""
    unigrams = {word: weight for weight, word in enumerate(WORDS[1:12], 1)}
    total = sum(unigrams.values()) + 4
    return {
        (): {word: weight / total for word, weight in unigrams.items()} | {END: 4 / total},
        (START,): {"a": 0.5, "the": 0.2},
        ("a",): {"b": 0.4, "c": 0.3, END: 0.1},
        ("b",): {"c": 0.5, "a": 0.25},
        ("the",): {"knee": 0.01, "a": 0.6},
        (START, "a"): {"b": 0.7},
        ("a", "b"): {"c": 0.6, "d": 0.2},
    }


def backed_off(table: dict[Context, dict[str, float]], context: Context, word: str) -> float:
    """The probability by the definition of a backoff model, computed from scratch."""
    while context not in table:
        context = context[1:]
    listed = table[context]
    if word in listed or not context:
        return listed.get(word, 0.0)
    return weight_left(table, context) * backed_off(table, context[1:], word)


def weight_left(table: dict[Context, dict[str, float]], context: Context) -> float:
    listed = table[context]
    shorter = sum(backed_off(table, context[1:], word) for word in listed)
    return (1 - sum(listed.values())) / (1 - shorter)


def tiny_file(table: dict[Context, dict[str, float]] | None = None) -> NgramFile:
    """The file that OpenFst would write for these probabilities."""
    table = table or tiny_probabilities()
    keys = {word: number for number, word in enumerate(WORDS)}
    number = keys | {START: 0}
    # The tree of contexts, level by level, children sorted by word; the first word of a path is the most recent one.
    paths = sorted(
        (tuple(reversed(context)) for context in table), key=lambda path: (len(path), [number[w] for w in path])
    )
    tree = [True, False]
    future_bits, final_bits, future_words, futures, finals, backoffs = [False], [], [], [], [], []
    for path in paths:
        context = tuple(reversed(path))
        children = [other for other in paths if other[:-1] == path and other]
        tree += [True] * len(children) + [False]
        listed = sorted((number[word], prob) for word, prob in table[context].items() if word != END)
        future_bits += [True] * len(listed) + [False]
        future_words += [word for word, _ in listed]
        futures += [-math.log(prob) for _, prob in listed]
        final_bits.append(END in table[context])
        finals += [-math.log(table[context][END])] if END in table[context] else []
        backoffs.append(-math.log(weight_left(table, context)) if context else math.inf)
    return NgramFile(
        symbols=SymbolTable("words.txt", len(WORDS), WORDS, tuple(range(len(WORDS)))),
        start=paths.index((START,)),
        tree_bits=np.array(tree),
        future_bits=np.array(future_bits),
        final_bits=np.array(final_bits),
        context_words=np.array([-1, *(number[path[-1]] for path in paths[1:]), 0], dtype=np.int32),
        future_words=np.array(future_words, dtype=np.int32),
        backoffs=np.array([*backoffs, 0], dtype=np.float32),
        finals=np.array(finals, dtype=np.float32),
        futures=np.array([*futures, 0], dtype=np.float32),
    )


def tiny_model_folder(folder: Path) -> Path:
    """A folder shaped like a Vosk model, whose language model is the tiny one."""
    for name in ("am/final.mdl", "graph/HCLr.fst", "conf/model.conf"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"acoustic side")
    (folder / "graph" / "Gr.fst").write_bytes(tiny_file().to_bytes())
    return folder


def ngrams_of(sentences: list[list[str]], length: int) -> list[tuple[str, ...]]:
    """All n-grams of marked sentences, by the definition."""
    marked = [[START, *sentence, END] for sentence in sentences]
    return [tuple(words[i : i + length]) for words in marked for i in range(len(words) - length + 1)]


__all__ = ["END", "START", "WORDS", "backed_off", "ngrams_of", "tiny_file", "tiny_model_folder", "tiny_probabilities"]
