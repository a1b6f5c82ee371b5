"""Figures of personal skin on heads that were not learned from, the paper's ablation of transfer, and a sheet to look at.

error_figures(net, unseen)               # millimetres, where a head-model unit is a centimetre
transfer_figures(net, unseen, model)     # the same expression from one head to another
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from face.camera import PortraitCamera
from face.head_model import HeadModel
from face.normals import vertex_normals
from face.skin_folds import furrow_depth
from networks.personal import PersonalSkinNet
from protocol.blendshapes import INDEX
from training.personal.expressions import acted_expressions
from training.personal.heads import SkinHeads

Floats = NDArray[np.float32]

#: Millimetres in a head-model unit; expressions of every head; the share of vertices that moves most is judged by itself.
MM: Final = 10.0
EXPRESSIONS: Final = 48
MOST: Final = 0.1
#: Seed of the expressions that judge.
_SEED: Final = 77
#: The camera of the drawn avatars, and the height of the picture in which pixels are counted.
CAMERA: Final = PortraitCamera(
    focal=2.2,
    rotation=np.eye(3, dtype=np.float32),
    translation=np.array([0.0, 0.2, -92.0], np.float32),
    pivot=np.array([0.0, -2.5, 0.5], np.float32),
)
PICTURE_PX: Final = 512
#: Of `transfer_figures`, in its order.
FIGURES: Final = ("rms", "most", "lips", "smile", "px", "px_most")


def predicted(net: PersonalSkinNet, heads: SkinHeads, head: int, expressions: Floats, age: float) -> Floats:
    """The network's offsets (E, F, 3) of a head in expressions (E, 52)."""
    with torch.no_grad():
        basis = net.basis(torch.from_numpy(heads.features[head].astype(np.float32)))
        codes = net.codes(torch.from_numpy(expressions), float(furrow_depth(age)))
        made: Floats = torch.einsum("ek,vkc->evc", codes, basis).numpy()
    return made


def error_figures(net: PersonalSkinNet, unseen: SkinHeads) -> dict[str, float]:
    """Root mean square errors of the offsets of unseen heads, millimetres.

    Returns:
        none: of linear shapes alone. net; net_unaged: without knowing the head's age. most, most_none: of the tenth of the
        moments and vertices that the skin moves most.
    """
    expressions = acted_expressions(_SEED, EXPRESSIONS)
    errors: dict[str, list[Floats]] = {"none": [], "net": [], "net_unaged": []}
    mean_age = float(np.mean(unseen.ages))
    for head, age in enumerate(unseen.ages.astype(float)):
        truth = unseen.offsets(head, expressions)
        errors["none"].append(_length(truth))
        errors["net"].append(_length(predicted(net, unseen, head, expressions, age) - truth))
        errors["net_unaged"].append(_length(predicted(net, unseen, head, expressions, mean_age) - truth))
    figures = {name: _rms(np.stack(lengths)) for name, lengths in errors.items()}
    none = np.stack(errors["none"])
    most = none > np.quantile(none, 1.0 - MOST)
    return figures | {"most_none": _rms(none[most]), "most": _rms(np.stack(errors["net"])[most])}


def transfer_figures(
    net: PersonalSkinNet, unseen: SkinHeads, model: HeadModel
) -> dict[str, dict[str, float]]:
    """An expression from each head to the next: what each way of doing it makes of the other head.

    Args:
        model: whose lips and whose vertices of the part "face" the heads have.

    Returns:
        way -> rms: error of all vertices, most: of the tenth that the skin moves most, lips: of the inner edge of the lips,
        smile: of the width of the mouth in smiles, all millimetres; px, px_most: the first two across a portrait of
        PICTURE_PX. Ways: "plain": linear shapes; "copied": and the driver's offsets; "full": and the network's for the
        other head; "mean": and everybody's mean offsets.
    """
    expressions = acted_expressions(_SEED, EXPRESSIONS)
    count = len(unseen.ages)
    truths = np.stack([unseen.offsets(head, expressions) for head in range(count)])
    place = np.zeros(len(model.vertices), np.int64)
    face = np.unique(model.triangles["face"])
    place[face] = np.arange(len(face))
    lips = place[np.concatenate([model.lips.upper, model.lips.lower])]
    corners = place[[model.lips.upper[0], model.lips.upper[-1]]]
    smiles = expressions[:, INDEX["mouthSmileLeft"]] > 0.3
    everybody = truths.mean(0)
    shaped = np.tensordot(expressions, model.expression[:, face], 1).astype(np.float32)  # (E, F, 3)
    found: dict[str, dict[str, list[float]]] = {}
    for driver in range(count):
        other = (driver + 1) % count
        truth = truths[other]
        length = _length(truth)
        most = length > np.quantile(length, 1.0 - MOST)
        ways = {
            "plain": np.zeros_like(truth),
            "copied": truths[driver],
            "mean": everybody,
            "full": predicted(net, unseen, other, expressions, float(unseen.ages[other])),
        }
        true_head = unseen.neutral[other].astype(np.float32) + shaped + truth
        seen = in_picture(true_head)
        for way, made in ways.items():
            away = made - truth
            wide = away[:, corners[1], 0] - away[:, corners[0], 0]
            across = np.linalg.norm(in_picture(true_head + away) - seen, axis=-1)
            row = found.setdefault(way, {name: [] for name in FIGURES})
            row["rms"].append(_rms(_length(away)))
            row["most"].append(_rms(_length(away)[most]))
            row["lips"].append(_rms(_length(away[:, lips])))
            row["smile"].append(_rms(MM * wide[smiles]) if smiles.any() else 0.0)
            row["px"].append(_rms(across))
            row["px_most"].append(_rms(across[most]))
    return {
        way: {name: float(np.sqrt(np.mean(np.square(one)))) for name, one in row.items()}
        for way, row in found.items()
    }


def in_picture(points: Floats) -> Floats:
    """Where points of heads (..., 3) lie in the portrait of CAMERA, (..., 2) pixels from its centre, +Y up."""
    seen = points + CAMERA.translation
    return np.asarray(PICTURE_PX * CAMERA.focal * seen[..., :2] / -seen[..., 2:], np.float32)


def write_sheet(net: PersonalSkinNet, unseen: SkinHeads, triangles: NDArray[np.int32], path: Path) -> None:
    """Draw two heads, the youngest and the oldest, smiling and frowning: linear shapes, the network's, the truth."""
    smile, frown = np.zeros((2, 52), np.float32)
    for name, value in (("mouthSmile", 0.9), ("cheekSquint", 0.7), ("eyeSquint", 0.4)):
        smile[[INDEX[f"{name}Left"], INDEX[f"{name}Right"]]] = value
    for name, value in (("browDown", 0.9), ("noseSneer", 0.8), ("mouthUpperUp", 0.4)):
        frown[[INDEX[f"{name}Left"], INDEX[f"{name}Right"]]] = value
    expressions = np.stack([smile, frown])
    shapes = _face_shapes()
    rows = []
    for head in (int(unseen.ages.argmin()), int(unseen.ages.argmax())):
        neutral, age = unseen.neutral[head].astype(np.float32), float(unseen.ages[head])
        truth = unseen.offsets(head, expressions)
        made = predicted(net, unseen, head, expressions, age)
        for number, expression in enumerate(expressions):
            plain = neutral + np.tensordot(expression, shapes, 1)
            rows.append(
                np.hstack([drawn_face(plain + one, triangles) for one in (0.0, made[number], truth[number])])
            )
    cv2.imwrite(str(path), np.vstack(rows))


def drawn_face(vertices: Floats, triangles: NDArray[np.int32], side: int = 360) -> NDArray[np.uint8]:
    """A face (F, 3) in grey from its right, (side, side) uint8."""
    cosine, sine = np.cos(0.35), np.sin(0.35)
    turn = np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
    points = vertices @ turn.T
    normal = vertex_normals(vertices.astype(np.float32), triangles) @ turn.T
    tone = np.clip(normal @ np.array([-0.5, 0.5, 0.7]), 0.0, 1.0) * 210.0 + 30.0
    flat = (points[:, :2] + [0.0, 1.0]) * [1.0, -1.0] * side / 21.0 + side / 2
    picture = np.full((side, side), 25, np.uint8)
    for corners in triangles[np.argsort(points[triangles][:, :, 2].mean(1))]:
        (a, b, c) = flat[corners]
        if (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) < 0.0:
            place = np.round(flat[corners] * 16).astype(np.int32)
            cv2.fillConvexPoly(picture, place, float(tone[corners].mean()), cv2.LINE_AA, 4)
    return picture


def _face_shapes() -> Floats:
    from face.head_model import load_head_model

    model = load_head_model()
    return model.expression[:, np.unique(model.triangles["face"])]


def _length(offsets: Floats) -> Floats:
    """Lengths (E, F) of offsets (E, F, 3), millimetres."""
    return np.asarray(MM * np.linalg.norm(offsets, axis=-1), np.float32)


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.square(values, dtype=np.float64).mean())) if values.size else 0.0
