"""Batches for narrow LivePortrait networks: a portrait and the same person in another moment.

reader = PortraitBatches(folders, batch=4, seed=0)
batch = reader.make(0)           # the same for the same number
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from authoring.liveportrait.crop import cut_square, face_square
from face.camera import rotation
from face.conditions import HEAD
from training.narrow_liveportrait.keypoints import LANDMARKS, fit_keypoints
from training.pairs.person_pairs import PersonPairs, read_pairs

Floats = NDArray[np.float32]

#: Sides of the pictures that F reads and G makes, pixels: a quarter of LivePortrait's.
READ_PX, MADE_PX = 64, 128
#: From the camera's axes (right, up, towards it) to LivePortrait's.
_FLIP: Final = np.array([1.0, -1.0, -1.0], np.float32)
#: Standard deviation of the square's size (logarithm) and place (share of its side).
_SIZE, _PLACE = 0.05, 0.03
#: Share of the pairs whose portrait is the avatar's own, and not another moment.
_OWN: Final = 0.7
_FRONTAL_RAD: Final = 0.45
#: Standard deviation by which a pair's keypoints are wrong alike, as M's are.
_WRONG: Final = 0.008


@dataclass(frozen=True, slots=True, eq=False)
class PortraitBatch:
    """B pairs; colours 0..1, places -1..1.

    Attributes:
        source: (B, 3, READ_PX, READ_PX). target: (B, 3, MADE_PX, MADE_PX).
        kp_source, kp_driving: (B, K, 3).
        seen_source, seen_driving: (B, 478, 2) where all landmarks lie in source and target.
    """

    source: Tensor
    target: Tensor
    kp_source: Tensor
    kp_driving: Tensor
    seen_source: Tensor
    seen_driving: Tensor


class _Person:
    def __init__(self, pairs: PersonPairs) -> None:
        self.pairs = pairs
        code = np.asarray(pairs.code)
        turns = np.stack([rotation(*(float(v) for v in row[HEAD])) for row in code])
        self.square = face_square(np.asarray(pairs.place_truth[0]))
        self.turns = np.asarray((turns * _FLIP * _FLIP[:, None]).transpose(0, 2, 1), np.float32)
        self.yaw = np.abs(code[:, HEAD][:, 0])
        self.places = self._places(pairs.place_truth)
        self.truth = fit_keypoints(self.places[:, LANDMARKS], self.turns)

    def _places(self, places: NDArray[np.float32]) -> Floats:
        return np.asarray((np.asarray(places) - self.square[:2]) * (2.0 / self.square[2]), np.float32)

    def picture(self, number: int, square: Floats, size: int) -> Floats:
        """(3, size, size) over the background."""
        one = np.asarray(self.pairs.truth[number])
        light = (
            one[..., :3].astype(np.uint16)
            + np.asarray(self.pairs.plate) * (255 - one[..., 3:].astype(np.uint16)) // 255
        )
        cut = cut_square(np.minimum(light, 255).astype(np.uint8), 1.0, square, size)
        return np.asarray(cut.transpose(2, 0, 1), np.float32) / np.float32(255)


class PortraitBatches:
    """Makes batches; each follows from the seed and its number alone. Belongs to one thread."""

    def __init__(self, folders: Sequence[Path], *, batch: int, seed: int) -> None:
        """Read the labels of all people.

        Raises:
            TrainingError: a file is missing or damaged.
        """
        self._people = [_Person(read_pairs(folder)) for folder in folders]
        self._batch, self._seed = batch, seed

    def make(self, number: int) -> PortraitBatch:
        """The batch of a number."""
        random = np.random.default_rng([self._seed, number])
        rows = _Rows(self._batch)
        for place in range(self._batch):
            person = self._people[int(random.integers(len(self._people)))]
            count = len(person.turns)
            frontal = np.flatnonzero(person.yaw < _FRONTAL_RAD)
            source = 0 if random.random() < _OWN or not len(frontal) else int(random.choice(frontal))
            rows.pair(place, person, source, int(random.integers(count)), _moved(person.square, random))
            wrong = random.normal(0.0, _WRONG, rows.kp_source[place].shape)
            rows.kp_source[place] += wrong
            rows.kp_driving[place] += wrong
        return rows.batch()


def plain_batch(folders: Sequence[Path], number: int) -> PortraitBatch:
    """Moment `number` of every person, or what is left of it by the number of moments, in place, for judging."""
    rows = _Rows(len(folders))
    for place, folder in enumerate(folders):
        person = _Person(read_pairs(folder))
        moment = number % len(person.turns)
        rows.pair(place, person, 0, moment, person.square)
    return rows.batch()


def _moved(square: Floats, random: np.random.Generator) -> Floats:
    side = float(square[2]) * float(np.exp(random.normal(0, _SIZE)))
    x, y = square[:2] + random.normal(0, _PLACE, 2) * square[2]
    return np.array([x, y, side], np.float32)


class _Rows:
    """Arrays of a batch, filled row by row."""

    def __init__(self, pairs: int) -> None:
        count = len(LANDMARKS)
        self.source = np.empty((pairs, 3, READ_PX, READ_PX), np.float32)
        self.target = np.empty((pairs, 3, MADE_PX, MADE_PX), np.float32)
        self.kp_source, self.kp_driving = (np.empty((pairs, count, 3), np.float32) for _ in range(2))
        self.seen_source, self.seen_driving = (np.empty((pairs, 478, 2), np.float32) for _ in range(2))

    def pair(self, place: int, person: _Person, source: int, target: int, square: Floats) -> None:
        """A portrait and another moment in the same square."""
        self.source[place] = person.picture(source, square, READ_PX)
        self.target[place] = person.picture(target, square, MADE_PX)
        shift, share = _in_square(person.square, square)
        for made, number in ((self.kp_source, source), (self.kp_driving, target)):
            points = person.truth.keypoints()[number]
            points[:, :2] -= shift
            made[place] = points / share
        for made, number in ((self.seen_source, source), (self.seen_driving, target)):
            made[place] = (person.places[number] - shift) / share

    def batch(self) -> PortraitBatch:
        return PortraitBatch(**{name: torch.from_numpy(array) for name, array in vars(self).items()})


def _in_square(own: Floats, square: Floats) -> tuple[Floats, float]:
    """What turns places of a person's own square into those of another: subtract the first, divide by the second."""
    share = float(square[2] / own[2])
    return np.asarray((square[:2] - own[:2]) * (2.0 / own[2]), np.float32), share
