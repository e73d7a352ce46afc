"""Tunes the speech recogniser to a text: its language model is mixed with one of the text, on the user's own machine.

    text ─ counts ─ estimate ─┐
                              ├─ interpolate ─ fst_file ─┬ model_files ─► a model folder that Vosk loads
    Gr.fst ─ ngram_file ──────┘                          │
    final.mdl ─ noise_lessons ───────────────────────────┘

`tune` writes a folder, `cached_model` finds or writes one for the same inputs, `Vocabulary` tells which words the
recogniser knows.
"""

from __future__ import annotations

from voice_assistant.hearing.tuning.build import TuningReport, changed_files, tune
from voice_assistant.hearing.tuning.cache import cached_model
from voice_assistant.hearing.tuning.model_files import is_tuned, is_whole
from voice_assistant.hearing.tuning.text import WeightedText, words_of
from voice_assistant.hearing.tuning.vocabulary import Vocabulary

__all__ = [
    "TuningReport",
    "Vocabulary",
    "WeightedText",
    "cached_model",
    "changed_files",
    "is_tuned",
    "is_whole",
    "tune",
    "words_of",
]
