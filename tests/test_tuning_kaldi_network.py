"""A layer of the acoustic network gets more room, and answers as before until it has learned."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.hearing_sounds import pcm, recording
from voice_assistant.hearing import Recogniser
from voice_assistant.hearing.tuning.kaldi_network import matrix, place, widened, with_room

MODEL = Path(__file__).parents[1] / "models" / "vosk-model-small-en-us-0.15"
DOWN = np.arange(12, dtype="<f4").reshape(2, 6) + 1
UP = np.arange(16, dtype="<f4").reshape(4, 4) + 100
"""Of two numbers at each of two frames."""


def component(name: str, values: np.ndarray) -> bytes:
    sizes = b"".join(struct.pack("<bi", 4, size) for size in values.shape)
    kind = b"FM " if values.ndim == 2 else b"FV "
    return b"<ComponentName> %s <TdnnComponent> <LinearParams> %s%s%s<BiasParams> FV \x04\0\0\0\0</TdnnComponent> " % (
        name.encode(),
        kind,
        sizes,
        values.astype("<f4").tobytes(),
    )


NETWORK = component("one.linear", DOWN) + component("one.affine", UP) + component("two.linear", DOWN + 50)


def answer(network: bytes, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What the layer makes of two frames."""
    down, up = matrix(network, "one.linear", "LinearParams"), matrix(network, "one.affine", "LinearParams")
    return up @ np.concatenate((down @ first, down @ second))


def test_a_matrix_is_read_as_the_file_holds_it():
    np.testing.assert_array_equal(matrix(NETWORK, "one.affine", "LinearParams"), UP)
    np.testing.assert_array_equal(matrix(NETWORK, "two.linear", "LinearParams"), DOWN + 50)


def test_a_wider_layer_answers_as_before():
    wide = widened(NETWORK, "one", 5)
    assert matrix(wide, "one.linear", "LinearParams").shape == (5, 6)
    assert matrix(wide, "one.affine", "LinearParams").shape == (4, 10)
    first, second = np.random.default_rng(2).standard_normal((2, 6)).astype(np.float32)
    np.testing.assert_allclose(answer(wide, first, second), answer(NETWORK, first, second), rtol=1e-5)


def test_what_is_new_belongs_to_each_frame():
    wide = matrix(widened(NETWORK, "one", 3), "one.affine", "LinearParams")
    np.testing.assert_array_equal(wide[0], [100, 101, 0, 102, 103, 0])


def test_the_rest_of_the_file_stays():
    wide = widened(NETWORK, "one", 5)
    assert wide.endswith(component("two.linear", DOWN + 50))
    assert place(wide, "one.affine", "BiasParams", (0,)) < len(wide)
    assert widened(NETWORK, "one", 2) == NETWORK


def test_only_layers_that_need_it_get_room():
    fields = {"one.linear/LinearParams": (4, 6), "two.linear/BiasParams": (0,), "output/BiasParams": (9,)}
    assert with_room(NETWORK, fields) == widened(NETWORK, "one", 4)


@pytest.mark.parametrize(("layer", "width"), [("one", 1), ("three", 5), ("two", 5)])
def test_a_layer_that_does_not_fit_is_refused(layer, width):
    with pytest.raises(ValueError, match=r"cannot have a width|not found"):
        widened(NETWORK, layer, width)


def test_a_field_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="another shape"):
        matrix(component("one.linear", DOWN[0]), "one.linear", "LinearParams")


def test_vosk_hears_the_same_through_a_wider_network(tmp_path):
    shutil.copytree(MODEL, tmp_path / "wide")
    network = (MODEL / "am/final.mdl").read_bytes()
    for layer in range(2, 13):
        network = widened(network, f"tdnnf{layer}", 192)
    (tmp_path / "wide/am/final.mdl").unlink()
    (tmp_path / "wide/am/final.mdl").write_bytes(network)

    def heard(folder: Path) -> str:
        recogniser = Recogniser(folder)
        recogniser.feed(pcm(recording("question")))
        return recogniser.finish().text

    assert heard(MODEL) == "what can i do about it at home"
    assert heard(tmp_path / "wide") == heard(MODEL)
