"""How long to wait in silence before an utterance counts as finished, by what was understood of it so far.

People pause inside sentences, mostly below 0.5 s, sometimes for 1 to 1.5 s (Campione & Véronis 2002); a finished
question should be answered at once. What tells them apart best is how known phrases end (understanding/endings.py);
benchmarks/latency and benchmarks/conversation show what both cost.
"""

from __future__ import annotations

from collections.abc import Iterable

from voice_assistant.types import Context, Match, Understood
from voice_assistant.understanding import Endings

SHORTEST_S = 0.26
"""A little longer than the closure of a stop consonant in slow speech."""
COMMAND_S = 0.34
"""At most, after a command that is not one of the known phrases."""
UNSURE_S = 0.85
"""While nothing has been understood yet."""
TRAILING_S = 1.0
"""After a word on which hardly any sentence ends ("it hurts behind the")."""
LEAST_OF_TRAILING = 0.1
"""So likely the end is a word like "be" or "it" no longer trails ("how cold should it be")."""
KNOWN_S = 0.7
"""At most, after a known phrase that is oftener the beginning of another ("ice")."""
DESCRIPTION_S = 0.42
"""Who tells a story has seldom told all of it."""
REFUSED_S, SURELY_REFUSED_S = 0.38, 0.3
"""What is about something else may still come to the point, but seldom does, least when it is long and sure."""
LADDER = ((0.45, 0.26), (0.28, 0.3), (0.15, 0.4), (0.1, 0.54), (0.05, 0.7), (0.0, 0.95))
"""How likely the words so far are all (at least), and how long (s) to wait then; the likeliest first. Of 351 lines and
all their beginnings the steps are reached by 56, 79, 94, 96 and 99 % of the lines and 8, 16, 28, 37 and 51 % of the
beginnings."""
SURE_LADDER = ((0.45, 0.26), (0.28, 0.28), (0.15, 0.34), (0.1, 0.48), (0.05, 0.7), (0.0, 0.95))
"""The same for words that are many and understood well."""
FEW_S = 0.38
"""After fewer words, unless they are a command: "which test" is said more often at the beginning than alone."""
_MANY_WORDS = 5
_RATHER_SURE, _SURE = 0.4, 0.9


class Patience:
    """Decides from words alone; for any thread.

    phrases: what people are known to say, and endings: how that ends. unfinished: words after which a sentence is
    hardly over.
    """

    def __init__(self, phrases: Iterable[str], unfinished: frozenset[str], endings: Endings) -> None:
        self._endings = endings
        self._whole = frozenset(phrases)
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
        if words[-1] in self._unfinished and likely < LEAST_OF_TRAILING:
            return TRAILING_S
        is_many = len(words) >= _MANY_WORDS
        is_sure = is_many and understood.score >= _SURE
        wait_s = next(wait_s for least, wait_s in (SURE_LADDER if is_sure else LADDER) if likely >= least)
        if text in self._whole:
            wait_s = min(wait_s, KNOWN_S)
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
