"""Portraits for the parsing network without a studio: plain shapes at places that are known."""

from __future__ import annotations

import cv2
import numpy as np

from training.parsing.studio_portraits import PORTRAIT_PX, StudioPortrait
from vision.portrait_parts import PORTRAIT_PART


def made_portrait(seed: int) -> StudioPortrait:
    """A round face with hair above, a neck and clothes; colours by the seed."""
    random = np.random.default_rng(seed)
    size = PORTRAIT_PX
    part = np.zeros((size, size), np.uint8)
    middle = size // 2
    cv2.ellipse(part, (middle, size), (110, 80), 0, 0, 360, PORTRAIT_PART["clothes"], -1)
    cv2.rectangle(part, (middle - 25, 180), (middle + 25, 240), PORTRAIT_PART["neck"], -1)
    cv2.ellipse(part, (middle, 130), (62, 75), 0, 0, 360, PORTRAIT_PART["hair"], -1)
    cv2.ellipse(part, (middle, 145), (45, 55), 0, 0, 360, PORTRAIT_PART["skin"], -1)
    colours = random.integers(30, 225, (9, 3)).astype(np.uint8)
    alpha = np.where(part > 0, 255, 0).astype(np.uint8)
    # as in the studio's: pixels beside the person have its part too
    part = np.where(part > 0, part, cv2.dilate(part, np.ones((13, 13), np.uint8))).astype(np.uint8)
    background = np.broadcast_to(colours[8], (size, size, 3)).copy()
    around = np.linspace(0, 2 * np.pi, 478, endpoint=False)
    marks = np.stack([middle + 45 * np.sin(around), 145 - 55 * np.cos(around)], 1)
    # the points that the head's frame is taken from: forehead, chin, corners of the eyes
    marks[10], marks[152] = (middle, 90), (middle, 200)
    marks[33], marks[133], marks[362], marks[263] = (125, 135), (145, 135), (175, 135), (195, 135)
    return StudioPortrait(np.dstack([colours[part], alpha]), part, background, marks.astype(np.float32))
