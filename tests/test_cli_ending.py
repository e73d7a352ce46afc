"""Ending: Ctrl-C, signals, a reader that goes away; and the main commands without any network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import DEMO, ENDS_WITHIN_S, Program
from voice_assistant import Assistant

QUESTION = next(DEMO.glob("1*.wav"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_prompt_ends_it_at_once(tmp_path: Path, assistant: Assistant, number: signal.Signals) -> None:
    with Program("ask", cwd=tmp_path) as program:
        program.wait_for("Assistant")
        outcome, spent_s = program.interrupt(number)
    assert outcome.code == 128 + number
    assert spent_s < ENDS_WITHIN_S
    assert outcome.err == ""


def test_ctrl_c_while_the_guide_is_compiled_ends_at_once(tmp_path: Path, assistant: Assistant) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for folder in assistant.folders.models.iterdir():
        if folder.is_dir() and folder != assistant.folders.cache:
            (models / folder.name).symlink_to(folder)
    with Program("compile", "--models", models, cwd=tmp_path) as program:
        program.wait_for("Reading phrases", stream="stderr")
        outcome, spent_s = program.interrupt()
    assert outcome.code == 130
    assert spent_s < ENDS_WITHIN_S
    assert outcome.err == ""
    assert list(models.glob("made/guide-*")) == []


def test_when_nobody_reads_on_it_ends_quietly(tmp_path: Path) -> None:
    with Program("dialogs", "list", "--json", cwd=tmp_path) as program:
        assert program.process.stdout is not None
        program.process.stdout.readline()
        program.process.stdout.close()
        program.process.stdout = None
        outcome = program.finish()
    assert outcome.code == 141
    assert outcome.err == ""


def test_help_imports_nothing_heavy() -> None:
    check = (
        "import sys; from voice_assistant.cli import _parser; _parser().format_help(); "
        "print([name for name in ('numpy', 'vosk', 'yaml', 'rich', 'onnxruntime', 'logging') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() in ("[]", "['logging']")


def test_the_main_commands_work_without_network(tmp_path: Path, assistant: Assistant) -> None:
    alone = shutil.which("unshare")
    if not alone or subprocess.run([alone, "-n", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not cut the network off")
    commands = [
        "ask 'what is a baker cyst' --json",
        f"hear {QUESTION} --json",
        "say hello --output said.wav",
        f"run --fast --json --input {QUESTION} --output spoken.wav",
    ]
    script = " && ".join(f"{sys.executable} -m voice_assistant {command}" for command in commands)
    answer = subprocess.run(
        [alone, "-n", "sh", "-c", script], capture_output=True, text=True, cwd=tmp_path, env=_environment(), check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert [json.loads(line)["node"] for line in answer.stdout.splitlines()] == ["cause.bakers_cyst"] * 3
    assert (tmp_path / "said.wav").stat().st_size > 10_000
    assert (tmp_path / "spoken.wav").stat().st_size > 100_000


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(DEMO.parent.parent)}
