"""View: one more frame of a clip as a picture to paint from, with the place of every vertex of the head in it.

view = view_of(model, places, neutral, other, cut, parser)         # None where the head does not fit the frame
view.pixels                                                         # (V, 2)

A head that is followed lies a pixel or two beside the face: the landmarks' remaining gaps move the places, not the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.clip.others import OtherPicture
from authoring.fit.clip_offsets import facing, follow_neutral
from authoring.fit.head_fit import HeadFit
from authoring.fit.personal import gaussian
from authoring.portrait.canvas import EXTENDED_PX, Canvas, Cut, draw_canvas, extended_pixels
from authoring.portrait.parsing import Parser
from authoring.portrait.portrait import Portrait
from face.head_model import HeadModel
from face.landmarks import FACE_OVAL, FIRST_IRIS, HeadLandmarks
from face.lid_places import BLINKS
from protocol.blendshapes import INDEX
from vision.portrait_parts import PORTRAIT_PART

Floats = NDArray[np.float32]
#: Vertices (2, L) and movements (2, L, 3) that complete the blinks, from `lid_closings`.
Closing = tuple[NDArray[np.int32], Floats]

#: Frames whose landmarks lie farther from the followed head are left out, pixels at 512.
WORST_RMS: Final = 5.0
#: Of the gaps' kernels: standard deviations, model units; of their ridge: what is added to the diagonal.
_REACHES, _RIDGE = (3.0, 1.1), 0.5
#: Largest gap that is believed, picture heights, and least weight of a landmark that counts.
_MOST_GAP, _LEAST_FACING = 0.012, 0.1
_LID_SHAPES: Final = ("eyeWide", "eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeSquint")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A frame to paint from; E = EXTENDED_PX.

    Attributes:
        canvas: the frame in the portrait's extended canvas.
        skin: (E, E) float32 0..1, bare skin of the person inside the frame; all of the frame where no network tells.
        fit: the head's place. rest: (V, 3) float32, the head with its expression, rest space.
        pixels: (V, 2) float32, where each vertex is seen, pixels of the extended canvas.
        landmarks: (478, 2) float32, the face's landmarks, pixels of the extended canvas.
    """

    canvas: Canvas
    skin: Floats
    fit: HeadFit
    rest: Floats
    pixels: Floats
    landmarks: Floats


def view_of(
    model: HeadModel,
    places: HeadLandmarks,
    neutral: Floats,
    other: OtherPicture,
    cut: Cut,
    parser: Parser | None = None,
    *,
    shut: tuple[int, Closing] | None = None,
) -> View | None:
    """Follow the head into a frame.

    Args:
        neutral: (V, 3) float32, the person's neutral head. cut: where the canvas lies in the frame.
        parser: tells skin from hair, hands' sleeves and glasses; None: all of the frame counts as skin.
        shut: an eye, 0 = the subject's left, that is wholly shut in the frame, and what completes a blink.

    Returns:
        None: the head does not fit, or lies outside the frame.
    """
    fit = follow_neutral(model, places, neutral, other.face)
    if fit.rms_px > WORST_RMS:
        return None
    worn = fit.expression.copy()
    head = neutral
    if shut is not None:
        side, (vertices, moves) = shut
        for name in _LID_SHAPES:
            worn[INDEX[name + ("Left", "Right")[side]]] = 0.0
        worn[BLINKS[side]] = 1.0
        head = neutral.copy()
        head[vertices[side]] += moves[side]
    head = model.expressed(head, worn)
    rest = fit.to_rest(head)
    pixels = extended_pixels(_moved_places(model, places, fit, head, other.face.landmarks))
    canvas = draw_canvas(Portrait(other.picture, None), cut)
    face = pixels[np.unique(model.triangles["face"])]
    if np.mean((face > 0) & (face < EXTENDED_PX)) <= 0.75:  # of both coordinates: half the face is outside
        return None
    return View(
        canvas, _skin(canvas, other, parser), fit, rest, pixels, extended_pixels(other.face.landmarks)
    )


def _moved_places(
    model: HeadModel, places: HeadLandmarks, fit: HeadFit, head: Floats, landmarks: Floats
) -> Floats:
    """Where the vertices of a head (V, 3) are seen: (V, 2), picture heights, moved until its landmarks lie right."""
    anchors = places.of(model.vertices)[:FIRST_IRIS].astype(np.float64)
    skin = np.unique(model.part("face", "mouth_socket", "eye_socket"))
    at = fit.to_picture(fit.to_rest(head))
    rest = fit.to_rest(places.of(head))[:FIRST_IRIS]
    weight = facing(model, places, fit, head, rest)
    weight[list(FACE_OVAL)] = 0.0
    used = weight > _LEAST_FACING
    for reach in _REACHES:
        gap = (landmarks[:FIRST_IRIS] - places.of(at)[:FIRST_IRIS])[used].astype(np.float64)
        length = np.linalg.norm(gap, axis=1, keepdims=True)
        gap *= np.minimum(1, _MOST_GAP / np.maximum(length, 1e-9))
        kernel = gaussian(anchors[used], anchors[used], reach)
        kernel[np.diag_indices(len(kernel))] += _RIDGE / weight[used]
        pulls = np.linalg.solve(kernel, gap)
        at[skin] += (gaussian(model.vertices[skin].astype(np.float64), anchors[used], reach) @ pulls).astype(
            np.float32
        )
    return at


def _skin(canvas: Canvas, other: OtherPicture, parser: Parser | None) -> Floats:
    if parser is None:
        return canvas.known
    parsed = parser.parse(canvas.rgb, canvas.known, extended_pixels(other.face.landmarks))
    bare = (
        parsed.part[PORTRAIT_PART["skin"]]
        + parsed.part[PORTRAIT_PART["neck"]]
        + parsed.part[PORTRAIT_PART["ears"]]
    )
    whole = cv2.resize(bare, (EXTENDED_PX, EXTENDED_PX), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole * canvas.known, np.float32)
