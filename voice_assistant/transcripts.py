"""Transcripts put together."""

from __future__ import annotations

from collections.abc import Sequence

from voice_assistant.types import Alternative, Transcript


def join(transcripts: Sequence[Transcript]) -> Transcript:
    """Several transcripts as one: texts in a row, alternatives by rank, the lowest confidence."""
    if len(transcripts) == 1:
        return transcripts[0]
    if not transcripts:
        return Transcript(text="", confidence=0.0)
    spoken = [one for one in transcripts if one.text] or list(transcripts[:1])
    first, *rest = spoken
    for one in rest:
        first = _append(first, one)
    return first


def _append(first: Transcript, second: Transcript) -> Transcript:
    ranks = max(len(first.alternatives), len(second.alternatives))
    alternatives = []
    for rank in range(ranks):
        left = first.alternatives[min(rank, len(first.alternatives) - 1)]
        right = second.alternatives[min(rank, len(second.alternatives) - 1)]
        alternatives.append(Alternative(f"{left.text} {right.text}".strip(), left.score + right.score))
    return Transcript(
        text=f"{first.text} {second.text}".strip(),
        alternatives=tuple(alternatives),
        words=first.words + second.words,
        confidence=min(first.confidence, second.confidence),
        start_s=first.start_s,
        end_s=second.end_s,
    )
