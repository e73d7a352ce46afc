"""From a transcript to what is meant: red flags first, then commands and answers by context, then meaning and
spelling together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from voice_assistant.types import (
    Candidate,
    Context,
    Guide,
    Match,
    NoMatch,
    Reason,
    RedFlag,
    Sign,
    Slots,
    Transcript,
    Understood,
)
from voice_assistant.understanding.about import (
    asks_rather_than,
    is_elsewhere,
    is_other_leg_part,
    only_denies,
    only_wonders,
)
from voice_assistant.understanding.address import without_address
from voice_assistant.understanding.classifier import Classifier, Scored, softmax
from voice_assistant.understanding.compiled import Array, CompiledGuide
from voice_assistant.understanding.concepts import ConceptFinder, Findings
from voice_assistant.understanding.context import (
    CLOT,
    UNSURE,
    believes_command,
    chosen_by_place,
    closing_question,
    expected_bonus,
    named_for_it,
    outlook_asked,
    resolve,
)
from voice_assistant.understanding.embedding import Embedder
from voice_assistant.understanding.likeness import alike, in_doubt
from voice_assistant.understanding.red_flags import graver, red_flag, warning_concepts
from voice_assistant.understanding.repair import TermRepair
from voice_assistant.understanding.slots import DETAIL_CONCEPTS, find_slots, is_place_alone, spelled_words
from voice_assistant.understanding.text import normalise
from voice_assistant.understanding.thresholds import Thresholds
from voice_assistant.understanding.together import most_words_between, scraps
from voice_assistant.understanding.two_asked import TIMER, both, halves

LONGEST_WORD = 45
"""Letters of the longest word in English dictionaries."""
MOST_ALTERNATIVES = 8
"""How many of the recogniser's guesses are compared, each by its chance; red flags are looked for in all of them. With
three that count nearly alike 1,076 of 1,375 noisy lines led to the right node, so 1,091 (docs/understanding.md)."""
_UNLIKELY = -4.0
"""Natural log of the chance of a guess of which nothing is said."""
SURE_ELSEWHERE = 0.95
"""How sure a topic of the guide must be to be believed although another part of the body was named."""
_RATE_NODE = "control.faster"
"""Where a speed that was named by its number is handled."""
_SPELLING = "control.repeat"
"""Where "spell thrombosis" is handled, which tells of no clot."""
LEAST_COMMAND_SCORE = 0.6
"""How sure a command of the small grammar must be."""
HARDLY_REFUSED = 0.35
"""Below this, "does it work" is asked of the treatment that was talked about; "do they hurt" is not in the guide."""
ABOUT_ONESELF = ("cause.", "symptom.", "check.", "overview.")
"""Topics that are told of; what is told of a foot or of the front of the leg is not to be taken for one of them."""
ELSEWHERE = "fallback.out_of_scope"
"""Never what a leg that hurts is about, whatever else hurts besides."""
URGENT, CHECK = "care.urgent", "check.start"
_CLEARLY_TOLD = 0.7
"""How sure (0 to 1) a description is that is answered although a question follows it."""
NOT_SAYING_MORE = ("fallback.", "control.", "care.diagnosis")
"""What is understood by accident of somebody who only tells what is not there ("they looked and there's no clot")."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One utterance, read in all its alternatives."""

    findings: Findings
    scored: Scored
    nodes: Array
    facets: Array
    flag: RedFlag | None


class Interpreter:
    """Understands utterances. Pure: the same transcript and context always mean the same."""

    def __init__(
        self,
        guide: Guide,
        compiled: CompiledGuide,
        embedder: Embedder | None,
        thresholds: Thresholds = Thresholds(),
    ) -> None:
        self._guide = guide
        self._finder = ConceptFinder(guide.concepts)
        self._repair = TermRepair(guide.terms)
        self._classifier = Classifier(compiled, embedder, self._finder.matter)
        self._thresholds = thresholds
        self._signs_of_warning = warning_concepts(guide.rules)
        self._labels = compiled.nodes.labels
        self._facets = compiled.facets.labels

    def understand(self, transcript: Transcript, context: Context = Context()) -> Understood:
        """What the transcript means in this context."""
        texts = self._texts(transcript)
        if not any(_is_word(word) for guess in _guesses(transcript) for word in guess.split()):
            return NoMatch(reason="not_heard", score=1.0)
        reading = self._read(texts, transcript)
        slots = find_slots(texts[0], reading.findings, context.expects)
        if reading.flag and reading.flag.level != "emergency" and all(spelled_words(text) for text in texts):
            return Match(_SPELLING, None, 1.0, slots=slots)
        if reading.flag is None:
            meant = self._plainly_meant(texts[0], slots, context)
        else:
            asked = (find_slots(text, self._finder.find(text)) for text in texts)
            meant = outlook_asked(asked, context, self._guide)
        understood = meant or self._decide(reading, texts[0], context)
        understood = self._called_by_a_name(understood, reading, texts[0], context)
        understood = self._second_ear(understood, reading, transcript, context)
        understood = self._about_the_topic(understood, texts[0], context)
        understood = self._asked_in_the_end(understood, reading, texts[0])
        understood = self._two_asked(understood, texts[0], slots, context)
        understood = self._as_a_duration(understood, reading, context)
        signs = tuple(
            Sign(mention.concept, not mention.denied, mention.words)
            for mention in reading.findings.mentions
            if not mention.concept.startswith(DETAIL_CONCEPTS) and not mention.unsure
        )
        return replace(understood, signs=signs, slots=slots)

    def _plainly_meant(self, text: str, slots: Slots, context: Context) -> Understood | None:
        """What the details alone say: how fast to speak, for how long, or which one of those that were offered."""
        if slots.rate_wpm is not None:
            return Match(_RATE_NODE, None, 1.0)
        if context.expects == "duration" and slots.duration_s and slots.action is None:
            return Match(TIMER, None, 1.0)
        if slots.action != "left" and (chosen := chosen_by_place(slots, context)):
            return Match(chosen, None, 1.0)
        # A place in no list that is known here: the conversation says so.
        return NoMatch("not_heard", 1.0) if is_place_alone(text) else None

    def _second_ear(
        self, understood: Understood, reading: _Reading, transcript: Transcript, context: Context
    ) -> Understood:
        """The command that the same sound is by the small grammar, where the open words make less sense."""
        if not transcript.command or reading.flag or not believes_command(understood, transcript, context):
            return understood
        command = self.understand(Transcript.typed(transcript.command), context)
        is_clear = command.node_id.startswith("control.") and command.score >= LEAST_COMMAND_SCORE
        return command if is_clear else understood

    def _called_by_a_name(self, understood: Understood, reading: _Reading, text: str, context: Context) -> Understood:
        """The command beside what the assistant is called ("zip it robot"), where the whole is no clear one."""
        if reading.flag or (isinstance(understood, Match) and understood.red_flag):
            return understood
        if understood.node_id.startswith("control.") and understood.score >= LEAST_COMMAND_SCORE:
            return understood
        command = without_address(text, self._guide.listening)
        if command is None:
            return understood
        meant = self._decide(self._read([command], Transcript.typed(command)), command, context)
        is_clear = meant.node_id.startswith("control.") and meant.score >= LEAST_COMMAND_SCORE
        return meant if is_clear else understood

    def _as_a_duration(self, understood: Understood, reading: _Reading, context: Context) -> Understood:
        """While a duration is waited for, what hardly makes sense is one that was not understood ("three days")."""
        if context.expects != "duration" or not isinstance(understood, Match) or understood.red_flag:
            return understood
        is_clear = understood.score >= UNSURE or understood.node_id == TIMER or reading.findings.has("leg", "pain")
        return understood if is_clear else NoMatch("not_heard", understood.score, phrase=understood.phrase)

    def _about_the_topic(self, understood: Understood, text: str, context: Context) -> Understood:
        """What a short question that made no sense means with the topic's name for "it" ("can I prevent that")."""
        if isinstance(understood, Match) and understood.red_flag:
            return understood
        named = named_for_it(understood, text, context, self._guide)
        meant = self.understand(Transcript.typed(named.text)) if named else None
        if named is None or not isinstance(meant, Match) or meant.node_id != named.node_id:
            return understood
        tells_a_part = meant.facet not in (None, "summary", "description")
        tells_of_care = meant.facet is None and understood.score < HARDLY_REFUSED
        return meant if (tells_a_part or tells_of_care) and meant.score >= named.least_score else understood

    def _asked_in_the_end(self, understood: Understood, reading: _Reading, text: str) -> Understood:
        """The question that a story ends with, where the whole made hardly any sense or only told what is not there."""
        if reading.flag or only_wonders(reading.findings):
            return understood
        makes_no_sense = (
            understood.reason == "not_heard" if isinstance(understood, NoMatch) else understood.score < UNSURE
        )
        is_unsure = isinstance(understood, Match) and understood.score < _CLEARLY_TOLD
        denies = only_denies(reading.findings, self._signs_of_warning)
        tells_nothing = understood.node_id == CHECK and (denies or is_unsure)
        question = closing_question(text, self._guide.listening) if makes_no_sense or tells_nothing else None
        if question is None:
            return understood
        meant = self._part(question, Context())
        is_topic = isinstance(meant, Match) and not meant.node_id.startswith("control.") and meant.score >= UNSURE
        return meant if is_topic else understood

    def _two_asked(self, understood: Understood, text: str, slots: Slots, context: Context) -> Understood:
        """Both of two questions in one breath, where nothing is waited for and no warning sign was told."""
        if context.expects not in (None, "more") or (isinstance(understood, Match) and understood.red_flag):
            return understood
        asked = halves(text, self._guide.listening)
        if asked is None:
            return understood
        first, second = self._part(asked[0], context), self._part(asked[1], Context())
        return both(understood, first, second, slots)

    def _part(self, text: str, context: Context) -> Understood:
        """What a part of the utterance means by itself."""
        meant = self._decide(self._read([text], Transcript.typed(text)), text, context)
        return self._about_the_topic(meant, text, context)

    def warning(self, text: str) -> RedFlag | None:
        """Only look for warning signs: quick enough for every partial transcript."""
        return red_flag(self._find(text), self._guide.rules)

    def _find(self, text: str) -> Findings:
        return self._finder.find(self._repair.repair(normalise(text)))

    def _texts(self, transcript: Transcript) -> list[str]:
        """The alternatives as normalised text with terms put right, best first, each once."""
        return list(dict.fromkeys(self._repair.repair(normalise(guess)) for guess in _guesses(transcript)))

    def _read(self, texts: list[str], transcript: Transcript) -> _Reading:
        findings = [self._finder.find(text) for text in texts]
        compared = findings[:MOST_ALTERNATIVES]
        scored = self._classifier.score(compared)
        weights = _alternative_weights(transcript, len(compared))
        return _Reading(
            findings=findings[0],
            scored=scored[0],
            nodes=np.average([one.nodes for one in scored], axis=0, weights=weights),
            facets=np.average([one.facets for one in scored], axis=0, weights=weights),
            flag=self._flag(findings, transcript),
        )

    def _flag(self, findings: list[Findings], transcript: Transcript) -> RedFlag | None:
        """The gravest warning sign in any of the guesses; of scraps of others' talk, in what was said in one go."""
        most_between = most_words_between(transcript)
        flag: RedFlag | None = None
        for one in [self._find(run) for run in scraps(transcript)] or findings:
            flag = graver(flag, red_flag(one, self._guide.rules, most_between))
        return flag

    def _decide(self, reading: _Reading, text: str, context: Context) -> Understood:
        margins = reading.nodes + expected_bonus(self._labels, text, context, self._guide.listening)
        scores = softmax(margins, self._thresholds.sharpness)
        ranked = [self._candidate(index, scores, reading) for index in np.argsort(-scores)[:8]]
        likeness = float(scores[self._labels.index(URGENT)])
        flag = reading.flag or alike(reading.findings, likeness, self._thresholds.urgent_score)
        if flag:
            return self._urgent(reading, ranked, flag)
        understood = self._without_warning(reading, ranked, text, context)
        flag = in_doubt(reading.findings, likeness, _taken_for(understood), self._signs_of_warning)
        return self._urgent(reading, ranked, flag) if flag else understood

    def _without_warning(self, reading: _Reading, ranked: list[Candidate], text: str, context: Context) -> Understood:
        ranked = [candidate for candidate in ranked if candidate.node_id != URGENT]
        if reading.findings.has("leg") and reading.findings.has("pain"):
            ranked = [candidate for candidate in ranked if candidate.node_id != ELSEWHERE]
        ranked = resolve(
            ranked,
            text,
            context,
            self._guide.listening,
            self._facet(reading),
            reading.findings.has("leg", "pain"),
        )
        best = ranked[0]
        if context.expects is None and self._tells_what_is_not_there(reading.findings, best):
            told = replace(best, node_id=CHECK, facet=None)
            return Match(CHECK, None, told.score, self._phrase(reading, told), runner_up=best)
        if best.node_id.startswith("fallback."):
            return self._refusal(reading, best)
        reason = self._doubt(reading.findings, best)
        if reason:
            return NoMatch(reason, best.score, best, self._phrase(reading, best))
        return self._match(reading, ranked)

    def _tells_what_is_not_there(self, findings: Findings, best: Candidate) -> bool:
        """Whether warning signs are denied, or not known, and nothing else is understood, but for a clear "no"."""
        plain_no = best.node_id == "control.no" and best.score >= LEAST_COMMAND_SCORE
        unsure = best.score < self._thresholds.least_score
        by_accident = (best.node_id.startswith(NOT_SAYING_MORE) or unsure) and not plain_no
        nothing_there = only_denies(findings, self._signs_of_warning) or only_wonders(findings)
        return by_accident and nothing_there and not findings.has("other_matter")

    def _doubt(self, findings: Findings, best: Candidate) -> Reason | None:
        """Why the best candidate is not to be believed; None when it is."""
        elsewhere = findings.has("other_matter") or (is_elsewhere(findings) and best.score < SURE_ELSEWHERE)
        if elsewhere and not best.node_id.startswith("control."):
            return "out_of_scope"
        if best.node_id.startswith(ABOUT_ONESELF) and is_other_leg_part(findings):
            return "not_in_guide"
        if reason := asks_rather_than(findings, best):
            return reason
        if best.score < self._thresholds.least_score:
            return "not_in_guide" if findings.has("leg") else "not_heard"
        if best.score < self._thresholds.in_scope_score and not findings.has("leg", "pain"):
            return "out_of_scope"
        return None

    def _match(self, reading: _Reading, ranked: list[Candidate]) -> Match:
        best, second = ranked[0], ranked[1]
        close = [
            candidate.node_id
            for candidate in ranked[1:3]
            if candidate.score >= self._thresholds.close_call * best.score
            and not candidate.node_id.startswith(("control.", "fallback."))
        ]
        can_ask = close and not best.node_id.startswith("control.")
        return Match(
            node_id=best.node_id,
            facet=best.facet,
            score=best.score,
            phrase=self._phrase(reading, best),
            runner_up=second,
            choices=(best.node_id, *close) if can_ask else (),
        )

    def _urgent(self, reading: _Reading, ranked: list[Candidate], flag: RedFlag) -> Match:
        """Urgent care, or the clot or swelling topic itself where it was asked about: these answers are urgent too."""
        best = ranked[0]
        informed = {CLOT} if flag.rule == "blood_clot" else set()
        topic = next((one for one in ranked[:3] if one.node_id in informed and one.score > 0.2), None)
        node_id = topic.node_id if topic else URGENT
        facet = topic.facet if topic else None
        candidate = topic or Candidate(URGENT, None, max(best.score if best.node_id == URGENT else 0.0, 0.9))
        return Match(
            node_id=node_id,
            facet=facet,
            score=candidate.score,
            phrase=self._phrase(reading, candidate),
            runner_up=next((one for one in ranked if one.node_id != node_id), None),
            red_flag=flag,
        )

    def _refusal(self, reading: _Reading, best: Candidate) -> NoMatch:
        reason = cast(Reason, best.node_id.removeprefix("fallback."))
        if reason == "not_in_guide" and (reading.findings.has("other_matter") or is_elsewhere(reading.findings)):
            reason = "out_of_scope"
        return NoMatch(reason, best.score, best, self._phrase(reading, best))

    def _candidate(self, index: int, scores: Array, reading: _Reading) -> Candidate:
        node_id = self._labels[int(index)]
        facet = self._facet(reading) if node_id.startswith("cause.") else None
        return Candidate(node_id, facet, float(scores[int(index)]))

    def _facet(self, reading: _Reading) -> str:
        return self._facets[int(reading.facets.argmax())]

    def _phrase(self, reading: _Reading, candidate: Candidate) -> str:
        return self._classifier.nearest_phrase(reading.scored.vector, candidate.node_id)


def _taken_for(understood: Understood) -> str:
    """What it was understood as; a description also where it is not sure enough to count as heard."""
    if isinstance(understood, NoMatch) and understood.reason == "not_heard" and understood.best is not None:
        return CHECK if understood.best.node_id == CHECK else understood.node_id
    return understood.node_id


def _guesses(transcript: Transcript) -> list[str]:
    return [transcript.text, *(alternative.text for alternative in transcript.alternatives)]


def _is_word(text: str) -> bool:
    """Whether it could be a word of any language: with a letter, and not endless."""
    return len(text) <= LONGEST_WORD and any(letter.isalpha() for letter in text)


def _alternative_weights(transcript: Transcript, count: int) -> Array:
    """How much each guess counts, by its score below the best one."""
    scores = [alternative.score for alternative in transcript.alternatives[:count]]
    scores += [_UNLIKELY] * (count - len(scores))
    scores[0] = 0.0
    return np.asarray(np.exp(scores), dtype=np.float32)
