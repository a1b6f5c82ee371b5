"""Judging a finder on scenes of people it never saw, and sheets of what it found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.finder.scenes import Scene
from vision.face_crops import FaceFrame
from vision.face_search import SEARCH_PX, FoundFace, found_face, search_view

Floats = NDArray[np.float32]

#: A face counts as found if its nose's root lies within this of the true one, units of the face, and its size and tilt are
#: such that the tracker's network can read on.
_NEAR, _SCALE, _TILT = 1.5, 0.35, 0.35
_SHOWN, _COLUMNS = 24, 6


def judged(scenes: Sequence[Scene], scores: Floats, places: Floats) -> dict[str, float]:
    """Shares of faces found and of empty scenes in which one was seen; mean errors of those found.

    Args:
        scenes: N of them. scores: (N, 40, 40) 0..1. places: (N, 5, 40, 40).
    """
    found = faces_in(scores, places)
    off: list[tuple[float, float, float]] = []
    misses = 0
    alarms = [one is not None for scene, one in zip(scenes, found, strict=True) if not scene.faces]
    for scene, one in zip(scenes, found, strict=True):
        if scene.faces:
            errors = min((_off(one.frame, true) for true in scene.faces), default=None) if one else None
            if errors is None or errors[0] > _NEAR or errors[1] > _SCALE or errors[2] > _TILT:
                misses += 1
            else:
                off.append(errors)
    count = max(1, misses + len(off))
    means = np.mean(off, axis=0) if off else np.full(3, np.nan)
    return {
        "found": len(off) / count,
        "alarms": float(np.mean(alarms)) if alarms else 0.0,
        "place_units": float(means[0]),
        "scale": float(means[1]),
        "tilt_deg": float(np.degrees(means[2])),
    }


def faces_in(scores: Floats, places: Floats) -> list[FoundFace | None]:
    """The surest face of each of N scenes."""
    view = search_view(SEARCH_PX, SEARCH_PX)
    return [found_face(score, place, view) for score, place in zip(scores, places, strict=True)]


def write_samples(scenes: Sequence[Scene], found: Sequence[FoundFace | None], path: Path) -> None:
    """Write a sheet of the first scenes: true frames green, found ones red."""
    tiles = []
    for scene, one in list(zip(scenes, found, strict=True))[:_SHOWN]:
        tile = cv2.resize(scene.picture, (2 * SEARCH_PX, 2 * SEARCH_PX), interpolation=cv2.INTER_NEAREST)
        for frame in scene.faces:
            _outline(tile, frame, (0, 220, 0))
        if one is not None:
            _outline(tile, one.frame, (230, 0, 0))
        tiles.append(tile)
    while len(tiles) % _COLUMNS:
        tiles.append(np.zeros_like(tiles[0]))
    rows = [np.hstack(tiles[k : k + _COLUMNS]) for k in range(0, len(tiles), _COLUMNS)]
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _off(got: FaceFrame, true: FaceFrame) -> tuple[float, float, float]:
    """Distance in units, logarithm of the scale, and radians."""
    turn = (got.tilt - true.tilt + np.pi) % (2 * np.pi) - np.pi
    away = float(np.hypot(got.x - true.x, got.y - true.y)) / true.unit
    return away, abs(float(np.log(got.unit / true.unit))), abs(float(turn))


def _outline(tile: Any, frame: FaceFrame, colour: tuple[int, int, int]) -> None:
    corners = np.array([(-8.0, 6.0), (8.0, 6.0), (8.0, -11.0), (-8.0, -11.0), (0.0, -4.5), (-8.0, 6.0)])
    points = 2 * frame.to_picture(corners)
    cv2.polylines(tile, [np.round(points).astype(np.int32)], False, colour, 1, cv2.LINE_AA)
