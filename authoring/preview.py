"""The preview: the avatar beside its portrait in many poses, and how alike the two are in dB.

sheet, psnr_db = draw_preview(load_avatar(folder), canvas_picture(canvas), landmarks)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.landmarks import FACE_OVAL
from face.motion import Motion
from face.rest import PortraitRest
from face.rig import load_rig
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import CHANNEL_INDEX
from runtime.engines.head import HeadEngine
from runtime.engines.prepared import rest_of

Picture = NDArray[np.uint8]

CELL_PX: Final = 256
COLUMNS: Final = 5
DRAWN_PX: Final = 2 * CELL_PX  # supersampling; the face is compared at this size too
THUMBNAIL_PX: Final = 192
RIM_PX: Final = 10  # width of the band inside the face's outline that is not compared, at DRAWN_PX
BACKDROP: Final = (96, 96, 96)


@dataclass(frozen=True, slots=True)
class Pose:
    """One cell of the sheet.

    Attributes:
        caption: written into the cell.
        both: shape without "Left" or "Right" -> value of both sides.
        channels: (layer, channel) -> value.
    """

    caption: str
    both: dict[str, float] = field(default_factory=dict)
    channels: dict[tuple[str, str], float] = field(default_factory=dict)


POSES: Final = (
    Pose("rest"),
    Pose("yaw 20", channels={("pose", "yaw"): 0.35}),
    Pose("yaw -20", channels={("pose", "yaw"): -0.35}),
    Pose("pitch 12", channels={("pose", "pitch"): 0.21}),
    Pose("pitch -12, roll 10", channels={("pose", "pitch"): -0.21, ("pose", "roll"): 0.17}),
    Pose("smile", both={"mouthSmile": 0.9, "cheekSquint": 0.5}),
    Pose("jaw open", channels={("expression", "jawOpen"): 0.6}),
    Pose("blink", both={"eyeBlink": 1.0}),
    Pose(
        "surprise",
        both={"eyeWide": 0.8, "browOuterUp": 0.7},
        channels={("expression", "browInnerUp"): 0.9, ("expression", "jawOpen"): 0.35},
    ),
    Pose("frown", both={"browDown": 0.9, "mouthFrown": 0.7, "noseSneer": 0.4}),
    Pose("looks left", channels={("gaze", "yaw"): 0.4}),
    Pose("looks up", channels={("gaze", "pitch"): 0.3}),
    Pose("camera to the right", channels={("view", "azimuth"): -0.3, ("view", "distance"): 1.1}),
)


FRIENDLY: Final = Pose("friendly", both={"mouthSmile": 0.3, "cheekSquint": 0.15})


def motion_of(pose: Pose) -> Motion:
    """Make the Motion of a cell."""
    motion = Motion.neutral()
    for name, value in pose.both.items():
        for side in ("Left", "Right"):
            motion.expression[INDEX[f"{name}{side}"]] = value
    for (layer, channel), value in pose.channels.items():
        motion.values[CHANNEL_INDEX[layer][channel]] = value
    return motion


def _worn(pose: Pose, at_rest: PortraitRest | None) -> Motion:
    """The Motion of a cell as the runtime would draw it."""
    motion = motion_of(pose)
    if at_rest is not None:
        at_rest(motion.values)
    return motion


def draw_preview(avatar: Avatar, reference: Picture, landmarks: NDArray[np.float32]) -> tuple[Picture, float]:
    """Draw a contact sheet and compare the avatar with its portrait.

    Args:
        avatar: of the head engine.
        reference: (S, S, 3) uint8 sRGB, the portrait's canvas.
        landmarks: (478, 2) float32, picture heights from the canvas's centre.

    Returns:
        (H, W, 3) uint8 RGB, and the peak signal-to-noise ratio inside the face in dB, with the avatar in the
        portrait's pose and expression.
    """
    as_portrait = Motion.neutral()
    as_portrait.values[:] = load_rig(avatar).portrait
    at_rest = rest_of(avatar, {"portrait": as_portrait.values.copy()})
    engine = HeadEngine(DRAWN_PX)
    try:
        engine.set_avatar(avatar)
        drawn = engine.render(as_portrait, 0.0)
        psnr_db = face_psnr_db(drawn, reference, landmarks)
        cells = [_cell(reference, "portrait"), _cell(drawn, "avatar, as the portrait")]
        cells += [_cell(engine.render(_worn(pose, at_rest), 0.0), pose.caption) for pose in POSES]
    finally:
        engine.close()
    blank = np.zeros_like(cells[0])
    cells += [blank] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    return np.vstack(rows), psnr_db


def draw_thumbnail(avatar: Avatar) -> Picture:
    """Draw the picture that the panel shows: (THUMBNAIL_PX, THUMBNAIL_PX, 4) uint8 RGBA, straight alpha."""
    engine = HeadEngine(2 * THUMBNAIL_PX)
    try:
        engine.set_avatar(avatar)
        at_rest = rest_of(avatar, {"portrait": load_rig(avatar).portrait})
        drawn = engine.render(_worn(FRIENDLY, at_rest), 0.0)
    finally:
        engine.close()
    premultiplied = drawn.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    small = cv2.resize(premultiplied, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
    return np.asarray(small.round().clip(0, 255), np.uint8)


def face_psnr_db(drawn: Picture, reference: Picture, landmarks: NDArray[np.float32]) -> float:
    """Peak signal-to-noise ratio, in dB, inside the landmarks' outline.

    Args:
        drawn: (S, S, 4) uint8 RGBA, straight alpha; transparent pixels count as black.
        reference: (R, R, 3) uint8, scaled to the drawing's size.
        landmarks: (478, 2) picture heights from the centre.
    """
    size = drawn.shape[0]
    reduced = cv2.resize(reference, (size, size), interpolation=cv2.INTER_AREA)
    outline = ((landmarks[list(FACE_OVAL)] + 0.5) * size).round().astype(np.int32)
    inside = cv2.fillPoly(np.zeros((size, size), np.uint8), [outline], 1)
    reach = round(RIM_PX * size / DRAWN_PX)
    inside = cv2.erode(inside, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    shown = drawn[..., :3] * (drawn[..., 3:] / np.float32(255))
    error = float(np.mean((shown[inside] - reduced[inside].astype(np.float32)) ** 2))
    return float(10 * np.log10(255**2 / max(error, 1e-6)))


def found_expression(expression: NDArray[np.float32], above: float) -> list[tuple[str, float]]:
    """The shapes whose weight, of (52,) float32, is above a value; strongest first."""
    strongest = np.argsort(-expression, kind="stable")
    return [(BLENDSHAPES[i], float(expression[i])) for i in strongest if expression[i] > above]


def _cell(picture: Picture, caption: str) -> Picture:
    """Scale a picture to a cell, with a grey backdrop and its caption: (CELL_PX, CELL_PX, 3) uint8 RGB."""
    rgb = picture[..., :3].astype(np.float32)
    if picture.shape[2] == 4:
        alpha = picture[..., 3:].astype(np.float32) / 255
        rgb = (rgb * alpha + np.array(BACKDROP) * (1 - alpha)).astype(np.float32)
    cell = cv2.resize(rgb.round().astype(np.uint8), (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA)
    for colour, shift in (((0, 0, 0), 1), ((255, 255, 255), 0)):
        at = (8 + shift, CELL_PX - 10 + shift)
        cv2.putText(cell, caption, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
    return np.asarray(cell, np.uint8)
