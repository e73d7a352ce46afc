"""Scores an utterance against all nodes and facets with the compiled guide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voice_assistant.understanding.compiled import Array, CompiledGuide, Weights
from voice_assistant.understanding.concepts import Findings
from voice_assistant.understanding.embedding import DIMENSIONS, Embedder
from voice_assistant.understanding.features import MEANING_WEIGHT, Sparse, concept_vector, lexical


@dataclass(frozen=True, slots=True)
class Scored:
    """Margins of one utterance: the higher the likelier; around -1 for what is surely not meant."""

    nodes: Array
    facets: Array
    vector: Array
    """The embedding, all zeros without a model."""


class Classifier:
    """Applies the compiled classifiers."""

    def __init__(self, compiled: CompiledGuide, embedder: Embedder | None, concept_names: tuple[str, ...]) -> None:
        self.compiled = compiled
        self._embedder = embedder if compiled.with_meaning else None
        self._concept_names = concept_names
        by_node: dict[str, list[int]] = {}
        for row, node_id in enumerate(compiled.phrase_nodes):
            by_node.setdefault(node_id, []).append(row)
        self._rows = {node_id: np.array(rows) for node_id, rows in by_node.items()}

    def score(self, findings: list[Findings]) -> list[Scored]:
        """Score several utterances at once, such as the alternatives of one."""
        texts = [one.affirmed_text for one in findings]
        vectors = self._embedder.embed(texts) if self._embedder else np.zeros((len(texts), DIMENSIONS), np.float32)
        return [self._score(one, text, vector) for one, text, vector in zip(findings, texts, vectors, strict=True)]

    def _score(self, findings: Findings, text: str, vector: Array) -> Scored:
        dense = np.concatenate([vector * MEANING_WEIGHT, concept_vector(findings, self._concept_names)])
        spelling = lexical(text, self.compiled.rarity)
        return Scored(
            nodes=_margins(self.compiled.nodes, dense, spelling),
            facets=_margins(self.compiled.facets, dense, spelling),
            vector=vector,
        )

    def nearest_phrase(self, vector: Array, node_id: str) -> str:
        """The known phrase of the node that is nearest in meaning."""
        rows = self._rows.get(node_id)
        if rows is None:
            return ""
        likeness = self.compiled.phrase_vectors[rows].astype(np.float32) @ vector
        return self.compiled.phrases[int(rows[int(likeness.argmax())])]


def _margins(weights: Weights, dense: Array, spelling: Sparse) -> Array:
    hashed: Array = spelling.values @ weights.hashed[spelling.indices].astype(np.float32)
    return np.asarray(dense @ weights.dense + hashed + weights.bias, dtype=np.float32)


def softmax(margins: Array, sharpness: float) -> Array:
    """Probabilities that sum to one."""
    raised = np.exp((margins - margins.max()) * sharpness)
    return np.asarray(raised / raised.sum(), dtype=np.float32)
