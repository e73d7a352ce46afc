"""Urgent care: what is said to a warning sign, and what is said again when it was cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

from voice_assistant.dialogue.check_signs import urgent_sign
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import Asked, merge_signs
from voice_assistant.types import Guide, Match, RedFlag, Response, Sentence

URGENT = "care.urgent"
CLOT = "cause.deep_vein_thrombosis"
SWELLING = "symptom.swelling"
URGENT_NODES = (URGENT, CLOT, SWELLING)
"""Whatever they say gives urgent advice."""
CLOT_RULE = "blood_clot"
"""The rule whose warning the clot's own answer gives."""

Level: TypeAlias = Literal["urgent", "emergency"]

_NEVER_ALONE = frozenset(
    {
        "police.overview",
        "police.optimal_loading",
        "police.load",
        "police.compression",
        "harm.overview",
        "harm.heat",
        "harm.running",
        "harm.massage",
        "relief.quick_tips",
        "relief.strengthening",
        "treatment.overview",
        "treatment.physical_therapy",
        "care.see_doctor",
    }
)
"""Compression, load, exercise, massage and heat would hurt if the cause were a clot."""
_SELF_CARE_FACETS = ("treatment", "prevention")


def one_line(guide: Guide, level: Level = "urgent") -> Sentence:
    """The shortest urgent advice: for an emergency its first sentence."""
    answers = guide.nodes[URGENT].answers
    return answers["emergency"].first[0] if level == "emergency" else answers["short"].first[0]


def warn_first(reply: Reply) -> Reply:
    """With the one-line urgent advice, unless this reply gives urgent advice already."""
    if reply.urgent:
        return reply
    line = reminder(reply)
    return reply.warn((line,), line)


def warn_again(reply: Reply, said: Response | None) -> Reply:
    """With that advice first where what was `said` was a warning: it may be gone on with, or not have been taken in."""
    return warn_first(reply) if reply.state.urgent_told and said is not None and said.urgent else reply


def reminder(reply: Reply, level: Level = "urgent") -> Sentence:
    """The shortest form of urgent advice: that of an emergency once there was one, for advice never becomes weaker."""
    emergency = one_line(reply.guide, "emergency")
    return emergency if reply.state.urgent_line == emergency else one_line(reply.guide, level)


def remind_of_cut(reply: Reply) -> Reply:
    """With the one-line form of the urgent advice that was cut off, if one was."""
    line = reply.state.urgent_line
    return reply.warn((line,), line) if reply.state.urgent_cut and line else reply


def warn_if_needed(reply: Reply, node_id: str, facet: str | None = None, *, more: bool = False) -> Reply:
    """With the urgent line before advice that would hurt, once a warning sign was told in this conversation."""
    if not reply.state.urgent_told or node_id in URGENT_NODES:
        return reply
    # The rest of a cause's answer often names exercises.
    exercises = node_id.startswith("cause.") and (more or facet in _SELF_CARE_FACETS)
    return warn_first(reply) if exercises or node_id in _NEVER_ALONE else reply


def answer_red_flag(reply: Reply, match: Match, flag: RedFlag) -> Reply:
    """What is said to a warning sign, whatever else was asked and whatever was going on."""
    reply = reply.change(signs=merge_signs(reply.state.signs, match.signs))
    answered = _answer_by_node(reply, match, flag)
    check, by = answered.state.check, urgent_sign(reply.guide, match.signs)
    return answered.change(check=replace(check, ended_by=by)) if check and by else answered


def _answer_by_node(reply: Reply, match: Match, flag: RedFlag) -> Reply:
    if match.node_id == CLOT and flag.rule == CLOT_RULE and match.facet in _answered(reply, CLOT):
        facet = None if match.facet == "description" else match.facet
        return _settle(reply, CLOT, facet, _first(reply, CLOT, facet), flag.level)
    if match.node_id in (CLOT, SWELLING):
        facet = match.facet if match.facet in reply.node(match.node_id).answers else None
        # What the clot's own answer says need not be said before it.
        brief = match.node_id == CLOT and flag.level == "urgent"
        warning = (one_line(reply.guide),) if brief else _warning(reply, flag.level)
        sentences = warning + _first(reply, match.node_id, facet)
        return _settle(reply, match.node_id, facet, sentences, flag.level)
    if flag.rule == CLOT_RULE:
        return _settle(reply, URGENT, None, _warning(reply, flag.level), flag.level, topic=CLOT)
    return answer_level(reply, flag.level)


def answer_level(reply: Reply, level: Level) -> Reply:
    """Urgent advice of that level."""
    return _settle(reply, URGENT, "emergency" if level == "emergency" else None, _warning(reply, level), level)


def _answered(reply: Reply, node_id: str) -> tuple[str | None, ...]:
    return (None, "description", *reply.node(node_id).answers)


def _warning(reply: Reply, level: Level) -> tuple[Sentence, ...]:
    return reply.node(URGENT).answers["emergency" if level == "emergency" else "summary"].first


def _first(reply: Reply, node_id: str, facet: str | None) -> tuple[Sentence, ...]:
    answers = reply.node(node_id).answers
    return answers.get(facet or "summary", answers["summary"]).first


def _settle(
    reply: Reply,
    node_id: str,
    facet: str | None,
    sentences: tuple[Sentence, ...],
    level: Level,
    topic: str | None = None,
) -> Reply:
    """Says the advice; whatever was going on ends, so that nothing leads back to self-care by itself. `topic` is what
    "it" refers to from then on; the node itself when None.
    """
    answers = reply.node(node_id).answers
    if node_id == URGENT and level == "emergency":
        facet = "emergency"
    check = reply.state.check
    reply = replace(reply, sentences=()).warn(sentences, reminder(reply, level)).at(node_id, facet)
    more = answers.get(facet or "summary", answers["summary"]).more
    return reply.to_topic(topic or node_id, facet).change(
        pending=more,
        asked=Asked("more") if more else None,
        choices=(),
        walk=None,
        check=replace(check, current=None, ended_by=check.current or check.ended_by) if check else None,
        urgent_told=True,
        paused=False,
        refusals=0,
    )
