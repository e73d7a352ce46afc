"""Settings come from defaults, a file, variables and flags; whoever makes a mistake is told where."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_assistant.settings import Settings, load_settings
from voice_assistant.types import SettingsError


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings(environment={}) == Settings()


def test_flags_win_over_variables_and_variables_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "rate_wpm = 130\nvolume = 0.3\nvoice = 'en'\n")
    environment = {"VOICE_ASSISTANT_RATE_WPM": "140", "VOICE_ASSISTANT_VOLUME": "0.4", "HOME": "/home/somebody"}
    settings = load_settings(file, environment, {"rate_wpm": 150, "volume": None})
    assert (settings.rate_wpm, settings.volume, settings.voice) == (150, 0.4, "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("VOICE_ASSISTANT_SOUNDS", "no"), ("VOICE_ASSISTANT_SOUNDS", "0"), ("VOICE_ASSISTANT_SOUNDS", "FALSE")],
)
def test_a_variable_may_switch_something_off(text: str, expected: str) -> None:
    assert load_settings(environment={text: expected}).sounds is False


def test_a_variable_may_hold_several_wake_phrases() -> None:
    settings = load_settings(environment={"VOICE_ASSISTANT_WAKE_PHRASES": "hey knee guide, good morning guide,"})
    assert settings.wake_phrases == ("hey knee guide", "good morning guide")


def test_an_empty_variable_is_as_if_it_were_not_set() -> None:
    names = ("MODELS", "RATE_WPM", "WAKE_PHRASES", "SOUNDS")
    assert load_settings(environment={f"VOICE_ASSISTANT_{name}": "" for name in names}) == Settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("speed = 3", "there is no setting 'speed'; known are attention, wake_phrases"),
        ("rate_wpm = 20", "rate_wpm must be a number from 120 to 300, not 20"),
        ("rate_wpm = true", "rate_wpm must be a number"),
        ("volume = nan", "volume must be a number from 0.1 to 1"),
        ("attention = 'sometimes'", "attention must be one of always, wake, push, not 'sometimes'"),
        ("sounds = 'loud'", "sounds must be true or false"),
        ("wake_phrases = []", "wake_phrases must be a list of texts"),
        ("wake_phrases = ['hey', 3]", "wake_phrases must be a list of texts"),
        ("voice = [1]", "voice must be a text"),
        ("rate_wpm = ", "is not right"),
        ("voice = '\\ud800'\n= =", "is not right"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_the_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, text), environment={})
    assert told in str(caught.value)
    assert "settings.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("VOICE_ASSISTANT_RATE_WPM", "fast", "the variable VOICE_ASSISTANT_RATE_WPM: rate_wpm must be a number"),
        ("VOICE_ASSISTANT_RATE", "150", "the variable VOICE_ASSISTANT_RATE: there is no setting 'rate'"),
        ("VOICE_ASSISTANT_SOUNDS", "perhaps", "sounds must be true or false, not 'perhaps'"),
    ],
)
def test_a_mistake_in_a_variable_is_named_with_the_variable(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment={name: value})
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "folder"), [("~/made", Path.home() / "made"), ("~nobody-at-all/made", Path("~nobody-at-all/made"))]
)
def test_a_folder_may_begin_with_the_home_folder(tmp_path: Path, text: str, folder: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'model = "{text}"\n', encoding="utf-8")
    assert load_settings(file, environment={"VOICE_ASSISTANT_MODELS": text}).models == folder
    assert load_settings(file, environment={}).model == folder


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"/nowhere\.toml cannot be read \(No such file or directory\)"):
        load_settings(Path("/nowhere.toml"), environment={})
