"""Folded weights hold the original's numbers, split and scaled; anything that is no student is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from authoring.errors import AuthoringError
from authoring.tha.folding import folded
from runtime.tha.weights import SHAPES
from tests.tha_characters import BODY_LAYERS, FACE_LAYERS, Tensors, random_state


def fold(face: Tensors, body: Tensors) -> dict[str, np.ndarray]:
    return folded(face, body, face_file="face.pt", body_file="body.pt")


@pytest.fixture
def states() -> tuple[Tensors, Tensors]:
    return random_state(FACE_LAYERS, 0), random_state(BODY_LAYERS, 1)


def test_arrays_are_those_of_the_runtime(states: tuple[Tensors, Tensors]) -> None:
    made = fold(*states)
    assert {name: array.shape for name, array in made.items()} == SHAPES
    assert {array.dtype.name for array in made.values()} == {"float32"}


def test_columns_go_to_what_they_multiply(states: tuple[Tensors, Tensors]) -> None:
    """The input of a level is the level below, x and y, and the pose, in this order."""
    face, body = states
    made = fold(face, body)
    weight = 30.0 * body["siren_layers.1.0.linear.weight"][:, :, 0, 0]
    assert made["body.1.0.below"] == pytest.approx(weight[:, :180], rel=1e-6)
    assert made["body.1.0.position"] == pytest.approx(weight[:, 180:182], rel=1e-6)
    assert made["body.1.0.pose"] == pytest.approx(weight[:, 182:], rel=1e-6)
    assert made["face.0.bias"] == pytest.approx(30.0 * face["siren.sine_layers.0.linear.bias"], rel=1e-6)
    assert np.array_equal(made["face.out.weight"], face["siren.last_linear.weight"][:, :, 0, 0])


def test_a_missing_tensor_is_named(states: tuple[Tensors, Tensors]) -> None:
    face, body = states
    del face["siren.sine_layers.3.linear.bias"]
    with pytest.raises(AuthoringError, match=r"face.pt has no siren.sine_layers.3.linear.bias"):
        fold(face, body)


def test_networks_that_were_mixed_up_are_said_to_be(states: tuple[Tensors, Tensors]) -> None:
    with pytest.raises(AuthoringError, match=r"face.pt has no siren.sine_layers.0"):
        fold(states[1], states[0])


def test_another_shape_is_named_with_the_one_expected(states: tuple[Tensors, Tensors]) -> None:
    face, body = states
    body["last_linear.weight"] = body["last_linear.weight"][:6]
    with pytest.raises(
        AuthoringError, match=r"body.pt: last_linear.weight .* \(6, 90, 1, 1\), expected \(7, 90, 1, 1\)"
    ):
        fold(face, body)


def test_numbers_that_are_not_finite_are_refused(states: tuple[Tensors, Tensors]) -> None:
    face, body = states
    body["last_linear.bias"][2] = np.nan
    with pytest.raises(AuthoringError, match=r"last_linear.bias holds no finite numbers"):
        fold(face, body)


def test_a_tensor_too_many_is_refused(states: tuple[Tensors, Tensors]) -> None:
    face, body = states
    with pytest.raises(AuthoringError, match=r"face.pt holds 'more' as well"):
        fold(face | {"more": np.ones(3, np.float32)}, body)
