"""The kiosk: a screen on this machine that shows the conversation, can do all by touch, and forgets every visit."""

from __future__ import annotations

from voice_assistant.kiosk.clinic import Clinic, load_clinic, localised
from voice_assistant.kiosk.kiosk import Kiosk
from voice_assistant.kiosk.server import KioskServer, bind
from voice_assistant.kiosk.values import Look, Steering, TimerLook, TroubleKind
from voice_assistant.kiosk.words import Words, load_words

__all__ = [
    "Clinic",
    "Kiosk",
    "KioskServer",
    "Look",
    "Steering",
    "TimerLook",
    "TroubleKind",
    "Words",
    "bind",
    "load_clinic",
    "load_words",
    "localised",
]
