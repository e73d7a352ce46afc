"""Feeds a target with hostile input until the time is over; what breaks it is kept in a file.

    python -m benchmarks.fuzz wav --seconds 1800

With atheris, where it is installed, coverage guides the search; otherwise seeds are mutated at random. Each target runs
in a process of its own. Exit code 1: something was found.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import time
import traceback
from pathlib import Path

from benchmarks.fuzz.targets import TARGETS, seeds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)} (all)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="where what breaks a target is kept")
    parser.add_argument("--plain", action="store_true", help="without atheris")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    options.keep.mkdir(parents=True, exist_ok=True)
    guided = not options.plain and _has_atheris()
    found = 0
    for name in options.targets or TARGETS:
        found += (
            _guided(name, options.seconds, options.keep) if guided else _random(name, options.seconds, options.keep)
        )
    return 1 if found else 0


def _has_atheris() -> bool:
    try:
        import atheris  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return False
    return True


def _guided(name: str, seconds: float, keep: Path) -> int:
    """libFuzzer ends its process at the first find."""
    corpus = keep / f"corpus-{name}"
    corpus.mkdir(exist_ok=True)
    for seed in seeds(name):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    flags = [
        f"-max_total_time={int(seconds)}",
        "-max_len=4096",
        f"-artifact_prefix={keep}/{name}-",
        "-rss_limit_mb=2048",
    ]
    command = [
        sys.executable,
        "-m",
        "benchmarks.fuzz.guided",
        name,
        *flags,
        "-timeout=10",
        "-print_final_stats=1",
        str(corpus),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    runs = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    cases = runs[0].rsplit(None, 1)[-1] if runs else "?"
    print(f"{name}: {cases} cases guided by coverage, {'FOUND' if done.returncode else 'nothing found'}")
    if done.returncode:
        print("\n".join(done.stderr.splitlines()[-40:]))
    return int(done.returncode != 0)


def _random(name: str, seconds: float, keep: Path) -> int:
    dice, start = random.Random(1), seeds(name)
    cases, finds, end = 0, set(), time.monotonic() + seconds
    while time.monotonic() < end:
        data = _mutated(dice, dice.choice(start), dice.choice(start))
        cases += 1
        try:
            TARGETS[name](data)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            if (place.filename, place.lineno) not in finds:
                finds.add((place.filename, place.lineno))
                (keep / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
                print(f"{name}: {type(error).__name__}: {str(error)[:200]} in {place.filename}:{place.lineno}")
    print(f"{name}: {cases} cases at random, {f'{len(finds)} FOUND' if finds else 'nothing found'}")
    return len(finds)


def _mutated(dice: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 6)):
        place, length = dice.randrange(len(changed) + 1), dice.choice((1, 1, 2, 4, 16))
        kind = dice.randrange(6)
        if kind == 0:
            changed[place : place + length] = dice.randbytes(length)
        elif kind == 1:
            del changed[place : place + length]
        elif kind == 2:
            changed[place:place] = dice.choice(
                (b"\0", b"\xff", b"\xff\xff\xff\x7f", b"\x80", b"\n", b"[", b"{", b"&a ")
            )
        elif kind == 3:
            begin = dice.randrange(len(other) + 1)
            changed[place : place + length] = other[begin : begin + length]
        elif kind == 4 and place < len(changed):
            changed[place] ^= 1 << dice.randrange(8)
        else:
            del changed[place:]
    return bytes(changed)


if __name__ == "__main__":
    sys.exit(main())
