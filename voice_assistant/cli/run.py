"""`run`: the conversation by voice, with a microphone, with recordings, or with the demo."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.loading import load_assistant, load_recogniser
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
from voice_assistant.types import AudioError

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant
    from voice_assistant.audio.microphone import AudioSource
    from voice_assistant.audio.playback import Playback
    from voice_assistant.loop import LoopEvents
    from voice_assistant.settings import Settings

DEMO = Path(__file__).resolve().parent.parent / "demo"

_MORE = """Without --input it listens to the microphone; where there is none it says so and plays a spoken demo.
Ctrl-C or "goodbye" ends it."""


@dataclass(frozen=True, slots=True)
class _Ends:
    """What the conversation runs between."""

    source: AudioSource
    loudspeaker: Playback


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
    parser.add_argument("--fast", action="store_true", help="recordings as fast as possible instead of in real time")
    parser.add_argument("--no-speech", action="store_true", help="show the answers only")
    add_json(parser, "each turn")
    add_settings(parser, "attention", "microphone", *SPEAKING, "sounds", *HEARING, *GUIDE)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace, console: Console) -> int:
    settings = settings_of(options)
    files = _recordings(options, settings, console)
    if files is not None and options.input is None:
        # The demo does not know the wake phrase and has no hands.
        settings = replace(settings, attention="always")
    with load_assistant(settings, console) as assistant:
        load_recogniser(assistant, console)
        _converse(options, console, assistant, files)
    return 0


def _recordings(options: argparse.Namespace, settings: Settings, console: Console) -> Sequence[str | Path] | None:
    """The files to be played, each looked at; None for the microphone. Raises AudioError."""
    from voice_assistant.audio.device_link import list_devices
    from voice_assistant.audio.devices import find_device
    from voice_assistant.audio.wav import wav_format

    if options.input is not None:
        for file in options.input:
            wav_format(file)
        return list(options.input)
    try:
        find_device(list_devices(), "input", settings.microphone)
    except AudioError as error:
        if settings.microphone is not None:
            raise
        console.note(str(error))
        console.note("Playing the spoken demo conversation instead.")
        return sorted(DEMO.glob("*.wav"))
    return None


def _converse(
    options: argparse.Namespace, console: Console, assistant: Assistant, files: Sequence[str | Path] | None
) -> None:
    is_busy: list[Callable[[], bool]] = []
    ends = _ends(options, console, assistant.settings, files, lambda: not any(busy() for busy in is_busy))
    fast = options.fast and files is not None
    loop = assistant.loop(ends.source, ends.loudspeaker, _events(options, console), in_step=fast)
    is_busy.append(lambda: loop.is_busy)
    if assistant.settings.attention == "push" and files is None:
        console.note("Press Enter to talk.")
        threading.Thread(target=_push_on_enter, args=(loop.push,), name="enter", daemon=True).start()
    try:
        loop.run()
    finally:
        console.end_live()


def _ends(
    options: argparse.Namespace,
    console: Console,
    settings: Settings,
    files: Sequence[str | Path] | None,
    may_go_on: Callable[[], bool],
) -> _Ends:
    from voice_assistant.audio.loudspeaker import Loudspeaker
    from voice_assistant.audio.microphone import Microphone
    from voice_assistant.audio.stand_ins import FileLoudspeaker, FileMicrophone, NullLoudspeaker

    source: AudioSource
    if files is None:
        source = Microphone(settings.microphone, on_status=lambda status: _tell(console, status.state, status.problem))
    else:
        source = FileMicrophone(files, real_time=not options.fast, may_go_on=may_go_on)
    if options.output is not None:
        return _Ends(source, FileLoudspeaker(options.output))
    if options.no_speech or (options.fast and files is not None) or not _has_loudspeaker(settings, console):
        return _Ends(source, NullLoudspeaker())
    return _Ends(
        source,
        Loudspeaker(settings.loudspeaker, on_status=lambda status: _tell(console, status.state, status.problem)),
    )


def _has_loudspeaker(settings: Settings, console: Console) -> bool:
    """Whether there is one; if not, that is said. Raises AudioError when one was asked for."""
    from voice_assistant.audio.device_link import list_devices
    from voice_assistant.audio.devices import find_device

    try:
        find_device(list_devices(), "output", settings.loudspeaker)
    except AudioError as error:
        if settings.loudspeaker is not None:
            raise
        console.note(f"{error} The answers are shown only.")
        return False
    return True


_TROUBLE = {
    "lost": "The sound device is gone; waiting for it to come back.",
    "silent": "The microphone gives no sound at all; is it muted?",
    "clipping": "The microphone is too loud; turn it down or step back.",
    "quiet": "The microphone is very quiet; turn it up or come closer.",
    "working": "The sound device works again.",
}


def _tell(console: Console, state: str, problem: str) -> None:
    console.note(problem or _TROUBLE[state])


def _events(options: argparse.Namespace, console: Console) -> LoopEvents:
    from voice_assistant.loop import LoopEvents

    if options.json:
        return LoopEvents(turn=lambda turn: console.json(turn_object(turn)), notice=console.note)

    def show_state(state: str) -> None:
        if state in ("idle", "listening"):
            console.live("(listening)")

    return LoopEvents(
        partial=lambda partial: console.live(f"You … {partial.text}"),
        turn=lambda turn: show_turn(console, turn),
        spoken=lambda response: show_response(console, response),
        state=show_state,
        notice=console.note,
    )


def _push_on_enter(push: Callable[[], None]) -> None:
    """Every line is a press. Read below Python's buffer, whose lock would hold up the end of the program."""
    descriptor = sys.stdin.fileno()
    while os.read(descriptor, 1024):
        push()
