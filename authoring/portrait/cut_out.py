"""Cuts the person out of a parsed portrait: alpha with soft hair, and colours without the background's tint.

cut = cut_out(canvas.rgb, parsed, face, skull)
cut.alpha, cut.rgb

1. Where the network is sure, it is believed; where it is not, the picture's own colours decide (GrabCut).
2. Along the outline a band is unknown: wide at hair and hats, narrow at shoulders.
3. In the band the alpha and the person's colours are solved for (`authoring.portrait.matting`).

Source of GrabCut: C. Rother, V. Kolmogorov, A. Blake, "GrabCut", SIGGRAPH 2004.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.matting import foreground_colours, solve_alpha
from authoring.portrait.parsing import Parsed
from vision.portrait_parts import PORTRAIT_PART

Image = NDArray[np.float32]

COLOUR_PX: Final = 320  # side of the picture for GrabCut
_SURE: Final = (0.12, 0.9)  # coverage below and above which the network is believed
_NARROW, _WIDE = (
    1 / 128,
    1 / 36,
)  # half of the unknown band's width at shoulders and at hair, of the picture's side
_SOFT: Final = 1 / 200  # softness of the outline where nothing else is known, of the picture's side
_INSIDE: Final = 0.97  # coverage from which even hair is opaque, away from the outline
_SPECK: Final = 0.004  # smaller holes in the person are filled, of the picture's area


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """A person cut out; E the canvas's side.

    Attributes:
        alpha: (E, E) float32 0..1. rgb: (E, E, 3) float32 0..1 sRGB, straight: the person's own colours.
    """

    alpha: Image
    rgb: Image


def cut_out(rgb: Image, parsed: Parsed, face: NDArray[np.bool_], skull: Image) -> CutOut:
    """Cut the person out.

    Args:
        rgb: (E, E, 3) float32 0..1 sRGB, the extended canvas.
        parsed: of the same canvas.
        face: (E, E) bool, the fitted face: certainly the person.
        skull: (E, E) float32, 1 inside the fitted bare head: the person above the ears.
    """
    person = _decided(rgb, parsed, _certain(face, skull))
    unknown = _band(rgb, parsed, person, face)
    # where colours tell nothing, such as dark hair before a dark wall, the alpha follows the outline
    outline = cv2.GaussianBlur(person, (0, 0), _SOFT * len(rgb))
    alpha = solve_alpha(rgb, np.where(unknown, outline, person), unknown)
    return CutOut(alpha, foreground_colours(rgb, alpha))


def _certain(face: NDArray[np.bool_], skull: Image) -> NDArray[np.bool_]:
    """The face, and the bare head above the ears; hair may end below them."""
    rows = np.flatnonzero(face.any(1))
    bare = skull > 0.5
    bare[int(rows.max() - 0.35 * np.ptp(rows)) :] = False
    inside: NDArray[np.bool_] = cv2.erode((face | bare).astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
    return inside


def _grown(values: Image, size: int) -> Image:
    return np.asarray(cv2.resize(values, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _decided(rgb: Image, parsed: Parsed, certain: NDArray[np.bool_]) -> Image:
    """The person (E, E), 0 or 1: the network's where it is sure, and the colours' elsewhere."""
    size = (COLOUR_PX, COLOUR_PX)
    cover = _grown(parsed.alpha, COLOUR_PX)
    sure = cv2.resize(certain.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    labels = np.where(cover > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cover < _SURE[0]] = cv2.GC_BGD
    labels[(cover > _SURE[1]) | sure] = cv2.GC_FGD
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    image = cv2.cvtColor((small * 255).astype(np.uint8), cv2.COLOR_RGB2BGR)
    kinds = set(np.unique(labels).tolist())
    if kinds & {cv2.GC_BGD, cv2.GC_PR_BGD} and kinds & {cv2.GC_PR_FGD, cv2.GC_PR_BGD}:
        cv2.setRNGSeed(1)
        cv2.grabCut(
            cv2.bilateralFilter(image, 5, 25, 5),
            labels,
            None,
            np.zeros((1, 65)),
            np.zeros((1, 65)),
            3,
            cv2.GC_INIT_WITH_MASK,
        )
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    return (_grown(_tidy(person, sure).astype(np.float32), len(rgb)) > 0.5).astype(np.float32)


def _tidy(person: NDArray[np.uint8], face: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Keep the connected part with the face, and close its small holes."""
    person = cv2.morphologyEx(person, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    count, parts = cv2.connectedComponents(person)
    if count > 1:
        inside = np.bincount(parts[face], minlength=count)
        inside[0] = 0
        person = (parts == inside.argmax()).astype(np.uint8)
    holes, parts, stats, _ = cv2.connectedComponentsWithStats(1 - person)
    for i in range(1, holes):
        if stats[i, cv2.CC_STAT_AREA] < _SPECK * person.size:
            person[parts == i] = 1
    return person


def _band(rgb: Image, parsed: Parsed, person: Image, face: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the alpha is unknown: around the outline, and wherever the network is soft at hair."""
    size = len(rgb)
    narrow, wide = round(_NARROW * size), round(_WIDE * size)
    hairy = parsed.part[PORTRAIT_PART["hair"]] + parsed.part[PORTRAIT_PART["hat"]]
    near_hair = cv2.dilate((_grown(hairy, size) > 0.35).astype(np.uint8), _disc(wide)) > 0
    cover = _grown(parsed.alpha, size)
    mask = person.astype(np.uint8)
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    soft = ((cover > 0.12) & (cover < 0.88)).astype(np.uint8)
    thin = cv2.dilate(edge, _disc(narrow)) > 0
    broad = (cv2.dilate(edge, _disc(wide)) > 0) | ((soft > 0) & (cv2.dilate(edge, _disc(2 * wide)) > 0))
    return np.asarray(
        (thin | (broad & near_hair & (cover < _INSIDE)))
        & ~(cv2.erode(face.astype(np.uint8), np.ones((9, 9))) > 0)
    )


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8
    )
