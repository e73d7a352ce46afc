"""`tune`: tunes the speech recogniser to any text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from voice_assistant.cli.console import Console, reason
from voice_assistant.cli.lines import lines_of
from voice_assistant.cli.parsing import Commands, add_command, add_settings, settings_of
from voice_assistant.types import SettingsError

if TYPE_CHECKING:
    from voice_assistant.hearing import Recogniser
    from voice_assistant.hearing.tuning import TuningReport
    from voice_assistant.speech import SpeechRenderer
    from voice_assistant.types import AudioChunk

_MORE = """The text holds one sentence a line, as people say it. Use the result with `voice-assistant hear --model DIR`
or `run --model DIR`. Words that the model does not know are spelt as known words that sound alike: as --spellings
says, else as the program finds."""
_SHOWN = 12


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "tune", "tune the speech recogniser to a text of any domain", _MORE)
    parser.add_argument("--text", required=True, metavar="SENTENCES.txt", help="the sentences, one a line; - for stdin")
    parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="the folder of the tuned model")
    parser.add_argument(
        "--weight",
        type=float,
        metavar="W",
        help="above 0 to 1: how likely people say something of this kind rather than anything else (usually 0.6)",
    )
    parser.add_argument(
        "--noise-lessons",
        type=float,
        metavar="SHARE",
        help="0 to 1: how much the network is to know of noise; 0 suits quiet places, 1 noisy ones (usually 0.6)",
    )
    parser.add_argument(
        "--spellings",
        type=Path,
        metavar="FILE.toml",
        help='unknown words as they sound: popliteal = ["pop lit eel", "pop little"]',
    )
    parser.add_argument(
        "--by-ear", action="store_true", help="choose among the spellings that were found by speaking and listening"
    )
    add_settings(parser, "model", "models")
    parser.set_defaults(command=_tune)


def _tune(options: argparse.Namespace, console: Console) -> int:
    from voice_assistant.hearing import check_model_folder
    from voice_assistant.hearing.tuning import WeightedText, changed_files, is_tuned, tune
    from voice_assistant.resources import Folders, refuse_damage

    settings = settings_of(options)
    folders = Folders.default(settings.dialogs, settings.models, settings.model)
    model = folders.base_speech_model
    more = {"weight": options.weight, "noise_lessons": options.noise_lessons}
    spellings = _spellings(options.spellings)
    check_model_folder(model)
    refuse_damage(model, apart_from=changed_files(model) if is_tuned(model) else ())
    with lines_of(options.text, strictly=True) as lines, console.progress() as progress, _Ear(model, console) as ear:
        report = tune(
            model,
            (WeightedText(line) for line in lines),
            options.output,
            spellings,
            on_progress=lambda share, what: progress(what, share, 1.0),
            listen=ear.choose if options.by_ear else None,
            **{name: value for name, value in more.items() if value is not None},
        )
    _show(console, report)
    for word in sorted(spellings.keys() - report.spelled.keys()):
        console.note(f"“{word}” is not in the text, so its spelling is not used.")
    return 0


def _spellings(file: Path | None) -> Mapping[str, tuple[str, ...]]:
    """Word → runs of known words. Raises SettingsError."""
    if file is None:
        return {}
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    from voice_assistant.hearing.tuning import words_of

    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The spellings {file} cannot be read ({reason(error)}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The spellings {file} are not right: {error}.") from error
    spellings = {}
    for key, runs in read.items():
        word = _one_word(file, key)
        listed = [runs] if isinstance(runs, str) else runs
        if not isinstance(listed, list) or not listed or not all(isinstance(run, str) for run in listed):
            raise SettingsError(f"{file}: {word} must be a list of texts that sound like it.")
        spellings[word] = tuple(" ".join(words_of(run)) for run in listed)
    return spellings


def _one_word(file: Path, key: str) -> str:
    """As the text is read. Raises SettingsError when it is none or several."""
    from voice_assistant.hearing.tuning import words_of

    words = words_of(key)
    if len(words) != 1 or not words[0]:
        raise SettingsError(f"{file}: “{key}” is not one word: give a spelling for each of its words.")
    return words[0]


def _show(console: Console, report: TuningReport) -> None:
    console.item("Text", f"{report.sentences} sentences, {report.words} words")
    console.item("Model", f"{report.folder} ({report.ngrams} n-grams, made in {report.seconds:.1f} s)")
    for word, runs in list(report.spelled.items())[:_SHOWN]:
        console.item("Spelt", f"{word}: {', '.join(f'“{run}”' for run in runs)}")
    if len(report.spelled) > _SHOWN:
        console.item("Spelt", f"… and {len(report.spelled) - _SHOWN} more (tuning.json in the folder has all)")
    for word, why in list(report.unspelled.items())[:_SHOWN]:
        console.note(f"{word} cannot be heard: {why}.")
    if len(report.unspelled) > _SHOWN:
        console.note(f"… and {len(report.unspelled) - _SHOWN} more words that cannot be heard.")


class _Ear:
    """Speaks a word and listens which of its spellings it sounds like."""

    def __init__(self, model: Path, console: Console) -> None:
        self._model = model
        self._console = console
        self._renderer: SpeechRenderer | None = None
        self._recogniser: Recogniser | None = None
        self._is_mute = False

    def __enter__(self) -> _Ear:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._renderer is not None:
            self._renderer.close()

    def choose(self, word: str, runs: tuple[str, ...]) -> str:
        """The run that was heard, or none."""
        from voice_assistant.audio.resample import resample
        from voice_assistant.types import SAMPLE_RATE_HZ

        sound = self._spoken(word)
        if sound is None:
            return ""
        recogniser = self._listening_for(runs)
        recogniser.feed(resample(sound, SAMPLE_RATE_HZ).pcm)
        return recogniser.finish().text

    def _spoken(self, word: str) -> AudioChunk | None:
        """Its sound; none from the first time on that there is no voice."""
        from voice_assistant.speech import SpeechRenderer
        from voice_assistant.types import VoiceError

        if self._is_mute:
            return None
        self._renderer = self._renderer or SpeechRenderer()
        try:
            return self._renderer.render(word)
        except VoiceError as error:
            self._is_mute = True
            self._console.note(f"Spellings are chosen without listening: {error}")
            return None

    def _listening_for(self, runs: tuple[str, ...]) -> Recogniser:
        """For each word another, on a model that is loaded once."""
        from voice_assistant.hearing import Recogniser

        if self._recogniser is None:
            self._recogniser = Recogniser(self._model, grammar=runs)
            return self._recogniser
        return self._recogniser.sharing(runs)
