"""What a person can do something about: every text says what to do."""

from __future__ import annotations


class AssistantError(Exception):
    """A fault outside the program; its text is one sentence that says what is wrong and what to do."""


class SettingsError(AssistantError):
    """A setting is unknown, of the wrong kind or out of range."""


class GuideError(AssistantError):
    """A file in dialogs/ breaks a rule; the text names file, line and node."""


class ModelError(AssistantError):
    """A model is missing, damaged or not of the kind that is needed."""


class AudioError(AssistantError):
    """A recording or a sound device cannot be used."""


class VoiceError(AssistantError):
    """The speech engine cannot be started or keeps failing."""
