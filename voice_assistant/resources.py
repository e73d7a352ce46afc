"""What the assistant needs before it can begin: the guide, the compiled matcher, the tuned recogniser. Made once,
then found again.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_assistant import heap, models
from voice_assistant.guide import default_folder, load_guide
from voice_assistant.hearing import CommandRecogniser, Recogniser
from voice_assistant.hearing.tuning import WeightedText, cached_model, changed_files, is_tuned, is_whole
from voice_assistant.models import MEANING_MODEL, SPEECH_MODEL
from voice_assistant.types import Guide, ModelError
from voice_assistant.understanding import CompiledGuide, Embedder, Endings, Interpreter, compiled, load_thresholds

COMMAND_WEIGHT, SENTENCE_WEIGHT, WAKE_WEIGHT = 3.0, 0.5, 300.0
"""How often commands, the guide's own sentences and wake phrases count beside phrases: commands are said in every
conversation, sentences are said to people, who take up their words. Of 32 wake phrases in noise at 12 dB a weight of 60
misses 7, 150 misses 4, 300 and 400 miss 3; with 300 nothing woke it in five minutes of other talk."""

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and of how much."""

_LOGGER = logging.getLogger(__name__)


def _silent(_stage: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things lie."""

    dialogs: Path
    models: Path
    cache: Path
    """For what is made on this machine: the compiled guide and the tuned model."""
    speech_model: Path | None = None
    """A speech model to use as it is, instead of the one below `models`."""

    @classmethod
    def default(
        cls,
        dialogs: Path | None = None,
        models_folder: Path | None = None,
        speech_model: Path | None = None,
    ) -> Folders:
        """The usual places; each may be given."""
        found = models_folder or models.default_folder()
        return cls(dialogs or default_folder(), found, found / "made", speech_model)

    @property
    def base_speech_model(self) -> Path:
        """The speech model as it was given or, where none was, as it was fetched: before it is tuned to the guide."""
        return self.speech_model or self.models / SPEECH_MODEL


@dataclass(frozen=True, slots=True)
class Understanding:
    """The guide with what understands people."""

    guide: Guide
    interpreter: Interpreter
    endings: Endings
    warnings: tuple[str, ...] = ()
    """What is not as good as it could be, each in a sentence."""


def load_understanding(folders: Folders, on_progress: Progress = _silent) -> Understanding:
    """Load the guide and its matcher, compiling it when it is new or changed.

    Without the embedding model it goes on by spelling alone and says so in `warnings`.

    Raises:
        GuideError: dialogs/ is broken.
        ModelError: the matcher has to be compiled and scikit-learn is missing.
    """
    guide = load_guide(folders.dialogs)
    warnings: list[str] = []
    try:
        embedder: Embedder | None = Embedder(folders.models / MEANING_MODEL)
    except ModelError as error:
        embedder = None
        warnings.append(f"Understanding goes on by spelling alone, about one question in eight worse: {error}")
    made = compiled_guide(folders, guide, embedder, on_progress)
    interpreter = Interpreter(guide, made, embedder, load_thresholds(folders.dialogs))
    return Understanding(guide, interpreter, made.endings, tuple(warnings))


def load_recogniser(
    folders: Folders,
    guide: Guide,
    *,
    tune: bool = True,
    wake_phrases: Sequence[str] = (),
    on_progress: Progress = _silent,
) -> Recogniser:
    """The recogniser, tuned to the guide where that is possible, else the stock one with a warning in the log.

    It has a second ear for the short commands of the guide and for wake phrases.

    Raises:
        ModelError: there is no usable speech model.
    """
    found = _open_recogniser(folders, guide, tune, wake_phrases, on_progress)
    return CommandRecogniser(found, guide.listening.commands, wake_phrases)


def _open_recogniser(
    folders: Folders, guide: Guide, tune: bool, wake_phrases: Sequence[str], on_progress: Progress
) -> Recogniser:
    stock = folders.base_speech_model
    own = changed_files(stock) if folders.speech_model else ()
    refuse_damage(stock, apart_from=own)
    if folders.speech_model and is_tuned(stock) and not is_whole(stock):
        raise ModelError(f"The tuned model {stock} is damaged, or an older version made it: tune it again.")
    if not tune or folders.speech_model is not None:
        return Recogniser(stock, renewed=heap.trim)
    try:
        tuned = tuned_model(folders, guide, wake_phrases, on_progress)
        return Recogniser(tuned, renewed=heap.trim)
    except ModelError as error:
        _LOGGER.warning("The recogniser is used as it is, it hears knees less well: %s", error)
        return Recogniser(stock, renewed=heap.trim)


def refuse_damage(model: Path, apart_from: tuple[str, ...] = ()) -> None:
    """Vosk ends the whole process over some damaged files, so their checksums are looked at first.

    Raises:
        ModelError: a file of a model whose checksums are known is missing or another, apart from those named.
    """
    problems = models.damage(model, apart_from=apart_from) if model.is_dir() else []
    if problems:
        raise ModelError(f"{problems[0].path} is {problems[0].what}: run `voice-assistant models fetch`.")


def tuned_model(
    folders: Folders, guide: Guide, wake_phrases: Sequence[str] = (), on_progress: Progress = _silent
) -> Path:
    """The folder of the speech model tuned to everything in the guide; made first if it is new or changed.

    Raises:
        ModelError: it cannot be made; the text says why.
    """
    return cached_model(
        folders.models / SPEECH_MODEL,
        tuning_texts(guide, wake_phrases),
        folders.cache,
        {term.text: term.sounds_like for term in guide.terms if term.sounds_like},
        on_progress=lambda share, what: on_progress(what, round(100 * share), 100),
        noise_lessons=1.0,
    )


def tuning_texts(guide: Guide, wake_phrases: Sequence[str] = ()) -> Iterator[WeightedText]:
    """What people say to the guide and what it says, by how often it is said."""
    for phrase in guide.phrases:
        yield WeightedText(phrase.text, COMMAND_WEIGHT if phrase.node_id.startswith("control.") else 1.0)
    for node in guide.nodes.values():
        for answer in node.answers.values():
            for sentence in (*answer.first, *answer.more):
                yield WeightedText(sentence.text, SENTENCE_WEIGHT)
    for wake_phrase in wake_phrases:
        yield WeightedText(wake_phrase, WAKE_WEIGHT)


def compiled_guide(folders: Folders, guide: Guide, embedder: Embedder | None, on_progress: Progress) -> CompiledGuide:
    """The compiled guide from the cache, or a new one; a cache that cannot be written costs time, nothing else."""
    path = folders.cache / f"guide-{_guide_hash(folders, embedder is not None)}.npz"
    if path.is_file():
        try:
            return compiled.load(path)
        except ModelError as error:
            _LOGGER.warning("%s It is made again.", error)
    from voice_assistant.understanding.training import compile_guide

    all_cores = Embedder(folders.models / MEANING_MODEL, threads=os.cpu_count() or 1) if embedder else None
    made = compile_guide(guide, all_cores, on_progress, made_earlier(folders))
    try:
        compiled.save(made, path)
        _forget_others(path, "guide-*.npz")
    except OSError as error:
        _LOGGER.warning(
            "The compiled guide cannot be kept in %s (%s); it will be made again.", path.parent, error.strerror
        )
    return made


def made_earlier(folders: Folders) -> CompiledGuide | None:
    """What was compiled from older dialogs, so that only new phrases take time."""
    for path in folders.cache.glob("guide-*.npz"):
        with contextlib.suppress(ModelError):
            return compiled.load(path)
    return None


def _guide_hash(folders: Folders, with_meaning: bool) -> str:
    used = [
        folders.dialogs / "signs.yaml",
        folders.dialogs / "terms.yaml",
        *sorted((folders.dialogs / "phrases").glob("*.yaml")),
    ]
    parts: Iterable[bytes] = (path.read_bytes() for path in used)
    return compiled.inputs_hash([*parts, str(with_meaning).encode()])


def _forget_others(keep: Path, pattern: str) -> None:
    """Remove what was made from older inputs."""
    for path in keep.parent.glob(pattern):
        if path != keep:
            path.unlink(missing_ok=True)
