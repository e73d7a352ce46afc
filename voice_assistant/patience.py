"""How long to wait in silence before an utterance counts as finished, by what was understood of it so far.

People pause inside sentences, mostly below 0.5 s, sometimes for 1 to 1.5 s (Campione & Véronis 2002); a finished
question should be answered at once. What tells them apart best is how known phrases end: "what is a baker's cyst" is
often the end of what people say, "what is a baker's" never (benchmarks/latency and benchmarks/conversation show what
both cost).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from voice_assistant.types import Context, Match, Understood

SHORTEST_S = 0.26
"""A little longer than the closure of a stop consonant in slow speech."""
COMMAND_S = 0.34
"""At most, after a command that is not one of the known phrases."""
UNSURE_S = 0.85
TRAILING_S = 1.0
DESCRIPTION_S = 0.52
"""Who tells a story has seldom told all of it."""
REFUSED_S, SURELY_REFUSED_S = 0.38, 0.3
"""What is about something else may still come to the point, but seldom does, least when it is long and sure."""
LADDER = ((0.3, 0.26), (0.2, 0.3), (0.12, 0.4), (0.06, 0.54), (0.0, 0.76))
"""How likely the words so far are all (at least), and how long (s) to wait then; the likeliest first."""
SURE_LADDER = ((0.3, 0.26), (0.2, 0.28), (0.12, 0.34), (0.06, 0.48), (0.0, 0.76))
"""The same for words that are many and understood well: of 324 held-out lines and all their beginnings, the third step
is reached by 7.4 % of the lines and 1.7 % of the beginnings."""
FEW_S = 0.38
"""After fewer words, unless they are a command: "which test" is said more often at the beginning than alone (the
likeliest step is reached by 4.3 % of the lines and 5.5 % of the beginnings)."""
_MANY_WORDS = 5
_RATHER_SURE, _SURE = 0.4, 0.9
_PRIOR = 0.12
"""One word in eight ends a phrase."""
_PRIOR_WEIGHT = 4.0
_LEAST_SEEN = 2
_START = "<s>"


class Endings:
    """How likely an utterance ends after its last two words, counted in known phrases and smoothed."""

    def __init__(self, phrases: Iterable[str]) -> None:
        seen: Counter[tuple[str, ...]] = Counter()
        ended: Counter[tuple[str, ...]] = Counter()
        for phrase in phrases:
            words = (_START, *phrase.split())
            for at in range(1, len(words)):
                histories = ((words[at],), words[at - 1 : at + 1])
                seen.update(histories)
                if at == len(words) - 1:
                    ended.update(histories)
        self._counts = {key: (ended[key], count) for key, count in seen.items() if count >= _LEAST_SEEN}

    def likelihood(self, words: list[str]) -> float:
        """0 to 1; 0 without words."""
        if not words:
            return 0.0
        likely = _PRIOR
        for history in ((words[-1],), tuple((_START, *words)[-2:])):
            ended, seen = self._counts.get(history, (0, 0))
            likely = (ended + _PRIOR_WEIGHT * likely) / (seen + _PRIOR_WEIGHT)
        return likely


class Patience:
    """Decides from words alone; for any thread.

    phrases: what people are known to say. unfinished: words after which a sentence is hardly over.
    """

    def __init__(self, phrases: Iterable[str], unfinished: frozenset[str]) -> None:
        known = tuple(phrases)
        self._endings = Endings(known)
        self._whole = frozenset(known)
        self._unfinished = unfinished

    def seconds(self, text: str, understood: Understood, context: Context) -> float:
        """How much silence to wait for after `text`."""
        words = text.split()
        if not words:
            return UNSURE_S
        is_command = understood.node_id.startswith("control.") and understood.score >= _RATHER_SURE
        likely = self._endings.likelihood(words)
        is_whole = text in self._whole or likely >= LADDER[1][0]
        if _is_expected_answer(understood, context) or (is_command and is_whole):
            return SHORTEST_S
        if words[-1] in self._unfinished and likely < LADDER[0][0]:
            return TRAILING_S
        is_many = len(words) >= _MANY_WORDS
        is_sure = is_many and understood.score >= _SURE
        wait_s = next(wait_s for least, wait_s in (SURE_LADDER if is_sure else LADDER) if likely >= least)
        if is_command and understood.score >= _SURE:
            return min(wait_s, COMMAND_S)
        if understood.score < _RATHER_SURE or (isinstance(understood, Match) and understood.facet == "description"):
            return max(wait_s, DESCRIPTION_S)
        if not is_many:
            return max(wait_s, FEW_S)
        if not isinstance(understood, Match):
            return max(wait_s, SURELY_REFUSED_S if is_sure else REFUSED_S)
        return wait_s


def _is_expected_answer(understood: Understood, context: Context) -> bool:
    """A bare yes or no to a question that was asked."""
    is_answer = isinstance(understood, Match) and understood.node_id in {"control.yes", "control.no"}
    return is_answer and context.expects == "yes_no" and understood.score >= _RATHER_SURE and not understood.signs
