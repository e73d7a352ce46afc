"""What `doctor` looks at. Each check gives its results one by one, or raises the error that says what is wrong."""

from __future__ import annotations

import functools
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from voice_assistant import models
from voice_assistant.audio import chimes
from voice_assistant.audio.level import FLOOR_DB
from voice_assistant.audio.loudspeaker import Loudspeaker
from voice_assistant.audio.microphone import Microphone
from voice_assistant.cli.console import Console, reason
from voice_assistant.cli.ending import interruptible
from voice_assistant.cli.loading import load_assistant, meant_for_it
from voice_assistant.guide import check_guide, load_guide
from voice_assistant.hearing import Recogniser, check_model_folder
from voice_assistant.hearing.tuning import Vocabulary
from voice_assistant.resources import Folders, tuned_model
from voice_assistant.settings import Settings
from voice_assistant.speech import SpeechRenderer
from voice_assistant.types import ModelError

OLDEST, FIRST_UNKNOWN = (3, 10), (3, 14)
LISTENING_S = 1.0
TOO_QUIET_DB, TOO_LOUD_DB = -75.0, -1.0
"""Peaks of a second in a room where nobody need speak: below the first the microphone gives next to nothing."""
_FETCH = "Run `voice-assistant models fetch`."
DEMO = Path(__file__).resolve().parent.parent / "demo" / "1_what_is_it.wav"


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found."""

    ok: bool
    text: str
    """How things stand, in a sentence or less."""
    advice: str = ""
    """What to do; empty when all is well or the text says it."""


Check: TypeAlias = Callable[[], Iterator[Result]]


def all_checks(settings: Settings, console: Console) -> Iterable[tuple[str, Check]]:
    """The checks in the order of what needs what, each with its name."""
    folders = Folders.default(settings.dialogs, settings.models, settings.model)
    return (
        ("Python", _python),
        ("Models", functools.partial(_models, folders)),
        ("Dialogs", functools.partial(_dialogs, folders)),
        ("Cache", functools.partial(_cache, folders)),
        ("Understand", functools.partial(_understanding, settings, console)),
        ("Recogniser", functools.partial(_recogniser, settings, folders, console)),
        ("Microphone", functools.partial(_microphone, settings)),
        ("Voice", functools.partial(_voice, settings)),
        ("Loudspeaker", functools.partial(_loudspeaker, settings)),
    )


def _python() -> Iterator[Result]:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if OLDEST <= sys.version_info[:2] < FIRST_UNKNOWN:
        yield Result(True, text)
    else:
        yield Result(False, text, "Python 3.10 to 3.13 is supported: install one of these.")


def _models(folders: Folders) -> Iterator[Result]:
    if folders.speech_model is not None:
        check_model_folder(folders.speech_model)
        yield Result(True, f"the speech model {folders.speech_model} is given and can be read")
    problems = models.verify(folders.models)
    if folders.speech_model is not None:
        problems = [problem for problem in problems if problem.model != models.SPEECH_MODEL]
    for problem in problems:
        yield Result(False, f"{folders.models / problem.model / problem.path} is {problem.what}.", _FETCH)
    if not problems:
        yield Result(True, f"all files in {folders.models} are whole")


def _dialogs(folders: Folders) -> Iterator[Result]:
    try:
        vocabulary = Vocabulary.from_model(folders.base_speech_model)
    except ModelError:
        findings = check_guide(folders.dialogs, knows=lambda _: True)
    else:
        findings = check_guide(folders.dialogs, knows=vocabulary.__contains__)
    if findings:
        more = f" and {len(findings) - 1} more" if len(findings) > 1 else ""
        yield Result(False, f"{findings[0]}{more}.", "Run `voice-assistant dialogs check` and put it right.")
    else:
        yield Result(True, f"{folders.dialogs} keeps all rules")


def _cache(folders: Folders) -> Iterator[Result]:
    try:
        folders.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folders.cache):
            pass
    except OSError as error:
        yield Result(
            False,
            f"{folders.cache} cannot be written ({reason(error)}): every start takes a minute.",
            f"Make it writable, or choose another folder with {models.FOLDER_VARIABLE}.",
        )
    else:
        yield Result(True, f"{folders.cache} can be written")


def _understanding(settings: Settings, console: Console) -> Iterator[Result]:
    with load_assistant(meant_for_it(settings), console, warns=False) as assistant:
        for warning in assistant.warnings:
            yield Result(False, warning, _FETCH)
        guide = assistant.guide
        phrase = next(phrase for phrase in guide.phrases if phrase.node_id.startswith("cause."))
        assistant.ask(phrase.text)
        began = time.perf_counter()
        turn = assistant.ask(phrase.text)
        spent_ms = (time.perf_counter() - began) * 1000
    text = f"{len(guide.phrases)} phrases for {len(guide.nodes)} nodes are compiled; one took {spent_ms:.0f} ms"
    if turn.understood.node_id == phrase.node_id:
        yield Result(True, text)
    else:
        yield Result(False, f"“{phrase.text}” is not understood any more.", "Run `voice-assistant dialogs check`.")


def _recogniser(settings: Settings, folders: Folders, console: Console) -> Iterator[Result]:
    guide = load_guide(folders.dialogs)
    folder = folders.base_speech_model
    if settings.tune and settings.model is None:
        try:
            with console.progress() as progress:
                folder = interruptible(lambda: tuned_model(folders, guide, settings.wake_phrases, progress))
            yield Result(True, "tuned to the guide")
        except ModelError as error:
            yield Result(False, f"It is not tuned to the guide and hears knees less well: {error}")
    Recogniser(folder)


def _microphone(settings: Settings) -> Iterator[Result]:
    with Microphone(settings.microphone) as microphone:
        peak_db = FLOOR_DB
        for chunk in microphone:
            peak_db = max(peak_db, microphone.status.peak_db)
            if chunk.end_s >= LISTENING_S:
                break
        device = microphone.status.device
    text = f"{device}: peaks at {peak_db:.0f} dB of full scale"
    if peak_db <= TOO_QUIET_DB:
        yield Result(False, text, "It gives next to no sound: unmute it, turn it up, or choose another with --device.")
    elif peak_db >= TOO_LOUD_DB:
        yield Result(False, text, "It is too loud and distorts: turn it down.")
    else:
        yield Result(True, text)


def _voice(settings: Settings) -> Iterator[Result]:
    with SpeechRenderer(voice=settings.voice, rate_wpm=settings.rate_wpm) as renderer:
        began = time.perf_counter()
        sound = renderer.render("ready")
        spent_ms = (time.perf_counter() - began) * 1000
    yield Result(True, f"{sound.duration_s:.1f} s of speech at {sound.rate_hz} Hz, made in {spent_ms:.0f} ms")


def _loudspeaker(settings: Settings) -> Iterator[Result]:
    with Loudspeaker(settings.loudspeaker, volume=settings.volume) as loudspeaker:
        loudspeaker.enqueue(chimes.understood())
        played = loudspeaker.wait_until_idle(3.0)
        device = loudspeaker.status.device
    if played:
        yield Result(True, f"{device}: a short sound was played")
    else:
        yield Result(
            False, f"{device} does not play.", "Check that it is plugged in, or choose another with --speaker."
        )
