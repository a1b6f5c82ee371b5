"""Batches for narrow LivePortrait networks: a portrait and the same person in another moment, and faces to be read.

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
from training.narrow_liveportrait.keypoints import LANDMARKS, FittedKeypoints, fit_keypoints, with_shape
from training.pairs.person_pairs import PersonPairs, read_pairs

Floats = NDArray[np.float32]

#: Sides of the pictures that F reads and G makes, pixels: a quarter of LivePortrait's; and that M reads: half.
READ_PX, MADE_PX, MOTION_PX = 64, 128, 128
#: Pictures that M reads for each pair of the others.
READ_MORE: Final = 2
#: From the camera's axes (right, up, towards it) to LivePortrait's.
_FLIP: Final = np.array([1.0, -1.0, -1.0], np.float32)
#: Standard deviation of the square's size (logarithm) and place (share of its side).
_SIZE, _PLACE = 0.05, 0.03
#: Share of the pairs whose portrait is the avatar's own, and not another moment.
_OWN: Final = 0.7
_FRONTAL_RAD: Final = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class PortraitBatch:
    """B pairs and N pictures to read; colours 0..1, places -1..1.

    Attributes:
        source: (B, 3, READ_PX, READ_PX). target: (B, 3, MADE_PX, MADE_PX).
        kp_source, kp_driving: (B, K, 3).
        seen: (N, 3, MOTION_PX, MOTION_PX) what M reads.
        kp, exp: (N, K, 3). turn: (N, 3, 3) for rows. t: (N, 2). scale: (N,).
    """

    source: Tensor
    target: Tensor
    kp_source: Tensor
    kp_driving: Tensor
    seen: Tensor
    kp: Tensor
    exp: Tensor
    turn: Tensor
    t: Tensor
    scale: Tensor


class _Person:
    def __init__(self, pairs: PersonPairs) -> None:
        self.pairs = pairs
        code = np.asarray(pairs.code)
        turns = np.stack([rotation(*(float(v) for v in row[HEAD])) for row in code])
        self.square = face_square(np.asarray(pairs.place_truth[0]))
        self.turns = np.asarray((turns * _FLIP * _FLIP[:, None]).transpose(0, 2, 1), np.float32)
        self.yaw = np.abs(code[:, HEAD][:, 0])
        self.truth = fit_keypoints(self._places(pairs.place_truth), self.turns)
        self.draft = with_shape(self.truth.canonical, self._places(pairs.place_draft), self.turns)

    def _places(self, places: NDArray[np.float32]) -> Floats:
        chosen = np.asarray(places)[:, LANDMARKS]
        return np.asarray((chosen - self.square[:2]) * (2.0 / self.square[2]), np.float32)

    def picture(self, number: int, square: Floats, size: int, *, is_draft: bool = False) -> Floats:
        """(3, size, size) over the background."""
        one = np.asarray((self.pairs.draft if is_draft else self.pairs.truth)[number])
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

    def mean_shape(self) -> Floats:
        """(K, 3) of all people."""
        return np.asarray(np.mean([one.truth.canonical for one in self._people], axis=0), np.float32)

    def make(self, number: int) -> PortraitBatch:
        """The batch of a number."""
        random = np.random.default_rng([self._seed, number])
        rows = _Rows(self._batch, READ_MORE * self._batch)
        for place in range(self._batch):
            person = self._people[int(random.integers(len(self._people)))]
            count = len(person.turns)
            frontal = np.flatnonzero(person.yaw < _FRONTAL_RAD)
            source = 0 if random.random() < _OWN or not len(frontal) else int(random.choice(frontal))
            rows.pair(place, person, source, int(random.integers(count)), _moved(person.square, random))
        for place in range(READ_MORE * self._batch):
            person = self._people[int(random.integers(len(self._people)))]
            moment = int(random.integers(len(person.turns)))
            is_draft = random.random() < 0.5
            rows.read(place, person, moment, _moved(person.square, random), is_draft=is_draft)
            gain, more = random.normal(1.0, 0.1), random.normal(0.0, 0.03)
            rows.seen[place] = np.clip(rows.seen[place] * gain + more, 0.0, 1.0)
        return rows.batch()


def plain_batch(folders: Sequence[Path], number: int) -> PortraitBatch:
    """Moment `number` of every person, or what is left of it by the number of moments, in place, for judging."""
    rows = _Rows(len(folders), len(folders))
    for place, folder in enumerate(folders):
        person = _Person(read_pairs(folder))
        moment = number % len(person.turns)
        rows.pair(place, person, 0, moment, person.square)
        rows.read(place, person, moment, person.square, is_draft=False)
    return rows.batch()


def _moved(square: Floats, random: np.random.Generator) -> Floats:
    side = float(square[2]) * float(np.exp(random.normal(0, _SIZE)))
    x, y = square[:2] + random.normal(0, _PLACE, 2) * square[2]
    return np.array([x, y, side], np.float32)


class _Rows:
    """Arrays of a batch, filled row by row."""

    def __init__(self, pairs: int, seen: int) -> None:
        count = len(LANDMARKS)
        self.source = np.empty((pairs, 3, READ_PX, READ_PX), np.float32)
        self.target = np.empty((pairs, 3, MADE_PX, MADE_PX), np.float32)
        self.kp_source, self.kp_driving = (np.empty((pairs, count, 3), np.float32) for _ in range(2))
        self.seen = np.empty((seen, 3, MOTION_PX, MOTION_PX), np.float32)
        self.kp, self.exp = (np.empty((seen, count, 3), np.float32) for _ in range(2))
        self.turn = np.empty((seen, 3, 3), np.float32)
        self.t, self.scale = np.empty((seen, 2), np.float32), np.empty(seen, np.float32)

    def pair(self, place: int, person: _Person, source: int, target: int, square: Floats) -> None:
        """A portrait and another moment in the same square."""
        self.source[place] = person.picture(source, square, READ_PX)
        self.target[place] = person.picture(target, square, MADE_PX)
        shift, share = _in_square(person.square, square)
        for made, number in ((self.kp_source, source), (self.kp_driving, target)):
            points = person.truth.keypoints()[number]
            points[:, :2] -= shift
            made[place] = points / share

    def read(self, place: int, person: _Person, number: int, square: Floats, *, is_draft: bool) -> None:
        """A picture for M, with its labels."""
        fitted: FittedKeypoints = person.draft if is_draft else person.truth
        shift, share = _in_square(person.square, square)
        self.seen[place] = person.picture(number, square, MOTION_PX, is_draft=is_draft)
        self.kp[place], self.exp[place] = fitted.canonical, fitted.expression[number]
        self.turn[place] = fitted.rotations[number]
        self.t[place] = (fitted.translation[number] - shift) / share
        self.scale[place] = fitted.scale[number] / share

    def batch(self) -> PortraitBatch:
        return PortraitBatch(**{name: torch.from_numpy(array) for name, array in vars(self).items()})


def _in_square(own: Floats, square: Floats) -> tuple[Floats, float]:
    """What turns places of a person's own square into those of another: subtract the first, divide by the second."""
    share = float(square[2] / own[2])
    return np.asarray((square[:2] - own[:2]) * (2.0 / own[2]), np.float32), share
