"""The matte: the share of the person in each canvas pixel.

GrabCut, initialised with the expected place of head and shoulders, then a guided filter along the person's edge. Not
used for a portrait with an alpha channel.

Source: C. Rother, V. Kolmogorov, A. Blake, "GrabCut", SIGGRAPH 2004; K. He, J. Sun, X. Tang, "Guided Image Filtering",
ECCV 2010.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

CUT_PX: Final = 320  # side of the picture for GrabCut


def person_matte(
    rgb: NDArray[np.float32], face: NDArray[np.bool_], skull: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Separate the person from the background.

    Args:
        rgb: (E, E, 3) float32 0..1 sRGB, the extended canvas.
        face: (E, E) bool, the fitted face: certainly the person.
        skull: (E, E) float32, 1 inside the fitted bare head: certainly the person above the ears.

    Returns:
        (E, E) float32 0..1, soft at hair and edges.
    """
    small = cv2.resize(rgb, (CUT_PX, CUT_PX), interpolation=cv2.INTER_AREA)
    image = cv2.cvtColor((small * 255).astype(np.uint8), cv2.COLOR_RGB2BGR)
    image = cv2.bilateralFilter(image, 5, 25, 5)
    face_small = cv2.resize(face.astype(np.uint8), (CUT_PX, CUT_PX), interpolation=cv2.INTER_AREA) > 0
    labels = _initial_labels(face_small)
    bare = cv2.resize(skull, (CUT_PX, CUT_PX), interpolation=cv2.INTER_AREA) > 0.5
    bare = cv2.erode(bare.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    bottom = int(np.flatnonzero(face_small.any(1)).max())
    bare[int(bottom - 0.35 * np.ptp(np.flatnonzero(face_small.any(1)))) :] = (
        False  # below the ears hair may end
    )
    labels[bare] = cv2.GC_FGD
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    cv2.grabCut(image, labels, None, background, foreground, 5, cv2.GC_INIT_WITH_MASK)
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    person = _tidy(person, face_small)
    rough = cv2.resize(person.astype(np.float32), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return _soften(rgb, rough)


def _initial_labels(face: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """GrabCut's initial labels (H, W) uint8: the head is certain; hair and shoulders are probable or open."""
    height, width = face.shape
    ys, xs = np.nonzero(face)
    top, bottom, left, right = ys.min(), ys.max(), xs.min(), xs.max()
    tall, wide, centre = bottom - top, right - left, (left + right) / 2
    labels = np.full(face.shape, cv2.GC_BGD, np.uint8)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    # Pixels near enough for hair or shoulders may be the person.
    hair = ((columns - centre) / (1.15 * wide)) ** 2 + ((rows - (top + 0.35 * tall)) / (1.15 * tall)) ** 2 < 1
    spread = 0.45 * wide + np.clip((rows - bottom + 0.1 * tall) / (0.55 * tall), 0, 1) * 1.25 * wide
    body = (rows > bottom - 0.2 * tall) & (np.abs(columns - centre) < spread + (rows - bottom).clip(0) * 1.0)
    labels[hair | body] = cv2.GC_PR_BGD
    skull = ((columns - centre) / (0.62 * wide)) ** 2 + (
        (rows - (top + 0.32 * tall)) / (0.72 * tall)
    ) ** 2 < 1
    near_body = (rows > bottom) & (np.abs(columns - centre) < 0.4 * wide + (rows - bottom) * 0.9)
    labels[skull | near_body] = cv2.GC_PR_FGD
    sure = cv2.erode(face.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    crown = ((columns - centre) / (0.42 * wide)) ** 2 + (
        (rows - (top + 0.25 * tall)) / (0.45 * tall)
    ) ** 2 < 1
    neck = (rows > bottom - 0.1 * tall) & (np.abs(columns - centre) < 0.2 * wide)
    labels[sure | crown | neck] = cv2.GC_FGD
    return labels


def _tidy(person: NDArray[np.uint8], face: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Keep the connected part with the face, and close its small holes."""
    person = cv2.morphologyEx(person, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    person = cv2.morphologyEx(person, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    count, parts = cv2.connectedComponents(person)
    if count > 1:
        inside = np.bincount(parts[face], minlength=count)
        inside[0] = 0
        person = (parts == inside.argmax()).astype(np.uint8)
    holes, parts, stats, _ = cv2.connectedComponentsWithStats(1 - person)
    for i in range(1, holes):
        if stats[i, cv2.CC_STAT_AREA] < 0.004 * person.size:
            person[parts == i] = 1
    return person


def _soften(rgb: NDArray[np.float32], rough: NDArray[np.float32]) -> NDArray[np.float32]:
    """Refine the rough mask along edges of the picture, within a band around it."""
    band = rgb.shape[0] // 80
    soft = cv2.GaussianBlur(rough, (0, 0), band / 5)
    guided = cv2.ximgproc.guidedFilter(rgb, soft, band, 1e-4)
    # Stretch the contrast: the filter leaves low values in the background and values below 1 inside.
    return np.asarray(np.clip((guided - 0.3) / 0.45, 0, 1), np.float32)
