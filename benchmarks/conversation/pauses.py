"""Utterances with a pause inside: were they answered as a whole?"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from benchmarks.sound.scenes import LEAD_S
from benchmarks.sound.stage import Stage
from benchmarks.sound.voices import say, silence, speaker
from voice_assistant import Assistant
from voice_assistant.audio.samples import Floats
from voice_assistant.loop import LoopEvents
from voice_assistant.types import Turn

PAUSES_S = (0.7, 0.85, 1.0)
_AUDIBLE = 0.01
_NEAR_S = 0.6


def measure(assistant: Assistant, lines: Sequence[str], *, each: bool) -> None:
    """Print how many were cut off, and how many were answered early and put right."""
    cut, repaired = 0, 0
    for index, text in enumerate(lines):
        sound = paused(text, index)
        turns: list[Turn] = []
        Stage(assistant, sound, events=LoopEvents(turn=turns.append)).run()
        # The continuation joins both parts, so the last turn must begin where the speech began.
        is_cut = not turns or turns[-1].transcript.start_s > LEAD_S + _NEAR_S
        cut += is_cut
        repaired += not is_cut and len(turns) > 1
        if each and is_cut:
            print(f"  {text} | " + " | ".join(f"{turn.transcript.text} → {turn.understood.node_id}" for turn in turns))
    print(f"pauses of 0.7 to 1.0 s: cut off {cut} of {len(lines)}; answered early and put right {repaired}", flush=True)


def paused(text: str, index: int) -> Floats:
    """The line in two parts, at a place between words with at least two on each side."""
    words = text.split()
    place = random.Random(index).randint(2, len(words) - 2)
    first, second = (_trimmed(say(" ".join(part), speaker(index))) for part in (words[:place], words[place:]))
    pause = silence(PAUSES_S[index % len(PAUSES_S)])
    return np.concatenate((silence(LEAD_S), first, pause, second, silence(3.0)))


def _trimmed(sound: Floats) -> Floats:
    loud = np.flatnonzero(np.abs(sound) > _AUDIBLE)
    return sound[loud[0] : loud[-1] + 1]
