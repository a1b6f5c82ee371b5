"""How softly a turned head's hair ends: as softly as the portrait's own outline does.

A turn shows an outline that the portrait has not: the shell of hair where it turns away from the camera. There its picture
is opaque, so that hair would end like a cut. The shell fades towards that outline, over about as many pixels as the
portrait's alpha takes from nothing to hair. At a distance d from the outline of a ball of radius R, the cosine between its
normal and the direction to the camera is sqrt(2 d / R): the square of a cosine is linear in d.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.rig import HeadRig, SheetMesh

#: Alpha at which an outline begins, and at which it is whole.
_BEGINS, _WHOLE = 0.1, 0.9
#: Cosines at which hair is whole: as sharp as a drawing, and as soft as curls; more would show what lies behind.
SHARPEST, SOFTEST = 0.06, 0.4
#: Width of that fade in widths of the portrait's own: an outline of tips, which curls between them make wide, is none of a
#: shell.
_NARROWER: Final = 0.65
#: Share of a head's turn below which there is no hair but shoulders, collar and neck, and from which on all is hair.
_BODY, _HAIR = 0.9, 0.99
#: Model units above the eyes from which hair is a shell, and below them down to which ears are beside it; how much of the
#: softness is left there, where ears, locks and collar lie behind one another.
_ABOVE, _BESIDE_EARS = 2.5, 0.3
_LEAST_LINES: Final = 8  # rows or columns of the picture in which the outline must be found


def hair_softness(alpha: NDArray[np.uint8], lowest: float) -> float:
    """The cosine at which hair is whole.

    Args:
        alpha: (S, S) uint8, opacity of the sheet's picture, first row at the top.
        lowest: share of the picture's height from the top, down to which what it shows turns with the head.

    Returns:
        From SHARPEST to SOFTEST; the former where there is no outline.
    """
    head = alpha[: max(int(lowest * len(alpha)), 0)]
    rows = np.flatnonzero((head > _WHOLE * 255).any(1))
    if len(rows) < _LEAST_LINES:
        return SHARPEST
    head = head[rows[0] // 2 :]
    widths = []
    across = head.shape[1] / 2
    for lines in (head, head[:, ::-1]):
        begin, whole = ((lines > share * 255) for share in (_BEGINS, _WHOLE))
        found = whole.any(1)
        first, last = begin.argmax(1)[found], whole.argmax(1)[found]
        # an outline that a row meets at a small angle, at the top of the head, looks wide there
        upright = np.abs(np.gradient(last.astype(np.float64))) < 1.0 if len(last) > 1 else np.zeros(0, bool)
        widths.append((last - first)[upright])
        if len(last):
            across = min(across, float(head.shape[1] / 2 - np.min(last)))
    taken = np.concatenate(widths)
    if len(taken) < _LEAST_LINES:
        return SHARPEST
    return float(np.clip(np.sqrt(2 * _NARROWER * np.median(taken) / max(across, 1.0)), SHARPEST, SOFTEST))


def hair_share(rig: HeadRig, sheet: SheetMesh) -> NDArray[np.float32]:
    """(N,) float32 0..1: 1 for vertices of hair above the ears, less beside them, 0 for shoulders, collar and neck."""
    camera = rig.camera
    height = ((sheet.vertices - camera.translation) @ camera.rotation)[:, 1] - rig.eye_centres[:, 1].mean()
    above = np.clip((height + _ABOVE) / (2 * _ABOVE), 0, 1)
    turns = np.clip((sheet.follow - _BODY) / (_HAIR - _BODY), 0, 1)
    return np.asarray(turns * (_BESIDE_EARS + (1 - _BESIDE_EARS) * above), np.float32)


def fading_normals(
    normals: NDArray[np.float32], share: NDArray[np.float32], whole_at: float
) -> NDArray[np.float32]:
    """Scale normals, so that a surface is whole where their component towards the camera is 1.

    Args:
        normals: (N, 3) float32, unit length.
        share: (N,) float32 0..1, from `hair_share`; what is no hair ends sharply.
        whole_at: from `hair_softness`.

    Returns:
        (N, 3) float32.
    """
    cosine = SHARPEST + (whole_at - SHARPEST) * share
    return np.asarray(normals / cosine[:, None], np.float32)
