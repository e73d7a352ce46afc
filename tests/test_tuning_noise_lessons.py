"""What the network was taught about noise is added to the weights that it was taught from, and to no others."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from voice_assistant.hearing.tuning.noise_lessons import (
    checksum,
    lessons_of,
    place,
    save,
    taught,
    with_lessons,
)
from voice_assistant.models import SPEECH_MODEL, default_folder
from voice_assistant.types import ModelError

STOCK = default_folder() / SPEECH_MODEL
MATRIX = np.arange(6, dtype="<f4").reshape(2, 3)
BIAS = np.array([5.0, -7.0], "<f4")


def matrix(values: np.ndarray) -> bytes:
    return b"FM " + b"".join(struct.pack("<bi", 4, size) for size in values.shape) + values.tobytes()


def network(first: np.ndarray = MATRIX) -> bytes:
    """Two layers as Kaldi writes them."""
    bias = b"FV " + struct.pack("<bi", 4, 2) + BIAS.tobytes()
    layer = b"<ComponentName> %s <NaturalGradientAffineComponent> <LinearParams> %s<BiasParams> %s</Component>"
    return b"\0B" + layer % (b"one", matrix(first), bias) + layer % (b"two", matrix(MATRIX + 100), bias)


@pytest.fixture
def model(tmp_path):
    (tmp_path / "am").mkdir()
    (tmp_path / "am/final.mdl").write_bytes(network())
    return tmp_path


@pytest.fixture
def lessons(tmp_path):
    """What leads from both layers to others."""
    before = {"one/LinearParams": MATRIX, "two/BiasParams": BIAS}
    after = {"one/LinearParams": MATRIX + 1, "two/BiasParams": BIAS * 2}
    path = tmp_path / "lessons.npz"
    save(path, network(), lessons_of(before, after))
    return path


def numbers(content: bytes, component: str, field: str, shape: tuple[int, ...]) -> np.ndarray:
    at = place(content, component, field, shape)
    return np.frombuffer(content, "<f4", int(np.prod(shape)), at).reshape(shape)


def test_the_lessons_are_added_where_they_belong_and_nowhere_else(model, lessons):
    content = taught(model, lessons)
    assert content is not None
    assert len(content) == len(network())
    np.testing.assert_allclose(numbers(content, "one", "LinearParams", (2, 3)), MATRIX + 1, rtol=1e-6)
    np.testing.assert_allclose(numbers(content, "one", "BiasParams", (2,)), BIAS)
    np.testing.assert_allclose(numbers(content, "two", "LinearParams", (2, 3)), MATRIX + 100)
    np.testing.assert_allclose(numbers(content, "two", "BiasParams", (2,)), BIAS * 2, rtol=1e-6)


def test_half_of_the_lessons_leads_half_of_the_way(model, lessons):
    half = taught(model, lessons, share=0.5)
    assert half is not None
    np.testing.assert_allclose(numbers(half, "one", "LinearParams", (2, 3)), MATRIX + 0.5, rtol=1e-6)
    np.testing.assert_allclose(numbers(half, "two", "BiasParams", (2,)), BIAS + BIAS / 2, rtol=1e-6)
    assert taught(model, lessons, share=0) is None


def test_a_change_is_kept_to_within_half_a_step_of_its_row():
    random = np.random.default_rng(1)
    before = {"one/LinearParams": random.standard_normal((40, 30)).astype(np.float32)}
    change = random.standard_normal((40, 30)).astype(np.float32) * np.geomspace(1e-4, 10, 40, dtype=np.float32)[:, None]
    kept = lessons_of(before, {"one/LinearParams": before["one/LinearParams"] + change})
    back = kept["one/LinearParams"] * kept["one/LinearParams/step"][:, None]
    assert (np.abs(back - change).max(axis=1) <= np.abs(change).max(axis=1) / 127 * 0.51 + 1e-6).all()


def test_what_did_not_change_stays_exactly_as_it_was():
    assert with_lessons(network(), lessons_of({"one/BiasParams": BIAS}, {"one/BiasParams": BIAS})) == network()


def test_another_network_keeps_its_own_weights(model, lessons):
    (model / "am/final.mdl").write_bytes(network(MATRIX * 3))
    assert taught(model, lessons) is None


def test_lessons_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="another shape"):
        with_lessons(network(), lessons_of({"one/LinearParams": MATRIX.T}, {"one/LinearParams": MATRIX.T + 1}))


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 cut short"])
def test_damaged_lessons_are_an_error_in_one_sentence(model, tmp_path, content):
    (tmp_path / "lessons.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"lessons\.npz, is damaged: install the program again\.$"):
        taught(model, tmp_path / "lessons.npz")


def test_missing_lessons_are_an_error_in_one_sentence(model, tmp_path):
    for look in (lambda path: taught(model, path), checksum):
        with pytest.raises(ModelError, match=r"lessons\.npz, is damaged: install the program again\.$"):
            look(tmp_path / "lessons.npz")


def test_a_missing_network_is_an_error_in_one_sentence(tmp_path, lessons):
    with pytest.raises(ModelError, match=r"cannot be read .*: fetch it again\.$"):
        taught(tmp_path / "nowhere", lessons)


def test_the_speech_model_that_is_fetched_has_lessons_for_all_its_layers():
    before = (STOCK / "am/final.mdl").read_bytes()
    after = taught(STOCK)
    assert after is not None
    assert len(after) == len(before)
    for component in ("tdnn1.affine", *(f"tdnnf{layer}.affine" for layer in range(2, 13)), "output.affine"):
        rows = 2192 if component == "output.affine" else 640
        old, new = (numbers(content, component, "BiasParams", (rows,)) for content in (before, after))
        assert 0 < np.abs(new - old).max() < 2, component
    heads = (content[: content.index(b"<NumComponents>")] for content in (before, after))
    assert next(heads) == next(heads)
