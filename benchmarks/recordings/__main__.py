"""Word errors on recordings of people: the stock model, the one tuned to the guide, and one tuned to another text.

    python -m benchmarks.recordings RECORDINGS.tsv [--text SENTENCES.txt] [--conditions clean "12 dB" "6 dB"]

A line of RECORDINGS.tsv is a WAV file's path (from the folder of RECORDINGS.tsv), a tab, and the words that are said in it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.hearing.scoring import Score, words
from benchmarks.hearing.systems import Timed, transcribe, tuned_folder
from benchmarks.loading import add_options, load
from benchmarks.sound.scenes import scene
from benchmarks.sound.voices import chunks
from voice_assistant.audio.samples import Floats, to_floats
from voice_assistant.audio.wav import read_wav
from voice_assistant.hearing import Recogniser
from voice_assistant.hearing.tuning import WeightedText, tune
from voice_assistant.models import SPEECH_MODEL


@dataclass(frozen=True)
class Recording:
    """What somebody said, and the sound of it."""

    said: str
    sound: Floats


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recordings", description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, metavar="RECORDINGS.tsv")
    parser.add_argument("--text", type=Path, metavar="SENTENCES.txt", help="tune another model to this text")
    parser.add_argument("--conditions", nargs="+", default=["clean", "12 dB", "6 dB"])
    parser.add_argument("--wrong", action="store_true", help="print what was misheard")
    add_options(parser)
    given = parser.parse_args()
    recordings = list(_read(given.recordings))
    with load(given) as assistant, tempfile.TemporaryDirectory() as made:
        stock = assistant.folders.models / SPEECH_MODEL
        models = {"stock": stock, "tuned to the guide": tuned_folder(assistant)}
        if given.text:
            models["tuned to the text"] = Path(made) / "tuned"
            text = given.text.read_text(encoding="utf-8").splitlines()
            tune(stock, [WeightedText(line) for line in text], models["tuned to the text"])
        print("| recogniser | condition | recordings | word errors | all words right | processor s / s |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, folder in models.items():
            timed = Timed(Recogniser(folder), twice=name != "stock")
            for condition in given.conditions:
                _measure(name, timed, recordings, condition, given.wrong)
    return 0


def _read(file: Path) -> Iterator[Recording]:
    for line in file.read_text(encoding="utf-8").splitlines():
        path, said = line.split("\t")
        pcm = b"".join(chunk.pcm for chunk in read_wav(file.parent / path))
        yield Recording(said, to_floats(pcm))


def _measure(name: str, recogniser: Timed, recordings: list[Recording], condition: str, shows_wrong: bool) -> None:
    score, right, before_s = Score(), 0, recogniser.processor_s
    for index, recording in enumerate(recordings):
        level = 0.5 / max(float(np.abs(recording.sound).max()), 1e-3)
        sound = chunks(scene(recording.sound * level, condition, index))
        heard = transcribe(recogniser, sound).text
        score.sound_s += sound[-1].end_s
        wrong = score.count_words(recording.said, heard, frozenset())
        right += words(heard) == words(recording.said)
        if wrong and shows_wrong:
            print(f"  {condition} | {recording.said} | {heard}")
    score.processor_s = recogniser.processor_s - before_s
    print(
        f"| {name} | {condition} | {len(recordings)} | {score.word_error_rate:.1%} | {right / len(recordings):.1%} "
        f"| {score.cost:.3f} |",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
