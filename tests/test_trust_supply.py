"""What is built from the same files is the same to the last bit, whoever builds it, where and when."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ROOT

PARTS = ("voice_assistant", "dialogs", "models/manifest.toml", "pyproject.toml", "README.md", "LICENSE")


@pytest.mark.slow
def test_a_wheel_built_twice_has_the_same_checksum(tmp_path: Path) -> None:
    first = _build(_copy(tmp_path / "one", changed_s=1_000_000_000), umask=0o022)
    second = _build(_copy(tmp_path / "another place", changed_s=1_600_000_000), umask=0o077)
    assert first.name == second.name
    assert hashlib.sha256(first.read_bytes()).hexdigest() == hashlib.sha256(second.read_bytes()).hexdigest()


def _copy(folder: Path, changed_s: int) -> Path:
    """The files of the package, as another checkout has them: with times of its own."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for path in folder.rglob("*"):
        os.utime(path, (changed_s, changed_s))
    return folder


def _build(folder: Path, umask: int) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    umask = umask if os.name == "posix" else -1
    subprocess.run(command, cwd=folder, env=environment, umask=umask, capture_output=True, check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel
