"""Chooses the moments of a clip from which an avatar is painted where its portrait shows nothing: other sides of the face,
shut eyes, and teeth.

found = paintable(clip.moments, portrait)
found.turned, found.shut[0], found.parted
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.clip.moment import Moment
from face.landmarks import LID_EDGES
from protocol.blendshapes import INDEX
from vision.head_pose import head_pose

#: Moments of each kind at most.
TURNED, SHUT, PARTED = 8, 3, 3
#: Turned: beside the portrait by so many degrees of yaw or pitch, and from the front by no more.
LEAST_DEG, MOST_DEG = 5.0, 40.0
#: Moments of one direction differ by less, degrees.
ALIKE_DEG: Final = 4.0
#: Shut eyes: the largest share of the opening that an eye of this person usually has, and the least coefficient of a blink.
OPENING, BLINK = 0.22, 0.4
USUAL: Final = 0.7  # quantile of the openings of a clip that is usual
#: Heads with shut eyes and parted lips are turned from the portrait by no more, degrees.
NEAR_DEG: Final = 18.0
#: Lips are apart so far, face heights: teeth are seen; in a mouth that gapes they lie in shadow.
LEAST_APART, MOST_APART = 0.02, 0.14
#: Least sharpness against the clip's usual: of turned heads and mouths; of eyes, which shut quickly.
SHARP, SHARP_SHUT = 0.5, 0.35
_BLINKS: Final = (INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"])
_FOLDS: Final = [
    INDEX[name + side] for name in ("browDown", "cheekSquint", "noseSneer") for side in ("Left", "Right")
]
_SMILES: Final = [
    INDEX[name] for name in ("mouthSmileLeft", "mouthSmileRight", "mouthUpperUpLeft", "mouthUpperUpRight")
]


@dataclass(frozen=True, slots=True, eq=False)
class Paintable:
    """Moments of a clip; each tuple may be empty.

    Attributes:
        turned: from other sides, in the order of time.
        shut: with the subject's left eye shut, and with the right one; most certain first.
        parted: with parted lips, those that show most teeth first.
    """

    turned: tuple[Moment, ...]
    shut: tuple[tuple[Moment, ...], tuple[Moment, ...]]
    parted: tuple[Moment, ...]

    def all(self) -> list[Moment]:
        """Every moment once, in the order of time."""
        found = {one.time_s: one for one in (*self.turned, *self.shut[0], *self.shut[1], *self.parted)}
        return [found[time_s] for time_s in sorted(found)]


def paintable(moments: Sequence[Moment], portrait: Moment) -> Paintable:
    """Choose.

    Args:
        moments: of one shot. portrait: the one that the avatar is made from.
    """
    usual = max(float(np.quantile([one.sharpness for one in moments], 0.9)), 1e-9)
    sharp = np.array([one.sharpness for one in moments]) / usual
    ways = np.array([_way(one) for one in moments])
    away = np.abs(ways - _way(portrait)).max(1)
    openings = np.array([[eye_opening_of(one, side) for side in (0, 1)] for one in moments])
    left, right = (_shut(moments, portrait, side, openings, sharp, away) for side in (0, 1))
    return Paintable(_turned(moments, ways, away, sharp), (left, right), _parted(moments, sharp, away))


def eye_opening_of(moment: Moment, side: int) -> float:
    """Mean height of an eye's opening in its widths, as the landmarks tell; side 0 is the subject's left."""
    points = moment.face.landmarks[list(LID_EDGES[side]), :2]
    half = len(points) // 2
    upper, lower = points[1:half], points[:half:-1]
    wide = float(np.linalg.norm(points[0] - points[half]))
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / max(wide, 1e-6)


def _way(moment: Moment) -> NDArray[np.float64]:
    pose = head_pose(moment.face.transform)
    return np.degrees([pose.yaw, pose.pitch])


def _turned(
    moments: Sequence[Moment],
    ways: NDArray[np.float64],
    away: NDArray[np.float64],
    sharp: NDArray[np.float64],
) -> tuple[Moment, ...]:
    """The sharpest of every direction, those that differ most from each other and from the portrait."""
    fit_for = (sharp >= SHARP) & (away >= LEAST_DEG) & (np.abs(ways).max(1) <= MOST_DEG)
    left = [int(place) for place in np.flatnonzero(fit_for)]
    chosen: list[int] = []
    while left and len(chosen) < TURNED:
        gap = {
            place: min(
                [float(away[place]), *(float(np.abs(ways[place] - ways[one]).max()) for one in chosen)]
            )
            for place in left
        }
        far = max(left, key=lambda place: gap[place])
        near = [place for place in left if np.abs(ways[place] - ways[far]).max() < ALIKE_DEG]
        best = max(near, key=lambda place: float(sharp[place]))
        chosen.append(best)
        left = [place for place in left if place not in near]
    return tuple(moments[place] for place in sorted(chosen))


def _shut(
    moments: Sequence[Moment],
    portrait: Moment,
    side: int,
    openings: NDArray[np.float64],
    sharp: NDArray[np.float64],
    away: NDArray[np.float64],
) -> tuple[Moment, ...]:
    """Blinks of both eyes and a calm face first: a wink or a frown folds the lids."""
    share = openings / np.maximum(np.quantile(openings, USUAL, axis=0), 1e-6)
    blink = np.array([float(one.face.blendshapes[_BLINKS[side]]) for one in moments])
    fit_for = (share[:, side] <= OPENING) & (blink >= BLINK) & (sharp >= SHARP_SHUT) & (away <= NEAR_DEG)
    rest = portrait.face.blendshapes[_FOLDS]
    folded = np.array([float(np.maximum(one.face.blendshapes[_FOLDS] - rest, 0).max()) for one in moments])
    cost = (
        share[:, side]
        + 0.5 * np.minimum(share[:, 1 - side], 1.0)
        + 0.7 * folded
        - 0.3 * np.minimum(sharp, 1.0)
    )
    found = sorted(np.flatnonzero(fit_for), key=lambda place: float(cost[place]))
    return tuple(moments[int(place)] for place in found[:SHUT])


def _parted(
    moments: Sequence[Moment], sharp: NDArray[np.float64], away: NDArray[np.float64]
) -> tuple[Moment, ...]:
    apart = np.array([one.lips_apart for one in moments])
    smile = np.array([float(one.face.blendshapes[_SMILES].mean()) for one in moments])
    fit_for = (apart >= LEAST_APART) & (apart <= MOST_APART) & (sharp >= SHARP) & (away <= NEAR_DEG)
    shown = np.minimum(apart, 0.08) / 0.08 + smile + 0.5 * np.minimum(sharp, 1.0) - away / (2 * NEAR_DEG)
    found = sorted(np.flatnonzero(fit_for), key=lambda place: -float(shown[place]))
    return tuple(moments[int(place)] for place in found[:PARTED])
