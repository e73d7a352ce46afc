"""Speech: a sentence goes in, sound comes out. The engine lives in a process of its own, so that it can hang or crash alone."""

from voice_assistant.speech.protocol import Voice
from voice_assistant.speech.renderer import SpeechRenderer

__all__ = ["SpeechRenderer", "Voice"]
