"""Others talk on and on in the background: is a command heard at once, and their talk not obeyed?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.conversation.commands import COMMANDS
from benchmarks.sound.scenes import NOISES, active_level
from benchmarks.sound.stage import Stage
from benchmarks.sound.voices import SPEAKERS, say
from voice_assistant import Assistant
from voice_assistant.audio.samples import Floats
from voice_assistant.loop import LoopEvents
from voice_assistant.types import SAMPLE_RATE_HZ, Turn

_SNR_DB = 12.0
_LEAD_S, _TAIL_S = 2.5, 5.0
_SOON_S = 2.0
_LEVEL = 0.1
_NODES = ("control.stop", "control.repeat", "control.next")


def measure(assistant: Assistant, count: int, alone_s: float, *, each: bool) -> None:
    """Print how many of `count` commands were answered soon after they were said, and what strangers alone got."""
    soon, right = 0, 0
    for index in range(count):
        node_id = _NODES[index % len(_NODES)]
        texts = COMMANDS[node_id]
        spoken = say(texts[index // len(_NODES) % len(texts)], SPEAKERS[index % len(SPEAKERS)])
        spoken = spoken * (_LEVEL / active_level(spoken))
        sound = _background(index, _LEAD_S + len(spoken) / SAMPLE_RATE_HZ + _TAIL_S)
        begin = round(_LEAD_S * SAMPLE_RATE_HZ)
        sound[begin : begin + len(spoken)] += spoken
        ends_s = _LEAD_S + len(spoken) / SAMPLE_RATE_HZ
        found: list[tuple[float, Turn]] = []
        stage = Stage(assistant, sound)
        stage.loop._events = LoopEvents(turn=_noting(stage, found))
        stage.run()
        said = [(at_s, turn) for at_s, turn in found if turn.understood.node_id == node_id]
        right += bool(said)
        soon += any(at_s <= ends_s + _SOON_S for at_s, _turn in said)
        if each and not any(at_s <= ends_s + _SOON_S for at_s, _turn in said):
            heard = " | ".join(
                f"{at_s - ends_s:.1f} s {turn.transcript.text} → {turn.understood.node_id}" for at_s, turn in found
            )
            print(f"  {texts[index // len(_NODES) % len(texts)]} | {heard}", flush=True)
    print(f"commands amid talk that goes on: {right} of {count} understood, {soon} within {_SOON_S:g} s", flush=True)
    turns: list[Turn] = []
    Stage(assistant, _background(99, alone_s), events=LoopEvents(turn=turns.append)).run()
    obeyed = [turn for turn in turns if not turn.understood.node_id.startswith("fallback.")]
    if each:
        for turn in turns:
            print(f"  strangers | {turn.transcript.text} → {turn.understood.node_id}")
    print(f"strangers alone, {alone_s:g} s: {len(turns)} turns, {len(obeyed)} answered", flush=True)


def _noting(stage: Stage, found: list[tuple[float, Turn]]) -> Callable[[Turn], None]:
    return lambda turn: found.append((stage.clock.now_s, turn))


def _background(index: int, seconds: float) -> Floats:
    """Several people who talk, 12 dB softer than whoever speaks to the assistant."""
    noise = np.roll(NOISES["babble"](), -7919 * index)
    under = np.resize(noise, round(seconds * SAMPLE_RATE_HZ)).astype(np.float64)
    level = _LEVEL / 10 ** (_SNR_DB / 20) / np.sqrt(np.mean(under**2))
    return (under * level).astype(np.float32)
