"""The recogniser: what it makes of sound, and what it says of models that it cannot use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hearing_sounds import Sound, joined, noise, pcm, recording, silence
from voice_assistant.hearing import Recogniser, check_model_folder
from voice_assistant.hearing.decoder import GUESSES
from voice_assistant.models import MEANING_MODEL, SPEECH_MODEL, default_folder
from voice_assistant.types import SAMPLE_RATE_HZ, ModelError, Transcript

MODEL = default_folder() / SPEECH_MODEL
FILES = [
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/Gr.fst",
    "graph/HCLr.fst",
    "graph/disambig_tid.int",
    "ivector/final.dubm",
    "ivector/final.ie",
    "ivector/final.mat",
    "ivector/global_cmvn.stats",
    "ivector/online_cmvn.conf",
    "ivector/splice.conf",
]
ONE_SENTENCE = re.compile(r"(?:There is no speech model at|The speech model at) [^\n]*--model\.")


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(MODEL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A model folder that can be spoilt: links to the real files."""
    for path in MODEL.rglob("*"):
        if path.is_file():
            link = tmp_path / "model" / path.relative_to(MODEL)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
    return tmp_path / "model"


def replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def listen(recogniser: Recogniser, sound: Sound) -> Transcript:
    recogniser.feed(pcm(sound))
    return recogniser.finish()


def question(noise_db: float | None = None) -> Sound:
    sound = joined(silence(0.3), recording("question"), silence(0.3))
    return sound if noise_db is None else sound + noise(len(sound) / SAMPLE_RATE_HZ, noise_db)


# --- sound to words -------------------------------------------------------------------------------


def test_a_partial_result_grows_into_the_transcript(recogniser: Recogniser) -> None:
    data = pcm(question())
    partials = []
    for first in range(0, len(data), 3200):
        recogniser.feed(data[first : first + 3200])
        partials.append(recogniser.partial())
    final = recogniser.finish().text
    assert partials[0] == ""
    assert final.startswith(partials[-1])
    assert len(set(partials)) > 3


def test_the_same_sound_gives_the_same_result_to_the_last_digit(recogniser: Recogniser) -> None:
    assert listen(recogniser, question(-25)) == listen(recogniser, question(-25))


def test_alternatives_differ_and_fall_in_score(recogniser: Recogniser) -> None:
    transcript = listen(recogniser, question(-22))
    scores = [alternative.score for alternative in transcript.alternatives]
    texts = [alternative.text for alternative in transcript.alternatives]
    assert 20 < len(texts) <= GUESSES
    assert len(set(texts)) == len(texts)
    assert scores[0] == 0.0
    assert scores == sorted(scores, reverse=True)
    assert texts[0] == transcript.text


def test_only_as_many_alternatives_as_wanted() -> None:
    assert len(listen(Recogniser(MODEL, alternatives=1), question(-22)).alternatives) == 1


def test_words_lie_in_order_and_are_less_sure_where_guesses_differ(recogniser: Recogniser) -> None:
    transcript = listen(recogniser, question(-22))
    times = [time for word in transcript.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert all(0 < word.confidence <= 1 for word in transcript.words)
    assert min(word.confidence for word in transcript.words) < 0.95
    assert all(word.confidence > 0.99 for word in listen(recogniser, question()).words)


def test_sound_without_words_gives_an_empty_transcript(recogniser: Recogniser) -> None:
    assert listen(recogniser, silence(1)) == Transcript("", confidence=0.0, end_s=1.0)
    assert recogniser.finish() == Transcript("", confidence=0.0)


def test_after_a_reset_the_utterance_is_forgotten(recogniser: Recogniser) -> None:
    recogniser.feed(pcm(question()))
    recogniser.reset()
    assert recogniser.partial() == ""
    assert listen(recogniser, joined(silence(0.3), recording("stop"), silence(0.3))).text == "stop"


def test_a_new_decoder_begins_to_count_anew_and_where_none_can_be_made_the_old_one_goes_on(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    decoder = recogniser._decoder
    first = listen(recogniser, question()).words

    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr("voice_assistant.hearing.decoder._RENEWED_AFTER_S", 0)
    for broken in (True, False):
        with monkeypatch.context() as patched:
            if broken:
                patched.setattr(decoder, "_new_decoder", fails)
            listen(recogniser, question())
            words = listen(recogniser, question()).words
        assert [word.text for word in words] == [word.text for word in first]
        assert [word.start_s for word in words] == pytest.approx([word.start_s for word in first], abs=0.05)
    assert "could not be renewed: RuntimeError" in caplog.text


def test_what_is_held_back_can_be_fed_again_without_loss(recogniser: Recogniser) -> None:
    story = joined(silence(0.3), recording("story"))[: 8 * SAMPLE_RATE_HZ]
    whole = listen(recogniser, story).text.split()
    recogniser.feed(pcm(story))
    first = recogniser.finish(hold_back_s=4.0)
    assert 4.0 <= first.end_s < 8.0
    rest = listen(recogniser, joined(silence(0.3), story[round(first.end_s * SAMPLE_RATE_HZ) :]))
    assert first.text.split() + rest.text.split() == whole


def test_it_knows_its_vocabulary(recogniser: Recogniser) -> None:
    assert recogniser.knows("hamstring")
    assert not recogniser.knows("gastrocnemius")
    assert not recogniser.knows("")


def test_with_a_grammar_only_its_phrases_are_heard() -> None:
    recogniser = Recogniser(MODEL, grammar=("go", "stop", "[unk]"))
    assert listen(recogniser, joined(silence(0.3), recording("stop"), silence(0.3))).text == "stop"
    assert "home" not in listen(recogniser, question()).text


def test_words_that_stand_for_a_term_are_replaced_everywhere() -> None:
    spoken_as = {"what": "wrong", "what can i": "popliteal", "home": "gastrocnemius"}
    recogniser = Recogniser(MODEL, spoken_as=spoken_as)
    recogniser.feed(pcm(question()))
    partial = recogniser.partial()
    transcript = recogniser.finish()
    assert partial.split()[0] == "popliteal"
    assert transcript.text == "popliteal do about it at gastrocnemius"
    assert " ".join(word.text for word in transcript.words) == transcript.text
    assert transcript.words[0].end_s - transcript.words[0].start_s > 0.3
    assert all("what can i" not in alternative.text for alternative in transcript.alternatives)


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    listen(Recogniser(MODEL), question())
    assert capfd.readouterr() == ("", "")


# --- models that cannot be used -------------------------------------------------------------------


def refusal(folder: Path, capfd: pytest.CaptureFixture[str] | None = None) -> str:
    with pytest.raises(ModelError) as caught:
        Recogniser(folder)
    message = str(caught.value)
    assert ONE_SENTENCE.fullmatch(message), message
    assert str(folder) in message
    if capfd:
        assert capfd.readouterr() == ("", "")
    return message


def test_the_stock_model_passes(copy: Path) -> None:
    check_model_folder(copy)


def test_no_folder(tmp_path: Path) -> None:
    assert "no speech model" in refusal(tmp_path / "nowhere")


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("?")
    assert "no speech model" in refusal(tmp_path / "model")


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "am/final.mdl is missing" in refusal(tmp_path)


def test_a_model_of_another_kind() -> None:
    assert "is missing" in refusal(default_folder() / MEANING_MODEL)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert f"{name} is missing" in refusal(copy)


@pytest.mark.parametrize("name", [name for name in FILES if name != "ivector/online_cmvn.conf"])
def test_an_empty_file_is_named(copy: Path, name: str) -> None:
    replace(copy / name, b"")
    assert f"{name} is empty" in refusal(copy)


@pytest.mark.parametrize(
    "name", [name for name in FILES if name not in ("conf/model.conf", "ivector/online_cmvn.conf")]
)
def test_a_file_that_ends_half_way(copy: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    content = (copy / name).read_bytes()
    replace(copy / name, content[: len(content) // 2])
    assert "damaged" in refusal(copy, capfd)


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_other_content(copy: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    replace(copy / name, bytes(range(255, -1, -1)) * 8000)
    assert "damaged" in refusal(copy, capfd)


@pytest.mark.parametrize("name", ["graph/Gr.fst", "graph/HCLr.fst"])
def test_a_graph_of_the_other_byte_order(copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    replace(copy / name, content[3::-1] + content[4:])
    assert "byte order" in refusal(copy)


def test_options_without_which_the_search_never_ends(copy: Path) -> None:
    replace(copy / "conf/model.conf", b"--acoustic-scale=1.0\n")
    assert "conf/model.conf lacks --max-active" in refusal(copy)
