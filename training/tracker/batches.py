"""Batches of the tracker: crops of disturbed pictures with their labels.

reader = FaceBatches(folders, batch=32, seed=0)
batch = reader.make(0)           # the same for the same number
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from face.head_model import load_head_model
from face.landmarks import load_landmarks
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from training.tracker.disturb import disturb
from training.tracker.face_pictures import FACE_PX, FacePictures, read_faces
from training.tracker.recipe import RESTS
from vision import face_crops
from vision.face_crops import FaceFrame, crop_points, frame_of, ray_turn, tilt_turn
from vision.tracker_outputs import EYE_POINTS, MOUTH_POINTS, READ_PLACES

Floats = NDArray[np.float32]
Random = np.random.Generator

_OTHER_SIDE: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
#: Standard deviation of a crop's error: units of the mean face, logarithm of the scale, radians.
_PLACE, _SCALE, _TILT = 0.35, 0.06, 0.06
#: Of the eyes' and the mouth's crops beside it, units.
_OWN_PLACE: Final = 0.2
#: Share of the crops that show no face, or not in its place.
_LOST: Final = 0.06
#: Rows that show one person: the first one at rest, the others anyhow.
GROUP: Final = 4
#: Making an example takes as long as learning from it, so each is learned from this many times on average: once when it
#: is made, later in other company, chosen from the newest groups.
_USES: Final = 4
_NEWEST: Final = 256
#: Shares of the pictures whose person's rest the network is told wholly, and not at all; of the others a part.
_TOLD, _UNTOLD = 0.65, 0.25
#: A rest tells nothing if less than this is seen of an eye or the mouth.
_SEEN_REST: Final = 0.5


@dataclass(frozen=True, slots=True)
class TrackerBatch:
    """B crops and their labels.

    Attributes:
        face, eyes, mouth: as `networks.tracker.TrackerNet` takes them.
        expression: (B, 44), gaze: (B, 2), turn: (B, 3, 3), size: (B, 1), landmarks: (B, 478, 2), eye_points: (B, 2, 27, 2),
            mouth_points: (B, 43, 2), seen: (B, 4): what the network should read; the gaze is that of both eyes.
        is_face: (B,) 0 or 1: whether there is anything to be read.
        rest_row: (B,) the row that shows this person at rest. known: (B,) 0..1, how much of that the network is told.
    """

    face: Tensor
    eyes: Tensor
    mouth: Tensor
    expression: Tensor
    gaze: Tensor
    turn: Tensor
    size: Tensor
    landmarks: Tensor
    eye_points: Tensor
    mouth_points: Tensor
    seen: Tensor
    is_face: Tensor
    rest_row: Tensor
    known: Tensor

    def to(self, device: torch.device) -> TrackerBatch:
        """The batch on a device."""
        if device.type == "cpu":
            return self
        return TrackerBatch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


class FaceBatches:
    """Makes batches; each follows from the seed and its number alone. Belongs to one thread.

    Source of learning from an example several times: D. Choi et al., "Faster neural network training with data echoing",
    2019.
    """

    def __init__(self, folders: Sequence[Path], *, batch: int, seed: int) -> None:
        """Read the labels of all people.

        Raises:
            TrainingError: a file is missing or damaged.
        """
        self._people = [read_faces(folder) for folder in folders]
        self._batch, self._seed = batch, seed
        self._kept: dict[int, _Rows] = {}

    def spread(self) -> Floats:
        """(44,) standard deviation of each coefficient of READ_SHAPES over all pictures."""
        every = np.concatenate([one.expression for one in self._people])
        return np.asarray(every[:, READ_PLACES].std(0), np.float32)

    def make(self, number: int) -> TrackerBatch:
        """The batch of a number."""
        groups = max(1, self._batch // GROUP)
        fresh = max(1, groups // _USES)
        first, end = number * fresh, (number + 1) * fresh
        random = np.random.default_rng([self._seed, number])
        older = random.integers(max(0, first - _NEWEST), max(first, 1), groups - fresh)
        if first == 0:  # nothing is older than the first batch
            older = np.arange(end, groups)
        rows = _Rows(groups * GROUP)
        for place, group in enumerate([*range(first, end), *older.tolist()]):
            rows.take(place * GROUP, self._group(group))
        for group in [one for one in self._kept if one < end - _NEWEST]:
            del self._kept[group]
        rows.tell(random)
        return rows.batch()

    def _group(self, group: int) -> _Rows:
        if group not in self._kept:
            random = np.random.default_rng([self._seed, 1, group])
            person = self._people[int(random.integers(len(self._people)))]
            is_mirrored = bool(random.random() < 0.5)
            made = _Rows(GROUP)
            others = random.choice(len(person.ends), GROUP - 1, replace=False)
            for place, shown in enumerate([int(random.integers(RESTS)), *others.tolist()]):
                _fill(made, place, person, shown, random, is_mirrored=is_mirrored, may_be_lost=place > 0)
            self._kept[group] = made
        return self._kept[group]


def plain_batch(people: Sequence[FacePictures], number: int, *, disturbed: bool) -> TrackerBatch:
    """One picture, number `number`, of every person, for judging; each disturbed by its own seed, or not at all."""
    made = _Rows(len(people))
    for place, person in enumerate(people):
        random = np.random.default_rng([int(person.identity), number]) if disturbed else None
        _fill(made, place, person, number, random, is_mirrored=False, may_be_lost=False)
    return made.batch()


class _Rows:
    """Arrays of a batch, filled row by row; GROUP rows are one person, unless each is told otherwise."""

    def __init__(self, count: int) -> None:
        self.face = np.empty((count, 3, face_crops.FACE_PX, face_crops.FACE_PX), np.float32)
        self.eyes = np.empty((2 * count, 3, face_crops.EYE_PX, face_crops.EYE_PX), np.float32)
        self.mouth = np.empty((count, 3, *face_crops.MOUTH_PX), np.float32)
        self.expression = np.zeros((count, len(READ_PLACES)), np.float32)
        self.gaze = np.zeros((count, 2), np.float32)
        self.turn = np.tile(np.eye(3, dtype=np.float32), (count, 1, 1))
        self.size = np.zeros((count, 1), np.float32)
        self.landmarks = np.zeros((count, 478, 2), np.float32)
        self.eye_points = np.zeros((count, 2, len(EYE_POINTS[0]), 2), np.float32)
        self.mouth_points = np.zeros((count, len(MOUTH_POINTS), 2), np.float32)
        self.seen = np.zeros((count, 4), np.float32)
        self.is_face = np.zeros(count, np.float32)
        self.rest_row = np.arange(count) // GROUP * GROUP
        self.known = np.zeros(count, np.float32)

    def take(self, place: int, group: _Rows) -> None:
        """Copy the rows of a group to row `place` and those after it."""
        for name, array in vars(self).items():
            step = 2 if name == "eyes" else 1
            if name != "rest_row":
                array[step * place : step * (place + GROUP)] = getattr(group, name)

    def tell(self, random: Random) -> None:
        """Choose how much of each person's rest the network is told; of the rest itself nothing."""
        chance = random.random(len(self.known))
        part = random.random(len(self.known))
        told = np.where(chance < _TOLD, 1.0, np.where(chance < _TOLD + _UNTOLD, 0.0, part))
        is_clear = self.seen[self.rest_row, 1:].min(1) > _SEEN_REST
        self.known[:] = told * is_clear * (self.rest_row != np.arange(len(told)))

    def batch(self) -> TrackerBatch:
        return TrackerBatch(
            **{field.name: torch.from_numpy(getattr(self, field.name)) for field in fields(TrackerBatch)}
        )


def _fill(
    made: _Rows,
    place: int,
    person: FacePictures,
    number: int,
    random: Random | None,
    *,
    is_mirrored: bool,
    may_be_lost: bool,
) -> None:
    """Write one picture's crops and labels into row `place`; undisturbed without a random generator."""
    picture, part = person.picture(number)
    points, depth = person.landmarks[number, :, :2], person.landmarks[number, :, 2]
    expression, gaze, turn = person.expression[number], person.gaze[number], person.turn[number]
    focal, seen = float(person.focal[number]), np.ones(3, np.float32)
    if random is not None:
        if is_mirrored:
            picture, part = (np.ascontiguousarray(one[:, ::-1]) for one in (picture, part))
            points, depth, expression, gaze, turn = _mirrored(points, depth, expression, gaze, turn)
        picture, seen = disturb(picture, part, points, random)
    true = frame_of(points)
    assert true is not None, "the studio's landmarks always give a frame"
    frame, is_face = true, True
    if random is not None:
        if may_be_lost and random.random() < _LOST:
            frame, is_face = _lost(true, random), False
        else:
            frame = _jittered(true, random)
    crops = face_crops.FaceCrops(
        made.face[place : place + 1], made.eyes[2 * place : 2 * place + 2], made.mouth[place : place + 1]
    )
    crops.cut(picture, frame)
    if not is_face:
        return
    middle = points.mean(0)
    ray = ray_turn(float(middle[0]), float(middle[1]), FACE_PX, FACE_PX, focal)
    made.expression[place] = expression[READ_PLACES]
    made.gaze[place] = gaze
    # as the head is seen in the crop: without the ray's turn and the crop's tilt
    made.turn[place] = tilt_turn(frame.tilt).T @ ray.T @ turn
    made.size[place] = np.log(focal * FACE_PX / float(depth.mean()) / frame.unit)
    made.landmarks[place] = face_crops.face_points(frame.to_places(points))
    for side in range(2):
        inside = (face_crops.eye_matrix(frame, side), face_crops.EYE_PX, face_crops.EYE_PX)
        made.eye_points[place, side] = crop_points(points[list(EYE_POINTS[side])], *inside)
    inside = (face_crops.mouth_matrix(frame), *face_crops.MOUTH_PX)
    made.mouth_points[place] = crop_points(points[list(MOUTH_POINTS)], *inside)
    made.seen[place] = 1.0, *seen
    made.is_face[place] = 1.0


def _jittered(true: FaceFrame, random: Random) -> FaceFrame:
    """A frame as landmarks of the picture before, or of another program, give it."""
    x, y = random.normal(0, _PLACE, 2) * true.unit
    own = random.normal(0, _OWN_PLACE, (3, 2))
    return replace(
        true,
        x=true.x + float(x),
        y=true.y + float(y),
        unit=true.unit * float(np.exp(random.normal(0, _SCALE))),
        tilt=true.tilt + float(random.normal(0, _TILT)),
        eyes=true.eyes + own[:2],
        nose=true.nose + own[2],
    )


def _lost(true: FaceFrame, random: Random) -> FaceFrame:
    """A frame that misses the face: beside it, far too large or small, or upside down."""
    away = random.uniform(6.0, 14.0) * true.unit
    angle = random.uniform(0, 2 * np.pi)
    kind = random.random()
    if kind < 0.6:
        return replace(true, x=true.x + float(away * np.cos(angle)), y=true.y + float(away * np.sin(angle)))
    if kind < 0.85:
        return replace(
            true, unit=true.unit * float(np.exp(random.choice([-1, 1]) * random.uniform(0.6, 1.4)))
        )
    return replace(true, tilt=true.tilt + float(random.choice([-1, 1]) * random.uniform(1.2, np.pi)))


def _mirrored(
    points: Floats, depth: Floats, expression: Floats, gaze: Floats, turn: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The labels of the picture's mirror image."""
    order = landmark_mirror()
    flipped = points[order].copy()
    flipped[:, 0] = FACE_PX - flipped[:, 0]
    sign = np.array([[1, -1, -1], [-1, 1, 1], [-1, 1, 1]], np.float32)
    return flipped, depth[order], expression[_OTHER_SIDE], gaze * np.array([-1, 1], np.float32), turn * sign


@cache
def landmark_mirror() -> NDArray[np.intp]:
    """(478,) the number of each landmark's mirror image: pairs, of the least distances from each other's image."""
    places = load_landmarks().of(load_head_model().vertices)
    other = places * np.array([-1, 1, 1], np.float32)
    away = np.linalg.norm(other[:, None] - places[None], axis=-1)
    away = away + away.T
    order = np.full(len(places), -1)
    for left, right in zip(*EYE_POINTS, strict=True):
        order[left], order[right] = right, left
    for first, second in zip(*np.unravel_index(away.argsort(axis=None), away.shape), strict=True):
        if order[first] < 0 and order[second] < 0:
            order[first], order[second] = second, first
    return order
