"""The values that travel from room to room, and the errors that a person can do something about.

All values are frozen: a room that wants another value makes a new one. Units stand in the names.

    AssistantError
    ├── SettingsError     a setting, flag or settings file is wrong
    ├── GuideError        a file in dialogs/ is wrong (names file, line and node)
    ├── ModelError        a model is missing, damaged or of another kind
    ├── AudioError        a recording or a sound device cannot be used
    └── VoiceError        the speech engine cannot speak
"""

from voice_assistant.types.errors import AssistantError, AudioError, GuideError, ModelError, SettingsError, VoiceError
from voice_assistant.types.guide import (
    Answer,
    Concept,
    Evidence,
    Guide,
    Listening,
    Node,
    Omission,
    Phrase,
    Question,
    Rule,
    Term,
)
from voice_assistant.types.limits import (
    BREATH_WORDS,
    CHECK_QUESTIONS,
    FASTEST_WPM,
    KIOSK_PORT,
    SLOWEST_WPM,
    USUAL_WPM,
    group_of,
)
from voice_assistant.types.sound import (
    SAMPLE_RATE_HZ,
    Alternative,
    AudioChunk,
    Heard,
    PartialTranscript,
    SpeechStarted,
    Transcript,
    Word,
)
from voice_assistant.types.talk import (
    Candidate,
    Context,
    Expects,
    Match,
    NoMatch,
    Reason,
    RedFlag,
    Response,
    Sentence,
    Sign,
    Slots,
    Turn,
    Understood,
)

__all__ = [
    "BREATH_WORDS",
    "CHECK_QUESTIONS",
    "FASTEST_WPM",
    "KIOSK_PORT",
    "SAMPLE_RATE_HZ",
    "SLOWEST_WPM",
    "USUAL_WPM",
    "Alternative",
    "Answer",
    "AssistantError",
    "AudioChunk",
    "AudioError",
    "Candidate",
    "Concept",
    "Context",
    "Evidence",
    "Expects",
    "Guide",
    "GuideError",
    "Heard",
    "Listening",
    "Match",
    "ModelError",
    "NoMatch",
    "Node",
    "Omission",
    "PartialTranscript",
    "Phrase",
    "Question",
    "Reason",
    "RedFlag",
    "Response",
    "Rule",
    "Sentence",
    "SettingsError",
    "Sign",
    "Slots",
    "SpeechStarted",
    "Term",
    "Transcript",
    "Turn",
    "Understood",
    "VoiceError",
    "Word",
    "group_of",
]
