"""What the conversation adds to the words: an answer that is waited for, and what "it" refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from voice_assistant.types import Candidate, Context, Guide, Listening, Match, Slots, Transcript, Understood
from voice_assistant.understanding.compiled import Array

EXPECTED_BONUS = 0.35
"""Added to the margins (about -1 to 1) of what is waited for: tips the scale in doubt, never overrules plain words."""
_SHORT_WORDS = 9
_FOLLOWING_WORDS = 6
_CLEAR = 0.8
_FEW_MORE = 2
"""So many more words may be noise around a command."""
_SHORTEST_STORY = 3
"""Words; fewer before a question belong to it."""
UNSURE = 0.5
"""Below this score (0 to 1) another topic does not keep "it" from meaning the one that was talked about."""
RESOLVED_SHARE = 0.3
"""What is left of the other candidates' scores once "it" is known; so little that nobody is asked which was meant."""


def expected_bonus(labels: Sequence[str], text: str, context: Context, listening: Listening) -> Array:
    """A bonus for every label that the conversation waits for; only for short utterances, long ones speak for
    themselves.
    """
    bonus = np.zeros(len(labels), dtype=np.float32)
    if len(text.split()) <= _SHORT_WORDS:
        wanted = {*listening.expected.get(context.expects or "", ()), *context.choices}
        bonus[[index for index, label in enumerate(labels) if label in wanted]] = EXPECTED_BONUS
    return bonus


def resolve(
    ranked: list[Candidate],
    text: str,
    context: Context,
    listening: Listening,
    telling_words: Mapping[str, str],
    facet: str,
    named_leg: bool = False,
) -> list[Candidate]:
    """Put the topic of the conversation first when "it" was asked about, or a part of a topic without saying of which
    ("what are the symptoms"), and no other topic was named.
    """
    words = text.split()
    topic = context.topic
    if topic is None or not topic.startswith("cause.") or len(words) > 2 * _SHORT_WORDS:
        return ranked
    follows_on = len(words) <= _FOLLOWING_WORDS and ranked[0].node_id in listening.follow_on and not named_leg
    if not listening.points_back & set(words) and not follows_on:
        return ranked
    if any(telling_words.get(word, topic) != topic for word in words) or facet == "description":
        return ranked
    best = ranked[0]
    is_other = best.score >= UNSURE or best.node_id.startswith(("control.", "fallback."))
    if best.node_id not in listening.general_topics and not best.node_id.startswith("cause.") and is_other:
        return ranked
    others = [replace(one, score=one.score * RESOLVED_SHARE) for one in ranked if one.node_id != topic]
    return [Candidate(topic, facet, best.score), *others]


def named_for_it(text: str, context: Context, guide: Guide) -> str | None:
    """A short question with the topic's name in place of its last "it" or "that"; None where there is none."""
    words = text.split()
    if context.topic is None or not context.topic.startswith("cause.") or len(words) > _SHORT_WORDS:
        return None
    pointing = [index for index, word in enumerate(words) if word in guide.listening.points_back]
    if not pointing or words[0] not in guide.listening.asks or "you" in words:
        return None
    words[pointing[-1]] = guide.nodes[context.topic].name
    return " ".join(words)


def closing_question(text: str, listening: Listening) -> str | None:
    """What is asked at the end of a story ("… long healed what's osteoarthritis"); None where nothing is."""
    words = text.split()
    openings = [opening.split() for opening in listening.closing_questions]
    for at in range(_SHORTEST_STORY, len(words)):
        if any(words[at : at + len(opening)] == opening and at + len(opening) < len(words) for opening in openings):
            return " ".join(words[at:])
    return None


def is_asked(text: str, listening: Listening) -> bool:
    """Whether words are a question rather than an answer: "does it", not "it does"; "did you get that"."""
    words = text.split()
    if len(words) < 2 or words[0] not in listening.asks:
        return False
    return words[1] == "you" or (len(words) == 2 and words[1] in listening.points_back)


def chosen_by_place(slots: Slots, context: Context) -> str | None:
    """The node that "the second one" means among those that were offered."""
    if slots.ordinal is None or not context.choices:
        return None
    place = len(context.choices) if slots.ordinal == -1 else slots.ordinal
    return context.choices[place - 1] if 0 < place <= len(context.choices) else None


def believes_command(understood: Understood, transcript: Transcript, context: Context) -> bool:
    """Whether a command that the small grammar heard counts more than what the open words mean.

    It does when these are about as few, make no sense and are not a clear command themselves; while an answer is waited
    for also when they make sense but are no more words than the command ("yet", "yes"), or are more but make no sense,
    as in the talk of others.
    """
    if isinstance(understood, Match) and understood.node_id.startswith("control.") and understood.score >= _CLEAR:
        return False
    extra = len(transcript.text.split()) - len(transcript.command.split())
    makes_sense = isinstance(understood, Match) and understood.score >= _CLEAR
    if extra <= _FEW_MORE:
        return not makes_sense or (context.expects is not None and extra <= 0)
    return not makes_sense and context.expects is not None
