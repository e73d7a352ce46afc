"""What of a long utterance can be one thing that somebody said: others' talk that never ends is one long utterance, in
which everything is heard at some time. Pure.
"""

from __future__ import annotations

import math
from itertools import pairwise

from voice_assistant.types import Transcript

TOGETHER_S = 15.0
"""What is a sign together ("leg … blue") is said within this time."""
TOGETHER_WORDS = 10
"""So many words may stand between, however long that took: of 1,347 signs in five sets one needs more."""
_SPARSE = 1.0
"""Fewer words a second than this in what is longer than TOGETHER_S are scraps of several people's talk: of three or six
voices at once 0.2 to 0.6 words are heard, of two 2.5, of somebody near by 3 to 5, in noise too."""
_APART_S = 3.0
"""Of what somebody said no words lie further apart: in silence an utterance ends sooner, also one that is continued."""


def most_words_between(transcript: Transcript) -> float:
    """How many words may stand between the things that are a sign together, by how fast they were said; any number in
    what is typed or short.
    """
    if _lasted_s(transcript) <= TOGETHER_S:
        return math.inf
    return max(TOGETHER_WORDS, TOGETHER_S * _pace(transcript))


def scraps(transcript: Transcript) -> list[str]:
    """The words in runs that lie far apart, where there are few for so long a time; otherwise none.

    Of such an utterance only the best guess counts: others put words together that were said seconds apart.
    """
    words = transcript.words
    if not words or _lasted_s(transcript) <= TOGETHER_S or _pace(transcript) >= _SPARSE:
        return []
    runs = [[words[0].text]]
    for word, following in pairwise(words):
        if following.start_s - word.end_s > _APART_S:
            runs.append([])
        runs[-1].append(following.text)
    return [" ".join(run) for run in runs]


def _lasted_s(transcript: Transcript) -> float:
    return transcript.end_s - transcript.start_s


def _pace(transcript: Transcript) -> float:
    """Words a second."""
    return len(transcript.text.split()) / _lasted_s(transcript)
