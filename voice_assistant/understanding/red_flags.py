"""Warning signs by rule: which concepts are said and not denied (dialogs/red_flags.yaml)."""

from __future__ import annotations

from collections.abc import Iterable

from voice_assistant.types import RedFlag, Rule
from voice_assistant.understanding.concepts import PLACES, Findings


def red_flag(findings: Findings, rules: Iterable[Rule]) -> RedFlag | None:
    """The first rule that fires, gravest first as the rules are ordered; None when none does.

    What is told of another part of the body alone ("my eye is swollen") is no sign but for an emergency.
    """
    elsewhere = findings.has("complaint_elsewhere") and not findings.names("leg")
    for rule in rules:
        if findings.has(*rule.none_of) or (elsewhere and rule.level == "urgent"):
            continue
        mentions = [
            findings.names(*group) if PLACES.issuperset(group) else findings.first(group) for group in rule.all_of
        ]
        if all(mentions):
            words = ", ".join(dict.fromkeys(mention.words for mention in mentions if mention))
            return RedFlag(rule=rule.name, level=rule.level, words=words)
    return None


def graver(first: RedFlag | None, second: RedFlag | None) -> RedFlag | None:
    """The graver of two: an emergency before anything else, the first when they are alike."""
    if first is None or second is None:
        return first or second
    return second if (first.level, second.level) == ("urgent", "emergency") else first


def warning_concepts(rules: Iterable[Rule]) -> frozenset[str]:
    """The concepts that are a warning sign by themselves: the only group of some rule."""
    return frozenset(name for rule in rules if len(rule.all_of) == 1 for name in rule.all_of[0])
