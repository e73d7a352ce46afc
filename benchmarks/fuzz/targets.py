"""What is fuzzed. A target takes bytes and returns; whatever else comes of it than the error it allows is a find."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from voice_assistant.audio.wav import read_wav
from voice_assistant.dialogue import Dialogue
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.guide.tree import TreeError, read_tree
from voice_assistant.hearing.tuning.ngram_file import parse_ngram_file
from voice_assistant.kiosk.messages import BadMessage, Touched, read_message
from voice_assistant.settings import load_settings
from voice_assistant.types import (
    AudioError,
    Guide,
    Match,
    ModelError,
    NoMatch,
    RedFlag,
    SettingsError,
    Slots,
    Understood,
)

_MOST_SOUND_CHUNKS = 200


@cache
def _guide() -> Guide:
    return load_guide(default_folder())


@cache
def _file() -> Path:
    """A file in memory where there is such a place, as each case writes it anew."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None)) / "case"


def wav(data: bytes) -> None:
    """A recording."""
    _file().write_bytes(data)
    try:
        for number, chunk in enumerate(read_wav(_file())):
            assert 0 < len(chunk.pcm) <= 640 and len(chunk.pcm) % 2 == 0
            if number > _MOST_SOUND_CHUNKS:
                return
    except AudioError:
        return


def yaml(data: bytes) -> None:
    """A file of dialogs/."""
    _file().write_bytes(data)
    try:
        read_tree(_file())
    except TreeError:
        return


def settings(data: bytes) -> None:
    """A settings file and, in its second half, variables."""
    _file().write_bytes(data)
    with contextlib.suppress(SettingsError):
        load_settings(_file(), environment={})
    text = data.decode("utf-8", "replace").replace("\0", "")
    names = ("RATE_WPM", "VOLUME", "ATTENTION", "SOUNDS", "WAKE_PHRASES", "MODELS")
    for name, value in zip(names, text.split("\n"), strict=False):
        try:
            loaded = load_settings(environment={f"VOICE_ASSISTANT_{name}": value})
        except SettingsError:
            continue
        assert 120 <= loaded.rate_wpm <= 300 and 0.1 <= loaded.volume <= 1


def ngram(data: bytes) -> None:
    """A language model."""
    try:
        parsed = parse_ngram_file(data, "case")
    except ModelError:
        return
    written = parsed.to_bytes()
    assert parse_ngram_file(written, "case").to_bytes() == written


def kiosk(data: bytes) -> None:
    """A message of a page."""
    try:
        message = read_message(data.decode("utf-8", "surrogateescape"), _guide())
    except BadMessage:
        return
    if isinstance(message, Touched):
        assert message.match.node_id in _guide().nodes


def conversation(data: bytes) -> None:
    """Events in any order: three bytes choose what, which and how long after."""
    guide = _guide()
    dialogue, nodes = Dialogue(guide), (*guide.nodes, "control.unknown")
    now_s = 0.0
    state, _ = dialogue.begin(now_s)
    for what, which, seconds in zip(data[0::3], data[1::3], data[2::3], strict=False):
        now_s += seconds * (10 if what & 64 else 1)
        if what % 8 == 6:
            state, said = dialogue.tick(state, now_s, speaking=bool(which & 1))
        elif what % 8 == 7:
            state, said = dialogue.interrupted(state, which % 8), None
        else:
            understood = _understood(guide, nodes, what, which, seconds)
            state, said = dialogue.respond(state, understood, now_s)
            if isinstance(understood, Match) and understood.red_flag:
                assert said.urgent and said.sentences, "a warning sign is always answered urgently"
        for sentence in said.sentences if said else ():
            assert sentence.source and sentence.text and "{" not in sentence.text
        assert 120 <= state.rate_wpm <= 300 and 0 <= state.volume <= 1


def _understood(guide: Guide, nodes: tuple[str, ...], what: int, which: int, detail: int) -> Understood:
    named = (name.removeprefix("action_") for name in guide.concepts if name.startswith("action_"))
    actions = ("set", "no such", *named)
    slots = Slots(
        duration_s=float(detail * 60) if what & 8 else None,
        ordinal=detail % 12 - 2 if what & 16 else None,
        action=actions[detail % len(actions)] if what & 32 else None,
    )
    if what % 8 == 5:
        reasons = ("not_in_guide", "out_of_scope", "not_heard")
        return NoMatch(reasons[which % 3], 0.2, slots=slots)  # type: ignore[arg-type]
    node_id = nodes[(which + (what & 128)) % len(nodes)]
    facets = (None, "symptoms", "causes", "treatment", "diagnosis", "prevention", "outlook", "description", "no such")
    rule = guide.rules[which % len(guide.rules)]
    return Match(
        node_id,
        facets[detail % len(facets)],
        0.8,
        red_flag=RedFlag(rule.name, rule.level, "") if what % 8 == 4 else None,
        slots=slots,
        choices=(node_id, nodes[detail % len(nodes)]) if what % 8 == 3 else (),
    )


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "wav": wav,
    "yaml": yaml,
    "settings": settings,
    "ngram": ngram,
    "kiosk": kiosk,
    "conversation": conversation,
}


def seeds(name: str) -> tuple[bytes, ...]:
    """Good input to start from."""
    root = default_folder().parent
    if name == "wav":
        return tuple(path.read_bytes()[:4000] for path in sorted((root / "voice_assistant" / "demo").glob("*.wav")))
    if name == "yaml":
        return tuple(path.read_bytes()[:3000] for path in sorted(default_folder().glob("*.yaml")))
    if name == "settings":
        return (
            b'rate_wpm = 200\nvolume = 0.5\nsounds = false\nwake_phrases = ["hello there"]\n',
            b"200\n0.5\nwake\nno\na,b\n.",
        )
    if name == "kiosk":
        return (b'{"type":"touch","node":"cause.bakers_cyst","facet":"summary"}', b'{"type":"stay"}')
    if name == "ngram":
        return (_small_ngram(),)
    return (bytes(range(256)),)


def _small_ngram() -> bytes:
    """A model of one state and two words."""
    import numpy as np

    from voice_assistant.hearing.tuning.ngram_file import NgramFile, SymbolTable

    def bits(text: str) -> np.ndarray:
        return np.array([letter == "1" for letter in text])

    return NgramFile(
        symbols=SymbolTable("words", 3, ("<eps>", "knee", "pain"), (0, 1, 2)),
        start=0,
        tree_bits=bits("100"),
        future_bits=bits("0110"),
        final_bits=bits("1"),
        context_words=np.zeros(2, np.int32),
        future_words=np.array([1, 2], np.int32),
        backoffs=np.zeros(2, np.float32),
        finals=np.zeros(1, np.float32),
        futures=np.ones(3, np.float32),
    ).to_bytes()
