"""`python -m benchmarks.kiosk [--times 4] [--seconds 20] [--pictures FOLDER [--full] [--only NAME …]]`"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.kiosk.measuring import captions_ms, idle_shares, interactive_ms, page_bytes, row, touches_ms
from benchmarks.loading import add_options
from tests.kiosk_browser import browser_alone, visitor
from tests.kiosk_parts import KioskRun
from voice_assistant import Assistant
from voice_assistant.settings import Settings


def main() -> int:
    """Measure and print, or take pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kiosk", description=__doc__)
    parser.add_argument("--times", type=int, default=4, help="how often to ask, touch and load")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to watch it being idle")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="take pictures of every state instead")
    parser.add_argument("--full", action="store_true", help="every pixel, each size in a picture of its own")
    parser.add_argument("--only", nargs="*", default=(), help="of these states only")
    add_options(parser)
    given = parser.parse_args()
    # As in a kiosk without a wake phrase.
    settings = Settings(dialogs=given.dialogs, models=given.models, attention="always", sounds=False)
    with Assistant.load(settings) as assistant:
        if given.pictures:
            from benchmarks.kiosk.pictures import take_pictures

            take_pictures(assistant, given.pictures, tuple(given.only), full=given.full)
        else:
            measure(assistant, given.times, given.seconds)
    return 0


def measure(assistant: Assistant, times: int, seconds: float) -> None:
    """Print a table."""
    print("| what | times | median | 95 % | worst | goal |\n| --- | --- | --- | --- | --- | --- |")
    with KioskRun(assistant, pace=1.0, rests=False) as running, browser_alone() as browser:
        with visitor(browser, running.url) as page:
            print(row("partial heard → caption", "ms", 200, captions_ms(running, page, times)))
            print(row("touch → answer on the page", "ms", 100, touches_ms(page, times)))
        print(row("page interactive", "ms", 1000, interactive_ms(browser, running.url, 3 * times)))
        print(f"\nThe page and all it loads: {page_bytes(running.server.port) / 1000:.1f} kB (goal ≤ 200 kB).")
    alone, server, browser_share = idle_shares(assistant, seconds)
    print(
        f"Idle for {seconds:g} s: assistant {alone:.1f} % of a core; page and server add {server + browser_share:.1f} % "
        f"(server {server:.1f} %, browser {browser_share:.1f} %; goal ≤ 3 %)."
    )


if __name__ == "__main__":
    raise SystemExit(main())
