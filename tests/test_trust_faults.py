"""Whatever breaks while somebody talks with it: it is said or shown, and the conversation goes on."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.command_line import DEMO, Program
from tests.running_program import RunningProgram
from tests.virtual_devices import VirtualDevices
from voice_assistant import Assistant
from voice_assistant.audio.microphone import MicrophoneStatus
from voice_assistant.audio.stand_ins import NullLoudspeaker
from voice_assistant.conversation import Conversation
from voice_assistant.hearing.tuning import WeightedText
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.resources import Folders, compiled_guide, load_recogniser
from voice_assistant.settings import Settings
from voice_assistant.speech import SpeechRenderer
from voice_assistant.types import AudioChunk, Heard, ModelError, Response, SpeechStarted, Transcript, Turn, VoiceError
from voice_assistant.understanding import Embedder

QUESTION = DEMO / "1_what_is_it.wav"
QUIET = 640
"""Bytes of 20 ms of sound at 16 kHz."""
SECRET = "what somebody said in confidence"


@dataclass
class ScriptedListener:
    """Hears utterances at given seconds, or fails then; the sound does not matter."""

    script: dict[float, str | Exception]
    patience_s: float = 0.7
    resets: int = 0

    def listen(self, chunk: AudioChunk) -> Iterator[Heard]:
        for at_s in [at_s for at_s in self.script if at_s < chunk.end_s]:
            said = self.script.pop(at_s)
            if isinstance(said, Exception):
                raise said
            yield SpeechStarted(at_s)
            yield replace(Transcript.typed(said), start_s=at_s, end_s=chunk.end_s)

    def flush(self) -> list[Heard]:
        return []

    def reset(self) -> None:
        self.resets += 1


@dataclass
class QuietSource:
    """Silence for so long; `jumps`: at which second the clock of the sound leaps, and by how much."""

    seconds: float
    jumps: dict[float, float] = field(default_factory=dict)

    def __enter__(self) -> QuietSource:
        return self

    def __exit__(self, *exception: object) -> None:
        return

    def __iter__(self) -> Iterator[AudioChunk]:
        start_s, leapt_s = 0.0, 0.0
        while start_s - leapt_s < self.seconds:
            for at_s in [at_s for at_s in self.jumps if at_s <= start_s]:
                leapt_s += self.jumps[at_s]
                start_s += self.jumps.pop(at_s)
            chunk = AudioChunk(bytes(QUIET), 16_000, start_s)
            yield chunk
            start_s = chunk.end_s

    @property
    def status(self) -> MicrophoneStatus:
        return MicrophoneStatus(state="working", device="")

    def close(self) -> None:
        return


class FlatRenderer:
    """Speaks at once: 0.1 s of sound a sentence. Fails where it is told to."""

    def __init__(self, fails: Callable[[str], Exception | None] = lambda _text: None) -> None:
        self.said: list[str] = []
        self._fails = fails

    def render(self, text: str, rate_wpm: int | None = None) -> AudioChunk:
        failure = self._fails(text)
        if failure is not None:
            raise failure
        self.said.append(text)
        return AudioChunk(b"\1\1" * 2205, 22_050, 0.0)


@dataclass
class Talk:
    """What came of a conversation."""

    turns: list[Turn] = field(default_factory=list)
    unasked: list[Response] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    listener: ScriptedListener = field(default_factory=lambda: ScriptedListener({}))

    @property
    def apologies(self) -> list[Response]:
        return [response for response in self.unasked if "went wrong" in response.text]


def talk(
    assistant: Assistant,
    script: dict[float, str | Exception],
    *,
    conversation: Conversation | None = None,
    source: QuietSource | None = None,
    renderer: Any = None,
    in_step: bool = True,
    orders: Callable[[VoiceLoop], None] = lambda _loop: None,
    **events: Any,
) -> Talk:
    """The real loop and dialogue, with ears that hear what the script says."""
    result = Talk(listener=ScriptedListener(dict(script)))
    renderer = renderer or FlatRenderer()
    loop = VoiceLoop(
        source=source or QuietSource(max(script, default=1.0) + 5.0),
        listener=result.listener,  # type: ignore[arg-type]
        conversation=conversation or assistant.new_conversation(),
        renderer=renderer,
        playback=NullLoudspeaker(),
        settings=Settings(sounds=False),
        in_step=in_step,
        events=LoopEvents(
            **{
                "turn": result.turns.append,
                "spoken": result.unasked.append,
                "notice": result.notices.append,
                **events,
            }
        ),
    )
    orders(loop)
    loop.run()
    result.said = getattr(renderer, "said", [])
    return result


# --- a bug in one turn -------------------------------------------------------------------------------


def test_a_recogniser_that_raises_is_answered_with_the_fixed_sentence_and_the_next_turn_is_normal(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    done = talk(assistant, {1.0: RuntimeError(SECRET), 5.0: "what is a baker's cyst"})
    (apology,) = done.apologies
    assert apology.sentences[0] in assistant.guide.lines["turn_failed"]
    assert apology.text in " ".join(done.said)
    assert [turn.response.node_id for turn in done.turns] == ["cause.bakers_cyst"]
    assert done.listener.resets >= 1
    assert "RuntimeError" in caplog.text and SECRET not in caplog.text


@pytest.mark.parametrize("broken", ["understand", "respond"])
def test_a_fault_in_understanding_or_dialogue_costs_one_turn(
    assistant: Assistant, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    conversation = assistant.new_conversation()
    owner = conversation._interpreter if broken == "understand" else conversation._dialogue
    whole, calls = getattr(owner, broken), [0]

    def fails_once(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1:
            raise KeyError(SECRET)
        return whole(*arguments, **named)

    monkeypatch.setattr(type(owner), broken, lambda self, *a, **k: fails_once(*a, **k))
    script = {1.0: "tell me about shoes", 6.0: "what is a baker's cyst"}
    done = talk(assistant, script, conversation=conversation)  # type: ignore[arg-type]
    assert len(done.apologies) == 1
    assert [turn.response.node_id for turn in done.turns] == ["cause.bakers_cyst"]
    assert SECRET not in caplog.text


def test_a_warning_sign_is_answered_urgently_although_understanding_fails(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = assistant.new_conversation()

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(conversation._interpreter), "understand", fails)
    done = talk(assistant, {1.0: "my calf is swollen and warm"}, conversation=conversation)
    assert [turn.response.urgent for turn in done.turns] == [True]
    assert done.turns[0].response.sentences[0].text in done.said


def test_a_fault_that_comes_with_every_word_is_not_said_all_the_time(assistant: Assistant) -> None:
    done = talk(assistant, {1.0 + at / 2: ValueError(SECRET) for at in range(20)})
    assert 1 <= len(done.apologies) <= 2


def test_a_screen_that_fails_does_not_end_the_conversation(assistant: Assistant) -> None:
    heard: list[Turn] = []

    def fails(turn: Turn) -> None:
        heard.append(turn)
        raise OSError(SECRET)

    script = {1.0: "what is a baker's cyst", 15.0: "what is the police method"}
    done = talk(assistant, script, turn=fails)  # type: ignore[arg-type]
    assert len(heard) == 2
    assert done.apologies


def test_the_clock_of_the_sound_may_leap_and_the_timer_ends_once(assistant: Assistant) -> None:
    """A machine that slept. The system's own clock is never asked: the dialogue may not import it."""
    script: dict[float, str | Exception] = {1.0: "set a timer for ten minutes"}
    done = talk(assistant, script, source=QuietSource(20.0, {5.0: 7200.0}))
    ended = [response for response in done.unasked if response.node_id == "control.timer"]
    assert len(ended) >= 1
    assert not done.apologies


# --- the voice ---------------------------------------------------------------------------------------


def test_a_voice_that_fails_is_shown_and_the_next_sentence_is_spoken(assistant: Assistant) -> None:
    failures = iter([VoiceError("The speech engine fails again and again.")])
    renderer = FlatRenderer(lambda text: next(failures, None) if "sac" in text or "fluid" in text else None)
    script: dict[float, str | Exception] = {1.0: "what is a baker's cyst", 10.0: "what is a meniscus tear"}
    done = talk(assistant, script, renderer=renderer)
    assert any("voice failed" in notice for notice in done.notices)
    assert len(done.turns) == 2
    assert done.turns[1].response.sentences[0].text in done.said


def test_a_fault_in_the_worker_that_speaks_does_not_silence_it_for_ever(assistant: Assistant) -> None:
    failures = iter([RuntimeError(SECRET)])
    renderer = FlatRenderer(lambda _text: next(failures, None))
    done = talk(assistant, {1.0: "what is a baker's cyst"}, renderer=renderer, in_step=False)
    assert done.notices
    assert done.turns[0].response.sentences[-1].text in done.said


def test_goodbye_is_said_to_its_end_before_it_ends(assistant: Assistant) -> None:
    slow = FlatRenderer(lambda _text: VoiceError("") if threading.Event().wait(0.1) else None)
    done = talk(assistant, {1.0: "goodbye"}, renderer=slow, in_step=False)
    assert done.turns[-1].response.actions == ("goodbye",)
    assert done.turns[-1].response.sentences[-1].text in done.said


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "crashes"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_engine_that_hangs_or_crashes_is_replaced_and_says_the_sentence_whole(fault: signal.Signals) -> None:
    with SpeechRenderer(timeout_s=2.0) as renderer:
        whole = renderer.render("The engine is well.")
        engine = renderer._engine
        assert engine is not None
        os.kill(engine.pid, fault)
        again = renderer.render("The engine was ill and is well.")
        assert renderer.restarts == 1
        assert again.duration_s > whole.duration_s > 0.5
        assert not psutil.pid_exists(engine.pid)


def test_an_engine_that_says_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with SpeechRenderer() as renderer:
        whole, calls = renderer._ask, [0]

        def says_nothing_once(request: dict[str, Any], timeout_s: float) -> Any:
            calls[0] += 1
            answer = whole(request, timeout_s)
            return replace(answer, pcm=b"") if calls[0] == 1 else answer

        monkeypatch.setattr(renderer, "_ask", says_nothing_once)
        assert renderer.render("This was swallowed once.").duration_s > 0.5
        assert renderer.restarts == 1


# --- being ended -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["starting", "talking", "hanging voice"])
def test_a_signal_ends_it_and_leaves_no_process(
    assistant: Assistant, tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    program = Program(
        "run",
        "--json",
        "--no-speech",
        "--input",
        DEMO / "1_what_is_it.wav",
        *[DEMO / "0_silence.wav"] * 9,
        cwd=tmp_path,
    )
    process = psutil.Process(program.process.pid)
    children: list[psutil.Process] = []
    if moment == "starting":
        time.sleep(1.5)  # while Python itself starts, a signal is Python's own matter
    else:
        program.wait_for("bakers_cyst")
        children = process.children(recursive=True)
        assert children, "the voice lives in a process of its own"
    if moment == "hanging voice":
        for child in children:
            child.send_signal(signal.SIGSTOP)
    outcome, _ = program.interrupt(number)
    assert outcome.code in {128 + number, -number}
    assert "Traceback" not in outcome.err
    assert psutil.wait_procs(children, timeout=20)[1] == []


# --- disk and models ---------------------------------------------------------------------------------


@pytest.fixture(params=["full", "read only"])
def hostile_cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, on which nothing can be kept."""
    folder = tmp_path / "made"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        if request.param == "read only":
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_cache_that_cannot_be_written_costs_time_only(
    assistant: Assistant, hostile_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = compiled_guide(assistant.folders, assistant.guide, _embedder(assistant), lambda *_: None)
    monkeypatch.setattr("voice_assistant.understanding.training.compile_guide", lambda *_, **__: made)
    folders = replace(assistant.folders, cache=hostile_cache)
    again = compiled_guide(folders, assistant.guide, _embedder(assistant), lambda *_: None)
    assert again is made
    assert "made again" in caplog.text
    assert [path for path in hostile_cache.iterdir() if path.suffix == ".npz"] == []


def test_without_room_for_tuning_the_stock_recogniser_is_used_and_it_is_told(
    assistant: Assistant, hostile_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A little text is tuned to in seconds; with all of it a busy machine needs minutes.
    monkeypatch.setattr("voice_assistant.resources.tuning_texts", lambda *_: [WeightedText("what is a bakers cyst")])
    recogniser = load_recogniser(replace(assistant.folders, cache=hostile_cache), assistant.guide)
    assert recogniser is not None
    assert "hears knees less well" in caplog.text


def test_a_damaged_compiled_guide_is_made_again(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = compiled_guide(assistant.folders, assistant.guide, _embedder(assistant), lambda *_: None)
    monkeypatch.setattr("voice_assistant.understanding.training.compile_guide", lambda *_, **__: made)
    (good,) = _newest(assistant.folders)
    for spoilt in (b"", good.read_bytes()[:5000], bytes(1000)):
        (tmp_path / good.name).write_bytes(spoilt)
        folders = replace(assistant.folders, cache=tmp_path)
        assert compiled_guide(folders, assistant.guide, _embedder(assistant), lambda *_: None) is made
    assert caplog.text.count("is damaged") == 3


def test_a_cache_that_vanishes_or_is_damaged_while_it_runs_changes_nothing(
    tmp_path: Path, assistant: Assistant
) -> None:
    shutil.copytree(assistant.folders.models / "all-minilm-l6-v2-int8", tmp_path / "all-minilm-l6-v2-int8")
    embedder = Embedder(tmp_path / "all-minilm-l6-v2-int8")
    before = embedder.embed(["a swollen knee"])
    shutil.rmtree(tmp_path / "all-minilm-l6-v2-int8")
    assert (embedder.embed(["a swollen knee"]) == before).all()
    with pytest.raises(ModelError, match="models fetch"):
        Embedder(tmp_path / "all-minilm-l6-v2-int8")


def _embedder(assistant: Assistant) -> Any:
    return assistant._understanding.interpreter._classifier._embedder


def _newest(folders: Folders) -> list[Path]:
    return sorted(folders.cache.glob("guide-*.npz"), key=lambda path: path.stat().st_mtime)[-1:]


# --- the whole program on virtual devices --------------------------------------------------------------


@pytest.mark.device
def test_a_microphone_that_is_unplugged_in_a_conversation_is_told_and_works_again(
    assistant: Assistant, tmp_path: Path, virtual_devices: VirtualDevices
) -> None:
    assistant.recogniser  # noqa: B018 - tuned now, if it never was
    program = RunningProgram(virtual_devices, tmp_path, "--no-speech")
    try:
        _until(lambda: _is_recorded(virtual_devices), program)
        virtual_devices.unplug_microphone()
        _until(lambda: any(re.search("gone|no sign of life|cannot be opened", note) for note in program.notes), program)
        virtual_devices.plug_microphone()
        _until(lambda: "The microphone works again." in program.notes, program)
        _until(lambda: "bakers_cyst" in program.turns, program, lambda: virtual_devices.speak_into_microphone(QUESTION))
    finally:
        program.end()


def _is_recorded(devices: VirtualDevices) -> bool:
    """By a program: the virtual microphone itself records from its master."""
    return "protocol-native" in devices._ask("list", "short", "source-outputs").stdout


def _until(
    condition: Callable[[], bool], program: RunningProgram, again: Callable[[], object] = lambda: time.sleep(0.1)
) -> None:
    """Waits, as long as a busy machine may need; `again` is done until then."""
    give_up = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < give_up, program.notes
        assert program.popen.poll() is None, program.notes
        again()


def test_no_message_of_a_fault_can_hold_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    from voice_assistant.faults import described

    try:
        raise ValueError(SECRET)
    except ValueError as error:
        logging.getLogger("test").error("A turn failed: %s.", described(error))
    assert SECRET not in caplog.text
    assert f"{Path(__file__).name}, line" in caplog.text
