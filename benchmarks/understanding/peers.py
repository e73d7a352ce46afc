"""Other ways to understand the same phrases: nearest phrase (RapidFuzz), exact templates (hassil), patterns
(padacioso)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from benchmarks.understanding.labelled import Answered
from voice_assistant.types import Guide

Peer = Callable[[str], Answered]
_URGENT = {"care.urgent", "cause.deep_vein_thrombosis"}


def nearest_phrase(guide: Guide) -> Peer:
    """The phrase with the highest token_sort_ratio; below 60 of 100 it refuses."""
    from rapidfuzz import fuzz, process

    texts = [phrase.text for phrase in guide.phrases]

    def ask(text: str) -> Answered:
        found = process.extractOne(text, texts, scorer=fuzz.token_sort_ratio, score_cutoff=60)
        if found is None:
            return Answered("fallback.out_of_scope")
        phrase = guide.phrases[found[2]]
        return Answered(phrase.node_id, phrase.facet, phrase.node_id in _URGENT)

    return ask


def exact_templates(guide: Guide) -> Peer:
    """hassil's recogniser over all phrases as sentence templates."""
    from hassil import Intents, recognize

    by_intent: dict[str, list[str]] = defaultdict(list)
    for phrase in guide.phrases:
        by_intent[f"{phrase.node_id}|{phrase.facet or ''}"].append(phrase.text)
    data = {name: {"data": [{"sentences": texts}]} for name, texts in by_intent.items()}
    intents = Intents.from_dict({"language": "en", "intents": data})

    def ask(text: str) -> Answered:
        found = recognize(text, intents)
        return _named(found.intent.name) if found else Answered("fallback.out_of_scope")

    return ask


def patterns(guide: Guide) -> Peer:
    """padacioso with one intent for each node and facet."""
    from padacioso import IntentContainer

    container = IntentContainer()
    by_intent: dict[str, list[str]] = defaultdict(list)
    for phrase in guide.phrases:
        by_intent[f"{phrase.node_id}|{phrase.facet or ''}"].append(phrase.text)
    for name, texts in by_intent.items():
        container.add_intent(name, texts)

    def ask(text: str) -> Answered:
        # `calc_intent` starts a pool of processes for every question and hands each all patterns: a minute a question with
        # thousands of phrases. This is what every one of these processes does, one intent after the other.
        found = [container._match(text, name, samples) for name, samples in container.intent_samples.items()]
        best = max((one for one in found if one), key=lambda one: float(one["conf"]), default=None)
        return _named(best["name"]) if best else Answered("fallback.out_of_scope")

    return ask


def _named(name: str) -> Answered:
    node_id, facet = name.split("|")
    return Answered(node_id, facet or None, node_id in _URGENT)
