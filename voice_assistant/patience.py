"""How long to wait in silence before an utterance counts as finished, by what was understood of it so far.

A person's pauses inside a sentence rarely exceed a second (Campione & Véronis 2002: silent pauses in spontaneous
speech are mostly below 0.5 s, long ones around 1 to 1.5 s); a finished question can be answered at once.
"""

from __future__ import annotations

from voice_assistant.types import Context, Match, Understood

COMMAND_S = 0.32
ANSWER_S = 0.32
COMPLETE_S = 0.38
LIKELY_S = 0.7
UNSURE_S = 1.05
TRAILING_S = 1.25

_TRAILING_WORDS = frozenset(
    "a an and as at because but for from if in into is it's its like my of on or so that the then to um uh er "
    "when where which while who why with without your his her their i i'm i've he she they was were are am it "
    "this these those about after before behind down just really very also more kind sort you know mean well "
    "maybe sometimes every".split()
)
_SURE = 0.75
_RATHER_SURE = 0.4
_FEW_WORDS = 3


def patience_s(text: str, understood: Understood, context: Context) -> float:
    """Seconds of silence to wait for after `text`."""
    words = text.split()
    if not words:
        return UNSURE_S
    if words[-1] in _TRAILING_WORDS:
        return TRAILING_S
    if not isinstance(understood, Match):
        return UNSURE_S if understood.reason == "not_heard" else LIKELY_S
    if understood.node_id.startswith("control.") and understood.score >= _RATHER_SURE:
        expected = context.expects == "yes_no" and understood.node_id in {"control.yes", "control.no"}
        return ANSWER_S if expected else COMMAND_S
    if understood.node_id == "check.start" or understood.facet == "description":
        return UNSURE_S
    if understood.score >= _SURE and len(words) >= _FEW_WORDS:
        return COMPLETE_S
    return LIKELY_S if understood.score >= _RATHER_SURE else UNSURE_S
