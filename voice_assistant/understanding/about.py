"""Of which part of the body an utterance speaks, and whether it asks, or only tells what is not there."""

from __future__ import annotations

from voice_assistant.types import Candidate, Reason
from voice_assistant.understanding.concepts import NOT_KNOWING, Findings

SURE_MOVE = 0.6
"""How sure a command (0 to 1) must be that is said as a question ("can we stop")."""
YES_OR_NO = ("control.yes", "control.no")
_MOVES = (
    *("control.stop", "control.previous", "control.start_over", "control.goodbye"),
    *("control.louder", "control.quieter", "control.slower", "control.faster"),
)
_US, _FEWEST_ASKED = "you", 2
"""Whom "did you get that" is asked of; a question of so few words ("does it") asks nothing of the guide."""
_ASKING = frozenset({"what", "how"})
_FEW_OTHER_WORDS = 4
"""So many words may stand beside what somebody does not know ("well i honestly …")."""
_TELLING = frozenset({"it", "it's", "is", "looks", "feels", "has", "goes", "gone", "got", "there's"})
_MORE_TOLD = _TELLING | {"but", "or"}
"""Words with which something else is told, before and behind what somebody does not know."""
_POINTING = frozenset({"this", "it", "it's", "that", "that's", "there"})


def is_elsewhere(findings: Findings) -> bool:
    """Whether it is about another part of the body, or the back or hip alone, with no word of the leg nor "this" or
    "it".
    """
    if findings.has("leg"):
        return False
    return findings.names("other_body") is not None or (findings.has("back_or_hip_pain") and not _points(findings))


def only_denies(findings: Findings, signs: frozenset[str]) -> bool:
    """Whether warning signs are named, all of them denied, and no complaint is left."""
    named = [mention for mention in findings.mentions if mention.concept in signs]
    return bool(named) and all(mention.denied for mention in named) and not findings.has("pain")


def only_wonders(findings: Findings) -> bool:
    """Whether somebody does not know if a sign is there ("i'm not sure if it's warm") and says hardly anything else."""
    wondering = findings.first((NOT_KNOWING,))
    if wondering is None or findings.has("pain"):
        return False
    return len(findings.text.split()) - len(wondering.words.split()) <= _FEW_OTHER_WORDS


def tells_no_more(findings: Findings) -> bool:
    """Whether somebody only wonders, and what stands beside it tells nothing ("not sure if it's swollen, it's blue"
    does; "it's hard to say if it's swollen" does not).
    """
    wondering = findings.first((NOT_KNOWING,))
    if wondering is None or not only_wonders(findings):
        return False
    before, behind = findings.text[: wondering.start].split(), findings.text[wondering.end :].split()
    while before and before[-1] in _TELLING:
        before.pop()
    return _TELLING.isdisjoint(before) and _MORE_TOLD.isdisjoint(behind)


def is_other_leg_part(findings: Findings) -> bool:
    """Whether it is about a foot, an ankle or the front of the leg alone, of which the guide says nothing."""
    return findings.has("other_leg_part") and findings.names("knee_side") is None


def points_to_leg(findings: Findings) -> bool:
    """Whether a leg is named, or "it" or "this", which may be one."""
    return findings.has("leg") or _points(findings)


def is_question(findings: Findings) -> bool:
    """Whether the words begin as a question does ("does that matter"), which is no yes and no no."""
    asked = findings.names("also_question")
    return asked is not None and not findings.text[: asked.start].strip()


def asks_rather_than(findings: Findings, best: Candidate) -> Reason | None:
    """Why a question that only sounds like an answer or a command is not answered ("does that matter", "what can i do
    to stop it"); None where it is none. What is asked of the assistant ("did you get that") was not understood, nor was
    what is too short to be asked of the guide ("does it").
    """
    if not is_question(findings):
        return None
    words = findings.text.split()
    asks_us = words[1:2] == [_US]
    if best.node_id in YES_OR_NO:
        return "not_heard" if asks_us or len(words) <= _FEWEST_ASKED else "not_in_guide"
    if asks_us:
        return None  # "can you go back" is a command
    is_about_it = best.node_id == "control.stop" and _asks_about_it(words)
    is_unsure = best.node_id in _MOVES and best.score < SURE_MOVE
    return "not_in_guide" if is_about_it or is_unsure else None


def _asks_about_it(words: list[str]) -> bool:
    """Whether "it" is to be stopped ("how do i stop that", "can it be stopped") not the voice ("can you stop it")."""
    return "you" not in words and (words[1] in _POINTING or (words[0] in _ASKING and words[-1] in _POINTING))


def _points(findings: Findings) -> bool:
    return any(word in _POINTING for word in findings.text.split())
