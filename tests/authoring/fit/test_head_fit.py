from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from authoring.errors import FaceError
from authoring.fit.head_fit import expression_prior, fit_head
from authoring.fit.personal import personalise
from face.camera import angles, rotation
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from protocol.blendshapes import INDEX

MODEL = load_head_model()
PLACES = load_landmarks()
CALM = np.zeros(52, np.float32)
FOCAL = 2.2


def photographed(
    vertices: np.ndarray, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, *, depth: float = 100.0
) -> np.ndarray:
    """Landmarks (478, 2) of a head before a camera, by the definition of a pinhole."""
    points = PLACES.of(vertices) @ rotation(yaw, pitch, roll).T + (0.5, -1.0, -depth)
    return np.stack([points[:, 0], -points[:, 1]], 1) / -points[:, 2:] * FOCAL


@pytest.mark.parametrize("pose", [(0, 0, 0), (0.3, 0, 0), (-0.25, 0.15, 0.2), (0, -0.2, -0.3)])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_model_head_is_found_again(pose: tuple[float, float, float], seed: int) -> None:
    identity = np.zeros(60, np.float32)
    identity[:25] = np.random.default_rng(seed).normal(size=25) * 0.8
    truth = photographed(MODEL.shape(identity), *pose)
    fit = fit_head(MODEL, PLACES, truth.astype(np.float32), CALM)
    head = MODEL.expressed(MODEL.shape(fit.identity), fit.expression)
    ours = fit.to_picture(fit.to_rest(PLACES.of(head)))
    gap = np.linalg.norm(ours - truth, axis=1)[:468] * 512
    assert np.sqrt(np.mean(gap**2)) < 0.5
    assert fit.rms_px < 0.5
    assert np.degrees(np.abs(np.subtract(angles(fit.rotation), pose))).max() < 1.0
    assert fit.expression.max() < 0.1  # a calm face's features are not taken for an expression


def test_an_expression_is_distinguished_from_features() -> None:
    worn = CALM.copy()
    worn[[INDEX["jawOpen"], INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]]] = 0.5, 0.6, 0.6
    truth = photographed(MODEL.expressed(MODEL.vertices, worn))
    fit = fit_head(MODEL, PLACES, truth.astype(np.float32), worn)
    assert fit.expression[INDEX["jawOpen"]] == pytest.approx(0.5, abs=0.12)
    assert fit.expression[INDEX["mouthSmileLeft"]] == pytest.approx(0.6, abs=0.15)
    assert np.abs(fit.identity).mean() < 0.35


def test_the_landmarkers_jitter_moves_the_pose_by_less_than_a_degree_or_two() -> None:
    rng = np.random.default_rng(2)
    truth = photographed(MODEL.vertices, 0.2, -0.1, 0.05)
    noisy = truth + rng.normal(size=truth.shape) * 1.5 / 512
    fit = fit_head(MODEL, PLACES, noisy.astype(np.float32), CALM)
    assert np.degrees(np.abs(np.subtract(angles(fit.rotation), (0.2, -0.1, 0.05)))).max() < 2.0


def test_the_gauss_newton_slope_is_the_finite_difference() -> None:
    from authoring.fit.head_fit import MODES, HeadProblem, HeadState

    truth = photographed(MODEL.vertices, 0.1, 0.05, 0.02).astype(np.float64)
    problem = HeadProblem(MODEL, PLACES, truth, expression_prior(CALM))
    start = problem.start()
    rng = np.random.default_rng(0)
    state = HeadState(
        rng.normal(size=MODES) * 0.1, rng.random(52) * 0.2 + 0.1, start.rotation, start.translation
    )
    slope = jacobian_without_robust_weights(problem, state)
    for column in (0, 7, MODES + 3, MODES + 20, MODES + 52, MODES + 53, MODES + 54, MODES + 55, MODES + 57):
        step = np.zeros(MODES + 58)
        step[column] = 1e-5
        ahead = gaps(problem, problem.moved(state, step))
        behind = gaps(problem, problem.moved(state, -step))
        assert np.allclose(
            (ahead - behind) / 2e-5, slope[:, column], atol=1e-3 * np.abs(slope[:, column]).max()
        )


def gaps(problem: Any, state: Any) -> np.ndarray:
    """Residuals by the definition, without the robust factor that the solver holds still."""
    points = (
        problem.mean
        + np.tensordot(state.identity, problem.identity, 1)
        + np.tensordot(state.expression, problem.expression, 1)
    )
    rest = points @ state.rotation.T + state.translation
    ours = np.stack([rest[:, 0], -rest[:, 1]], 1) / -rest[:, 2:] * FOCAL
    gap = (ours - problem.target) * problem.weight
    along = problem.along
    gap[problem.oval] -= 0.97 * along * (gap[problem.oval] * along).sum(1, keepdims=True)
    return gap.reshape(-1)


def jacobian_without_robust_weights(problem: Any, state: Any) -> np.ndarray:
    residual, jacobian = problem.linearise(state)
    count = 2 * len(problem.target)
    plain = gaps(problem, state)
    factor = np.where(np.abs(plain) > 1e-9, residual[:count] / np.where(plain == 0, 1, plain), 1)
    return jacobian[:count] / factor[:, None]


def test_a_face_of_other_proportions_is_refused() -> None:
    muzzle = MODEL.vertices.copy()
    muzzle[:, 0] *= 1 + 0.09 * (muzzle[:, 1] - 1)
    muzzle[:, 1] *= 1.0 + 0.5 * np.tanh(muzzle[:, 0] / 3)
    with pytest.raises(FaceError, match="does not fit"):
        fit_head(MODEL, PLACES, photographed(muzzle).astype(np.float32), CALM)


@pytest.mark.parametrize("pose", [(0.95, 0, 0), (-0.95, 0, 0), (0, 0.8, 0)])
def test_a_profile_is_refused_with_its_angle(pose: tuple[float, float, float]) -> None:
    with pytest.raises(FaceError, match="turned too far"):
        fit_head(MODEL, PLACES, photographed(MODEL.vertices, *pose).astype(np.float32), CALM)


def test_the_prior_averages_similar_sides() -> None:
    seen = CALM.copy()
    seen[INDEX["mouthSmileLeft"]], seen[INDEX["mouthSmileRight"]] = 0.5, 0.4
    seen[INDEX["browDownLeft"]] = 0.9
    prior = expression_prior(seen)
    assert prior[INDEX["mouthSmileLeft"]] == prior[INDEX["mouthSmileRight"]]
    assert prior[INDEX["browDownLeft"]] > 0.5 > prior[INDEX["browDownRight"]]


def bent(vertices: np.ndarray) -> np.ndarray:
    """Landmarks of a drawn face: eyes twice as tall, a small mouth high up, a short chin."""
    drawn = photographed(vertices)
    middle = drawn[1]  # the tip of the nose
    eyes = drawn[:468, 1] < middle[1] - 0.02
    drawn[:468][eyes, 1] = middle[1] + (drawn[:468][eyes, 1] - middle[1]) * 1.4
    lower = drawn[:, 1] > middle[1]
    drawn[lower, 1] = middle[1] + (drawn[lower, 1] - middle[1]) * 0.5
    lips = list(
        {
            *range(0, 1),
            13,
            14,
            17,
            37,
            39,
            40,
            61,
            78,
            80,
            81,
            82,
            84,
            87,
            88,
            91,
            95,
            146,
            178,
            181,
            185,
            191,
        }
    )
    drawn[lips, 0] = middle[0] + (drawn[lips, 0] - middle[0]) * 0.7
    for ring in ((33, 133, 159, 145), (263, 362, 386, 374)):
        centre = drawn[list(ring)].mean(0)
        near = np.linalg.norm(drawn[:468] - centre, axis=1) < 0.035
        drawn[:468][near, 1] = centre[1] + (drawn[:468][near, 1] - centre[1]) * 2.0
    return drawn


def test_at_rest_raised_brows_and_a_turn_become_shape() -> None:
    astonished = CALM.copy()
    for name in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight", "eyeWideLeft", "eyeWideRight"):
        astonished[INDEX[name]] = 0.7
    truth = photographed(MODEL.expressed(MODEL.vertices, astonished), 0.06, -0.1).astype(np.float32)
    seen_as_expression = fit_head(MODEL, PLACES, truth, astonished)
    assert seen_as_expression.expression.max() > 0.4
    rest = fit_head(MODEL, PLACES, truth, astonished, at_rest=True)
    assert np.abs(rest.expression).max() < 0.01
    assert np.allclose(rest.rotation, np.eye(3))
    assert not rest.is_drawn
    person = personalise(MODEL, PLACES, rest, truth, at_rest=True)
    assert person.gaze.tolist() == [0, 0]


def test_the_head_is_bent_onto_a_drawn_face() -> None:
    truth = bent(MODEL.vertices).astype(np.float32)
    fit = fit_head(MODEL, PLACES, truth, CALM, at_rest=True)
    assert fit.is_drawn
    assert np.abs(fit.identity).mean() < 0.8
    person = personalise(MODEL, PLACES, fit, truth, at_rest=True)
    met = fit.to_picture(fit.to_rest(PLACES.of(person.neutral)))
    gap = np.linalg.norm(met - truth, axis=1)[:468] * 512
    assert np.median(gap) < fit.rms_px / 4
    teeth = np.unique(MODEL.part("teeth_upper", "teeth_lower"))
    lips = np.concatenate([MODEL.lips.upper, MODEL.lips.lower])
    was = MODEL.vertices[teeth].mean(0) - MODEL.vertices[lips].mean(0)
    now = person.neutral[teeth].mean(0) - person.neutral[lips].mean(0)
    assert np.abs(now - was)[1] < 0.7  # teeth went with the lips
    for side, lids in enumerate(MODEL.lids):  # and nothing is seen beside an eyeball
        edge = person.neutral[np.concatenate([lids.upper, lids.lower])]
        ball = person.neutral[MODEL.eyeball(side)]
        radius = np.linalg.norm(ball - ball.mean(0), axis=1).mean()
        assert np.linalg.norm((edge - edge.mean(0))[:, :2], axis=1).max() < radius
