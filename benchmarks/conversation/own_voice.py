"""The assistant's answers come back into its microphone: does it take its own voice for somebody's?"""

from __future__ import annotations

import numpy as np

from benchmarks.sound.scenes import active_level, impulse_response
from benchmarks.sound.stage import Stage
from benchmarks.sound.voices import say, silence, speaker
from voice_assistant import Assistant
from voice_assistant.audio.samples import Floats, to_floats
from voice_assistant.loop import LoopEvents
from voice_assistant.settings import Settings
from voice_assistant.types import Match, Turn

GAIN = 0.7
"""Of the loudspeaker at the microphone: as loud as a person a step away."""
_LONGEST_S = 40.0
INTERJECTIONS = (
    ("stop", "control.stop"),
    ("say that again", "control.repeat"),
    ("what about a blood clot", "cause.deep_vein_thrombosis"),
    ("my chest hurts", "care.urgent"),
    ("slower please", "control.slower"),
    ("what is a meniscus tear", "cause.meniscus_tear"),
    ("be quiet", "control.stop"),
    ("how do i use ice", "police.ice"),
)
"""What people say over an answer, and the node that it means."""
ANSWERED = ("cause.bakers_cyst", "cause.arthritis", "cause.leg_cramps", "relief.strengthening")


def measure(assistant: Assistant, count: int, *, each: bool) -> None:
    """Print in how many of `count` answers it was interrupted by itself."""
    answers = [
        Match(node_id, facet, 1.0)
        for node_id, node in assistant.guide.nodes.items()
        if node.heading is not None
        for facet in node.answers
    ]
    turned, held, sounded = 0, 0, 0
    for index in range(count):
        turns, stage = play(assistant, answers[index % len(answers)])
        whats = [one.what for one in stage.loudspeaker.log]
        sounded += "sound" in whats
        turned += len(turns) > 1
        held += "pause" in whats
        if each and (len(turns) > 1 or "pause" in whats):
            heard = " | ".join(turn.transcript.text for turn in turns[1:])
            print(f"  {answers[index % len(answers)].node_id} | {heard}", flush=True)
    print(f"own voice, {sounded} answers: answered itself {turned}, held its breath {held}", flush=True)


def interrupted(assistant: Assistant, count: int, *, each: bool) -> None:
    """Print how many of `count` words of a person, said over an answer that is heard as loudly, came through."""
    through, tried = 0, 0
    for index in range(count):
        text, node_id = INTERJECTIONS[index % len(INTERJECTIONS)]
        spoken = say(text, speaker(index // len(INTERJECTIONS) + index))
        spoken = spoken * (_echo_level(assistant) / active_level(spoken))
        sound = np.concatenate((silence(2.0 + index % 4 * 0.4), spoken))
        turns, _stage = play(assistant, Match(ANSWERED[index % len(ANSWERED)], "summary", 1.0), sound)
        found = [turn.understood.node_id for turn in turns[1:]]
        through, tried = through + (node_id in found), tried + 1
        if each and found != [node_id]:
            print(
                f"  {text} | " + " | ".join(f"{turn.transcript.text} → {turn.understood.node_id}" for turn in turns[1:])
            )
    print(f"said over an answer: understood {through} of {tried}", flush=True)


def _echo_level(assistant: Assistant) -> float:
    """Of the assistant's voice at the microphone, at full volume."""
    chunk = assistant.renderer.render("The knee is one of the largest joints.")
    return GAIN * active_level(to_floats(chunk.pcm))


def play(assistant: Assistant, answer: Match, sound: Floats | None = None) -> tuple[list[Turn], Stage]:
    """One answer at full volume, with somebody's sound; the first turn is the touch that asked for it."""
    turns: list[Turn] = []
    echo = (GAIN * impulse_response(0.4, 3.0)).astype(np.float32)
    stage: Stage

    def goes_on(now_s: float) -> bool:
        return now_s < _LONGEST_S and (stage.loop.is_busy or now_s < 2.0)

    settings = Settings(volume=1.0, sounds=False)
    stage = Stage(
        assistant, silence(0.1) if sound is None else sound, echo, goes_on, settings, LoopEvents(turn=turns.append)
    )
    stage.loop.touch(answer)
    stage.run()
    return turns, stage
