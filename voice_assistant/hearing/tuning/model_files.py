"""Makes a model folder that shares all files but a few with another, in one step: it is there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, TypeAlias

from voice_assistant.types import ModelError, SettingsError

Write: TypeAlias = Callable[[BinaryIO], None]

MARK = "tuning.json"
"""In every folder made here, and what tells it from a folder that must not be overwritten."""
UNFINISHED = ".unfinished-"
"""How the names of folders begin that are still being written."""


def check_output(model_folder: Path, output_folder: Path) -> None:
    """Raise SettingsError when a tuned model must not be written there."""
    source, output = model_folder.resolve(), output_folder.resolve()
    if source == output or source in output.parents or output in source.parents:
        raise SettingsError(
            f"The tuned model cannot be written to {output_folder}, which overlaps the model {model_folder}:"
            " choose another folder."
        )
    if output.exists() and not output.is_dir():
        raise SettingsError(
            f"The tuned model cannot be written to {output_folder}, which is a file: choose another folder."
        )
    if output.is_dir() and any(output.iterdir()) and not (output / MARK).is_file():
        raise SettingsError(
            f"The folder {output_folder} holds something other than a tuned model: choose another folder."
        )


def write_model_folder(model_folder: Path, output_folder: Path, files: Mapping[str, Write]) -> None:
    """Make a folder with all files of `model_folder`, hard-linked where the disk allows it, but with these written anew
    or added.

    `files`: path inside the folder → function that writes it. An earlier tuned model there is replaced; whatever fails,
    it stays. Raises ModelError when the folder cannot be written.
    """
    output_folder = output_folder.absolute()
    unfinished: Path | None = None
    try:
        output_folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=output_folder.parent))
        fresh = unfinished / "model"
        shutil.copytree(
            model_folder.resolve(),
            fresh,
            ignore=_leaving_out(model_folder.resolve(), files),
            copy_function=_link_or_copy,
        )
        for name, write in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
        if output_folder.exists():
            output_folder.rename(unfinished / "old")
        fresh.rename(output_folder)
    except OSError as error:
        raise ModelError(_complaint(output_folder, error)) from error
    finally:
        if unfinished is not None:
            _put_back(unfinished, output_folder)
            shutil.rmtree(unfinished, ignore_errors=True)


def _put_back(unfinished: Path, output_folder: Path) -> None:
    """The old model, if the new one could not take its place."""
    old = unfinished / "old"
    if old.exists() and not output_folder.exists():
        old.rename(output_folder)


def _leaving_out(root: Path, files: Mapping[str, Write]) -> Callable[[str, list[str]], set[str]]:
    return lambda folder, names: {name for name in names if (Path(folder) / name).relative_to(root).as_posix() in files}


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(os.path.realpath(source), target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copy2(source, target)


def _complaint(folder: Path, error: OSError) -> str:
    cause = error.args[0] if isinstance(error, shutil.Error) else error
    text = str(cause)
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text:
        return f"The disk is full: the tuned model needs about 60 MB at {folder}; free some space and try again."
    reason = error.strerror or text
    return f"The tuned model cannot be written to {folder} ({reason}): choose a folder that you may write to."
