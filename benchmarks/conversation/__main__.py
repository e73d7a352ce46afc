"""`python -m benchmarks.conversation [FILE.tsv] [--pauses 40] [--answers 200] [--voices 10] [--general 120]`"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from benchmarks.conversation import commands, devices, own_voice, pauses, strangers
from benchmarks.loading import UTTERANCES, add_options, general_sentences, load
from benchmarks.understanding.labelled import read

_FEWEST, _MOST = 6, 16


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversation", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=UTTERANCES / "voices.tsv", metavar="FILE.tsv")
    parser.add_argument("--pauses", type=int, default=40, help="how many lines with a pause inside")
    parser.add_argument("--answers", type=int, default=200, help="how many answers are played into the microphone")
    parser.add_argument(
        "--first", type=int, default=100, help="how many answers before which it heard nothing of itself"
    )
    parser.add_argument("--interjections", type=int, default=56, help="how many words are said over an answer")
    parser.add_argument(
        "--devices", type=int, default=0, help="how many answers are played on virtual devices, in real time"
    )
    parser.add_argument("--strangers", type=int, default=12, help="how many commands are said amid talk that goes on")
    parser.add_argument("--voices", type=int, default=10, help="how many voices say the commands")
    parser.add_argument("--general", type=int, default=120, help="how many lines of other talk")
    parser.add_argument("--each", action="store_true", help="print what went wrong")
    add_options(parser)
    given = parser.parse_args()
    lines = [line.text for line in read(given.file) if _FEWEST <= len(line.text.split()) <= _MOST]
    with load(given) as assistant:
        commands.measure(assistant, given.voices, each=given.each)
        commands.wake(assistant, given.voices, general_sentences()[: given.general], each=given.each)
        pauses.measure(assistant, random.Random(9).sample(lines, min(given.pauses, len(lines))), each=given.each)
        own_voice.measure(assistant, given.answers, greeted=True, each=given.each)
        own_voice.measure(assistant, given.first, greeted=False, each=given.each)
        own_voice.interrupted(assistant, given.interjections, each=given.each)
        strangers.measure(assistant, given.strangers, 60.0, each=given.each)
        if given.devices:
            devices.measure(assistant, given.devices, each=given.each)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
