"""What is heard while the assistant speaks: its own voice, somebody's word to it, or the rest of a question."""

from __future__ import annotations

from dataclasses import replace

from voice_assistant.conversation import Conversation
from voice_assistant.interjection import (
    is_clear_so_far,
    is_continuation,
    is_interjection,
    transcript_without_echo,
    without_echo,
)
from voice_assistant.loop_memory import Memory, Utterance
from voice_assistant.talking import Talker
from voice_assistant.transcripts import join
from voice_assistant.types import Alternative, Listening, Transcript, Understood
from voice_assistant.understanding.echo import foreign_words, words_of

STEADY_S, STEADY_STOP_S = 0.25, 0.1
"""So long words must stay as they are before they interrupt: the last word of a guess often changes again."""


class Overheard:
    """Judges utterances by what the assistant has just spoken. For the loop's thread."""

    def __init__(self, conversation: Conversation, talker: Talker, memory: Memory) -> None:
        self._conversation = conversation
        self._talker = talker
        self._memory = memory
        self._listening = conversation.listening
        singles = {command for command in self._listening.commands if " " not in command}
        self._through = replace(self._listening, over_speech=self._listening.over_speech | singles)
        """Where the echo is cancelled, every command of one word is heeded."""

    def words(self, text: str, utterance: Utterance) -> str:
        """The words of somebody else; everything that was heard when there is a warning sign in it."""
        if self._has_warning(text, utterance) or self._is_somebodys(text, utterance):
            return text
        return without_echo(text, self._spoken(utterance))

    def transcript(self, transcript: Transcript, utterance: Utterance) -> Transcript:
        """What somebody else said; everything that was heard when there is a warning sign in it.

        Where the words mean nothing, what the second ear heard is believed, if the assistant cannot have heard itself.
        """
        if self._has_warning(transcript.text, utterance):
            return transcript
        whole = self._is_somebodys(transcript.text, utterance)
        said = transcript if whole else transcript_without_echo(transcript, self._spoken(utterance))
        command = transcript.command
        if not self._is_somebodys(command, utterance) or self._is_interjection(said.text, utterance):
            return said
        if not self._is_interjection(command, utterance):
            return said
        return replace(said, text=command, alternatives=(Alternative(command, 0.0), *said.alternatives))

    def is_answered(self, text: str, utterance: Utterance) -> bool:
        """Whether a finished utterance is to be answered; `continues` is forgotten where it does not."""
        if not utterance.over_speech:
            return True
        if self._is_continued(text, utterance):
            return True
        utterance.continues = ()
        return self._is_interjection(text, utterance)

    def consider(self, text: str, understood: Understood, utterance: Utterance) -> bool:
        """Whether words so far are meant for the assistant; over its speech, they have to stay so for a moment."""
        if not utterance.over_speech:
            return True
        is_clear = is_clear_so_far(text, understood, self._listens_for(utterance), self._conversation.context)
        is_meant = is_clear or self._is_continued(text, utterance)
        utterance.meant = understood if is_meant else None
        utterance.meant_since_s = self._memory.now_s
        return is_meant

    def interrupts(self) -> Understood | None:
        """What has been meant for long enough to be heeded, while the assistant speaks."""
        utterance = self._memory.utterance
        if utterance is None or utterance.meant is None or not self._talker.is_speaking:
            return None
        steady_s = STEADY_STOP_S if utterance.meant.node_id == "control.stop" else STEADY_S
        return utterance.meant if self._memory.now_s - utterance.meant_since_s >= steady_s else None

    def _is_interjection(self, text: str, utterance: Utterance) -> bool:
        understood = self._conversation.foresee(text, self._memory.now_s)[0]
        if utterance.may_be_echo and " " not in text and understood.node_id != "control.stop":
            return False  # in the first second it makes "faster" of "are stiff"
        return is_interjection(text, understood, self._listens_for(utterance), self._conversation.context)

    def _listens_for(self, utterance: Utterance) -> Listening:
        return self._through if utterance.hears_through else self._listening

    def _is_somebodys(self, text: str, utterance: Utterance) -> bool:
        """Whether all words are somebody else's though the assistant speaks some of them: its voice is not heard."""
        if not utterance.over_speech or not utterance.hears_through:
            return False
        words, spoken = words_of(text), self._spoken(utterance)
        is_answer = self._conversation.context.expects == "yes_no" and set(words) <= self._listening.over_speech
        is_command = text in self._listening.commands and not set(words) <= set(spoken)
        return bool(words) and (is_answer or is_command or bool(foreign_words(words, spoken)))

    def _spoken(self, utterance: Utterance) -> list[str]:
        return self._talker.spoken_since(utterance.started_s) if utterance.over_speech else []

    def _has_warning(self, text: str, utterance: Utterance) -> bool:
        """Whether there is a warning sign in it of which the assistant has spoken no word.

        One word is not enough: it makes "an emergency" of "an MRI" when it hears itself.
        """
        flag = self._conversation.warning(text) if utterance.over_speech else None
        words = words_of(flag.words) if flag else []
        return len(words) > 1 and not set(words) & set(self._spoken(utterance))

    def _is_continued(self, text: str, utterance: Utterance) -> bool:
        """Whether it goes on with the question whose answer has just begun."""
        finished = self._memory.finished
        if not text or finished is None or not utterance.continues:
            return False
        whole = self._conversation.foresee_continued(f"{join(utterance.continues).text} {text}", finished.state_before)
        return is_continuation(finished.understood, whole)
