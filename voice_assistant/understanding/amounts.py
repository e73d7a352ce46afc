"""Numbers, durations and speeds as they are said: "a hundred and twenty", "two and a half minutes"."""

from __future__ import annotations

import re

_UNITS = {
    name: value
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {"a": 1, "an": 1, "another": 1, "couple": 2, "few": 3}
_TENS = {
    name: 10 * (value + 2) for value, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_LARGE = {"hundred": 100, "thousand": 1000}
_LEADING = ("a", "an", "another")
_VAGUE = frozenset({*_LEADING, "couple", "few"})
_SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600}

_WORD = r"(?:\d{1,4}|" + "|".join((*_TENS, *_UNITS)) + r"|hundred(?:\s+and)?|thousand(?:\s+and)?)"
_DECIMALS = r"(?:point\s+(?:(?:\d+|" + "|".join(tuple(_UNITS)[:10]) + r")\s+)+)"
_AMOUNT = rf"(?:(?:{_WORD}\s+){{1,6}}{_DECIMALS}?)"
_AND_A_PART = r"and\s+a\s+(half|quarter)"
_DURATION = re.compile(
    rf"(?<!\S)({_AMOUNT})(?:of\s+)?(?:{_AND_A_PART}\s+)?(?:(?:more|extra|additional|further|whole|full)\s+)?"
    rf"(second|sec|minute|min|hour)s?(?!\S)(?:\s+{_AND_A_PART}(?!\S))?"
)
_PARTS = (
    (re.compile(r"(?<!\S)three quarters? (?:of an )?hour(?!\S)"), 2700.0),
    (re.compile(r"(?<!\S)(?:a\s+)?quarter (?:of an )?hour(?!\S)"), 900.0),
    (re.compile(r"(?<!\S)half (?:of )?(?:an )?hour(?!\S)"), 1800.0),
    (re.compile(r"(?<!\S)half (?:of )?(?:a )?minute(?!\S)"), 30.0),
)
_SHARES = {None: 0.0, "half": 0.5, "quarter": 0.25}
_NO_TIME = re.compile(
    r"(?<!\S)(?:(?:a|another)\s+second\s+(?=(?:one|time|timer|alarm|countdown|clock)(?!\S))"
    r"|(?:wait|just|hang on|hold on)\s+a\s+(?:second|sec|minute|min)(?!\S)(?=.*\S))"
)
"""In "a second timer" the second is no time, in "wait a minute set a timer" the minute is not."""
_NOT_MEANT = re.compile(rf"(?<!\S)(?:not|instead of)\s+{_DURATION.pattern}")
_CORRECTION = re.compile(r"(?<!\S)(?:no|sorry|actually|rather|i mean|i meant)(?!\S)")
_BESIDE_A_NUMBER = frozenset(
    "um uh er well oh so about around say maybe make it just i think let's for please thanks then yes yeah okay "
    "or".split()
)
_SET_TO = re.compile(
    rf"(?<!\S)(?:for|to|at|it|timer|alarm|countdown)\s+({_AMOUNT})(?:{_AND_A_PART}\s+)?(?:(?:please|instead|now)\s+)*$"
)
_RATE = re.compile(
    r"(?<!\S)(\d{2,4}\s+|(?:(?:" + "|".join((*_TENS, *_UNITS)) + r"|hundred|thousand|and)\s+)+)"
    r"(?:words?|w\s?p\s?m)\s*(?:(?:a|per|each|the|every)\s+(?:minute|min))?(?!\S)"
)
_A_MINUTE = re.compile(r"minute|min|w\s?p\s?m")


def rate_wpm(text: str) -> int | None:
    """The words a minute that are named in the text ("a hundred and fifty words per minute"); None when none are."""
    match = _RATE.search(text)
    if match is None or not _A_MINUTE.search(match.group()):
        return None
    return _in_hundreds(match.group(1))


def duration_s(text: str) -> float | None:
    """Seconds named in the text ("an hour and a half", "fifteen minutes"), all durations added up, but only those after
    a correction ("ten minutes no twenty minutes"); None when there is none.
    """
    for part in reversed(_CORRECTION.split(_NOT_MEANT.sub(" ", text))):
        seconds = _all_durations_s(part)
        if seconds:
            return seconds
    return None


def minutes_alone(text: str, beside: frozenset[str] = frozenset()) -> float | None:
    """Seconds of a number of minutes that is all that was said but for a few small words ("say twenty", "um fifteen
    please") and those of `beside`.
    """
    words = [word for word in text.split() if word not in _BESIDE_A_NUMBER | beside]
    said = " ".join(words)
    number = re.fullmatch(rf"({_AMOUNT})(?:{_AND_A_PART}\s+)?", said + " ")
    if number is None or _VAGUE.issuperset(words):
        return None
    return 60.0 * (_number(number.group(1)) + _SHARES[number.group(2)]) or None


def minutes_set_to(text: str) -> float | None:
    """Seconds of a number of minutes that a command ends with: "set a timer for ten", "make it fifteen please"."""
    match = None if "timers" in text.split() else _SET_TO.search(text + " ")
    if match is None or _VAGUE.issuperset(match.group(1).split()):
        return None
    return 60.0 * (_number(match.group(1)) + _SHARES[match.group(2)]) or None


def _all_durations_s(text: str) -> float:
    parts = 0.0
    for expression, seconds in _PARTS:
        text, count = expression.subn(" ", text)
        parts += count * seconds
    found = list(_DURATION.finditer(_NO_TIME.sub(" ", text)))
    named = [one for one in found if not _is_a_moment(one)]
    return parts + sum(_seconds(one) for one in (named if named or parts else found))


def _is_a_moment(match: re.Match[str]) -> bool:
    """Whether it is only "a second", which is no time to be added to one that is named."""
    return match.group(1).strip() in _LEADING and match.group(3) in ("second", "sec")


def _seconds(match: re.Match[str]) -> float:
    amount = _number(match.group(1)) + _SHARES[match.group(2)] + _SHARES[match.group(4)]
    return amount * _SECONDS[match.group(3)]


def _number(words: str) -> float:
    """The number that a few number words mean, the "a" of "a twenty minute timer" not counting."""
    whole, _, decimals = words.partition("point")
    counting = whole.split()
    while len(counting) > 1 and counting[0] in _LEADING and counting[1] not in _LARGE:
        counting = counting[1:]
    digits = "".join(word if word.isdigit() else str(_UNITS[word]) for word in decimals.split())
    return _in_hundreds(" ".join(counting)) + (float(f"0.{digits}") if digits else 0.0)


def _in_hundreds(words: str) -> int:
    """A number up to some thousands: "two hundred and twenty", "one fifty", "180"."""
    total, part = 0, 0
    for word in words.split():
        if word in _LARGE:
            total, part = total + max(part, 1) * _LARGE[word], 0
        elif 0 < part < 10 and word in _TENS:
            part = 100 * part + _TENS[word]
        elif word != "and":
            part += int(word) if word.isdigit() else _UNITS.get(word, 0) + _TENS.get(word, 0)
    return total + part
