"""Bends a head by what the other moments of a clip show: how far its features stand out, which one picture cannot tell.

    moments = follow(model, places, fit.identity, faces)          # the same head's pose and expression in each
    bent = bend_to_clip(model, places, fit, face, list(zip(moments, faces)))
    person = personalise(model, places, fit, face.landmarks, bent=bent)

Fitting one identity to all pictures at once measured worse than fitting it to the portrait alone: landmarks of turned
heads, above all the outline's, lie elsewhere on the skin. So the outline has no part in this, and of a turned head only
what faces the camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import MODES, HeadFit, HeadProblem, expression_prior
from authoring.fit.personal import gaussian
from face.head_model import HeadModel
from face.landmarks import FACE_OVAL, FIRST_IRIS, HeadLandmarks
from face.normals import vertex_normals

Floats = NDArray[np.float32]

ITERATIONS: Final = 14
#: Of the offsets' kernel: standard deviation, model units; regularisation; and the largest movement that is believed.
REACH, RIDGE, LIMIT = 3.0, 0.5, 1.2
#: Cosine of the angle to the camera from which a landmark counts for nothing, and for all.
AWAY, FACING = 0.5, 1.0
LEAST: Final = 0.02  # weight of a landmark that does not count, which keeps the system solvable


def follow(
    model: HeadModel, places: HeadLandmarks, identity: Floats, faces: Sequence[FaceInCanvas]
) -> list[HeadFit]:
    """Pose and expression of a known head in other pictures of the same camera, by damped Gauss-Newton.

    Args:
        identity: (MODES,) float32, of the head.
        faces: of the same person, in canvases with the same centre and scale as the portrait's.
    """
    return [_followed(_problem(model, places, face), identity) for face in faces]


def follow_neutral(model: HeadModel, places: HeadLandmarks, neutral: Floats, face: FaceInCanvas) -> HeadFit:
    """Pose and expression, in another picture of the same camera, of a head that is known in every vertex.

    Args:
        neutral: (V, 3) float32, the head without expression, head space.
        face: as in `follow`.

    Returns:
        A fit whose identity is 0 and stands for that head.
    """
    problem = _problem(model, places, face)
    problem.mean = places.of(neutral)[:FIRST_IRIS].astype(np.float64)
    return _followed(problem, np.zeros(MODES, np.float32))


def _problem(model: HeadModel, places: HeadLandmarks, face: FaceInCanvas) -> HeadProblem:
    return HeadProblem(model, places, face.landmarks.astype(np.float64), expression_prior(face.blendshapes))


def _followed(problem: HeadProblem, identity: Floats) -> HeadFit:
    state = replace(problem.start(), identity=identity.astype(np.float64))
    damping, error = 1e-2, np.inf
    for _ in range(ITERATIONS):
        residual, jacobian = problem.linearise(state)
        jacobian = jacobian[:, MODES:]
        current = float(residual @ residual)
        if current > error * (1 - 1e-4) and damping < 1e-3:
            break
        error = current
        normal = jacobian.T @ jacobian
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -jacobian.T @ residual)
        state = problem.moved(state, np.concatenate([np.zeros(MODES), step]))
        damping = max(damping * 0.4, 1e-5)
    return problem.result(state)


def bend_to_clip(
    model: HeadModel,
    places: HeadLandmarks,
    fit: HeadFit,
    face: FaceInCanvas,
    moments: Sequence[tuple[HeadFit, FaceInCanvas]],
) -> Floats:
    """The neutral head (V, 3) float32, head space, with the smooth offsets that all pictures agree on best.

    Args:
        fit, face: of the portrait. moments: of the other pictures, with the same identity.
    """
    anchors = places.of(model.vertices)[:FIRST_IRIS].astype(np.float64)
    count = len(anchors)
    head = model.shape(fit.identity)
    # Per landmark: which directions are seen (3, 3), and where it is pulled (3,), means over the pictures.
    seen, pulled = np.zeros((count, 3, 3)), np.zeros((count, 3))
    pictures = [(fit, face), *moments]
    for one, observed in pictures:
        shown = model.expressed(head, one.expression)
        rest = one.to_rest(places.of(shown))[:FIRST_IRIS]
        gap = (observed.landmarks[:FIRST_IRIS] - one.to_picture(rest)) * (-rest[:, 2:] / one.focal)
        length = np.linalg.norm(gap, axis=1, keepdims=True)
        gap = gap * np.minimum(1, LIMIT / np.maximum(length, 1e-9))
        across = one.rotation[:2].astype(np.float64) * ((1,), (-1,))  # head space to the picture's x and y
        weight = facing(model, places, one, shown, rest) / len(pictures)
        weight[list(FACE_OVAL)] = 0
        seen += weight[:, None, None] * (across.T @ across)
        pulled += weight[:, None] * (gap @ across)
    kernel = gaussian(anchors, anchors, REACH)
    system = np.einsum("lij,lm->limj", seen, kernel).reshape(3 * count, 3 * count)
    system[np.diag_indices(3 * count)] += RIDGE
    pulls = np.linalg.solve(system, pulled.reshape(-1)).reshape(count, 3)
    skin = np.unique(model.part("face", "ears_and_neck", "eye_socket", "mouth_socket"))
    head[skin] += (gaussian(model.vertices[skin].astype(np.float64), anchors, REACH) @ pulls).astype(
        np.float32
    )
    return head


def facing(
    model: HeadModel, places: HeadLandmarks, fit: HeadFit, shown: Floats, rest: Floats
) -> NDArray[np.float64]:
    """Weight (L,) of each landmark: 1 where the skin faces the camera, LEAST where it turns away.

    Args:
        shown: (V, 3) the head in this picture, head space. rest: (L, 3) its landmarks, rest space.
    """
    normals = places.of(vertex_normals(shown, model.triangles["face"]))[:FIRST_IRIS] @ fit.rotation.T
    length = np.linalg.norm(normals, axis=1) * np.linalg.norm(rest, axis=1)
    cosine = -(normals * rest).sum(1) / np.maximum(length, 1e-9)
    return np.asarray(np.clip((cosine - AWAY) / (FACING - AWAY), LEAST, 1), np.float64)
