"""`say`, `voices`, `devices`: speech and sound devices by themselves."""

from __future__ import annotations

import argparse
import itertools
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.parsing import SPEAKING, Commands, add_command, add_json, add_settings, settings_of
from voice_assistant.types import AudioChunk, SettingsError

if TYPE_CHECKING:
    from voice_assistant.settings import Settings
    from voice_assistant.speech import SpeechRenderer

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_LONGEST_PIECE = 500
"""Letters that are rendered at once, so that the first sound comes early and memory does not grow with the text."""


def add(commands: Commands) -> None:
    """Add the commands."""
    say = add_command(commands, "say", "speak a text")
    say.add_argument("text", nargs="+", metavar="TEXT", help="what to say")
    say.add_argument("--output", metavar="FILE.wav", help="write it into a file instead of playing it")
    add_settings(say, *SPEAKING)
    say.set_defaults(command=_say)
    voices = add_command(commands, "voices", "list the voices it can speak with")
    voices.add_argument("--all", action="store_true", help="also those of other languages")
    add_json(voices, "each voice")
    voices.set_defaults(command=_voices)
    devices = add_command(commands, "devices", "list the microphones and loudspeakers")
    add_json(devices, "each device")
    devices.set_defaults(command=_devices)


def _say(options: argparse.Namespace, _console: Console) -> int:
    from voice_assistant.audio.wav import write_wav
    from voice_assistant.speech import SpeechRenderer

    settings = settings_of(options)
    text = " ".join(options.text)
    if not any(letter.isalnum() for letter in text):
        raise SettingsError("There is nothing to say: give a text with words.")
    renderer = SpeechRenderer(voice=settings.voice, rate_wpm=settings.rate_wpm)
    try:
        renderer.start()
        sounds = _sounds(renderer, text)
        first = next(sounds)
        if options.output is not None:
            write_wav(options.output, itertools.chain((first,), sounds), first.rate_hz)
        else:
            _play(itertools.chain((first,), sounds), settings)
    finally:
        renderer.close()
    return 0


def _sounds(renderer: SpeechRenderer, text: str) -> Iterator[AudioChunk]:
    for sentence in _SENTENCE_END.split(text):
        for piece in textwrap.wrap(sentence, _LONGEST_PIECE):
            if any(letter.isalnum() for letter in piece):
                yield renderer.render(piece)


def _play(sounds: Iterator[AudioChunk], settings: Settings) -> None:
    from voice_assistant.audio.loudspeaker import Loudspeaker

    with Loudspeaker(settings.loudspeaker, volume=settings.volume) as loudspeaker:
        for sound in sounds:
            while not loudspeaker.enqueue(sound):
                loudspeaker.wait_until_idle()
        loudspeaker.wait_until_idle()


def _voices(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.speech import SpeechRenderer

    renderer = SpeechRenderer()
    try:
        voices = renderer.voices()
    finally:
        renderer.close()
    for voice in voices:
        is_english = any(language.lower().startswith("en") for language in voice.languages)
        if not (is_english or options.all):
            continue
        if options.json:
            console.json({"id": voice.voice_id, "name": voice.name, "languages": list(voice.languages)})
        else:
            console.line(f"{voice.voice_id:<28} {voice.name} ({', '.join(voice.languages)})")
    return 0


def _devices(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.audio.device_link import list_devices

    devices = list_devices()
    for device in devices:
        if options.json:
            console.json(
                {
                    "number": device.index,
                    "name": device.name,
                    "system": device.host,
                    "inputs": device.input_channels,
                    "outputs": device.output_channels,
                    "rate_hz": device.rate_hz,
                    "default_input": device.is_default_input,
                    "default_output": device.is_default_output,
                }
            )
            continue
        kinds = []
        if device.input_channels:
            kinds.append("microphone (default)" if device.is_default_input else "microphone")
        if device.output_channels:
            kinds.append("loudspeaker (default)" if device.is_default_output else "loudspeaker")
        console.line(
            f"{device.index:>3}  {device.name} [{device.host}, {device.rate_hz} Hz]: {', '.join(kinds) or 'none'}"
        )
    if not devices:
        console.note("No sound devices were found; plug in a microphone and a loudspeaker.")
    return 0
