"""Whether somebody spoke over the assistant, or it heard itself. Pure.

Its own voice comes back through the room, half misheard. What it has just spoken is taken away first, word by word and
by time; what is left must make sense.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice_assistant.types import Alternative, Context, Listening, Match, Transcript, Understood
from voice_assistant.understanding.echo import foreign_words, words_of

LEAST_SCORE = 0.6
"""How sure the understanding of an interjection must be: fragments of its own sentences rarely come near."""
LEAST_SCORE_OF_FEW = 0.8
"""The same for fewer words than _FEW_WORDS, which its own voice makes more easily."""
_FEW_WORDS = 3


def without_echo(text: str, spoken: Sequence[str]) -> str:
    """The words of somebody else, where these words were `spoken` by the assistant at about that time."""
    if not spoken:
        return text
    words = words_of(text)
    return " ".join(words[index] for index in foreign_words(words, spoken))


def transcript_without_echo(transcript: Transcript, spoken: Sequence[str]) -> Transcript:
    """The transcript of what somebody else said; also in its other guesses, each once."""
    if not spoken:
        return transcript
    text = without_echo(transcript.text, spoken)
    guesses = [replace(one, text=without_echo(one.text, spoken)) for one in transcript.alternatives]
    kept = {guess.text: guess for guess in reversed(guesses) if guess.text and guess.text != text}
    others = tuple(sorted(kept.values(), key=lambda guess: -guess.score))
    alternatives = (Alternative(text, 0.0), *others) if text else others
    heard = [word.text for word in transcript.words]
    words = tuple(transcript.words[index] for index in foreign_words(heard, spoken))
    start_s = words[0].start_s if words else transcript.start_s
    return replace(transcript, text=text, alternatives=alternatives, words=words, start_s=start_s)


def is_interjection(text: str, understood: Understood, listening: Listening, context: Context) -> bool:
    """Whether words that are not the assistant's own are somebody's word to it.

    A command needs to be clear, and of words that are commands when it is short; anything else needs to be clearer the
    shorter it is. A warning sign that a rule found always counts.
    """
    words = text.split()
    if not words or (len(words) == 1 and text not in listening.over_speech):
        return False
    if understood.node_id in {"control.yes", "control.no"}:
        return context.expects in {"yes_no", "more"} and all(word in listening.over_speech for word in words)
    if isinstance(understood, Match) and understood.red_flag is not None:
        return understood.red_flag.rule != "likeness"
    if not isinstance(understood, Match):
        return False
    if understood.node_id.startswith("control."):
        is_plain = text in listening.commands or any(word in listening.over_speech for word in words)
        return understood.score >= LEAST_SCORE and (is_plain or len(words) >= _FEW_WORDS)
    return understood.score >= (LEAST_SCORE if len(words) >= _FEW_WORDS else LEAST_SCORE_OF_FEW)


def is_clear_so_far(text: str, understood: Understood, listening: Listening, context: Context) -> bool:
    """Whether words that may still change are worth holding one's breath for."""
    is_command = understood.node_id.startswith("control.")
    is_long = len(text.split()) >= _FEW_WORDS or (isinstance(understood, Match) and understood.red_flag is not None)
    return (is_command or is_long) and is_interjection(text, understood, listening, context)


def is_continuation(first: Understood, whole: Understood) -> bool:
    """Whether what came after a pause goes on with the question before it.

    It does when both parts together mean something clear, and something else than the first alone.
    """
    if isinstance(whole, Match) and whole.red_flag is not None and whole.red_flag.rule != "likeness":
        return not (isinstance(first, Match) and first.red_flag is not None)
    if not isinstance(whole, Match) or whole.score < LEAST_SCORE:
        return False
    if not isinstance(first, Match):
        return True
    told = {sign.name for sign in whole.signs} - {sign.name for sign in first.signs}
    return (whole.node_id, whole.facet) != (first.node_id, first.facet) or bool(told)


def has_same_sign(understood: Understood, before: Understood) -> bool:
    """Whether the warning is the one that is being answered already: its answer does not begin again."""
    flags = [one.red_flag for one in (understood, before) if isinstance(one, Match) and one.red_flag]
    return len(flags) == 2 and flags[0].rule == flags[1].rule
