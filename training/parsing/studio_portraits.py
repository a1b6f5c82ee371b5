"""Portraits of the studio for the parsing network: a person cut out of the background, and the part that every pixel shows.

    picture = draw_portrait(studio, portrait_factors(identity, number=0, seed=0))

More varied than the portraits that pairs begin with: turned by up to 40 degrees, at many distances, in all styles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.head.source import PART
from studio.motion.acted import ActedMotion
from studio.renderer import Studio, StudioPicture
from studio.seeds import random_of, seed_of
from vision.portrait_parts import PORTRAIT_PART

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

#: Side of a stored portrait, pixels.
PORTRAIT_PX: Final = 320
#: Pictures of each person: a new look takes three times as long as another view of it.
VIEWS: Final = 3
#: Style -> its share.
_STYLES: Final = {"real": 0.78, "anime": 0.17, "clay": 0.05}
_WIDEST_RAD: Final = 0.7
#: Distance of the camera over its focal length: the face's landmarks fill about 0.55 to 0.28 of the picture.
_NEAR, _FAR = 34.0, 58.0
#: Part of the studio -> part of a portrait; `_BARE` is divided by `_divided`.
_PARTS: Final = np.full(max(PART.values()) + 1, PORTRAIT_PART["skin"], np.uint8)
_PARTS[PART["background"]] = PORTRAIT_PART["background"]
_PARTS[PART["hair"]] = PORTRAIT_PART["hair"]
_PARTS[PART["clothes"]] = PORTRAIT_PART["clothes"]
_PARTS[PART["glasses"]] = PORTRAIT_PART["glasses"]
_BARE: Final = (PART["face"], PART["head_and_neck"])


@dataclass(frozen=True, slots=True, eq=False)
class StudioPortrait:
    """One portrait; S = PORTRAIT_PX.

    Attributes:
        person: (S, S, 4) uint8 RGBA, straight alpha; colours are continued where nothing is opaque.
        part: (S, S) uint8, PORTRAIT_PART of each pixel that is not wholly background; there the nearest part.
        background: (S, S, 3) uint8 RGB, the studio's own.
        landmarks: (478, 2) float32, MediaPipe's, pixels.
    """

    person: Bytes
    part: Bytes
    background: Bytes
    landmarks: Floats


def portrait_factors(identity: int, number: int, seed: int) -> Factors:
    """The factors of picture `number` of a person; the same look and style in all of them."""
    of_person = random_of("parsing person", seed, identity)
    style = str(of_person.choice(list(_STYLES), p=list(_STYLES.values())))
    random = random_of("parsing portrait", seed, identity, number)
    focal = float(random.uniform(1.5, 3.4))
    widest = _WIDEST_RAD if random.random() < 0.4 else 0.2
    turned, looked = random.uniform(-widest, widest, 2)
    articulation = np.zeros(len(BLENDSHAPES), np.float32)
    emotion = np.zeros(len(EMOTIONS), np.float32)
    gaze = (0.0, 0.0)
    if random.random() < 0.6:
        frame = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0, 30)))
        articulation = np.asarray(frame.articulation * np.float32(random.uniform(0.3, 1.0)))
        if random.random() < 0.7:
            articulation[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = 0.0
        gaze = frame.gaze
    if random.random() < 0.5:
        emotion[int(random.integers(len(EMOTIONS)))] = random.uniform(0.2, 0.9)
    return Factors(
        identity=identity_weights(identity),
        look=seed_of("parsing look", seed, identity) % 2**31,
        background=int(random.integers(2**31)),
        style=style,
        pose=Pose(
            yaw=float(turned),
            pitch=float(np.clip(random.normal(0.0, 0.13), -0.4, 0.4)),
            roll=float(np.clip(random.normal(0.0, 0.1), -0.4, 0.4)),
        ),
        articulation=articulation,
        emotion=emotion,
        gaze=gaze,
        view=CameraView(
            azimuth=float(np.clip(looked, -_WIDEST_RAD - turned, _WIDEST_RAD - turned)),
            elevation=float(np.clip(random.normal(0.0, 0.1), -0.3, 0.3)),
            distance=focal * float(random.uniform(_NEAR, _FAR)),
            focal=focal,
        ),
    )


def draw_portrait(studio: Studio, factors: Factors, size: int = PORTRAIT_PX) -> StudioPortrait:
    """Draw a portrait and divide it into PORTRAIT_PARTS."""
    picture = studio.render(factors, size)
    part = _divided(picture)
    # pixels that are opaque in part may show the background at their centre
    unlabelled = part == PORTRAIT_PART["background"]
    if unlabelled.any() and not unlabelled.all():
        part = _nearest(part, unlabelled)
    colours = picture.image[..., :3].copy()
    clear = picture.image[..., 3] == 0
    if clear.any() and not clear.all():
        colours = _nearest(colours, clear)
    person = np.dstack([colours, picture.image[..., 3]])
    return StudioPortrait(person, part, picture.background, picture.mediapipe_landmarks[:, :2].copy())


def _nearest(values: Bytes, holes: NDArray[np.bool_]) -> Bytes:
    """Values with those of the nearest pixel in the holes."""
    _, label = cv2.distanceTransformWithLabels(
        holes.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(int(label.max()) + 1, np.intp)
    source[label[~holes]] = np.flatnonzero(~holes)
    flat = values.reshape(holes.size, -1)
    return np.asarray(flat[source[label]].reshape(values.shape), np.uint8)


def _divided(picture: StudioPicture) -> Bytes:
    """The studio's parts as PORTRAIT_PARTS; skin is divided into face, ears and neck by its place on the head."""
    part = _PARTS[picture.part]
    ys, xs = np.nonzero(np.isin(picture.part, _BARE))
    if not len(ys):
        return part
    size = len(part)
    camera, depth = picture.camera, picture.depth[ys, xs]
    seen = np.stack(
        [
            ((xs + 0.5) / size - 0.5) * depth / camera.focal,
            (0.5 - (ys + 0.5) / size) * depth / camera.focal,
            -depth,
        ],
        1,
    )
    points = seen @ camera.world_to_camera[:3, :3] + camera.eye
    # the head's own axes from its landmarks: across from ear to ear, up from chin to the nose's bridge
    marks = picture.landmarks_world
    middle = (marks[0] + marks[16]) / 2
    across = marks[16] - marks[0]
    wide = float(np.linalg.norm(across)) / 2
    across = across / np.linalg.norm(across)
    up = marks[27] - marks[8]
    up = up - across * (up @ across)
    up = up / np.linalg.norm(up)
    back = np.cross(across, up)
    back = back if (middle - marks[30]) @ back > 0 else -back
    x, y, z = (
        (points - middle) @ across / wide,
        (points - middle) @ up / wide,
        (points - middle) @ back / wide,
    )
    low = float((marks[8] - middle) @ up / wide)
    is_ear = (np.abs(x) > 0.95) & (y > 0.55 * low) & (y < 0.5) & (z > -0.05) & (z < 0.8)
    is_neck = (y / low > 0.7 + 0.39 * (0.1 - z)) & ~is_ear  # below the line from the jaw's corner to the chin
    part[ys[is_ear], xs[is_ear]] = PORTRAIT_PART["ears"]
    part[ys[is_neck], xs[is_neck]] = PORTRAIT_PART["neck"]
    return part
