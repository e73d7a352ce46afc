"""Settings: defaults, then a TOML file, then the environment, then flags; frozen once they are read."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from voice_assistant.types import FASTEST_WPM, SLOWEST_WPM, USUAL_WPM, SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENVIRONMENT_PREFIX = "VOICE_ASSISTANT_"

AttentionMode = Literal["always", "wake", "push"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be chosen. Each name is a key of the TOML file and, in capitals after VOICE_ASSISTANT_, a
    variable.
    """

    attention: AttentionMode = "always"
    """`always`: whatever is heard is considered. `wake`: only after a wake phrase. `push`: only after a key."""
    wake_phrases: tuple[str, ...] = ("hey knee guide", "hello knee guide")
    wake_window_s: float = 10.0
    """How long after an answer a follow-up needs no wake phrase."""
    rate_wpm: int = USUAL_WPM
    """Speed of speech, 120 to 300 words a minute."""
    volume: float = 0.8
    """0.1 to 1."""
    voice: str | None = None
    """A voice that `voice-assistant voices` lists; None for the clearest English one."""
    microphone: str | None = None
    """A device's number or part of its name; None for the system's own choice."""
    loudspeaker: str | None = None
    echo_cancellation: bool = True
    """Whether the assistant's own voice is taken out of what the microphone hears. False where the system does that."""
    sounds: bool = True
    """Short sounds for listening, understood and not understood."""
    silence_prompt_s: float = 9.0
    """Silence after a question before it is put again."""
    tune: bool = True
    """Whether the recogniser is tuned to the guide."""
    dialogs: Path | None = None
    models: Path | None = None
    model: Path | None = None
    """A speech model folder to be used as it is."""


RANGES: Mapping[str, tuple[float, float]] = {
    "rate_wpm": (SLOWEST_WPM, FASTEST_WPM),
    "volume": (0.1, 1.0),
    "wake_window_s": (2.0, 120.0),
    "silence_prompt_s": (3.0, 600.0),
}


def load_settings(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Settings:
    """Put the settings together; later sources win, flags that are None do not count.

    Raises:
        SettingsError: a file, key or value is wrong; the text says where.
    """
    values: dict[str, object] = {}
    if file is not None:
        values |= {key: _checked(key, value, str(file)) for key, value in _read(file).items()}
    for name, text in (os.environ if environment is None else environment).items():
        if name.startswith(ENVIRONMENT_PREFIX) and text:
            key = name.removeprefix(ENVIRONMENT_PREFIX).lower()
            values[key] = _checked(key, _from_text(key, text), f"the variable {name}")
    for key, value in (flags or {}).items():
        if value is not None:
            values[key] = _checked(key, value, f"--{key.replace('_', '-')}")
    return Settings(**values)  # type: ignore[arg-type]


_KINDS: Mapping[str, Any] = get_type_hints(Settings)


def _read(file: Path) -> dict[str, object]:
    try:
        values: dict[str, object] = tomllib.loads(file.read_text(encoding="utf-8"))
        return values
    except OSError as error:
        raise SettingsError(f"The settings file {file} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} is not right: {error}.") from error


def _from_text(key: str, text: str) -> object:
    """An environment variable as the kind of value that the setting has; as it is where it cannot be one."""
    default = next((field.default for field in fields(Settings) if field.name == key), None)
    if isinstance(default, bool):
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(text.lower(), text)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            return text
    return text


def _checked(key: str, value: object, where: str) -> object:
    if key not in _KINDS:
        raise SettingsError(f"{where}: there is no setting {key!r}; known are {', '.join(_KINDS)}.")
    default = next(field.default for field in fields(Settings) if field.name == key)
    if key == "attention":
        if value not in get_args(AttentionMode):
            raise SettingsError(
                f"{where}: attention must be one of {', '.join(get_args(AttentionMode))}, not {value!r}."
            )
        return value
    if isinstance(default, bool):
        return _expect(isinstance(value, bool), value, where, key, "true or false")
    if isinstance(default, tuple):
        phrases = list(value) if isinstance(value, list | tuple) else []
        _expect(
            bool(phrases) and all(isinstance(one, str) and one.strip() for one in phrases),
            value,
            where,
            key,
            "a list of texts",
        )
        return tuple(phrases)
    if isinstance(default, int | float):
        low, high = RANGES[key]
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise SettingsError(f"{where}: {key} must be a number from {low:g} to {high:g}, not {value!r}.")
        return type(default)(value)
    _expect(isinstance(value, str | Path | int), value, where, key, "a text")
    return _folder(str(value)) if key in {"dialogs", "models", "model"} else str(value)


def _folder(text: str) -> Path:
    """With ~ as the home folder, which no shell has put in where it stands in a file or a variable."""
    with contextlib.suppress(RuntimeError):  # there is no such user
        return Path(text).expanduser()
    return Path(text)


def _expect(right: bool, value: object, where: str, key: str, kind: str) -> object:
    if not right:
        raise SettingsError(f"{where}: {key} must be {kind}, not {value!r}.")
    return value
