"""The sheet: hair, ears, neck and shoulders as one relief around the face, and the back of the hair behind it.

Every point of the person outside the face gets a depth: the fitted head's at the face's rim, the middle of
the head at the outline of the hair, a pillow between. Above the chin it turns with the head; below, it lets go
softly. The back is the same relief mirrored in depth, so that a turned head has hair behind its outline.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX
from face.easing import ease_in_out
from face.head_model import HeadModel
from face.rig import SheetMesh

GRID: Final = 80  # cells over the extended canvas
FIELD: Final = 4 * GRID  # the fields are solved at this size
BACK_REACH: Final = 0.8  # of the way from the head's outline to its middle
BELOW: Final = 14  # rows of cells added under the canvas, for a camera that moves back

Field = NDArray[np.float32]


def picture_at(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Extended-canvas pixels (N, 2) to picture heights from the centre (N, 2)."""
    return np.asarray((pixels - EXTENDED_PX / 2) / CANVAS_PX, np.float32)


def pixels_at(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Picture heights from the centre (N, 2) to extended-canvas pixels (N, 2)."""
    return np.asarray(picture * CANVAS_PX + EXTENDED_PX / 2, np.float32)


def build_sheets(
    model: HeadModel,
    fit: HeadFit,
    vertices: NDArray[np.float32],
    matte: Field,
    head_depth: Field,
    face: Field,
    painted: tuple[Field, Field],
) -> tuple[SheetMesh, SheetMesh]:
    """The front and the back relief.

    Args:
        vertices: (V, 3) the head in the portrait, head space.
        matte: (E, E) person 0..1. head_depth: (E, E) rest-space z of the drawn face, 0 where none.
        face: (E, E) 1 inside the face that is drawn over the sheet.
        painted: (E, E) opacity of the front's and of the back's picture: nothing is meshed where nothing shows.
    """
    person = _small(matte) > 0.35
    inside = _small(face) > 0.5
    depth_sum = cv2.resize(head_depth, (FIELD, FIELD), interpolation=cv2.INTER_AREA)
    covered = cv2.resize((head_depth != 0).astype(np.float32), (FIELD, FIELD), interpolation=cv2.INTER_AREA)
    model_depth = np.where(covered > 0.2, depth_sum / np.maximum(covered, 1e-3), 0).astype(np.float32)
    geometry = _Geometry(model, fit, vertices)
    front, middle = _relief(geometry, person, inside, model_depth)
    follow = _follow(geometry, middle)
    bound, share = _binding(model, fit, vertices, inside)
    front_shown, back_shown = (_small(alpha) > 0.004 for alpha in painted)
    cells = _cells(cv2.dilate(front_shown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    # Of the back only what lies near the outline ever comes round it.
    deep = cv2.distanceTransform(np.pad(back_shown, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    behind = back_shown & (follow > 0.55) & (deep < BACK_REACH * deep.max())
    hair = _cells(cv2.dilate(behind.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    back_depth = middle - 0.6 * np.maximum(front - middle, 0) - 0.7
    return (
        _mesh(fit, front, follow, bound, share, cells, extend=True),
        _mesh(fit, back_depth, follow, bound, share * 0, hair, extend=False),
    )


def _small(field: Field) -> Field:
    return np.asarray(cv2.resize(field, (FIELD, FIELD), interpolation=cv2.INTER_AREA), np.float32)


class _Geometry:
    """Heights and depths of the fitted head that the relief hangs on."""

    def __init__(self, model: HeadModel, fit: HeadFit, vertices: NDArray[np.float32]) -> None:
        self.fit = fit
        self.pivot = fit.to_rest(model.pivot[None])[0]
        face = np.unique(model.triangles["face"])
        self.chin = float(vertices[face[vertices[face, 2] > 6], 1].min())  # head space
        self.tall = float(vertices[face, 1].max()) - self.chin
        lips = np.concatenate([model.lips.upper, model.lips.lower])
        self.mouth = float(vertices[lips, 1].mean())
        neck = np.unique(model.triangles["ears_and_neck"])
        front_of_neck = neck[(np.abs(vertices[neck, 0]) < 1.5) & (vertices[neck, 1] < self.chin - 2.0)]
        self.neck_z = (
            float(fit.to_rest(vertices[front_of_neck])[:, 2].max())
            if len(front_of_neck)
            else float(self.pivot[2] + 4)
        )
        rows, columns = np.mgrid[0:FIELD, 0:FIELD].astype(np.float32)
        scale = EXTENDED_PX / FIELD
        pixels = np.stack([(columns + 0.5) * scale, (rows + 0.5) * scale], -1).reshape(-1, 2)
        self.picture = picture_at(pixels)

    def rest(self, depth: Field) -> NDArray[np.float32]:
        """Rest positions (FIELD, FIELD, 3) of the field's pixels at a depth."""
        z = depth.reshape(-1)
        across = self.picture * (-z / self.fit.focal)[:, None]
        return np.stack([across[:, 0], -across[:, 1], z], 1).reshape(FIELD, FIELD, 3).astype(np.float32)

    def head(self, depth: Field) -> NDArray[np.float32]:
        """Head-space positions (FIELD, FIELD, 3)."""
        return np.asarray((self.rest(depth) - self.fit.translation) @ self.fit.rotation, np.float32)


def _relief(
    geometry: _Geometry, person: NDArray[np.bool_], inside: NDArray[np.bool_], model_depth: Field
) -> tuple[Field, Field]:
    """Depth of the front, and of the middle layer that the outline lies on."""
    middle = np.full(person.shape, geometry.pivot[2] - 0.5, np.float32)
    height = geometry.head(middle)[..., 1]
    head_share = np.clip((height - (geometry.chin - 0.25 * geometry.tall)) / (0.35 * geometry.tall), 0, 1)
    # Rim: where the face ends, the relief takes over at the same depth, above the mouth only; below it is
    # the jaw's edge, and the neck lies well behind.
    drawn = inside & (model_depth < 0)
    rim = drawn & ~(cv2.erode(drawn.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0)
    face_height = np.where(drawn, geometry.head(np.where(drawn, model_depth, middle))[..., 1], height)
    upper = face_height > geometry.mouth + 0.12 * geometry.tall
    fixed = np.zeros(person.shape, np.float32)
    known = np.zeros(person.shape, bool)
    known[rim & upper] = True
    fixed[rim & upper] = (model_depth - middle)[rim & upper] - 0.12
    known[~person] = True
    lower_inside = inside & ~upper
    neck = cv2.erode(lower_inside.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    known[neck] = True
    fixed[neck] = geometry.neck_z - middle[neck] - 0.4
    bulge = 0.010 * (0.35 + 0.65 * head_share)
    thickness = _membrane(fixed, known, bulge.astype(np.float32) * 0.35)
    front = middle + np.clip(thickness, -1.0, 12.0)
    return front.astype(np.float32), middle


def _membrane(fixed: Field, known: NDArray[np.bool_], source: Field) -> Field:
    """Solve the Poisson equation with fixed values, coarse to fine."""
    size = fixed.shape[0]
    if size <= 20:
        value = np.where(known, fixed, 0).astype(np.float32)
    else:
        half = (size // 2, size // 2)
        weight = cv2.resize(known.astype(np.float32), half, interpolation=cv2.INTER_AREA)
        mean = cv2.resize(np.where(known, fixed, 0).astype(np.float32), half, interpolation=cv2.INTER_AREA)
        coarse = _membrane(
            (mean / np.maximum(weight, 1e-6)).astype(np.float32), weight > 0.3, source[::2, ::2] * 4
        )
        value = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)
        value = np.where(known, fixed, value).astype(np.float32)
    kernel = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
    for _ in range(60):
        mean = cv2.filter2D(value, -1, kernel, borderType=cv2.BORDER_REPLICATE) + source
        value = np.where(known, fixed, mean).astype(np.float32)
    return value


def _follow(geometry: _Geometry, middle: Field) -> Field:
    """1 above the chin, falling to 0 at the shoulders."""
    height = geometry.head(middle)[..., 1]
    share = np.clip((height - (geometry.chin - 0.5 * geometry.tall)) / (0.62 * geometry.tall), 0, 1)
    return np.asarray(ease_in_out(share), np.float32)


def _binding(
    model: HeadModel, fit: HeadFit, vertices: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], Field]:
    """Nearest face vertex of every field pixel, and how much of its movement is taken: all at the rim, none far away."""
    face = np.unique(model.triangles["face"])
    points = pixels_at(fit.to_picture(fit.to_rest(vertices[face]))) * (FIELD / EXTENDED_PX)
    marks = np.ones((FIELD, FIELD), np.uint8)
    at = np.clip(points.astype(int), 0, FIELD - 1)
    marks[at[:, 1], at[:, 0]] = 0
    owner = np.zeros((FIELD, FIELD), np.int32)
    owner[at[:, 1], at[:, 0]] = face
    distance, labels = cv2.distanceTransformWithLabels(marks, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    by_label = np.zeros(labels.max() + 1, np.int32)
    by_label[labels[at[:, 1], at[:, 0]]] = owner[at[:, 1], at[:, 0]]
    outside = np.where(inside, 0, distance)
    return by_label[labels], np.exp(-((outside / (0.03 * FIELD)) ** 2)).astype(np.float32)


def _cells(wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    step = FIELD // GRID
    return np.asarray(wanted.reshape(GRID, step, GRID, step).any((1, 3)))


def _mesh(
    fit: HeadFit,
    depth: Field,
    follow: Field,
    bound: NDArray[np.int32],
    share: Field,
    cells: NDArray[np.bool_],
    *,
    extend: bool,
) -> SheetMesh:
    """Sample the fields at the grid's corners and keep the wanted cells."""
    rows_below = BELOW if extend else 0
    if extend:
        cells = np.concatenate([cells, np.repeat(cells[-1:], rows_below, 0)])
    lines = np.arange(GRID + rows_below + 1)
    columns, rows = np.meshgrid(np.arange(GRID + 1), lines)
    cell = EXTENDED_PX / GRID
    pixels = np.stack([columns * cell, rows * cell], -1).astype(np.float32).reshape(-1, 2)
    sample = (np.clip(pixels, 0, EXTENDED_PX) * (FIELD / EXTENDED_PX) - 0.5).astype(np.float32)

    def at(field: Field) -> NDArray[np.float32]:
        values = cv2.remap(
            field, sample[:, :1], sample[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(values.reshape(-1), np.float32)

    z = at(depth)
    across = picture_at(pixels) * (-z / fit.focal)[:, None]
    nearest = np.clip(sample.round().astype(int), 0, FIELD - 1)
    corner = (np.argwhere(cells) @ np.array([GRID + 1, 1])).astype(np.int32)
    triangles = np.concatenate(
        [
            np.stack([corner, corner + GRID + 1, corner + 1], 1),
            np.stack([corner + 1, corner + GRID + 1, corner + GRID + 2], 1),
        ]
    )
    used, compact = np.unique(triangles, return_inverse=True)
    return SheetMesh(
        vertices=np.stack([across[:, 0], -across[:, 1], z], 1).astype(np.float32)[used],
        uv=np.clip(pixels / EXTENDED_PX, 0, 1)[used],
        follow=at(follow)[used],
        bound=bound[nearest[:, 1], nearest[:, 0]][used].astype(np.int32),
        bound_share=at(share)[used],
        triangles=compact.reshape(-1, 3).astype(np.int32),
    )
