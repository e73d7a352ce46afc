"""Text of any kind is made fit to be said, or found to hold nothing to say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_assistant.speech.text import MOST_CHARACTERS, clean, is_speakable, pieces, replacer, shorten, word_count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rest the knee.", "Rest the knee."),
        ("  two\n\nlines\t", "two lines"),
        ("bell\a null\0 escape\x1b[31m", "bell null escape [31m"),
        ("half\ud800pair", "halfpair"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("cafe\u0301", "café"),
        ("\x01120Sfast", "120Sfast"),
        ("", ""),
    ],
)
def test_what_no_one_can_say_is_taken_out(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize("text", ["knee", "7", "колено", "膝", "—knee—"])
def test_letters_and_digits_of_any_alphabet_can_be_said(text: str) -> None:
    assert is_speakable(text)


@pytest.mark.parametrize("text", ["", "   ", "!?…", "🙂", "---"])
def test_signs_alone_cannot(text: str) -> None:
    assert not is_speakable(clean(text))


def test_whole_words_are_written_another_way() -> None:
    say = replacer({"ACL": "A C L", "911": "nine one one", "A.C.L": "long one", "Dr.": "doctor"})
    assert say("The ACL, (ACL) and 911.") == "The A C L, (A C L) and nine one one."
    assert say("ACLs, acl, 9110") == "ACLs, acl, 9110"
    assert say("Dr. A.C.L") == "doctor long one"
    assert replacer({})("ACL") == "ACL"


def test_english_words_and_numbers_count() -> None:
    assert word_count("A Baker's cyst, 20 of them: киста") == 6


def test_a_long_text_is_cut_after_a_word() -> None:
    short = shorten("knee " * 1_000)
    assert len(short) <= MOST_CHARACTERS
    assert short.endswith("knee")
    assert len(shorten("k" * 100_000)) == MOST_CHARACTERS


def test_a_text_of_any_length_comes_in_sentences() -> None:
    assert list(pieces("One knee. Two knees?\nThree! … 🙂")) == ["One knee.", "Two knees?", "Three!"]
    parts = list(pieces("knee " * 20_000))
    assert max(map(len, parts)) <= 400
    assert sum(part.count("knee") for part in parts) == 20_000


@given(st.text(max_size=300), st.integers(1, 50))
def test_pieces_lose_nothing_that_can_be_said(text: str, most: int) -> None:
    said = "".join(itertools.chain.from_iterable(part.split() for part in pieces(text, most)))
    expected = [each for each in clean(text) if each.isalnum()]
    assert [each for each in said if each.isalnum()] == expected
    assert all(len(part) <= most and is_speakable(part) for part in pieces(text, most))
