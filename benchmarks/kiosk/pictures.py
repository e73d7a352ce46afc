"""Takes pictures of every state of the page at three sizes of screen, for docs/."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.kiosk_browser import SMALLEST, UPRIGHT, browser_alone, visitor
from tests.kiosk_states import STATES, State
from tests.kiosk_still import StillKiosk
from voice_assistant import Assistant

WIDE = (1920, 1080)
SIZES = {"wide": WIDE, "small": SMALLEST, "upright": UPRIGHT}
_PLACES = {"wide": (0, 0, 560, 315), "small": (17, 323, 525, 315), "upright": (568, 0, 359, 638)}
"""Left, top, width, height of the picture of each size in the one of all."""
_WHOLE = (927, 638)
_GROUND = (98, 115, 125)
_COLOURS = 32


def take_pictures(assistant: Assistant, folder: Path, only: tuple[str, ...] = (), *, full: bool = False) -> None:
    """Writes STATE.png with all three sizes into the folder; `full`: STATE_SIZE.png with every pixel instead."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser_alone() as browser:
        for name, state in STATES.items():
            if not only or name in only:
                taken = _take(assistant, browser, state)
                if full:
                    for size, picture in taken.items():
                        picture.save(folder / f"{name}_{size}.png")
                else:
                    _together(taken).save(folder / f"{name}.png", optimize=True)


def _take(assistant: Assistant, browser: Browser, state: State) -> Mapping[str, Image.Image]:
    with StillKiosk(assistant) as still, visitor(browser, still.url, WIDE) as page:
        state(page, still)
        page.mouse.move(0, 0)
        return {size: _picture(page, measures) for size, measures in SIZES.items()}


def _picture(page: Page, size: tuple[int, int]) -> Image.Image:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")


def _together(taken: Mapping[str, Image.Image]) -> Image.Image:
    whole = Image.new("RGB", _WHOLE, _GROUND)
    for size, picture in taken.items():
        left, top, width, height = _PLACES[size]
        whole.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (left, top))
    return whole.quantize(_COLOURS, dither=Image.Dither.NONE)
