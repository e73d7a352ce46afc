"""Warning signs in long utterances: a story is one, and so is what is heard of others who talk on and on."""

from __future__ import annotations

import pytest

from voice_assistant import Assistant
from voice_assistant.types import Alternative, Transcript, Word

WORD_S = 0.4


def said(text: str) -> Transcript:
    """Spoken without haste; each "…" stands for four seconds in which no word was understood."""
    words, now_s = [], 0.0
    for word in text.split():
        if word == "…":
            now_s += 4.0
        else:
            words.append(Word(word, 0.9, now_s, now_s + WORD_S))
            now_s += WORD_S
    plain = " ".join(word.text for word in words)
    return Transcript(plain, (Alternative(plain, 0.0),), tuple(words), 0.8, 0.0, now_s)


@pytest.mark.parametrize(
    "text",
    [
        "so i was gardening with my brother on tuesday and the leg was fine all morning and then we stopped for"
        " sandwiches and when i looked down it had gone all blue",
        "we did the run and my calf felt sore which is normal they say and then we had supper and watched the match and"
        " i slept all right and in the morning i put my hand there and it was cold as marble",
        "my knee aches you know from all the stairs at my sister's place it's on the third floor and there's no lift"
        " and she has that big dog too but what worries me is that it hurts to breathe",
        "coffee … … train … … said … … umbrella … … my leg is cold and it has gone blue",
    ],
)
def test_a_sign_in_the_middle_of_a_story_or_amid_scraps_of_talk_is_found(assistant: Assistant, text: str) -> None:
    assert assistant.new_conversation().hear(said(text)).response.urgent


@pytest.mark.parametrize(
    "text",
    [
        "my sister hurt her leg on the stairs at school and everybody was so kind about it so they all went out to play"
        " and we put the potatoes on and the neighbours came round for a bit and talked about the holidays and the train"
        " and the price of everything these days and then the dress was a lovely blue one",
        "coffee … … my leg … … train … … garden … … the umbrella … … blue … … saturday",
        "coffee … … train … … i can't … breathe … … saturday … … milk",
    ],
)
def test_a_sign_is_not_put_together_from_what_others_said_at_different_times(assistant: Assistant, text: str) -> None:
    assert not assistant.new_conversation().hear(said(text)).response.urgent
    assert assistant.new_conversation().hear(Transcript.typed(text.replace("… ", ""))).response.urgent
