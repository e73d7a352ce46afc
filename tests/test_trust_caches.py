"""Caches that cannot be written, are damaged or vanish while it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voice_assistant import Assistant
from voice_assistant.hearing.tuning import WeightedText
from voice_assistant.resources import Folders, compiled_guide, load_recogniser
from voice_assistant.types import ModelError
from voice_assistant.understanding import Embedder

# --- disk and models ---------------------------------------------------------------------------------


@pytest.fixture(params=["full", "read only"])
def hostile_cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, on which nothing can be kept."""
    folder = tmp_path / "made"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        if request.param == "read only":
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_cache_that_cannot_be_written_costs_time_only(
    assistant: Assistant, hostile_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = compiled_guide(assistant.folders, assistant.guide, _embedder(assistant), lambda *_: None)
    monkeypatch.setattr("voice_assistant.understanding.training.compile_guide", lambda *_, **__: made)
    folders = replace(assistant.folders, cache=hostile_cache)
    again = compiled_guide(folders, assistant.guide, _embedder(assistant), lambda *_: None)
    assert again is made
    assert "made again" in caplog.text
    assert [path for path in hostile_cache.iterdir() if path.suffix == ".npz"] == []


def test_without_room_for_tuning_the_stock_recogniser_is_used_and_it_is_told(
    assistant: Assistant, hostile_cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A little text is tuned to in seconds; with all of it a busy machine needs minutes.
    monkeypatch.setattr("voice_assistant.resources.tuning_texts", lambda *_: [WeightedText("what is a bakers cyst")])
    recogniser = load_recogniser(replace(assistant.folders, cache=hostile_cache), assistant.guide)
    assert recogniser is not None
    assert "hears knees less well" in caplog.text


def test_a_damaged_compiled_guide_is_made_again(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = compiled_guide(assistant.folders, assistant.guide, _embedder(assistant), lambda *_: None)
    monkeypatch.setattr("voice_assistant.understanding.training.compile_guide", lambda *_, **__: made)
    (good,) = _newest(assistant.folders)
    for spoilt in (b"", good.read_bytes()[:5000], bytes(1000)):
        (tmp_path / good.name).write_bytes(spoilt)
        folders = replace(assistant.folders, cache=tmp_path)
        assert compiled_guide(folders, assistant.guide, _embedder(assistant), lambda *_: None) is made
    assert caplog.text.count("is damaged") == 3


def test_a_cache_that_vanishes_or_is_damaged_while_it_runs_changes_nothing(
    tmp_path: Path, assistant: Assistant
) -> None:
    shutil.copytree(assistant.folders.models / "all-minilm-l6-v2-int8", tmp_path / "all-minilm-l6-v2-int8")
    embedder = Embedder(tmp_path / "all-minilm-l6-v2-int8")
    before = embedder.embed(["a swollen knee"])
    shutil.rmtree(tmp_path / "all-minilm-l6-v2-int8")
    assert (embedder.embed(["a swollen knee"]) == before).all()
    with pytest.raises(ModelError, match="models fetch"):
        Embedder(tmp_path / "all-minilm-l6-v2-int8")


def _embedder(assistant: Assistant) -> Any:
    return assistant._understanding.interpreter._classifier._embedder


def _newest(folders: Folders) -> list[Path]:
    return sorted(folders.cache.glob("guide-*.npz"), key=lambda path: path.stat().st_mtime)[-1:]
