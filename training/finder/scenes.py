"""Scenes: small pictures of drawn people anywhere before any wall, as the finder sees a camera's picture.

    scene = SceneMaker(people).scene(random)         # Scene: planes and the frames of its faces

People are cut out of the tracker's pictures, disturbed as for the tracker, and laid at any size, tilt and place over noise,
shapes, and enlarged pieces of other people's pictures that are no face: hair, clothes, ears, rooms. Some have no face any
more: it is blurred away, or something else is there. A head's outline alone is no face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from training.tracker.batches import landmark_mirror
from training.tracker.disturb import disturb, person_mask, random_wall
from training.tracker.face_pictures import FACE_PX, FacePictures
from vision.face_crops import FaceFrame, frame_of
from vision.face_search import GREY, SEARCH_PX

Bytes = NDArray[np.uint8]
Doubles = NDArray[np.float64]
Random = np.random.Generator

#: Shares of scenes with no person, with a second one, and with somebody whose face is gone, who is nobody either.
_NOBODY, _SECOND, _FACELESS = 0.2, 0.12, 0.35
#: Least and largest unit of a face, small pixels: a face of a ninth of the picture's side, and one that is larger than it.
_UNITS: Final = (0.85, 7.5)
#: Standard deviation of a person's tilt beside the picture's own, radians.
_TILT: Final = 0.22
#: Share of scenes with grey bars, and how high or wide the picture between them is at least.
_BARRED, _NARROWEST = 0.7, 0.5
#: A piece of a wall is taken this far from the root of a nose at least, units of the face.
_AWAY: Final = 13.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture (160, 160, 3) uint8, and the frames of its faces, in its pixels."""

    picture: Bytes
    faces: tuple[FaceFrame, ...]


class SceneMaker:
    """Makes scenes of people's pictures; each follows from the random generator alone."""

    def __init__(self, people: Sequence[FacePictures]) -> None:
        self._people = people

    def scene(self, random: Random) -> Scene:
        """One scene."""
        top, left = 0, 0
        if random.random() < _BARRED:
            narrow = int(SEARCH_PX * (1.0 - random.uniform(_NARROWEST, 1.0)) / 2)
            top, left = (narrow, 0) if random.random() < 0.8 else (0, narrow)
        picture = self._wall(random)
        faces: list[FaceFrame] = []
        if random.random() < _FACELESS:
            laid = self._lay(picture, (top, left), faces, random, is_faceless=True)
            picture = picture if laid is None else laid[0]
        chance = random.random()
        for _ in range(0 if chance < _NOBODY else 2 if chance > 1.0 - _SECOND else 1):
            laid = self._lay(picture, (top, left), faces, random)
            if laid is not None:
                picture, frame = laid
                faces.append(frame)
        picture = _through_camera(picture, random)
        grey = round(GREY * 255)
        picture[:top], picture[SEARCH_PX - top :] = grey, grey
        picture[:, :left], picture[:, SEARCH_PX - left :] = grey, grey
        return Scene(picture, tuple(faces))

    def _wall(self, random: Random) -> Bytes:
        """Anything but a face."""
        wall = random_wall(SEARCH_PX, random) if random.random() < 0.6 else rough_wall(random)
        for _ in range(int(random.integers(0, 4))):
            piece = self._piece(random)
            side = int(random.uniform(0.2, 1.0) * SEARCH_PX)
            piece = cv2.resize(piece, (side, side), interpolation=cv2.INTER_LINEAR)
            if random.random() < 0.5:
                piece = piece[::-1]
            x, y = random.integers(0, SEARCH_PX - side + 1, 2)
            wall[y : y + side, x : x + side] = piece
        for _ in range(int(random.integers(0, 3))):  # things of the colour of skin that are none
            colour = np.clip(random.normal((190, 140, 115), 35), 0, 255).tolist()
            middle, half = random.integers(0, SEARCH_PX, 2).tolist(), random.integers(3, 40, 2).tolist()
            cv2.ellipse(wall, middle, half, float(random.uniform(0, 360)), 0, 360, colour, -1)
        return wall

    def _without_face(self, picture: Bytes, frame: FaceFrame, random: Random) -> Bytes:
        """A person whose face is blurred away, or has become something else, with a soft edge."""
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        reach = random.uniform(0.9, 1.2)
        oval = np.stack([8.0 * np.cos(angles), 10.0 * np.sin(angles)], 1) * reach + np.array([0.0, -3.5])
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(frame.to_picture(oval)).astype(np.int32)], 255)
        mask = cv2.GaussianBlur(mask, (0, 0), 0.8 * frame.unit)
        kind = random.random()
        if kind < 0.55:
            other = cv2.GaussianBlur(picture, (0, 0), frame.unit * random.uniform(2.0, 5.0))
        elif kind < 0.8:
            other = cv2.resize(self._piece(random), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        else:
            other = random_wall(len(picture), random)
        share = mask * np.float32(1 / 255)
        return np.asarray(
            cv2.blendLinear(np.ascontiguousarray(picture), np.ascontiguousarray(other), 1 - share, share)
        )

    def _piece(self, random: Random) -> Bytes:
        """A square of a picture beside its face."""
        picture, _, points = self._picture(random)
        frame = frame_of(points)
        assert frame is not None, "the studio's landmarks always give a frame"
        side = int(random.integers(24, 96))
        for _ in range(8):
            x, y = random.integers(0, FACE_PX - side, 2)
            if np.hypot(x + side / 2 - frame.x, y + side / 2 - frame.y) - 0.7 * side > _AWAY * frame.unit:
                return picture[y : y + side, x : x + side]
        return random_wall(side, random)

    def _picture(self, random: Random) -> tuple[Bytes, Bytes, Doubles]:
        person = self._people[int(random.integers(len(self._people)))]
        number = int(random.integers(len(person.ends)))
        return *person.picture(number), np.asarray(person.landmarks[number, :, :2], np.float64)

    def _lay(
        self,
        wall: Bytes,
        bars: tuple[int, int],
        others: Sequence[FaceFrame],
        random: Random,
        *,
        is_faceless: bool = False,
    ) -> tuple[Bytes, FaceFrame] | None:
        """Lay one more person over a picture; None where there is no room for another face."""
        picture, part, points = self._picture(random)
        picture, _ = disturb(picture, part, points.astype(np.float32), random)
        own = frame_of(points)
        assert own is not None, "the studio's landmarks always give a frame"
        if is_faceless:
            picture = self._without_face(picture, own, random)
        low, high = np.log(_UNITS)
        size = float(np.exp(random.uniform(low, high))) / own.unit
        tilt = float(random.normal(0.0, _TILT))
        top, left = bars
        x, y = (
            random.uniform(edge + reach[0] * SEARCH_PX, SEARCH_PX - edge - reach[1] * SEARCH_PX)
            for edge, reach in ((left, (0.08, 0.08)), (top, (0.06, 0.12)))
        )
        unit = size * own.unit
        if any(np.hypot(x - one.x, y - one.y) < 9.0 * (unit + one.unit) for one in others):
            return None
        is_mirrored = random.random() < 0.5
        # source pixel indices (column, row) to those of the scene, whose nose's root lies at (x, y)
        cos, sin = size * np.cos(tilt), size * np.sin(tilt)
        turn = np.array([[cos, -sin], [sin, cos]])
        if is_mirrored:
            turn = turn @ np.diag([-1.0, 1.0])
        shift = np.array([x, y]) - turn @ np.array([own.x, own.y])
        matrix = np.column_stack([turn, shift + turn @ (0.5, 0.5) - 0.5])
        # clothes go on below the picture
        more = FACE_PX
        person = cv2.copyMakeBorder(picture, 0, more, 0, 0, cv2.BORDER_REPLICATE)
        mask = cv2.copyMakeBorder(person_mask(part), 0, more, 0, 0, cv2.BORDER_REPLICATE)
        sides = (SEARCH_PX, SEARCH_PX)
        if size < 1.0:  # as averages of pixels, not as single ones
            blur = 0.4 / size
            person = cv2.GaussianBlur(person, (0, 0), blur)
            mask = cv2.GaussianBlur(mask, (0, 0), blur)
        person = cv2.warpAffine(person, matrix, sides, flags=cv2.INTER_LINEAR)
        share = cv2.warpAffine(mask, matrix, sides, flags=cv2.INTER_LINEAR) * np.float32(1 / 255)
        laid = cv2.blendLinear(wall, person, 1 - share, share)
        moved = points @ turn.T + shift
        frame = frame_of(_mirrored(moved) if is_mirrored else moved)
        return None if frame is None else (np.asarray(laid), frame)


def rough_wall(random: Random) -> Bytes:
    """(160, 160, 3) rough as the world is: noise of all sizes at once, the coarser the stronger, with lights in it."""
    colour = random.uniform(20, 220, 3)
    wall = np.tile(colour, (SEARCH_PX, SEARCH_PX, 1)).astype(np.float32)
    strength, falls = random.uniform(20, 70), random.uniform(0.45, 0.8)
    grey = random.random() < 0.6
    for level in range(1, 8):
        cells = 2**level
        noise = random.normal(0, 1, (cells, cells, 1 if grey else 3)).astype(np.float32)
        large = cv2.resize(noise, (SEARCH_PX, SEARCH_PX), interpolation=cv2.INTER_CUBIC)
        wall += strength * falls**level * (large[..., None] if large.ndim == 2 else large)
    for _ in range(int(random.integers(0, 12))):
        middle, radius = random.integers(0, SEARCH_PX, 2).tolist(), int(random.integers(1, 9))
        cv2.circle(wall, middle, radius, random.uniform(120, 255, 3).tolist(), -1, cv2.LINE_AA)
    return np.asarray(np.clip(wall, 0, 255), np.uint8)


def _mirrored(points: Doubles) -> Doubles:
    """The landmarks of a mirrored face, in their own order."""
    return np.asarray(points[landmark_mirror()])


def _through_camera(picture: Bytes, random: Random) -> Bytes:
    """Light and noise of the whole scene."""
    gain = float(np.exp(random.normal(0, 0.35)))
    colours = gain * np.exp(random.normal(0, 0.08, 3))
    changed = picture * colours + random.normal(0, random.exponential(3.0), picture.shape)
    return np.asarray(np.clip(changed, 0, 255), np.uint8)
