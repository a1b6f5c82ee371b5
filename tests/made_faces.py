"""Labelled pictures for the tracker that are drawn here, without a studio: a disc for a face."""

from __future__ import annotations

import numpy as np

from face.camera import rotation
from protocol.blendshapes import BLENDSHAPES
from training.tracker.face_pictures import FACE_PX, FacePictures, pack_pictures

RADIUS = 100


def made_faces(identity: int = 1, count: int = 2, *, noise: int = 20) -> FacePictures:
    """Pictures of one person; eyes and mouth stand where a straight face has them, and all labels are random."""
    random = np.random.default_rng(identity)
    y, x = np.mgrid[:FACE_PX, :FACE_PX] - (FACE_PX - 1) / 2
    disc = x**2 + y**2 < RADIUS**2
    pictures = []
    for _ in range(count):
        colours = np.where(disc[..., None], (200, 60, 40), (30, 60, 180)) + random.integers(
            -noise, noise + 1, (FACE_PX, FACE_PX, 3)
        )
        pictures.append((np.clip(colours, 0, 255).astype(np.uint8), disc.astype(np.uint8)))
    packed, ends = pack_pictures(pictures)
    return FacePictures(
        packed=packed,
        ends=ends,
        expression=random.uniform(0, 1, (count, len(BLENDSHAPES))).astype(np.float32),
        gaze=random.uniform(-0.5, 0.5, (count, 2)).astype(np.float32),
        turn=np.stack([rotation(*random.uniform(-0.3, 0.3, 3)) for _ in range(count)]),
        focal=np.full(count, 2.0, np.float32),
        landmarks=np.stack([made_landmarks(random) for _ in range(count)]),
        identity=np.array(identity, np.int64),
    )


def made_landmarks(random: np.random.Generator) -> np.ndarray:
    """478 points in the disc, with the corners of eyes and mouth in their places."""
    places = random.uniform(-0.6, 0.6, (478, 3)) * RADIUS + FACE_PX / 2
    # MediaPipe's numbers of the eyes' corners (right outer, right inner, left inner, left outer) and of the mouth's
    for number, (x, y) in {
        33: (-50, -30), 133: (-20, -30), 362: (20, -30), 263: (50, -30), 61: (-28, 45), 291: (28, 45),
    }.items():  # fmt: skip
        places[number, :2] = FACE_PX / 2 + x, FACE_PX / 2 + y
    return places.astype(np.float32)
