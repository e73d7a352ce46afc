"""Speech to teach with: synthetic voices that say the guide's phrases and other text, recordings of people, and
actors.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.random import Generator

from benchmarks.sound import kokoro
from benchmarks.sound.voices import PEOPLE, Speaker, say
from benchmarks.teaching.part import Part
from benchmarks.teaching.scenes import Pcm
from voice_assistant.types import SAMPLE_RATE_HZ

_ACCENTS = ("en-gb", "en-us", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
_THROATS = (
    *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "klatt", "klatt2", "klatt3"),
    *("Andy", "Annie", "Gene", "Denis", "steph", "Mike", "Lee", "Alex", "Alicia", "belinda", "david", "edward"),
    *("grandma", "grandpa", "ian", "john", "linda", "max", "miguel", "paul", "robert", "sandro", "victor", "zac"),
)
_FLITE = ("kal", "kal16", "rms", "slt", "awb")
_LIKE_PEOPLE = 0.5
_LONGEST_S, _SHORTEST_S = 11, 0.2
_RAW = {".g722": ("-f", "g722")}
_EIGHT_BITS = ("-f", "u8", "-ac", "1")

Utterance: TypeAlias = tuple[Pcm, str]
"""A sound, and its words where they are known."""


def spoken(random: Generator, texts: list[str], count: int) -> Iterator[Utterance]:
    """So many of the texts, each in another voice."""
    for _ in range(count):
        text = str(random.choice(texts))
        sound = np.rint(say(text, _somebody(random)) * 32767).astype("<i2")
        if len(sound) < _LONGEST_S * SAMPLE_RATE_HZ:
            yield sound, text


def recorded(random: Generator, person: Path, times: int = 1) -> Iterator[Utterance]:
    """The recordings in a folder, short ones joined to utterances of some seconds; in `times` different orders. What is
    said in them is not known.
    """
    files = [path for path in sorted(person.rglob("*")) if path.is_file()]
    sounds = [sound for path in files if (sound := _decoded(path, *_RAW.get(path.suffix, ()))) is not None]
    for _ in range(times):
        yield from _joined(random, sounds)


def acted(random: Generator, parts: Iterable[Part]) -> Iterator[Utterance]:
    """What is said in games: sentences whose words are known as they are, others joined as recordings are."""
    unknown: list[Pcm] = []
    for part in parts:
        sound = _decoded(part.sound, *((*_EIGHT_BITS, "-ar", str(part.rate_hz)) if part.rate_hz else ()))
        if sound is None:
            continue
        if len(part.words.split()) > 1:
            yield sound, part.words
        else:
            unknown.append(sound)
    yield from _joined(random, unknown)


def _joined(random: Generator, sounds: list[Pcm]) -> Iterator[Utterance]:
    joined: list[Pcm] = []
    for index in random.permutation(len(sounds)):
        joined += [sounds[index], np.zeros(int(random.uniform(0.02, 0.35) * SAMPLE_RATE_HZ), "<i2")]
        if sum(map(len, joined)) > random.uniform(1.5, 5) * SAMPLE_RATE_HZ:
            yield np.concatenate(joined), ""
            joined = []


def save_speech(path: Path, utterances: Iterable[Utterance]) -> int:
    """Keep them for Said; gives how many seconds there are, and writes nothing where there is no sound."""
    kept = [(sound, text) for sound, text in utterances if len(sound) > _SHORTEST_S * SAMPLE_RATE_HZ]
    if not kept:
        return 0
    pcm = np.concatenate([sound for sound, _ in kept])
    np.savez(
        path, pcm=pcm, lengths=np.array([len(sound) for sound, _ in kept]), texts=np.array([text for _, text in kept])
    )
    return len(pcm) // SAMPLE_RATE_HZ


def _somebody(random: Generator) -> Speaker:
    if random.random() < _LIKE_PEOPLE:
        return Speaker("kokoro", _like_a_person(random), (f"{np.exp(random.uniform(np.log(0.75), np.log(1.3))):.2f}",))
    kind = random.random()
    if kind < 0.4:
        voice = f"{random.choice(_ACCENTS)}+{random.choice(_THROATS)}"
        return Speaker("espeak-ng", voice, ("-s", f"{random.integers(120, 200)}", "-p", f"{random.integers(15, 85)}"))
    if kind < 0.65:
        options = (f"duration_stretch={random.uniform(0.8, 1.3):.2f}", f"int_f0_target_mean={random.integers(80, 190)}")
        return Speaker("flite", str(random.choice(_FLITE)), ("--setf", options[0], "--setf", options[1]))
    return Speaker("piper", "joe", (f"{random.uniform(0.75, 1.3):.2f}",))


def _like_a_person(random: Generator) -> str:
    """One of the voices that are not kept for measuring, most of them English, or somebody between two of them."""
    kept = {who.voice for who in PEOPLE}
    voices = [name for name in kokoro.names() if name not in kept]
    english = [name for name in voices if name[0] in "ab"]
    one = str(random.choice(english if random.random() < 0.8 else voices))
    return f"{one}+{random.choice(voices)}" if random.random() < 0.45 else one


def _decoded(source: Path | bytes, *form: str) -> Pcm | None:
    """Whatever ffmpeg can read, without the silence around it, peak 0.5; None where there is no sound in it."""
    name, content = ("pipe:0", source) if isinstance(source, bytes) else (str(source), None)
    wanted = ["-ar", str(SAMPLE_RATE_HZ), "-ac", "1", "-f", "s16le", "-"]
    command = ["ffmpeg", "-loglevel", "error", *form, "-i", name, *wanted]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    sound = np.frombuffer(done.stdout[: len(done.stdout) // 2 * 2], "<i2").astype(np.float32)
    if len(sound) < SAMPLE_RATE_HZ // 10 or np.abs(sound).max() < 200:
        return None
    power = (sound[: len(sound) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    loud = np.flatnonzero(power > power.max() / 10**3.5)
    heard = sound[max(0, loud[0] * 160 - 800) : loud[-1] * 160 + 1600][: _LONGEST_S * SAMPLE_RATE_HZ]
    return np.rint(heard * (16384 / np.abs(heard).max())).astype("<i2")
