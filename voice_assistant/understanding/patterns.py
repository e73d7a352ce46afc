"""The small pattern language of dialogs/signs.yaml, as regular expressions.

Words in order; `*` at a word's end for any ending; `...` for up to three words in between; `(a|b c)` for one of several;
`[a]` for what may be left out; `<name>` for any pattern of another concept; a leading `!` for an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voice_assistant.types import Concept, GuideError

_TOKEN = re.compile(r"\.\.\.|[()\[\]|]|<[a-z_]+>|[\w'%]+\*?|\*")
_GAP_WORDS = 3
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class CompiledConcept:
    """A concept ready to be looked for."""

    name: str
    label: str
    found: re.Pattern[str]
    excepted: re.Pattern[str] | None


def compile_concepts(concepts: Mapping[str, Concept], needed: Iterable[str] = ()) -> tuple[CompiledConcept, ...]:
    """Compile every concept. The expressions expect text that begins with a space.

    Raises:
        GuideError: an entry of `needed` is missing, or a pattern is not well formed, names an unknown concept or goes in
            circles; the text names the concept.
    """
    for name in needed:
        if name not in concepts:
            raise GuideError(f"signs.yaml: the entry {name} is missing; the program cannot tell what is denied without it.")
    return tuple(_compile(concept, concepts) for concept in concepts.values())


def _compile(concept: Concept, concepts: Mapping[str, Concept]) -> CompiledConcept:
    found = [pattern for pattern in concept.patterns if not pattern.startswith("!")]
    excepted = [pattern[1:] for pattern in concept.patterns if pattern.startswith("!")]
    try:
        return CompiledConcept(
            name=concept.name,
            label=concept.label,
            found=re.compile(_any_of(found, concepts, 0)),
            excepted=re.compile(_any_of(excepted, concepts, 0)) if excepted else None,
        )
    except (re.error, KeyError, RecursionError) as error:
        raise GuideError(f"signs.yaml, {concept.name}: a pattern cannot be read ({error}); see the top of the file.") from error


def _gap(concepts: Mapping[str, Concept], depth: int) -> str:
    """Up to three words of which none denies, so that "leg's not numb" does not hold "leg … numb"."""
    guard = f"(?!{_any_of(list(concepts['denial'].patterns), concepts, depth + 1)})" if "denial" in concepts else ""
    return rf"(?:{guard}\s+\S+){{0,{_GAP_WORDS}}}?"


def _any_of(patterns: list[str], concepts: Mapping[str, Concept], depth: int) -> str:
    return "(?:" + "|".join(_expression(pattern, concepts, depth) for pattern in patterns) + ")"


def _expression(pattern: str, concepts: Mapping[str, Concept], depth: int) -> str:
    """Turn one pattern into a regular expression in which every word takes the white space before it along."""
    if depth > _DEEPEST:
        raise RecursionError("entries refer to each other in a circle")
    out: list[str] = []
    for token in _TOKEN.findall(pattern):
        if token == "...":
            out.append(_gap(concepts, depth))
        elif token in "([":
            out.append("(?:")
        elif token in "|)":
            out.append(token)
        elif token == "]":
            out.append(")?")
        elif token.startswith("<"):
            inner = [one for one in concepts[token[1:-1]].patterns if not one.startswith("!")]
            out.append(_any_of(inner, concepts, depth + 1))
        elif token.endswith("*"):
            out.append(r"\s+" + re.escape(token[:-1]) + r"\S*")
        else:
            out.append(r"\s+" + re.escape(token) + r"(?!\S)")
    return "".join(out)
