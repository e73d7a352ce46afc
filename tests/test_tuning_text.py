"""Text becomes words as a recogniser writes them; words that the model lacks get a spelling or a reason why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tuning_models import WORDS, tiny_file, tiny_model_folder
from voice_assistant.hearing.tuning import Vocabulary, WeightedText
from voice_assistant.hearing.tuning.ngram_file import SymbolTable
from voice_assistant.hearing.tuning.numbering import Numbering
from voice_assistant.hearing.tuning.numbers import number_words
from voice_assistant.hearing.tuning.phonemes import coarse, phonemes_of
from voice_assistant.hearing.tuning.spelling import pronouncing_lexicon, spell
from voice_assistant.hearing.tuning.text import GAP, words_of
from voice_assistant.hearing.tuning.trie import MISSING
from voice_assistant.hearing.tuning.vocabulary import chosen_by_ear, propose_spellings, usual_words, why_unspeakable
from voice_assistant.types import ModelError, SettingsError


def test_an_amount_without_end_is_only_long() -> None:
    assert words_of("$1" + ",000" * 1500)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's a Baker's cyst?", "what's a baker's cyst"),
        ("the Baker\u2019s cyst", "the baker's cyst"),
        ("over-the-counter (NSAIDs)", "over the counter nsaids"),
        ("Dr. Smith said: rest, ice…", "dr smith said rest ice"),
        ("take 2 tablets, 15 minutes", "take two tablets fifteen minutes"),
        ("A&E at 100%", "a and e at one hundred percent"),
        ("  ", ""),
        ("the lads' knees", "the lads' knees"),
        ("caf\u00e9 latte", "caf\u00e9 latte"),
        ("nai\u0308ve", "na\u00efve"),
        ("the \ufb01bula", "the fibula"),
        ("walk 1,000 steps", "walk one thousand steps"),
        ("2,3 or 10,20,30", "two three or ten twenty thirty"),
        ("1,234,567 visitors", "one million two hundred thirty four thousand five hundred sixty seven visitors"),
        ("built in 1984, not 1905", "built in nineteen eighty four not nineteen oh five"),
        ("from 1900 to 2005 or 2024", "from nineteen hundred to two thousand five or twenty twenty four"),
        ("call 007 or 5551234", "call zero zero seven or five five five one two three four"),
        ("at 10:30, 9:05 or 8:00", "at ten thirty nine oh five or eight o'clock"),
        ("at 10:30 a.m. or 8:00pm", "at ten thirty a m or eight p m"),
        ("£5.50, $20 or €1", "five pounds fifty twenty dollars or one euro"),
        ("$1,200 and 50¢", "one thousand two hundred dollars and fifty cents"),
        ("20°C, 2½ miles", "twenty degrees celsius two and a half miles"),
    ],
)
def test_words_are_those_that_are_said(text, words):
    assert " ".join(words_of(text)) == words


def test_a_sign_that_cannot_be_said_leaves_a_gap():
    assert words_of("take # daily") == ("take", GAP, "daily")


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ("18th", "eighteenth"),
        ("21st", "twenty first"),
        ("30th", "thirtieth"),
        ("1990s", "nineteen nineties"),
        ("1600s", "sixteen hundreds"),
        ("3.5", "three point five"),
        ("10am", "ten a m"),
        ("12oz", "twelve ounce"),
        ("b12", "b twelve"),
        ("covid19", "covid nineteen"),
    ],
)
def test_digits_with_other_signs_are_said_as_people_do(piece, words):
    said = words.split()
    symbols = SymbolTable("words", len(said), tuple(dict.fromkeys(said)), tuple(range(len(set(said)))))
    numbered = Numbering(symbols).numbered([WeightedText(piece)])
    assert [symbols.words[number] for number in next(numbered)[0]] == said


def test_somebody_may_say_how_a_piece_with_digits_sounds():
    numbering = Numbering(SymbolTable("words", 3, ("<eps>", "knee", "us"), (0, 1, 2)), {"b12": ("knee us",)})
    assert list(numbering.numbered([WeightedText("us b12")])) == [([2, 3], 1.0)]


def test_a_spelling_with_an_unknown_word_is_refused_before_the_work_begins():
    with pytest.raises(ModelError, match="'zzqq'"):
        Numbering(SymbolTable("words", 2, ("<eps>", "knee"), (0, 1)), {"b12": ("knee zzqq",)})


def test_a_word_with_accents_sounds_like_the_same_word_without_them():
    numbering = Numbering(SymbolTable("words", 3, ("<eps>", "cafe", "strasse"), (0, 1, 2)))
    assert [numbering.known_without_accents(word) for word in ("café", "straße", "crème", "cafe")] == [
        *("cafe", "strasse"),
        *(None, None),
    ]


@given(st.text())
def test_any_text_gives_words_without_spaces(text):
    assert all(" " not in word for word in words_of(text))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (512, "five hundred twelve"),
        (1000, "one thousand"),
        (21_305, "twenty one thousand three hundred five"),
        (999_999, "nine hundred ninety nine thousand nine hundred ninety nine"),
    ],
)
def test_numbers_are_words(number, words):
    assert " ".join(number_words(number)) == words


def test_a_vocabulary_tells_known_words_from_others(tmp_path):
    vocabulary = Vocabulary.from_model(tiny_model_folder(tmp_path))
    assert "knees" in vocabulary
    assert [vocabulary.known_form(word) for word in ("the", "'knees'")] == ["the", "knees"]
    assert [vocabulary.known_form(word) for word in ("knee's", "gastrocnemius")] == [None, None]


def test_a_folder_without_a_graph_is_refused(tmp_path):
    with pytest.raises(ModelError, match="dynamic graph"):
        Vocabulary.from_model(tmp_path)


def test_usual_words_come_likeliest_first():
    assert usual_words(tiny_file(), 3) == ("us", "me", "knee")


@pytest.mark.parametrize(
    ("word", "reason"), [("b12", "digits"), ("膝", "alphabet"), ("колено", "alphabet"), ("a" * 40, "34")]
)
def test_a_word_that_cannot_be_spelled_has_a_reason(word, reason):
    assert reason in (why_unspeakable(word) or "")


@pytest.mark.parametrize("word", ["gastrocnemius", "knee's", "slán", "hiya"])
def test_latin_words_can_be_spelled(word):
    assert why_unspeakable(word) is None


SOUNDS = {
    "gas": ("g", "a", "s"),
    "trek": ("t", "r", "E", "k"),
    "knees": ("n", "i", "z"),
    "knee": ("n", "i"),
    "me": ("m", "i"),
    "us": ("V", "s"),
}
LEXICON = pronouncing_lexicon(tuple(SOUNDS), tuple(SOUNDS.values()))


def test_a_word_that_sounds_the_same_is_the_only_spelling():
    assert [spelling.run for spelling in spell(("n", "i", "z"), LEXICON)] == [("knees",)]


def test_a_long_word_is_cut_where_known_words_meet():
    gastrocnemius = ("g", "a", "s", "t", "r", "@", "k", "n", "i", "m", "I", "@", "s")
    best = spell(gastrocnemius, LEXICON)[0]
    assert best.run == ("gas", "trek", "knee", "me", "us")


def test_nearer_sounds_come_first():
    found = spell(("n", "i", "m", "i", "z"), LEXICON)
    costs = [spelling.cost for spelling in found]
    assert costs == sorted(costs)
    assert len({spelling.run for spelling in found}) == len(found) > 1


@pytest.mark.parametrize("sounds", [(), ("x", "x", "x", "x")])
def test_nothing_near_gives_no_spelling(sounds):
    assert spell(sounds, LEXICON) == ()


def test_shades_that_do_not_tell_words_apart_are_dropped():
    assert coarse(["n", "'i:", "z"]) == ("n", "i", "z")
    assert coarse(["k", "'A@"]) == ("k", "A", "r")


def test_phonemes_come_from_espeak_one_line_a_word():
    knees, possessive, gas = phonemes_of(("knees", "knee's", "gas"))
    assert knees == possessive == ("n", "i", "z")
    assert gas == ("g", "a", "s")


def test_a_possessive_is_spelled_like_the_plural():
    assert propose_spellings(("knee's",), ("knees", "gas"))["knee's"] == ("knees",)


def test_the_run_that_was_heard_comes_first():
    proposed = {"x": ("one", "two", "three"), "y": ("alone",)}
    heard = []

    def listen(word, runs):
        heard.append(word)
        return "two"

    assert chosen_by_ear(proposed, listen) == {"x": ("two", "one", "three"), "y": ("alone",)}
    assert heard == ["x"]


@pytest.fixture
def numbering():
    symbols = tiny_file().symbols
    assert symbols is not None
    return Numbering(symbols)


def test_known_and_new_words_get_numbers_and_the_rest_a_gap(numbering):
    ((numbers, weight),) = numbering.numbered([WeightedText("the new 'knee' колено knee", 0.5)])
    knee = WORDS.index("knee")
    assert numbers == [WORDS.index("the"), len(WORDS), knee, MISSING, knee]
    assert weight == 0.5
    assert dict(numbering.new_words) == {"new": 1}


def test_words_of_other_alphabets_are_reported(numbering):
    ((numbers, _),) = numbering.numbered([WeightedText("the 膝 knee")])
    assert numbers[1] == MISSING
    assert "alphabet" in numbering.unspeakable["膝"]


def test_a_given_spelling_makes_any_word_sayable():
    symbols = tiny_file().symbols
    assert symbols is not None
    numbering = Numbering(symbols, {"膝": ("knee me",)})
    list(numbering.numbered([WeightedText("the 膝 knee")]))
    assert numbering.runs({"膝": ("knee me",)}) == {len(WORDS): ((WORDS.index("knee"), WORDS.index("me")),)}


def test_a_known_word_keeps_its_own_sound_beside_a_given_one(numbering):
    knees = WORDS.index("knees")
    assert numbering.runs({"knees": ("knee us",)})[knees] == ((knees,), (WORDS.index("knee"), WORDS.index("us")))


@pytest.mark.parametrize("spelling", ["gas trekking", ""])
def test_a_spelling_with_unknown_words_is_refused(numbering, spelling):
    with pytest.raises(ModelError, match="knees"):
        numbering.runs({"knees": (spelling,)})


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_weight_that_means_nothing_is_refused(numbering, weight):
    with pytest.raises(SettingsError, match="weight"):
        list(numbering.numbered([WeightedText("the knee", weight)]))
