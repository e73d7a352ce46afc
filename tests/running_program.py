"""`voice-assistant run` on virtual sound devices, with what it shows and says of faults in files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.command_line import ROOT, heed_signals
from tests.virtual_devices import VirtualDevices


class RunningProgram:
    """Runs until `end`. `folder`: its working directory, where the files are."""

    def __init__(self, devices: VirtualDevices, folder: Path, *options: str) -> None:
        self._turns, self._notes = folder / "turns.json", folder / "notes.txt"
        environment = {**os.environ, **devices.environment, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "voice_assistant", "run", "--json", "--attention", "always", *options]
        with self._turns.open("wb") as turns, self._notes.open("wb") as notes:
            self.popen = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=turns,
                stderr=notes,
                preexec_fn=heed_signals,
            )

    @property
    def turns(self) -> str:
        """What it has answered, a JSON object a line."""
        return self._turns.read_text("utf-8")

    @property
    def notes(self) -> list[str]:
        """What it has said of faults."""
        return self._notes.read_text("utf-8").splitlines()

    def end(self) -> None:
        """Asks it to end; kills it when it does not."""
        self.popen.terminate()
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
