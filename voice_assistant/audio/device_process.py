"""The program that talks to PortAudio, one process for the microphone and one for the loudspeaker.

    python -m voice_assistant.audio.device_process '{"do": "list"}'

PortAudio is not made for devices that come and go. It lists them once; it deadlocks in Pa_StartStream when a device
vanishes at the wrong moment, hangs for as long as the sound server does, and then aborts the whole process in
Pa_Terminate (all seen with 19.6 while unplugging virtual devices). In a process of its own it can be killed and started
again, and the sound thread never waits for the rest of the program. This is the only file that imports sounddevice.
"""

from __future__ import annotations

import array
import importlib
import json
import os
import queue
import signal
import struct
import sys
import threading
import time
from dataclasses import asdict
from typing import Any, BinaryIO

from voice_assistant.audio.devices import KIND, Device, Direction, find_device
from voice_assistant.audio.frames import ALIVE, BLOCK, FAILED, FLUSH, LISTED, OPENED, PLAYED, read_frame, write_frame
from voice_assistant.types import AudioError

_DEVICE_UNAVAILABLE = -9985
"""paDeviceUnavailable of portaudio.h."""
_MOST_CHANNELS = 2
_RETRY_S = 1.0
"""Between attempts to open a device."""
_PATIENT_AFTER, _PATIENT_RETRY_S = 30, 3.0
"""After so many failed attempts it is looked for less often: each look starts PortAudio anew."""
_QUEUE_BLOCKS = 100
"""Blocks of a microphone (20 ms each, unless it was told otherwise) that may wait for the parent."""
_ALIVE_EVERY_S = 0.25
_FADE_S = 0.005
"""In which a stopped sound fades out; a jump would click."""
_DROPPED = -1
"""In place of a call of the device: a block that was never played."""


def main(arguments: list[str]) -> int:
    """Does what the JSON in the first argument says: `do` is list, record or play."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes our input
    output = _take_standard_output()
    task = json.loads(arguments[0])
    if task["do"] == "list":
        return _list(output)
    talk = _Recorder(task, output) if task["do"] == "record" else _Player(task, output)
    threading.Thread(target=talk.listen_to_parent, daemon=True).start()
    failures = 0
    while True:
        try:
            talk.open()
        except AudioError as error:
            write_frame(output, FAILED, str(error).encode())
            failures += 1
            time.sleep(_RETRY_S if failures < _PATIENT_AFTER else _PATIENT_RETRY_S)
            _look_again()
            continue
        talk.run()
        # Whatever state PortAudio is in now, the parent starts a fresh process.
        os._exit(0)


def _list(output: BinaryIO) -> int:
    try:
        write_frame(output, LISTED, json.dumps([asdict(device) for device in _devices(_library())]).encode())
    except AudioError as error:
        write_frame(output, FAILED, str(error).encode())
    return 0


class _Recorder:
    """Sends what a microphone hears."""

    def __init__(self, task: dict[str, Any], output: BinaryIO) -> None:
        self._task = task
        self._output = output
        self._blocks: queue.Queue[bytes | None] = queue.Queue(maxsize=_QUEUE_BLOCKS)
        self._lost_bytes = 0
        self._stream: Any = None

    def open(self) -> None:
        """Raises AudioError when the device cannot be opened."""
        self._stream = _open_stream(self._task, "input", self._callback, self._end, self._output)

    def run(self) -> None:
        """Returns when the device gives up."""
        while (block := self._blocks.get()) is not None:
            write_frame(self._output, BLOCK, block)

    def listen_to_parent(self) -> None:
        """Ends the process with the parent."""
        while read_frame(sys.stdin.buffer) is not None:
            pass
        os._exit(0)

    def _callback(self, data: Any, _frames: int, _time: Any, _status: Any) -> None:
        """In the sound thread: copies and counts, nothing else."""
        block = bytes(data)
        try:
            self._blocks.put_nowait(struct.pack(">I", self._lost_bytes) + block)
            self._lost_bytes = 0
        except queue.Full:
            self._lost_bytes += len(block)

    def _end(self) -> None:
        self._blocks.put(None)


class _Player:
    """Plays what it is sent, and silence when there is nothing."""

    def __init__(self, task: dict[str, Any], output: BinaryIO) -> None:
        self._task = task
        self._output = output
        self._blocks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        """Of each block that is done with: which call of the device took it, or _DROPPED; None at the end."""
        self._channels = 1
        self._rate_hz = 0
        self._calls = 0
        self._underflows = 0
        self._stream: Any = None

    def open(self) -> None:
        """Raises AudioError when the device cannot be opened."""
        self._stream = _open_stream(self._task, "output", self._callback, lambda: self._news.put(None), self._output)
        self._channels = self._stream.channels
        self._rate_hz = int(self._stream.samplerate)

    def run(self) -> None:
        """Tells the parent what has been played; returns when the device gives up."""
        calls, told_at_s = -1, 0.0
        while True:
            try:
                news = self._news.get(timeout=_ALIVE_EVERY_S)
                if news is None:
                    return
                write_frame(self._output, PLAYED, struct.pack(">q", news))
            except queue.Empty:
                pass
            if time.monotonic() - told_at_s >= _ALIVE_EVERY_S and calls != self._calls:
                calls, told_at_s = self._calls, time.monotonic()
                write_frame(self._output, ALIVE, struct.pack(">Iq", self._underflows, calls))

    def listen_to_parent(self) -> None:
        """Takes blocks; ends the process with the parent."""
        while (frame := read_frame(sys.stdin.buffer)) is not None:
            kind, payload = frame
            if kind == BLOCK:
                self._blocks.put(payload)
            elif kind == FLUSH:
                self._flush()
        os._exit(0)

    def _flush(self) -> None:
        """What is left of the first waiting block is its beginning, fading out."""
        first: bytes | None = None
        while True:
            try:
                block = self._blocks.get_nowait()
            except queue.Empty:
                break
            first = first or block
            self._news.put(_DROPPED)
        if first:
            samples = array.array("h", first)
            fade = min(max(int(self._rate_hz * _FADE_S), 1), len(samples))
            for place in range(len(samples)):
                samples[place] = samples[place] * max(fade - place, 0) // fade
            self._blocks.put(b"\0" + samples.tobytes())

    def _callback(self, data: Any, _frames: int, _time: Any, status: Any) -> None:
        """In the sound thread: copies and counts, nothing else."""
        call, self._calls = self._calls, self._calls + 1
        if status.output_underflow:
            self._underflows += 1
        try:
            block = self._blocks.get_nowait()
        except queue.Empty:
            data[:] = bytes(len(data))
            return
        if len(block) % 2:  # the fading rest after a flush, which the parent does not count
            block = block[1:]
        else:
            self._news.put(call)
        data[:] = self._spread(block, len(data))

    def _spread(self, block: bytes, size: int) -> bytes:
        """The same on all channels."""
        if self._channels > 1:
            samples = array.array("h", block)
            spread = array.array("h", bytes(len(block) * self._channels))
            for channel in range(self._channels):
                spread[channel :: self._channels] = samples
            block = spread.tobytes()
        return block[:size].ljust(size, b"\0")


def _open_stream(task: dict[str, Any], direction: Direction, callback: Any, ended: Any, output: BinaryIO) -> Any:
    """Opens and starts a stream of signed 16-bit samples, and tells the parent of it."""
    library = _library()
    device = find_device(_devices(library), direction, task["device"])
    # Two channels where there are two: PortAudio would record or play one channel on the left only.
    channels = min(device.channels(direction), _MOST_CHANNELS)
    make = library.RawInputStream if direction == "input" else library.RawOutputStream
    problem: Exception | None = None
    for rate_hz in dict.fromkeys((task["rate_hz"] or device.rate_hz, device.rate_hz)):
        try:
            stream = make(
                device=device.index,
                samplerate=rate_hz,
                channels=channels,
                blocksize=rate_hz * task["block_ms"] // 1000,
                dtype="int16",
                latency="low",  # `high`, the default for input, delays the first sound by more than a second
                callback=callback,
                finished_callback=ended,
            )
            stream.start()
            opened = {"device": device.name, "rate_hz": rate_hz, "channels": channels, "latency_s": stream.latency}
            write_frame(output, OPENED, json.dumps(opened).encode())
            return stream
        except (library.PortAudioError, ValueError) as error:
            problem = error
    assert problem is not None  # noqa: S101 - the loop above ran
    raise AudioError(_opening_failed(problem, device, direction)) from problem


def _opening_failed(error: Exception, device: Device, direction: Direction) -> str:
    subject = f"The {KIND[direction]} {device.name}"
    if len(error.args) > 1 and error.args[1] == _DEVICE_UNAVAILABLE:
        return f"{subject} is busy; close the other program that uses it, or choose another device."
    words = str(error.args[0] if error.args else error).rpartition(": ")[2]
    return f"{subject} cannot be opened ({words}); check that it is plugged in, or choose another device."


def _devices(library: Any) -> list[Device]:
    try:
        hosts = library.query_hostapis()
        found = library.query_devices()
    except library.PortAudioError as error:
        raise AudioError("The sound system does not answer; restart it.") from error
    default_input, default_output = _defaults(hosts)
    return [
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
    ]


def _defaults(hosts: Any) -> tuple[int, int]:
    """The default devices: those of the first host with any, as PortAudio itself chooses."""
    for host in hosts:
        if host["default_input_device"] >= 0 or host["default_output_device"] >= 0:
            return int(host["default_input_device"]), int(host["default_output_device"])
    return -1, -1


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
        raise AudioError("The sound system does not answer; restart it.") from error


def _look_again() -> None:
    """PortAudio lists the devices only when it is initialised."""
    library = sys.modules.get("sounddevice")
    if library is None:
        return
    try:
        library._terminate()
        library._initialize()
    except library.PortAudioError:
        os._exit(1)


def _take_standard_output() -> BinaryIO:
    """The way to the parent; what libraries print goes to standard error instead."""
    sys.stdout.flush()
    mine = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(mine, "wb")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
