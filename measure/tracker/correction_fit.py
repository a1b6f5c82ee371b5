"""Fits the face correction: a small network trained on drawn people.

weights = fit_correction(train, seed=0)
weights = with_share(weights, choose_shares(weights, validation))

The network is exactly symmetric in left and right: it is averaged with its own mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.expressions.face_correction import SHAPES, CorrectionWeights
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import REST
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from vision.face_shape import OTHER_POINT, face_shape
from vision.head_pose import head_pose

Doubles = NDArray[np.float64]

#: Number of principal components that are symmetric, and antisymmetric, in left and right.
_ALIKE, _DIFFERENT = 28, 16
_HIDDEN: Final = 40
_EPOCHS: Final = 60
_BATCH: Final = 256
_RATE: Final = 3e-3
_DECAY: Final = 1e-4
#: Threshold of the Huber loss: larger errors count linearly.
_HUBER: Final = 0.3
#: Standard deviation of the Gaussian input noise, relative to each input's own (regularisation).
_INPUT_NOISE: Final = 0.4
#: Index of each coefficient's counterpart on the other side; below, the same for all outputs with the gaze.
OTHER_SIDE: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
_OTHER_OUTPUT: Final = np.array([*OTHER_SIDE, SHAPES, SHAPES + 1])
_OUTPUT_SIGN: Final = np.array([*[1.0] * SHAPES, -1.0, 1.0])
#: Signs of yaw, pitch and roll in a mirror.
_ANGLE_SIGN: Final = np.array([-1.0, 1.0, -1.0])


@dataclass(frozen=True, slots=True, eq=False)
class NeutralRelative:
    """Measurements of N pictures relative to the same person's neutral, and the truth.

    Attributes:
        blendshapes: (N, 52). shape: (N, 3 K) points. angles: (N, 3) radians.
        truth: (N, 54) coefficients and gaze, which are absolute.
    """

    blendshapes: Doubles
    shape: Doubles
    angles: Doubles
    truth: Doubles


def relative_to_neutral(samples: TrackedSamples) -> NeutralRelative:
    """Subtract the median of each person's rest pictures from all of their pictures."""
    measured = np.array(
        [
            np.concatenate([face.blendshapes, face_shape(face), head_pose(face.transform)[:3]])
            for face in map(samples.observation, range(len(samples.person)))
        ]
    )
    for person in np.unique(samples.person):
        of = samples.person == person
        measured[of] -= np.median(measured[of & (samples.kind == REST)], axis=0)
    truth = np.concatenate([samples.expression, samples.gaze], axis=1).astype(np.float64)
    return NeutralRelative(measured[:, :SHAPES], measured[:, SHAPES:-3], measured[:, -3:], truth)


def fit_correction(train: TrackedSamples, *, seed: int = 0) -> CorrectionWeights:
    """Train the correction; all shares are 1, except 0 for the eyeLook shapes."""
    there = relative_to_neutral(train)
    components, sign = _components(there.shape)
    x = np.concatenate([there.blendshapes, there.shape @ components, there.angles], axis=1)
    other = np.array([*OTHER_SIDE, *range(SHAPES, x.shape[1])])
    turned = np.array([*[1.0] * SHAPES, *sign, *_ANGLE_SIGN])
    x = np.concatenate([x, x[:, other] * turned])
    y = np.concatenate([there.truth, there.truth[:, _OTHER_OUTPUT] * _OUTPUT_SIGN])
    scale = x.std(axis=0) + 1e-4
    net = _trained(x / scale, y, np.random.default_rng(seed))
    # The mean of the network and its mirror image, as one network of twice the width.
    first = np.concatenate([net["first"], net["first"][other] * turned[:, None]], axis=1)
    second = np.concatenate([net["second"], net["second"][:, _OTHER_OUTPUT] * _OUTPUT_SIGN]) / 2
    mirrored_straight = net["straight"][other][:, _OTHER_OUTPUT] * turned[:, None] * _OUTPUT_SIGN
    return CorrectionWeights(
        components=components.astype(np.float32),
        scale=scale.astype(np.float32),
        first=first.astype(np.float32),
        bias=np.concatenate([net["bias"]] * 2).astype(np.float32),
        second=second.astype(np.float32),
        straight=((net["straight"] + mirrored_straight) / 2).astype(np.float32),
        # the eyeLook shapes are computed from the gaze
        share=np.array(
            [not name.startswith("eyeLook") for name in (*BLENDSHAPES, "yaw", "pitch")], np.float32
        ),
    )


def with_share(weights: CorrectionWeights, share: NDArray[Any]) -> CorrectionWeights:
    """The same network with another share (54,) of each output applied."""
    return replace(weights, share=np.asarray(share, np.float32))


def _components(shape: Doubles) -> tuple[Doubles, Doubles]:
    """Principal components (3 K, C), each symmetric or antisymmetric, and their signs (C,) in a mirror."""
    turned = (shape.reshape(len(shape), -1, 3)[:, OTHER_POINT] * [-1.0, 1.0, 1.0]).reshape(len(shape), -1)
    parts, signs = [], []
    for sign, count in ((1.0, _ALIKE), (-1.0, _DIFFERENT)):
        half = (shape + sign * turned) / 2
        _, vectors = np.linalg.eigh(half.T @ half)
        parts.append(vectors[:, ::-1][:, :count])
        signs += [sign] * count
    return np.concatenate(parts, axis=1), np.array(signs)


def _trained(x: Doubles, y: Doubles, random: np.random.Generator) -> dict[str, Doubles]:
    """Adam on a Huber loss. Source: D. Kingma, J. Ba, "Adam", ICLR 2015, algorithm 1."""
    inputs, outputs = x.shape[1], y.shape[1]
    net = {
        "first": random.normal(0.0, inputs**-0.5, (inputs, _HIDDEN)),
        "bias": random.normal(0.0, 0.3, _HIDDEN),
        "second": random.normal(0.0, 0.3 * _HIDDEN**-0.5, (_HIDDEN, outputs)),
        "straight": np.zeros((inputs, outputs)),
    }
    mean = {name: np.zeros_like(array) for name, array in net.items()}
    square = {name: np.zeros_like(array) for name, array in net.items()}
    steps, step = _EPOCHS * (len(x) // _BATCH), 0
    is_shape = np.arange(outputs) < SHAPES
    for _ in range(_EPOCHS):
        order = random.permutation(len(x))
        for begin in range(0, len(x) - _BATCH + 1, _BATCH):
            chosen = order[begin : begin + _BATCH]
            gradient = _gradient(
                net, x[chosen] + random.normal(0.0, _INPUT_NOISE, (_BATCH, inputs)), y[chosen], is_shape
            )
            step += 1
            rate = _RATE * (0.5 + 0.5 * np.cos(np.pi * step / steps))
            for name, array in net.items():
                mean[name] += 0.1 * (gradient[name] - mean[name])
                square[name] += 0.01 * (gradient[name] ** 2 - square[name])
                change = mean[name] / (1 - 0.9**step) / (np.sqrt(square[name] / (1 - 0.99**step)) + 1e-8)
                array -= rate * (change + (0.0 if name == "bias" else _DECAY) * array)
    return net


def _gradient(
    net: dict[str, Doubles], x: Doubles, y: Doubles, is_shape: NDArray[np.bool_]
) -> dict[str, Doubles]:
    hidden, at_rest = np.tanh(x @ net["first"] + net["bias"]), np.tanh(net["bias"])
    output = (hidden - at_rest) @ net["second"] + x @ net["straight"]
    error = np.clip((output - y) / _HUBER, -1.0, 1.0) / len(x)
    error[(output < 0.0) & (y <= 0.0) & is_shape] = (
        0.0  # negative coefficients are clipped to 0 later, so they are no error
    )
    back = error @ net["second"].T
    through = back * (1.0 - hidden**2)
    return {
        "first": x.T @ through,
        "bias": through.sum(axis=0) - back.sum(axis=0) * (1.0 - at_rest**2),
        "second": (hidden - at_rest).T @ error,
        "straight": x.T @ error,
    }
