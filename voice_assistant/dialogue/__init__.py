"""Dialogue: what was understood becomes what is said.

- dialogue.py: the way through a turn: warning signs, then answers to what was asked, then the rest
- state.py: what a conversation remembers
- reply.py: a turn while it is put together
- urgent.py: warning signs
- topics.py: questions about a topic, built on answers.py
- check.py: the guided check; check_result.py its end
- walk.py: POLICE and HARM step by step
- timer.py: the icing timer
- commands.py: yes, no, next, stop…; pace.py how fast and loud; recall.py again, go on, where was I
- refusals.py: three honest refusals
- silence.py: prompts when nobody speaks
- lines.py: the assistant's own talk; numbers.py numbers as words
"""

from voice_assistant.dialogue.dialogue import IGNORED, Dialogue
from voice_assistant.dialogue.state import DialogueSettings, DialogueState

__all__ = ["IGNORED", "Dialogue", "DialogueSettings", "DialogueState"]
