"""A turn as a JSON object and as lines to be read. The JSON keys are a stable interface, described in the README."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from voice_assistant.cli.console import Console
from voice_assistant.types import Candidate, Match, RedFlag, Response, Sentence, Sign, Transcript, Turn, Understood

FACETS = ("summary", "symptoms", "causes", "treatment", "diagnosis", "prevention", "outlook")
"""What a person can ask of a topic. Other facets are the program's own and are given as null."""


def turn_object(turn: Turn, *, why: bool = False) -> dict[str, object]:
    """The keys that every command gives; with `why` also those that explain."""
    understood = turn.understood
    result: dict[str, object] = {
        "heard": turn.transcript.text,
        "node": understood.node_id,
        "facet": _facet(understood.facet) if isinstance(understood, Match) else None,
        "score": _share(understood.score),
        "urgent": turn.response.urgent,
        "sentences": [_sentence(sentence) for sentence in turn.response.sentences],
        "ms": _milliseconds(turn.timings_ms),
    }
    return {**result, **_reasons(turn)} if why else result


def recording_object(file: Path | str, turn: Turn) -> dict[str, object]:
    """The keys of a turn that was heard in a recording."""
    return {
        "file": str(file),
        **turn_object(turn),
        "alternatives": [
            {"text": guess.text, "score": round(guess.score, 3)} for guess in turn.transcript.alternatives
        ],
        "confidence": _share(turn.transcript.confidence),
    }


def show_turn(console: Console, turn: Turn, *, why: bool = False) -> None:
    """What was heard, what was understood and what is said."""
    show_understood(console, turn)
    if why:
        _show_reasons(console, turn)
    show_response(console, turn.response, why=why)


def show_heard(console: Console, transcript: Transcript) -> None:
    """The words of a person."""
    console.item("You", transcript.text or "(nothing that could be made out)", "bold")


def show_understood(console: Console, turn: Turn) -> None:
    """The words of a person and the node that they mean."""
    show_heard(console, turn.transcript)
    understood = turn.understood
    facet = _facet(understood.facet) if isinstance(understood, Match) else None
    parts = [understood.node_id, *([facet] if facet else []), f"{_share(understood.score):.2f}"]
    if turn.response.urgent:
        parts.append("URGENT")
    console.item("Understood", " · ".join(parts), "bold red" if turn.response.urgent else "cyan")


def show_response(console: Console, response: Response, *, why: bool = False) -> None:
    """All sentences of a response, with `why` each with where its facts come from."""
    for index, sentence in enumerate(response.sentences):
        show_sentence(console, sentence, urgent=response.urgent, is_first=index == 0, why=why)
    if not response.sentences:
        console.item("Assistant", f"(says nothing: {', '.join(response.actions) or 'nothing to say'})", "dim")


def show_sentence(
    console: Console, sentence: Sentence, *, urgent: bool = False, is_first: bool = True, why: bool = False
) -> None:
    """One sentence of the assistant."""
    text = f"{sentence.text}  [{sentence.source}]" if why else sentence.text
    console.item("Assistant" if is_first else " ", text, "bold red" if urgent else "green")


def _reasons(turn: Turn) -> dict[str, object]:
    understood = turn.understood
    flag = understood.red_flag if isinstance(understood, Match) else None
    return {
        "phrase": understood.phrase,
        "runner_up": _candidate(_runner_up(understood)),
        "red_flag": _flag(flag),
        "signs": [_sign(sign) for sign in understood.signs],
    }


def _show_reasons(console: Console, turn: Turn) -> None:
    understood = turn.understood
    runner_up = _runner_up(understood)
    if understood.phrase:
        console.item("Nearest", f"“{understood.phrase}”", "dim")
    if runner_up:
        facet = _facet(runner_up.facet)
        where = " · ".join([runner_up.node_id, *([facet] if facet else []), f"{_share(runner_up.score):.2f}"])
        console.item("Runner-up", where, "dim")
    if isinstance(understood, Match) and understood.red_flag:
        flag = understood.red_flag
        console.item("Red flag", f"{flag.rule} ({flag.level}) because of “{flag.words}”", "red")
    if understood.signs:
        told = [f"{'' if sign.present else 'no '}{sign.name} (“{sign.words}”)" for sign in understood.signs]
        console.item("Signs", ", ".join(told), "dim")
    stages = [f"{stage} {spent:.1f} ms" for stage, spent in turn.timings_ms.items()]
    console.item("Took", ", ".join(stages), "dim")


def _runner_up(understood: Understood) -> Candidate | None:
    """What else might have been meant."""
    other = understood.runner_up if isinstance(understood, Match) else understood.best
    return None if other is None or other.node_id == understood.node_id else other


def _facet(facet: str | None) -> str | None:
    return facet if facet in FACETS else None


def _share(value: float) -> float:
    """0 to 1."""
    return round(min(max(float(value), 0.0), 1.0), 4)


def _milliseconds(timings_ms: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(float(spent), 2) for stage, spent in timings_ms.items()}


def _sentence(sentence: Sentence) -> dict[str, str]:
    return {"text": sentence.text, "source": sentence.source}


def _candidate(candidate: Candidate | None) -> dict[str, object] | None:
    if candidate is None:
        return None
    return {"node": candidate.node_id, "facet": _facet(candidate.facet), "score": _share(candidate.score)}


def _flag(flag: RedFlag | None) -> dict[str, str] | None:
    return None if flag is None else {"rule": flag.rule, "level": flag.level, "words": flag.words}


def _sign(sign: Sign) -> dict[str, object]:
    return {"name": sign.name, "present": sign.present, "words": sign.words}
