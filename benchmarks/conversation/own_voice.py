"""The assistant's answers come back into its microphone: does it take its own voice for somebody's, and does it hear
people through it?"""

from __future__ import annotations

from itertools import cycle, islice

import numpy as np

from benchmarks.sound.scenes import active_level, impulse_response
from benchmarks.sound.stage import Stage
from benchmarks.sound.voices import say, silence, speaker
from voice_assistant import Assistant
from voice_assistant.audio.samples import Floats, to_floats
from voice_assistant.loop import LoopEvents
from voice_assistant.settings import Settings
from voice_assistant.types import SAMPLE_RATE_HZ, Match, Turn

GAIN = 0.7
"""Of the loudspeaker at the microphone: as loud as a person a step away."""
DELAYS_S = (0.02, 0.06, 0.15, 0.3)
"""From playing a sound to hearing it; take turns."""
_NOISE = 10 ** (-60 / 20)
"""Of the room, root mean square."""
_LONGEST_S = 40.0
_OTHER_S = 6.0
"""How long another answer is heard first, where it is said that one is."""
_GREETING_S = 7.0
"""When it is asked for the answer, where it greets first."""
FIRST = "relief.quick_tips"
INTERJECTIONS = (
    ("stop", "control.stop", ""),
    ("say that again", "control.repeat", ""),
    ("what about a blood clot", "cause.deep_vein_thrombosis", ""),
    ("my chest hurts", "care.urgent", ""),
    ("slower please", "control.slower", ""),
    ("what is a meniscus tear", "cause.meniscus_tear", ""),
    ("be quiet", "control.stop", ""),
    ("how do i use ice", "police.ice", ""),
    ("wait", "control.stop", ""),
    ("repeat that please", "control.repeat", ""),
    ("yes", "control.yes", "check.start"),
    ("next please", "control.next", "police.ice"),
    ("no", "control.no", "check.start"),
    ("i can't breathe", "care.urgent", ""),
)
"""What people say over an answer, the node that it means, and the answer, where it has to be a certain one."""
ANSWERED = ("cause.bakers_cyst", "cause.arthritis", "cause.leg_cramps", "relief.strengthening")


def measure(assistant: Assistant, count: int, *, greeted: bool, each: bool) -> None:
    """Print in how many of `count` answers it was interrupted by itself.

    Before each it was only just started: it has greeted, as it does (a kiosk each visitor), or it has never heard itself
    at all. What it takes itself for during the greeting counts as well.
    """
    answers = [
        Match(node_id, facet, 1.0)
        for node_id, node in assistant.guide.nodes.items()
        if node.heading is not None
        for facet in node.answers
    ]
    turned, held, sounded = 0, 0, 0
    for index, answer in enumerate(islice(cycle(answers), count)):
        turns, stage = play(assistant, [answer], delay_s=DELAYS_S[index % len(DELAYS_S)], greeted=greeted)
        whats = [one.what for one in stage.loudspeaker.log]
        sounded += any(
            one.what == "sound" and one.at_s >= (_GREETING_S if greeted else 0.0) for one in stage.loudspeaker.log
        )
        turned += len(turns) > 1
        held += "pause" in whats
        if each and (len(turns) > 1 or "pause" in whats):
            heard = " | ".join(f"{turn.transcript.text} → {turn.understood.node_id}" for turn in turns[1:])
            print(f"  {answer.node_id} {answer.facet} | {heard}", flush=True)
    name = "after its greeting" if greeted else "the first that it hears of itself"
    print(f"own voice, {sounded} answers, {name}: answered itself {turned}, held its breath {held}", flush=True)


def interrupted(assistant: Assistant, count: int, *, each: bool) -> None:
    """Print how many of `count` words of a person, said over an answer that is heard as loudly, came through.

    As always but in the first seconds after its start, the assistant has heard itself speak before.
    """
    through, tried = 0, 0
    for index in range(count):
        text, node_id, answered = INTERJECTIONS[index % len(INTERJECTIONS)]
        who = speaker(index // len(INTERJECTIONS) + index)
        spoken = say(text, who)
        spoken = spoken * (_echo_level(assistant) / active_level(spoken))
        sound = np.concatenate((silence(_OTHER_S + 1.2 + index % 4 * 0.6), spoken))
        answers = [Match(FIRST, "summary", 1.0), Match(answered or ANSWERED[index % len(ANSWERED)], "summary", 1.0)]
        turns, _stage = play(assistant, answers, sound, delay_s=DELAYS_S[index % len(DELAYS_S)])
        found = [turn.understood.node_id for turn in turns[2:]]
        through, tried = through + (node_id in found), tried + 1
        if each and found != [node_id]:
            said = " | ".join(f"{turn.transcript.text} → {turn.understood.node_id}" for turn in turns[2:])
            print(f"  {index} {text}, {who.name} | {said}", flush=True)
    print(f"said over an answer: understood {through} of {tried}", flush=True)


def _echo_level(assistant: Assistant) -> float:
    """Of the assistant's voice at the microphone, at full volume."""
    chunk = assistant.renderer.render("The knee is one of the largest joints.")
    return GAIN * active_level(to_floats(chunk.pcm))


def play(
    assistant: Assistant,
    answers: list[Match],
    sound: Floats | None = None,
    delay_s: float = 0.06,
    *,
    greeted: bool = False,
) -> tuple[list[Turn], Stage]:
    """Answers at full volume, with somebody's sound; each but the last for a few seconds only. Each is asked for by a
    touch, which makes the first turns."""
    turns: list[Turn] = []
    late = np.zeros(round(delay_s * SAMPLE_RATE_HZ), np.float32)
    echo = np.concatenate((late, (GAIN * impulse_response(0.4, 3.0)).astype(np.float32)))
    waiting = list(answers)
    begins_s = _GREETING_S if greeted else 0.0
    stage: Stage

    def touch_at(now_s: float) -> None:
        if waiting and now_s >= begins_s + _OTHER_S * (len(answers) - len(waiting)):
            stage.loop.touch(waiting.pop(0))

    def goes_on(now_s: float) -> bool:
        return now_s < begins_s + _LONGEST_S and (bool(waiting) or stage.loop.is_busy or now_s < 2.0)

    stage = Stage(
        assistant,
        silence(0.1) if sound is None else sound,
        echo,
        goes_on,
        Settings(volume=1.0, sounds=False),
        LoopEvents(turn=turns.append, level=lambda chunk: touch_at(chunk.end_s)),
        noise=_NOISE,
        greets=greeted,
    )
    touch_at(0.0)
    stage.run()
    return turns, stage
