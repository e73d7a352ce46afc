"""Details that commands need: how long, which one, and what is to be done."""

from __future__ import annotations

import re

from voice_assistant.types import Slots
from voice_assistant.understanding.about import is_question
from voice_assistant.understanding.amounts import duration_s, minutes_alone, minutes_set_to, rate_wpm
from voice_assistant.understanding.concepts import Findings, Mention

_AGAIN = re.compile(r"(?<!\S)(?:repeat|again|once more)(?!\S)")
"""With these, "the last step" is the one that was told last."""
_ORDINALS = {
    name: value
    for value, name in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
} | {"last": -1, "former": 1, "latter": -1}
_CARDINALS = {
    name: value
    for value, name in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
} | {str(value): value for value in range(1, 13)}
_GOES_ON = (
    r"(?=\s*$|\s+(?:one|ones|of|in|on|step|steps|letter|cause|causes|option|choice|item|thing|topic|point|treatment|"
    r"please|then|again|once|now|and|about|is|was|means|you|instead)(?!\S))"
)
_ORDINAL = re.compile(
    rf"(?<!\S)(?:(?:the|that|number|option|step)\s+({'|'.join(_ORDINALS)}){_GOES_ON}"
    rf"|(?:number|option|step)\s+({'|'.join(_CARDINALS)})(?!\S))"
)
"""A place in a list, and not "the first time I ran" or "the second world war"."""
_ABOUT_A_PLACE = frozenset(
    "um uh er please okay yes and go to take me tell about read hear say i want i'd like would let's have give "
    "one ones of them those these thing step option".split()
)
"""With these alone, "the third one" asks for nothing but a place in a list."""
_ADDED = frozenset("add plus extend by another extra more it that to on the timer take off subtract reduce".split())
_ASKING = r"(?:(?:please|can|could|would|will|you|how|do|does|i|we|one|so|okay|and|now|just|um|uh)\s+)*"
_SPELLED = re.compile(
    rf"{_ASKING}(?:spell\s+(?:(?:out|the word|the name)\s+)?(?P<after>.+?)"
    r"|(?:is|are|you)\s+(?P<before>.+?)\s+(?:spelled|spelt))(?:\s+(?:for me|please|out|out loud|again|slowly))*"
)
_NO_WORD_TO_SPELL = frozenset(
    "i me my we our you your it its it's that this these those them they he she his her the a an and or but in on with "
    "is has have word name one letter last first".split()
)
_MOST_SPELLED = 4
"""So many words are spelled at once: "gastrocnemius tendonitis", not a story."""
DETAIL_CONCEPTS = ("action_", "also_")
"""How the concepts begin that are no signs but details of commands."""
_CHANGES = ("add", "reduce", "change")
_WHOLE, _OPENING = ("also_assent", "also_danger"), "also_question"
"""These count only where they are all that was said, and where the words begin with them."""


def find_slots(text: str, findings: Findings, expects: str | None = None) -> Slots:
    """Look for details in normalised text. `action` is the first concept `action_…` of dialogs/signs.yaml that is
    mentioned, `also` are those that begin with `also_`. While a duration is waited for (`expects`), a number alone is
    minutes.
    """
    names = [mention.concept for mention in findings.mentions]
    said = [mention.concept for mention in findings.mentions if not mention.denied and _counts(mention, findings)]
    action = next((name.removeprefix("action_") for name in names if name.startswith("action_")), None)
    also = tuple(dict.fromkeys(name.removeprefix("also_") for name in said if name.startswith("also_")))
    rate = rate_wpm(text)
    # "A minute" is how long the words take, not a duration.
    duration = None if rate else duration_s(text) or minutes_set_to(text)
    if duration is None and rate is None and (expects == "duration" or action in _CHANGES):
        duration = minutes_alone(text, beside=_ADDED)
    return Slots(duration, _ordinal(text), action, rate, also, spelled_words(text))


def _counts(mention: Mention, findings: Findings) -> bool:
    if mention.concept == _OPENING:
        return is_question(findings)
    if mention.concept not in _WHOLE:
        return True
    covered = sum(len(one.words.split()) for one in findings.mentions if one.concept == mention.concept)
    return covered == len(findings.text.split())


def spelled_words(text: str) -> tuple[str, ...]:
    """The words that are to be spelled, where nothing else was said: "how do you spell thrombosis"."""
    match = _SPELLED.fullmatch(text)
    words = (match.group("after") or match.group("before")).split() if match else []
    if len(words) > _MOST_SPELLED or not _NO_WORD_TO_SPELL.isdisjoint(words):
        return ()
    return tuple(words)


def is_place_alone(text: str) -> bool:
    """Whether a place in a list is all that was said ("the third one please"); "the last one" may be many things."""
    place = _ordinal(text)
    rest = _ORDINAL.sub(" ", text, count=1)
    return place is not None and place > 0 and _ABOUT_A_PLACE.issuperset(rest.split())


def _ordinal(text: str) -> int | None:
    match = _ORDINAL.search(text)
    if match is None or (match.group(1) == "last" and _AGAIN.search(text)):
        return None
    return _CARDINALS[match.group(2)] if match.group(2) else _ORDINALS[match.group(1)]
