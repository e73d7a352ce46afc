"""Whether somebody spoke over the assistant, or it heard itself. Pure.

Its own voice comes back through the room, half misheard.
"""

from __future__ import annotations

from voice_assistant.types import Match, Understood
from voice_assistant.understanding.echo import is_echo

TAIL_S = 0.25
"""What begins so soon after the assistant fell silent may still be its own voice, late by the devices and the room."""
LEAST_SCORE = 0.6
"""How sure the understanding of an interjection must be: fragments of its own sentences rarely come near."""
LEAST_NEW = 0.5
"""The share of words that the assistant has not just spoken itself."""
_FEW_WORDS = 3


def is_interjection(heard: str, spoken: str, understood: Understood) -> bool:
    """Whether what was heard while `spoken` was being said is somebody's word to the assistant.

    A command needs to be clear, anything else to be clear, new and at least three words long. A warning sign that a
    rule found counts when its words are not the assistant's own.
    """
    words = heard.split()
    if is_echo(heard, spoken) or new_share(words, spoken) < LEAST_NEW:
        return False
    if isinstance(understood, Match) and understood.red_flag is not None:
        return understood.red_flag.rule != "likeness" and new_share(understood.red_flag.words.split(), spoken) > 0
    if understood.score < LEAST_SCORE or understood.node_id in {"fallback.out_of_scope", "fallback.not_heard"}:
        return False
    return understood.node_id.startswith("control.") or len(words) >= _FEW_WORDS


def new_share(words: list[str], spoken: str) -> float:
    """The share of the words that are not among those just spoken; 0 for no words."""
    letters = "".join(letter if letter.isalnum() or letter in "' " else " " for letter in spoken.lower())
    said = set(letters.replace("’", "'").split())
    return sum(word not in said for word in words) / len(words) if words else 0.0
