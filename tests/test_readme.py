"""The README's Python examples work as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs_and_answers(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    question = ROOT / "voice_assistant" / "demo" / "1_what_is_it.wav"
    (tmp_path / "question.wav").write_bytes(question.read_bytes())
    monkeypatch.chdir(tmp_path)
    exec(EXAMPLES[number], {})
    assert "cyst" in capsys.readouterr().out
