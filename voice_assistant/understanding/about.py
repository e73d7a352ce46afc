"""Of which part of the body an utterance speaks, and whether it only tells what is not there."""

from __future__ import annotations

from voice_assistant.understanding.concepts import Findings

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


def is_other_leg_part(findings: Findings) -> bool:
    """Whether it is about a foot, an ankle or the front of the leg alone, of which the guide says nothing."""
    return findings.has("other_leg_part") and findings.names("knee_side") is None


def points_to_leg(findings: Findings) -> bool:
    """Whether a leg is named, or "it" or "this", which may be one."""
    return findings.has("leg") or _points(findings)


def _points(findings: Findings) -> bool:
    return any(word in _POINTING for word in findings.text.split())
