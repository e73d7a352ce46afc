"""Understanding: from a transcript to a node of the guide, or to an honest refusal."""

from voice_assistant.understanding.compiled import CompiledGuide
from voice_assistant.understanding.embedding import Embedder
from voice_assistant.understanding.endings import Endings
from voice_assistant.understanding.interpreter import Interpreter
from voice_assistant.understanding.thresholds import Thresholds, load_thresholds, save_thresholds
from voice_assistant.understanding.together import TOGETHER_S

__all__ = [
    "TOGETHER_S",
    "CompiledGuide",
    "Embedder",
    "Endings",
    "Interpreter",
    "Thresholds",
    "load_thresholds",
    "save_thresholds",
]
