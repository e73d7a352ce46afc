"""Real sound devices on a machine without a sound card: a private PulseAudio server for one test.

    def test_it(virtual_devices: VirtualDevices) -> None:
        virtual_devices.speak_into_microphone("question.wav")
        virtual_devices.record_loudspeaker(3.0, "answer.wav")

The fixture points this process and those it starts at the private server; `VirtualDevices` can also be used without it,
by giving `environment` to a program under test.

The server knows three sinks: `mic`, whose monitor is the microphone `virtual_mic`; `speaker`, the loudspeaker; and
`nowhere`, the default of both kinds. Programs are pointed at the first two by PULSE_SOURCE and PULSE_SINK, so that a
device that is unplugged is gone, as on a machine without a sound server, instead of being replaced by another one.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

NEEDED = ("pulseaudio", "pactl", "paplay", "parec")
MICROPHONE = "virtual_mic"
LOUDSPEAKER = "speaker"


class VirtualDevices:
    """A microphone and a loudspeaker, at the command of a test. A context manager."""

    def __init__(self, rate_hz: int = 44_100) -> None:
        # Short, because the path of a Unix socket may not be longer than 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="sound-"))
        self._rate_hz = rate_hz
        self._socket = self.folder / "socket"
        self._server: subprocess.Popen[bytes] | None = None
        self._modules: dict[str, str] = {}
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SOURCE": MICROPHONE,
            "PULSE_SINK": LOUDSPEAKER,
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_COOKIE": str(self.folder / "cookie"),
        }
        """What another process needs to see these devices (added to its own environment)."""

    def __enter__(self) -> VirtualDevices:
        self.start_server()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop_server()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- the server ---

    def start_server(self) -> None:
        """Starts the sound server with both devices plugged in."""
        config = self.folder / "daemon.conf"
        config.write_text("rescue-streams = no\n")
        own = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "PULSE_CONFIG": str(config)}
        options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        options += ["--realtime=no", "--high-priority=no", f"--log-target=file:{self.folder / 'log'}"]
        self._server = subprocess.Popen(
            ["pulseaudio", *options, "-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"],
            env={**os.environ, **self.environment, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,
        )
        self._wait_for_server()
        self._modules.clear()
        self._load("nowhere", "module-null-sink sink_name=nowhere")
        self._pactl("set-default-sink", "nowhere")
        self._pactl("set-default-source", "nowhere.monitor")
        # Without `norewinds` a null sink that was idle takes up to two seconds to start.
        self._load("mic", f"module-null-sink sink_name=mic norewinds=1 rate={self._rate_hz}")
        self.plug_loudspeaker()
        self.plug_microphone()

    def stop_server(self) -> None:
        """Ends the sound server, as a crash of it would."""
        if self._server is not None:
            self.thaw_server()
            self._server.kill()
            self._server.wait(10)
            self._server = None
        self._socket.unlink(missing_ok=True)

    def freeze_server(self) -> None:
        """Makes the server hang until `thaw_server`."""
        self._signal(signal.SIGSTOP)

    def thaw_server(self) -> None:
        """Lets a hanging server go on."""
        self._signal(signal.SIGCONT)

    # --- the microphone ---

    def plug_microphone(self, rate_hz: int | None = None, channels: int = 2) -> None:
        """Plugs it in, possibly as another kind of device."""
        form = f"rate={rate_hz or self._rate_hz} channels={channels}"
        self._load("source", f"module-remap-source master=mic.monitor source_name={MICROPHONE} {form}")

    def unplug_microphone(self) -> None:
        """Unplugs it: streams from it end, and it cannot be opened."""
        self._unload("source")

    def stall_microphone(self, stalled: bool = True) -> None:
        """Leaves it plugged in and makes it give nothing any more, or something again."""
        self._pactl("suspend-source", MICROPHONE, str(int(stalled)))

    def speak_into_microphone(self, wav: str | Path) -> None:
        """Plays a WAV file into the microphone; returns when it has been spoken."""
        self.start_speaking(wav).wait(300)

    def start_speaking(self, wav: str | Path) -> subprocess.Popen[bytes]:
        """Plays a WAV file into the microphone; returns at once."""
        return subprocess.Popen(
            ["paplay", "--device=mic", "--latency-msec=20", str(wav)], env={**os.environ, **self.environment}
        )

    # --- the loudspeaker ---

    def plug_loudspeaker(self, rate_hz: int | None = None) -> None:
        """Plugs it in, possibly as another kind of device."""
        self._load("sink", f"module-null-sink sink_name={LOUDSPEAKER} norewinds=1 rate={rate_hz or self._rate_hz}")

    def unplug_loudspeaker(self) -> None:
        """Unplugs it: streams to it end, and it cannot be opened."""
        self._unload("sink")

    def feed_back(self, latency_ms: int = 60) -> None:
        """Lets the microphone hear the loudspeaker, as loud as it plays and so much later."""
        self._load("echo", f"module-loopback source={LOUDSPEAKER}.monitor sink=mic latency_msec={latency_ms}")

    def record_loudspeaker(self, seconds: float, wav: str | Path) -> Path:
        """Records what the loudspeaker plays for so long, as 16 kHz mono."""
        with self.recording(wav):
            time.sleep(seconds)
        return Path(wav)

    def recording(self, wav: str | Path, rate_hz: int = 16_000) -> _Recording:
        """A context manager that records what the loudspeaker plays meanwhile, as mono."""
        return _Recording(Path(wav), rate_hz, {**os.environ, **self.environment})

    # --- within ---

    def _signal(self, number: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(number)

    def _wait_for_server(self) -> None:
        give_up = time.monotonic() + 20
        while not self._socket.exists() or self._ask("info").returncode:
            if time.monotonic() > give_up or (self._server and self._server.poll() is not None):
                raise RuntimeError(f"pulseaudio did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def _load(self, name: str, module: str) -> None:
        self._modules[name] = self._pactl("load-module", *module.split(" "))

    def _unload(self, name: str) -> None:
        self._pactl("unload-module", self._modules.pop(name))

    def _pactl(self, *words: str) -> str:
        answer = self._ask(*words)
        if answer.returncode:
            raise RuntimeError(f"pactl {' '.join(words)}: {answer.stderr}")
        return answer.stdout.strip()

    def _ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            ["pactl", *words], env=environment, capture_output=True, text=True, timeout=20, check=False
        )


class _Recording:
    """Records while it is entered."""

    def __init__(self, wav: Path, rate_hz: int, environment: dict[str, str]) -> None:
        self._command = ["parec", f"--device={LOUDSPEAKER}.monitor", "--format=s16le", f"--rate={rate_hz}"]
        self._command += ["--channels=1", "--latency-msec=20", "--file-format=wav", str(wav)]
        self._wav = wav
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Path:
        self._process = subprocess.Popen(self._command, env=self._environment)
        give_up = time.monotonic() + 10
        while not self._wav.exists() or self._wav.stat().st_size < 100:
            if time.monotonic() > give_up:
                raise RuntimeError("the loudspeaker could not be recorded")
            time.sleep(0.01)
        return self._wav

    def __exit__(self, *exception: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)


def _end_with_parent() -> None:
    """The server must not outlive a test run that was killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@pytest.fixture
def virtual_devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualDevices]:
    """Virtual devices that this process sees as its own."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing or not sys.platform.startswith("linux"):
        pytest.skip(f"needs Linux and {', '.join(NEEDED)}")
    with VirtualDevices() as devices:
        for name, value in devices.environment.items():
            monkeypatch.setenv(name, value)
        yield devices
