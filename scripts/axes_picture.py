"""Draw docs/axes.png: the head model with Omote's axes, and every angle at a positive value.

python scripts/axes_picture.py docs/axes.png

The arrows are projected by the camera that draws the head, and the heads are turned by `face.camera`,
so the picture shows what the code does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from authoring.paint.drawing import draw_head, paint_features, pixels
from authoring.paint.raster import Raster
from face.camera import rotation
from face.deform import with_lids
from face.eyeballs import eye_rotation
from face.head_model import HeadModel, load_head_model

Points = NDArray[np.float32]
Colour = tuple[int, int, int]

SUPERSAMPLING: Final = 2  # drawn this many times larger, then reduced
BIG: Final = 760
SMALL: Final = 380
FOCAL: Final = 2.4

PAPER: Final[Colour] = (247, 246, 243)
INK: Final[Colour] = (38, 40, 46)
GREY: Final[Colour] = (128, 130, 136)
RED: Final[Colour] = (205, 62, 48)
GREEN: Final[Colour] = (38, 142, 74)
BLUE: Final[Colour] = (44, 100, 202)
VIOLET: Final[Colour] = (124, 70, 178)
BACKGROUND: Final = 0.55  # grey level of pixels without the head

#: Camera orientations: rotations (3, 3) of the whole scene.
ASLANT: Final = rotation(0.0, -0.20, 0.0) @ rotation(-0.60, 0.0, 0.0)
FRONT: Final = rotation(0.0, -0.30, 0.0)
LEFT_FRONT: Final = rotation(0.0, -0.12, 0.0) @ rotation(-0.95, 0.0, 0.0)
ABOVE: Final = rotation(0.0, -0.85, 0.0)


class Panel:
    """One square picture of a head with arrows on it."""

    def __init__(
        self, raster: Raster, model: HeadModel, side: int, scene: Points, middle: tuple[float, float, float]
    ) -> None:
        self._raster = raster
        self._model = model
        self.side = side * SUPERSAMPLING
        self._camera = (scene, np.array(middle, np.float32), FOCAL)
        self.image = Image.new("RGB", (self.side, self.side), PAPER)
        self._pen = ImageDraw.Draw(self.image)

    def head(self, vertices: Points, turn: Points | None = None, *, strength: float = 1.0) -> None:
        """Draw a head, turned about its pivot, fading out at the neck; a strength below 1 blends it with the background."""
        scene, middle, focal = self._camera
        if turn is not None:
            pivot = self._model.pivot
            middle = middle + scene @ (pivot - turn @ pivot)
            scene = scene @ turn
        drawn = draw_head(
            self._raster, self._model, vertices, (scene, middle, focal), self.side,
            paint=painted(self._model), iris_half_angle=0.0,
        )  # fmt: skip
        foot = np.clip((0.80 - np.linspace(0, 1, self.side)) / 0.14, 0, 1)[:, None, None]
        shown = np.any(drawn != np.float32(BACKGROUND), axis=2, keepdims=True) * strength * foot
        below = np.asarray(self.image, np.float32)
        # lighter than a photograph would be, so that the arrows stand out
        lit = 255 * (0.25 + 0.75 * drawn)
        mixed = below * (1 - shown) + lit * shown
        self.image = Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))
        self._pen = ImageDraw.Draw(self.image)

    def at(self, points: Points) -> list[tuple[float, float]]:
        """Pixels of head-space points (N, 3)."""
        return [(float(x), float(y)) for x, y in pixels(np.atleast_2d(points), self._camera, self.side)[0]]

    def line(self, points: Points, colour: Colour, *, width: float = 2.0, dashes: int = 0) -> None:
        """A line through head-space points."""
        at = self.at(points)
        pieces = [at[i : i + 2] for i in range(0, len(at) - 1, 2)] if dashes else [at]
        for piece in pieces:
            self._pen.line(piece, colour, round(width * SUPERSAMPLING), joint="curve")

    def arrow(self, points: Points, colour: Colour, *, width: float = 4.0) -> None:
        """A line with a tip at its last point."""
        at = np.array(self.at(points))
        tip = at[-1]
        along = tip - at[-2]
        along /= np.linalg.norm(along)
        length = 4.2 * width * SUPERSAMPLING
        foot = tip - along * length
        # the line ends where the tip begins
        kept = [tuple(p) for p in at if np.linalg.norm(p - tip) > 0.9 * length]
        self._pen.line([*kept, tuple(foot)], colour, round(width * SUPERSAMPLING), joint="curve")
        aside = np.array([-along[1], along[0]]) * 0.42 * length
        self._pen.polygon([tuple(tip), tuple(foot + aside), tuple(foot - aside)], colour)

    def dot(self, point: Points, colour: Colour, radius: float, *, hollow: bool = False) -> None:
        """A filled or an empty circle."""
        x, y = self.at(point)[0]
        r = radius * SUPERSAMPLING
        box = (x - r, y - r, x + r, y + r)
        self._pen.ellipse(box, None if hollow else colour, colour, round(2.5 * SUPERSAMPLING))

    def write(
        self, where: tuple[float, float], text: str, size: float, colour: Colour, anchor: str = "mm"
    ) -> None:
        """Text at a place in pixels of the finished picture."""
        font = ImageFont.load_default(size * SUPERSAMPLING)
        self._pen.text((where[0] * SUPERSAMPLING, where[1] * SUPERSAMPLING), text, colour, font, anchor)

    def label(
        self, point: Points, text: str, size: float, colour: Colour, shift: tuple[float, float]
    ) -> None:
        """Text beside a head-space point."""
        x, y = self.at(point)[0]
        self.write((x / SUPERSAMPLING + shift[0], y / SUPERSAMPLING + shift[1]), text, size, colour)


def arc(of: Callable[[float], Points], begin: float, end: float) -> Points:
    """(33, 3) points of a curve between two parameters."""
    return np.stack([of(float(t)) for t in np.linspace(begin, end, 33)]).astype(np.float32)


def painted(model: HeadModel) -> Points:
    """Colour factors (V, 3): brows, lips, and irises that turn with the eyeballs."""
    paint = paint_features(model)
    for side in (0, 1):
        ball = model.eyeball(side)
        toward = model.vertices[ball] - model.eye_centre(model.vertices, side)
        away = np.hypot(toward[:, 0], toward[:, 1]) / np.linalg.norm(toward, axis=1)
        front = toward[:, 2] > 0
        paint[ball[front & (away < 0.46)]] = (0.30, 0.22, 0.16)
        paint[ball[front & (away < 0.20)]] = (0.03, 0.03, 0.03)
    return paint


def looking(model: HeadModel, yaw: float, pitch: float) -> Points:
    """Vertices (V, 3) of the mean head with a gaze in radians."""
    gaze = np.array([yaw, pitch], np.float32)
    lids = with_lids(np.zeros(52, np.float32), gaze, out=np.zeros(52, np.float32))
    vertices = model.expressed(model.vertices, lids)
    for side in (0, 1):
        ball, centre = model.eyeball(side), model.eye_centre(model.vertices, side)
        vertices[ball] = (model.vertices[ball] - centre) @ eye_rotation(gaze).T + centre
    return vertices


def axes(raster: Raster, model: HeadModel) -> Image.Image:
    """The large picture: three axes through the pivot."""
    panel = Panel(raster, model, BIG, ASLANT, (1.5, -1.0, -122.0))
    panel.head(model.vertices)
    pivot = model.pivot
    for direction, leaves, length, colour, text, shift in (
        ((1, 0, 0), 9.0, 20.0, RED, "+X  the subject's left", (-40, 34)),
        ((0, 1, 0), 17.2, 24.0, GREEN, "+Y  up", (54, 8)),
        ((0, 0, 1), 12.4, 25.0, BLUE, "+Z  out of the face", (24, 38)),
    ):
        d = np.array(direction, np.float32)
        hidden = pivot + d * np.linspace(0.0, leaves, 16, dtype=np.float32)[:, None]
        panel.line(hidden, colour, width=1.6, dashes=1)
        panel.arrow(np.stack([pivot + d * leaves, pivot + d * length]), colour, width=5)
        panel.label(pivot + d * length, text, 21, colour, shift)
    panel.dot(pivot, INK, 5)
    panel.write((36, 44), "Axes: right-handed", 27, INK, "lm")
    panel.write((BIG / 2, BIG - 66), "dot: the pivot, where the head turns on the neck", 17, GREY)
    panel.write((BIG / 2, BIG - 40), "+X is right in a picture that is not mirrored", 17, GREY)
    return panel.image


def angle_matrix(name: str, angle: float) -> Points:
    """One of the three head angles alone."""
    yaw, pitch, roll = (angle if name == each else 0.0 for each in ("yaw", "pitch", "roll"))
    return rotation(yaw, pitch, roll)


def pose(raster: Raster, model: HeadModel, name: str) -> Image.Image:
    """The picture of a head angle, from neutral (pale) to a positive value."""
    value = {"yaw": 0.6, "pitch": 0.4, "roll": 0.45}[name]
    scene = {"yaw": FRONT, "pitch": LEFT_FRONT, "roll": FRONT}[name]
    colour = {"yaw": GREEN, "pitch": RED, "roll": BLUE}[name]
    panel = Panel(raster, model, SMALL, scene, (0.0, -3.0 if name == "roll" else 1.0, -118.0))
    start = np.array((0, 19.5, 1) if name == "roll" else (0, 0.5, 17.5), np.float32)

    def reached(angle: float) -> Points:
        return angle_matrix(name, angle) @ start

    panel.head(model.vertices, strength=0.28)
    panel.head(model.vertices, angle_matrix(name, value))
    for angle, dashes in ((0.0, 1), (value, 0)):
        ray = model.pivot + reached(angle) * np.linspace(0.78, 1.06, 8, dtype=np.float32)[:, None]
        panel.line(ray, GREY if dashes else colour, width=1.6, dashes=dashes)
    panel.arrow(model.pivot + arc(reached, 0.0, value), colour)
    texts = {
        "yaw": "the face turns to the subject's left",
        "pitch": "the face looks up",
        "roll": "tilts to the subject's right shoulder",
    }
    caption(panel, f"pose {name} +", texts[name], colour)
    return panel.image


def gaze(raster: Raster, model: HeadModel) -> Image.Image:
    """The picture of the gaze angles, relative to the head."""
    panel = Panel(raster, model, SMALL, rotation(0.0, 0.0, 0.0), (0.0, -1.0, -80.0))
    panel.head(looking(model, 0.5, 0.22))
    for side in (0, 1):
        centre = model.eye_centre(model.vertices, side)
        ahead = eye_rotation(np.array([0.5, 0.22], np.float32)) @ np.array([0, 0, 1], np.float32)
        panel.arrow(np.stack([centre + ahead * 2.6, centre + ahead * 9.0]), VIOLET, width=3.2)
    caption(panel, "gaze yaw +, pitch +", "both eyes: to the subject's left, up", VIOLET)
    return panel.image


def view(raster: Raster, model: HeadModel, name: str) -> Image.Image:
    """The picture of a view angle: the camera's orbit around the head."""
    value = 0.75 if name == "azimuth" else 0.6
    scene, middle = (ABOVE, (-3.0, 13.0)) if name == "azimuth" else (LEFT_FRONT, (8.0, -3.0))
    panel = Panel(raster, model, SMALL, scene, (*middle, -175.0))
    panel.head(model.vertices)
    reach = 30.0

    def camera_at(angle: float) -> Points:
        if name == "azimuth":
            return np.array([np.sin(angle) * reach, 0, np.cos(angle) * reach], np.float32)
        return np.array([0, np.sin(angle) * reach, np.cos(angle) * reach], np.float32)

    for angle, hollow in ((0.0, True), (value, False)):
        place = model.pivot + camera_at(angle)
        sight = model.pivot + camera_at(angle) * np.linspace(0.45, 0.94, 10, dtype=np.float32)[:, None]
        panel.line(sight, GREY if hollow else INK, width=1.4, dashes=1)
        panel.dot(place, GREY if hollow else INK, 9, hollow=hollow)
    panel.arrow(model.pivot + arc(camera_at, 0.11, value - 0.11), INK)
    panel.label(
        model.pivot + camera_at(0.0), "camera", 15, GREY, (0, 24) if name == "elevation" else (-44, 0)
    )
    texts = {"azimuth": "the camera moves to the subject's left", "elevation": "the camera moves up"}
    caption(panel, f"view {name} +", texts[name], INK)
    return panel.image


def caption(panel: Panel, title: str, text: str, colour: Colour) -> None:
    """Two lines under a small picture."""
    side = panel.side / SUPERSAMPLING
    panel.write((side / 2, side - 46), title, 21, colour)
    panel.write((side / 2, side - 20), text, 15.5, INK)


def main() -> int:
    """Draw all and put them side by side."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    model = load_head_model()
    whole = Image.new("RGB", ((BIG + 3 * SMALL) * SUPERSAMPLING, BIG * SUPERSAMPLING), PAPER)
    with Raster() as raster:
        whole.paste(axes(raster, model), (0, 0))
        rows = (
            [pose(raster, model, name) for name in ("yaw", "pitch", "roll")],
            [gaze(raster, model), *(view(raster, model, name) for name in ("azimuth", "elevation"))],
        )
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            whole.paste(picture, ((BIG + column * SMALL) * SUPERSAMPLING, row * SMALL * SUPERSAMPLING))
    reduced = whole.resize(
        (whole.width // SUPERSAMPLING, whole.height // SUPERSAMPLING), Image.Resampling.LANCZOS
    )
    reduced.save(Path(sys.argv[1]), optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
