"""PortAudio: the only place that imports sounddevice.

PortAudio is one per process: it lists the devices when it is initialised and never again, and to see a device that was
plugged in later it must be terminated, which invalidates every open stream. So all streams of the process are opened and
closed here, under one lock, and `refresh` closes them before it looks again; whoever owns one is told and opens it anew.

PortAudio calls can hang for as long as the sound server does. Nothing here may be called from the thread that answers;
`StreamKeeper` has a thread for it.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from voice_assistant.types import AudioError

_log = logging.getLogger(__name__)

Direction = Literal["input", "output"]

_DEVICE_UNAVAILABLE = -9985
_INVALID_SAMPLE_RATE = -9997
_NOT_INITIALISED = -10000
_KIND = {"input": "microphone", "output": "loudspeaker"}
_MOST_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device of this machine, as PortAudio lists it."""

    index: int
    """Its number in this list; it can change when a device is plugged in."""
    name: str
    host: str
    """The sound system it belongs to, such as ALSA, Core Audio or Windows WASAPI."""
    input_channels: int
    """0 when it cannot record."""
    output_channels: int
    """0 when it cannot play."""
    rate_hz: int
    """Its own sample rate."""
    is_default_input: bool
    is_default_output: bool

    def channels(self, direction: Direction) -> int:
        """How many channels it has for recording or playing."""
        return self.input_channels if direction == "input" else self.output_channels


class OpenStream:
    """A running stream of one device. Made by SoundSystem; its fields are written by the sound thread."""

    def __init__(self, device: Device, rate_hz: int, channels: int, is_in_use: Callable[[], bool]) -> None:
        self.device = device
        self.rate_hz = rate_hz
        self.channels = channels
        self.is_in_use = is_in_use
        """Whether an interruption now would be heard."""
        self.opened_at_s = time.monotonic()
        self.last_block_at_s: float | None = None
        """When the sound thread last asked for or brought a block, on the monotonic clock."""
        self.ended = threading.Event()
        """Set when the device gave up or the stream was closed."""
        self.latency_s = 0.0
        """How long a sample takes between this program and the device, as PortAudio says."""
        self.glitches = 0
        """Blocks before which PortAudio lost input or ran out of output."""
        self.library_stream: Any = None


class SoundSystem:
    """All that this program wants of PortAudio. Any thread may call it; calls wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._streams: list[OpenStream] = []

    def devices(self) -> tuple[Device, ...]:
        """All devices as of the last (re)initialisation. Raises AudioError when PortAudio is missing."""
        with self._lock:
            library = _library()
            try:
                hosts = library.query_hostapis()
                found = library.query_devices()
            except library.PortAudioError as error:
                raise AudioError(f"The sound system does not answer ({_text(error)}); restart it.") from error
            default_input, default_output = _defaults(hosts)
        return tuple(
            Device(
                index=int(entry["index"]),
                name=str(entry["name"]),
                host=str(hosts[entry["hostapi"]]["name"]),
                input_channels=int(entry["max_input_channels"]),
                output_channels=int(entry["max_output_channels"]),
                rate_hz=round(entry["default_samplerate"]),
                is_default_input=entry["index"] == default_input,
                is_default_output=entry["index"] == default_output,
            )
            for entry in found
        )

    def open_input(self, device: Device, block_ms: int, received: Callable[[OpenStream, bytes], None]) -> OpenStream:
        """Starts recording at the device's own rate, with up to two channels of signed 16-bit samples.

        `received` is called in the sound thread with a copy of every block, interleaved; it must not wait.
        Raises AudioError when the device is busy or gone.
        """
        stream = OpenStream(device, device.rate_hz, min(device.input_channels, _MOST_CHANNELS), lambda: False)

        def callback(data: Any, _frames: int, _time: Any, status: Any) -> None:
            stream.last_block_at_s = time.monotonic()
            if status.input_overflow:
                stream.glitches += 1
            received(stream, bytes(data))

        return self._open(stream, "input", block_ms, callback)

    def open_output(
        self,
        device: Device,
        block_ms: int,
        pull: Callable[[int, int], bytes],
        is_in_use: Callable[[], bool],
        rate_hz: int | None = None,
    ) -> OpenStream:
        """Starts playing, at the device's own rate when none is given.

        `pull(frames, channels)` is called in the sound thread and gives signed 16-bit samples, interleaved; it must not
        wait. Raises AudioError when the device is busy or gone.
        """
        # Two channels where there are two: PortAudio would play one channel on the left only.
        channels = min(device.output_channels, _MOST_CHANNELS)
        stream = OpenStream(device, rate_hz or device.rate_hz, channels, is_in_use)

        def callback(data: Any, frames: int, _time: Any, status: Any) -> None:
            stream.last_block_at_s = time.monotonic()
            if status.output_underflow:
                stream.glitches += 1
            data[:] = pull(frames, channels)

        return self._open(stream, "output", block_ms, callback)

    def _open(self, stream: OpenStream, direction: Direction, block_ms: int, callback: Any) -> OpenStream:
        with self._lock:
            library = _library()
            make = library.RawInputStream if direction == "input" else library.RawOutputStream
            try:
                with _quiet_stderr():
                    # `high`, the default for input, delays the first sound by more than a second.
                    stream.library_stream = make(
                        device=stream.device.index,
                        samplerate=stream.rate_hz,
                        channels=stream.channels,
                        blocksize=stream.rate_hz * block_ms // 1000,
                        dtype="int16",
                        latency="low",
                        callback=callback,
                        finished_callback=stream.ended.set,
                    )
                    stream.library_stream.start()
            except library.PortAudioError as error:
                self._shut(stream)
                raise AudioError(_opening_failed(error, stream, direction)) from error
            except ValueError as error:
                raise AudioError(f"The {_KIND[direction]} {stream.device.name} was unplugged.") from error
            stream.latency_s = float(stream.library_stream.latency)
            self._streams.append(stream)
            return stream

    def close(self, stream: OpenStream) -> None:
        """Ends a stream at once, without playing what the device still holds. May be called again."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)
                self._shut(stream)

    def may_refresh(self) -> bool:
        """Whether nobody would hear an interruption now."""
        with self._lock:
            return not any(stream.is_in_use() for stream in self._streams)

    def refresh(self) -> None:
        """Looks for devices anew. Closes every stream of the process; their owners see `ended` and open them again.

        Raises AudioError when PortAudio does not come up again.
        """
        with self._lock:
            library = _library()
            for stream in self._streams:
                self._shut(stream)
            self._streams.clear()
            try:
                while library._initialized:
                    library._terminate()
                library._initialize()
            except library.PortAudioError as error:
                raise AudioError(f"The sound system does not answer ({_text(error)}); restart it.") from error

    @staticmethod
    def _shut(stream: OpenStream) -> None:
        if stream.library_stream is not None:
            stream.library_stream.abort(ignore_errors=True)
            stream.library_stream.close(ignore_errors=True)
        stream.ended.set()


@cache
def shared_sound_system() -> SoundSystem:
    """The SoundSystem of this process: as PortAudio is one per process, so is the lock around it."""
    return SoundSystem()


@cache
def _library() -> Any:
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise AudioError("The Python package sounddevice is missing; run: pip install sounddevice") from error
    except OSError as error:
        raise AudioError(
            "PortAudio, which records and plays sound, is missing; on Debian, Ubuntu and Raspberry Pi OS run: "
            "sudo apt install libportaudio2"
        ) from error
    except Exception as error:
        # sounddevice initialises PortAudio on import and raises an error class that cannot be named before it.
        if type(error).__name__ != "PortAudioError":
            raise
        raise AudioError(f"The sound system does not answer ({_text(error)}); restart it.") from error


def _defaults(hosts: Any) -> tuple[int, int]:
    """The default devices: those of the first host with any, as PortAudio itself chooses."""
    for host in hosts:
        if host["default_input_device"] >= 0 or host["default_output_device"] >= 0:
            return int(host["default_input_device"]), int(host["default_output_device"])
    return -1, -1


def _opening_failed(error: Exception, stream: OpenStream, direction: Direction) -> str:
    code = error.args[1] if len(error.args) > 1 else None
    subject = f"The {_KIND[direction]} {stream.device.name}"
    if code == _DEVICE_UNAVAILABLE:
        return f"{subject} is busy; close the other program that uses it, or choose another device."
    if code == _INVALID_SAMPLE_RATE:
        return f"{subject} does not take {stream.rate_hz} samples a second; choose another device."
    if code == _NOT_INITIALISED:
        return f"{subject} cannot be used because the sound system is down; restart it."
    return f"{subject} cannot be opened ({_text(error)}); check that it is plugged in, or choose another device."


def _text(error: Exception) -> str:
    """What PortAudio says, without its codes."""
    words = str(error.args[0] if error.args else error)
    return words.removeprefix("Error opening RawInputStream: ").removeprefix("Error opening RawOutputStream: ")


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """ALSA and PortAudio write several lines to standard error for every device that cannot be opened.

    sounddevice does the same around PortAudio's initialisation. The text of the AudioError says what matters.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    try:
        saved = os.dup(2)
    except OSError:
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
