"""The three honest refusals. Each has its own next step, and each further one in a row helps more."""

from __future__ import annotations

from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.urgent import warn_again
from voice_assistant.types import NoMatch, Reason

LEVELS = 3
"""At the last one: what the assistant can do, and that a person can help; then it begins anew."""
_UNHEARD_TWICE = ("not_heard", 2)
"""Who is not understood may be saying that it is urgent."""


def reason_of(node_id: str) -> Reason:
    """The reason that a fallback node stands for; an unknown node counts as not heard."""
    if node_id == "fallback.not_in_guide":
        return "not_in_guide"
    return "out_of_scope" if node_id == "fallback.out_of_scope" else "not_heard"


def refuse(reply: Reply, understood: NoMatch) -> Reply:
    """Says why there is no answer and what to do instead; a question that waits is asked again."""
    level = min(reply.state.refusals + 1, LEVELS)
    if level == 1:
        reply = warn_again(reply, reply.state.latest)
    reply = reply.at(understood.node_id).aside().line(f"{understood.reason}_{level}")
    if level == LEVELS:
        return reply.change(refusals=0).line("what_i_can_do").line("person_can_help").ask_again()
    reply = reply.change(refusals=level)
    if (understood.reason, level) == _UNHEARD_TWICE:
        reply = reply.line("if_urgent")
    nearest = _nearest(reply, understood)
    if level > 1 and nearest and not reply.state.asked:
        return reply.ask("choice", "not_in_guide_offer", (nearest,), name=reply.node(nearest).name)
    return reply.ask_again()


def _nearest(reply: Reply, understood: NoMatch) -> str | None:
    """What the guide does say that comes nearest."""
    best = understood.best
    if understood.reason != "not_in_guide" or best is None or best.node_id not in reply.guide.nodes:
        return None
    return best.node_id if reply.node(best.node_id).answers else None
