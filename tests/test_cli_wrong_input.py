"""Whatever is wrong with what the command line is given: one sentence on standard error, exit code 2, no traceback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import run
from tests.guide_folder import write_dialogs
from voice_assistant.cli import _parser
from voice_assistant.cli.parsing import Parser
from voice_assistant.guide import default_folder
from voice_assistant.models import SPEECH_MODEL
from voice_assistant.models import default_folder as models_folder
from voice_assistant.types import VoiceError


def _commands(parser: Parser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, with its sub-commands."""
    yield path
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for name, choice in action.choices.items():
                yield from _commands(choice, (*path, name))


@pytest.mark.parametrize("command", list(_commands(_parser())), ids=" ".join)
def test_every_command_has_help(capfd: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as end:
        run(capfd, *command, "--help")
    assert end.value.code == 0
    shown = capfd.readouterr().out
    assert shown.startswith("usage: " + " ".join(("voice-assistant", *command)))
    assert "--debug" in shown


@pytest.mark.parametrize("command", list(_commands(_parser())), ids=" ".join)
def test_an_unknown_flag_is_refused(capfd: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    outcome = run(capfd, *command, "--no-such-flag")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--help" in outcome.complaint


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--help"),
        (["sing"], "sing"),
        (["dialogs"], "COMMAND"),
        (["models", "eat"], "eat"),
        (["ask", "hello", "--file", "x"], "not both"),
        (["ask", "--file", "nowhere.txt"], "nowhere.txt"),
        (["ask", "--file", "."], "directory"),
        (["ask", "hello", "--config", "nowhere.toml"], "nowhere.toml"),
        (["ask", "hello", "--dialogs", "nowhere"], "nowhere"),
        (["hear"], "FILE.wav"),
        (["hear", "x.wav", "--model", "nowhere"], "nowhere"),
        (["run", "--attention", "sometimes"], "always"),
        (["run", "--input", "nowhere.wav"], "nowhere.wav"),
        (["run", "--model", "nowhere"], "nowhere"),
        (["say"], "TEXT"),
        (["say", "..."], "nothing to say"),
        (["say", "hello", "--rate", "fast"], "--rate"),
        (["say", "hello", "--rate", "1000"], "300"),
        (["say", "hello", "--volume", "nan"], "--volume"),
        (["say", "hello", "--voice", "nobody", "--output", "x.wav"], "nobody"),
        (["say", "hello", "--output", "nowhere/x.wav"], "nowhere/x.wav"),
        (["tune", "--text", "nowhere.txt", "--output", "out"], "nowhere.txt"),
        (["tune", "--output", "out"], "--text"),
        (["dialogs", "list", "--dialogs", "nowhere"], "nowhere"),
        (["dialogs", "review", "--output", "nowhere/page.html"], "nowhere/page.html"),
        (["models", "verify", "--config", "nowhere.toml"], "nowhere.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_arguments_are_named(
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run(capfd, *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert named in outcome.complaint
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("rate_wpm = 999", "rate_wpm"),
        ("colour = 'red'", "colour"),
        ("rate_wpm = ", "Invalid value"),
        ("\x00", "settings.toml"),
    ],
)
def test_a_wrong_settings_file_is_named(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, content: str, named: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content)
    outcome = run(capfd, "ask", "hello", "--config", file)
    assert outcome.code == 2
    assert named in outcome.complaint


def test_broken_dialogs_are_named_with_file_and_line(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path)
    (folder / "signs.yaml").write_text("a: [1\nb: ")
    for command in (("ask", "hello"), ("dialogs", "list"), ("compile",)):
        outcome = run(capfd, *command, "--dialogs", folder)
        assert (outcome.code, outcome.out) == (2, "")
        assert "signs.yaml, line 2" in outcome.complaint


def test_a_damaged_model_is_named(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, content in (("empty", None), ("foreign", b"not a graph" * 100)):
        model = tmp_path / name
        if content is None:
            model.mkdir()
        else:
            shutil.copytree(models_folder() / SPEECH_MODEL, model, copy_function=_link)
            (model / "graph" / "Gr.fst").unlink()
            (model / "graph" / "Gr.fst").write_bytes(content)
        text, output = default_folder() / "signs.yaml", tmp_path / "tuned"
        outcome = run(capfd, "tune", "--text", text, "--output", output, "--model", model)
        assert (outcome.code, outcome.out) == (2, "")
        assert str(model) in outcome.complaint


@pytest.mark.parametrize(
    ("name", "content"), [("graph/HCLr.fst", None), ("graph/Gr.fst", b"\x01\x01"), ("ivector/final.ie", b"cut")]
)
def test_a_model_of_which_something_is_missing_or_wrong_is_not_tuned(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes | None
) -> None:
    model, text = tmp_path / "model", tmp_path / "text.txt"
    text.write_text("hello there\n")
    shutil.copytree(models_folder() / SPEECH_MODEL, model, copy_function=_link)
    good = (model / name).read_bytes()
    (model / name).unlink()
    if content is not None:
        (model / name).write_bytes(good[: -len(content)] + content)
    outcome = run(capfd, "tune", "--text", text, "--output", tmp_path / "tuned", "--model", model)
    assert (outcome.code, outcome.out) == (2, "")
    assert name in outcome.complaint
    assert not (tmp_path / "tuned").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_text_in_another_encoding_is_not_taken_for_single_letters(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, encoding: str
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("my knee hurts behind\n", encoding=encoding)
    outcome = run(capfd, "tune", "--text", text, "--output", tmp_path / "tuned")
    assert (outcome.code, outcome.out) == (2, "")
    assert "save it as UTF-8" in outcome.err


def test_a_text_to_tune_to_that_is_not_utf_8_is_refused_and_its_line_named(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = tmp_path / "orders.txt"
    text.write_bytes(b"a flat white\na caf\xe9 au lait\n")
    outcome = run(capfd, "tune", "--text", text, "--output", tmp_path / "tuned")
    assert outcome.code == 2
    assert "Line 2 of the text is not UTF-8" in outcome.err


@pytest.mark.parametrize("command", [("ask",), ("tune", "--text", "-", "--output", "nowhere/tuned")])
def test_a_program_without_a_standard_input_says_so(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    outcome = run(capfd, *command)
    assert outcome.code == 2
    assert "no standard input" in outcome.complaint


def test_a_fault_of_the_program_is_said_in_one_sentence_without_what_was_said(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ValueError("my secret question")

    monkeypatch.setattr("voice_assistant.cli.ask.settings_of", fail)
    outcome = run(capfd, "ask", "my secret question")
    assert outcome.code == 1
    assert "ValueError" in outcome.complaint
    assert "--debug" in outcome.complaint
    assert "secret" not in outcome.err
    with pytest.raises(ValueError, match="secret"):
        run(capfd, "ask", "my secret question", "--debug")


def test_without_a_voice_it_says_so(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise VoiceError("The speech engine cannot be started (no data); install espeak-ng.")

    monkeypatch.setattr("voice_assistant.speech.renderer._start_engine", fail)
    for command in (("say", "hello", "--output", tmp_path / "x.wav"), ("voices",)):
        outcome = run(capfd, *command)
        assert (outcome.code, outcome.out) == (2, "")
        assert "espeak-ng" in outcome.complaint
    assert not (tmp_path / "x.wav").exists()


def _link(source: str, target: str) -> None:
    Path(target).symlink_to(Path(source).resolve())
