"""Gentle prompts when something was asked and nobody speaks."""

from __future__ import annotations

from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import AskedKind, DialogueSettings, DialogueState

_KINDS: dict[AskedKind, str] = {
    "check_question": "check",
    "choice": "choice",
    "duration": "duration",
    "more": "more",
}
_ONCE = ("more",)
"""An answer may simply have been enough."""
_STEPS = 3


def is_due(state: DialogueState, settings: DialogueSettings, now_s: float) -> bool:
    """Whether a prompt is to be said now."""
    asked = state.asked
    if asked is None or state.paused or now_s - state.quiet_from_s < settings.silence_prompt_s:
        return False
    if asked.kind in _ONCE:
        # Nobody is urged to hear more of an urgent answer, or while doing a step.
        urgent = state.latest is not None and state.latest.urgent
        return state.prompts == 0 and settings.prompts_max > 0 and not urgent and state.walk is None
    return state.prompts < settings.prompts_max


def prompt(reply: Reply) -> Reply:
    """The next prompt: each says more than the one before, and the last one leaves the listener in peace."""
    asked = reply.state.asked
    if asked is None:
        return reply
    turn = min(reply.state.prompts + 1, _STEPS)
    kind = _KINDS.get(asked.kind, "yes_no")
    node = {"check": "check.start", "duration": "control.timer"}.get(kind, reply.state.topic or "control.help")
    reply = reply.at(node).aside().change(prompts=reply.state.prompts + 1)
    reply = reply.line(f"silence_{kind}_{turn}")
    return reply if turn == _STEPS else reply.ask_again()
