"""Keeps tuned models, each under the hash of everything that it was made from, so that tuning happens only when
something changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from voice_assistant.hearing.tuning.build import ORDER, Progress, tune
from voice_assistant.hearing.tuning.interpolate import Mixing
from voice_assistant.hearing.tuning.model_files import MARK, UNFINISHED, is_whole
from voice_assistant.hearing.tuning.noise_lessons import USUAL_SHARE, checksum
from voice_assistant.hearing.tuning.text import WeightedText
from voice_assistant.hearing.tuning.vocabulary import Listen
from voice_assistant.types import ModelError

CODE_VERSION = 7
"""Raise it when the same inputs should give another model."""
KEPT = 3
"""Tuned models that stay in the cache, the last used ones; each takes about 70 MB of its own."""
_PREFIX = "tuned-"
_BLOCK = 1 << 20


def cached_model(
    model_folder: Path,
    sentences: Iterable[WeightedText],
    cache_folder: Path,
    spoken_as: Mapping[str, tuple[str, ...]] | None = None,
    weight: float = Mixing.prior,
    on_progress: Progress | None = None,
    listen: Listen | None = None,
    noise_lessons: float = USUAL_SHARE,
) -> Path:
    """The folder of the model tuned to these sentences, made first if it is not there yet or damaged; arguments as for
    `tune`.

    A second process that wants a model waits until the first is done. What a crash left behind is removed.
    Raises what `tune` raises, and ModelError when the cache cannot be written.
    """
    sentences = tuple(sentences)
    model_folder, cache_folder = Path(model_folder), Path(cache_folder)
    folder = cache_folder / f"{_PREFIX}{_key(model_folder, sentences, spoken_as or {}, weight, noise_lessons)}"
    if is_whole(folder, model_folder):
        _touch(folder / MARK)
        return folder
    with _only_one(cache_folder):
        _remove_leftovers(cache_folder)
        if not is_whole(folder, model_folder):
            _remove(folder)
            tune(model_folder, sentences, folder, spoken_as, weight, on_progress, listen, noise_lessons)
            _remove_oldest(cache_folder)
    return folder


def _key(
    model_folder: Path,
    sentences: Iterable[WeightedText],
    spoken_as: Mapping[str, tuple[str, ...]],
    weight: float,
    noise_lessons: float,
) -> str:
    digest = hashlib.sha256()
    settings = [
        CODE_VERSION,
        ORDER,
        [checksum(), noise_lessons],
        asdict(Mixing(prior=weight)),
        {word: list(spoken_as[word]) for word in sorted(spoken_as)},
    ]
    digest.update(json.dumps(settings).encode())
    for sentence in sentences:
        digest.update(json.dumps([sentence.text, sentence.weight]).encode())
    try:
        for path in sorted(path for path in model_folder.rglob("*") if path.is_file()):
            digest.update(f"\n{path.relative_to(model_folder).as_posix()}\n".encode())
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
    except OSError as error:
        raise ModelError(
            f"The speech model at {model_folder} cannot be read ({error.strerror}): fetch it again."
        ) from error
    return digest.hexdigest()[:16]


def _touch(path: Path) -> None:
    """Marks a model as used just now; a cache that may only be read is no fault."""
    try:
        os.utime(path)
    except OSError:
        return


def _remove_leftovers(cache_folder: Path) -> None:
    """Called under the lock, so that no process is at work on them."""
    for path in cache_folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def _remove(folder: Path) -> None:
    """A damaged model, of which other programs may still use the files. Raises ModelError."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise ModelError(f"The damaged tuned model {folder} cannot be removed: remove it, it will be made again.")


def _remove_oldest(cache_folder: Path) -> None:
    marks = sorted(cache_folder.glob(f"{_PREFIX}*/{MARK}"), key=lambda mark: mark.stat().st_mtime, reverse=True)
    for mark in marks[KEPT:]:
        shutil.rmtree(mark.parent, ignore_errors=True)


@contextmanager
def _only_one(cache_folder: Path) -> Iterator[None]:
    """Holds a lock that the operating system releases when the process ends, however it ends."""
    try:
        cache_folder.mkdir(parents=True, exist_ok=True)
        file = (cache_folder / ".lock").open("a+b")
    except OSError as error:
        raise ModelError(
            f"Tuned models cannot be kept in {cache_folder} ({error.strerror}): choose a folder that you may write to."
        ) from error
    with file:
        _lock(file.fileno())
        yield


if sys.platform == "win32":
    import msvcrt
    import time

    def _lock(descriptor: int) -> None:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                return
            except OSError:  # gives up by itself after ten tries, a second apart
                time.sleep(0.1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
