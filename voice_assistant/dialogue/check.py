"""The guided check: one short question at a time, urgent ones first, and never a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voice_assistant.dialogue import check_answers as answers
from voice_assistant.dialogue import refusals
from voice_assistant.dialogue.answers import tell
from voice_assistant.dialogue.check_answers import NODE, SORRY, UNKNOWN, WRONG
from voice_assistant.dialogue.check_result import conclude
from voice_assistant.dialogue.check_signs import (
    answer_told,
    as_signs,
    is_settled,
    question_about,
    told_signs,
    without,
)
from voice_assistant.dialogue.numbers import spoken_number
from voice_assistant.dialogue.reply import Reply
from voice_assistant.dialogue.state import Asked, Check, DialogueState, merge_signs
from voice_assistant.dialogue.urgent import SWELLING, URGENT, Level, answer_level
from voice_assistant.types import CHECK_QUESTIONS, Guide, NoMatch, Question, Sign, Understood

TRIES_MAX = 2
"""A question that was not answered so often is left open."""
GIVEN = frozenset({"pain"})
"""Whoever does the check has come with pain."""


def start(reply: Reply, signs: tuple[Sign, ...] = ()) -> Reply:
    """Begins the check, or takes up the one that was left. Signs that were told already are not asked for."""
    if reply.state.open_check:
        return resume(reply.change(signs=merge_signs(reply.state.signs, signs)))
    known = () if reply.state.check else reply.state.signs
    reply = reply.at(NODE).change(signs=merge_signs(known, signs), check=Check(), walk=None)
    if (warned := _warn(reply, tuple(name for name, present in reply.state.signs if present))) is not None:
        return warned
    return _next_question(reply.line("check_intro").line("check_how") if _upcoming(reply) else reply)


def listen(reply: Reply, understood: Understood) -> Reply | None:
    """What was said while a question of the check waits; None when it is no answer to it."""
    check, asked = reply.state.open_check, reply.state.asked
    question = question_about(reply.guide, check.current) if check else None
    if check is None or question is None or asked is None or asked.kind != "check_question":
        return None
    told = told_signs(reply.guide, understood)
    if not told and answers.is_for_the_conversation(understood):
        return None
    is_wrong = understood.slots.action == WRONG and not told and answers.is_remark(understood)
    if is_wrong and len(check.asked) > 1:
        return back(reply.change(refusals=0))
    if not told and answers.asks_why(understood):
        return reply.at(NODE).change(refusals=0).line("check_why").ask_again()
    if answers.asks_meaning(understood, question):
        return _explain(reply, understood, question)
    understood = understood if told else answers.heard(understood)
    if not answers.is_telling(understood, told, question):
        return None
    known = dict(reply.state.signs)
    changed = [name for name, present in told.items() if known.get(name, present) != present]
    reply = reply.at(NODE).change(signs=merge_signs(reply.state.signs, _told_last(told, understood)))
    # "No fever" is no answer to whether it is swollen, nor is "yes, I did twist it".
    signs = dict(reply.state.signs)
    answer = answer_told(question, told, signs) if told else answers.plain_answer(understood, question)
    if is_wrong and understood.node_id != "control.yes":
        answer = None  # there is no earlier answer that it could take back
    answer = answers.without_doubt(answer, understood, question, told, again=check.tries > 0)
    present = tuple(sign.name for sign in understood.signs if sign.present) + ((question.sign,) if answer else ())
    if (warned := _warn(reply, present)) is not None:
        return warned
    if answer is not None:
        noted = merge_signs(reply.state.signs, as_signs(question, answer))
        return _next_question(reply.change(signs=noted, refusals=0))
    if changed:
        return reply.line("check_changed").ask_again()
    if told.keys() - known.keys():
        return reply.ask_again()  # something new was told, so it is not that we do not understand each other
    if understood.slots.action == UNKNOWN or understood.node_id == "control.next":
        return _next_question(reply)
    return _not_answered(reply, check, understood, told)


def _told_last(told: Mapping[str, bool], understood: Understood) -> tuple[Sign, ...]:
    """All that was mentioned; of a sign that was both told and denied, that it is there."""
    return (*understood.signs, *(Sign(name, present, "") for name, present in told.items()))


def _explain(reply: Reply, understood: Understood, question: Question) -> Reply:
    """What the guide says of the sign that was asked for, or that it says nothing; then the question again."""
    if understood.node_id.startswith("symptom."):
        check = reply.state.check or Check()
        return _ask(tell(reply, understood.node_id, None), check, question)
    return refusals.refuse(reply, NoMatch("not_in_guide", understood.score))


def corrects(state: DialogueState, understood: Understood, guide: Guide) -> bool:
    """Whether a sign is told while there is a check, as in "wait, it isn't swollen": that is no wish for silence."""
    return state.check is not None and bool(told_signs(guide, understood))


def _not_answered(reply: Reply, check: Check, understood: Understood, told: Mapping[str, bool]) -> Reply:
    if isinstance(understood, NoMatch) and understood.reason != "not_heard" and not told:
        return refusals.refuse(reply, understood)  # a question of the person's own, which leaves ours open
    if check.tries + 1 >= TRIES_MAX:
        return _next_question(reply.line("check_skip"))
    reply = reply.change(check=replace(check, tries=check.tries + 1))
    if answers.agrees(understood) and not told:
        return reply.line("check_how").ask_again()
    if isinstance(understood, NoMatch) and not told:
        return refusals.refuse(reply, understood)
    return reply.ask_again()


def _next_question(reply: Reply) -> Reply:
    upcoming = _upcoming(reply)
    if not upcoming:
        return conclude(reply.at(NODE))
    asked = reply.state.check.asked if reply.state.check else ()
    return _ask(reply, Check(asked=(*asked, upcoming[0].sign), current=upcoming[0].sign), upcoming[0])


def _upcoming(reply: Reply) -> tuple[Question, ...]:
    """The questions that are still to be asked: not asked yet and not answered by what was told."""
    asked = reply.state.check.asked if reply.state.check else ()
    known = dict(reply.state.signs)
    open_ones = tuple(
        question for question in reply.guide.questions if question.sign not in asked and not is_settled(question, known)
    )
    return open_ones[: max(0, CHECK_QUESTIONS - len(asked))]


def _ask(reply: Reply, check: Check, question: Question) -> Reply:
    asked = Asked("check_question", (question.sign,), question.sentence)
    return reply.at(NODE).say(question.sentence).change(check=check, asked=asked, pending=(), choices=())


def _warn(reply: Reply, present: tuple[str, ...]) -> Reply | None:
    """Ends the check urgently when one of these signs, or all signs together, are a warning."""
    level = warning_level(reply.guide, {name for name, there in reply.state.signs if there} | set(present), present)
    if level is None:
        return None
    urgent = {question.sign for question in reply.guide.questions if question.urgent}
    current = reply.state.check.current if reply.state.check else None
    by = next((name for name in present if name in urgent), current)
    known = merge_signs(reply.state.signs, [Sign(name, True, "") for name in present])
    warned = answer_level(reply.change(signs=known), level)
    return warned.change(check=replace(warned.state.check or Check(), current=None, ended_by=by))


def warning_level(guide: Guide, known: set[str], new: tuple[str, ...]) -> Level | None:
    """How urgent the signs are: by the rules for warning signs, or because an urgent question was answered yes."""
    if not new:
        return None
    signs = known | GIVEN
    fired = {
        rule.level
        for rule in guide.rules
        if all(signs & set(group) for group in rule.all_of) and not signs & set(rule.none_of)
    }
    if "emergency" in fired:
        return "emergency"
    urgent = {question.sign for question in guide.questions if question.urgent}
    return "urgent" if fired or urgent & set(new) else None


def correct(reply: Reply, understood: Understood) -> Reply | None:
    """After an urgent end, "no wait, it isn't swollen" takes the check up again. What was advised stays advised. Just
    after the check, its last answer can be taken back.
    """
    check, last = reply.state.check, reply.state.last
    if check is None or check.current is not None:
        return None
    is_over = not check.ended_by and check.asked and last is not None and last.node_id == NODE
    question = question_about(reply.guide, check.asked[-1] if is_over else check.ended_by)
    if question is None:
        return None
    check = _without_open_question(reply, check)
    told = told_signs(reply.guide, understood)
    wants_back = understood.slots.action in (WRONG, SORRY) and not told
    wants_back = wants_back or understood.node_id == "control.previous"
    if wants_back and (is_over or reply.state.topic in (URGENT, SWELLING)):
        return _ask_anew(reply.change(refusals=0), check, question)
    retracts = any(name in told for name in (question.sign, *question.parts)) and not any(told.values())
    if not retracts or not answers.is_telling(understood, told, question):
        return None
    reply = reply.at(NODE).line("check_changed")
    if question.parts:
        return _ask_anew(reply, check, question)  # one of several signs is denied; the others may be there
    signs = merge_signs(reply.state.signs, _told_last(told, understood))
    return _next_question(reply.change(signs=signs, check=Check(check.asked)))


def _without_open_question(reply: Reply, check: Check) -> Check:
    """The check that ended urgently without the question that waited when another sign was told: it is still open."""
    question = question_about(reply.guide, check.asked[-1]) if check.asked else None
    is_open = question is not None and not is_settled(question, dict(reply.state.signs))
    return replace(check, asked=check.asked[:-1]) if is_open else check


def back(reply: Reply) -> Reply:
    """Asks the question before again."""
    check = reply.state.open_check
    if check is None:
        return reply
    asked = check.asked[:-1] or check.asked
    question = question_about(reply.guide, asked[-1])
    if question is None:
        return _next_question(reply.change(check=Check(asked)))
    return _ask_anew(reply, replace(check, asked=asked), question)


def _ask_anew(reply: Reply, check: Check, question: Question) -> Reply:
    sign = question.sign
    asked = (*(one for one in check.asked if one != sign), sign)
    return _ask(reply.change(signs=without(question, reply.state.signs)), Check(asked=asked, current=sign), question)


def keep_asking(reply: Reply) -> Reply:
    """Asks the open question again when something short came between."""
    check, state = reply.state.open_check, reply.state
    if check is None or check.left or state.asked or reply.urgent or not reply.sentences:
        return reply
    question = question_about(reply.guide, check.current)
    return reply if question is None else _ask(reply, check, question).at(reply.node_id, reply.facet)


def leave(reply: Reply) -> Reply:
    """Leaves the check so that it can be taken up again."""
    check = reply.state.open_check
    return reply.change(check=replace(check, left=True)) if check else reply


def leave_for_a_question(reply: Reply) -> Reply:
    """Offers, once, to go on with the check after something else was answered."""
    check = reply.state.open_check
    if check is None or check.left:
        return reply
    return leave(reply.ask("resume_check", "check_resume_question"))


def resume(reply: Reply) -> Reply:
    """Asks the question at which the check was left."""
    check = reply.state.open_check
    if check is None:
        return reply
    question = question_about(reply.guide, check.current)
    if question is None or is_settled(question, dict(reply.state.signs)):
        return _next_question(reply)
    return _ask(reply, replace(check, left=False, tries=0), question)


def tell_where(reply: Reply) -> Reply:
    """Which question it is at, and the question."""
    check = reply.state.open_check
    if check is None:
        return reply
    return resume(reply.at(NODE).line("check_where", number=spoken_number(len(check.asked))))


def tell_left(reply: Reply) -> Reply:
    """How many questions there can still be, and the present one."""
    check = reply.state.open_check
    if check is None:
        return reply
    left = len(_upcoming(reply))
    reply = reply.at(NODE)
    if left == 0:
        return resume(reply.line("check_question_left"))
    return resume(reply.line("check_questions_left", count=spoken_number(left)))
