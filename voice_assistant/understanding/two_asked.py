"""Two things that are asked in one breath ("what is a baker's cyst and how do I treat arthritis"). Pure."""

from __future__ import annotations

from dataclasses import replace

from voice_assistant.types import Candidate, Listening, Match, Slots, Understood

TIMER = "control.timer"
_JOINTS = ("and", "plus")
_FILLERS = ("then", "also", "please", "after", "that")
"""May stand between the joint and the question: "and after that tell me about ice"."""
_ORDERS = ("set", "start")
"""Begin what is said of a timer: "what is ice and set a timer for ten minutes"."""
_SHORTEST = 3
"""Words; fewer are no question that means something by itself."""
_NO_QUESTIONS = ("and", "but", "so", "any")
"""Words of `asks` that begin a question only before another one."""
_LEAST_SURE = 0.5
"""How sure (0 to 1) both must be; otherwise it was one question that only looked like two."""


def halves(text: str, listening: Listening) -> tuple[str, str] | None:
    """The words before an "and" behind which a question begins, and that question; None where there is none."""
    words = text.split()
    for at in range(_SHORTEST, len(words) - _SHORTEST):
        question = _question(words[at + 1 :], listening) if words[at] in _JOINTS else None
        if question:
            return " ".join(words[:at]), question
    return None


def _question(words: list[str], listening: Listening) -> str | None:
    """The question that begins with these words, or behind fillers."""
    openings = [opening.split() for opening in listening.closing_questions]
    for at in range(len(words) - _SHORTEST + 1):
        rest = words[at:]
        begins = rest[0] in _ORDERS or (rest[0] in listening.asks and rest[0] not in _NO_QUESTIONS)
        if begins or any(rest[: len(opening)] == opening for opening in openings):
            return " ".join(rest)
        if rest[0] not in _FILLERS:
            return None
    return None


def both(whole: Understood, first: Understood, second: Understood, slots: Slots) -> Understood:
    """What is meant by two questions: the first, and the second `beside` it. A timer that is set beside a question is
    among the slots, so that the question is what is meant. The whole where the halves are no two topics.
    """
    timed = "timer" in slots.also and slots.duration_s is not None
    if timed and first.node_id == TIMER and isinstance(second, Match) and _is_topic(second):
        return second
    if timed and second.node_id == TIMER and isinstance(first, Match) and _is_topic(first):
        return first
    if not (isinstance(first, Match) and isinstance(second, Match) and _is_topic(first) and _is_topic(second)):
        return whole
    if first.node_id == second.node_id:
        return whole
    return replace(first, choices=(), beside=Candidate(second.node_id, second.facet, second.score))


def _is_topic(match: Match) -> bool:
    """Whether it is surely a question about something that the guide tells."""
    told = not match.node_id.startswith(("control.", "fallback.", "check."))
    return told and match.red_flag is None and match.score >= _LEAST_SURE and match.facet != "description"
