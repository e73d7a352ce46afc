"""How the guided check ends: what the guide connects with the answers, why, and when to see a doctor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from voice_assistant.dialogue.answers import CHOICES, shared_source
from voice_assistant.dialogue.lines import listed, word_count
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import Asked, Check
from voice_assistant.dialogue.urgent import CLOT, warn_first
from voice_assistant.types import BREATH_WORDS, Guide, Sentence

SEE_DOCTOR = "care.see_doctor"
_FILLING_WORDS = 15
"""What signs and names may take, so that the whole sentence stays within 25 words."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A cause and the signs for which the guide mentions it."""

    node_id: str
    signs: tuple[str, ...]


def connections(guide: Guide, known: Mapping[str, bool]) -> tuple[Connection, ...]:
    """The causes that the guide connects with the signs that are there: at most three, most signs first.

    Among causes with as many signs, one with fewer denied signs comes first. A cause that two fewer signs speak for
    than for the first is left out. A clot always comes first and is never left out.
    """
    found: dict[str, list[str]] = {}
    denied: dict[str, int] = {}
    for evidence in guide.evidence:
        if known.get(evidence.sign):
            found.setdefault(evidence.node_id, []).append(evidence.sign)
        elif evidence.sign in known:
            denied[evidence.node_id] = denied.get(evidence.node_id, 0) + 1
    ranked = sorted(found, key=lambda node: (node != CLOT, -len(found[node]), denied.get(node, 0)))
    most = max((len(signs) for signs in found.values()), default=0)
    kept = [node for node in ranked if node == CLOT or len(found[node]) >= most - 1]
    return tuple(Connection(node, tuple(dict.fromkeys(found[node]))) for node in kept[:CHOICES])


def conclude(reply: Reply) -> Reply:
    """Ends the check."""
    found = connections(reply.guide, dict(reply.state.signs))
    if reply.state.urgent_told or any(connection.node_id == CLOT for connection in found):
        reply = warn_first(reply)
    doctor = reply.node(SEE_DOCTOR).answers["summary"].first
    if not found:
        reply = reply.line("check_nothing").say(*doctor).to_topic(SEE_DOCTOR)
        return _close(reply, (), reply.node(SEE_DOCTOR).answers["summary"].more)
    nodes = tuple(connection.node_id for connection in found)
    before = reply.sentences
    sentences, reply = _connecting(reply, found)
    now = 1
    while now < len(sentences) and word_count(sentences[: now + 1]) <= BREATH_WORDS:
        now += 1
    reply = reply.to_topic(nodes[0])
    reply = replace(reply, sentences=(*before, *sentences[:now], *doctor))
    summary = reply.node(nodes[0]).answers["summary"]
    pending = (*sentences[now:], *summary.first, *summary.more)
    return _close(reply.line("more_hint") if sentences[now:] else reply, nodes, pending)


def _connecting(reply: Reply, found: tuple[Connection, ...]) -> tuple[tuple[Sentence, ...], Reply]:
    """One sentence for the causes that the same signs speak for; also the reply in which the lines are counted."""
    start = len(reply.sentences)
    groups: dict[tuple[str, ...], list[str]] = {}
    for connection in found:
        groups.setdefault(connection.signs, []).append(connection.node_id)
    occasion = "check_because"
    for signs, node_ids in groups.items():
        for labels, names in _fitting(reply, signs, tuple(node_ids)):
            reply = reply.line(
                occasion,
                source=shared_source(reply.guide, names),
                signs=listed(reply.guide, labels, join="join_and"),
                names=reply.names(names, join="join_and"),
            )
            occasion = "check_also"
    return reply.sentences[start:], reply


def _fitting(
    reply: Reply, signs: tuple[str, ...], node_ids: tuple[str, ...]
) -> list[tuple[list[str], tuple[str, ...]]]:
    """Labels and nodes for each sentence, so that none becomes too long."""
    labels = [reply.guide.concepts[sign].label for sign in signs]
    if _words(reply, labels, node_ids) <= _FILLING_WORDS:
        return [(labels, node_ids)]
    if len(node_ids) > 1:
        return [part for node_id in node_ids for part in _fitting(reply, signs, (node_id,))]
    while len(labels) > 1 and _words(reply, labels, node_ids) > _FILLING_WORDS:
        labels.pop()
    return [(labels, node_ids)]


def _words(reply: Reply, labels: list[str], node_ids: tuple[str, ...]) -> int:
    spoken = [listed(reply.guide, labels, join="join_and"), reply.names(node_ids, join="join_and")]
    return sum(len(text.split()) for text in spoken)


def _close(reply: Reply, nodes: tuple[str, ...], pending: tuple[Sentence, ...]) -> Reply:
    check = reply.state.check
    asked = Asked("more") if pending else None
    return reply.change(check=Check(check.asked) if check else None, asked=asked, choices=nodes, pending=pending)
