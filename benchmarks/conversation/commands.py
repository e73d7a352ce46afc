"""Short answers and commands, one by one, and the wake phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.hearing.systems import transcribe
from benchmarks.sound.scenes import KINDS, in_noise, quiet
from benchmarks.sound.voices import SPEAKERS, chunks, say
from voice_assistant import Assistant
from voice_assistant.attention import Attention
from voice_assistant.types import Expects, Transcript

CONDITIONS = ("clean", *(f"{kind} at 12 dB" for kind in KINDS))
_SNR_DB = 12.0
COMMANDS = {
    "control.yes": ("yes", "yes please", "yeah", "yes it is"),
    "control.no": ("no", "no thanks", "nope", "no it isn't"),
    "control.stop": ("stop", "stop it", "be quiet", "please stop"),
    "control.repeat": ("repeat", "say that again", "repeat that please", "what did you say"),
    "control.next": ("next", "next one", "next please", "go to the next"),
}
_EXPECTS: dict[str, Expects] = {"control.yes": "yes_no", "control.no": "yes_no"}
_QUESTION = "what is a baker's cyst"


def measure(assistant: Assistant, voices: int, *, each: bool) -> None:
    """Print the share of each that was understood."""
    for node_id, texts in COMMANDS.items():
        if node_id not in assistant.guide.nodes:
            print(f"{node_id}: the guide has no such node")
            continue
        cells = []
        for condition in CONDITIONS:
            right, tried = 0, 0
            for at, who in enumerate(SPEAKERS[:voices]):
                for turn, text in enumerate(texts):
                    heard = _heard(assistant, say(text, who), condition, at + turn)
                    node = _understood(assistant, heard, _EXPECTS.get(node_id))
                    right, tried = right + (node == node_id), tried + 1
                    if each and node != node_id:
                        print(f"  {condition} | {who.name} | {text} | {heard.text} → {node}")
            cells.append(f"{condition} {right} of {tried} ({100 * right / max(1, tried):.1f} %)")
        print(f"{node_id}: " + ", ".join(cells), flush=True)


def wake(assistant: Assistant, voices: int, general: Sequence[str], *, each: bool) -> None:
    """Print how often the wake phrase was missed, and how often other talk was taken for it."""
    attention = Attention("wake", assistant.settings.wake_phrases)
    for condition in CONDITIONS:
        missed, tried = 0, 0
        for at, who in enumerate(SPEAKERS[:voices]):
            for phrase in assistant.settings.wake_phrases:
                for text in (phrase, f"{phrase} {_QUESTION}"):
                    heard = _heard(assistant, say(text, who), condition, at)
                    woken = attention.admit(heard.text, 0.0).woken
                    missed, tried = missed + int(not woken), tried + 1
                    if each and not woken:
                        print(f"  {condition} | {who.name} | {text} | {heard.text}")
        print(f"wake phrase, {condition}: missed {missed} of {tried}", flush=True)
    false_wakes, seconds = 0, 0.0
    for index, text in enumerate(general):
        sound = say(text, SPEAKERS[index % len(SPEAKERS)])
        seconds += len(sound) / 16_000
        false_wakes += attention.admit(_heard(assistant, sound, "clean", index).text, 0.0).woken
    print(f"other talk, {seconds / 60:.1f} minutes: woken {false_wakes} times", flush=True)


def _heard(assistant: Assistant, speech, condition: str, index: int) -> Transcript:
    kind = condition.split()[0]
    sound = quiet(speech) if kind == "clean" else in_noise(speech, kind, _SNR_DB, seed=index)
    return transcribe(assistant.recogniser, chunks(sound))


def _understood(assistant: Assistant, heard: Transcript, expects: Expects | None) -> str:
    conversation = assistant.new_conversation()
    context = replace(conversation.context, expects=expects, topic="cause.bakers_cyst")
    return conversation._interpreter.understand(heard, context).node_id
