"""Makes a model folder that shares all files but a few with another, in one step: it is there whole or not at all."""

from __future__ import annotations

import errno
import filecmp
import glob
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from voice_assistant.types import ModelError, SettingsError

Write: TypeAlias = Callable[[BinaryIO], None]

MARK = "tuning.json"
"""In every folder made here, and what tells it from a folder that must not be overwritten."""
UNFINISHED = ".unfinished-"
"""How the names of folders begin that are still being written."""
_WRITTEN = "files"
"""In MARK: the files that were written anew, each with its SHA-256."""
_BLOCK = 1 << 20
_STALE_S = 24 * 3600.0
"""No tuning takes a day: what is older was left behind when the power went or the process was killed."""


def check_output(model_folder: Path, output_folder: Path) -> None:
    """Raise SettingsError when a tuned model must not be written there."""
    source, output = model_folder.resolve(), output_folder.resolve()
    if source == output or source in output.parents or output in source.parents:
        raise SettingsError(
            f"The tuned model cannot be written to {output_folder}, which overlaps the model {model_folder}:"
            " choose another folder."
        )
    nearest = next(folder for folder in (output, *output.parents) if folder.exists())
    if not nearest.is_dir():
        what = "which is a file" if nearest == output else f"because {nearest} is a file"
        raise SettingsError(f"The tuned model cannot be written to {output_folder}, {what}: choose another folder.")
    if output.is_dir() and any(output.iterdir()) and not (output / MARK).is_file():
        raise SettingsError(
            f"The folder {output_folder} holds something other than a tuned model: choose another folder."
        )


def own_files(folder: Path) -> Mapping[str, str]:
    """The files of a tuned model that are its own, each with the SHA-256 with which it was written; none of any other
    folder, or where what says so is damaged.
    """
    try:
        written = json.loads((folder / MARK).read_text(encoding="utf-8"))[_WRITTEN]
        return {str(name): str(checksum) for name, checksum in written.items()}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


def is_tuned(folder: Path) -> bool:
    """Whether it was made here, as far as can be seen."""
    return (folder / MARK).is_file()


def is_whole(folder: Path, model_folder: Path | None = None) -> bool:
    """Whether a tuned model's own files are what was written, and the others those of the model that it was made from,
    where that is given: Vosk ends the whole process over some damaged ones, and hears badly with others.
    """
    written = own_files(folder)
    try:
        return (
            bool(written)
            and all(_checksum(folder / name) == checksum for name, checksum in written.items())
            and (
                model_folder is None
                or all(_is_same(path, folder / name) for name, path in _files(model_folder) if name not in written)
            )
        )
    except OSError:
        return False


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [(path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()]


def _is_same(one: Path, other: Path) -> bool:
    return one.samefile(other) or filecmp.cmp(one, other, shallow=False)


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_model_folder(
    model_folder: Path, output_folder: Path, files: Mapping[str, Write], about: Mapping[str, Any]
) -> None:
    """Make a folder with all files of `model_folder`, hard-linked where the disk allows it, but with these written anew
    or added; MARK in it holds `about` and their checksums.

    `files`: path inside the folder → function that writes it. An earlier tuned model there is replaced; whatever fails,
    it stays. What a process that was killed left behind beside it a day ago is removed. Raises ModelError when the
    folder cannot be written.
    """
    output_folder = output_folder.absolute()
    unfinished: Path | None = None
    try:
        output_folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(output_folder)
        unfinished = Path(tempfile.mkdtemp(prefix=_unfinished(output_folder), dir=output_folder.parent))
        fresh = unfinished / "model"
        shutil.copytree(
            model_folder.resolve(),
            fresh,
            ignore=_leaving_out(model_folder.resolve(), files),
            copy_function=_link_or_copy,
        )
        for name, write in files.items():
            _write(fresh / name, write)
        mark = {**about, _WRITTEN: {name: _checksum(fresh / name) for name in files}}
        _write(fresh / MARK, lambda file: _write_json(file, mark))
        if output_folder.exists():
            output_folder.rename(unfinished / "old")
        fresh.rename(output_folder)
    except OSError as error:
        raise ModelError(_complaint(output_folder, error)) from error
    finally:
        if unfinished is not None:
            _put_back(unfinished, output_folder)
            shutil.rmtree(unfinished, ignore_errors=True)


def _write(path: Path, write: Write) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _write_json(file: BinaryIO, content: Mapping[str, Any]) -> None:
    file.write(json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8"))


def _unfinished(output_folder: Path) -> str:
    return f"{UNFINISHED}{output_folder.name}-"


def _remove_stale(output_folder: Path) -> None:
    for folder in output_folder.parent.glob(f"{glob.escape(_unfinished(output_folder))}*"):
        if time.time() - folder.stat().st_mtime > _STALE_S:
            _put_back(folder, output_folder)
            shutil.rmtree(folder, ignore_errors=True)


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
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return f"The disk is full: the tuned model needs about 90 MB at {folder}; free some space and try again."
    if isinstance(error, shutil.Error):  # a list of (source, target, reason), of files that could not be shared
        source, _, reason = error.args[0][0]
        return f"The speech model's file {source} cannot be read ({reason}): fetch the speech model again."
    reason = error.strerror or str(error)
    return f"The tuned model cannot be written to {folder} ({reason}): choose a folder that you may write to."
