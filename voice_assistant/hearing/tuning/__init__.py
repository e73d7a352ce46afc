"""Tunes the speech recogniser to a text: its language model is mixed with one of the text, on the user's own machine.

    text ─ counts ─ estimate ─┐
                              ├─ interpolate ─ fst_file ─ model_files ─► a model folder that Vosk loads
    Gr.fst ─ ngram_file ──────┘

`tune` writes a folder, `cached_model` finds or writes one for the same inputs, `Vocabulary` tells which words the
recogniser knows.
"""

from __future__ import annotations

from voice_assistant.hearing.tuning.build import TUNED_FILES, TuningReport, tune
from voice_assistant.hearing.tuning.cache import cached_model
from voice_assistant.hearing.tuning.text import WeightedText
from voice_assistant.hearing.tuning.vocabulary import Vocabulary

__all__ = ["TUNED_FILES", "TuningReport", "Vocabulary", "WeightedText", "cached_model", "tune"]
