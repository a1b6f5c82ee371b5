"""Head shape: how far the head that authoring fits to one portrait lies from the studio's true head, by part.

    with Studio(source) as studio, FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker:
        errors, refused = measure_shapes(studio, landmarker, source, identities_of("test", 50))
    print(markdown_of(errors))

Three heads stand side by side: everybody's mean, the identity modes alone, and the modes with the smooth offsets that bring
the landmarks onto the picture's. A single picture tells neither size nor distance, so each is laid on the true one: the
face by the similarity that brings the faces together, the other parts by that of the whole head without shoulders. Hair,
lashes and brows are no part of the head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from authoring.errors import AuthoringError
from authoring.fit.head_fit import fit_head
from authoring.fit.personal import personalise
from authoring.portrait.detect import choose_face, find_faces
from face.head_model import HeadModel, load_head_model
from face.landmarks import load_landmarks
from measure.errors import MeasureError
from measure.protocols import Plan, portrait_of
from studio.head.identity import identity_weights
from studio.head.source import FaceSource
from studio.renderer import Studio, StudioPicture
from vision.landmarker import FaceLandmarker

Floats = NDArray[np.float32]

PORTRAIT_PX: Final = 512
#: Parts of the head model whose errors are told apart, the shoulders last.
PARTS: Final = ("face", "ears_and_neck", "scalp", "shoulders")
#: Of the face, what lies across the line of sight of a portrait from the front, and what lies along it.
COLUMNS: Final = ("face", "face across", "face in depth", *PARTS[1:])
#: Heads that are compared.
WAYS: Final = ("mean head", "identity modes", "with offsets")
#: Millimetres in a head-model unit.
MM: Final = 10.0
#: Head-model vertices lie at most this far from the dense head's that they were chosen from, head-model units.
_NEAR: Final = 0.1


def measure_shapes(
    studio: Studio,
    landmarker: FaceLandmarker,
    source: FaceSource,
    identities: Sequence[int],
    *,
    style: str = "real",
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[dict[str, dict[str, list[float]]], int]:
    """Measure people.

    Args:
        landmarker: for single pictures. source: the studio's dense head.
        style: of the portraits. progress: called with the number of people done.

    Returns:
        way -> one of COLUMNS -> root mean square distance of each person, millimetres; and the number of refused portraits.

    Raises:
        MeasureError: the dense head is not the one that the head model was made from.
    """
    model = load_head_model()
    dense = _dense_vertices(model, source)
    parts = {part: np.unique(model.triangles[part]) for part in PARTS}
    of_head = np.unique(np.concatenate([parts[part] for part in PARTS[:-1]]))
    errors: dict[str, dict[str, list[float]]] = {way: {name: [] for name in COLUMNS} for way in WAYS}
    refused = 0
    for done, identity in enumerate(identities, 1):
        portrait = studio.render(portrait_of(identity, Plan(style=style)), PORTRAIT_PX)
        moved = np.einsum("k,kvc->vc", identity_weights(identity), source.identity[:, dense])
        truth = (model.vertices + moved).astype(np.float32)
        try:
            heads = _fitted(portrait, landmarker, model)
        except AuthoringError:
            refused += 1
        else:
            for way, head in zip(WAYS, heads, strict=True):
                away = (laid_on(head, truth, parts["face"]) - truth)[parts["face"]]
                row = {"face": away, "face across": away[:, :2], "face in depth": away[:, 2:]}
                whole = laid_on(head, truth, of_head) - truth
                row |= {part: whole[parts[part]] for part in PARTS[1:]}
                for name, gaps in row.items():
                    errors[way][name].append(MM * float(np.sqrt(np.square(gaps).sum(1).mean())))
        progress(done)
    return errors, refused


def laid_on(head: Floats, truth: Floats, vertices: NDArray[np.integer[Any]]) -> Floats:
    """A head (V, 3), turned, scaled and moved so that some of its vertices lie on the true ones (V, 3).

    Source: S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 13, 1991.
    """
    here, there = head[vertices].astype(np.float64), truth[vertices].astype(np.float64)
    centre, goal = here.mean(0), there.mean(0)
    here, there = here - centre, there - goal
    u, sizes, v = np.linalg.svd(there.T @ here)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ v))])
    scale = (sizes * signs).sum() / np.square(here).sum()
    return np.asarray(scale * (head - centre) @ (u * signs @ v).T + goal, np.float32)


def markdown_of(errors: dict[str, dict[str, list[float]]]) -> str:
    """The table in Markdown: mean over people and the 95th percentile, millimetres."""
    names = [name.replace("_", " ") for name in COLUMNS]
    lines = ["| head | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]
    for way, row in errors.items():
        cells = [f"{np.mean(row[part]):.2f} ({np.percentile(row[part], 95):.2f})" for part in COLUMNS]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _fitted(
    portrait: StudioPicture, landmarker: FaceLandmarker, model: HeadModel
) -> tuple[Floats, Floats, Floats]:
    """The heads of WAYS, fitted as `omote avatar make` does.

    Raises:
        AuthoringError: no face was found, or the head does not fit it.
    """
    picture = np.ascontiguousarray(portrait.composed())
    face = choose_face(find_faces(landmarker, picture), None)
    landmarks = (face.landmarks[:, :2] / len(picture) - 0.5).astype(np.float32)
    places = load_landmarks()
    fit = fit_head(model, places, landmarks, face.blendshapes)
    return model.vertices, model.shape(fit.identity), personalise(model, places, fit, landmarks).neutral


def _dense_vertices(model: HeadModel, source: FaceSource) -> NDArray[np.int64]:
    """The dense head's vertices (V,) that the head model's were chosen from.

    Raises:
        MeasureError: one of them has none.
    """
    from scipy.spatial import cKDTree

    away, found = cKDTree(source.vertices).query(model.vertices)
    if float(away.max()) > _NEAR:
        raise MeasureError(
            f"a vertex of the head model lies {float(away.max()):.2f} units from ICT-FaceKit's nearest, expected at most "
            f"{_NEAR}; use the ICT-FaceKit that face/head_model.npz was made from"
        )
    return np.asarray(found, np.int64)
