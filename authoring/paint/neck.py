"""Builds the throat behind the jaw from the head model, with the width and colours of the portrait's neck."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.portrait.canvas import CANVAS_PX, extended_pixels, sample
from face.easing import ease_in_out
from face.head_model import HeadModel
from face.normals import vertex_normals
from face.rig import NeckMesh

Image = NDArray[np.float32]


def build_neck(
    model: HeadModel, fit: HeadFit, vertices: Image, sheet: Image, sides: tuple[int, int, int], skin: Image
) -> NeckMesh:
    """Take the model's throat and the sides of its head, from the ears to just below the chin.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
        sheet: (E, E, 4) float32, the painted sheet; its neck gives the colours.
        sides: left and right column of the portrait's neck, and the row, from `neck_sides`.
        skin: (3,) float32 sRGB, the median colour of the face.
    """
    used, triangles = np.unique(model.part("ears_and_neck", "scalp"), return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    points = vertices[used].copy()
    face = np.unique(model.triangles["face"])
    proportions = face_proportions(model, vertices)
    chin = proportions.chin
    lobe = chin + 0.30 * proportions.height  # y of the ear lobes
    # 1. From the chin down a little narrower than the portrait's neck, so that it shows only where the sheet is
    # transparent; the model's own width at the ear lobes.
    start, end, _ = sides
    middle = fit.to_rest(np.array([[0, chin - 1, float(model.pivot[2])]], np.float32))[0]
    wanted = 0.44 * (end - start) / CANVAS_PX * float(-middle[2]) / fit.focal
    levels = np.linspace(chin - 4, lobe, 12)
    widths = [np.abs(points[np.abs(points[:, 1] - level) < 1.0, 0]).max(initial=1.0) for level in levels]
    share = np.clip((lobe - points[:, 1]) / (lobe - chin), 0, 1)
    narrowed = np.minimum(wanted / np.interp(points[:, 1], levels, widths), 1.0)
    points[:, 0] *= 0.95 * (1 - share + share * narrowed)
    # Above, keep it behind the cheeks: the sheet shows the portrait's ears.
    beside = 0.93 * float(np.abs(vertices[face, 0]).max())
    points[:, 0] = points[:, 0].clip(-beside, beside)
    # 2. Colours of the sheet's neck, darker where the surface turns away from the camera.
    rest = fit.to_rest(points)
    row = np.array(
        [
            [start + 0.15 * (end - start), sides[2] + 4],
            [(start + end) / 2, sides[2] + 4],
            [start + 0.85 * (end - start), sides[2] + 4],
        ],
        np.float32,
    )
    tones = sample(np.ascontiguousarray(sheet[..., :3]), row[None])[0]
    # A colour far from the skin's, or of another hue in whatever light, is a collar: use the skin's instead.
    hue = [one / np.maximum(one.mean(-1, keepdims=True), 0.02) for one in (tones, skin)]
    far, other = (np.linalg.norm(a - b, axis=-1, keepdims=True) for a, b in ((tones, skin), hue))
    collar = (far > 0.25) | (other > 0.25)
    tones = np.where(collar, 0.85 * skin, tones)
    across = np.clip((extended_pixels(fit.to_picture(rest))[:, 0] - start) / max(end - start, 1), 0, 1)
    colour = np.stack([np.interp(across, (0.15, 0.5, 0.85), tones[:, k]) for k in range(3)], 1)
    normals = vertex_normals(rest, triangles.astype(np.int32))
    colour *= 0.84 + 0.16 * np.clip(normals[:, 2:3], 0, 1)
    # 3. Fade out beside the ears and below the chin.
    ears = lobe + 0.6 * (lobe - chin)
    lowest = chin - 4.0 if end > start else chin  # a face that was cut out without its neck has none
    shown = np.clip((ears - points[:, 1]) / 1.2, 0, 1) * np.clip((points[:, 1] - lowest) / 1.5, 0, 1)
    keep = (shown[triangles] > 0).any(1)
    ids, compact = np.unique(triangles[keep], return_inverse=True)
    follow = ease_in_out(
        np.clip((points[:, 1] - (chin - 0.5 * proportions.height)) / (0.62 * proportions.height), 0, 1)
    )
    return NeckMesh(
        vertices=rest[ids],
        follow=follow[ids].astype(np.float32),
        colours=(np.concatenate([colour, np.ones((len(colour), 1))], 1) * shown[:, None])[ids].astype(
            np.float32
        ),
        triangles=compact.reshape(-1, 3).astype(np.int32),
    )
