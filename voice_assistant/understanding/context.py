"""What the conversation adds to the words: an answer that is waited for, and what "it" refers to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from voice_assistant.types import Candidate, Context, Guide, Listening, Match, NoMatch, Slots, Transcript, Understood
from voice_assistant.understanding.about import YES_OR_NO
from voice_assistant.understanding.compiled import Array

EXPECTED_BONUS = 0.35
"""Added to the margins (about -1 to 1) of what is waited for: tips the scale in doubt, never overrules plain words."""
_SHORT_WORDS = 9
_FOLLOWING_WORDS = 6
_FEW_WORDS = 4
"""A question of more words says what it is about."""
_CLEAR = 0.8
_FEW_MORE = 2
"""So many more words may be noise around a command."""
_SHORTEST_STORY = 3
"""Words; fewer before a question belong to it."""
SURE_REFUSAL = 0.9
"""A refusal that is so sure stands, whatever "it" may mean."""
_STEPS = ("police.", "harm.")
"""In a walk-through "will it come back" asks about the pain, not about the step."""
CLOT = "cause.deep_vein_thrombosis"
"""The cause that is urgent."""
_DANGER, _OUTLOOK = "danger", "outlook"
_CERTAIN = 1.1
"""Above every score."""
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
    facet: str,
    named_leg: bool = False,
) -> list[Candidate]:
    """Put the cause that is talked about first when "it" was asked about, or a part of it without saying of which
    ("what are the symptoms"), and no other topic was named.
    """
    words = text.split()
    topic = context.cause
    if topic is None or len(words) > 2 * _SHORT_WORDS:
        return ranked
    follows_on = len(words) <= _FOLLOWING_WORDS and ranked[0].node_id in listening.follow_on and not named_leg
    if not listening.points_back & set(words) and not follows_on:
        return ranked
    if names_another(words, topic, listening) or facet == "description":
        return ranked
    best = ranked[0]
    is_general = best.node_id in listening.general_topics and not listening.stands_alone & set(words)
    is_other = best.score >= UNSURE or best.node_id.startswith(("control.", "fallback."))
    if not is_general and not best.node_id.startswith("cause.") and is_other:
        return ranked
    others = [replace(one, score=one.score * RESOLVED_SHARE) for one in ranked if one.node_id != topic]
    return [Candidate(topic, facet, best.score), *others]


def names_another(words: Sequence[str], topic: str, listening: Listening) -> bool:
    """Whether a word names another cause than this one, and none names this one."""
    named = {node_id for node_id, names in listening.names.items() if names & set(words)}
    return bool(named) and topic not in named


@dataclass(frozen=True, slots=True)
class Named:
    """A short question with the name of what is talked about."""

    text: str
    node_id: str
    least_score: float
    """How sure it must be to count more than the question as it was said."""


def named_for_it(understood: Understood, text: str, context: Context, guide: Guide) -> Named | None:
    """A short question that made little sense by itself, with the topic's name for its last "it" or "that" or behind it
    ("what's the outlook"); None where there is none, or where it means enough as it was said.
    """
    words = text.split()
    topic = context.cause or context.topic
    if topic is None or topic.startswith(_STEPS) or context.expects not in (None, "more"):
        return None
    if words[0] not in guide.listening.asks:
        return None
    pointing = [index for index, word in enumerate(words) if word in guide.listening.points_back]
    if len(words) > (_SHORT_WORDS if pointing else _FEW_WORDS) or ("you" in words and not _is_command(understood)):
        return None
    if understood.score >= _least_sure(understood, words, pointing) or names_another(words, topic, guide.listening):
        return None
    name = guide.nodes[topic].name
    if not pointing:
        return Named(f"{text} with {name}", topic, _CLEAR)
    words[pointing[-1]] = name
    return Named(" ".join(words), topic, _CLEAR if "you" in words else UNSURE)


def _is_command(understood: Understood) -> bool:
    return understood.node_id.startswith("control.")


def _least_sure(understood: Understood, words: list[str], pointing: list[int]) -> float:
    """From which score on a short question means what it was taken for, whatever is talked about."""
    if isinstance(understood, NoMatch):
        # "how often" is nothing that the guide says, whatever it is about.
        return SURE_REFUSAL if pointing or understood.reason == "out_of_scope" else UNSURE
    if not _is_command(understood):
        return UNSURE
    # "how do I stop them" and "can it be slowed down" are no commands; "can you slow it down" is one.
    if pointing and (words[0] == "how" or (pointing[0] == 1 and "you" not in words)):
        return _CERTAIN
    return _CLEAR if pointing or understood.node_id in YES_OR_NO else UNSURE


def outlook_asked(asked: Iterable[Slots], context: Context, guide: Guide) -> Match | None:
    """How a cause goes on, which "is it dangerous" asks just after an answer about it, where all guesses ask nothing
    else. Once a warning sign was told, or after what somebody feels, it is urgent, and so it is of a clot and where the
    guide does not say.
    """
    cause = context.just_told
    if cause is None or context.expects not in (None, "more"):
        return None
    if cause == CLOT or _OUTLOOK not in guide.nodes[cause].answers:
        return None
    return Match(cause, _OUTLOOK, 1.0) if all(_DANGER in slots.also for slots in asked) else None


def closing_question(text: str, listening: Listening) -> str | None:
    """What is asked at the end of a story ("… long healed what's osteoarthritis"); None where nothing is."""
    words = text.split()
    openings = [opening.split() for opening in listening.closing_questions]
    for at in range(_SHORTEST_STORY, len(words)):
        if any(words[at : at + len(opening)] == opening and at + len(opening) < len(words) for opening in openings):
            return " ".join(words[at:])
    return None


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
