"""A person's own upper teeth, from frames of a clip in which the lips are parted, on the model's teeth.

found = real_teeth(raster, rig, views, skin)
rig, pictures["mouth"] = found.rig, found.picture

Teeth are rigid: what one frame shows of them stays on them in every expression, lit as the mouth opens. What no frame
shows, and the lower row, keep the model's own shade, in the colour that the shown teeth have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.paint.mouth import OWN_PX
from authoring.paint.raster import Raster
from authoring.paint.view import View
from authoring.portrait.canvas import EXTENDED_PX, sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.landmarks import FACE_OVAL
from face.mouth import MOUTH_PARTS, mouth_tints
from face.rig import HeadRig
from face.rig_schema import MOUTH_COLOURS
from runtime.engines.head_programs import MOUTH_CLEARANCE

Floats = NDArray[np.float32]

#: The landmarker's points along the inner edges of the lips.
_INNER_LIPS: Final = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip
#: The row that is taken: lower teeth hide behind upper ones in most smiles.
_ROW: Final = "teeth_upper"
#: Saturation of teeth as a share of the skin's: from which a colour is no tooth, up to which it is one; the same of
#: brightness.
_COLOUR, _BRIGHT = (1.05, 0.9), (0.4, 0.55)
#: The same of red over green: wet lips are as grey as teeth in warm light, but redder than skin.
_RED: Final = (1.02, 0.95)
#: Pixels of the extended canvas that must show teeth.
_LEAST_PX: Final = 800
#: Factors of the brightness and of each channel of the model's teeth that are believed.
_MOST, _HUE = 1.35, 1.3
#: Gaps between teeth that belong to them, pixels of the picture; and how far from the teeth their colour begins and ends to
#: fade; how far inside a tooth its own colour is taken from.
_GAP_PX, _FAR_PX, _CORE_PX = 9, (4.0, 16.0), 5
#: Squared differences to the frames where the followed head has its teeth, against those with the model's own: beyond it
#: the head shows teeth where the person has lips. The engine draws teeth darker than this, so that more than 1 is a gain:
#: of clips at hand, teeth with 0.3, 0.8 and 1.2 came nearer to other frames, and those with 2.2 did not.
_NEARER: Final = 1.5
_NOTHING: Final = np.zeros((OWN_PX, OWN_PX, 4), np.float32)
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RealTeeth:
    """An avatar's rig with teeth from a clip.

    Attributes:
        rig: with `teeth_places` and the teeth's colour.
        picture: (OWN_PX, OWN_PX, 4) float32 straight alpha, opaque on teeth.
    """

    rig: HeadRig
    picture: Floats


def real_teeth(raster: Raster, rig: HeadRig, views: Iterable[View], skin: Floats) -> RealTeeth | None:
    """Take the teeth of the frame that shows most of them, sharp, unless they spoil the frames.

    Args:
        skin: (3,) the portrait's skin, to which a frame's exposure is levelled.

    Returns:
        None: no frame shows teeth, or the model's own are far nearer.
    """
    best: tuple[float, View, Floats, Floats] | None = None
    seen: list[_SeenMouth] = []
    for view in views:
        found = _shown_teeth(view, skin)
        if found is None:
            continue
        seen.append(_seen_mouth(raster, rig, view, found[1]))
        if best is None or found[0] > best[0]:
            best = (found[0], view, found[1], found[2])
    if best is None:
        return None
    made = _teeth_of(rig, best[1], best[2], best[3])
    before, after = (sum(mouth.gap(one) for mouth in seen) for one in (RealTeeth(rig, _NOTHING), made))
    return made if after < _NEARER * before else None


def _teeth_of(rig: HeadRig, view: View, rgb: Floats, tooth: Floats) -> RealTeeth:
    """The teeth of a view: its levelled colours (E, E, 3), and where teeth are (E, E)."""
    rows, columns = np.flatnonzero((tooth > 0.5).any(1)), np.flatnonzero((tooth > 0.5).any(0))
    low, high = np.array([columns[0], rows[0]], np.float32), np.array([columns[-1], rows[-1]], np.float32) + 1
    side = float((high - low).max()) * 1.4
    corner = (low + high) / 2 - side / 2
    step = (np.arange(OWN_PX, dtype=np.float32) + 0.5) * (side / OWN_PX)
    at = np.stack(np.meshgrid(corner[0] + step, corner[1] + step), -1).astype(np.float32)
    picture = _on_teeth(sample(rgb, at), sample(tooth, at))
    used = np.unique(rig.model.triangles[_ROW])
    places = np.full((len(rig.neutral), 2), -1.0, np.float32)
    places[used] = (view.pixels[used] - corner) / side
    return RealTeeth(_coloured(replace(rig, teeth_places=places.clip(-1.0, 2.0)), picture), picture)


@dataclass(frozen=True, slots=True, eq=False)
class _SeenMouth:
    """What a frame shows where the followed head has its teeth: N pixels.

    Attributes:
        rgb: (N, 3) the frame's levelled colours. triangles: (N, 3) vertices, and shares: (N, 3) of them, that lie there.
    """

    rgb: Floats
    triangles: NDArray[np.int32]
    shares: Floats

    def gap(self, teeth: RealTeeth) -> float:
        """Sum of the squared differences to the frame."""
        if not len(self.rgb):
            return 0.0
        tints, places = (
            (values[self.triangles] * self.shares[..., None]).sum(1)
            for values in (mouth_tints(teeth.rig), teeth.rig.teeth_places)
        )
        own = sample(teeth.picture, (places * OWN_PX)[None].astype(np.float32))[0]
        inside = ((places > 0) & (places < 1)).all(1, keepdims=True)
        shown = tints + (own[:, :3] - tints) * own[:, 3:] * inside
        return float(((shown - self.rgb) ** 2).sum())


def _seen_mouth(raster: Raster, rig: HeadRig, view: View, rgb: Floats) -> _SeenMouth:
    """Lay the followed head over a view, as the engine draws it."""
    model = rig.model
    mouth = np.unique(model.part(*MOUTH_PARTS))
    behind = view.rest.copy()
    behind[mouth] -= MOUTH_CLEARANCE * view.fit.rotation[:, 2]
    # a corner of its own for every triangle: its number, and two of its corners' shares
    triangles = np.concatenate([model.triangles[_ROW], model.part("face", *MOUTH_PARTS)])
    count = len(model.triangles[_ROW])
    number = np.where(np.arange(len(triangles)) < count, np.arange(len(triangles)), -1.0)
    corners = np.tile(np.array([[1, 0], [0, 1], [0, 0]], np.float32), (len(triangles), 1))
    values = np.column_stack([np.repeat(number, 3), corners]).astype(np.float32)
    flat = triangles.ravel()
    drawn = raster.draw(
        view.pixels[flat], values, np.arange(len(flat), dtype=np.int32).reshape(-1, 3), EXTENDED_PX,
        depth=(-1 / behind[flat, 2]).astype(np.float32),
    )  # fmt: skip
    there = (drawn[..., 3] > 0) & (drawn[..., 0] > -0.5)
    found = drawn[there]
    shares = np.column_stack([found[:, 1], found[:, 2], 1 - found[:, 1] - found[:, 2]]).astype(np.float32)
    return _SeenMouth(rgb[there], triangles[found[:, 0].round().astype(int)], shares)


def _shown_teeth(view: View, skin: Floats) -> tuple[float, Floats, Floats] | None:
    """How good a view is, its levelled colours (E, E, 3) and where teeth are (E, E); None: hardly any are."""
    face = (_inside(view.landmarks[list(FACE_OVAL)]) > 0) & (view.skin > 0.9)
    if not face.any():
        return None
    own = np.median(view.canvas.rgb[face], axis=0)
    light = float(skin @ _LUMA) / max(float(own @ _LUMA), 1e-3)
    rgb = np.clip(view.canvas.rgb * light, 0, 1).astype(np.float32)
    most = rgb.max(2)
    colour = (most - rgb.min(2)) / np.maximum(most, 1e-3)
    of_skin = float((own.max() - own.min()) / max(float(own.max()), 1e-3))
    like = smoothstep(*_COLOUR, colour / max(of_skin, 1e-3))
    red = rgb[..., 0] / np.maximum(rgb[..., 1], 1e-3) / max(float(own[0] / max(float(own[1]), 1e-3)), 1e-3)
    like = like * smoothstep(*_RED, red) * smoothstep(*_BRIGHT, (rgb @ _LUMA) / float(skin @ _LUMA))
    tooth = (like * cv2.erode(_inside(view.landmarks[list(_INNER_LIPS)]), np.ones((3, 3), np.uint8))).astype(
        np.float32
    )
    count = float(tooth.sum())
    if count < _LEAST_PX:
        return None
    edges = np.abs(cv2.Laplacian(rgb @ _LUMA, cv2.CV_32F))[tooth > 0.5]
    return count * float(edges.mean() if edges.size else 0.0), rgb, tooth


def _inside(outline: Floats) -> NDArray[np.uint8]:
    """(E, E) 1 inside an outline (N, 2), pixels."""
    mask = np.zeros((EXTENDED_PX, EXTENDED_PX), np.uint8)
    return np.asarray(cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1), np.uint8)


def _on_teeth(rgb: Floats, tooth: Floats) -> Floats:
    """The picture (S, S, 4): teeth and the gaps between them as they are, their colour around, which fades far away.

    The model's teeth end elsewhere than the real ones: what lies beside those, gums or shadow, is no colour of a tooth.
    """
    closed = cv2.morphologyEx(
        tooth, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GAP_PX, _GAP_PX))
    )
    core = cv2.erode(tooth, np.ones((_CORE_PX, _CORE_PX), np.uint8))
    if core.sum() < 1.0:
        core = tooth
    own = smoothstep(0.4, 0.8, cv2.GaussianBlur(closed, (0, 0), 1.5))[..., None]
    filled = rgb * own + cv2.GaussianBlur(push_pull(rgb, core), (0, 0), 4) * (1 - own)
    away = cv2.distanceTransform((closed < 0.5).astype(np.uint8), cv2.DIST_L2, 5).astype(np.float32)
    alpha = smoothstep(_FAR_PX[1], _FAR_PX[0], away)
    alpha[[0, -1]] = alpha[:, [0, -1]] = 0
    return np.dstack([filled, alpha]).astype(np.float32)


def _coloured(rig: HeadRig, picture: Floats) -> HeadRig:
    """The rig whose model's teeth have the colour of the picture, where both are seen."""
    teeth = np.unique(rig.model.triangles[_ROW])
    at = rig.teeth_places[teeth] * OWN_PX
    inside = ((at > 0) & (at < OWN_PX)).all(1)
    shown = sample(picture, at[None].astype(np.float32))[0]
    weight = shown[:, 3] * inside
    if weight.sum() < 1.0:
        return rig
    tints = mouth_tints(rig)[teeth]
    own, painted = ((one * weight[:, None]).sum(0) for one in (shown[:, :3], tints))
    factor = own / np.maximum(painted, 1e-3)
    bright = float(factor @ _LUMA)
    factor = np.clip(bright, 1 / _MOST, _MOST) * np.clip(factor / max(bright, 1e-3), 1 / _HUE, _HUE)
    colours = rig.mouth_colours.copy()
    row = MOUTH_COLOURS.index("teeth")
    colours[row] = np.clip(colours[row] * factor, 0, 1)
    return replace(rig, mouth_colours=colours)
