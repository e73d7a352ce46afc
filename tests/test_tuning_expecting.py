"""What a tuned model expects to be said: the text's sentences as far as they can be heard, and other talk."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.tuning_models import END, START, WORDS, backed_off, tiny_file, tiny_model_folder, tiny_probabilities
from voice_assistant.hearing.expected import EXPECTED, Expected, read_expected
from voice_assistant.hearing.tuning import WeightedText, tune
from voice_assistant.hearing.tuning.backoff_model import model_from_file
from voice_assistant.hearing.tuning.expecting import OTHER_SENTENCES
from voice_assistant.hearing.tuning.sampling import sample
from voice_assistant.types import ModelError


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    return tiny_model_folder(tmp_path / "stock")


def expected_of(stock: Path, *texts: str, spoken_as: dict[str, tuple[str, ...]] | None = None) -> Expected:
    folder = stock.parent / "tuned"
    tune(stock, [WeightedText(text) for text in texts], folder, spoken_as)
    found = read_expected(folder)
    assert found is not None
    return found


# --- sentences drawn from the general model -------------------------------------------------------


def test_drawn_words_come_as_often_as_the_model_says() -> None:
    drawn = sample(model_from_file(tiny_file(), len(WORDS)), count=20_000, longest=2)
    first = Counter(WORDS[sentence[0]] if sentence else END for sentence in drawn)
    table = tiny_probabilities()
    for word in ("a", "the"):
        left = 1 - sum(table[START,].values())  # what is listed may be drawn once more after backing off
        wanted = table[START,][word] + left * backed_off(table, (), word)
        assert first[word] / 20_000 == pytest.approx(wanted, abs=0.015)
    after_a = Counter(WORDS[sentence[1]] for sentence in drawn if len(sentence) > 1 and WORDS[sentence[0]] == "a")
    assert after_a["b"] > 0.65 * after_a.total()


def test_no_sentence_is_longer_than_wanted_and_the_start_is_never_drawn() -> None:
    model = model_from_file(tiny_file(), len(WORDS))
    drawn = sample(model, count=500, longest=3)
    assert {len(sentence) for sentence in drawn} == {0, 1, 2, 3}
    assert not {model.start, model.end} & {word for sentence in drawn for word in sentence}


def test_the_same_model_gives_the_same_sentences() -> None:
    model = model_from_file(tiny_file(), len(WORDS))
    assert sample(model, 50, 5) == sample(model, 50, 5)


# --- what is kept of the text ---------------------------------------------------------------------


def test_the_texts_sentences_are_expected_each_once_beside_some_of_other_talk(stock: Path) -> None:
    found = expected_of(stock, "The knee.", "the knee", "a the knees us")
    assert found.sentences.count("the knee") == 1
    assert "a the knees us" in found.sentences
    assert 10 < len(found.sentences) <= OTHER_SENTENCES + 2
    assert {word for sentence in found.sentences for word in sentence.split()} <= set(WORDS[1:12])


def test_a_new_word_is_expected_as_it_sounds_and_written_as_it_is(stock: Path) -> None:
    found = expected_of(stock, "the gastroc", spoken_as={"gastroc": ("gas trek", "gas trek us")})
    assert "the gas trek" in found.sentences
    assert found.spoken_as == {"gas trek": "gastroc"}


def test_a_spelling_of_one_word_stays_that_word(stock: Path) -> None:
    found = expected_of(stock, "the niece", spoken_as={"niece": ("knees",)})
    assert "the knees" in found.sentences
    assert found.spoken_as == {}


def test_a_known_word_that_has_a_spelling_too_is_expected_as_itself(stock: Path) -> None:
    found = expected_of(stock, "a knee", spoken_as={"knee": ("me us",)})
    assert "a knee" in found.sentences
    assert found.spoken_as == {}


def test_a_sentence_with_a_word_that_cannot_be_heard_is_left_out(stock: Path) -> None:
    with_it = expected_of(stock, "the knee gas us", "d trek b knee us me колено", "d trek b knee us me 3rd")
    assert "the knee gas us" in with_it.sentences
    assert not [sentence for sentence in with_it.sentences if sentence.startswith("d trek b knee us me")]


# --- the file -------------------------------------------------------------------------------------


def test_a_stock_model_expects_nothing(stock: Path) -> None:
    assert read_expected(stock) is None


@pytest.mark.parametrize("content", [b"", b"[]", b'{"sentences": 1, "spoken_as": {}}', b'{"sentences": []}', b"\xff"])
def test_a_damaged_list_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / EXPECTED).write_bytes(content)
    with pytest.raises(ModelError, match=r"expected\.json cannot be read"):
        read_expected(tmp_path)
