"""Details that commands need: how long, which one, and what is to be done."""

from __future__ import annotations

import re

from voice_assistant.types import Slots
from voice_assistant.understanding.concepts import Findings

_UNITS = {
    name: value
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {"a": 1, "an": 1, "couple": 2, "few": 3}
_TENS = {
    name: 10 * (value + 2) for value, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600}
_AMOUNT = r"(?:(?:\d{1,3}|" + "|".join((*_TENS, *_UNITS)) + r")(?:\s+|$)){1,3}"
_AND_A_HALF = r"and\s+a\s+half"
_DURATION = re.compile(
    rf"(?<!\S)({_AMOUNT})(?:of\s+)?({_AND_A_HALF}\s+)?(second|sec|minute|min|hour)s?(?!\S)(\s+{_AND_A_HALF})?"
)
_HALF = re.compile(r"(?<!\S)(half an hour|half hour|half a minute)(?!\S)")
_THREE_QUARTERS = re.compile(r"(?<!\S)(three quarters? of an hour)(?!\S)")
_QUARTER = re.compile(r"(?<!\S)(?:a\s+)?quarter of an hour(?!\S)")
_VAGUE = frozenset({"a", "an", "couple", "few"})
_BESIDE_A_NUMBER = frozenset(
    "um uh er well oh so about around say maybe make it just i think let's for please thanks then yes yeah okay".split()
)
_AGAIN = re.compile(r"(?<!\S)(?:repeat|again|once more)(?!\S)")
"""With these, "the last step" is the one that was told last."""
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "last": -1,
    "former": 1,
    "latter": -1,
}
_ORDINAL = re.compile(
    r"(?<!\S)(?:the|number|option|step|that)\s+(" + "|".join((*_ORDINALS, "one", "two", "three")) + r")(?!\S)"
)


_RATE = re.compile(
    r"(?<!\S)(\d{2,4}\s+|(?:(?:" + "|".join((*_TENS, *_UNITS)) + r"|hundred|thousand|and)\s+)+)"
    r"(?:words?|w\s?p\s?m)\s*(?:(?:a|per|each|the|every)\s+(?:minute|min))?(?!\S)"
)
_A_MINUTE = re.compile(r"minute|min|w\s?p\s?m")


def find_slots(text: str, findings: Findings, expects: str | None = None) -> Slots:
    """Look for details in normalised text. `action` is the first concept `action_…` of dialogs/signs.yaml that is
    mentioned. While a duration is waited for (`expects`), a number alone is minutes.
    """
    action = next(
        (m.concept.removeprefix("action_") for m in findings.mentions if m.concept.startswith("action_")), None
    )
    rate = rate_wpm(text)
    # "A minute" is how long the words take, not a duration.
    duration = None if rate else duration_s(text) or (_minutes_alone(text) if expects == "duration" else None)
    return Slots(duration, _ordinal(text), action, rate)


def rate_wpm(text: str) -> int | None:
    """The words a minute that are named in the text ("a hundred and fifty words per minute"); None when none are."""
    match = _RATE.search(text)
    if match is None or not _A_MINUTE.search(match.group()):
        return None
    return _in_hundreds(match.group(1))


def _in_hundreds(words: str) -> int:
    """A number up to some thousands: "two hundred and twenty", "one fifty", "180"."""
    total, part = 0, 0
    for word in words.split():
        if word in ("hundred", "thousand"):
            total, part = total + max(part, 1) * (100 if word == "hundred" else 1000), 0
        elif 0 < part < 10 and word in _TENS:
            part = 100 * part + _TENS[word]
        elif word != "and":
            part += int(word) if word.isdigit() else _UNITS.get(word, 0) + _TENS.get(word, 0)
    return total + part


def duration_s(text: str) -> float | None:
    """Seconds named in the text ("an hour and a half", "fifteen minutes"), all durations added up; None when there
    is none.
    """
    total = 0.0
    for expression, seconds in ((_THREE_QUARTERS, 2700.0), (_QUARTER, 900.0)):
        text, count = expression.subn(" ", text)
        total += count * seconds
    for match in _HALF.finditer(text):
        total += 30.0 if "minute" in match.group() else 1800.0
    for match in _DURATION.finditer(_HALF.sub(" ", text)):
        unit = _SECONDS[match.group(3)]
        total += number(match.group(1)) * unit + (unit / 2 if match.group(2) or match.group(4) else 0)
    return total or None


def _minutes_alone(text: str) -> float | None:
    """Seconds of a number that is all that was said but for a few small words ("say twenty", "um fifteen please")."""
    words = [word for word in text.split() if word not in _BESIDE_A_NUMBER]
    is_number = all(word.isdigit() or ((word in _TENS or word in _UNITS) and word not in _VAGUE) for word in words)
    return 60.0 * number(" ".join(words)) or None if words and is_number else None


def number(words: str) -> int:
    """The number that a few number words mean: "twenty five", "25", "a couple", the "a" of "a twenty minute timer" not
    counting; "a hundred" is not among them.
    """
    total = 0
    counting = words.split()
    while len(counting) > 1 and counting[0] in ("a", "an"):
        counting = counting[1:]
    for word in counting:
        total += int(word) if word.isdigit() else _UNITS.get(word, 0) + _TENS.get(word, 0)
    return total


def _ordinal(text: str) -> int | None:
    match = _ORDINAL.search(text)
    if match is None or (match.group(1) == "last" and _AGAIN.search(text)):
        return None
    return _ORDINALS.get(match.group(1)) or {"one": 1, "two": 2, "three": 3}[match.group(1)]
