"""What a node says to a facet, a breath at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voice_assistant.dialogue.lines import word_count
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import Asked
from voice_assistant.dialogue.urgent import URGENT_NODES, reminder, warn_if_needed
from voice_assistant.types import BREATH_WORDS, Guide, Sentence, group_of

CHOICES = 3
"""More than three choices at once are not remembered by ear."""
MORE_HINTS = 2
"""How often a conversation says that there is more; after that it is known."""

_CAUSES = "overview.causes"
_ARTICLE = re.compile(r"^(?:an?|the) ", re.IGNORECASE)


def breath(sentences: tuple[Sentence, ...]) -> tuple[tuple[Sentence, ...], tuple[Sentence, ...]]:
    """The sentences of the next breath, at least one, and the rest."""
    count = 1
    while count < len(sentences) and word_count(sentences[: count + 1]) <= BREATH_WORDS:
        count += 1
    return sentences[:count], sentences[count:]


def tell(reply: Reply, node_id: str, facet: str | None) -> Reply:
    """Says what the node answers to the facet; says so when the guide does not cover it, or when it was described."""
    node = reply.node(node_id)
    reply = reply.at(node_id, facet if facet in node.answers else None)
    reply = warn_if_needed(reply, node_id, facet)
    before = len(reply.sentences)
    if facet == "description" and group_of(node_id) == "cause":
        if is_connected(reply, node_id):
            reply = reply.line("connects", source=node.heading, name=node.name)
        else:
            reply = reply.line("nearest_topic", name=node.name)
    elif facet and facet not in node.answers and f"facet_{facet}" in reply.guide.lines:
        reply = reply.line("facet_not_covered", facet=reply.phrase(f"facet_{facet}"), topic=node.name)
    answer = node.answers.get(facet or "summary", node.answers["summary"])
    return _tell_answer(reply, node_id, answer.first, answer.more, word_count(reply.sentences[before:]))


def _tell_answer(
    reply: Reply, node_id: str, first: tuple[Sentence, ...], more: tuple[Sentence, ...], lead_words: int
) -> Reply:
    if node_id in URGENT_NODES:
        reply = reply.warn(first, reminder(reply))
    else:
        # Only the summary of a cause may be shortened: elsewhere a later sentence may be the caution to an earlier one.
        while lead_words and group_of(node_id) == "cause" and len(first) > 1:
            if lead_words + word_count(first) <= BREATH_WORDS:
                break
            first, more = first[:-1], (first[-1], *more)
        reply = reply.say(*first)
    named = named_in(reply.guide, reply.sentences, besides=node_id)
    listed = reply.state.choices if node_id in reply.state.choices else ()
    return reply.to_topic(node_id, reply.facet).change(
        pending=more, asked=Asked("more") if more else None, choices=named or listed
    )


def is_connected(reply: Reply, node_id: str) -> bool:
    """Whether the guide connects a sign that was told with this cause: only then that may be said of it."""
    there = {name for name, present in reply.state.signs if present}
    return any(evidence.node_id == node_id and evidence.sign in there for evidence in reply.guide.evidence)


def hint_at_more(reply: Reply) -> Reply:
    """Says that there is more, the first times."""
    state = reply.state
    if not state.pending or reply.urgent or state.more_hints >= MORE_HINTS:
        return reply
    hinting = reply.line("more_hint").change(more_hints=state.more_hints + 1)
    return hinting if word_count(hinting.sentences) <= BREATH_WORDS else reply


def tell_more(reply: Reply) -> Reply:
    """The next breath of what is pending. The caller sees to it that something is."""
    state = reply.state
    topic = state.topic or reply.node_id
    reply = warn_if_needed(reply, topic, state.facet, more=True)
    said, rest = breath(state.pending)
    reply = reply.warn(said, reminder(reply)) if topic in URGENT_NODES else reply.say(*said)
    asked = state.asked if state.asked and state.asked.kind != "more" else None
    return reply.at(topic, state.facet).change(
        pending=rest,
        asked=asked or (Asked("more") if rest else None),
        choices=named_in(reply.guide, said, besides=topic) or state.choices,
    )


def offer_next(reply: Reply) -> Reply:
    """Offers where the topic leads on to, at most three nodes that were not told just now."""
    topic = reply.state.topic
    told = {topic, *(node_id for node_id, _ in reply.state.history)}
    leads = tuple(node_id for node_id in reply.node(topic).leads_to if node_id not in told) if topic else ()
    if not leads:
        return reply
    offered = leads[:CHOICES]
    return reply.ask("choice", "offer_next", offered, names=reply.names(offered)).change(choices=offered)


def named_in(guide: Guide, sentences: Iterable[Sentence], *, besides: str) -> tuple[str, ...]:
    """The causes that the sentences name, in spoken order, when they name several: "the second one" is among them."""
    text = " ".join(sentence.text for sentence in sentences)
    places = {}
    for node_id, node in guide.nodes.items():
        if group_of(node_id) == "cause" and node_id != besides:
            name = re.escape(_ARTICLE.sub("", node.name))
            found = re.search(rf"\b{name}\b", text, re.IGNORECASE)
            if found:
                places[node_id] = found.start()
    return tuple(sorted(places, key=places.__getitem__)) if len(places) > 1 else ()


def shared_source(guide: Guide, node_ids: tuple[str, ...]) -> str | None:
    """The heading for a sentence about these nodes: their own, or the one that they all stand under."""
    if len(node_ids) == 1:
        return guide.nodes[node_ids[0]].heading
    if all(group_of(node_id) == "cause" for node_id in node_ids):
        return guide.nodes[_CAUSES].heading
    return None
