"""`kiosk`: the assistant on a screen of its own, for strangers who use it one after another."""

from __future__ import annotations

import argparse
import math
import socket
import threading
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console
from voice_assistant.cli.loading import load_assistant, load_recogniser
from voice_assistant.cli.parsing import GUIDE, HEARING, SPEAKING, Commands, add_command, add_settings, settings_of
from voice_assistant.types import KIOSK_PORT, SettingsError

if TYPE_CHECKING:
    from voice_assistant.assistant import Assistant
    from voice_assistant.audio.microphone import AudioSource
    from voice_assistant.cli.kiosk_voice import QuietPlayback, Voice
    from voice_assistant.conversation import Conversation
    from voice_assistant.kiosk import Clinic, Kiosk, TroubleKind
    from voice_assistant.loop import LoopEvents, VoiceLoop
    from voice_assistant.settings import Settings

_MORE = """The page is on this machine only; open it in a browser in full screen (docs/kiosk.md tells how to set one
up).
--config names the clinic's own file; docs/clinic.example.toml shows what it may hold."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "kiosk", "the assistant on a touch screen, for a waiting room", _MORE)
    parser.add_argument(
        "--port",
        type=int,
        default=KIOSK_PORT,
        metavar="N",
        help="where the page is (default %(default)s; 0 takes a free port)",
    )
    parser.add_argument("--config", dest="clinic", type=Path, metavar="CLINIC.toml", help="what the clinic sets")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("--no-speech", action="store_true", help="no loudspeaker: answers on the screen only")
    add_settings(
        parser, "microphone", *SPEAKING, "echo_cancellation", "sounds", *HEARING, *GUIDE, file_flag="--settings"
    )
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace, console: Console) -> int:
    try:
        from voice_assistant.kiosk import bind, load_clinic
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"The kiosk needs {error.name}; install it with `pip install 'knee-voice-assistant[kiosk]'`."
        ) from error
    clinic = load_clinic(options.clinic)
    if not 0 <= options.port <= 65535:
        raise SettingsError(f"--port must be a number from 0 to 65535, not {options.port}.")
    bound = bind(options.port)
    try:
        settings = kiosk_settings(settings_of(options), clinic)
        with load_assistant(settings, console) as assistant:
            load_recogniser(assistant, console)
            _serve(options, console, assistant, clinic, bound)
    finally:
        bound.close()
    return 0


def kiosk_settings(settings: Settings, clinic: Clinic) -> Settings:
    """How a kiosk listens: after a wake phrase, and then until the visit ends, which closes its ears."""
    phrases = settings.wake_phrases if clinic.wake_phrases is None else clinic.wake_phrases
    return replace(
        settings,
        attention="wake" if phrases else "always",
        wake_phrases=phrases or settings.wake_phrases,
        wake_window_s=math.inf,
        volume=min(max(settings.volume, clinic.volume_min), clinic.volume_max),
    )


def kiosk_conversation(assistant: Assistant, clinic: Clinic) -> Conversation:
    """A conversation that speaks for the clinic, too."""
    from voice_assistant.dialogue import Dialogue, DialogueSettings
    from voice_assistant.kiosk import load_words, localised

    settings = assistant.settings
    held = DialogueSettings(
        rate_wpm=settings.rate_wpm,
        volume=settings.volume,
        volume_min=clinic.volume_min,
        volume_max=clinic.volume_max,
        silence_prompt_s=settings.silence_prompt_s,
        ignore_out_of_scope=settings.attention == "always",
    )
    guide = localised(assistant.guide, clinic, load_words(assistant.folders.dialogs, assistant.guide))
    return assistant.new_conversation(Dialogue(guide, settings=held))


def kiosk_for(assistant: Assistant, clinic: Clinic, voice: Voice, conversation: Conversation) -> Kiosk:
    """The screen of that conversation."""
    from voice_assistant.cli.kiosk_voice import look_at
    from voice_assistant.kiosk import Kiosk, load_words

    settings = assistant.settings
    return Kiosk(
        assistant.guide,
        load_words(assistant.folders.dialogs, assistant.guide),
        clinic,
        voice,
        lambda: look_at(conversation.state, voice.now_s),
        wake_phrase=settings.wake_phrases[0] if settings.attention == "wake" else "",
    )


def voice_loop(
    assistant: Assistant,
    conversation: Conversation,
    source: AudioSource,
    loudspeaker: QuietPlayback,
    events: LoopEvents,
) -> VoiceLoop:
    """One endless conversation."""
    from voice_assistant.hearing import Activity, Listener
    from voice_assistant.loop import VoiceLoop

    return VoiceLoop(
        source=source,
        listener=Listener(assistant.recogniser, Activity()),
        conversation=conversation,
        renderer=assistant.renderer,
        playback=loudspeaker,
        settings=assistant.settings,
        events=events,
        greets=False,
        ends_on_goodbye=False,
    )


def _serve(
    options: argparse.Namespace, console: Console, assistant: Assistant, clinic: Clinic, bound: socket.socket
) -> None:
    from voice_assistant.audio.microphone import Microphone, MicrophoneStatus
    from voice_assistant.audio.playback import PlaybackStatus
    from voice_assistant.cli.kiosk_voice import KioskLoudspeaker, KioskNoLoudspeaker, Voice
    from voice_assistant.kiosk import KioskServer

    conversation = kiosk_conversation(assistant, clinic)
    settings = assistant.settings

    def microphone_changed(status: MicrophoneStatus) -> None:
        kinds: list[TroubleKind] = ["microphone_lost", "microphone_silent"]
        if status.state == "silent":
            kinds.reverse()  # what begins is told before what is over
        for kind in kinds:
            kiosk.trouble(kind, over=kind != f"microphone_{status.state}")

    def loudspeaker_changed(status: PlaybackStatus) -> None:
        kiosk.trouble("loudspeaker_lost", over=status.state != "lost")

    def make_loop(events: LoopEvents) -> tuple[VoiceLoop, QuietPlayback]:
        microphone = Microphone(settings.microphone, wait_for_device=True, on_status=microphone_changed)
        loudspeaker: QuietPlayback = (
            KioskNoLoudspeaker()
            if options.no_speech
            else KioskLoudspeaker(settings.loudspeaker, wait_for_device=True, on_status=loudspeaker_changed)
        )
        return voice_loop(assistant, conversation, microphone, loudspeaker, events), loudspeaker

    voice = Voice(make_loop)
    kiosk = kiosk_for(assistant, clinic, voice, conversation)
    server = KioskServer(kiosk, bound)
    server.start()
    console.note(f"The kiosk is at {server.url}")
    if options.open:
        threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
    try:
        voice.run(kiosk)
    finally:
        voice.stop()
        server.stop()
