"""The assistant as other programs use it: load it, ask it, let it hear recordings, or run it with a microphone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from voice_assistant import heap
from voice_assistant.audio.loudness import audible
from voice_assistant.audio.microphone import AudioSource, Microphone
from voice_assistant.audio.playback import Playback
from voice_assistant.audio.stand_ins import FileMicrophone, NullLoudspeaker
from voice_assistant.conversation import Conversation
from voice_assistant.dialogue import Dialogue, DialogueSettings
from voice_assistant.hearing import Activity, Listener, Recogniser
from voice_assistant.loop import LoopEvents, VoiceLoop
from voice_assistant.patience import Patience
from voice_assistant.resources import Folders, Progress, Understanding, load_recogniser, load_understanding
from voice_assistant.settings import Settings
from voice_assistant.speech import SpeechRenderer
from voice_assistant.transcripts import join
from voice_assistant.types import AudioChunk, Guide, Transcript, Turn


class Assistant:
    """Answers questions about pain behind the knee, by text and by voice.

    >>> with Assistant.load() as assistant:
    ...     turn = assistant.ask("what is a baker's cyst")
    ...     print(turn.response.text)
    """

    def __init__(self, understanding: Understanding, settings: Settings, folders: Folders) -> None:
        self._understanding = understanding
        self.settings = settings
        self.folders = folders
        self._recogniser: Recogniser | None = None
        self._patience: Patience | None = None
        self._renderer: SpeechRenderer | None = None
        self.conversation = self.new_conversation()

    @classmethod
    def load(cls, settings: Settings | None = None, on_progress: Progress | None = None) -> Assistant:
        """Load the guide and what understands people; speech is loaded when it is first needed.

        Raises:
            AssistantError: something is missing or broken; the text says what to do.
        """
        chosen = settings or Settings()
        folders = Folders.default(chosen.dialogs, chosen.models, chosen.model)
        heap.limit_arenas()
        understanding = load_understanding(folders, on_progress or (lambda *_: None))
        heap.trim()
        return cls(understanding, chosen, folders)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as good as it could be, each in a sentence."""
        return self._understanding.warnings

    @property
    def guide(self) -> Guide:
        """The guide, as loaded."""
        return self._understanding.guide

    def new_conversation(self, dialogue: Dialogue | None = None, *, overheard: bool = False) -> Conversation:
        """A conversation that remembers nothing of another. `overheard`: talk about other things is not answered.

        `dialogue`: one that holds it in another way.
        """
        settings = _dialogue_settings(self.settings, ignore_out_of_scope=overheard)
        chosen = dialogue or Dialogue(self.guide, settings=settings)
        return Conversation(self._understanding.interpreter, chosen, self.patience, self.guide.listening)

    def ask(self, text: str, now_s: float = 0.0) -> Turn:
        """Answer a typed utterance in the assistant's own conversation."""
        return self.conversation.hear(Transcript.typed(text), now_s)

    def hear(self, sound: str | Path | Iterable[AudioChunk], *, fresh: bool = True) -> Turn:
        """Answer one recording: everything in it is one utterance. `fresh`: in a conversation of its own.

        Raises:
            AudioError: the recording cannot be read.
            ModelError: there is no usable speech model.
        """
        conversation = self.new_conversation() if fresh else self.conversation
        return conversation.hear(self.transcribe(sound))

    def transcribe(self, sound: str | Path | Iterable[AudioChunk]) -> Transcript:
        """The words of one recording, all its utterances joined; one that is far too quiet is made louder first."""
        chunks: Iterable[AudioChunk] = (
            FileMicrophone([sound], silence_s=0.0) if isinstance(sound, str | Path) else sound
        )
        listener = self._listener(patience_s=30.0)
        try:
            heard = [event for chunk in audible(chunks) for event in listener.feed(chunk)] + listener.flush()
        finally:
            listener.reset()  # the recogniser hears the next recording too, even when this one broke off
        return join([event for event in heard if isinstance(event, Transcript)])

    def run(
        self,
        source: AudioSource | None = None,
        loudspeaker: Playback | None = None,
        events: LoopEvents | None = None,
        *,
        in_step: bool = False,
    ) -> None:
        """Talk until the source ends, `goodbye` is answered or `stop()` is called.

        `source`: the default microphone when None. `in_step`: render speech in step with the chunks, so that recordings
        can be played faster than real time and give the same result each time.
        """
        self.loop(source, loudspeaker, events, in_step=in_step).run()

    def loop(
        self,
        source: AudioSource | None = None,
        loudspeaker: Playback | None = None,
        events: LoopEvents | None = None,
        *,
        in_step: bool = False,
    ) -> VoiceLoop:
        """The loop that `run` runs, for whoever wants to stop or steer it from another thread."""
        return VoiceLoop(
            source=source or Microphone(self.settings.microphone),
            listener=self._listener(),
            conversation=self.new_conversation(overheard=self.settings.attention == "always"),
            renderer=self.renderer,
            playback=loudspeaker or NullLoudspeaker(),
            events=events or LoopEvents(),
            settings=self.settings,
            in_step=in_step,
        )

    @property
    def patience(self) -> Patience:
        """How long to wait for the end of an utterance; from the guide's phrases."""
        if self._patience is None:
            texts = (phrase.text for phrase in self.guide.phrases)
            self._patience = Patience(texts, self.guide.listening.unfinished, self._understanding.endings)
        return self._patience

    @property
    def recogniser(self) -> Recogniser:
        """The recogniser, loaded at first use."""
        if self._recogniser is None:
            settings = self.settings
            self._recogniser = load_recogniser(
                self.folders, self.guide, tune=settings.tune, wake_phrases=settings.wake_phrases
            )
            heap.trim()
        return self._recogniser

    @property
    def renderer(self) -> SpeechRenderer:
        """The speech engine, started at first use."""
        if self._renderer is None:
            say_as = {term.text: term.say_as for term in self.guide.terms if term.say_as}
            self._renderer = SpeechRenderer(self.settings.voice, self.settings.rate_wpm, say_as=say_as)
        return self._renderer

    def close(self) -> None:
        """End the speech engine."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _listener(self, patience_s: float = 0.7) -> Listener:
        return Listener(self.recogniser, Activity(), patience_s=patience_s)


def _dialogue_settings(settings: Settings, *, ignore_out_of_scope: bool) -> DialogueSettings:
    return DialogueSettings(
        rate_wpm=settings.rate_wpm,
        volume=settings.volume,
        silence_prompt_s=settings.silence_prompt_s,
        ignore_out_of_scope=ignore_out_of_scope,
    )
