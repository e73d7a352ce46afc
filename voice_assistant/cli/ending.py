"""Ending at any moment: signals, and work that does not look up while it computes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn, TypeVar

_LOOK_EVERY_S = 0.1
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

Result = TypeVar("Result")


class Ended(BaseException):
    """A signal wants the program to end; like KeyboardInterrupt it passes by whoever catches errors."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


@contextlib.contextmanager
def ends_on_signals(received: list[int]) -> Iterator[None]:
    """While it lasts, signals that end a program raise Ended (Ctrl-C: KeyboardInterrupt), so that devices are closed.

    `received` gets their numbers: libraries turn what is raised while they are imported into an ImportError.
    """

    def raise_ended(number: int, _frame: FrameType | None) -> NoReturn:
        received.append(number)
        raise KeyboardInterrupt if number == signal.SIGINT else Ended(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if before[number] is not signal.SIG_IGN:  # `nohup` must keep its meaning
            signal.signal(number, raise_ended)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def keep_no_core_dump() -> None:
    """A crash must not leave an image of the memory behind, in which there is what a person said."""
    try:
        import resource
    except ImportError:  # Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    # 1 and not 0: with 0 Linux still hands the image to a program that collects crashes; see core(5).
    resource.setrlimit(resource.RLIMIT_CORE, (0 if hard == 0 else 1, hard))


def in_background(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin work in a thread that does not keep the program from ending; gives a function that waits for its result."""
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def do() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failure.append(error)

    thread = threading.Thread(target=do, name="work", daemon=True)
    thread.start()

    def result() -> Result:
        while thread.is_alive():
            thread.join(_LOOK_EVERY_S)
        if failure:
            raise failure[0]
        return outcome[0]

    return result


def interruptible(work: Callable[[], Result]) -> Result:
    """Do long work that holds no devices; Ctrl-C ends the program at once, whatever a library is computing.

    Libraries such as liblinear compute for many seconds without letting Python look at signals; so they do it in a
    thread of their own. What the work writes it writes under temporary names, so that it may be left at any moment.
    """
    result = in_background(work)
    try:
        return result()
    except KeyboardInterrupt:
        _leave(130)
    except Ended as end:
        _leave(128 + end.signal_number)


def _leave(code: int) -> NoReturn:
    """End without waiting for the thread that computes, which an orderly end of Python might do."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
