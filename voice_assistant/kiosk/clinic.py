"""clinic.toml: what a practice tells the kiosk about itself, and what of that is spoken."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import Any

from voice_assistant.kiosk.words import Words
from voice_assistant.types import Answer, Guide, Node, Sentence, SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WARN_BEFORE_S = 20.0
"""How long before a visit is forgotten the visitor is warned."""
_URGENT = "care.urgent"
_LONGEST = 120
"""Letters of a text: one breath."""
_NOT_SPEAKABLE = re.compile(r"[\x00-\x1f\x7f{}<>\[\]]")
_NUMBER = re.compile(r"\+?[0-9][0-9 -]{1,18}")
_HEARABLE = re.compile(r"[a-z']+( [a-z']+)+")
"""One word alone is said too often by chance; digits and signs are never heard."""
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]|24(?=:00)):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Clinic:
    """Everything that can be set. Each name is a key of the file."""

    name: str = ""
    """Shown at the top of the screen."""
    greeting: str = ""
    """Shown, and said before the assistant's own greeting."""
    emergency_number: str = ""
    """Shown and said with emergency advice."""
    whom_to_ask: str = ""
    """As in "please ask …": "the front desk"."""
    wake_phrases: tuple[str, ...] | None = None
    """What a visitor says first. Empty: everything that is heard is considered. None: the assistant's own."""
    idle_s: float = 60.0
    """A visit is forgotten after so long without a word or a touch."""
    volume_min: float = 0.1
    volume_max: float = 1.0
    quiet_hours: tuple[tuple[time, time], ...] = ()
    """From, to: no sound in between; over midnight when `to` is not the later one."""
    counts_file: Path | None = None
    """Where content-free counts for each day are kept; None for nowhere."""

    def is_quiet(self, now: time) -> bool:
        """Whether `now` lies in the quiet hours."""
        return any(
            start <= now < end if start < end else (now >= start or now < end) for start, end in self.quiet_hours
        )


def load_clinic(file: Path | None) -> Clinic:
    """Read and check the file; without one everything is as it is by itself.

    Raises:
        SettingsError: one sentence with file, line and what is expected.
    """
    if file is None:
        return Clinic()
    try:
        text = file.read_text(encoding="utf-8-sig")  # some editors begin every file with a mark
        found = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"The clinic's file {file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The clinic's file {file} is not UTF-8; save it in that encoding.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The clinic's file {file} is not right: {error}.") from error
    values: dict[str, Any] = {}
    for key, value in found.items():
        try:
            values[key] = _checked(key, value)
        except ValueError as error:
            raise SettingsError(f"{file}, line {_line_of(key, text)}: {error}.") from None
    clinic = Clinic(**values)
    if clinic.volume_min > clinic.volume_max:
        raise SettingsError(f"{file}, line {_line_of('volume_min', text)}: volume_min must not be above volume_max.")
    return clinic


def _line_of(key: str, text: str) -> int:
    pattern = re.compile(rf"\s*(\[\[?\s*)?[\"']?{re.escape(key)}[\"']?\s*[\].=]")
    return next((number for number, line in enumerate(text.splitlines(), start=1) if pattern.match(line)), 1)


def _checked(key: str, value: object) -> object:
    """The value as Clinic holds it. Raises ValueError with the sentence's end."""
    if key in ("name", "greeting", "whom_to_ask"):
        return _text(key, value)
    if key == "emergency_number":
        if not isinstance(value, str) or not _NUMBER.fullmatch(value):
            raise ValueError(f'emergency_number must be digits in quotes, such as "112", not {value!r}')
        return value
    if key == "wake_phrases":
        if not isinstance(value, list) or len(value) > 5:
            raise ValueError(f"wake_phrases must be a list of at most five texts, not {value!r}")
        return tuple(_wake_phrase(phrase) for phrase in value)
    if key == "idle_s":
        return _number(key, value, 30, 600)
    if key in ("volume_min", "volume_max"):
        return _number(key, value, 0.1, 1)
    if key == "quiet_hours":
        return _hours(value)
    if key == "counts_file":
        return Path(_text(key, value))
    known = ", ".join(Clinic.__dataclass_fields__)
    raise ValueError(f"there is no {key!r}; known are {known}")


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} must be a text in quotes, not {value!r}")
    if len(value) > _LONGEST or _NOT_SPEAKABLE.search(value):
        raise ValueError(f"{key} must be at most {_LONGEST} letters on one line, without brackets")
    return value.strip()


def _wake_phrase(value: object) -> str:
    phrase = _text("a wake phrase", value).lower()
    if not _HEARABLE.fullmatch(phrase):
        raise ValueError(f"a wake phrase must be two or more words as they are heard, without digits, not {value!r}")
    return phrase


def _number(key: str, value: object, low: float, high: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{key} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _hours(value: object) -> tuple[tuple[time, time], ...]:
    hours = []
    for one in [value] if isinstance(value, str) else value if isinstance(value, list) else [None]:
        found = _HOURS.fullmatch(one.strip()) if isinstance(one, str) else None
        if found is None:
            raise ValueError(f'quiet_hours must be times such as ["22:00-07:00"], not {value!r}')
        start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
        hours.append((time(start_hour, start_minute), time(end_hour % 24, end_minute)))
    return tuple(hours)


def localised(guide: Guide, clinic: Clinic, words: Words) -> Guide:
    """The guide with what the clinic adds; every added sentence is marked `assistant`."""
    lines = dict(guide.lines)
    if clinic.whom_to_ask:
        for occasion, spoken in (("person_can_help", "ask_here"), ("not_in_guide_1", "not_in_guide")):
            lines[occasion] = tuple(
                Sentence(text.replace("{whom}", clinic.whom_to_ask), "assistant") for text in words.spoken[spoken]
            )
    nodes = dict(guide.nodes)
    if clinic.emergency_number and _URGENT in nodes:
        nodes[_URGENT] = _with_number(nodes[_URGENT], clinic.emergency_number, words)
    return replace(guide, lines=lines, nodes=nodes)


def _with_number(node: Node, number: str, words: Words) -> Node:
    """The number stands after every safety sentence that tells people to call one."""
    digits = ", ".join(words.digits[int(digit)] for digit in number if digit.isdigit())
    added = Sentence(words.spoken["emergency_number"].replace("{digits}", digits), "assistant")

    def extended(sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
        result: list[Sentence] = []
        for sentence in sentences:
            result.append(sentence)
            if sentence.source == "safety" and "emergency number" in sentence.text:
                result.append(added)
        return tuple(result)

    answers: Mapping[str, Answer] = {
        facet: Answer(extended(answer.first), extended(answer.more)) for facet, answer in node.answers.items()
    }
    return replace(node, answers=answers)
