"""What the assistant is called by while it is spoken to: "zip it robot" is "zip it". Pure."""

from __future__ import annotations

from voice_assistant.types import Listening

MOST_WORDS = 6
"""A longer utterance is no command with a name beside it."""
_NO_ADDRESS_AFTER = frozenset(
    "a an the my your his her its our their this that these those some any no of on in at to from for with by and or "
    "is are was were be like than not as i he she we they it's that's you're".split()
)
"""After these such a word is what is spoken of ("turn off the computer", "are you a robot")."""
_HAILING = frozenset("hey oi oy hello ok okay yo dear oh".split())


def without_address(text: str, listening: Listening) -> str | None:
    """The words without the names at either end; None where there are none, or where nothing else was said."""
    words = text.split()
    if len(words) > MOST_WORDS:
        return None
    left = list(words)
    while len(left) > 1 and left[-1] in listening.addressed and left[-2] not in _NO_ADDRESS_AFTER:
        left.pop()
    hailed = left[1:] if left[0] in _HAILING else left
    while len(hailed) > 1 and hailed[0] in listening.addressed:
        left = hailed = hailed[1:]
    return " ".join(left) if left != words and not listening.addressed.issuperset(left) else None
