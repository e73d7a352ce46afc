"""What words say of the signs that the guided check asks for, and when that answers a question.

A warning sign is ruled out only by words about that sign: a "no" about another one leaves the question open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voice_assistant.types import Guide, Question, Sign, Understood

NO_SIGNS = frozenset({"person", "knee", "leg", "lower_limb", "calf_or_hollow", "knee_side"})
"""Whom or which part of the body an answer is about: "no, not in my leg" denies no other sign."""


def question_about(guide: Guide, sign: str | None) -> Question | None:
    """The question that asks for this sign, also as one of several in one sentence."""
    return next((question for question in guide.questions if sign in _asked_for(question)), None)


def told_signs(guide: Guide, understood: Understood) -> dict[str, bool]:
    """The signs that the check asks for or concludes from, of all that was mentioned ("i", "the knee").

    What is said to be there in any part of the words is there.
    """
    used = {name for question in guide.questions for name in _asked_for(question)}
    used |= {evidence.sign for evidence in guide.evidence}
    by_word = {word: question.sign for question in guide.questions for word in question.words}
    told: dict[str, bool] = {}
    for sign in understood.signs:
        # A word alone ("warm") is no sign, but a sign is denied by it ("it isn't warm").
        name = sign.name if sign.name in used or sign.present else by_word.get(sign.name, sign.name)
        if name in used:
            told[name] = told.get(name, False) or sign.present
    return told


def answer_told(question: Question, told: Mapping[str, bool], known: Mapping[str, bool]) -> bool | None:
    """What the signs that were told just now answer to the question, beside what is known; None for nothing."""
    named = [told[name] for name in _asked_for(question) if name in told]
    if any(named):
        return True
    return False if named and is_settled(question, known) else None


def is_settled(question: Question, known: Mapping[str, bool]) -> bool:
    """Whether what is known answers the question: one of its signs is there, or none of them is."""
    signs = [known.get(name) for name in _asked_for(question)]
    return any(signs) or None not in signs


def urgent_sign(guide: Guide, signs: Iterable[Sign]) -> str | None:
    """The sign of the first urgent question that these signs answer with yes; None when they answer none."""
    there = {sign.name for sign in signs if sign.present}
    urgent = (question for question in guide.questions if question.urgent)
    return next((one.sign for one in urgent if there & {*_asked_for(one), *one.words}), None)


def as_signs(question: Question, answer: bool) -> tuple[Sign, ...]:
    """A plain answer as signs: "yes" tells the first one that was asked for, "no" denies them all."""
    return tuple(Sign(name, answer, "") for name in (_asked_for(question) if not answer else (question.sign,)))


def denies_another(question: Question, understood: Understood) -> bool:
    """Whether something else is denied than what was asked for."""
    own = {*_asked_for(question), *question.words, *NO_SIGNS}
    return any(not sign.present and sign.name not in own for sign in understood.signs)


def without(question: Question, known: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
    """What is known but for the answer to this question."""
    return tuple((name, present) for name, present in known if name not in _asked_for(question))


def _asked_for(question: Question) -> tuple[str, ...]:
    return (question.sign, *question.parts)
