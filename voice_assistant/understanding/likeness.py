"""The second net: no rule fired, but what was said is like known warning signs. In doubt it is urgent."""

from __future__ import annotations

from voice_assistant.types import RedFlag
from voice_assistant.understanding.about import is_elsewhere, only_denies, points_to_leg, tells_no_more
from voice_assistant.understanding.concepts import Findings

LIKE_WITHOUT_LEG = 0.5
"""How like a warning sign "it" or "this" must be when no leg is named: in cross-validation 2 of 23 below were one."""
DESCRIBED = "check.start"
IN_DOUBT = {DESCRIBED: 0.2, "fallback.not_in_guide": 0.15}
"""How like a warning sign a complaint must be to count as one where nothing else was understood of it
(docs/understanding.md has what that catches and what it costs)."""


def alike(findings: Findings, likeness: float, least: float) -> RedFlag | None:
    """A flag where it is as like known warning signs as `least` (0 to 1), and not about another part of the body."""
    if likeness < least or is_elsewhere(findings) or not points_to_leg(findings) or tells_no_more(findings):
        return None
    if likeness < LIKE_WITHOUT_LEG and not findings.has("leg"):
        return None
    return _flag(findings)


def in_doubt(findings: Findings, likeness: float, node_id: str, signs: frozenset[str]) -> RedFlag | None:
    """A flag where hardly anything was understood (as `node_id`) of a complaint about the leg: a description, or words
    that point to it.
    """
    if likeness < IN_DOUBT.get(node_id, 1.0) or is_elsewhere(findings):
        return None
    if only_denies(findings, signs) or tells_no_more(findings):
        return None
    return _flag(findings) if node_id == DESCRIBED or points_to_leg(findings) else None


def _flag(findings: Findings) -> RedFlag:
    return RedFlag(rule="likeness", level="urgent", words=findings.text.strip())
