"""What words answer to a question of the guided check, and which words answer nothing.

A warning sign is ruled out by a sure "no" alone: not by a sigh, a complaint, a question back or "I can't see it". Nor
is it believed because somebody said "okay" to being asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from voice_assistant.dialogue.check_signs import denies_another
from voice_assistant.dialogue.courtesies import MOODS
from voice_assistant.types import NoMatch, Question, Understood

NODE = "check.start"
UNKNOWN = "unknown"
"""The action in the slots of "I don't know"."""
WRONG, SORRY, SOME, WHY = "wrong", "sorry", "some", "why"
"""The actions in the slots of "that's wrong", "oh sorry, no", "only a little" and "why do you ask"."""
ASSENT = "assent"
"""Beside the slots of "okay" and "yes go ahead": agreeing to be asked."""
SURE_NO = 0.65
"""A "no" less sure than this (0 to 1) is asked again: a warning sign is not ruled out by a sigh, nor by "there's
something wrong with it"."""
SURE_YES = 0.8
"""A "yes" less sure than this (0 to 1) beside something that is denied is asked again."""
SURE_TOPIC = 0.6
"""A topic less sure than this (0 to 1) does not end the check: "in the knee" is not asked about referred pain."""
_SURE_REFUSAL = 0.5
_ASKS_MEANING = "asks_meaning"
"""The sign of "what do you mean by swelling"."""
_ASKS = "question"
_OTHER_ACTIONS = ("left", "where", "list", "spell", "pause", "resume")
_OF_THE_ASSISTANT = ("identity", "privacy", "person", *MOODS)
_TELLING_FACETS = (None, "summary", "description", "symptoms")
_TELLING_NODES = (NODE, "control.yes", "control.no")


def is_for_the_conversation(understood: Understood) -> bool:
    """Whether something is wanted of the conversation itself, or asked of the assistant: no answer to a question."""
    if understood.slots.action in MOODS and understood.node_id == "control.yes":
        return False  # "I'm scared, yes it is"; but "that's not what I asked" is no "no"
    return understood.slots.action in (*_OTHER_ACTIONS, *_OF_THE_ASSISTANT)


def asks_why(understood: Understood) -> bool:
    """Whether it is asked what the question is for."""
    action = understood.slots.action
    return action == WHY or (understood.node_id == "control.more" and action is None)


def asks_meaning(understood: Understood, question: Question) -> bool:
    """Whether it is asked what a word of the question means."""
    named = {sign.name for sign in understood.signs}
    return _ASKS_MEANING in named and bool(named & {question.sign, *question.parts, *question.words})


def heard(understood: Understood) -> Understood:
    """As it was understood, but a topic that is hardly meant counts as not heard, and so does what hardly seems to be
    about something else. A question is left as it is.
    """
    if isinstance(understood, NoMatch):
        is_accident = understood.reason == "out_of_scope" and understood.score < _SURE_REFUSAL
    else:
        is_topic = not understood.node_id.startswith(("control.", "check.", "fallback."))
        is_accident = is_topic and understood.score < SURE_TOPIC and not understood.choices
    if not is_accident or _ASKS in understood.slots.also:
        return understood
    return NoMatch("not_heard", understood.score, signs=understood.signs, slots=understood.slots)


def is_telling(understood: Understood, told: Mapping[str, bool], question: Question) -> bool:
    """Whether it is told something, rather than asked or wanted."""
    if isinstance(understood, NoMatch) or understood.slots.action == UNKNOWN:
        return True
    if understood.node_id in (*_TELLING_NODES, "control.next"):
        return True
    if _names_a_part(understood, question):
        return True
    if set(told) & {question.sign, *question.parts} and understood.facet in _TELLING_FACETS:
        return True
    return bool(told) and (understood.facet == "description" or understood.node_id.startswith("symptom."))


def is_remark(understood: Understood) -> bool:
    """About what was said, and no question of its own ("is it wrong to massage it")."""
    if isinstance(understood, NoMatch):
        return understood.reason != "not_in_guide"
    return understood.node_id.startswith("control.") or understood.node_id == NODE


def plain_answer(understood: Understood, question: Question) -> bool | None:
    """A yes or no that names no sign of the check; None when it is neither, or a "no" that is not sure."""
    if understood.slots.action == SOME and understood.node_id == "fallback.not_heard":
        return True  # "just a tiny bit"
    if _names_a_part(understood, question):
        return True
    vague = understood.slots.action in (UNKNOWN, "any") or understood.slots.ordinal is not None  # "not the last one"
    unsure = understood.score < SURE_NO or vague
    if _is_no(understood) and (unsure or denies_another(question, understood)):
        return None
    if understood.node_id == "control.yes" and understood.score < SURE_YES and denies_another(question, understood):
        return None  # "my chest is fine"
    return {"control.yes": True, "control.no": False}.get(understood.node_id)


def without_doubt(
    answer: bool | None, understood: Understood, question: Question, told: Mapping[str, bool], *, again: bool
) -> bool | None:
    """The answer, unless it is in doubt: "no, not much" and "okay" are asked again, and when they are said `again` a
    warning sign may be there.
    """
    little = understood.slots.action == SOME and (
        answer is False or (answer is None and not told and _is_no(understood))
    )
    if not little and not (agrees(understood) and question.urgent and not told):
        return answer
    could_be = little or understood.node_id == "control.yes"
    return True if could_be and question.urgent and again else None


def agrees(understood: Understood) -> bool:
    """Whether somebody only agrees to be asked ("okay", "yes go ahead")."""
    return ASSENT in understood.slots.also


def _names_a_part(understood: Understood, question: Question) -> bool:
    """Whether one of several signs is told by its place: "the last one, yes"."""
    said = understood.node_id in ("control.yes", "control.previous", "fallback.not_heard")
    return bool(question.parts) and said and understood.slots.ordinal is not None


def _is_no(understood: Understood) -> bool:
    return understood.node_id == "control.no"
