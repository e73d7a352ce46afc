"""What the processes of a program use, read from Linux's /proc."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import psutil

_ROLES = {"speech.engine": "speech engine", '"record"': "microphone", '"play"': "loudspeaker"}


@dataclass(frozen=True)
class Used:
    """Memory of one process in megabytes."""

    role: str
    resident: float
    """Everything mapped and present, with what it shares with others."""
    proportional: float
    """What it shares is counted in shares (PSS): the sum over the processes is what the program really takes."""
    own: float
    """What it shares with nobody (USS)."""


def memory_of(process: psutil.Process) -> list[Used]:
    """Of the process and everything that it started, itself first."""
    found = [_used(process)]
    for child in process.children(recursive=True):
        with contextlib.suppress(OSError, psutil.Error):  # it ended just now
            found.append(_used(child))
    return found


def seconds_of(process: psutil.Process) -> float:
    """Processor time that it and everything that it started have taken so far."""
    spent = 0.0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = one.cpu_times()
            spent += times.user + times.system
    return spent


def _used(process: psutil.Process) -> Used:
    sizes: dict[str, float] = {}
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()[1:]:
        name, kilobytes, *_ = line.split()
        sizes[name.rstrip(":")] = int(kilobytes) / 1024
    command = " ".join(process.cmdline())
    role = next((role for mark, role in _ROLES.items() if mark in command), "main")
    return Used(role, sizes["Rss"], sizes["Pss"], sizes["Private_Clean"] + sizes["Private_Dirty"])
