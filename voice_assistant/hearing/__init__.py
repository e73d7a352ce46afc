"""Hearing: sound comes in, what was said comes out.

`Listener` cuts the stream into utterances with the help of `Activity`, and has a `Recogniser` turn each into words.
"""

from __future__ import annotations

from voice_assistant.hearing.activity import Activity, Voice
from voice_assistant.hearing.commands import CommandRecogniser
from voice_assistant.hearing.confidence import Calibration, Features, confidence, features, fit
from voice_assistant.hearing.listener import Listener
from voice_assistant.hearing.model_folder import check_model_folder
from voice_assistant.hearing.recogniser import Recogniser

__all__ = [
    "Activity",
    "Calibration",
    "CommandRecogniser",
    "Features",
    "Listener",
    "Recogniser",
    "Voice",
    "check_model_folder",
    "confidence",
    "features",
    "fit",
]
