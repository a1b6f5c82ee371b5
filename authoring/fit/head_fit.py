"""Fits the head to a face: camera, pose, identity and the portrait's own expression, from 478 landmarks.

    fit = fit_head(load_head_model(), load_landmarks(), landmarks, blendshapes)

Landmarks alone cannot distinguish a person's features from an expression. The landmarker's blendshape coefficients,
which were learned to do that, serve as the expression's prior.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.errors import FaceError
from face.camera import angles
from face.head_model import HeadModel
from face.landmarks import FACE_OVAL, FIRST_IRIS, HeadLandmarks
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored

Array = NDArray[np.float64]

FOCAL: Final = 2.2  # in canvas heights: a head-and-shoulders picture from about 1.5 m
MODES: Final = 60  # of the identity that are fitted
ITERATIONS: Final = 14
MOST_TURNED_DEG: Final = (40, 34)  # yaw and pitch of the head in a portrait
WORST_RMS: Final = 6.5  # largest accepted landmark error, pixels at 512
HUMAN_RMS: Final = 3.0  # with `at_rest`, a face with a larger error is treated as drawn
WORST_DRAWN_RMS: Final = 24.0  # WORST_RMS for drawn faces, onto which the head is bent afterwards
PRIOR: Final = 2.2  # weight of the prior of each identity mode, whose mean is 0
DRAWN_PRIOR: Final = 10.0  # for drawn faces, whose proportions human modes cannot represent

# Standard deviation of the prior for shapes that landmarks confuse with a person's features; 0.15 for all others.
_EXPRESSION_SIGMA: Final = {"mouthPucker": 0.04, "mouthShrugUpper": 0.04, "mouthShrugLower": 0.05, "mouthFunnel": 0.05,
    "mouthRollUpper": 0.05, "mouthRollLower": 0.05, "mouthLeft": 0.04, "mouthRight": 0.04,
    "mouthPressLeft": 0.05, "mouthPressRight": 0.05, "jawForward": 0.02, "cheekPuff": 0.03, "tongueOut": 1e-3,
    "jawOpen": 0.12, "eyeBlinkLeft": 0.12, "eyeBlinkRight": 0.12}  # fmt: skip
_LIP_SHAPES: Final = frozenset(
    ("mouthPucker", "mouthFunnel", "mouthShrugUpper", "mouthShrugLower", "mouthRollUpper", "mouthRollLower",
     "mouthPressLeft", "mouthPressRight", "mouthLeft", "mouthRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight")
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class HeadFit:
    """The head fitted to a picture.

    Attributes:
        identity: (K,) float32, weights of the model's modes.
        expression: (52,) float32, the portrait's own expression, 0..1.
        rotation: (3, 3) float32, head space to rest space.
        translation: (3,) float32, the head's origin in rest space, model units.
        focal: focal length in picture heights.
        rms_px: landmark error at a picture height of 512, without the outline.
        is_drawn: the proportions are not human; the head is near the mean, and `personalise` bends it.
    """

    identity: NDArray[np.float32]
    expression: NDArray[np.float32]
    rotation: NDArray[np.float32]
    translation: NDArray[np.float32]
    focal: float
    rms_px: float
    is_drawn: bool = False

    def to_rest(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Head space (N, 3) to rest space (N, 3)."""
        return np.asarray(vertices @ self.rotation.T + self.translation, np.float32)

    def to_picture(self, rest: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rest space (N, 3) to picture heights from the centre (N, 2): x right, y down."""
        return np.asarray(np.stack([rest[:, 0], -rest[:, 1]], 1) * (self.focal / -rest[:, 2:3]), np.float32)


def fit_head(
    model: HeadModel,
    places: HeadLandmarks,
    landmarks: NDArray[np.float32],
    blendshapes: NDArray[np.float32],
    *,
    at_rest: bool = False,
) -> HeadFit:
    """Fit by damped Gauss-Newton with an analytic Jacobian.

    Args:
        model: the head.
        places: the landmarks' places on it.
        landmarks: (478, 2) float32, picture heights from the centre: x right, y down.
        blendshapes: (52,) float32, the landmarker's coefficients, 0..1.
        at_rest: assume that the face looks straight ahead without expression, so that a raised brow or a tilted head
            belongs to its shape. Drawn faces need this: the landmarker reads their large eyes as surprise.

    Raises:
        FaceError: the landmark error is too large, the head is implausible, or it is turned too far.
    """
    prior = np.zeros(len(BLENDSHAPES)) if at_rest else expression_prior(blendshapes)
    problem = HeadProblem(model, places, landmarks.astype(np.float64), prior, at_rest=at_rest)
    fit = _solve(problem)
    if at_rest and (fit.rms_px > HUMAN_RMS or _is_implausible(fit)):
        problem.identity_prior = DRAWN_PRIOR
        fit = replace(_solve(problem), is_drawn=True)
    _check_plausible(fit)
    return fit


def _solve(problem: HeadProblem) -> HeadFit:
    """Iterate until the error stops falling, at most ITERATIONS times."""
    state = problem.start()
    damping, error = 1e-2, np.inf
    for _ in range(ITERATIONS):
        residual, jacobian = problem.linearise(state)
        current = float(residual @ residual)
        if current > error * (1 - 1e-4) and damping < 1e-3:
            break
        error = current
        normal = jacobian.T @ jacobian
        step = np.asarray(
            np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -jacobian.T @ residual), np.float64
        )
        state = problem.moved(state, step)
        damping = max(damping * 0.4, 1e-5)
    return problem.result(state)


def expression_prior(blendshapes: NDArray[np.float32]) -> Array:
    """The prior of the expression, from the landmarker's coefficients.

    The offsets that the landmarker reports for neutral faces are removed, and similar values of left and right averaged.

    Args:
        blendshapes: (52,) float32, 0..1.

    Returns:
        (52,) float64, 0..1.
    """
    prior = blendshapes.astype(np.float64).copy()
    # The shape of a neutral closed mouth belongs to the person; the landmarker reports small mouths as a pucker.
    smile = prior[INDEX["mouthSmileLeft"]] + prior[INDEX["mouthSmileRight"]]
    calm = prior[INDEX["jawOpen"]] < 0.12 and smile < 0.6
    for i, name in enumerate(BLENDSHAPES):
        if name.startswith(("eyeSquint", "eyeBlink", "brow")):
            prior[i] = max(0.0, prior[i] - 0.15) * 0.9
        elif name in _LIP_SHAPES:
            prior[i] *= 0.15 if calm else 0.5
        if name.startswith("eyeLook"):
            prior[i] = 0.0  # the lids follow the gaze, which is measured from the irises
    both = np.array([prior[INDEX[mirrored(name)]] for name in BLENDSHAPES])
    return np.where(np.abs(prior - both) < 0.25, (prior + both) / 2, prior)


def _is_implausible(fit: HeadFit) -> bool:
    worst = WORST_DRAWN_RMS if fit.is_drawn else WORST_RMS
    return bool(fit.rms_px > worst or np.abs(fit.identity).mean() > 1.6)


def _check_plausible(fit: HeadFit) -> None:
    yaw, pitch, _ = angles(fit.rotation)
    if _is_implausible(fit):
        raise FaceError(
            f"a face was found, but the head does not fit it (landmark error {fit.rms_px:.1f} px, at most {WORST_RMS} px "
            "at a height of 512 are accepted): faces of animals and strongly distorted faces cannot be used; "
            "use a portrait with human proportions; for a drawn face that looks straight ahead, --at-rest accepts more"
        )
    if abs(yaw) > np.radians(MOST_TURNED_DEG[0]) or abs(pitch) > np.radians(MOST_TURNED_DEG[1]):
        raise FaceError(
            f"the face is turned too far (yaw {np.degrees(yaw):.0f}, pitch {np.degrees(pitch):.0f} degrees, at most "
            f"{MOST_TURNED_DEG[0]} and {MOST_TURNED_DEG[1]}), so that its hidden half cannot be "
            "made from the one that is seen; "
            "use a portrait that looks roughly into the camera"
        )


@dataclass(slots=True)
class HeadState:
    """The unknowns of a fit, as in `HeadFit`, float64."""

    identity: Array
    expression: Array
    rotation: Array
    translation: Array


class HeadProblem:
    """The least-squares problem: residuals and Jacobian, in standard deviations.

    Parameters in order: identity (MODES), expression (52), small rotation (3), translation (3).
    """

    def __init__(
        self, model: HeadModel, places: HeadLandmarks, target: Array, prior: Array, *, at_rest: bool = False
    ) -> None:
        self.target = target[:FIRST_IRIS]
        self.mean = places.of(model.vertices)[:FIRST_IRIS].astype(np.float64)
        self.identity = np.stack([places.of(m) for m in model.identity[:MODES]])[:, :FIRST_IRIS].astype(
            np.float64
        )
        self.expression = np.stack([places.of(m) for m in model.expression])[:, :FIRST_IRIS].astype(
            np.float64
        )
        sigma = np.clip(places.spread[:FIRST_IRIS], 1.5, 6.0) * 0.8
        self.weight = (512 / sigma)[:, None]
        self.oval = np.array(FACE_OVAL)
        # Outline landmarks slide along the outline: only their distance from it counts.
        following = target[np.roll(self.oval, -1)] - target[np.roll(self.oval, 1)]
        self.along = following / np.linalg.norm(following, axis=1, keepdims=True)
        self.prior = prior
        self.at_rest = at_rest
        self.identity_prior = PRIOR
        self.prior_sigma = np.array(
            [
                1e-3 if at_rest or name.startswith("eyeLook") else _EXPRESSION_SIGMA.get(name, 0.15)
                for name in BLENDSHAPES
            ]
        )

    def start(self) -> HeadState:
        """The mean head facing the camera, at the landmarks' size and centre."""
        span = np.linalg.norm(self.target.max(0) - self.target.min(0))
        size = np.linalg.norm(np.ptp(self.mean[:, :2], axis=0))
        depth = FOCAL * size / span
        middle = self.target.mean(0) * depth / FOCAL
        centre = self.mean.mean(0)
        translation = np.array([middle[0] - centre[0], -middle[1] - centre[1], -depth - centre[2]])
        return HeadState(np.zeros(MODES), self.prior.copy(), np.eye(3), translation)

    def linearise(self, state: HeadState) -> tuple[Array, Array]:
        """Residuals (R,) and Jacobian (R, MODES + 58): the landmarks' first, then the priors'."""
        points = (
            self.mean
            + np.tensordot(state.identity, self.identity, 1)
            + np.tensordot(state.expression, self.expression, 1)
        )
        turned = points @ state.rotation.T
        rest = turned + state.translation
        inverse = FOCAL / -rest[:, 2]
        ours = np.stack([rest[:, 0], -rest[:, 1]], 1) * inverse[:, None]
        gap = (ours - self.target) * self.weight
        # Derivative of the picture by the rest position, (L, 2, 3).
        slope = np.zeros((len(rest), 2, 3))
        slope[:, 0, 0], slope[:, 1, 1] = inverse, -inverse
        slope[:, 0, 2], slope[:, 1, 2] = (
            rest[:, 0] * inverse / -rest[:, 2],
            -rest[:, 1] * inverse / -rest[:, 2],
        )
        slope *= self.weight[..., None]
        shapes = np.concatenate([self.identity, self.expression]) @ state.rotation.T  # (K + 52, L, 3)
        columns = np.einsum("lij,klj->lik", slope, shapes)
        cross = np.zeros((len(rest), 3, 3))  # derivative of the turned points by a small rotation: -[turned]x
        x, y, z = turned.T
        cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = z, -y, x
        cross[:, 1, 0], cross[:, 2, 0], cross[:, 2, 1] = -z, y, -x
        jacobian = np.concatenate([columns, slope @ cross, slope], 2)
        # Outline: remove the component along it.
        away = np.eye(2) - 0.97 * self.along[:, :, None] * self.along[:, None, :]
        gap[self.oval] = np.einsum("oij,oj->oi", away, gap[self.oval])
        jacobian[self.oval] = away @ jacobian[self.oval]
        robust = (1 / np.sqrt(1 + (np.linalg.norm(gap, axis=1) / 3.0) ** 2)) ** 0.5
        gap, jacobian = gap * robust[:, None], jacobian * robust[:, None, None]
        count = jacobian.shape[2]
        rows = len(state.identity) + len(state.expression)
        weights = [np.full(MODES, self.identity_prior), 1.6 / self.prior_sigma]
        offsets = [
            state.identity * self.identity_prior,
            (state.expression - self.prior) * 1.6 / self.prior_sigma,
        ]
        if self.at_rest:  # fix the rotation
            jacobian[:, :, rows : rows + 3] = 0
            weights.append(np.ones(3))
            offsets.append(np.zeros(3))
        held = np.concatenate(offsets)
        prior = np.zeros((len(held), count))
        np.fill_diagonal(prior, np.concatenate(weights))
        return np.concatenate([gap.reshape(-1), held]), np.concatenate([jacobian.reshape(-1, count), prior])

    def moved(self, state: HeadState, step: Array) -> HeadState:
        """The state after a step (MODES + 58,); the rotation is limited to 0.5 rad."""
        identity = state.identity + step[:MODES]
        expression = np.clip(state.expression + step[MODES : MODES + 52], 0, 1)
        turn = step[MODES + 52 : MODES + 55]
        angle = min(float(np.linalg.norm(turn)), 0.5)
        rotation = state.rotation
        if angle > 1e-9:
            k = turn / np.linalg.norm(turn)
            skew = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
            rotation = (np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * skew @ skew) @ rotation
        return HeadState(identity, expression, rotation, state.translation + step[MODES + 55 :])

    def result(self, state: HeadState) -> HeadFit:
        """The fit and its landmark error."""
        points = (
            self.mean
            + np.tensordot(state.identity, self.identity, 1)
            + np.tensordot(state.expression, self.expression, 1)
        )
        rest = points @ state.rotation.T + state.translation
        ours = np.stack([rest[:, 0], -rest[:, 1]], 1) * (FOCAL / -rest[:, 2:3])
        inner = np.setdiff1d(np.arange(FIRST_IRIS), self.oval)
        rms = float(np.sqrt(np.mean(np.sum((ours - self.target)[inner] ** 2, 1)))) * 512
        return HeadFit(
            state.identity.astype(np.float32), state.expression.astype(np.float32), state.rotation.astype(np.float32),
            state.translation.astype(np.float32), FOCAL, rms,
        )  # fmt: skip
