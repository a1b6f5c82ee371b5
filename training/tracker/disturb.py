"""Disturbances of a studio picture, so that what is learned from it holds before a real camera.

    disturb(picture, part, landmarks, random)        # changed in place; returns what is hidden

In this order, as the light goes: the wall behind the head, colours of skin and tongue, things before the face, light, the
camera. Colours are far beyond what a room would do: what does not depend on them transfers.

Source: J. Tobin et al., "Domain randomization", IROS 2017; E. Wood et al., "Fake it till you make it", ICCV 2021, 4
(augmentation alone bridges the gap).
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.head.source import PART

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Random = np.random.Generator

#: PART -> 255 where the pixel is part of the person, or skin.
_IS_PERSON: Final = np.array([0] + [255] * 255, np.uint8)
_IS_SKIN: Final = np.isin(np.arange(256), (PART["face"], PART["head_and_neck"])).astype(np.uint8) * 255
_TONGUE: Final = PART["gums_and_tongue"]
_EYE_POINTS: Final = ((263, 362, 386, 374), (33, 133, 159, 145))  # left, right: corners and lids
_LIP_POINTS: Final = (61, 291, 0, 17)
_OVAL_POINTS: Final = (234, 454, 10, 152)
#: Numbers of MediaPipe's points along the lower half of the face, for masks.
_MASKED: Final = (234, 93, 132, 58, 172, 150, 176, 152, 400, 379, 397, 288, 361, 323, 454, 195)


def disturb(picture: Bytes, part: Bytes, landmarks: Floats, random: Random) -> tuple[Bytes, Floats]:
    """Disturb a picture.

    Args:
        picture: (S, S, 3) RGB. part: (S, S) the studio's PARTs. landmarks: (478, 2) pixels.

    Returns:
        The picture, and how much of the left eye, the right eye and the mouth is seen: (3,) 0..1.
    """
    if random.random() < 0.55:
        picture = _other_wall(picture, part, random)
    if random.random() < 0.7:
        _recolour_tongue(picture, part, random)
    if random.random() < 0.2:
        picture = _other_texture(picture, part, random)
    seen = np.ones(3, np.float32)
    if random.random() < 0.22:
        covered = np.zeros(part.shape, np.uint8)
        for _ in range(1 + int(random.random() < 0.25)):
            _cover(picture, covered, landmarks, random)
        seen = _seen(covered, landmarks)
    if random.random() < 0.15:
        _reflect(picture, landmarks, random)
    picture = _relit(picture, random)
    return _through_camera(picture, random), seen


def random_wall(size: int, random: Random) -> Bytes:
    """(S, S, 3) one colour, noise of several sizes, or rectangles."""
    kind = random.random()
    wall: Any = np.empty((size, size, 3), np.uint8)
    if kind < 0.2:
        wall[:] = random.integers(0, 256, 3)
    elif kind < 0.8:
        cells = int(2 ** random.uniform(1, 6))
        small = random.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
        how = cv2.INTER_CUBIC if random.random() < 0.7 else cv2.INTER_NEAREST
        wall = cv2.resize(small, (size, size), interpolation=how)
    else:
        wall[:] = random.integers(0, 256, 3)
        for _ in range(int(random.integers(3, 12))):
            first, second = random.integers(0, size, (2, 2))
            colour = [int(v) for v in random.integers(0, 256, 3)]
            cv2.rectangle(wall, first.tolist(), second.tolist(), colour, int(random.choice([-1, 2, 6])))
    return np.asarray(wall)


def person_mask(part: Bytes) -> Bytes:
    """(S, S) 255 where a pixel is part of the person, with a soft edge."""
    return np.asarray(cv2.blur(cv2.LUT(part, _IS_PERSON), (3, 3)))


def _other_wall(picture: Bytes, part: Bytes, random: Random) -> Bytes:
    """A random wall behind the person."""
    return _blended(random_wall(len(picture), random), picture, person_mask(part))


def _recolour_tongue(picture: Bytes, part: Bytes, random: Random) -> None:
    """The studio's tongue is dark outside the mouth; real ones are pink and catch the light."""
    inside = part == _TONGUE
    if np.count_nonzero(inside) < 8:
        return
    colour = np.array([random.uniform(130, 235), random.uniform(50, 130), random.uniform(50, 130)])
    grain = picture[inside].astype(np.float32).mean(1, keepdims=True)
    lit = grain / max(float(grain.mean()), 1.0)
    picture[inside] = np.clip(colour * (0.5 + 0.5 * lit) + random.normal(0, 3, (len(grain), 1)), 0, 255)


def _other_texture(picture: Bytes, part: Bytes, random: Random) -> Bytes:
    """Skin multiplied by coloured noise: blotches, freckles, paint, and nothing that was ever seen."""
    size = len(picture)
    cells = int(2 ** random.uniform(1, 6))
    strength = random.uniform(0.05, 0.4)
    field = np.exp(random.normal(0, strength, (cells, cells, 3))).astype(np.float32)
    field = cv2.resize(field, (size, size), interpolation=cv2.INTER_CUBIC)
    changed = np.asarray(cv2.multiply(picture, field, dtype=cv2.CV_8U))
    return np.asarray(cv2.copyTo(changed, cv2.LUT(part, _IS_SKIN), picture.copy()))


def _cover(picture: Bytes, covered: Bytes, landmarks: Floats, random: Random) -> None:
    """Something before the face: a hand, a microphone, a mask, strands of hair, a hat's brim, a phone."""
    shape = np.zeros_like(covered)
    width = float(np.linalg.norm(landmarks[_OVAL_POINTS[0]] - landmarks[_OVAL_POINTS[1]])) + 1.0
    middle = landmarks[[*_OVAL_POINTS]].mean(0)
    where = middle + random.normal(0, 0.4, 2) * width
    skin = picture[tuple(np.clip(landmarks[50][::-1].astype(int), 0, len(picture) - 1))].astype(float)
    colour = random.integers(0, 256, 3).astype(float)
    kind = random.random()
    if kind < 0.3:  # a hand: a palm and fingers of the skin's colour
        colour = np.clip(skin * random.uniform(0.7, 1.2) + random.normal(0, 8, 3), 0, 255)
        angle = random.uniform(0, 360)
        palm = (int(width * random.uniform(0.15, 0.35)), int(width * random.uniform(0.15, 0.3)))
        cv2.ellipse(shape, _point(where), palm, angle, 0, 360, 255, -1)
        for finger in range(int(random.integers(1, 5))):
            turn = np.radians(angle + 18 * (finger - 1.5))
            tip = where + width * random.uniform(0.3, 0.7) * np.array([np.cos(turn), np.sin(turn)])
            cv2.line(shape, _point(where), _point(tip), 255, max(2, int(width * 0.09)))
    elif kind < 0.45:  # a microphone on its arm, from below or the side
        where = landmarks[17] + random.normal(0, 0.2, 2) * width
        cv2.circle(shape, _point(where), int(width * random.uniform(0.06, 0.22)), 255, -1)
        cv2.line(
            shape,
            _point(where),
            _point(where + random.normal(0, 2, 2) * width),
            255,
            max(1, int(width * 0.05)),
        )
        colour = colour * random.uniform(0, 0.5)
    elif kind < 0.55:  # a mask over mouth and nose
        outline = landmarks[list(_MASKED)] + random.normal(0, 0.02 * width, (len(_MASKED), 2))
        cv2.fillPoly(shape, [outline.astype(np.int32)], 255)
    elif kind < 0.75:  # strands of hair over forehead and eyes
        colour = colour * random.uniform(0.05, 0.7)
        top = landmarks[10] + random.normal(0, 0.25, 2) * width
        for _ in range(int(random.integers(3, 25))):
            bend = top + random.normal(0, 0.3, 2) * width + (0, 0.25 * width)
            end = bend + random.normal(0, 0.2, 2) * width + (0, 0.3 * width)
            line = np.stack([top + random.normal(0, 0.15, 2) * width, bend, end]).astype(np.int32)
            cv2.polylines(shape, [line], False, 255, int(random.integers(1, 4)), cv2.LINE_AA)
    elif kind < 0.88:  # a hat, or a headset's band
        along = landmarks[454] - landmarks[234]
        up = np.array([along[1], -along[0]]) * random.uniform(0.25, 0.55)
        first, second = landmarks[234] + up - 0.15 * along, landmarks[454] + up + 0.15 * along
        far = 3.0 * up if random.random() < 0.6 else 0.15 * up
        cv2.fillPoly(shape, [np.stack([first, second, second + far, first + far]).astype(np.int32)], 255)
    else:  # a box: phone, cup, caption
        span = width * random.uniform(0.1, 0.5, 2)
        cv2.rectangle(shape, _point(where - span), _point(where + span), 255, -1)
    if random.random() < 0.5:
        shape = cv2.GaussianBlur(shape, (5, 5), 0)
    left, top, wide, high = cv2.boundingRect(shape)
    if wide == 0 or high == 0:
        return
    place = (slice(top, top + high), slice(left, left + wide))
    corners = np.clip(colour * np.exp(random.normal(0, 0.25, (2, 2, 1))), 0, 255).astype(np.uint8)
    painted = cv2.resize(corners, (wide, high), interpolation=cv2.INTER_LINEAR)
    picture[place] = _blended(picture[place], painted, shape[place])
    np.maximum(covered[place], shape[place], out=covered[place])


def _seen(covered: Bytes, landmarks: Floats) -> Floats:
    """How much of eyes and mouth is not covered: (3,) 0..1."""
    shares = []
    for points, margin in ((_EYE_POINTS[0], 0.35), (_EYE_POINTS[1], 0.35), (_LIP_POINTS, 0.15)):
        at = landmarks[list(points)]
        reach = margin * float(np.ptp(at, axis=0).max())
        low, high = np.floor(at.min(0) - reach).astype(int), np.ceil(at.max(0) + reach).astype(int) + 1
        low, high = (np.clip(v, 0, len(covered)) for v in (low, high))
        inside = covered[low[1] : high[1], low[0] : high[0]]
        shares.append(1.0 - float(inside.mean()) / 255 if inside.size else 1.0)
    return np.array(shares, np.float32)


def _reflect(picture: Bytes, landmarks: Floats, random: Random) -> None:
    """Windows and screens in glasses: bright patches over the eyes that hide only a little."""
    glow = np.zeros_like(picture)
    for points in _EYE_POINTS:
        at = landmarks[list(points)]
        width = float(np.ptp(at[:, 0])) + 2.0
        middle = at.mean(0) + random.normal(0, 0.3, 2) * width
        span = width * random.uniform(0.15, 0.5, 2)
        colour = [int(v) for v in random.integers(120, 256, 3)]
        cv2.rectangle(glow, _point(middle - span), _point(middle + span), colour, -1)
    blurred = cv2.GaussianBlur(glow, (0, 0), random.uniform(0.8, 3.0))
    cv2.addWeighted(picture, 1.0, blurred, random.uniform(0.15, 0.7), 0.0, dst=picture)


def _relit(picture: Bytes, random: Random) -> Bytes:
    """Exposure, contrast, white balance, saturation, and light from one side; by one table and one gradient."""
    steps = np.arange(256, dtype=np.float32) / 255
    gamma = float(np.exp(random.normal(0, 0.3)))
    table = np.empty((256, 1, 3), np.float32)
    gain = np.exp(random.normal(0, 0.25)) * np.exp(random.normal(0, 0.08, 3))
    if random.random() < 0.12:  # a dark room
        gain *= random.uniform(0.15, 0.5)
    lift = random.normal(0.01, 0.04)
    for channel in range(3):
        table[:, 0, channel] = 255 * (steps**gamma * gain[channel] + lift)
    picture = np.asarray(cv2.LUT(picture, np.clip(table, 0, 255).astype(np.uint8)))
    if random.random() < 0.35:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        keep = 0.0 if random.random() < 0.25 else float(random.uniform(0.2, 1.8))
        picture = np.asarray(cv2.addWeighted(picture, keep, grey, 1.0 - keep, 0.0))
    if random.random() < 0.4:
        corners = np.exp(random.normal(0, 0.35, (2, 2, 3))).astype(np.float32)
        if random.random() < 0.6:
            corners[:] = corners.mean(2, keepdims=True)
        size = len(picture)
        picture = np.asarray(cv2.multiply(picture, cv2.resize(corners, (size, size)), dtype=cv2.CV_8U))
    return picture


def _through_camera(picture: Bytes, random: Random) -> Bytes:
    """Fewer pixels, blur, noise, sharpening and JPEG, as webcams and calls have them; the size stays."""
    size = len(picture)
    scale = float(np.exp(-random.uniform(0.0, 1.2))) if random.random() < 0.45 else 1.0
    if scale < 0.95:
        small = max(48, round(size * scale))
        picture = np.asarray(cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA))
    chance = random.random()
    if chance < 0.2:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.6)))
    elif chance < 0.3:  # a head that moves
        reach = int(random.integers(3, 9))
        kernel = np.zeros((reach, reach), np.float32)
        begin, end = random.integers(0, reach, (2, 2))
        cv2.line(kernel, _point(begin), _point(end), 1.0)
        kernel /= max(float(kernel.sum()), 1.0)
        if kernel.any():
            picture = np.asarray(cv2.filter2D(picture, -1, kernel))
    elif chance < 0.4:  # a webcam's sharpening
        soft = cv2.GaussianBlur(picture, (0, 0), 1.5)
        more = float(random.uniform(0.3, 1.2))
        picture = np.asarray(cv2.addWeighted(picture, 1 + more, soft, -more, 0.0))
    if random.random() < 0.6:
        strength = float(random.exponential(5.0))
        noise = np.empty(picture.shape, np.int16)
        cv2.setRNGSeed(int(random.integers(2**31)))
        cv2.randn(noise, 0, max(strength, 0.5))
        picture = np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U))
    if random.random() < 0.4:
        packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 92))])[1]
        picture = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))
    if len(picture) != size:
        picture = np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR))
    return picture


def _blended(below: Bytes, above: Bytes, mask: Bytes) -> Bytes:
    """`above` (H, W, 3) over `below` where the mask (H, W) is 255."""
    share = mask * np.float32(1 / 255)
    return np.asarray(cv2.blendLinear(np.ascontiguousarray(below), above, 1 - share, share))


def _point(place: NDArray[np.number[Any]]) -> tuple[int, int]:
    return int(place[0]), int(place[1])
