"""How much the recogniser trusts its ears beside its expectation: options of a tuned model's `conf/model.conf`.

A search adds up costs of sounds and costs of words. The stock model weighs both alike, which suits a language model
that expects nothing in particular. A tuned one knows what is likely to be said, and in noise the sounds tell less, so
the sounds get a smaller weight: in babble at 6 dB that saved a third of the word errors, while clean speech and other
talk stayed as they were (docs/tuning.md). The beam, the cost by which a guess may fall behind before it is given up,
shrinks with it; and fewer guesses that fell behind are followed all the same.
"""

from __future__ import annotations

from pathlib import Path

from voice_assistant.types import ModelError

OPTIONS = "conf/model.conf"
"""Where a Vosk model keeps the options of its search."""
SOUND_WEIGHT = 0.8
"""The weight of the sounds, as a share of the stock model's."""
BEAM_SHARE = 0.9
"""The beam, as a share of the stock model's: most of what the smaller costs allow."""
LEAST_GUESSES_SHARE = 0.25
"""How many guesses are followed at least, though they fall out of the beam, as a share of the stock model's. Where the
words are expected the beam alone keeps few; following 200 takes a third of the time without noise and a fifth at 6 dB,
and hears as many words as 50 (docs/tuning.md)."""
FRAMES_AT_ONCE = 12
"""Of 10 ms, that the network looks at together; Kaldi's usual 20 lets a word wait longer to be seen. On 30 lines the
last word of a partial result was right 32 instead of 92 ms (median) after the end of speech, 90 % after 220 instead of
300, for an eighth more decoding time; the words stay the same. 6 gains nothing more and costs two fifths."""
_ADDED = "--frames-per-chunk"
_SCALED = {"--acoustic-scale": SOUND_WEIGHT, "--beam": BEAM_SHARE, "--min-active": LEAST_GUESSES_SHARE}


def read_options(model_folder: Path) -> str:
    """The options of a model. Raises ModelError when they cannot be read."""
    path = model_folder / OPTIONS
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The speech model's options {path} cannot be read: fetch the speech model again.") from error


def balanced(options: str) -> str:
    """The same options, one a line, with what `_SCALED` names made smaller (what is not listed stays at its default),
    and smaller steps, where the model does not say how large they are to be.

    Raises ModelError where one of them is no number.
    """
    lines = [_scaled(line) for line in options.splitlines()]
    if not any(line.startswith(_ADDED) for line in lines):
        lines.append(f"{_ADDED}={FRAMES_AT_ONCE}")
    return "".join(f"{line}\n" for line in lines)


def _scaled(line: str) -> str:
    name, is_option, value = line.partition("=")
    if not is_option or name.strip() not in _SCALED:
        return line
    try:
        scaled = float(value) * _SCALED[name.strip()]
        return f"{name.strip()}={round(scaled) if value.strip().isdecimal() else round(scaled, 4)}"
    except ValueError as error:
        raise ModelError(
            f"The option {name.strip()} of the speech model is no number: fetch the speech model again."
        ) from error
