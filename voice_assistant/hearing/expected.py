"""What a tuned model's text expects to be said, for a second decoding: a list of sentences that lies in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from voice_assistant.hearing.model_folder import damaged

EXPECTED = "expected.json"
"""Its name in the folder of a tuned model; Vosk itself does not look at it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Sentences in words that the model can hear."""

    sentences: tuple[str, ...]
    spoken_as: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Run of words in them → the word that it stands for, which the model cannot hear."""

    def to_json(self) -> bytes:
        """As it is kept."""
        content = {"sentences": self.sentences, "spoken_as": dict(self.spoken_as)}
        return json.dumps(content, ensure_ascii=False, indent=0).encode("utf-8")


def read_expected(folder: Path) -> Expected | None:
    """What the model in this folder expects; None where it does not say, as a stock model.

    Raises ModelError when it cannot be read.
    """
    path = folder / EXPECTED
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sentences = tuple(str(sentence) for sentence in content["sentences"])
        spoken_as = {str(run): str(word) for run, word in content["spoken_as"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(folder, f"{EXPECTED} cannot be read") from error
    return Expected(sentences, spoken_as) if sentences else None
