"""How written words sound, from espeak-ng's rules, in a coarse set of phonemes that suits comparing.

The library keeps its state in globals and is also what pyttsx3 speaks with, so it runs in a process of its own: this
file as a program reads a word a line and writes the phonemes of each on a line.
"""

from __future__ import annotations

import ctypes
import logging
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Phonemes: TypeAlias = tuple[str, ...]

_LOGGER = logging.getLogger(__name__)

_NO_PLAYBACK, _NO_EXIT = 2, 1 << 15
"""AUDIO_OUTPUT_SYNCHRONOUS and espeakINITIALIZE_DONT_EXIT (speak_lib.h)."""
_UTF8 = 1
_SEPARATED = ord("_") << 8
"""Phoneme mnemonics with this character between them."""
_PATIENCE_S = 60

_COARSE: dict[str, Phonemes] = {
    **dict.fromkeys(("a", "aa", "a:"), ("a",)),
    **dict.fromkeys(("a#", "@-", "@2", "@5"), ("@",)),
    **dict.fromkeys(("I2", "I#"), ("I",)),
    **dict.fromkeys(("i", "i:"), ("i",)),
    **dict.fromkeys(("O:", "O2", "O", "0", "A:", "A"), ("A",)),
    **dict.fromkeys(("t#", "t2", "?"), ("t",)),
    **dict.fromkeys(("o@", "O@"), ("A", "r")),
    **dict.fromkeys(("3", "3:"), ("3",)),
    **dict.fromkeys(("u", "u:"), ("u",)),
    "A@": ("A", "r"),
    "e@": ("E", "r"),
    "e": ("E",),
    "i@": ("i", "@"),
    "i@3": ("i", "r"),
    "U@": ("U", "r"),
    "aI3": ("aI", "3"),
    "aI@": ("aI", "@"),
    "@L": ("@", "l"),
    "r-": ("r",),
    "n-": ("n",),
    "x": ("k",),
    ";": (),
    "": (),
}
"""American English mnemonics of espeak-ng that are not one coarse phoneme of the same name."""


def phonemes_of(words: Sequence[str]) -> tuple[Phonemes, ...]:
    """The phonemes of each word; none for a word that cannot be spoken, and for all when espeak-ng cannot be run."""
    if not words:
        return ()
    command = [sys.executable, __file__]
    try:
        done = subprocess.run(
            command, input="\n".join(words), capture_output=True, encoding="utf-8", timeout=_PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        _LOGGER.warning("Sounds of unknown words cannot be looked up: %s", error)
        return ((),) * len(words)
    lines = done.stdout.split("\n")
    return tuple(coarse(line.split("_")) for line in lines[: len(words)])


def coarse(mnemonics: Iterable[str]) -> Phonemes:
    """espeak-ng's mnemonics without stress, length and shades that do not tell words apart."""
    result: list[str] = []
    for mnemonic in mnemonics:
        plain = mnemonic.lstrip("',%=:")
        result += _COARSE.get(plain, (plain,))
    return tuple(result)


def _serve() -> None:
    import espeakng_loader

    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    data = str(espeakng_loader.get_data_path()).encode()
    if library.espeak_Initialize(_NO_PLAYBACK, 0, data, _NO_EXIT) < 0 or library.espeak_SetVoiceByName(b"en-us") != 0:
        sys.exit("espeak-ng cannot be started")
    for word in sys.stdin.buffer.read().decode("utf-8").split("\n"):
        text = ctypes.c_char_p(word.encode("utf-8"))
        answer = library.espeak_TextToPhonemes(ctypes.byref(text), _UTF8, _SEPARATED) or b""
        line = answer.decode("utf-8", errors="replace").strip().replace(" ", "_").replace("\n", "_")
        sys.stdout.buffer.write(line.encode("utf-8") + b"\n")


if __name__ == "__main__":
    _serve()
