"""A tuned folder appears whole or not at all, is made once for the same inputs, and is what Vosk hears with."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import pytest
import vosk

from tests.tuning_models import WORDS, tiny_model_folder
from voice_assistant.audio.resample import resample
from voice_assistant.hearing.tuning import Vocabulary, WeightedText, cached_model, tune
from voice_assistant.hearing.tuning.model_files import UNFINISHED, write_model_folder
from voice_assistant.models import SPEECH_MODEL, default_folder
from voice_assistant.speech import SpeechRenderer
from voice_assistant.types import SAMPLE_RATE_HZ, ModelError, SettingsError

STOCK = default_folder() / SPEECH_MODEL
TEXT = [WeightedText("the new knee"), WeightedText("a b c"), WeightedText("the knees")]
SPOKEN_AS = {"new": ("knee us",)}


@pytest.fixture
def stock(tmp_path):
    return tiny_model_folder(tmp_path / "stock")


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_tuned_folder_shares_all_but_the_language_model_and_the_options(stock, tmp_path):
    before = snapshot(stock)
    report = tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    after = snapshot(tmp_path / "tuned")
    assert snapshot(stock) == before
    assert set(after) == {*before, "tuning.json"}
    assert {name for name in before if after[name] != before[name]} == {"graph/Gr.fst", "conf/model.conf"}
    assert (tmp_path / "tuned/am/final.mdl").samefile(stock / "am/final.mdl")
    assert (report.sentences, report.words) == (3, 8)
    assert report.spelled == SPOKEN_AS


def test_the_tuned_model_knows_the_new_words(stock, tmp_path):
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    assert Vocabulary.from_model(tmp_path / "tuned").words == {*WORDS, "new"}
    assert json.loads((tmp_path / "tuned/tuning.json").read_text())["spelled"] == {"new": ["knee us"]}


def test_a_tuned_model_trusts_its_ears_less_than_the_stock_model(stock, tmp_path):
    (stock / "conf/model.conf").write_text(
        "--max-active=7\n--min-active=200\n--beam=10.0\n--acoustic-scale=1.0\n--endpoint.silence-phones=1:2\n"
    )
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    assert (tmp_path / "tuned/conf/model.conf").read_text() == (
        "--max-active=7\n--min-active=50\n--beam=9.0\n--acoustic-scale=0.8\n--endpoint.silence-phones=1:2\n"
        "--frames-per-chunk=12\n"
    )


def test_a_model_that_says_how_large_its_steps_are_keeps_them(stock, tmp_path):
    (stock / "conf/model.conf").write_text("--frames-per-chunk=30\n")
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    assert (tmp_path / "tuned/conf/model.conf").read_text() == "--frames-per-chunk=30\n"


@pytest.mark.parametrize("options", [b"--beam=wide\n", b"--acoustic-scale=\xff\n"])
def test_damaged_options_are_refused_in_one_sentence(stock, tmp_path, options):
    (stock / "conf/model.conf").write_bytes(options)
    with pytest.raises(ModelError, match="fetch the speech model again") as refused:
        tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    assert str(refused.value).count(".") - str(refused.value).count("model.conf") == 1
    assert not (tmp_path / "tuned").exists()


def test_progress_runs_from_nothing_to_all(stock, tmp_path):
    seen = []
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS, on_progress=lambda share, what: seen.append(share))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("sentences", [[], [WeightedText("")], [WeightedText("... ?")], [WeightedText("колено")]])
def test_a_text_without_words_is_refused(stock, tmp_path, sentences):
    with pytest.raises(SettingsError, match="no words"):
        tune(stock, sentences, tmp_path / "tuned")
    assert not (tmp_path / "tuned").exists()


def test_one_word_is_enough(stock, tmp_path):
    assert tune(stock, [WeightedText("knee")], tmp_path / "tuned").words == 1


@pytest.mark.parametrize("weight", [0, -0.1, 1.1, float("nan")])
def test_a_weight_out_of_range_is_refused(stock, tmp_path, weight):
    with pytest.raises(SettingsError, match="weight"):
        tune(stock, TEXT, tmp_path / "tuned", weight=weight)


def test_a_tuned_model_is_not_tuned_again(stock, tmp_path):
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    with pytest.raises(ModelError, match="tuned already"):
        tune(tmp_path / "tuned", TEXT, tmp_path / "again", SPOKEN_AS)


def test_an_earlier_tuned_model_is_replaced(stock, tmp_path):
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    tune(stock, [WeightedText("the knee")], tmp_path / "tuned")
    assert "new" not in Vocabulary.from_model(tmp_path / "tuned")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stock", "tuned"]


def test_a_folder_with_other_things_is_left_alone(stock, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(SettingsError, match="other than a tuned model"):
        tune(stock, TEXT, tmp_path / "photos")
    assert snapshot(tmp_path / "photos") == {"cat.jpg": b"cat"}


def test_the_stock_model_cannot_be_overwritten(stock):
    for output in (stock, stock / "inside", stock.parent):
        with pytest.raises(SettingsError, match="overlaps"):
            tune(stock, TEXT, output)


def test_a_damaged_model_leaves_the_tuned_one_as_it_was(stock, tmp_path):
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    before = snapshot(tmp_path / "tuned")
    graph = stock / "graph" / "Gr.fst"
    graph.write_bytes(graph.read_bytes()[:-10])
    with pytest.raises(ModelError, match="cut short"):
        tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    assert snapshot(tmp_path / "tuned") == before


def test_a_full_disk_leaves_the_tuned_model_as_it_was(stock, tmp_path):
    tune(stock, TEXT, tmp_path / "tuned", SPOKEN_AS)
    before = snapshot(tmp_path / "tuned")

    def write(file):
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ModelError, match="disk is full") as caught:
        write_model_folder(stock, tmp_path / "tuned", {"graph/Gr.fst": write}, {})
    assert "\n" not in str(caught.value)
    assert snapshot(tmp_path / "tuned") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stock", "tuned"]


def test_the_same_inputs_are_tuned_once(stock, tmp_path):
    first = cached_model(stock, TEXT, tmp_path / "cache", SPOKEN_AS)
    made = (first / "graph/Gr.fst").stat().st_mtime_ns
    assert cached_model(stock, TEXT, tmp_path / "cache", SPOKEN_AS) == first
    assert (first / "graph/Gr.fst").stat().st_mtime_ns == made


def test_anything_that_changes_gives_another_model(stock, tmp_path):
    def cached(sentences=TEXT, spoken_as=SPOKEN_AS, weight=0.9):
        return cached_model(stock, sentences, tmp_path / "cache", spoken_as, weight)

    folders = [
        cached(),
        cached(TEXT[:2]),
        cached([*TEXT[:2], WeightedText("the knees", 2.0)]),
        cached(spoken_as={"new": ("knees",)}),
        cached(weight=0.5),
    ]
    (stock / "conf/model.conf").write_bytes(b"other")
    folders.append(cached())
    assert len(set(folders)) == len(folders)


def test_only_the_last_models_are_kept(stock, tmp_path):
    for place in range(5):
        newest = cached_model(stock, [WeightedText("the knee", place + 1)], tmp_path / "cache")
    folders = [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]
    assert len(folders) == 3
    assert newest in folders


def test_two_processes_make_one_model(stock, tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        jobs = [pool.apply_async(cached_model, (stock, TEXT, tmp_path / "cache", SPOKEN_AS)) for _ in range(4)]
        folders = {job.get(60) for job in jobs}
    assert len(folders) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == [folders.pop().name]


def dawdle(stock, cache, begun):
    def slowly(share, what):
        if what == "writing the model":
            (cache / f"{UNFINISHED}half").mkdir()
            begun.set()
            time.sleep(60)

    cached_model(stock, TEXT, cache, SPOKEN_AS, on_progress=slowly)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_a_crash_leaves_behind_is_removed(stock, tmp_path):
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=dawdle, args=(stock, tmp_path / "cache", begun))
    process.start()
    assert begun.wait(60)
    process.kill()
    process.join()
    assert list((tmp_path / "cache").glob(f"{UNFINISHED}*"))
    folder = cached_model(stock, TEXT, tmp_path / "cache", SPOKEN_AS)
    assert (folder / "graph/Gr.fst").is_file()
    assert not list((tmp_path / "cache").glob(f"{UNFINISHED}*"))


@pytest.mark.slow
def test_vosk_hears_new_words_with_the_tuned_model(tmp_path):
    vosk.SetLogLevel(-2)
    lines = ["i have got gastrocnemius tendonitis", "what is a popliteal cyst", "my knee's up a bit"]
    report = tune(STOCK, [WeightedText(line) for line in lines], tmp_path / "tuned")
    assert set(report.spelled) == {"gastrocnemius", "popliteal", "knee's"}
    model = vosk.Model(str(tmp_path / "tuned"))
    for line in lines:
        recogniser = vosk.KaldiRecognizer(model, 16_000)
        recogniser.SetWords(True)
        recogniser.AcceptWaveform(spoken(line))
        result = json.loads(recogniser.FinalResult())
        assert result["text"].split() == line.split()
        times = [word["start"] for word in result["result"]]
        assert times == sorted(times)


def spoken(line: str) -> bytes:
    """The line in the assistant's own voice, 16 kHz, one channel, 16-bit, between two stretches of silence."""
    with SpeechRenderer(rate_wpm=150) as renderer:
        sound = resample(renderer.render(line), SAMPLE_RATE_HZ)
    silence = bytes(8000)
    return silence + sound.pcm + silence
