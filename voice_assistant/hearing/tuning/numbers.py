"""How numbers are said: whole ones, years, ordinals, decimals, money, times of day, measures."""

from __future__ import annotations

import re

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_MOST_DIGITS = 6
"""A longer number, or one that begins with 0, is one of a telephone or a card: it is said digit by digit."""
_ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"},
    "twelve": "twelfth",
}
_MEASURES = {
    **{"am": "a m", "pm": "p m", "oz": "ounce", "ml": "milliliters", "mm": "millimeters", "cm": "centimeters"},
    **{"km": "kilometers", "kg": "kilograms", "lb": "pounds", "lbs": "pounds", "ft": "feet", "mph": "miles an hour"},
}
"""What is written right after a number, and how it is said. One letter may mean too many things ("5m")."""
_FRACTIONS = {"¼": "quarter", "½": "half", "¾": "three quarters"}
_MONEY = {"£": "pound", "$": "dollar", "€": "euro"}

_FRACTION = re.compile(r"(\d?)([¼½¾])")
_AMOUNT = re.compile(r"([£$€])\s?(\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?:\.(\d\d))?(?![\d.,]*\d)")
_THOUSANDS = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3}){1,2})(?![\d,]*\d|\.\d)")
_TIME = re.compile(r"(?<![\d:.])(\d{1,2}):([0-5]\d)(?![\d:])(\s?[ap]\.?m\b)?")
_DEGREES = (("℃", "°c"), ("℉", "°f"), ("°c", " degrees celsius "), ("°f", " degrees fahrenheit "), ("°", " degrees "))
_ORDINAL = re.compile(r"(\d{1,6})(?:st|nd|rd|th)")
_DECADE = re.compile(r"(\d{1,3}0)'?s")
_DECIMAL = re.compile(r"\d+(?:\.\d+)+")
_PART = re.compile(r"\d+|[^\W\d_]+")


def number_words(number: int) -> tuple[str, ...]:
    """A whole number from 0 to 999,999,999 in English words."""
    for scale, name in _SCALES:
        if number >= scale:
            rest = number % scale
            return (*number_words(number // scale), name, *(number_words(rest) if rest else ()))
    if number >= 20:
        rest = number % 10
        return (_TENS[number // 10], *((_ONES[rest],) if rest else ()))
    return (_ONES[number],)


def digits_said(digits: str) -> tuple[str, ...]:
    """A run of digits as it is said: "1984" as a year, "007" digit by digit, others as a number."""
    if len(digits) > _MOST_DIGITS or (digits.startswith("0") and len(digits) > 1):
        return _one_by_one(digits)
    number = int(digits)
    return _pairs(number) if len(digits) == 4 and _is_said_in_pairs(number) else number_words(number)


def _is_said_in_pairs(number: int) -> bool:
    return 1100 <= number < 2000 or 2010 <= number < 2100


def _pairs(number: int) -> tuple[str, ...]:
    first, second = divmod(number, 100)
    if second >= 10:
        return (*number_words(first), *number_words(second))
    return (*number_words(first), "oh", _ONES[second]) if second else (*number_words(first), "hundred")


def with_signs_said(text: str) -> str:
    """A lower-case text in which money, times of day, degrees, fractions and thousands with commas are words."""
    text = _FRACTION.sub(_fraction, text)
    text = _AMOUNT.sub(_amount, text)
    text = _TIME.sub(_time, text)
    text = _THOUSANDS.sub(lambda found: " ".join(number_words(int(found[1].replace(",", "")))), text)
    for sign, said in _DEGREES:
        text = text.replace(sign, said)
    return text.replace("¢", " cents ")


def _fraction(found: re.Match[str]) -> str:
    said = _FRACTIONS[found[2]]
    return f"{found[1]} and {'' if said.startswith('three') else 'a '}{said}" if found[1] else f" {said} "


def _amount(found: re.Match[str]) -> str:
    whole, small = int(found[2].replace(",", "")), int(found[3] or 0)
    unit = _MONEY[found[1]] + ("" if whole == 1 else "s")
    return " ".join((*number_words(whole), unit, *(number_words(small) if small else ())))


def _time(found: re.Match[str]) -> str:
    hour, minutes, half = digits_said(str(int(found[1]))), found[2], found[3] or ""
    if minutes == "00":
        said: tuple[str, ...] = () if half else ("o'clock",)
    else:
        said = ("oh", _ONES[int(minutes)]) if minutes.startswith("0") else number_words(int(minutes))
    return " ".join((*hour, *said)) + (f" {half.strip()[0]} m" if half else "")


def mixed_said(piece: str) -> tuple[str, ...]:
    """A piece of text with digits and other signs in it as words: "18th", "3.5", "1990s", "12oz", "b12"."""
    if found := _ORDINAL.fullmatch(piece):
        *before, last = number_words(int(found[1]))
        return (*before, _ordinal(last))
    if found := _DECADE.fullmatch(piece):
        *before, last = digits_said(found[1])
        return (*before, f"{last[:-1]}ies" if last.endswith("y") else f"{last}s")
    if _DECIMAL.fullmatch(piece):
        whole, *decimals = piece.split(".")
        return (*digits_said(whole), *(word for part in decimals for word in ("point", *_one_by_one(part))))
    return tuple(word for part in _PART.findall(piece) for word in _part_said(part))


def _one_by_one(digits: str) -> tuple[str, ...]:
    return tuple(_ONES[int(digit)] for digit in digits)


def _part_said(part: str) -> tuple[str, ...]:
    return digits_said(part) if part.isdecimal() else tuple(_MEASURES.get(part, part).split())


def _ordinal(word: str) -> str:
    return _ORDINALS.get(word) or (f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th")
