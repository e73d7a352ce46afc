"""Looks at a speech model before the recogniser does, which would crash, hang or say nothing useful."""

from __future__ import annotations

import re
from pathlib import Path

from voice_assistant.types import ModelError

_ALWAYS = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
_DYNAMIC_GRAPH = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
_STATIC_GRAPH = ("graph/HCLG.fst", "graph/words.txt")
_SPEAKER = (
    "ivector/final.ie",
    "ivector/final.dubm",
    "ivector/final.mat",
    "ivector/global_cmvn.stats",
    "ivector/online_cmvn.conf",
    "ivector/splice.conf",
)
_FST_MAGIC = 2125659606
"""First four bytes of an OpenFst file (kFstMagicNumber in its fst.h)."""
_BINARY = b"\0B"
"""First two bytes of a binary Kaldi file (InitKaldiOutputStream in its io-funcs)."""
_SMALLEST_ACOUSTIC_MODEL = 1_000_000
_NEEDED_OPTIONS = {
    "conf/mfcc.conf": ("--sample-frequency=",),
    "conf/model.conf": ("--max-active=", "--beam="),
    "ivector/splice.conf": ("--left-context=", "--right-context="),
}
"""Without these the recogniser aborts or searches without end."""
_CONFIGURATION = re.compile(rb"(?:[ \t]*(?:(?:--|#)[^\0-\b\x0e-\x1f]*)?\r?\n?)*")
_INTEGERS = re.compile(rb"(?:\d+\n)+")


def check_model_folder(folder: Path) -> None:
    """Raise ModelError, in one sentence, when `folder` does not hold a whole Vosk model.

    Looks at names, sizes, file headers and the small text files (under 1 ms): everything that would make the recogniser
    crash or hang rather than refuse. That every byte is right can only be told by checksums.
    """
    if not folder.is_dir():
        raise ModelError(f"There is no speech model at {folder}: {_FETCH}.")
    for name in _wanted(folder):
        fault = _fault(folder, name)
        if fault:
            raise damaged(folder, f"{name} {fault}")


_FETCH = "run `voice-assistant models fetch`, or give the folder of an unpacked Vosk model with --model"


def damaged(folder: Path, what: str) -> ModelError:
    """The error for a model that is there but cannot be used."""
    return ModelError(f"The speech model at {folder} is damaged or of another kind ({what}): {_FETCH}.")


def _wanted(folder: Path) -> tuple[str, ...]:
    static = (folder / "graph/HCLG.fst").exists()
    speaker = _SPEAKER if (folder / "ivector").is_dir() or not static else ()
    return _ALWAYS + (_STATIC_GRAPH if static else _DYNAMIC_GRAPH) + speaker


def _fault(folder: Path, name: str) -> str | None:
    path = folder / name
    try:
        if not path.is_file():
            return "is missing"
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(100_000 if path.suffix in (".conf", ".int") else 16)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if size == 0 and name != "ivector/online_cmvn.conf":
        return "is empty"
    return _fault_of_kind(name, size, start)


def _fault_of_kind(name: str, size: int, start: bytes) -> str | None:
    if name.endswith(".conf"):
        return _fault_of_configuration(name, start)
    if name.endswith(".int") and not _INTEGERS.fullmatch(start):
        return "is cut short or not a list of numbers"
    if name.endswith(".fst"):
        return _fault_of_graph(start)
    if name.endswith((".mdl", ".ie", ".dubm", ".mat")) and not start.startswith(_BINARY):
        return "is not a Kaldi file"
    if name == "am/final.mdl" and size < _SMALLEST_ACOUSTIC_MODEL:
        return "is cut short"
    return None


def _fault_of_configuration(name: str, content: bytes) -> str | None:
    if not _CONFIGURATION.fullmatch(content):
        return "is not a list of options"
    missing = [option for option in _NEEDED_OPTIONS.get(name, ()) if option.encode() not in content]
    return f"lacks {missing[0].rstrip('=')}" if missing else None


def _fault_of_graph(start: bytes) -> str | None:
    magic = start[:4]
    if int.from_bytes(magic, "little") == _FST_MAGIC:
        return None
    if int.from_bytes(magic, "big") == _FST_MAGIC:
        return "has the byte order of another kind of machine"
    return "is not a graph"
