"""Disturbances made from clips: hands, glasses, darkness, blur, compression, drawn into pictures of real people.

for time_s, picture in disturbed(pictures, landmarks, "hand on the mouth"): ...

Not those that the network learns with (`training.tracker.disturb`): a hand has the skin of the person's cheek, and edges;
glasses have frames and streaks; noise is photons'; blur is a lens's; compression is that of video.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from measure.tracker.clip_runs import Picture
from protocol.blendshapes import INDEX
from vision.tracker_outputs import READ_SHAPES

Doubles = NDArray[np.float64]
Draw = Callable[[Picture, Doubles, np.random.Generator], Picture]

#: Hands come after the first second, in which the bridge learns the rest.
HANDS_FROM_S: Final = 1.2
_OVAL: Final = (234, 454, 10, 152)
_LIPS: Final = (61, 291, 0, 17)
_EYES: Final = {"left": (362, 263, 386, 374), "right": (33, 133, 159, 145)}
_CHEEK: Final = (50, 101, 36, 205)
_EXPOSURE: Final = 0.06
_FULL_WELL: Final = 900.0  # photons of white at that exposure are 54
_VIDEO_QUALITY: Final = 4


def disturbed(
    pictures: Iterable[tuple[float, Picture]], landmarks: Mapping[int, Doubles], kind: str, *, seed: int = 0
) -> Iterator[tuple[float, Picture]]:
    """The pictures of a clip, each disturbed in one way.

    Args:
        pictures: seconds and pictures (H, W, 3) uint8 RGB.
        landmarks: number of a picture -> (478, 2) MediaPipe's points in it; the last known ones serve for the others.
        kind: of KINDS.
    """
    draw, from_s = KINDS[kind]
    points: Doubles | None = None
    for number, (time_s, picture) in enumerate(pictures):
        points = landmarks.get(number, points)
        if points is None or time_s < from_s:
            yield time_s, picture
        else:
            yield time_s, draw(picture, points, np.random.default_rng((seed, number)))


def uncovered(kind: str) -> NDArray[np.int64]:
    """Places in the 52 of the coefficients whose part of the face is not hidden."""
    hidden = {"hand on the mouth": _is_low, "hand on the left eye": _is_left_eye}.get(kind)
    return np.array([INDEX[name] for name in READ_SHAPES if hidden is None or not hidden(name)])


def covered_part(kind: str) -> int | None:
    """The place in `vision.tracker_outputs.SEEN` of what is hidden; None if nothing is."""
    return {"hand on the mouth": 3, "hand on the left eye": 1}.get(kind)


def _is_low(name: str) -> bool:
    return name.startswith(("mouth", "jaw", "tongue", "cheek", "nose"))


def _is_left_eye(name: str) -> bool:
    return (
        name.endswith("Left") and name.startswith(("eye", "brow", "cheekSquint"))
    ) or name == "browInnerUp"


def _hand_on(place: Callable[[Doubles], Doubles], slant: float) -> Draw:
    """A palm with four fingers, covering a place; slant: of the fingers, radians from straight up."""

    def draw(picture: Picture, points: Doubles, random: np.random.Generator) -> Picture:
        width = float(np.linalg.norm(points[_OVAL[0]] - points[_OVAL[1]]))
        middle, up = place(points), points[_OVAL[2]] - points[_OVAL[3]]
        turn = np.arctan2(up[1], up[0]) + slant
        along, across = _way(turn), _way(turn + np.pi / 2)
        shape = np.zeros(picture.shape[:2], np.uint8)
        lines = np.zeros_like(shape)
        palm = middle - 0.12 * width * along
        hull = [
            palm + width * (a * along + b * across)
            for a, b in ((0.1, 0.24), (0.1, -0.24), (-0.42, -0.17), (-0.42, 0.17))
        ]
        cv2.fillConvexPoly(shape, _points(hull), 255, cv2.LINE_AA)
        thick = max(3, int(0.105 * width))
        for finger, length in enumerate((0.26, 0.33, 0.31, 0.22)):
            root = palm + 0.06 * width * along + (finger - 1.5) * 0.12 * width * across
            tip = root + length * width * _way(turn + 0.05 * (finger - 1.5))
            cv2.line(shape, _point(root), _point(tip), 255, thick, cv2.LINE_AA)
            beside = 0.055 * width * across
            cv2.line(lines, _point(root + beside), _point(tip + beside), 255, max(1, thick // 9), cv2.LINE_AA)
        skin = _skin(picture, points)
        light = 1.0 + 0.12 * np.sin(np.arange(picture.shape[1]) / (0.2 * width))[None, :, None]
        hand = np.clip(skin * light * 0.93, 0, 255)
        hand -= 0.35 * hand * cv2.GaussianBlur(lines, (0, 0), max(0.8, thick / 14))[..., None] / 255.0
        shadow = cv2.GaussianBlur(shape, (0, 0), 0.04 * width)[..., None] / 255.0
        below = picture * (1.0 - 0.35 * np.roll(shadow, int(0.03 * width), 0))
        share = cv2.GaussianBlur(shape, (0, 0), 0.9)[..., None] / 255.0
        return np.asarray(below * (1 - share) + hand * share + 0.5, np.uint8)

    return draw


def _skin(picture: Picture, points: Doubles) -> Doubles:
    """The cheek's own skin, repeated over the picture, (H, W, 3)."""
    at = points[list(_CHEEK)]
    low, high = np.floor(at.min(0)).astype(int), np.ceil(at.max(0)).astype(int) + 1
    low, high = (np.clip(v, 0, np.array(picture.shape[1::-1])) for v in (low, high))
    patch = picture[low[1] : high[1], low[0] : high[0]]
    if patch.size == 0:
        patch = np.full((2, 2, 3), 150, np.uint8)
    # mirrored copies meet without an edge
    tile = np.concatenate([patch, patch[:, ::-1]], 1)
    tile = np.concatenate([tile, tile[::-1]])
    times = [-(-size // side) for size, side in zip(picture.shape[:2], tile.shape[:2], strict=True)]
    return np.tile(tile, (*times, 1))[: picture.shape[0], : picture.shape[1]].astype(np.float64)


def _glasses(picture: Picture, points: Doubles, random: np.random.Generator) -> Picture:
    """Thick frames with temples, tinted glass, and a window's streaks across both lenses."""
    result, glow = picture.copy(), np.zeros_like(picture)
    width = float(np.linalg.norm(points[33] - points[263]))
    level = np.degrees(np.arctan2(*(points[263] - points[33])[::-1]))
    thick, inner = max(2, int(0.035 * width)), []
    for side, corners in _EYES.items():
        middle = points[list(corners)].mean(0) + np.array([0.0, 0.03 * width])
        lens = np.zeros(picture.shape[:2], np.uint8)
        axes = (int(0.25 * width), int(0.2 * width))
        cv2.ellipse(lens, _point(middle), axes, level, 0, 360, 255, -1, cv2.LINE_AA)
        for offset, wide, bright in ((-0.09, 0.05, 150), (0.02, 0.02, 110)):
            streak = np.zeros_like(glow)
            start = middle + width * np.array([offset + 0.12, -0.3])
            cv2.line(streak, _point(start), _point(start + width * np.array([-0.25, 0.6])), (bright,) * 3,
                     max(2, int(wide * width)), cv2.LINE_AA)  # fmt: skip
            glow = np.maximum(glow, cv2.bitwise_and(streak, streak, mask=lens))
        result[lens > 127] = (result[lens > 127] * 0.88).astype(np.uint8)
        cv2.ellipse(result, _point(middle), axes, level, 0, 360, (32, 24, 22), thick, cv2.LINE_AA)
        outward = 1 if side == "left" else -1
        along = np.array([np.cos(np.radians(level)), np.sin(np.radians(level))])
        inner.append(middle - outward * axes[0] * along)
        cv2.line(result, _point(middle + outward * axes[0] * along), _point(points[454 if side == "left" else 234]),
                 (32, 24, 22), thick, cv2.LINE_AA)  # fmt: skip
    cv2.line(result, _point(inner[0]), _point(inner[1]), (32, 24, 22), thick, cv2.LINE_AA)
    return np.asarray(cv2.add(result, cv2.GaussianBlur(glow, (0, 0), 1.2)))


def _dark(picture: Picture, points: Doubles, random: np.random.Generator) -> Picture:
    """A sixteenth of the light, in photons, brightened again by half as a camera's gain does."""
    light = (picture.astype(np.float64) / 255) ** 2.2 * _EXPOSURE * _FULL_WELL
    counted = random.poisson(light) + random.normal(0, 1.2, light.shape)
    shown = np.clip(counted / (_EXPOSURE * _FULL_WELL) * 0.35, 0, 1) ** (1 / 2.2)
    return np.asarray(255 * shown + 0.5, np.uint8)


def _blurred(picture: Picture, points: Doubles, random: np.random.Generator) -> Picture:
    """Out of focus: a disc of a twelfth of the distance between the eyes."""
    radius = max(1, round(np.linalg.norm(points[33] - points[263]) / 24))
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    disc: Any = (x * x + y * y <= radius * radius).astype(np.float32)
    return np.asarray(cv2.filter2D(picture, -1, disc / disc.sum()))


def _compressed(picture: Picture, points: Doubles, random: np.random.Generator) -> Picture:
    """A key frame of a poor video call: half the pixels, VP8 at a low quality (WebP is one such frame)."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    packed = cv2.imencode(".webp", small[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, _VIDEO_QUALITY])[1]
    read: Any = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(cv2.resize(read, (width, height), interpolation=cv2.INTER_LINEAR)[..., ::-1])


def _way(angle: float) -> Doubles:
    return np.array([np.cos(angle), np.sin(angle)])


def _point(place: Any) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))


def _points(places: Iterable[Doubles]) -> NDArray[np.int32]:
    return np.array([_point(place) for place in places], np.int32)


#: Kind -> how it is drawn, and from which second on.
KINDS: Final[dict[str, tuple[Draw, float]]] = {
    "hand on the mouth": (
        _hand_on(lambda points: np.asarray(points[list(_LIPS)].mean(0)), 1.1),
        HANDS_FROM_S,
    ),
    "hand on the left eye": (
        _hand_on(lambda points: np.asarray(points[list(_EYES["left"])].mean(0)), -0.5),
        HANDS_FROM_S,
    ),
    "glasses": (_glasses, 0.0),
    "dark": (_dark, 0.0),
    "out of focus": (_blurred, 0.0),
    "compressed": (_compressed, 0.0),
}
