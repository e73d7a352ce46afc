"""Sentence embeddings: texts with like meaning get vectors that point the same way.

Model: all-MiniLM-L6-v2 (sentence-transformers), 8-bit, through ONNX Runtime. Its own recipe: mean of the last hidden
state over the tokens, then length one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_assistant.types import ModelError
from voice_assistant.understanding.model_graph import picks_rows_first

DIMENSIONS = 384
MOST_TOKENS = 96
"""About 70 words; the model itself was trained on 128 tokens, and time grows with the length."""
_BATCH = 32

Vectors = npt.NDArray[np.float32]


class Embedder:
    """Turns text into vectors of length one. Holds the model in memory; safe to share between threads."""

    def __init__(self, model_folder: Path, threads: int = 1) -> None:
        """Load the model.

        Raises:
            ModelError: the files are missing or damaged, or the libraries are not there for this machine.
        """
        # Official builds send usage events to their maker and keep an identifier on disk, unless told not to
        # before they are loaded.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelError(
                f"Understanding by meaning is not possible here ({error.name} is missing); it goes on without."
            ) from error
        model, vocabulary = model_folder / "model.onnx", model_folder / "tokenizer.json"
        for path in (model, vocabulary):
            if not path.is_file():
                raise ModelError(f"{path} is missing: run `voice-assistant models fetch`.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        # The arena never gives back what the longest text once needed, and is no faster for texts of this length.
        options.enable_cpu_mem_arena = False
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(vocabulary))
            graph = picks_rows_first(model.read_bytes())
            self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            # ONNX Runtime keeps a second copy, to begin again with another kind of processor.
            self._session._model_bytes = None
        except Exception as error:  # both libraries raise bare Exception for a damaged file
            raise ModelError(f"{model_folder} holds a damaged model: run `voice-assistant models fetch`.") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def embed(self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Vectors of shape (texts, 384). `on_progress` is told how many texts are done, and of how many."""
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            out[batch] = self._embed_batch([texts[index] for index in batch])
            if on_progress:
                on_progress(min(begin + _BATCH, len(order)), len(order))
        return out

    def _embed_batch(self, texts: list[str]) -> Vectors:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        longest = max(len(ids) for ids in tokens)
        ids = np.zeros((len(texts), longest), dtype=np.int64)
        attention = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            attention[row, : len(one)] = 1
        inputs = {"input_ids": ids, "attention_mask": attention, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, inputs)[0]
        weights = attention[:, :, None].astype(np.float32)
        mean: Vectors = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9), dtype=np.float32)
