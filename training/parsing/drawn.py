"""What the studio's people do not wear or do: hats, scarves, veils, headphones, glasses, more hair, hands before the face.

    scene = Scene(rgb, alpha, part, head)
    draw_hat(scene, random, texture)

Everything is drawn flat, in the head's own frame, and shaded a little. The shapes are rough on purpose: a network has to
learn that a thing on a head belongs to the person.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.parsing.textures import noise
from vision.portrait_parts import PORTRAIT_PART

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HeadFrame:
    """The head in the picture: a point is `centre + right * x + down * y`, x and y in heights of the face.

    Attributes:
        centre: of the face, pixels. right, down: (2,) pixels of one face height along each axis.
        eyes: (2, 2) pixels, the eyes' centres.
    """

    centre: Floats
    right: Floats
    down: Floats
    eyes: Floats

    @property
    def height(self) -> float:
        """Of the face, pixels."""
        return float(np.linalg.norm(self.down))

    def pixels(self, points: Floats) -> Floats:
        """Points (N, 2) of the frame in pixels."""
        return np.asarray(self.centre + points[:, :1] * self.right + points[:, 1:] * self.down, np.float32)


def head_frame(landmarks: Floats) -> HeadFrame:
    """The frame of MediaPipe's landmarks (478, 2), pixels: from the forehead (10) to the chin (152)."""
    down = landmarks[152] - landmarks[10]
    right = np.array((down[1], -down[0]), np.float32)
    eyes = np.stack([landmarks[[33, 133]].mean(0), landmarks[[263, 362]].mean(0)])
    # the middle of what is seen of the face, between forehead and chin: a turned head is not around its nose
    middle = (landmarks.min(0) + landmarks.max(0)) / 2
    return HeadFrame((landmarks[152] + landmarks[10]) / 4 + middle / 2, right, down, eyes)


@dataclass(slots=True, eq=False)
class Scene:
    """A person who is being dressed.

    Attributes:
        rgb: (S, S, 3) float32 0..1, straight alpha. alpha: (S, S) float32 0..1. part: (S, S) uint8. head: the frame.
    """

    rgb: Floats
    alpha: Floats
    part: NDArray[np.uint8]
    head: HeadFrame

    @property
    def size(self) -> int:
        """Side of the picture, pixels."""
        return len(self.part)

    def put(self, mask: Floats, picture: Floats, name: str, *, behind: bool = False) -> None:
        """Lay a picture (S, S, 3) over the person, or behind, through a mask (S, S) 0..1."""
        own = mask * (1 - self.alpha) if behind else mask
        total = own + self.alpha * (1 if behind else (1 - own))
        share = (own / np.maximum(total, 1e-4))[..., None]
        self.rgb = np.asarray(self.rgb * (1 - share) + picture * share, np.float32)
        self.part = np.where((own > 0.5 * total) & (own > 0.02), PORTRAIT_PART[name], self.part).astype(
            np.uint8
        )
        self.alpha = np.asarray(total, np.float32)

    def filled(self, outline: Floats) -> Floats:
        """Mask (S, S) of a polygon (N, 2) in the head's frame."""
        return self.filled_pixels(self.head.pixels(outline))

    def filled_pixels(self, points: Floats) -> Floats:
        """Mask (S, S) of a polygon (N, 2) in pixels."""
        mask = np.zeros((self.size, self.size), np.uint8)
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
        return mask.astype(np.float32) / np.float32(255)

    def shaded(self, random: np.random.Generator, picture: Floats) -> Floats:
        """A picture with soft folds and a light from one side."""
        line = np.linspace(-1, 1, self.size, dtype=np.float32)
        side = (
            random.uniform(-0.35, 0.35) * line[None, :, None]
            + random.uniform(-0.3, 0.2) * line[:, None, None]
        )
        folds = random.uniform(0.0, 0.25) * noise(random, self.size, int(random.integers(4, 20)))
        return np.asarray(np.clip(picture * (1 + side + folds), 0, 1), np.float32)


def _round(random: np.random.Generator, x: float, up: float, below: float, rough: float) -> Floats:
    """An outline (64, 2) in the head's frame: an egg around the head, with a smooth random edge."""
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    waves = sum(
        random.normal(0, rough / (k + 1)) * np.sin(k * angle + random.uniform(0, 6.3)) for k in range(2, 9)
    )
    radius = 1 + np.asarray(waves)
    tall = np.where(np.sin(angle) < 0, up, below)
    return np.stack([x * radius * np.cos(angle), tall * radius * np.sin(angle)], 1).astype(np.float32)


def draw_hair(scene: Scene, random: np.random.Generator, tone: Floats) -> None:
    """More hair behind the head: from a bun to a mane, with loose strands."""
    below = random.uniform(0.4, 0.9) if random.random() < 0.6 else random.uniform(0.9, 1.6)
    outline = _round(random, random.uniform(0.42, 0.75), random.uniform(0.6, 0.95), below, 0.05)
    if random.random() < 0.2:  # a bun, or a pony tail
        outline = _round(random, 0.2, 0.2, 0.2, 0.08) + np.array(
            (random.uniform(-0.4, 0.4), random.uniform(-0.9, -0.6)), np.float32
        )
    streaks = np.repeat(random.uniform(-1, 1, (8, scene.size, 1)), scene.size // 8, 0).astype(np.float32)
    streaks = cv2.GaussianBlur(streaks, (0, 0), 0.8, sigmaY=9)[..., None]
    picture = np.clip(tone * (1 + random.uniform(0.1, 0.5) * streaks), 0, 1)
    picture = scene.shaded(random, picture.astype(np.float32))
    scene.put(scene.filled(outline), picture, "hair", behind=True)
    if random.random() < 0.7:
        draw_strands(scene, random, tone)


def draw_strands(scene: Scene, random: np.random.Generator, tone: Floats) -> None:
    """Loose strands along the outline of the hair."""
    hair = (scene.part == PORTRAIT_PART["hair"]) & (scene.alpha > 0.5)
    edge = hair & (cv2.erode((scene.alpha > 0.5).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    ys, xs = np.nonzero(edge)
    if len(ys) < 20:
        return
    tall = scene.head.height
    mask = np.zeros((scene.size, scene.size), np.uint8)
    for number in random.integers(0, len(ys), int(random.integers(8, 60))):
        start = np.array((xs[number], ys[number]), np.float32)
        away = (start - scene.head.centre) / max(float(np.linalg.norm(start - scene.head.centre)), 1e-3)
        turn = random.normal(0, 0.9)
        step = np.array(
            (away[0] * np.cos(turn) - away[1] * np.sin(turn), away[0] * np.sin(turn) + away[1] * np.cos(turn))
        )
        bend, length = random.normal(0, 0.35), random.uniform(0.05, 0.28) * tall
        points = []
        for _ in range(7):
            points.append(start.copy())
            start = np.asarray(start + step * (length / 6), np.float32)
            step = np.array(
                (
                    step[0] * np.cos(bend) - step[1] * np.sin(bend),
                    step[0] * np.sin(bend) + step[1] * np.cos(bend),
                )
            )
        strength = int(random.integers(70, 255))
        cv2.polylines(
            mask, [np.round(np.array(points) * 16).astype(np.int32)], False, strength, 1, cv2.LINE_AA, shift=4
        )
    shade = np.broadcast_to(tone * random.uniform(0.7, 1.3), scene.rgb.shape)
    thin = np.asarray(mask.astype(np.float32) / np.float32(255) * (scene.alpha < 0.9), np.float32)
    scene.put(thin, shade.astype(np.float32), "hair", behind=True)


def draw_hat(scene: Scene, random: np.random.Generator, picture: Floats) -> None:
    """A cap, a beanie, a hat with a brim, a helmet."""
    picture = scene.shaded(random, picture)
    edge = random.uniform(-0.46, -0.3)  # where it begins on the forehead
    wide, high = random.uniform(0.4, 0.58), random.uniform(0.25, 0.75)
    angle = np.linspace(np.pi, 2 * np.pi, 32)
    power = random.uniform(0.5, 1.0)
    crown = np.stack(
        [
            wide * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power,
            edge + high * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power,
        ],
        1,
    )
    sag = np.stack(
        [np.linspace(wide, -wide, 12), edge + random.uniform(-0.03, 0.1) * np.sin(np.linspace(0, np.pi, 12))],
        1,
    )
    scene.put(scene.filled(np.concatenate([crown, sag]).astype(np.float32)), picture, "hat")
    if random.random() < 0.6:
        reach, drop = random.uniform(0.4, 1.0), random.uniform(0.04, 0.16)
        around = np.linspace(0, 2 * np.pi, 48)
        tilt = random.uniform(-0.15, 0.15)
        brim = np.stack(
            [reach * np.cos(around), edge + drop * np.sin(around) + tilt * reach * np.cos(around)], 1
        )
        scene.put(scene.filled(brim.astype(np.float32)), picture * random.uniform(0.6, 1.1), "hat")


def draw_scarf(scene: Scene, random: np.random.Generator, picture: Floats) -> None:
    """A head scarf, a hood or a veil: all around the head, down to the shoulders, with an opening for the face."""
    picture = scene.shaded(random, picture)
    outline = _round(
        random, random.uniform(0.46, 0.8), random.uniform(0.62, 0.9), random.uniform(0.6, 1.5), 0.04
    )
    mask = scene.filled(outline)
    open_wide, open_up = random.uniform(0.34, 0.42), random.uniform(0.36, 0.52)
    opening = scene.filled(_round(random, open_wide, open_up, random.uniform(0.48, 0.62), 0.015))
    kind = random.random()
    if kind < 0.25:  # a veil over hair, open in front
        front = np.stack([np.array((-0.36, 0.36, 0.5, -0.5)), np.array((0.0, 0.0, 2.5, 2.5))], 1)
        opening = np.maximum(opening, scene.filled(front.astype(np.float32)))
        mask = mask * random.uniform(0.45, 1.0)
    scene.put(mask * (1 - opening), picture, "hat")


def draw_headphones(scene: Scene, random: np.random.Generator, picture: Floats) -> None:
    """A band over the head and a cup on each ear."""
    picture = scene.shaded(random, picture)
    wide, thick = random.uniform(0.42, 0.52), random.uniform(0.03, 0.09)
    angle = np.linspace(np.pi, 2 * np.pi, 32)
    top = random.uniform(0.62, 0.8)
    arc = np.stack([np.cos(angle), np.sin(angle)], 1)
    band = np.concatenate([arc * (wide + thick, top + thick), (arc * (wide, top))[::-1]])
    scene.put(scene.filled(band.astype(np.float32)), picture, "hat")
    for side in (-1, 1):
        cup = _round(random, random.uniform(0.07, 0.14), random.uniform(0.12, 0.2), 0.16, 0.02)
        scene.put(scene.filled(cup + np.array((side * wide, 0.0), np.float32)), picture * 0.8, "hat")


def draw_glasses(scene: Scene, random: np.random.Generator, picture: Floats) -> None:
    """Glasses with thin to thick frames; some lenses are dark."""
    tall = scene.head.height
    rx, ry, power = random.uniform(0.13, 0.2), random.uniform(0.09, 0.17), random.uniform(0.4, 1.0)
    angle = np.linspace(0, 2 * np.pi, 40)
    shape = np.stack(
        [
            rx * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power,
            ry * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power,
        ],
        1,
    ).astype(np.float32)
    frame = np.zeros((scene.size, scene.size), np.uint8)
    thick = max(round(random.uniform(0.008, 0.05) * tall), 1)
    is_dark = random.random() < 0.35
    for eye in scene.head.eyes:
        points = eye + shape[:, :1] * scene.head.right + shape[:, 1:] * scene.head.down
        if is_dark:
            scene.put(
                scene.filled_pixels(points.astype(np.float32)) * random.uniform(0.6, 1.0),
                picture * 0.25,
                "glasses",
            )
        cv2.polylines(frame, [np.round(points).astype(np.int32)], True, 255, thick, cv2.LINE_AA)
    bridge = rx * scene.head.right
    (x0, y0), (x1, y1) = (
        np.stack([scene.head.eyes[0] + bridge, scene.head.eyes[1] - bridge]).astype(int).tolist()
    )
    cv2.line(frame, (x0, y0), (x1, y1), 255, thick, cv2.LINE_AA)
    scene.put(frame.astype(np.float32) / np.float32(255), picture, "glasses")


def draw_hand(scene: Scene, random: np.random.Generator, tone: Floats) -> None:
    """A forearm and a fist with fingers, of the colour of skin, somewhere at the cheek, the chin or the chest."""
    tall = scene.head.height
    at = scene.head.pixels(np.array([(random.uniform(-0.8, 0.8), random.uniform(0.1, 1.1))], np.float32))[0]
    mask = np.zeros((scene.size, scene.size), np.uint8)
    elbow = at + np.array((random.normal(0, 0.6), random.uniform(0.8, 1.6))) * tall
    thick = max(int(0.17 * tall), 2)
    cv2.line(mask, tuple(int(v) for v in at), tuple(int(v) for v in elbow), 255, thick, cv2.LINE_AA)
    cv2.circle(
        mask, tuple(int(v) for v in at), max(int(random.uniform(0.1, 0.16) * tall), 2), 255, -1, cv2.LINE_AA
    )
    base, fan = random.uniform(0, 2 * np.pi), random.uniform(0.15, 0.4)
    for finger in range(4):
        way = base + finger * fan
        tip = at + np.array((np.cos(way), np.sin(way))) * random.uniform(0.2, 0.36) * tall
        cv2.line(
            mask,
            tuple(int(v) for v in at),
            tuple(int(v) for v in tip),
            255,
            max(int(0.055 * tall), 1),
            cv2.LINE_AA,
        )
    picture = np.ones_like(scene.rgb) * tone * random.uniform(0.75, 1.1)
    scene.put(
        mask.astype(np.float32) / np.float32(255), scene.shaded(random, picture.astype(np.float32)), "skin"
    )
    if random.random() < 0.6:  # a sleeve
        sleeve = np.zeros_like(mask)
        begin = at + (elbow - at) * random.uniform(0.15, 0.6)
        cv2.line(
            sleeve,
            tuple(int(v) for v in begin),
            tuple(int(v) for v in elbow),
            255,
            int(thick * 1.5),
            cv2.LINE_AA,
        )
        cloth = np.ones_like(scene.rgb) * _mean(scene, "clothes")
        scene.put(
            sleeve.astype(np.float32) / np.float32(255),
            scene.shaded(random, cloth.astype(np.float32)),
            "clothes",
        )


def draw_body(scene: Scene, random: np.random.Generator, picture: Floats) -> None:
    """Wider clothes behind the person: puffed sleeves, a coat, a collar."""
    for side in (-1, 1):
        if random.random() < 0.7:
            blob = _round(random, random.uniform(0.35, 0.9), random.uniform(0.2, 0.6), 1.2, 0.05)
            place = np.array((side * random.uniform(0.5, 1.3), random.uniform(1.0, 1.6)), np.float32)
            scene.put(scene.filled(blob + place), scene.shaded(random, picture), "clothes", behind=True)


def _mean(scene: Scene, name: str) -> Floats:
    shown = (scene.part == PORTRAIT_PART[name]) & (scene.alpha > 0.5)
    return scene.rgb[shown].mean(0) if shown.any() else np.full(3, 0.4, np.float32)


def mean_colour(scene: Scene, name: str) -> Floats:
    """Mean colour (3,) of a part; grey if it is not seen."""
    return _mean(scene, name)
