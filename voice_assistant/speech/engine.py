"""The speech process: owns the pyttsx3 engine and renders one sentence at a time. Run as `python -m voice_assistant.speech.engine`.

The only file that touches pyttsx3. It renders and never plays: `save_to_file` with a file in memory where the driver takes one
(espeak: it hands the name to `wave.open`), else with a temporary file that is removed at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any, BinaryIO

from voice_assistant.speech.protocol import read_message, write_message


def main() -> int:
    """Answer requests on standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    # pyttsx3 prints what it saves; that must not get between the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests = sys.stdin.buffer
    try:
        engine = _start_engine()
    except Exception as error:  # every driver fails in its own way, with errors of no common kind
        write_message(answers, {"error": f"the speech engine does not start ({error})"})
        return 1
    write_message(answers, {"ready": True})
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            request, _ = read_message(requests)
            _answer(engine, request, answers)
    return 0


def _start_engine() -> Any:
    _load_own_espeak()
    import pyttsx3

    return pyttsx3.init()


def _load_own_espeak() -> None:
    """On Linux load the espeak-ng that came as a package, so that none has to be installed; pyttsx3 then finds it loaded."""
    if sys.platform != "linux":
        return
    try:
        import espeakng_loader
    except ImportError:
        return
    os.environ.setdefault("ESPEAK_DATA_PATH", str(espeakng_loader.get_data_path()))
    ctypes.CDLL(str(espeakng_loader.get_library_path()), mode=ctypes.RTLD_GLOBAL)


def _answer(engine: Any, request: dict[str, Any], answers: BinaryIO) -> None:
    try:
        if request["do"] == "voices":
            write_message(answers, {"voices": [_voice(voice) for voice in engine.getProperty("voices")]})
            return
        pcm, rate_hz = _render(engine, str(request["text"]), int(request["rate_wpm"]), request["voice"])
        write_message(answers, {"rate_hz": rate_hz}, pcm)
    except BrokenPipeError:
        raise
    except Exception as error:  # as above; the program decides whether to try again
        write_message(answers, {"error": str(error) or type(error).__name__})


def _voice(voice: Any) -> dict[str, Any]:
    languages = [one.decode(errors="ignore") if isinstance(one, bytes) else str(one) for one in voice.languages or []]
    return {"id": str(voice.id), "name": str(voice.name), "languages": [one.strip("\x00\x02\x05") for one in languages]}


def _render(engine: Any, text: str, rate_wpm: int, voice: str | None) -> tuple[bytes, int]:
    if voice is not None:
        engine.setProperty("voice", voice)
    engine.setProperty("rate", rate_wpm)
    if sys.platform == "linux":
        memory = io.BytesIO()
        engine.save_to_file(text, memory)
        engine.runAndWait()
        memory.seek(0)
        return _samples(memory)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sentence.wav"
        engine.save_to_file(text, str(path))
        engine.runAndWait()
        with path.open("rb") as file:
            return _samples(file)


def _samples(file: BinaryIO) -> tuple[bytes, int]:
    """The sound of a WAV file, or of the AIFF files that macOS writes, as 16-bit mono."""
    start = file.read(4)
    file.seek(0)
    if start == b"FORM":
        return _aiff_samples(file.read())
    with wave.open(file, "rb") as sound:
        if sound.getsampwidth() != 2 or sound.getnchannels() != 1:
            raise ValueError("the speech engine gave a kind of sound that is not known")
        return sound.readframes(sound.getnframes()), sound.getframerate()


def _aiff_samples(data: bytes) -> tuple[bytes, int]:
    """Read the chunks COMM (with the rate as an 80-bit float) and SSND of an uncompressed AIFF or AIFC file (Apple 1989, 1991)."""
    position, rate_hz, pcm, little = 12, 0, b"", False
    while position + 8 <= len(data):
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "big")
        body = data[position + 8 : position + 8 + size]
        if name == b"COMM":
            exponent = int.from_bytes(body[8:10], "big") - 16383 - 63
            rate_hz = round(int.from_bytes(body[10:18], "big") * 2.0**exponent)
            little = body[18:22] == b"sowt"
        elif name == b"SSND":
            pcm = body[8:]
        position += 8 + size + size % 2
    if not rate_hz:
        raise ValueError("the speech engine gave a kind of sound that is not known")
    if not little:
        swapped = bytearray(pcm[: len(pcm) // 2 * 2])
        swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
        pcm = bytes(swapped)
    return pcm, rate_hz


if __name__ == "__main__":
    raise SystemExit(main())
