"""What sounds like a goodbye, a yes or a no, and is none: "later", "I'm done", "I'm ready"."""

from __future__ import annotations

from voice_assistant.dialogue import check, check_answers, commands
from voice_assistant.dialogue.reply import Reply
from voice_assistant.types import Understood

SURE = 0.65
"""A "no" or goodbye less sure than this (0 to 1) puts nothing off: "will it get worse later", "yes I'm done"."""
SURE_IN_CHECK = 0.8
"""A goodbye less sure than this does not leave a question of the check, which asks for a warning sign."""
_LATER = ("control.no", "control.goodbye")
_DONE = ("control.goodbye", "control.next")
_READY = ("control.next", "control.yes", "control.goodbye", "control.more")


def answer(reply: Reply, understood: Understood) -> Reply | None:
    """The answer to words that put off, end or begin what was being asked or told; None for all others.

    A question of the check is neither answered nor skipped by them: "later" does not deny a warning sign.
    """
    node_id, also = understood.node_id, understood.slots.also
    if check.corrects(reply.state, understood, reply.guide):
        return None
    if "later" in also and node_id in _LATER and understood.score >= SURE:
        return _not_now(reply)
    if "done" in also and node_id in _DONE:
        unsure = understood.score < SURE_IN_CHECK and _asked_kind(reply) == "check_question"
        return reply.at(check_answers.NODE).ask_again() if unsure else _done(reply, node_id)
    if "ready" in also and node_id in _READY:
        return _ready(reply)
    return None


def _asked_kind(reply: Reply) -> str | None:
    return reply.state.asked.kind if reply.state.asked else None


def _not_now(reply: Reply) -> Reply:
    reply = reply.at("control.no").change(refusals=0)
    if _asked_kind(reply) != "check_question":
        return commands.no(reply)
    return check.leave(reply.change(asked=None)).aside().line("acknowledge").line("what_now")


def _done(reply: Reply, node_id: str) -> Reply | None:
    walk = reply.state.walk
    if _asked_kind(reply) == "check_question":
        return _not_now(reply)
    if node_id == "control.next":
        return None
    if _asked_kind(reply) not in (None, "more"):
        return _not_now(reply)
    return commands.next_one(reply.at("control.next").change(refusals=0)) if walk and not walk.left else None


def _ready(reply: Reply) -> Reply:
    reply = reply.at("control.next").change(refusals=0)
    kind = _asked_kind(reply)
    if kind in ("resume_check", "resume_walk", "start_walk", "choice"):
        return commands.yes(reply)
    return reply.ask_again() if kind == "duration" else commands.resume(reply)
