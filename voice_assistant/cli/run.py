"""`run`: the conversation by voice, with a microphone, with recordings, or with the demo."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from voice_assistant.cli.console import Console
from voice_assistant.cli.ending import in_background
from voice_assistant.cli.loading import check_given_model, load_assistant, load_recogniser
from voice_assistant.cli.parsing import (
    GUIDE,
    HEARING,
    SPEAKING,
    Commands,
    add_command,
    add_json,
    add_settings,
    settings_of,
)
from voice_assistant.cli.report import show_response, show_turn, turn_object
from voice_assistant.types import AudioError, Turn

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant
    from voice_assistant.audio.devices import Device
    from voice_assistant.audio.microphone import AudioSource, MicrophoneStatus
    from voice_assistant.audio.playback import Playback, PlaybackStatus
    from voice_assistant.loop import LoopEvents
    from voice_assistant.settings import Settings

    _Devices: TypeAlias = Callable[[], tuple[Device, ...]]

DEMO = Path(__file__).resolve().parent.parent / "demo"
SILENCE = DEMO / "0_silence.wav"

_MORE = """Without --input it listens to the microphone; where there is none it says so and plays a spoken demo.
Ctrl-C or "goodbye" ends it."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "run", "talk with it: microphone or recordings in, speech out", _MORE)
    parser.add_argument(
        "--input",
        nargs="+",
        metavar="FILE.wav",
        help="recordings that are played as the microphone, one by one",
    )
    parser.add_argument("--output", metavar="FILE.wav", help="write what is spoken into a file instead of playing it")
    parser.add_argument(
        "--fast",
        action="store_true",
        help="recordings as fast as possible, without a loudspeaker, instead of in real time",
    )
    parser.add_argument("--no-speech", action="store_true", help="show the answers only")
    add_json(parser, "each turn")
    add_settings(parser, "attention", "microphone", *SPEAKING, "echo_cancellation", "sounds", *HEARING, *GUIDE)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.audio.device_link import list_devices
    from voice_assistant.audio.wav import wav_format

    settings = settings_of(options)
    check_given_model(settings)
    for file in options.input or ():
        wav_format(file)
    devices = in_background(list_devices)
    with load_assistant(settings, console) as assistant:
        load_recogniser(assistant, console)
        files = options.input or _demo_without_microphone(settings, devices, console)
        if files and not options.input:
            # The recordings do not know the wake phrase, and have no hands.
            assistant.settings = replace(settings, attention="always")
        options.fast = options.fast and bool(files)
        _converse(options, console, assistant, files, _loudspeaker(options, settings, devices, console))
    return 0


def _demo_without_microphone(settings: Settings, devices: _Devices, console: Console) -> Sequence[str | Path]:
    """The demo's recordings where there is no microphone; raises AudioError when a certain one was asked for."""
    from voice_assistant.audio.devices import find_device

    try:
        find_device(devices(), "input", settings.microphone)
    except AudioError as error:
        if settings.microphone is not None:
            raise
        console.note(str(error))
        console.note("Playing the spoken demo conversation instead.")
        return sorted(DEMO.glob("[1-9]*.wav"))
    return ()


def _loudspeaker(options: argparse.Namespace, settings: Settings, devices: _Devices, console: Console) -> Playback:
    """Where the answers are spoken. Raises AudioError when a certain loudspeaker was asked for and is not there."""
    from voice_assistant.audio.devices import find_device
    from voice_assistant.audio.loudspeaker import Loudspeaker
    from voice_assistant.audio.stand_ins import FileLoudspeaker, NullLoudspeaker

    if options.output is not None:
        return FileLoudspeaker(options.output)
    if options.no_speech or options.fast:
        return NullLoudspeaker()
    try:
        find_device(devices(), "output", settings.loudspeaker)
    except AudioError as error:
        if settings.loudspeaker is not None:
            raise
        console.note(f"{error} The answers are shown only.")
        return NullLoudspeaker()
    return Loudspeaker(settings.loudspeaker, on_status=_Watch("loudspeaker", console))


def _converse(
    options: argparse.Namespace,
    console: Console,
    assistant: Assistant,
    files: Sequence[str | Path],
    loudspeaker: Playback,
) -> None:
    """`files`: recordings instead of the microphone."""
    from voice_assistant.audio.microphone import Microphone
    from voice_assistant.audio.stand_ins import FileMicrophone

    settings = assistant.settings
    source: AudioSource
    if files:
        # Silence first, and as much of it as the greeting takes, so that the first recording does not talk over it.
        source = FileMicrophone([SILENCE, *files], real_time=not options.fast, may_go_on=lambda: not loop.is_busy)
    else:
        source = Microphone(settings.microphone, on_status=_Watch("microphone", console))
    loop = assistant.loop(source, loudspeaker, _events(options, console, source), in_step=options.fast)
    if not files and settings.attention == "push":
        console.note("Press Enter to talk.")
        in_background(lambda: _push_on_enter(loop.push))
    try:
        loop.run()
    finally:
        console.end_live()


_TROUBLE = {
    "lost": "The {device} is gone; waiting for it to come back.",
    "silent": "The {device} gives no sound at all; is it muted?",
    "clipping": "The {device} is too loud; turn it down or step back.",
}
_QUIET = "The microphone is very quiet; turn it up or come closer."


class _Watch:
    """Tells of trouble with a device, and of its end."""

    def __init__(self, device: str, console: Console) -> None:
        self._device = device
        self._console = console
        self._told = False

    def __call__(self, status: MicrophoneStatus | PlaybackStatus) -> None:
        """The state has changed."""
        if status.state in _TROUBLE:
            self._console.note(status.problem or _TROUBLE[status.state].format(device=self._device))
            self._told = True
        elif self._told:
            self._console.note(f"The {self._device} works again.")
            self._told = False


def _events(options: argparse.Namespace, console: Console, source: AudioSource) -> LoopEvents:
    from voice_assistant.loop import LoopEvents

    def show(turn: Turn) -> None:
        if options.json:
            console.json(turn_object(turn))
        else:
            show_turn(console, turn)
        # Where nobody speaks to it, it is always quiet; only now it matters.
        if turn.understood.node_id == "fallback.not_heard" and source.status.state == "quiet":
            console.note(_QUIET)

    if options.json:
        return LoopEvents(turn=show, notice=console.note)

    def show_state(state: str) -> None:
        if state in ("idle", "listening"):
            console.live("(listening)")

    return LoopEvents(
        partial=lambda partial: console.live(f"You … {partial.text}"),
        turn=show,
        spoken=lambda response: show_response(console, response),
        state=show_state,
        notice=console.note,
    )


def _push_on_enter(push: Callable[[], None]) -> None:
    """Every line is a press. Read below Python's buffer, whose lock would hold up the end of the program."""
    descriptor = sys.stdin.fileno()
    while os.read(descriptor, 1024):
        push()
