"""Arguments: errors in one sentence, and the flags that many commands share, whose names are those of the settings."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from voice_assistant.types import SettingsError

if TYPE_CHECKING:
    from voice_assistant.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"

DISTRIBUTION = "knee-voice-assistant"


class Parser(argparse.ArgumentParser):
    """Raises SettingsError with one sentence instead of printing usage and ending the program."""

    def __init__(self, **arguments: Any) -> None:
        arguments.setdefault("allow_abbrev", False)
        arguments.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**arguments)

    def error(self, message: str) -> NoReturn:
        """Raise SettingsError."""
        raise SettingsError(f"{self.prog}: {message}; `{self.prog} --help` explains.")


class Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **_: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and end")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        """Print it and end."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version(DISTRIBUTION)
        except PackageNotFoundError:
            number = "(not installed)"
        print(f"voice-assistant {number}")
        parser.exit()


def add_command(commands: Commands, name: str, summary: str, more: str = "") -> Parser:
    """A command with the flags that every command has. `summary` begins in lower case and has no full stop."""
    description = f"{summary[0].upper()}{summary[1:]}."
    parser = commands.add_parser(name, help=summary, description=f"{description}\n\n{more}" if more else description)
    add_common(parser)
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """Flags that may stand before and after the command."""
    parser.add_argument(
        "--verbose",
        action="store_true",
        default=argparse.SUPPRESS,
        help="log what it does (never what is said)",
    )
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show where errors come from")


def add_json(parser: argparse.ArgumentParser, what: str) -> None:
    """The flag for output that programs read."""
    parser.add_argument("--json", action="store_true", help=f"print {what} as JSON, one object a line")


def add_settings(parser: argparse.ArgumentParser, *names: str, file_flag: str = "--config") -> None:
    """Flags for some settings, by the settings' names, and the settings file."""
    group = parser.add_argument_group("settings (defaults < settings file < VOICE_ASSISTANT_… variables < flags)")
    group.add_argument(file_flag, dest="config", type=Path, metavar="FILE.toml", help="a settings file")
    for name in names:
        flags, arguments = _SETTINGS[name]
        group.add_argument(*flags, dest=name, default=None, **arguments)


GUIDE = ("dialogs", "models")
HEARING = ("model", "tune")
SPEAKING = ("rate_wpm", "volume", "voice", "loudspeaker")

_SETTINGS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "attention": (
        ("--attention",),
        {
            "metavar": "MODE",
            "help": "when to listen: always (default), wake (after a wake phrase), push (after Enter)",
        },
    ),
    "rate_wpm": (
        ("--rate", "--rate-wpm"),
        {"type": int, "metavar": "WPM", "help": "speed of speech, 120 to 300 words a minute"},
    ),
    "volume": (("--volume",), {"type": float, "metavar": "SHARE", "help": "loudness, 0.1 to 1"}),
    "voice": (("--voice",), {"metavar": "ID", "help": "a voice that `voice-assistant voices` lists"}),
    "microphone": (
        ("--device", "--microphone"),
        {"metavar": "N", "help": "the microphone: its number in `voice-assistant devices`, or part of its name"},
    ),
    "loudspeaker": (
        ("--speaker", "--loudspeaker"),
        {"metavar": "N", "help": "the loudspeaker: its number in `voice-assistant devices`, or part of its name"},
    ),
    "echo_cancellation": (
        ("--no-echo-cancellation",),
        {
            "action": "store_const",
            "const": False,
            "help": "do not take its own voice out of what the microphone hears (the sound system does it)",
        },
    ),
    "sounds": (("--no-sounds",), {"action": "store_const", "const": False, "help": "no short sounds beside speech"}),
    "tune": (
        ("--no-tune",),
        {"action": "store_const", "const": False, "help": "do not tune the recogniser to the guide"},
    ),
    "dialogs": (("--dialogs",), {"type": Path, "metavar": "FOLDER", "help": "the guide to speak for (dialogs/)"}),
    "models": (("--models",), {"type": Path, "metavar": "FOLDER", "help": "where the models lie"}),
    "model": (("--model",), {"type": Path, "metavar": "FOLDER", "help": "a Vosk speech model to be used as it is"}),
}


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the flags, variables and the settings file give. Raises SettingsError."""
    from voice_assistant.settings import Settings, load_settings

    flags = {field.name: getattr(options, field.name, None) for field in fields(Settings)}
    return load_settings(getattr(options, "config", None), flags=flags)
