"""Compiles the guide's phrases into a matcher: linear classifiers over meaning, spelling and concepts.

scikit-learn (LinearSVC: one class against the rest, squared hinge) is needed here only; answering uses the arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_assistant.types import Guide
from voice_assistant.understanding.compiled import CompiledGuide, Weights
from voice_assistant.understanding.concepts import ConceptFinder
from voice_assistant.understanding.embedding import DIMENSIONS, Embedder
from voice_assistant.understanding.endings import learn_endings
from voice_assistant.understanding.features import (
    HASHED,
    MEANING_WEIGHT,
    Sparse,
    concept_vector,
    lexical,
    rarity_of,
)
from voice_assistant.understanding.repair import TermRepair
from voice_assistant.understanding.text import normalise

STRENGTH = 0.7
"""LinearSVC's C: the best of 0.3, 0.5, 0.7, 1 on the project's own measuring sets."""
FACETS = ("summary", "symptoms", "causes", "treatment", "diagnosis", "prevention", "outlook", "description")

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Phrases as features, row by row."""

    texts: tuple[str, ...]
    meaning: npt.NDArray[np.float32]
    concepts: npt.NDArray[np.float32]
    spelling: tuple[Sparse, ...]
    rarity: npt.NDArray[np.float32]

    def matrix(self, rows: Sequence[int] | None = None) -> Any:
        """A SciPy CSR matrix: meaning, concepts, then hashed spelling."""
        from scipy import sparse

        chosen = range(len(self.texts)) if rows is None else rows
        pointers = np.cumsum([0] + [len(self.spelling[row].indices) for row in chosen])
        values = np.concatenate([self.spelling[row].values for row in chosen])
        columns = np.concatenate([self.spelling[row].indices for row in chosen])
        hashed = sparse.csr_matrix((values, columns, pointers), shape=(len(pointers) - 1, HASHED))
        dense = np.hstack([self.meaning[list(chosen)] * MEANING_WEIGHT, self.concepts[list(chosen)]])
        return sparse.hstack([sparse.csr_matrix(dense), hashed]).tocsr()


def prepare(
    texts: Sequence[str],
    finder: ConceptFinder,
    repair: TermRepair,
    embedder: Embedder | None,
    on_progress: Progress,
    earlier: CompiledGuide | None = None,
) -> Prepared:
    """Turn texts into features; without an embedder the meaning is all zeros. `earlier` saves embedding known texts
    again.
    """
    found = []
    for index, text in enumerate(texts):
        found.append(finder.find(repair.repair(normalise(text))))
        if index % 200 == 0:
            on_progress("reading phrases", index, len(texts))
    affirmed = tuple(findings.affirmed_text for findings in found)
    rarity = rarity_of(affirmed)
    return Prepared(
        texts=affirmed,
        meaning=_meaning(affirmed, embedder, on_progress, earlier),
        concepts=np.array([concept_vector(findings, finder.matter) for findings in found], dtype=np.float32),
        spelling=tuple(lexical(text, rarity) for text in affirmed),
        rarity=rarity,
    )


def _meaning(
    texts: Sequence[str], embedder: Embedder | None, on_progress: Progress, earlier: CompiledGuide | None
) -> npt.NDArray[np.float32]:
    """Embeddings, rounded to half precision as they are kept, so that kept ones and new ones are the same."""
    meaning = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    if embedder is None:
        return meaning
    known = dict(zip(earlier.compared, earlier.phrase_vectors, strict=True)) if earlier and earlier.with_meaning else {}
    new = [row for row, text in enumerate(texts) if text not in known]
    for row, text in enumerate(texts):
        if text in known:
            meaning[row] = known[text]
    if new:
        vectors = embedder.embed(
            [texts[row] for row in new], lambda done, of: on_progress("meaning of phrases", done, of)
        )
        meaning[new] = vectors.astype(np.float16)
    return meaning


def compile_guide(
    guide: Guide,
    embedder: Embedder | None,
    on_progress: Progress = lambda *_: None,
    earlier: CompiledGuide | None = None,
) -> CompiledGuide:
    """Compile all phrases of the guide: about a minute on two cores for 10,000 phrases, most of it for their meaning.

    The same phrases give the same output, with or without what was compiled `earlier`.
    """
    phrases = guide.phrases
    finder, repair = ConceptFinder(guide.concepts), TermRepair(guide.terms)
    prepared = prepare([phrase.text for phrase in phrases], finder, repair, embedder, on_progress, earlier)
    on_progress("learning", 0, 3)
    nodes = train(prepared, [phrase.node_id for phrase in phrases])
    on_progress("learning", 1, 3)
    rows = [row for row, phrase in enumerate(phrases) if phrase.facet in FACETS]
    facets = train(prepared, [str(phrases[row].facet) for row in rows], rows)
    on_progress("learning", 2, 3)
    endings = learn_endings([phrase.text for phrase in phrases])
    on_progress("learning", 3, 3)
    return CompiledGuide(
        nodes=nodes,
        facets=facets,
        rarity=prepared.rarity,
        phrases=tuple(phrase.text for phrase in phrases),
        phrase_nodes=tuple(phrase.node_id for phrase in phrases),
        compared=prepared.texts,
        phrase_vectors=prepared.meaning,
        endings=endings,
        with_meaning=embedder is not None,
    )


def train(prepared: Prepared, labels: Sequence[str], rows: Sequence[int] | None = None) -> Weights:
    """Train one linear classifier on the rows (all when None)."""
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=STRENGTH, random_state=0)
    model.fit(prepared.matrix(rows), list(labels))
    weights, bias = np.asarray(model.coef_, np.float32), np.asarray(model.intercept_, np.float32)
    names = tuple(str(name) for name in model.classes_)
    if len(names) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    dense_size = prepared.meaning.shape[1] + prepared.concepts.shape[1]
    return Weights(names, weights[:, :dense_size].T.copy(), weights[:, dense_size:].T.copy(), bias)
