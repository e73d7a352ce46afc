"""Answers a question about a topic, asks which one was meant, and leads on."""

from __future__ import annotations

from dataclasses import replace

from voice_assistant.dialogue import check, timer, walk
from voice_assistant.dialogue.answers import (
    CHOICES,
    hint_at_more,
    is_connected,
    offer_next,
    shared_source,
    tell,
    tell_more,
)
from voice_assistant.dialogue.numbers import spoken_number
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import merge_signs
from voice_assistant.dialogue.urgent import CLOT, URGENT, answer_level, warn_first
from voice_assistant.types import Candidate, Match, Understood, group_of

_LEFT_TO_US, _OTHER = ("any", "unknown"), "other"


def answer_match(reply: Reply, match: Match) -> Reply:
    """Answers what a person asked or described."""
    if match.slots.action == "diagnose" and group_of(match.node_id) == "cause":
        reply = reply.line("not_a_doctor")
    if match.facet == "description":
        reply = reply.change(signs=merge_signs(reply.state.signs, match.signs))
    choices = tuple(node_id for node_id in dict.fromkeys(match.choices) if _can_be_led_to(reply, node_id))[:CHOICES]
    if len(choices) > 1:
        return _ask_which(reply, choices, described=match.facet == "description")
    return go_to(reply, match.node_id, match.facet, match.beside)


def _can_be_led_to(reply: Reply, node_id: str) -> bool:
    """Commands and refusals tell nothing, so they are nothing to choose from."""
    node = reply.guide.nodes.get(node_id)
    return node is not None and ("summary" in node.answers or node_id in ("check.start", "control.timer"))


def go_to(reply: Reply, node_id: str, facet: str | None = None, beside: Candidate | None = None) -> Reply:
    """Answers a node of any kind that can be led to, and offers what was asked `beside` it."""
    if node_id == "check.start":
        return check.start(reply)
    if node_id == "control.timer":
        return timer.ask_how_long(reply)
    if node_id == URGENT:
        return answer_level(reply, "emergency" if facet == "emergency" else "urgent")
    return _go_on(_offer_beside(_offer_steps(tell(reply, node_id, facet), node_id), beside), node_id)


def _offer_beside(reply: Reply, beside: Candidate | None) -> Reply:
    state = reply.state
    waits = state.open_check or state.walk or (state.asked and state.asked.kind != "more")
    if beside is None or waits or reply.urgent or not _can_be_led_to(reply, beside.node_id):
        return reply
    offered = (beside.node_id,)
    offering = reply.ask("choice", "offer_next", offered, names=reply.names(offered))
    asked = offering.state.asked and replace(offering.state.asked, facet=beside.facet)
    return offering.change(asked=asked, choices=(reply.node_id, *offered))


def _offer_steps(reply: Reply, node_id: str) -> Reply:
    route = group_of(node_id)
    if route not in walk.ROUTES:
        return reply
    return walk.offer(reply, route) if node_id == walk.overview_of(route) else walk.note_step(reply, node_id)


def _go_on(reply: Reply, node_id: str) -> Reply:
    """Comes back to what was interrupted, by asking once; otherwise says that there is more."""
    if reply.urgent or (reply.state.asked and reply.state.asked.kind != "more"):
        return reply
    if reply.state.open_check:
        return check.leave_for_a_question(reply)
    if reply.state.walk and walk.is_beside(reply.state.walk, node_id):
        return walk.leave_for_a_question(reply)
    return hint_at_more(reply)


def _ask_which(reply: Reply, choices: tuple[str, ...], *, described: bool) -> Reply:
    if URGENT in choices:
        return answer_level(reply, "urgent")
    if described and CLOT in choices:
        # Described signs that could be a clot's are not sorted out by asking back.
        reply = warn_first(reply).change(urgent_told=True)
    reply = reply.at(choices[0])
    if described:
        names = reply.names(choices)
        if all(is_connected(reply, node_id) for node_id in choices):
            reply = reply.line("connects_several", source=shared_source(reply.guide, choices), names=names)
        else:
            reply = reply.line("nearest_topics", names=names)
        reply = reply.ask("choice", "which_one", choices)
    else:
        reply = reply.ask("choice", "did_you_mean", choices, names=reply.names(choices))
    return reply.change(choices=choices, pending=())


def choose(reply: Reply, ordinal: int) -> Reply:
    """Answers "the second one", or says how many there are."""
    choices = reply.state.choices
    index = len(choices) - 1 if ordinal == -1 else ordinal - 1
    if 0 <= index < len(choices):
        return go_to(reply, choices[index])
    return only_so_many(reply.at(choices[0]), len(choices))


def choose_freely(reply: Reply, understood: Understood) -> Reply | None:
    """The first of what was offered, for who leaves it to the assistant or wants all ("next" goes on from there), and
    the last for "the other one".
    """
    asked, action = reply.state.asked, understood.slots.action
    if asked is None or asked.kind != "choice" or action not in (*_LEFT_TO_US, _OTHER):
        return None
    if isinstance(understood, Match) and group_of(understood.node_id) != "control":
        return None
    if action != _OTHER and isinstance(understood, Match) and understood.node_id not in ("control.yes", "control.no"):
        return None
    told = go_to(reply.change(refusals=0), asked.targets[-1 if action == _OTHER else 0], asked.facet)
    return told if told.state.choices else told.change(choices=asked.targets)


def only_so_many(reply: Reply, count: int) -> Reply:
    """Says how many there are to choose from."""
    return reply.line("choice_only", count=spoken_number(count)).ask_again()


def _with_missed(reply: Reply) -> Reply:
    """What was cut off of the answer stands before the rest of it."""
    state, latest = reply.state, reply.state.latest
    if latest is None or latest.node_id != state.topic:
        return reply
    missed = tuple(sentence for sentence in latest.sentences[state.heard :] if sentence.source != "assistant")
    return reply.change(pending=(*missed, *state.pending))


def continue_topic(reply: Reply) -> Reply:
    """For "more": the next breath; after the last one, that it was all and where it leads on to."""
    reply = _with_missed(reply)
    state = reply.state
    if state.pending:
        reply = tell_more(reply)
        if reply.state.pending or reply.urgent:
            return reply
    elif state.topic:
        reply = reply.at(state.topic, state.facet).line("that_was_all", topic=reply.node(state.topic).name)
    else:
        return reply.line("more_nothing").ask_again()
    if reply.state.asked or reply.state.open_check or reply.state.walk:
        return reply.ask_again()
    offering = offer_next(reply)
    if offering is reply and state.pending and state.topic:
        return reply.line("that_was_all", topic=reply.node(state.topic).name)
    return offering
