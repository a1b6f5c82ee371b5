"""Gives a head the lips of a moment in which the mouth is shut, where its portrait's mouth is open.

    neutral = with_shut_lips(model, person.neutral, shut.neutral)
    expression = worn_mouth(model, places, fit, face, neutral)        # which the portrait wears over these lips

What a fit cannot tell from an opened jaw stays in the neutral head: lips that the portrait shows apart never meet.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import MODES, HeadFit, HeadProblem, HeadState
from face.easing import smoothstep
from face.head_model import HeadModel
from face.landmarks import FIRST_IRIS, HeadLandmarks
from protocol.blendshapes import BLENDSHAPES

Floats = NDArray[np.float32]

#: Distances from the lips' inner edges on the mean head, model units: nearer all is taken over, beyond nothing.
ALL, NONE = 1.2, 3.2
#: Shapes that open a mouth, and how far each may be from the fit's: standard deviation of its prior.
_MOUTH: Final = [i for i, name in enumerate(BLENDSHAPES) if name.startswith(("mouth", "jaw"))]
_SIGMA: Final = 0.5
_ROUNDS: Final = 6


def with_shut_lips(model: HeadModel, neutral: Floats, shut: Floats) -> Floats:
    """The neutral head (V, 3) float32 with the lips of another, and a smooth transition around them.

    Args:
        neutral: (V, 3) float32, from the portrait, head space.
        shut: (V, 3) float32, the same person's from a moment with the mouth shut.
    """
    skin = np.unique(model.part("face", "mouth_socket"))
    edge = np.concatenate([model.lips.upper, model.lips.lower])
    gap = np.linalg.norm(model.vertices[skin][:, None] - model.vertices[edge][None], axis=2).min(1)
    share = smoothstep(NONE, ALL, gap.astype(np.float32))[:, None]
    head = neutral.copy()
    head[skin] += share * (shut[skin] - neutral[skin])
    return head


def worn_mouth(
    model: HeadModel, places: HeadLandmarks, fit: HeadFit, face: FaceInCanvas, neutral: Floats
) -> Floats:
    """The expression (52,) float32, 0..1, with which another neutral head looks like the portrait; only the mouth differs.

    Args:
        fit: of the portrait; its pose holds. face: of the portrait. neutral: (V, 3) float32, with shut lips.
    """
    problem = HeadProblem(model, places, face.landmarks.astype(np.float64), fit.expression.astype(np.float64))
    own = np.tensordot(fit.identity, model.identity[:MODES], 1)
    problem.mean = places.of(np.asarray(neutral - own, np.float32))[:FIRST_IRIS].astype(np.float64)
    state = HeadState(
        *(value.astype(np.float64) for value in (fit.identity, fit.expression, fit.rotation, fit.translation))
    )
    columns = MODES + np.array(_MOUTH)
    for _ in range(_ROUNDS):
        residual, jacobian = problem.linearise(state)
        count = 2 * FIRST_IRIS  # the landmarks' rows; the priors' follow
        slope, gap = jacobian[:count, columns], residual[:count]
        away = (state.expression - fit.expression)[_MOUTH] / _SIGMA**2
        normal = slope.T @ slope + np.eye(len(columns)) / _SIGMA**2
        step = np.zeros(jacobian.shape[1])
        step[columns] = np.linalg.solve(normal, -(slope.T @ gap) - away)
        state = problem.moved(state, step)
    return state.expression.astype(np.float32)
