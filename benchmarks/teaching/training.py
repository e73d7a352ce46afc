"""Teacher and pupil: the pupil hears the noise and answers what the teacher answers without it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from benchmarks.teaching.features import FEATURES, IVECTOR, PERIOD
from benchmarks.teaching.network import EVERY, LEFT, RIGHT, Network
from benchmarks.teaching.pronunciation import KEPT
from benchmarks.teaching.scenes import Pair

BATCH, OUTPUTS = 24, 50
"""Stretches in a batch, and outputs (of 30 ms) in a stretch."""
RATE = 3e-4
_WARM_UP, _LAST_SHARE = 100, 0.03
_SHARPER = 2.0
"""The chain model's scores are flat; doubled, what the search would choose among counts most."""
_MOST_WEIGHT = 20.0
_AHEAD = 0.5
"""How far above the best a true state is put that the teacher scored 1 or more below it."""
_REPORT = 200


class Pairs:
    """Pairs of many files, from which stretches are taken at random."""

    def __init__(self, files: list[Path]) -> None:
        self._pairs = [one for path in files for one in load(path)]
        lengths = np.array([len(one.clean) for one in self._pairs], float)
        self._chances = np.cumsum(lengths / lengths.sum())

    def batch(self, random: Generator) -> list[Tensor]:
        """Clean features, their i-vectors, noisy features, theirs: (BATCH, frames, 40) and (BATCH, 30) each; then the
        true states and their chances: (BATCH, OUTPUTS, KEPT) each.
        """
        frames = OUTPUTS * EVERY + LEFT + RIGHT
        sounds = np.zeros((2, BATCH, frames, FEATURES), np.float32)
        ivectors = np.zeros((2, BATCH, IVECTOR), np.float32)
        states, chances = np.zeros((BATCH, OUTPUTS, KEPT), np.int64), np.zeros((BATCH, OUTPUTS, KEPT), np.float32)
        for row in range(BATCH):
            one = self._pairs[min(int(np.searchsorted(self._chances, random.random())), len(self._pairs) - 1)]
            count = len(one.clean)
            start = int(random.integers(-EVERY, max(1 - EVERY, count - OUTPUTS * EVERY) + EVERY))
            if one.chances.any():
                start = start // EVERY * EVERY
                outputs = np.clip(start // EVERY + np.arange(OUTPUTS), 0, len(one.states) - 1)
                states[row], chances[row] = one.states[outputs], one.chances[outputs]
            chosen = np.clip(np.arange(start - LEFT, start - LEFT + frames), 0, count - 1)
            sounds[0, row], sounds[1, row] = one.clean[chosen], one.noisy[chosen]
            last = len(one.noisy_ivectors) - 1
            heard = (start + int(OUTPUTS * EVERY * random.random())) // PERIOD if random.random() < 0.7 else last
            ivectors[0, row], ivectors[1, row] = one.clean_ivector, one.noisy_ivectors[min(max(heard, 0), last)]
        parts = (sounds[0], ivectors[0], sounds[1], ivectors[1], states, chances)
        return [torch.from_numpy(part) for part in parts]


def save_pairs(path: Path, pairs: list[Pair]) -> None:
    """Keep pairs for `load`."""
    np.savez(
        path,
        clean=np.concatenate([one.clean for one in pairs]).astype(np.float16),
        noisy=np.concatenate([one.noisy for one in pairs]).astype(np.float16),
        frames=np.array([len(one.clean) for one in pairs]),
        clean_ivectors=np.stack([one.clean_ivector for one in pairs]),
        noisy_ivectors=np.concatenate([one.noisy_ivectors for one in pairs]),
        periods=np.array([len(one.noisy_ivectors) for one in pairs]),
        states=np.concatenate([one.states for one in pairs]),
        chances=np.concatenate([one.chances for one in pairs]),
        outputs=np.array([len(one.states) for one in pairs]),
    )


def load(path: Path) -> Iterator[Pair]:
    """The pairs of a file."""
    with np.load(path) as file:
        frames, periods, outputs = (np.cumsum(file[name])[:-1] for name in ("frames", "periods", "outputs"))
        clean, noisy = np.split(file["clean"], frames), np.split(file["noisy"], frames)
        states, chances = np.split(file["states"], outputs), np.split(file["chances"], outputs)
        ivectors = np.split(file["noisy_ivectors"], periods)
        yield from map(Pair, clean, noisy, file["clean_ivectors"], ivectors, states, chances)


def train(network: bytes, begin: bytes, files: list[Path], minutes: float) -> Network:
    """What `begin` becomes after so long with the teacher `network`; progress is printed."""
    torch.set_flush_denormal(True)
    teacher, pupil, pairs, random = Network(network), Network(begin), Pairs(files), np.random.default_rng(1)
    short_floats = _short_floats_are_faster(pupil, pairs.batch(random))
    adam = torch.optim.Adam(pupil.parameters(), lr=RATE, betas=(0.9, 0.98), fused=True)
    began, step, lost = time.monotonic(), 0, 0.0
    while (share := (time.monotonic() - began) / (60 * minutes)) < 1:
        falling = 0.5 * (1 + math.cos(math.pi * share)) * (1 - _LAST_SHARE) + _LAST_SHARE
        for group in adam.param_groups:
            group["lr"] = RATE * min(1.0, step / _WARM_UP) * falling
        clean, clean_ivector, noisy, noisy_ivector, states, chances = pairs.batch(random)
        with torch.autocast("cpu", torch.bfloat16, enabled=short_floats):
            with torch.no_grad():
                wanted = teacher(clean, clean_ivector)
            given = pupil(noisy, noisy_ivector)
        loss = difference(given.float(), corrected(wanted.float(), states, chances))
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(pupil.parameters(), 2.0)
        adam.step()
        step, lost = step + 1, lost + loss.item()
        if step % _REPORT == 0:
            hours = step * BATCH * OUTPUTS * EVERY / 360_000
            print(f"step {step}, {hours:.1f} h of sound, {100 * share:.0f} %: {lost / _REPORT:.3f}", flush=True)
            lost = 0.0
    return pupil


def _short_floats_are_faster(network: Network, batch: list[Tensor]) -> bool:
    """Some processors only imitate 16-bit floats: a pass there and back took 7.7 instead of 0.4 s (AVX2), 2.3 instead
    of 0.9 s (AVX-512 without bf16).
    """
    took = []
    for short in (False, True):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=short):
            network(*batch[:2])
            began = time.monotonic()
            network(*batch[:2])
        took.append(time.monotonic() - began)
    return took[1] < took[0]


def corrected(scores: Tensor, states: Tensor, chances: Tensor) -> Tensor:
    """The scores with those of the true states raised to the best of their moment, and above it where they lay far
    below: the teacher is corrected where it is wrong, and believed where it is right.
    """
    lacking = scores.max(-1, keepdim=True).values - scores.gather(-1, states)
    return scores.scatter_add(-1, states, chances * (lacking + _AHEAD * lacking.clamp(max=1)))


def difference(given: Tensor, wanted: Tensor) -> Tensor:
    """How far one set of scores is from another. What is added to all scores of a frame does not matter to the search."""
    given, wanted = (scores - scores.mean(-1, keepdim=True) for scores in (given, wanted))
    sharp, mine = (torch.log_softmax(_SHARPER * scores, -1) for scores in (wanted, given))
    divergence = (sharp.exp() * (sharp - mine)).sum(-1).mean()
    weight = 0.5 + 0.5 * (wanted.softmax(-1) * wanted.shape[-1]).clamp(max=_MOST_WEIGHT)
    return divergence + (weight * (given - wanted) ** 2).mean()
