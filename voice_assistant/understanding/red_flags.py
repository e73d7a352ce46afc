"""Warning signs by rule: which concepts are said and not denied (dialogs/red_flags.yaml)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from voice_assistant.types import RedFlag, Rule
from voice_assistant.understanding.concepts import PLACES, Findings, Mention


def red_flag(findings: Findings, rules: Iterable[Rule], most_between: float = math.inf) -> RedFlag | None:
    """The first rule that fires, gravest first as the rules are ordered; None when none does.

    most_between: so many words may stand between the things that are a sign together.

    What is told of another part of the body alone ("my eye is swollen") is no sign but for an emergency.
    """
    elsewhere = findings.has("complaint_elsewhere") and not findings.names("leg")
    for rule in rules:
        if findings.has(*rule.none_of) or (elsewhere and rule.level == "urgent"):
            continue
        mentions = _together(findings, rule, most_between)
        if mentions:
            words = ", ".join(dict.fromkeys(mention.words for mention in mentions))
            return RedFlag(rule=rule.name, level=rule.level, words=words)
    return None


def _together(findings: Findings, rule: Rule, most_between: float) -> Sequence[Mention]:
    """The first mentions, one of each group, that stand together; none where there are none."""
    groups, latest = rule.all_of, dict[Sequence[str], Mention]()
    for mention in findings.mentions:
        for group in groups:
            counts = not mention.denied and not (mention.unsure and rule.only_sure)
            if mention.concept in group and (counts or PLACES.issuperset(group)):
                latest[group] = mention
                if len(latest) == len(groups) and _words_between(findings.text, latest.values()) <= most_between:
                    return [latest[one] for one in groups]
    return ()


def _words_between(text: str, mentions: Collection[Mention]) -> int:
    """How many words stand between the first and the last of the mentions."""
    end, start = min(mention.end for mention in mentions), max(mention.start for mention in mentions)
    return len(text[end:start].split())


def graver(first: RedFlag | None, second: RedFlag | None) -> RedFlag | None:
    """The graver of two: an emergency before anything else, the first when they are alike."""
    if first is None or second is None:
        return first or second
    return second if (first.level, second.level) == ("urgent", "emergency") else first


def warning_concepts(rules: Iterable[Rule]) -> frozenset[str]:
    """The concepts that are a warning sign by themselves: the only group of some rule."""
    return frozenset(name for rule in rules if len(rule.all_of) == 1 for name in rule.all_of[0])
