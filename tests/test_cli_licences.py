"""Under which terms everything that is shipped is used."""

from __future__ import annotations

import re

import pytest

from tests.command_line import run
from voice_assistant.cli.licences import licence_of


def test_every_package_and_model_has_a_licence(capfd: pytest.CaptureFixture[str]) -> None:
    parts = run(capfd, "licences", "--json").objects
    names = {part["name"].lower() for part in parts}
    assert {"vosk", "pyttsx3", "numpy", "onnxruntime", "all-minilm-l6-v2-int8", "vosk-model-small-en-us-0.15"} <= names
    assert "pytest" not in names
    assert [part["name"] for part in parts if not part["licence"] or part["licence"].startswith("not stated")] == []


def test_a_speech_engine_inside_a_package_is_not_forgotten(capfd: pytest.CaptureFixture[str]) -> None:
    (loader,) = [part for part in run(capfd, "licences", "--json").objects if part["name"] == "espeakng-loader"]
    assert "GPL-3.0" in loader["licence"]


def test_people_read_a_name_and_its_licence(capfd: pytest.CaptureFixture[str]) -> None:
    assert re.search(r"vosk .*\n\s+Licence\s+Apache", run(capfd, "licences").out)


def test_a_package_that_says_nothing_is_shown_as_such() -> None:
    class Silent:
        metadata = __import__("email.message").message.Message()

    assert licence_of(Silent()).startswith("not stated")  # type: ignore[arg-type]
