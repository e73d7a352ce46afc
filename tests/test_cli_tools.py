"""The commands around the conversation: dialogs, models, tune, say, voices, devices, doctor; and the terminal."""

from __future__ import annotations

import os
import pty
import shutil
import sys
import wave
from collections import Counter
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command_line import DEMO, Program, run
from tests.guide_folder import write_dialogs
from tests.virtual_devices import NEEDED, VirtualDevices
from voice_assistant import Assistant
from voice_assistant.cli.console import Console, harmless
from voice_assistant.guide import load_headings
from voice_assistant.models import SPEECH_MODEL
from voice_assistant.settings import Settings

needs_sound_server = pytest.mark.skipif(
    not all(shutil.which(program) for program in NEEDED), reason=f"needs {', '.join(NEEDED)}"
)


# --- dialogs -----------------------------------------------------------------------------------


def test_every_sentence_is_listed_with_its_source(capfd: pytest.CaptureFixture[str], assistant: Assistant) -> None:
    outcome = run(capfd, "dialogs", "list", "--json")
    rows = outcome.objects
    assert outcome.code == 0
    assert all(set(row) == {"node", "facet", "text", "source"} for row in rows)
    spoken = Counter(
        sentence.text
        for node in assistant.guide.nodes.values()
        for answer in node.answers.values()
        for sentence in answer.first + answer.more
    )
    assert not spoken - Counter(row["text"] for row in rows)
    assert {row["source"] for row in rows} <= {*load_headings(assistant.folders.dialogs), "safety", "assistant"}


def test_a_finding_is_printed_with_file_line_and_node(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path)
    causes = folder / "nodes" / "causes.yaml"
    causes.write_text(causes.read_text().replace("A cramp is a tight muscle.", "You have a zzyzxcramp."))
    outcome = run(capfd, "dialogs", "check", "--dialogs", folder)
    assert outcome.code == 1
    assert "nodes/causes.yaml:8: cause.cramp: “You have …” sounds like a diagnosis" in outcome.out
    assert "zzyzxcramp" in outcome.out.splitlines()[-1], "words that the speech model does not know are found"
    (first, *_) = run(capfd, "dialogs", "check", "--dialogs", folder, "--json").objects
    assert set(first) == {"file", "line", "node", "message"}


def test_dialogs_without_faults_pass(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = run(capfd, "dialogs", "check", "--dialogs", write_dialogs(tmp_path))
    assert (outcome.code, outcome.err) == (0, "")
    assert "3 nodes" in outcome.out


def test_without_a_speech_model_the_other_rules_are_checked(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = write_dialogs(tmp_path / "guide")
    (folder / "signs.yaml").write_text("a: [1\nb: ")
    outcome = run(capfd, "dialogs", "check", "--dialogs", folder, "--models", tmp_path)
    assert outcome.code == 2
    assert "signs.yaml:2" in outcome.out


def test_the_review_page_and_the_graph_are_written(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "graph.svg"
    assert run(capfd, "dialogs", "review", "--output", page).code == 0
    assert run(capfd, "dialogs", "graph", "--output", picture).code == 0
    HTMLParser().feed(page.read_text(encoding="utf-8"))
    assert "Baker's Cyst" in page.read_text(encoding="utf-8").replace("&#x27;", "'").replace("’", "'")
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_a_dash_prints_them(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "dialogs", "graph", "--output", "-").out.lstrip().startswith("<svg")


# --- models, tuning -----------------------------------------------------------------------------


def test_models_are_listed_with_licence_sources_and_state(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for folder, whole in ((None, True), (tmp_path, False)):
        flags = () if folder is None else ("--models", folder)
        models = run(capfd, "models", "list", "--json", *flags).objects
        assert {model["licence"] for model in models} == {"Apache-2.0"}
        assert all(model["sources"] and model["files"] for model in models)
        assert [model["whole"] for model in models] == [whole] * len(models)


def test_missing_models_are_a_problem(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = run(capfd, "models", "verify", "--models", tmp_path)
    assert outcome.code == 1
    assert f"{SPEECH_MODEL}/am/final.mdl is missing" in outcome.out
    assert "models fetch" in outcome.complaint
    assert run(capfd, "models", "verify").code == 0


def test_what_is_there_is_not_fetched_again(capfd: pytest.CaptureFixture[str]) -> None:
    outcome = run(capfd, "models", "fetch")
    assert (outcome.code, outcome.err) == (0, "")


def test_tuning_writes_a_model_that_hears_the_new_word(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text, spellings, model = tmp_path / "text.txt", tmp_path / "spellings.toml", tmp_path / "tuned"
    text.write_text("what is a zorblax syst\n" * 20 + "tell me about the zorblax syst\n" * 20)
    spellings.write_text('Zorblax = ["Baker\'s", "baker"]\nsyst = ["cyst"]\nunzaid = ["on set"]\n')
    outcome = run(capfd, "tune", "--text", text, "--output", model, "--spellings", spellings, "--weight", "0.9")
    assert outcome.code == 0
    assert "zorblax" in outcome.out
    assert "“unzaid” is not in the text" in outcome.err
    question = next(DEMO.glob("1*.wav"))
    (turn,) = run(capfd, "hear", question, "--model", model, "--json").objects
    assert turn["heard"] == "what is a zorblax syst"


@pytest.mark.parametrize(
    ("flag", "value", "named"),
    [
        ("--weight", "7", "weight"),
        ("--noise-lessons", "-1", "noise lessons"),
        ("--spellings", "x = 3", "x must be"),
        ("--spellings", "x = [", "not right"),
        ("--spellings", 'there = ["hello zzqq"]', "'zzqq'"),
        ("--spellings", '"two words" = ["to herds"]', "“two words” is not one word"),
    ],
)
def test_wrong_tuning_is_refused(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, flag: str, value: str, named: str
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("hello there\n")
    if flag == "--spellings":
        file = tmp_path / "spellings.toml"
        file.write_text(value)
        value = str(file)
    outcome = run(capfd, "tune", "--text", text, "--output", tmp_path / "tuned", flag, value)
    assert (outcome.code, outcome.out) == (2, "")
    assert named in outcome.complaint
    assert not (tmp_path / "tuned").exists()


# --- sound ----------------------------------------------------------------------------------------


def test_a_slower_rate_takes_longer(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lengths = []
    for rate in ("120", "300"):
        file = tmp_path / f"{rate}.wav"
        text = "A Baker's cyst is a sac behind the knee. It may hurt."
        assert run(capfd, "say", text, "--rate", rate, "--output", file).code == 0
        with wave.open(str(file)) as sound:
            lengths.append(sound.getnframes() / sound.getframerate())
    assert lengths[0] > 1.6 * lengths[1] > 1


def test_english_voices_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    voices = run(capfd, "voices", "--json").objects
    assert voices
    assert all(any(language.startswith("en") for language in voice["languages"]) for voice in voices)
    assert len(run(capfd, "voices", "--all", "--json").objects) > len(voices)


@needs_sound_server
@pytest.mark.device
def test_devices_say_and_doctor_work_with_real_devices(
    capfd: pytest.CaptureFixture[str], virtual_devices: VirtualDevices, assistant: Assistant
) -> None:
    devices = run(capfd, "devices", "--json").objects
    assert any(device["inputs"] for device in devices)
    assert any(device["outputs"] and device["default_output"] for device in devices)
    assert run(capfd, "say", "hello").code == 0
    outcome = run(capfd, "doctor", "--json")
    results = {result["check"]: result for result in outcome.objects}
    assert all(set(result) == {"check", "ok", "text", "advice"} for result in outcome.objects)
    assert results["Loudspeaker"]["ok"]
    assert results["Voice"]["ok"]
    assert results["Models"]["ok"]
    assert not results["Microphone"]["ok"], "a virtual microphone into which nobody speaks is as good as muted"
    assert "unmute" in results["Microphone"]["advice"]
    assert outcome.code == 1


def test_doctor_says_what_to_do_without_sound_and_models(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    monkeypatch.setattr(Assistant, "load", _loads_nothing)
    outcome = run(capfd, "doctor", "--models", tmp_path, "--device", "no such device", "--json")
    assert outcome.code == 1
    wrong = {result["check"]: result for result in outcome.objects if not result["ok"]}
    assert "models fetch" in wrong["Models"]["advice"]
    assert "microphone" in wrong["Microphone"]["text"].lower()
    assert "Traceback" not in outcome.err


def test_doctor_says_what_is_lost_without_the_sentence_model(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, assistant: Assistant
) -> None:
    loss = "Understanding goes on by spelling alone."

    def load(settings: Settings | None = None, _on_progress: object = None) -> Assistant:
        without = Assistant(assistant._understanding, settings or Settings(), assistant.folders)
        monkeypatch.setattr(Assistant, "warnings", (loss,))
        return without

    monkeypatch.setattr(Assistant, "load", load)
    outcome = run(capfd, "doctor", "--json", "--device", "none", "--speaker", "none")
    (result,) = [each for each in outcome.objects if each["text"] == loss]
    assert result["ok"] is False
    assert "models fetch" in result["advice"]


def _loads_nothing(*_: object) -> Assistant:
    from voice_assistant.types import ModelError

    raise ModelError("Nothing is here: run `voice-assistant models fetch`.")


# --- the terminal ---------------------------------------------------------------------------------


def test_a_terminal_gets_colours_and_a_live_line_that_is_taken_away() -> None:
    leader, follower = pty.openpty()
    with open(follower, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor, not a path
        stdout, sys.stdout = sys.stdout, stream
        try:
            console = Console()
            console.live("what is a")
            console.item("You", "what is a knee", "bold")
        finally:
            sys.stdout = stdout
    shown = everything_from(leader)
    assert "\rwhat is a" in shown
    assert shown.index("\r" + " " * len("what is a") + "\r") < shown.index("what is a knee")
    assert "\x1b[1m" in shown


def everything_from(leader: int) -> str:
    """What was written to the other end of a terminal that is closed by now; it comes in pieces."""
    pieces = []
    with suppress(OSError):  # Linux says so at the end
        while piece := os.read(leader, 10_000):
            pieces.append(piece)
    os.close(leader)
    return b"".join(pieces).decode()


def test_text_is_made_harmless_and_never_endless() -> None:
    assert harmless("a\x1b[2Jb\x9bc\nd\u202ee") == "a�[2Jb�c�d�e"
    assert len(harmless("x" * 100_000)) < 3_000
    assert harmless("Ärzte, naïve “quotes” – 膝") == "Ärzte, naïve “quotes” – 膝"


def test_an_alphabet_that_the_terminal_does_not_know_is_no_error(tmp_path: Path) -> None:
    with Program("dialogs", "list", cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"}) as program:
        outcome = program.finish()
    assert outcome.code == 0
    assert outcome.out.isascii()


def test_the_package_is_quick_to_import_and_lists_what_it_offers() -> None:
    import voice_assistant

    assert voice_assistant.__all__ == ["Assistant", "AssistantError", "LoopEvents", "Settings"]
    assert all(getattr(voice_assistant, name).__name__ == name for name in voice_assistant.__all__)
    assert set(voice_assistant.__all__) <= set(dir(voice_assistant))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        voice_assistant.Nothing  # noqa: B018 - looking it up is what is tested


def test_the_demo_recordings_are_small() -> None:
    recordings = sorted(DEMO.glob("*.wav"))
    assert len(recordings) == 6
    assert sum(recording.stat().st_size for recording in recordings) < 400_000
    for recording in recordings:
        with wave.open(str(recording)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        assert recording.name in (DEMO / "README.md").read_text(encoding="utf-8")
