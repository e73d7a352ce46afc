"""Short writing for what was understood, so that conversations can be written down as data.

cause.bakers_cyst/treatment     a node and the facet that was asked for
yes                             a node of the conversation: control.yes
?not_heard                      no match, and why
+popping -swelling              signs that were told or denied
!swelling_with_pain             the rule for warning signs that fired (its level is the rule's)
duration=900 ordinal=2 action=left
or=cause.meniscus_tear          it could also have been that
best=police.ice                 what came nearest, without a match
"""

from __future__ import annotations

import re
from typing import Any, cast

from voice_assistant.types import Candidate, Guide, Match, NoMatch, Reason, RedFlag, Response, Sign, Slots, Understood


def understood(guide: Guide, spec: str) -> Understood:
    head, *rest = spec.split()
    signs = tuple(Sign(word[1:], word[0] == "+", word[1:]) for word in rest if word[0] in "+-")
    values = dict(word.split("=") for word in rest if "=" in word)
    slots = Slots(
        duration_s=float(values["duration"]) if "duration" in values else None,
        ordinal=int(values["ordinal"]) if "ordinal" in values else None,
        action=values.get("action"),
    )
    if head.startswith("?"):
        best = Candidate(values["best"], None, 0.4) if "best" in values else None
        return NoMatch(cast(Reason, head[1:]), 0.1, best=best, signs=signs, slots=slots)
    node, _, facet = head.partition("/")
    node_id = node if "." in node else f"control.{node}"
    others = tuple(word[3:] for word in rest if word.startswith("or="))
    flags = [flag(guide, word[1:]) for word in rest if word.startswith("!")]
    return Match(
        node_id,
        facet or None,
        0.9,
        red_flag=flags[0] if flags else None,
        signs=signs,
        slots=slots,
        choices=(node_id, *others) if others else (),
    )


def flag(guide: Guide, rule_name: str) -> RedFlag:
    (rule,) = (rule for rule in guide.rules if rule.name == rule_name)
    return RedFlag(rule.name, rule.level, rule.name)


def assert_well_said(guide: Guide, headings: tuple[str, ...], response: Response) -> None:
    """What holds for every response: provenance, nothing left to fill in, short enough for the ear, no diagnosis."""
    for sentence in response.sentences:
        text = sentence.text
        assert sentence.source in (*headings, "safety", "assistant"), sentence
        assert re.fullmatch(r"[A-Z][^{}\d]*[.?!]", text), text
        assert len(text.split()) <= 25, text
        assert not re.search(r"\byou(?: have|['’]ve (?:got|a|an))\b", text, re.IGNORECASE), text
    told = sum(len(sentence.text.split()) for sentence in response.sentences if sentence.source != "assistant")
    if not response.urgent:
        # The end of the check says when to see a doctor besides what it found.
        assert told <= (50 if response.node_id == "check.start" else 30), response.text
        assert len(response.text.split()) <= 62, response.text
    assert response.sentences or response.actions, response
    assert response.node_id in guide.nodes


def assert_said(where: str, turn: dict[str, Any], response: Response) -> None:
    """What a turn that is written as data says of the response: its words, and whether it is urgent or silent."""
    assert response.text.startswith(turn.get("begins", "")), where
    for words in turn.get("says", []):
        assert words in response.text, where
    for words in turn.get("not_says", []):
        assert words not in response.text, where
    assert response.urgent == turn.get("urgent", False), where
    assert (not response.sentences) == turn.get("silent", False), where
