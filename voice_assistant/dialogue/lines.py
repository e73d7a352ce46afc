"""The assistant's own talk: which occasions there are, what may be filled in, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from voice_assistant.dialogue.occasions import OCCASIONS
from voice_assistant.types import Guide, GuideError, Sentence

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_lines(guide: Guide) -> None:
    """Raises GuideError when an occasion has no line, is unknown or a line holds a placeholder that nothing fills."""
    for occasion in OCCASIONS:
        if not guide.lines.get(occasion):
            raise GuideError(f"dialogs/assistant.yaml: the occasion `{occasion}` has no line; add one.")
    for occasion, variants in guide.lines.items():
        if occasion not in OCCASIONS:
            raise GuideError(f"dialogs/assistant.yaml: nothing says `{occasion}`; remove it or correct its name.")
        for sentence in variants:
            for name in _PLACEHOLDER.findall(sentence.text):
                if name not in OCCASIONS[occasion]:
                    raise GuideError(f"dialogs/assistant.yaml: nothing fills `{{{name}}}` in `{occasion}`; remove it.")


def fill(text: str, words: Mapping[str, str]) -> str:
    """A line with its placeholders filled, beginning with a capital when the line begins with a placeholder."""
    filled = _PLACEHOLDER.sub(lambda found: words[found.group(1)], text)
    return filled[:1].upper() + filled[1:] if text.startswith("{") and text.endswith((".", "?", "!")) else filled


def phrase(guide: Guide, occasion: str, **words: str) -> str:
    """A part of a sentence, such as "the treatment": the first variant, filled."""
    return fill(guide.lines[occasion][0].text, words)


def listed(guide: Guide, items: Iterable[str], *, join: str) -> str:
    """Items as in "a, b and c"; `join` is the occasion that joins the last: `join_and` or `join_or`."""
    *others, last = items
    return phrase(guide, join, first=", ".join(others), last=last) if others else last


def variant(
    guide: Guide, occasion: str, said: tuple[tuple[str, int], ...]
) -> tuple[Sentence, tuple[tuple[str, int], ...]]:
    """The line whose turn it is, and what was said so far with it counted."""
    counts = dict(said)
    turn = counts.get(occasion, 0)
    variants = guide.lines[occasion]
    counts[occasion] = turn + 1
    return variants[turn % len(variants)], tuple(counts.items())


def word_count(sentences: Iterable[Sentence]) -> int:
    """How many words are spoken."""
    return sum(len(sentence.text.split()) for sentence in sentences)
