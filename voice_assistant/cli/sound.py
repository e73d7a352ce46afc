"""`say`, `voices`, `devices`: speech and sound devices by themselves."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.parsing import SPEAKING, Commands, add_command, add_json, add_settings, settings_of
from voice_assistant.types import AudioChunk, SettingsError

if TYPE_CHECKING:
    from voice_assistant.settings import Settings


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
    from voice_assistant.speech import SpeechRenderer, pieces

    settings = settings_of(options)
    with SpeechRenderer(voice=settings.voice, rate_wpm=settings.rate_wpm) as renderer:
        rendered = (renderer.render(piece) for piece in pieces(" ".join(options.text)))
        first = next(rendered, None)
        if first is None:
            raise SettingsError("There is nothing to say: give a text with words.")
        sounds = itertools.chain((first,), rendered)
        if options.output is not None:
            write_wav(options.output, sounds, first.rate_hz)
        else:
            _play(sounds, settings)
    return 0


def _play(sounds: Iterable[AudioChunk], settings: Settings) -> None:
    from voice_assistant.audio.loudspeaker import Loudspeaker

    with Loudspeaker(settings.loudspeaker, volume=settings.volume) as loudspeaker:
        for sound in sounds:
            while not loudspeaker.enqueue(sound):
                loudspeaker.wait_until_idle()
        loudspeaker.wait_until_idle()


def _voices(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.speech import SpeechRenderer

    with SpeechRenderer() as renderer:
        voices = renderer.voices()
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
