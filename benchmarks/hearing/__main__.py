"""`python -m benchmarks.hearing [FILE.tsv…] [--lines 200] [--systems …] [--conditions …] [--picture FILE.png]`"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.hearing.scoring import Score, Sure, guide_terms, reliability, taught_words, words
from benchmarks.hearing.silence import silence_cost
from benchmarks.hearing.systems import SPHINX, STOCK, SYSTEMS, TUNED, make, transcribe, tuned_folder
from benchmarks.loading import UTTERANCES, add_options, general_sentences, load
from benchmarks.sound.scenes import KINDS, scene
from benchmarks.sound.voices import PEOPLE, SPEAKERS, Speaker, chunks, say, speaker
from benchmarks.understanding.labelled import Labelled, read
from voice_assistant import Assistant
from voice_assistant.hearing import features, fit
from voice_assistant.hearing.tuning import Vocabulary
from voice_assistant.models import SPEECH_MODEL
from voice_assistant.types import Transcript

CONDITIONS = ("clean", "24 dB", "12 dB", "6 dB", "room")
GENERAL = "general talk, clean"
_LONGEST = 24
"""Words of a line; longer ones cost much time and tell little more."""
_SPHINX_SHARE = 6
"""pocketsphinx, twenty times as slow, hears every sixth line."""

Scores = dict[tuple[str, str], Score]


def main() -> int:
    """Measure and print."""
    given = _options()
    with load(given) as assistant:
        lines = chosen(
            assistant, given.files or [UTTERANCES / "voices.tsv", UTTERANCES / "warning_signs.tsv"], given.lines
        )
        scores: Scores = defaultdict(Score)
        sure: list[Sure] = []
        for system in given.systems:
            measure(system, assistant, lines, given, scores, sure if system == TUNED else [])
            report(scores, [system])
    print("\n# all\n")
    report(scores, given.systems)
    ratios(scores)
    report_confidence(sure, fits=given.fit)
    print(f"processor while nobody speaks: {100 * silence_cost():.1f} % of a core")
    memory(given, assistant)
    if given.picture:
        from benchmarks.hearing.picture import draw

        draw(scores, given.picture)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.tsv", help="labelled utterances")
    parser.add_argument("--lines", type=int, default=200, help="how many lines to choose from the files")
    parser.add_argument("--general", type=int, default=120, help="how many lines of general talk")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=list(CONDITIONS))
    parser.add_argument("--peer-conditions", nargs="+", choices=CONDITIONS, default=["clean", "12 dB", "6 dB"])
    parser.add_argument("--picture", type=Path, help="draw the word error rates into this file")
    parser.add_argument("--by-voice", action="store_true", help="a row for each voice as well")
    parser.add_argument(
        "--people", dest="voices", action="store_const", const=PEOPLE, default=SPEAKERS, help="voices like people's"
    )
    parser.add_argument("--wrong", action="store_true", help="print every line that led to a wrong node")
    parser.add_argument("--fit", action="store_true", help="print the calibration of confidence that fits this run")
    add_options(parser)
    return parser.parse_args()


def chosen(assistant: Assistant, files: Sequence[Path], count: int) -> list[Labelled]:
    """Lines that are not in the tuning text and hold no word that neither the stock model nor the guide knows."""
    tuned_to = {" ".join(words(phrase.text)) for phrase in assistant.guide.phrases}
    vocabulary = Vocabulary.from_model(assistant.folders.models / SPEECH_MODEL)
    terms = taught_words(assistant.guide)
    picked: list[Labelled] = []
    for path in files:
        usable = []
        for line in read(path):
            said = words(line.text)
            known = all(word in vocabulary or word in terms for word in said)
            if known and 0 < len(said) <= _LONGEST and " ".join(said) not in tuned_to:
                usable.append(line)
        picked += random.Random(7).sample(usable, min(len(usable), -(-count // len(files))))
    return picked


def measure(
    system: str,
    assistant: Assistant,
    lines: list[Labelled],
    given: argparse.Namespace,
    scores: Scores,
    sure: list[Sure],
) -> None:
    """Let one recogniser hear everything."""
    ear = Ear(make(system, assistant), assistant, sure, shows_wrong=given.wrong)
    step = _SPHINX_SHARE if system == SPHINX else 1
    for condition in given.conditions if system == TUNED else given.peer_conditions:
        for index in range(0, len(lines), step):
            who = speaker(index, given.voices)
            counted = [scores[system, condition]]
            if condition.endswith("dB"):
                counted.append(scores[system, f"{condition}, {KINDS[index % len(KINDS)]}"])
            if given.by_voice:
                counted.append(scores[system, f"{condition}, {who.name}"])
            ear.hear(lines[index], who, condition, index, counted)
    if system in (TUNED, STOCK):
        for index, text in enumerate(general_sentences()[: given.general]):
            talk = Labelled(text, ("fallback.out_of_scope", "fallback.not_in_guide", "fallback.not_heard"), "no", ())
            ear.hear(talk, speaker(index, given.voices), "clean", index, [scores[system, GENERAL]])


class Ear:
    """A recogniser, and what is made of what it hears."""

    def __init__(self, recogniser: Any, assistant: Assistant, sure: list[Sure], *, shows_wrong: bool) -> None:
        """`sure` gets the evidence of every transcript with words, and whether it led to the right node."""
        self._recogniser = recogniser
        self._assistant = assistant
        self._terms = guide_terms(assistant.guide)
        self._sure = sure
        self._shows_wrong = shows_wrong

    def hear(self, line: Labelled, who: Speaker, condition: str, index: int, scores: Sequence[Score]) -> None:
        """Hear one line, spoken by somebody amid some noise, and count it in all these scores."""
        sound = chunks(scene(say(line.text, who), condition, index))
        before_s = self._recogniser.processor_s
        transcript = transcribe(self._recogniser, sound)
        spent_s = self._recogniser.processor_s - before_s
        turn = self._assistant.new_conversation().hear(transcript)
        right = turn.understood.node_id in line.accepted
        if transcript.words:
            evidence = features(transcript.alternatives, transcript.words)
            self._sure.append(Sure(evidence, transcript.confidence, right))
        for score in scores:
            score.count_words(line.text, transcript.text, self._terms)
            score.count_turn(line, turn, sound_s=sound[-1].end_s, processor_s=spent_s)
        missed = line.urgent == "yes" and not turn.response.urgent
        if self._shows_wrong and (missed or not right):
            typed = self._assistant.new_conversation().hear(Transcript.typed(line.text)).understood.node_id
            heard = f"{transcript.text} → {turn.understood.node_id}; typed: {typed}"
            print(f"  {condition} | {who.name} | {line.text} | {heard}")


def report(scores: Scores, systems: Sequence[str]) -> None:
    """Print a table."""
    head = (
        "recogniser",
        "condition",
        "lines",
        "word errors",
        "guide terms",
        "right node",
        "warning signs",
        "processor",
    )
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    for (system, condition), score in scores.items():
        if system in systems and score.labelled:
            caught = f"{score.caught} of {score.warnings}" if score.warnings else ""
            cells = [system, condition, str(score.lines), f"{100 * score.word_error_rate:.1f} %"]
            cells += [
                "" if condition == GENERAL else f"{100 * score.term_recall:.1f} %",
                f"{100 * score.right / score.labelled:.1f} %",
            ]
            print("| " + " | ".join([*cells, caught, f"{score.cost:.3f}"]) + " |", flush=True)


def ratios(scores: Scores) -> None:
    """Print what tuning changes."""
    for (system, condition), tuned in scores.items():
        stock = scores.get((STOCK, condition))
        if system == TUNED and stock and stock.said:
            print(
                f"tuned / stock, {condition}: word errors {tuned.word_error_rate / max(1e-9, stock.word_error_rate):.2f}, "
                f"processor time {tuned.cost / max(1e-9, stock.cost):.2f}"
            )


def report_confidence(sure: list[Sure], *, fits: bool) -> None:
    """Print how often transcripts of each confidence led to the right node."""
    print("\n| said to be sure | transcripts | mean | right node |\n| --- | --- | --- | --- |")
    for low, high, count, mean, right in reliability(sure):
        print(f"| {low:.1f} to {high:.1f} | {count} | {100 * mean:.0f} % | {100 * right:.0f} % |")
    if fits:
        print(fit((one.evidence, one.right) for one in sure))


def memory(given: argparse.Namespace, assistant: Assistant) -> None:
    """Print how much resident memory each recogniser adds to a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.hearing.memory", str(assistant.folders.dialogs)]
    folders = {TUNED: tuned_folder(assistant)}
    for system in given.systems:
        folder = folders.get(system, assistant.folders.models / SPEECH_MODEL)
        done = subprocess.run([*command, str(folder), system], capture_output=True, text=True, check=True)
        print(f"memory that {system} adds: {done.stdout.strip()} MB")


if __name__ == "__main__":
    raise SystemExit(main())
