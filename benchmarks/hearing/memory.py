"""`python -m benchmarks.hearing.memory DIALOGS MODEL SYSTEM`: resident memory that one recogniser adds, in MB."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil

from benchmarks.hearing.systems import GRAMMAR, SPHINX, Sphinx, transcribe
from benchmarks.sound.scenes import scene
from benchmarks.sound.voices import chunks, say, speaker
from voice_assistant.guide import load_guide
from voice_assistant.hearing import Recogniser


def main(dialogs: str, model: str, system: str) -> int:
    """Load it, let it hear a sentence, and print the growth."""
    sound = chunks(scene(say("what is a baker's cyst", speaker(0)), "clean", 0))
    phrases = sorted({phrase.text for phrase in load_guide(Path(dialogs)).phrases}) if system == GRAMMAR else None
    process = psutil.Process()
    before = process.memory_info().rss
    recogniser = (
        Sphinx() if system == SPHINX else Recogniser(Path(model), grammar=(*phrases, "[unk]") if phrases else None)
    )
    transcribe(recogniser, sound)
    print(json.dumps(round((process.memory_info().rss - before) / 2**20)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
