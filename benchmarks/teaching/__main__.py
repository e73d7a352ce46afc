"""Teaches the acoustic network of the small model to hear in noise, and writes what it learned.

    python -m benchmarks.teaching speech  WORK [--recordings FOLDER…] [--games FOLDER] [--utterances 5000]
    python -m benchmarks.teaching scenes  WORK [--times 1] [--part 0 --parts 2]
    python -m benchmarks.teaching train   WORK --minutes 35 [--more]
    python -m benchmarks.teaching lessons WORK [--share 0.68] [--average FILE.pt…] [--output FILE.npz]

The steps follow one another; WORK is a folder for what lies between them (2 GB). `speech` renders synthetic voices and
reads recordings of people (one folder for each; any language: what is learned is how noise changes what the network
sees, not words), and the talk of two games (games.py). `scenes` lets parts run in processes of their own. `lessons`
writes the corrections that are shipped.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.loading import add_options, load
from voice_assistant.hearing.tuning.model_files import MARK
from voice_assistant.hearing.tuning.noise_lessons import LESSONS, NETWORK, lessons_of, save, with_lessons
from voice_assistant.models import SPEECH_MODEL
from voice_assistant.resources import tuned_model

SHARE = 0.68
"""Of the way from the old weights to the new: on voices that had no part in it better than the whole, in noise and
without (M. Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022, found the same of pictures)."""
_LEARNED = "network.pt"
_BIAS = "output.affine/BiasParams"
_SILENCE_LESS = 0.25
"""Log-likelihood that silence loses. What was taught amid other voices takes strange voices for a background; with 1
less noise becomes words, with 0.25 robots and voices like people's lost a twelfth of their errors (docs/tuning.md)."""
_SHORT_WORDS = 3
"""Of commands, which are heard alone and are over before a voice is known."""


def main() -> int:
    """Do one of the steps."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.teaching", description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("speech", "scenes", "train", "lessons"))
    parser.add_argument("work", type=Path, metavar="WORK", help="folder for what lies between the steps")
    parser.add_argument("--recordings", type=Path, nargs="+", default=[], metavar="FOLDER", help="one for each person")
    parser.add_argument("--games", type=Path, metavar="FOLDER", help="of ScummVM: /usr/share/scummvm")
    parser.add_argument("--text", type=Path, metavar="SENTENCES.txt", help="other sentences to say beside the phrases")
    parser.add_argument("--utterances", type=int, default=5000, help="by synthetic voices")
    parser.add_argument("--times", type=int, default=1, help="scenes of each utterance")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=35)
    parser.add_argument("--more", action="store_true", help="train: go on from the lessons in the repository")
    parser.add_argument("--share", type=float, default=SHARE, help="of what was learned; --more expects the default")
    parser.add_argument(
        "--average", type=Path, nargs="+", default=[], metavar="FILE.pt", help="with other runs' networks"
    )
    parser.add_argument("--output", type=Path, default=LESSONS, help="where the lessons are written")
    add_options(parser)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    with load(given) as assistant:
        model = assistant.folders.models / SPEECH_MODEL
        if given.step == "speech":
            _speech(given, [phrase.text for phrase in assistant.guide.phrases])
        elif given.step == "scenes":
            tuned = tuned_model(assistant.folders, assistant.guide, assistant.settings.wake_phrases)
            _scenes(given, model, tuned)
        elif given.step == "train":
            _train(given, model)
        else:
            _lessons(given, model)
    return 0


def _speech(given: argparse.Namespace, phrases: list[str]) -> None:
    from benchmarks.teaching.games import games
    from benchmarks.teaching.speech import acted, recorded, save_speech, spoken

    texts = phrases + (given.text.read_text(encoding="utf-8").splitlines() if given.text else [])
    random = np.random.default_rng(5)
    short = [text for text in phrases if len(text.split()) <= _SHORT_WORDS]
    for name, said, count in (("synthetic", texts, given.utterances), ("short", short, given.utterances // 4)):
        seconds = save_speech(given.work / f"speech-{name}.npz", spoken(random, said, count))
        print(f"synthetic voices, {name}: {seconds} s")
    for person in given.recordings:
        seconds = save_speech(given.work / f"speech-{person.name}.npz", recorded(random, person))
        print(f"{person}: {seconds} s", flush=True)
    for name, parts in games(given.games) if given.games else ():
        print(f"{name}: {save_speech(given.work / f'speech-{name}.npz', acted(random, parts))} s", flush=True)


def _scenes(given: argparse.Namespace, model: Path, tuned: Path) -> None:
    import torch

    from benchmarks.teaching.features import IVectors
    from benchmarks.teaching.scenes import Said, pair
    from benchmarks.teaching.training import save_pairs
    from benchmarks.teaching.truth import Truth

    torch.set_num_threads(1)  # parts share the machine
    said, ivectors = Said(sorted(given.work.glob("speech-*.npz"))), IVectors(model)
    spelled = json.loads((tuned / MARK).read_text(encoding="utf-8"))["spelled"]
    truth = Truth(model, (tuned / NETWORK).read_bytes(), spelled)
    for time in range(given.times):
        random = np.random.default_rng((time, given.part))
        pairs = [pair(random, said, index, ivectors, truth) for index in range(given.part, len(said), given.parts)]
        save_pairs(given.work / f"scenes-{time}-{given.part}.npz", pairs)
        print(f"{len(pairs)} scenes", flush=True)


def _train(given: argparse.Namespace, model: Path) -> None:
    import torch

    from benchmarks.teaching.training import train

    network, files = (model / NETWORK).read_bytes(), sorted(given.work.glob("scenes-*.npz"))
    learned = train(network, _taught(network) if given.more else network, files, given.minutes)
    torch.save(learned.arrays(), given.work / _LEARNED)


def _taught(network: bytes) -> bytes:
    """With the lessons in the repository, all the way: they are SHARE of it."""
    with np.load(LESSONS) as file:
        lessons = {name: file[name] / (SHARE if name.endswith("/step") else 1) for name in file.files if "/" in name}
    return with_lessons(network, lessons)


def _lessons(given: argparse.Namespace, model: Path) -> None:
    import torch

    from benchmarks.teaching.network import Network
    from benchmarks.teaching.pronunciation import silent_states

    network = (model / NETWORK).read_bytes()
    before = Network(network).arrays()
    runs = [torch.load(path, weights_only=False) for path in (given.work / _LEARNED, *given.average)]
    learned = {name: sum(run[name] for run in runs) / len(runs) for name in before}
    learned[_BIAS][silent_states(network)] -= _SILENCE_LESS / given.share
    after = {name: old + given.share * (learned[name] - old) for name, old in before.items()}
    save(given.output, network, lessons_of(before, after))
    print(f"{given.output}: {given.output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    raise SystemExit(main())
