"""Takes a picture of every state of the page at three sizes of screen."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.kiosk_browser import SMALLEST, UPRIGHT, browser_alone, visitor
from tests.kiosk_states import STATES, State
from tests.kiosk_still import StillKiosk
from voice_assistant import Assistant

WIDE = (1920, 1080)
SIZES = {"small": SMALLEST, "upright": UPRIGHT, "wide": WIDE}
_COLOURS = 96
_SHOWN_WIDTH = {"small": 800, "upright": 540, "wide": 960}
"""Pictures of large screens are kept smaller than they are."""


def take_pictures(assistant: Assistant, folder: Path, only: tuple[str, ...] = (), *, full: bool = False) -> None:
    """Writes STATE_SIZE.png into the folder; `full` keeps every pixel."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser_alone() as browser:
        for name, state in STATES.items():
            for size in SIZES:
                if not only or name in only or size in only:
                    _take(assistant, browser, state, size, folder / f"{name}_{size}.png", full=full)


def _take(assistant: Assistant, browser: Browser, state: State, size: str, file: Path, *, full: bool) -> None:
    with StillKiosk(assistant) as still, visitor(browser, still.url, SIZES[size]) as page:
        state(page, still)
        page.mouse.move(0, 0)
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    if not full and picture.width > _SHOWN_WIDTH[size]:
        height = round(picture.height * _SHOWN_WIDTH[size] / picture.width)
        picture = picture.resize((_SHOWN_WIDTH[size], height), Image.Resampling.LANCZOS)
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
