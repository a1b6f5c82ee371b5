"""Batches of the finder: scenes, and what it should say of each cell.

    reader = SceneBatches(folders, batch=32, seed=0)
    batch = reader.make(0)           # the same for the same number

Source: H. Law, J. Deng, "CornerNet", ECCV 2018, section 3.2 (a heat map that falls off around each centre).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.finder.scenes import Scene, SceneMaker
from training.tracker.face_pictures import read_faces
from vision.face_crops import FaceFrame
from vision.face_search import CELL_PX, CELLS, PLACES, SEARCH_PX, UNIT_PX, fill_search, search_view

Floats = NDArray[np.float32]

#: The heat map falls off over this share of the unit, and over this many cells at least.
_FALL, _LEAST_FALL = 1.2, 0.7
#: Cells as warm as this learn where the face is.
_WARM: Final = 0.5
#: Making a scene takes longer than learning from it, so each is learned from so often; chosen from the newest ones.
_USES, _NEWEST = 3, 512


@dataclass(frozen=True, slots=True)
class SceneBatch:
    """B scenes.

    Attributes:
        planes: (B, 3, 160, 160) 0..1. heat: (B, 40, 40) 0..1, 1 in the cell of a nose's root.
        places: (B, 5, 40, 40) as `vision.face_search.PLACES`; warm: (B, 40, 40) 0..1, how much they count.
    """

    planes: Tensor
    heat: Tensor
    places: Tensor
    warm: Tensor

    def to(self, device: torch.device) -> SceneBatch:
        """The batch on a device."""
        return SceneBatch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


class SceneBatches:
    """Makes batches; each follows from the seed and its number alone. Belongs to one thread."""

    def __init__(self, folders: Sequence[Path], *, batch: int, seed: int) -> None:
        """Read the labels of all people.

        Raises:
            TrainingError: a file is missing or damaged.
        """
        self._maker = SceneMaker([read_faces(folder) for folder in folders])
        self._batch, self._seed = batch, seed
        self._kept: dict[int, Scene] = {}

    def make(self, number: int) -> SceneBatch:
        """The batch of a number."""
        fresh = max(1, self._batch // _USES)
        first, end = number * fresh, (number + 1) * fresh
        random = np.random.default_rng([self._seed, number])
        older = random.integers(max(0, first - _NEWEST), max(first, 1), self._batch - fresh)
        if first == 0:  # nothing is older than the first batch
            older = np.arange(end, self._batch)
        scenes = [self._scene(one) for one in [*range(first, end), *older.tolist()]]
        for one in [one for one in self._kept if one < end - _NEWEST]:
            del self._kept[one]
        return batch_of(scenes)

    def _scene(self, number: int) -> Scene:
        if number not in self._kept:
            self._kept[number] = self._maker.scene(np.random.default_rng([self._seed, 1, number]))
        return self._kept[number]


def batch_of(scenes: Sequence[Scene]) -> SceneBatch:
    """The labels of scenes."""
    count = len(scenes)
    planes = np.empty((count, 3, SEARCH_PX, SEARCH_PX), np.float32)
    heat, warm = (np.zeros((count, CELLS, CELLS), np.float32) for _ in range(2))
    places = np.zeros((count, PLACES, CELLS, CELLS), np.float32)
    view = search_view(SEARCH_PX, SEARCH_PX)
    for number, scene in enumerate(scenes):
        fill_search(scene.picture, view, planes[number])
        for frame in scene.faces:
            _mark(frame, heat[number], places[number], warm[number])
    return SceneBatch(*(torch.from_numpy(one) for one in (planes, heat, places, warm)))


def _mark(frame: FaceFrame, heat: Floats, places: Floats, warm: Floats) -> None:
    """Write one face into the maps; where two meet, the nearer one counts."""
    rows, columns = np.mgrid[:CELLS, :CELLS] + 0.5
    x, y = columns - frame.x / CELL_PX, rows - frame.y / CELL_PX
    fall = max(_LEAST_FALL, _FALL * frame.unit / CELL_PX)
    own = np.exp(-(x**2 + y**2) / (2 * fall**2)).astype(np.float32)
    row, column = (int(np.clip(at // CELL_PX, 0, CELLS - 1)) for at in (frame.y, frame.x))
    own[row, column] = 1.0
    is_nearer = own > heat
    told = (-x, -y, np.log(frame.unit / UNIT_PX), np.cos(frame.tilt), np.sin(frame.tilt))
    for plane, value in zip(places, told, strict=True):
        np.copyto(plane, np.broadcast_to(value, plane.shape), where=is_nearer, casting="same_kind")
    np.copyto(warm, np.where(own >= _WARM, own, 0.0), where=is_nearer)
    np.maximum(heat, own, out=heat)
